#include "core/router.h"

#include "core/packet.h"
#include "core/timers.h"

static instant after(instant t, usec d)
{
    return (instant){t.us + d};
}

static bool due(instant timer, instant now)
{
    return timer.us <= now.us;
}

static usec moderate(usec interval)
{
    usec quarter = interval / 4;
    return quarter > 10 * MILLISECOND ? quarter : 10 * MILLISECOND;
}

usec router_skew_time(const struct router *r)
{
    return skew_time(r->settings.version, r->prio, r->active_adver_interval);
}

usec router_active_down_interval(const struct router *r)
{
    return active_down_interval(r->settings.version, r->prio, r->active_adver_interval, r->settings.down_factor);
}

const char *router_why_name(enum router_why why)
{
    static const char *const names[] = {
        [WHY_STARTUP] = "startup",     [WHY_OWNER] = "owner",         [WHY_TIMED_OUT] = "timed-out",
        [WHY_RESIGNED] = "resigned",   [WHY_PREEMPTED] = "preempted", [WHY_PRIORITY] = "priority",
        [WHY_TIE_BREAK] = "tie-break", [WHY_YIELD] = "yield",         [WHY_LINK] = "link",
        [WHY_ADDRESS] = "address",     [WHY_TRACK] = "track",         [WHY_RECOVERED] = "recovered",
        [WHY_SHUTDOWN] = "shutdown",
    };
    return names[why];
}

/* Actions */

static void send_advertisement(struct router_actions *out, uint8_t prio, bool announce)
{
    out->items[out->count++] = (struct router_action){.kind = ACTION_SEND, .prio = prio, .announce = announce};
}

static void transition(struct router *r, enum router_state to, enum router_why why, struct router_actions *out)
{
    out->items[out->count++] = (struct router_action){.kind = ACTION_STATE, .from = r->state, .to = to, .why = why};
    r->state = to;
}

static void cancel_timers(struct router *r)
{
    r->adver_timer = r->active_down_timer = r->preempt_timer = r->startup_timer = INSTANT_NEVER;
}

static void start_active_down_timer(struct router *r, instant at, usec interval)
{
    r->active_down_timer = after(at, interval);
    r->preempt_timer = INSTANT_NEVER;
    r->resigned = false;
    r->lower_prio = 0;
}

/* RFC 9568 6.4.1 (130), (155) and 6.4.2 (365): advertise, announce every address, start the Adver_Timer. */
static void become_active(struct router *r, instant due_at, instant now, enum router_why why,
                          struct router_actions *out)
{
    cancel_timers(r);
    r->yielded = false;
    send_advertisement(out, r->prio, true);
    transition(r, ROUTER_ACTIVE, why, out);
    r->adver_timer = after(due_at, r->settings.interval);
    if (due(r->adver_timer, now))
        r->adver_timer = after(now, r->settings.interval);
    r->next_answer = after(now, moderate(r->settings.interval));
    r->next_announce = after(now, r->settings.interval);
}

static void become_backup(struct router *r, instant at, usec active_adver_interval, enum router_why why,
                          struct router_actions *out)
{
    cancel_timers(r);
    r->active_adver_interval = active_adver_interval;
    start_active_down_timer(r, at, router_active_down_interval(r));
    transition(r, ROUTER_BACKUP, why, out);
}

/* With the own interval, until an Active is heard. */
static void become_backup_unheard(struct router *r, instant now, enum router_why why, struct router_actions *out)
{
    r->learned = false;
    become_backup(r, now, r->settings.interval, why, out);
}

/* RFC 9568 6.1: v3 takes the Active's interval for Active_Adver_Interval; v2 has only its own. */
static usec learn(struct router *r, const struct router_heard *heard)
{
    r->learned = r->settings.version == 3;
    return r->learned ? heard->interval : r->settings.interval;
}

/* Preempt_Mode, which the owner always has. */
static bool preempts(const struct router *r)
{
    return (r->settings.preempt || r->prio == VRRP_PRIORITY_OWNER) && !r->yielded;
}

/* RFC 9568 6.4.1, Initialize: Startup */

static void leave_initialize(struct router *r, instant now, enum router_why why, struct router_actions *out)
{
    if (r->prio == VRRP_PRIORITY_OWNER && !r->yielded)
        become_active(r, now, now, why == WHY_STARTUP ? WHY_OWNER : why, out);
    else
        become_backup_unheard(r, now, why, out);
}

static enum router_why fault_why(unsigned faults)
{
    return faults & FAULT_LINK ? WHY_LINK : faults & FAULT_ADDRESS ? WHY_ADDRESS : WHY_TRACK;
}

void router_init(struct router *r, const struct router_settings *settings)
{
    *r = (struct router){
        .settings = *settings,
        .state = ROUTER_INIT,
        .prio = settings->prio,
        .active_adver_interval = settings->interval,
    };
    cancel_timers(r);
}

void router_startup(struct router *r, instant now, struct router_actions *out)
{
    if (r->settings.startup_delay > 0)
        r->startup_timer = after(now, r->settings.startup_delay);
    if (r->faults)
        transition(r, ROUTER_FAULT, fault_why(r->faults), out);
    else if (r->settings.startup_delay == 0)
        leave_initialize(r, now, WHY_STARTUP, out);
}

/* RFC 9568 6.4.2 and 6.4.3: Shutdown */
void router_shutdown(struct router *r, struct router_actions *out)
{
    cancel_timers(r);
    switch (r->state) {
    case ROUTER_INIT:
        break;
    case ROUTER_ACTIVE:
        send_advertisement(out, VRRP_PRIORITY_RESIGN, false);
        transition(r, ROUTER_INIT, WHY_SHUTDOWN, out);
        break;
    case ROUTER_BACKUP:
    case ROUTER_FAULT:
        transition(r, ROUTER_INIT, WHY_SHUTDOWN, out);
        break;
    }
}

/* RFC 9568 6.4.2, Backup: an advertisement is received */

static void backup_hears_lower(struct router *r, instant at, const struct router_heard *heard)
{
    r->lower_prio = heard->prio;
    if (r->settings.preempt_delay == 0)
        return; /* 6.4.2 (475): discard; the Active_Down_Timer runs on */
    instant preempt_timer =
        r->preempt_timer.us == INSTANT_NEVER.us ? after(at, r->settings.preempt_delay) : r->preempt_timer;
    r->active_adver_interval = learn(r, heard);
    start_active_down_timer(r, at, router_active_down_interval(r));
    r->preempt_timer = preempt_timer;
    r->lower_prio = heard->prio;
}

static void backup_advert(struct router *r, instant at, const struct router_heard *heard)
{
    if (heard->prio == VRRP_PRIORITY_RESIGN) {
        start_active_down_timer(r, at, router_skew_time(r));
        r->resigned = true;
    } else if (!preempts(r) || heard->prio >= r->prio) {
        r->active_adver_interval = learn(r, heard);
        start_active_down_timer(r, at, router_active_down_interval(r));
    } else {
        backup_hears_lower(r, at, heard);
    }
}

/* RFC 9568 6.4.3, Active: an advertisement is received */

static bool may_answer(struct router *r, instant at)
{
    if (!due(r->next_answer, at))
        return false;
    r->next_answer = after(at, moderate(r->settings.interval));
    return true;
}

static bool loses_tie(const struct router *r, const struct router_heard *heard)
{
    return r->primary.family == 0 || ip_compare(&heard->src, &r->primary) > 0;
}

static void active_advert(struct router *r, instant at, const struct router_heard *heard, struct router_actions *out)
{
    if (heard->prio == VRRP_PRIORITY_RESIGN) {
        if (may_answer(r, at)) {
            send_advertisement(out, r->prio, false);
            r->adver_timer = after(at, r->settings.interval);
        }
    } else if (heard->prio > r->prio) {
        become_backup(r, at, learn(r, heard), WHY_PRIORITY, out);
    } else if (heard->prio == r->prio && loses_tie(r, heard)) {
        become_backup(r, at, learn(r, heard), WHY_TIE_BREAK, out);
    } else if (may_answer(r, at)) {
        /* 6.4.3 (740): answer at once, the Adver_Timer runs on; hosts and switches may have followed the other. */
        bool announce = due(r->next_announce, at);
        if (announce)
            r->next_announce = after(at, r->settings.interval);
        send_advertisement(out, r->prio, announce);
    }
}

void router_advert(struct router *r, instant at, const struct router_heard *heard, struct router_actions *out)
{
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
    enum router_why why = r->resigned ? WHY_RESIGNED : r->lower_prio ? WHY_PREEMPTED : WHY_TIMED_OUT;
    become_active(r, r->active_down_timer, now, why, out);
}

/* The next deadline is the last one plus the interval, so that adverts do not drift; what was missed is left out. */
static void adver_timer_fires(struct router *r, instant now, struct router_actions *out)
{
    send_advertisement(out, r->prio, false);
    usec late = now.us - r->adver_timer.us;
    r->adver_timer = after(r->adver_timer, r->settings.interval * (1 + late / r->settings.interval));
}

void router_expire(struct router *r, instant now, struct router_actions *out)
{
    switch (r->state) {
    case ROUTER_INIT:
        if (due(r->startup_timer, now)) {
            r->startup_timer = INSTANT_NEVER;
            leave_initialize(r, now, WHY_STARTUP, out);
        }
        break;
    case ROUTER_BACKUP:
        if (due(r->active_down_timer, now))
            active_down_timer_fires(r, now, out);
        else if (due(r->preempt_timer, now))
            become_active(r, r->preempt_timer, now, WHY_PREEMPTED, out);
        break;
    case ROUTER_ACTIVE:
        if (due(r->adver_timer, now))
            adver_timer_fires(r, now, out);
        break;
    case ROUTER_FAULT:
        break;
    }
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
        break;
    }
    return INSTANT_NEVER;
}

/* Beyond the RFCs */

void router_set_fault(struct router *r, instant now, enum router_fault fault, bool on, struct router_actions *out)
{
    unsigned before = r->faults;
    r->faults = on ? before | (unsigned)fault : before & ~(unsigned)fault;

    switch (r->state) {
    case ROUTER_INIT:
        /* Before startup nothing has begun that could fail. While startup_delay runs, its end is a startup. */
        if (r->faults && r->startup_timer.us != INSTANT_NEVER.us)
            transition(r, ROUTER_FAULT, fault_why(r->faults), out);
        break;
    case ROUTER_BACKUP:
    case ROUTER_ACTIVE:
        if (!r->faults)
            break;
        if (r->state == ROUTER_ACTIVE && !(r->faults & FAULT_LINK))
            send_advertisement(out, VRRP_PRIORITY_RESIGN, false);
        cancel_timers(r);
        transition(r, ROUTER_FAULT, fault_why(r->faults), out);
        break;
    case ROUTER_FAULT:
        /* The startup_delay runs on in a fault: what is repaired before its end goes on waiting. */
        if (!r->faults && r->startup_timer.us != INSTANT_NEVER.us && !due(r->startup_timer, now))
            transition(r, ROUTER_INIT, WHY_RECOVERED, out);
        else if (!r->faults)
            leave_initialize(r, now, WHY_RECOVERED, out);
        break;
    }
}

/* What the Active_Down_Timer was started with. */
static usec running_interval(const struct router *r)
{
    return r->resigned ? router_skew_time(r) : router_active_down_interval(r);
}

static void set_priority(struct router *r, uint8_t prio)
{
    usec before = running_interval(r);
    r->prio = prio;
    if (r->state != ROUTER_BACKUP)
        return;
    r->active_down_timer.us += running_interval(r) - before;
    if (r->prio <= r->lower_prio) /* the one that was to be preempted is not lower any more */
        r->preempt_timer = INSTANT_NEVER;
}

static uint8_t weighted(uint8_t prio, int weights)
{
    if (prio == VRRP_PRIORITY_OWNER)
        return prio;
    int sum = prio + weights;
    return (uint8_t)(sum < 1 ? 1 : sum > 254 ? 254 : sum);
}

void router_set_weights(struct router *r, int weights)
{
    set_priority(r, weighted(r->settings.prio, weights));
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
        if (r->lower_prio) /* the lower one that was to be preempted is to be followed: it is not silent */
            start_active_down_timer(r, now, router_active_down_interval(r));
        break;
    case ROUTER_ACTIVE:
        send_advertisement(out, VRRP_PRIORITY_RESIGN, false);
        become_backup_unheard(r, now, WHY_YIELD, out);
        break;
    }
}

void router_reconfigure(struct router *r, instant now, const struct router_settings *settings, int weights)
{
    usec before = running_interval(r);
    r->settings = *settings;
    r->prio = weighted(settings->prio, weights);
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
        if (r->lower_prio && (!preempts(r) || r->prio <= r->lower_prio)) /* no longer to be preempted */
            start_active_down_timer(r, now, router_active_down_interval(r));
        break;
    case ROUTER_ACTIVE:
        if (r->adver_timer.us > after(now, settings->interval).us)
            r->adver_timer = after(now, settings->interval);
        break;
    }
}
