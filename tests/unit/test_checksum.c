/* The Internet checksum. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/checksum.h"
#include "core/packet.h"
#include "core/units.h"

/* The sum as RFC 1071 section 1 defines it, 16 bits at a time in network order. */
static uint16_t plain_sum(const uint8_t *bytes, size_t len)
{
    uint32_t sum = 0;
    for (size_t n = 0; n < len; n++) {
        sum += n % 2 == 0 ? (uint32_t)bytes[n] << 8 : bytes[n];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
}

static uint16_t stored(checksum sum)
{
    uint8_t field[2];
    checksum_store(field, sum);
    return (uint16_t)(field[0] << 8 | field[1]);
}

static void test_rfc1071_example(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}; /* RFC 1071 3: sum ddf2 */
    assert_int_equal(stored(checksum_add(0, bytes, sizeof bytes)), 0xffff & ~0xddf2);
}

static void test_all_lengths(void **state)
{
    (void)state;
    uint8_t bytes[2048];
    srand(1071);
    for (size_t n = 0; n < sizeof bytes; n++)
        bytes[n] = (uint8_t)rand();
    for (size_t len = 0; len <= sizeof bytes; len++) {
        uint16_t sum = plain_sum(bytes, len);
        assert_int_equal(stored(checksum_add(0, bytes, len)), 0xffff & ~sum);
    }
}

static void test_many_carries(void **state)
{
    (void)state;
    static uint8_t bytes[65535];
    memset(bytes, 0xff, sizeof bytes);
    assert_int_equal(stored(checksum_add(0, bytes, sizeof bytes - 1)), 0);
    assert_int_equal(stored(checksum_add(0, bytes, sizeof bytes)), 0xffff & ~plain_sum(bytes, sizeof bytes));
}

static void test_pieces_of_even_length_add_up(void **state)
{
    (void)state;
    static const uint8_t bytes[] = "0123456789abcdefghij!";
    checksum whole = checksum_add(0, bytes, 21);
    for (size_t cut = 0; cut < 21; cut += 2)
        assert_int_equal(stored(checksum_add(checksum_add(0, bytes, cut), bytes + cut, 21 - cut)), stored(whole));
}

static void test_nothing(void **state)
{
    (void)state;
    assert_int_equal(stored(checksum_add(0, NULL, 0)), 0xffff);
    assert_false(checksum_holds(checksum_add(0, NULL, 0)));
}

/* RFC 1624 3: a right field of 0x0000 may come as 0xFFFF: it adds nothing but is not equal to what is computed. */
static void test_both_zeros_hold(void **state)
{
    (void)state;
    static const struct {
        uint8_t field[2];
        bool holds;
    } rows[] = {{{0x00, 0x00}, true}, {{0xff, 0xff}, true}, {{0x00, 0x01}, false}, {{0xff, 0xfe}, false}};
    for (size_t n = 0; n < nitems(rows); n++) {
        uint8_t message[4] = {0xff, 0xff, rows[n].field[0], rows[n].field[1]};
        assert_int_equal(checksum_holds(checksum_add(0, message, 4)), rows[n].holds);
    }
}

static void test_pseudo_header_ipv4(void **state)
{
    (void)state;
    const struct ip src = {4, {192, 0, 2, 1}};
    static const uint8_t pseudo[] = {192, 0, 2, 1, 224, 0, 0, 18, 0, 112, 0x01, 0x04}; /* RFC 5798 5.2.8 */
    uint16_t sum = plain_sum(pseudo, sizeof pseudo);
    assert_int_equal(stored(checksum_add_pseudo(0, VRRP_PROTOCOL, &src, &vrrp_group4, 0x104)), 0xffff & ~sum);
}

static void test_pseudo_header_ipv6(void **state)
{
    (void)state;
    const struct ip src = {6, {0xfe, 0x80, [15] = 1}};
    static const uint8_t pseudo[] = {0xfe, 0x80, [15] = 1, 0xff, 0x02, [31] = 0x12, /* RFC 8200 8.1 */
                                     0,    0,    0x0f,     0xf8, 0,    0,           0, 112};
    assert_int_equal(sizeof pseudo, 40);
    uint16_t sum = plain_sum(pseudo, sizeof pseudo);
    assert_int_equal(stored(checksum_add_pseudo(0, VRRP_PROTOCOL, &src, &vrrp_group6, 0xff8)), 0xffff & ~sum);
}

static void test_stored_field_holds(void **state)
{
    (void)state;
    uint8_t message[64] = {0};
    srand(1624);
    for (int round = 0; round < 10000; round++) {
        for (size_t n = 2; n < sizeof message; n++)
            message[n] = (uint8_t)rand();
        message[0] = message[1] = 0;
        checksum_store(message, checksum_add(0, message, sizeof message));
        assert_true(checksum_holds(checksum_add(0, message, sizeof message)));
        message[2 + rand() % 62] ^= (uint8_t)(1 << rand() % 8);
        assert_false(checksum_holds(checksum_add(0, message, sizeof message)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc1071_example),
        cmocka_unit_test(test_all_lengths),
        cmocka_unit_test(test_many_carries),
        cmocka_unit_test(test_pieces_of_even_length_add_up),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_both_zeros_hold),
        cmocka_unit_test(test_pseudo_header_ipv4),
        cmocka_unit_test(test_pseudo_header_ipv6),
        cmocka_unit_test(test_stored_field_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
