/* Interfaces, tracks and weights: what lies outside the protocol and moves a virtual router. */
#include <stdlib.h>
#include <string.h>

#include "core/config_track.h"
#include "core/electorate_group.h"

/* Interfaces */

/* That lines alone may name, used by no virtual router: nobody's lines fill the memory. */
enum { INTERFACES_UNUSED = 1024, TRACKS_UNUSED = 1024 };
/* A value that takes so much from a priority, or more, leaves nothing of it. */
enum { VALUE_FAULT = -254 };

struct interface *interface_find(const struct electorate *e, const char *ifname)
{
    struct interface *i = e->interfaces;
    while (i && strcmp(i->link.ifname, ifname) != 0)
        i = i->next;
    return i;
}

struct interface *interface_get(struct electorate *e, const char *ifname)
{
    struct interface *i = interface_find(e, ifname);
    if (i || !(i = calloc(1, sizeof *i)))
        return i;
    memcpy(i->link.ifname, ifname, sizeof i->link.ifname);
    i->next = e->interfaces;
    e->interfaces = i;
    i->number = e->interface_count++;
    return i;
}

bool interface_use(struct interface *i)
{
    if (!i->by)
        i->by = calloc(2, sizeof *i->by);
    return i->by != NULL;
}

struct member *member_on(const struct interface *i, uint8_t af, uint8_t vrid)
{
    return i->by ? i->by[af == 6][vrid] : NULL;
}

void member_fault(struct electorate *e, struct member *m, instant at, enum router_fault fault, bool on)
{
    struct router_actions actions = {0};
    router_set_fault(&m->router, at, fault, on, &actions);
    member_perform(e, m, at, &actions);
}

/* What m speaks from. A virtual address that somebody has put on the interface may be the primary one there, and will go
 * to another host some day: only its owner speaks from it, or who has no other. */
const struct ip *member_source(const struct member *m)
{
    const struct link_event *link = &m->interface->link;
    const struct ip *primary = m->id.af == 4 ? &link->primary4 : &link->primary6;
    const struct ip *other = m->id.af == 4 ? &link->other4 : &link->other6;
    if (m->src.family)
        return &m->src;
    if (m->router.settings.prio == VRRP_PRIORITY_OWNER || other->family == 0)
        return primary;
    for (size_t i = 0; i < prefix_list_all(&m->ip); i++)
        if (ip_equal(&m->ip.items[i].ip, primary))
            return other;
    return primary;
}

void member_follow_interface(struct electorate *e, struct member *m, instant at)
{
    const struct link_event *link = &m->interface->link;
    if (!m->interface->known) {
        m->router.primary = e->shadow ? (struct ip){0} : m->src;
        if (m->interface->unlistened)
            member_fault(e, m, at, FAULT_LINK, true);
        return;
    }
    const struct ip *primary = member_source(m);
    bool down = link->state != LINK_UP;
    bool no_address = !down && primary->family == 0;
    bool no_peer = !down && member_has_nobody(m, primary);
    if (!e->shadow) /* a shadow has the address of whom it shadows: it loses each tie, so as to follow him */
        m->router.primary = *primary;
    /* Set before clearing, so that one line that ends one fault and begins another is one transition at most. */
    if (down)
        member_fault(e, m, at, FAULT_LINK, true);
    if (no_address)
        member_fault(e, m, at, FAULT_ADDRESS, true);
    if (no_peer != ((m->router.faults & FAULT_PEER) != 0))
        member_fault(e, m, at, FAULT_PEER, no_peer);
    if (!no_address)
        member_fault(e, m, at, FAULT_ADDRESS, false);
    if (!down)
        member_fault(e, m, at, FAULT_LINK, false);
}

static void track_link(struct electorate *e, instant at, const struct interface *i);

bool electorate_link(struct electorate *e, instant at, const struct link_event *l)
{
    bool room = e->interface_count < INTERFACES_UNUSED;
    struct interface *i = room ? interface_get(e, l->ifname) : interface_find(e, l->ifname);
    if (!i)
        return false;
    i->link = *l;
    i->known = true;
    track_link(e, at, i);
    groups_settle(e, at); /* as before a start */
    for (size_t n = 0; i->members > 0 && n < e->count; n++) {
        if (e->members[n]->interface != i)
            continue;
        member_follow_interface(e, e->members[n], at);
        member_start(e, e->members[n], at); /* of one that waited for this line */
    }
    groups_settle(e, at);
    return i->members > 0;
}

static bool any_known(const struct electorate *e)
{
    for (const struct interface *i = e->interfaces; i; i = i->next)
        if (i->known)
            return true;
    return false;
}

void electorate_unlistened(struct electorate *e, instant at, void (*tell)(void *context, const char *ifname),
                           void *context)
{
    for (struct interface *i = e->interfaces; i; i = i->next) {
        if (i->known || i->members == 0 || i->unlistened || !any_known(e))
            continue;
        i->unlistened = true;
        tell(context, i->link.ifname);
        for (size_t n = 0; n < e->count; n++)
            if (e->members[n]->interface == i)
                member_fault(e, e->members[n], at, FAULT_LINK, true);
    }
    groups_settle(e, at);
}

/* Tracks */

static struct track *track_find(const struct electorate *e, const char *name)
{
    struct track *t = e->tracks;
    while (t && strcmp(t->name, name) != 0)
        t = t->next;
    return t;
}

/* link:IF is told by the `link` lines of that interface, where there are any. */
enum { LINK_TRACK_LENGTH = sizeof LINK_TRACK - 1 };

static const struct interface *track_interface(const struct electorate *e, const char *name)
{
    if (strncmp(name, LINK_TRACK, LINK_TRACK_LENGTH) != 0)
        return NULL;
    const struct interface *i = interface_find(e, name + LINK_TRACK_LENGTH);
    return i && i->known ? i : NULL;
}

static enum track_state link_track_state(const struct interface *i)
{
    return i->link.state == LINK_UP ? TRACK_UP : TRACK_DOWN;
}

struct track *track_get(struct electorate *e, const char *name)
{
    struct track *t = track_find(e, name);
    if (t)
        return t;
    t = heap_reserve(&e->track_heap, e->track_count + 1) ? calloc(1, sizeof *t) : NULL;
    if (!t)
        return NULL;
    memcpy(t->name, name, sizeof t->name);
    const struct interface *i = track_interface(e, name);
    if (i)
        t->state = link_track_state(i);
    t->timer.order = e->next_order++;
    t->next = e->tracks;
    e->tracks = t;
    e->track_count++;
    return t;
}

struct track *track_get_vip(struct electorate *e, const char *router)
{
    char name[NAME_TEXT] = VIP_TRACK;
    memcpy(name + strlen(VIP_TRACK), router, strnlen(router, VIP_NAME));
    return track_get(e, name);
}

static bool as_it_should(const struct track_use *use)
{
    return use->track->state == (use->inverted ? TRACK_DOWN : TRACK_UP);
}

static int64_t weighed_value(const struct track_use *use)
{
    return use->track->state == TRACK_UP ? (int64_t)use->track->value * use->weight : 0;
}

static bool fails(const struct track_use *use)
{
    if (use->by_value)
        return weighed_value(use) <= VALUE_FAULT;
    return use->weight == 0 && !as_it_should(use);
}

/* Nothing beyond it changes a priority. */
static int64_t within_priorities(int64_t n)
{
    return n < -VRRP_PRIORITY_OWNER ? -VRRP_PRIORITY_OWNER : n > VRRP_PRIORITY_OWNER ? VRRP_PRIORITY_OWNER : n;
}

int track_weighs(const struct track_use *use)
{
    if (use->by_value)
        return (int)within_priorities(weighed_value(use));
    return (as_it_should(use) ? use->weight > 0 : use->weight < 0) ? use->weight : 0;
}

int member_weights(const struct member *m)
{
    int sum = 0;
    if (m->group)
        return m->group->weights;
    for (uint8_t i = 0; i < m->use_count; i++)
        sum += track_weighs(&m->uses[i]);
    return sum;
}

void member_follow_tracks(struct electorate *e, struct member *m, instant at)
{
    bool fault = false;
    for (uint8_t i = 0; i < m->use_count; i++)
        fault = fault || fails(&m->uses[i]);
    if (m->group)
        group_changed(e, m->group);
    else
        router_set_weights(&m->router, at, member_weights(m));
    member_fault(e, m, at, FAULT_TRACK, fault);
}

static void track_changed(struct electorate *e, instant at, const struct track *t)
{
    for (size_t n = 0; n < e->count; n++) {
        struct member *m = e->members[n];
        for (uint8_t i = 0; i < m->use_count; i++) {
            if (m->uses[i].track == t) {
                member_follow_tracks(e, m, at);
                break;
            }
        }
    }
}

static void track_set(struct electorate *e, struct track *t, instant at, enum track_state state, int32_t value)
{
    if (t->state == state && t->value == value)
        return;
    t->state = state;
    t->value = value;
    track_changed(e, at, t);
}

static void track_link(struct electorate *e, instant at, const struct interface *i)
{
    char name[LINK_TRACK_LENGTH + IFNAME_TEXT];
    memcpy(name, LINK_TRACK, LINK_TRACK_LENGTH);
    memcpy(name + LINK_TRACK_LENGTH, i->link.ifname, IFNAME_TEXT);
    struct track *t = track_find(e, name);
    if (!t)
        return;
    heap_set(&e->track_heap, &t->timer, INSTANT_NEVER);
    track_set(e, t, at, link_track_state(i), 0);
}

bool electorate_track(struct electorate *e, instant at, const struct track_event *event)
{
    struct track *t = track_find(e, event->name);
    if (!t && e->track_count >= TRACKS_UNUSED)
        return true; /* nobody's, and one of too many */
    if (!t && !(t = track_get(e, event->name)))
        return false;
    if (track_interface(e, event->name))
        return true; /* its lines say it */
    heap_set(&e->track_heap, &t->timer, event->for_ > 0 ? (instant){at.us + event->for_} : INSTANT_NEVER);
    track_set(e, t, at, event->up ? TRACK_UP : TRACK_DOWN, event->up ? event->value : 0);
    groups_settle(e, at);
    return true;
}

void tracks_expire(struct electorate *e, instant now)
{
    struct track *t = (struct track *)heap_first(&e->track_heap);
    heap_set(&e->track_heap, &t->timer, INSTANT_NEVER);
    track_set(e, t, now, TRACK_UNKNOWN, 0);
}
