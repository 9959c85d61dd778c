/* The IP header and what may stand between it and a VRRP message: options, extension headers, AH. Pure. */
#ifndef CORE_IP_HEADER_H
#define CORE_IP_HEADER_H

#include "core/bytes.h"
#include "core/packet.h"

/* Where the headers led to. */
struct ip_payload {
    uint8_t protocol;    /* the last next-header value that could be read: not of an extension header or AH, unless: */
    bool unreadable;     /* the header that names what follows is not there: cut off, or in another fragment */
    bool fragment;       /* a part of a packet */
    bool later_fragment; /* and not the first one: no upper header is in it */
    struct cursor bytes; /* by the IP header's length, as far as it was captured */
    size_t missing;      /* bytes that the IP header promised and that were not captured */
};

/* c stands on the IP header. Sets af, src, dst, ttl (HAS_IP), and auth, seq (HAS_AUTH, HAS_SEQ) for an AH. *in is zero
 * before, and *a too but for what the link layer told. False: not even the protocol field is there, or it is another
 * version of IP. */
bool ip4_header(struct advert *a, struct cursor *c, struct ip_payload *in);
bool ip6_header(struct advert *a, struct cursor *c, struct ip_payload *in);

#endif
