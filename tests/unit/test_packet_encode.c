/* The VRRP message, written, and read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/packet.h"
#include "tests/tools/vectors.h"

enum { MESSAGE_BYTES = 256 };

static struct ip ip_of(const char *text)
{
    struct ip ip;
    if (!ip_parse(&ip, text, strlen(text)))
        fail_msg("%s is an address", text);
    return ip;
}

/* What frame.c has filled in when the message is looked at. */
static struct advert arrived(const char *src, const char *dst)
{
    struct advert a = {.has = HAS_IP, .src = ip_of(src), .dst = ip_of(dst), .ttl = VRRP_TTL};
    a.af = a.src.family;
    return a;
}

/* Message for message what the vectors have. */
static void test_encode_is_exact(void **state)
{
    (void)state;
    static const struct {
        const char *src, *dst, *hex;
        enum cksum_form form;
    } rows[] = {
        {"192.0.2.1", "224.0.0.18", "210a64010001b7f4c00002fe0000000000000000", CKSUM_MESSAGE},
        {"192.0.2.1", "224.0.0.18", "210a64010001b7f4c00002fe0000000000000000", CKSUM_PSEUDO},
        {"192.0.2.1", "224.0.0.18", "310a64010064a791c00002fe", CKSUM_MESSAGE},
        {"192.0.2.1", "224.0.0.18", "310a640100640501c00002fe", CKSUM_PSEUDO},
        {"192.0.2.1", "192.0.2.2", "310a640100642311c00002fe", CKSUM_PSEUDO},
        {"192.0.2.1", "224.0.0.18", "310a000100640b92c00002fe", CKSUM_MESSAGE},
        {"192.0.2.1", "224.0.0.18", "310a64010fff97f6c00002fe", CKSUM_MESSAGE},
        {"fe80::1", "ff02::12", "310a640200643f1efe80000000000000000000000000000a20010db80000000000000000000000fe",
         CKSUM_PSEUDO},
        {"fe80::1", "ff02::12", "310a640200643f1efe80000000000000000000000000000a20010db80000000000000000000000fe",
         CKSUM_MESSAGE},
    };
    for (size_t n = 0; n < nitems(rows); n++) {
        uint8_t bytes[MESSAGE_BYTES], out[MESSAGE_BYTES];
        size_t length = hex_bytes(bytes, sizeof bytes, rows[n].hex);
        struct advert a = arrived(rows[n].src, rows[n].dst);
        assert_int_equal(packet_decode(&a, bytes, length), VERDICT_OK);
        assert_int_equal(packet_encode(out, sizeof out, &a, rows[n].form), length);
        assert_memory_equal(out, bytes, length);
        assert_int_equal(packet_encode(out, length, &a, rows[n].form), length);
        assert_int_equal(packet_encode(out, length - 1, &a, rows[n].form), 0);
    }
}

static void test_encode_refuses(void **state)
{
    (void)state;
    static const uint8_t addresses[16] = {192, 0, 2, 1};
    uint8_t out[MESSAGE_BYTES];
    static const struct {
        const char *rule;
        uint8_t version, af, vrid, count;
        usec interval;
        enum cksum_form form;
        bool sent;
    } rows[] = {
        {"version 3", 3, 4, 1, 1, SECOND, CKSUM_MESSAGE, true},
        {"version 2", 2, 4, 1, 1, SECOND, CKSUM_MESSAGE, true},
        {"version 3, IPv6", 3, 6, 1, 1, SECOND, CKSUM_PSEUDO, true},
        {"version 2 is of IPv4", 2, 6, 1, 1, SECOND, CKSUM_MESSAGE, false},
        {"no such version", 4, 4, 1, 1, SECOND, CKSUM_MESSAGE, false},
        {"no family", 3, 0, 1, 1, SECOND, CKSUM_MESSAGE, false},
        {"VRID 0", 3, 4, 0, 1, SECOND, CKSUM_MESSAGE, false},
        {"no address", 3, 4, 1, 0, SECOND, CKSUM_MESSAGE, false},
        {"RFC 9568 5.2.7: 10 ms at least", 3, 4, 1, 1, 10 * MILLISECOND, CKSUM_MESSAGE, true},
        {"RFC 9568 5.2.7: 40.95 s at most", 3, 4, 1, 1, 40950 * MILLISECOND, CKSUM_MESSAGE, true},
        {"RFC 9568 5.2.7: over 12 bits", 3, 4, 1, 1, 40960 * MILLISECOND, CKSUM_MESSAGE, false},
        {"RFC 9568 5.2.7: between centiseconds", 3, 4, 1, 1, 15 * MILLISECOND, CKSUM_MESSAGE, false},
        {"interval 0", 3, 4, 1, 1, 0, CKSUM_MESSAGE, false},
        {"negative", 3, 4, 1, 1, -SECOND, CKSUM_MESSAGE, false},
        {"RFC 3768 5.3.7: 255 s at most", 2, 4, 1, 1, 255 * SECOND, CKSUM_MESSAGE, true},
        {"RFC 3768 5.3.7: over 8 bits", 2, 4, 1, 1, 256 * SECOND, CKSUM_MESSAGE, false},
        {"RFC 3768 5.3.7: between seconds", 2, 4, 1, 1, 1500 * MILLISECOND, CKSUM_MESSAGE, false},
        {"interval 0, version 2", 2, 4, 1, 1, 0, CKSUM_MESSAGE, false},
        {"no form", 3, 4, 1, 1, SECOND, CKSUM_NONE, false},
        {"a form that is only heard", 3, 4, 1, 1, SECOND, CKSUM_LEGACY_UNICAST, false},
        {"a form that is only heard", 3, 4, 1, 1, SECOND, CKSUM_BOTH, false},
        {"version 2 has one form", 2, 4, 1, 1, SECOND, CKSUM_NONE, true},
        {"IPv6 has one form", 3, 6, 1, 1, SECOND, CKSUM_NONE, true},
    };
    for (size_t n = 0; n < nitems(rows); n++) {
        struct advert a = {.version = rows[n].version, .af = rows[n].af, .vrid = rows[n].vrid, .count = rows[n].count};
        a.interval = rows[n].interval;
        a.addresses = addresses;
        a.src = ip_from_bytes(a.af, addresses);
        a.dst = a.af == 6 ? vrrp_group6 : vrrp_group4;
        if ((packet_encode(out, sizeof out, &a, rows[n].form) > 0) != rows[n].sent)
            fail_msg("%s: %s", rows[n].rule, rows[n].sent ? "refused" : "encoded");
    }
    struct advert a = arrived("fe80::1", "224.0.0.18"); /* a pseudo-header of two families */
    a.version = 3;
    a.vrid = a.count = 1;
    a.interval = SECOND;
    a.addresses = addresses;
    assert_int_equal(packet_encode(out, sizeof out, &a, CKSUM_PSEUDO), 0);
}

static uint8_t random_byte(void)
{
    return (uint8_t)(rand() >> 7);
}

static struct ip random_unicast(uint8_t af)
{
    struct ip ip = {.family = af};
    for (size_t n = 0; n < ip_size(af); n++)
        ip.bytes[n] = random_byte();
    if (af == 4)
        ip.bytes[0] = 10;
    else
        ip.bytes[0] = 0xfe, ip.bytes[1] = 0x80;
    return ip;
}

static struct advert random_advert(const uint8_t *addresses)
{
    struct advert a = {.has = HAS_IP, .version = rand() % 3 ? 3 : 2, .ttl = VRRP_TTL, .type = 1};
    a.af = a.version == 3 && rand() % 2 ? 6 : 4;
    a.src = random_unicast(a.af);
    a.dst = rand() % 4 == 0 ? random_unicast(a.af) : a.af == 6 ? vrrp_group6 : vrrp_group4;
    a.vrid = (uint8_t)(1 + rand() % 255);
    a.prio = random_byte();
    a.interval = a.version == 2 ? (1 + rand() % 255) * SECOND : (1 + rand() % 4095) * 10 * MILLISECOND;
    a.count = (uint8_t)(rand() % 8 ? 1 + rand() % 4 : 1 + rand() % 255);
    a.addresses = addresses;
    return a;
}

/* encode, then decode: the same; and a bit that changed on the way is found. */
static void test_random_round_trip(void **state)
{
    (void)state;
    static uint8_t addresses[ADVERT_ADDRESS_BYTES], bytes[ADVERT_BYTES];
    unsigned seed = 9568, longest = 0;
    print_message("seed %u\n", seed);
    srand(seed);
    for (size_t n = 0; n < sizeof addresses; n++)
        addresses[n] = random_byte();
    for (int round = 0; round < 100000; round++) {
        addresses[rand() % ADVERT_ADDRESS_BYTES] = random_byte();
        struct advert sent = random_advert(addresses), got = {.has = HAS_IP};
        enum cksum_form form = rand() % 2 ? CKSUM_MESSAGE : CKSUM_PSEUDO;
        size_t length = packet_encode(bytes, sizeof bytes, &sent, form);
        assert_int_equal(length, 8u + sent.count * (sent.af == 4 ? 4u : 16u) + (sent.version == 2 ? 8u : 0u));
        longest = length > longest ? (unsigned)length : longest;
        got.af = sent.af;
        got.src = sent.src;
        got.dst = sent.dst;
        assert_int_equal(packet_decode(&got, bytes, length), VERDICT_OK);
        assert_int_equal(got.version, sent.version);
        assert_int_equal(got.type, 1);
        assert_int_equal(got.vrid, sent.vrid);
        assert_int_equal(got.prio, sent.prio);
        assert_int_equal(got.interval, sent.interval);
        assert_int_equal(got.count, sent.count);
        assert_memory_equal(got.addresses, sent.addresses, sent.count * ip_size(sent.af));
        if (sent.version == 2)
            form = CKSUM_MESSAGE;
        else if (sent.af == 6)
            form = CKSUM_PSEUDO;
        if (got.cksum != CKSUM_BOTH)
            assert_int_equal(got.cksum, form);
        assert_int_equal(got.auth, AUTH_NONE);
        assert_int_equal(got.flags & ~(unsigned)FLAG_V6_FIRST_NOT_LL, 0);
        bytes[8 + (size_t)rand() % (length - 8)] ^= (uint8_t)(1 << rand() % 8);
        assert_int_not_equal(packet_decode(&got, bytes, length), VERDICT_OK);
    }
    assert_true(longest > 4000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encode_is_exact),
        cmocka_unit_test(test_encode_refuses),
        cmocka_unit_test(test_random_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
