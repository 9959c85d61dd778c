#include "core/electorate_group.h"

#include "core/timers.h"

#include <stdlib.h>
#include <string.h>

/* What one of a group counts as; in the order of the counts. */
enum { READY = 1 << 0, ACTIVE = 1 << 1, FAULTY = 1 << 2 };

static const struct router_actions nothing = {0};

/* Names */

struct group *group_get(struct electorate *e, const char *name)
{
    struct group **bucket = &e->groups[name_bucket((struct span){name, strlen(name)})];
    for (struct group *g = *bucket; g; g = g->next)
        if (strcmp(g->name, name) == 0)
            return g;
    struct group *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    memcpy(g->name, name, strlen(name) + 1);
    g->since = g->hold = (instant){INT64_MIN / 4};
    g->next = *bucket;
    *bucket = g;
    group_changed(e, g); /* one that nobody joins ends */
    return g;
}

static void end(struct electorate *e, struct group *g)
{
    struct group **link = &e->groups[name_bucket((struct span){g->name, strlen(g->name)})];
    while (*link != g)
        link = &(*link)->next;
    *link = g->next;
    free(g);
}

void groups_free(struct electorate *e)
{
    for (size_t i = 0; i < NAME_BUCKETS; i++) {
        for (struct group *next, *g = e->groups[i]; g; g = next) {
            next = g->next;
            free(g);
        }
    }
}

/* Who is in it */

static void unsettle(struct electorate *e, struct group *g)
{
    if (g->unsettled)
        return;
    g->unsettled = true;
    g->next_unsettled = NULL;
    *(e->unsettled ? &e->last_unsettled->next_unsettled : &e->unsettled) = g;
    e->last_unsettled = g;
}

void group_changed(struct electorate *e, struct group *g)
{
    g->changed = true;
    unsettle(e, g);
}

static void count_as(struct group *g, struct member *m, unsigned parts)
{
    size_t *const counts[] = {&g->ready, &g->active, &g->faulty};
    for (unsigned i = 0; i < nitems(counts); i++) {
        *counts[i] += parts >> i & 1;
        *counts[i] -= m->parts >> i & 1;
    }
    m->parts = parts;
}

static void leave(struct electorate *e, struct member *m, struct group *g)
{
    struct member *before = NULL, **link = &g->first;
    for (; *link != m; link = &(*link)->next_in_group)
        before = *link;
    *link = m->next_in_group;
    if (g->last == m)
        g->last = before;
    m->next_in_group = NULL;
    count_as(g, m, 0);
    g->count--;
    m->group = NULL;
    group_changed(e, g);
}

static void join(struct electorate *e, struct member *m, struct group *g)
{
    *(g->last ? &g->last->next_in_group : &g->first) = m;
    g->last = m;
    g->count++;
    m->group = g;
    m->due = (instant){INT64_MIN};
    group_changed(e, g);
}

void group_move(struct electorate *e, struct member *m, instant at, struct group *g)
{
    if (m->group == g)
        return;
    if (m->group)
        leave(e, m, m->group);
    if (g) {
        join(e, m, g);
    } else {
        m->router.in_group = false;
        member_fault(e, m, at, FAULT_GROUP, false);
    }
}

void group_applies(struct member *m)
{
    if (!m->group)
        return;
    m->router.in_group = m->group->count > 1;
    m->router.faults |= m->group->in_fault ? FAULT_GROUP : 0;
}

/* What one of it is */

static bool is_shared(const struct group *g)
{
    return g->count > 1;
}

/* All could be active, and some are not. */
static bool may_go(const struct group *g)
{
    return is_shared(g) && g->ready == g->count && g->active < g->count;
}

/* It fired by then, and nothing has started its timer since. */
static bool waits(const struct member *m)
{
    return is_shared(m->group) && m->router.state == ROUTER_BACKUP && instant_due(router_deadline(&m->router), m->due);
}

instant group_counts(struct electorate *e, struct member *m)
{
    struct group *g = m->group;
    bool active = m->router.state == ROUTER_ACTIVE, waiting = waits(m);
    bool faulty = (m->router.faults & ~(unsigned)FAULT_GROUP) != 0;
    count_as(g, m, (active || waiting ? READY : 0) | (active ? ACTIVE : 0) | (faulty ? FAULTY : 0));
    if ((is_shared(g) && g->faulty > 0) != g->in_fault)
        group_changed(e, g);
    else if (may_go(g))
        unsettle(e, g);
    return waiting ? INSTANT_NEVER : router_deadline(&m->router);
}

bool group_has_ready(const struct member *m)
{
    return (m->parts & READY) != 0;
}

/* Together */

/* What was not heard of those that wait may be among what was lost since. */
static bool doubts(struct electorate *e, struct group *g, instant now)
{
    bool doubt = false;
    for (struct member *m = g->first; m; m = m->next_in_group) {
        bool gap = waits(m) && (e->gap || m->gaps != e->gaps);
        if (!gap || !router_excuse(&m->router, now))
            continue;
        m->gaps = e->gaps;
        member_perform(e, m, now, &nothing);
        doubt = true;
    }
    return doubt;
}

static void become_active(struct electorate *e, struct group *g, instant now)
{
    g->since = now;
    for (struct member *m = g->first; m; m = m->next_in_group) {
        struct router_actions actions = {0};
        if (m->router.state == ROUTER_ACTIVE)
            continue;
        router_expire(&m->router, now, &actions);
        member_perform(e, m, now, &actions);
    }
}

void group_expires(struct electorate *e, struct member *m, instant now)
{
    struct group *g = m->group;
    if (!waits(m))
        m->gaps = e->gaps;
    m->due = now;
    member_perform(e, m, now, &nothing);
    if (may_go(g) && instant_due(g->hold, now) && !doubts(e, g, now))
        become_active(e, g, now);
}

/* A number that every host makes of this virtual router: of what all have to agree on. */
static uint64_t number_of(const struct member *m)
{
    const struct ip *lowest = &m->ip.items[0].ip;
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (uint8_t i = 1; i < m->ip.count; i++)
        if (ip_compare(&m->ip.items[i].ip, lowest) < 0)
            lowest = &m->ip.items[i].ip;
    for (size_t i = 0; i < ip_size(lowest->family); i++)
        hash = (hash ^ lowest->bytes[i]) * UINT64_C(1099511628211);
    hash = (hash ^ m->id.vrid) * UINT64_C(1099511628211);
    return hash ^ hash >> 32;
}

/* It was beaten, because of m. */
static void hold(struct group *g, const struct member *m, instant at)
{
    usec interval = 0, down = 0;
    for (const struct member *one = g->first; one; one = one->next_in_group) {
        usec its_down = router_active_down_interval(&one->router);
        interval = one->router.settings.interval > interval ? one->router.settings.interval : interval;
        down = its_down > down ? its_down : down;
    }
    if (at.us - g->since.us >= down) {
        g->collisions = 0;
        return;
    }
    unsigned bits = number_of(m) >> 2 * (g->collisions++ % 32) & 3;
    g->hold = (instant){at.us + down + bits * interval};
}

void group_follows(struct electorate *e, const struct member *m, instant at)
{
    struct group *g = m->group;
    if (!is_shared(g) || g->active == 0)
        return;
    for (struct member *other = g->first; other; other = other->next_in_group) {
        struct router_actions actions = {0};
        router_step_down(&other->router, at, WHY_GROUP, &actions);
        member_perform(e, other, at, &actions);
    }
    hold(g, m, at);
}

/* Tracks. One that several have counts once. */

static int weigh(const struct group *g)
{
    int sum = 0;
    for (const struct member *m = g->first; m; m = m->next_in_group) {
        for (uint8_t i = 0; i < m->use_count; i++) {
            struct track *t = m->uses[i].track;
            int weight = track_weighs(&m->uses[i]);
            if (abs(weight) > abs(t->counted)) {
                sum += weight - t->counted;
                t->counted = weight;
            }
        }
    }
    for (const struct member *m = g->first; m; m = m->next_in_group)
        for (uint8_t i = 0; i < m->use_count; i++)
            m->uses[i].track->counted = 0;
    return sum;
}

/* What follows for all */

static void tell_all(struct electorate *e, struct group *g, instant at)
{
    g->in_fault = is_shared(g) && g->faulty > 0;
    g->weights = weigh(g);
    for (struct member *m = g->first; m; m = m->next_in_group) {
        m->router.in_group = is_shared(g);
        router_set_weights(&m->router, at, g->weights);
        member_fault(e, m, at, FAULT_GROUP, g->in_fault);
    }
}

/* One that waits decides for all: when silence is believed, as always, and not while it is held. */
static void arm(struct electorate *e, struct group *g, instant at)
{
    struct member *m = g->first;
    while (!waits(m))
        m = m->next_in_group;
    heap_set(&e->silence_heap, &m->timer, instant_due(g->hold, at) ? at : g->hold);
}

void groups_settle(struct electorate *e, instant at)
{
    while (e->unsettled && !e->stopped && !e->replacing) {
        struct group *g = e->unsettled;
        e->unsettled = g->next_unsettled;
        if (g->count == 0) {
            end(e, g);
            continue;
        }
        if (g->changed)
            tell_all(e, g, at);
        if (may_go(g))
            arm(e, g, at);
        g->changed = g->unsettled = false;
    }
}
