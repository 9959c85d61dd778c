/* What hooks are still to be run for, in their order. Errands with the same key, such as a virtual router, are run one
 * after the other; those of different keys at once. A level (a state) takes the place of one that still waits: only the
 * newest counts. Events wait up to a bound; beyond it the new ones are lost, counted. Pure. */
#ifndef CORE_ERRANDS_H
#define CORE_ERRANDS_H

#include "core/line.h"

enum { ERRAND_KEY = 256 };

struct errand {
    bool level;
    int what;          /* the caller's */
    uint64_t replaced; /* levels: how many older ones it took the place of */
    struct span text;  /* a copy of the caller's, which is the errand's */
    /* below: its own */
    struct errand *after;
    struct errand_lane *lane;
    char bytes[];
};

struct errands; /* owns its memory, which grows with the keys that have something to do, not with time */
struct errands *errands_new(size_t most_events); /* NULL: out of memory */
void errands_free(struct errands *q);            /* with all that wait; not those that are out */
/* key is cut at ERRAND_KEY. False: out of memory, nothing changed. */
bool errands_put(struct errands *q, const char *key, bool level, int what, struct span text);
/* The one that has waited longest among the keys that have none out; it is out until errands_done, which frees it.
 * NULL: there is none. */
struct errand *errands_next(struct errands *q);
void errands_done(struct errands *q, struct errand *e);
bool errand_is_followed(const struct errand *e); /* e is out: does another of its key wait for it? */
const char *errand_key(const struct errand *e);
size_t errands_waiting(const struct errands *q); /* not counting those that are out */
uint64_t errands_lost(struct errands *q);        /* events that found no room, since last asked */

#endif
