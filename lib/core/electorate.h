/* Any number of virtual routers: which event concerns which, their timers in one heap, tracks and weights, counters.
 * What they decide is reported through callbacks, in order. Pure: no I/O, no clock; memory grows with the virtual
 * routers only. */
#ifndef CORE_ELECTORATE_H
#define CORE_ELECTORATE_H

#include "core/config.h"
#include "core/event.h"
#include "core/units.h"

/* Something odd about a peer, told once per virtual router (until its configuration changes). */
enum notice {
    NOTICE_ADDRESS_LIST,      /* its addresses are not ours: v2 discards it (unless it is the owner), v3 goes on */
    NOTICE_INTERVAL,          /* its interval is not ours: v2 discards it, v3 goes on */
    NOTICE_VERSION,           /* it speaks the other version: discarded */
    NOTICE_AUTH,              /* it authenticates and we do not: discarded */
    NOTICE_UNICAST,           /* it speaks unicast and we multicast: discarded */
    NOTICE_DUPLICATE_ADDRESS, /* another machine uses our primary address: discarded */
    NOTICE_FIRST_NOT_LL,      /* its first IPv6 address is not link-local: accepted (RFC 9568 erratum 8300) */
    NOTICE_TWO_OWNERS,        /* two routers claim priority 255 */
    NOTICE_CKSUM_MESSAGE,     /* cksum=auto: from now on we send the message form */
    NOTICE_CKSUM_MIXED,       /* peers use different checksum forms: one of them cannot hear all */
};
const char *notice_name(enum notice n);

struct notice_event {
    struct identity id;
    const char *name;
    enum notice what;
    struct ip src; /* who */
};

/* RFC 8347, RFC 6527, RFC 2787: see vrrp-events(5), `status`. */
struct counters {
    uint64_t master_transitions, advertisement_rcvd, advertisement_sent, interval_errors, priority_zero_pkts_rcvd,
        priority_zero_pkts_sent, invalid_type_pkts_rcvd, address_list_errors, packet_length_errors, auth_failures,
        invalid_auth_type, auth_type_mismatch, discarded;
};

struct status_event {
    struct identity id;
    const char *name;
    enum router_state state;
    instant since;         /* of the last transition */
    const char *last_why;  /* its why= */
    uint8_t version, prio; /* prio: the effective one */
    bool owner, yielded;
    usec interval, active_adver_interval, active_down_interval, skew_time;
    enum cksum_form cksum;
    struct ip last_adv_source; /* family 0: none yet */
    struct counters counters;
};

struct electorate_reports {
    void (*send)(void *context, instant at, const struct send_event *e); /* e->replay is the receiver's to set */
    void (*state)(void *context, instant at, const struct state_event *e);
    void (*notice)(void *context, instant at, const struct notice_event *e);
    void *context;
};

struct electorate;
struct electorate *electorate_new(const struct electorate_reports *reports); /* NULL: out of memory */
void electorate_free(struct electorate *e);
size_t electorate_count(const struct electorate *e);

/* Virtual routers. A `vr` of an identity that is there already changes what changed, and flaps nothing unless its
 * version changed. False: out of memory, or the name belongs to another one (*taken is set). */
bool electorate_vr(struct electorate *e, instant now, const struct vr_config *c, bool *taken);
bool electorate_novr(struct electorate *e, instant now, struct span name); /* false: no such name */
/* Start those that were added before now; from then on electorate_vr starts each at once. */
void electorate_start(struct electorate *e, instant now);
void electorate_stop(struct electorate *e, instant now); /* shutdown of all, then nothing fires any more */

/* Time. */
instant electorate_deadline(struct electorate *e);          /* INSTANT_NEVER: nothing is due */
instant electorate_due(struct electorate *e, instant now);  /* the deadline if it is due by now, else INSTANT_NEVER */
instant electorate_look(const struct electorate *e);        /* when to ask electorate_due again, at the latest */
void electorate_advance(struct electorate *e, instant now); /* fires what is due by now, in order of deadlines */

/* Events. `heard` tells whether the line concerned an interface of ours. */
bool electorate_advert(struct electorate *e, instant at, const struct origin *from, const struct advert *a);
bool electorate_bad(struct electorate *e, const struct origin *from, uint8_t af, uint8_t vrid, struct span why);
bool electorate_link(struct electorate *e, instant at, const struct link_event *l);
bool electorate_track(struct electorate *e, instant at, const struct track_event *t); /* false: out of memory */
bool electorate_yield(struct electorate *e, instant at, struct span name, bool on);   /* false: no such name */

/* Calls report for the virtual router of that name, or for each (name.len 0), in the order in which they were
 * configured. False: no such name. */
bool electorate_status(const struct electorate *e, struct span name,
                       void (*report)(void *context, const struct status_event *s), void *context);
/* The longest Active_Down_Interval of all; 0 without any. */
usec electorate_patience(const struct electorate *e);

#endif
