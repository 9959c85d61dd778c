/* The observer: who is Active for each virtual router that is heard, and each change with its cause. It configures
 * nothing and takes part in nothing; both directions count, so it is right on the Active itself too.
 *
 * A virtual router is told apart by all of where it was heard (seg, host, if, vlan), family and VRID.
 *
 * A speaker (source address) is live from an advertisement with priority > 0 until 3A + Skew(priority of the one that
 * speaks next) - max(10 ms, 5 % of A) after it, or its own resign, A being its advertised interval. The Active is the
 * live speaker with the highest (priority, source); it is elected at its own advertisement, so `gap` ends there:
 *
 *   first      never heard before
 *   preempted  the old Active is live and its priority lower
 *   tie-break  the old Active is live, its priority equal, its address lower (RFC 9568 6.4.3)
 *   resigned   the old Active sent priority 0; the gap counts from there. It may be the same one that speaks again
 *   timed-out  the old Active fell silent, or the virtual router was `vacant`
 *
 * A lower one that speaks beside a live Active changes nothing, nor does a priority that changes in place. A virtual
 * router is vacant once each of its speakers has been silent for four of its intervals, also after a resign; those who
 * resigned without being Active do not count. Two adverts of one source that say the same less than 1 ms apart (mirror
 * ports, bridges) count once. A time before the last one is taken as that one.
 *
 * A flood elects nobody without end. Whether a change is told is asked when it is found; one that is not has not
 * happened yet: the next advert of the one who is better asks again, which a router sends an interval later and a liar
 * with a thousand names does not. It is told
 *
 *   - of a virtual router whose Active has spoken again after it was elected: once in 4 s, 8 at once, which it has to
 *     earn first. So whatever is said elsewhere, its changes are told as they come;
 *   - else, for who was not heard before: 8 a second, 64 at once, of all virtual routers together;
 *   - for who was: 200 a second, 1,000 at once.
 *
 * How often it was not is told a second later. */
#ifndef CORE_OBSERVER_H
#define CORE_OBSERVER_H

#include "core/event.h"

enum elected_why { ELECTED_FIRST, ELECTED_PREEMPTED, ELECTED_RESIGNED, ELECTED_TIMED_OUT, ELECTED_TIE_BREAK };

struct observation {
    uint64_t left_out;    /* not 0: so many changes were not told, and this says nothing else */
    bool elected;         /* else vacant */
    struct origin origin; /* seg host if vlan */
    uint8_t af, vrid;
    struct ip active; /* elected: who */
    struct ip was;    /* who before; family 0: nobody known */
    uint8_t prio;
    usec gap; /* since the last advertisement of `was` (its resign when it resigned) */
    bool has_gap;
    enum elected_why why;
};

typedef void observer_report(void *context, instant at, const struct observation *o);

/* Owns its table, which grows with virtual routers and speakers up to 4096 and 16 each; then the longest silent makes
 * room. */
struct observer;
struct observer *observer_new(observer_report *report, void *context); /* NULL: out of memory */
void observer_free(struct observer *o);
/* No change is put off: for whoever makes no line of each. */
void observer_tell_all(struct observer *o);
/* First reports what became vacant before it, as observer_advance does. A report must not call back. False: it is one
 * that was seen already, and does not count. */
bool observer_advert(struct observer *o, instant at, const struct origin *from, const struct advert *a);
void observer_advance(struct observer *o, instant now); /* reports what became vacant by now, in order of time */
void observer_end(struct observer *o, instant now);     /* reports what is left to be told */
instant observer_deadline(struct observer *o);          /* INSTANT_NEVER when nothing is due */
instant observer_due(struct observer *o, instant now);  /* the deadline if it is due by now, else INSTANT_NEVER */
instant observer_look(const struct observer *o);        /* when to ask observer_due again, at the latest */

const char *elected_why_name(enum elected_why why); /* "first", ...: the word after why= */
bool elected_why_parse(struct span word, enum elected_why *out);
void write_observation(struct writer *w, stamp t, const struct observation *o); /* `elected`, `vacant`, `lost` */

#endif
