/* What the kernel has of interfaces, addresses and routes, and what of it may have changed: through libmnl, on sockets
 * that are open; needs no privilege. Asked is what is, told is only where to ask again. */
#ifndef NET_KERNEL_H
#define NET_KERNEL_H

#include <stdbool.h>

#include "core/config.h"

struct kernel; /* owns its sockets */
/* routes: changes of routes are told, too; with a full table of the internet they are many. NULL: errno. */
struct kernel *kernel_open(bool routes);
void kernel_close(struct kernel *k);
int kernel_fd(const struct kernel *k); /* readable: call kernel_read */

enum kernel_topic { KERNEL_ADDRESS, KERNEL_ROUTE };
struct kernel_news {
    bool all;                                                                        /* look at everything again */
    bool routes;                                                                     /* at all routes: some go unsaid */
    void (*changed)(void *context, enum kernel_topic topic, const struct prefix *p); /* at what is about this one */
    void *context;
};
/* Reads what is there, within bounds, without waiting. False: errno. */
bool kernel_read(struct kernel *k, struct kernel_news *news);

enum kernel_link { KERNEL_LINK_UP, KERNEL_LINK_NO_CARRIER, KERNEL_LINK_DOWN, KERNEL_LINK_GONE };
enum kernel_link kernel_link(const struct kernel *k, const char *ifname);

enum kernel_found { KERNEL_THERE, KERNEL_ABSENT, KERNEL_UNUSABLE, KERNEL_FAILED /* errno */ };
/* On ifname, "": on any interface. Unusable: tentative, or a duplicate. */
enum kernel_found kernel_address(struct kernel *k, const struct ip *ip, const char *ifname);

struct kernel_route {
    struct prefix to;
    char ifname[IFNAME_TEXT]; /* "": any */
    struct ip via;            /* family 0: any, or none */
    uint32_t table;
};
/* A route to exactly that prefix. Unusable: none of its next hops is alive, or it is one that drops. */
enum kernel_found kernel_route(struct kernel *k, const struct kernel_route *r);

#endif
