/* A change to an address on an interface: decided in lib/core, done in lib/net. */
#ifndef CORE_CHANGE_H
#define CORE_CHANGE_H

#include "core/config.h"

enum change_kind {
    CHANGE_ADD,    /* only where it is absent: never touches what somebody else put there meanwhile */
    CHANGE_RENEW,  /* it is ours: begin its lease anew */
    CHANGE_REMOVE, /* it is ours, with exactly this length */
};

/* A route that is taken only where no other leads to the prefix. */
enum { CHANGE_METRIC_ASIDE = 30000 };

struct address_change {
    enum change_kind kind;
    unsigned ifindex;
    struct prefix prefix;
    uint32_t lease;  /* add, renew: seconds until the kernel removes it by itself; 0: never */
    uint32_t metric; /* add, renew, IPv4: of the route to its prefix that it brings; 0: the kernel's */
    const struct address_style *style; /* add, renew; NULL: nothing is said of it. A label counts when it is added, */
    const char *ifname;                /* behind this, where both fit */
    int result;                        /* set once done: 0 or errno */
};

#endif
