/* Skew_Time and Active_Down_Interval, RFC 9568 6.1 (v3) and RFC 3768 6.1 (v2), in microseconds; fractions round up. */
#ifndef CORE_TIMERS_H
#define CORE_TIMERS_H

#include <stdbool.h>

#include "core/units.h"

instant instant_after(instant t, usec d);
bool instant_due(instant timer, instant now); /* INSTANT_NEVER never is */

/* v3: (256 - prio) * interval / 256. v2: (256 - prio) / 256 s, whatever the interval. */
usec skew_time(uint8_t version, uint8_t prio, usec interval);
/* down_factor * interval + Skew_Time; interval is Active_Adver_Interval. */
usec active_down_interval(uint8_t version, uint8_t prio, usec interval, uint8_t down_factor);
/* What an observer allows for: neither the network nor a capture keeps time to the microsecond. */
usec timing_tolerance(usec interval);
/* For so long after an advertisement its sender counts as live, for one with priority next_prio that would take over. */
usec live_interval(uint8_t version, uint8_t next_prio, usec interval);

#endif
