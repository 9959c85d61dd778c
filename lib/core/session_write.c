/* What a session writes: decisions, observations, status, and what it passes on. */
#include <stdlib.h>
#include <string.h>

#include "core/session_internal.h"

enum { STEP_NS = 10000000 }; /* a change of the wall clock that is worth a new `clock` line */

struct writer session_writer(struct session *s)
{
    return (struct writer){.buffer = s->buffer, .size = sizeof s->buffer, .format_time = s->options.format_time};
}

/* A replay shows each decision: nothing acts on them, so that none takes the place of another. */
void session_emit(struct session *s, enum level_kind kind, const struct identity *id, struct writer *w)
{
    if (w->length > 0)
        s->options.emit(s->options.context, s->replay ? LEVEL_KEEP : kind, id, w->buffer, w->length);
}

bool session_clock_due(const struct session *s)
{
    int64_t drift = s->offset - s->written_offset;
    bool stepped = !s->replay && (drift >= STEP_NS || drift <= -STEP_NS);
    return !s->clock_written || stepped;
}

/* Whoever reads our `send` lines judges their age: he needs our clock, and again once the wall clock was stepped. */
void session_tell_clock(struct session *s, instant at)
{
    if (session_clock_due(s))
        session_write_clock(s, at, s->replay ? SOURCE_FILE : SOURCE_LIVE);
}

/* What comes of a line has its TIME to the nanosecond: of a packet, when it was captured. */
static stamp decision_stamp(const struct session *s, instant at)
{
    return s->cause && at.us == s->clock.us ? *s->cause : session_stamp(s, at);
}

static void report_send(void *context, instant at, const struct send_event *e)
{
    struct session *s = context;
    struct send_event send = *e;
    if (s->options.shadow)
        return;
    session_tell_clock(s, at);
    send.replay = s->replay;
    struct writer w = session_writer(s);
    write_send(&w, decision_stamp(s, at), &send);
    enum level_kind held = e->announce ? LEVEL_ANNOUNCE : LEVEL_SEND;
    session_emit(s, e->prio == VRRP_PRIORITY_RESIGN ? LEVEL_RESIGN : held, &e->id, &w);
}

static void report_state(void *context, instant at, const struct state_event *e)
{
    struct session *s = context;
    struct state_event state = *e;
    session_tell_clock(s, at);
    state.replay = s->replay;
    state.shadow = s->options.shadow;
    struct writer w = session_writer(s);
    write_state(&w, decision_stamp(s, at), &state);
    session_emit(s, e->to == ROUTER_ACTIVE ? LEVEL_STATE_ACTIVE : LEVEL_STATE_AWAY, &e->id, &w);
}

static void report_notice(void *context, instant at, const struct notice_event *e)
{
    struct session *s = context;
    struct writer w = session_writer(s);
    writer_begin(&w, decision_stamp(s, at), "notice");
    put_identity(&w, &e->id);
    put_text(&w, "name", (struct span){e->name, strlen(e->name)});
    put_word(&w, "what", notice_name(e->what));
    put_ip(&w, "src", &e->src);
    writer_end(&w);
    session_emit(s, LEVEL_KEEP, NULL, &w);
}

static uint32_t unix_seconds(void *context, instant at)
{
    int64_t seconds = session_stamp(context, at).ns / 1000000000;
    return seconds < 0 ? 0 : seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds;
}

struct electorate_reports session_reports(struct session *s)
{
    return (struct electorate_reports){.send = report_send,
                                       .state = report_state,
                                       .notice = report_notice,
                                       .unix_seconds = unix_seconds,
                                       .context = s};
}

void session_observed(void *context, instant at, const struct observation *o)
{
    struct session *s = context;
    struct writer w = session_writer(s);
    write_observation(&w, decision_stamp(s, at), o);
    session_emit(s, LEVEL_KEEP, NULL, &w);
}

/* Passing on */

static bool is_one_of(struct span event, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_is(event, words[i]))
            return true;
    return false;
}

/* TIME of a line that is not written but copied. */
static size_t put_time(struct session *s, stamp t)
{
    return s->options.format_time ? s->options.format_time(s->buffer, t) : format_stamp(s->buffer, t);
}

/* What an elect (this one or another) decides is never passed on, nor taken, as if it were input. */
bool session_is_decision(const struct line *l)
{
    static const char *const decisions[] = {"send", "state", "elected", "vacant", "notice", "answer", "statistics"};
    return is_one_of(l->event, decisions, nitems(decisions)) ||
           (span_is(l->event, "lost") && line_is(l, "where", "observer"));
}

/* To the byte, but a line without TIME is given the one at which it was taken, as the last `clock` line has it: a log is
 * there to be replayed. */
void session_pass(struct session *s, const struct line *l, instant at)
{
    static const char *const droppable[] = {"advert", "bad", "announce", "other", "tick"};
    if (!s->options.pass && !span_is(l->event, "lost"))
        return;
    size_t length = 0;
    if (!l->has_time) {
        bool by_map = s->options.pass && !s->replay && s->map.known;
        length = put_time(s, by_map ? clock_to_stamp(&s->map, at) : session_stamp(s, at));
        s->buffer[length++] = ' ';
    }
    if (l->text.len + length > LINE_BYTES) {
        s->options.complain(s->options.context, l->event, "not passed on: with its TIME it is too long");
        return;
    }
    memcpy(s->buffer + length, l->text.at, l->text.len);
    length += l->text.len;
    s->buffer[length++] = '\n';
    bool may_drop = !s->replay && is_one_of(l->event, droppable, nitems(droppable));
    enum level_kind kind = may_drop ? LEVEL_DROPPABLE : LEVEL_KEEP;
    s->options.emit(s->options.context, kind, NULL, s->buffer, length);
}

/* The configuration as `vr` lines with the TIME at which it took effect. */
void session_write_configured(struct session *s, instant at)
{
    for (size_t done = 0, len; done < s->configured_size; done += len) {
        const char *line = s->configured + done;
        len = (size_t)((const char *)memchr(line, '\n', s->configured_size - done) - line) + 1;
        size_t length = put_time(s, session_stamp(s, at));
        memcpy(s->buffer + length, line, len);
        s->options.emit(s->options.context, LEVEL_KEEP, NULL, s->buffer, length + len);
    }
    free(s->configured);
    s->configured = NULL;
    s->configured_size = 0;
}
