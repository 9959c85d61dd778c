#include <errno.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/follow.h"
#include "cmd/lines.h"
#include "core/timers.h"
#include "net/clock.h"

enum { DOWN_FACTOR = 3 /* of the Active_Down_Interval after which a line is old */ };

static void tell_stale(struct follow *f, enum freshness stale, const struct line *l)
{
    if (f->told_stale[stale])
        return;
    f->told_stale[stale] = true;
    cli_say("standard input:%llu: this %.*s line sets nothing: %s (told once)", (unsigned long long)f->in.number,
            (int)l->event.len, l->event.at, freshness_text(stale));
}

/* Always false, so that a line that is wrong is not passed on. */
static bool refuse(const struct follow *f, const struct line *l, const char *key)
{
    lines_bad_key(&f->in, l, key);
    return false;
}

/* TIME on the steady clock; what says that it comes from the future is of now. */
static instant line_instant(const struct follow *f, const struct line *l, stamp wall)
{
    instant at;
    if (!l->has_time)
        return f->now;
    if (!clock_to_instant(&f->map, l->time, &at))
        at.us = f->now.us - (wall.ns - l->time.ns) / 1000;
    return at.us < f->now.us ? at : f->now;
}

/* This program may have been stopped: what is newer than the send that counts is true, however old. */
static bool is_newer(const struct follow *f, const struct line *l, const struct identity *id, stamp wall)
{
    instant sent;
    return holdings_is_held(f->holdings, id, &sent) && line_instant(f, l, wall).us >= sent.us;
}

static struct belongings_named names_of(const struct identity *id, const char name[static NAME_TEXT],
                                        struct span routes, struct span rules)
{
    struct belongings_named n = {.id = *id, .routes = routes, .rules = rules};
    memcpy(n.name, name, sizeof n.name);
    return n;
}

static bool give_up(struct follow *f, const struct state_event *e, const char **where)
{
    struct belongings_named n = names_of(&e->id, e->name, e->routes, e->rules);
    if (!follow_names(f, &n, false, where))
        return false;
    if (!holdings_absent(f->holdings, e, f->now))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    return true;
}

/* With priority 0 the others take over: it is given up, whether or not elect lived to write its `state`. */
static bool take_resign(struct follow *f, const struct send_event *e, const char **where)
{
    struct state_event given_up = {.id = e->id, .ip = e->ip, .vmac = e->vmac, .routes = e->routes, .rules = e->rules};
    memcpy(given_up.name, e->name, sizeof given_up.name);
    return give_up(f, &given_up, where);
}

static bool take_hold(struct follow *f, const struct send_event *e, instant sent, const char **where)
{
    struct belongings_named n = names_of(&e->id, e->name, e->routes, e->rules);
    if (!follow_names(f, &n, true, where))
        return false;
    if (!holdings_held(f->holdings, e, sent, f->now))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    return true;
}

/* Each: false when the line is wrong. */

static bool take_send(struct follow *f, const struct line *l)
{
    struct send_event e;
    struct prefix_buffer buffer;
    struct span refused;
    const char *where;
    if (!read_send(l, &e, &buffer, &where))
        return refuse(f, l, where);
    stamp wall = clock_wall();
    usec limit = active_down_interval(e.version, e.prio, e.interval, DOWN_FACTOR);
    enum freshness fresh = line_freshness(&f->map, l, e.replay, limit, f->now, wall, f->boot);
    bool resigns = e.prio == VRRP_PRIORITY_RESIGN, right = true;
    if (fresh != FRESH && !(resigns && fresh == STALE_AGE && is_newer(f, l, &e.id, wall)))
        tell_stale(f, fresh, l);
    else if (resigns)
        right = take_resign(f, &e, &where);
    else if (!line_get(l, "err", &refused))
        right = take_hold(f, &e, line_instant(f, l, wall), &where);
    return right || refuse(f, l, where);
}

static bool take_state(struct follow *f, const struct line *l, enum level_kind *kind, struct identity *id)
{
    struct state_event e;
    struct prefix_buffer buffer;
    const char *where;
    if (!read_state(l, &e, &buffer, &where))
        return refuse(f, l, where);
    *id = e.id;
    if (e.shadow)
        return true;
    stamp wall = clock_wall();
    usec limit = active_down_interval(e.version, e.prio, e.interval, DOWN_FACTOR);
    enum freshness fresh = line_freshness(&f->map, l, e.replay, limit, f->now, wall, f->boot);
    if (fresh != FRESH && !(fresh == STALE_AGE && is_newer(f, l, &e.id, wall)))
        tell_stale(f, fresh, l);
    else if (e.to != ROUTER_ACTIVE && !give_up(f, &e, &where))
        return refuse(f, l, where);
    *kind = e.to == ROUTER_ACTIVE ? LEVEL_STATE_ACTIVE : LEVEL_STATE_AWAY;
    return true;
}

static bool take_clock(struct follow *f, const struct line *l)
{
    struct clock_event e;
    const char *where;
    if (!read_clock(l, &e, &where))
        return refuse(f, l, where);
    f->map = (struct clock_map){.known = true, .clock = e};
    return true;
}

void follow_close_out(struct follow *f, enum outlet_status status)
{
    bool full = status == OUTLET_FAILED && outlet_is_full(&f->out), was_full = f->out_full;
    f->out_full = full;
    if (status == OUTLET_DONE || status == OUTLET_WAITING || !f->out_open || (full && was_full))
        return;
    f->out_open = full; /* it may have room again */
    if (status == OUTLET_FAILED && !full)
        f->out_failed = true;
    cli_say("standard output: %s; the addresses are kept all the same",
            status == OUTLET_CLOSED ? "its reader is gone" : strerror(f->out.error));
}

/* Of `state` the newest of each virtual router is kept for a reader that is late; the rest may be lost, and is counted. */
static void pass_on(struct follow *f, enum level_kind kind, const struct identity *id, struct span text)
{
    char line[LINE_BYTES + 1];
    if (!f->out_open)
        return;
    memcpy(line, text.at, text.len);
    line[text.len] = '\n';
    if (!outlet_put_behind(&f->out, kind, kind == LEVEL_DROPPABLE ? NULL : id, line, text.len + 1, clock_wall()))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
}

static void take_line(void *context, enum lines_got what, const struct line *l, struct span text)
{
    struct follow *f = context;
    struct identity id;
    enum level_kind kind = LEVEL_DROPPABLE;
    if (f->in.unterminated && what == LINES_LINE) {
        lines_complain(&f->in, l->event, "input ended inside this line");
        return;
    }
    bool right = true;
    if (what == LINES_BLANK)
        ;
    else if (span_is(l->event, "clock"))
        right = take_clock(f, l);
    else if (span_is(l->event, "send"))
        right = take_send(f, l);
    else if (span_is(l->event, "state"))
        right = take_state(f, l, &kind, &id);
    if (right)
        pass_on(f, kind, &id, text);
}

static void filled(void *context)
{
    struct follow *f = context;
    f->now = clock_now();
}

/* What all of it says together is done at once. */
void follow_input(struct follow *f)
{
    const struct lines_user user = {.context = f, .filled = filled, .take = take_line};
    lines_take_all(&f->in, &user);
}
