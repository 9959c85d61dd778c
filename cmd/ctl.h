/* vrrp-ctl's way to a running vrrp-elect: a line into its control FIFO, and what comes out of FIFO.answers. */
#ifndef CMD_CTL_H
#define CMD_CTL_H

#include "cmd/cli.h"
#include "core/line.h"
#include "net/control.h"

struct ctl {
    const char *path; /* of the control FIFO */
    instant end;      /* no answer by then is none */
    struct control control;
    long pid;       /* of this program, */
    unsigned asked; /* and how often: for ids */
};

/* Told of each line of the answer but the last, without its id=. */
typedef void ctl_take(void *context, const struct line *l);

struct ctl_answer {
    uint64_t count;      /* of a `status`: virtual routers */
    bool refused;        /* of anything else */
    char why[NAME_TEXT]; /* then */
};

/* One line without id and newline, which fits. Several vrrp-ctl take turns. Whatever prevents an answer ends the
 * program: exit 3. take may be NULL. */
struct ctl_answer ctl_ask(struct ctl *c, const char *line, ctl_take *take, void *context);

/* Longest line that ctl_ask takes. */
enum { CTL_ID = 32, CTL_BYTES = CONTROL_BYTES - (int)sizeof " id=\n" - CTL_ID };

#endif
