/* Rules about announcements: ARP and neighbour advertisements for addresses of virtual routers. Who is a stranger is
 * decided a second later, for an announcement and the first advertisement of a new Active come in either order. */
#include <string.h>

#include "core/audit_internal.h"

static bool same_mac(const struct mac *a, const struct mac *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static struct finding about_announce(const struct audit_group *g, enum audit_rule rule, const struct announce_event *e)
{
    struct finding f = {.rule = rule, .severity = audit_rules[rule].severity, .has_vrid = true};

    f.origin = g->origin;
    f.af = g->af;
    f.vrid = g->vrid;
    f.ip = e->ip;
    f.has_mac = e->has_mac;
    f.mac = e->mac;
    return f;
}

/* What is known of a MAC address that is announced for an address of this virtual router. */
enum announcer {
    ANNOUNCER_RIGHT,
    ANNOUNCER_CARD /* the Active's own, though it uses the virtual one */,
    ANNOUNCER_STRANGE
};

static enum announcer announcer_of(struct audit *a, const struct audit_group *g, const struct mac *mac)
{
    const struct mac virtual = vrrp_mac(g->af, g->vrid);
    const struct audit_address *source;

    if (same_mac(mac, &virtual))
        return ANNOUNCER_RIGHT;
    for (int i = 0; i < g->count; i++) {
        const struct speaker *s = &g->speakers[i];

        if (ip_equal(&s->src, &g->active) && s->has_mac && same_mac(&s->mac, mac) && audit_is_live(s, a->now, 1))
            return ANNOUNCER_RIGHT;
    }
    source = audit_address_find(a, g->place, &g->active, true, NULL);
    return source && source->has_card && same_mac(&source->card, mac) ? ANNOUNCER_CARD : ANNOUNCER_STRANGE;
}

/* Nobody to compare with: no Active, or one whose MAC address is not captured. */
static bool can_judge(const struct audit *a, const struct audit_group *g)
{
    const struct speaker *active = audit_active(g);

    return active && active->has_mac && audit_is_live(active, a->now, 1);
}

/* --- Suspects. --- */

static void suspect(struct audit *a, struct audit_address *e, const struct announce_event *event)
{
    if (e->suspected || a->suspect_count == AUDIT_SUSPECTS)
        return;
    size_t index = (a->suspect_first + a->suspect_count++) % AUDIT_SUSPECTS;

    e->suspected = true;
    a->suspects[index] = (struct audit_suspect){
        .address = e,
        .tag = e->tag,
        .finding = about_announce(e->group,
                                  event->op == ANNOUNCE_REPLY ? RULE_ARP_REPLY_NONACTIVE : RULE_GARP_NONACTIVE, event),
        .at = a->now,
    };
}

static bool near_change(const struct audit_group *g, instant at)
{
    const instant times[] = {g->changed, g->changes[1]};

    for (size_t i = 0; i < nitems(times); i++) {
        if (times[i].us > at.us - AUDIT_NEAR && times[i].us < at.us + AUDIT_NEAR)
            return true;
    }
    return false;
}

static void judge(struct audit *a, struct audit_suspect *s)
{
    struct audit_address *e = s->address;

    if (e->tag != s->tag || e->group->serial != e->serial)
        return;
    e->suspected = false;
    struct audit_group *g = e->group;
    if (near_change(g, s->at) || !can_judge(a, g) || announcer_of(a, g, &s->finding.mac) != ANNOUNCER_STRANGE)
        return;
    s->finding.peer = g->active;
    s->finding.against = (struct audit_value){.kind = VALUE_MAC, .mac = audit_active(g)->mac};
    audit_tell(a, &s->finding);
}

void audit_suspects(struct audit *a)
{
    while (a->suspect_count > 0 && audit_since(a->suspects[a->suspect_first].at, a->now) >= AUDIT_NEAR) {
        judge(a, &a->suspects[a->suspect_first]);
        a->suspect_first = (a->suspect_first + 1) % AUDIT_SUSPECTS;
        a->suspect_count--;
    }
}

/* --- An announcement. --- */

/* An answer to a question (S) need not override; what a router says by itself must. */
static void look_at_flags(struct audit *a, const struct audit_address *e, const struct announce_event *event)
{
    bool router = (event->flags & ANNOUNCE_ROUTER) != 0, override = (event->flags & ANNOUNCE_OVERRIDE) != 0;
    bool solicited = (event->flags & ANNOUNCE_SOLICITED) != 0;

    if (event->op != ANNOUNCE_NA || solicited || (router && override))
        return;
    struct finding f = about_announce(e->group, RULE_NA_FLAGS_WRONG, event);
    f.what = router ? "no-override" : override ? "no-router" : "no-router-no-override";
    audit_tell(a, &f);
}

static void announced(struct audit *a, struct audit_address *e, const struct announce_event *event)
{
    struct audit_group *g = e->group;

    e->announced = a->now;
    look_at_flags(a, e, event);
    if (!event->has_mac)
        return;
    switch (announcer_of(a, g, &event->mac)) {
    case ANNOUNCER_RIGHT:
        break;
    case ANNOUNCER_CARD: {
        struct finding f = about_announce(g, RULE_VIP_PHYSICAL_MAC, event);

        f.src = g->active;
        f.against = (struct audit_value){.kind = VALUE_MAC, .mac = vrrp_mac(g->af, g->vrid)};
        audit_tell(a, &f);
        break;
    }
    case ANNOUNCER_STRANGE:
        suspect(a, e, event);
        break;
    }
}

void audit_announced(struct audit *a, const struct origin *from, const struct announce_event *event)
{
    uint64_t place = audit_place(a, from, event->ip.family);
    struct audit_address *e = audit_address_find(a, place, &event->ip, false, NULL);
    struct audit_address *source = audit_address_find(a, place, &event->ip, true, NULL);

    a->announces = true;
    if (e)
        announced(a, e, event);
    if (source && event->has_mac) {
        source->has_card = true;
        source->card = event->mac;
    }
}
