/* What is heard, checked against the virtual router that it names (RFC 9568 7.1, RFC 3768 7.1, after the packet's own
 * checks): only what passes reaches the state machine. Also names and yields. */
#include <string.h>

#include "core/electorate_group.h"
#include "core/packet.h"
#include "core/timers.h"

const char *notice_name(enum notice n)
{
    static const char *const names[] = {
        [NOTICE_ADDRESS_LIST] = "address-list",
        [NOTICE_INTERVAL] = "interval",
        [NOTICE_VERSION] = "version",
        [NOTICE_AUTH] = "auth",
        [NOTICE_UNICAST] = "unicast",
        [NOTICE_MULTICAST] = "multicast",
        [NOTICE_PEER] = "peer",
        [NOTICE_DESTINATION] = "destination",
        [NOTICE_TTL] = "ttl",
        [NOTICE_DUPLICATE_ADDRESS] = "duplicate-address",
        [NOTICE_FIRST_NOT_LL] = "v6-first-not-ll",
        [NOTICE_SOURCE_NOT_LL] = "v6-src-not-ll",
        [NOTICE_TWO_OWNERS] = "two-owners",
        [NOTICE_CKSUM_MESSAGE] = "cksum-message",
        [NOTICE_CKSUM_MIXED] = "cksum-mixed",
        [NOTICE_AUTH_UNCHECKED] = "auth-unchecked",
    };
    return names[n];
}

static bool in_advert(const struct advert *a, const struct ip *ip)
{
    size_t size = ip_size(a->af);
    for (uint8_t i = 0; i < a->count; i++)
        if (memcmp(ip->bytes, a->addresses + i * size, size) == 0)
            return true;
    return false;
}

/* The same addresses, in any order. A list that was not given cannot differ. Ours has none twice: that each of ours is in
 * one of the same length is enough. */
static bool same_list(const struct member *m, const struct advert *a)
{
    if (!(a->has & HAS_ADDRESSES))
        return true;
    if (a->count != m->ip.count)
        return false;
    size_t size = ip_size(a->af);
    bool in_order = true;
    for (uint8_t i = 0; in_order && i < a->count; i++)
        in_order = memcmp(m->ip.items[i].ip.bytes, a->addresses + i * size, size) == 0;
    for (uint8_t i = 0; !in_order && i < m->ip.count; i++)
        if (!in_advert(a, &m->ip.items[i].ip))
            return false;
    return true;
}

/* From our own address: our own packet come back, or another machine that has the address too. */
static bool from_ourselves(struct electorate *e, struct member *m, instant at, const struct advert *a)
{
    if (m->router.primary.family == 0 || !ip_equal(&a->src, &m->router.primary))
        return false;
    struct mac virtual_mac = vrrp_mac(m->id.af, m->id.vrid);
    const struct link_event *link = &m->interface->link;
    bool ours = !(a->has & HAS_SMAC) || !link->has_mac || memcmp(&a->smac, &link->mac, sizeof a->smac) == 0 ||
                (m->vmac && memcmp(&a->smac, &virtual_mac, sizeof a->smac) == 0);
    if (!ours)
        member_notice(e, m, at, NOTICE_DUPLICATE_ADDRESS, &a->src);
    return true;
}

static bool refuse(struct electorate *e, struct member *m, instant at, enum notice what, const struct advert *a,
                   uint64_t *counter)
{
    if (counter)
        ++*counter;
    member_notice(e, m, at, what, &a->src);
    return false;
}

static bool interval_accepted(struct electorate *e, struct member *m, instant at, const struct advert *a)
{
    if (a->interval == m->router.settings.interval)
        return true;
    if (a->version == 2 && !m->router.settings.both) /* RFC 9568 8.4.2: then the Active's rate counts */
        return refuse(e, m, at, NOTICE_INTERVAL, a, &m->counters.interval_errors);
    if (a->prio != VRRP_PRIORITY_RESIGN) {
        m->counters.interval_errors++;
        member_notice(e, m, at, NOTICE_INTERVAL, &a->src);
    }
    return true;
}

static bool addresses_accepted(struct electorate *e, struct member *m, instant at, const struct advert *a)
{
    if (same_list(m, a))
        return true;
    if (a->version == 2 && a->prio != VRRP_PRIORITY_OWNER)
        return refuse(e, m, at, NOTICE_ADDRESS_LIST, a, &m->counters.address_list_errors);
    m->counters.address_list_errors++;
    member_notice(e, m, at, NOTICE_ADDRESS_LIST, &a->src);
    return true;
}

/* RFC 2338 7.1, and keepalived's modes: who authenticates takes only what is proved; while a fleet is moved, also what has
 * nothing to prove. */
static bool auth_accepted(struct electorate *e, struct member *m, instant at, const struct advert *a)
{
    bool same = a->auth == (enum auth_type)m->auth;
    if (same && a->auth == AUTH_NONE)
        return true;
    if (same && a->auth_ok) {
        if (a->auth == AUTH_AH && (a->has & HAS_SEQ) && a->seq > m->seq && a->seq <= UINT32_MAX)
            m->seq = (uint32_t)a->seq;
        return true;
    }
    if (a->auth == AUTH_NONE && m->auth_mode != AUTH_ENFORCE)
        return true;
    if (same)
        return refuse(e, m, at, NOTICE_AUTH_UNCHECKED, a, &m->counters.auth_failures);
    return refuse(e, m, at, NOTICE_AUTH, a, &m->counters.auth_type_mismatch);
}

/* RFC 9568 5.1.2.1 and erratum 8300, which keepalived and others do not heed. */
static bool link_local_enough(struct electorate *e, struct member *m, instant at, const struct advert *a)
{
    if (a->flags & FLAG_V6_SRC_NOT_LL)
        return refuse(e, m, at, NOTICE_SOURCE_NOT_LL, a, NULL);
    if (a->flags & FLAG_V6_FIRST_NOT_LL)
        return refuse(e, m, at, NOTICE_FIRST_NOT_LL, a, &m->counters.address_list_errors);
    return true;
}

static bool acceptable(struct electorate *e, struct member *m, instant at, const struct advert *a)
{
    if (!e->shadow && from_ourselves(e, m, at, a))
        return false;
    if (m->peers && !member_takes_unicast(e, m, at, a))
        return false;
    if (!m->peers && (a->flags & FLAG_UNICAST))
        return refuse(e, m, at, NOTICE_UNICAST, a, NULL);
    if (a->version != m->router.settings.version && !m->router.settings.both)
        return refuse(e, m, at, NOTICE_VERSION, a, &e->statistics.version_errors);
    if (!auth_accepted(e, m, at, a))
        return false;
    if (m->router.settings.strict && !link_local_enough(e, m, at, a))
        return false;
    if (!interval_accepted(e, m, at, a) || !addresses_accepted(e, m, at, a))
        return false;
    if (a->flags & FLAG_V6_FIRST_NOT_LL)
        member_notice(e, m, at, NOTICE_FIRST_NOT_LL, &a->src);
    if (a->prio == VRRP_PRIORITY_OWNER && m->router.prio == VRRP_PRIORITY_OWNER)
        member_notice(e, m, at, NOTICE_TWO_OWNERS, &a->src);
    return true;
}

/* It has just heard this one: its Active, of any priority (preempt=no). */
static bool follows(const struct member *m, const struct advert *a)
{
    return m->router.state == ROUTER_BACKUP && m->router.lower_prio == 0 && a->prio != VRRP_PRIORITY_RESIGN;
}

static void weigh_form(struct electorate *e, struct member *m, instant at, const struct advert *a,
                       enum router_state before)
{
    bool lower = before == ROUTER_ACTIVE && m->router.state == ROUTER_ACTIVE && a->prio != VRRP_PRIORITY_RESIGN;
    enum form_speaker who = follows(m, a) ? FORM_ACTIVE : lower ? FORM_LOWER : FORM_ANY;
    if (!(a->has & HAS_CKSUM) || a->version != m->router.settings.version)
        return;
    switch (form_heard(&m->form, at, a->cksum, who, &a->src, a->interval)) {
    case FORM_SAME:
        break;
    case FORM_NOW_MESSAGE:
        member_notice(e, m, at, NOTICE_CKSUM_MESSAGE, &a->src);
        break;
    case FORM_MIXED:
        member_notice(e, m, at, NOTICE_CKSUM_MIXED, &a->src);
        break;
    }
}

/* RFC 9568 8.4.2: VRRPv2 of who is heard in VRRPv3, too, is ignored. That is so for half the time that he may be silent: if
 * he goes back to VRRPv2 alone, the rest is enough to hear it. */
static bool is_said_in_v3(struct member *m, instant at, const struct advert *a)
{
    struct v3_speaker *s = m->v3_speaker;
    if (a->version == 2)
        return ip_equal(&a->src, &s->src) && at.us <= s->until.us;
    usec silence = active_down_interval(3, m->router.prio, a->interval, m->router.settings.down_factor);
    *s = (struct v3_speaker){.src = a->src, .until = {at.us + silence / 2}};
    return false;
}

static void member_hears(struct electorate *e, struct member *m, instant at, const struct advert *a)
{
    if (!acceptable(e, m, at, a)) {
        m->counters.discarded++;
        return;
    }
    m->counters.advertisement_rcvd++;
    if (a->prio == VRRP_PRIORITY_RESIGN)
        m->counters.priority_zero_pkts_rcvd++;
    m->last_adv_source = a->src;
    if (m->peers && a->prio != VRRP_PRIORITY_RESIGN && m->peers->heard < SPEAKS_ON)
        m->peers->heard++;
    enum router_state before = m->router.state;
    if (m->v3_speaker && is_said_in_v3(m, at, a))
        return;
    struct router_heard heard = {
        .prio = a->prio, .is_v2 = a->version == 2 && m->v3_speaker, .interval = a->interval, .src = a->src};
    struct router_actions actions = {0};
    router_advert(&m->router, at, &heard, &actions);
    weigh_form(e, m, at, a, before);
    member_perform(e, m, at, &actions);
    if (m->group && follows(m, a))
        group_follows(e, m, at);
}

/* A line of a capture read without a name for its interface concerns any. */
static bool is_of_any(const struct origin *from)
{
    return from->ifname[0] == '\0';
}

/* The interfaces that a line concerns, one after the other: i NULL for the first. */
static const struct interface *next_concerned(const struct electorate *e, const struct origin *from,
                                              const struct interface *i)
{
    if (is_of_any(from))
        return i ? i->next : e->interfaces;
    return i ? NULL : interface_find(e, from->ifname);
}

bool electorate_advert(struct electorate *e, instant at, const struct origin *from, const struct advert *a)
{
    bool counts = from->vlan == 0 && e->started && !e->stopped;
    bool own = from->dir == DIR_OUT && !e->shadow;
    bool ours = is_of_any(from), used = false, known = false;
    if (e->count == 0)
        return ours;
    for (const struct interface *i = NULL; (i = next_concerned(e, from, i));) {
        struct member *m = counts ? member_on(i, a->af, a->vrid) : NULL;
        used = used || i->members > 0;
        known = known || m;
        if (m && m->router.state == ROUTER_INIT)
            continue; /* startup_delay: nothing is heard */
        if (m && !own && member_is_passed_by(e, m, a))
            continue;
        if (m && own)
            member_sees(e, m, at, a);
        else if (m)
            member_hears(e, m, at, a);
    }
    groups_settle(e, at);
    if (used && counts && !known && from->dir != DIR_OUT)
        e->statistics.vrid_errors++;
    return ours || used;
}

bool electorate_bad(struct electorate *e, const struct origin *from, uint8_t af, uint8_t vrid, struct span why)
{
    bool counts = from->dir != DIR_OUT && from->vlan == 0;
    bool ours = is_of_any(from), used = false;
    for (const struct interface *i = NULL; (i = next_concerned(e, from, i));) {
        struct member *m = counts && vrid > 0 ? member_on(i, af, vrid) : NULL;
        used = used || i->members > 0;
        if (m)
            member_count_bad(m, why);
    }
    if (used && counts)
        electorate_count_bad(e, why);
    return ours || used;
}

/* Names */

size_t name_bucket(struct span name)
{
    uint32_t hash = UINT32_C(2166136261); /* FNV-1a */
    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (uint8_t)name.at[i]) * UINT32_C(16777619);
    return (hash ^ hash >> 16) % NAME_BUCKETS;
}

struct member *member_named(const struct electorate *e, struct span name)
{
    struct member *m = e->by_name[name_bucket(name)];
    while (m && !span_is(name, m->name))
        m = m->next_name;
    return m;
}

void member_name_link(struct electorate *e, struct member *m)
{
    struct member **bucket = &e->by_name[name_bucket((struct span){m->name, strlen(m->name)})];
    m->next_name = *bucket;
    *bucket = m;
}

void member_name_unlink(struct electorate *e, struct member *m)
{
    struct member **link = &e->by_name[name_bucket((struct span){m->name, strlen(m->name)})];
    while (*link && *link != m)
        link = &(*link)->next_name;
    if (*link)
        *link = m->next_name;
}

/* All of its group, one after the other; m alone without one. */
static struct member *first_with(struct member *m)
{
    return m->group ? m->group->first : m;
}

enum yield electorate_yield(struct electorate *e, instant at, struct span name, bool on, bool force)
{
    struct member *named = member_named(e, name);
    if (!named)
        return YIELD_UNKNOWN;
    for (const struct member *m = first_with(named); on && !force && m; m = m->next_in_group)
        if (m->last_adv_source.family == 0)
            return YIELD_NOBODY;
    for (struct member *m = first_with(named); m; m = m->next_in_group) {
        struct router_actions actions = {0};
        router_yield(&m->router, at, on, &actions);
        member_perform(e, m, at, &actions);
    }
    groups_settle(e, at);
    return YIELD_DONE;
}
