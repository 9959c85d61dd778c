/* Time, typed so that the compiler keeps the two clocks apart.
 *
 * instant  a point on the steady clock (CLOCK_MONOTONIC), in microseconds: what protocol timers run on
 * stamp    Unix time in nanoseconds: what stands at the head of a line
 * usec     a duration in microseconds
 */
#ifndef CORE_UNITS_H
#define CORE_UNITS_H

#include <stdint.h>

typedef struct {
    int64_t us;
} instant;

typedef struct {
    int64_t ns;
} stamp;

typedef int64_t usec;

#define MILLISECOND   ((usec)1000)
#define SECOND        ((usec)1000000)
#define INSTANT_NEVER ((instant){INT64_MAX})

#define nitems(array) (sizeof(array) / sizeof((array)[0]))

#endif
