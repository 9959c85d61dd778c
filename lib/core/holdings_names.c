/* Holdings: which addresses a virtual router names, and on which links. */
#include <stdlib.h>
#include <string.h>

#include "core/grow.h"
#include "core/holdings_table.h"
#include "core/prefix_list.h"

void holding_hold_names(struct holdings *h, const struct holding *v)
{
    for (size_t n = 0; n < v->count; n++) {
        struct place *p = place_of(h, &v->names[n]);
        p->holders++;
        p->backup = false;
    }
    h->held_names += v->count;
}

void holding_drop_names(struct holdings *h, const struct holding *v)
{
    for (size_t n = 0; n < v->count; n++)
        place_of(h, &v->names[n])->holders--;
    h->held_names -= v->count;
}

void holding_name_places(struct holdings *h, const struct link *l)
{
    for (size_t k = l->on_count; k-- > 0;) {
        const struct holding *v = &h->all[l->on[k]];
        for (size_t n = 0; v->held && n < v->count; n++) {
            if (v->names[n].link == l->number)
                place_of(h, &v->names[n])->namer = l->on[k];
        }
    }
}

/* The interface that the n-th address of a list names; NULL: none. */
static const char *ifname_of(const struct prefix_list *ip, size_t n)
{
    const char *on = prefix_list_on(ip, n);
    return on[0] != '\0' ? on : NULL;
}

static bool is_there(const struct link *l, const struct link *home, const char *ifname)
{
    return ifname == NULL ? l == home : l->macvlan_of == NONE && strcmp(l->ifname, ifname) == 0;
}

bool holding_has_names(const struct holdings *h, const struct holding *v, const struct prefix_list *ip)
{
    const struct link *home = holding_home(h, v);
    if (v->count != prefix_list_all(ip))
        return false;
    for (size_t n = 0; n < v->count; n++) {
        const struct naming *name = &v->names[n];
        if (name->prefix.length != ip->items[n].length || !ip_equal(&name->prefix.ip, &ip->items[n].ip) ||
            !is_there(h->links[name->link], home, ifname_of(ip, n)))
            return false;
    }
    return true;
}

/* What a virtual router is to name instead; not yet in any table. */
struct renaming {
    struct naming *names;
    uint16_t count, home_names, away_count;
    struct presence *away;
    size_t away_room;
};

static struct presence *find_presence(struct presence *list, size_t count, uint16_t link)
{
    for (size_t n = 0; n < count; n++) {
        if (list[n].link == link)
            return &list[n];
    }
    return NULL;
}

static bool count_name(struct renaming *r, const struct holding *v, uint16_t link)
{
    if (link == v->link) {
        r->home_names++;
        return true;
    }
    struct presence *at = find_presence(r->away, r->away_count, link);
    if (at == NULL) {
        if (!grow((void **)&r->away, &r->away_room, r->away_count, 1, sizeof *r->away))
            return false;
        at = &r->away[r->away_count++];
        *at = (struct presence){.link = link, .renewed = NEVER_RENEWED, .lapse_at = INSTANT_NEVER};
    }
    at->names++;
    return true;
}

/* Memory for all of it, so that nothing can fail from here on. */
static bool prepare(struct holdings *h, const struct holding *v, const struct prefix_list *ip, struct renaming *r)
{
    r->names = malloc(prefix_list_all(ip) * sizeof *r->names + 1);
    if (r->names == NULL)
        return false;
    for (; r->count < prefix_list_all(ip); r->count++) {
        const char *ifname = ifname_of(ip, r->count);
        const struct link *l = ifname != NULL ? link_named(h, ifname) : holding_home(h, v);
        if (l == NULL || !count_name(r, v, l->number))
            return false;
        r->names[r->count] = (struct naming){.prefix = ip->items[r->count], .link = l->number};
    }
    for (size_t n = 0; n <= r->away_count; n++) {
        struct link *l = h->links[n == 0 ? v->link : r->away[n - 1].link];
        if (!link_reserve(l, n == 0 ? r->home_names : r->away[n - 1].names) ||
            !grow((void **)&h->changes, &h->change_room, 0, 2 * l->room, sizeof *h->changes))
            return false;
    }
    int32_t *planned = realloc(h->planned, (h->change_room + 1) * sizeof *planned);
    if (planned != NULL)
        h->planned = planned;
    return planned != NULL;
}

/* A lease that is out on a link where it still has something goes on to count. */
static void take_presences(struct holdings *h, struct holding *v, struct renaming *r)
{
    int32_t number = (int32_t)(v - h->all);
    for (size_t n = 0; n < v->away_count; n++) {
        if (find_presence(r->away, r->away_count, v->away[n].link) == NULL)
            link_part(h->links[v->away[n].link], number);
    }
    for (size_t n = 0; n < r->away_count; n++) {
        struct presence *at = &r->away[n];
        const struct presence *before = find_presence(v->away, v->away_count, at->link);
        uint16_t names = at->names;
        if (before == NULL)
            link_join(h->links[at->link], number);
        else
            *at = *before;
        at->names = names;
    }
    free(v->away);
    v->away = r->away;
    v->away_count = r->away_count;
    if (v->home.names == 0)
        v->home.renewed = NEVER_RENEWED; /* whatever it says is of long ago */
    v->home.names = r->home_names;
}

/* It names these addresses from now on, and only these. */
bool holding_rename(struct holdings *h, struct holding *v, const struct prefix_list *ip, instant now)
{
    struct renaming r = {0};
    if (holding_has_names(h, v, ip))
        return true;
    if (!prepare(h, v, ip, &r)) {
        free(r.names);
        free(r.away);
        return false;
    }
    holding_due(h, v, now); /* also where it has nothing any more */
    /* First the old ones are let go, so that one which stays may change its length; it is not forgotten before a plan. */
    if (v->held)
        holding_drop_names(h, v);
    for (size_t n = 0; n < v->count; n++)
        place_of(h, &v->names[n])->named--;
    for (size_t n = 0; n < r.count; n++)
        r.names[n].place = place_name(h, h->links[r.names[n].link], &r.names[n].prefix);
    take_presences(h, v, &r);
    free(v->names);
    v->names = r.names;
    v->count = r.count;
    v->shared_told = false;
    if (v->held)
        holding_hold_names(h, v);
    return true;
}

/* Another that holds this address there; NULL: none. */
static const struct holding *other_holder(const struct holdings *h, const struct holding *v, const struct naming *name)
{
    const struct link *l = h->links[name->link];
    for (size_t n = l->on_count; n-- > 0;) {
        const struct holding *other = &h->all[l->on[n]];
        for (size_t k = 0; other != v && other->held && k < other->count; k++) {
            if (other->names[k].link == name->link && other->names[k].place == name->place)
                return other;
        }
    }
    return NULL;
}

/* Tells once when an address of v is another's too. */
void holding_tell_shared(struct holdings *h, struct holding *v)
{
    for (size_t n = 0; n < v->count && !v->shared_told; n++) {
        const struct naming *name = &v->names[n];
        const struct holding *other = place_of(h, name)->holders < 2 ? NULL : other_holder(h, v, name);
        if (other == NULL)
            continue;
        const char *ifname = h->links[name->link]->ifname;
        struct holding_report r = {HOLDING_SHARED, ifname, v->name, other->name, &name->prefix, 0};
        h->report(h->context, &r);
        v->shared_told = true;
    }
}
