/* Why did it fail over? From the facts of a timeline to what they mean: what should have been, what was, and the
 * difference. RFC 9568 6.1 and 6.4, RFC 3768 6.1 and 6.4 say what should be. Pure. */
#ifndef CORE_EXPLAIN_H
#define CORE_EXPLAIN_H

#include "core/timeline.h"

enum cause {
    CAUSE_FIRST,       /* nothing is known of before */
    CAUSE_RESIGNED,    /* the old Active sent priority 0 */
    CAUSE_PREEMPTED,   /* the new one's priority is higher, and the old one was there */
    CAUSE_TIE_BREAK,   /* it is the same, and its address is higher */
    CAUSE_NO_RESPONSE, /* the old one fell silent */
    CAUSE_ISOLATION,   /* the new one spoke beside the old one, which is better: it cannot have heard it */
    CAUSE_RETURNED,    /* the old one itself came back; nobody had taken over */
    CAUSE_UNSEEN,      /* nobody listened in between */
    CAUSES,
};
const char *cause_name(enum cause c);

/* In what two routers differ, or stand out, so that one may not accept the other. */
enum hint {
    HINT_VERSION = 1 << 0,
    HINT_CKSUM = 1 << 1,
    HINT_INTERVAL = 1 << 2, /* version 2 only: it discards what differs */
    HINT_AUTH = 1 << 3,
    HINT_UNICAST = 1 << 4,
    HINT_TTL = 1 << 5,
    HINT_ADDRESSES = 1 << 6, /* or they are two groups of routers with one VRID */
};
unsigned explain_hints(const struct manner *a, const struct manner *b);

struct verdict_on_candidate {
    instant due;  /* when it would have taken over */
    bool better;  /* than the one that did: so it should have been first */
    bool excused; /* it had resigned */
};

struct explanation {
    enum cause cause;
    instant since;       /* the silence, or the resign, from which theory and observed count; INSTANT_NEVER: none */
    bool has_theory;     /* nothing is to be expected of a preemption, which depends on when the better one starts */
    usec interval, skew; /* A, as the old Active advertised it; Skew_Time of the new one */
    usec theory, observed, difference; /* observed: also without theory, where `since` is known */
    usec tolerance;                    /* within it the difference is nominal */
    bool nominal;
    bool has_k;
    int64_t k;                      /* intervals of silence before Skew_Time, rounded; 3 is what the RFCs say */
    bool late_newcomer;             /* the new one was not heard before: it may have been started late */
    instant failed_from, failed_to; /* the failure lies between; INSTANT_NEVER: no failure */
    struct verdict_on_candidate candidates[TIMELINE_CANDIDATES];
    int silent_better; /* candidates that are better, not excused, and stayed silent */
    usec two_actives;
    int announced, missing;       /* of the addresses that are followed */
    usec first_delay, last_delay; /* from t2 to the first announcement of an address: the shortest, the longest */
    bool has_outage, outage_open; /* open: an address was not announced, nobody knows when clients learnt of it */
    bool outage_by_mac;           /* the virtual MAC address moved with the first advert */
    usec outage_min, outage_max;
    unsigned hints;
};

/* announcements: some were captured at all; without them nothing can be missing. */
void explain_failover(struct explanation *e, const struct failover *f, bool announcements);

#endif
