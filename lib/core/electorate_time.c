/* The electorate in time: start, stop, and what is due, in order of deadlines. */
#include "core/electorate_internal.h"

void electorate_start(struct electorate *e, instant now)
{
    if (e->started)
        return;
    e->started = true;
    for (size_t i = 0; i < e->count; i++)
        member_start(e, e->members[i], now);
}

void electorate_stop(struct electorate *e, instant now)
{
    if (e->stopped)
        return;
    e->stopped = true;
    for (size_t i = 0; i < e->count; i++)
        member_stop(e, e->members[i], now);
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

static void advance(struct electorate *e, instant now, bool held)
{
    while (!e->stopped) {
        struct timer *silence = held ? NULL : heap_due(&e->silence_heap, now);
        struct timer *other = heap_due(&e->member_heap, now), *track = heap_due(&e->track_heap, now);
        struct timer *first = comes_first(silence, other) ? silence : other;
        if (track && (!first || track->at.us <= first->at.us)) {
            tracks_expire(e, now);
            continue;
        }
        if (!first)
            return;
        struct member *m = (struct member *)first;
        struct router_actions actions = {0};
        if (first == silence && member_doubts_silence(e, m, now))
            continue;
        router_expire(&m->router, now, &actions);
        member_perform(e, m, now, &actions);
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
