/* HUP: the file is read again, and only what has changed in it changes. An interface or a VRID that comes is listened to
 * first; one that goes is listened to until the end. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/run.h"

static const usec PATIENCE = 10 * SECOND;  /* for vrrp-elect to take and to answer it */
static const usec AGAIN = 5 * MILLISECOND; /* when its FIFO is full */

static void finish(struct run *r)
{
    struct reload *l = &r->reload;
    control_close(&r->control);
    plan_free(&l->plan);
    l->step = RELOAD_NONE;
    if (l->again)
        reload_begin(r);
}

/* why: NULL when it was said. */
static void refuse(struct run *r, const char *why)
{
    cli_say("%s: %s%sthe configuration stays as it was", r->options.file, why ? why : "", why ? ": " : "");
    finish(r);
}

static void adopt(struct run *r)
{
    size_t count = r->reload.plan.count;
    plan_adopt(r, &r->reload.plan);
    cli_say("%s: %zu virtual router%s from now on", r->options.file, count, count == 1 ? "" : "s");
}

/* A line for the FIFO has an end. */
static bool lines_fit(const struct plan *p)
{
    for (size_t done = 0, len; done < p->size; done += len) {
        len = (size_t)((const char *)memchr(p->lines + done, '\n', p->size - done) + 1 - (p->lines + done));
        if (len > CONTROL_BYTES)
            return false;
    }
    return true;
}

static void begin_sending(struct run *r)
{
    struct reload *l = &r->reload;
    l->step = RELOAD_SEND;
    l->sent = 0;
    l->begun = false;
    l->number++;
    snprintf(l->id, sizeof l->id, "reload-%ld-%u", (long)getpid(), l->number);
    l->due = r->now;
    l->give_up.us = r->now.us + PATIENCE;
}

void reload_begin(struct run *r)
{
    struct reload *l = &r->reload;
    struct scope all = r->listened;
    l->again = l->step != RELOAD_NONE;
    if (l->again || r->stopping || plan_read(&l->plan, &r->options) != EXIT_DONE) {
        if (!l->again && !r->stopping)
            refuse(r, NULL);
        return;
    }
    if (!plan_prepare(r, &l->plan)) {
        refuse(r, NULL);
        return;
    }
    if (r->chain.state != CHAIN_RUNS) {
        adopt(r); /* the next start takes it */
        finish(r);
        return;
    }
    if (!lines_fit(&l->plan)) {
        refuse(r, "a virtual router has a line of more than 4096 bytes, which takes a new start");
        return;
    }
    if (!scope_join(&all, &l->plan.scope)) {
        refuse(r, "more than 64 interfaces, old and new, which takes a new start");
        return;
    }
    bool keys = keys_changed(r);
    if (keys)
        chain_read_keys(r);
    if (!keys && scope_equals(&all, &r->listened)) {
        begin_sending(r);
        return;
    }
    l->step = RELOAD_WIDEN;
    l->listener = r->chain.stages[STAGE_LISTEN].child.pid;
    if (!chain_listen_to(r, &all))
        refuse(r, "its interfaces cannot be listened to");
}

static enum control_status send_lines(struct run *r)
{
    struct reload *l = &r->reload;
    char commit[64];
    enum control_status status = l->begun ? CONTROL_DONE : control_write(&r->control, "begin\n", strlen("begin\n"));
    l->begun = status == CONTROL_DONE;
    while (status == CONTROL_DONE && l->sent < l->plan.size) {
        const char *line = l->plan.lines + l->sent;
        size_t len = (size_t)((const char *)memchr(line, '\n', l->plan.size - l->sent) + 1 - line);
        status = control_write(&r->control, line, len);
        l->sent += status == CONTROL_DONE ? len : 0;
    }
    if (status != CONTROL_DONE)
        return status;
    snprintf(commit, sizeof commit, "commit id=%s\n", l->id);
    return control_write(&r->control, commit, strlen(commit));
}

static void go_on_sending(struct run *r)
{
    struct reload *l = &r->reload;
    switch (send_lines(r)) {
    case CONTROL_DONE:
        l->step = RELOAD_ANSWER;
        control_close(&r->control);
        break;
    case CONTROL_NOBODY: /* not yet */
    case CONTROL_FULL:
        l->due.us = r->now.us + AGAIN;
        break;
    case CONTROL_FAILED:
        refuse(r, control_text(&r->control));
        break;
    }
}

static void narrow(struct run *r)
{
    r->reload.step = RELOAD_NARROW;
    if (scope_equals(&r->listened, &r->plan.scope) || !chain_listen_to(r, &r->plan.scope))
        finish(r);
}

void reload_answer(struct run *r, const struct line *l)
{
    struct span id, why = {"nothing", strlen("nothing")};
    if (r->reload.step != RELOAD_ANSWER || !line_get(l, "id", &id) || !span_is(id, r->reload.id))
        return;
    if (line_is(l, "done", "yes")) {
        adopt(r);
        narrow(r);
        return;
    }
    (void)line_get(l, "why", &why);
    cli_say("vrrp-elect refuses it: %.*s", (int)why.len, why.at);
    refuse(r, NULL);
}

void reload_turn(struct run *r)
{
    struct reload *l = &r->reload;
    switch (l->step) {
    case RELOAD_NONE:
        break;
    case RELOAD_WIDEN:
        if (r->chain.fresh.pid > 0)
            break;
        if (l->listener != r->chain.stages[STAGE_LISTEN].child.pid) {
            begin_sending(r);
        } else {
            keys_forget(r);
            refuse(r, "it cannot be listened to so");
        }
        break;
    case RELOAD_SEND:
        if (r->now.us >= l->give_up.us)
            refuse(r, "vrrp-elect does not read it");
        else if (r->now.us >= l->due.us)
            go_on_sending(r);
        break;
    case RELOAD_ANSWER:
        if (r->now.us < l->give_up.us)
            break;
        /* It has all of it: what it will make of it is not known before it says so, or ends. */
        cli_say("%s: vrrp-elect does not answer: it is waited for", r->options.file);
        l->give_up = INSTANT_NEVER;
        break;
    case RELOAD_NARROW:
        if (r->chain.fresh.pid <= 0)
            finish(r);
        break;
    }
}

/* What was read is right: the next start takes it. */
void reload_chain_over(struct run *r)
{
    struct reload *l = &r->reload;
    if (l->step == RELOAD_NONE)
        return;
    if (l->step != RELOAD_NARROW && !r->stopping)
        adopt(r);
    finish(r);
}

instant reload_deadline(const struct run *r)
{
    const struct reload *l = &r->reload;
    if (l->step == RELOAD_SEND)
        return l->due.us < l->give_up.us ? l->due : l->give_up;
    return l->step == RELOAD_ANSWER ? l->give_up : INSTANT_NEVER;
}
