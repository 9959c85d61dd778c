/* A run of vrrp-elect: lines in, lines out. Ties the clock of the lines, the electorate (virtual routers that are
 * configured) and the observer (those that are only heard) together. Pure: both clocks are arguments, so that a live
 * run, a replay, a simulator and a fuzzer all drive the same code.
 *
 * The clock rule, live and replayed: each line moves the clock to max(clock, its TIME) and fires what is due, then it
 * is acted on; when the input is empty, a live session moves the clock to now. With `pass` each move without a line is
 * written as a `clock` line (by=elect), so that a replay of the log moves in the same steps and decides the same.
 *
 * Silence is the one thing that no line tells. It is believed when a line says that all before it was told (a `tick`), or
 * when the input is empty; but after a stall only once a line of after the stall was read (where there are ticks), not at
 * once where lines were lost, and not when the ticks have stopped, too. */
#ifndef CORE_SESSION_H
#define CORE_SESSION_H

#include "core/config.h"
#include "core/levels.h"
#include "core/line.h"

struct session_now {
    instant steady;
    stamp wall;
};

struct session_options {
    bool replay;      /* time comes from the lines */
    bool pass;        /* pass the input on */
    bool shadow;      /* elect beside another daemon of this host: its adverts are a peer's, nothing is sent */
    const char *boot; /* this boot's name; copied */
    size_t (*format_time)(char out[static STAMP_TEXT], stamp t); /* as in struct writer */
    void (*emit)(void *context, enum level_kind kind, const struct identity *id, const char *line, size_t len);
    void (*complain)(void *context, struct span word, const char *reason); /* of the line that is being read */
    /* The answer to a control line that has id=, besides being emitted; may be NULL. */
    void (*answer)(void *context, const char *line, size_t len);
    void *context;
};

enum session_result {
    SESSION_GOES_ON,
    SESSION_STOPPED, /* a `stop` line: end cleanly */
    SESSION_OLD,     /* live, and the first line is more than 10 s old: refused */
    SESSION_NO_MEMORY,
};

struct session;
struct session *session_new(const struct session_options *options); /* NULL: out of memory */
void session_free(struct session *s);

/* A virtual router from operands or a file, before the first line. They start with the first line: until its source
 * has spoken, a session neither believes in silence nor knows whether it is a replay. */
enum session_vr {
    SESSION_VR_DONE,
    SESSION_VR_NAME_TAKEN,
    SESSION_VR_AGAIN /* its identity was configured before */,
    SESSION_VR_NO_MEMORY
};
enum session_vr session_configure(struct session *s, const struct vr_config *c);
size_t session_routers(const struct session *s);

/* A line of the input. control: it is of a control input, may configure, and can be nothing else. (A replay takes such
 * lines from its input, too.) */
enum session_result session_line(struct session *s, const char *text, size_t len, bool control,
                                 const struct session_now *now);
/* The input is empty: live, the clock moves to now. */
void session_idle(struct session *s, const struct session_now *now);
/* Live, and it is not empty: what waits in it may be late, adverts are not. */
void session_busy(struct session *s, const struct session_now *now);
/* Live, before what waits is read: after a stall the lines are of a time in which this router said nothing. It speaks
 * first, and they do not take it back there. */
void session_awake(struct session *s, const struct session_now *now);
instant session_deadline(const struct session *s); /* live: what is due next; replay: INSTANT_NEVER */
instant session_look(const struct session *s); /* live: when to call session_idle next, at the latest; costs nothing */
/* End of input, or a clean stop: every virtual router shuts down. Nothing that was due fires any more. */
void session_end(struct session *s, const struct session_now *now);

bool session_is_replay(const struct session *s); /* asked for, or the source said that it is a file */
/* Lines named interfaces, but never one that is configured. */
bool session_missed_interfaces(const struct session *s);
usec session_patience(const struct session *s); /* the longest Active_Down_Interval; 0: no virtual routers */

#endif
