/* Groups: virtual routers of one host that are Active together or not at all (group=NAME of a `vr` line). What one of them
 * is by itself, its router decides (core/router.h); here is what follows for the others.
 *
 * A group is ready when each of its virtual routers is: it is Active, or it is a backup whose Active_Down_Timer (or
 * preempt_delay) has expired. An owner is ready once it is started. A backup that is ready before the others waits: it
 * stays backup and sends nothing, so that nobody serves its addresses meanwhile. It stays ready until something is heard
 * that starts its timer again, for however long that is; so one that waits is never what another waits for.
 *
 * what happens to one   | the group is not Active              | the group is Active (or some of it, below)
 * ----------------------+--------------------------------------+------------------------------------------------------
 * its timer expires     | it is ready; if now all are, all     | (one that joins) if now all are ready, it becomes
 *                       | become active in one step, each with | active
 *                       | its own why                          |
 * it hears priority 0   | Skew_Time, then it is ready again    | it answers
 * it hears one that it  | not ready; timer anew                | it is backup (priority, tie-break), the others send
 *   follows             |                                      | priority 0 and are backup (group)
 * it hears a lower one  | as without a group: the timer runs   | it answers
 *                       | on, who is ready stays ready         |
 * a fault of it begins  | it is in fault (why), the others are | the same; those that were active send priority 0, unless
 *                       | in fault (group)                     | their own link is down
 * the last fault ends   | all leave it as at a startup, to backup (recovered); startup-delay runs on
 * it yields             | preemption is off for all            | all send priority 0 and are backup (yield)
 * its tracks' weights   | the sum is that of the group: each name once, with the weight that is furthest from 0
 * it is in init         | not ready (startup-delay, or not     | (one that joins) the others stay active
 *                       | started yet)                         |
 * it is removed, leaves | it is not asked any more: if the     | it resigns if it is removed, the others go on
 *                       | others are ready, they go            |
 * it joins              | as a backup it is not ready          | the others stay active while its timer runs: see above;
 *                       |                                      | what it follows takes all of them down
 * it is in a fault that | the group is in fault: a silence that is not believed for one is not believed for any of them
 *   is no silence (deaf)|
 *
 * Two groups cannot take turns for ever. Who becomes Active while the other is has, for each virtual router that it hears,
 * the higher priority; so the other has it for none, and cannot come back while nothing changes. That leaves both becoming
 * Active at the same moment, where each loses another virtual router to the other (priorities or addresses that are
 * crossed): both step down, and would do so again and again. So a group that was beaten within an Active_Down_Interval of
 * becoming Active is not ready for that long again, and for 0 to 3 intervals more, two bits of a number that all hosts
 * make of the virtual router that was lost; the next time by the next two bits. Two groups never lose the same one to each
 * other, so that at some time these are different, mostly at the first. */
#ifndef CORE_ELECTORATE_GROUP_H
#define CORE_ELECTORATE_GROUP_H

#include "core/electorate_internal.h"

struct group {
    struct group *next, *next_unsettled;
    char name[NAME_TEXT];
    struct member *first, *last; /* in the order in which they joined */
    size_t count;
    size_t ready, active, faulty; /* of these; ready: the active ones, too; faulty: by themselves */
    int weights;                  /* of the tracks of all */
    bool unsettled;               /* what follows for its virtual routers is not done yet */
    bool changed;                 /* and concerns each of them */
    bool in_fault;                /* each of them has FAULT_GROUP */
    instant since;                /* it became active as a whole */
    instant hold;                 /* it is not ready before */
    unsigned collisions;          /* so many times in a row it was beaten as soon as it was active */
};

/* NULL: out of memory. One without virtual routers ends by itself. */
struct group *group_get(struct electorate *e, const char *name);
void groups_free(struct electorate *e);
/* m leaves its group for g (either may be NULL). Its tracks and its router may be set anew before: group_applies, then. */
void group_move(struct electorate *e, struct member *m, instant at, struct group *g);
/* A router that was made anew knows of its group what it has to know at its start. */
void group_applies(struct member *m);
void group_changed(struct electorate *e, struct group *g); /* tracks, weights */

/* After each event: m is counted as what it is now. Its deadline, INSTANT_NEVER for one that waits for others. */
instant group_counts(struct electorate *e, struct member *m);
bool group_has_ready(const struct member *m); /* m is active, or waits for the others */
/* m is not alone in its group, and its timer has expired. */
void group_expires(struct electorate *e, struct member *m, instant now);
/* m, a backup, has heard an Active that it follows. */
void group_follows(struct electorate *e, const struct member *m, instant at);
/* What the events until here mean for the others of their groups. */
void groups_settle(struct electorate *e, instant at);

#endif
