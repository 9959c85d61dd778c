/* How far vrrp-listen -r is, in one line on a terminal, for captures that take a while. */
#ifndef CMD_LISTEN_PROGRESS_H
#define CMD_LISTEN_PROGRESS_H

#include "net/capture.h"

struct progress {
    uint64_t packets; /* the caller counts them */
    /* below: its own */
    bool wanted, shown;
    instant started, next;
};

/* Wanted where standard error is a terminal that can erase a line, and standard output is none: lines there show that it
 * goes on. Before cli_confine. */
void progress_begin(struct progress *p);
/* While packets come. Shown after half a second, and then not more often than every 200 ms. */
void progress_look(struct progress *p, const struct capture *c);
void progress_end(struct progress *p); /* erases it: at the end, or before something else is waited for */

#endif
