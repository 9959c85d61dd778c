/* Which system calls a profile has; confine.h is the interface. */
#ifndef NET_CONFINE_PROFILES_H
#define NET_CONFINE_PROFILES_H

#include <stddef.h>
#include <stdint.h>

#include "net/confine.h"

enum { CONFINE_CONDITIONS = 3 };

/* A call that is made only when all of its conditions hold: (argument & mask) == value. A mask of 0 ends them. */
struct confine_call {
    const char *name;
    unsigned profiles; /* a bit for each: 1 << CONFINE_FILTER ... */
    struct {
        unsigned argument; /* from 0 */
        uint32_t mask, value;
    } when[CONFINE_CONDITIONS];
};
/* All of them; a name may be there more than once. Returns how many there are. */
size_t confine_table(const struct confine_call **calls);

#endif
