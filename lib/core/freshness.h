/* Old lines never reach the wire: may a `send` or `state` line still be acted on? Used by every program that touches
 * the network. Pure: the clocks are arguments. */
#ifndef CORE_FRESHNESS_H
#define CORE_FRESHNESS_H

#include "core/event.h"

enum freshness {
    FRESH,
    STALE_REPLAY, /* the line says replay=yes */
    STALE_SOURCE, /* the last clock line said source=file */
    STALE_BOOT,   /* the last clock line was of another boot */
    STALE_AGE,    /* older than one Active_Down_Interval */
    STALE_FUTURE, /* that much ahead of the clock: it is not of now */
};

struct clock_map {
    bool known;               /* a clock line was read */
    struct clock_event clock; /* the last one */
};

/* now, wall: the two clocks at one moment; boot: this boot's id. age_limit: active_down_interval() of the line.
 * With a clock line of this boot, age is counted on the steady clock, so that a step of the wall clock does not
 * matter; without one, on the wall clock. A line without TIME is of now. */
enum freshness line_freshness(const struct clock_map *map, const struct line *l, bool replay, usec age_limit,
                              instant now, stamp wall, const char *boot);
const char *freshness_text(enum freshness f); /* "it is replayed (replay=yes)", ...: for the message */

/* TIME on the steady clock, rounded up to the microsecond; and back. Without a clock line: false, and 0 (the caller has
 * the wall clock). */
bool clock_to_instant(const struct clock_map *map, stamp t, instant *out);
stamp clock_to_stamp(const struct clock_map *map, instant t);

#endif
