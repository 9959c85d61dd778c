/* Names of a simulation: segments, hosts, interfaces, virtual routers. */
#include <stdlib.h>
#include <string.h>

#include "core/sim_internal.h"

static uint32_t hash_bytes(uint32_t hash, const void *bytes, size_t count)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ at[i]) * UINT32_C(16777619); /* FNV-1a */
    return hash;
}

static size_t bucket_of(const char *name)
{
    uint32_t hash = hash_bytes(UINT32_C(2166136261), name, strlen(name));
    return (hash ^ hash >> 16) % SIM_BUCKETS;
}

static size_t bucket_of_identity(const void *owner, const struct identity *id)
{
    uint32_t hash = hash_bytes(UINT32_C(2166136261), &owner, sizeof owner);
    hash = hash_bytes(hash, id->ifname, strlen(id->ifname));
    hash = hash_bytes(hash, (uint8_t[]){id->af, id->vrid}, 2);
    return (hash ^ hash >> 16) % SIM_BUCKETS;
}

struct sim_segment *sim_segment(struct sim *s, const char *name, bool make)
{
    struct sim_segment **bucket = &s->segments[bucket_of(name)], *g = *bucket;
    while (g && strcmp(g->name, name) != 0)
        g = g->next;
    if (g || !make || !(g = calloc(1, sizeof *g)))
        return g;
    strncpy(g->name, name, sizeof g->name - 1);
    g->delay = 100;
    g->next = *bucket;
    *bucket = g;
    s->segment_count++;
    return g;
}

struct sim_host *sim_host(struct sim *s, const char *name, bool make)
{
    struct sim_host **bucket = &s->hosts[bucket_of(name)], *h = *bucket;
    while (h && strcmp(h->name, name) != 0)
        h = h->next;
    if (h || !make || !heap_reserve(&s->timers, s->host_count + 1) || !(h = calloc(1, sizeof *h)))
        return h;
    strncpy(h->name, name, sizeof h->name - 1);
    h->sim = s;
    h->number = (unsigned)++s->host_count;
    h->timer.order = h->number;
    h->last_router = &h->routers;
    h->next = *bucket;
    *bucket = h;
    *s->last_host = h;
    s->last_host = &h->next_of_all;
    return h;
}

struct sim_port *sim_port(struct sim_host *h, const char *ifname)
{
    struct sim_port *p = h->ports;
    while (p && strcmp(p->ifname, ifname) != 0)
        p = p->next_of_host;
    return p;
}

struct sim_port *sim_plug(struct sim_host *h, const char *ifname, struct sim_segment *segment)
{
    struct sim_port *p = sim_port(h, ifname);
    if (p)
        return p->segment == segment ? p : NULL;
    p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    memcpy(p->ifname, ifname, sizeof p->ifname);
    p->host = h;
    p->segment = segment;
    p->next_of_host = h->ports;
    h->ports = p;
    p->next_of_segment = segment->ports;
    segment->ports = p;
    return p;
}

static struct sim_group *group_of(struct sim *s, const struct sim_segment *segment, const struct identity *id)
{
    struct identity wire = {.af = id->af, .vrid = id->vrid};
    struct sim_group **bucket = &s->groups[bucket_of_identity(segment, &wire)], *g = *bucket;
    while (g && (g->segment != segment || g->af != id->af || g->vrid != id->vrid))
        g = g->next;
    if (g || !(g = calloc(1, sizeof *g)))
        return g;
    g->segment = segment;
    g->af = id->af;
    g->vrid = id->vrid;
    g->next = *bucket;
    *bucket = g;
    s->group_count++;
    return g;
}

struct sim_router *sim_router(struct sim_host *h, const struct identity *id, bool make)
{
    struct sim *s = h->sim;
    struct sim_router **bucket = &s->routers[bucket_of_identity(h, id)], *r = *bucket;
    while (r && (r->port->host != h || !identity_equal(&r->id, id)))
        r = r->next;
    if (r || !make || !(r = calloc(1, sizeof *r)))
        return r;
    r->id = *id;
    r->port = sim_port(h, id->ifname);
    r->group = group_of(s, r->port->segment, id);
    if (!r->group) {
        free(r);
        return NULL;
    }
    r->next = *bucket;
    *bucket = r;
    *h->last_router = r;
    h->last_router = &r->next_of_host;
    s->router_count++;
    return r;
}

static void free_router(struct sim_router *r)
{
    free(r->config);
    free(r->addresses);
    free(r);
}

static void free_host(struct sim_host *h)
{
    for (struct sim_router *next, *r = h->routers; r; r = next) {
        next = r->next_of_host;
        free_router(r);
    }
    for (struct sim_port *next, *p = h->ports; p; p = next) {
        next = p->next_of_host;
        free(p);
    }
    electorate_free(h->electorate);
    free(h->backlog);
    free(h->tracks);
    free(h);
}

void sim_tables_free(struct sim *s)
{
    for (struct sim_host *next, *h = s->first_host; h; h = next) {
        next = h->next_of_all;
        free_host(h);
    }
    for (size_t b = 0; b < SIM_BUCKETS; b++) {
        for (struct sim_segment *next, *g = s->segments[b]; g; g = next) {
            next = g->next;
            free(g->paths);
            free(g);
        }
        for (struct sim_group *next, *g = s->groups[b]; g; g = next) {
            next = g->next;
            free(g);
        }
    }
}
