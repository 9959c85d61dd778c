#include "core/board.h"

#include <stdlib.h>
#include <string.h>

#include "core/board_internal.h"
#include "core/place.h"

#define PATIENCE (500 * MILLISECOND) /* lines are under way for so long at most: before, nobody counts as silent */

/* --- Which virtual router: a hash table of bounded size; the longest untold makes room. --- */

static void age_unlink(struct board *b, struct board_router *r)
{
    *(r->newer ? &r->newer->older : &b->newest) = r->older;
    *(r->older ? &r->older->newer : &b->oldest) = r->newer;
}

static void age_link_newest(struct board *b, struct board_router *r)
{
    r->newer = NULL;
    r->older = b->newest;
    *(b->newest ? &b->newest->newer : &b->oldest) = r;
    b->newest = r;
}

static void router_free(struct board *b, struct board_router *r)
{
    struct board_router **link = &b->buckets[r->hash % BOARD_BUCKETS];

    while (*link != r)
        link = &(*link)->next;
    *link = r->next;
    age_unlink(b, r);
    b->totals.routers--;
    b->totals.vacant -= r->vacant ? 1 : 0;
    free(r);
}

static struct board_router *router_new(struct board *b, const struct origin *o, uint8_t af, uint8_t vrid)
{
    if (b->totals.routers == BOARD_ROUTERS)
        router_free(b, b->oldest);

    struct board_router *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->origin = *o;
    r->af = af;
    r->vrid = vrid;
    r->serial = ++b->made;
    r->hash = place_hash(o, af, vrid);
    r->next = b->buckets[r->hash % BOARD_BUCKETS];
    b->buckets[r->hash % BOARD_BUCKETS] = r;
    age_link_newest(b, r);
    b->totals.routers++;
    b->totals.news++;
    return r;
}

struct board_router *board_find(const struct board *b, const struct origin *o, uint8_t af, uint8_t vrid)
{
    uint32_t hash = place_hash(o, af, vrid);
    struct board_router *r = b->buckets[hash % BOARD_BUCKETS];

    while (r && !(r->hash == hash && r->vrid == vrid && r->af == af && place_equal(&r->origin, o)))
        r = r->next;
    return r;
}

struct board_router *board_router(struct board *b, const struct origin *o, uint8_t af, uint8_t vrid)
{
    struct board_router *r = board_find(b, o, af, vrid);

    if (!r)
        return router_new(b, o, af, vrid);
    age_unlink(b, r);
    age_link_newest(b, r);
    return r;
}

/* --- Changes. --- */

void board_note(struct board *b, struct board_router *r, const struct board_change *c)
{
    b->totals.vacant -= r->vacant ? 1 : 0;
    r->vacant = !c->elected;
    b->totals.vacant += r->vacant ? 1 : 0;
    b->totals.news++;
    r->active = c->active;
    r->prio = c->prio;
    r->ring[r->told++ % BOARD_CHANGES] = *c;
    if (c->elected && c->why == ELECTED_FIRST)
        return;
    r->changes++;
    b->totals.changes++;
}

static void observed(void *context, instant at, const struct observation *o)
{
    struct board *b = context;
    struct board_router *r = board_find(b, &o->origin, o->af, o->vrid);
    struct board_change c = {.at = at, .time = board_stamp(b, at), .elected = o->elected, .prio = o->prio};

    if (!r)
        return;
    c.active = o->active;
    c.was = o->was;
    c.why = o->why;
    c.gap = o->gap;
    c.has_gap = o->has_gap;
    board_note(b, r, &c);
}

/* --- Time. --- */

/* So far from the ends that any interval may be added. */
static instant bounded(int64_t us)
{
    return (instant){us < 0 ? 0 : us < INT64_MAX / 4 ? us : INT64_MAX / 4};
}

static instant mapped(const struct board *b, stamp t)
{
    instant at = {t.ns / 1000};

    if (clock_to_instant(&b->map, t, &at))
        at.us = bounded(at.us).us + b->bias;
    return bounded(at.us);
}

/* From now on TIME is mapped by this line. When it is of another boot, its steady clock is another one: ours runs on
 * from where it is. */
static void take_clock(struct board *b, const struct clock_event *c)
{
    instant mono = bounded(c->mono.us);

    if (!b->map.known || strcmp(b->map.clock.boot, c->boot) != 0)
        b->bias = mapped(b, c->time).us - mono.us;
    b->map = (struct clock_map){.known = true, .clock = *c};
    b->map.clock.mono = mono;
}

static void move_time(struct board *b, const struct line *l, instant arrived)
{
    instant at = l->has_time ? mapped(b, l->time) : board_now(b, arrived);

    if (at.us >= b->now.us) {
        b->time = l->has_time ? l->time : board_stamp(b, at);
        b->timed = b->timed || l->has_time;
        b->now = at;
    }
    b->arrived = arrived;
    b->started = true;
}

stamp board_stamp(const struct board *b, instant at)
{
    usec ago = b->now.us - at.us;

    return b->timed && ago < b->time.ns / 1000 ? (stamp){b->time.ns - ago * 1000} : (stamp){0};
}

static bool is_running(const struct board *b)
{
    return b->started && !b->stopped && !(b->map.known && b->map.clock.source == SOURCE_FILE);
}

usec board_silence(const struct board *b, instant steady)
{
    return is_running(b) && steady.us > b->arrived.us ? steady.us - b->arrived.us : 0;
}

instant board_now(const struct board *b, instant steady)
{
    return (instant){b->now.us + board_silence(b, steady)};
}

bool board_time(const struct board *b, stamp *out)
{
    *out = b->time;
    return b->timed;
}

/* --- The module's face. --- */

struct board *board_new(void)
{
    struct board *b = calloc(1, sizeof *b);

    if (!b)
        return NULL;
    b->observer = observer_new(observed, b);
    if (!b->observer) {
        free(b);
        return NULL;
    }
    observer_tell_all(b->observer);
    return b;
}

void board_free(struct board *b)
{
    if (!b)
        return;
    for (struct board_router *r = b->oldest, *newer; r; r = newer) {
        newer = r->newer;
        free(r);
    }
    observer_free(b->observer);
    free(b);
}

bool board_line(struct board *b, const struct line *l, instant arrived, const char **where)
{
    b->totals.lines++;
    if (span_is(l->event, "clock")) {
        struct clock_event c = {0};
        if (!read_clock(l, &c, where))
            return false;
        take_clock(b, &c);
    }
    move_time(b, l, arrived);
    observer_advance(b->observer, b->now);
    return board_event(b, l, where);
}

void board_pass(struct board *b, instant steady)
{
    if (board_silence(b, steady) > PATIENCE)
        observer_advance(b->observer, (instant){board_now(b, steady).us - PATIENCE});
}

void board_stop(struct board *b)
{
    b->stopped = true;
}

const struct board_totals *board_totals(const struct board *b)
{
    return &b->totals;
}

const struct board_router *board_first(const struct board *b)
{
    return b->newest;
}

const struct board_router *board_next(const struct board_router *r)
{
    return r->older;
}

const struct board_speaker *board_active(const struct board_router *r)
{
    for (size_t i = 0; i < r->speaker_count; i++) {
        if (ip_equal(&r->speakers[i].src, &r->active))
            return &r->speakers[i];
    }
    return NULL;
}

static bool is_rival(const struct board_router *r, const struct board_speaker *s, instant now)
{
    const struct board_change *last = board_change(r, 0);

    return !ip_equal(&s->src, &r->active) && s->prio != VRRP_PRIORITY_RESIGN &&
           now.us - s->last.us <= 3 * s->interval && last && s->last.us > last->at.us + s->interval;
}

size_t board_rivals(const struct board_router *r, instant now)
{
    size_t rivals = 0;

    for (size_t i = 0; i < r->speaker_count && !r->vacant; i++)
        rivals += is_rival(r, &r->speakers[i], now) ? 1 : 0;
    return rivals;
}

const struct board_change *board_change(const struct board_router *r, size_t index)
{
    return index < r->told && index < BOARD_CHANGES ? &r->ring[(r->told - 1 - index) % BOARD_CHANGES] : NULL;
}

const struct board_alert *board_alert(const struct board_router *r, size_t index)
{
    return index < r->alert_count && index < BOARD_ALERTS ? &r->alerts[(r->alert_count - 1 - index) % BOARD_ALERTS]
                                                          : NULL;
}
