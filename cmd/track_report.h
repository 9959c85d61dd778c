/* Reporting to an election: `track` lines into its control FIFO, and what people are told when they do not arrive. */
#ifndef CMD_TRACK_REPORT_H
#define CMD_TRACK_REPORT_H

#include "core/event.h"
#include "net/control.h"

struct track_report {
    struct control control;
    enum control_status told; /* what people know */
    bool while_read;          /* it is over when the FIFO is another one, or was not read for 5 s */
    bool over;
    dev_t device; /* of the first one that was written to */
    ino_t inode;
    instant unread; /* since then; INSTANT_NEVER: it was read */
    unsigned full;  /* so many times in a row: many lines at once may fill it for a moment, and are no news */
};

/* path: of -C. Ends the program when it is no FIFO, or may not be written to. That it is not there or that nobody reads it
 * is no reason: the election may be started later, and again. */
void track_report_open(struct track_report *r, const char *path);
/* True: it is in the FIFO. Else it is to be said again; a change of fortune is told once. */
bool track_report_put(struct track_report *r, const struct track_event *e);
void track_report_done(struct track_report *r); /* for now */

#endif
