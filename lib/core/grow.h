/* Arrays that grow. Pure. */
#ifndef CORE_GROW_H
#define CORE_GROW_H

#include <stdbool.h>
#include <stddef.h>

/* Room for `more` elements of `size` bytes beyond `count`: at least twice what there was, so that adding one by one costs
 * little. *room is in elements, 0 with *array NULL at first. False: out of memory, and nothing has changed. */
bool grow(void **array, size_t *room, size_t count, size_t more, size_t size);

#endif
