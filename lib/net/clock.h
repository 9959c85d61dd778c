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
int clock_timer_open(void);                     /* -1: errno */
void clock_timer_set(int fd, instant deadline); /* INSTANT_NEVER disarms; in the past: readable at once */
void clock_timer_ack(int fd);

#endif
