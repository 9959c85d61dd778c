/* Inside holdings: the tables. holdings_links.c keeps those of links, holdings.c that of virtual routers, holdings_names.c
 * what these name, holdings_vmac.c the macvlans that some are for; holdings_plan.c decides changes, holdings_done.c looks
 * what came of them; holdings_announce.c decides announcements, holdings_track.c what elections are told, holdings_fence.c
 * fences. */
#ifndef CORE_HOLDINGS_TABLE_H
#define CORE_HOLDINGS_TABLE_H

#include "core/heap.h"
#include "core/holdings.h"

enum {
    NONE = -1,
    LINK_BUCKETS = 256,
    LINKS_MOST = UINT16_MAX,
    HOLDING_BUCKETS = 4096,
    FENCES_AT_ONCE = ADVERT_ADDRESSES + 1, /* of one virtual router: its addresses, its MAC address */
    FENCE_SLOTS = 512,
    NO_LINK = LINKS_MOST,
};
#define NEVER_RENEWED ((instant){INT64_MIN})
#define RETRY         SECOND /* after what failed */

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
    bool below;          /* of a macvlan: foreign on the interface below, which answers for it */
    uint8_t ours_length; /* with this prefix length */
    bool expected;       /* it was there for a holder before the last look */
    bool missed;         /* it was there for a holder, and went by other hands */
    bool lost;           /* and that is a fault: it stays away until nobody holds it */
    bool backup;         /* so said the last `state` away from active, and nobody has held it since */
    bool told_foreign, told_stray, told_taken;
    bool restyled; /* it is ours with another label or scope than that of */
    int32_t namer; /* one who holds it */
    int told_error;
    bool added;                /* by the plan that is being done, or adopted by it: to be announced */
    bool renew;                /* in this plan */
    instant until;             /* in this plan: when its lease is to end */
    bool dear;                 /* in this plan: for one who holds it its loss is a fault */
    bool guarded[FENCE_KINDS]; /* in this plan: who holds it wants this fence, */
    bool unfenced;             /* and one of them is not there: it is not to be there either */
    enum fence_state fence[FENCE_KINDS];
    instant open_until; /* FENCE_AROUND */
};

struct naming {
    struct prefix prefix;
    uint16_t link;
    int32_t place; /* of that link */
};

/* A virtual router on one of the links where it has something. */
struct presence {
    uint16_t link;
    uint16_t names;   /* addresses there */
    instant renewed;  /* the send that the kernel's leases there count from */
    instant renew_at; /* not before */
    instant lapse_at; /* the end of the kernel's leases there, or a moment before it */
};

struct holding {
    struct identity id;
    char name[NAME_TEXT];
    uint16_t link;      /* of its interface */
    uint16_t vmac_link; /* of its macvlan; NO_LINK: it had none yet */
    bool vmac;          /* what is not on another interface by name is on the macvlan */
    bool held;
    bool shared_told;
    bool lost_is_fault;
    int32_t next; /* in its bucket */
    uint16_t count, away_count;
    struct naming *names;  /* its addresses, in order */
    struct presence home;  /* on its own link, with or without addresses there, */
    struct presence *away; /* and on each other one that it has addresses on */
    struct address_style style;
    usec interval, lease;
    instant sent;     /* TIME of the newest send */
    instant lapse_at; /* the first of those; scanned: see `next` in holdings */
    /* announcements */
    struct garp garp;
    usec refresh;
    bool announce;         /* from the start, once the plan is done */
    uint16_t passes;       /* still to send, this one included */
    uint16_t cursor;       /* the next address of this pass */
    bool queued;           /* or waiting for its pace */
    struct pacing *pacing; /* NULL: it never had one */
    instant second_at, refresh_at;
    int32_t next_queued;
    /* its track */
    bool failing;        /* as it is told */
    usec distrust;       /* so long it stays so once it is held no longer; 0: all was well when it was last tried */
    instant forgiven_at; /* when a success that lasts makes it 0; INSTANT_NEVER: there was none */
    instant trusted_at;  /* when that ends; INSTANT_NEVER: not by itself */
    instant track_at;    /* when it is to be told */
    /* fence */
    usec fence;                 /* after the newest send FENCE_AROUND is shut; 0: there is none */
    bool unaccepted;            /* FENCE_INPUT, which is not put up again */
    instant again_at;           /* before this */
    enum fence_state mac_fence; /* of the virtual router MAC address */
    bool fence_due;             /* in the list of those */
    int32_t next_fence;
};

/* A virtual router whose next frame is to wait. */
struct pacing {
    struct timer timer; /* in the heap of those that do */
    instant next;       /* no frame before */
    bool urgent;        /* it goes on with its first pass */
};

struct link {
    char ifname[IFNAME_TEXT];
    uint16_t number;
    int32_t macvlan_of;               /* the virtual router that it is for; NONE: it is an interface of the host */
    int told_macvlan;                 /* errno */
    int32_t next_named, next_indexed; /* in the buckets of holdings */
    bool resolved, seen, told_gone;
    int told_unfenced; /* errno */
    unsigned ifindex;  /* 0: no such interface */
    bool up;
    bool has_mac;
    struct mac mac;
    int32_t *buckets; /* of places, by address: a power of two, or none yet */
    size_t bucket_count;
    struct place *places;
    size_t count, room;
    int32_t unused; /* free places */
    int32_t *on;    /* the virtual routers that are present, the newest last */
    size_t on_count, on_room;
    struct timer timer;           /* the earlier of the next two */
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
    int32_t links_named[LINK_BUCKETS], links_indexed[LINK_BUCKETS];
    struct heap due; /* of links */
    struct holding *all;
    size_t count, room, held;
    size_t held_names; /* addresses of those that are held */
    int32_t buckets[HOLDING_BUCKETS];
    usec period;                /* R */
    usec cost;                  /* smoothed: of 1,000 changes in a round of renewals */
    struct queue urgent, later; /* first passes; further ones */
    struct heap paced;          /* and those that wait for their pace */
    instant next;               /* no holding has a lapse, second or refresh due before this */
    instant track_next;         /* no track is due, and none changes by itself, before this */
    size_t track_cursor;
    enum fence_state first_fence; /* of what has just been named */
    int32_t fence_head;           /* those whose fence is to be opened for longer, or shut; */
    uint16_t fence_cursor;        /* of the first, its addresses from here on */
    struct fence_item fences[FENCES_AT_ONCE];
    uint16_t fence_slots[FENCE_SLOTS]; /* by hash: which of them, from 1 */
    /* the plan that is being done */
    struct address_change *changes;
    int32_t *planned; /* the place of each */
    size_t change_room;
};

uint32_t holdings_hash(const struct ip *ip);
uint32_t holdings_hash_name(const char *ifname);

struct link *link_find(const struct holdings *h, const char *ifname); /* NULL: it is not named */
struct link *link_named(struct holdings *h, const char *ifname);      /* made when it is new; NULL: out of memory */
struct link *link_new(struct holdings *h, const char *ifname);        /* which is not found by its name; the same */
void link_free(struct link *l);
struct link *link_indexed(const struct holdings *h, unsigned ifindex); /* NULL: none */
void link_set_index(struct holdings *h, struct link *l, unsigned ifindex);
void link_due(struct holdings *h, struct link *l, instant at);
void link_timer(struct holdings *h, struct link *l); /* one of its times has changed */
bool link_reserve(struct link *l, size_t places);    /* room for so many more, and for one more to join. The same */
void link_join(struct link *l, int32_t holding);     /* it is present there */
void link_part(struct link *l, int32_t holding);

int32_t place_find(const struct link *l, const struct ip *ip);
int32_t place_name(const struct holdings *h, struct link *l, const struct prefix *p); /* room was reserved */
void place_forget(struct link *l, int32_t at);

void holding_due(struct holdings *h, const struct holding *v, instant at); /* each link where it is present */
bool holding_has_names(const struct holdings *h, const struct holding *v, const struct prefix_list *ip);
/* It names these addresses from now on, and only these. False: out of memory, nothing changed. */
bool holding_rename(struct holdings *h, struct holding *v, const struct prefix_list *ip, instant now);
void holding_name_places(struct holdings *h, const struct link *l); /* each there knows one who holds it */
void holding_hold_names(struct holdings *h, const struct holding *v);
void holding_drop_names(struct holdings *h, const struct holding *v);
struct link *holding_home(const struct holdings *h, const struct holding *v); /* where it is without a word */
/* Its addresses are, or are not, to be on a macvlan, once it is renamed. False: out of memory. */
bool holding_take_vmac(struct holdings *h, struct holding *v, bool vmac);
void holding_vmac_changed(struct holdings *h, const struct holding *v); /* it was taken hold of, or let go */
void holding_tell_shared(struct holdings *h, struct holding *v); /* once, when an address of it is another's too */
void holding_let_go(struct holdings *h, struct holding *v, instant now); /* held no longer; the addresses stay named */
void holding_track_tried(struct holdings *h, struct holding *v, bool failing,
                         instant now); /* a plan was done while it is held */
void holding_track_given_up(struct holdings *h, struct holding *v, instant now);
void holding_track_foreseen(struct holdings *h, struct holding *v, bool failing,
                            instant now);                                /* while it is not held */
void holding_lapsed(struct holdings *h, struct holding *v, instant now); /* let go, and told */
bool holding_pace(struct holdings *h, struct holding *v, uint32_t pace); /* room for it; false: out of memory */
void holding_announce(struct holdings *h, struct holding *v, instant now);
/* One who holds it says, in a plan, which fences it needs. no_frames: its MAC address stands behind none. */
void place_guard(struct place *p, const struct holding *v, bool no_frames);
void place_fences_doubted(struct place *p); /* those that were up may not be */
void fence_due(struct holdings *h, struct holding *v);
void holding_lapse(const struct holdings *h, struct holding *v); /* when the first of its leases ends */
void holding_timers(struct holdings *h, struct holding *v);      /* bring h->next forward to what v waits for */
void holdings_tell(struct holdings *h, enum holding_news news, const struct link *l, const struct holding *v,
                   const struct prefix *p, int number);
usec renewal_period(const struct holdings *h, const struct holding *v);

static inline struct presence *presence_number(struct holding *v, size_t n)
{
    return n == 0 ? &v->home : &v->away[n - 1];
}

/* On a link that it is present on. */
static inline struct presence *presence_on(struct holding *v, const struct link *l)
{
    size_t n = 0;
    while (presence_number(v, n)->link != l->number)
        n++;
    return presence_number(v, n);
}

static inline struct place *place_of(const struct holdings *h, const struct naming *n)
{
    return &h->links[n->link]->places[n->place];
}

static inline bool has_no_fence(const struct place *p)
{
    return p->fence[FENCE_AROUND] == FENCE_NONE && p->fence[FENCE_INPUT] == FENCE_NONE;
}

static inline bool holding_asks(const struct holding *v, enum fence_kind kind)
{
    return kind == FENCE_AROUND ? v->fence != 0 : v->unaccepted;
}

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
