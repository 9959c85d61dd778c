/* The loop through the wire: what was decided is seen leaving, what is silent was listened to. */
#include <stddef.h>

#include "core/electorate_group.h"
#include "core/packet.h"
#include "core/timers.h"

enum {
    STRIKES = 3,      /* so many that nobody owed, */
    MATCHED_CALM = 8, /* without so many good ones between, are another program's */
    TICKS_MISSED = 3, /* after so many the listener is silent itself */
};
#define STALL_MOST (50 * MILLISECOND)
#define HELD_BACK                                                                                                      \
    (3 * SECOND) /* by the kernel, while it looks for a neighbour; then they leave at once, or are dropped */

/* Of our own sending */

static void owe(struct owed *s, uint8_t most)
{
    if (s->owed < most)
        s->owed++;
}

void member_spoke(struct member *m, instant at, uint8_t prio)
{
    struct spoken *s = &m->spoken;
    if (prio == VRRP_PRIORITY_RESIGN)
        return;
    s->at = at;
    s->prio_before = s->prio_before == 0 ? prio : s->prio;
    s->prio = prio;
    if (!m->peers) {
        owe(&s->group, OWED_MOST);
        return;
    }
    usec most = OWED_MOST + HELD_BACK / m->router.settings.interval;
    for (size_t i = 0; i < m->peers->count; i++)
        owe(&m->peers->owed[i], most < UINT8_MAX ? (uint8_t)most : UINT8_MAX);
}

static bool is_owed(struct owed *s)
{
    if (s->owed > 0) {
        s->owed--;
        if (s->matched < MATCHED_CALM && ++s->matched == MATCHED_CALM)
            s->strikes = 0;
        return true;
    }
    s->matched = 0;
    return ++s->strikes < STRIKES;
}

/* One of ours may be on its way for as long as vrrp-advert would still send it. */
static bool is_like_ours(const struct member *m, instant at, const struct advert *a)
{
    const struct router *r = &m->router;
    usec late = active_down_interval(r->settings.version, r->prio, r->settings.interval, r->settings.down_factor);
    const struct spoken *s = &m->spoken;
    if (s->prio == 0 || at.us > s->at.us + late || a->interval != r->settings.interval)
        return false;
    return a->prio == s->prio || a->prio == s->prio_before;
}

/* To a peer what we said a while ago may leave only now: of those that are owed each is one of ours. */
static bool is_ours(struct member *m, instant at, const struct advert *a, struct owed *owed)
{
    bool held_back = m->peers && owed->owed > 0;
    return (held_back || is_like_ours(m, at, a)) && is_owed(owed);
}

void member_sees(struct electorate *e, struct member *m, instant at, const struct advert *a)
{
    struct router_actions actions = {0};
    struct owed *owed = a->flags & FLAG_UNICAST ? member_owed(m, a) : m->peers ? NULL : &m->spoken.group;
    if (a->prio == VRRP_PRIORITY_RESIGN || a->version != m->router.settings.version || !owed)
        return;
    if (m->peers) {
        m->peers->seen = true;
        m->peers->heard = 0;
    }
    if (is_ours(m, at, a, owed))
        router_echo(&m->router, at);
    else
        router_speaker(&m->router, at, a->interval, &actions);
    member_perform(e, m, at, &actions);
}

/* Of the others' silence */

void electorate_gap(struct electorate *e, bool on)
{
    e->gaps += on && !e->gap;
    e->gap = on;
}

usec electorate_stall_limit(const struct electorate *e)
{
    return e->shortest / 2 < STALL_MOST ? e->shortest / 2 : STALL_MOST;
}

void electorate_stood_still(struct electorate *e, instant now)
{
    instant due = electorate_due_held(e, now);
    if (due.us == INSTANT_NEVER.us || now.us - due.us <= electorate_stall_limit(e))
        return;
    for (size_t i = 0; i < e->count; i++) {
        struct member *m = e->members[i];
        router_echo_later(&m->router, now.us - due.us);
        heap_set(&e->echo_heap, &m->echo, router_echo_deadline(&m->router));
    }
}

bool member_doubts_silence(struct electorate *e, struct member *m, instant now)
{
    if (e->tick.seen && now.us - e->tick.at.us > TICKS_MISSED * e->tick.every) {
        e->deaf++;
        member_fault(e, m, now, FAULT_DEAF, true);
        return true;
    }
    if (!e->gap || !router_excuse(&m->router, now))
        return false;
    member_perform(e, m, now, &(struct router_actions){0});
    return true;
}

/* Of ticks */

static void hear_again(struct electorate *e, instant at)
{
    for (size_t i = 0; e->deaf > 0 && i < e->count; i++)
        if (e->members[i]->router.faults & FAULT_DEAF)
            member_fault(e, e->members[i], at, FAULT_DEAF, false);
    e->deaf = 0;
}

/* Who was Active before the loop was there could not be seen. */
static void begin_to_look(struct electorate *e, instant at)
{
    for (size_t i = 0; i < e->count; i++) {
        struct member *m = e->members[i];
        router_echo(&m->router, at);
        heap_set(&e->echo_heap, &m->echo, router_echo_deadline(&m->router));
    }
}

/* What is sent to a peer may leave through another interface, and none leaves while the kernel looks for a peer that is
 * down. That they do not leave is plain only when they did, and a peer is there and speaks on. */
static bool is_excused(struct member *m)
{
    bool excused = m->peers && !(m->peers->seen && m->peers->heard == SPEAKS_ON);
    if (m->peers)
        m->peers->heard = 0;
    return excused;
}

static void look_for_echoes(struct electorate *e, instant at)
{
    for (struct timer *t; (t = heap_due(&e->echo_heap, at));) {
        struct member *m = (struct member *)((char *)t - offsetof(struct member, echo));
        struct router_actions actions = {0};
        if (e->gap || is_excused(m))
            router_echo(&m->router, at);
        else
            router_unseen(&m->router, at, &actions);
        member_perform(e, m, at, &actions);
    }
}

void electorate_told(struct electorate *e, instant at, usec every)
{
    if (!e->tick.seen)
        begin_to_look(e, at);
    e->tick.seen = true;
    e->tick.at = at;
    e->tick.every = every;
}

void electorate_seen(struct electorate *e, instant at)
{
    if (e->stopped || !e->started)
        return;
    hear_again(e, at);
    if (!e->shadow)
        look_for_echoes(e, at);
    groups_settle(e, at);
}
