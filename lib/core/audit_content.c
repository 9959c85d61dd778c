/* Rules about what one speaker says, looked at alone. */
#include <string.h>

#include "core/audit_internal.h"

/* --- The policy. --- */

static struct audit_value allowed_of(const struct policy_line *nearest, enum policy_miss miss)
{
    if (!nearest)
        return (struct audit_value){.kind = VALUE_NONE};
    if (miss == POLICY_PRIO)
        return audit_number(nearest->prio_high);
    if (miss == POLICY_SRC && nearest->src_count == 1)
        return (struct audit_value){.kind = VALUE_IP, .ip = nearest->srcs[0]};
    if (miss == POLICY_MAC && nearest->mac_count == 1)
        return (struct audit_value){.kind = VALUE_MAC, .mac = nearest->macs[0]};
    return (struct audit_value){.kind = VALUE_NONE};
}

static void rogue(struct hearing *h, enum policy_miss miss, const struct policy_line *nearest)
{
    static const char *const what[] = {
        [POLICY_VRID] = "virtual-router-not-allowed",
        [POLICY_SRC] = "src-not-allowed",
        [POLICY_MAC] = "mac-not-allowed",
        [POLICY_VER] = "ver-not-allowed",
        [POLICY_IP] = "ip-not-allowed",
        [POLICY_PRIO] = "prio-not-allowed",
        [POLICY_FITS] = NULL,
    };
    struct finding f = audit_about(h, RULE_ROGUE_SPEAKER);

    f.what = what[miss];
    f.value = audit_number(h->advert->prio);
    f.against = allowed_of(nearest, miss);
    audit_show(h, &f);
}

/* Who is named in the policy is not new. */
static void newcomer(struct hearing *h, const struct policy_line *line)
{
    bool with_policy = h->audit->options.policy != NULL;

    if (!h->is_new || (line && line->src_count > 0) || audit_since(h->audit->begin, h->at) < AUDIT_LEARNING)
        return;
    struct finding f = audit_about(h, RULE_NEW_SPEAKER);
    f.severity = with_policy ? SEVERITY_MED : SEVERITY_INFO;
    f.value = audit_number(h->advert->prio);
    audit_show(h, &f);
}

void audit_policy(struct hearing *h)
{
    const struct policy *policy = h->audit->options.policy;
    enum policy_miss miss = POLICY_FITS;
    const struct policy_line *nearest = NULL;
    struct policy_line *line = policy ? policy_allows(policy, h->origin, h->advert, &miss, &nearest) : NULL;

    h->speaker->is_allowed = line != NULL;
    if (line && !line->heard)
        audit_line_heard(h->audit, line);
    if (policy && !line)
        rogue(h, miss, nearest);
    else
        newcomer(h, line);
}

/* --- Oddities that the advertisement shows by itself. --- */

static void flags(struct hearing *h)
{
    static const struct {
        enum advert_flag flag;
        enum audit_rule rule;
    } rules[] = {
        {FLAG_TRAILING, RULE_TRAILING_BYTES},
        {FLAG_RESERVE, RULE_RESERVE_NONZERO},
        {FLAG_V6_FIRST_NOT_LL, RULE_V6_FIRST_NOT_LL},
        {FLAG_V6_SRC_NOT_LL, RULE_V6_SRC_NOT_LL},
        {FLAG_UNICAST, RULE_UNICAST_VRRP},
        {FLAG_AUTH_DATA, RULE_AUTH_DATA_NONZERO},
        {FLAG_SRC_MAC, RULE_VMAC_VRID_MISMATCH},
        {FLAG_DST_MAC, RULE_WRONG_DST_MAC},
    };

    unsigned set = h->advert->flags;
    if (set & FLAG_UNICAST) /* what is not of the link comes from a global address */
        set &= ~(unsigned)FLAG_V6_SRC_NOT_LL;
    for (size_t i = 0; set != 0 && i < nitems(rules); i++) {
        if (set & rules[i].flag)
            audit_simply(h, rules[i].rule);
    }
    if (h->advert->auth == AUTH_PASS)
        audit_simply(h, RULE_AUTH_CLEARTEXT);
    if (h->advert->auth == AUTH_HMAC)
        audit_simply(h, RULE_AUTH_TRAILER);
}

/* The virtual MAC address hides the card; many do without it. But where it was used, another one is strange. */
static void source_mac(struct hearing *h)
{
    struct speaker *s = h->speaker;

    if (!s->has_mac)
        return;
    if (s->is_virtual) {
        h->group->vmac_used = true;
        return;
    }
    if (h->is_new)
        s->left_vmac = h->group->vmac_used;
    enum severity severity = s->left_vmac ? SEVERITY_HIGH : SEVERITY_LOW;
    if (!audit_wants(h, severity))
        return;
    struct finding f = audit_about(h, RULE_SRC_MAC_NOT_VMAC);
    f.severity = severity;
    f.what = s->left_vmac ? "others-use-the-virtual-mac" : NULL;
    audit_show(h, &f);
}

bool audit_has_own_source(const struct advert *a)
{
    size_t size = ip_size(a->af);

    for (size_t i = 0; i < a->count; i++) {
        if (memcmp(a->addresses + i * size, a->src.bytes, size) == 0)
            return true;
    }
    return false;
}

static void ownership(struct hearing *h)
{
    bool owns = audit_has_own_source(h->advert), says_so = h->advert->prio == VRRP_PRIORITY_OWNER;

    if (owns == says_so)
        return;
    struct finding f = audit_about(h, owns ? RULE_OWNER_PRIO_LOW : RULE_PRIO255_NONOWNER);
    f.value = audit_number(h->advert->prio);
    if (owns)
        f.against = audit_number(VRRP_PRIORITY_OWNER);
    audit_show(h, &f);
}

/* Addresses of this virtual router that another one has, too. */
void audit_addresses(struct hearing *h)
{
    struct audit *a = h->audit;
    size_t size = ip_size(h->advert->af);
    usec fresh = 3 * a->longest > AUDIT_MINUTE ? 3 * a->longest : AUDIT_MINUTE;

    audit_address_of(a, h->group, &h->speaker->src, true);
    for (size_t i = 0; i < h->advert->count; i++) {
        struct ip ip = ip_from_bytes(h->advert->af, h->advert->addresses + i * size);
        const struct audit_address *other;

        audit_address_of(a, h->group, &ip, false);
        other = audit_address_find(a, h->group->place, &ip, false, h->group);
        if (!other || audit_since(other->used, h->at) > fresh)
            continue;
        struct finding f = audit_about(h, RULE_VIP_IN_TWO_VRIDS);
        f.ip = ip;
        f.value = audit_number(h->group->vrid);
        f.against = audit_number(other->group->vrid);
        audit_show(h, &f);
    }
}

/* --- What has changed. --- */

static void changes(struct hearing *h)
{
    const struct speaker *s = h->speaker, *was = &h->was;

    if (was->prio == 0 || !audit_wants(h, SEVERITY_INFO))
        return;
    if (was->prio != s->prio) {
        struct finding f = audit_about(h, RULE_PRIORITY_CHANGED);
        f.value = audit_number(s->prio);
        f.against = audit_number(was->prio);
        audit_show(h, &f);
    }
    if (was->interval != s->interval) {
        struct finding f = audit_about(h, RULE_INTERVAL_CHANGED);
        f.value = audit_duration(s->interval);
        f.against = audit_duration(was->interval);
        audit_show(h, &f);
    }
    if (was->version != s->version) {
        struct finding f = audit_about(h, RULE_VERSION_MIX);
        f.severity = SEVERITY_INFO;
        f.what = "one-source";
        f.value = audit_number(s->version);
        f.against = audit_number(was->version);
        audit_show(h, &f);
    }
}

void audit_content(struct hearing *h)
{
    changes(h);
    flags(h);
    source_mac(h);
    ownership(h);
    audit_addresses(h);
}
