/* Holdings: from what is held and what the kernel has to the changes to make. */
#include <errno.h>
#include <string.h>

#include "core/address_style.h"
#include "core/holdings_table.h"

#define DISTURBANCE (100 * MILLISECOND) /* others who fight us over an address do not make us spin */
/* The kernel takes a lease for over 20 ms before its end. What it ends is given up before: if it were found missing, it
 * would be put back and announced, though its sends have stopped and another router is Active. */
#define KERNEL_EARLY (25 * MILLISECOND)

usec renewal_period(const struct holdings *h, const struct holding *v)
{
    return v->interval > h->period ? v->interval : h->period;
}

usec holdings_period(const struct holdings *h)
{
    return h->period;
}

bool holdings_due(struct holdings *h, instant now, size_t *link)
{
    const struct timer *t = heap_due(&h->due, now);
    if (t != NULL)
        *link = (size_t)t->order;
    return t != NULL;
}

bool holdings_unresolved(const struct holdings *h, size_t link)
{
    return !h->links[link]->resolved;
}

bool holdings_unseen(const struct holdings *h, size_t link)
{
    return h->links[link]->ifindex != 0 && !h->links[link]->seen;
}

struct plan {
    struct holdings *h;
    struct link *l;
    instant now;
    size_t count;
};

static uint32_t lease_seconds(instant until, instant now)
{
    if (until.us == INSTANT_NEVER.us)
        return 0;
    usec left = until.us - now.us;
    int64_t seconds = left <= 0 ? 1 : (left + SECOND - 1) / SECOND;
    return seconds < UINT32_MAX ? (uint32_t)seconds : UINT32_MAX - 1;
}

/* What labels begin with: people know the interface below. */
static const char *label_ifname(const struct holdings *h, const struct link *l)
{
    return l->macvlan_of == NONE ? l->ifname : h->all[l->macvlan_of].id.ifname;
}

static void plan_change(struct plan *plan, enum change_kind kind, size_t place, uint8_t length)
{
    const struct place *p = &plan->l->places[place];
    bool styled = kind != CHANGE_REMOVE && p->holders > 0;
    plan->h->planned[plan->count] = (int32_t)place;
    plan->h->changes[plan->count++] = (struct address_change){
        .kind = kind,
        .ifindex = plan->l->ifindex,
        .prefix = {.ip = p->prefix.ip, .length = length},
        .lease = kind == CHANGE_REMOVE ? 0 : lease_seconds(p->until, plan->now),
        .metric = plan->l->macvlan_of == NONE ? 0 : CHANGE_METRIC_ASIDE,
        .style = styled ? &plan->h->all[p->namer].style : NULL,
        .ifname = label_ifname(plan->h, plan->l),
    };
}

/* --- what the interface is, and has ---------------------------------------------------------------------------------- */

struct address_change *holdings_leave(struct holdings *h, size_t link, size_t *count)
{
    struct plan plan = {.h = h, .l = h->links[link]};
    for (size_t n = 0; n < plan.l->count; n++) {
        struct place *p = &plan.l->places[n];
        if (!p->used || !p->ours)
            continue;
        plan_change(&plan, CHANGE_REMOVE, n, p->ours_length);
        p->expected = p->expected || p->holders > 0;
        p->ours = p->made = false;
    }
    *count = plan.count;
    return h->changes;
}

static void announce_all(struct holdings *h, const struct link *l)
{
    for (size_t n = l->on_count; n-- > 0;)
        h->all[l->on[n]].announce = h->all[l->on[n]].held;
}

/* What there was went with the one before: its lease, and the chain that stopped frames. */
static void other_interface(struct holding *v, const struct link *l)
{
    presence_on(v, l)->renewed = NEVER_RENEWED;
    if (v->link == l->number && v->mac_fence == FENCE_UP)
        v->mac_fence = FENCE_MAYBE;
}

void holdings_resolve(struct holdings *h, size_t link, unsigned ifindex, const struct mac *mac, bool up, instant now)
{
    struct link *l = h->links[link];
    bool other_mac = l->has_mac && mac != NULL && memcmp(&l->mac, mac, sizeof *mac) != 0;
    l->resolved = true;
    if (ifindex != l->ifindex || up != l->up)
        l->seen = false; /* IPv6 addresses go as it goes down */
    for (size_t n = ifindex != l->ifindex ? l->on_count : 0; n-- > 0;)
        other_interface(&h->all[l->on[n]], l);
    link_set_index(h, l, ifindex);
    l->has_mac = mac != NULL;
    if (mac != NULL)
        l->mac = *mac;
    if (other_mac || (up && !l->up)) /* the neighbours know the old one; or they may have heard nothing */
        announce_all(h, l);
    l->up = up;
    if (ifindex == 0) {
        holdings_look(h, link); /* and nothing is seen there */
        if (!l->told_gone && l->macvlan_of == NONE)
            holdings_tell(h, HOLDING_NO_DEVICE, l, NULL, NULL, ENODEV);
    } else if (l->told_gone) {
        holdings_tell(h, HOLDING_DEVICE, l, NULL, NULL, 0);
    }
    l->told_gone = ifindex == 0 && l->macvlan_of == NONE;
    link_due(h, l, now);
}

void holdings_look(struct holdings *h, size_t link)
{
    struct link *l = h->links[link];
    for (size_t n = 0; n < l->count; n++) {
        struct place *p = &l->places[n];
        p->expected = p->expected || (p->ours && p->holders > 0);
        p->ours = p->foreign = p->below = p->restyled = false;
    }
    holding_name_places(h, l);
    l->seen = true;
}

void holdings_look_failed(struct holdings *h, size_t link, instant now)
{
    struct link *l = h->links[link];
    l->seen = l->resolved = false;
    l->due_at = later(now, RETRY);
    l->round_at = INSTANT_NEVER; /* the next plan renews */
    link_timer(h, l);
    for (size_t n = l->on_count; n-- > 0;)
        presence_on(&h->all[l->on[n]], l)->renewed = NEVER_RENEWED;
}

static bool is_made(const struct holdings *h, const struct place *place, const struct prefix *p)
{
    return h->untagged && place->made && place->prefix.length == p->length;
}

/* Does it have the label and the scope that its holder wants? IPv6 has neither. */
static bool has_style(const struct holdings *h, const struct link *l, const struct place *p,
                      const struct address_style *seen)
{
    const struct address_style *wanted = &h->all[p->namer].style;
    const char *label = label_fits(wanted->label, label_ifname(h, l)) ? wanted->label : "";
    return p->prefix.ip.family == 6 || (seen->scope == wanted->scope && strcmp(seen->label, label) == 0);
}

void holdings_saw(struct holdings *h, size_t link, const struct prefix *p, const struct address_style *style, bool ours)
{
    struct link *l = h->links[link];
    int32_t at = place_find(l, &p->ip);
    if (at == NONE)
        return;
    struct place *place = &l->places[at];
    if (!ours && !is_made(h, place, p)) {
        place->foreign = true;
    } else if (!place->ours || place->ours_length != place->prefix.length) {
        /* IPv4 may have it with several lengths: the one that is wanted counts; others go with the next looks. */
        place->ours = true;
        place->ours_length = p->length;
        place->restyled = place->holders > 0 && !has_style(h, l, place, style);
    }
}

/* --- what others do ------------------------------------------------------------------------------------------------- */

static void disturbed(struct holdings *h, struct link *l, instant now)
{
    instant at = latest(now, later(l->disturbed, DISTURBANCE));
    if (l->due_at.us <= at.us)
        return;
    l->disturbed = at;
    link_due(h, l, at);
}

void holdings_notice(struct holdings *h, unsigned ifindex, const struct prefix *p, bool ours, bool gone, instant now)
{
    struct link *l = link_indexed(h, ifindex);
    int32_t at = l != NULL ? place_find(l, &p->ip) : NONE;
    if (at == NONE)
        return;
    struct place *place = &l->places[at];
    ours = ours || is_made(h, place, p);
    bool known = gone ? (ours ? !place->ours || place->ours_length != p->length : !place->foreign)
                      : (ours ? place->ours && place->ours_length == p->length : place->foreign);
    if (known)
        return;
    if (gone && ours && place->holders > 0)
        place->missed = true;
    if (gone && ours)
        place->ours = place->made = false;
    l->seen = false;
    disturbed(h, l, now);
}

static void link_changed(struct holdings *h, struct link *l, instant now)
{
    if (l == NULL)
        return;
    l->resolved = false;
    disturbed(h, l, now);
}

void holdings_link_changed(struct holdings *h, unsigned ifindex, const char *ifname, instant now)
{
    struct link *l = link_find(h, ifname);
    link_changed(h, link_indexed(h, ifindex), now); /* it may have been called otherwise */
    link_changed(h, l, now);
    for (size_t n = 0; l != NULL && n < l->on_count; n++) {
        const struct holding *v = &h->all[l->on[n]];
        if (v->vmac && v->link == l->number)
            link_changed(h, h->links[v->vmac_link], now);
    }
}

void holdings_all_unseen(struct holdings *h, instant now)
{
    for (size_t n = 0; n < h->link_count; n++) {
        h->links[n]->seen = h->links[n]->resolved = false; /* which may have been about interfaces */
        disturbed(h, h->links[n], now);
    }
}

/* --- planning -------------------------------------------------------------------------------------------------------- */

static void mark_places(struct holdings *h, const struct link *l, struct holding *v, bool round, instant now)
{
    struct presence *at = presence_on(v, l);
    usec period = renewal_period(h, v);
    bool anew = at->renewed.us == NEVER_RENEWED.us;
    bool no_frames = holding_home(h, v) == l && v->vmac && v->mac_fence != FENCE_UP;
    bool renew =
        anew || (round && v->lease != 0 && v->sent.us > at->renewed.us && at->renew_at.us <= now.us + period / 2);
    instant until = v->lease == 0 ? INSTANT_NEVER : later(v->sent, v->lease + period);
    for (size_t n = 0; n < v->count && at->names > 0; n++) {
        struct place *p = &l->places[v->names[n].place];
        if (v->names[n].link != l->number)
            continue;
        p->namer = (int32_t)(v - h->all);
        p->until = latest(p->until, until);
        p->renew = p->renew || renew;
        p->dear = p->dear || v->lost_is_fault;
        place_guard(p, v, no_frames);
    }
    if (renew) {
        at->renewed = v->sent;
        at->renew_at = later(v->sent, period - period / 8); /* a send that is a little early will do */
        at->lapse_at = v->lease == 0 ? INSTANT_NEVER : (instant){until.us - KERNEL_EARLY};
        holding_lapse(h, v);
        holding_timers(h, v);
    }
}

static void plan_wanted(struct plan *plan, size_t n)
{
    struct place *p = &plan->l->places[n];
    bool exact = p->ours && p->ours_length == p->prefix.length && !p->restyled;
    p->missed = plan->l->up && (p->missed || (p->expected && !p->ours));
    p->expected = false;
    p->made = p->made && p->ours;
    p->lost = !exact && !p->foreign && p->dear && (p->lost || p->missed);
    if (p->missed && !p->told_taken && (exact || !p->foreign)) {
        holdings_tell(plan->h, p->lost ? HOLDING_LOST : HOLDING_TAKEN, plan->l, NULL, &p->prefix, 0);
        p->told_taken = true;
    }
    if (p->ours && !exact)
        plan_change(plan, CHANGE_REMOVE, n, p->ours_length);
    if (exact && (p->renew || p->missed))
        plan_change(plan, CHANGE_RENEW, n, p->prefix.length);
    else if (!exact && !p->foreign && plan->l->up && !p->lost)
        plan_change(plan, CHANGE_ADD, n, p->prefix.length);
    if (exact || p->foreign) {
        p->added = p->missed;
        p->missed = false;
    }
    if (p->foreign && !p->ours && !p->told_foreign) {
        const struct link *on = p->below ? plan->h->links[plan->h->all[plan->l->macvlan_of].link] : plan->l;
        holdings_tell(plan->h, HOLDING_FOREIGN, on, NULL, &p->prefix, 0);
        p->told_foreign = true;
    }
}

static void plan_unwanted(struct plan *plan, size_t n)
{
    struct place *p = &plan->l->places[n];
    p->expected = p->missed = p->lost = p->told_foreign = p->told_taken = false;
    bool stray = p->foreign && !p->ours && p->backup;
    if (stray && !p->told_stray)
        holdings_tell(plan->h, HOLDING_STRAY, plan->l, NULL, &p->prefix, 0);
    p->told_stray = stray;
    if (p->ours)
        plan_change(plan, CHANGE_REMOVE, n, p->ours_length);
    else if (p->named == 0 && has_no_fence(p))
        place_forget(plan->l, (int32_t)n);
}

struct address_change *holdings_plan(struct holdings *h, size_t link, instant now, size_t *count)
{
    struct plan plan = {.h = h, .l = h->links[link], .now = now};
    struct link *l = plan.l;
    bool round = l->round_at.us <= now.us;
    *count = 0;
    l->due_at = INSTANT_NEVER;
    if (round) {
        l->round_at = INSTANT_NEVER;
        l->round_next = later(now, h->period / 4); /* by the period that these leases are given for */
    }
    link_timer(h, l);
    if (l->ifindex == 0)
        return h->changes; /* when there is one, links_changed tells */
    for (size_t n = 0; n < l->count; n++) {
        l->places[n].added = l->places[n].renew = l->places[n].dear = false;
        memset(l->places[n].guarded, 0, sizeof l->places[n].guarded);
        l->places[n].unfenced = false;
        l->places[n].until = (instant){0};
    }
    for (size_t n = l->on_count; n-- > 0;) {
        if (h->all[l->on[n]].held)
            mark_places(h, l, &h->all[l->on[n]], round, now);
    }
    for (size_t n = 0; n < l->count; n++) {
        if (!l->places[n].used)
            continue;
        if (l->places[n].holders > 0 && !l->places[n].unfenced)
            plan_wanted(&plan, n);
        else
            plan_unwanted(&plan, n);
    }
    *count = plan.count;
    return h->changes;
}
