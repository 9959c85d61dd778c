/* The stages of vrrp-listen | vrrp-elect | vrrp-advert | vip-follow: their words, their pipes, their priority. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/run.h"
#include "net/clock.h"
#include "net/process.h"

static const usec LISTEN_LIMIT = 5 * SECOND; /* for a vrrp-listen to be ready */

const char *const stage_names[STAGES] = {
    [STAGE_LISTEN] = "vrrp-listen",
    [STAGE_ELECT] = "vrrp-elect",
    [STAGE_ADVERT] = "vrrp-advert",
    [STAGE_FOLLOW] = "vip-follow",
};

void chain_find(struct run *r)
{
    struct chain *c = &r->chain;
    c->count = r->options.shadow ? STAGE_ELECT + 1 : STAGES;
    c->head = -1;
    inlet_init(&c->out, -1);
    c->fresh = c->former = (struct child){.fd = -1};
    for (size_t i = 0; i < STAGES; i++) {
        struct stage *s = &c->stages[i];
        s->child = (struct child){.fd = -1};
        s->event.name = stage_names[i];
        if (i < c->count && !process_find_program(stage_names[i], s->path, sizeof s->path))
            cli_die(EXIT_SYSTEM, "%s: %s", stage_names[i], strerror(errno));
    }
}

/* --- The words of each. --- */

struct words {
    const char *list[RUN_INTERFACES + 14];
    size_t count;
    char priority[4];
    char filter[SCOPE_WORD]; /* one of them */
};

static void add(struct words *w, const char *word)
{
    w->list[w->count++] = word;
}

static void priority_words(struct words *w, const struct run *r)
{
    if (r->options.priority == 0)
        return;
    snprintf(w->priority, sizeof w->priority, "%d", r->options.priority);
    add(w, "-R");
    add(w, w->priority);
}

static void key_words(struct words *w, const struct run *r)
{
    if (!r->options.keys)
        return;
    add(w, "-k");
    add(w, r->options.keys);
}

/* Who announces which address is for a log: nobody else reads it. */
static void listen_words(struct words *w, const struct run *r, const struct scope *scope)
{
    for (size_t i = 0; i < scope->count; i++)
        add(w, scope->interfaces[i]);
    if (scope_word(scope, w->filter))
        add(w, w->filter);
    if (!r->options.log)
        add(w, "event!=announce");
    key_words(w, r);
}

static void control_words(struct words *w, const struct run *r)
{
    add(w, "-C");
    add(w, r->control_path);
}

static void elect_words(struct words *w, const struct run *r, const char *file)
{
    if (r->options.log)
        add(w, "-p");
    if (r->options.shadow)
        add(w, "--shadow");
    control_words(w, r);
    add(w, "-f");
    add(w, file);
}

static void stage_words(struct words *w, const struct run *r, size_t number, const char *file)
{
    add(w, stage_names[number]);
    priority_words(w, r);
    if (number == STAGE_LISTEN)
        listen_words(w, r, &r->plan.scope);
    else if (number == STAGE_ELECT)
        elect_words(w, r, file);
    else if (number == STAGE_ADVERT)
        key_words(w, r);
    else if (number == STAGE_FOLLOW)
        control_words(w, r); /* track=vip:NAME */
}

/* For all of them or for none: one that has it would keep those from running that it waits for. */
void chain_ask_for_priority(struct run *r)
{
    struct run_options *o = &r->options;
    enum realtime_refusal refusal = o->priority > 0 ? realtime_ask(o->priority) : REALTIME_DONE;
    if (refusal == REALTIME_DONE)
        return;
    cli_say("-R %d: %s%s: the stages run without%s", o->priority,
            refusal == REALTIME_NO_MEMORY ? "memory cannot be locked: " : "", strerror(errno),
            cli_realtime_hint(refusal));
    o->priority = 0;
}

void chain_print(const struct run *r)
{
    for (size_t i = 0; i < r->chain.count; i++) {
        struct words w = {.count = 0};
        stage_words(&w, r, i, r->options.file);
        printf("%s", i > 0 ? " | " : "");
        for (size_t k = 0; k < w.count; k++)
            printf("%s%s", k > 0 ? " " : "", w.list[k]);
    }
    putchar('\n');
}

/* --- Starting. --- */

static int start_program(const struct run *r, struct child *child, const char *path, struct words *w, int in, int out)
{
    struct child_command command = {.path = path,
                                    .argv = (char *const *)w->list,
                                    .envp = environ,
                                    .in = in,
                                    .out = out,
                                    .err = STDERR_FILENO,
                                    .keep = r->lock};
    add(w, NULL);
    return child_start(child, &command);
}

void chain_note(struct run *r, struct stage *s, const struct child_end *end)
{
    s->at = clock_wall();
    s->event.ended = end != NULL;
    if (!end) {
        s->event.pid = (uint64_t)s->child.pid;
        return;
    }
    s->event.error = end->error ? strerrorname_np(end->error) : NULL;
    s->event.signal = (unsigned)end->signal;
    s->event.status = (unsigned)end->status;
    status_write(r);
}

bool chain_start_stages(struct run *r)
{
    struct chain *c = &r->chain;
    int in = -1, error = 0;
    for (size_t i = 0; i < c->count && error == 0; i++) {
        struct words w = {.count = 0};
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) < 0) {
            error = errno;
            break;
        }
        stage_words(&w, r, i, r->plan_path);
        error = start_program(r, &c->stages[i].child, c->stages[i].path, &w, in, ends[1]);
        if (error == 0)
            chain_note(r, &c->stages[i], NULL);
        close(ends[1]);
        if (i == STAGE_ELECT) /* vrrp-elect has it now; and we, for another vrrp-listen */
            c->head = in;
        else if (in >= 0)
            close(in);
        in = ends[0];
    }
    /* Nobody else has this end: what is set here is felt by us only. */
    if (in >= 0 && fcntl(in, F_SETFL, O_NONBLOCK) < 0)
        error = errno;
    inlet_init(&c->out, in);
    if (error)
        cli_say("starting the chain: %s", strerror(error));
    return error == 0;
}

/* One that is not confined yet has not read them either, or has just done so. */
void chain_read_keys(struct run *r)
{
    const struct child *advert = &r->chain.stages[STAGE_ADVERT].child;
    keys_note(r);
    if (advert->pid > 0 && process_is_restricted(advert->pid))
        child_kill(advert, SIGHUP);
}

bool chain_listen_to(struct run *r, const struct scope *wanted)
{
    struct chain *c = &r->chain;
    struct words w = {.count = 0};
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", c->head);
    int out = open(path, O_WRONLY | O_CLOEXEC);
    add(&w, stage_names[STAGE_LISTEN]);
    priority_words(&w, r);
    listen_words(&w, r, wanted);
    int error = out < 0 ? errno : start_program(r, &c->fresh, c->stages[STAGE_LISTEN].path, &w, -1, out);
    if (out >= 0)
        close(out);
    if (error) {
        cli_say("%s: %s", stage_names[STAGE_LISTEN], strerror(error));
        return false;
    }
    c->wanted = *wanted;
    c->fresh_by.us = r->now.us + LISTEN_LIMIT;
    return true;
}
