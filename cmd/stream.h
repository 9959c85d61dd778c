/* The two ends of a pure filter, a program that reads lines on standard input and writes what comes of them to standard
 * output: vrrp-pick, and those like it. Nothing is ever dropped: a slow reader is waited for, and signals are seen
 * meanwhile. (The stages of a router, which must not wait, use net/outlet.h.) */
#ifndef CMD_STREAM_H
#define CMD_STREAM_H

#include "cmd/cli.h"
#include "net/inlet.h"
#include "net/signals.h"

enum {
    STREAM_BYTES = 131072,
    STREAM_RESERVE = 65536, /* the most that can be asked for at once */
};

/* All zero before stream_open, but for what stands above "its own", which options may set. */
struct stream {
    bool human;         /* TIME is to be as people read it: so on a terminal, or with -H */
    bool colour;        /* lines are to have colours where a person reads them, which stream_open finds out */
    bool at_once;       /* a signal ends it now: there is nothing to be finished first */
    bool stays;         /* the end of input is not its end */
    bool stop;          /* an operator's request, by signal; or the program's own, which has had enough */
    bool from_terminal; /* standard input */
    bool timed_out;     /* -T ended it */
    struct inlet in;
    /* below: its own */
    struct signals signals;
    bool limited;
    instant deadline;
    bool pipe;   /* or socket: never more than it takes at once, so that signals are seen while it is full */
    bool closed; /* the reader went away */
    int error;   /* errno of a failed write */
    size_t start, end;
    char buffer[STREAM_BYTES];
};

/* What is done with the lines. */
struct stream_user {
    void *context;
    /* Each line that is one, in order; text is all of it, without its newline. Valid until it returns. Those that are
     * malformed were reported and are skipped, blank ones and comments are passed over. */
    void (*line)(void *context, const struct line *l, struct span text);
    /* Who reads what are no lines of vrrp-events(5) takes each line of text as it comes, in place of line(); longest: how
     * long one may be, at most INLET_BYTES. NULL: line() is called. */
    void (*text)(void *context, struct span text);
    size_t longest;
    const char *too_long; /* why a longer one is skipped */
    /* The rest may be NULL. When moment() is to be called, though no line comes; INSTANT_NEVER: not now. */
    instant (*due)(void *context);
    void (*moment)(void *context, instant now);
    /* All that was there has been taken: what is to be seen at once can be written. Also after a signal that something
     * else handles, such as SIGWINCH. */
    void (*idle)(void *context);
    int other; /* one more descriptor to wait for, 0: none; idle() reads from it. When it hangs up, that is a stop */
};

/* The value of -T: input is read no longer than this. Exit 2 when it is none. */
void stream_limit(struct stream *s, const char *duration);
/* Looks at both standard streams, takes over signals, and says so when lines come from a terminal. Exits on failure.
 * cli_confine is the caller's, when all that it needs is open. */
void stream_open(struct stream *s);
/* To the end of input (unless it stays) or of the time limit, until `stop`, or until nobody reads. What was put is written by then. */
void stream_run(struct stream *s, const struct stream_user *user);
void stream_look(struct stream *s);       /* for who does not read: has it been asked to end meanwhile? */
bool stream_over(const struct stream *s); /* `stop`, or nobody reads any more */
/* EXIT_DONE, also when the reader had enough; EXIT_SYSTEM, and the message, when reading or writing failed. */
enum exit_status stream_status(const struct stream *s);
bool stream_closed(const struct stream *s); /* the reader had enough */

/* Room for so many bytes, at most STREAM_RESERVE. False: there is nobody to write for. */
bool stream_reserve(struct stream *s, size_t bytes);
/* Into the room that was reserved. */
void stream_put(struct stream *s, struct span text);
void stream_put_char(struct stream *s, char c);
/* All three, and the newline; false as stream_reserve. With `colour` it is a line of vrrp-events(5). */
bool stream_line(struct stream *s, struct span text);
bool stream_flush(struct stream *s); /* writes all that waits; false as stream_reserve */

/* TIME as it stands in the line; len 0: none. */
struct span stream_time_word(const struct line *l);

#endif
