/* A memory of fixed size for who or what is heard again and again. When there is no room, who has been heard for longest
 * keeps his place: a flood of strangers takes the places of strangers. Pure. */
#ifndef CORE_KNOWN_H
#define CORE_KNOWN_H

#include <stddef.h>

#include "core/bucket.h"

enum { KNOWN_WAYS = 8 }; /* places that one tag may take */

struct known {
    uint64_t tag;        /* a hash with a secret key (core/siphash.h); 0: a free place */
    int64_t since, last; /* heard, in ns */
    struct bucket bucket;
};

struct known_set {
    struct known places[KNOWN_WAYS];
};

/* The sets are the caller's: a power of two of them, zero at first. NULL: it is not known. */
struct known *known_find(struct known_set *sets, size_t count, uint64_t tag);
/* One that is not known yet: where it is from now on. */
struct known *known_remember(struct known_set *sets, size_t count, uint64_t tag, int64_t now);
void known_again(struct known *k, int64_t now);

#endif
