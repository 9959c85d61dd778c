/* The virtual routers as they are configured: they come, change and go. */
#include "core/electorate.h"

#include <stdlib.h>
#include <string.h>

#include "core/address_style.h"
#include "core/electorate_group.h"
#include "core/grow.h"
#include "core/prefix_list.h"

static void member_free(struct member *m)
{
    prefix_list_free(&m->ip);
    free(m->uses);
    free(m->v3_speaker);
    free(m->peers);
    free(m->lists);
    free(m);
}

static struct router_settings settings_of(const struct vr_config *c)
{
    return (struct router_settings){
        .version = c->version,
        .both = c->both,
        .prio = c->prio,
        .interval = c->interval,
        .preempt = c->preempt,
        .preempt_delay = c->preempt_delay,
        .startup_delay = c->startup_delay,
        .down_factor = c->down_factor,
        .init_active = c->init_active,
        .last_advert = c->last_advert,
        .strict = c->strict,
    };
}

static bool same_addresses(const struct member *m, const struct vr_config *c)
{
    return prefix_list_equal(&m->ip, &c->ip) && address_style_equal(&m->style, &c->style);
}

/* What lies outside the state machine. False: out of memory, nothing changed. */
static bool member_configure(struct electorate *e, struct member *m, instant now, const struct vr_config *c)
{
    struct track_use *uses = malloc((c->track_count + 1u) * sizeof *uses); /* and one for vip-lost */
    uint8_t use_count = c->track_count;
    struct peers *peers = c->peer.count > 0 ? peers_new(c) : NULL;
    struct v3_speaker *v3_speaker = c->both ? calloc(1, sizeof *v3_speaker) : NULL;
    struct group *group = c->group[0] != '\0' ? group_get(e, c->group) : NULL;
    struct member_lists *lists = NULL;
    bool complete = uses && (v3_speaker || !c->both) && (peers || c->peer.count == 0) &&
                    (group || c->group[0] == '\0') && member_lists_make(c, &lists);
    for (uint8_t i = 0; complete && i < c->track_count; i++) {
        const struct track_ref *ref = &c->track[i];
        uses[i] = (struct track_use){track_get(e, ref->name), ref->inverted, ref->by_value, ref->weight};
        complete = uses[i].track != NULL;
    }
    if (complete && c->lost_is_fault) {
        uses[use_count] = (struct track_use){.track = track_get_vip(e, c->name)};
        complete = uses[use_count++].track != NULL;
    }
    if (!complete || !prefix_list_keep(&m->ip, &c->ip)) {
        free(uses);
        free(peers);
        free(v3_speaker);
        free(lists);
        return false;
    }
    free(m->uses);
    free(m->peers);
    free(m->v3_speaker);
    m->peers = peers;
    free(m->lists);
    m->style = c->style;
    m->v3_speaker = v3_speaker;
    m->uses = uses;
    m->use_count = use_count;
    memcpy(m->name, c->name, sizeof m->name);
    m->src = c->src;
    m->vmac = c->vmac;
    m->garp = c->garp;
    m->garp_refresh = c->garp_refresh;
    m->fence = c->fence;
    m->accept = c->accept;
    m->auth = (uint8_t)c->auth;
    m->auth_mode = (uint8_t)c->auth_mode;
    m->lost_is_fault = c->lost_is_fault;
    m->lists = lists;
    m->noticed = 0;
    group_move(e, m, now, group);
    return true;
}

static bool make_room(struct electorate *e)
{
    size_t count = e->count + 1;
    if (!heap_reserve(&e->member_heap, count) || !heap_reserve(&e->silence_heap, count) ||
        !heap_reserve(&e->echo_heap, count))
        return false;
    return grow((void **)&e->members, &e->room, e->count, 1, sizeof(struct member *));
}

static bool member_add(struct electorate *e, instant now, const struct vr_config *c)
{
    struct member *m = make_room(e) ? calloc(1, sizeof *m) : NULL;
    if (!m)
        return false;
    m->interface = interface_get(e, c->id.ifname);
    struct router_settings settings = settings_of(c);
    router_init(&m->router, &settings);
    m->id = c->id;
    m->timer.order = m->echo.order = e->next_order++;
    if (!m->interface || !interface_use(m->interface) || !member_configure(e, m, now, c)) {
        member_free(m);
        return false;
    }
    m->cksum = c->cksum;
    form_init(&m->form, c->version, c->id.af, c->cksum);
    group_applies(m);
    m->interface->by[m->id.af == 6][m->id.vrid] = m;
    m->interface->members++;
    member_name_link(e, m);
    e->members[e->count++] = m;
    router_set_weights(&m->router, now, member_weights(m));
    member_follow_interface(e, m, now);
    member_follow_tracks(e, m, now);
    if (e->started || m->interface->known)
        member_start(e, m, now);
    return true;
}

static bool member_reconfigure(struct electorate *e, struct member *m, instant now, const struct vr_config *c)
{
    member_name_unlink(e, m);
    bool done = member_configure(e, m, now, c);
    member_name_link(e, m);
    return done;
}

/* RFC 9568 8.4.2: with ver=2+3 between them, versions change while it goes on. */
static bool is_same_router(const struct router_settings *a, const struct router_settings *b)
{
    return a->version == b->version || a->both || b->both;
}

/* Another version is another router: the old one resigns as what it was, the new one starts. */
static bool member_replace(struct electorate *e, struct member *m, instant now, const struct vr_config *c)
{
    struct router_settings settings = m->router.settings;
    member_stop(e, m, now);
    bool done = member_reconfigure(e, m, now, c);
    if (done) {
        settings = settings_of(c);
        m->cksum = c->cksum;
        form_init(&m->form, c->version, c->id.af, c->cksum);
    }
    router_init(&m->router, &settings);
    group_applies(m);
    router_set_weights(&m->router, now, member_weights(m));
    member_follow_interface(e, m, now);
    member_follow_tracks(e, m, now);
    if (e->started || m->interface->known)
        member_start(e, m, now);
    return done;
}

static bool member_change(struct electorate *e, struct member *m, instant now, const struct vr_config *c)
{
    struct router_settings settings = settings_of(c);
    if (!is_same_router(&settings, &m->router.settings))
        return member_replace(e, m, now, c);
    bool new_addresses = !same_addresses(m, c);
    bool new_lists = !member_lists_same(m, c);
    if (!member_reconfigure(e, m, now, c))
        return false;
    if (c->cksum != m->cksum || c->version != m->router.settings.version)
        form_init(&m->form, c->version, c->id.af, c->cksum);
    m->cksum = c->cksum;
    router_reconfigure(&m->router, now, &settings, member_weights(m));
    member_follow_interface(e, m, now);
    member_follow_tracks(e, m, now);
    struct router_actions actions = {0};
    if ((new_addresses || new_lists) && m->router.state == ROUTER_ACTIVE)
        actions =
            (struct router_actions){1, {{.kind = ACTION_SEND, .prio = m->router.prio, .announce = new_addresses}}};
    member_perform(e, m, now, &actions);
    return true;
}

static void find_shortest(struct electorate *e)
{
    e->shortest = 0;
    for (size_t i = 0; i < e->count; i++) {
        usec interval = e->members[i]->router.settings.interval;
        if (e->shortest == 0 || interval < e->shortest)
            e->shortest = interval;
    }
}

bool electorate_vr(struct electorate *e, instant now, const struct vr_config *c, bool *taken)
{
    struct span name = {c->name, strlen(c->name)};
    struct member *m = member_find(e, &c->id);
    struct member *same_name = member_named(e, name);
    *taken = same_name && same_name != m;
    if (*taken)
        return false;
    bool done = m ? member_change(e, m, now, c) : member_add(e, now, c);
    if (e->shortest == 0 || c->interval < e->shortest)
        e->shortest = c->interval;
    if (e->started)
        groups_settle(e, now);
    return done;
}

static void member_end(struct electorate *e, struct member *m, instant now)
{
    member_stop(e, m, now);
    group_move(e, m, now, NULL);
    heap_set(m->in_silence ? &e->silence_heap : &e->member_heap, &m->timer, INSTANT_NEVER);
    heap_set(&e->echo_heap, &m->echo, INSTANT_NEVER);
    m->interface->by[m->id.af == 6][m->id.vrid] = NULL;
    m->interface->members--;
    member_name_unlink(e, m);
    member_free(m);
}

bool electorate_novr(struct electorate *e, instant now, struct span name)
{
    struct member *m = member_named(e, name);
    if (!m)
        return false;
    size_t i = 0;
    while (e->members[i] != m)
        i++;
    member_end(e, m, now);
    e->count--;
    memmove(&e->members[i], &e->members[i + 1], (e->count - i) * sizeof(struct member *));
    find_shortest(e);
    groups_settle(e, now);
    return true;
}

void electorate_replace(struct electorate *e)
{
    e->replacing = true;
    for (size_t i = 0; i < e->count; i++)
        e->members[i]->kept = false;
}

void electorate_replace_keeps(struct electorate *e, const struct identity *id)
{
    struct member *m = member_find(e, id);
    if (m)
        m->kept = true;
}

void electorate_replace_drops(struct electorate *e, instant now)
{
    size_t kept = 0;
    for (size_t i = 0; i < e->count; i++) {
        struct member *m = e->members[i];
        if (m->kept) {
            member_name_unlink(e, m); /* two may change names */
            e->members[kept++] = m;
        } else {
            member_end(e, m, now);
        }
    }
    e->count = kept;
    find_shortest(e);
}

void electorate_replaced(struct electorate *e, instant now)
{
    e->replacing = false;
    groups_settle(e, now);
}

/* The whole */

struct electorate *electorate_new(const struct electorate_reports *reports, bool shadow)
{
    struct electorate *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->reports = *reports;
    e->shadow = shadow;
    return e;
}

void electorate_free(struct electorate *e)
{
    if (!e)
        return;
    for (size_t i = 0; i < e->count; i++)
        member_free(e->members[i]);
    for (struct interface *next, *i = e->interfaces; i; i = next) {
        next = i->next;
        free(i->by);
        free(i);
    }
    for (struct track *next, *t = e->tracks; t; t = next) {
        next = t->next;
        free(t);
    }
    groups_free(e);
    heap_free(&e->silence_heap);
    heap_free(&e->member_heap);
    heap_free(&e->track_heap);
    heap_free(&e->echo_heap);
    free(e->members);
    free(e);
}

size_t electorate_count(const struct electorate *e)
{
    return e->count;
}
