/* Rules about packets that are no valid advertisements, and about protocols that do what VRRP does. */
#include "core/audit_internal.h"

/* The rule for each verdict; RULES: none. */
static const enum audit_rule rule_of[] = {
    [VERDICT_OK] = RULES,
    [VERDICT_PROTO] = RULE_NOT_VRRP,
    [VERDICT_FRAGMENT] = RULE_FRAGMENTED_ADVERT,
    [VERDICT_SRC] = RULE_BAD_SOURCE,
    [VERDICT_DST] = RULE_WRONG_DST_IP,
    [VERDICT_TTL] = RULE_TTL_NOT_255,
    [VERDICT_CARP] = RULES,
    [VERDICT_VERSION] = RULE_BAD_VERSION,
    [VERDICT_TYPE] = RULE_BAD_TYPE,
    [VERDICT_SHORT] = RULE_SHORT_PACKET,
    [VERDICT_CHECKSUM] = RULE_BAD_CHECKSUM,
    [VERDICT_VRID_ZERO] = RULE_VRID_ZERO,
    [VERDICT_ADDR_COUNT_ZERO] = RULE_ADDR_COUNT_ZERO,
    [VERDICT_INTERVAL_ZERO] = RULE_INTERVAL_ZERO,
    [VERDICT_AUTH_TYPE] = RULE_AUTH_TYPE_INVALID,
    [VERDICT_AUTH] = RULE_AUTH_MISMATCH,
};

static struct finding about_packet(const struct origin *from, const struct advert *advert, enum audit_rule rule)
{
    struct finding f = {.rule = rule, .severity = audit_rules[rule].severity, .origin = *from};

    f.origin.dir = DIR_UNKNOWN;
    f.has_vrid = (advert->has & HAS_VRID) != 0;
    f.vrid = f.has_vrid ? advert->vrid : 0;
    if (advert->has & HAS_IP) {
        f.af = advert->af;
        f.src = advert->src;
    }
    f.has_smac = (advert->has & HAS_SMAC) != 0;
    if (f.has_smac)
        f.smac = advert->smac;
    return f;
}

/* What the packet has that is wrong. */
static void evidence(struct finding *f, const struct origin *from, const struct advert *advert, enum verdict why)
{
    if (why == VERDICT_TTL && (advert->has & HAS_IP)) {
        f->value = audit_number(advert->ttl);
        f->against = audit_number(VRRP_TTL);
    } else if (why == VERDICT_VERSION && (advert->has & HAS_VERSION)) {
        f->value = audit_number(advert->version);
    } else if (why == VERDICT_TYPE && (advert->has & HAS_VERSION)) {
        f->value = audit_number(advert->type);
    } else if (why == VERDICT_DST && (advert->has & HAS_IP)) {
        f->value = (struct audit_value){.kind = VALUE_IP, .ip = advert->dst};
        f->against = (struct audit_value){.kind = VALUE_IP, .ip = advert->af == 6 ? vrrp_group6 : vrrp_group4};
    } else if (why == VERDICT_AUTH && advert->auth_ok && (advert->has & HAS_SEQ)) {
        f->value = audit_number(advert->seq);
    } else if (why == VERDICT_CHECKSUM) {
        if ((advert->has & HAS_CKSUM) && advert->cksum != CKSUM_NONE)
            f->value = audit_word(cksum_form_name(advert->cksum));
        if (from->dir == DIR_OUT) { /* this machine's own, which its card may complete later */
            f->severity = SEVERITY_LOW;
            f->what = "outgoing";
        }
    }
}

void audit_bad(struct audit *a, const struct origin *from, const struct advert *advert, enum verdict why)
{
    enum audit_rule rule = rule_of[why];

    if (rule == RULES)
        return;
    /* the fixed part is there, so it is the addresses that are not */
    if (why == VERDICT_SHORT && (advert->has & HAS_INTERVAL))
        rule = RULE_ADDR_COUNT_MISMATCH;
    if (why == VERDICT_CHECKSUM && advert->af == 6 && (advert->has & HAS_CKSUM) && advert->cksum == CKSUM_MESSAGE)
        rule = RULE_V6_CHECKSUM_NOPSEUDO;
    /* the key is right, so it is when it was said that is wrong */
    if (why == VERDICT_AUTH && advert->auth_ok)
        rule = advert->auth == AUTH_HMAC ? RULE_TRAILER_REPLAY : RULE_AH_REPLAY;
    struct finding f = about_packet(from, advert, rule);
    evidence(&f, from, advert, why);
    audit_tell(a, &f);
}

/* CARP and VRRP of one number have one MAC address and one group. */
void audit_collision(struct audit *a, const struct audit_group *g)
{
    struct finding f = {.rule = RULE_CARP_VRID_COLLISION, .severity = SEVERITY_CRIT, .has_vrid = true};

    f.origin = g->origin;
    f.af = g->af;
    f.vrid = g->vrid;
    f.peer = g->active;
    audit_tell(a, &f);
}

static bool is_spoken(const struct audit *a, const struct audit_group *g)
{
    for (int i = 0; i < g->count; i++) {
        if (audit_since(g->speakers[i].last, a->now) < AUDIT_MEMORY)
            return true;
    }
    return false;
}

void audit_other(struct audit *a, const struct origin *from, const struct advert *advert, const struct other_event *e)
{
    static const enum audit_rule rules[] = {
        [OTHER_CARP] = RULE_CARP_SPEAKER, [OTHER_HSRP] = RULE_HSRP_SPEAKER, [OTHER_GLBP] = RULE_GLBP_SPEAKER};
    struct finding f = about_packet(from, advert, rules[e->proto]);

    if (e->has & OTHER_HAS_GROUP)
        f.value = audit_number(e->group);
    audit_tell(a, &f);
    if (e->proto != OTHER_CARP || !(advert->has & HAS_VRID) || !(advert->has & HAS_IP) || advert->vrid == 0)
        return;
    struct audit_group *g = audit_group_of(a, from, advert->af, advert->vrid);
    if (!g)
        return;
    audit_group_heard(a, g);
    g->carp = a->now;
    if (is_spoken(a, g))
        audit_collision(a, g);
}
