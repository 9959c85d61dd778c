/* From what the observer says to reigns and failovers. */
#include <stdlib.h>
#include <string.h>

#include "core/timeline_internal.h"

enum { REIGNS_KEPT = TIMELINE_REIGNS_FIRST + TIMELINE_REIGNS_LAST };

/* --- The reigns that are kept: the first ones, and a ring of the last ones. --- */

static uint64_t slot_of(uint64_t number)
{
    if (number < REIGNS_KEPT)
        return number;
    return TIMELINE_REIGNS_FIRST + (number - TIMELINE_REIGNS_FIRST) % TIMELINE_REIGNS_LAST;
}

int timeline_reigns(const struct timeline_router *r)
{
    return r->reign_count < REIGNS_KEPT ? (int)r->reign_count : REIGNS_KEPT;
}

uint64_t timeline_reigns_folded(const struct timeline_router *r)
{
    return r->reign_count < REIGNS_KEPT ? 0 : r->reign_count - REIGNS_KEPT;
}

const struct reign *timeline_reign(const struct timeline_router *r, int index)
{
    uint64_t number = (uint64_t)index;

    if (index >= TIMELINE_REIGNS_FIRST)
        number += timeline_reigns_folded(r);
    return &r->reigns[slot_of(number)];
}

struct reign *timeline_last_reign(const struct timeline_router *r)
{
    return r->reign_count == 0 ? NULL : &r->reigns[slot_of(r->reign_count - 1)];
}

static struct reign *add_reign(struct timeline_router *r)
{
    if (r->reign_count == (uint64_t)r->reign_room && r->reign_room < REIGNS_KEPT) {
        int room = r->reign_room == 0 ? 1 : r->reign_room * 2;
        struct reign *more = reallocarray(r->reigns, (size_t)room, sizeof *more);

        if (!more)
            return NULL;
        r->reigns = more;
        r->reign_room = room;
    }
    struct reign *reign = &r->reigns[slot_of(r->reign_count)];
    *reign = (struct reign){.number = r->reign_count++};
    return reign;
}

/* --- How a reign begins. --- */

static void set_was(struct failover *f, const struct speaker *s)
{
    f->was = (struct party){.ip = s->src, .prio = s->prio, .manner = s->manner, .since = s->since};
    f->t0 = s->resigned;
    f->t1 = s->last;
}

static bool is_better(uint8_t prio, const struct ip *ip, const struct candidate *c)
{
    return prio != c->prio ? prio > c->prio : ip_compare(ip, &c->ip) > 0;
}

/* The best ones first. */
static void add_candidate(struct failover *f, const struct speaker *s)
{
    int at = f->candidate_count;

    while (at > 0 && is_better(s->prio, &s->src, &f->candidates[at - 1]))
        at--;
    if (at == TIMELINE_CANDIDATES)
        return;
    if (f->candidate_count < TIMELINE_CANDIDATES)
        f->candidate_count++;
    memmove(&f->candidates[at + 1], &f->candidates[at],
            (size_t)(f->candidate_count - 1 - at) * sizeof f->candidates[0]);
    f->candidates[at] = (struct candidate){
        .ip = s->src, .prio = s->prio, .last = s->last, .resigned = s->resigned.us != INSTANT_NEVER.us};
}

static void add_vips(struct timeline_router *r, struct failover *f, const struct advert *a)
{
    size_t size = ip_size(a->af);

    if (!(a->has & HAS_ADDRESSES))
        return;
    f->vips = a->count;
    for (int i = 0; i < a->count && i < TIMELINE_VIPS; i++) {
        f->announced[f->vip_count++] = (struct vip){.ip = ip_from_bytes(a->af, a->addresses + (size_t)i * size),
                                                    .first = INSTANT_NEVER,
                                                    .second = INSTANT_NEVER};
    }
    uint8_t *vips = a->count > 0 ? realloc(r->vips, a->count * size) : NULL;
    if (!vips)
        return;
    memcpy(vips, a->addresses, a->count * size);
    r->vips = vips;
    r->vip_count = a->count;
}

/* Who is elected because the old Active is silent may have spoken before: because it waits for less than others, or since
 * it never heard the old one. */
static void look_before(struct failover *f, instant at, const struct speaker *now)
{
    if (f->why != ELECTED_TIMED_OUT || f->was_vacant || now->beside.adverts == 0 ||
        at.us - now->beside.last.us > SILENT_FACTOR * now->manner.interval)
        return;
    if (now->beside.from.us >= f->t1.us) {
        f->t2 = now->beside.from;
    } else if (now->beside.adverts >= 2) {
        f->beside = true;
        f->t2 = now->beside.from;
        f->was_after = f->t1;
    }
}

/* The last of the old one was before nobody listened, and this is behind it. */
static void look_into_the_dark(const struct timeline *t, struct failover *f)
{
    instant last = f->t0.us != INSTANT_NEVER.us ? f->t0 : f->t1;

    if (t->holes == 0 || last.us > t->hole_from.us || f->t2.us < t->hole_to.us)
        return;
    f->dark_from = t->hole_from;
    f->dark_to = t->hole_to;
}

static void set_failover(struct timeline *t, struct timeline_router *r, struct failover *f, instant at,
                         const struct observation *o)
{
    const struct speaker *now = timeline_speaker(r, &o->active), *was = timeline_speaker(r, &o->was);

    *f = (struct failover){
        .why = o->why,
        .t0 = INSTANT_NEVER,
        .t1 = INSTANT_NEVER,
        .was_after = INSTANT_NEVER,
    };
    f->t2 = at;
    f->was_vacant = r->vacant;
    f->now = (struct party){.ip = o->active, .prio = o->prio, .manner = timeline_manner(t->advert)};
    f->now.since = now ? now->since : at;
    if (was)
        set_was(f, was);
    else
        f->was.ip = o->was;
    if (was && now && was != now)
        look_before(f, at, now);
    if (was)
        look_into_the_dark(t, f);
    for (int i = 0; i < r->speaker_count; i++) {
        const struct speaker *s = r->speakers[i];

        if (s != now && s != was && s->prio != 0)
            add_candidate(f, s);
    }
    add_vips(r, f, t->advert);
}

static void end_reign(struct timeline *t, struct timeline_router *r, const struct failover *f)
{
    struct reign *old = timeline_last_reign(r);

    for (int i = 0; i < r->speaker_count; i++)
        timeline_end_beside(t, r, r->speakers[i]);
    if (!old)
        return;
    bool unseen = failover_unseen(f);
    if (!unseen || !ip_equal(&f->was.ip, &f->now.ip)) /* else it may have been Active all the time */
        r->ended[f->why]++;
    if (old->end == REIGN_VACANT)
        return;
    old->unseen = unseen;
    old->end = REIGN_TAKEN;
    old->taken = f->why;
    old->taken_beside = f->beside;
    if (!unseen && (f->why == ELECTED_PREEMPTED || f->why == ELECTED_TIE_BREAK))
        old->to = f->t2;
    if (r->active != NOBODY)
        r->speakers[r->active]->active += old->to.us - old->from.us;
}

static void begin_reign(struct timeline *t, struct timeline_router *r, instant at, const struct observation *o)
{
    struct failover how;

    set_failover(t, r, &how, at, o);
    timeline_claim_announcements(r, &how);
    end_reign(t, r, &how);
    r->active = timeline_speaker_index(r, &o->active);
    r->vacant = false;
    if (r->active != NOBODY)
        r->speakers[r->active]->reigns++;
    struct reign *reign = add_reign(r);
    if (!reign) {
        t->no_memory = true;
        return;
    }
    reign->who = o->active;
    reign->prio = o->prio;
    reign->from = how.beside ? at : how.t2;
    reign->to = at;
    reign->how = how;
}

static void became_vacant(const struct timeline *t, struct timeline_router *r, instant at)
{
    struct reign *reign = timeline_last_reign(r);

    r->vacant = true;
    if (!reign || reign->end != REIGN_GOES_ON)
        return;
    reign->end = REIGN_VACANT;
    reign->vacant = at;
    reign->unseen = t->holes > 0 && at.us > t->hole_from.us && reign->to.us <= t->hole_from.us;
    if (r->active != NOBODY)
        r->speakers[r->active]->active += reign->to.us - reign->from.us;
}

void timeline_observed(void *context, instant at, const struct observation *o)
{
    struct timeline *t = context;

    if (o->elected) {
        begin_reign(t, t->current, at, o); /* a router is elected by its own advert */
    } else {
        struct timeline_router *r = timeline_find(t, &o->origin, o->af, o->vrid);

        if (r)
            became_vacant(t, r, at);
    }
}
