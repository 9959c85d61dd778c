/* A route or a policy rule of a virtual router: an item of route= or rule=. Written as for ip(8), with + where that has a
 * blank:  default+via+192.0.2.254+dev+eth0   from+192.0.2.0/24+table+100
 * Parsed and checked here, once. Pure. */
#ifndef CORE_ROUTE_H
#define CORE_ROUTE_H

#include "core/config.h"

enum {
    ROUTE_TEXT = 320, /* longest text that route_format writes, with its NUL */
    TABLE_DEFAULT = 253,
    TABLE_MAIN = 254,
    TABLE_LOCAL = 255,
    SCOPE_GLOBAL = 0,
    SCOPE_SITE = 200,
    SCOPE_LINK = 253,
    SCOPE_HOST = 254,
    METRIC_6 = 1024,       /* what the kernel makes of none for IPv6 */
    RULE_PRIORITY = 16384, /* of a rule that names none: before the kernel's own for the table main */
};

enum route_kind {
    KIND_ROUTE,
    KIND_RULE,
};
enum route_action {
    ROUTE_FORWARD, /* a rule: look into the table */
    ROUTE_BLACKHOLE,
    ROUTE_UNREACHABLE,
    ROUTE_PROHIBIT,
};

/* Two that mean the same are equal in each byte: what was left out has its default. */
struct route {
    uint8_t kind, action; /* enum route_kind, enum route_action */
    uint8_t family;       /* 4 or 6 */
    uint8_t scope;        /* a route of IPv4 */
    bool onlink;
    struct prefix to;      /* host bits are zero; length 0: all */
    struct prefix from;    /* a rule */
    struct ip via, src;    /* a route; family 0: none */
    char dev[IFNAME_TEXT]; /* a rule: iif; "": none */
    char oif[IFNAME_TEXT]; /* a rule */
    uint8_t none;          /* so that there is no byte between the fields */
    uint32_t table;
    uint32_t priority; /* a route: metric */
    uint32_t mark, mask;
};

/* One item of a list. id is that of the virtual router: its family and interface are those of an item that names none, and
 * would need one. NULL when it is right, else in words what is wrong. */
const char *route_parse(struct route *out, enum route_kind kind, const struct identity *id, struct span item);
/* A whole list, before the virtual router is known. NULL when it is right, else what is wrong with *item (len 0: with
 * the list). */
const char *route_list_wrong(enum route_kind kind, struct span list, struct span *item);
/* The item that route_parse reads back to the same. */
size_t route_format(char out[static ROUTE_TEXT], const struct route *r);
bool route_equal(const struct route *a, const struct route *b);

#endif
