/* The electorate in time: start, stop, and what is due, in order of deadlines. */
#include "core/electorate_group.h"

enum {
    FEW = 256,   /* they may speak when it comes to that */
    TURNS = 100, /* in an interval; */
    STRIDE = 61, /* those of the next are so many later, so that a few are spread over all of it */
};

void electorate_start(struct electorate *e, instant now)
{
    if (e->started)
        return;
    e->started = true;
    groups_settle(e, now); /* those that are in fault from the start */
    for (size_t i = 0; i < e->count; i++)
        member_start(e, e->members[i], now);
    groups_settle(e, now);
}

void electorate_stop(struct electorate *e, instant now)
{
    if (e->stopped)
        return;
    e->stopped = true;
    for (size_t i = 0; i < e->count; i++)
        member_stop(e, e->members[i], now);
}

/* Thousands that became active at once, at a start or when another host died, would all speak at once for ever, each as
 * late as those before it make it, and one day the others would miss all of them at once. So each interface and family has
 * its moment in the interval (what wakes up for one does for all, and their leases are renewed together); one that became
 * active speaks for the second time at that, which is sooner than it has to, never later. */
void member_take_turn(const struct electorate *e, struct member *m, instant now)
{
    usec interval = m->router.settings.interval;
    usec turn = interval / TURNS > MILLISECOND ? interval / TURNS : MILLISECOND;
    usec turns = interval / turn;
    if (e->count <= FEW || turns < 2)
        return;
    size_t number = 2 * m->interface->number + (m->id.af == 6);
    usec moment = (usec)(number * STRIDE % (size_t)turns) * turn;
    usec since = (m->router.adver_timer.us - moment) % interval; /* what it is due after its moment */
    instant at = {m->router.adver_timer.us - (since < 0 ? since + interval : since)};
    if (at.us > now.us)
        router_advertise_sooner(&m->router, at);
}

static instant earlier(instant a, instant b)
{
    return a.us < b.us ? a : b;
}

static instant due_in(struct heap *h, instant now)
{
    const struct timer *t = heap_due(h, now);
    return t ? t->at : INSTANT_NEVER;
}

instant electorate_due_held(struct electorate *e, instant now)
{
    return e->stopped ? INSTANT_NEVER : earlier(due_in(&e->member_heap, now), due_in(&e->track_heap, now));
}

instant electorate_due(struct electorate *e, instant now)
{
    return e->stopped ? INSTANT_NEVER : earlier(electorate_due_held(e, now), due_in(&e->silence_heap, now));
}

instant electorate_deadline(struct electorate *e)
{
    return electorate_due(e, INSTANT_NEVER);
}

instant electorate_look_held(const struct electorate *e)
{
    return e->stopped ? INSTANT_NEVER : earlier(heap_look(&e->member_heap), heap_look(&e->track_heap));
}

instant electorate_look(const struct electorate *e)
{
    return e->stopped ? INSTANT_NEVER : earlier(electorate_look_held(e), heap_look(&e->silence_heap));
}

static bool comes_first(const struct timer *a, const struct timer *b)
{
    return a && (!b || a->at.us < b->at.us || (a->at.us == b->at.us && a->order < b->order));
}

static void member_expires(struct electorate *e, struct member *m, instant now)
{
    struct router_actions actions = {0};
    router_expire(&m->router, now, &actions);
    member_perform(e, m, now, &actions);
}

static void silence_expires(struct electorate *e, struct member *m, instant now)
{
    if (member_doubts_silence(e, m, now))
        return;
    if (m->group && m->group->count > 1)
        group_expires(e, m, now);
    else
        member_expires(e, m, now);
}

static void advance(struct electorate *e, instant now, bool held)
{
    while (!e->stopped) {
        struct timer *silence = held ? NULL : heap_due(&e->silence_heap, now);
        struct timer *other = heap_due(&e->member_heap, now), *track = heap_due(&e->track_heap, now);
        struct timer *first = comes_first(silence, other) ? silence : other;
        if (track && (!first || track->at.us <= first->at.us))
            tracks_expire(e, now);
        else if (!first)
            return;
        else if (first == silence)
            silence_expires(e, (struct member *)first, now);
        else
            member_expires(e, (struct member *)first, now);
        groups_settle(e, now);
    }
}

void electorate_advance(struct electorate *e, instant now)
{
    advance(e, now, false);
}

void electorate_advance_held(struct electorate *e, instant now)
{
    advance(e, now, true);
}

usec electorate_patience(const struct electorate *e)
{
    usec longest = 0;
    for (size_t i = 0; i < e->count; i++) {
        usec interval = router_active_down_interval(&e->members[i]->router);
        longest = interval > longest ? interval : longest;
    }
    return longest;
}
