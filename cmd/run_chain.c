/* The life of a chain: it is watched, it ends, it is started again. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cmd/run.h"
#include "core/backoff.h"
#include "net/clock.h"
#include "net/process.h"

static const usec END_LIMIT = 5 * SECOND;  /* for the chain to end by itself */
static const usec TERM_LIMIT = 3 * SECOND; /* after TERM to all */

/* The chain ends from its head: what is Active resigns, and its addresses are removed. */
static void end(struct run *r)
{
    struct chain *c = &r->chain;
    if (c->state != CHAIN_RUNS)
        return;
    c->state = CHAIN_ENDS;
    c->due.us = r->now.us + END_LIMIT;
    if (c->head >= 0)
        close(c->head); /* or vrrp-listen would not see that vrrp-elect is gone */
    c->head = -1;
    child_kill(&c->fresh, SIGKILL);
}

void chain_start(struct run *r)
{
    struct chain *c = &r->chain;
    c->started = r->now;
    c->state = CHAIN_RUNS;
    c->spoke = false;
    c->pressed = 0;
    r->listened = r->plan.scope;
    keys_note(r);
    bool started = chain_start_stages(r);
    directory_name_holders(r);
    for (size_t i = 0; i < c->count; i++)
        lines_put(r, &c->stages[i]);
    status_write(r);
    if (!started) {
        end(r);
        c->due = r->now;
    }
}

/* --- Another vrrp-listen. --- */

/* The former one goes as soon as the fresh one listens: longer together, and each advert would be told twice. */
static void look_at_fresh(struct run *r)
{
    struct chain *c = &r->chain;
    struct child_end end;
    if (c->fresh.pid > 0 && run_is_ready(r, c->fresh.fd) && child_reap(&c->fresh, &end) && c->state == CHAIN_RUNS)
        cli_say("another %s did not start: the one that runs goes on", stage_names[STAGE_LISTEN]);
    if (c->fresh.pid > 0 && r->now.us >= c->fresh_by.us)
        child_kill(&c->fresh, SIGKILL);
    if (c->fresh.pid > 0 && c->state == CHAIN_RUNS && process_is_restricted(c->fresh.pid)) {
        child_kill(&c->stages[STAGE_LISTEN].child, SIGTERM);
        c->former = c->stages[STAGE_LISTEN].child;
        c->former_by.us = r->now.us + TERM_LIMIT;
        c->stages[STAGE_LISTEN].child = c->fresh;
        c->fresh = (struct child){.fd = -1};
        r->listened = c->wanted;
        chain_note(r, &c->stages[STAGE_LISTEN], NULL);
        directory_name_holders(r);
        status_write(r);
    }
    if (c->former.pid > 0 && r->now.us >= c->former_by.us)
        child_kill(&c->former, SIGKILL);
    if (c->former.pid > 0 && run_is_ready(r, c->former.fd))
        (void)child_reap(&c->former, &end);
}

/* --- Ending. --- */

static void signal_all(struct run *r, int signal)
{
    for (size_t i = 0; i < r->chain.count; i++)
        child_kill(&r->chain.stages[i].child, signal);
}

void chain_stop(struct run *r)
{
    struct chain *c = &r->chain;
    if (c->state == CHAIN_WAITS)
        c->state = CHAIN_OVER;
    end(r);
    child_kill(&c->stages[STAGE_LISTEN].child, SIGTERM);
}

void chain_force(struct run *r)
{
    if (r->chain.state == CHAIN_ENDS && r->chain.pressed == 0)
        r->chain.due = r->now;
}

static void press(struct run *r)
{
    struct chain *c = &r->chain;
    if (c->pressed == 0) {
        cli_say("the chain does not end: TERM to all");
        signal_all(r, SIGTERM);
    } else {
        cli_say("the chain does not end: KILL to all");
        signal_all(r, SIGKILL);
    }
    c->pressed++;
    c->due.us = r->now.us + TERM_LIMIT;
}

/* vrrp-listen that was asked to end before it could count signals has ended as it was asked to. */
static bool as_asked(const struct run *r, size_t number, int signal)
{
    return r->stopping && number == STAGE_LISTEN && signal == SIGTERM && r->chain.pressed == 0;
}

static void tell_end(const struct run *r, const struct stage *s, const struct child_end *end)
{
    unsigned long pid = (unsigned long)s->event.pid;
    if (end->error)
        cli_say("%s: %s: %s", s->event.name, s->path, strerror(end->error));
    else if (end->signal)
        cli_say("%s (pid %lu) was killed by signal %d (%s)", s->event.name, pid, end->signal, strsignal(end->signal));
    else if (end->status != EXIT_DONE || !r->stopping)
        cli_say("%s (pid %lu) ended with exit status %d", s->event.name, pid, end->status);
}

static void reap(struct run *r)
{
    struct child_end how;
    for (size_t i = 0; i < r->chain.count; i++) {
        struct stage *s = &r->chain.stages[i];
        if (s->child.pid <= 0 || !run_is_ready(r, s->child.fd) || !child_reap(&s->child, &how))
            continue;
        if (!as_asked(r, i, how.signal))
            tell_end(r, s, &how);
        end(r);
        chain_note(r, s, &how);
    }
}

static bool all_gone(const struct chain *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->stages[i].child.pid > 0)
            return false;
    return c->fresh.pid <= 0 && c->former.pid <= 0;
}

/* The worst of their exit statuses; a signal is the system's doing. */
static int worst(const struct run *r)
{
    unsigned status = EXIT_DONE;
    for (size_t i = 0; i < r->chain.count; i++) {
        const struct stage_event *e = &r->chain.stages[i].event;
        unsigned one = !e->ended || e->error || e->signal > 0 || e->status > EXIT_SYSTEM ? EXIT_SYSTEM : e->status;
        if (as_asked(r, i, (int)e->signal))
            one = EXIT_DONE;
        status = status == EXIT_USAGE || (one != EXIT_USAGE && status > one) ? status : one;
    }
    return (int)status;
}

static void plan_restart(struct run *r)
{
    struct chain *c = &r->chain;
    c->delay = backoff(c->delay, r->now.us - c->started.us);
    c->state = CHAIN_WAITS;
    c->due.us = r->now.us + c->delay;
    if (c->delay > 0)
        cli_say("the chain is started again in %lld.%lld s", (long long)(c->delay / SECOND),
                (long long)(c->delay % SECOND / (100 * MILLISECOND)));
    else
        cli_say("the chain is started again");
}

/* In the order in which they came. */
static void put_ends(struct run *r)
{
    const struct chain *c = &r->chain;
    bool put[STAGES] = {false};
    for (size_t n = 0; n < c->count; n++) {
        size_t first = STAGES;
        for (size_t i = 0; i < c->count; i++)
            if (!put[i] && (first == STAGES || c->stages[i].at.ns < c->stages[first].at.ns))
                first = i;
        put[first] = true;
        lines_put(r, &c->stages[first]);
    }
}

/* All are gone, and their last lines were read. One that never said a word would not the next time either. */
static void over(struct run *r)
{
    struct chain *c = &r->chain;
    int status = worst(r);
    lines_read(r);
    if (c->out.fd >= 0)
        close(c->out.fd);
    inlet_init(&c->out, -1);
    put_ends(r);
    sides_forget_states(r);
    reload_chain_over(r);
    status_write(r);
    if (!r->stopping && status != EXIT_DONE && c->proved) {
        plan_restart(r);
        return;
    }
    c->state = CHAIN_OVER;
    r->exit_status = status == EXIT_USAGE && c->proved ? EXIT_SYSTEM : status;
    if (!r->stopping && status == EXIT_DONE)
        cli_say("the router was stopped");
}

void chain_turn(struct run *r)
{
    struct chain *c = &r->chain;
    reap(r);
    look_at_fresh(r);
    if (c->state == CHAIN_ENDS && all_gone(c))
        over(r);
    if (c->state == CHAIN_ENDS && r->now.us >= c->due.us)
        press(r);
    if (c->state == CHAIN_WAITS && r->now.us >= c->due.us)
        chain_start(r);
}

instant chain_deadline(const struct run *r)
{
    const struct chain *c = &r->chain;
    if (c->fresh.pid > 0) /* it tells nobody that it listens */
        return (instant){r->now.us + MILLISECOND};
    instant due = c->state == CHAIN_WAITS || c->state == CHAIN_ENDS ? c->due : INSTANT_NEVER;
    return c->former.pid > 0 && c->former_by.us < due.us ? c->former_by : due;
}
