/* What tells the election how things stand: one vrrp-track for all `watch` lines, a vrrp-check for each `check` line. They
 * write into the control FIFO. One that ends is started again alone; without a chain they have nobody to tell. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/run.h"
#include "core/backoff.h"
#include "net/process.h"

/* --- What each is started with. --- */

static void add(struct tracker *t, const char *word)
{
    size_t length = strlen(word) + 1;
    char *words = realloc(t->words, t->size + length);
    if (!words)
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    memcpy(words + t->size, word, length);
    t->words = words;
    t->size += length;
    t->count++;
}

static void add_duration(struct tracker *t, const char *option, usec d)
{
    char text[DURATION_TEXT];
    format_duration(text, d);
    add(t, option);
    add(t, text);
}

static void add_number(struct tracker *t, const char *option, unsigned n)
{
    char text[16];
    snprintf(text, sizeof text, "%u", n);
    add(t, option);
    add(t, text);
}

static struct tracker for_check(const struct run *r, const struct check_line *c)
{
    struct tracker t = {.child = {.fd = -1}, .program = r->check_path};
    const char *word = c->command;
    add(&t, "vrrp-check");
    add(&t, "-C");
    add(&t, r->control_path);
    add(&t, "--while-read");
    add_duration(&t, "--interval", c->interval);
    add_duration(&t, "--timeout", c->timeout);
    add_number(&t, "--rise", c->rise);
    add_number(&t, "--fall", c->fall);
    add(&t, "--");
    add(&t, c->name);
    for (size_t i = 0; i < c->words; i++, word += strlen(word) + 1)
        add(&t, word);
    return t;
}

/* The lines themselves count, too: with others it is another one. */
static struct tracker for_watches(const struct run *r, const struct plan *p)
{
    struct tracker t = {.child = {.fd = -1}, .program = r->track_path};
    add(&t, "vrrp-track");
    add(&t, "-C");
    add(&t, r->control_path);
    add(&t, "--while-read");
    add(&t, "-f");
    add(&t, r->watch_path);
    char *lines = strndup(p->watches.at, p->watches.size);
    if (!lines)
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    t.lines = lines;
    return t;
}

/* One that is missing is missed by who needs it. */
void trackers_find(struct run *r)
{
    if (!process_find_program("vrrp-track", r->track_path, sizeof r->track_path))
        r->track_path[0] = '\0';
    if (!process_find_program("vrrp-check", r->check_path, sizeof r->check_path))
        r->check_path[0] = '\0';
}

/* --- Which there are to be. --- */

static bool is_same(const struct tracker *a, const struct tracker *b)
{
    return a->size == b->size && memcmp(a->words, b->words, a->size) == 0 && !a->lines == !b->lines &&
           (!a->lines || strcmp(a->lines, b->lines) == 0);
}

static void forget(struct tracker *t)
{
    free(t->words);
    free(t->lines);
    *t = (struct tracker){.child = {.fd = -1}};
}

static void want(struct run *r, struct tracker wanted)
{
    struct tracker *room = NULL;
    for (size_t i = 0; i < nitems(r->trackers); i++) {
        struct tracker *t = &r->trackers[i];
        if (t->words && !t->leaves && is_same(t, &wanted)) {
            t->wanted = true;
            forget(&wanted);
            return;
        }
        if (!t->words && !room)
            room = t;
    }
    if (!room) { /* as many leave as there can be at all */
        cli_say("%s: there are too many of those before it still: a reload starts it", wanted.words);
        forget(&wanted);
        return;
    }
    *room = wanted;
    room->wanted = true;
}

void trackers_want(struct run *r, const struct plan *p)
{
    for (size_t i = 0; i < nitems(r->trackers); i++)
        r->trackers[i].wanted = false;
    if (p->watches.size > 0)
        want(r, for_watches(r, p));
    for (size_t i = 0; i < p->check_count; i++)
        want(r, for_check(r, &p->checks[i]));
    for (size_t i = 0; i < nitems(r->trackers); i++) {
        struct tracker *t = &r->trackers[i];
        if (!t->words || t->wanted)
            continue;
        t->leaves = true;
        child_kill(&t->child, SIGTERM);
    }
}

void trackers_print(const struct run *r, const struct plan *p)
{
    for (size_t i = 0; i < p->check_count + (p->watches.size > 0); i++) {
        struct tracker t = i < p->check_count ? for_check(r, &p->checks[i]) : for_watches(r, p);
        const char *word = t.words;
        fputs("beside it:", stdout);
        for (size_t k = 0; k < t.count; k++, word += strlen(word) + 1)
            printf(" %s", word);
        putchar('\n');
        forget(&t);
    }
}

/* --- Their lives. --- */

static void start(struct run *r, struct tracker *t)
{
    char *argv[CHECK_WORDS + 16];
    char *word = t->words;
    int error = ENOENT;
    for (size_t i = 0; i < t->count; i++, word += strlen(word) + 1)
        argv[i] = word;
    argv[t->count] = NULL;
    struct child_command command = {
        .path = t->program, .argv = argv, .envp = environ, .in = -1, .out = -1, .err = STDERR_FILENO};
    if (t->program[0] != '\0')
        error = child_start(&t->child, &command);
    t->started = r->now;
    if (!error)
        return;
    cli_say("%s: %s", t->words, strerror(error));
    t->delay = backoff(t->delay, 0);
    t->due.us = r->now.us + t->delay;
}

static void ended(struct run *r, struct tracker *t, pid_t pid, const struct child_end *how)
{
    bool in_order = t->leaves || r->stopping || r->chain.state != CHAIN_RUNS;
    if (how->error)
        cli_say("%s: %s", t->program, strerror(how->error));
    else if (how->signal && !(in_order && how->signal == SIGTERM))
        cli_say("%s (pid %ld) was killed by signal %d (%s)", t->words, (long)pid, how->signal, strsignal(how->signal));
    else if (!how->signal && (!in_order || how->status != EXIT_DONE))
        cli_say("%s (pid %ld) ended with exit status %d", t->words, (long)pid, how->status);
    t->delay = backoff(t->delay, r->now.us - t->started.us);
    t->due.us = r->now.us + t->delay;
}

static bool may_start(const struct run *r, const struct tracker *t)
{
    return t->words && !t->leaves && t->child.pid <= 0 && r->chain.state == CHAIN_RUNS && !r->stopping;
}

void trackers_turn(struct run *r)
{
    for (size_t i = 0; i < nitems(r->trackers); i++) {
        struct tracker *t = &r->trackers[i];
        struct child_end how;
        pid_t pid = t->child.pid;
        if (pid > 0 && run_is_ready(r, t->child.fd) && child_reap(&t->child, &how))
            ended(r, t, pid, &how);
        if (t->leaves && t->child.pid <= 0)
            forget(t);
        if (may_start(r, t) && r->now.us >= t->due.us)
            start(r, t);
    }
}

instant trackers_deadline(const struct run *r)
{
    instant due = INSTANT_NEVER;
    for (size_t i = 0; i < nitems(r->trackers); i++)
        if (may_start(r, &r->trackers[i]) && r->trackers[i].due.us < due.us)
            due = r->trackers[i].due;
    return due;
}

void trackers_end(struct run *r, int signal)
{
    for (size_t i = 0; i < nitems(r->trackers); i++) {
        if (!r->trackers[i].words)
            continue;
        r->trackers[i].leaves = true;
        child_kill(&r->trackers[i].child, signal);
    }
    trackers_turn(r);
}

bool trackers_ended(const struct run *r)
{
    for (size_t i = 0; i < nitems(r->trackers); i++)
        if (r->trackers[i].child.pid > 0)
            return false;
    return true;
}
