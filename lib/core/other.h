/* Other protocols that do what VRRP does: CARP, HSRP (RFC 2281; version 2 has no document), GLBP. What can be told of
 * them plainly; who is in their place is what matters. Pure. */
#ifndef CORE_OTHER_H
#define CORE_OTHER_H

#include "core/packet.h"

struct ip_payload;

enum other_protocol { OTHER_CARP, OTHER_HSRP, OTHER_GLBP };

/* Where the router is in its election. */
enum other_state {
    OTHER_STATE_NONE, /* not told, or not a known one */
    OTHER_DISABLED,
    OTHER_INITIAL,
    OTHER_LEARN,
    OTHER_LISTEN,
    OTHER_SPEAK,
    OTHER_STANDBY,
    OTHER_ACTIVE,
};

enum other_op { OTHER_OP_NONE, OTHER_HELLO, OTHER_COUP, OTHER_RESIGN };

/* Which members could be read. */
enum other_has {
    OTHER_HAS_VERSION = 1 << 0,
    OTHER_HAS_GROUP = 1 << 1,
    OTHER_HAS_PRIO = 1 << 2,
    OTHER_HAS_TIMES = 1 << 3, /* hello and hold */
    OTHER_HAS_CARP = 1 << 4,  /* advbase and advskew */
};

struct other_event {
    enum other_protocol proto;
    unsigned has;           /* enum other_has */
    uint8_t version;        /* HSRP: 1 or 2; GLBP: 1 */
    enum other_op op;       /* HSRP */
    enum other_state state; /* HSRP, GLBP */
    uint16_t group;         /* HSRP, GLBP; the virtual host id of CARP is the vrid of the line */
    uint32_t prio;          /* HSRP, GLBP: higher is better */
    usec hello, hold;       /* HSRP, GLBP */
    uint8_t advbase;        /* CARP: seconds between two advertisements, and 1/256 seconds that are added: */
    uint8_t advskew;        /* lower is better */
    struct ip ip;           /* HSRP, GLBP: the virtual address; family 0: not told */
};

/* HSRP or GLBP, in the payload `in` of an IP packet whose dst stands in *a, by its group and port. False: neither. Of one
 * that is malformed or cut off, what could be read is told. */
bool other_udp(struct other_event *e, const struct advert *a, const struct ip_payload *in);
/* CARP, as packet_is_carp has found it in the payload. */
void other_carp(struct other_event *e, const struct ip_payload *in);

const char *other_protocol_name(enum other_protocol p); /* "carp" "hsrp" "glbp" */
const char *other_state_name(enum other_state s);       /* "active" ...; NULL of OTHER_STATE_NONE */
const char *other_op_name(enum other_op op);            /* "hello" "coup" "resign"; NULL of OTHER_OP_NONE */

#endif
