/* A binary heap of timers, smallest first. Timers are embedded in what they belong to. A timer that is put off, as most
 * are again and again, keeps its place until its old time has come: that costs nothing. Pure. */
#ifndef CORE_HEAP_H
#define CORE_HEAP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/units.h"

struct timer {
    instant at;
    instant key;    /* the heap's: what its place is by; never later than at */
    uint64_t order; /* equal times fire in the order of their owners' making, so that a replay is the same */
    size_t index;   /* the heap's: 0 while not in it */
};

struct heap {
    struct timer **items; /* 1-based */
    size_t count, room;
};

void heap_free(struct heap *h);                   /* the heap's own memory only */
bool heap_reserve(struct heap *h, size_t timers); /* room for so many; false: out of memory */
void heap_set(struct heap *h, struct timer *t,
              instant at);                           /* moves it; INSTANT_NEVER takes it out. Room was reserved */
struct timer *heap_first(struct heap *h);            /* NULL: empty */
struct timer *heap_due(struct heap *h, instant now); /* the first if it is due by now, else NULL; cheaper */
instant heap_look(const struct heap *h); /* when to ask heap_due again: none is due before; INSTANT_NEVER: empty */

#endif
