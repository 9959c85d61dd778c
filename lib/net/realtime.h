/* Real-time priority, and memory that is never paged out: what is touched for the first time at a failover is there. */
#ifndef NET_REALTIME_H
#define NET_REALTIME_H

#include <stdbool.h>

enum { REALTIME_LEAST = 1, REALTIME_MOST = 99 };

enum realtime_refusal {
    REALTIME_DONE,
    REALTIME_NO_PRIORITY, /* CAP_SYS_NICE, or a limit on real-time priority, is missing (EPERM), ... */
    REALTIME_NO_MEMORY,   /* the same with CAP_IPC_LOCK, or no limit on locked memory */
};

/* SCHED_FIFO for this process and none that it starts, and all its memory is locked, what it has and what it will have.
 * A limit on locked memory is lifted where it may be; where not, CAP_IPC_LOCK has to be kept (*keep) as long as it runs, or
 * there would be no more memory some day. Both or, with errno, nothing. */
enum realtime_refusal realtime_take(int priority, bool *keep);
/* Would it be, in a process with the rights and limits of this one? */
enum realtime_refusal realtime_ask(int priority);

#endif
