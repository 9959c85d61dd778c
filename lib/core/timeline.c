#include "core/timeline_internal.h"

#include <stdlib.h>
#include <string.h>

#include "core/place.h"

enum { SPEAKERS_FIRST = 2 };

#define SAME_FRAME MILLISECOND /* a mirror port or a bridge shows one frame twice within this */
#define CLOCK_STEP MILLISECOND /* less is a clock that is slewed */
#define LONGEST_UP                                                                                                     \
    ((usec)1 << 52) /* µs that a machine runs, at most: 142 years. More is no clock, and would not add up */

struct timeline *timeline_new(void)
{
    struct timeline *t = calloc(1, sizeof *t);

    if (!t)
        return NULL;
    t->first = INSTANT_NEVER;
    t->last.us = INT64_MIN;
    t->observer = observer_new(timeline_observed, t);
    if (!t->observer) {
        free(t);
        return NULL;
    }
    observer_tell_all(t->observer);
    return t;
}

static void router_free(struct timeline_router *r)
{
    for (int i = 0; i < r->speaker_count; i++)
        free(r->speakers[i]);
    free(r->speakers);
    free(r->vips);
    free(r->reigns);
    free(r->besides);
    free(r->bads);
    free(r->announced);
    free(r);
}

void timeline_free(struct timeline *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->count; i++)
        router_free(t->routers[i]);
    observer_free(t->observer);
    free(t);
}

/* --- Time. --- */

instant timeline_time(const struct timeline *t, stamp at)
{
    return (instant){at.ns / 1000 - t->shift};
}

/* TIME and the steady clock part when the wall clock is set; what was before goes on as if it had not been. */
void timeline_clock(struct timeline *t, const struct clock_event *c)
{
    if (c->mono.us > LONGEST_UP)
        return;
    usec offset = c->time.ns / 1000 - c->mono.us;
    bool same_boot = t->clocked && strcmp(t->boot, c->boot) == 0;
    usec step = offset - t->base - t->shift;

    if (same_boot && (step > CLOCK_STEP || step < -CLOCK_STEP)) {
        t->steps++;
        t->shift += step;
    } else if (!same_boot) {
        t->base = offset - t->shift;
        memcpy(t->boot, c->boot, sizeof t->boot);
        t->clocked = true;
    }
}

void timeline_begins(struct timeline *t, instant at)
{
    if (t->first.us == INSTANT_NEVER.us || at.us - t->last.us <= TIMELINE_HOLE)
        return;
    t->holes++;
    t->hole_from = t->last;
    t->hole_to = at;
    t->dark += at.us - t->last.us;
}

instant timeline_pass(struct timeline *t, instant at)
{
    if (t->first.us == INSTANT_NEVER.us)
        t->first = at;
    if (at.us > t->last.us)
        t->last = at;
    return t->last;
}

/* --- Virtual routers and speakers. --- */

struct timeline_router *timeline_find(const struct timeline *t, const struct origin *from, uint8_t af, uint8_t vrid)
{
    uint32_t hash = place_hash(from, af, vrid);
    struct timeline_router *r = t->table[hash % TIMELINE_ROUTERS];

    while (r && (r->hash != hash || r->af != af || r->vrid != vrid || !place_equal(&r->origin, from)))
        r = r->next;
    return r;
}

static struct timeline_router *router_add(struct timeline *t, const struct origin *from, const struct advert *a)
{
    if (t->count == TIMELINE_ROUTERS)
        return NULL;
    struct timeline_router *r = calloc(1, sizeof *r);
    if (!r) {
        t->no_memory = true;
        return NULL;
    }
    r->origin = *from;
    r->af = a->af;
    r->vrid = a->vrid;
    r->active = NOBODY;
    r->since = t->last;
    r->dark_since = t->dark;
    r->hash = place_hash(from, a->af, a->vrid);
    r->next = t->table[r->hash % TIMELINE_ROUTERS];
    t->table[r->hash % TIMELINE_ROUTERS] = r;
    t->routers[t->count++] = r;
    return r;
}

int timeline_speaker_index(const struct timeline_router *r, const struct ip *src)
{
    for (int i = 0; i < r->speaker_count; i++) {
        if (ip_equal(&r->speakers[i]->src, src))
            return i;
    }
    return NOBODY;
}

const struct speaker *timeline_speaker(const struct timeline_router *r, const struct ip *src)
{
    int index = timeline_speaker_index(r, src);

    return index == NOBODY ? NULL : r->speakers[index];
}

/* Who never was Active and has been silent for longest; the places of the others are taken for good. */
static int replaceable(const struct timeline_router *r)
{
    int found = NOBODY;

    for (int i = 0; i < r->speaker_count; i++) {
        const struct speaker *s = r->speakers[i];

        if (s->reigns == 0 && s->beside.adverts < 2 && i != r->active &&
            (found == NOBODY || s->last.us < r->speakers[found]->last.us))
            found = i;
    }
    return found;
}

static bool make_room(struct timeline_router *r)
{
    if (r->speaker_count < r->speaker_room)
        return true;
    int room = r->speaker_room == 0 ? SPEAKERS_FIRST : r->speaker_room * 2;
    struct speaker **more = reallocarray(r->speakers, (size_t)room, sizeof(struct speaker *));
    if (!more)
        return false;
    r->speakers = more;
    r->speaker_room = room;
    return true;
}

static int speaker_add(struct timeline *t, struct timeline_router *r, const struct ip *src)
{
    int index = r->speaker_count;

    if (r->speaker_count == TIMELINE_SPEAKERS || t->speakers == TIMELINE_ALL_SPEAKERS) {
        index = replaceable(r);
        if (index == NOBODY)
            return NOBODY;
    } else {
        struct speaker *s = make_room(r) ? malloc(sizeof *s) : NULL;

        if (!s) {
            t->no_memory = true;
            return NOBODY;
        }
        r->speakers[r->speaker_count++] = s;
        t->speakers++;
    }
    *r->speakers[index] = (struct speaker){.src = *src,
                                           .since = t->last,
                                           .last = INSTANT_NEVER,
                                           .resigned = INSTANT_NEVER,
                                           .heard.shift = BUCKET_SHIFT_FIRST};
    return index;
}

/* Without regard to their order. Who makes two sets that look alike hides a hint, no more. */
static uint64_t sum_of_addresses(const struct advert *a)
{
    size_t size = ip_size(a->af);
    uint64_t sum = a->count;

    for (size_t i = 0; i < a->count * size; i += size) {
        uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

        for (size_t k = 0; k < size; k++)
            hash = (hash ^ a->addresses[i + k]) * UINT64_C(1099511628211);
        sum += hash ^ hash >> 32;
    }
    return sum;
}

struct manner timeline_manner(const struct advert *a)
{
    const struct mac virtual_mac = vrrp_mac(a->af, a->vrid);

    return (struct manner){
        .version = a->version,
        .virtual_mac = (a->has & HAS_SMAC) && memcmp(&a->smac, &virtual_mac, sizeof virtual_mac) == 0,
        .unicast = a->flags & FLAG_UNICAST,
        .ttl_low = a->flags & FLAG_TTL_LOW,
        .cksum = a->cksum,
        .auth = a->auth,
        .interval = a->interval,
        .smac = a->smac,
        .has_smac = a->has & HAS_SMAC,
        .addresses = a->has & HAS_ADDRESSES ? sum_of_addresses(a) : 0,
    };
}

/* --- Adverts. --- */

static bool is_second_sight(const struct speaker *s, instant at, const struct advert *a)
{
    if (a->prio == VRRP_PRIORITY_RESIGN)
        return s->resigned.us != INSTANT_NEVER.us && at.us - s->resigned.us < SAME_FRAME;
    return s->resigned.us == INSTANT_NEVER.us && s->last.us != INSTANT_NEVER.us && at.us - s->last.us < SAME_FRAME &&
           s->prio == a->prio && s->manner.version == a->version;
}

static void speaker_heard(struct speaker *s, instant at, const struct advert *a)
{
    s->adverts++;
    if (a->prio == VRRP_PRIORITY_RESIGN) {
        s->resigns++;
        s->resigned = at;
    } else {
        s->last = at;
        s->resigned = INSTANT_NEVER;
        s->prio = a->prio;
        s->manner = timeline_manner(a);
    }
}

/* The advert of who is Active now, or was until it resigned. */
static void reign_heard(struct timeline_router *r, instant at, const struct advert *a)
{
    struct reign *reign = timeline_last_reign(r);

    if (!reign || reign->end != REIGN_GOES_ON)
        return;
    reign->adverts++;
    if (!reign->resigned)
        reign->to = at;
    reign->resigned = reign->resigned || a->prio == VRRP_PRIORITY_RESIGN;
}

void timeline_advert(struct timeline *t, instant at, const struct origin *from, const struct advert *a)
{
    at = timeline_pass(t, at);
    t->adverts++;
    struct timeline_router *r = timeline_find(t, from, a->af, a->vrid);
    if (!r && !(r = router_add(t, from, a))) {
        t->unfollowed++;
        return;
    }
    r->adverts++;
    r->last = at;
    r->dark = t->dark;
    int who = timeline_speaker_index(r, &a->src);
    if (who == NOBODY && (who = speaker_add(t, r, &a->src)) == NOBODY) {
        r->crowd++;
        return;
    }
    struct speaker *s = r->speakers[who];
    if (is_second_sight(s, at, a)) {
        s->twice++;
        r->twice++;
        return;
    }
    t->current = r;
    t->advert = a;
    observer_advert(t->observer, at, from, a);
    t->current = NULL;
    speaker_heard(s, at, a);
    buckets_add(&s->heard, at.us - t->first.us);
    if (who == r->active)
        reign_heard(r, at, a);
    else if (a->prio != VRRP_PRIORITY_RESIGN)
        timeline_spoke_beside(t, r, s, at);
    else
        timeline_end_beside(t, r, s);
}

/* --- Other lines. --- */

void timeline_tick(struct timeline *t, instant at)
{
    at = timeline_pass(t, at);
    observer_advance(t->observer, at);
}

void timeline_lost(struct timeline *t, instant at, uint64_t n)
{
    timeline_pass(t, at);
    t->lost += n;
}

void timeline_end(struct timeline *t)
{
    if (t->first.us == INSTANT_NEVER.us)
        return;
    observer_advance(t->observer, t->last);
    for (size_t i = 0; i < t->count; i++) {
        struct timeline_router *r = t->routers[i];
        const struct reign *reign = timeline_last_reign(r);

        for (int k = 0; k < r->speaker_count; k++)
            timeline_end_beside(t, r, r->speakers[k]);
        if (reign && reign->end == REIGN_GOES_ON && r->active != NOBODY)
            r->speakers[r->active]->active += reign->to.us - reign->from.us;
    }
}
