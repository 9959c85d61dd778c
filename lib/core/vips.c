#include "core/vips.h"

#include <stdlib.h>
#include <string.h>

#include "core/known.h"

enum { SETS = 4096 }; /* 32,768 addresses: 4,000 virtual routers may have eight each */

/* Where something was seen. */
struct place {
    uint64_t words[3];
};

struct vips {
    struct siphash_key key;
    struct place place; /* of the last frame, for the next one is often of the same: */
    uint64_t place_tag;
    struct known_set sets[SETS];
    uint8_t vrids[SETS][KNOWN_WAYS]; /* of each of them */
};

struct vips *vips_new(const struct siphash_key *key)
{
    struct vips *v = calloc(1, sizeof *v);

    if (v != NULL)
        v->key = *key;
    return v;
}

void vips_free(struct vips *v)
{
    free(v);
}

static uint64_t place_tag_of(struct vips *v, const struct sighting *s, const struct frame *f)
{
    struct place p = {{0}};

    if (s->ifname != NULL)
        memcpy(&p.words[0], s->ifname, strnlen(s->ifname, 2 * sizeof p.words[0]));
    p.words[2] = (uint64_t)f->ifindex << 32 | f->vlan;
    if (v->place_tag == 0 || memcmp(&p, &v->place, sizeof p) != 0) {
        v->place = p;
        v->place_tag = siphash(&v->key, &p, sizeof p);
    }
    return v->place_tag;
}

static uint64_t tag_of(const struct vips *v, uint64_t place_tag, const uint8_t *address, size_t size)
{
    uint64_t words[3] = {place_tag};

    memcpy(&words[1], address, size);
    uint64_t tag = siphash(&v->key, words, sizeof words[0] + (size > 8 ? 16 : 8));

    return tag != 0 ? tag : 1;
}

static uint8_t *vrid_of(struct vips *v, const struct known *k)
{
    size_t set = k->tag % SETS;

    return &v->vrids[set][k - v->sets[set].places];
}

void vips_hear(struct vips *v, const struct sighting *s, const struct frame *f)
{
    const struct advert *a = &f->advert;
    uint64_t place_tag = place_tag_of(v, s, f);
    size_t size = ip_size(a->af);

    for (size_t i = 0; i < a->count; i++) {
        uint64_t tag = tag_of(v, place_tag, a->addresses + i * size, size);
        struct known *known = known_find(v->sets, SETS, tag);

        if (known != NULL)
            known_again(known, s->time.ns);
        else
            known = known_remember(v->sets, SETS, tag, s->time.ns);
        *vrid_of(v, known) = a->vrid;
    }
}

static const struct mac *vrrp_mac_in(const struct announce_event *e)
{
    if (e->has_mac && is_vrrp_mac(&e->mac))
        return &e->mac;
    return e->has_smac && is_vrrp_mac(&e->smac) ? &e->smac : NULL;
}

/* A known address is its router's, whatever MAC address a liar gives it. */
bool vips_concerns(struct vips *v, const struct sighting *s, const struct frame *f, uint8_t *vrid)
{
    const struct announce_event *e = &f->announce;
    uint64_t tag = tag_of(v, place_tag_of(v, s, f), e->ip.bytes, ip_size(e->ip.family));
    const struct known *known = known_find(v->sets, SETS, tag);
    const struct mac *mac = vrrp_mac_in(e);

    *vrid = known != NULL ? *vrid_of(v, known) : mac != NULL ? mac->bytes[5] : 0;
    return known != NULL || mac != NULL;
}
