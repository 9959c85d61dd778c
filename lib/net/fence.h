/* The fence around addresses and virtual router MAC addresses: tables of our own in nftables, named vrrp-tools.
 *
 * What stands in a set `fenced` is stopped unless it stands in the set `live` beside it, too. Elements of `live` have a
 * timeout: the kernel shuts the fence by itself, whatever became of who put it up. Stopped is what comes for an address,
 * before address translation and before a program gets it; what this host sends from it, with that the answers of ARP
 * and neighbour discovery; and each frame that an interface receives for a fenced MAC address. What only passes through
 * to the machine that has the address now is not.
 *
 * Apart from it, and all the time, what comes for an address in a set `unaccepted` is dropped before a program gets it,
 * but for neighbour solicitations and advertisements.
 *
 * The tables are the host's, and each program adds and removes its own elements. They stay when it is killed. */
#ifndef NET_FENCE_H
#define NET_FENCE_H

#include <stddef.h>

#include "core/fence.h"

#define FENCE_TABLE "vrrp-tools"

enum { FENCE_ITEMS = 256 }; /* the most at once */

struct fence;                   /* a netlink socket */
struct fence *fence_open(void); /* NULL: errno */
void fence_close(struct fence *f);
/* Are there such tables, of a run before or of another program? */
bool fence_is_there(struct fence *f);

/* What those that are anew need: tables, and chains of interfaces. False: errno; EOPNOTSUPP: this kernel has not what it
 * takes. */
bool fence_put_up(struct fence *f, const struct fence_item *items, size_t count);
/* In one transaction: they stand behind the fence, and each that can be opened is open for fence_open_time, or shut. False: errno, and none
 * of them has changed. ENOENT: the tables, or what belongs into them, are not there. */
bool fence_keep(struct fence *f, const struct fence_item *items, size_t count, instant now);
/* They stand behind no fence. False: errno. */
bool fence_lift(struct fence *f, const struct fence_item *items, size_t count);
/* Removes the tables, each if nothing stands behind it. False: errno. */
bool fence_remove(struct fence *f);

#endif
