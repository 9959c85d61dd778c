#include "core/session.h"

#include <stdlib.h>
#include <string.h>

#include "core/session_internal.h"

enum { OLD = 10 * 1000000 }; /* µs: a live session refuses input older than this */

struct session *session_new(const struct session_options *options)
{
    struct session *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->options = *options;
    s->replay = options->replay;
    strncpy(s->boot, options->boot, sizeof s->boot - 1);
    struct electorate_reports reports = session_reports(s);
    s->electorate = electorate_new(&reports);
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

static void complain(struct session *s, struct span word, const char *reason)
{
    s->options.complain(s->options.context, word, reason);
}

static void complain_key(struct session *s, const struct line *l, const char *key)
{
    struct span value = {0};
    char reason[64] = "missing or wrong: ";
    strncat(reason, key, sizeof reason - strlen(reason) - 1);
    if (line_get(l, key, &value))
        complain(s, value, reason);
    else
        complain(s, l->event, reason);
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
        complain_key(s, l, where);
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
    if (line_u64(l, "af", 4, 6, &af) && line_u64(l, "vrid", 1, 255, &vrid) && line_get(l, "why", &why))
        note_interface(s, from.ifname, electorate_bad(s->electorate, &from, (uint8_t)af, (uint8_t)vrid, why));
}

static void take_link(struct session *s, const struct line *l)
{
    struct link_event link = {0};
    const char *where;
    if (!read_link(l, &link, &where)) {
        complain_key(s, l, where);
        return;
    }
    note_interface(s, link.ifname, electorate_link(s->electorate, s->clock, &link));
}

/* Control */

static void take_vr(struct session *s, const struct line *l)
{
    struct vr_config config = {0};
    struct prefix_buffer buffer;
    struct config_error error = {0};
    bool taken;
    if (!config_parse(&config, &buffer, l, &error))
        complain(s, error.word.len ? error.word : l->event, error.reason);
    else if (!electorate_vr(s->electorate, s->clock, &config, &taken))
        complain(s, l->event, taken ? "name: belongs to another virtual router" : "out of memory");
}

static void take_track(struct session *s, const struct line *l)
{
    struct track_event track = {0};
    const char *where;
    if (!read_track(l, &track, &where))
        complain_key(s, l, where);
    else if (!electorate_track(s->electorate, s->clock, &track))
        complain(s, l->event, "out of memory");
}

static void take_named(struct session *s, const struct line *l)
{
    struct span written = {0};
    char text[NAME_TEXT];
    bool done;
    if (!line_get(l, "name", &written) || !parse_name(written, text, sizeof text)) {
        complain_key(s, l, "name");
        return;
    }
    struct span name = {text, strlen(text)};
    if (span_is(l->event, "novr"))
        done = electorate_novr(s->electorate, s->clock, name);
    else
        done = electorate_yield(s->electorate, s->clock, name, !line_is(l, "off", "yes"));
    if (!done)
        complain(s, written, "name: no such virtual router");
}

/* A `status` line that answers is not a request. */
static bool is_answer(const struct line *l)
{
    struct span value;
    return span_is(l->event, "status") && (line_get(l, "state", &value) || line_get(l, "end", &value));
}

static void take_stop(struct session *s, const struct line *l)
{
    (void)l;
    s->stopped = true;
    electorate_stop(s->electorate, s->clock);
}

struct taker {
    const char *event;
    bool control;
    void (*take)(struct session *s, const struct line *l);
};

static const struct taker *taker_of(const struct line *l)
{
    static const struct taker takers[] = {
        {"advert", false, take_advert}, {"bad", false, take_bad},         {"link", false, take_link},
        {"vr", true, take_vr},          {"novr", true, take_named},       {"track", true, take_track},
        {"yield", true, take_named},    {"status", true, session_status}, {"stop", true, take_stop},
    };
    for (size_t i = 0; i < nitems(takers); i++)
        if (span_is(l->event, takers[i].event))
            return &takers[i];
    return NULL;
}

/* A live session is not configured by its input. What it refused is no part of its log either. */
static bool is_refused(struct session *s, const struct line *l, const struct taker *taker, bool control)
{
    if (!taker || !taker->control || control || s->replay)
        return false;
    if (!s->refused_control)
        complain(s, l->event, "configures nothing here: it is taken from operands and -f, or with -t");
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
    electorate_start(s->electorate, at);
}

/* The first `clock` line goes before all else that a log holds: it says what every TIME means. */
static bool take_clock(struct session *s, const struct line *l, const struct session_now *now, instant *at,
                       bool *foreign)
{
    struct clock_event clock = {0};
    const char *where;
    if (!read_clock(l, &clock, &where)) {
        complain_key(s, l, where);
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
        complain_key(s, l, "mono");
        return false;
    }
    return true;
}

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
    if (!s->started)
        start(s, at);
    instant before = s->clock;
    session_move(s, at);
    if (!is_clock) {
        session_pass_taken(s, l, at, before);
        s->cause = l->has_time && at.us == s->clock.us ? &l->time : NULL;
        if (taker)
            taker->take(s, l);
        s->cause = NULL;
    }
    return s->stopped ? SESSION_STOPPED : SESSION_GOES_ON;
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
        complain(s, where, line_error_text(error));
        return SESSION_GOES_ON;
    }
    s->offset = now->wall.ns - now->steady.us * 1000;
    const struct taker *taker = taker_of(&l);
    bool aside = is_answer(&l) || span_is(l.event, "lost"); /* an elect writes these, too, and beside its clock */
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
    if (!s->started || s->stopped)
        return;
    s->stopped = true;
    s->offset = now->wall.ns - now->steady.us * 1000;
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
