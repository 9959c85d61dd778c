/* Segments: what is sent, lost, late, and heard. */
#include <stdlib.h>
#include <string.h>

#include "core/grow.h"
#include "core/sim_internal.h"

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t random_u64(struct sim *s)
{
    uint64_t z = s->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

struct ip sim_address(const struct sim_host *h, uint8_t af)
{
    uint8_t n[] = {(uint8_t)(h->number >> 16), (uint8_t)(h->number >> 8), (uint8_t)h->number};
    if (af == 4)
        return (struct ip){.family = 4, .bytes = {10, n[0], n[1], n[2]}};
    return (struct ip){.family = 6, .bytes = {0xfe, 0x80, [13] = n[0], [14] = n[1], [15] = n[2]}};
}

struct mac sim_mac(const struct sim_host *h)
{
    return (struct mac){{2, 0, 0, (uint8_t)(h->number >> 16), (uint8_t)(h->number >> 8), (uint8_t)h->number}};
}

/* Messages, in order of time: a binary heap */

static bool comes_first(const struct sim_message *a, const struct sim_message *b)
{
    return a->at.us != b->at.us ? a->at.us < b->at.us : a->order < b->order;
}

bool sim_post(struct sim *s, const struct sim_message *m)
{
    if (!grow((void **)&s->messages, &s->message_room, s->message_count + 1, 1, sizeof *s->messages)) {
        s->full = true;
        return false;
    }
    struct sim_message new = *m;
    new.order = s->order++;
    size_t at = ++s->message_count;
    for (; at > 1 && comes_first(&new, &s->messages[at / 2]); at /= 2)
        s->messages[at] = s->messages[at / 2];
    s->messages[at] = new;
    return true;
}

instant sim_message_due(const struct sim *s)
{
    return s->message_count > 0 ? s->messages[1].at : INSTANT_NEVER;
}

struct sim_message sim_message_take(struct sim *s)
{
    struct sim_message first = s->messages[1], last = s->messages[s->message_count--];
    size_t at = 1;
    for (size_t child = 2; child <= s->message_count; child = 2 * at) {
        if (child < s->message_count && comes_first(&s->messages[child + 1], &s->messages[child]))
            child++;
        if (!comes_first(&s->messages[child], &last))
            break;
        s->messages[at] = s->messages[child];
        at = child;
    }
    s->messages[at] = last;
    return first;
}

/* Sending */

static struct advert advert_of(const struct sim_router *r, uint8_t prio, usec interval)
{
    const struct sim_host *h = r->port->host;
    bool four = r->id.af == 4;
    return (struct advert){
        .has = HAS_SMAC | HAS_DMAC | HAS_IP | HAS_VERSION | HAS_VRID | HAS_PRIO | HAS_INTERVAL | HAS_CKSUM | HAS_AUTH |
               HAS_ADDRESSES,
        .smac = r->vmac ? vrrp_mac(r->id.af, r->id.vrid) : sim_mac(h),
        .dmac = four ? (struct mac){{0x01, 0, 0x5e, 0, 0, 0x12}} : (struct mac){{0x33, 0x33, 0, 0, 0, 0x12}},
        .af = r->id.af,
        .src = r->src,
        .dst = four ? vrrp_group4 : vrrp_group6,
        .ttl = VRRP_TTL,
        .version = r->version,
        .type = 1,
        .vrid = r->id.vrid,
        .prio = prio,
        .interval = interval,
        .cksum = r->cksum,
        .count = r->count,
        .addresses = r->addresses,
    };
}

static bool remember(struct sim_router *r, const struct send_event *e)
{
    size_t size = ip_size(r->id.af);
    if (r->count != e->ip.count) {
        uint8_t *grown = realloc(r->addresses, (e->ip.count + 1u) * size);
        if (!grown)
            return false;
        r->addresses = grown;
    }
    r->count = (uint8_t)e->ip.count;
    for (uint8_t i = 0; i < r->count; i++)
        memcpy(r->addresses + i * size, e->ip.items[i].ip.bytes, size);
    r->version = e->version;
    r->cksum = e->cksum;
    r->vmac = e->vmac;
    r->src = e->src;
    r->garp = e->garp;
    r->garp_refresh = e->garp_refresh;
    return true;
}

static const struct sim_path *path_between(const struct sim_segment *g, const struct sim_host *from,
                                           const struct sim_host *to)
{
    for (size_t i = 0; i < g->path_count; i++)
        if (g->paths[i].from == from && g->paths[i].to == to)
            return &g->paths[i];
    return NULL;
}

static void send_to(struct sim *s, struct sim_message *m, struct sim_port *to)
{
    const struct sim_port *from = m->from->port;
    const struct sim_segment *g = from->segment;
    const struct sim_path *path = path_between(g, from->host, to->host);
    uint32_t loss = path ? path->loss : g->loss;
    if (!to->host->electorate || to->state != LINK_UP || to->side != from->side)
        return;
    if (loss > 0 && random_u64(s) % 1000000 < loss) {
        s->measured.lost++;
        return;
    }
    m->kind = SIM_ADVERT;
    m->to = to;
    m->at.us = s->now.us + (path ? path->delay : g->delay);
    if (g->jitter > 0)
        m->at.us += (usec)(random_u64(s) % (uint64_t)(g->jitter + 1));
    sim_post(s, m);
}

static void announce(struct sim *s, struct sim_router *r)
{
    sim_write_announcements(s, r, r->garp.first);
    struct sim_message m = {.kind = SIM_ANNOUNCE, .from = r, .to = r->port};
    m.at.us = s->now.us + r->garp.delay;
    if (r->garp.second > 0)
        sim_post(s, &m);
    m.kind = SIM_REFRESH;
    m.at.us = s->now.us + r->garp_refresh;
    if (r->garp_refresh > 0)
        sim_post(s, &m);
}

void sim_send(struct sim_router *r, const struct send_event *e)
{
    struct sim *s = r->port->host->sim;
    struct sim_message m = {.prio = e->prio, .interval = e->interval, .from = r};
    if (r->port->state != LINK_UP)
        return;
    if (!remember(r, e)) {
        s->full = true;
        return;
    }
    s->measured.adverts++;
    struct advert a = advert_of(r, e->prio, e->interval);
    sim_write_advert(s, r, &a);
    for (struct sim_port *to = r->port->segment->ports; to; to = to->next_of_segment)
        if (to->host != r->port->host)
            send_to(s, &m, to);
    m.kind = SIM_OWN;
    m.to = r->port;
    m.at = s->now;
    sim_post(s, &m);
    if (e->announce)
        announce(s, r);
}

/* Receiving */

static void announce_again(struct sim *s, const struct sim_message *m)
{
    if (m->from->state != ROUTER_ACTIVE || m->from->port->state != LINK_UP)
        return;
    sim_write_announcements(s, m->from, m->kind == SIM_ANNOUNCE ? m->from->garp.second : 1);
    struct sim_message next = *m;
    next.at.us = s->now.us + m->from->garp_refresh;
    if (m->kind == SIM_REFRESH && m->from->garp_refresh > 0)
        sim_post(s, &next);
}

static void put_off(struct sim_host *h, const struct sim_message *m)
{
    if (grow((void **)&h->backlog, &h->backlog_room, h->backlog_count, 1, sizeof *h->backlog))
        h->backlog[h->backlog_count++] = *m;
    else
        h->sim->full = true;
}

void sim_deliver(struct sim *s, const struct sim_message *m)
{
    struct sim_host *h = m->to->host;
    if (m->kind == SIM_ANNOUNCE || m->kind == SIM_REFRESH) {
        announce_again(s, m);
        return;
    }
    if (!h->electorate || m->to->state != LINK_UP)
        return;
    if (h->stalled) {
        put_off(h, m);
        return;
    }
    struct advert a = advert_of(m->from, m->prio, m->interval);
    struct origin from = {.dir = m->kind == SIM_OWN ? DIR_OUT : DIR_IN};
    memcpy(from.ifname, m->to->ifname, sizeof from.ifname);
    electorate_advert(h->electorate, s->now, &from, &a);
    sim_look_at(h);
}
