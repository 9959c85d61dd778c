#include "net/wakeup.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#define TIMER_ID UINT32_MAX

bool wakeup_open(struct wakeup *w)
{
    bool timer = clock_timer_open(&w->timer);

    w->epoll = epoll_create1(EPOLL_CLOEXEC);
    return timer && w->epoll >= 0 && wakeup_add(w, w->timer.fd, TIMER_ID, EPOLLIN);
}

void wakeup_close(struct wakeup *w)
{
    if (w->epoll >= 0)
        close(w->epoll);
    if (w->timer.fd >= 0)
        close(w->timer.fd);
}

bool wakeup_add(struct wakeup *w, int fd, unsigned id, unsigned events)
{
    struct epoll_event event = {.events = events, .data.u32 = id};

    return epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &event) == 0 || errno == EPERM;
}

void wakeup_change(struct wakeup *w, int fd, unsigned id, unsigned events)
{
    struct epoll_event event = {.events = events, .data.u32 = id};

    epoll_ctl(w->epoll, EPOLL_CTL_MOD, fd, &event); /* ENOENT: a regular file */
}

size_t wakeup_wait(struct wakeup *w, instant deadline, struct wakeup_event out[static WAKEUP_MOST])
{
    struct epoll_event events[WAKEUP_MOST];
    bool look = deadline.us != INSTANT_NEVER.us && deadline.us <= clock_now().us;
    size_t count = 0;

    if (!look)
        clock_timer_set(&w->timer, deadline);
    int n = epoll_wait(w->epoll, events, WAKEUP_MOST, look ? 0 : -1);

    for (int i = 0; i < n; i++) {
        if (events[i].data.u32 == TIMER_ID) {
            clock_timer_ack(&w->timer);
            continue;
        }
        out[count++] = (struct wakeup_event){events[i].data.u32, events[i].events};
    }
    return count;
}
