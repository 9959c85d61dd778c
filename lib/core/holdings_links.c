/* Holdings: the links, what is named on each, and who is present there. */
#include <stdlib.h>
#include <string.h>

#include "core/grow.h"
#include "core/holdings_table.h"

enum { FEWEST_BUCKETS = 8 };

static uint32_t hash_bytes(const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    uint32_t hash = 2166136261u;
    for (size_t n = 0; n < len; n++)
        hash = (hash ^ at[n]) * 16777619u; /* FNV-1a */
    return hash;
}

uint32_t holdings_hash(const struct ip *ip)
{
    return hash_bytes(ip->bytes, ip_size(ip->family));
}

uint32_t holdings_hash_name(const char *ifname)
{
    return hash_bytes(ifname, strlen(ifname));
}

/* --- links --------------------------------------------------------------------------------------------------------- */

struct link *link_new(struct holdings *h, const char *ifname)
{
    if (h->link_count == LINKS_MOST || !heap_reserve(&h->due, h->link_count + 1) ||
        !grow((void **)&h->links, &h->link_room, h->link_count, 1, sizeof(struct link *)))
        return NULL;
    struct link *l = calloc(1, sizeof *l);
    if (l == NULL)
        return NULL;
    memcpy(l->ifname, ifname, strlen(ifname) + 1);
    l->number = (uint16_t)h->link_count;
    l->timer.order = h->link_count;
    l->next_named = l->next_indexed = l->unused = l->macvlan_of = NONE;
    l->due_at = l->round_at = INSTANT_NEVER;
    l->round_next = l->disturbed = (instant){INT64_MIN / 2};
    h->links[h->link_count++] = l;
    return l;
}

struct link *link_find(const struct holdings *h, const char *ifname)
{
    int32_t at = h->links_named[holdings_hash_name(ifname) % LINK_BUCKETS];
    while (at != NONE && strcmp(h->links[at]->ifname, ifname) != 0)
        at = h->links[at]->next_named;
    return at == NONE ? NULL : h->links[at];
}

struct link *link_named(struct holdings *h, const char *ifname)
{
    int32_t *bucket = &h->links_named[holdings_hash_name(ifname) % LINK_BUCKETS];
    struct link *l = link_find(h, ifname);
    if (l != NULL)
        return l;
    l = link_new(h, ifname);
    if (l == NULL)
        return NULL;
    l->next_named = *bucket;
    *bucket = l->number;
    return l;
}

void link_free(struct link *l)
{
    free(l->buckets);
    free(l->places);
    free(l->on);
    free(l);
}

static int32_t *indexed(struct holdings *h, unsigned ifindex)
{
    return &h->links_indexed[ifindex % LINK_BUCKETS];
}

struct link *link_indexed(const struct holdings *h, unsigned ifindex)
{
    int32_t at = h->links_indexed[ifindex % LINK_BUCKETS];
    while (at != NONE && h->links[at]->ifindex != ifindex)
        at = h->links[at]->next_indexed;
    return at == NONE ? NULL : h->links[at];
}

void link_set_index(struct holdings *h, struct link *l, unsigned ifindex)
{
    if (l->ifindex == ifindex)
        return;
    int32_t *at = indexed(h, l->ifindex);
    while (l->ifindex != 0 && *at != l->number)
        at = &h->links[*at]->next_indexed;
    if (l->ifindex != 0)
        *at = l->next_indexed;
    l->ifindex = ifindex;
    if (ifindex == 0)
        return;
    l->next_indexed = *indexed(h, ifindex);
    *indexed(h, ifindex) = l->number;
}

void link_timer(struct holdings *h, struct link *l)
{
    heap_set(&h->due, &l->timer, earliest(l->due_at, l->round_at));
}

void link_due(struct holdings *h, struct link *l, instant at)
{
    l->due_at = earliest(l->due_at, at);
    link_timer(h, l);
}

void holding_due(struct holdings *h, const struct holding *v, instant at)
{
    link_due(h, h->links[v->link], at);
    for (size_t n = 0; n < v->away_count; n++)
        link_due(h, h->links[v->away[n].link], at);
}

void link_join(struct link *l, int32_t holding)
{
    l->on[l->on_count++] = holding;
}

void link_part(struct link *l, int32_t holding)
{
    size_t n = l->on_count;
    while (l->on[--n] != holding)
        ;
    l->on_count--;
    memmove(&l->on[n], &l->on[n + 1], (l->on_count - n) * sizeof *l->on);
}

/* --- places -------------------------------------------------------------------------------------------------------- */

static int32_t *bucket_of(const struct link *l, const struct ip *ip)
{
    return &l->buckets[holdings_hash(ip) & (l->bucket_count - 1)];
}

/* As many buckets as there is room for places. */
static bool more_buckets(struct link *l)
{
    size_t count = l->bucket_count > 0 ? l->bucket_count : FEWEST_BUCKETS;
    while (count < l->room)
        count *= 2;
    if (count == l->bucket_count)
        return true;
    int32_t *buckets = malloc(count * sizeof *buckets);
    if (buckets == NULL)
        return false;
    free(l->buckets);
    l->buckets = buckets;
    l->bucket_count = count;
    for (size_t n = 0; n < count; n++)
        buckets[n] = NONE;
    for (size_t n = 0; n < l->count; n++) {
        int32_t *bucket = bucket_of(l, &l->places[n].prefix.ip);
        if (!l->places[n].used)
            continue;
        l->places[n].next = *bucket;
        *bucket = (int32_t)n;
    }
    return true;
}

bool link_reserve(struct link *l, size_t places)
{
    return grow((void **)&l->on, &l->on_room, l->on_count, 1, sizeof *l->on) &&
           grow((void **)&l->places, &l->room, l->count, places, sizeof *l->places) && more_buckets(l);
}

int32_t place_find(const struct link *l, const struct ip *ip)
{
    int32_t at = l->bucket_count > 0 ? *bucket_of(l, ip) : NONE;
    while (at != NONE && !ip_equal(&l->places[at].prefix.ip, ip))
        at = l->places[at].next;
    return at;
}

void place_forget(struct link *l, int32_t at)
{
    int32_t *from = bucket_of(l, &l->places[at].prefix.ip);
    while (*from != at)
        from = &l->places[*from].next;
    *from = l->places[at].next;
    l->places[at] = (struct place){.next = l->unused};
    l->unused = at;
}

int32_t place_name(const struct holdings *h, struct link *l, const struct prefix *p)
{
    int32_t at = place_find(l, &p->ip);
    if (at == NONE) {
        at = l->unused;
        if (at != NONE)
            l->unused = l->places[at].next;
        else
            at = (int32_t)l->count++;
        int32_t *bucket = bucket_of(l, &p->ip);
        l->places[at] = (struct place){
            .prefix = *p,
            .next = *bucket,
            .used = true,
            .fence = {[FENCE_AROUND] = h->first_fence, [FENCE_INPUT] = h->first_fence},
        };
        *bucket = at;
        l->seen = false; /* what the kernel has there is not known */
    } else if (l->places[at].holders == 0) {
        l->places[at].prefix = *p;
    }
    l->places[at].named++;
    return at;
}
