/* The parts of the audit among themselves; core/audit.h is the interface. */
#ifndef CORE_AUDIT_INTERNAL_H
#define CORE_AUDIT_INTERNAL_H

#include "core/audit.h"
#include "core/audit_fold.h"
#include "core/observer.h"

enum {
    AUDIT_GROUPS = 4096,
    AUDIT_BUCKETS = 4096,
    AUDIT_SPEAKERS = 16,       /* of one virtual router */
    AUDIT_SPEAKERS_FIRST = 2,  /* room for an Active and one backup, which is nearly always enough */
    AUDIT_ADDRESS_SETS = 2048, /* times 8: addresses of virtual routers */
    AUDIT_ADDRESS_WAYS = 8,
    AUDIT_SUSPECTS = 256, /* announcements that wait for a change of Active that would explain them */
    AUDIT_SKETCH = 16,
    AUDIT_OFTEN = 3, /* heard so often, it is no passing stranger */
};

#define AUDIT_LEARNING (60 * SECOND)        /* who was not heard by then is new */
#define AUDIT_SILENCE  (60 * SECOND)        /* nothing heard for so long is a finding */
#define AUDIT_MEMORY   (24 * 3600 * SECOND) /* who has been silent for longer is not compared with any more */
#define AUDIT_MINUTE   (60 * SECOND)
#define AUDIT_NEAR     SECOND                      /* an announcement belongs to a change of Active that is so near */
#define AUDIT_TWICE    MILLISECOND                 /* the same again in this time is one frame seen twice */
#define AUDIT_LOOK     (10 * SECOND)               /* what says the same again and again is judged again after this */
#define AUDIT_FOREVER  INT64_C(100000000000000000) /* of a finding that ends only when something else is heard */
#define LONG_AGO       (INT64_MIN / 2)             /* of an instant: before all */

/* A set of addresses, for comparing: equal sets have equal `set` and `count`. sketch: the smallest of the addresses'
 * hashes, in order; of up to AUDIT_SKETCH addresses that is all of them. */
struct address_set {
    uint64_t set, order; /* order: also of the order in which they stand there */
    uint8_t count, kept;
    uint32_t sketch[AUDIT_SKETCH];
};

struct speaker {
    struct ip src;
    bool has_mac, is_virtual; /* is_virtual: mac is a VRRP MAC address */
    struct mac mac;
    struct ip to; /* unicast: each peer is told by itself; family 0: the group */
    uint32_t adverts;
    uint8_t versions, prio_low, prio_high; /* all that was heard: bits 1 << 2 and 1 << 3 */
    bool left_vmac;                        /* came with a card's MAC address where virtual ones were used */
    /* what it says: of its last advertisement with priority > 0 */
    uint8_t version, prio; /* prio 0: none heard yet */
    usec interval;
    enum cksum_form form; /* the last that was exclusive: message or pseudo; CKSUM_NONE: neither yet */
    enum auth_type auth;
    struct address_set list;
    uint64_t content; /* all of it */
    /* since when it says that; LONG_AGO: since it was first heard. Who was silent since then may have changed, too */
    instant settled, prio_since;
    uint64_t calm;  /* generation of its group in which there was nothing to tell about what it says; 0: none */
    instant looked; /* when that was judged last */
    bool is_allowed;
    /* when */
    instant last, before; /* its last advertisement with priority > 0, and the one before that in this run */
    instant run;          /* since when it speaks without a break */
    bool resigned;        /* its last one had priority 0 */
    instant resign;       /* the last one with priority 0 */
    instant resigns[2];   /* the last two that count: at least 1 s apart */
    instant window;       /* adverts are counted from here on */
    uint32_t in_window;
    uint32_t uneven; /* a bit for each of the last intervals: 1 where it was not kept */
    uint8_t halves;  /* how many advertisements in a row came in two phases */
    bool has_seq;
    uint64_t seq;
};

/* One virtual router as heard at one place. */
struct audit_group {
    struct audit_group *next;          /* in its bucket */
    struct audit_group *newer, *older; /* in its queue, by when they were last heard */
    uint64_t tag, place;               /* hashes: of all that tells it apart, and of where it was heard */
    uint64_t serial;                   /* tells it from what was here before */
    uint64_t generation;               /* of what its speakers say */
    struct origin origin;
    uint8_t af, vrid;
    uint32_t adverts;
    instant first, carp; /* carp: when CARP used this number; LONG_AGO: not heard */
    bool vmac_used;
    uint8_t learned_max;         /* the highest priority heard so far */
    struct ip active, was;       /* family 0: nobody yet */
    instant changed, changes[2]; /* the last change of Active, and those before */
    bool takes_over;             /* the last change is not yet judged by its announcements */
    int count, room;
    struct speaker *speakers;
};

/* An address of a virtual router, or (is_source) of a router that speaks for it, and perhaps for others there. */
struct audit_address {
    uint64_t tag; /* of place and address; 0: free */
    struct ip ip;
    struct audit_group *group;
    uint64_t serial; /* of the group: another one is there now */
    bool is_source;
    bool suspected; /* waits among the suspects */
    bool has_card;  /* is_source: the MAC address that is announced for it */
    struct mac card;
    instant used, announced; /* said in an advertisement; announced by whomever */
};

struct audit_suspect {
    struct audit_address *address;
    uint64_t tag;
    struct finding finding;
    instant at;
};

struct audit_queue {
    struct audit_group *newest, *oldest;
};

struct audit {
    struct audit_options options;
    struct fold *fold;
    struct observer *observer;
    /* time */
    instant now;              /* of the last line, or later; µs, in steps of what the lines tell */
    usec offset;              /* now = Unix time + offset */
    stamp stamp;              /* the same as Unix time */
    bool begun;               /* a line with a time was read */
    instant begin;            /* when */
    struct clock_event clock; /* the last one */
    instant clock_at;
    instant lost; /* when something was lost last: what was silent then may have spoken */
    /* what was heard */
    instant listens; /* since when the source does */
    instant heard;   /* the last advertisement; LONG_AGO */
    usec longest;    /* of the intervals that were heard */
    bool deaf;       /* told that nothing was heard */
    bool absent_told;
    bool announces; /* announcements are captured here */
    bool ticks;     /* and so they would be here */
    bool forgot;
    uint64_t serials;
    size_t count;
    struct audit_queue passing, staying; /* groups that were heard less than AUDIT_OFTEN times, and the others */
    struct audit_group *buckets[AUDIT_BUCKETS];
    size_t suspect_first, suspect_count;
    struct audit_suspect suspects[AUDIT_SUSPECTS];
    struct audit_address addresses[AUDIT_ADDRESS_SETS][AUDIT_ADDRESS_WAYS];
    /* of the advertisement that is looked at */
    bool elected;
    struct observation observation;
};

/* What is looked at, for the parts that judge. */
struct hearing {
    struct audit *audit;
    struct audit_group *group;
    struct speaker *speaker;
    const struct advert *advert;
    const struct origin *origin;
    instant at;
    uint64_t content;
    bool is_new;        /* the speaker was not heard before */
    struct speaker was; /* what it said before; prio 0: nothing */
    unsigned told;      /* findings about what it says */
};

/* audit_table.c */
struct audit_group *audit_group_find(struct audit *a, const struct origin *from, uint8_t af, uint8_t vrid);
struct audit_group *audit_group_of(struct audit *a, const struct origin *from, uint8_t af, uint8_t vrid);
void audit_group_heard(struct audit *a, struct audit_group *g); /* it is the last one heard, once more */
void audit_groups_free(struct audit *a);
struct speaker *audit_speaker_of(struct audit *a, struct audit_group *g, const struct advert *advert, bool *is_new);
uint64_t audit_place(const struct audit *a, const struct origin *from, uint8_t af);

/* audit_address.c */
struct audit_address *audit_address_find(struct audit *a, uint64_t place, const struct ip *ip, bool is_source,
                                         const struct audit_group *besides);
struct audit_address *audit_address_of(struct audit *a, struct audit_group *g, const struct ip *ip, bool is_source);
void audit_set_of(const struct audit *a, const struct advert *advert, struct address_set *out);
bool audit_sets_equal(const struct address_set *a, const struct address_set *b);
bool audit_sets_disjoint(const struct address_set *a, const struct address_set *b);

/* audit_advert.c */
void audit_advert(struct audit *a, const struct origin *from, const struct advert *advert);
/* A finding about the advertisement that is looked at, to be completed. */
struct finding audit_about(const struct hearing *h, enum audit_rule rule);
/* The same about two speakers, whichever was heard: src is the one with the lower address. *first is that one. */
struct finding audit_about_two(const struct hearing *h, enum audit_rule rule, const struct speaker *other,
                               const struct speaker **first, const struct speaker **second);
/* One that has nothing to show but itself. */
void audit_simply(struct hearing *h, enum audit_rule rule);
bool audit_wants(const struct hearing *h, enum severity s);  /* is one that bad told at all? */
void audit_show(struct hearing *h, const struct finding *f); /* counts it, too */
void audit_tell(struct audit *a, const struct finding *f);
struct audit_value audit_number(uint64_t n);
struct audit_value audit_word(const char *word);
struct audit_value audit_duration(usec d); /* as configured */
struct audit_value audit_seconds(usec d);  /* measured */
bool audit_is_live(const struct speaker *s, instant at, uint8_t next_prio);
struct speaker *audit_active(const struct audit_group *g);

/* The rules: audit_content.c of what a speaker says; audit_others.c of it beside others; audit_timing.c of when;
 * audit_change.c of who is Active; audit_announce.c of announcements; audit_packets.c of `bad` and `other`. */
void audit_policy(struct hearing *h);
void audit_content(struct hearing *h);
void audit_addresses(struct hearing *h);           /* they are known from now on */
bool audit_has_own_source(const struct advert *a); /* its source is one of its addresses: an owner's */
void audit_compare(struct hearing *h);             /* with what others said */
void audit_rivals(struct hearing *h);              /* with others that speak now */
void audit_timing(struct hearing *h);              /* before the speaker's times are moved */
void audit_resign(struct hearing *h);
void audit_change(struct hearing *h);
void audit_takeover_announced(struct hearing *h);
void audit_announced(struct audit *a, const struct origin *from, const struct announce_event *e);
void audit_suspects(struct audit *a); /* those that waited long enough */
/* audit.c */
void audit_line_heard(struct audit *a, struct policy_line *line);
void audit_collision(struct audit *a, const struct audit_group *g); /* with CARP */
void audit_bad(struct audit *a, const struct origin *from, const struct advert *advert, enum verdict why);
void audit_other(struct audit *a, const struct origin *from, const struct advert *advert, const struct other_event *e);

static inline usec audit_since(instant then, instant now)
{
    return now.us - then.us;
}

#endif
