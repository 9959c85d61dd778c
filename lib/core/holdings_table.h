/* Inside holdings: the tables. holdings.c keeps them, holdings_plan.c decides changes,
 * holdings_announce.c announcements, holdings_track.c what elections are told, holdings_fence.c fences. */
#ifndef CORE_HOLDINGS_TABLE_H
#define CORE_HOLDINGS_TABLE_H

#include "core/holdings.h"

enum {
    NONE = -1,
    BUCKETS = 1024,
    HOLDING_BUCKETS = 4096,
    FENCES_AT_ONCE = ADVERT_ADDRESSES + 1, /* of one virtual router: its addresses, its MAC address */
    FENCE_SLOTS = 512,
};
#define NEVER_RENEWED ((instant){INT64_MIN})

enum fence_state {
    FENCE_NONE,
    FENCE_MAYBE, /* a run before may have put one up, or somebody has taken ours away */
    FENCE_UP,
};

/* One address on one interface that a virtual router names. */
struct place {
    struct prefix prefix; /* as its first namer has it */
    int32_t next;         /* in its bucket, or in the list of free ones */
    uint32_t named;       /* virtual routers that name it, held or not; 0 and not `ours`: forgotten by the next plan */
    uint32_t holders;     /* those of them that hold it */
    bool used;
    bool made;           /* by these holdings, and not gone since */
    bool ours, foreign;  /* what the kernel has */
    uint8_t ours_length; /* with this prefix length */
    bool expected;       /* it was there for a holder before the last look */
    bool missed;         /* it was there for a holder, and went by other hands */
    bool backup;         /* so said the last `state` away from active, and nobody has held it since */
    bool told_foreign, told_stray, told_taken;
    int told_error;
    bool added;    /* by the plan that is being done, or adopted by it: to be announced */
    bool renew;    /* in this plan */
    instant until; /* in this plan: when its lease is to end */
    bool guarded;  /* in this plan: who holds it wants a fence around it, */
    bool unfenced; /* and there is none: it is not to be there */
    enum fence_state fence;
    instant open_until;
};

struct naming {
    struct prefix prefix;
    int32_t place;
};

struct holding {
    struct identity id;
    char name[NAME_TEXT];
    size_t link;
    int32_t next; /* in its bucket */
    int32_t next_on_link;
    bool held;
    bool shared_told;
    struct naming *names; /* its addresses, in order */
    uint16_t count;
    usec interval, lease;
    instant sent;     /* TIME of the newest send */
    instant renewed;  /* the send that the kernel's lease counts from */
    instant renew_at; /* not before */
    instant lapse_at; /* the end of the kernel's lease, or a moment before it; scanned: see `next` in holdings */
    /* announcements */
    struct garp garp;
    usec refresh;
    bool announce;   /* from the start, once the plan is done */
    uint16_t passes; /* still to send, this one included */
    uint16_t cursor; /* the next address of this pass */
    bool queued;
    instant second_at, refresh_at;
    int32_t next_queued;
    /* its track */
    bool failing;       /* as it is told */
    usec distrust;      /* so long it stays so once it is held no longer; 0: all was well when it was last tried */
    instant trusted_at; /* when that ends; INSTANT_NEVER: not by itself */
    instant track_at;   /* when it is to be told */
    /* fence */
    usec fence; /* after the newest send it is shut; 0: there is none */
    bool vmac;
    enum fence_state mac_fence; /* of the virtual router MAC address */
    bool fence_due;             /* in the list of those */
    int32_t next_fence;
};

struct link {
    char ifname[IFNAME_TEXT];
    bool resolved, seen, told_gone;
    int told_unfenced; /* errno */
    unsigned ifindex;  /* 0: no such interface */
    bool up;
    bool has_mac;
    struct mac mac;
    int32_t buckets[BUCKETS];
    struct place *places;
    size_t count, room;
    int32_t unused;               /* free places */
    int32_t holdings;             /* first holding on it */
    instant due_at;               /* when to plan; INSTANT_NEVER */
    instant round_at, round_next; /* when to renew, and not before */
    instant disturbed;            /* when a plan was last asked for by other hands */
};

struct queue {
    int32_t head, tail;
};

struct holdings {
    holdings_report *report;
    void *context;
    bool untagged; /* by the kernel: `made` tells what is ours */
    struct link **links;
    size_t link_count, link_room;
    struct holding *all;
    size_t count, room, held;
    size_t held_names; /* addresses of those that are held */
    int32_t buckets[HOLDING_BUCKETS];
    usec period;                /* R */
    usec cost;                  /* smoothed: of 1,000 changes in a round of renewals */
    struct queue urgent, later; /* first passes; further ones */
    instant next;               /* no holding has a lapse, second or refresh due before this */
    instant track_next;         /* no track is due, and none changes by itself, before this */
    size_t track_cursor;
    enum fence_state first_fence; /* of what has just been named */
    int32_t fence_head;           /* those whose fence is to be opened for longer, or shut */
    struct fence_item fences[FENCES_AT_ONCE];
    uint16_t fence_slots[FENCE_SLOTS]; /* by hash: which of them, from 1 */
    /* the plan that is being done */
    struct address_change *changes;
    int32_t *planned; /* the place of each */
    size_t change_room;
};

uint32_t holdings_hash(const struct ip *ip);
int32_t place_find(const struct link *l, const struct ip *ip);
void place_forget(struct link *l, int32_t at);
void link_due(struct link *l, instant at);
void holding_let_go(struct holdings *h, struct holding *v, instant now); /* held no longer; the addresses stay named */
void holding_track_tried(struct holdings *h, struct holding *v, bool failing); /* a plan was done while it is held */
void holding_track_given_up(struct holdings *h, struct holding *v, instant now);
void holding_lapsed(struct holdings *h, struct holding *v, instant now); /* let go, and told */
void holding_announce(struct holdings *h, struct holding *v, instant now);
void fence_due(struct holdings *h, struct holding *v);
void holding_timers(struct holdings *h, struct holding *v); /* bring h->next forward to what v waits for */
void holdings_tell(struct holdings *h, enum holding_news news, const struct link *l, const struct holding *v,
                   const struct prefix *p, int number);
usec renewal_period(const struct holdings *h, const struct holding *v);

static inline instant later(instant t, usec d)
{
    return t.us > 0 && d > INT64_MAX - t.us ? INSTANT_NEVER : (instant){t.us + d};
}

static inline instant earliest(instant a, instant b)
{
    return a.us < b.us ? a : b;
}

static inline instant latest(instant a, instant b)
{
    return a.us > b.us ? a : b;
}

#endif
