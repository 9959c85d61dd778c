/* Moments and durations as people read them. Pure. */
#ifndef CORE_MOMENT_H
#define CORE_MOMENT_H

#include "core/text.h"

/* How moments of a report are written: in whose time zone, and whether with the day. */
struct calendar {
    size_t (*format_time)(char out[static STAMP_TEXT], stamp t); /* RFC 3339 */
    bool dated;
};

/* With the day when the two are not of one. */
struct calendar calendar_for(size_t (*format_time)(char out[static STAMP_TEXT], stamp t), instant first, instant last);
/* 03:14:07.123, or 2026-11-22 03:14:07.123; decimals 0..6. */
void text_moment(struct text *t, const struct calendar *c, instant at, unsigned decimals);
void text_day(struct text *t, const struct calendar *c, instant at); /* 2026-11-22 */
/* To about three digits, in the unit that fits: 850 us, 217 ms, 3.61 s, 12 min 5 s, 3 h 4 min, 2 d 3 h. */
void text_span_of_time(struct text *t, usec d);
void text_seconds(struct text *t, usec d, bool sign);       /* 3.609375 s; sign: +0.000188 s */
usec calendar_offset(const struct calendar *c, instant at); /* what local time is ahead of UTC there */

#endif
