#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/hook.h"
#include "net/clock.h"

static const usec AGAIN = SECOND; /* when there is no process to be had */

/* What a command gets as its own arguments behind those of the user. They point into *n, or are constant. */
static size_t arguments(const struct errand *e, const struct line *l, struct notify *n,
                        const char *out[static NOTIFY_ARGUMENTS])
{
    struct state_event state;
    struct prefix_buffer buffer;
    struct span group;
    const char *where;
    if (e->what < HOOK_INSTANCE) {
        out[0] = hook_events[e->what];
        return 1;
    }
    if (e->what & HOOK_GROUP && line_get(l, "group", &group))
        notify_group(n, group, (enum notify_state)(e->what & HOOK_STATE));
    else if (read_state(l, &state, &buffer, &where))
        notify_instance(n, l, &state);
    notify_arguments(n, out);
    return NOTIFY_ARGUMENTS;
}

/* The words of the command, and behind those of COMMAND what it is told. */
static void set_words(struct hook_run *r, const char *const *more, size_t count)
{
    struct text label = {.at = r->label, .size = sizeof r->label};
    struct hook_command *c = r->of;
    for (size_t i = 0; i < count; i++)
        c->argv[c->count + i] = (char *)more[i]; /* exec takes a copy */
    c->argv[c->count + count] = NULL;
    for (size_t i = 0; c->argv[i] != NULL; i++) {
        text_word(&label, i > 0 ? " " : "");
        text_word(&label, c->argv[i]);
    }
}

static char *const *environment(struct hook *h, const struct line *l)
{
    char when[STAMP_TEXT];
    stamp time = l->has_time ? l->time : clock_wall();
    when[clock_format_human(when, time)] = '\0';
    hook_environment(&h->environment, h->host, l, time, when);
    memcpy(h->envp + h->inherited, h->environment.variables, (h->environment.count + 1) * sizeof *h->envp);
    return h->envp;
}

/* Starts what r->of says. When there is no process to be had it is tried again. */
static void launch(struct hook *h, struct hook_run *r)
{
    struct line l;
    struct span where;
    struct notify n = {0};
    const char *more[NOTIFY_ARGUMENTS];
    bool general = r->of == &h->commands[NOTIFY_NONE];
    (void)line_parse(&l, r->errand->text.at, r->errand->text.len, &where); /* it was well-formed before */
    set_words(r, more, general ? arguments(r->errand, &l, &n, more) : 0);
    struct child_command command = {
        .path = r->of->path,
        .argv = r->of->argv,
        .envp = environment(h, &l),
        .in = -1,
        .out = h->output.out,
        .err = h->output.out,
    };
    int error = child_start(&r->child, &command);
    r->tried = h->now;
    r->killed = false;
    if (error != 0)
        hook_say(h, "%s: cannot be started: %s; it is tried again", r->label, strerror(error));
}

/* The next command of its errand; or the errand is done. First that of the state, then COMMAND. */
static void advance(struct hook *h, struct hook_run *r)
{
    r->of = NULL;
    if (!r->special && (r->errand->what & HOOK_INSTANCE))
        r->of = &h->commands[r->errand->what & HOOK_STATE];
    r->special = true;
    if (!r->of || !r->of->argv) {
        r->of = r->general ? NULL : &h->commands[NOTIFY_NONE];
        r->general = true;
    }
    if (h->over || !r->of || !r->of->argv) {
        errands_done(h->errands, r->errand);
        r->errand = NULL;
        return;
    }
    r->since = h->now;
    launch(h, r);
}

static void tell_replaced(struct hook *h, const struct errand *e)
{
    if (e->replaced > 0)
        hook_say(h, "%s: %" PRIu64 " older state%s passed over: a newer one came before its turn", errand_key(e),
                 e->replaced, e->replaced == 1 ? " was" : "s were");
}

/* The next errand for which there is something to run. False: there is none. */
static bool begin(struct hook *h, struct hook_run *r)
{
    for (struct errand *e; (e = errands_next(h->errands)) != NULL;) {
        *r = (struct hook_run){.errand = e, .child.fd = -1};
        advance(h, r);
        if (r->errand) {
            tell_replaced(h, e);
            return true;
        }
    }
    return false;
}

void hook_start(struct hook *h)
{
    bool more = !h->over;
    for (size_t i = 0; i < HOOK_RUNS; i++) {
        struct hook_run *r = &h->runs[i];
        if (r->errand && r->child.fd < 0 && h->now.us - r->tried.us >= AGAIN)
            launch(h, r);
        if (!r->errand && more)
            more = begin(h, r);
    }
}

static void tell_end(struct hook *h, struct hook_run *r, const struct child_end *end)
{
    if (end->error == 0)
        r->of->told = false;
    if (r->killed) /* said by then */
        return;
    if (end->error != 0 && !r->of->told) {
        r->of->told = true;
        cli_say("%s: cannot be executed: %s%s (told once)", r->of->path, strerror(end->error),
                end->error == ENOEXEC ? "; a script begins with #!/bin/sh" : "");
    } else if (end->signal != 0) {
        hook_say(h, "%s: ended by signal %d, %s", r->label, end->signal, strsignal(end->signal));
    } else if (end->status != 0) {
        hook_say(h, "%s: exit status %d", r->label, end->status);
    }
}

void hook_reap(struct hook *h)
{
    for (size_t i = 0; i < HOOK_RUNS; i++) {
        struct hook_run *r = &h->runs[i];
        struct child_end end;
        if (!r->ended)
            continue;
        r->ended = false;
        if (!child_reap(&r->child, &end))
            continue;
        tell_end(h, r, &end);
        advance(h, r);
    }
}

/* At the end the last state has to have its turn: what it waits for has half of the time. */
static instant run_deadline(const struct hook *h, const struct hook_run *r)
{
    instant at = {r->since.us + h->limit};
    if (h->ending) {
        instant end = hook_end(h);
        if (errand_is_followed(r->errand))
            end.us -= (end.us - h->ended_at.us) / 2;
        at = end.us < at.us ? end : at;
    }
    return at;
}

void hook_kill_late(struct hook *h)
{
    char limit[DURATION_TEXT];
    limit[format_duration(limit, h->limit)] = '\0';
    for (size_t i = 0; i < HOOK_RUNS; i++) {
        struct hook_run *r = &h->runs[i];
        if (!r->errand || r->killed || (!h->over && h->now.us < run_deadline(h, r).us))
            continue;
        if (h->now.us - r->since.us >= h->limit)
            hook_say(h, "%s: not done after %s: killed", r->label, limit);
        else
            hook_say(h, "%s: not done at the end: killed", r->label);
        r->killed = true;
        if (r->child.fd >= 0)
            child_kill(&r->child, SIGKILL);
        else
            advance(h, r);
    }
}

instant hook_deadline(const struct hook *h)
{
    if (h->over)
        return (instant){h->over_at.us + HOOK_DYING};
    instant first = h->ending ? hook_end(h) : INSTANT_NEVER;
    for (size_t i = 0; i < HOOK_RUNS; i++) {
        const struct hook_run *r = &h->runs[i];
        if (!r->errand || r->killed)
            continue;
        instant at = run_deadline(h, r);
        if (r->child.fd < 0 && r->tried.us + AGAIN < at.us)
            at.us = r->tried.us + AGAIN;
        first = at.us < first.us ? at : first;
    }
    return first;
}

size_t hook_running(const struct hook *h)
{
    size_t count = 0;
    for (size_t i = 0; i < HOOK_RUNS; i++)
        count += h->runs[i].errand != NULL;
    return count;
}
