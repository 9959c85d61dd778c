#include "core/router.h"

#include "core/packet.h"
#include "core/router_internal.h"
#include "core/timers.h"

static usec moderate(usec interval)
{
    usec quarter = interval / 4;
    return quarter > 10 * MILLISECOND ? quarter : 10 * MILLISECOND;
}

/* The version whose timers the others of this Active have. */
static uint8_t timed_by(const struct router *r)
{
    return r->settings.both && r->active_is_v2 ? 2 : r->settings.version;
}

usec router_skew_time(const struct router *r)
{
    return skew_time(timed_by(r), r->prio, r->active_adver_interval);
}

usec router_active_down_interval(const struct router *r)
{
    return active_down_interval(timed_by(r), r->prio, r->active_adver_interval, r->settings.down_factor);
}

const char *router_why_name(enum router_why why)
{
    static const char *const names[] = {
        [WHY_STARTUP] = "startup",     [WHY_OWNER] = "owner",         [WHY_TIMED_OUT] = "timed-out",
        [WHY_RESIGNED] = "resigned",   [WHY_PREEMPTED] = "preempted", [WHY_PRIORITY] = "priority",
        [WHY_TIE_BREAK] = "tie-break", [WHY_YIELD] = "yield",         [WHY_LINK] = "link",
        [WHY_ADDRESS] = "address",     [WHY_TRACK] = "track",         [WHY_SPEAKER] = "local-speaker",
        [WHY_STALLED] = "stalled",     [WHY_DEAF] = "deaf",           [WHY_RECOVERED] = "recovered",
        [WHY_SHUTDOWN] = "shutdown",   [WHY_PEER] = "no-peer",        [WHY_GROUP] = "group",
    };
    return names[why];
}

/* Actions */

void router_send_advertisement(struct router_actions *out, uint8_t prio, bool announce)
{
    out->items[out->count++] = (struct router_action){.kind = ACTION_SEND, .prio = prio, .announce = announce};
}

void router_transition(struct router *r, enum router_state to, enum router_why why, struct router_actions *out)
{
    out->items[out->count++] = (struct router_action){.kind = ACTION_STATE, .from = r->state, .to = to, .why = why};
    r->state = to;
}

void router_cancel_timers(struct router *r)
{
    r->adver_timer = r->active_down_timer = r->preempt_timer = r->startup_timer = r->echo_timer = INSTANT_NEVER;
}

void router_start_active_down_timer(struct router *r, instant at, usec interval)
{
    r->active_down_timer = instant_after(at, interval);
    r->preempt_timer = INSTANT_NEVER;
    r->resigned = false;
    r->lower_prio = 0;
}

/* RFC 9568 6.4.1 (130), (155) and 6.4.2 (365): advertise, announce every address, start the Adver_Timer. */
static void become_active(struct router *r, instant due_at, instant now, enum router_why why,
                          struct router_actions *out)
{
    router_cancel_timers(r);
    r->yielded = false;
    router_send_advertisement(out, r->prio, true);
    router_transition(r, ROUTER_ACTIVE, why, out);
    r->adver_timer = instant_after(due_at, r->settings.interval);
    if (instant_due(r->adver_timer, now))
        r->adver_timer = instant_after(now, r->settings.interval);
    r->echo_timer = instant_after(now, router_own_down_interval(r));
    r->next_answer = instant_after(now, moderate(r->settings.interval));
    r->next_announce = instant_after(now, r->settings.interval);
}

static void become_backup(struct router *r, instant at, usec active_adver_interval, enum router_why why,
                          struct router_actions *out)
{
    router_cancel_timers(r);
    r->active_adver_interval = active_adver_interval;
    router_start_active_down_timer(r, at, router_active_down_interval(r));
    router_transition(r, ROUTER_BACKUP, why, out);
}

/* With the own interval, until an Active is heard. */
void router_become_backup_unheard(struct router *r, instant now, enum router_why why, struct router_actions *out)
{
    r->learned = r->active_is_v2 = false;
    become_backup(r, now, r->settings.interval, why, out);
}

/* RFC 9568 6.1: v3 takes the Active's interval for Active_Adver_Interval; v2 has only its own. */
static usec learn(struct router *r, const struct router_heard *heard)
{
    r->learned = r->settings.version == 3;
    r->active_is_v2 = heard->is_v2;
    return r->learned ? heard->interval : r->settings.interval;
}

/* Preempt_Mode, which the owner always has. */
bool router_preempts(const struct router *r)
{
    return (r->settings.preempt || r->prio == VRRP_PRIORITY_OWNER) && !r->yielded;
}

/* RFC 9568 6.4.1, Initialize: Startup */

void router_leave_initialize(struct router *r, instant now, enum router_why why, struct router_actions *out)
{
    bool owner = r->prio == VRRP_PRIORITY_OWNER, first = !r->begun;
    bool at_once = (owner || (r->settings.init_active && first)) && !r->yielded;
    r->begun = true;
    if (at_once && !r->in_group) {
        become_active(r, now, now, owner && why == WHY_STARTUP ? WHY_OWNER : why, out);
        return;
    }
    router_become_backup_unheard(r, now, why, out);
    if (at_once)
        r->preempt_timer = now;
}

void router_init(struct router *r, const struct router_settings *settings)
{
    *r = (struct router){
        .settings = *settings,
        .state = ROUTER_INIT,
        .prio = settings->prio,
        .active_adver_interval = settings->interval,
        .speaker_timer = INSTANT_NEVER,
        .stalled_timer = INSTANT_NEVER,
    };
    router_cancel_timers(r);
}

void router_startup(struct router *r, instant now, struct router_actions *out)
{
    if (r->settings.startup_delay > 0)
        r->startup_timer = instant_after(now, r->settings.startup_delay);
    if (r->faults)
        router_transition(r, ROUTER_FAULT, router_fault_why(r->faults), out);
    else if (r->settings.startup_delay == 0)
        router_leave_initialize(r, now, WHY_STARTUP, out);
}

/* RFC 9568 6.4.2 and 6.4.3: Shutdown */
void router_shutdown(struct router *r, struct router_actions *out)
{
    router_cancel_timers(r);
    switch (r->state) {
    case ROUTER_INIT:
        break;
    case ROUTER_ACTIVE:
        router_send_advertisement(out, VRRP_PRIORITY_RESIGN, false);
        router_transition(r, ROUTER_INIT, WHY_SHUTDOWN, out);
        break;
    case ROUTER_BACKUP:
    case ROUTER_FAULT:
        router_transition(r, ROUTER_INIT, WHY_SHUTDOWN, out);
        break;
    }
}

/* RFC 9568 6.4.2, Backup: an advertisement is received */

static void backup_hears_lower(struct router *r, instant at, const struct router_heard *heard)
{
    instant preempt_timer = r->preempt_timer;
    if (r->settings.preempt_delay > 0) {
        if (preempt_timer.us == INSTANT_NEVER.us)
            preempt_timer = instant_after(at, r->settings.preempt_delay);
        r->active_adver_interval = learn(r, heard);
        router_start_active_down_timer(r, at, router_active_down_interval(r));
        r->preempt_timer = preempt_timer;
    }
    r->lower_prio = heard->prio; /* 6.4.2 (475): discard; the Active_Down_Timer runs on */
    r->lower_interval = heard->interval;
    r->lower_is_v2 = heard->is_v2;
}

static void backup_advert(struct router *r, instant at, const struct router_heard *heard)
{
    r->excused = false;
    if (heard->prio == VRRP_PRIORITY_RESIGN) {
        router_start_active_down_timer(r, at, router_skew_time(r));
        r->resigned = true;
    } else if (!router_preempts(r) || heard->prio >= r->prio) {
        r->active_adver_interval = learn(r, heard);
        router_start_active_down_timer(r, at, router_active_down_interval(r));
    } else {
        backup_hears_lower(r, at, heard);
    }
}

/* RFC 9568 6.4.3, Active: an advertisement is received */

static bool may_answer(struct router *r, instant at)
{
    if (!instant_due(r->next_answer, at))
        return false;
    r->next_answer = instant_after(at, moderate(r->settings.interval));
    return true;
}

static bool loses_tie(const struct router *r, const struct router_heard *heard)
{
    return r->primary.family == 0 || ip_compare(&heard->src, &r->primary) > 0;
}

static void give_way(struct router *r, instant at, const struct router_heard *heard, enum router_why why,
                     struct router_actions *out)
{
    if (r->settings.last_advert)
        router_send_advertisement(out, r->prio, false);
    become_backup(r, at, learn(r, heard), why, out);
}

/* 6.4.3 (740): answer at once, the Adver_Timer runs on. Announced as well: hosts and switches may have followed the
 * other. RFC 3768 6.4.3 discards it. */
static void answer_lower(struct router *r, instant at, struct router_actions *out)
{
    bool strict = r->settings.strict;
    if ((strict && r->settings.version == 2) || !may_answer(r, at))
        return;
    bool announce = !strict && instant_due(r->next_announce, at);
    if (announce)
        r->next_announce = instant_after(at, r->settings.interval);
    router_send_advertisement(out, r->prio, announce);
}

static void active_advert(struct router *r, instant at, const struct router_heard *heard, struct router_actions *out)
{
    if (heard->prio == VRRP_PRIORITY_RESIGN) {
        if (may_answer(r, at)) {
            router_send_advertisement(out, r->prio, false);
            r->adver_timer = instant_after(at, r->settings.interval);
        }
    } else if (heard->prio > r->prio) {
        give_way(r, at, heard, WHY_PRIORITY, out);
    } else if (heard->prio == r->prio && loses_tie(r, heard)) {
        give_way(r, at, heard, WHY_TIE_BREAK, out);
    } else {
        answer_lower(r, at, out);
    }
}

void router_advert(struct router *r, instant at, const struct router_heard *heard, struct router_actions *out)
{
    if (r->state == ROUTER_FAULT)
        router_end_first_stall(r, at, out);
    switch (r->state) {
    case ROUTER_INIT:
    case ROUTER_FAULT:
        break;
    case ROUTER_BACKUP:
        backup_advert(r, at, heard);
        break;
    case ROUTER_ACTIVE:
        active_advert(r, at, heard, out);
        break;
    }
}

/* Timers */

static void active_down_timer_fires(struct router *r, instant now, struct router_actions *out)
{
    bool preempts = r->lower_prio && r->settings.preempt_delay == 0; /* with a delay, its own timer does */
    enum router_why why = r->resigned ? WHY_RESIGNED : preempts ? WHY_PREEMPTED : WHY_TIMED_OUT;
    become_active(r, r->active_down_timer, now, why, out);
}

/* The next deadline is the last one plus the interval, so that adverts do not drift; what was missed is left out. */
static void adver_timer_fires(struct router *r, instant now, struct router_actions *out)
{
    router_send_advertisement(out, r->prio, false);
    usec late = now.us - r->adver_timer.us;
    r->adver_timer = instant_after(r->adver_timer, r->settings.interval * (1 + late / r->settings.interval));
}

/* What the preempt_timer ran for: preempt_delay, or to be asked at once in a group. */
static enum router_why at_once_why(const struct router *r)
{
    if (r->lower_prio)
        return WHY_PREEMPTED;
    return r->prio == VRRP_PRIORITY_OWNER ? WHY_OWNER : WHY_STARTUP;
}

void router_expire(struct router *r, instant now, struct router_actions *out)
{
    switch (r->state) {
    case ROUTER_INIT:
        if (instant_due(r->startup_timer, now)) {
            r->startup_timer = INSTANT_NEVER;
            router_leave_initialize(r, now, WHY_STARTUP, out);
        }
        break;
    case ROUTER_BACKUP:
        if (instant_due(r->active_down_timer, now))
            active_down_timer_fires(r, now, out);
        else if (instant_due(r->preempt_timer, now))
            become_active(r, r->preempt_timer, now, at_once_why(r), out);
        break;
    case ROUTER_ACTIVE:
        if (instant_due(r->adver_timer, now))
            adver_timer_fires(r, now, out);
        break;
    case ROUTER_FAULT:
        if (instant_due(r->speaker_timer, now))
            router_set_fault(r, now, FAULT_SPEAKER, false, out);
        if (r->state == ROUTER_FAULT && instant_due(r->stalled_timer, now))
            router_set_fault(r, now, FAULT_STALLED, false, out);
        break;
    }
}

void router_advertise_sooner(struct router *r, instant at)
{
    if (r->state == ROUTER_ACTIVE && at.us < r->adver_timer.us)
        r->adver_timer = at;
}

instant router_deadline(const struct router *r)
{
    switch (r->state) {
    case ROUTER_INIT:
        return r->startup_timer;
    case ROUTER_BACKUP:
        return r->preempt_timer.us < r->active_down_timer.us ? r->preempt_timer : r->active_down_timer;
    case ROUTER_ACTIVE:
        return r->adver_timer;
    case ROUTER_FAULT:
        return r->speaker_timer.us < r->stalled_timer.us ? r->speaker_timer : r->stalled_timer;
    }
    return INSTANT_NEVER;
}
