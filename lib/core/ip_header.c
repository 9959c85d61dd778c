#include "core/ip_header.h"

#include <string.h>

enum {
    PROTOCOL_HOP_BY_HOP = 0,
    PROTOCOL_ROUTING = 43,
    PROTOCOL_FRAGMENT = 44,
    PROTOCOL_AH = 51,
    PROTOCOL_DESTINATION_OPTIONS = 60,
    IP4_MORE_FRAGMENTS = 0x2000,
    IP4_OFFSET_MASK = 0x1fff,
    IP6_MORE_FRAGMENTS = 0x0001,
    IP6_OFFSET_MASK = 0xfff8,
    AH_FIXED_BYTES = 12,
};

/* Steps over a header that starts with the protocol of the next. When the rest of it is not there, nothing follows. */
static void step_over(struct ip_payload *in, const uint8_t *start, size_t length)
{
    in->protocol = start[0];
    if (!take(&in->bytes, length))
        in->bytes.at = in->bytes.end;
}

/* AH, RFC 4302 2 (RFC 2402 2)
 *
 *  0               1               2               3
 * +---------------+---------------+---------------+---------------+
 * |  next header  |  words - 2    |           reserved            |
 * +---------------+---------------+---------------+---------------+
 * |                             SPI                               |
 * +---------------+---------------+---------------+---------------+
 * |                       sequence number                         |
 * +---------------+---------------+---------------+---------------+
 * |          integrity check value, for VRRPv2 12 bytes           |
 * +---------------+---------------+---------------+---------------+ */
static void authentication_header(struct advert *a, struct ip_payload *in)
{
    const uint8_t *h = in->bytes.at;
    size_t there = bytes_left(&in->bytes);
    if (there == 0) {
        in->unreadable = true;
        return;
    }
    if (there >= AH_FIXED_BYTES) {
        a->auth = AUTH_AH;
        a->seq = be32(h + 8);
        a->has |= HAS_AUTH | HAS_SEQ;
    }
    size_t length = there > 1 ? (h[1] + 2u) * 4 : 0;
    step_over(in, h, length < AH_FIXED_BYTES ? SIZE_MAX : length);
}

/* RFC 8200 4.5: next header 1, reserved 1, offset 13 bits, reserved 2, more 1, identification 4. One that is no part
 * of anything (RFC 6946: offset 0 and nothing more) is not looked at as a fragment. */
static void fragment_header(struct ip_payload *in)
{
    const uint8_t *h = take(&in->bytes, 8);
    if (!h) {
        in->unreadable = true;
        return;
    }
    in->protocol = h[0];
    uint16_t offset = be16(h + 2);
    in->later_fragment = (offset & IP6_OFFSET_MASK) != 0;
    in->fragment |= (offset & (IP6_OFFSET_MASK | IP6_MORE_FRAGMENTS)) != 0;
}

/* RFC 8200 4.3, 4.4, 4.6: next header 1, length in 8 bytes beyond the first 8. */
static void options_header(struct ip_payload *in)
{
    const uint8_t *h = in->bytes.at;
    if (bytes_left(&in->bytes) < 2)
        in->unreadable = true;
    else
        step_over(in, h, (h[1] + 1u) * 8);
}

/* RFC 8200 4.1; a second AH is none that we know. Each turn takes bytes or ends. */
static bool extension_header(struct advert *a, struct ip_payload *in)
{
    if (in->later_fragment) /* what its protocol names is in the first one */
        in->bytes.at = in->bytes.end;
    switch (in->protocol) {
    case PROTOCOL_HOP_BY_HOP:
    case PROTOCOL_ROUTING:
    case PROTOCOL_DESTINATION_OPTIONS:
        options_header(in);
        return true;
    case PROTOCOL_FRAGMENT:
        fragment_header(in);
        return true;
    case PROTOCOL_AH:
        if (a->has & HAS_AUTH)
            return false;
        authentication_header(a, in);
        return true;
    default:
        return false;
    }
}

/* The payload by the IP header: not more than was captured, and what is missing of it. */
static void bound_payload(struct ip_payload *in, const struct cursor *c, size_t length)
{
    size_t there = bytes_left(c);
    size_t take_bytes = length < there ? length : there;
    in->bytes = (struct cursor){c->at, c->at + take_bytes};
    in->missing = length - take_bytes;
}

/* IPv4, RFC 791 3.1
 *
 *  0               1               2               3
 * +-------+-------+---------------+---------------+---------------+
 * | 4     | words |      TOS      |         total length          |
 * +-------+-------+---------------+-+-+-+---------+---------------+
 * |        identification         |0|D|M|    fragment offset      |
 * +---------------+---------------+-+-+-+---------+---------------+
 * |      TTL      |   protocol    |        header checksum        |
 * +---------------+---------------+---------------+---------------+
 * |                        source address                         |
 * +---------------+---------------+---------------+---------------+
 * |                      destination address                      |
 * +---------------+---------------+---------------+---------------+
 * |                    options (words - 5) * 4                    |
 * +---------------+---------------+---------------+---------------+ */
bool ip4_header(struct advert *a, struct cursor *c, struct ip_payload *in)
{
    const uint8_t *h = c->at;
    if (bytes_left(c) < 10 || h[0] >> 4 != 4)
        return false;
    in->protocol = h[9];
    if (!take(c, 20)) {
        in->unreadable = true;
        return true;
    }
    a->af = 4;
    a->ttl = h[8];
    a->src.family = a->dst.family = 4;
    memcpy(a->src.bytes, h + 12, 4);
    memcpy(a->dst.bytes, h + 16, 4);
    a->has |= HAS_IP;
    uint16_t offset = be16(h + 6);
    in->later_fragment = (offset & IP4_OFFSET_MASK) != 0;
    in->fragment = (offset & (IP4_OFFSET_MASK | IP4_MORE_FRAGMENTS)) != 0;
    size_t header = (h[0] & 0xfu) * 4, total = be16(h + 2);
    if (header < 20 || total < header || !take(c, header - 20)) {
        in->bytes = (struct cursor){c->end, c->end};
        in->missing = total;
    } else {
        bound_payload(in, c, total - header);
    }
    if (in->later_fragment)
        in->unreadable = in->protocol == PROTOCOL_AH;
    else if (in->protocol == PROTOCOL_AH)
        authentication_header(a, in);
    return true;
}

/* IPv6, RFC 8200 3
 *
 *  0               1               2               3
 * +-------+---------------+---------------------------------------+
 * | 6     | traffic class |              flow label               |
 * +-------+-------+-------+-------+---------------+---------------+
 * |        payload length         |  next header  |   hop limit   |
 * +---------------+---------------+---------------+---------------+
 * |                   source address, 16 bytes                    |
 * +---------------+---------------+---------------+---------------+
 * |                destination address, 16 bytes                  |
 * +---------------+---------------+---------------+---------------+ */
bool ip6_header(struct advert *a, struct cursor *c, struct ip_payload *in)
{
    const uint8_t *h = c->at;
    if (bytes_left(c) < 7 || h[0] >> 4 != 6)
        return false;
    in->protocol = h[6];
    if (!take(c, 40)) {
        in->unreadable = true;
        return true;
    }
    a->af = 6;
    a->ttl = h[7];
    a->src.family = a->dst.family = 6;
    memcpy(a->src.bytes, h + 8, 16);
    memcpy(a->dst.bytes, h + 24, 16);
    a->has |= HAS_IP;
    bound_payload(in, c, be16(h + 4));
    while (!in->unreadable && extension_header(a, in))
        ;
    return true;
}
