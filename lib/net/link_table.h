/* Interfaces and their addresses as rtnetlink messages tell of them. */
#ifndef NET_LINK_TABLE_H
#define NET_LINK_TABLE_H

#include <libmnl/libmnl.h>

#include "core/event.h"

enum { LINK_MESSAGE_BYTES = 32768 }; /* what the kernel sends at once, at most */

struct link_entry {
    unsigned ifindex;
    char ifname[IFNAME_TEXT];
    unsigned flags; /* IFF_UP ... */
    bool has_mac;
    struct mac mac;
    uint32_t mtu;
};

struct link_address {
    unsigned ifindex;
    uint32_t flags; /* IFA_F_TENTATIVE ... */
    uint8_t scope, length;
    struct ip ip;
};

struct link_table {
    struct link_entry *links;
    size_t link_count, link_room;
    struct link_address
        *addresses; /* in the kernel's order, as far as it told; virtual addresses of ours are left out */
    size_t address_count, address_room;
    bool failed; /* out of memory: fill it again */
};

void link_table_free(struct link_table *t);
/* Empty it and ask for everything, on a socket without groups. False: errno. */
bool link_table_fill(struct link_table *t, struct mnl_socket *socket);
/* One message: an mnl_cb_t, data is the table. */
int link_table_message(const struct nlmsghdr *message, void *table);

const struct link_entry *link_table_find(const struct link_table *t, const char *ifname);
/* What is to be said of this interface; entry NULL: it is gone. `last` (may be NULL): what was said before: its
 * primary addresses, and the ones after them, stay while they are usable. */
void link_table_describe(const struct link_table *t, const struct link_entry *entry, const char *ifname,
                         const struct link_event *last, struct link_event *out);
bool link_table_has_address(const struct link_table *t, unsigned ifindex);

#endif
