/* Shared by the electorate's own files; nobody else includes it. */
#ifndef CORE_ELECTORATE_INTERNAL_H
#define CORE_ELECTORATE_INTERNAL_H

#include "core/electorate.h"
#include "core/form.h"
#include "core/heap.h"
#include "core/router.h"

/* What `link` lines said of an interface. Counts as up until one came. Those that nobody uses are remembered too: a
 * virtual router may come later. */
struct interface {
    struct interface *next;
    struct link_event link;
    size_t number; /* how many were known before it */
    bool known;
    bool unlistened;           /* nobody listens there: told */
    size_t members;            /* virtual routers on it */
    struct member *(*by)[256]; /* [0] IPv4, [1] IPv6, then by VRID; NULL while there never was one */
};

/* What was told last. */
enum track_state {
    TRACK_UNKNOWN, /* nothing, or for= is over: it is not as it should be, whatever that is */
    TRACK_DOWN,
    TRACK_UP,
};
struct track {
    struct timer timer; /* first: when for= is over */
    struct track *next;
    char name[NAME_TEXT];
    enum track_state state;
    int32_t value; /* while it is up; 0: none */
    int counted;   /* while a group is weighed */
};

struct track_use {
    struct track *track;
    bool inverted, by_value;
    int16_t weight;
};

/* What was decided to be sent, against what is seen leaving: to the group, or to one peer. */
enum { OWED_MOST = 4 }; /* one that takes more than these at a time is slow, not somebody else */
struct owed {
    uint8_t owed;    /* sent and not yet seen */
    uint8_t strikes; /* seen, but none was owed */
    uint8_t matched; /* seen and owed, since the last strike */
};
struct spoken {
    instant at; /* the last one with a priority above 0 */
    uint8_t prio, prio_before;
    struct owed group;
};

/* Of a virtual router that speaks to peers, not to the group. */
enum { SPEAKS_ON = 2 }; /* one may have been on its way */
struct peers {
    struct ttl_range ttl;
    bool seen;     /* one of its own was seen leaving: they leave through its interface */
    uint8_t heard; /* so often peers have spoken since, and since it is Active; up to SPEAKS_ON */
    uint8_t count;
    struct owed *owed; /* of each, behind them */
    struct ip items[];
};

/* ver=2+3: who spoke VRRPv3 last. What he says in VRRPv2 besides is the same again. */
struct v3_speaker {
    struct ip src;
    instant until; /* else his VRRPv3 has fallen silent */
};

/* What few virtual routers have; NULL: nothing of it. */
struct member_lists {
    struct span routes, rules; /* in text */
    char text[];
};

struct member {
    struct timer timer; /* first: the router's deadline */
    struct timer echo;  /* when its own advertisements must have been seen leaving */
    bool running;       /* it was started */
    bool kept;          /* of a set that is being replaced */
    bool in_silence;    /* timer is in the heap of silences, not of the others */
    struct spoken spoken;
    struct member *next_name; /* in its bucket of names */
    struct group *group;      /* NULL: none. Of it: */
    struct member *next_in_group;
    unsigned parts; /* what it counts as there */
    unsigned gaps;  /* the electorate's, when its Active_Down_Timer expired */
    instant due;    /* by then it had */
    struct identity id;
    struct interface *interface;
    char name[NAME_TEXT];
    struct router router;
    struct prefix_list ip; /* its own memory: prefix_list_keep */
    struct address_style style;
    bool vmac;
    struct ip src;
    enum cksum_form cksum; /* as configured */
    struct form_choice form;
    struct garp garp;
    usec garp_refresh;
    bool fence, accept, lost_is_fault;
    uint8_t auth, auth_mode; /* enum auth_type, enum auth_mode */
    bool counts;             /* seq: it began from where the clock was */
    uint32_t seq;            /* auth=ah: the highest that was sent or heard */
    struct member_lists *lists;
    uint8_t use_count;
    struct track_use *uses;
    struct peers *peers;           /* NULL: it speaks to the group */
    struct v3_speaker *v3_speaker; /* NULL: it speaks one version */
    unsigned noticed;              /* bits of enum notice */
    struct counters counters;
    instant since;
    enum router_why last_why;
    instant up;             /* since when it takes part */
    const char *last_event; /* NULL: none yet */
    const char *new_active_reason;
    struct ip last_adv_source;
};

enum { NAME_BUCKETS = 1024 };

struct electorate {
    struct electorate_reports reports;
    struct member **members; /* in the order in which they were configured */
    size_t count, room;
    struct member *by_name[NAME_BUCKETS];
    struct group *groups[NAME_BUCKETS];
    struct group *unsettled, *last_unsettled; /* what an event of one of them means for the others is to be seen */
    bool replacing;                           /* but not before the whole set is there */
    /* A silence is the Active_Down_Timer of a backup: it alone is told by what is not heard. */
    struct heap silence_heap, member_heap, track_heap, echo_heap;
    struct {
        bool seen;
        instant at;
        usec every;
    } tick;
    bool gap;      /* lines were lost */
    unsigned gaps; /* so many times */
    bool shadow;   /* another program of this host is taken for a peer */
    usec shortest; /* interval of all; 0: none */
    size_t deaf;   /* members in that fault, at most */
    struct interface *interfaces;
    size_t interface_count;
    struct track *tracks;
    size_t track_count;
    uint64_t next_order;
    bool started, stopped;
    struct statistics statistics;
};

/* Report what the router decided, then put its deadline in the heap. */
void member_perform(struct electorate *e, struct member *m, instant at, const struct router_actions *actions);
void member_notice(struct electorate *e, struct member *m, instant at, enum notice what, const struct ip *src);
void member_remember(struct member *m, instant at, const struct router_action *action); /* a transition */
void member_count_bad(struct member *m, struct span why);
void electorate_count_bad(struct electorate *e, struct span why);
struct member *member_find(const struct electorate *e, const struct identity *id);
size_t name_bucket(struct span name); /* below NAME_BUCKETS */
struct member *member_named(const struct electorate *e, struct span name);
void member_name_link(struct electorate *e, struct member *m);   /* into the table of names, by m->name */
void member_name_unlink(struct electorate *e, struct member *m); /* if it is there */
struct interface *interface_find(const struct electorate *e, const char *ifname); /* NULL: not heard of */
struct interface *interface_get(struct electorate *e, const char *ifname);        /* makes it; NULL: out of memory */
bool interface_use(struct interface *i); /* before the first member of it; false: out of memory */
struct member *member_on(const struct interface *i, uint8_t af, uint8_t vrid); /* NULL: none */
void member_start(struct electorate *e, struct member *m, instant now);        /* unless it runs */
void member_stop(struct electorate *e, struct member *m, instant now);
void member_fault(struct electorate *e, struct member *m, instant at, enum router_fault fault, bool on);
void member_spoke(struct member *m, instant at, uint8_t prio);
/* It has become active: when it is one of many it takes its turn among them. */
void member_take_turn(const struct electorate *e, struct member *m, instant now);
/* What m speaks from; family 0: not known. */
const struct ip *member_source(const struct member *m);
/* electorate_peer.c: what is special of a virtual router with peers. */
struct peers *peers_new(const struct vr_config *c);                   /* NULL: out of memory */
bool member_has_nobody(const struct member *m, const struct ip *own); /* its peers are itself */
/* The peer to which this one, seen leaving, was sent. NULL: it is of no business of this virtual router. */
struct owed *member_owed(const struct member *m, const struct advert *a);
/* A packet between two others, which this host forwards or overhears. */
bool member_is_passed_by(const struct electorate *e, const struct member *m, const struct advert *a);
bool member_takes_unicast(struct electorate *e, struct member *m, instant at, const struct advert *a);
/* An advertisement of this virtual router was seen leaving this host. */
void member_sees(struct electorate *e, struct member *m, instant at, const struct advert *a);
/* The Active_Down_Timer of a backup is due. True: it was not believed, and is no longer due. */
bool member_doubts_silence(struct electorate *e, struct member *m, instant now);
/* Faults and primary address of m as its interface has them. */
void member_follow_interface(struct electorate *e, struct member *m, instant at);
/* electorate_lists.c. False: out of memory. Free what it gives with free(). */
bool member_lists_make(const struct vr_config *c, struct member_lists **out);
bool member_lists_same(const struct member *m, const struct vr_config *c);
struct span member_routes(const struct member *m); /* as written; len 0: none */
struct span member_rules(const struct member *m);
struct track *track_get(struct electorate *e, const char *name);
struct track *track_get_vip(struct electorate *e, const char *router); /* vip:NAME, which fits */
int track_weighs(const struct track_use *use);                         /* what it adds to the priority now */
int member_weights(const struct member *m);                            /* those of its group */
void member_follow_tracks(struct electorate *e, struct member *m, instant at);
void tracks_expire(struct electorate *e, instant now);

#endif
