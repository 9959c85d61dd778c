#include "core/buckets.h"

static uint32_t sum(uint32_t a, uint32_t b)
{
    return a < UINT32_MAX - b ? a + b : UINT32_MAX;
}

void buckets_widen(struct buckets *b, uint8_t shift)
{
    for (; b->shift < shift; b->shift++) {
        for (int i = 0; i < BUCKETS / 2; i++)
            b->count[i] = sum(b->count[2 * i], b->count[2 * i + 1]);
        for (int i = BUCKETS / 2; i < BUCKETS; i++)
            b->count[i] = 0;
    }
}

void buckets_add(struct buckets *b, usec at)
{
    uint8_t shift = b->shift;

    while (at >> shift >= BUCKETS)
        shift++;
    buckets_widen(b, shift);
    b->count[at >> shift] = sum(b->count[at >> shift], 1);
}
