/* What each event tells the board. */
#include <string.h>

#include "core/board_internal.h"
#include "core/reader.h"
#include "core/text.h"

/* --- Adverts. --- */

static struct board_speaker *speaker_of(struct board_router *r, const struct ip *src)
{
    struct board_speaker *silent = NULL;

    for (size_t i = 0; i < r->speaker_count; i++) {
        struct board_speaker *s = &r->speakers[i];

        if (ip_equal(&s->src, src))
            return s;
        if (!ip_equal(&s->src, &r->active) && (!silent || s->last.us < silent->last.us))
            silent = s;
    }
    if (r->speaker_count < BOARD_SPEAKERS)
        silent = &r->speakers[r->speaker_count++];
    *silent = (struct board_speaker){.src = *src};
    return silent;
}

/* A gap of four intervals is no gap any more: it was silent, and speaks again. */
static void measure(struct board_speaker *s, usec gap)
{
    usec off = gap > s->interval ? gap - s->interval : s->interval - gap;

    if (s->interval == 0 || gap >= 4 * s->interval)
        return;
    s->gaps++;
    s->jitter += (off - s->jitter) / (usec)(s->gaps < 16 ? s->gaps : 16);
    if (gap > s->interval + s->interval / 2)
        s->missed += (uint64_t)((gap + s->interval / 2) / s->interval - 1);
}

static void heard(struct board_speaker *s, instant at, enum direction dir, const struct advert *a)
{
    if (s->adverts++ > 0 && s->prio != VRRP_PRIORITY_RESIGN && a->prio != VRRP_PRIORITY_RESIGN)
        measure(s, at.us - s->last.us);
    s->last = at;
    s->version = a->version;
    s->prio = a->prio;
    s->out = dir == DIR_OUT;
    s->has_cksum = (a->has & HAS_CKSUM) != 0;
    s->cksum = a->cksum;
    s->has_auth = (a->has & HAS_AUTH) != 0;
    s->auth = a->auth;
    /* A resign teaches no interval (RFC 9568 6.4.2), unless nothing else is known. */
    if (a->prio != VRRP_PRIORITY_RESIGN || s->interval == 0)
        s->interval = a->interval;
}

static void take_addresses(struct board_router *r, const struct advert *a)
{
    size_t size = ip_size(a->af);

    r->address_count = a->count;
    for (size_t i = 0; i < a->count && i < BOARD_ADDRESSES; i++)
        r->addresses[i] = ip_from_bytes(a->af, a->addresses + i * size);
}

static bool take_advert(struct board *b, const struct line *l, const char **where)
{
    struct origin from = {0};
    struct advert a = {0};

    if (!read_advert(l, &from, &a, &b->addresses, where))
        return false;
    struct board_router *r = board_router(b, &from, a.af, a.vrid);
    if (!r || !observer_advert(b->observer, b->now, &from, &a))
        return true;
    b->totals.adverts++;
    r->heard = true;
    heard(speaker_of(r, &a.src), b->now, from.dir, &a);
    take_addresses(r, &a);
    return true;
}

/* --- What others made of them. --- */

/* elected, vacant: where there are no adverts to see it by. */
static bool take_observed(struct board *b, const struct line *l, const char **where)
{
    struct board_change c = {.at = b->now, .elected = span_is(l->event, "elected"), .why = ELECTED_FIRST};
    struct reader reader = {.line = l};
    struct origin from;
    struct span word;
    uint8_t af, vrid;

    if (!read_place(l, &from, &af, &vrid, where))
        return false;
    if (c.elected)
        reader_needs(&reader, "active", read_ip(&reader, "active", af, &c.active));
    read_ip(&reader, "was", af, &c.was);
    read_u8(&reader, "prio", 0, 255, &c.prio);
    c.has_gap = reader_find(&reader, "gap", &word) && parse_duration(word, &c.gap);
    if (c.elected && reader_find(&reader, "why", &word))
        (void)elected_why_parse(word, &c.why); /* a new word is a change as well */
    if (!reader_done(&reader, where))
        return false;
    struct board_router *r = board_router(b, &from, af, vrid);
    if (!r || r->heard)
        return true;
    c.time = board_stamp(b, b->now);
    board_note(b, r, &c);
    return true;
}

static bool take_state(struct board *b, const struct line *l, const char **where)
{
    struct origin here = {0};
    struct state_event e;

    if (!read_state(l, &e, &b->prefixes, where))
        return false;
    memcpy(here.ifname, e.id.ifname, sizeof here.ifname);
    struct board_router *r = board_router(b, &here, e.id.af, e.id.vrid);
    if (!r)
        return true;
    r->has_own = true;
    r->own = e.to;
    b->totals.news++;
    for (size_t i = 0; !r->heard && i < e.ip.count && i < BOARD_ADDRESSES; i++)
        r->addresses[i] = e.ip.items[i].ip;
    if (!r->heard)
        r->address_count = (uint8_t)e.ip.count;
    return true;
}

static bool take_bad(struct board *b, const struct line *l, const char **where)
{
    struct origin from;
    uint8_t af, vrid;

    b->totals.bad++;
    if (!read_place(l, &from, &af, &vrid, where))
        return true; /* what could not be read is not there */
    struct board_router *r = board_find(b, &from, af, vrid);
    if (r)
        r->bad++;
    return true;
}

static bool take_lost(struct board *b, const struct line *l, const char **where)
{
    struct span where_lost;
    uint64_t n;

    (void)where;
    /* what a flood lost is no loss of what is shown: it was said a moment before */
    if (line_u64(l, "n", 1, UINT64_MAX, &n) && line_get(l, "where", &where_lost) && !span_is(where_lost, "limit"))
        b->totals.lost = n < UINT64_MAX - b->totals.lost ? b->totals.lost + n : UINT64_MAX;
    return true;
}

/* --- Alerts. --- */

static bool is_of_place(struct span key)
{
    static const char *const keys[] = {"seg", "host", "if", "vlan", "af", "vrid", "rule", "sev"};

    for (size_t i = 0; i < nitems(keys); i++)
        if (span_is(key, keys[i]))
            return true;
    return false;
}

/* Keys and values as they stand in the line, which holds nothing but plain text. What does not fit is left out whole. */
static void put_evidence(struct text *t, const struct line *l)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct field *f = &l->fields[i];

        if (is_of_place(f->key))
            continue;
        text_word(t, t->length > 0 ? " " : "");
        text_span(t, (struct span){f->key.at, f->key.len + 1 + f->value.len});
    }
}

static bool take_alert(struct board *b, const struct line *l, const char **where)
{
    struct reader reader = {.line = l};
    struct board_alert a = {.time = board_stamp(b, b->now), .at = b->now};
    struct text rule = {.at = a.rule, .size = sizeof a.rule}, text = {.at = a.text, .size = sizeof a.text};
    struct origin from;
    struct span word;
    uint8_t af, vrid;

    b->totals.alerts++;
    b->totals.news++;
    if (!read_place(l, &from, &af, &vrid, where))
        return true; /* of a segment, or a machine */
    if (!reader_find(&reader, "sev", &word) || !severity_parse(word, &a.severity))
        a.severity = SEVERITY_INFO;
    if (reader_find(&reader, "rule", &word))
        text_span(&rule, word);
    put_evidence(&text, l);
    struct board_router *r = board_router(b, &from, af, vrid);
    if (!r)
        return true;
    r->alerts[r->alert_count++ % BOARD_ALERTS] = a;
    r->worst = a.severity > r->worst ? a.severity : r->worst;
    return true;
}

bool board_event(struct board *b, const struct line *l, const char **where)
{
    static const struct {
        const char *event;
        bool (*take)(struct board *b, const struct line *l, const char **where);
    } events[] = {
        {"advert", take_advert}, {"bad", take_bad},     {"elected", take_observed}, {"vacant", take_observed},
        {"state", take_state},   {"alert", take_alert}, {"lost", take_lost},
    };

    for (size_t i = 0; i < nitems(events); i++)
        if (span_is(l->event, events[i].event))
            return events[i].take(b, l, where);
    return true;
}
