/* --replace: whoever holds the lock is asked to go, and made to. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cmd/run.h"
#include "net/clock.h"
#include "net/lock_file.h"

static const usec PATIENCE = 20 * SECOND; /* longer than a vrrp-run waits for its own */
static const usec AFTER_KILL = 2 * SECOND;
enum { LOOK_EVERY = 20 * 1000 }; /* µs */

struct replaced {
    struct holder holders[HOLDERS]; /* that were asked */
    size_t count;
    bool killed;
    instant end;
};

/* A vrrp-run ends its own. What one has left behind ends cleanly when all are asked at once, as by Ctrl-C. */
static void send_to(const struct holder *holders, size_t count, int signal)
{
    bool one = signal == SIGTERM && strcmp(holders[0].name, program.name) == 0;
    for (size_t i = 0; i < (one ? 1 : count); i++) {
        cli_say("%s (pid %ld) is %s", holders[i].name, (long)holders[i].pid,
                signal == SIGTERM ? "asked to end" : "killed");
        if (kill(holders[i].pid, signal) < 0)
            cli_say("%s (pid %ld): %s", holders[i].name, (long)holders[i].pid, strerror(errno));
    }
}

static bool was_asked(const struct replaced *old, pid_t pid)
{
    for (size_t i = 0; i < old->count; i++)
        if (old->holders[i].pid == pid)
            return true;
    return false;
}

/* Another one that replaces may be faster: then that one is to be replaced. */
static void press(const struct run *r, struct replaced *old)
{
    struct holder holders[HOLDERS];
    size_t count = lock_file_holders(r->lock, holders);
    instant now = clock_now();
    if (count > 0 && !was_asked(old, holders[0].pid)) {
        send_to(holders, count, SIGTERM);
        *old = (struct replaced){.count = count, .end = {now.us + PATIENCE}};
        memcpy(old->holders, holders, sizeof holders);
    } else if (now.us >= old->end.us) {
        if (count == 0 || old->killed)
            cli_die(EXIT_NO, "%s: those who run here do not end", r->options.directory);
        send_to(holders, count, SIGKILL);
        old->killed = true;
        old->end.us = now.us + AFTER_KILL;
    }
}

void directory_replace(struct run *r)
{
    struct replaced old = {.end = {clock_now().us + AFTER_KILL}};
    for (; !lock_file_take(r->lock); usleep(LOOK_EVERY))
        press(r, &old);
}
