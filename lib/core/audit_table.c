/* The audit's virtual routers and their speakers: tables of bounded size. Whoever was heard often keeps his place when
 * strangers come by the thousand. */
#include <stdlib.h>
#include <string.h>

#include "core/audit_internal.h"

/* --- Queues of groups, by when they were last heard. --- */

static struct audit_queue *queue_of(struct audit *a, const struct audit_group *g)
{
    return g->adverts < AUDIT_OFTEN ? &a->passing : &a->staying;
}

static void unlink_group(struct audit_queue *q, struct audit_group *g)
{
    *(g->newer ? &g->newer->older : &q->newest) = g->older;
    *(g->older ? &g->older->newer : &q->oldest) = g->newer;
}

static void link_newest(struct audit_queue *q, struct audit_group *g)
{
    g->newer = NULL;
    g->older = q->newest;
    *(q->newest ? &q->newest->newer : &q->oldest) = g;
    q->newest = g;
}

void audit_group_heard(struct audit *a, struct audit_group *g)
{
    struct audit_queue *q = queue_of(a, g);

    if (q->newest == g && g->adverts >= AUDIT_OFTEN)
        return;
    unlink_group(q, g);
    if (g->adverts < AUDIT_OFTEN)
        g->adverts++;
    link_newest(queue_of(a, g), g);
}

/* --- Which virtual router. --- */

uint64_t audit_place(const struct audit *a, const struct origin *from, uint8_t af)
{
    char text[sizeof(uint64_t) + 2 * NODE_TEXT + IFNAME_TEXT];
    const char *const names[] = {from->ifname, from->seg, from->host};
    const uint64_t numbers = (uint64_t)from->vlan << 8 | af;
    size_t used = sizeof numbers;

    memcpy(text, &numbers, sizeof numbers);
    for (size_t i = 0; i < nitems(names); i++) { /* with their NULs, so that "ab","c" is not "a","bc" */
        size_t length = strlen(names[i]) + 1;

        memcpy(text + used, names[i], length);
        used += length;
    }
    return siphash(&a->options.key, text, used);
}

static uint64_t tag_of(uint64_t place, uint8_t vrid)
{
    return place ^ (uint64_t)vrid * UINT64_C(0x9e3779b97f4a7c15);
}

static bool is_group(const struct audit_group *g, const struct origin *from, uint8_t af, uint8_t vrid)
{
    return g->vrid == vrid && g->af == af && g->origin.vlan == from->vlan &&
           strcmp(g->origin.ifname, from->ifname) == 0 && strcmp(g->origin.seg, from->seg) == 0 &&
           strcmp(g->origin.host, from->host) == 0;
}

static struct audit_group *find(struct audit *a, uint64_t tag, const struct origin *from, uint8_t af, uint8_t vrid)
{
    for (struct audit_group *g = a->buckets[tag % AUDIT_BUCKETS]; g; g = g->next) {
        if (g->tag == tag && is_group(g, from, af, vrid))
            return g;
    }
    return NULL;
}

struct audit_group *audit_group_find(struct audit *a, const struct origin *from, uint8_t af, uint8_t vrid)
{
    return find(a, tag_of(audit_place(a, from, af), vrid), from, af, vrid);
}

/* Out of its bucket and its queue; what it was is forgotten, its memory is used again: addresses may still point
 * here. */
static struct audit_group *evict(struct audit *a)
{
    struct audit_group *g = a->passing.oldest ? a->passing.oldest : a->staying.oldest;
    struct audit_group **link = &a->buckets[g->tag % AUDIT_BUCKETS];

    while (*link != g)
        link = &(*link)->next;
    *link = g->next;
    unlink_group(queue_of(a, g), g);
    a->forgot = true;
    return g;
}

static struct audit_group *make(struct audit *a)
{
    if (a->count == AUDIT_GROUPS)
        return evict(a);
    struct audit_group *g = calloc(1, sizeof *g);

    if (!g)
        return a->count > 0 ? evict(a) : NULL;
    g->speakers = calloc(AUDIT_SPEAKERS_FIRST, sizeof *g->speakers);
    if (!g->speakers) {
        free(g);
        return a->count > 0 ? evict(a) : NULL;
    }
    g->room = AUDIT_SPEAKERS_FIRST;
    a->count++;
    return g;
}

struct audit_group *audit_group_of(struct audit *a, const struct origin *from, uint8_t af, uint8_t vrid)
{
    const instant never = {LONG_AGO};
    uint64_t place = audit_place(a, from, af), tag = tag_of(place, vrid);
    struct audit_group *g = find(a, tag, from, af, vrid);

    if (g || !(g = make(a)))
        return g;
    *g = (struct audit_group){
        .next = a->buckets[tag % AUDIT_BUCKETS],
        .tag = tag,
        .place = place,
        .serial = ++a->serials,
        .generation = 1,
        .origin = *from,
        .af = af,
        .vrid = vrid,
        .first = a->now,
        .carp = never,
        .changed = never,
        .changes = {never, never},
        .room = g->room,
        .speakers = g->speakers,
    };
    g->origin.dir = DIR_UNKNOWN;
    a->buckets[tag % AUDIT_BUCKETS] = g;
    link_newest(&a->passing, g);
    return g;
}

void audit_groups_free(struct audit *a)
{
    struct audit_queue *const queues[] = {&a->passing, &a->staying};

    for (size_t i = 0; i < nitems(queues); i++) {
        for (struct audit_group *g = queues[i]->oldest, *newer; g; g = newer) {
            newer = g->newer;
            free(g->speakers);
            free(g);
        }
    }
}

/* --- Who speaks for it. --- */

static struct ip told_to(const struct advert *a)
{
    return a->flags & FLAG_UNICAST ? a->dst : (struct ip){0};
}

static bool is_speaker(const struct speaker *s, const struct advert *a, const struct ip *to)
{
    bool has_mac = (a->has & HAS_SMAC) != 0;

    return ip_equal(&s->src, &a->src) && ip_equal(&s->to, to) && s->has_mac == has_mac &&
           (!has_mac || memcmp(s->mac.bytes, a->smac.bytes, sizeof s->mac.bytes) == 0);
}

/* Less than another: it was heard once or twice and that one often, or for both the same, it is silent for longer. */
static bool is_less(const struct audit_group *g, const struct speaker *s, const struct speaker *than)
{
    bool often = s->adverts >= AUDIT_OFTEN, than_often = than->adverts >= AUDIT_OFTEN;

    if (ip_equal(&than->src, &g->active))
        return true;
    if (often != than_often)
        return !often;
    return s->last.us < than->last.us;
}

static struct speaker *speaker_new(struct audit *a, struct audit_group *g)
{
    if (g->count == g->room && g->room < AUDIT_SPEAKERS) {
        struct speaker *more = realloc(g->speakers, (size_t)g->room * 2 * sizeof *more);

        if (more) {
            g->speakers = more;
            g->room *= 2;
        }
    }
    if (g->count < g->room)
        return &g->speakers[g->count++];
    struct speaker *least = &g->speakers[0];
    for (int i = 1; i < g->count; i++) {
        if (!ip_equal(&g->speakers[i].src, &g->active) && is_less(g, &g->speakers[i], least))
            least = &g->speakers[i];
    }
    a->forgot = true;
    return least;
}

struct speaker *audit_speaker_of(struct audit *a, struct audit_group *g, const struct advert *advert, bool *is_new)
{
    static const uint8_t vrrp_oui[] = {0x00, 0x00, 0x5e, 0x00};
    const instant never = {LONG_AGO};
    const struct ip to = told_to(advert);

    *is_new = false;
    for (int i = 0; i < g->count; i++) {
        if (is_speaker(&g->speakers[i], advert, &to))
            return &g->speakers[i];
    }
    struct speaker *s = speaker_new(a, g);

    *is_new = true;
    *s = (struct speaker){
        .src = advert->src,
        .has_mac = (advert->has & HAS_SMAC) != 0,
        .mac = advert->smac,
        .to = to,
        .settled = never,
        .prio_since = never,
        .last = never,
        .before = never,
        .run = never,
        .resign = never,
        .looked = never,
        .resigns = {never, never},
        .window = never,
    };
    s->is_virtual = s->has_mac && memcmp(s->mac.bytes, vrrp_oui, sizeof vrrp_oui) == 0 && s->mac.bytes[4] <= 2 &&
                    s->mac.bytes[4] >= 1;
    return s;
}
