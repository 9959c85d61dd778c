/* Where `track` lines go: into the control FIFO of an election (-C), or to standard output. */
#ifndef CMD_TRACK_OUT_H
#define CMD_TRACK_OUT_H

#include <poll.h>

#include "cmd/track_report.h"
#include "net/outlet.h"

struct track_out {
    bool to_fifo;
    struct track_report fifo;
    struct outlet stream;
};
/* fifo: NULL for standard output. Ends the program where that cannot be. while_read: it is over, and track_out_flush says
 * so, when the election that reads the FIFO is gone. */
void track_out_open(struct track_out *o, const char *fifo, bool while_read);
void track_out_close(struct track_out *o);
/* False: it is not in the FIFO, and to be said again. */
bool track_out_put(struct track_out *o, const struct track_event *e);
void track_out_done(struct track_out *o); /* for now */
/* For poll, in each turn of the loop; and what it said. */
struct pollfd track_out_poll(const struct track_out *o);
void track_out_polled(struct track_out *o, const struct pollfd *p);
int track_out_flush(struct track_out *o); /* -1 to go on, or the exit status */

#endif
