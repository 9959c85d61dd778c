/* The two clocks, the boot's name, absolute timers, and time as people read it. */
#ifndef NET_CLOCK_H
#define NET_CLOCK_H

#include "core/event.h"
#include "core/units.h"

instant clock_now(void);                        /* CLOCK_MONOTONIC */
stamp clock_wall(void);                         /* CLOCK_REALTIME */
bool clock_boot_id(char out[static BOOT_TEXT]); /* false, and "unknown", when the kernel does not say */
/* Reads what there is in files, the boot's name and the time zone: nothing here opens one afterwards. */
void clock_prepare(void);
/* A `clock` event of this moment: both clocks read as closely together as can be. */
void clock_event_now(struct clock_event *e, enum clock_source source);
size_t clock_format_human(char out[static STAMP_TEXT], stamp t); /* RFC 3339, local time zone: for writer.format_time */

/* A timerfd on the steady clock, absolute. */
struct clock_timer {
    int fd;           /* readable once the deadline has come */
    instant deadline; /* that it is set to; INSTANT_NEVER: none */
};
bool clock_timer_open(struct clock_timer *t); /* false: errno, and fd is -1 */
/* INSTANT_NEVER disarms; in the past: readable at once. The kernel is told of another deadline only: that may cost more
 * than the rest of a turn. */
void clock_timer_set(struct clock_timer *t, instant deadline);
void clock_timer_ack(struct clock_timer *t); /* when it was readable, or to forget the deadline */

#endif
