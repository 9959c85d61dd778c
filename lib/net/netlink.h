/* A netlink socket for requests: one question with its answers, or many changes at once, each with its own result. */
#ifndef NET_NETLINK_H
#define NET_NETLINK_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NETLINK_BATCH = 64, NETLINK_REQUEST_BYTES = 256 };

struct netlink {
    struct mnl_socket *socket;
    unsigned port;
    uint32_t seq;
};

/* bus: NETLINK_ROUTE or another. port 0: any, else just this: errno is EADDRINUSE when another socket of this network
 * namespace has it. False: errno. */
bool netlink_open(struct netlink *n, int bus, unsigned port);
void netlink_close(struct netlink *n);
int netlink_fd(const struct netlink *n);

/* One request, whose sequence number is set here, and its answers: until `answer` returns MNL_CB_STOP, or the kernel has
 * said that it is done. False: errno. */
bool netlink_ask(struct netlink *n, struct nlmsghdr *request, mnl_cb_t answer, void *context);

/* So many requests in order, in batches. put writes one into NETLINK_REQUEST_BYTES of zeros; an errno: there is none,
 * and this is its result. done gets the result of each: 0 or errno. */
struct netlink_requests {
    size_t count;
    int (*put)(void *context, size_t which, struct nlmsghdr *m);
    void (*done)(void *context, size_t which, int number);
    void *context;
};
void netlink_apply(struct netlink *n, const struct netlink_requests *r);

#endif
