#include "net/signals.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum {
    PATIENCE_US = 2000000, /* how long a filter may go on to end of input after the first INT or TERM */
    STAGE_US = 250000,     /* and so much longer for each filter that stands before it */
    DOUBLE_US = 1000000,   /* terminals and supervisors send the same request more than once: within this it is one */
};

static long long now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static bool takes_hangups(enum signals_role role)
{
    return role <= SIGNALS_RUN || role == SIGNALS_SECOND_FILTER_HUP;
}

/* How many filters stand before it. */
static int filters_before(enum signals_role role)
{
    return (role == SIGNALS_SECOND_FILTER_HUP ? SIGNALS_SECOND_FILTER : (int)role) - SIGNALS_FILTER;
}

bool signals_open(struct signals *s, enum signals_role role)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, deliver = {.sa_handler = SIG_DFL};
    sigset_t wanted;

    *s = (struct signals){.fd = -1, .role = role};
    /* A shell starts a background pipeline with INT ignored, and nohup with HUP ignored: an ignored signal never reaches
     * a signalfd, so the dispositions are set here whatever was inherited. */
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGINT);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &wanted, NULL) < 0)
        return false;
    if (sigaction(SIGINT, &deliver, NULL) < 0 || sigaction(SIGTERM, &deliver, NULL) < 0 ||
        sigaction(SIGHUP, takes_hangups(role) ? &deliver : &ignore, NULL) < 0 || sigaction(SIGPIPE, &ignore, NULL) < 0)
        return false;
    s->fd = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    return s->fd >= 0;
}

static void count_one(struct signals *s, long long now)
{
    if (s->count == 0)
        s->first_us = now;
    else if (now - s->last_us < DOUBLE_US)
        return;
    if (++s->count == 2)
        s->second_us = now;
    s->last_us = now;
}

instant signals_deadline(const struct signals *s)
{
    if (s->role == SIGNALS_SOURCE || s->count == 0)
        return INSTANT_NEVER;
    if (s->role == SIGNALS_RUN)
        return s->count > 1 ? (instant){s->second_us} : INSTANT_NEVER;
    long long at = s->first_us + PATIENCE_US;
    if (s->count > 1 && s->second_us < at)
        at = s->second_us;
    return (instant){at + (long long)filters_before(s->role) * STAGE_US};
}

bool signals_stop(struct signals *s)
{
    struct signalfd_siginfo got;
    long long now = now_us();

    while (read(s->fd, &got, sizeof got) == (ssize_t)sizeof got) {
        if (s->role == SIGNALS_SOURCE || got.ssi_signo != SIGHUP)
            count_one(s, now);
        else
            s->hangups++;
    }
    if (s->role == SIGNALS_SOURCE)
        return s->count > 0;
    return now >= signals_deadline(s).us;
}
