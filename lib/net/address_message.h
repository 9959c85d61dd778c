/* Between the files of addresses.h: the messages of an address book, and its socket. */
#ifndef NET_ADDRESS_MESSAGE_H
#define NET_ADDRESS_MESSAGE_H

#include <libmnl/libmnl.h>
#include <net/if.h>

#include "net/addresses.h"

/* Headers before Linux 5.18 lack it. */
enum { ADDRESS_ATTRIBUTE_PROTO = 11 };

/* An RTM_NEWADDR or RTM_DELADDR message, read. False: not an IPv4 or IPv6 address, or cut off. */
bool address_message_read(const struct nlmsghdr *message, struct address_entry *e);
unsigned address_book_port(const struct address_book *b); /* the netlink port its messages come from */
int address_book_fd(const struct address_book *b);
/* One request, whose sequence number is set here, and its answer: until `answer` returns MNL_CB_STOP, or the kernel has
 * acknowledged it. False: errno. */
bool address_book_ask(struct address_book *b, struct nlmsghdr *request, mnl_cb_t answer, void *context);
void address_interface_name(const struct address_book *b, unsigned ifindex, char name[static IF_NAMESIZE]);

#endif
