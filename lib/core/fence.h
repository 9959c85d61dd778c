/* What stands behind a fence: decided in lib/core, put up in lib/net. There are two kinds, each without the other or with
 * it. */
#ifndef CORE_FENCE_H
#define CORE_FENCE_H

#include <stdbool.h>

#include "core/address.h"
#include "core/units.h"

enum fence_kind {
    FENCE_AROUND, /* nobody is answered for it but while it is open, and the kernel shuts it by itself */
    FENCE_INPUT,  /* Accept_Mode False: who asks for its MAC address is answered, and nothing else that comes for it */
    FENCE_KINDS
};

struct fence_item {
    enum fence_kind kind;
    const char *ifname; /* it may be fenced there only: see fence_is_local */
    struct ip ip;       /* family 0: it is the MAC address */
    struct mac mac;
    bool anew;     /* the kernel may not have it yet */
    instant until; /* FENCE_AROUND: from then on it is shut; in the past: now */
};

/* A MAC address (ip has family 0) and a link-local IPv6 address mean something on one interface only; the others are of
 * the whole host, which answers for them wherever it is asked. */
bool fence_is_local(const struct ip *ip);

/* For how long the kernel is to leave it open, in milliseconds: never too long. 0: it is to be shut; the kernel would
 * take 0, and what its clock rounds to 0, for ever. */
uint32_t fence_open_time(const struct fence_item *item, instant now);

#endif
