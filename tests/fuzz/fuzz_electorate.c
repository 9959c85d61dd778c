/* Any sequence of events that can be, into an electorate: nothing is due in the past, each virtual router is in one state
 * and goes from there by the table, only an Active sends, a resignation is an Active's, and what others say cannot make
 * it send more often than the limits allow. One virtual router has peers, another one now and then: what the first hears by
 * multicast, or from a stranger, changes nothing. Those of a group are in fault together, and when all of them are ready
 * they do not stay backups. Each event is four bytes: what, of whom, a value, and how much later. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/electorate.h"
#include "core/packet.h"

enum { ROUTERS = 6, UNICAST = 4, SOMETIMES = 5, GROUPS = 3 };

/* Of each virtual router what has been reported, and what it may do by that. */
static struct model {
    bool there;
    enum router_state state;
    usec interval;
    uint8_t version;
    size_t group;      /* 0: none */
    int64_t allowance; /* µs: what sends have to be paid with, see spend() */
    instant paid;      /* until here it was paid in */
} models[ROUTERS];

static instant now;
static bool nothing_is_to_follow; /* what is heard is not for it */
static bool active_is_to_follow;  /* a send that announces, before the `state` that it belongs to */

static size_t of(const struct identity *id)
{
    size_t n = (size_t)(id->vrid - 1) + (id->af == 6 ? 3 : 0);
    if (id->vrid < 1 || id->vrid > 3 || strcmp(id->ifname, id->af == 6 ? "eth1" : "eth0") != 0)
        abort();
    return n;
}

static usec answer_limit(usec interval)
{
    return interval / 4 > 10 * MILLISECOND ? interval / 4 : 10 * MILLISECOND;
}

/* One regular advertisement an interval, and one in answer each answer_limit: in as many microseconds as both take, two
 * may be sent. What a configuration or transition makes it send is free. */
static void spend(struct model *m)
{
    usec a = m->interval, b = answer_limit(m->interval), price = a * b / (a + b);
    m->allowance += now.us - m->paid.us;
    m->paid = now;
    if (m->allowance > 8 * a)
        m->allowance = 8 * a;
    m->allowance -= price;
    if (m->allowance < -4 * a)
        abort();
}

static void on_send(void *context, instant at, const struct send_event *e)
{
    struct model *m = &models[of(&e->id)];
    (void)context;
    if (at.us > now.us || !m->there || nothing_is_to_follow || (e->peer.count > 0) < (of(&e->id) == UNICAST))
        abort();
    if (e->prio == VRRP_PRIORITY_RESIGN) {
        if (m->state != ROUTER_ACTIVE)
            abort();
        return;
    }
    if (m->state != ROUTER_ACTIVE) {
        if (!e->announce)
            abort();
        active_is_to_follow = true;
        return;
    }
    spend(m);
}

static void on_state(void *context, instant at, const struct state_event *e)
{
    static const uint8_t may_follow[] = {
        [ROUTER_INIT] = 1 << ROUTER_BACKUP | 1 << ROUTER_ACTIVE | 1 << ROUTER_FAULT,
        [ROUTER_BACKUP] = 1 << ROUTER_INIT | 1 << ROUTER_ACTIVE | 1 << ROUTER_FAULT,
        [ROUTER_ACTIVE] = 1 << ROUTER_INIT | 1 << ROUTER_BACKUP | 1 << ROUTER_FAULT,
        [ROUTER_FAULT] = 1 << ROUTER_INIT | 1 << ROUTER_BACKUP | 1 << ROUTER_ACTIVE,
    };
    struct model *m = &models[of(&e->id)];
    (void)context;
    if (at.us > now.us || !m->there || nothing_is_to_follow || e->from != m->state ||
        !(may_follow[e->from] & 1 << e->to))
        abort();
    if ((e->to == ROUTER_ACTIVE) != active_is_to_follow)
        abort();
    active_is_to_follow = false;
    m->state = e->to;
    m->allowance = 2 * m->interval;
    m->paid = now;
}

static void on_notice(void *context, instant at, const struct notice_event *e)
{
    (void)context;
    (void)at;
    (void)of(&e->id);
}

static void status(void *context, const struct status_event *s)
{
    const struct model *m = &models[of(&s->id)];
    size_t *count = context;
    ++*count;
    if (!m->there || m->state != s->state || s->active_down_interval <= s->skew_time || s->skew_time <= 0)
        abort();
}

static void set_vr(struct electorate *e, size_t n, uint8_t value, size_t group)
{
    static const usec intervals[] = {10000, 100000, 1000000, 3000000};
    static const uint8_t prios[] = {1, 100, 150, 255};
    struct prefix ip[2] = {
        {.ip = {.family = n < 3 ? 4 : 6, .bytes = {192, 0, 2, (uint8_t)n}}, .length = 24},
        {.ip = {.family = n < 3 ? 4 : 6, .bytes = {192, 0, 2, 99}}, .length = 24},
    };
    struct vr_config c = {
        .id = {.ifname = "eth0", .af = n < 3 ? 4 : 6, .vrid = (uint8_t)(n % 3 + 1)},
        .version = n == 2 && value & 64 ? 2 : 3,
        .prio = prios[value & 3],
        .interval = intervals[value >> 2 & 3],
        .ip = {.count = (uint8_t)(1 + (value >> 4 & 1)), .items = ip},
        .preempt = !(value & 32),
        .preempt_delay = value & 128 ? 500000 : 0,
        .down_factor = (uint8_t)(1 + n),
        .track_count = n == 1,
        .track = {{.name = "web", .weight = (int16_t)(value & 1 ? -120 : 0)}},
    };
    struct ip peers[2] = {{.family = c.id.af, .bytes = {192, 0, 2, 1}}, {.family = c.id.af, .bytes = {192, 0, 2, 2}}};
    bool taken;
    if (n == UNICAST || (n == SOMETIMES && value & 64))
        c.peer = (struct peer_list){.count = (uint8_t)(1 + (value >> 4 & 1)), .items = peers};
    c.ttl = (struct ttl_range){value & 128 ? 254 : 255, 255};
    if (n >= 3)
        c.id.ifname[3] = '1';
    if (c.version == 2)
        c.interval = 1000000;
    if (group > 0)
        snprintf(c.group, sizeof c.group, "group%zu", group);
    snprintf(c.name, sizeof c.name, "vr%zu", n);
    struct model *m = &models[n];
    bool was = m->there;
    m->there = true;
    if (!was)
        *m = (struct model){.there = true, .state = ROUTER_INIT};
    m->interval = m->interval == 0 || c.interval < m->interval ? c.interval : m->interval; /* the faster one counts */
    if (!electorate_vr(e, now, &c, &taken))
        abort();
    m->interval = c.interval;
    m->version = c.version;
    m->group = group;
    m->allowance = 2 * c.interval;
    m->paid = now;
}

static void hear(struct electorate *e, size_t n, uint8_t value, uint8_t how)
{
    static const uint8_t prios[] = {0, 1, 100, 150, 254, 255, 99, 101};
    static const usec intervals[] = {10000, 100000, 1000000, 40950000};
    uint8_t af = n < 3 ? 4 : 6;
    struct origin from = {.ifname = "eth0", .dir = value & 128 ? DIR_OUT : DIR_IN};
    struct advert a = {
        .af = af,
        .vrid = (uint8_t)(n % 3 + 1),
        .version = models[n].version == 2 ? 2 : 3,
        .prio = prios[value & 7],
        .interval = models[n].version == 2 ? 1000000 : intervals[value >> 3 & 3],
        .src = {.family = af, .bytes = {192, 0, 2, (uint8_t)(value >> 5 & 3)}},
        .cksum = value & 1 ? CKSUM_MESSAGE : CKSUM_PSEUDO,
        .has = HAS_CKSUM,
    };
    if (n >= 3)
        from.ifname[3] = '1';
    if (how & 1) {
        a.flags = how & 2 ? FLAG_UNICAST : FLAG_UNICAST | FLAG_TTL_LOW;
        a.ttl = how & 2 ? 255 : 254;
        a.dst = (struct ip){.family = af, .bytes = {192, 0, 2, (uint8_t)(value >> 4 & 3)}};
    }
    bool stranger = (value >> 5 & 3) == 3 || (value >> 5 & 3) == 0;
    nothing_is_to_follow = n == UNICAST && !(value & 128) && (!(how & 1) || stranger);
    electorate_advert(e, now, &from, &a);
    nothing_is_to_follow = false;
}

static void link_event(struct electorate *e, size_t n, uint8_t value)
{
    struct link_event l = {.ifname = "eth0", .state = value & 1 ? LINK_UP : value & 2 ? LINK_DOWN : LINK_GONE};
    if (n >= 3)
        l.ifname[3] = '1';
    if (value & 4)
        l.primary4 = l.primary6 = (struct ip){.family = 4, .bytes = {192, 0, 2, 1}};
    l.primary6.family = l.primary6.family ? 6 : 0;
    electorate_link(e, now, &l);
}

static void unlistened(void *context, const char *ifname)
{
    (void)context;
    (void)ifname;
}

static void novr(struct electorate *e, size_t n)
{
    char name[8];
    snprintf(name, sizeof name, "vr%zu", n);
    if (electorate_novr(e, now, (struct span){name, strlen(name)}) != models[n].there)
        abort();
    if (models[n].there && models[n].state != ROUTER_INIT)
        abort();
    models[n].there = false;
}

static void event(struct electorate *e, uint8_t what, size_t n, uint8_t value, size_t group)
{
    char name[8];
    snprintf(name, sizeof name, "vr%zu", n);
    struct span named = {name, strlen(name)};
    switch (what % 12) {
    case 0:
        set_vr(e, n, value, group);
        break;
    case 1:
        novr(e, n);
        break;
    case 2:
        link_event(e, n, value);
        break;
    case 3:
        electorate_told(e, now, 100000);
        electorate_advance(e, now);
        electorate_seen(e, now);
        electorate_unlistened(e, now, unlistened, NULL);
        break;
    case 4:
        electorate_track(e, now, &(struct track_event){.name = "web", .up = value & 1, .for_ = (value >> 1) * 10000});
        break;
    case 5:
        electorate_yield(e, now, named, value & 1, value & 2);
        break;
    case 6:
        electorate_gap(e, value & 1);
        break;
    case 7:
        electorate_advance_held(e, now);
        if (electorate_due_held(e, now).us != INSTANT_NEVER.us)
            abort();
        break;
    default:
        hear(e, n, value, what % 12 - 8);
        break;
    }
}

static void check_ready(void *context, const struct status_event *s)
{
    size_t(*counts)[3] = context, group = models[of(&s->id)].group;
    if ((group > 0) != (s->group != NULL) || (s->ready && s->state != ROUTER_BACKUP && s->state != ROUTER_ACTIVE))
        abort();
    counts[group][0]++;
    counts[group][1] += s->ready;
    counts[group][2] += s->state == ROUTER_ACTIVE;
}

static void check_groups(struct electorate *e)
{
    size_t counts[GROUPS][3] = {{0}}, taking_part[GROUPS] = {0}, faulty[GROUPS] = {0};
    for (size_t n = 0; n < ROUTERS; n++) {
        faulty[models[n].group] += models[n].there && models[n].state == ROUTER_FAULT;
        taking_part[models[n].group] +=
            models[n].there && (models[n].state == ROUTER_BACKUP || models[n].state == ROUTER_ACTIVE);
    }
    electorate_status(e, (struct span){0}, check_ready, counts);
    for (size_t g = 1; g < GROUPS; g++) {
        if (faulty[g] > 0 && taking_part[g] > 0)
            abort();
        if (counts[g][1] == counts[g][0] && counts[g][2] < counts[g][0] &&
            electorate_deadline(e).us == INSTANT_NEVER.us)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct electorate_reports reports = {.send = on_send, .state = on_state, .notice = on_notice};
    struct electorate *e = electorate_new(&reports, size > 0 && data[0] & 1);
    if (!e)
        return 0;
    memset(models, 0, sizeof models);
    now = (instant){1000000};
    active_is_to_follow = false;
    set_vr(e, 0, 8, 0);
    set_vr(e, 3, 8, 0);
    electorate_start(e, now);
    for (size_t i = 0; i + 4 <= size; i += 4) {
        /* in steps small and large: µs, ms, and a stall now and then */
        usec later = data[i + 3] < 128 ? data[i + 3] * 100 : data[i + 3] < 250 ? (data[i + 3] - 127) * 10000 : 60000000;
        now.us += later;
        if (data[i] & 128 || later < 1000000)
            electorate_advance(e, now);
        event(e, data[i] & 127, data[i + 1] % ROUTERS, data[i + 2], data[i + 1] / ROUTERS % GROUPS);
        electorate_advance(e, now);
        if (electorate_due(e, now).us != INSTANT_NEVER.us || active_is_to_follow)
            abort();
        check_groups(e);
    }
    size_t count = 0;
    electorate_status(e, (struct span){0}, status, &count);
    if (count != electorate_count(e))
        abort();
    electorate_stop(e, now);
    for (size_t n = 0; n < ROUTERS; n++)
        if (models[n].there && models[n].state != ROUTER_INIT)
            abort();
    electorate_free(e);
    return 0;
}
