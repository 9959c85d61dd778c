/* Holdings: virtual routers whose addresses have a macvlan of their own, and whether there can be one. */
#include <string.h>

#include "core/holdings_table.h"

#define ASK_AGAIN (10 * SECOND) /* a backup, where there could be none */

struct link *holding_home(const struct holdings *h, const struct holding *v)
{
    return h->links[v->vmac ? v->vmac_link : v->link];
}

bool holding_take_vmac(struct holdings *h, struct holding *v, bool vmac)
{
    if (vmac && v->vmac_link == NO_LINK) {
        struct link *l = link_new(h, v->id.ifname);
        if (l == NULL)
            return false;
        l->macvlan_of = (int32_t)(v - h->all);
        v->vmac_link = l->number;
    }
    v->vmac = vmac;
    return true;
}

void holding_vmac_changed(struct holdings *h, const struct holding *v)
{
    if (v->vmac_link != NO_LINK)
        h->links[v->vmac_link]->resolved = false;
}

bool holdings_macvlan(const struct holdings *h, size_t link, struct identity *id, bool *wanted)
{
    const struct link *l = h->links[link];
    if (l->macvlan_of == NONE)
        return false;
    const struct holding *v = &h->all[l->macvlan_of];
    *id = v->id;
    *wanted = v->held && v->vmac && l->on_count > 0;
    return true;
}

void holdings_macvlan_named(struct holdings *h, size_t link, const char *ifname)
{
    struct link *l = h->links[link];
    if (strcmp(l->ifname, ifname) == 0)
        return;
    memcpy(l->ifname, ifname, strlen(ifname) + 1);
    for (size_t n = 0; n < l->count; n++) {
        if (fence_is_local(&l->places[n].prefix.ip))
            place_fences_doubted(&l->places[n]); /* they stood there under the other name */
    }
}

void holdings_macvlan_failed(struct holdings *h, size_t link, int number, instant now)
{
    struct link *l = h->links[link];
    struct holding *v = &h->all[l->macvlan_of];
    if (number != l->told_macvlan)
        holdings_tell(h, number != 0 ? HOLDING_NO_MACVLAN : HOLDING_MACVLAN, h->links[v->link], v, NULL, number);
    l->told_macvlan = number;
    if (v->held && number != 0)
        link_due(h, l, later(now, RETRY));
    else if (!v->held && number != 0)
        link_due(h, l, later(now, ASK_AGAIN));
    if (!v->held)
        holding_track_foreseen(h, v, number != 0, now);
}

int holdings_macvlan_number(const struct holdings *h, size_t link)
{
    return h->links[link]->told_macvlan;
}

bool holdings_saw_below(struct holdings *h, size_t link, const struct prefix *p, bool ours)
{
    struct link *l = h->links[link];
    const struct link *below = h->links[h->all[l->macvlan_of].link];
    int32_t at = place_find(l, &p->ip), other = place_find(below, &p->ip);
    if (at == NONE)
        return false;
    if (!ours)
        l->places[at].foreign = l->places[at].below = true;
    return ours && (other == NONE || below->places[other].named == 0);
}
