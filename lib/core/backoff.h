/* When to start again what has ended: at once what ran for a while, later and later what does not stay. Pure. */
#ifndef CORE_BACKOFF_H
#define CORE_BACKOFF_H

#include "core/units.h"

/* delay: the last one, 0 at first. ran: how long it ran now. Returns the new one: 0 after more than 10 s, else 100 ms,
 * doubling to 30 s; after a minute it begins anew. */
usec backoff(usec delay, usec ran);

#endif
