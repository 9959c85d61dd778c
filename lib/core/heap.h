/* A binary heap of timers, smallest first. Timers are embedded in what they belong to. Pure. */
#ifndef CORE_HEAP_H
#define CORE_HEAP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/units.h"

struct timer {
    instant at;
    uint64_t order; /* equal times fire in the order of their owners' making, so that a replay is the same */
    size_t index;   /* the heap's: 0 while not in it */
};

struct heap {
    struct timer **items; /* 1-based */
    size_t count, room;
};

void heap_free(struct heap *h);                           /* the heap's own memory only */
bool heap_reserve(struct heap *h, size_t timers);         /* room for so many; false: out of memory */
void heap_set(struct heap *h, struct timer *t, instant at); /* moves it; INSTANT_NEVER takes it out. Room was reserved */
struct timer *heap_first(const struct heap *h);           /* NULL: empty */

#endif
