/* One virtual router: what its state machine decided is told, and its deadline is kept. */
#include <string.h>

#include "core/electorate_group.h"

struct member *member_find(const struct electorate *e, const struct identity *id)
{
    const struct interface *i = interface_find(e, id->ifname);
    return i ? member_on(i, id->af, id->vrid) : NULL;
}

/* Above what was sent and heard, since keepalived counts both as one; and above what this router said before it was started
 * anew, for at most one a second is said in version 2. */
static uint32_t next_sequence(const struct electorate *e, struct member *m, instant at)
{
    uint32_t seconds = !m->counts && e->reports.unix_seconds ? e->reports.unix_seconds(e->reports.context, at) : 0;
    m->counts = true;
    if (seconds > m->seq)
        m->seq = seconds;
    else if (m->seq < UINT32_MAX)
        m->seq++;
    return m->seq;
}

/* RFC 9568 6.4.3 (650): an Active that owns the addresses accepts what comes for them. */
static bool is_unaccepted(const struct member *m)
{
    return !m->accept && m->router.settings.prio != VRRP_PRIORITY_OWNER;
}

static void report_send(struct electorate *e, struct member *m, instant at, const struct router_action *action)
{
    const struct router *r = &m->router;
    usec wait = (r->settings.down_factor + 1) * r->settings.interval; /* what the others wait at most */
    struct send_event send = {
        .id = m->id,
        .version = r->settings.version,
        .both = r->settings.both,
        .prio = action->prio,
        .interval = r->settings.interval,
        .ip = m->ip,
        .style = m->style,
        .src = m->src.family ? m->src : r->primary, /* what ties are judged by is what the others see */
        .vmac = m->vmac,
        .cksum = m->form.form,
        .garp = m->garp,
        .garp_refresh = m->garp_refresh,
        .lease = (wait + SECOND - 1) / SECOND * SECOND,
        .announce = action->announce,
        .lost_is_fault = m->lost_is_fault,
        .unaccepted = is_unaccepted(m),
        .fence = m->fence ? r->settings.down_factor * r->settings.interval : 0,
        .routes = member_routes(m),
        .rules = member_rules(m),
    };
    if (m->auth_mode != AUTH_RECEIVE_ONLY)
        send.auth = (enum auth_type)m->auth;
    if (send.auth == AUTH_AH)
        send.seq = next_sequence(e, m, at);
    if (m->peers)
        send.peer = (struct peer_list){.count = m->peers->count, .items = m->peers->items};
    memcpy(send.name, m->name, sizeof send.name);
    unsigned packets = r->settings.both ? 2 : 1;
    m->counters.advertisement_sent += packets;
    member_spoke(m, at, action->prio);
    if (action->prio == VRRP_PRIORITY_RESIGN)
        m->counters.priority_zero_pkts_sent += packets;
    e->reports.send(e->reports.context, at, &send);
}

static void report_state(struct electorate *e, struct member *m, instant at, const struct router_action *action)
{
    struct state_event state = {
        .id = m->id,
        .from = action->from,
        .to = action->to,
        .version = m->router.settings.version,
        .both = m->router.settings.both,
        .prio = m->router.prio,
        .interval = m->router.settings.interval,
        .ip = m->ip,
        .vmac = m->vmac,
        .routes = member_routes(m),
        .rules = member_rules(m),
        .unaccepted = is_unaccepted(m),
    };
    memcpy(state.name, m->name, sizeof state.name);
    if (m->group)
        memcpy(state.group, m->group->name, sizeof state.group);
    const char *why = router_why_name(action->why);
    memcpy(state.why, why, strlen(why) + 1);
    member_remember(m, at, action);
    if (m->peers)
        m->peers->heard = 0;
    e->reports.state(e->reports.context, at, &state);
}

static void reschedule(struct electorate *e, struct member *m)
{
    bool silence = m->router.state == ROUTER_BACKUP;
    if (silence != m->in_silence)
        heap_set(m->in_silence ? &e->silence_heap : &e->member_heap, &m->timer, INSTANT_NEVER);
    m->in_silence = silence;
    instant deadline = m->group ? group_counts(e, m) : router_deadline(&m->router);
    heap_set(silence ? &e->silence_heap : &e->member_heap, &m->timer, deadline);
    heap_set(&e->echo_heap, &m->echo, router_echo_deadline(&m->router));
}

void member_perform(struct electorate *e, struct member *m, instant at, const struct router_actions *actions)
{
    for (unsigned i = 0; i < actions->count; i++) {
        const struct router_action *action = &actions->items[i];
        switch (action->kind) {
        case ACTION_SEND:
            report_send(e, m, at, action);
            break;
        case ACTION_STATE:
            report_state(e, m, at, action);
            if (action->to == ROUTER_ACTIVE)
                member_take_turn(e, m, at);
            break;
        }
    }
    reschedule(e, m);
}

void member_notice(struct electorate *e, struct member *m, instant at, enum notice what, const struct ip *src)
{
    if (m->noticed & 1u << what)
        return;
    m->noticed |= 1u << what;
    struct notice_event notice = {.id = m->id, .name = m->name, .what = what, .src = *src};
    e->reports.notice(e->reports.context, at, &notice);
}

void member_start(struct electorate *e, struct member *m, instant now)
{
    struct router_actions actions = {0};
    if (m->running || e->stopped)
        return;
    m->running = true;
    m->since = now;
    router_startup(&m->router, now, &actions);
    member_perform(e, m, now, &actions);
}

void member_stop(struct electorate *e, struct member *m, instant now)
{
    struct router_actions actions = {0};
    m->running = false;
    router_shutdown(&m->router, &actions);
    member_perform(e, m, now, &actions);
}
