/* Shared by the session's own files; nobody else includes it. */
#ifndef CORE_SESSION_INTERNAL_H
#define CORE_SESSION_INTERNAL_H

#include "core/electorate.h"
#include "core/event.h"
#include "core/freshness.h"
#include "core/observer.h"
#include "core/session.h"

struct session {
    struct session_options options;
    char boot[BOOT_TEXT];
    bool replay;
    bool obeys; /* the input is a log of elect's own: it holds each move of the clock */
    bool started, stopped, judged;
    bool begun; /* the elections have: interfaces were told, or no `link` line came first */
    instant begin_by;
    bool named, matched; /* lines named an interface; one that is configured */
    bool refused_control;
    instant clock;
    instant line_at; /* of the line that is acted on */
    bool ticked;
    usec tick_every;
    bool held; /* after a stall: no silence is believed before a line of this moment */
    instant hold;
    bool gapped; /* lines up to this moment are missing */
    instant gap_until;
    const stamp *cause;   /* TIME of the line that is acted on; NULL: nothing, or it was not of the clock's moment */
    struct clock_map map; /* of the input */
    int64_t bias;         /* µs from the map's steady clock to ours: not 0 after a change of boot in a replay */
    int64_t offset;       /* ns from our steady clock to the wall clock, live */
    bool clock_written;
    int64_t written_offset; /* as our last `clock` line said */
    struct electorate *electorate;
    struct observer *observer;
    char *configured; /* `vr` lines without TIME, for the log */
    size_t configured_size;
    char *early; /* control lines without TIME, before a replay has any */
    size_t early_size;
    bool staging; /* between `begin` and `commit`: */
    bool staged_wrong;
    char *staged; /* `vr` lines */
    size_t staged_size;
    const char *status_id; /* while status lines are written */
    size_t status_id_len;
    uint64_t status_count;
    struct address_buffer addresses;
    char buffer[LINE_BYTES + 2];
};

/* session_time.c */
stamp session_stamp(const struct session *s, instant at); /* TIME of a line of ours */
enum clock_use { CLOCK_USED, CLOCK_FOREIGN /* of another boot, live: says nothing to us */, CLOCK_AHEAD };
enum clock_use session_clock_line(struct session *s, const struct clock_event *c, const struct session_now *now,
                                  instant *at);
instant session_line_time(struct session *s, const struct line *l, const struct session_now *now);
void session_move(struct session *s, instant to);
void session_begin(struct session *s, instant at); /* what waited for `link` lines starts */
void session_lost(struct session *s, instant at);  /* lines up to then are missing */
void session_write_clock(struct session *s, instant at, enum clock_source source);
/* The moment of a line, which may be a little before the clock; what seems to be longer ago is of another clock. */
instant session_line_at(const struct session *s, instant at);
/* A replay of what is passed on moves by this line just as we do: no `clock` line of ours will stand before it. */
bool session_maps(const struct session *s, const struct line *l, instant at);
void session_move_alone(struct session *s, instant to); /* and says so: a move without a line */
/* Passes on a line of `at`, for which the clock moved from `before`, with what a replay needs to move it so too; exact:
 * and to know `at` itself, though the clock was ahead of it. */
void session_pass_taken(struct session *s, const struct line *l, instant at, instant before, bool exact);

/* session_control.c: what operators say. Each returns NULL, or in a word why it was refused. */
const char *session_vr(struct session *s, const struct line *l);
const char *session_novr(struct session *s, const struct line *l);
const char *session_begin_set(struct session *s, const struct line *l);
const char *session_commit(struct session *s, const struct line *l);
const char *session_track(struct session *s, const struct line *l);
const char *session_yield(struct session *s, const struct line *l);
const char *session_stop(struct session *s, const struct line *l);
const char *session_status(struct session *s, const struct line *request);
void session_answer(struct session *s, const struct line *l, const char *refused);
bool session_keep(char **text, size_t *size, const char *line,
                  size_t len); /* appends; false: out of memory, too much */

/* session.c */
void session_complain(struct session *s, struct span word, const char *reason);
/* Of KEY=VALUE, as it stands there, or that it does not. */
void session_complain_value(struct session *s, const struct line *l, const char *key, const char *reason);
void session_complain_key(struct session *s, const struct line *l, const char *key);

/* session_write.c */
struct writer session_writer(struct session *s);
bool session_clock_due(const struct session *s); /* a decision would be preceded by a `clock` line */
void session_tell_clock(struct session *s, instant at);
void session_emit(struct session *s, enum level_kind kind, const struct identity *id, struct writer *w);
struct electorate_reports session_reports(struct session *s);
void session_observed(void *context, instant at, const struct observation *o);
bool session_is_decision(const struct line *l);
void session_pass(struct session *s, const struct line *l, instant at);
void session_write_configured(struct session *s, instant at);

#endif
