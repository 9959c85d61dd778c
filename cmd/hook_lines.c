#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/hook.h"
#include "cmd/lines.h"
#include "core/reader.h"
#include "net/clock.h"

static const usec ANY_AGE = INT64_MAX, NEWS_AGE = 60 * SECOND;

/* Always false, so that a line that is wrong is not passed on. */
static bool refuse(const struct hook *h, const struct line *l, const char *key)
{
    lines_bad_key(&h->in, l, key);
    return false;
}

static void out_of_memory(void)
{
    cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
}

/* A state is told however late it comes: it is what is true now, since no newer one came. Of what others do (elected)
 * only news are told: that they come from a file is not written in them. */
static bool is_stale(struct hook *h, const struct line *l, usec age_limit)
{
    enum freshness fresh =
        line_freshness(&h->map, l, line_is(l, "replay", "yes"), age_limit, h->now, clock_wall(), h->boot);
    if (fresh != FRESH && !h->told_stale[fresh])
        cli_say("standard input:%" PRIu64 ": this %.*s line runs nothing: %s (told once)", h->in.number,
                (int)l->event.len, l->event.at,
                fresh == STALE_AGE ? "it is more than a minute old" : freshness_text(fresh));
    h->told_stale[fresh] = true;
    return fresh != FRESH;
}

static void put(struct hook *h, const char *key, int what, const struct line *l)
{
    if (!errands_put(h->errands, key, what >= HOOK_INSTANCE, what, l->text))
        out_of_memory();
}

/* The group is told when all its members together say so. Its own order is kept apart from theirs. */
static void take_group(struct hook *h, const struct line *l, const struct identity *id, enum notify_state state)
{
    struct span group = {0};
    enum notify_state now;
    struct notify n;
    char key[ERRAND_KEY];
    (void)line_get(l, "group", &group);
    if (!notify_groups_take(&h->groups, &group, id, state, &now))
        return;
    notify_group(&n, group, now);
    hook_fifo_put(h, &n);
    snprintf(key, sizeof key, "group %.*s", (int)group.len, group.at);
    put(h, key, HOOK_GROUP + (int)now, l);
}

/* take_state, take_clock: false when the line is wrong. */

static bool take_state(struct hook *h, const struct line *l, enum level_kind *kind, struct identity *id)
{
    struct state_event e;
    struct prefix_buffer buffer;
    struct notify n;
    const char *where;
    char key[ERRAND_KEY];
    if (!read_state(l, &e, &buffer, &where))
        return refuse(h, l, where);
    *id = e.id;
    notify_instance(&n, l, &e);
    if (!is_stale(h, l, ANY_AGE) && n.state != NOTIFY_NONE && (h->shadow || !e.shadow)) {
        hook_fifo_put(h, &n);
        snprintf(key, sizeof key, "%s/%u/%u", e.id.ifname, e.id.af, e.id.vrid);
        put(h, key, HOOK_INSTANCE + (int)n.state, l);
        take_group(h, l, &e.id, n.state);
    }
    *kind = e.to == ROUTER_ACTIVE ? LEVEL_STATE_ACTIVE : LEVEL_STATE_AWAY;
    return true;
}

/* In one order with the states of the same virtual router; some lack a part of what names one. */
static void take_event(struct hook *h, const struct line *l, int what)
{
    struct span ifname = {"", 0};
    uint64_t af = 0, vrid = 0;
    char key[ERRAND_KEY];
    if (is_stale(h, l, NEWS_AGE))
        return;
    (void)line_get(l, "if", &ifname);
    (void)line_u64(l, "af", 4, 6, &af);
    (void)line_u64(l, "vrid", 1, 255, &vrid);
    snprintf(key, sizeof key, "%.*s/%u/%u", (int)ifname.len, ifname.at, (unsigned)af, (unsigned)vrid);
    put(h, key, what, l);
}

static bool take_clock(struct hook *h, const struct line *l)
{
    struct clock_event e;
    const char *where;
    if (!read_clock(l, &e, &where))
        return refuse(h, l, where);
    h->map = (struct clock_map){.known = true, .clock = e};
    return true;
}

void hook_close_out(struct hook *h, enum outlet_status status)
{
    bool full = status == OUTLET_FAILED && outlet_is_full(&h->out), was_full = h->out_full;
    h->out_full = full;
    if (status == OUTLET_DONE || status == OUTLET_WAITING || !h->out_open || (full && was_full))
        return;
    h->out_open = full; /* it may have room again */
    h->out_failed = status == OUTLET_FAILED && !full;
    cli_say("standard output: %s; commands are run all the same",
            status == OUTLET_CLOSED ? "its reader is gone" : strerror(h->out.error));
}

/* Of `state` the newest of each virtual router is kept for a reader that is late; the rest may be lost, and is counted.
 * A reader that takes lines gets all. */
static void pass_on(struct hook *h, enum level_kind kind, const struct identity *id, struct span text)
{
    char line[LINE_BYTES + 1];
    if (!h->out_open)
        return;
    memcpy(line, text.at, text.len);
    line[text.len] = '\n';
    if (!outlet_put_behind(&h->out, kind, kind == LEVEL_DROPPABLE ? NULL : id, line, text.len + 1, clock_wall()))
        out_of_memory();
}

static void take_other(struct hook *h, const struct line *l)
{
    for (int what = 0; what < HOOK_ASKED; what++)
        if (h->asked[what] && span_is(l->event, hook_events[what]))
            take_event(h, l, what);
}

static void take_line(void *context, enum lines_got what, const struct line *l, struct span text)
{
    struct hook *h = context;
    struct identity id;
    enum level_kind kind = LEVEL_DROPPABLE;
    if (h->in.unterminated && what == LINES_LINE) {
        lines_complain(&h->in, l->event, "input ended inside this line");
        return;
    }
    bool right = true;
    if (what == LINES_BLANK)
        ;
    else if (span_is(l->event, "clock"))
        right = take_clock(h, l);
    else if (span_is(l->event, "state"))
        right = take_state(h, l, &kind, &id);
    else
        take_other(h, l);
    if (right)
        pass_on(h, kind, &id, text);
}

void hook_tell_lost(struct hook *h)
{
    char text[128];
    struct writer w = {.buffer = text, .size = sizeof text};
    if (h->lost == 0)
        return;
    cli_say("%" PRIu64 " event%s lost: %d wait already", h->lost, h->lost == 1 ? " was" : "s were", HOOK_EVENTS);
    write_lost(&w, clock_wall(), "hook", h->lost);
    h->lost = 0;
    h->lost_told = h->now;
    if (h->out_open && !outlet_put(&h->out, LEVEL_DROPPABLE, NULL, text, w.length))
        out_of_memory();
}

static void filled(void *context)
{
    struct hook *h = context;
    h->now = clock_now();
}

void hook_input(struct hook *h)
{
    const struct lines_user user = {.context = h, .filled = filled, .take = take_line};
    lines_take_all(&h->in, &user);
    h->lost += errands_lost(h->errands);
}
