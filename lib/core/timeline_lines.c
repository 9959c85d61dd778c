/* Lines to facts. */
#include "core/event.h"
#include "core/timeline.h"

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
    struct address_buffer buffer;
    struct origin from;
    struct advert a;
    enum verdict why;

    if (!read_bad(l, &from, &a, &why, &buffer, where))
        return false;
    timeline_bad(t, at, &from, &a, why);
    return true;
}

/* What answers a question tells one machine only. An NA may come without a MAC address in it: then the frame's counts. */
static bool take_announce(struct timeline *t, instant at, const struct line *l, const char **where)
{
    struct origin from;
    struct announce_event e;

    if (!read_announce(l, &from, &e, where))
        return false;
    const struct mac *mac = e.has_mac ? &e.mac : e.has_smac ? &e.smac : NULL;
    if (e.op != ANNOUNCE_REPLY && !(e.flags & ANNOUNCE_SOLICITED))
        timeline_announce(t, at, &from, &e.ip, mac);
    return true;
}

static bool take_clock(struct timeline *t, instant at, const struct line *l, const char **where)
{
    struct clock_event c;

    if (!read_clock(l, &c, where))
        return false;
    timeline_clock(t, &c);
    at = timeline_time(t, c.time);
    if (!c.by_elect)
        timeline_begins(t, at);
    timeline_tick(t, at);
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

/* As in captures of which the older one comes later: all of it would be told as of one moment. But a `clock` line may say
 * that the wall clock was set. */
static bool is_too_old(const struct timeline *t, instant at)
{
    return t->first.us != INSTANT_NEVER.us && at.us < t->last.us - TIMELINE_LATE;
}

bool timeline_line(struct timeline *t, const struct line *l, stamp now, const char **where)
{
    instant at = timeline_time(t, l->has_time ? l->time : now);

    for (size_t i = 0; i < nitems(events); i++) {
        if (!span_is(l->event, events[i].event))
            continue;
        if (events[i].take != take_clock && is_too_old(t, at)) {
            t->older++;
            return true;
        }
        return events[i].take(t, at, l, where);
    }
    return true;
}
