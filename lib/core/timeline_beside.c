/* What happens beside the reigns: who speaks while another is Active, packets that are not valid, announcements. */
#include <stdlib.h>
#include <string.h>

#include "core/place.h"
#include "core/timeline_internal.h"

/* --- Two who speak. --- */

void timeline_spoke_beside(struct timeline *t, struct timeline_router *r, struct speaker *s, instant at)
{
    struct reign *reign = timeline_last_reign(r);
    usec patience = SILENT_FACTOR * s->manner.interval;

    if (!reign || reign->end != REIGN_GOES_ON || reign->resigned || r->active == NOBODY)
        return;
    if (s->beside.adverts > 0 && at.us - s->beside.last.us > patience)
        timeline_end_beside(t, r, s);
    if (s->beside.adverts == 0) {
        bool after = reign->number > 0 && ip_equal(&s->src, &reign->how.was.ip) && at.us - reign->from.us <= patience;

        s->beside.after_reign = after;
        s->beside.from = after ? reign->from : at;
        s->beside.before = after ? 0 : reign->adverts;
    }
    s->beside.adverts++;
    s->beside.last = at;
    /* as long as the new one speaks, too */
    if (s->beside.after_reign && at.us - reign->to.us <= reign->how.now.manner.interval * 3 / 2)
        reign->how.was_after = at;
}

static struct beside *add_beside(struct timeline *t, struct timeline_router *r)
{
    r->beside_count++;
    if (r->besides_kept == TIMELINE_BESIDES)
        return NULL;
    if (!r->besides && !(r->besides = calloc(TIMELINE_BESIDES, sizeof *r->besides))) {
        t->no_memory = true;
        return NULL;
    }
    return &r->besides[r->besides_kept++];
}

/* One advert alone is of somebody who has just learnt that he is not Active. */
void timeline_end_beside(struct timeline *t, struct timeline_router *r, struct speaker *s)
{
    const struct reign *reign = timeline_last_reign(r);

    if (s->beside.adverts >= 2 && r->active != NOBODY && reign) {
        const struct speaker *active = r->speakers[r->active];
        instant to = s->beside.last;

        if (active->last.us < to.us)
            to = active->last;
        if (reign->adverts > s->beside.before && to.us > s->beside.from.us) {
            struct beside *b = add_beside(t, r);

            r->beside_total += to.us - s->beside.from.us;
            if (b)
                *b = (struct beside){.who = s->src,
                                     .active = active->src,
                                     .prio = s->prio,
                                     .active_prio = active->prio,
                                     .manner = s->manner,
                                     .active_manner = active->manner,
                                     .from = s->beside.from,
                                     .to = to,
                                     .adverts = s->beside.adverts,
                                     .after_reign = s->beside.after_reign};
        }
    }
    s->beside.adverts = 0;
}

/* --- What was no valid advert. --- */

static struct bad_kind *bad_kind(struct timeline_router *r, const struct ip *src, enum verdict why)
{
    if (!r->bads && !(r->bads = calloc(TIMELINE_BAD, sizeof *r->bads)))
        return NULL;
    for (int i = 0; i < r->bad_kinds; i++) {
        if (ip_equal(&r->bads[i].src, src) && r->bads[i].why == why)
            return &r->bads[i];
    }
    if (r->bad_kinds == TIMELINE_BAD)
        return NULL;
    struct bad_kind *b = &r->bads[r->bad_kinds++];
    b->src = *src;
    b->why = why;
    return b;
}

void timeline_bad(struct timeline *t, instant at, const struct origin *from, const struct advert *a, enum verdict why)
{
    struct timeline_router *r;

    at = timeline_pass(t, at);
    t->bad++;
    if (a->af == 0 || a->vrid == 0 || !(r = timeline_find(t, from, a->af, a->vrid)))
        return;
    r->bad++;
    struct bad_kind *b = bad_kind(r, &a->src, why);
    if (!b)
        return;
    if (b->count++ == 0)
        b->first = at;
    b->last = at;
}

/* --- Announcements. --- */

static bool is_vip(const struct timeline_router *r, const struct ip *ip)
{
    size_t size = ip_size(r->af);

    for (int i = 0; i < r->vip_count; i++) {
        if (memcmp(r->vips + (size_t)i * size, ip->bytes, size) == 0)
            return true;
    }
    return false;
}

/* With the MAC address of the one who is Active, its own or the virtual one? Yes when that is not known. */
static bool is_actives(const struct timeline_router *r, const struct mac *mac)
{
    const struct mac virtual_mac = vrrp_mac(r->af, r->vrid);
    const struct speaker *s = r->active == NOBODY ? NULL : r->speakers[r->active];

    return !mac || memcmp(mac, &virtual_mac, sizeof *mac) == 0 || !s || !s->manner.has_smac || s->manner.virtual_mac ||
           memcmp(mac, &s->manner.smac, sizeof *mac) == 0;
}

static void count_announcement(struct failover *f, instant at, const struct ip *ip)
{
    for (int i = 0; i < f->vip_count; i++) {
        struct vip *v = &f->announced[i];

        if (!ip_equal(&v->ip, ip))
            continue;
        if (v->count++ == 0)
            v->first = at;
        else if (v->second.us == INSTANT_NEVER.us && at.us - v->last.us >= ANNOUNCE_BURST)
            v->second = at;
        if (v->second.us != INSTANT_NEVER.us)
            v->second_count++;
        v->last = at;
        return;
    }
}

static void take_announcement(struct timeline *t, struct timeline_router *r, instant at, const struct ip *ip,
                              const struct mac *mac)
{
    struct reign *reign = timeline_last_reign(r);
    const struct mac virtual_mac = vrrp_mac(r->af, r->vrid);
    bool foreign = !is_actives(r, mac);

    if (!is_vip(r, ip))
        return;
    if (!r->announced && !(r->announced = calloc(TIMELINE_ANNOUNCED, sizeof *r->announced))) {
        t->no_memory = true;
        return;
    }
    const struct announced a = {
        .at = at, .ip = *ip, .has_mac = mac, .mac = mac ? *mac : virtual_mac, .foreign = foreign};
    r->announced[r->announced_count++ % TIMELINE_ANNOUNCED] = a;
    if (foreign && r->foreign++ == 0)
        r->first_foreign = a;
    if (!reign || reign->end != REIGN_GOES_ON || at.us - reign->from.us > ANNOUNCE_WINDOW)
        return;
    if (foreign)
        reign->how.foreign++;
    else
        count_announcement(&reign->how, at, ip);
}

void timeline_announce(struct timeline *t, instant at, const struct origin *from, const struct ip *ip,
                       const struct mac *mac)
{
    at = timeline_pass(t, at);
    t->announcements++;
    for (size_t i = 0; i < t->count; i++) {
        struct timeline_router *r = t->routers[i];

        if (r->af == ip->family && place_equal(&r->origin, from))
            take_announcement(t, r, at, ip, mac);
    }
}

/* Of the new Active, though it was not known to be that: not more than a second before its first advert; or later, when it
 * spoke before the old one was given up. */
static bool is_claimed(const struct announced *a, const struct failover *f)
{
    return f->t2.us - a->at.us <= ANNOUNCE_BURST && memcmp(&a->mac, &f->now.manner.smac, sizeof a->mac) == 0;
}

void timeline_claim_announcements(struct timeline_router *r, struct failover *f)
{
    struct reign *old = timeline_last_reign(r);
    uint64_t kept = r->announced_count < TIMELINE_ANNOUNCED ? r->announced_count : TIMELINE_ANNOUNCED;
    const struct announced *first = NULL;

    if (!f->now.manner.has_smac || f->beside || r->foreign == 0)
        return;
    for (uint64_t i = r->announced_count - kept; i < r->announced_count; i++) {
        struct announced *a = &r->announced[i % TIMELINE_ANNOUNCED];

        if (!a->foreign)
            continue;
        if (!is_claimed(a, f)) {
            first = first ? first : a;
            continue;
        }
        a->foreign = false;
        r->foreign--;
        if (old && old->how.foreign > 0)
            old->how.foreign--;
        count_announcement(f, a->at.us > f->t2.us ? a->at : f->t2, &a->ip);
    }
    if (first && is_claimed(&r->first_foreign, f))
        r->first_foreign = *first;
}
