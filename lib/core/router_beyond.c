/* What a virtual router does beyond the RFCs: faults, the loop through the wire, priorities that change, yield. */
#include "core/packet.h"
#include "core/router_internal.h"
#include "core/timers.h"

/* As the others have it for this router's own advertisements. */
usec router_own_down_interval(const struct router *r)
{
    return active_down_interval(r->settings.version, r->prio, r->settings.interval, r->settings.down_factor);
}

enum router_why router_fault_why(unsigned faults)
{
    static const struct {
        enum router_fault fault;
        enum router_why why;
    } order[] = {
        {FAULT_LINK, WHY_LINK},       {FAULT_ADDRESS, WHY_ADDRESS}, {FAULT_PEER, WHY_PEER}, {FAULT_TRACK, WHY_TRACK},
        {FAULT_SPEAKER, WHY_SPEAKER}, {FAULT_STALLED, WHY_STALLED}, {FAULT_DEAF, WHY_DEAF},
    };
    for (size_t i = 0; i < nitems(order); i++)
        if (faults & (unsigned)order[i].fault)
            return order[i].why;
    return WHY_GROUP;
}

void router_set_fault(struct router *r, instant now, enum router_fault fault, bool on, struct router_actions *out)
{
    unsigned before = r->faults;
    r->faults = on ? before | (unsigned)fault : before & ~(unsigned)fault;
    if (fault == FAULT_SPEAKER && !on)
        r->speaker_timer = INSTANT_NEVER;
    if (fault == FAULT_STALLED && !on)
        r->stalled_timer = INSTANT_NEVER;

    switch (r->state) {
    case ROUTER_INIT:
        /* Before startup nothing has begun that could fail. While startup_delay runs, its end is a startup. */
        if (r->faults && r->startup_timer.us != INSTANT_NEVER.us)
            router_transition(r, ROUTER_FAULT, router_fault_why(r->faults), out);
        break;
    case ROUTER_BACKUP:
    case ROUTER_ACTIVE:
        if (!r->faults)
            break;
        if (r->state == ROUTER_ACTIVE && !(r->faults & FAULT_LINK))
            router_send_advertisement(out, VRRP_PRIORITY_RESIGN, false);
        router_cancel_timers(r);
        router_transition(r, ROUTER_FAULT, router_fault_why(r->faults), out);
        break;
    case ROUTER_FAULT:
        /* The startup_delay runs on in a fault: what is repaired before its end goes on waiting. */
        if (!r->faults && r->startup_timer.us != INSTANT_NEVER.us && !instant_due(r->startup_timer, now))
            router_transition(r, ROUTER_INIT, WHY_RECOVERED, out);
        else if (!r->faults)
            router_leave_initialize(r, now, WHY_RECOVERED, out);
        break;
    }
}

/* The loop through the wire */

static const usec LONGEST_STALL = 600 * SECOND;

static usec stall_wait(const struct router *r)
{
    usec wait = 10 * router_own_down_interval(r);
    for (unsigned n = 1; n < r->stalls && wait < LONGEST_STALL; n++)
        wait *= 2;
    return wait < LONGEST_STALL ? wait : LONGEST_STALL;
}

/* Another router is heard, so that what stood still moves again. One that stalls at once again only waits. */
void router_end_first_stall(struct router *r, instant at, struct router_actions *out)
{
    if (r->faults & FAULT_STALLED && r->stalls == 1)
        router_set_fault(r, at, FAULT_STALLED, false, out);
}

void router_echo(struct router *r, instant at)
{
    if (r->state != ROUTER_ACTIVE)
        return;
    r->echo_timer = instant_after(at, router_own_down_interval(r));
    r->stalls = 0;
}

void router_echo_later(struct router *r, usec by)
{
    if (r->state == ROUTER_ACTIVE)
        r->echo_timer = instant_after(r->echo_timer, by);
}

void router_unseen(struct router *r, instant now, struct router_actions *out)
{
    if (r->state != ROUTER_ACTIVE || !instant_due(r->echo_timer, now))
        return;
    if (r->stalls < UINT8_MAX)
        r->stalls++;
    r->stalled_timer = instant_after(now, stall_wait(r));
    router_set_fault(r, now, FAULT_STALLED, true, out);
}

instant router_echo_deadline(const struct router *r)
{
    return r->echo_timer;
}

/* It is gone when it was silent for as long as it would take the others to notice. */
void router_speaker(struct router *r, instant at, usec interval, struct router_actions *out)
{
    r->speaker_timer = instant_after(at, (r->settings.down_factor + 1) * interval);
    router_set_fault(r, at, FAULT_SPEAKER, true, out);
}

/* What the Active_Down_Timer was started with. */
static usec running_interval(const struct router *r)
{
    return r->resigned ? router_skew_time(r) : router_active_down_interval(r);
}

bool router_excuse(struct router *r, instant now)
{
    if (r->state != ROUTER_BACKUP || r->excused || !instant_due(r->active_down_timer, now))
        return false;
    r->excused = true;
    r->active_down_timer = instant_after(now, running_interval(r));
    return true;
}

/* Priorities, yield, settings */

/* The lower one that was to be preempted is the Active to be followed: it is not silent. */
static void follow_lower(struct router *r, instant now)
{
    if (r->settings.version == 3) {
        r->active_adver_interval = r->lower_interval;
        r->active_is_v2 = r->lower_is_v2;
        r->learned = true;
    }
    router_start_active_down_timer(r, now, router_active_down_interval(r));
}

static void set_priority(struct router *r, instant now, uint8_t prio)
{
    usec before = running_interval(r);
    r->prio = prio;
    if (r->state != ROUTER_BACKUP)
        return;
    r->active_down_timer.us += running_interval(r) - before;
    if (r->lower_prio && r->prio <= r->lower_prio)
        follow_lower(r, now);
}

static uint8_t weighted(uint8_t prio, int weights)
{
    if (prio == VRRP_PRIORITY_OWNER)
        return prio;
    int sum = prio + weights;
    return (uint8_t)(sum < 1 ? 1 : sum > 254 ? 254 : sum);
}

void router_set_weights(struct router *r, instant now, int weights)
{
    set_priority(r, now, weighted(r->settings.prio, weights));
}

void router_step_down(struct router *r, instant now, enum router_why why, struct router_actions *out)
{
    if (r->state != ROUTER_ACTIVE)
        return;
    router_send_advertisement(out, VRRP_PRIORITY_RESIGN, false);
    router_become_backup_unheard(r, now, why, out);
}

void router_yield(struct router *r, instant now, bool on, struct router_actions *out)
{
    r->yielded = on;
    if (!on)
        return;
    switch (r->state) {
    case ROUTER_INIT:
    case ROUTER_FAULT:
        break;
    case ROUTER_BACKUP:
        if (r->lower_prio)
            follow_lower(r, now);
        break;
    case ROUTER_ACTIVE:
        router_step_down(r, now, WHY_YIELD, out);
        break;
    }
}

void router_reconfigure(struct router *r, instant now, const struct router_settings *settings, int weights)
{
    usec before = running_interval(r);
    r->active_is_v2 = r->active_is_v2 || r->settings.version == 2; /* whom it has followed so far */
    r->settings = *settings;
    r->prio = weighted(settings->prio, weights);
    r->learned = r->learned && settings->version == 3;
    if (!r->learned)
        r->active_adver_interval = settings->interval;

    switch (r->state) {
    case ROUTER_INIT:
    case ROUTER_FAULT:
        break;
    case ROUTER_BACKUP:
        r->active_down_timer.us += running_interval(r) - before;
        if (settings->preempt_delay == 0)
            r->preempt_timer = INSTANT_NEVER;
        if (r->lower_prio && (!router_preempts(r) || r->prio <= r->lower_prio))
            follow_lower(r, now);
        break;
    case ROUTER_ACTIVE:
        if (r->adver_timer.us > instant_after(now, settings->interval).us)
            r->adver_timer = instant_after(now, settings->interval);
        break;
    }
}
