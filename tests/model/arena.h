/* Memory that can be put back: what the electorate of one router allocates lies in an arena of its own, so that a state
 * is saved and restored with a copy, pointers and all. The linker sends malloc and its like here (--wrap). */
#ifndef MODEL_ARENA_H
#define MODEL_ARENA_H

#include <stddef.h>
#include <stdint.h>

enum { ARENA_BYTES = 128 * 1024 };

struct arena {
    _Alignas(16) uint8_t bytes[ARENA_BYTES];
    size_t used;
};

/* From here on memory comes from this one; NULL: from the system. */
void arena_enter(struct arena *a);
void arena_clear(struct arena *a); /* all that was allocated is gone */

#endif
