/* Waiting for many descriptors and one deadline. What is ready costs, what is not does not: with 32 rings poll(2) alone
 * would take as long as all the rest of a turn. Through epoll and a timer on the steady clock. */
#ifndef NET_WAKEUP_H
#define NET_WAKEUP_H

#include <stdbool.h>
#include <stddef.h>

#include "net/clock.h"

struct wakeup {
    int epoll;
    struct clock_timer timer;
};

enum { WAKEUP_MOST = 64 }; /* told of at once; the others the next time */

struct wakeup_event {
    unsigned id;
    unsigned events; /* EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP */
};

bool wakeup_open(struct wakeup *w); /* false: errno */
void wakeup_close(struct wakeup *w);
/* id is the caller's. events 0: errors alone. A regular file is always ready and is not waited for: true. False: errno. */
bool wakeup_add(struct wakeup *w, int fd, unsigned id, unsigned events);
void wakeup_change(struct wakeup *w, int fd, unsigned id, unsigned events);
/* Until something is ready or the deadline has come (in the past: only looks; INSTANT_NEVER: none). Returns how many of
 * out are filled, at most WAKEUP_MOST; 0 at the deadline or after a signal. */
size_t wakeup_wait(struct wakeup *w, instant deadline, struct wakeup_event out[static WAKEUP_MOST]);

#endif
