#include "core/holdings.h"

#include <stdlib.h>
#include <string.h>

#include "core/address_style.h"
#include "core/grow.h"
#include "core/holdings_table.h"

static uint32_t hash_identity(const struct identity *id)
{
    return (holdings_hash_name(id->ifname) * 512 + id->af * 64u + id->vrid) * 2654435761u >> 8;
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
    for (size_t n = 0; n < LINK_BUCKETS; n++)
        h->links_named[n] = h->links_indexed[n] = NONE;
    return h;
}

void holdings_free(struct holdings *h)
{
    if (h == NULL)
        return;
    for (size_t n = 0; n < h->link_count; n++)
        link_free(h->links[n]);
    for (size_t n = 0; n < h->count; n++) {
        free(h->all[n].names);
        free(h->all[n].away);
        free(h->all[n].pacing);
    }
    heap_free(&h->due);
    heap_free(&h->paced);
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

/* --- virtual routers ----------------------------------------------------------------------------------------------- */

static struct holding *holding_find(const struct holdings *h, const struct identity *id)
{
    int32_t at = h->buckets[hash_identity(id) % HOLDING_BUCKETS];
    while (at != NONE && !identity_equal(&h->all[at].id, id))
        at = h->all[at].next;
    return at == NONE ? NULL : &h->all[at];
}

static struct holding *holding_named(struct holdings *h, const struct identity *id)
{
    struct holding *v = holding_find(h, id);
    if (v != NULL)
        return v;
    struct link *l = link_named(h, id->ifname);
    if (l == NULL || !link_reserve(l, 0) || !grow((void **)&h->all, &h->room, h->count, 1, sizeof *h->all))
        return NULL;
    int32_t at = (int32_t)h->count++, *bucket = &h->buckets[hash_identity(id) % HOLDING_BUCKETS];
    v = &h->all[at];
    *v = (struct holding){
        .id = *id,
        .link = l->number,
        .vmac_link = NO_LINK,
        .home = {.link = l->number, .renewed = NEVER_RENEWED, .lapse_at = INSTANT_NEVER},
        .next = *bucket,
        .next_queued = NONE,
        .mac_fence = h->first_fence,
        .second_at = INSTANT_NEVER,
        .refresh_at = INSTANT_NEVER,
        .lapse_at = INSTANT_NEVER,
        .trusted_at = INSTANT_NEVER,
        .forgiven_at = INSTANT_NEVER,
    };
    *bucket = at;
    link_join(l, at);
    return v;
}

static void take_hold(struct holdings *h, struct holding *v)
{
    holding_hold_names(h, v);
    v->held = true;
    h->held++;
    holding_vmac_changed(h, v);
}

void holding_let_go(struct holdings *h, struct holding *v, instant now)
{
    holding_drop_names(h, v);
    holding_track_given_up(h, v, now);
    v->held = v->announce = false;
    v->passes = 0; /* a queued pass ends by itself */
    v->second_at = v->refresh_at = v->lapse_at = INSTANT_NEVER;
    h->held--;
    holding_vmac_changed(h, v);
    fence_due(h, v);
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
    holding_lapsed(h, v, now);
    for (size_t n = 0; n < v->count; n++) {
        place_of(h, &v->names[n])->ours = false;
        h->links[v->names[n].link]->seen = false;
    }
}

/* A label and a scope are given when an address is added: what is there is looked at, and replaced where they differ. */
static bool take_style(struct holdings *h, struct holding *v, const struct address_style *style)
{
    if (address_style_equal(&v->style, style))
        return false;
    v->style = *style;
    for (size_t n = 0; n <= v->away_count; n++)
        h->links[presence_number(v, n)->link]->seen = false;
    return true;
}

/* Its leases are to begin anew wherever they are. */
static void renew_all(struct holding *v)
{
    for (size_t n = 0; n <= v->away_count; n++)
        presence_number(v, n)->renewed = NEVER_RENEWED;
}

void holding_lapse(const struct holdings *h, struct holding *v)
{
    instant until = v->lease == 0 ? INSTANT_NEVER : later(v->sent, v->lease + renewal_period(h, v));
    v->lapse_at = INSTANT_NEVER;
    for (size_t n = 0; n <= v->away_count; n++) {
        struct presence *at = presence_number(v, n);
        if (at->names == 0)
            continue;
        if (at->renewed.us == NEVER_RENEWED.us)
            at->lapse_at = until;
        v->lapse_at = earliest(v->lapse_at, at->lapse_at);
    }
}

/* Others on the same links are due soon, too: a round takes them along, at most four rounds a period. */
static void renew_soon(struct holdings *h, struct holding *v, instant now)
{
    for (size_t n = 0; n <= v->away_count; n++) {
        const struct presence *at = presence_number(v, n);
        struct link *l = h->links[at->link];
        if (at->names == 0 || v->sent.us <= at->renewed.us || now.us < at->renew_at.us)
            continue;
        bool can_wait = l->round_next.us < v->lapse_at.us;
        l->round_at = earliest(l->round_at, can_wait ? latest(now, l->round_next) : now);
        link_timer(h, l);
    }
}

bool holdings_held(struct holdings *h, const struct send_event *e, instant sent, instant now)
{
    struct holding *v = holding_named(h, &e->id);
    if (v == NULL)
        return false;
    if (v->held && v->lapse_at.us <= now.us)
        ended_unseen(h, v, now);
    bool other_home = v->vmac != e->vmac;
    if (other_home && !holding_take_vmac(h, v, e->vmac))
        return false;
    bool changed = !holding_has_names(h, v, &e->ip);
    if (!holding_pace(h, v, e->garp.pace) || (changed && !holding_rename(h, v, &e->ip, now)))
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
        holding_tell_shared(h, v);
    bool other_terms = take_style(h, v, &e->style) || v->lease != e->lease;
    if (anew || other_terms)
        renew_all(v);
    changed =
        changed || other_terms || other_home || (v->fence == 0) != (e->fence == 0) || v->unaccepted != e->unaccepted;
    v->fence = e->fence;
    v->unaccepted = e->unaccepted;
    v->lost_is_fault = e->lost_is_fault;
    v->lease = e->lease;
    v->sent = latest(v->sent, sent);
    holding_lapse(h, v);
    holding_timers(h, v);
    fence_due(h, v);
    if (anew || e->announce)
        v->announce = true;
    if (anew || changed || e->announce)
        holding_due(h, v, now);
    if (v->lease != 0)
        renew_soon(h, v, now);
    return true;
}

bool holdings_absent(struct holdings *h, const struct state_event *e, instant now)
{
    struct holding *v = holding_named(h, &e->id);
    if (v == NULL || (e->vmac && !v->vmac && !holding_take_vmac(h, v, true)) ||
        (e->ip.count > 0 && !holding_rename(h, v, &e->ip, now)))
        return false;
    take_name(h, v, e->name);
    if (v->held)
        holding_let_go(h, v, now);
    for (size_t n = 0; n < v->count; n++)
        place_of(h, &v->names[n])->backup = e->to == ROUTER_BACKUP;
    holding_due(h, v, now);
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
        holding_due(h, v, now);
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
