/* What stands behind a fence: decided in lib/core, put up in lib/net. Nobody is answered for it but while the fence is
 * open, and the kernel shuts it by itself. */
#ifndef CORE_FENCE_H
#define CORE_FENCE_H

#include <stdbool.h>

#include "core/address.h"
#include "core/units.h"

struct fence_item {
    const char *ifname; /* it may be fenced there only: see fence_is_local */
    struct ip ip;       /* family 0: it is the MAC address */
    struct mac mac;
    bool anew;     /* the kernel may not have it yet */
    instant until; /* from then on it is shut; in the past: now */
};

/* A MAC address (ip has family 0) and a link-local IPv6 address mean something on one interface only; the others are of
 * the whole host, which answers for them wherever it is asked. */
bool fence_is_local(const struct ip *ip);

/* For how long the kernel is to leave it open, in milliseconds: never too long. 0: it is to be shut; the kernel would
 * take 0, and what its clock rounds to 0, for ever. */
uint32_t fence_open_time(const struct fence_item *item, instant now);

#endif
