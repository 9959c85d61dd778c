/* Between the files of kernel.h: what single rtnetlink messages say. */
#ifndef NET_KERNEL_MESSAGE_H
#define NET_KERNEL_MESSAGE_H

#include <libmnl/libmnl.h>

#include "net/kernel.h"

enum { KERNEL_REQUEST_BYTES = 128 };

struct kernel_address_seen {
    struct ip ip;
    unsigned ifindex;
    bool usable; /* neither tentative nor a duplicate */
};
/* An RTM_NEWADDR or RTM_DELADDR message. False: not IPv4 or IPv6, or cut off. */
bool kernel_address_read(const struct nlmsghdr *m, struct kernel_address_seen *out);

struct kernel_route_seen {
    struct prefix to;
    uint32_t table;
    bool leads; /* it does not drop, or refuse, what it is for */
};
/* An RTM_NEWROUTE or RTM_DELROUTE message. False: as above, or an entry of a cache. */
bool kernel_route_read(const struct nlmsghdr *m, struct kernel_route_seen *out);
/* Has it a next hop on this interface (0: any) and of this gateway (family 0: any, or none)? Unusable: such are dead. */
enum kernel_found kernel_route_leads(const struct nlmsghdr *m, unsigned ifindex, const struct ip *via);

#endif
