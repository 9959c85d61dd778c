#include "core/sentence.h"

#include "core/audit_rules.h"
#include "core/config_value.h"
#include "core/event.h"
#include "core/notify.h"

struct reason {
    const char *why, *words;
};

/* why= of a state, of elected. */
static const struct reason state_reasons[] = {
    {"startup", "it was started"},
    {"owner", "it owns the addresses"},
    {"timed-out", "the Active fell silent"},
    {"resigned", "the Active resigned"},
    {"preempted", "the Active has a lower priority"},
    {"priority", "a router with a higher priority is there"},
    {"tie-break", "a router with the same priority and a higher address is there"},
    {"yield", "it was told to yield"},
    {"link", "the interface is down"},
    {"address", "the interface has no usable address"},
    {"no-peer", "it has no peer but itself"},
    {"track", "something that it needs is down"},
    {"local-speaker", "another program of this machine speaks for it"},
    {"stalled", "its advertisements were not seen leaving"},
    {"deaf", "the Active fell silent, but so did vrrp-listen"},
    {"group", "another one of its group gave up"},
    {"recovered", "the fault is over"},
    {"shutdown", "it was stopped"},
    {"upstream", "its election died"},
};
static const struct reason elected_reasons[] = {
    {"first", "the first that is heard"},
    {"preempted", "its priority is higher"},
    {"resigned", "the one before resigned"},
    {"timed-out", "the one before fell silent"},
    {"tie-break", "its priority is the same, its address higher"},
};

/* Puts " because WORDS (WHY)" behind before; a word that is not known stands for itself. */
static void put_reason(struct text *t, const char *before, const struct line *l, const struct reason *list,
                       size_t count)
{
    struct span why;
    if (!line_get(l, "why", &why))
        return;
    for (size_t i = 0; i < count; i++) {
        if (span_is(why, list[i].why)) {
            text_word(t, before);
            text_word(t, list[i].words);
        }
    }
    text_word(t, " (");
    text_value(t, why);
    text_word(t, ")");
}

static bool put_key(struct text *t, const char *before, const struct line *l, const char *key)
{
    struct span value;
    if (!line_get(l, key, &value))
        return false;
    text_word(t, before);
    text_value(t, value);
    return true;
}

static bool is_default_name(const struct line *l, struct span name)
{
    struct identity id = {.af = line_is(l, "af", "6") ? 6 : 4};
    struct span ifname;
    uint64_t vrid;
    char text[NAME_TEXT];
    if (!line_get(l, "if", &ifname) || !ifname_parse(ifname, id.ifname) || !line_u64(l, "vrid", 1, 255, &vrid))
        return false;
    id.vrid = (uint8_t)vrid;
    default_name(&id, text);
    return span_is(name, text);
}

/* router1: eth0 VRID 51 IPv6 (web) */
static void put_subject(struct text *t, const char *host, const struct line *l)
{
    struct span name;
    if (!put_key(t, "", l, "host"))
        text_word(t, host);
    text_word(t, ":");
    size_t before = t->length;
    put_key(t, " ", l, "if");
    put_key(t, " VLAN ", l, "vlan");
    put_key(t, " VRID ", l, "vrid");
    if (line_is(l, "af", "6"))
        text_word(t, " IPv6");
    if (line_get(l, "name", &name) && !is_default_name(l, name)) {
        text_word(t, " (");
        text_value(t, name);
        text_word(t, ")");
    }
    if (t->length > before)
        text_word(t, ":");
}

/* The states in the words that scripts get. */
static const char *state_word(const struct line *l, const char *key, const char *init)
{
    struct span state;
    if (!line_get(l, key, &state))
        return init;
    if (span_is(state, "active"))
        return notify_state_name(NOTIFY_MASTER);
    if (span_is(state, "backup"))
        return notify_state_name(NOTIFY_BACKUP);
    return span_is(state, "fault") ? notify_state_name(NOTIFY_FAULT) : init;
}

static void put_state(struct text *t, const struct line *l)
{
    text_word(t, " ");
    text_word(t, state_word(l, "from", "INIT"));
    text_word(t, " -> ");
    text_word(t, state_word(l, "to", notify_state_name(NOTIFY_STOP)));
    put_reason(t, " because ", l, state_reasons, nitems(state_reasons));
}

static void put_elected(struct text *t, const struct line *l)
{
    put_key(t, " ", l, "active");
    text_word(t, " is Active");
    put_key(t, " with priority ", l, "prio");
    put_key(t, ", was ", l, "was");
    put_reason(t, ": ", l, elected_reasons, nitems(elected_reasons));
}

static void put_vacant(struct text *t, const struct line *l)
{
    text_word(t, " nobody is Active");
    if (put_key(t, "; ", l, "was"))
        text_word(t, " was");
    put_key(t, ", last heard before ", l, "gap");
}

static bool is_one_of(struct span key, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_is(key, keys[i]))
            return true;
    return false;
}

/* What was not said yet: key=value, or key value, after these pieces of text. */
static void put_rest(struct text *t, const struct line *l, const char *const *said, size_t count, const char *before,
                     const char *equals, const char *between)
{
    static const char *const subject[] = {"host", "if", "vlan", "af", "vrid", "name"};
    for (size_t i = 0; i < l->count; i++) {
        struct span key = l->fields[i].key;
        if (is_one_of(key, subject, nitems(subject)) || is_one_of(key, said, count))
            continue;
        text_word(t, before);
        text_span(t, key);
        text_word(t, equals);
        text_value(t, l->fields[i].value);
        before = between;
    }
}

static const char *rule_words(const struct line *l)
{
    for (size_t i = 0; i < nitems(audit_rules); i++)
        if (line_is(l, "rule", audit_rules[i].name))
            return audit_rules[i].text;
    return NULL;
}

/* crit split-brain: two routers are Active at once (src 192.0.2.1, peer 192.0.2.2) */
static void put_alert(struct text *t, const struct line *l)
{
    static const char *const said[] = {"rule", "sev", "cleared"};
    const char *words = rule_words(l);
    if (line_is(l, "cleared", "yes"))
        text_word(t, " over:");
    put_key(t, " ", l, "sev");
    put_key(t, " ", l, "rule");
    if (words) {
        text_word(t, ": ");
        text_word(t, words);
    }
    size_t before = t->length;
    put_rest(t, l, said, nitems(said), " (", " ", ", ");
    if (t->length > before)
        text_word(t, ")");
}

static void put_other(struct text *t, const struct line *l)
{
    text_word(t, " ");
    text_span(t, l->event);
    put_rest(t, l, NULL, 0, " ", "=", " ");
}

void sentence(struct text *t, const char *host, const struct line *l)
{
    put_subject(t, host, l);
    if (span_is(l->event, "state"))
        put_state(t, l);
    else if (span_is(l->event, "elected"))
        put_elected(t, l);
    else if (span_is(l->event, "vacant"))
        put_vacant(t, l);
    else if (span_is(l->event, "alert") && l->count > 0)
        put_alert(t, l);
    else
        put_other(t, l);
}
