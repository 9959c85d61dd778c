/* Signals as a descriptor to poll; no handler does any work. SIGPIPE is ignored. */
#ifndef NET_SIGNALS_H
#define NET_SIGNALS_H

#include <stdbool.h>

enum signals_role {
    SIGNALS_SOURCE, /* INT, TERM, HUP end it: stop and exit 0 */
    SIGNALS_FILTER, /* INT and TERM are counted, it goes on to end of input; HUP is ignored */
};

struct signals {
    int fd;
    enum signals_role role;
    unsigned count; /* INT and TERM so far, doubles within 1 s counted once */
    long long first_us, last_us;
};

bool signals_open(struct signals *s, enum signals_role role); /* false: errno */
/* Call when fd is readable. Source: true when it is to stop now. Filter: true only when it is to be forced: a second
 * INT or TERM at least 1 s after the first, or 2 s have passed since the first (call on a timer, too). */
bool signals_stop(struct signals *s);

#endif
