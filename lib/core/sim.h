/* Segments with routers on them, in virtual time: the lines that a vrrp-listen at each segment would have written, of
 * elections that the shipped electorate decides. The same scenario and seed give the same lines. Pure.
 *
 * Each host has one electorate, a tick every 100 ms (or its shortest interval), and sees its own advertisements leave,
 * as vrrp-elect does. One that is stalled neither hears nor speaks meanwhile; then it speaks first, and takes what has
 * waited before it believes in any silence. */
#ifndef CORE_SIM_H
#define CORE_SIM_H

#include "core/line.h"

struct sim; /* memory grows with the scenario and with what is on its way, not with time */
struct sim_options {
    uint64_t seed;
    stamp start;                                               /* TIME of the first moment, in what is written */
    void (*emit)(void *context, const char *line, size_t len); /* a line, newline and all */
    void *context;
};
struct sim *sim_new(const struct sim_options *options); /* NULL: out of memory */
void sim_free(struct sim *s);

/* A line of the scenario (vrrp-sim(1)), in their order, all before it runs. False: it is wrong. */
struct sim_error {
    struct span word; /* len 0: the line as a whole */
    char reason[160];
};
bool sim_line(struct sim *s, const struct line *l, struct sim_error *error);
bool sim_has_end(const struct sim *s);
/* Goes on for so many events at most. False: it is over, and the last line has been written. */
bool sim_run(struct sim *s, unsigned events);
bool sim_failed(const struct sim *s); /* memory ran out on the way */

#endif
