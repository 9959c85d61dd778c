/* Those beside the chain: vrrp-log and vrrp-hook, each with a pipe of its own, and whoever reads a FIFO (run_fifo.c). They
 * have a copy of the lines. One that is slow, hangs or dies loses lines; a program is started again alone. */
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

/* --- Lines. --- */

static void put(struct side *s, enum level_kind kind, const struct identity *id, const char *line, size_t len)
{
    if (!outlet_put(&s->outlet, kind, id, line, len))
        s->lost++;
}

/* What is written to a FIFO while nobody reads it is for nobody. A program that is about to be started gets it. */
static bool waits_in_vain(const struct side *s)
{
    return s->fifo && s->outlet.fd < 0;
}

void sides_put(struct run *r, const char *line, size_t len, bool heard)
{
    for (size_t i = 0; i < r->side_count; i++) {
        struct side *s = &r->sides[i];
        if (heard && !s->all)
            continue;
        if (waits_in_vain(s))
            s->lost += s->was_read;
        else
            put(s, LEVEL_DROPPABLE, NULL, line, len);
    }
}

void sides_put_state(struct run *r, const char *line, size_t len, const struct state_event *e)
{
    enum level_kind kind = e->to == ROUTER_ACTIVE ? LEVEL_STATE_ACTIVE : LEVEL_STATE_AWAY;
    for (size_t i = 0; i < r->side_count; i++) {
        struct side *s = &r->sides[i];
        if (s->all) {
            put(s, LEVEL_DROPPABLE, NULL, line, len);
            continue;
        }
        if (s->outlet.fd >= 0) /* who takes lines gets each of them, and not the newest only */
            (void)outlet_flush(&s->outlet, clock_wall());
        put(s, kind, &e->id, line, len);
    }
    if (e->to == ROUTER_INIT)
        levels_forget(r->states, &e->id);
    else
        (void)levels_put(r->states, kind, &e->id, line, len);
}

/* What waits for nobody goes, too: he would take it for what is. */
void sides_forget_states(struct run *r)
{
    levels_take(r->states, SIZE_MAX);
    for (size_t i = 0; i < r->side_count; i++)
        if (waits_in_vain(&r->sides[i]))
            levels_take(r->sides[i].outlet.levels, SIZE_MAX);
}

static void put_newest(void *context, const struct identity *id, const char *line, size_t len)
{
    put(context, LEVEL_STATE_ACTIVE, id, line, len);
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

void side_begin(struct run *r, struct side *s, int fd)
{
    s->outlet.fd = fd;
    s->outlet.pipe = true;
    tell_lost(s);
    if (!s->all)
        levels_each(r->states, put_newest, s);
}

static void close_pipe(struct side *s)
{
    if (s->outlet.fd >= 0)
        close(s->outlet.fd);
    s->outlet.fd = -1;
}

/* A line may be half written: what follows would be its other half to the next one. */
void side_end(struct side *s)
{
    struct outlet fresh;
    close_pipe(s);
    for (struct span waiting; !levels_empty(s->outlet.levels); levels_take(s->outlet.levels, waiting.len)) {
        waiting = levels_head(s->outlet.levels, PIPE_BUF);
        for (size_t i = 0; i < waiting.len; i++)
            s->lost += waiting.at[i] == '\n';
    }
    s->lost += s->outlet.lost + levels_dropped(s->outlet.levels);
    if (!outlet_open(&fresh, -1, program.name, false))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    outlet_close(&s->outlet);
    s->outlet = fresh;
}

/* --- Programs. --- */

static void start(struct run *r, struct side *s)
{
    int ends[2] = {-1, -1}, error = 0;
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
        s->delay = backoff(s->delay, 0);
        s->due.us = r->now.us + s->delay;
        return;
    }
    side_begin(r, s, ends[1]);
}

static void ended(struct run *r, struct side *s, pid_t pid, const struct child_end *how)
{
    if (how->error)
        cli_say("%s: %s", s->path, strerror(how->error));
    else if (how->signal)
        cli_say("%s (pid %ld) was killed by signal %d (%s)", s->argv[0], (long)pid, how->signal,
                strsignal(how->signal));
    else if (how->status != EXIT_DONE || r->end.us == INSTANT_NEVER.us)
        cli_say("%s (pid %ld) ended with exit status %d", s->argv[0], (long)pid, how->status);
    side_end(s);
    s->delay = backoff(s->delay, r->now.us - s->started.us);
    s->due.us = r->now.us + s->delay;
}

static void look_after(struct run *r, struct side *s)
{
    struct child_end how;
    pid_t pid = s->child.pid;
    if (pid > 0 && run_is_ready(r, s->child.fd) && child_reap(&s->child, &how))
        ended(r, s, pid, &how);
    if (s->child.pid <= 0 && r->end.us == INSTANT_NEVER.us && r->now.us >= s->due.us)
        start(r, s);
}

/* --- All. --- */

void sides_turn(struct run *r)
{
    bool ending = r->end.us != INSTANT_NEVER.us;
    for (size_t i = 0; i < r->side_count; i++) {
        struct side *s = &r->sides[i];
        if (s->fifo)
            fifo_turn(r, s);
        else
            look_after(r, s);
        /* A program that is gone is seen through its pidfd. */
        if (s->outlet.fd >= 0 && outlet_flush(&s->outlet, clock_wall()) == OUTLET_DONE && ending)
            close_pipe(s);
    }
}

static bool is_there(const struct side *s)
{
    return s->fifo ? s->outlet.fd >= 0 : s->child.pid > 0;
}

bool sides_ended(const struct run *r)
{
    for (size_t i = 0; i < r->side_count; i++)
        if (is_there(&r->sides[i]))
            return false;
    return true;
}

void sides_tell_late(const struct run *r)
{
    for (size_t i = 0; i < r->side_count; i++) {
        const struct side *s = &r->sides[i];
        if (is_there(s) && s->fifo)
            cli_say("--events %s: its reader does not read: the last lines are lost", s->fifo);
        else if (is_there(s))
            cli_say("%s (pid %ld) is not ready: it is left to end by itself", s->argv[0], (long)s->child.pid);
    }
}

instant sides_deadline(const struct run *r)
{
    instant due = INSTANT_NEVER;
    for (size_t i = 0; i < r->side_count; i++)
        if (!is_there(&r->sides[i]) && r->sides[i].due.us < due.us)
            due = r->sides[i].due;
    return r->end.us != INSTANT_NEVER.us ? INSTANT_NEVER : due;
}
