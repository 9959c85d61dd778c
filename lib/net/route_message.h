/* Between the files of route.h: its messages. */
#ifndef NET_ROUTE_MESSAGE_H
#define NET_ROUTE_MESSAGE_H

#include <libmnl/libmnl.h>

#include "net/route.h"

int route_book_fd(const struct route_book *b);
unsigned route_book_port(const struct route_book *b);
/* An RTM_ message of a route or a rule: to add one, where it is absent, or to remove it, if it has our tag. ifindex: of
 * r->dev, 0: none. */
void route_message_put(struct nlmsghdr *m, const struct route *r, bool add, unsigned ifindex);
/* One that the kernel wrote. fd: any socket, to ask for names of interfaces. False: it has not our tag, or is no route that
 * we would make. */
bool route_message_read(const struct nlmsghdr *m, int fd, struct route *out);

#endif
