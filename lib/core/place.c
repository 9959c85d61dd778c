#include "core/place.h"

#include <string.h>

static uint32_t hash_bytes(uint32_t hash, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ at[i]) * UINT32_C(16777619); /* FNV-1a */
    return hash;
}

uint32_t place_hash(const struct origin *o, uint8_t af, uint8_t vrid)
{
    const uint8_t numbers[] = {af, vrid, (uint8_t)(o->vlan >> 8), (uint8_t)o->vlan};
    uint32_t hash = hash_bytes(UINT32_C(2166136261), numbers, sizeof numbers);

    /* With their NULs, so that "ab","c" is not "a","bc". */
    hash = hash_bytes(hash, o->ifname, strlen(o->ifname) + 1);
    hash = hash_bytes(hash, o->seg, strlen(o->seg) + 1);
    hash = hash_bytes(hash, o->host, strlen(o->host) + 1);
    return hash ^ hash >> 16;
}

bool place_equal(const struct origin *a, const struct origin *b)
{
    return a->vlan == b->vlan && strcmp(a->ifname, b->ifname) == 0 && strcmp(a->seg, b->seg) == 0 &&
           strcmp(a->host, b->host) == 0;
}

int place_compare(const struct origin *a, const struct origin *b)
{
    int order = strcmp(a->seg, b->seg);

    if (order == 0)
        order = strcmp(a->host, b->host);
    if (order == 0)
        order = strcmp(a->ifname, b->ifname);
    return order != 0 ? order : (a->vlan > b->vlan) - (a->vlan < b->vlan);
}
