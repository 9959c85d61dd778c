/* A health check: from results to a state, when to start the next one, and how long what was said is good for. Pure.
 *
 * The first result decides at once, whichever it is: a router that depends on the check waits for it. From then on
 * `rise` successes in a row make it up and `fall` failures in a row down. */
#ifndef CORE_CHECK_STATE_H
#define CORE_CHECK_STATE_H

#include <stdbool.h>

#include "core/units.h"

#define SHORTEST_CHECK (10 * MILLISECOND) /* of interval and timeout */
#define LONGEST_CHECK  (3600 * SECOND)
enum { CHECK_RESULTS = 1000 }; /* rise and fall: 1..1000 */

struct check_state {
    unsigned rise, fall; /* set these, and no more, before the first result */
    bool known;          /* there was one */
    bool up;
    unsigned against; /* results in a row that are not what `up` says */
};

enum check_news { CHECK_SAME, CHECK_UP, CHECK_DOWN };

/* results: how many in a row have decided, when it is not CHECK_SAME. */
enum check_news check_result(struct check_state *s, bool success, unsigned *results);

/* The first start after now. previous: the one before, never later than now. Starts stay whole intervals apart. */
instant check_next_start(instant previous, usec interval, instant now);

/* for= of a state. The next one comes an interval and a timeout later at the most; two intervals more are for a machine
 * that is busy: one late check changes nothing, and a checker that dies is noticed. At most 4h. */
usec check_good_for(usec interval, usec timeout);
/* What is left of it, in whole milliseconds, rounded down; 0: nothing. */
usec check_left(instant good_until, instant now);

#endif
