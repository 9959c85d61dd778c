/* Rules about who is Active, told by core/observer.h. */
#include "core/audit_internal.h"

/* A takeover that is not for the new Active to make. With a policy that is what it does not allow. Without one
 * nobody knows what is right; but a stranger above all that was heard before is unlikely to be, and so is one that
 * nobody but an owner can beat. */
static enum severity takeover_severity(const struct hearing *h, const char **what)
{
    enum { HIGHEST = VRRP_PRIORITY_OWNER - 1 };
    const struct audit_group *g = h->group;
    uint8_t prio = h->advert->prio;

    if (h->audit->options.policy) {
        *what = h->speaker->is_allowed ? NULL : "not-in-the-policy";
        return h->speaker->is_allowed ? SEVERITY_INFO : SEVERITY_HIGH;
    }
    if (h->is_new && prio > g->learned_max && audit_since(g->first, h->at) >= AUDIT_LEARNING) {
        *what = "above-all-heard-before";
        return SEVERITY_HIGH;
    }
    if (h->is_new && prio >= HIGHEST && !audit_has_own_source(h->advert)) {
        *what = "the-highest-there-is";
        return SEVERITY_MED;
    }
    return SEVERITY_INFO;
}

static void takeover(struct hearing *h)
{
    struct finding f = audit_about(h, RULE_PRIORITY_TAKEOVER);

    f.severity = takeover_severity(h, &f.what);
    f.peer = h->audit->observation.was;
    f.value = audit_number(h->advert->prio);
    audit_show(h, &f);
}

static void flapping(struct hearing *h)
{
    struct audit_group *g = h->group;

    if (audit_since(g->changes[1], h->at) <= AUDIT_MINUTE) {
        struct finding f = audit_about(h, RULE_FLAPPING);

        f.src = (struct ip){0}; /* of the virtual router, not of one of them */
        f.has_smac = false;
        f.smac = (struct mac){{0}};
        f.value = audit_seconds(audit_since(g->changes[1], h->at));
        audit_show(h, &f);
    }
    g->changes[1] = g->changes[0];
    g->changes[0] = h->at;
}

/* Something was lost since the one before spoke last: the change may have been then, and its announcements too. */
static bool was_blind(const struct hearing *h)
{
    const struct observation *o = &h->audit->observation;

    return o->has_gap && h->audit->lost.us >= h->at.us - o->gap;
}

void audit_change(struct hearing *h)
{
    struct audit_group *g = h->group;
    const struct observation *o = &h->audit->observation;
    bool another = g->active.family != 0 && !ip_equal(&g->active, &o->active);

    if (o->why == ELECTED_PREEMPTED)
        takeover(h);
    g->was = g->active;
    g->active = o->active;
    g->changed = h->at;
    g->takes_over = another && !was_blind(h);
    if (another)
        flapping(h);
}

/* --- Announcements after it: looked at with an advertisement of the new Active, which names the addresses. --- */

static unsigned count_missing(const struct hearing *h, struct ip *one)
{
    const struct advert *advert = h->advert;
    const struct audit_group *g = h->group;
    size_t size = ip_size(advert->af);
    unsigned missing = 0;

    for (size_t i = 0; i < advert->count; i++) {
        struct ip ip = ip_from_bytes(advert->af, advert->addresses + i * size);
        const struct audit_address *e = audit_address_of(h->audit, h->group, &ip, false);

        if (e->announced.us >= g->changed.us - AUDIT_NEAR)
            continue;
        if (missing++ == 0)
            *one = ip;
    }
    return missing;
}

void audit_takeover_announced(struct hearing *h)
{
    struct audit *a = h->audit;
    struct audit_group *g = h->group;
    struct ip one = {0};

    if (!ip_equal(&h->speaker->src, &g->active))
        return;
    g->takes_over = false;
    if ((!a->announces && !a->ticks) || a->lost.us >= g->changed.us - AUDIT_NEAR)
        return;
    unsigned missing = count_missing(h, &one);
    if (missing == 0)
        return;
    struct finding f = audit_about(h, RULE_MISSING_GARP);
    f.severity = !a->announces ? SEVERITY_LOW : missing < h->advert->count ? SEVERITY_MED : SEVERITY_HIGH;
    f.what = a->announces ? NULL : "none-was-ever-captured";
    f.ip = one;
    f.value = audit_number(missing);
    f.against = audit_number(h->advert->count);
    audit_show(h, &f);
}
