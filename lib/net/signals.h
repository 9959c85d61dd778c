/* Signals as a descriptor to poll; no handler does any work. SIGPIPE is ignored. */
#ifndef NET_SIGNALS_H
#define NET_SIGNALS_H

#include <stdbool.h>

#include "core/units.h"

/* All of a pipeline get Ctrl-C at once, and when its source hangs all are forced. A filter that stands behind another is
 * forced 250 ms later than that: the lines by which the other ends have come by then, and it ends with its input. */
enum signals_role {
    SIGNALS_SOURCE, /* INT, TERM, HUP end it: stop and exit 0 */
    SIGNALS_RUN,    /* INT and TERM are counted, it ends what it has started; HUP is counted apart */
    SIGNALS_FILTER, /* INT and TERM are counted, it goes on to end of input; HUP is ignored */
    SIGNALS_SECOND_FILTER,
    SIGNALS_THIRD_FILTER,
    SIGNALS_FOURTH_FILTER,
    SIGNALS_SECOND_FILTER_HUP, /* and HUP is counted apart */
};

struct signals {
    int fd;
    enum signals_role role;
    unsigned count;   /* INT and TERM so far, doubles within 1 s counted once */
    unsigned hangups; /* HUP so far, where it is counted apart; the caller may set it back */
    long long first_us, second_us, last_us;
};

bool signals_open(struct signals *s, enum signals_role role); /* false: errno */
/* Call when fd is readable. Source: true when it is to stop now. Filter: true only when it is to be forced: a second
 * INT or TERM at least 1 s after the first, or 2 s have passed since the first (call at signals_deadline, too).
 * SIGNALS_RUN: true only for that second one. */
bool signals_stop(struct signals *s);
instant signals_deadline(const struct signals *s); /* when it is to be forced; INSTANT_NEVER: not yet known */

#endif
