/* A bucket that leaks evenly: how often something may happen, and how often at once. Times are of one unit and one
 * clock, whichever these are. Pure. */
#ifndef CORE_BUCKET_H
#define CORE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct bucket {
    int64_t empty; /* the time when it will be; zero-initialised it is */
};

/* A drop fills it by `drop`, and it takes one as long as there is less than `depth` in it. */
struct rate {
    int64_t drop, depth;
};

int64_t bucket_fill(const struct bucket *b, int64_t now, struct rate r); /* what is in it */
bool bucket_takes(struct bucket *b, int64_t now, struct rate r);

#endif
