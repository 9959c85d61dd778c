/* vrrp-hook's parts: hook_lines.c takes lines, hook_runs.c runs commands for them, hook_output.c says what those print,
 * hook_fifo.c writes to a FIFO instead; vrrp-hook.c has the options and the loop. */
#ifndef CMD_HOOK_H
#define CMD_HOOK_H

#include <limits.h>

#include "core/errands.h"
#include "core/freshness.h"
#include "core/hook_environment.h"
#include "core/notify_groups.h"
#include "net/child.h"
#include "net/inlet.h"
#include "net/outlet.h"
#include "net/signals.h"

enum {
    HOOK_RUNS = 16,   /* at once */
    HOOK_EVENTS = 64, /* that wait, besides states */
    HOOK_ASKED = 3,   /* kinds of them */
    HOOK_WORDS = 64,  /* of a command in one string */
    HOOK_LABEL = 200,
    HOOK_OUTPUT_LINE = 900,
};

#define HOOK_DYING SECOND /* how long it waits for what was killed at the end */

extern const char *const hook_events[HOOK_ASKED]; /* that -e may ask for */

struct hook_command {
    char path[PATH_MAX];
    char **argv; /* with room for what is appended; NULL: there is no such command */
    size_t count;
    bool told; /* that it cannot be executed */
};

struct hook_run {
    struct errand *errand;   /* NULL: this place is free */
    bool special, general;   /* the command of the state, and COMMAND, have had their turn */
    struct hook_command *of; /* what the child executes */
    char label[HOOK_LABEL];  /* its words, for messages */
    struct child child;      /* fd -1: there was no process to be had; it is tried again */
    instant since, tried;
    bool ended;  /* the child is to be reaped */
    bool killed; /* which was told */
};

/* What commands print: one pipe for all, so that a daemon which one of them has started may go on printing. */
struct hook_output {
    int in, out; /* the end that is read; the end that is theirs */
    char line[HOOK_OUTPUT_LINE];
    size_t length;
    bool skipping; /* the rest of a line that is longer */
    instant since; /* this second */
    unsigned shown;
    uint64_t silent;
};

struct hook_fifo {
    const char *path; /* NULL: none */
    int fd;           /* -1: nobody reads */
    uint64_t lost;
    bool told; /* that lines are dropped */
    instant told_at;
};

struct hook {
    /* from the command line */
    struct hook_command commands[NOTIFY_STATES]; /* by state; [NOTIFY_NONE] is COMMAND */
    bool asked[HOOK_ASKED];                      /* -e, by hook_events */
    bool shadow;
    usec limit; /* -T */
    /* while it runs */
    struct errands *errands;
    struct hook_run runs[HOOK_RUNS];
    struct notify_groups groups;
    struct hook_output output;
    struct hook_fifo fifo;
    struct inlet in;
    struct outlet out;
    bool out_open, out_full, out_failed;
    struct signals signals;
    bool signalled, terminal;
    struct clock_map map;
    char boot[BOOT_TEXT], host[HOST_NAME_MAX + 1];
    bool told_stale[STALE_FUTURE + 1];
    instant now;
    bool ending; /* no more input is read */
    bool over;   /* and nothing more is started */
    instant ended_at, over_at;
    instant news_since; /* this second, */
    unsigned news;      /* and what people were told in it */
    uint64_t silent;
    uint64_t lost;     /* events that found no room, not told yet */
    instant lost_told; /* when last */
    char **envp;       /* what was inherited, and room for more */
    size_t inherited;
    struct hook_environment environment;
};

/* What an errand is: one of hook_events; or that a virtual router, or a group, is in a state, which is added to it. */
enum { HOOK_INSTANCE = 8, HOOK_GROUP = 16, HOOK_STATE = 7 };

instant hook_end(const struct hook *h); /* while ending: when it is over */
/* To people, ten times a second at most; the rest is counted. */
void hook_say(struct hook *h, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* hook_lines.c */
void hook_input(struct hook *h);     /* all the input that is there, within a bound */
void hook_tell_lost(struct hook *h); /* events that found no room, to people and to those below */
void hook_close_out(struct hook *h, enum outlet_status status);

/* hook_runs.c */
void hook_start(struct hook *h);
void hook_reap(struct hook *h);      /* those that have ended, by ->ended */
void hook_kill_late(struct hook *h); /* those whose time is over */
instant hook_deadline(const struct hook *h);
size_t hook_running(const struct hook *h);

/* hook_output.c */
bool hook_output_open(struct hook_output *o); /* false: errno */
void hook_output_read(struct hook_output *o, instant now);
bool hook_is_heard(void); /* false: whoever reads our messages has stopped, and is not waited for */
instant hook_output_due(const struct hook_output *o);      /* when to tell how many lines were left out */
void hook_output_tell(struct hook_output *o, instant now); /* if it is due */
void hook_output_end(struct hook_output *o, instant now);  /* what is left of it */

/* hook_fifo.c */
void hook_fifo_open(struct hook_fifo *f); /* or exit 2 */
void hook_fifo_put(struct hook *h, const struct notify *n);
void hook_fifo_end(struct hook_fifo *f); /* says how many lines were dropped */

#endif
