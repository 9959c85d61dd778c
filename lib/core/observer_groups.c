/* The observer's virtual routers: a hash table of bounded size; the longest silent makes room. */
#include <stdlib.h>
#include <string.h>

#include "core/observer_internal.h"
#include "core/place.h"

static bool is_group(const struct group *g, const struct origin *from, uint8_t af, uint8_t vrid)
{
    return g->vrid == vrid && g->af == af && place_equal(&g->origin, from);
}

static void age_unlink(struct observer *o, struct group *g)
{
    *(g->newer ? &g->newer->older : &o->newest) = g->older;
    *(g->older ? &g->older->newer : &o->oldest) = g->newer;
}

static void age_link_newest(struct observer *o, struct group *g)
{
    g->newer = NULL;
    g->older = o->newest;
    *(o->newest ? &o->newest->newer : &o->oldest) = g;
    o->newest = g;
}

void observer_group_free(struct observer *o, struct group *g)
{
    struct group **link = &o->buckets[g->hash % OBSERVER_BUCKETS];

    while (*link != g)
        link = &(*link)->next;
    *link = g->next;
    age_unlink(o, g);
    heap_set(&o->timers, &g->vacancy, INSTANT_NEVER);
    o->count--;
    free(g->speakers);
    free(g);
}

static struct group *group_new(struct observer *o, uint32_t hash)
{
    if (o->count == OBSERVER_GROUPS)
        observer_group_free(o, o->oldest);
    struct group *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    g->speakers = calloc(SPEAKERS_FIRST, sizeof *g->speakers);
    if (!g->speakers || !heap_reserve(&o->timers, o->count + 2)) {
        free(g->speakers);
        free(g);
        return NULL;
    }
    g->room = SPEAKERS_FIRST;
    g->active = NONE;
    g->vacancy.at = INSTANT_NEVER;
    g->vacancy.order = o->made++;
    g->hash = hash;
    g->next = o->buckets[hash % OBSERVER_BUCKETS];
    o->buckets[hash % OBSERVER_BUCKETS] = g;
    age_link_newest(o, g);
    o->count++;
    return g;
}

struct group *observer_group(struct observer *o, const struct origin *from, uint8_t af, uint8_t vrid)
{
    uint32_t hash = place_hash(from, af, vrid);

    for (struct group *g = o->buckets[hash % OBSERVER_BUCKETS]; g; g = g->next) {
        if (g->hash == hash && is_group(g, from, af, vrid)) {
            age_unlink(o, g);
            age_link_newest(o, g);
            return g;
        }
    }
    struct group *g = group_new(o, hash);
    if (g) {
        g->origin = *from;
        g->origin.dir = DIR_UNKNOWN;
        g->af = af;
        g->vrid = vrid;
    }
    return g;
}
