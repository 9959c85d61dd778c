#include "tests/model/arena.h"

#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *old);

static struct arena *current;

void arena_enter(struct arena *a)
{
    current = a;
}

void arena_clear(struct arena *a)
{
    memset(a->bytes, 0, a->used);
    a->used = 0;
}

/* Each allocation has its size before it. What is freed is not used again: an electorate whose configuration stays
 * allocates little. */
static void *take(size_t size)
{
    size_t whole = (size + 31) / 16 * 16;
    if (current->used + whole > ARENA_BYTES)
        abort();
    uint8_t *at = current->bytes + current->used + 16;
    memcpy(at - 16, &size, sizeof size);
    current->used += whole;
    return at;
}

void *__wrap_malloc(size_t size)
{
    return current ? take(size) : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    if (!current)
        return __real_calloc(count, size);
    void *got = take(count * size);
    memset(got, 0, count * size);
    return got;
}

void *__wrap_realloc(void *old, size_t size)
{
    if (!current)
        return __real_realloc(old, size);
    void *got = take(size);
    size_t had = 0;
    if (old)
        memcpy(&had, (const uint8_t *)old - 16, sizeof had);
    if (had > 0)
        memcpy(got, old, had < size ? had : size);
    return got;
}

void __wrap_free(void *old)
{
    if (!current)
        __real_free(old);
}
