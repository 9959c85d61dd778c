#include "core/filter.h"

#include <string.h>

#include "core/announce_frame.h"
#include "core/other.h"

enum kind { NUMBER, DURATION, ADDRESS, MAC, WORD, ANY };

static bool is_direction(struct span s)
{
    return span_is(s, "in") || span_is(s, "out");
}

static bool is_event(struct span s)
{
    return span_is(s, "advert") || span_is(s, "bad") || span_is(s, "announce") || span_is(s, "other");
}

/* Names by their numbers. */
static const char *proto_name(unsigned n)
{
    return other_protocol_name((enum other_protocol)n);
}

static const char *other_op(unsigned n)
{
    return other_op_name((enum other_op)n);
}

static const char *other_state(unsigned n)
{
    return other_state_name((enum other_state)n);
}

static const char *announce_op(unsigned n)
{
    return announce_op_name((enum announce_op)n);
}

static bool is_among(struct span s, const char *(*name)(unsigned n), unsigned last)
{
    for (unsigned n = 0; n <= last; n++)
        if (name(n) != NULL && span_is(s, name(n)))
            return true;
    return false;
}

static bool is_protocol(struct span s)
{
    return is_among(s, proto_name, OTHER_GLBP);
}

static bool is_op(struct span s)
{
    return is_among(s, announce_op, ANNOUNCE_NA) || is_among(s, other_op, OTHER_RESIGN);
}

static bool is_state(struct span s)
{
    return is_among(s, other_state, OTHER_ACTIVE);
}

static bool is_verdict(struct span s)
{
    for (unsigned v = VERDICT_PROTO; v <= VERDICT_AUTH; v++)
        if (v != VERDICT_CARP && span_is(s, verdict_name((enum verdict)v)))
            return true;
    return false;
}

static bool is_form(struct span s)
{
    for (unsigned f = CKSUM_NONE; f <= CKSUM_LEGACY_UNICAST; f++)
        if (span_is(s, cksum_form_name((enum cksum_form)f)))
            return true;
    return false;
}

static bool is_flag(struct span s)
{
    for (unsigned f = FLAG_TRAILING; f <= FLAG_DST_MAC; f <<= 1)
        if (span_is(s, advert_flag_name((enum advert_flag)f)))
            return true;
    for (unsigned f = ANNOUNCE_REPLY_FORM; f <= ANNOUNCE_UNICAST; f <<= 1)
        if (span_is(s, announce_flag_name((enum announce_flag)f)))
            return true;
    return false;
}

/* none, or TYPE:ok, TYPE:unchecked */
static bool is_auth(struct span s)
{
    for (unsigned t = AUTH_NONE; t <= AUTH_HMAC; t++) {
        const char *name = auth_type_name((enum auth_type)t);
        size_t length = strlen(name);

        if (s.len < length || memcmp(s.at, name, length) != 0)
            continue;
        struct span rest = {s.at + length, s.len - length};

        if (t == AUTH_NONE ? rest.len == 0 : span_is(rest, ":ok") || span_is(rest, ":unchecked"))
            return true;
    }
    return false;
}

static const struct key {
    const char *name;
    enum kind kind;
    uint64_t min, max;
    bool (*is_word)(struct span s);
    const char *allowed;
} keys[] = {
    {"if", ANY, 0, 0, NULL, NULL},
    {"time", ANY, 0, 0, NULL, NULL},
    {"event", WORD, 0, 0, is_event, "event: advert, bad, announce, other"},
    {"vlan", NUMBER, 1, 4094, NULL, "vlan: 1 to 4094, or LOW..HIGH"},
    {"af", NUMBER, 4, 6, NULL, "af: 4 or 6"},
    {"vrid", NUMBER, 0, 255, NULL, "vrid: 0 to 255, or LOW..HIGH"},
    {"dir", WORD, 0, 0, is_direction, "dir: in or out"},
    {"why", WORD, 0, 0, is_verdict, "why: a rule of vrrp-events(5), such as checksum, short or ttl"},
    {"ver", NUMBER, 0, 15, NULL, "ver: 0 to 15"},
    {"type", NUMBER, 0, 15, NULL, "type: 0 to 15"},
    {"prio", NUMBER, 0, 255, NULL, "prio: 0 to 255, or LOW..HIGH"},
    {"interval", DURATION, 0, 0, NULL, "interval: a duration such as 1s or 100ms, or LOW..HIGH"},
    {"src", ADDRESS, 0, 0, NULL, "src: an address, or LOW..HIGH"},
    {"dst", ADDRESS, 0, 0, NULL, "dst: an address, or LOW..HIGH"},
    {"ttl", NUMBER, 0, 255, NULL, "ttl: 0 to 255, or LOW..HIGH"},
    {"smac", MAC, 0, 0, NULL, "smac: a MAC address"},
    {"dmac", MAC, 0, 0, NULL, "dmac: a MAC address"},
    {"cksum", WORD, 0, 0, is_form, "cksum: none, message, pseudo, both, legacy-unicast"},
    {"auth", WORD, 0, 0, is_auth, "auth: none, or pass, ah, hmac with :ok or :unchecked"},
    {"seq", NUMBER, 0, UINT64_MAX, NULL, "seq: 0 to 18446744073709551615, or LOW..HIGH"},
    {"flags", WORD, 0, 0, is_flag, "flags: a flag of vrrp-events(5), such as trailing or unicast"},
    {"ip", ADDRESS, 0, 0, NULL, "ip: an address, or LOW..HIGH"},
    {"mac", MAC, 0, 0, NULL, "mac: a MAC address"},
    {"op", WORD, 0, 0, is_op, "op: garp, reply, na; hello, coup, resign"},
    {"proto", WORD, 0, 0, is_protocol, "proto: carp, hsrp, glbp"},
    {"group", NUMBER, 0, UINT16_MAX, NULL, "group: 0 to 65535, or LOW..HIGH"},
    {"state", WORD, 0, 0, is_state, "state: disabled, initial, learn, listen, speak, standby, active"},
    {"hello", DURATION, 0, 0, NULL, "hello: a duration such as 3s, or LOW..HIGH"},
    {"hold", DURATION, 0, 0, NULL, "hold: a duration such as 10s, or LOW..HIGH"},
    {"advbase", NUMBER, 0, 255, NULL, "advbase: 0 to 255, or LOW..HIGH"},
    {"advskew", NUMBER, 0, 255, NULL, "advskew: 0 to 255, or LOW..HIGH"},
};

static bool one_value(const struct key *k, struct span s)
{
    uint64_t number;
    usec duration;
    struct prefix address;
    struct mac mac;

    switch (k->kind) {
    case NUMBER:
        return parse_u64(s, k->min, k->max, &number) && (k->min != 4 || number != 5);
    case DURATION:
        return parse_duration(s, &duration);
    case ADDRESS:
        return prefix_parse(&address, s.at, s.len);
    case MAC:
        return mac_parse(&mac, s.at, s.len);
    case WORD:
        return k->is_word(s);
    case ANY:
        return true;
    }
    return false;
}

/* An exact value or LOW..HIGH. match.h has seen to it that a range has an end, and that its ends are in order. */
static bool good_value(const struct key *k, struct span s)
{
    if (k->kind == WORD || k->kind == ANY)
        return one_value(k, s);
    for (size_t i = 0; i + 2 <= s.len; i++) {
        if (s.at[i] != '.' || s.at[i + 1] != '.')
            continue;
        struct span low = {s.at, i}, high = {s.at + i + 2, s.len - i - 2};

        return (low.len == 0 || one_value(k, low)) && (high.len == 0 || one_value(k, high));
    }
    return one_value(k, s);
}

static const struct key *find_key(struct span name)
{
    for (size_t i = 0; i < nitems(keys); i++)
        if (span_is(name, keys[i].name))
            return &keys[i];
    return NULL;
}

static bool check(const struct match_word *word, const char **reason)
{
    const struct key *k = find_key(word->key);
    struct span rest = word->value, item;

    if (k == NULL) {
        *reason = "no line of a packet has this key";
        return false;
    }
    while (list_next(&rest, &item))
        if (!good_value(k, item)) {
            *reason = k->allowed;
            return false;
        }
    return true;
}

/* Would a line with key=NUMBER pass this word? */
static bool passes(const struct match *one_word, const char *key, unsigned number)
{
    char digits[3];
    size_t length = 0;
    struct line l = {.count = 1};

    for (unsigned power = number >= 100 ? 100 : number >= 10 ? 10 : 1; power > 0; power /= 10)
        digits[length++] = (char)('0' + number / power % 10);
    l.fields[0].key = (struct span){key, strlen(key)};
    l.fields[0].value = (struct span){digits, length};
    return match_line(one_word, &l);
}

/* The event is a key of every line. */
static bool passes_event(const struct match *one_word, const char *event)
{
    const struct line l = {.event = {event, strlen(event)}};

    return match_line(one_word, &l);
}

static void narrow_vrids(struct filter *f, const struct match *alone)
{
    size_t kept = 0;

    for (unsigned v = 0; v < 256; v++) {
        bool before = f->any_vrid || memchr(f->vrids, (int)v, f->vrid_count) != NULL;

        if (before && passes(alone, "vrid", v))
            f->vrids[kept++] = (uint8_t)v;
    }
    f->any_vrid = f->others = false; /* `other` lines have none, but for CARP */
    f->vrid_count = kept;
    if (kept == 0 || (kept == 1 && f->vrids[0] == 0)) /* no address is of that one */
        f->announcements = false;
}

/* What a word says of the bytes. A negated one also lets lines pass that have no such key: it decides nothing here. */
static void narrow(struct filter *f, const char *operand, const struct match_word *word)
{
    struct match alone = {0};
    const char *reason;

    if (!match_add(&alone, operand, &reason))
        return;
    if (span_is(word->key, "event")) {
        f->announcements = f->announcements && passes_event(&alone, "announce");
        f->others = f->others && passes_event(&alone, "other");
    } else if (span_is(word->key, "af") && !word->negated) {
        bool four = passes(&alone, "af", 4) && f->af != 6, six = passes(&alone, "af", 6) && f->af != 4;

        if (four != six)
            f->af = four ? 4 : 6;
    } else if (span_is(word->key, "vrid") && !word->negated) {
        narrow_vrids(f, &alone);
    }
}

void filter_init(struct filter *f)
{
    *f = (struct filter){.announcements = true, .others = true, .any_vrid = true};
}

bool filter_add(struct filter *f, const char *word, const char **reason)
{
    size_t before = f->match.word_count;

    if (!match_add(&f->match, word, reason))
        return false;
    if (f->match.word_count == before) {
        *reason = "not key=value";
        return false;
    }
    if (!check(&f->match.words[before], reason))
        return false;
    narrow(f, word, &f->match.words[before]);
    return true;
}

bool filter_is_empty(const struct filter *f)
{
    return f->match.word_count == 0;
}
