/* Which virtual router holds which addresses on which interfaces, when leases are renewed, which announcements are due.
 * Pure: `send` and `state` events, what the kernel has, and the time go in; changes and announcements come out.
 *
 * Levels, not edges: a `send` means "held" and a `state` away from active "absent", as often as they come. The caller,
 * in each turn of its loop:
 *
 *   holdings_held, holdings_absent        for each line
 *   holdings_advance                      what time alone does: leases lapse before anything is made of their end
 *   holdings_notice                       for what the kernel said that was not our doing
 *   holdings_fences                       until none is left: what does not wait for anything slow
 *   for each link that is due (holdings_due):
 *       holdings_leave, holdings_resolve  if holdings_unresolved: which interface has that name now
 *       holdings_look, holdings_saw ...   if holdings_unseen: what the kernel has there
 *       holdings_fence_new                until none is left, or holdings_fence_failed: fences stand before addresses
 *       holdings_plan, holdings_done      the changes to make, and what came of them
 *       holdings_unfence                  until none is left
 *   holdings_announcement                 until false
 *   wait until holdings_deadline
 *
 * A lease: valid_lft is what is left of (TIME of the newest send + its lease + R), where R, the time between two
 * renewals, is max(interval, 1 s, 100 x what a round of renewals costs). So a holder that lives always renews in time,
 * and one that dies is gone from the kernel a known time after its last advertisement. When sends stop and the holder
 * lives, the virtual router lapses just before the kernel ends the lease that was renewed last.
 *
 * A fence, of a virtual router whose sends ask for one: each address that is ours, and with vmac=yes the virtual router
 * MAC address, is open until TIME of the newest send + its fence, and shut when it is given up. It is behind the fence
 * before it is added and until it is removed. The MAC address stays there until the end: who else forwards what comes
 * for it is not known. What is foreign is never fenced.
 *
 * The other kind of fence, FENCE_INPUT, is for accept=no: up before the address is added and until it is removed. It is told
 * again once a second, so that one which others have taken away is put back. */
#ifndef CORE_HOLDINGS_H
#define CORE_HOLDINGS_H

#include "core/change.h"
#include "core/event.h"
#include "core/fence.h"

enum holding_news {
    HOLDING_FOREIGN, /* it is there and not ours: announced, nothing else */
    HOLDING_STRAY,   /* it is there and not ours, though this host is a backup for it: nothing */
    HOLDING_SHARED,  /* other virtual router names it too; it stays until neither holds it */
    HOLDING_LAPSED,  /* no fresh send for longer than its lease (number: addresses; no prefix) */
    HOLDING_TAKEN,   /* somebody else removed or changed it while it is held: it is put back */
    HOLDING_LOST,    /* the same, where that is a fault: it is not put back, and its virtual router is to be given up */
    HOLDING_FAILED,  /* number: errno of what could not be done */
    HOLDING_UNFENCED,  /* number: errno of why there can be no fence: what asks for one is not held there (no prefix) */
    HOLDING_NO_DEVICE, /* no such interface (no prefix) */
    HOLDING_DEVICE,    /* it is there again */
    HOLDING_NO_MACVLAN, /* number: errno of why there can be none for the virtual MAC address (no prefix) */
    HOLDING_MACVLAN,    /* there can be one again (no prefix) */
};
struct holding_report {
    enum holding_news news;
    const char *ifname, *name;   /* name: of the virtual router; "" for HOLDING_FAILED and the interface's own */
    const char *other;           /* HOLDING_SHARED */
    const struct prefix *prefix; /* NULL where it is about more than one address */
    int number;
};
typedef void holdings_report(void *context, const struct holding_report *r); /* what people are told, each once */

struct holdings; /* owns its memory, which grows with virtual routers and addresses, not with time */
struct holdings *holdings_new(holdings_report *report, void *context); /* NULL: out of memory */
void holdings_free(struct holdings *h);
/* The kernel keeps no tags: what was added by these holdings is known as ours all the same. Call once, at the start. */
void holdings_untagged(struct holdings *h);

/* A fresh `send` with priority > 0 that reached the wire. sent: its TIME. False: out of memory, nothing changed. */
bool holdings_held(struct holdings *h, const struct send_event *e, instant sent, instant now);
/* A fresh `state` to anything but active: what it names (or, without ip=, what was held) is not to be there. The same. */
bool holdings_absent(struct holdings *h, const struct state_event *e, instant now);
/* Is it held, and by a send of when? */
bool holdings_is_held(const struct holdings *h, const struct identity *id, instant *sent);
/* The end: all that is held becomes absent; with only_unleased, just what no lease would ever end. */
void holdings_release(struct holdings *h, bool only_unleased, instant now);
size_t holdings_held_count(const struct holdings *h); /* virtual routers */

void holdings_advance(struct holdings *h, instant now);

/* Interfaces are numbered from 0, in the order in which they were first named. */
size_t holdings_links(const struct holdings *h);
const char *holdings_ifname(const struct holdings *h, size_t link);
unsigned holdings_ifindex(const struct holdings *h, size_t link);
/* One that is due, the same until its plan was done or put off; false: none is. */
bool holdings_due(struct holdings *h, instant now, size_t *link);
bool holdings_unresolved(const struct holdings *h, size_t link);
/* Before resolving to another ifindex: what to take off the one before, which may go on under another name. The array is
 * as that of a plan, but what comes of it is not told. */
struct address_change *holdings_leave(struct holdings *h, size_t link, size_t *count);
/* Is this a link of its own for the addresses of a virtual router with its MAC address, a macvlan on the interface of
 * *id? It is to be there while it is held: *wanted, and is resolved under the name that it has got. */
bool holdings_macvlan(const struct holdings *h, size_t link, struct identity *id, bool *wanted);
int holdings_macvlan_number(const struct holdings *h, size_t link); /* errno of why there was none; 0: there was */
void holdings_macvlan_named(struct holdings *h, size_t link, const char *ifname);
/* There can be none, and number, an errno, is why; 0: there can, as far as is known. While it is wanted, in place of
 * resolving it: it is tried again in a second. Else it is asked for again after a while, and the election is told. */
void holdings_macvlan_failed(struct holdings *h, size_t link, int number, instant now);
/* ifindex 0: there is none; mac NULL: it has none, nothing is announced there. up: administratively; while it is not,
 * nothing is added or announced there, and what goes is nobody's doing. */
void holdings_resolve(struct holdings *h, size_t link, unsigned ifindex, const struct mac *mac, bool up, instant now);
bool holdings_unseen(const struct holdings *h, size_t link);
void holdings_look(struct holdings *h, size_t link);                     /* what is seen from here on is all there is */
void holdings_look_failed(struct holdings *h, size_t link, instant now); /* no plan now: it is tried again */
/* style: how it was set, as far as it shows. */
void holdings_saw(struct holdings *h, size_t link, const struct prefix *p, const struct address_style *style,
                  bool ours);
/* Of a macvlan, what is on the interface below. True: it is ours, of a time without the macvlan, and to be removed. */
bool holdings_saw_below(struct holdings *h, size_t link, const struct prefix *p, bool ours);

/* The changes to make now, to be done in order. The array is the holdings'; valid until the next plan. */
struct address_change *holdings_plan(struct holdings *h, size_t link, instant now, size_t *count);
/* They were done: their results are set. cost: how long it took the processor. */
void holdings_done(struct holdings *h, size_t link, size_t count, usec cost, instant now);

/* An address came or went by other hands (or as an echo of our own doing, which changes nothing). */
void holdings_notice(struct holdings *h, unsigned ifindex, const struct prefix *p, bool ours, bool gone, instant now);
/* An interface came, went or changed; ifname: as it is called now. */
void holdings_link_changed(struct holdings *h, unsigned ifindex, const char *ifname, instant now);
void holdings_all_unseen(struct holdings *h, instant now); /* notices were lost */

/* Fences: what is to be put up or opened for longer, and what is to be behind none any more. The array is the holdings';
 * valid until the next one is asked for. */
void holdings_fences_left(struct holdings *h);              /* a run before has left some; call once, at the start */
void holdings_fences_lost(struct holdings *h, instant now); /* somebody took them away: all are new again */
struct fence_item *holdings_fences(struct holdings *h, size_t *count);
struct fence_item *holdings_fence_new(struct holdings *h, size_t link, size_t *count);
/* So many could not be put up, and number, an errno, is why: what needs them is not added, or is removed, and it is tried
 * again in a second. */
void holdings_fence_failed(struct holdings *h, size_t link, size_t count, int number);
/* end: nothing that is not held stays behind a fence. */
struct fence_item *holdings_unfence(struct holdings *h, size_t link, bool end, size_t *count);

struct holding_announcement {
    unsigned ifindex;
    struct mac mac;
    struct ip ip;
    bool reply; /* IPv4: as an ARP reply */
};
/* The next frame that is due: the first announcement of every address before the second of any; of a virtual router whose
 * sends have a pace, not sooner after the one before than that. */
bool holdings_announcement(struct holdings *h, instant now, struct holding_announcement *out);
instant holdings_deadline(const struct holdings *h); /* in the past: something is due now */
usec holdings_period(const struct holdings *h);      /* R of an interval of 1 s or less */

/* What an election may depend on: can this host hold the addresses of a virtual router? Yes, unless one could not be set,
 * or there was no interface for it, when that was last tried. A backup tries nothing, so what failed is remembered for a
 * while after it was given up: 10 s, doubling with each try that fails, at most 10 min. */
struct holding_track {
    const char *name; /* of the virtual router; valid until the next call of anything here */
    bool up;
};
#define TRACK_PERIOD (5 * SECOND) /* each is due so often, and at once when it is new or has changed */
/* One that is due, the same until holdings_track_told; false: none. */
bool holdings_track(struct holdings *h, instant now, struct holding_track *out);
void holdings_track_told(struct holdings *h, instant now);
void holdings_track_later(struct holdings *h, instant at); /* it could not be told: none is due before `at` */
instant holdings_track_deadline(const struct holdings *h);

#endif
