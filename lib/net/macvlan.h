/* Macvlans that carry a virtual router MAC address: the virtual addresses live there, so that this MAC address answers for
 * them, and what is sent to it comes in there. One for each virtual router, made when it becomes Active and removed when it
 * is no longer: where it stands, even without an address, the host takes and forwards what comes for the MAC address.
 *
 * In private mode: the frames of other macvlans of this host are none of its business. It has no address of its own, does
 * not follow router advertisements, and answers ARP for what it has and nothing else (arp_ignore). Settings are otherwise
 * as below; rp_filter is loose where it was strict, because the way back is through the interface below.
 *
 * That interface is not to answer for the virtual addresses with its own MAC address (arp_ignore=1), nor to name them as
 * the sender of its ARP requests (arp_announce=2). What it had before stands in the alias of each macvlan (core/vmac.h),
 * where it survives this process, and is given back with the last one.
 *
 * Almost all of it goes through netlink, which works where /proc/sys is read-only or out of reach. */
#ifndef NET_MACVLAN_H
#define NET_MACVLAN_H

#include "core/vmac.h"
#include "net/addresses.h"

struct macvlans; /* owns memory; the book is the caller's */
/* holder: who makes them, net/presence.h; 0: they are to stay when this process ends. NULL: out of memory. */
struct macvlans *macvlans_open(struct address_book *b, uint32_t holder);
void macvlans_close(struct macvlans *m);

/* Can there be one for this virtual router, as far as the kernel tells before it is tried? What others have is looked at
 * once, and again after macvlans_look_again. False, and in *error why not: ENODEV; EAFNOSUPPORT: no Ethernet; EBUSY: the interface is a port of a bridge or the like; EADDRINUSE: another macvlan
 * there, or the interface itself, has this MAC address; EEXIST: another interface has the name. */
bool macvlan_check(struct macvlans *m, const struct identity *id, struct address_error *error);
void macvlans_look_again(struct macvlans *m);
/* Makes it, down, or takes over one of ours that is there. False, and in *error why not: as above, EPERM, EOPNOTSUPP: this
 * kernel has none; nothing was changed. */
bool macvlan_make(struct macvlans *m, const struct identity *id, unsigned *ifindex, struct address_error *error);
/* Where the host follows router advertisements, it is not to do so there: this alone takes a file, which is below
 * MACVLAN_FILES. False: errno. */
#define MACVLAN_FILES "/proc/sys/net/ipv6/conf"
bool macvlan_ignore_routers(struct macvlans *m, unsigned ifindex);
/* Sets it up: from now on it takes what comes for its MAC address. False, and in *error why not. */
bool macvlan_open(struct macvlans *m, const struct identity *id, unsigned ifindex, struct address_error *error);
/* Is this one still all that it was made to be, and up? */
bool macvlan_stands(struct macvlans *m, const struct identity *id, unsigned ifindex);
/* One of ours that is there. False: ENODEV, or why it cannot be found out. */
bool macvlan_find(struct macvlans *m, const struct identity *id, unsigned *ifindex);
/* Removes them, with their addresses; those that are gone already are none. Many cost hardly more than one, which takes
 * some 15 ms. False: errno. */
bool macvlan_remove(struct macvlans *m, const unsigned *ifindexes, size_t count);
/* Removes those whose holder lives no more; those without a holder, if they have no address of ours any more. Returns how
 * many that were; -1: errno. */
int macvlan_sweep(struct macvlans *m);

#endif
