/* Lines out: writes what waits in a levels queue to a descriptor without ever blocking on a pipe and without
 * O_NONBLOCK (the description is shared with other processes): POLLOUT, then one write of at most PIPE_BUF.
 * A terminal or file takes plain writes. SIGPIPE must be ignored (signals.h does). */
#ifndef NET_OUTLET_H
#define NET_OUTLET_H

#include "core/levels.h"

struct outlet {
    int fd;
    int error;     /* errno of a failed write */
    instant again; /* error is a full disk: when a flush tries anew */
    bool pipe;     /* a pipe or socket: poll before each write */
    bool closed;   /* the reader went away (EPIPE, POLLERR) */
    struct levels *levels;
    char where[32];   /* for the `lost` line: the program's name */
    uint64_t written; /* bytes that the reader (or its pipe) took so far */
    /* below: its own */
    bool socket;
    uint64_t lost; /* dropped and not yet told */
    bool waited;   /* outlet_waited: since when no byte was taken, and how many had been */
    instant waited_since, asked;
    uint64_t waited_written;
};

enum outlet_status {
    OUTLET_DONE,    /* nothing waits */
    OUTLET_WAITING, /* poll for POLLOUT and flush again */
    OUTLET_CLOSED,  /* the reader went away */
    OUTLET_FAILED,  /* error is errno. If outlet_is_full it may pass */
};

/* critical: this pipe is between stages of a router: it is set to 4,096 bytes so that a stopped reader is noticed.
 * False: out of memory. */
bool outlet_open(struct outlet *out, int fd, const char *where, bool critical);
void outlet_close(struct outlet *out);
bool outlet_put(struct outlet *out, enum level_kind kind, const struct identity *id, const char *line, size_t len);
/* The same, but what the line would take the place of is written first, if the reader takes it: then one that keeps up
 * gets every line, and a file has what was decided. How that went, the next flush says. */
bool outlet_put_behind(struct outlet *out, enum level_kind kind, const struct identity *id, const char *line,
                       size_t len, stamp now);
/* Much waits: who has time had better drain it before he puts more, for in the end something is dropped. */
bool outlet_is_heavy(const struct outlet *out);
enum outlet_status outlet_flush(struct outlet *out, stamp now); /* now: TIME of a `lost` line, when one is due */
/* It failed for a full disk. Who goes on keeps putting lines, and flushes once more at `again`. */
bool outlet_is_full(const struct outlet *out);
/* What to give poll for this descriptor: POLLOUT while lines wait, else 0 (a reader that dies is seen as POLLERR). */
short outlet_events(const struct outlet *out);
/* Has the reader of a pipe gone? outlet_flush sees it only when lines wait. */
bool outlet_is_closed(struct outlet *out);
/* Call on every turn of the loop, and twice in half a second while lines wait: for how long the reader has taken nothing
 * of them. Time in which nobody asked does not count: this program stood still itself, and perhaps the reader with it. */
usec outlet_waited(struct outlet *out, instant now);
/* Blocks until all is written, closed, failed, or the limit is over. For the end of a program. */
enum outlet_status outlet_drain(struct outlet *out, stamp now, usec limit);

#endif
