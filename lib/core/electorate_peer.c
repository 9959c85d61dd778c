/* Unicast: whose advertisements a virtual router with peers takes, and which of its own are seen leaving. */
#include <stdlib.h>
#include <string.h>

#include "core/electorate_internal.h"
#include "core/packet.h"

struct peers *peers_new(const struct vr_config *c)
{
    size_t count = c->peer.count;
    struct peers *p = calloc(1, sizeof *p + count * (sizeof(struct ip) + sizeof(struct owed)));
    if (!p)
        return NULL;
    p->ttl = c->ttl;
    p->count = c->peer.count;
    p->owed = (struct owed *)(p->items + count);
    memcpy(p->items, c->peer.items, count * sizeof(struct ip));
    for (size_t i = 0; i < count; i++)
        p->owed[i].owed = OWED_MOST; /* of before: they may be on their way */
    return p;
}

static struct owed *find(const struct peers *p, const struct ip *ip)
{
    for (size_t i = 0; i < p->count; i++)
        if (ip_equal(&p->items[i], ip))
            return &p->owed[i];
    return NULL;
}

bool member_has_nobody(const struct member *m, const struct ip *own)
{
    if (!m->peers)
        return false;
    for (size_t i = 0; i < m->peers->count; i++)
        if (!ip_equal(&m->peers->items[i], own))
            return false;
    return true;
}

struct owed *member_owed(const struct member *m, const struct advert *a)
{
    const struct ip *own = member_source(m);
    if (!m->peers || (own->family && !ip_equal(own, &a->src)))
        return NULL;
    return find(m->peers, &a->dst);
}

/* What was not told cannot differ. */
static bool is_to(const struct advert *a, const struct ip *own)
{
    return a->dst.family == 0 || own->family == 0 || ip_equal(&a->dst, own);
}

bool member_is_passed_by(const struct electorate *e, const struct member *m, const struct advert *a)
{
    if (!m->peers || !(a->flags & FLAG_UNICAST) || is_to(a, member_source(m)))
        return false;
    if (e->shadow && ip_equal(&a->src, member_source(m)))
        return false;
    return !find(m->peers, &a->src) || find(m->peers, &a->dst);
}

static bool refuse(struct electorate *e, struct member *m, instant at, enum notice what, const struct advert *a)
{
    member_notice(e, m, at, what, &a->src);
    return false;
}

/* RFC 5082: what comes from a peer next door has 255, and nobody further away can make it so. */
static bool is_near(const struct peers *p, const struct advert *a)
{
    bool told = a->ttl != 0 || (a->flags & FLAG_TTL_LOW);
    return !told || (a->ttl >= p->ttl.min && a->ttl <= p->ttl.max);
}

bool member_takes_unicast(struct electorate *e, struct member *m, instant at, const struct advert *a)
{
    const struct ip *own = member_source(m);
    if (!(a->flags & FLAG_UNICAST))
        return refuse(e, m, at, NOTICE_MULTICAST, a);
    if (e->shadow && ip_equal(&a->src, own)) /* of whom it shadows */
        return a->dst.family == 0 || find(m->peers, &a->dst);
    if (!find(m->peers, &a->src)) {
        m->counters.peer_errors++;
        return refuse(e, m, at, NOTICE_PEER, a);
    }
    if (!is_to(a, own))
        return refuse(e, m, at, NOTICE_DESTINATION, a);
    if (!is_near(m->peers, a)) {
        m->counters.ip_ttl_errors++;
        return refuse(e, m, at, NOTICE_TTL, a);
    }
    return true;
}
