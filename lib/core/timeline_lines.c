/* Lines to facts. */
#include "core/reader.h"
#include "core/timeline.h"

static void read_place(struct reader *r, struct origin *o)
{
    read_text(r, "seg", o->seg, sizeof o->seg);
    read_text(r, "host", o->host, sizeof o->host);
    read_text(r, "if", o->ifname, sizeof o->ifname);
    read_u16(r, "vlan", 1, 4094, &o->vlan);
}

static bool take_advert(struct timeline *t, instant at, const struct line *l, const char **where)
{
    struct address_buffer buffer;
    struct origin from;
    struct advert a;

    if (!read_advert(l, &from, &a, &buffer, where))
        return false;
    timeline_advert(t, at, &from, &a);
    return true;
}

static bool take_bad(struct timeline *t, instant at, const struct line *l, const char **where)
{
    struct reader r = {.line = l};
    struct origin from = {.dir = DIR_UNKNOWN};
    struct bad_event e = {.af = 0};

    read_place(&r, &from);
    read_u8(&r, "af", 4, 6, &e.af);
    read_u8(&r, "vrid", 0, 255, &e.vrid);
    reader_needs(&r, "why", read_text(&r, "why", e.why, sizeof e.why));
    read_ip(&r, "src", 0, &e.src);
    if (reader_done(&r, where))
        timeline_bad(t, at, &from, &e);
    return !r.wrong;
}

static bool has_word(const struct line *l, const char *key, const char *word)
{
    struct span rest, item;

    if (!line_get(l, key, &rest))
        return false;
    while (list_next(&rest, &item)) {
        if (span_is(item, word))
            return true;
    }
    return false;
}

/* What answers a question tells one machine only. An NA may come without a MAC address in it: then the frame's counts. */
static bool take_announce(struct timeline *t, instant at, const struct line *l, const char **where)
{
    struct reader r = {.line = l};
    struct origin from = {.dir = DIR_UNKNOWN};
    struct ip ip = {.family = 0};
    struct mac mac;

    read_place(&r, &from);
    reader_needs(&r, "ip", read_ip(&r, "ip", 0, &ip));
    bool known = read_mac(&r, "mac", &mac) || read_mac(&r, "smac", &mac);
    if (!reader_done(&r, where))
        return false;
    if (!has_word(l, "op", "reply") && !has_word(l, "flags", "solicited"))
        timeline_announce(t, at, &from, &ip, known ? &mac : NULL);
    return true;
}

static bool take_clock(struct timeline *t, instant at, const struct line *l, const char **where)
{
    struct clock_event c;

    (void)at;
    if (!read_clock(l, &c, where))
        return false;
    timeline_clock(t, &c);
    timeline_tick(t, timeline_time(t, c.time));
    return true;
}

static bool take_lost(struct timeline *t, instant at, const struct line *l, const char **where)
{
    uint64_t n;

    (void)where;
    timeline_lost(t, at, line_u64(l, "n", 0, UINT64_MAX, &n) ? n : 1);
    return true;
}

static bool take_tick(struct timeline *t, instant at, const struct line *l, const char **where)
{
    (void)l;
    (void)where;
    timeline_tick(t, at);
    return true;
}

/* The most frequent ones first. */
static const struct {
    const char *event;
    bool (*take)(struct timeline *t, instant at, const struct line *l, const char **where);
} events[] = {
    {"advert", take_advert}, {"tick", take_tick},   {"announce", take_announce},
    {"bad", take_bad},       {"clock", take_clock}, {"lost", take_lost},
};

bool timeline_line(struct timeline *t, const struct line *l, stamp now, const char **where)
{
    instant at = timeline_time(t, l->has_time ? l->time : now);

    for (size_t i = 0; i < nitems(events); i++) {
        if (span_is(l->event, events[i].event))
            return events[i].take(t, at, l, where);
    }
    return true;
}
