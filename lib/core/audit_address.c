/* The addresses of virtual routers, and of the routers that speak for them: who has which, for announcements and for
 * addresses that stand in two virtual routers. And sets of addresses. */
#include <string.h>

#include "core/audit_internal.h"

static uint32_t hash_ip(const struct audit *a, const uint8_t *bytes, size_t size)
{
    return (uint32_t)siphash(&a->options.key, bytes, size);
}

static uint64_t tag_of(const struct audit *a, uint64_t place, const struct ip *ip)
{
    uint64_t tag = siphash(&a->options.key, ip->bytes, ip_size(ip->family)) ^ place;

    return tag != 0 ? tag : 1;
}

static bool is_there(const struct audit_address *e)
{
    return e->tag != 0 && e->group->serial == e->serial;
}

struct audit_address *audit_address_find(struct audit *a, uint64_t place, const struct ip *ip, bool is_source,
                                         const struct audit_group *besides)
{
    uint64_t tag = tag_of(a, place, ip);
    struct audit_address *set = a->addresses[tag % AUDIT_ADDRESS_SETS];

    for (size_t i = 0; i < AUDIT_ADDRESS_WAYS; i++) {
        struct audit_address *e = &set[i];

        if (e->tag == tag && is_there(e) && e->is_source == is_source && e->group != besides && ip_equal(&e->ip, ip))
            return e;
    }
    return NULL;
}

/* Of this group; made when it is not there, in the place of what was not used for longest. A source is one for all virtual
 * routers that it speaks for: they would all want one place. */
struct audit_address *audit_address_of(struct audit *a, struct audit_group *g, const struct ip *ip, bool is_source)
{
    uint64_t tag = tag_of(a, g->place, ip);
    struct audit_address *set = a->addresses[tag % AUDIT_ADDRESS_SETS], *free = &set[0];

    for (size_t i = 0; i < AUDIT_ADDRESS_WAYS; i++) {
        struct audit_address *e = &set[i];

        if (!is_there(e)) {
            e->tag = 0;
            e->used.us = LONG_AGO;
        } else if (e->tag == tag && (is_source || e->group == g) && e->is_source == is_source && ip_equal(&e->ip, ip)) {
            e->used = a->now;
            return e;
        }
        if (e->used.us < free->used.us)
            free = e;
    }
    if (free->tag != 0)
        a->forgot = true;
    *free = (struct audit_address){
        .tag = tag,
        .ip = *ip,
        .group = g,
        .serial = g->serial,
        .is_source = is_source,
        .used = a->now,
        .announced = {LONG_AGO},
    };
    return free;
}

/* --- Sets. --- */

static void sketch_add(struct address_set *s, uint32_t hash)
{
    size_t at = s->kept;

    while (at > 0 && s->sketch[at - 1] > hash)
        at--;
    if (at == AUDIT_SKETCH || (at > 0 && s->sketch[at - 1] == hash))
        return;
    size_t behind = (s->kept == AUDIT_SKETCH ? AUDIT_SKETCH - 1u : s->kept) - at;
    memmove(&s->sketch[at + 1], &s->sketch[at], behind * sizeof s->sketch[0]);
    s->sketch[at] = hash;
    if (s->kept < AUDIT_SKETCH)
        s->kept++;
}

void audit_set_of(const struct audit *a, const struct advert *advert, struct address_set *out)
{
    size_t size = ip_size(advert->af);

    *out = (struct address_set){.count = advert->count};
    out->order = siphash(&a->options.key, advert->addresses, advert->count * size);
    for (size_t i = 0; i < advert->count; i++) {
        uint32_t hash = hash_ip(a, advert->addresses + i * size, size);

        out->set += (uint64_t)hash * hash + hash;
        sketch_add(out, hash);
    }
}

bool audit_sets_equal(const struct address_set *a, const struct address_set *b)
{
    return a->set == b->set && a->count == b->count;
}

bool audit_sets_disjoint(const struct address_set *a, const struct address_set *b)
{
    for (size_t i = 0, k = 0; i < a->kept && k < b->kept;) {
        if (a->sketch[i] == b->sketch[k])
            return false;
        if (a->sketch[i] < b->sketch[k])
            i++;
        else
            k++;
    }
    return a->count > 0 && b->count > 0;
}
