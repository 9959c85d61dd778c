/* What happened to each virtual router that is heard: who reigned (was Active), how each reign began, who spoke beside the
 * Active, what was announced. Facts only: core/explain.h says what they mean. Who is Active is the observer's word.
 *
 * Memory follows the number of virtual routers and of speakers, both bounded, and not the length: adverts are kept as
 * counts, of the reigns the first and the last ones. Pure. */
#ifndef CORE_TIMELINE_H
#define CORE_TIMELINE_H

#include "core/buckets.h"
#include "core/event.h"
#include "core/observer.h"

enum {
    TIMELINE_ROUTERS = 1024,      /* virtual routers; more are counted */
    TIMELINE_SPEAKERS = 32,       /* of one; who never was Active makes room when there are more */
    TIMELINE_ALL_SPEAKERS = 8192, /* of all virtual routers together */
    TIMELINE_REIGNS_FIRST = 8,    /* kept of one, and */
    TIMELINE_REIGNS_LAST = 24,    /* so many of the last */
    TIMELINE_BESIDES = 16,        /* the first ones kept */
    TIMELINE_CANDIDATES = 8,      /* of one failover, the best ones */
    TIMELINE_VIPS = 16,           /* of one failover, whose announcements are counted */
    TIMELINE_BAD = 8,             /* kinds of bad packets of one virtual router */
    TIMELINE_ANNOUNCED = 64,      /* announcements drawn, of one virtual router */
};

#define ANNOUNCE_WINDOW (30 * SECOND) /* after a failover: announcements in it belong to it */
#define ANNOUNCE_BURST  SECOND        /* a pause of this length ends a burst of them */
#define TIMELINE_HOLE   (5 * SECOND)  /* before a `clock` line: a source began anew, and nobody had listened so long */
#define TIMELINE_LATE   (2 * SECOND)  /* so much older than one before it a line may be: it counts as of then */

/* How a router sends, as its last advert told. */
struct manner {
    uint8_t version;
    bool virtual_mac; /* with the virtual router MAC address */
    bool unicast;
    bool ttl_low;
    enum cksum_form cksum;
    enum auth_type auth;
    usec interval;
    struct mac smac;
    bool has_smac;
    uint64_t addresses; /* a sum of hashes: equal for equal sets of addresses; 0: unknown */
};

struct speaker {
    struct ip src;
    uint8_t prio; /* of its last advert that was no resign; 0: none */
    struct manner manner;
    instant since;                    /* first heard */
    instant last;                     /* its last advert > 0; INSTANT_NEVER: none */
    instant resigned;                 /* its last resign; INSTANT_NEVER: none, or it spoke again */
    uint64_t adverts, resigns, twice; /* twice: seen a second time within a millisecond */
    uint64_t reigns;
    usec active; /* all its reigns together, but for one that goes on */
    /* below: the timeline's: it speaks though it is not Active; adverts 0: it does not */
    struct {
        instant from, last;
        uint64_t adverts, before; /* adverts that the Active had sent when it began */
        bool after_reign;         /* it was the Active until then */
    } beside;
    struct buckets heard;
};

/* One side of a failover, as it was then. */
struct party {
    struct ip ip; /* family 0: nobody known */
    uint8_t prio;
    struct manner manner;
    instant since; /* first heard */
};

struct candidate {
    struct ip ip;
    uint8_t prio;
    instant last;
    bool resigned;
};

struct vip {
    struct ip ip;
    uint32_t count, second_count; /* second_count: of those, after a pause */
    instant first, second, last;  /* INSTANT_NEVER: none */
};

/* How a reign began. */
struct failover {
    enum elected_why why; /* as the observer says */
    struct party was, now;
    instant t0;                 /* the old Active's resign; INSTANT_NEVER: it did not */
    instant t1;                 /* its last advert > 0 before t2; INSTANT_NEVER: none was heard */
    instant t2;                 /* the new one's first advert */
    instant was_after;          /* the old one's last advert after t2; INSTANT_NEVER: none */
    bool beside;                /* it spoke beside the old one before that fell silent */
    bool was_vacant;            /* nobody was Active for four intervals before it */
    instant dark_from, dark_to; /* nobody listened then, between the last of the old one and t2; equal: somebody did */
    uint8_t candidate_count, vip_count;
    uint16_t vips; /* addresses in its advert */
    struct candidate candidates[TIMELINE_CANDIDATES];
    struct vip announced[TIMELINE_VIPS];
    uint32_t foreign; /* announcements of these addresses with a MAC address that is not the new one's */
};

/* How it came to that nobody knows. */
static inline bool failover_unseen(const struct failover *f)
{
    return f->dark_to.us > f->dark_from.us;
}

enum reign_end {
    REIGN_GOES_ON, /* to the end of what was read */
    REIGN_VACANT,  /* it fell silent for four intervals, and so did all others */
    REIGN_TAKEN,   /* by the next one */
};

struct reign {
    uint64_t number; /* from 0, of its virtual router */
    struct ip who;
    uint8_t prio;
    instant from, to; /* to: its last advert, its resign, or where the next one began */
    enum reign_end end;
    bool resigned;
    bool unseen;            /* how it ended: nobody listened */
    instant vacant;         /* REIGN_VACANT: since when */
    enum elected_why taken; /* REIGN_TAKEN: how the next one began */
    bool taken_beside;      /* which had spoken beside it */
    uint64_t adverts;
    struct failover how;
};

/* Somebody spoke while another was Active, and more than once. */
struct beside {
    struct ip who, active;
    uint8_t prio, active_prio;
    struct manner manner, active_manner;
    instant from, to; /* both spoke */
    uint64_t adverts;
    bool after_reign; /* it was the Active before */
};

struct bad_kind {
    struct ip src; /* family 0: could not be read */
    enum verdict why;
    uint64_t count;
    instant first, last;
};

struct announced {
    instant at;
    struct ip ip;
    bool has_mac;
    struct mac mac;
    bool foreign;
};

/* A virtual router as heard at one place. */
struct timeline_router {
    struct origin origin; /* dir says nothing */
    uint8_t af, vrid;
    instant since, last;   /* first and last advert */
    usec dark_since, dark; /* how long nobody had listened until then */
    uint64_t adverts;
    uint64_t twice;
    uint32_t hash;
    struct timeline_router *next; /* in its bucket of the table */
    int speaker_count, speaker_room;
    struct speaker **speakers;
    uint64_t crowd; /* adverts of speakers for whom there was no place */
    int active;     /* speaker that is Active or was the last one; -1 */
    bool vacant;
    uint8_t *vips; /* of the last advert of an Active: vip_count * ip_size(af) */
    int vip_count;
    uint64_t reign_count; /* all; those that are kept: timeline_reign */
    int reign_room;
    struct reign *reigns;
    uint64_t ended[ELECTED_TIE_BREAK + 1]; /* reigns by how the next one began */
    uint64_t beside_count;                 /* all; the first TIMELINE_BESIDES are kept */
    int besides_kept;
    usec beside_total;
    struct beside *besides;
    uint64_t bad;
    int bad_kinds;
    struct bad_kind *bads; /* TIMELINE_BAD */
    uint64_t foreign;      /* announcements with the MAC address of somebody else; the first one: */
    struct announced first_foreign;
    uint64_t announced_count;
    struct announced *announced; /* a ring of TIMELINE_ANNOUNCED: the last ones */
};

struct timeline {
    struct observer *observer;
    instant first, last; /* of all lines; first INSTANT_NEVER: nothing was read */
    uint64_t adverts, bad, announcements, lost, unfollowed;
    uint64_t older; /* lines that were left out: more than TIMELINE_LATE older than one before them */
    uint64_t steps; /* of the wall clock */
    uint64_t holes; /* how often nobody listened; the last time: */
    instant hole_from, hole_to;
    usec dark; /* all of them together */
    bool clocked;
    usec base, shift; /* TIME - steady clock at the first `clock` line; what to take off TIME since */
    char boot[BOOT_TEXT];
    bool no_memory;
    size_t speakers;                 /* of all */
    struct timeline_router *current; /* whose advert is looked at */
    const struct advert *advert;
    size_t count;
    struct timeline_router *routers[TIMELINE_ROUTERS]; /* in the order in which they were heard first */
    struct timeline_router *table[TIMELINE_ROUTERS];
};

struct timeline *timeline_new(void); /* NULL: out of memory */
void timeline_free(struct timeline *t);

/* A line of any event; those that say nothing of virtual routers are passed over. now: when it has no TIME. False: a key
 * that it must have is missing or wrong: *where is its name. */
bool timeline_line(struct timeline *t, const struct line *l, stamp now, const char **where);

/* What it does with them, in order; time never goes back. Where memory ends, no_memory is set and what came is left out. */
void timeline_clock(struct timeline *t, const struct clock_event *c);
void timeline_begins(struct timeline *t, instant at);      /* a source does; after a while, when nobody listened */
instant timeline_time(const struct timeline *t, stamp at); /* of a line, free of steps of the wall clock */
void timeline_advert(struct timeline *t, instant at, const struct origin *from, const struct advert *a);
/* A packet that was none; what could not be read of it is 0. */
void timeline_bad(struct timeline *t, instant at, const struct origin *from, const struct advert *a, enum verdict why);
/* mac: NULL: unknown. */
void timeline_announce(struct timeline *t, instant at, const struct origin *from, const struct ip *ip,
                       const struct mac *mac);
void timeline_lost(struct timeline *t, instant at, uint64_t n);
void timeline_tick(struct timeline *t, instant at);
/* The end of input: what is open ends. */
void timeline_end(struct timeline *t);

/* Reigns that are kept, in order: 0 .. timeline_reigns - 1. */
int timeline_reigns(const struct timeline_router *r);
const struct reign *timeline_reign(const struct timeline_router *r, int index);
uint64_t timeline_reigns_folded(const struct timeline_router *r); /* between the first and the last ones */
const struct speaker *timeline_speaker(const struct timeline_router *r, const struct ip *src); /* NULL: not kept */

#endif
