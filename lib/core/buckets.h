/* When something happened, for a picture: counts in a fixed number of buckets of equal width, which doubles when the time
 * that they cover is over. So the memory is the same for a minute and for a year, and what is sparse stays apart. Pure. */
#ifndef CORE_BUCKETS_H
#define CORE_BUCKETS_H

#include "core/units.h"

enum {
    BUCKETS = 1024,
    BUCKET_SHIFT_FIRST = 10, /* 1.024 ms: all of them cover a second */
};

/* Bucket i counts from origin + (i << shift) µs to the next one. Starts as zeros, with shift BUCKET_SHIFT_FIRST. */
struct buckets {
    uint8_t shift;
    uint32_t count[BUCKETS]; /* at most UINT32_MAX */
};

/* at: µs since the origin, not negative. */
void buckets_add(struct buckets *b, usec at);
/* Makes them at least so wide. */
void buckets_widen(struct buckets *b, uint8_t shift);

#endif
