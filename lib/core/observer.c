#include "core/observer.h"

#include <stdlib.h>
#include <string.h>

#include "core/observer_internal.h"
#include "core/timers.h"

enum {
    SPEAKERS = 16,     /* of one virtual router */
    VACANT_FACTOR = 4, /* longer than any Active_Down_Interval with that factor */
};

#define SAME_FRAME   MILLISECOND    /* a mirror port or a bridge shows one frame twice within this */
#define INTERVAL_MAX (255 * SECOND) /* RFC 3768 5.3.7: more cannot come from a packet, but a line can say anything */

static const struct rate for_changes = {4 * SECOND, 32 * SECOND};
static const struct rate for_strangers = {SECOND / 8, 8 * SECOND};
static const struct rate for_known = {SECOND / 200, 5 * SECOND};

/* --- Who speaks for it. --- */

static int speaker_find(const struct group *g, const struct ip *src)
{
    for (int i = 0; i < g->count; i++) {
        if (ip_equal(&g->speakers[i].src, src))
            return i;
    }
    return NONE;
}

/* The longest silent one, but never the Active: what comes next is told by what it was. */
static int speaker_longest_silent(const struct group *g)
{
    int oldest = g->active == 0 ? 1 : 0;

    for (int i = oldest + 1; i < g->count; i++) {
        if (i != g->active && g->speakers[i].last.us < g->speakers[oldest].last.us)
            oldest = i;
    }
    return oldest;
}

static int speaker_add(struct group *g, const struct ip *src)
{
    int index = g->count;

    if (g->count == g->room) {
        int room = g->room < SPEAKERS ? g->room * 2 : g->room;
        struct speaker *more = room > g->room ? realloc(g->speakers, (size_t)room * sizeof *more) : NULL;

        if (more) {
            g->speakers = more;
            g->room = room;
        } else {
            index = speaker_longest_silent(g);
        }
    }
    if (index == g->count)
        g->count++;
    g->speakers[index] = (struct speaker){.src = *src};
    return index;
}

/* A priority-0 advertisement teaches no interval (RFC 9568 6.4.2), unless nothing else is known. */
static void speaker_heard(struct speaker *s, instant at, const struct advert *a)
{
    s->last = at;
    s->resigned = a->prio == VRRP_PRIORITY_RESIGN;
    if (s->resigned && s->prio != 0)
        return;
    s->version = a->version;
    s->interval = a->interval < INTERVAL_MAX ? a->interval : INTERVAL_MAX;
    s->prio = a->prio;
}

static bool same_frame(const struct speaker *s, instant at, const struct advert *a)
{
    if (at.us - s->last.us >= SAME_FRAME || s->resigned != (a->prio == VRRP_PRIORITY_RESIGN))
        return false;
    return s->resigned || (s->prio == a->prio && s->version == a->version && s->interval == a->interval);
}

/* Not yet silent for so long that a router with next_prio may take over. */
static bool is_live(const struct speaker *s, instant at, uint8_t next_prio)
{
    return !s->resigned && at.us < s->last.us + live_interval(s->version, next_prio, s->interval);
}

/* RFC 9568 6.4.3: the higher priority, then the higher address. */
static bool beats(uint8_t prio, const struct ip *src, const struct speaker *s)
{
    return prio != s->prio ? prio > s->prio : ip_compare(src, &s->src) > 0;
}

/* --- The election. --- */

/* Does the advertisement (priority > 0) of speaker `who`, not yet entered, make it Active? */
static bool is_elected(const struct group *g, int who, instant at, const struct advert *a, enum elected_why *why)
{
    const struct speaker *active = g->active == NONE ? NULL : &g->speakers[g->active];

    if (g->vacant) { /* nobody is live */
        *why = ELECTED_TIMED_OUT;
        return true;
    }
    if (!active)
        *why = ELECTED_FIRST;
    else if (active->resigned)
        *why = ELECTED_RESIGNED;
    else if (who == g->active)
        return false; /* whatever its priority is now: as long as nobody better speaks it is Active */
    else if (!is_live(active, at, a->prio))
        *why = ELECTED_TIMED_OUT;
    else if (!beats(a->prio, &a->src, active))
        return false;
    else
        *why = a->prio == active->prio ? ELECTED_TIE_BREAK : ELECTED_PREEMPTED;

    for (int i = 0; i < g->count; i++) {
        const struct speaker *s = &g->speakers[i];

        if (i != who && i != g->active && is_live(s, at, a->prio) && !beats(a->prio, &a->src, s))
            return false; /* that one is, as soon as it speaks again */
    }
    return true;
}

static void elect(struct observer *o, struct group *g, int who, instant at, const struct advert *a,
                  enum elected_why why)
{
    struct observation seen = {.elected = true, .origin = g->origin, .af = g->af, .vrid = g->vrid};

    seen.active = a->src;
    seen.prio = a->prio;
    seen.why = why;
    if (g->active != NONE) {
        seen.was = g->speakers[g->active].src;
        seen.gap = at.us - g->speakers[g->active].last.us;
        seen.has_gap = true;
    }
    g->active = who;
    g->vacant = false;
    o->report(o->context, at, &seen);
}

/* Is it to be told now? If not, the next advert of the one that should be Active asks again. */
static bool is_told(struct observer *o, struct group *g, bool stranger)
{
    int64_t now = o->now.us;

    if (o->tells_all)
        return true;
    if (g->settled && bucket_takes(&g->changes, now, for_changes))
        return true;
    if (bucket_takes(stranger ? &o->strangers : &o->known, now, stranger ? for_strangers : for_known))
        return true;
    if (o->left_out++ == 0)
        heap_set(&o->timers, &o->telling, instant_after(o->now, SECOND));
    return false;
}

static void tell_left_out(struct observer *o, instant at)
{
    struct observation seen = {.left_out = o->left_out};

    o->left_out = 0;
    heap_set(&o->timers, &o->telling, INSTANT_NEVER);
    o->report(o->context, at, &seen);
}

/* When nobody has spoken for it for four intervals. A resign counts as speech only of the one who was Active. */
static instant vacant_at(const struct group *g, instant now)
{
    instant at = now;

    if (g->active == NONE || g->vacant)
        return INSTANT_NEVER;
    for (int i = 0; i < g->count; i++) {
        const struct speaker *s = &g->speakers[i];

        if ((!s->resigned || i == g->active) && s->last.us + VACANT_FACTOR * s->interval > at.us)
            at.us = s->last.us + VACANT_FACTOR * s->interval;
    }
    return at;
}

static void vacate(struct observer *o, struct group *g)
{
    const struct speaker *active = &g->speakers[g->active];
    struct observation seen = {.origin = g->origin, .af = g->af, .vrid = g->vrid};
    instant at = g->vacancy.at;

    seen.was = active->src;
    seen.prio = active->prio;
    seen.gap = at.us - active->last.us;
    seen.has_gap = true;
    g->vacant = true;
    heap_set(&o->timers, &g->vacancy, INSTANT_NEVER);
    o->report(o->context, at, &seen);
}

static struct group *group_of_timer(struct timer *t)
{
    return (struct group *)(void *)((char *)t - offsetof(struct group, vacancy));
}

/* --- The module's face. --- */

struct observer *observer_new(observer_report *report, void *context)
{
    struct observer *o = calloc(1, sizeof *o);

    if (!o)
        return NULL;
    o->report = report;
    o->context = context;
    o->now.us = INT64_MIN;
    o->telling.at = INSTANT_NEVER;
    o->made = 1; /* no group has the order of `telling` */
    if (heap_reserve(&o->timers, 1))
        return o;
    observer_free(o);
    return NULL;
}

void observer_tell_all(struct observer *o)
{
    o->tells_all = true;
}

void observer_free(struct observer *o)
{
    if (!o)
        return;
    while (o->oldest)
        observer_group_free(o, o->oldest);
    heap_free(&o->timers);
    free(o);
}

void observer_advance(struct observer *o, instant now)
{
    struct timer *first;

    if (now.us > o->now.us)
        o->now = now;
    while ((first = heap_due(&o->timers, o->now))) {
        if (first == &o->telling)
            tell_left_out(o, first->at);
        else
            vacate(o, group_of_timer(first));
    }
}

void observer_end(struct observer *o, instant now)
{
    if (o->left_out > 0)
        tell_left_out(o, now);
}

instant observer_due(struct observer *o, instant now)
{
    const struct timer *first = heap_due(&o->timers, now);

    return first ? first->at : INSTANT_NEVER;
}

instant observer_deadline(struct observer *o)
{
    return observer_due(o, INSTANT_NEVER);
}

instant observer_look(const struct observer *o)
{
    return heap_look(&o->timers);
}

bool observer_advert(struct observer *o, instant at, const struct origin *from, const struct advert *a)
{
    enum elected_why why;

    observer_advance(o, at);
    at = o->now; /* time never goes back */

    struct group *g = observer_group(o, from, a->af, a->vrid);
    if (!g)
        return true;
    int who = speaker_find(g, &a->src);
    bool stranger = who == NONE;
    if (stranger)
        who = speaker_add(g, &a->src);
    else if (same_frame(&g->speakers[who], at, a))
        return false;

    if (a->prio == VRRP_PRIORITY_RESIGN) {
        if (g->active == NONE)
            g->active = who; /* only an Active resigns: it was one before anything was heard */
    } else if (is_elected(g, who, at, a, &why)) {
        if (is_told(o, g, stranger))
            elect(o, g, who, at, a, why);
    } else if (who == g->active && !g->settled) {
        g->settled = true;
        g->changes.empty = at.us + for_changes.depth; /* what it may tell it earns */
    }
    speaker_heard(&g->speakers[who], at, a);
    heap_set(&o->timers, &g->vacancy, vacant_at(g, at));
    observer_advance(o, at); /* who resigned may have been the last one to speak */
    return true;
}

static const char *const why_names[] = {
    [ELECTED_FIRST] = "first",         [ELECTED_PREEMPTED] = "preempted", [ELECTED_RESIGNED] = "resigned",
    [ELECTED_TIMED_OUT] = "timed-out", [ELECTED_TIE_BREAK] = "tie-break",
};

const char *elected_why_name(enum elected_why why)
{
    return why_names[why];
}

bool elected_why_parse(struct span word, enum elected_why *out)
{
    for (size_t i = 0; i < nitems(why_names); i++) {
        if (span_is(word, why_names[i])) {
            *out = (enum elected_why)i;
            return true;
        }
    }
    return false;
}

void write_observation(struct writer *w, stamp t, const struct observation *o)
{
    if (o->left_out > 0) {
        write_lost(w, t, "observer", o->left_out);
        return;
    }
    writer_begin(w, t, o->elected ? "elected" : "vacant");
    if (o->origin.seg[0] != '\0')
        put_text(w, "seg", (struct span){o->origin.seg, strlen(o->origin.seg)});
    if (o->origin.host[0] != '\0')
        put_text(w, "host", (struct span){o->origin.host, strlen(o->origin.host)});
    if (o->origin.ifname[0] != '\0')
        put_text(w, "if", (struct span){o->origin.ifname, strlen(o->origin.ifname)});
    if (o->origin.vlan != 0)
        put_u64(w, "vlan", o->origin.vlan);
    put_u64(w, "af", o->af);
    put_u64(w, "vrid", o->vrid);
    if (o->elected)
        put_ip(w, "active", &o->active);
    if (o->was.family != 0)
        put_ip(w, "was", &o->was);
    put_u64(w, "prio", o->prio);
    if (o->has_gap)
        put_seconds(w, "gap", o->gap);
    if (o->elected)
        put_word(w, "why", elected_why_name(o->why));
    writer_end(w);
}
