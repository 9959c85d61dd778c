/* Between addresses.c and address_watch.c: an RTM_NEWADDR or RTM_DELADDR message, read. */
#ifndef NET_ADDRESS_MESSAGE_H
#define NET_ADDRESS_MESSAGE_H

#include <linux/netlink.h>

#include "net/addresses.h"

/* Headers before Linux 5.18 lack it. */
enum { ADDRESS_ATTRIBUTE_PROTO = 11 };

/* False: not an IPv4 or IPv6 address, or cut off. */
bool address_message_read(const struct nlmsghdr *message, struct address_entry *e);
unsigned address_book_port(const struct address_book *b); /* the netlink port its messages come from */

#endif
