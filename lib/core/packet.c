#include "core/packet.h"

#include <string.h>

#include "core/bytes.h"
#include "core/checksum.h"

/* VRRPv2, RFC 3768 5.1 (authentication: RFC 2338 5.3.6)
 *
 *  0               1               2               3
 * +-------+-------+---------------+---------------+---------------+
 * | 2     | type  |     VRID      |   priority    | count of addrs|
 * +-------+-------+---------------+---------------+---------------+
 * |   auth type   | interval in s |           checksum            |
 * +---------------+---------------+---------------+---------------+
 * |                    IPv4 address, count times                  |
 * +---------------+---------------+---------------+---------------+
 * |                authentication data, 8 bytes: always there     |
 * +---------------+---------------+---------------+---------------+
 *
 * VRRPv3, RFC 9568 5.1
 *
 *  0               1               2               3
 * +-------+-------+---------------+---------------+---------------+
 * | 3     | type  |     VRID      |   priority    |IPvX addr count|
 * +-------+-------+---------------+---------------+---------------+
 * |reserve|   interval, 12 bits   |           checksum            |   interval in centiseconds
 * +---------------+---------------+---------------+---------------+
 * |          IPv4 (4) or IPv6 (16) address, count times           |
 * +---------------+---------------+---------------+---------------+
 *
 * Behind a v3 message may stand keepalived's authentication (draft-cassen-vrrp-auth-hmac):
 *
 * +---------------+---------------+---------------+---------------+
 * |   type = 1    |    key id     |           reserved            |
 * +---------------+---------------+---------------+---------------+
 * |                            seconds                            |
 * +---------------+---------------+---------------+---------------+
 * |           subseconds          |            counter            |
 * +---------------+---------------+---------------+---------------+
 * |                         HMAC, 16 bytes                        |
 * +---------------+---------------+---------------+---------------+
 */
enum {
    TYPE_ADVERTISEMENT = 1,
    HEADER_BYTES = 8,
    CHECKSUM_AT = 6,
    V2_AUTH_BYTES = 8,
    V2_AUTH_NONE = 0,
    V2_AUTH_PASS = 1,
    V2_AUTH_AH = 2,
    V3_INTERVAL_MASK = 0x0fff, /* RFC 9568 5.2.7: 12 bits, centiseconds */
    V3_RESERVE_MASK = 0xf0,    /* RFC 9568 5.2.6, in byte 4 */
    TRAILER_TYPE = 1,
    CARP_BYTES = 36,
    CARP_AUTH_WORDS = 7,
};
#define CENTISECOND (10 * MILLISECOND)

static size_t advert_length(uint8_t version, uint8_t af, uint8_t count)
{
    return HEADER_BYTES + count * ip_size(af) + (version == 2 ? V2_AUTH_BYTES : 0);
}

/* VRRPv2 is of IPv4 only. */
static bool version_known(const struct advert *a)
{
    return a->version == 3 || (a->version == 2 && a->af == 4);
}

/* As many fields as there are bytes for: a packet that is too short still tells who sent it. */
static void read_header(struct advert *a, const uint8_t *bytes, size_t len)
{
    if (len > 0) {
        a->version = bytes[0] >> 4;
        a->type = bytes[0] & 0xf;
        a->has |= HAS_VERSION;
    }
    if (len > 1) {
        a->vrid = bytes[1];
        a->has |= HAS_VRID;
    }
    if (len > 2) {
        a->prio = bytes[2];
        a->has |= HAS_PRIO;
    }
    if (len < 6 || !version_known(a))
        return;
    a->interval = a->version == 2 ? bytes[5] * SECOND : (be16(bytes + 4) & V3_INTERVAL_MASK) * CENTISECOND;
    a->has |= HAS_INTERVAL;
    if (a->version == 3 && (bytes[4] & V3_RESERVE_MASK) != 0)
        a->flags |= FLAG_RESERVE;
}

static void read_addresses(struct advert *a, const uint8_t *bytes, size_t len)
{
    uint8_t count = bytes[3];
    if (count == 0 || len < HEADER_BYTES + count * ip_size(a->af))
        return;
    a->count = count;
    a->addresses = bytes + HEADER_BYTES;
    a->has |= HAS_ADDRESSES;
    if (a->af == 6) {
        struct ip first = ip_from_bytes(6, a->addresses);
        if (!ip_is_link_local(&first))
            a->flags |= FLAG_V6_FIRST_NOT_LL; /* RFC 9568 5.2.9, erratum 8300 */
    }
}

/* Which reading of the checksum makes the sum of bytes[0..len) right. RFC 3768 5.3.8: the message. RFC 5798 5.2.8 was
 * read both ways for IPv4; RFC 9568 5.2.8 says: the message for IPv4, with pseudo-header for IPv6. */
static enum cksum_form checksum_form(const struct advert *a, const uint8_t *bytes, size_t len)
{
    checksum message = checksum_add(0, bytes, len);
    bool plain = checksum_holds(message);
    if (plain && a->version == 2)
        return CKSUM_MESSAGE;
    bool pseudo = checksum_holds(checksum_add_pseudo(message, VRRP_PROTOCOL, &a->src, &a->dst, len));
    if (plain && pseudo)
        return a->af == 4 ? CKSUM_BOTH : CKSUM_PSEUDO;
    if (plain || pseudo)
        return plain ? CKSUM_MESSAGE : CKSUM_PSEUDO;
    if (a->af == 4 && checksum_holds(checksum_add_pseudo(message, VRRP_PROTOCOL, &a->src, &vrrp_group4, len)))
        return CKSUM_LEGACY_UNICAST;
    return CKSUM_NONE;
}

static bool checksum_accepted(const struct advert *a, enum cksum_form form)
{
    switch (form) {
    case CKSUM_NONE:
        return false;
    case CKSUM_MESSAGE:
        return a->af == 4;
    case CKSUM_PSEUDO:
        return a->version == 3;
    case CKSUM_BOTH:
        return true;
    case CKSUM_LEGACY_UNICAST:
        return a->version == 3 && !ip_is_multicast(&a->dst);
    }
    return false;
}

/* The checksum covers the advertisement; some senders sum what they send behind it as well. */
static bool verify_checksum(struct advert *a, const uint8_t *bytes, size_t needed, size_t len)
{
    a->cksum = checksum_form(a, bytes, needed);
    a->has |= HAS_CKSUM;
    if (checksum_accepted(a, a->cksum))
        return true;
    if (len == needed)
        return false;
    enum cksum_form whole = checksum_form(a, bytes, len);
    if (a->cksum == CKSUM_NONE || checksum_accepted(a, whole))
        a->cksum = whole;
    return checksum_accepted(a, a->cksum);
}

/* What stands behind the addresses. HAS_AUTH on entry: the packet came in an AH, which frame.c found. */
static void read_tail(struct advert *a, const uint8_t *bytes, size_t needed, size_t len)
{
    static const uint8_t zero[V2_AUTH_BYTES];
    bool in_ah = (a->has & HAS_AUTH) != 0;
    size_t extra = len - needed;
    if (a->version == 2) {
        uint8_t type = bytes[4];
        if (type == V2_AUTH_NONE && memcmp(bytes + needed - V2_AUTH_BYTES, zero, V2_AUTH_BYTES) != 0)
            a->flags |= FLAG_AUTH_DATA; /* RFC 3768 5.3.6: zero, ignored on receipt */
        if (!in_ah && type <= V2_AUTH_AH) {
            a->auth = type == V2_AUTH_PASS ? AUTH_PASS : type == V2_AUTH_AH ? AUTH_AH : AUTH_NONE;
            a->has |= HAS_AUTH;
        }
    } else if (!in_ah) {
        bool trailer = extra == TRAILER_BYTES && bytes[needed] == TRAILER_TYPE;
        a->auth = trailer ? AUTH_HMAC : AUTH_NONE;
        a->has |= HAS_AUTH;
        if (trailer) {
            a->seq = (uint64_t)be32(bytes + needed + 4) << 32 | be32(bytes + needed + 8);
            a->has |= HAS_SEQ;
            extra = 0;
        }
    }
    if (extra > 0)
        a->flags |= FLAG_TRAILING;
}

/* RFC 2338 5.3.6. The type says AH and there was none: what should prove the sender is missing. */
static enum verdict judge_auth(const struct advert *a, const uint8_t *bytes, bool in_ah)
{
    if (a->version != 2)
        return VERDICT_OK;
    if (bytes[4] > V2_AUTH_AH)
        return VERDICT_AUTH_TYPE;
    return bytes[4] == V2_AUTH_AH && !in_ah ? VERDICT_AUTH : VERDICT_OK;
}

enum verdict packet_decode(struct advert *a, const uint8_t *bytes, size_t len)
{
    bool in_ah = (a->has & HAS_AUTH) != 0;
    read_header(a, bytes, len);
    if (len == 0)
        return VERDICT_SHORT;
    if (!version_known(a))
        return VERDICT_VERSION;
    if (len >= HEADER_BYTES)
        read_addresses(a, bytes, len);
    if (a->type != TYPE_ADVERTISEMENT)
        return VERDICT_TYPE;
    if (len < HEADER_BYTES)
        return VERDICT_SHORT;
    size_t needed = advert_length(a->version, a->af, bytes[3]);
    if (len < needed)
        return VERDICT_SHORT;
    read_tail(a, bytes, needed, len);
    if (!verify_checksum(a, bytes, needed, len))
        return VERDICT_CHECKSUM;
    if (a->vrid == 0)
        return VERDICT_VRID_ZERO;
    if (a->count == 0)
        return VERDICT_ADDR_COUNT_ZERO;
    if (a->interval == 0)
        return VERDICT_INTERVAL_ZERO; /* RFC 9568 erratum 8301 */
    return judge_auth(a, bytes, in_ah);
}

/* OpenBSD's ip_carp.h: version 2, type 1, vhid, advskew, authlen = 7 words (counter and SHA-1 HMAC), pad, advbase,
 * checksum. A VRRPv2 advertisement that says 7 addresses is 44 bytes long. */
bool packet_is_carp(const uint8_t *bytes, size_t len)
{
    return len == CARP_BYTES && bytes[0] == 0x21 && bytes[3] == CARP_AUTH_WORDS;
}

/* Bytes 4 and 5. False: a value that this version cannot say. */
static bool put_interval(uint8_t out[static 2], uint8_t version, usec interval)
{
    usec unit = version == 2 ? SECOND : CENTISECOND;
    usec most = version == 2 ? UINT8_MAX : V3_INTERVAL_MASK;
    if (interval <= 0 || interval % unit != 0 || interval / unit > most)
        return false;
    put_be16(out, (uint16_t)(interval / unit)); /* v2: byte 4 is authentication type 0; v3: reserve is 0 */
    return true;
}

static bool wants_pseudo_header(const struct advert *a, enum cksum_form form)
{
    return a->af == 6 || (a->version == 3 && form == CKSUM_PSEUDO);
}

static bool form_can_be_sent(const struct advert *a, enum cksum_form form)
{
    return form == CKSUM_MESSAGE || form == CKSUM_PSEUDO || a->version == 2 || a->af == 6;
}

size_t packet_encode(uint8_t *out, size_t size, const struct advert *a, enum cksum_form form)
{
    size_t addresses = a->count * ip_size(a->af);
    size_t length = advert_length(a->version, a->af, a->count);
    if (!version_known(a) || addresses == 0 || a->vrid == 0 || length > size || !form_can_be_sent(a, form))
        return 0;
    if (wants_pseudo_header(a, form) && (a->src.family != a->af || a->dst.family != a->af))
        return 0;
    memset(out, 0, length);
    out[0] = (uint8_t)(a->version << 4 | TYPE_ADVERTISEMENT);
    out[1] = a->vrid;
    out[2] = a->prio;
    out[3] = a->count;
    if (!put_interval(out + 4, a->version, a->interval))
        return 0;
    memcpy(out + HEADER_BYTES, a->addresses, addresses);
    checksum sum = checksum_add(0, out, length);
    if (wants_pseudo_header(a, form))
        sum = checksum_add_pseudo(sum, VRRP_PROTOCOL, &a->src, &a->dst, length);
    checksum_store(out + CHECKSUM_AT, sum);
    return length;
}

const char *verdict_name(enum verdict v)
{
    static const char *const names[] = {
        [VERDICT_OK] = "ok",
        [VERDICT_PROTO] = "proto",
        [VERDICT_FRAGMENT] = "fragment",
        [VERDICT_SRC] = "src",
        [VERDICT_DST] = "dst",
        [VERDICT_TTL] = "ttl",
        [VERDICT_CARP] = "carp",
        [VERDICT_VERSION] = "version",
        [VERDICT_TYPE] = "type",
        [VERDICT_SHORT] = "short",
        [VERDICT_CHECKSUM] = "checksum",
        [VERDICT_VRID_ZERO] = "vrid-zero",
        [VERDICT_ADDR_COUNT_ZERO] = "addr-count-zero",
        [VERDICT_INTERVAL_ZERO] = "interval-zero",
        [VERDICT_AUTH_TYPE] = "auth-type",
        [VERDICT_AUTH] = "auth",
    };
    return names[v];
}

const char *cksum_form_name(enum cksum_form f)
{
    static const char *const names[] = {
        [CKSUM_NONE] = "none",
        [CKSUM_MESSAGE] = "message",
        [CKSUM_PSEUDO] = "pseudo",
        [CKSUM_BOTH] = "both",
        [CKSUM_LEGACY_UNICAST] = "legacy-unicast",
    };
    return names[f];
}

const char *auth_type_name(enum auth_type t)
{
    static const char *const names[] = {
        [AUTH_NONE] = "none",
        [AUTH_PASS] = "pass",
        [AUTH_AH] = "ah",
        [AUTH_HMAC] = "hmac",
    };
    return names[t];
}

const char *advert_flag_name(enum advert_flag f)
{
    switch (f) {
    case FLAG_TRAILING:
        return "trailing";
    case FLAG_RESERVE:
        return "reserve";
    case FLAG_V6_FIRST_NOT_LL:
        return "v6-first-not-ll";
    case FLAG_V6_SRC_NOT_LL:
        return "v6-src-not-ll";
    case FLAG_UNICAST:
        return "unicast";
    case FLAG_TTL_LOW:
        return "ttl-low";
    case FLAG_AUTH_DATA:
        return "auth-data";
    case FLAG_SRC_MAC:
        return "src-mac";
    case FLAG_DST_MAC:
        return "dst-mac";
    }
    return "";
}
