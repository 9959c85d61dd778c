#include "core/holdings.h"

#include <stdlib.h>
#include <string.h>

#include "core/holdings_table.h"

static uint32_t hash_bytes(uint32_t hash, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    for (size_t n = 0; n < len; n++)
        hash = (hash ^ at[n]) * 16777619u; /* FNV-1a */
    return hash;
}

uint32_t holdings_hash(const struct ip *ip)
{
    return hash_bytes(2166136261u, ip->bytes, ip_size(ip->family));
}

static uint32_t hash_identity(const struct identity *id)
{
    uint8_t numbers[] = {id->af, id->vrid};
    uint32_t hash = hash_bytes(2166136261u, id->ifname, strlen(id->ifname));
    return hash_bytes(hash, numbers, sizeof numbers) % HOLDING_BUCKETS;
}

/* Room for `more` elements beyond count. */
static bool grow(void **array, size_t *room, size_t count, size_t more, size_t size)
{
    if (count + more <= *room)
        return true;
    size_t wanted = *room * 2 > count + more ? *room * 2 : count + more;
    void *grown = realloc(*array, wanted * size);
    if (grown == NULL)
        return false;
    *array = grown;
    *room = wanted;
    return true;
}

struct holdings *holdings_new(holdings_report *report, void *context)
{
    struct holdings *h = calloc(1, sizeof *h);
    if (h == NULL)
        return NULL;
    h->report = report;
    h->context = context;
    h->period = SECOND;
    h->next = INSTANT_NEVER;
    h->urgent = h->later = (struct queue){NONE, NONE};
    h->fence_head = NONE;
    for (size_t n = 0; n < HOLDING_BUCKETS; n++)
        h->buckets[n] = NONE;
    return h;
}

void holdings_free(struct holdings *h)
{
    if (h == NULL)
        return;
    for (size_t n = 0; n < h->link_count; n++) {
        free(h->links[n]->places);
        free(h->links[n]);
    }
    for (size_t n = 0; n < h->count; n++)
        free(h->all[n].names);
    free(h->links);
    free(h->all);
    free(h->changes);
    free(h->planned);
    free(h);
}

void holdings_untagged(struct holdings *h)
{
    h->untagged = true;
}

void holdings_tell(struct holdings *h, enum holding_news news, const struct link *l, const struct holding *v,
                   const struct prefix *p, int number)
{
    struct holding_report r = {
        .news = news,
        .ifname = l->ifname,
        .name = v != NULL ? v->name : "",
        .other = "",
        .prefix = p,
        .number = number,
    };
    h->report(h->context, &r);
}

void link_due(struct link *l, instant at)
{
    l->due_at = earliest(l->due_at, at);
}

/* --- places -------------------------------------------------------------------------------------------------------- */

int32_t place_find(const struct link *l, const struct ip *ip)
{
    int32_t at = l->buckets[holdings_hash(ip) % BUCKETS];
    while (at != NONE && !ip_equal(&l->places[at].prefix.ip, ip))
        at = l->places[at].next;
    return at;
}

void place_forget(struct link *l, int32_t at)
{
    int32_t *from = &l->buckets[holdings_hash(&l->places[at].prefix.ip) % BUCKETS];
    while (*from != at)
        from = &l->places[*from].next;
    *from = l->places[at].next;
    l->places[at] = (struct place){.next = l->unused};
    l->unused = at;
}

/* Room for it was made before. */
static int32_t place_name(const struct holdings *h, struct link *l, const struct prefix *p)
{
    int32_t at = place_find(l, &p->ip);
    if (at == NONE) {
        at = l->unused;
        if (at != NONE)
            l->unused = l->places[at].next;
        else
            at = (int32_t)l->count++;
        int32_t *bucket = &l->buckets[holdings_hash(&p->ip) % BUCKETS];
        l->places[at] = (struct place){.prefix = *p, .next = *bucket, .used = true, .fence = h->first_fence};
        *bucket = at;
        l->seen = false; /* what the kernel has there is not known */
    } else if (l->places[at].holders == 0) {
        l->places[at].prefix = *p;
    }
    l->places[at].named++;
    return at;
}

/* --- links and virtual routers -------------------------------------------------------------------------------------- */

static struct link *link_named(struct holdings *h, const char *ifname, size_t *number)
{
    for (*number = 0; *number < h->link_count; ++*number) {
        if (strcmp(h->links[*number]->ifname, ifname) == 0)
            return h->links[*number];
    }
    if (!grow((void **)&h->links, &h->link_room, h->link_count, 1, sizeof(struct link *)))
        return NULL;
    struct link *l = calloc(1, sizeof *l);
    if (l == NULL)
        return NULL;
    memcpy(l->ifname, ifname, sizeof l->ifname);
    l->unused = l->holdings = NONE;
    l->due_at = l->round_at = INSTANT_NEVER;
    l->round_next = l->disturbed = (instant){INT64_MIN / 2};
    for (size_t n = 0; n < BUCKETS; n++)
        l->buckets[n] = NONE;
    h->links[h->link_count++] = l;
    return l;
}

static struct holding *holding_find(const struct holdings *h, const struct identity *id)
{
    int32_t at = h->buckets[hash_identity(id)];
    while (at != NONE && !identity_equal(&h->all[at].id, id))
        at = h->all[at].next;
    return at == NONE ? NULL : &h->all[at];
}

static struct holding *holding_named(struct holdings *h, const struct identity *id)
{
    struct holding *v = holding_find(h, id);
    if (v != NULL)
        return v;
    size_t number;
    struct link *l = link_named(h, id->ifname, &number);
    if (l == NULL || !grow((void **)&h->all, &h->room, h->count, 1, sizeof *h->all))
        return NULL;
    int32_t at = (int32_t)h->count++, *bucket = &h->buckets[hash_identity(id)];
    v = &h->all[at];
    *v = (struct holding){
        .id = *id,
        .link = number,
        .next = *bucket,
        .next_on_link = l->holdings,
        .next_queued = NONE,
        .mac_fence = h->first_fence,
        .second_at = INSTANT_NEVER,
        .refresh_at = INSTANT_NEVER,
        .lapse_at = INSTANT_NEVER,
        .trusted_at = INSTANT_NEVER,
    };
    *bucket = l->holdings = at;
    return v;
}

static void hold_names(struct holdings *h, const struct holding *v)
{
    struct link *l = h->links[v->link];
    for (size_t n = 0; n < v->count; n++) {
        l->places[v->names[n].place].holders++;
        l->places[v->names[n].place].backup = false;
    }
    h->held_names += v->count;
}

static void drop_names(struct holdings *h, const struct holding *v)
{
    struct link *l = h->links[v->link];
    for (size_t n = 0; n < v->count; n++)
        l->places[v->names[n].place].holders--;
    h->held_names -= v->count;
}

static void take_hold(struct holdings *h, struct holding *v)
{
    hold_names(h, v);
    v->held = true;
    h->held++;
}

void holding_let_go(struct holdings *h, struct holding *v, instant now)
{
    drop_names(h, v);
    holding_track_given_up(h, v, now);
    v->held = v->announce = false;
    v->passes = 0; /* a queued pass ends by itself */
    v->second_at = v->refresh_at = v->lapse_at = INSTANT_NEVER;
    h->held--;
    fence_due(h, v);
}

static bool same_names(const struct holding *v, const struct prefix_list *ip)
{
    if (v->count != ip->count)
        return false;
    for (size_t n = 0; n < v->count; n++) {
        if (v->names[n].prefix.length != ip->items[n].length || !ip_equal(&v->names[n].prefix.ip, &ip->items[n].ip))
            return false;
    }
    return true;
}

/* It names these addresses from now on, and only these. */
static bool rename_to(struct holdings *h, struct holding *v, const struct prefix_list *ip)
{
    struct link *l = h->links[v->link];
    if (same_names(v, ip))
        return true;
    struct naming *names = malloc((size_t)ip->count * sizeof *names + 1);
    if (names == NULL || !grow((void **)&l->places, &l->room, l->count, ip->count, sizeof *l->places) ||
        !grow((void **)&h->changes, &h->change_room, 0, 2 * l->room, sizeof *h->changes)) {
        free(names);
        return false;
    }
    int32_t *planned = realloc(h->planned, h->change_room * sizeof *planned);
    if (planned == NULL) {
        free(names);
        return false;
    }
    h->planned = planned;
    /* First the old ones are let go, so that one which stays may change its length; it is not forgotten before a plan. */
    if (v->held)
        drop_names(h, v);
    for (size_t n = 0; n < v->count; n++)
        l->places[v->names[n].place].named--;
    for (size_t n = 0; n < ip->count; n++)
        names[n] = (struct naming){ip->items[n], place_name(h, l, &ip->items[n])};
    free(v->names);
    v->names = names;
    v->count = ip->count;
    v->shared_told = false;
    if (v->held)
        hold_names(h, v);
    return true;
}

/* Tells once when an address of v is another's too. */
static void tell_shared(struct holdings *h, struct holding *v)
{
    const struct link *l = h->links[v->link];
    for (size_t n = 0; n < v->count && !v->shared_told; n++) {
        int32_t place = v->names[n].place;
        if (l->places[place].holders < 2)
            continue;
        for (int32_t at = l->holdings; at != NONE && !v->shared_told; at = h->all[at].next_on_link) {
            const struct holding *other = &h->all[at];
            for (size_t k = 0; other != v && other->held && k < other->count && !v->shared_told; k++) {
                if (other->names[k].place != place)
                    continue;
                struct holding_report r = {HOLDING_SHARED, l->ifname, v->name, other->name, &v->names[n].prefix, 0};
                h->report(h->context, &r);
                v->shared_told = true;
            }
        }
    }
}

static void take_name(struct holdings *h, struct holding *v, const char name[static NAME_TEXT])
{
    if (strcmp(v->name, name) == 0)
        return;
    memcpy(v->name, name, sizeof v->name);
    v->track_at = h->track_next = (instant){0};
}

/* The caller was stopped for so long that the kernel has ended the lease, or is about to. Its notices, which are still to
 * be read, are not to be taken for somebody else's doing. */
static void ended_unseen(struct holdings *h, struct holding *v, instant now)
{
    struct link *l = h->links[v->link];
    holding_lapsed(h, v, now);
    for (size_t n = 0; n < v->count; n++)
        l->places[v->names[n].place].ours = false;
    l->seen = false;
}

bool holdings_held(struct holdings *h, const struct send_event *e, instant sent, instant now)
{
    struct holding *v = holding_named(h, &e->id);
    if (v == NULL)
        return false;
    struct link *l = h->links[v->link];
    if (v->held && v->lapse_at.us <= now.us)
        ended_unseen(h, v, now);
    bool changed = !same_names(v, &e->ip);
    if (changed && !rename_to(h, v, &e->ip))
        return false;
    take_name(h, v, e->name);
    v->garp = e->garp;
    v->refresh = e->garp_refresh;
    v->interval = e->interval;
    bool anew = !v->held;
    if (anew) {
        take_hold(h, v);
        v->sent = sent;
    }
    if (anew || changed)
        tell_shared(h, v);
    bool other_lease = v->lease != e->lease;
    if (anew || other_lease)
        v->renewed = NEVER_RENEWED;
    changed = changed || other_lease || v->vmac != e->vmac || (v->fence == 0) != (e->fence == 0);
    v->vmac = e->vmac;
    v->fence = e->fence;
    v->lease = e->lease;
    v->sent = latest(v->sent, sent);
    if (v->renewed.us == NEVER_RENEWED.us)
        v->lapse_at = v->lease == 0 ? INSTANT_NEVER : later(v->sent, v->lease + renewal_period(h, v));
    holding_timers(h, v);
    fence_due(h, v);
    if (anew || e->announce)
        v->announce = true;
    if (anew || changed || e->announce)
        link_due(l, now);
    if (v->lease != 0 && v->sent.us > v->renewed.us && now.us >= v->renew_at.us) {
        /* Others on this link are due soon, too: a round takes them along, at most four rounds a period. */
        bool can_wait = l->round_next.us < v->lapse_at.us;
        l->round_at = earliest(l->round_at, can_wait ? latest(now, l->round_next) : now);
    }
    return true;
}

bool holdings_absent(struct holdings *h, const struct state_event *e, instant now)
{
    struct holding *v = holding_named(h, &e->id);
    if (v == NULL || (e->ip.count > 0 && !rename_to(h, v, &e->ip)))
        return false;
    take_name(h, v, e->name);
    if (v->held)
        holding_let_go(h, v, now);
    for (size_t n = 0; n < v->count; n++)
        h->links[v->link]->places[v->names[n].place].backup = e->to == ROUTER_BACKUP;
    link_due(h->links[v->link], now);
    return true;
}

bool holdings_is_held(const struct holdings *h, const struct identity *id, instant *sent)
{
    const struct holding *v = holding_find(h, id);
    if (v == NULL || !v->held)
        return false;
    *sent = v->sent;
    return true;
}

void holdings_release(struct holdings *h, bool only_unleased, instant now)
{
    for (size_t n = 0; n < h->count; n++) {
        struct holding *v = &h->all[n];
        if (!v->held || (only_unleased && v->lease != 0))
            continue;
        holding_let_go(h, v, now);
        link_due(h->links[v->link], now);
    }
}

size_t holdings_held_count(const struct holdings *h)
{
    return h->held;
}

size_t holdings_links(const struct holdings *h)
{
    return h->link_count;
}

const char *holdings_ifname(const struct holdings *h, size_t link)
{
    return h->links[link]->ifname;
}

unsigned holdings_ifindex(const struct holdings *h, size_t link)
{
    return h->links[link]->ifindex;
}
