/* vrrp-advert as a filter: each fresh `send` goes on the wire, then every line goes on. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "cmd/advert.h"
#include "cmd/advert_held.h"
#include "cmd/cli.h"
#include "cmd/lines.h"
#include "core/freshness.h"
#include "core/timers.h"
#include "net/clock.h"
#include "net/inlet.h"
#include "net/outlet.h"
#include "net/signals.h"

enum { DOWN_FACTOR = 3, REASONS = STALE_FUTURE + 1 };

static const usec PATIENCE = SECOND;       /* the least that a reader may take nothing for */
static const usec END_LIMIT = SECOND;      /* to get rid of the last lines */
static const usec LOOK_AGAIN = SECOND / 4; /* while a reader is waited for */

struct filter {
    const struct advert_options *options;
    struct wire wire;
    struct inlet inlet;
    struct outlet outlet;
    struct signals signals;
    struct held_table held;
    struct clock_map map;
    char boot[BOOT_TEXT];
    usec patience;
    stamp last;              /* the latest TIME of a line */
    uint64_t stale[REASONS]; /* `send` lines that were not sent */
    bool silent;             /* -w -: packets on standard output, so no lines there */
};

static struct filter filter;

static void put(struct filter *f, enum level_kind kind, const struct identity *id, const char *text, size_t length)
{
    /* Without a wire nothing is a level: every line is there to be read. */
    enum level_kind held = f->wire.live ? kind : LEVEL_KEEP;
    if (!f->silent && !outlet_put_behind(&f->outlet, held, id, text, length, clock_wall()))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
}

/* Behind the last word; a word that begins with # begins a comment. */
static size_t words_end(struct span text)
{
    size_t end = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (strchr(" \t\r", text.at[i]))
            continue;
        if (text.at[i] == '#' && end < i)
            break;
        end = i + 1;
    }
    return end;
}

/* The line as it came, or with err= as its last word. */
static void pass(struct filter *f, enum level_kind kind, const struct identity *id, struct span text, int failed)
{
    static char out[LINE_BYTES + 64];
    static const char err[] = " err=";
    size_t length = failed ? words_end(text) : text.len, rest = text.len - length;
    memcpy(out, text.at, length);
    if (failed) {
        const char *word = error_word(failed);
        memcpy(out + length, err, strlen(err));
        length += strlen(err);
        memcpy(out + length, word, strlen(word));
        length += strlen(word);
    }
    memcpy(out + length, text.at + text.len - rest, rest);
    length += rest;
    out[length++] = '\n';
    put(f, kind, id, out, length);
}

/* -n: the frame as a comment, which readers pass over. */
static void show_frames(struct filter *f, const struct send_event *e)
{
    static char out[LINE_BYTES];
    size_t length;
    for (size_t i = 0; (length = wire_frame_text(&f->wire, e, i, out)) > 0; i++)
        put(f, LEVEL_KEEP, NULL, out, length);
}

static enum level_kind send_kind(const struct send_event *e)
{
    if (e->prio == VRRP_PRIORITY_RESIGN)
        return LEVEL_RESIGN;
    return e->announce ? LEVEL_ANNOUNCE : LEVEL_SEND;
}

/* What is not to be acted on must not stand in the way of what is. */
static enum level_kind stale_kind(const struct filter *f)
{
    return f->held.count > 0 ? LEVEL_DROPPABLE : LEVEL_KEEP;
}

static enum freshness judge(const struct filter *f, const struct line *l, bool replay, usec age_limit)
{
    if (!f->wire.live)
        return FRESH;
    return line_freshness(&f->map, l, replay, age_limit, clock_now(), clock_wall(), f->boot);
}

static void say_stale(struct filter *f, enum freshness why)
{
    if (f->stale[why]++ == 0)
        cli_say("standard input:%" PRIu64 ": not sent, and so for all such lines: %s", f->inlet.number,
                freshness_text(why));
}

static bool cut_off(const struct filter *f)
{
    if (!f->wire.live || !f->inlet.unterminated)
        return false;
    lines_complain(&f->inlet, (struct span){0}, "the last line has no end: it was cut off");
    return true;
}

static void take_send(struct filter *f, const struct line *l, struct span text)
{
    static struct prefix_buffer buffer;
    struct send_event e;
    const char *wrong;
    if (!read_send(l, &e, &buffer, &wrong)) {
        lines_bad_key(&f->inlet, l, wrong);
        return;
    }
    usec age_limit = active_down_interval(e.version, e.prio, e.interval, DOWN_FACTOR);
    enum freshness fresh = judge(f, l, e.replay, age_limit);
    if (fresh != FRESH) {
        say_stale(f, fresh);
        pass(f, stale_kind(f), NULL, text, 0);
        return;
    }
    if (age_limit > f->patience)
        f->patience = age_limit;
    if (e.fence > f->patience) /* when it is over the fence has shut */
        f->patience = e.fence;
    int failed = wire_send(&f->wire, &e, l->has_time ? l->time : clock_wall(), clock_now());
    if (e.prio == VRRP_PRIORITY_RESIGN)
        held_forget(&f->held, &e.id);
    else if (!held_put(&f->held, &e))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    struct span told;
    pass(f, send_kind(&e), &e.id, text, line_get(l, "err", &told) ? 0 : failed);
    if (f->options->dry && !failed)
        show_frames(f, &e);
}

static void take_state(struct filter *f, const struct line *l, struct span text)
{
    static struct prefix_buffer buffer;
    struct state_event e;
    const char *wrong;
    if (!read_state(l, &e, &buffer, &wrong)) {
        lines_bad_key(&f->inlet, l, wrong);
        return;
    }
    usec limit = active_down_interval(e.version, e.prio, e.interval, DOWN_FACTOR);
    enum freshness fresh = e.shadow ? FRESH : judge(f, l, e.replay, limit);
    /* One that is merely late still says that the virtual router is not active any more. A shadow's says nothing of us. */
    if ((fresh != FRESH && fresh != STALE_AGE) || e.shadow) {
        pass(f, stale_kind(f), NULL, text, 0);
        return;
    }
    if (e.to != ROUTER_ACTIVE)
        held_forget(&f->held, &e.id);
    pass(f, e.to == ROUTER_ACTIVE ? LEVEL_STATE_ACTIVE : LEVEL_STATE_AWAY, &e.id, text, 0);
}

static void take_clock(struct filter *f, const struct line *l, struct span text)
{
    const char *wrong;
    struct clock_event e;
    if (!read_clock(l, &e, &wrong)) {
        lines_bad_key(&f->inlet, l, wrong);
        return;
    }
    f->map = (struct clock_map){.known = true, .clock = e};
    pass(f, LEVEL_KEEP, NULL, text, 0);
}

static bool droppable(const struct line *l)
{
    static const char *const events[] = {"advert", "bad", "announce", "other", "tick"};
    for (size_t i = 0; i < nitems(events); i++) {
        if (span_is(l->event, events[i]))
            return true;
    }
    return false;
}

static void take(struct filter *f, const struct line *l, struct span text)
{
    if (l->has_time && l->time.ns > f->last.ns)
        f->last = l->time;
    bool is_send = span_is(l->event, "send"), is_state = span_is(l->event, "state");
    if ((is_send || is_state) && cut_off(f))
        return;
    if (is_send)
        take_send(f, l, text);
    else if (is_state)
        take_state(f, l, text);
    else if (span_is(l->event, "clock"))
        take_clock(f, l, text);
    else
        pass(f, droppable(l) ? LEVEL_DROPPABLE : LEVEL_KEEP, NULL, text, 0);
}

/* One read, and the lines that it brought. */
static void read_lines(struct filter *f)
{
    struct line l;
    struct span text;
    inlet_fill(&f->inlet);
    for (enum lines_got got; (got = lines_next(&f->inlet, &l, &text)) != LINES_NONE;) {
        if (got == LINES_BLANK)
            pass(f, LEVEL_KEEP, NULL, text, 0);
        else
            take(f, &l, text);
    }
    if (f->inlet.error)
        cli_say("standard input: %s", strerror(f->inlet.error));
}

/* Priority 0 for what is still advertised: on the wire, and, as long as somebody reads them, in lines. */
static void resign(struct filter *f, struct held *h, stamp t)
{
    static char text[LINE_BYTES + 1];
    struct writer w = {.buffer = text, .size = sizeof(text)};
    struct send_event e = h->send;
    e.prio = VRRP_PRIORITY_RESIGN;
    e.announce = false;
    e.seq += e.seq != 0 && e.seq < UINT32_MAX;
    int failed = wire_send(&f->wire, &e, t, clock_now());
    if (f->outlet.closed || f->outlet.error)
        return;
    write_send(&w, t, &e);
    if (w.length > 0)
        pass(f, LEVEL_RESIGN, &e.id, (struct span){text, w.length - 1}, failed);
    if (f->options->dry && !failed)
        show_frames(f, &e);
    struct state_event s = {
        .id = e.id,
        .from = ROUTER_ACTIVE,
        .to = ROUTER_INIT,
        .why = "upstream",
        .version = e.version,
        .both = e.both,
        .prio = h->send.prio,
        .interval = e.interval,
        .ip = e.ip,
        .replay = e.replay,
        .vmac = e.vmac,
        .unaccepted = e.unaccepted,
    };
    memcpy(s.name, e.name, sizeof(s.name));
    w = (struct writer){.buffer = text, .size = sizeof(text)};
    write_state(&w, t, &s);
    put(f, LEVEL_STATE_AWAY, &s.id, text, w.length);
}

/* fenced_too: also for those behind a fence, which stays open for a while yet after their last advertisement. */
static size_t resign_all(struct filter *f, bool fenced_too)
{
    size_t resigned = 0;
    stamp t = f->wire.live || !f->last.ns ? clock_wall() : f->last;
    for (size_t i = 0; i < f->held.count; i++) {
        if (f->held.all[i]->send.fence > 0 && !fenced_too)
            continue;
        resign(f, f->held.all[i], t);
        resigned++;
    }
    held_free(&f->held);
    return resigned;
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* Nobody takes the lines any more: what this host holds would not be held by anyone. But who has died, and with him the
 * one who shuts the fence, leaves it open until it shuts by itself, and nobody is to take over before: silence says so. */
static int gone(struct filter *f, const char *what, bool died)
{
    if (!f->wire.live)
        return EXIT_DONE;
    f->outlet.closed = true;
    size_t held = f->held.count, resigned = resign_all(f, !died);
    cli_say("the reader of my lines %s; priority 0 was sent for %zu virtual router%s", what, resigned,
            plural(resigned));
    if (resigned < held)
        cli_say("nothing was sent for %zu virtual router%s behind a fence, which is to shut first", held - resigned,
                plural(held - resigned));
    return EXIT_SYSTEM;
}

/* What comes of a flush: -1 to go on, or the exit status. */
static int judge_outlet(struct filter *f, enum outlet_status status)
{
    switch (status) {
    case OUTLET_DONE:
        break;
    case OUTLET_WAITING:
        if (f->held.count > 0 && f->wire.live && outlet_waited(&f->outlet, clock_now()) > f->patience)
            return gone(f, "has stopped reading", false);
        break;
    case OUTLET_CLOSED:
        return gone(f, "is gone", true);
    case OUTLET_FAILED:
        cli_say("standard output: %s", strerror(f->outlet.error));
        resign_all(f, true);
        return EXIT_SYSTEM;
    }
    return -1;
}

/* While nothing is held there is time to wait for the reader, and then nothing needs to be dropped. (When nobody writes
 * any more poll says so all the same. What is left is a pipe's worth at most, and is read: a reader is not waited for
 * at the end.) */
static bool may_read(const struct filter *f)
{
    return outlet_events(&f->outlet) == 0 || (f->wire.live && f->held.count > 0);
}

/* In milliseconds; -1: for ever. */
static int longest_wait(const struct filter *f)
{
    instant now = clock_now(), until = signals_deadline(&f->signals);
    if (outlet_events(&f->outlet) != 0 && now.us + LOOK_AGAIN < until.us)
        until.us = now.us + LOOK_AGAIN;
    if (until.us == INSTANT_NEVER.us)
        return -1;
    usec left = until.us - now.us;
    return left <= 0 ? 0 : (int)((left + MILLISECOND - 1) / MILLISECOND);
}

/* Waits and reads once. True when it is to end though the input has not. */
static bool turn(struct filter *f)
{
    struct pollfd polls[] = {
        {.fd = STDIN_FILENO, .events = may_read(f) ? POLLIN : 0},
        {.fd = STDOUT_FILENO, .events = outlet_events(&f->outlet)},
        {.fd = f->signals.fd, .events = POLLIN},
    };
    if (poll(polls, nitems(polls), longest_wait(f)) < 0 && errno != EINTR)
        cli_die(EXIT_SYSTEM, "poll: %s", strerror(errno));
    if (polls[1].revents & (POLLERR | POLLHUP | POLLNVAL))
        f->outlet.closed = true;
    if (polls[0].revents && !f->outlet.closed)
        read_lines(f);
    bool stop = (polls[2].revents || f->signals.count > 0) && signals_stop(&f->signals);
    if (f->signals.hangups > 0)
        wire_read_keys(&f->wire, f->options->key_path);
    f->signals.hangups = 0;
    return stop;
}

/* The last lines: a router does not wait for long, a log waits for its reader. -1, or the exit status. */
static int get_rid(struct filter *f)
{
    enum outlet_status status;
    do
        status = outlet_drain(&f->outlet, clock_wall(), f->wire.live ? END_LIMIT : LOOK_AGAIN);
    while (status == OUTLET_WAITING && !f->wire.live && !signals_stop(&f->signals));
    return status == OUTLET_WAITING ? gone(f, "has stopped reading", false) : judge_outlet(f, status);
}

static int run(struct filter *f)
{
    int status = -1;
    for (bool stop = false; status < 0 && !stop && !f->inlet.ended;) {
        stop = turn(f);
        status = judge_outlet(f, outlet_flush(&f->outlet, clock_wall()));
        if (!wire_flush(&f->wire))
            return EXIT_SYSTEM;
        wire_refresh(&f->wire, clock_now());
    }
    if (status >= 0)
        return status;
    resign_all(f, true);
    status = get_rid(f);
    return status < 0 && f->inlet.error ? EXIT_SYSTEM : status < 0 ? EXIT_DONE : status;
}

static void say_counts(const struct filter *f)
{
    for (int why = FRESH + 1; why < REASONS; why++) {
        if (f->stale[why] > 0)
            cli_say("%" PRIu64 " advertisement%s not sent: %s", f->stale[why], f->stale[why] == 1 ? "" : "s",
                    freshness_text((enum freshness)why));
    }
}

int advert_filter(const struct advert_options *o)
{
    struct filter *f = &filter;
    f->options = o;
    f->patience = PATIENCE;
    f->silent = o->file && strcmp(o->file, "-") == 0;
    clock_boot_id(f->boot);
    inlet_init(&f->inlet, STDIN_FILENO);
    if (!signals_open(&f->signals, o->key_path ? SIGNALS_SECOND_FILTER_HUP : SIGNALS_SECOND_FILTER))
        cli_die(EXIT_SYSTEM, "%s", strerror(errno));
    wire_open(&f->wire, o);
    if (!wire_open_file(&f->wire, o, &f->signals))
        return wire_close(&f->wire) ? EXIT_DONE : EXIT_SYSTEM;
    if (!outlet_open(&f->outlet, STDOUT_FILENO, program.name, f->wire.live))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    if (o->key_path)
        cli_confine_beside(CONFINE_SIGNER, "-k ", o->key_path);
    else
        cli_confine(CONFINE_SENDER);
    int status = run(f);
    say_counts(f);
    if (!wire_close(&f->wire) && status == EXIT_DONE)
        status = EXIT_SYSTEM;
    outlet_close(&f->outlet);
    held_free(&f->held);
    return status;
}
