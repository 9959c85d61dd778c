/* Membership of the two VRRP groups, and of those of other protocols when they are to be heard, so that snooping switches send them to us and the card lets them through.
 * Plain UDP sockets that receive nothing: no privilege is needed. */
#ifndef NET_MEMBERSHIP_H
#define NET_MEMBERSHIP_H

#include <stdbool.h>
#include <stddef.h>

/* One socket pair an interface: the kernel limits the groups of one socket (igmp_max_memberships). */
struct membership {
    unsigned ifindex;
    int fd4, fd6; /* -1: could not be joined there (IPv6 is disabled, no multicast) */
};

struct memberships {
    struct membership *list;
    size_t count, room;
    bool others; /* those of HSRP and GLBP, too */
};

void memberships_init(struct memberships *m, bool others);
void memberships_close(struct memberships *m);
/* Join on this interface; again when it is a new one with an old index. Not joining is no error: most segments do not
 * need it. */
void memberships_join(struct memberships *m, unsigned ifindex);
/* Leave what is not there any more, join what is new, but no macvlan of ours: for `any`. */
void memberships_join_all(struct memberships *m);

#endif
