/* One virtual router: the state machine of RFC 9568 section 6.4 (RFC 3768 section 6.4 for v2) and nothing else.
 * Events and time go in, actions come out; it does no I/O and reads no clock. The caller performs the actions in their
 * order and calls router_expire once router_deadline has come.
 *
 * Beyond the RFCs (DEVIATIONS.md): fault, yield, preempt_delay, startup_delay, down_factor, limited answers; and the loop
 * through the wire: an Active whose advertisements are not seen leaving is none. */
#ifndef CORE_ROUTER_H
#define CORE_ROUTER_H

#include "core/address.h"
#include "core/event.h"
#include "core/units.h"

struct router_settings {
    uint8_t version; /* 2 or 3 */
    bool both;       /* version is 3; an Active that is heard in VRRPv2 is followed, too (RFC 9568 8.4.2) */
    uint8_t prio;    /* 1..255; 255: the address owner */
    usec interval;   /* Advertisement_Interval */
    bool preempt;    /* Preempt_Mode */
    usec preempt_delay;
    usec startup_delay;
    uint8_t down_factor; /* the 3 of Active_Down_Interval */
    bool init_active;    /* the first startup is an owner's: it does not wait for silence */
    bool last_advert;    /* one more before it gives way to a better one */
    bool strict;         /* a lower one is answered as the RFC of the version has it, and with nothing else */
};

enum router_fault {
    FAULT_LINK = 1 << 0,    /* the interface is down or gone */
    FAULT_ADDRESS = 1 << 1, /* it has no usable primary address of the family */
    FAULT_TRACK = 1 << 2,   /* something tracked without weight is down */
    FAULT_SPEAKER = 1 << 3, /* another program of this host speaks for it */
    FAULT_STALLED = 1 << 4, /* its own advertisements were not seen leaving */
    FAULT_DEAF = 1 << 5,    /* what the Active said is not known: the listener is silent itself */
    FAULT_PEER = 1 << 6,    /* it speaks by unicast, and its peers are none but itself */
    FAULT_GROUP = 1 << 7,   /* another one of its group is in fault */
};

/* Why a transition happened: the word after why=. */
enum router_why {
    WHY_STARTUP,
    WHY_OWNER,     /* startup with priority 255 */
    WHY_TIMED_OUT, /* Active_Down_Timer: silence */
    WHY_RESIGNED,  /* Active_Down_Timer after a priority 0 */
    WHY_PREEMPTED, /* Active_Down_Timer while a lower priority speaks, or preempt_delay is over */
    WHY_PRIORITY,  /* a higher priority is heard */
    WHY_TIE_BREAK, /* an equal priority from a higher address is heard */
    WHY_YIELD,
    WHY_LINK,
    WHY_ADDRESS,
    WHY_TRACK,
    WHY_SPEAKER,
    WHY_STALLED,
    WHY_DEAF,
    WHY_PEER,
    WHY_GROUP,     /* another one of its group is in fault, or was beaten */
    WHY_RECOVERED, /* the last fault is over */
    WHY_SHUTDOWN,
};
const char *router_why_name(enum router_why why);

struct router_action {
    enum { ACTION_SEND, ACTION_STATE } kind;
    uint8_t prio;               /* SEND: 0 resigns */
    bool announce;              /* SEND: gratuitous ARP / unsolicited NA for each address as well */
    enum router_state from, to; /* STATE */
    enum router_why why;        /* STATE */
};

enum { ROUTER_ACTIONS = 4 };
struct router_actions {
    unsigned count;
    struct router_action items[ROUTER_ACTIONS];
};

struct router {
    struct router_settings settings;
    enum router_state state;
    uint8_t prio;               /* the effective one, after tracking */
    unsigned faults;            /* enum router_fault */
    struct ip primary;          /* ours, for the tie-break; family 0: unknown, a tie is lost */
    usec active_adver_interval; /* Active_Adver_Interval: v3 learned, v2 our own */
    instant adver_timer;        /* meaningful in active */
    instant active_down_timer;  /* meaningful in backup */
    instant preempt_timer;      /* backup: INSTANT_NEVER unless preempt_delay runs */
    instant startup_timer;      /* init: INSTANT_NEVER unless startup_delay runs */
    bool in_group;              /* an owner does not start as Active: others have to be ready, too */
    bool yielded;               /* preemption is off until the Active falls silent */
    instant echo_timer;         /* active: by then one of its own advertisements must have been seen leaving */
    instant speaker_timer;      /* fault: when FAULT_SPEAKER ends by itself */
    instant stalled_timer;      /* fault: when FAULT_STALLED ends by itself */
    uint8_t stalls;             /* FAULT_STALLED so many times in a row; 0: the loop was closed since */
    bool excused;               /* lines were lost: silence was not believed once, the next time it is */
    bool resigned;              /* the Active_Down_Timer runs since a priority 0 */
    uint8_t lower_prio;         /* the last lower priority that was discarded since it runs; 0: none */
    usec lower_interval;        /* and that router's Max_Advertise_Interval, */
    bool lower_is_v2;           /* and version */
    bool active_is_v2;          /* both: the Active is heard in VRRPv2, so that its Skew_Time counts */
    bool begun;                 /* it has been in backup or active before */
    bool learned;               /* v3: active_adver_interval is that of an Active that was heard */
    instant next_answer;        /* no advertisement in answer before this */
    instant next_announce;      /* no announcement in answer before this */
};

struct router_heard {
    uint8_t prio;
    bool is_v2;    /* where both are heard */
    usec interval; /* Max_Advertise_Interval of the advertisement */
    struct ip src;
};

/* In init; faults and primary are to be set before router_startup. */
void router_init(struct router *r, const struct router_settings *settings);
void router_startup(struct router *r, instant now, struct router_actions *out);
void router_shutdown(struct router *r, struct router_actions *out);
/* An advertisement that passed every check; at: when it was captured. */
void router_advert(struct router *r, instant at, const struct router_heard *heard, struct router_actions *out);
/* Whatever is due by now. Call when router_deadline() <= now. */
void router_expire(struct router *r, instant now, struct router_actions *out);
instant router_deadline(const struct router *r); /* INSTANT_NEVER: nothing is due */
/* Active: the Adver_Timer fires at that moment, and from then on in intervals of it, if that is sooner than it would. */
void router_advertise_sooner(struct router *r, instant at);

void router_set_fault(struct router *r, instant now, enum router_fault fault, bool on, struct router_actions *out);
/* What left this host. echo: one of our own advertisements was seen leaving. unseen: all that left before `now` was
 * reported, call when router_echo_deadline() has come: FAULT_STALLED; it ends with the first advertisement of another
 * router, the second time in a row not before 10 Active_Down_Intervals, then after twice that and so on, 10 min at most.
 * speaker: an advertisement that is not ours left, of a program that speaks every `interval`. */
void router_echo(struct router *r, instant at);
void router_unseen(struct router *r, instant now, struct router_actions *out);
void router_echo_later(struct router *r, usec by);    /* nothing was sent for so long */
instant router_echo_deadline(const struct router *r); /* INSTANT_NEVER unless active */
void router_speaker(struct router *r, instant at, usec interval, struct router_actions *out);
/* The Active_Down_Timer is due, but what was said meanwhile may be among what was lost: once it starts anew. False: it
 * did already, and nobody was heard since. */
bool router_excuse(struct router *r, instant now);

/* The configured priority plus `weights`, clamped to 1..254; an owner ignores weights. */
void router_set_weights(struct router *r, instant now, int weights);
void router_yield(struct router *r, instant now, bool on, struct router_actions *out);
/* An Active resigns and is a backup that has heard nobody; no other state changes. */
void router_step_down(struct router *r, instant now, enum router_why why, struct router_actions *out);
/* New settings of the same version, without a transition; `weights` as above. */
void router_reconfigure(struct router *r, instant now, const struct router_settings *settings, int weights);

usec router_skew_time(const struct router *r);
usec router_active_down_interval(const struct router *r);

#endif
