/* VRRP advertisements: VRRPv2 (RFC 3768, IPv4) and VRRPv3 (RFC 9568, IPv4 and IPv6), to and from bytes.
 * Pure: no allocation, no clock, every fetch checks its bound. */
#ifndef CORE_PACKET_H
#define CORE_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/units.h"

enum {
    VRRP_PROTOCOL = 112,
    VRRP_TTL = 255,
    VRRP_TOS = 0xc0,
    VRRP_PRIORITY_RESIGN = 0,
    VRRP_PRIORITY_OWNER = 255,
    ADVERT_ADDRESSES = 255,
    ADVERT_ADDRESS_BYTES = 255 * 16,
    ADVERT_BYTES = 8 + ADVERT_ADDRESS_BYTES + 8, /* the longest advertisement */
    PASSWORD_BYTES = 8,                          /* RFC 2338 5.3.10: authentication data */
    TRAILER_BYTES = 28,                          /* draft-cassen-vrrp-auth-hmac */
};

/* Which reading of the checksum matched what was received, or which to send. */
enum cksum_form {
    CKSUM_NONE,           /* none matched */
    CKSUM_MESSAGE,        /* the message only: v2, RFC 9568 for IPv4 */
    CKSUM_PSEUDO,         /* with pseudo-header: IPv6, RFC 5798 as most read it for IPv4 */
    CKSUM_BOTH,           /* IPv4 v3 whose pseudo-header sums to zero: cannot tell */
    CKSUM_LEGACY_UNICAST, /* pseudo-header with 224.0.0.18 though sent unicast (old keepalived) */
};

enum auth_type {
    AUTH_NONE,
    AUTH_PASS, /* v2 type 1, cleartext */
    AUTH_AH,   /* v2 type 2, inside IPsec AH (RFC 2402) */
    AUTH_HMAC, /* v3 trailer of 28 bytes */
};

/* Why something is not a valid advertisement: the first rule that failed, in the order in which they are checked. */
enum verdict {
    VERDICT_OK,
    VERDICT_PROTO, /* looked at, but not protocol 112 (an AH that carries something else, ...) */
    VERDICT_FRAGMENT,
    VERDICT_SRC, /* zero, multicast or loopback */
    VERDICT_DST, /* multicast, but not the group */
    VERDICT_TTL,
    VERDICT_CARP, /* not VRRP at all: an `other` line with proto=carp */
    VERDICT_VERSION,
    VERDICT_TYPE,
    VERDICT_SHORT, /* shorter than what version and count need, or cut off in the capture */
    VERDICT_CHECKSUM,
    VERDICT_VRID_ZERO,
    VERDICT_ADDR_COUNT_ZERO,
    VERDICT_INTERVAL_ZERO,
    VERDICT_AUTH_TYPE,
    VERDICT_AUTH,
};

/* Valid, but worth telling. */
enum advert_flag {
    FLAG_TRAILING = 1 << 0,
    FLAG_RESERVE = 1 << 1, /* v3: the four reserved bits are not zero */
    FLAG_V6_FIRST_NOT_LL = 1 << 2,
    FLAG_V6_SRC_NOT_LL = 1 << 3,
    FLAG_UNICAST = 1 << 4,
    FLAG_TTL_LOW = 1 << 5,   /* unicast only */
    FLAG_AUTH_DATA = 1 << 6, /* v2 type 0 with a tail that is not zero */
    FLAG_SRC_MAC = 1 << 7,   /* source MAC is a VRRP MAC of another VRID or family */
    FLAG_DST_MAC = 1 << 8,   /* multicast packet to a MAC that is not the group's */
};

/* Which members of a struct advert could be read (of a bad packet, not all). */
enum advert_has {
    HAS_SMAC = 1 << 0,
    HAS_DMAC = 1 << 1,
    HAS_IP = 1 << 2,      /* af, src, dst, ttl */
    HAS_VERSION = 1 << 3, /* version and type */
    HAS_VRID = 1 << 4,
    HAS_PRIO = 1 << 5,
    HAS_INTERVAL = 1 << 6,
    HAS_CKSUM = 1 << 7, /* cksum is set (CKSUM_NONE: no form matched) */
    HAS_AUTH = 1 << 8,
    HAS_SEQ = 1 << 9,
    HAS_ADDRESSES = 1 << 10,
};

struct advert {
    unsigned has;   /* enum advert_has */
    unsigned flags; /* enum advert_flag */
    struct mac smac, dmac;
    uint8_t af; /* 4 or 6, of the IP header */
    struct ip src, dst;
    uint8_t ttl;
    uint8_t version, type;
    uint8_t vrid;
    uint8_t prio;
    usec interval; /* Max_Advertise_Interval; v2: a multiple of 1 s, v3: of 10 ms */
    enum cksum_form cksum;
    enum auth_type auth;
    bool auth_ok;             /* verified with a key; else "unchecked" */
    uint64_t seq;             /* AH: sequence number; trailer: seconds, their fraction and the counter, as one number */
    uint8_t count;            /* IPvX Addr Count: addresses that follow */
    const uint8_t *addresses; /* count * ip_size(af) bytes, network order; points into the caller's buffer */
};

/* The VRRP message in bytes[0..len), which came in an IP packet whose af, src, dst, ttl stand in *a already
 * (HAS_IP), and auth = AUTH_AH (HAS_AUTH), seq (HAS_SEQ) when it came in an AH. Fills the rest, of a bad packet what
 * can still be read; a->addresses points into bytes. Checks from `version` on; the IP rules are frame.h's. */
enum verdict packet_decode(struct advert *a, const uint8_t *bytes, size_t len);

/* True when the payload is CARP, which shares protocol 112 and the group: 36 bytes, 0x21, authlen 7. len is the
 * payload's length by the IP header; of a packet that was cut off in the capture, bytes 0..3 must still be there. */
bool packet_is_carp(const uint8_t *bytes, size_t len);

/* Encode version, vrid, prio, interval, count, addresses (and for v2 eight zero bytes of authentication data).
 * form: CKSUM_MESSAGE or CKSUM_PSEUDO (then src and dst count; v2 is always the message, IPv6 always pseudo).
 * Returns the length, or 0 when it does not fit in size or a value is out of range for the version. */
size_t packet_encode(uint8_t *out, size_t size, const struct advert *a, enum cksum_form form);

const char *verdict_name(enum verdict v);       /* "checksum", "addr-count-zero", ...: the word after why= */
const char *cksum_form_name(enum cksum_form f); /* "none" "message" "pseudo" "both" "legacy-unicast" */
const char *auth_type_name(enum auth_type t);   /* "none" "pass" "ah" "hmac" */
const char *advert_flag_name(enum advert_flag f);

#endif
