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
    NOTICE_AUTH,              /* it authenticates otherwise than we do, or only one of us does: discarded */
    NOTICE_UNICAST,           /* it speaks unicast and we multicast: discarded */
    NOTICE_MULTICAST,         /* it speaks multicast and we unicast: discarded */
    NOTICE_PEER,              /* it is no peer of ours, and speaks to us: discarded */
    NOTICE_DESTINATION,       /* a peer speaks to another address than we speak from: discarded */
    NOTICE_TTL,               /* a peer, or who says so, is further away than it may be: discarded */
    NOTICE_DUPLICATE_ADDRESS, /* another machine uses our primary address: discarded */
    NOTICE_FIRST_NOT_LL, /* its first IPv6 address is not link-local (RFC 9568 erratum 8300): accepted, not by strict */
    NOTICE_SOURCE_NOT_LL,  /* its IPv6 source is not link-local (RFC 9568 5.1.2.1): discarded by strict */
    NOTICE_TWO_OWNERS,     /* two routers claim priority 255 */
    NOTICE_CKSUM_MESSAGE,  /* cksum=auto: from now on we send the message form */
    NOTICE_CKSUM_MIXED,    /* peers use different checksum forms: one of them cannot hear all */
    NOTICE_AUTH_UNCHECKED, /* it authenticates as we do, but who listens has no key to verify it: discarded */
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
        invalid_auth_type, auth_type_mismatch, peer_errors, ip_ttl_errors, discarded;
};

/* Of all that came on interfaces of virtual routers. vrid: of one that is not there, of whatever version. */
struct statistics {
    uint64_t checksum_errors, version_errors, vrid_errors, ip_ttl_errors;
};

struct status_event {
    struct identity id;
    const char *name;
    const char *group; /* NULL: none */
    bool ready;        /* of a group: it is active, or could be and waits for the others */
    enum router_state state;
    instant since;         /* of the last transition */
    const char *last_why;  /* its why= */
    uint8_t version, prio; /* prio: the effective one */
    bool both, owner, yielded;
    usec interval, active_adver_interval, active_down_interval, skew_time;
    enum cksum_form cksum;
    struct ip last_adv_source; /* family 0: none yet */
    struct counters counters;
    instant up; /* since when it takes part, */
    bool takes_part;
    const char *last_event, *new_active_reason;
};

struct electorate_reports {
    void (*send)(void *context, instant at, const struct send_event *e); /* e->replay is the receiver's to set */
    void (*state)(void *context, instant at, const struct state_event *e);
    void (*notice)(void *context, instant at, const struct notice_event *e);
    uint32_t (*unix_seconds)(void *context, instant at); /* from where sequence numbers begin; NULL: from 1 */
    void *context;
};

struct electorate;
/* shadow: what this host sends itself is a peer's (another daemon is looked over the shoulder). NULL: out of memory. */
struct electorate *electorate_new(const struct electorate_reports *reports, bool shadow);
void electorate_free(struct electorate *e);
size_t electorate_count(const struct electorate *e);

/* Virtual routers. A `vr` of an identity that is there already changes what changed, and flaps nothing unless its
 * version changed. False: out of memory, or the name belongs to another one (*taken is set). */
bool electorate_vr(struct electorate *e, instant now, const struct vr_config *c, bool *taken);
bool electorate_novr(struct electorate *e, instant now, struct span name); /* false: no such name */
/* The whole set anew, in this order: replace; keeps, for each that is to be there; drops, which ends the others as novr
 * does; then electorate_vr for each, which may have any name of the old set; replaced, once they are all there. */
void electorate_replace(struct electorate *e);
void electorate_replace_keeps(struct electorate *e, const struct identity *id);
void electorate_replace_drops(struct electorate *e, instant now);
void electorate_replaced(struct electorate *e, instant now);
/* Start those that were added before now; from then on electorate_vr starts each at once. Before that, a `link` line
 * starts those of its interface: an owner that did not wait for it would speak on an interface that is down. */
void electorate_start(struct electorate *e, instant now);
void electorate_stop(struct electorate *e, instant now); /* shutdown of all, then nothing fires any more */

/* Time. */
instant electorate_deadline(struct electorate *e);          /* INSTANT_NEVER: nothing is due */
instant electorate_due(struct electorate *e, instant now);  /* the deadline if it is due by now, else INSTANT_NEVER */
instant electorate_look(const struct electorate *e);        /* when to ask electorate_due again, at the latest */
void electorate_advance(struct electorate *e, instant now); /* fires what is due by now, in order of deadlines */
/* The same without silences: the Active_Down_Timers of backups. For when it is not known yet what was said. */
instant electorate_due_held(struct electorate *e, instant now);
instant electorate_look_held(const struct electorate *e);
void electorate_advance_held(struct electorate *e, instant now);
/* Under a hold, before the clock moves to now: if what is due no matter what is said is later than the stall limit, this
 * host stood still. It has sent nothing meanwhile, so its own advertisements may be missing for as long. */
void electorate_stood_still(struct electorate *e, instant now);
/* How late a deadline may be noticed before what is due cannot be told from what was not read yet. */
usec electorate_stall_limit(const struct electorate *e);
/* Lines are missing here: a silence, or not to be seen leaving, is excused once while this is on. */
void electorate_gap(struct electorate *e, bool on);

/* Events. `heard` tells whether the line concerned an interface of ours. */
bool electorate_advert(struct electorate *e, instant at, const struct origin *from, const struct advert *a);
/* All that was captured before `at` has been told, and again in `every`. told: before the clock moves there, since a
 * silence that is noticed three of these later is the listener's. seen: after it, what did not leave by then did not. */
void electorate_told(struct electorate *e, instant at, usec every);
void electorate_seen(struct electorate *e, instant at);
/* Interfaces of virtual routers of which no `link` line told, though one told of others: the source does not listen there,
 * and what is not listened to is not silent. They are in fault (link) until it does; tell is called once for each. */
void electorate_unlistened(struct electorate *e, instant at, void (*tell)(void *context, const char *ifname),
                           void *context);
bool electorate_bad(struct electorate *e, const struct origin *from, uint8_t af, uint8_t vrid, struct span why);
bool electorate_link(struct electorate *e, instant at, const struct link_event *l);
bool electorate_track(struct electorate *e, instant at, const struct track_event *t); /* false: out of memory */
enum yield {
    YIELD_DONE,
    YIELD_UNKNOWN, /* no such name */
    YIELD_NOBODY,  /* no other router was ever heard, and it was not forced */
};
enum yield electorate_yield(struct electorate *e, instant at, struct span name, bool on, bool force);

/* Calls report for the virtual router of that name, or for each (name.len 0), in the order in which they were
 * configured. False: no such name. */
bool electorate_status(const struct electorate *e, struct span name,
                       void (*report)(void *context, const struct status_event *s), void *context);
const struct statistics *electorate_statistics(const struct electorate *e);
/* The longest Active_Down_Interval of all; 0 without any. */
usec electorate_patience(const struct electorate *e);

#endif
