/* Holdings: what elections are told of each virtual router, and when. */
#include "core/holdings_table.h"

#define DISTRUST_FIRST (10 * SECOND)
#define DISTRUST_MOST  (600 * SECOND)

static void set_failing(struct holdings *h, struct holding *v, bool failing)
{
    if (v->failing != failing)
        v->track_at = h->track_next = (instant){0};
    v->failing = failing;
}

/* What is set once works. What is taken away again and again is set each time, and has to stay for as long as it was not
 * trusted before. */
static void forgive(struct holding *v, instant now)
{
    if (v->forgiven_at.us == INSTANT_NEVER.us)
        v->forgiven_at = v->lost_is_fault ? later(now, v->distrust) : now;
    if (now.us < v->forgiven_at.us)
        return;
    v->distrust = 0;
    v->forgiven_at = INSTANT_NEVER;
}

void holding_track_tried(struct holdings *h, struct holding *v, bool failing, instant now)
{
    bool again = v->failing && v->trusted_at.us == INSTANT_NEVER.us; /* the same try: it has been held since */
    if (!failing && v->distrust != 0)
        forgive(v, now);
    else if (failing)
        v->forgiven_at = INSTANT_NEVER;
    if (failing && !again)
        v->distrust = v->distrust == 0                  ? DISTRUST_FIRST
                      : v->distrust < DISTRUST_MOST / 2 ? 2 * v->distrust
                                                        : DISTRUST_MOST;
    v->trusted_at = INSTANT_NEVER;
    set_failing(h, v, failing);
}

void holding_track_given_up(struct holdings *h, struct holding *v, instant now)
{
    if (!v->failing)
        return;
    v->trusted_at = later(now, v->distrust);
    h->track_next = earliest(h->track_next, v->trusted_at);
}

/* Nothing is tried, but the kernel has said that it would refuse, or that it would no more. */
void holding_track_foreseen(struct holdings *h, struct holding *v, bool failing, instant now)
{
    if (failing) {
        v->trusted_at = INSTANT_NEVER;
        set_failing(h, v, true);
    } else if (v->failing && v->trusted_at.us == INSTANT_NEVER.us) {
        v->trusted_at = now;
        h->track_next = earliest(h->track_next, now);
    }
}

/* If nothing else happens. */
static instant next_of_all(const struct holdings *h)
{
    instant next = INSTANT_NEVER;
    for (size_t n = 0; n < h->count; n++)
        next = earliest(next, earliest(h->all[n].track_at, h->all[n].trusted_at));
    return next;
}

bool holdings_track(struct holdings *h, instant now, struct holding_track *out)
{
    if (now.us < h->track_next.us)
        return false;
    for (; h->track_cursor < h->count; h->track_cursor++) {
        struct holding *v = &h->all[h->track_cursor];
        if (v->trusted_at.us <= now.us) {
            v->trusted_at = INSTANT_NEVER;
            set_failing(h, v, false);
        }
        if (v->track_at.us <= now.us) {
            *out = (struct holding_track){.name = v->name, .up = !v->failing};
            return true;
        }
    }
    h->track_cursor = 0;
    h->track_next = next_of_all(h);
    return false;
}

void holdings_track_told(struct holdings *h, instant now)
{
    h->all[h->track_cursor].track_at = later(now, TRACK_PERIOD);
}

void holdings_track_later(struct holdings *h, instant at)
{
    h->track_next = at;
}

instant holdings_track_deadline(const struct holdings *h)
{
    return h->track_next;
}
