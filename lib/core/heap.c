#include "core/heap.h"

#include <stdlib.h>

void heap_free(struct heap *h)
{
    free(h->items);
    *h = (struct heap){0};
}

bool heap_reserve(struct heap *h, size_t timers)
{
    if (timers + 1 <= h->room)
        return true;
    size_t room = 2 * (timers + 1);
    struct timer **items = realloc(h->items, room * sizeof(struct timer *));
    if (!items)
        return false;
    h->items = items;
    h->room = room;
    return true;
}

static bool before(const struct timer *a, const struct timer *b)
{
    return a->key.us != b->key.us ? a->key.us < b->key.us : a->order < b->order;
}

static void place(struct heap *h, struct timer *t, size_t index)
{
    h->items[index] = t;
    t->index = index;
}

static void sift(struct heap *h, struct timer *t, size_t index)
{
    for (; index > 1 && before(t, h->items[index / 2]); index /= 2)
        place(h, h->items[index / 2], index);
    for (size_t child = 2 * index; child <= h->count; child = 2 * index) {
        if (child < h->count && before(h->items[child + 1], h->items[child]))
            child++;
        if (!before(h->items[child], t))
            break;
        place(h, h->items[child], index);
        index = child;
    }
    place(h, t, index);
}

static void take_out(struct heap *h, struct timer *t)
{
    size_t index = t->index;
    struct timer *last = h->items[h->count--];
    t->index = 0;
    if (last != t)
        sift(h, last, index);
}

void heap_set(struct heap *h, struct timer *t, instant at)
{
    t->at = at;
    if (at.us == INSTANT_NEVER.us) {
        if (t->index != 0)
            take_out(h, t);
    } else if (t->index == 0 || at.us < t->key.us) {
        t->key = at;
        sift(h, t, t->index != 0 ? t->index : ++h->count);
    }
}

struct timer *heap_due(struct heap *h, instant now)
{
    while (h->count > 0 && h->items[1]->key.us <= now.us) {
        struct timer *first = h->items[1];
        if (first->key.us == first->at.us)
            return first;
        first->key = first->at;
        sift(h, first, 1);
    }
    return NULL;
}

struct timer *heap_first(struct heap *h)
{
    return heap_due(h, INSTANT_NEVER);
}

instant heap_look(const struct heap *h)
{
    return h->count > 0 ? h->items[1]->key : INSTANT_NEVER;
}
