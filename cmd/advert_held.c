#include "cmd/advert_held.h"

#include <stdlib.h>
#include <string.h>

#include "core/grow.h"
#include "core/prefix_list.h"

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

static bool put_peers(struct held *h, const struct peer_list *list)
{
    if (list->count > h->send.peer.count) {
        struct ip *peers = realloc(h->peers, list->count * sizeof(*peers));
        if (!peers)
            return false;
        h->peers = peers;
    }
    if (list->count > 0)
        memcpy(h->peers, list->items, list->count * sizeof(*list->items));
    return true;
}

bool held_put(struct held_table *t, const struct send_event *e)
{
    struct held **at = find(t, &e->id), *h = *at;
    if (!h) {
        if (!grow((void **)&t->all, &t->room, t->count, 1, sizeof(struct held *)) || !(h = calloc(1, sizeof(*h))))
            return false;
        h->send.id = e->id;
        h->index = t->count;
        t->all[t->count++] = h;
        *at = h;
    }
    struct prefix_list kept = h->send.ip;
    if (!prefix_list_keep(&kept, &e->ip)) {
        if (!kept.items) /* it is new, and there is nothing to remember of it */
            held_forget(t, &e->id);
        return false;
    }
    if (!put_peers(h, &e->peer)) {
        h->send.ip = kept;
        return false;
    }
    h->send = *e;
    h->send.ip = kept;
    h->send.peer.items = h->peers;
    h->send.routes = h->send.rules =
        (struct span){NULL, 0}; /* they are in the line; to give up, nothing needs naming */
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
    prefix_list_free(&h->send.ip);
    free(h->peers);
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
