#include "core/session.h"

#include <stdlib.h>
#include <string.h>

#include "core/session_internal.h"

enum {
    OLD = 10 * 1000000,      /* µs: a live session refuses input older than this */
    LINKS_COME = 100 * 1000, /* µs: a source tells of its interfaces within this, if it does */
};

struct session *session_new(const struct session_options *options)
{
    struct session *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->options = *options;
    s->replay = options->replay;
    strncpy(s->boot, options->boot, sizeof s->boot - 1);
    struct electorate_reports reports = session_reports(s);
    s->electorate = electorate_new(&reports, options->shadow);
    s->observer = observer_new(session_observed, s);
    if (!s->electorate || !s->observer) {
        session_free(s);
        return NULL;
    }
    return s;
}

void session_free(struct session *s)
{
    if (!s)
        return;
    electorate_free(s->electorate);
    observer_free(s->observer);
    free(s->configured);
    free(s->early);
    free(s->staged);
    free(s);
}

/* Configuration */

/* Keeps the `vr` line, without its TIME, until the session starts. */
static bool remember(struct session *s, const struct vr_config *c)
{
    struct writer w = {.buffer = s->buffer, .size = sizeof s->buffer};
    write_vr(&w, (stamp){0}, c);
    const char *space = memchr(s->buffer, ' ', w.length);
    if (!space)
        return false;
    size_t length = w.length - (size_t)(space - s->buffer);
    char *grown = realloc(s->configured, s->configured_size + length);
    if (!grown)
        return false;
    memcpy(grown + s->configured_size, space, length);
    s->configured = grown;
    s->configured_size += length;
    return true;
}

enum session_vr session_configure(struct session *s, const struct vr_config *c)
{
    bool taken;
    size_t before = electorate_count(s->electorate);
    if (!electorate_vr(s->electorate, s->clock, c, &taken))
        return taken ? SESSION_VR_NAME_TAKEN : SESSION_VR_NO_MEMORY;
    if (electorate_count(s->electorate) == before)
        return SESSION_VR_AGAIN;
    if (s->options.pass && !remember(s, c))
        return SESSION_VR_NO_MEMORY;
    return SESSION_VR_DONE;
}

size_t session_routers(const struct session *s)
{
    return electorate_count(s->electorate);
}

void session_complain(struct session *s, struct span word, const char *reason)
{
    s->options.complain(s->options.context, word, reason);
}

void session_complain_value(struct session *s, const struct line *l, const char *key, const char *reason)
{
    size_t length = strlen(key);
    struct span value;
    if (line_get(l, key, &value))
        session_complain(s, (struct span){value.at - length - 1, length + 1 + value.len}, reason);
    else
        session_complain(s, (struct span){key, length}, "missing");
}

void session_complain_key(struct session *s, const struct line *l, const char *key)
{
    session_complain_value(s, l, key, "a value that it cannot have");
}

/* Events from the wire */

static void note_interface(struct session *s, const char *ifname, bool ours)
{
    s->matched = s->matched || ours;
    s->named = s->named || ifname[0] != '\0';
}

static void take_advert(struct session *s, const struct line *l)
{
    struct origin from = {0};
    struct advert a = {0};
    const char *where;
    if (!read_advert(l, &from, &a, &s->addresses, &where)) {
        session_complain_key(s, l, where);
        return;
    }
    note_interface(s, from.ifname, electorate_advert(s->electorate, s->clock, &from, &a));
    observer_advert(s->observer, s->clock, &from, &a);
}

static void take_bad(struct session *s, const struct line *l)
{
    struct origin from = {0};
    struct span ifname = {0}, why = {0};
    uint64_t af = 0, vrid = 0, vlan = 0;
    if (line_get(l, "if", &ifname) && !parse_name(ifname, from.ifname, sizeof from.ifname))
        return;
    line_u64(l, "vlan", 1, 4094, &vlan);
    from.vlan = (uint16_t)vlan;
    from.dir = line_is(l, "dir", "out") ? DIR_OUT : DIR_UNKNOWN;
    line_u64(l, "vrid", 0, 255, &vrid); /* it may have been too short for one */
    if (line_u64(l, "af", 4, 6, &af) && af != 5 && line_get(l, "why", &why))
        note_interface(s, from.ifname, electorate_bad(s->electorate, &from, (uint8_t)af, (uint8_t)vrid, why));
}

static void take_link(struct session *s, const struct line *l)
{
    struct link_event link = {0};
    const char *where;
    if (!read_link(l, &link, &where)) {
        session_complain_key(s, l, where);
        return;
    }
    note_interface(s, link.ifname, electorate_link(s->electorate, s->clock, &link));
}

/* `lost`: not of elect's own lines, nor what was left out because it was too much. The listener's may have been adverts. */
static bool is_gap(const struct line *l)
{
    return span_is(l->event, "lost") && !line_is(l, "where", "vrrp-elect") && !line_is(l, "where", "limit");
}

/* Before the clock moves there: all that was said until then is here. */
static void announce_tick(struct session *s, const struct line *l, instant at)
{
    struct span written = {0};
    usec every;
    if (!line_get(l, "every", &written) || !parse_duration(written, &every) || every <= 0)
        return;
    s->ticked = true;
    s->tick_every = every;
    s->held = s->held && at.us < s->hold.us;
    electorate_told(s->electorate, at, every);
}

static void tell_unlistened(void *context, const char *ifname)
{
    session_complain(context, (struct span){ifname, strlen(ifname)},
                     "no `link` line tells of it: vrrp-listen does not listen there, its virtual routers are in fault");
}

static void take_tick(struct session *s, const struct line *l)
{
    struct span every = {0};
    usec period;
    if (!line_get(l, "every", &every) || !parse_duration(every, &period) || period <= 0)
        session_complain_key(s, l, "every");
    else
        electorate_seen(s->electorate, s->line_at);
    electorate_unlistened(s->electorate, s->clock, tell_unlistened, s);
}

/* A `status` line that answers is not a request. */
static bool is_answer(const struct line *l)
{
    struct span value;
    return span_is(l->event, "status") && (line_get(l, "state", &value) || line_get(l, "end", &value));
}

struct taker {
    const char *event;
    void (*take)(struct session *s, const struct line *l);           /* of the wire */
    const char *(*control)(struct session *s, const struct line *l); /* of an operator */
};

static const struct taker *taker_of(const struct line *l)
{
    static const struct taker takers[] = {
        {"advert", .take = take_advert},
        {"bad", .take = take_bad},
        {"link", .take = take_link},
        {"tick", .take = take_tick},
        {"vr", .control = session_vr},
        {"novr", .control = session_novr},
        {"begin", .control = session_begin_set},
        {"commit", .control = session_commit},
        {"track", .control = session_track},
        {"yield", .control = session_yield},
        {"status", .control = session_status},
        {"stop", .control = session_stop},
        {"stage", .take = NULL}, /* of vrrp-run, for the readers of its log: at no moment of an election */
    };
    for (size_t i = 0; i < nitems(takers); i++)
        if (span_is(l->event, takers[i].event))
            return &takers[i];
    return NULL;
}

static void take(struct session *s, const struct line *l, const struct taker *taker)
{
    if (taker->take)
        taker->take(s, l);
    else
        session_answer(s, l, taker->control(s, l));
}

/* A live session is not configured by its input. What it refused is no part of its log either. */
static bool is_refused(struct session *s, const struct line *l, const struct taker *taker, bool control)
{
    if (!taker || !taker->control || control || s->replay)
        return false;
    if (!s->refused_control)
        session_complain(s, l->event, "configures nothing here: it is taken from operands and -f, or with -t");
    s->refused_control = true;
    return true;
}

/* The input */

/* Live, and older than can be: yesterday's log, fed to a session that would act on it. Judged once, on the first TIME. */
static bool too_old(struct session *s, const struct line *l, const struct session_now *now)
{
    if (s->judged || s->replay || !l->has_time)
        return false;
    s->judged = true;
    return now->steady.us - session_line_time(s, l, now).us > OLD;
}

static void start(struct session *s, instant at)
{
    if (!s->replay && at.us < 0) /* late, and the machine has just been started: before its clock there is none */
        at.us = 0;
    s->started = true;
    s->clock = at;
    if (s->options.pass) /* live, it says that this is a log of elect's own, to be obeyed */
        session_write_clock(s, at, s->replay ? SOURCE_FILE : SOURCE_LIVE);
    session_write_configured(s, at);
    s->begin_by = (instant){at.us + LINKS_COME};
}

/* The first `clock` line goes before all else that a log holds: it says what every TIME means. */
static bool take_clock(struct session *s, const struct line *l, const struct session_now *now, instant *at,
                       bool *foreign)
{
    struct clock_event clock = {0};
    const char *where;
    if (!read_clock(l, &clock, &where)) {
        session_complain_key(s, l, where);
        return false;
    }
    switch (session_clock_line(s, &clock, now, at)) {
    case CLOCK_USED:
        break;
    case CLOCK_FOREIGN:
        *foreign = true;
        *at = session_line_time(s, l, now);
        break;
    case CLOCK_AHEAD:
        session_complain_key(s, l, "mono");
        return false;
    }
    return true;
}

/* What a line says of the silence before it counts before the clock moves there. */
static void hear_of_silence(struct session *s, const struct line *l, const struct taker *taker, instant at)
{
    if (is_gap(l))
        session_lost(s, at);
    if (taker && taker->take == take_tick)
        announce_tick(s, l, at);
}

static void take_event(struct session *s, const struct line *l, const struct taker *taker, instant at)
{
    instant before = s->clock;
    bool of_silence = is_gap(l) || (taker && taker->take == take_tick);
    if (of_silence) {
        at = session_line_at(s, at);
        if (!session_maps(s, l, at))
            session_move_alone(s, at); /* a replay does, by the line that this writes */
        hear_of_silence(s, l, taker, at);
    }
    session_move(s, at);
    session_pass_taken(s, l, at, before, of_silence);
    s->cause = l->has_time && at.us == s->clock.us ? &l->time : NULL;
    s->line_at = at;
    if (!taker || (taker->take && taker->take != take_link))
        session_begin(s, s->clock);
    if (taker)
        take(s, l, taker);
    s->cause = NULL;
}

static void take_early(struct session *s, const struct session_now *now);

/* A line that has its moment: a `clock` line (taker NULL), an event to be taken, or one that is unknown. */
static enum session_result take_line(struct session *s, const struct line *l, const struct taker *taker,
                                     const struct session_now *now)
{
    bool is_clock = !taker && span_is(l->event, "clock"), foreign = false;
    instant at;
    if (!is_clock)
        at = session_line_time(s, l, now);
    else if (!take_clock(s, l, now, &at, &foreign))
        return SESSION_GOES_ON;
    if (too_old(s, l, now))
        return SESSION_OLD;
    if (foreign && s->started)
        return SESSION_GOES_ON;
    if (is_clock && !foreign)
        session_pass(s, l, at);
    if (!s->started) {
        start(s, at);
        take_early(s, now);
    }
    if (is_clock)
        session_move(s, at);
    else
        take_event(s, l, taker, at);
    return s->stopped ? SESSION_STOPPED : SESSION_GOES_ON;
}

/* Control lines without TIME that come before a replay has any wait for it. True: l does. */
static bool is_early(struct session *s, const struct line *l, const struct taker *taker)
{
    return s->replay && !s->started && !l->has_time && taker && taker->control &&
           session_keep(&s->early, &s->early_size, l->text.at, l->text.len);
}

static void take_early(struct session *s, const struct session_now *now)
{
    char *early = s->early;
    s->early = NULL;
    for (size_t done = 0, len; early && done < s->early_size && !s->stopped; done += len + 1) {
        len = (size_t)((const char *)memchr(early + done, '\n', s->early_size - done) - (early + done));
        session_line(s, early + done, len, true, now);
    }
    free(early);
}

enum session_result session_line(struct session *s, const char *text, size_t len, bool control,
                                 const struct session_now *now)
{
    struct line l;
    struct span where = {0};
    enum line_error error = line_parse(&l, text, len, &where);
    if (error == LINE_BLANK)
        return SESSION_GOES_ON;
    if (error != LINE_OK) {
        session_complain(s, where, line_error_text(error));
        return SESSION_GOES_ON;
    }
    s->offset = now->wall.ns - now->steady.us * 1000;
    const struct taker *taker = taker_of(&l);
    bool nobodys = taker && !taker->take && !taker->control;
    /* An elect writes these, too, and beside its clock. */
    bool aside = nobodys || is_answer(&l) || (span_is(l.event, "lost") && line_is(&l, "where", "vrrp-elect"));
    if (control && (aside || !taker || !taker->control)) {
        session_complain(s, l.event, "not a control line");
        return SESSION_GOES_ON;
    }
    if (!aside && is_early(s, &l, taker))
        return SESSION_GOES_ON;
    if (!aside && !is_refused(s, &l, taker, control) && (taker || !session_is_decision(&l)))
        return take_line(s, &l, taker, now);
    if (too_old(s, &l, now))
        return SESSION_OLD;
    if (aside)
        session_pass(s, &l, s->replay ? s->clock : now->steady);
    return SESSION_GOES_ON;
}

void session_end(struct session *s, const struct session_now *now)
{
    if (!s->started && s->early) {
        start(s, s->clock);
        take_early(s, now);
    }
    if (!s->started || s->stopped)
        return;
    s->stopped = true;
    s->offset = now->wall.ns - now->steady.us * 1000;
    observer_end(s->observer, s->clock);
    if (s->clock_written)
        session_tell_clock(s, s->clock); /* at the end it would move the clock of a replay, and nothing is to fire */
    if (!s->replay && now->steady.us > s->clock.us)
        s->clock = now->steady;
    electorate_stop(s->electorate, s->clock);
}

bool session_is_replay(const struct session *s)
{
    return s->replay;
}

bool session_missed_interfaces(const struct session *s)
{
    return electorate_count(s->electorate) > 0 && s->named && !s->matched;
}

usec session_patience(const struct session *s)
{
    return electorate_patience(s->electorate);
}
