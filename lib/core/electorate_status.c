/* What a virtual router has been through, for who asks: its last event and counters, in the words of RFC 8347. */
#include <string.h>

#include "core/electorate_group.h"
#include "core/packet.h"

/* Of RFC 8347 vrrp-event-type, with Active for master. What it has no word for has our own: why= of the transition. */
static const char *event_of(const struct member *m, const struct router_action *action)
{
    static const char *const words[] = {
        [WHY_STARTUP] = "startup",
        [WHY_OWNER] = "startup",
        [WHY_TIMED_OUT] = "active-timeout",
        [WHY_RESIGNED] = "active-timeout",
        [WHY_PREEMPTED] = "lower-priority-active",
        [WHY_PRIORITY] = "higher-priority-backup",
        [WHY_TIE_BREAK] = "higher-priority-backup",
        [WHY_LINK] = "interface-down",
        [WHY_ADDRESS] = "no-primary-ip-address",
        [WHY_SHUTDOWN] = "shutdown",
    };
    bool recovered = action->why == WHY_RECOVERED, preempted = action->why == WHY_PREEMPTED;
    if (recovered && m->last_why == WHY_LINK)
        return "interface-up";
    if (recovered && m->last_why == WHY_ADDRESS)
        return "primary-ip-address";
    if (preempted && m->router.prio == VRRP_PRIORITY_OWNER)
        return "owner-preempt";
    if (preempted && m->router.settings.preempt_delay > 0)
        return "preempt-hold-timeout";
    const char *word = (size_t)action->why < nitems(words) ? words[action->why] : NULL;
    return word ? word : router_why_name(action->why);
}

/* RFC 8347 new-master-reason-type. Whoever follows one that has resigned, or takes part as owner, had the highest
 * priority. */
static const char *reason_of(enum router_why why)
{
    return why == WHY_TIMED_OUT ? "no-response" : why == WHY_PREEMPTED ? "preempted" : "priority";
}

static bool takes_part(enum router_state state)
{
    return state == ROUTER_BACKUP || state == ROUTER_ACTIVE;
}

void member_remember(struct member *m, instant at, const struct router_action *action)
{
    m->last_event = event_of(m, action);
    if (takes_part(action->to) && !takes_part(action->from))
        m->up = at;
    if (action->to == ROUTER_ACTIVE) {
        m->new_active_reason = reason_of(action->why);
        m->counters.master_transitions++;
    }
    m->since = at;
    m->last_why = action->why;
}

void electorate_count_bad(struct electorate *e, struct span why)
{
    struct statistics *s = &e->statistics;
    if (span_is(why, "checksum"))
        s->checksum_errors++;
    else if (span_is(why, "version"))
        s->version_errors++;
    else if (span_is(why, "vrid-zero"))
        s->vrid_errors++;
    else if (span_is(why, "ttl"))
        s->ip_ttl_errors++;
}

void member_count_bad(struct member *m, struct span why)
{
    struct counters *c = &m->counters;
    c->discarded++;
    if (span_is(why, "type"))
        c->invalid_type_pkts_rcvd++;
    else if (span_is(why, "short"))
        c->packet_length_errors++;
    else if (span_is(why, "auth"))
        c->auth_failures++;
    else if (span_is(why, "auth-type"))
        c->invalid_auth_type++;
    else if (span_is(why, "interval-zero"))
        c->interval_errors++;
    else if (span_is(why, "addr-count-zero"))
        c->address_list_errors++;
}

static void report_status(const struct member *m, void (*report)(void *context, const struct status_event *s),
                          void *context)
{
    const struct router *r = &m->router;
    struct status_event s = {
        .id = m->id,
        .name = m->name,
        .group = m->group ? m->group->name : NULL,
        .ready = m->group && group_has_ready(m),
        .state = r->state,
        .since = m->since,
        .last_why = router_why_name(m->last_why),
        .version = r->settings.version,
        .both = r->settings.both,
        .prio = r->prio,
        .owner = r->settings.prio == VRRP_PRIORITY_OWNER,
        .yielded = r->yielded,
        .interval = r->settings.interval,
        .active_adver_interval = r->active_adver_interval,
        .active_down_interval = router_active_down_interval(r),
        .skew_time = router_skew_time(r),
        .cksum = m->form.form,
        .last_adv_source = m->last_adv_source,
        .counters = m->counters,
        .up = m->up,
        .takes_part = takes_part(r->state),
        .last_event = m->last_event ? m->last_event : "none",
        .new_active_reason = m->new_active_reason ? m->new_active_reason : "not-active",
    };
    report(context, &s);
}

bool electorate_status(const struct electorate *e, struct span name,
                       void (*report)(void *context, const struct status_event *s), void *context)
{
    if (name.len > 0) {
        const struct member *m = member_named(e, name);
        if (m)
            report_status(m, report, context);
        return m != NULL;
    }
    for (size_t i = 0; i < e->count; i++)
        report_status(e->members[i], report, context);
    return true;
}

const struct statistics *electorate_statistics(const struct electorate *e)
{
    return &e->statistics;
}
