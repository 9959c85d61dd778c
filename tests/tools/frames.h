/* Frames in hexadecimal, header by header, and what must be told of them: for tests of what decodes frames. */
#ifndef TESTS_FRAMES_H
#define TESTS_FRAMES_H

#include <stddef.h>

#include "core/frame.h"

/* Ethernet: the group, from VRRP's address for VRID 10. */
#define MACS "01005e000012 00005e00010a "
#define ETH4 "01005e000012 00005e00010a 0800 "
#define ETH6 "333300000012 00005e00020a 86dd "
/* IPv4 from 192.0.2.1: version and words, total length, fragment field, TTL, protocol, destination. */
#define IP4_TO(words, total, fragment, ttl, protocol, dst)                                                             \
    words "c0" total "0000" fragment ttl protocol "0000 c0000201" dst
#define IP4(total, protocol) IP4_TO("45", total, "0000", "ff", protocol, "e0000012")
/* IPv6 from fe80::1 to ff02::12: payload length, next header. */
#define IP6_TO(length, next, hops, dst) "6c000000" length next hops "fe800000000000000000000000000001" dst
#define IP6(length, next)               IP6_TO(length, next, "ff", GROUP6)
#define GROUP6                          "ff020000000000000000000000000012"
/* Linux cooked: packet type, address length; v2: protocol, packet type, address length. */
#define SLL(type, address_length)            type "0001" address_length "525400000001 0000"
#define SLL2(protocol, type, address_length) protocol "0000 00000102 0001" type address_length "525400000001 0000"
/* VRID 10, priority 100, 1 s: 12, 20 and 40 bytes. V3's checksum is with pseudo-header of 192.0.2.1 and 224.0.0.18. */
#define V3         "310a640100640501 c00002fe"
#define V3_MESSAGE "310a64010064a791 c00002fe"
#define V3_BAD     "310a64010064a790 c00002fe"
#define V2         "210a64010001b7f4 c00002fe 0000000000000000"
#define V2_IN_AH   "210a64010201b5f4 c00002fe 0000000000000000"
#define V6         "310a640200643f1e fe80000000000000000000000000000a 20010db80000000000000000000000fe"
#define V6_UNICAST "310a640200643fb0 fe80000000000000000000000000000a 20010db80000000000000000000000fe" /* to fe80::2 */
#define V6_GLOBAL                                                                                                      \
    "310a640200640fe6 fe80000000000000000000000000000a 20010db80000000000000000000000fe" /* from 2001:db8::1 */
/* AH: words - 2, SPI, sequence number 7, 12 bytes. */
#define AH(next) next "040000 c0000201 00000007 a0a1a2a3a4a5a6a7a8a9aaab"
/* 36 bytes, virtual host id 10 */
#define CARP "210a000700012cee 1122334455667788a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3"

/* 20 bytes of something that is not ours */
#define TCP "01bb c350 00000001 00000001 5010 ffff 0000 0000"

struct row {
    const char *rule, *hex, *expected;
};

/* Each word of `expected` must be told of the frame: its kind, then keys and values as lines have them; "key=-": the
 * key is not told. Fails the test otherwise, naming the rule. */
void expect_frame(const char *rule, const struct frame *f, const char *expected);
void expect_rows(enum link_layer link, const struct row *rows, size_t count);
/* Decodes from memory of just this length, so that a sanitizer sees a read beyond it. Valid until the next call. */
void decode_exact(struct frame *f, enum link_layer link, const uint8_t *bytes, size_t length);

#endif
