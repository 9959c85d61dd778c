#include "cmd/advert_held.h"

#include <stdlib.h>
#include <string.h>

static struct held **bucket_of(struct held_table *t, const struct identity *id)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < IFNAME_TEXT && id->ifname[i]; i++)
        h = (h ^ (uint8_t)id->ifname[i]) * 16777619u;
    h = (h ^ id->af) * 16777619u;
    h = (h ^ id->vrid) * 16777619u;
    return &t->buckets[(h ^ h >> 15) % HELD_BUCKETS];
}

/* Where the pointer to it is, or to nothing. */
static struct held **find(struct held_table *t, const struct identity *id)
{
    struct held **at = bucket_of(t, id);
    while (*at && !identity_equal(&(*at)->send.id, id))
        at = &(*at)->next;
    return at;
}

static bool make_room(struct held_table *t)
{
    if (t->count < t->room)
        return true;
    size_t room = t->room ? t->room * 2 : 16;
    struct held **all = realloc(t->all, room * sizeof(struct held *));
    if (!all)
        return false;
    t->all = all;
    t->room = room;
    return true;
}

bool held_put(struct held_table *t, const struct send_event *e)
{
    struct held **at = find(t, &e->id), *h = *at;
    if (!h) {
        if (!make_room(t) || !(h = calloc(1, sizeof(*h))))
            return false;
        h->send.id = e->id;
        h->index = t->count;
        t->all[t->count++] = h;
        *at = h;
    }
    struct prefix *items = h->items;
    if (!items || h->send.ip.count < e->ip.count) {
        items = realloc(items, e->ip.count * sizeof(*items));
        if (!items) {
            if (!h->items) /* it is new, and there is nothing to remember of it */
                held_forget(t, &e->id);
            return false;
        }
    }
    memcpy(items, e->ip.items, e->ip.count * sizeof(*items));
    h->send = *e;
    h->items = items;
    h->send.ip.items = items;
    return true;
}

void held_forget(struct held_table *t, const struct identity *id)
{
    struct held **at = find(t, id), *h = *at;
    if (!h)
        return;
    *at = h->next;
    t->all[h->index] = t->all[--t->count];
    t->all[h->index]->index = h->index;
    free(h->items);
    free(h);
}

void held_free(struct held_table *t)
{
    while (t->count > 0)
        held_forget(t, &t->all[t->count - 1]->send.id);
    free(t->all);
    t->all = NULL;
    t->room = 0;
}
