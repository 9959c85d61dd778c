#include "core/bucket.h"

/* More than can be: the clock was set back. */
int64_t bucket_fill(const struct bucket *b, int64_t now, struct rate r)
{
    int64_t there = b->empty - now;

    return there < 0 || there > r.depth + r.drop ? 0 : there;
}

bool bucket_takes(struct bucket *b, int64_t now, struct rate r)
{
    int64_t there = bucket_fill(b, now, r);

    if (there >= r.depth)
        return false;
    b->empty = now + there + r.drop;
    return true;
}
