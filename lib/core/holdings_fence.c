/* Holdings: what stands behind a fence, and until when each is open. */
#include <string.h>

#include "core/holdings_table.h"

/* What has to be told once only is told again so often: others may take it away. */
#define TELL_AGAIN SECOND

void fence_due(struct holdings *h, struct holding *v)
{
    if (v->fence_due)
        return;
    v->fence_due = true;
    v->next_fence = h->fence_head;
    h->fence_head = (int32_t)(v - h->all);
}

void holdings_fences_left(struct holdings *h)
{
    h->first_fence = FENCE_MAYBE;
}

void place_fences_doubted(struct place *p)
{
    for (enum fence_kind kind = 0; kind < FENCE_KINDS; kind++) {
        if (p->fence[kind] == FENCE_UP)
            p->fence[kind] = FENCE_MAYBE;
    }
}

void holdings_fences_lost(struct holdings *h, instant now)
{
    for (size_t n = 0; n < h->link_count; n++) {
        struct link *l = h->links[n];
        for (size_t k = 0; k < l->count; k++)
            place_fences_doubted(&l->places[k]);
        link_due(h, l, now);
    }
    for (size_t n = 0; n < h->count; n++) {
        if (h->all[n].mac_fence == FENCE_UP)
            h->all[n].mac_fence = FENCE_MAYBE;
    }
}

static bool has_mac(const struct holding *v)
{
    return v->held && v->fence != 0 && v->vmac;
}

static bool has_room(const struct holdings *h, size_t count, size_t more)
{
    return count + more <= nitems(h->fences);
}

static struct fence_item *begin(struct holdings *h, size_t *count)
{
    *count = 0;
    memset(h->fence_slots, 0, sizeof h->fence_slots);
    return h->fences;
}

static struct fence_item *add(struct holdings *h, size_t *count, const struct link *l)
{
    struct fence_item *item = &h->fences[(*count)++];
    *item = (struct fence_item){.ifname = l->ifname};
    return item;
}

/* An address stands in the list once for each kind, though two virtual routers name it. */
static struct fence_item *add_ip(struct holdings *h, size_t *count, const struct link *l, enum fence_kind kind,
                                 const struct ip *ip)
{
    uint32_t slot = holdings_hash(ip) % FENCE_SLOTS;
    for (; h->fence_slots[slot] != 0; slot = (slot + 1) % FENCE_SLOTS) {
        struct fence_item *item = &h->fences[h->fence_slots[slot] - 1];
        if (item->kind == kind && ip_equal(&item->ip, ip) && (item->ifname == l->ifname || !fence_is_local(ip)))
            return item;
    }
    struct fence_item *item = add(h, count, l);
    item->kind = kind;
    item->ip = *ip;
    h->fence_slots[slot] = (uint16_t)*count;
    return item;
}

static struct fence_item *add_place(struct holdings *h, size_t *count, const struct link *l, enum fence_kind kind,
                                    struct place *p)
{
    struct fence_item *item = add_ip(h, count, l, kind, &p->prefix.ip);
    item->anew = item->anew || p->fence[kind] != FENCE_UP;
    p->fence[kind] = FENCE_UP;
    return item;
}

static void add_around(struct holdings *h, size_t *count, const struct link *l, struct place *p, instant until)
{
    struct fence_item *item = add_place(h, count, l, FENCE_AROUND, p);
    item->until = p->open_until = latest(item->until, until);
}

static void add_mac(struct holdings *h, size_t *count, struct holding *v, instant until)
{
    struct fence_item *item = add(h, count, h->links[v->link]);
    item->mac = vrrp_mac(v->id.af, v->id.vrid);
    item->anew = v->mac_fence != FENCE_UP;
    item->until = until;
    v->mac_fence = FENCE_UP;
}

/* --- what is behind a fence already --------------------------------------------------------------------------------- */

/* The newest send opens it for longer: an address that two virtual routers hold is open as long as either's. One that was
 * given up is shut: that is not to wait until its addresses are removed. Each: false when there is no room for all of it,
 * and the rest is to come next. */

static bool extend(struct holdings *h, struct holding *v, size_t *count)
{
    instant until = later(v->sent, v->fence);
    bool again = v->unaccepted && v->again_at.us <= v->sent.us;
    size_t most = again ? FENCE_KINDS : 1; /* of an address */
    for (; h->fence_cursor < v->count && has_room(h, *count, most); h->fence_cursor++) {
        const struct naming *name = &v->names[h->fence_cursor];
        struct place *p = place_of(h, name);
        if (v->fence != 0 && p->fence[FENCE_AROUND] == FENCE_UP && until.us > p->open_until.us)
            add_around(h, count, h->links[name->link], p, until);
        if (again && p->fence[FENCE_INPUT] == FENCE_UP)
            (void)add_place(h, count, h->links[name->link], FENCE_INPUT, p);
    }
    if (h->fence_cursor < v->count || !has_room(h, *count, 1))
        return false;
    if (again)
        v->again_at = later(v->sent, TELL_AGAIN);
    if (v->fence != 0 && v->vmac && v->mac_fence == FENCE_UP)
        add_mac(h, count, v, until);
    return true;
}

static bool shut(struct holdings *h, struct holding *v, size_t *count)
{
    for (; h->fence_cursor < v->count && has_room(h, *count, 1); h->fence_cursor++) {
        const struct naming *name = &v->names[h->fence_cursor];
        struct place *p = place_of(h, name);
        if (p->fence[FENCE_AROUND] == FENCE_UP && p->holders == 0 && p->open_until.us > 0)
            add_around(h, count, h->links[name->link], p, (instant){0});
    }
    if (!has_room(h, *count, 1))
        return false;
    if (v->mac_fence == FENCE_UP)
        add_mac(h, count, v, (instant){0});
    return true;
}

struct fence_item *holdings_fences(struct holdings *h, size_t *count)
{
    struct fence_item *items = begin(h, count);
    while (h->fence_head != NONE) {
        struct holding *v = &h->all[h->fence_head];
        if (*count > 0 && !has_room(h, *count, (v->unaccepted ? FENCE_KINDS : 1) * (size_t)v->count + 1))
            break; /* what belongs together is best told together */
        bool asks = v->fence != 0 || v->unaccepted;
        if (!v->held ? !shut(h, v, count) : asks && !extend(h, v, count))
            break;
        h->fence_head = v->next_fence;
        h->fence_cursor = 0;
        v->fence_due = false;
    }
    return items;
}

void place_guard(struct place *p, const struct holding *v, bool no_frames)
{
    for (enum fence_kind kind = 0; kind < FENCE_KINDS; kind++) {
        if (!holding_asks(v, kind))
            continue;
        p->guarded[kind] = true;
        bool stands = p->fence[kind] == FENCE_UP && !(kind == FENCE_AROUND && no_frames);
        p->unfenced = p->unfenced || (!stands && !p->foreign);
    }
}

/* --- what comes behind it, and what leaves it ------------------------------------------------------------------------ */

static bool is_new_mac(const struct holdings *h, size_t count, const struct holding *v)
{
    struct mac mac = vrrp_mac(v->id.af, v->id.vrid);
    for (size_t n = 0; n < count; n++) {
        const struct fence_item *item = &h->fences[n];
        if (item->ip.family == 0 && item->anew && memcmp(&item->mac, &mac, sizeof mac) == 0)
            return true;
    }
    return false;
}

static bool is_due(const struct place *p, enum fence_kind kind, instant until)
{
    return !p->foreign && (p->fence[kind] != FENCE_UP || (kind == FENCE_AROUND && until.us > p->open_until.us));
}

static void add_new(struct holdings *h, size_t *count, const struct link *l, const struct holding *v,
                    enum fence_kind kind)
{
    instant until = later(v->sent, v->fence);
    for (size_t n = 0; n < v->count && has_room(h, *count, 1); n++) {
        struct place *p = place_of(h, &v->names[n]);
        if (v->names[n].link != l->number || !is_due(p, kind, until))
            continue;
        if (kind == FENCE_AROUND)
            add_around(h, count, l, p, until);
        else
            (void)add_place(h, count, l, kind, p);
    }
}

struct fence_item *holdings_fence_new(struct holdings *h, size_t link, size_t *count)
{
    struct link *l = h->links[link];
    struct fence_item *items = begin(h, count);
    if (l->ifindex == 0)
        return items;
    for (size_t k = l->on_count; k-- > 0;) {
        struct holding *v = &h->all[l->on[k]];
        for (enum fence_kind kind = 0; v->held && kind < FENCE_KINDS; kind++) {
            if (holding_asks(v, kind))
                add_new(h, count, l, v, kind);
        }
        if (holding_home(h, v) == l && has_mac(v) && v->mac_fence != FENCE_UP && has_room(h, *count, 1))
            add_mac(h, count, v, later(v->sent, v->fence));
    }
    return items;
}

void holdings_fence_failed(struct holdings *h, size_t link, size_t count, int number)
{
    struct link *l = h->links[link];
    for (size_t n = 0; n < count; n++) {
        int32_t place = h->fences[n].ip.family != 0 ? place_find(l, &h->fences[n].ip) : NONE;
        if (place != NONE && h->fences[n].anew)
            l->places[place].fence[h->fences[n].kind] = FENCE_MAYBE;
    }
    for (size_t n = l->on_count; n-- > 0;) {
        struct holding *v = &h->all[l->on[n]];
        if (holding_home(h, v) == l && v->mac_fence == FENCE_UP && is_new_mac(h, count, v))
            v->mac_fence = FENCE_MAYBE;
    }
    if (l->told_unfenced != number)
        holdings_tell(h, HOLDING_UNFENCED, l, NULL, NULL, number);
    l->told_unfenced = number;
}

/* What is not ours is never fenced. What is ours is, for as long as it is there, unless those who hold it say otherwise. */
static bool is_needed(const struct place *p, enum fence_kind kind)
{
    if (p->foreign)
        return false;
    return p->holders > 0 ? p->guarded[kind] : p->ours;
}

/* An address that has moved to another link is fenced there, and it is the host that answers for it: one fence for both. */
static bool has_moved(const struct holdings *h, const struct link *l, const struct place *p, enum fence_kind kind)
{
    for (size_t n = 0; p->named == 0 && !fence_is_local(&p->prefix.ip) && n < h->link_count; n++) {
        int32_t at = h->links[n] != l ? place_find(h->links[n], &p->prefix.ip) : NONE;
        const struct place *other = at != NONE ? &h->links[n]->places[at] : NULL;
        if (other != NULL && other->fence[kind] == FENCE_UP && is_needed(other, kind))
            return true;
    }
    return false;
}

static void leave(struct holdings *h, size_t *count, const struct link *l, struct place *p, enum fence_kind kind)
{
    if (p->fence[kind] == FENCE_NONE || is_needed(p, kind))
        return;
    if (!has_moved(h, l, p, kind)) {
        struct fence_item *item = add(h, count, l);
        item->kind = kind;
        item->ip = p->prefix.ip;
    }
    p->fence[kind] = FENCE_NONE;
}

struct fence_item *holdings_unfence(struct holdings *h, size_t link, bool end, size_t *count)
{
    struct link *l = h->links[link];
    struct fence_item *items = begin(h, count);
    for (size_t n = 0; l->seen && n < l->count && has_room(h, *count, FENCE_KINDS); n++) {
        struct place *p = &l->places[n];
        if (!p->used || has_no_fence(p))
            continue;
        for (enum fence_kind kind = 0; kind < FENCE_KINDS; kind++)
            leave(h, count, l, p, kind);
        if (has_no_fence(p) && p->named == 0 && !p->ours)
            place_forget(l, (int32_t)n);
    }
    for (size_t n = l->on_count; n-- > 0 && has_room(h, *count, 1);) {
        struct holding *v = &h->all[l->on[n]];
        if (holding_home(h, v) != l || v->mac_fence == FENCE_NONE || (v->held ? has_mac(v) : !end))
            continue;
        add(h, count, h->links[v->link])->mac = vrrp_mac(v->id.af, v->id.vrid);
        v->mac_fence = FENCE_NONE;
    }
    return items;
}
