/* malform: advertisements that nobody may follow, one or more for each rule that makes them so. A line each: its name, the
 * rule (why= of its `bad` line; or `carp`; or `valid` when it is for the election to know better, and `answered` when that
 * has to answer), and the Ethernet frame in hexadecimal; tabs between them.
 *
 * All are of VRID 51 and, but for the last kind, of priority 200: who believed one would step down. They come from
 * 192.0.2.1 or fe80::1, host 1 of a lab, for the virtual addresses of tests/net/lib.bash. */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/checksum.h"
#include "core/packet.h"
#include "tests/tools/vectors.h"

enum {
    FRAME_BYTES = 256,
    IP = 14, /* where it begins in a frame, and the message of each family */
    MESSAGE4 = IP + 20,
    MESSAGE6 = IP + 40,
    CHECKSUM = 6, /* in the message */
    WHOLE = 0,    /* kind.keep */
    NOTHING = -1,
};

struct change {
    uint16_t offset; /* in the frame; 0: no more of them */
    uint8_t value;
};

struct kind {
    const char *name, *why;
    uint8_t af, version, prio;
    uint16_t at; /* address: where; 0: none */
    uint8_t address[4];
    struct change changes[4]; /* before the checksums are made */
    struct change later[4];   /* and after that of the message */
    int keep;                 /* bytes of the message, by the IP header */
};

enum { SOURCE = IP + 12, TARGET = IP + 16 }; /* IPv4 */

static const struct kind kinds[] = {
    {"proto", "proto", .later = {{IP + 9, 51}, {MESSAGE4, 6}, {MESSAGE4 + 1, 0}}},
    {"ah-short", "short", .later = {{IP + 9, 51}, {MESSAGE4, 112}, {MESSAGE4 + 1, 255}}},
    {"fragment-first", "fragment", .changes = {{IP + 6, 0x20}}},
    {"fragment-later", "fragment", .changes = {{IP + 7, 1}}},
    {"src-zero", "src", .at = SOURCE, .address = {0, 0, 0, 0}},
    {"src-multicast", "src", .at = SOURCE, .address = {224, 0, 0, 18}},
    {"src-loopback", "src", .at = SOURCE, .address = {127, 0, 0, 1}},
    {"src-ours", "valid", .at = SOURCE, .address = {192, 0, 2, 2}},
    {"dst-group", "dst", .at = TARGET, .address = {224, 0, 0, 19}},
    {"dst-broadcast", "dst", .at = TARGET, .address = {255, 255, 255, 255}},
    {"dst-unicast", "valid", .at = TARGET, .address = {192, 0, 2, 99}},
    {"dst-us", "valid", .at = TARGET, .address = {192, 0, 2, 2}},
    {"ttl-0", "ttl", .changes = {{IP + 8, 0}}},
    {"ttl-1", "ttl", .changes = {{IP + 8, 1}}},
    {"ttl-254", "ttl", .changes = {{IP + 8, 254}}},
    {"carp", "carp", .changes = {{MESSAGE4, 0x21}, {MESSAGE4 + 3, 7}}, .keep = 36},
    {"version-0", "version", .changes = {{MESSAGE4, 0x01}}},
    {"version-1", "version", .changes = {{MESSAGE4, 0x11}}},
    {"version-2", "valid", .version = 2},
    {"version-4", "version", .changes = {{MESSAGE4, 0x41}}},
    {"version-15", "version", .changes = {{MESSAGE4, 0xf1}}},
    {"type-0", "type", .changes = {{MESSAGE4, 0x30}}},
    {"type-2", "type", .changes = {{MESSAGE4, 0x32}}},
    {"type-15", "type", .changes = {{MESSAGE4, 0x3f}}},
    {"empty", "short", .keep = NOTHING},
    {"short-1", "short", .keep = 1},
    {"short-7", "short", .keep = 7},
    {"short-11", "short", .keep = 11},
    {"count-2", "short", .changes = {{MESSAGE4 + 3, 2}}},
    {"count-255", "short", .changes = {{MESSAGE4 + 3, 255}}},
    {"v2-without-auth-data", "short", .version = 2, .keep = 12},
    {"checksum", "checksum", .later = {{MESSAGE4 + CHECKSUM, 0x12}}},
    {"checksum-zero", "checksum", .later = {{MESSAGE4 + CHECKSUM, 0}, {MESSAGE4 + CHECKSUM + 1, 0}}},
    {"changed-on-its-way", "checksum", .prio = 50, .later = {{MESSAGE4 + 2, 201}}},
    {"vrid-zero", "vrid-zero", .changes = {{MESSAGE4 + 1, 0}}},
    {"count-zero", "addr-count-zero", .changes = {{MESSAGE4 + 3, 0}}, .keep = 8},
    {"interval-zero", "interval-zero", .changes = {{MESSAGE4 + 4, 0}, {MESSAGE4 + 5, 0}}},
    {"v2-interval-zero", "interval-zero", .version = 2, .changes = {{MESSAGE4 + 5, 0}}},
    {"v2-auth-pass", "valid", .version = 2, .changes = {{MESSAGE4 + 4, 1}, {MESSAGE4 + 12, 's'}}},
    {"v2-auth-ah-without", "auth", .version = 2, .changes = {{MESSAGE4 + 4, 2}}},
    {"v2-auth-3", "auth-type", .version = 2, .changes = {{MESSAGE4 + 4, 3}}},
    {"v6-src-zero", "src", 6, .changes = {{IP + 8, 0}, {IP + 9, 0}, {IP + 23, 0}}},
    {"v6-src-multicast", "src", 6, .changes = {{IP + 8, 0xff}, {IP + 9, 2}}},
    {"v6-src-loopback", "src", 6, .changes = {{IP + 8, 0}, {IP + 9, 0}}},
    {"v6-dst-group", "dst", 6, .changes = {{IP + 39, 0x13}}},
    {"v6-hop-limit-64", "ttl", 6, .changes = {{IP + 7, 64}}},
    {"v6-version-2", "version", 6, .changes = {{MESSAGE6, 0x21}}},
    {"v6-short-12", "short", 6, .keep = 12},
    {"v6-checksum", "checksum", 6, .later = {{MESSAGE6 + CHECKSUM, 0x12}}},
    {"v6-interval-zero", "interval-zero", 6, .changes = {{MESSAGE6 + 4, 0}, {MESSAGE6 + 5, 0}}},
    {"other-addresses", "answered", .prio = 50, .changes = {{MESSAGE4 + 11, 99}}},
};

static void make_changes(uint8_t *frame, const struct change *changes, size_t count)
{
    for (size_t i = 0; i < count && changes[i].offset != 0; i++)
        frame[changes[i].offset] = changes[i].value;
}

static struct advert advert_of(const struct kind *k)
{
    static const uint8_t address4[] = {192, 0, 2, 100};
    static const uint8_t address6[] = {0xfe, 0x80, [14] = 1, [15] = 0};
    bool v6 = k->af == 6;
    return (struct advert){
        .version = k->version ? k->version : 3,
        .af = v6 ? 6 : 4,
        .src = v6 ? (struct ip){6, {0xfe, 0x80, [15] = 1}} : (struct ip){4, {192, 0, 2, 1}},
        .dst = v6 ? vrrp_group6 : vrrp_group4,
        .vrid = 51,
        .prio = k->prio ? k->prio : 200,
        .interval = SECOND,
        .count = 1,
        .addresses = v6 ? address6 : address4,
    };
}

/* Returns the length of the message. */
static size_t put_headers(uint8_t *frame, const struct advert *a)
{
    static const uint8_t macs4[12] = {0x01, 0, 0x5e, 0, 0, 0x12, 0x02, [11] = 1};
    static const uint8_t macs6[12] = {0x33, 0x33, 0, 0, 0, 0x12, 0x02, [11] = 1};
    uint8_t *ip = frame + IP;
    memcpy(frame, a->af == 6 ? macs6 : macs4, sizeof macs4);
    put_be16(frame + 12, a->af == 6 ? 0x86dd : 0x0800);
    ip[0] = a->af == 6 ? 0x6c : 0x45;
    ip[1] = a->af == 6 ? 0 : VRRP_TOS;
    ip[a->af == 6 ? 6 : 9] = VRRP_PROTOCOL;
    ip[a->af == 6 ? 7 : 8] = VRRP_TTL;
    memcpy(ip + (a->af == 6 ? 8 : 12), a->src.bytes, ip_size(a->af));
    memcpy(ip + (a->af == 6 ? 24 : 16), a->dst.bytes, ip_size(a->af));
    return packet_encode(frame + (a->af == 6 ? MESSAGE6 : MESSAGE4), FRAME_BYTES - MESSAGE6, a, CKSUM_PSEUDO);
}

/* Of the message as it is now, as a sender would have made it. */
static void put_checksum(uint8_t *message, size_t length, struct advert *a, const uint8_t *frame)
{
    a->src = ip_from_bytes(a->af, frame + IP + (a->af == 6 ? 8 : 12));
    a->dst = ip_from_bytes(a->af, frame + IP + (a->af == 6 ? 24 : 16));
    put_be16(message + CHECKSUM, 0);
    checksum sum = checksum_add(0, message, length);
    if (a->version != 2)
        sum = checksum_add_pseudo(sum, VRRP_PROTOCOL, &a->src, &a->dst, length);
    checksum_store(message + CHECKSUM, sum);
}

/* Returns the length of the frame. */
static size_t make_frame(uint8_t *frame, const struct kind *k)
{
    struct advert a = advert_of(k);
    memset(frame, 0, FRAME_BYTES);
    size_t length = put_headers(frame, &a);
    uint8_t *ip = frame + IP, *message = frame + (a.af == 6 ? MESSAGE6 : MESSAGE4);
    length = k->keep == WHOLE ? length : k->keep == NOTHING ? 0 : (size_t)k->keep;
    if (k->at != 0)
        memcpy(frame + k->at, k->address, sizeof k->address);
    make_changes(frame, k->changes, nitems(k->changes));
    put_checksum(message, length, &a, frame);
    make_changes(frame, k->later, nitems(k->later));
    if (a.af == 6) {
        put_be16(ip + 4, (uint16_t)length);
        return MESSAGE6 + length;
    }
    put_be16(ip + 2, (uint16_t)(MESSAGE4 - IP + length));
    put_be16(ip + 10, 0);
    checksum_store(ip + 10, checksum_add(0, ip, MESSAGE4 - IP));
    return MESSAGE4 + length < 60 ? 60 : MESSAGE4 + length; /* Ethernet's least */
}

int main(void)
{
    for (size_t i = 0; i < nitems(kinds); i++) {
        uint8_t frame[FRAME_BYTES];
        size_t length = make_frame(frame, &kinds[i]);
        printf("%s\t%s\t", kinds[i].name, kinds[i].why);
        for (size_t n = 0; n < length; n++)
            printf("%02x", frame[n]);
        putchar('\n');
    }
    return fflush(stdout) == 0 ? 0 : 3;
}
