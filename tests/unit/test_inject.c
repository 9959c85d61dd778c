/* Frames as they are put on the wire, decoded again: lib/net/inject.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/frame.h"
#include "net/inject.h"

static const struct mac card = {{0x02, 0, 0, 0, 0, 0x01}};

static struct ip address(const char *text)
{
    struct ip ip;
    assert_true(ip_parse(&ip, text, strlen(text)));
    return ip;
}

struct row {
    const char *rule;
    uint8_t version, af, vrid, prio;
    usec interval;
    uint8_t count; /* addresses: 1, 2, ... in the last octet */
    enum cksum_form form;
    enum cksum_form expected;
    size_t length;
};

static const struct row rows[] = {
    {"RFC 3768 5.3: v2, one address, 8 octets of authentication data", 2, 4, 51, 100, SECOND, 1, CKSUM_MESSAGE,
     CKSUM_MESSAGE, 14 + 20 + 20},
    {"RFC 3768 5.3.8: v2 sums the message only, whatever is asked for", 2, 4, 51, 100, SECOND, 1, CKSUM_PSEUDO,
     CKSUM_MESSAGE, 14 + 20 + 20},
    {"RFC 9568 5.2.8: v3 IPv4, the message", 3, 4, 1, 254, 100 * MILLISECOND, 2, CKSUM_MESSAGE, CKSUM_MESSAGE,
     14 + 20 + 16},
    {"RFC 5798 5.2.8 as most read it: v3 IPv4, pseudo-header", 3, 4, 255, 255, 40950 * MILLISECOND, 3, CKSUM_PSEUDO,
     CKSUM_PSEUDO, 14 + 20 + 20},
    {"RFC 9568 5.2.8: IPv6, pseudo-header", 3, 6, 51, 1, 10 * MILLISECOND, 2, CKSUM_PSEUDO, CKSUM_PSEUDO, 14 + 40 + 40},
    {"RFC 9568 5.2.8: IPv6 sums the pseudo-header, whatever is asked for", 3, 6, 51, 1, SECOND, 1, CKSUM_MESSAGE,
     CKSUM_PSEUDO, 14 + 40 + 24},
    {"RFC 9568 6.4.3: priority 0", 3, 4, 51, 0, SECOND, 1, CKSUM_PSEUDO, CKSUM_PSEUDO, 14 + 20 + 12},
    {"the most addresses, IPv4", 3, 4, 51, 100, SECOND, 255, CKSUM_PSEUDO, CKSUM_PSEUDO, 14 + 20 + 8 + 255 * 4},
    {"and few again: what was built before leaves nothing", 3, 4, 51, 100, SECOND, 1, CKSUM_PSEUDO, CKSUM_PSEUDO,
     14 + 20 + 12},
    {"the most addresses, IPv6", 3, 6, 51, 100, SECOND, 255, CKSUM_PSEUDO, CKSUM_PSEUDO,
     (FRAME_BYTES - TRAILER_BYTES) - 8},
    {"and few again, IPv6", 3, 6, 51, 100, SECOND, 1, CKSUM_PSEUDO, CKSUM_PSEUDO, 14 + 40 + 24},
};

static struct advert advert_of(const struct row *r, uint8_t *addresses)
{
    struct advert a = {
        .af = r->af,
        .src = address(r->af == 4 ? "192.0.2.1" : "fe80::1"),
        .dst = r->af == 4 ? vrrp_group4 : vrrp_group6,
        .ttl = VRRP_TTL,
        .version = r->version,
        .type = 1,
        .vrid = r->vrid,
        .prio = r->prio,
        .interval = r->interval,
        .count = r->count,
        .addresses = addresses,
    };
    struct ip vip = address(r->af == 4 ? "192.0.2.0" : "fe80::");
    size_t size = ip_size(r->af);
    for (size_t i = 0; i < r->count; i++) {
        memcpy(addresses + i * size, vip.bytes, size);
        addresses[i * size + size - 1] = (uint8_t)(i + 1);
    }
    return a;
}

static void check_headers(const struct row *r, const uint8_t *frame)
{
    static const uint8_t to4[6] = {0x01, 0x00, 0x5e, 0x00, 0x00, 0x12}, to6[6] = {0x33, 0x33, 0, 0, 0, 0x12};
    assert_memory_equal(frame, r->af == 4 ? to4 : to6, 6);
    if (r->af == 4) {
        assert_int_equal(frame[14], 0x45); /* no options */
        assert_int_equal(frame[15], VRRP_TOS);
        assert_int_equal(frame[16] << 8 | frame[17], r->length - 14);
        assert_int_not_equal(frame[18] << 8 | frame[19], 0);
        uint32_t sum = 0; /* RFC 1071: with the checksum in it, all ones */
        for (size_t i = 14; i < 34; i += 2)
            sum += (uint32_t)(frame[i] << 8 | frame[i + 1]);
        while (sum >> 16)
            sum = (sum & 0xffff) + (sum >> 16);
        assert_int_equal(sum, 0xffff);
    } else {
        assert_int_equal((frame[14] << 4 | frame[15] >> 4) & 0xff, VRRP_TOS);
        assert_int_equal((frame[15] & 0xf) | frame[16] | frame[17], 0); /* flow label */
        assert_int_equal(frame[18] << 8 | frame[19], r->length - 54);
    }
}

static void what_is_built_is_what_is_decoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < nitems(rows); i++) {
        const struct row *r = &rows[i];
        uint8_t addresses[ADVERT_ADDRESS_BYTES], *frame = malloc(r->length); /* of this size: overruns are found */
        struct advert a = advert_of(r, addresses);
        size_t length = build_advert(frame, r->length, &card, &a, r->form);
        if (length != r->length)
            fail_msg("%s: %zu bytes", r->rule, length);
        struct frame f;
        frame_decode(&f, LINK_ETHERNET, frame, length);
        if (f.kind != FRAME_ADVERT)
            fail_msg("%s: %s", r->rule, verdict_name(f.verdict));
        const struct advert *got = &f.advert;
        assert_int_equal(got->flags, 0);
        assert_memory_equal(&got->smac, &card, sizeof(card));
        assert_true(ip_equal(&got->src, &a.src) && ip_equal(&got->dst, &a.dst));
        assert_int_equal(got->ttl, 255);
        assert_int_equal(got->version, r->version);
        assert_int_equal(got->vrid, r->vrid);
        assert_int_equal(got->prio, r->prio);
        assert_int_equal(got->interval, r->interval);
        assert_int_equal(got->auth, AUTH_NONE);
        if (got->cksum != r->expected)
            fail_msg("%s: %s", r->rule, cksum_form_name(got->cksum));
        assert_int_equal(got->count, r->count);
        assert_memory_equal(got->addresses, addresses, r->count * ip_size(r->af));
        check_headers(r, frame);
        free(frame);
    }
}

/* Each peer has its own pseudo-header. */
static void to_a_peer(void **state)
{
    (void)state;
    static const char *const peers[2][2] = {{"192.0.2.2", "198.51.100.7"}, {"fe80::2", "2001:db8::7"}};
    for (size_t i = 0; i < nitems(rows); i++) {
        for (size_t n = 0; n < 2; n++) {
            const struct row *r = &rows[i];
            uint8_t addresses[ADVERT_ADDRESS_BYTES], frame[(FRAME_BYTES - TRAILER_BYTES)];
            struct advert a = advert_of(r, addresses);
            a.dst = address(peers[r->af == 6][n]);
            struct frame f;
            frame_decode(&f, LINK_ETHERNET, frame, build_advert(frame, sizeof(frame), &card, &a, r->form));
            assert_int_equal(f.kind, FRAME_ADVERT);
            assert_int_equal(f.advert.flags & ~(unsigned)FLAG_V6_SRC_NOT_LL, FLAG_UNICAST);
            assert_true(ip_equal(&f.advert.dst, &a.dst));
            assert_int_equal(f.advert.ttl, 255);
            if (r->expected != CKSUM_BOTH)
                assert_int_equal(f.advert.cksum, r->expected);
            assert_memory_equal(frame, "\x02\0\0\0\0\x02", 6);
        }
    }
}

static void two_adverts_are_told_apart(void **state)
{
    (void)state;
    uint8_t addresses[ADVERT_ADDRESS_BYTES], one[128], two[128];
    struct advert a = advert_of(&rows[0], addresses);
    size_t length = build_advert(one, sizeof(one), &card, &a, CKSUM_MESSAGE);
    assert_int_equal(build_advert(two, sizeof(two), &card, &a, CKSUM_MESSAGE), length);
    assert_memory_not_equal(one, two, length); /* the IPv4 identification */
    assert_memory_equal(one + 34, two + 34, length - 34);
}

static void source_mac_is_what_is_asked_for(void **state)
{
    (void)state;
    uint8_t addresses[ADVERT_ADDRESS_BYTES], frame[128];
    struct advert a = advert_of(&rows[2], addresses);
    struct mac virtual_mac = vrrp_mac(4, a.vrid);
    assert_true(build_advert(frame, sizeof(frame), &virtual_mac, &a, CKSUM_PSEUDO) > 0);
    assert_memory_equal(frame + 6, "\x00\x00\x5e\x00\x01\x01", 6);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    uint8_t addresses[ADVERT_ADDRESS_BYTES], frame[(FRAME_BYTES - TRAILER_BYTES)];
    struct advert a = advert_of(&rows[2], addresses);
    size_t needed = build_advert(frame, sizeof(frame), &card, &a, CKSUM_PSEUDO);
    assert_int_equal(build_advert(frame, needed, &card, &a, CKSUM_PSEUDO), needed);
    assert_int_equal(build_advert(frame, needed - 1, &card, &a, CKSUM_PSEUDO), 0);
    struct advert wrong = a;
    wrong.src = (struct ip){0}; /* no source */
    assert_int_equal(build_advert(frame, sizeof(frame), &card, &wrong, CKSUM_PSEUDO), 0);
    wrong = a;
    wrong.dst = vrrp_group6; /* of the other family */
    assert_int_equal(build_advert(frame, sizeof(frame), &card, &wrong, CKSUM_PSEUDO), 0);
    wrong = a;
    wrong.version = 2; /* RFC 3768 5.3.7: whole seconds */
    assert_int_equal(build_advert(frame, sizeof(frame), &card, &wrong, CKSUM_MESSAGE), 0);
    struct ip v4 = address("192.0.2.1"), v6 = address("2001:db8::1");
    assert_int_equal(build_garp(frame, sizeof(frame), &card, &v6, false), 0);
    assert_int_equal(build_arp_probe(frame, sizeof(frame), &card, &v6), 0);
    assert_int_equal(build_na(frame, sizeof(frame), &card, &v4), 0);
    assert_int_equal(build_ns_probe(frame, sizeof(frame), &card, &v4), 0);
    assert_int_equal(build_garp(frame, 41, &card, &v4, false), 0);
}

static void expect_frame(const uint8_t *frame, size_t length, const char *hex)
{
    assert_int_equal(length * 2, strlen(hex));
    for (size_t i = 0; i < length; i++) {
        char byte[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        if (frame[i] != strtoul(byte, NULL, 16))
            fail_msg("octet %zu is %02x, not %s", i, frame[i], byte);
    }
}

/* Written out by hand from the RFCs' diagrams; the ICMPv6 sums were computed apart from libnet. */
static void announcements_and_probes(void **state)
{
    (void)state;
    uint8_t frame[128];
    struct ip v4 = address("192.0.2.100"), v6 = address("2001:db8::100");
    for (int round = 0; round < 2; round++) { /* the second uses what the first left */
        size_t length = build_garp(frame, sizeof(frame), &card, &v4, false);
        expect_frame(frame, length, /* RFC 5227 3: sender = target */
                     "ffffffffffff020000000001"
                     "0806"
                     "0001080006040001"
                     "020000000001"
                     "c0000264"
                     "000000000000"
                     "c0000264");
        length = build_arp_probe(frame, sizeof(frame), &card, &v4);
        expect_frame(frame, length, /* RFC 5227 1.1: sender address zero */
                     "ffffffffffff020000000001"
                     "0806"
                     "0001080006040001"
                     "020000000001"
                     "00000000"
                     "000000000000"
                     "c0000264");
        length = build_na(frame, sizeof(frame), &card, &v6);
        expect_frame(frame, length, /* RFC 4861 4.4: R=1 S=0 O=1 */
                     "333300000001020000000001"
                     "86dd"
                     "6000000000203aff"
                     "20010db8000000000000000000000100"
                     "ff020000000000000000000000000001"
                     "8800772ca0000000"
                     "20010db8000000000000000000000100"
                     "0201020000000001");
        length = build_ns_probe(frame, sizeof(frame), &card, &v6);
        expect_frame(frame, length, /* RFC 4862 5.4.2: from the unspecified address */
                     "3333ff000100020000000001"
                     "86dd"
                     "6000000000183aff"
                     "00000000000000000000000000000000"
                     "ff0200000000000000000001ff000100"
                     "87004aef00000000"
                     "20010db8000000000000000000000100");
    }
}

static void sending_without_a_socket_or_interface_says_why(void **state)
{
    (void)state;
    struct injector none = {.fd = -1};
    uint8_t frame[64] = {0};
    assert_int_equal(injector_send(&none, 1, frame, sizeof(frame)), EBADF);
    assert_int_equal(injector_send(&none, 1, frame, 13), EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_built_is_what_is_decoded),
        cmocka_unit_test(to_a_peer),
        cmocka_unit_test(two_adverts_are_told_apart),
        cmocka_unit_test(source_mac_is_what_is_asked_for),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(announcements_and_probes),
        cmocka_unit_test(sending_without_a_socket_or_interface_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
