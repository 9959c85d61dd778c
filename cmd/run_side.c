/* Programs beside the chain: vrrp-log and vrrp-hook. Each has a pipe of its own with a copy of the lines. One that is
 * slow, hangs or dies loses lines; it is started again alone. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/run.h"
#include "core/backoff.h"
#include "net/clock.h"
#include "net/process.h"

void side_add(struct run *r, const char *name, char **words, size_t count, bool all)
{
    struct side *s = &r->sides[r->side_count++];
    if (!process_find_program(name, s->path, sizeof s->path))
        cli_die(EXIT_SYSTEM, "%s: %s", name, strerror(errno));
    s->argv[0] = strrchr(s->path, '/') + 1;
    memcpy(s->argv + 1, words, count * sizeof *words);
    s->all = all;
    s->child = (struct child){.fd = -1};
    if (!outlet_open(&s->outlet, -1, program.name, false))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
}

void sides_put(struct run *r, const char *line, size_t len, bool heard)
{
    for (size_t i = 0; i < r->side_count; i++) {
        struct side *s = &r->sides[i];
        if ((s->all || !heard) && !outlet_put(&s->outlet, LEVEL_DROPPABLE, NULL, line, len))
            s->lost++;
    }
}

static void close_pipe(struct side *s)
{
    if (s->outlet.fd >= 0)
        close(s->outlet.fd);
    s->outlet.fd = -1;
}

static void tell_lost(struct side *s)
{
    char text[128];
    struct writer w = {.buffer = text, .size = sizeof text};
    if (s->lost == 0)
        return;
    write_lost(&w, clock_wall(), program.name, s->lost);
    if (outlet_put(&s->outlet, LEVEL_KEEP, NULL, text, w.length))
        s->lost = 0;
}

static void start(struct run *r, struct side *s)
{
    int ends[2], error = 0;
    s->started = r->now;
    if (pipe2(ends, O_CLOEXEC) < 0)
        error = errno;
    struct child_command command = {
        .path = s->path, .argv = s->argv, .envp = environ, .in = ends[0], .out = -1, .err = STDERR_FILENO};
    if (!error) {
        error = child_start(&s->child, &command);
        close(ends[0]);
        if (error)
            close(ends[1]);
    }
    if (error) {
        cli_say("%s: %s", s->argv[0], strerror(error));
        s->due.us = r->now.us + SECOND;
        return;
    }
    s->outlet.fd = ends[1];
    s->outlet.pipe = true;
    tell_lost(s);
}

/* A line may be half written: what follows would be its other half to the next one. */
static void forget_lines(struct side *s)
{
    struct outlet fresh;
    for (struct span waiting; !levels_empty(s->outlet.levels); levels_take(s->outlet.levels, waiting.len)) {
        waiting = levels_head(s->outlet.levels, PIPE_BUF);
        for (size_t i = 0; i < waiting.len; i++)
            s->lost += waiting.at[i] == '\n';
    }
    s->lost += levels_dropped(s->outlet.levels);
    if (!outlet_open(&fresh, -1, program.name, false))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    outlet_close(&s->outlet);
    s->outlet = fresh;
}

static void ended(struct run *r, struct side *s, pid_t pid, const struct child_end *how)
{
    close_pipe(s);
    if (how->error)
        cli_say("%s: %s", s->path, strerror(how->error));
    else if (how->signal)
        cli_say("%s (pid %ld) was killed by signal %d (%s)", s->argv[0], (long)pid, how->signal,
                strsignal(how->signal));
    else if (how->status != EXIT_DONE || r->end.us == INSTANT_NEVER.us)
        cli_say("%s (pid %ld) ended with exit status %d", s->argv[0], (long)pid, how->status);
    forget_lines(s);
    s->delay = backoff(s->delay, r->now.us - s->started.us);
    s->due.us = r->now.us + s->delay;
}

static void turn(struct run *r, struct side *s)
{
    bool ending = r->end.us != INSTANT_NEVER.us;
    struct child_end how;
    pid_t pid = s->child.pid;
    if (pid > 0 && run_is_ready(r, s->child.fd) && child_reap(&s->child, &how))
        ended(r, s, pid, &how);
    if (s->child.pid <= 0 && !ending && r->now.us >= s->due.us)
        start(r, s);
    /* One that is gone is seen through its pidfd. */
    if (s->outlet.fd >= 0 && outlet_flush(&s->outlet, clock_wall()) == OUTLET_DONE && ending)
        close_pipe(s);
}

void sides_turn(struct run *r)
{
    for (size_t i = 0; i < r->side_count; i++)
        turn(r, &r->sides[i]);
}

bool sides_ended(const struct run *r)
{
    for (size_t i = 0; i < r->side_count; i++)
        if (r->sides[i].child.pid > 0)
            return false;
    return true;
}

instant sides_deadline(const struct run *r)
{
    instant due = INSTANT_NEVER;
    for (size_t i = 0; i < r->side_count; i++)
        if (r->sides[i].child.pid <= 0 && r->sides[i].due.us < due.us)
            due = r->sides[i].due;
    return r->end.us != INSTANT_NEVER.us ? INSTANT_NEVER : due;
}
