#include "core/auth_sign.h"

#include <string.h>

#include "core/auth_internal.h"
#include "core/bytes.h"
#include "core/checksum.h"

enum {
    IP4_BYTES = 20,
    IP6_BYTES = 40,
    IP4_LENGTH_AT = 2,
    IP4_PROTOCOL_AT = 9,
    IP4_CHECKSUM_AT = 10,
    IP4_SOURCE_AT = 12,
    IP6_LENGTH_AT = 4,
    IP6_SOURCE_AT = 8,
    PROTOCOL_AH = 51,
    V2_AUTH_AT = 4,
    INTERVAL_AT = 4,
    CHECKSUM_AT = 6,
    HEADER_BYTES = 8,
    TRAILER_TYPE = 1,
};
#define NS_A_SECOND INT64_C(1000000000)

static void put_be32(uint8_t *bytes, uint32_t value)
{
    put_be16(bytes, (uint16_t)(value >> 16));
    put_be16(bytes + 2, (uint16_t)value);
}

static void finish_ip4(uint8_t *packet, size_t length, uint8_t protocol)
{
    put_be16(packet + IP4_LENGTH_AT, (uint16_t)length);
    packet[IP4_PROTOCOL_AT] = protocol;
    put_be16(packet + IP4_CHECKSUM_AT, 0);
    checksum_store(packet + IP4_CHECKSUM_AT, checksum_add(0, packet, IP4_BYTES));
}

/* RFC 3768 5.3.8: over the message, authentication data and all. */
static void finish_v2(uint8_t *message, size_t length, enum auth_type type)
{
    message[V2_AUTH_AT] = (uint8_t)type; /* 1 and 2, as RFC 2338 5.3.6 has them */
    put_be16(message + CHECKSUM_AT, 0);
    checksum_store(message + CHECKSUM_AT, checksum_add(0, message, length));
}

static size_t sign_pass(uint8_t *packet, size_t length, const struct auth_key *key)
{
    uint8_t *message = packet + IP4_BYTES;
    memcpy(packet + length - PASSWORD_BYTES, key->password, PASSWORD_BYTES);
    finish_v2(message, length - IP4_BYTES, AUTH_PASS);
    return length;
}

/* The message moves, and an AH takes its place: next header, length, reserved, SPI, which is our address as keepalived wants
 * it, sequence number, integrity check value. */
static size_t sign_ah(uint8_t *packet, size_t length, struct auth_key *key, uint32_t seq)
{
    uint8_t *ah = packet + IP4_BYTES, *message = ah + AH_BYTES;
    size_t message_length = length - IP4_BYTES;
    memmove(message, ah, message_length);
    finish_v2(message, message_length, AUTH_AH);
    memset(ah, 0, AH_BYTES);
    ah[0] = VRRP_PROTOCOL;
    ah[1] = AH_WORDS;
    memcpy(ah + 4, packet + IP4_SOURCE_AT, 4);
    put_be32(ah + 8, seq);
    finish_ip4(packet, length + AH_BYTES, PROTOCOL_AH);
    auth_icv(key, packet, ah, message, message_length, ah + AH_ICV_AT);
    return length + AH_BYTES;
}

/* Seconds, 16 bits of their fraction, and a counter. It grows with each one, also while the clock does not; but when the
 * clock was set back by more than others put up with, they are told its new time. */
static uint64_t next_sequence(struct auth_key *key, stamp now, usec interval)
{
    uint64_t seconds = (uint64_t)now.ns / NS_A_SECOND, rest = (uint64_t)now.ns % NS_A_SECOND;
    uint64_t clock = seconds << 32 | (rest << 16) / NS_A_SECOND << 16;
    int64_t ahead = (int32_t)((uint32_t)(key->sent >> 32) - (uint32_t)seconds);
    bool stranded = key->by_time && ahead > auth_window_seconds(key, interval);
    bool later = (int64_t)(clock - key->sent) > 0;
    key->sent = key->sent == 0 || later || stranded ? clock : key->sent + 1;
    return key->sent;
}

static size_t sign_hmac(uint8_t *packet, size_t length, struct auth_key *key, stamp now)
{
    bool is4 = packet[0] >> 4 == 4;
    size_t header = is4 ? IP4_BYTES : IP6_BYTES;
    uint8_t *message = packet + header, *trailer = packet + length;
    size_t whole = length - header + TRAILER_BYTES;
    struct ip src = ip_from_bytes(is4 ? 4 : 6, packet + (is4 ? IP4_SOURCE_AT : IP6_SOURCE_AT));
    uint64_t seq = next_sequence(key, now, (be16(message + INTERVAL_AT) & 0xfff) * 10 * MILLISECOND);
    memset(trailer, 0, TRAILER_BYTES);
    trailer[0] = TRAILER_TYPE;
    trailer[1] = key->id;
    put_be32(trailer + 4, (uint32_t)(seq >> 32));
    put_be32(trailer + 8, (uint32_t)seq);
    auth_mac(key, &src, message, whole - MAC_BYTES, trailer + TRAILER_MAC_AT);
    if (is4) { /* whose checksum is that of the message without its trailer, as it is there already */
        finish_ip4(packet, length + TRAILER_BYTES, VRRP_PROTOCOL);
        return length + TRAILER_BYTES;
    }
    struct ip dst = ip_from_bytes(6, packet + IP6_SOURCE_AT + 16);
    put_be16(packet + IP6_LENGTH_AT, (uint16_t)whole);
    put_be16(message + CHECKSUM_AT, 0);
    checksum sum = checksum_add(0, message, whole);
    checksum_store(message + CHECKSUM_AT, checksum_add_pseudo(sum, VRRP_PROTOCOL, &src, &dst, whole));
    return length + TRAILER_BYTES;
}

size_t auth_sign(uint8_t *packet, size_t length, size_t room, struct auth_key *key, uint32_t seq, stamp now)
{
    size_t header = packet[0] >> 4 == 4 ? IP4_BYTES : IP6_BYTES;
    if (length < header + HEADER_BYTES || length + AUTH_SIGNED_BYTES > room)
        return 0;
    unsigned version = packet[header] >> 4;
    if (key->type == AUTH_HMAC)
        return version == 3 ? sign_hmac(packet, length, key, now) : 0;
    if (version != 2 || header != IP4_BYTES || length < header + HEADER_BYTES + PASSWORD_BYTES)
        return 0;
    return key->type == AUTH_PASS ? sign_pass(packet, length, key) : sign_ah(packet, length, key, seq);
}
