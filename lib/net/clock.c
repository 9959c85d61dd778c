#include "net/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static int64_t nanoseconds(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

instant clock_now(void)
{
    return (instant){nanoseconds(CLOCK_MONOTONIC) / 1000};
}

stamp clock_wall(void)
{
    return (stamp){nanoseconds(CLOCK_REALTIME)};
}

static char boot_id[BOOT_TEXT]; /* empty: not read yet */

static void read_boot_id(void)
{
    ssize_t n = -1;
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

    if (fd >= 0) {
        n = read(fd, boot_id, sizeof boot_id - 1);
        close(fd);
    }
    if (n > 0 && boot_id[n - 1] == '\n')
        n--;
    boot_id[n > 0 ? n : 0] = '\0';
}

bool clock_boot_id(char out[static BOOT_TEXT])
{
    if (boot_id[0] == '\0')
        read_boot_id();
    if (boot_id[0] == '\0') {
        memcpy(out, "unknown", sizeof "unknown");
        return false;
    }
    memcpy(out, boot_id, sizeof boot_id);
    return true;
}

void clock_prepare(void)
{
    read_boot_id();
    tzset();
}

void clock_event_now(struct clock_event *e, enum clock_source source)
{
    int64_t narrowest = INT64_MAX;

    memset(e, 0, sizeof *e);
    e->source = source;
    clock_boot_id(e->boot);
    /* Between two reads of the wall clock lies one of the steady clock: the narrowest of a few such pairs is the one
     * that nobody interrupted. */
    for (int i = 0; i < 5; i++) {
        int64_t before = nanoseconds(CLOCK_REALTIME);
        int64_t steady = nanoseconds(CLOCK_MONOTONIC);
        int64_t after = nanoseconds(CLOCK_REALTIME);

        if (after < before || after - before >= narrowest)
            continue;
        narrowest = after - before;
        /* mono is in whole microseconds: TIME is moved back by what that cuts off, so that the pair stays exact. */
        e->mono.us = steady / 1000;
        e->time.ns = before + narrowest / 2 - steady % 1000;
    }
}

size_t clock_format_human(char out[static STAMP_TEXT], stamp t)
{
    time_t seconds = (time_t)(t.ns / 1000000000);
    long fraction = (long)(t.ns % 1000000000);
    struct tm local;

    if (fraction < 0) {
        seconds--;
        fraction += 1000000000;
    }
    if (localtime_r(&seconds, &local) == NULL)
        return format_stamp(out, t);
    long east = local.tm_gmtoff / 60; /* RFC 3339 5.6: the offset has minutes and no seconds */
    long minutes = east < 0 ? -east : east;
    int n = snprintf(out, STAMP_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d.%09ld%c%02ld:%02ld", local.tm_year + 1900,
                     local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec, fraction,
                     east < 0 ? '-' : '+', minutes / 60, minutes % 60);
    return n > 0 && n < STAMP_TEXT ? (size_t)n : format_stamp(out, t);
}

bool clock_timer_open(struct clock_timer *t)
{
    *t = (struct clock_timer){timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), INSTANT_NEVER};
    return t->fd >= 0;
}

void clock_timer_set(struct clock_timer *t, instant deadline)
{
    struct itimerspec when = {0};

    if (deadline.us == t->deadline.us)
        return;
    t->deadline = deadline;
    if (deadline.us != INSTANT_NEVER.us) {
        /* All zero would disarm: what is long past becomes the first nanosecond of the boot. */
        int64_t us = deadline.us > 0 ? deadline.us : 0;

        when.it_value.tv_sec = (time_t)(us / SECOND);
        when.it_value.tv_nsec = us > 0 ? (long)(us % SECOND) * 1000 : 1;
    }
    timerfd_settime(t->fd, TFD_TIMER_ABSTIME, &when, NULL);
}

void clock_timer_ack(struct clock_timer *t)
{
    uint64_t expirations;
    ssize_t n = read(t->fd, &expirations, sizeof expirations);

    t->deadline = INSTANT_NEVER;
    (void)n; /* EAGAIN: it was set anew meanwhile */
}
