/* The clock of a session: see session.h for the rule. */
#include <string.h>

#include "core/session_internal.h"

enum {
    STEPS_A_ROUTER = 10000, /* of one silence in a capture: 2.7 hours at 1 s */
    TICKS_MISSED = 3,
    LATE = 1000 * 1000, /* µs */
};

static instant sooner(instant a, instant b)
{
    return a.us < b.us ? a : b;
}

static instant later(instant a, instant b)
{
    return a.us > b.us ? a : b;
}

stamp session_stamp(const struct session *s, instant at)
{
    if (!s->replay)
        return (stamp){at.us * 1000 + s->offset};
    if (s->map.known)
        return clock_to_stamp(&s->map, (instant){at.us - s->bias});
    return (stamp){at.us > INT64_MAX / 1000 ? INT64_MAX : at.us < INT64_MIN / 1000 ? INT64_MIN : at.us * 1000};
}

/* Lines come from anywhere. 30,000 years either way is room enough for all that is real, and for every sum. */
static instant bounded(int64_t us)
{
    static const int64_t limit = INT64_C(1000000000000000000);
    return (instant){us > limit ? limit : us < -limit ? -limit : us};
}

/* TIME on our steady clock, by the map of the input or, without one, by the wall clock. */
static instant mapped(const struct session *s, stamp t)
{
    instant at;
    if (clock_to_instant(&s->map, t, &at))
        return bounded(bounded(at.us).us + s->bias);
    int64_t us = t.ns / 1000 + (t.ns % 1000 > 0);
    return (instant){us - (s->replay ? 0 : s->offset / 1000)};
}

/* The wall clock runs a little fast or slow while it is being set right: a TIME that seems to lie ahead is a sign that
 * the map is out of date. By the clocks as they are now, then; and what is still ahead happens now. */
static instant mapped_now(struct session *s, stamp t, const struct session_now *now)
{
    struct clock_map map = {.known = true, .clock = {.time = now->wall, .mono = now->steady, .source = SOURCE_LIVE}};
    instant at = now->steady;
    memcpy(map.clock.boot, s->boot, sizeof map.clock.boot);
    if (!s->options.pass) /* with `pass` it is renewed by what is written: see session_pass_taken */
        s->map = map;
    clock_to_instant(&map, t, &at);
    return at.us > now->steady.us ? now->steady : at;
}

instant session_line_time(struct session *s, const struct line *l, const struct session_now *now)
{
    if (!l->has_time)
        return s->replay ? s->clock : now->steady;
    instant at = mapped(s, l->time);
    return s->replay || at.us <= now->steady.us ? at : mapped_now(s, l->time, now);
}

/* A `clock` line of the input: from now on TIME is mapped by it. Live, only one of our own boot can be, and none that
 * is ahead of our own steady clock. When a replay goes on with another boot, its steady clock is another one: ours runs
 * on from where it is. */
enum clock_use session_clock_line(struct session *s, const struct clock_event *c, const struct session_now *now,
                                  instant *at)
{
    if (c->by_elect)
        s->obeys = true;
    if (c->source == SOURCE_FILE && !s->started)
        s->replay = true;
    bool same_boot = s->map.known && strcmp(s->map.clock.boot, c->boot) == 0;
    if (!s->replay && strcmp(c->boot, s->boot) != 0)
        return CLOCK_FOREIGN;
    if (!s->replay && c->mono.us > now->steady.us)
        return CLOCK_AHEAD;
    instant mono = bounded(c->mono.us);
    if (s->replay && !same_boot)
        s->bias = s->started ? later(mapped(s, c->time), s->clock).us - mono.us : 0;
    s->map = (struct clock_map){.known = true, .clock = *c};
    s->map.clock.mono = mono;
    *at = bounded(mono.us + s->bias);
    if (c->says_hold) {
        s->held = c->hold.us != 0;
        s->hold = (instant){bounded(c->hold.us).us + s->bias};
    }
    return CLOCK_USED;
}

/* The next deadline if it is due by now, else INSTANT_NEVER. */
static instant next_due(const struct session *s, instant now)
{
    return sooner(electorate_due(s->electorate, now), observer_due(s->observer, now));
}

static void step(struct session *s, instant to)
{
    s->clock = to;
    if (s->held) {
        electorate_stood_still(s->electorate, to);
        electorate_advance_held(s->electorate, to);
        return;
    }
    electorate_advance(s->electorate, to);
    observer_advance(s->observer, to);
}

void session_begin(struct session *s, instant at)
{
    if (s->begun)
        return;
    s->begun = true;
    s->clock = later(s->clock, at);
    electorate_start(s->electorate, s->clock);
}

void session_lost(struct session *s, instant at)
{
    s->gapped = true;
    s->gap_until = later(s->gap_until, at);
}

/* A capture may be silent for long: a replay of one goes from deadline to deadline, as a live run would have; but not
 * through the years between two captures. A log of elect's own holds each step that was taken: just those are taken
 * again. */
void session_move(struct session *s, instant to)
{
    if (!s->started)
        return;
    if (!s->begun && to.us >= s->begin_by.us)
        session_begin(s, s->begin_by);
    s->held = s->held && (s->ticked || to.us < s->hold.us);  /* with ticks, one of these ends it */
    s->gapped = s->gapped && s->clock.us <= s->gap_until.us; /* the first line of after the gap is still at its edge */
    electorate_gap(s->electorate, s->gapped);
    uint64_t steps = s->replay && !s->obeys ? STEPS_A_ROUTER * (electorate_count(s->electorate) + 1) : 0;
    for (instant due; steps > 0 && (due = next_due(s, to)).us != INSTANT_NEVER.us; steps--)
        step(s, later(due, s->clock));
    if (to.us >= s->clock.us)
        step(s, to);
}

static void write_clock_at(struct session *s, stamp time, instant at, enum clock_source source, bool tells_hold)
{
    struct clock_event c = {.time = time, .mono = {at.us - s->bias}, .source = source};
    /* The log of a replay that goes from deadline to deadline does not hold these moves: it is replayed likewise. */
    c.by_elect = !s->replay || s->obeys || !s->options.pass;
    c.says_hold = tells_hold;
    if (s->held)
        c.hold.us = s->hold.us - s->bias;
    memcpy(c.boot, s->replay && s->map.known ? s->map.clock.boot : s->boot, sizeof c.boot);
    if (!s->replay && s->options.pass) /* a replay of this log maps TIME by this line from here on: so do we */
        s->map = (struct clock_map){.known = true, .clock = c};
    struct writer w = session_writer(s);
    write_clock(&w, &c);
    session_emit(s, LEVEL_KEEP, NULL, &w);
}

instant session_deadline(const struct session *s)
{
    return s->replay || !s->started || s->stopped ? INSTANT_NEVER : next_due(s, INSTANT_NEVER);
}

/* A hold ends with a line of after it; when none comes, the listener stands still itself: that is then found. */
static instant hold_over(const struct session *s)
{
    return (instant){s->hold.us + TICKS_MISSED * s->tick_every};
}

static instant look(const struct session *s)
{
    instant e = electorate_look(s->electorate), o = observer_look(s->observer);
    if (!s->held)
        return sooner(e, o);
    return sooner(electorate_look_held(s->electorate), hold_over(s));
}

instant session_look(const struct session *s)
{
    if (s->replay || !s->started || s->stopped)
        return INSTANT_NEVER;
    return s->begun ? look(s) : sooner(look(s), s->begin_by);
}

static void write_own_clock(struct session *s, instant at, enum clock_source source, bool tells_hold)
{
    s->clock_written = true;
    s->written_offset = s->offset;
    write_clock_at(s, session_stamp(s, at), at, source, tells_hold);
}

void session_write_clock(struct session *s, instant at, enum clock_source source)
{
    write_own_clock(s, at, source, false);
}

instant session_line_at(const struct session *s, instant at)
{
    return s->clock.us - at.us > LATE ? s->clock : at;
}

bool session_maps(const struct session *s, const struct line *l, instant at)
{
    bool tells = s->options.pass && !s->replay && l->has_time;
    if (!s->options.pass || s->replay)
        return true;
    return !session_clock_due(s) && (!tells || later(mapped(s, l->time), s->clock).us == later(at, s->clock).us);
}

/* A replay maps TIME by the last `clock` line before it. Where that takes it to another moment than ours (TIME is
 * ahead, the wall clock was stepped meanwhile), a `clock` line says which it was; and when no true one can, one that
 * holds for this line alone. */
void session_pass_taken(struct session *s, const struct line *l, instant at, instant before, bool exact)
{
    bool tells = s->options.pass && !s->replay && l->has_time;
    if (tells && later(mapped(s, l->time), before).us != s->clock.us)
        session_write_clock(s, s->clock, SOURCE_NONE);
    instant moment = exact ? at : s->clock;
    instant found = tells ? mapped(s, l->time) : moment;
    bool alone = found.us > s->clock.us || (exact && session_line_at(s, found).us != moment.us);
    if (alone)
        write_clock_at(s, l->time, moment, SOURCE_NONE, false);
    session_pass(s, l, at);
    if (alone)
        session_write_clock(s, s->clock, SOURCE_NONE);
}

/* A move without a line. */
static void move_alone(struct session *s, instant to, bool was_held)
{
    if (s->options.pass)
        write_own_clock(s, to, SOURCE_NONE, s->held || was_held);
    session_move(s, to);
}

static void hold(struct session *s, instant now)
{
    s->held = true;
    s->hold = (instant){now.us + 1}; /* what is of the same microsecond may still be on its way */
}

/* Woken late, after a deadline: what was said meanwhile may be on its way yet. Only ticks tell when all of it is here. */
static bool is_late(struct session *s, instant now)
{
    instant due = electorate_due(s->electorate, now);
    return s->ticked && due.us != INSTANT_NEVER.us && now.us - due.us > electorate_stall_limit(s->electorate);
}

static instant due_now(struct session *s, instant now)
{
    return s->held ? electorate_due_held(s->electorate, now) : next_due(s, now);
}

void session_move_alone(struct session *s, instant to)
{
    to = later(to, s->clock);
    session_write_clock(s, to, session_clock_due(s) ? SOURCE_LIVE : SOURCE_NONE);
    session_move(s, to);
}

void session_idle(struct session *s, const struct session_now *now)
{
    s->offset = now->wall.ns - now->steady.us * 1000;
    if (session_look(s).us > now->steady.us)
        return;
    bool held = s->held;
    if (!held && is_late(s, now->steady))
        hold(s, now->steady);
    else if (held && (!s->ticked || now->steady.us >= hold_over(s).us))
        s->held = false;
    if (held != s->held || due_now(s, now->steady).us != INSTANT_NEVER.us ||
        (!s->begun && now->steady.us >= s->begin_by.us))
        move_alone(s, now->steady, held);
}

/* What is due no matter what is said, by more than `late`: done now, and no silence is believed for a while. */
static void see_to_adverts(struct session *s, const struct session_now *now, usec late)
{
    s->offset = now->wall.ns - now->steady.us * 1000;
    if (s->replay || !s->started || s->stopped || electorate_look_held(s->electorate).us > now->steady.us)
        return;
    instant due = electorate_due_held(s->electorate, now->steady);
    if (due.us == INSTANT_NEVER.us || now->steady.us - due.us < late)
        return;
    hold(s, now->steady);
    move_alone(s, now->steady, true);
}

void session_busy(struct session *s, const struct session_now *now)
{
    see_to_adverts(s, now, 0);
}

void session_awake(struct session *s, const struct session_now *now)
{
    see_to_adverts(s, now, electorate_stall_limit(s->electorate));
}
