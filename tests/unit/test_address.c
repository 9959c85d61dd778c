/* Addresses as text and in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "core/address.h"
#include "core/units.h"

static struct ip ip_of(const char *text)
{
    struct ip ip;
    if (!ip_parse(&ip, text, strlen(text)))
        fail_msg("%s is an address", text);
    return ip;
}

static void test_canonical_text(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *text, *canonical;
    } rows[] = {
        {"an IPv4 address", "192.0.2.1", "192.0.2.1"},
        {"its ends", "0.0.0.0", "0.0.0.0"},
        {"its ends", "255.255.255.255", "255.255.255.255"},
        {"two digits", "10.20.99.100", "10.20.99.100"},
        {"RFC 4291 2.2.2: all zeros", "::", "::"},
        {"RFC 4291 2.2.2: loopback", "::1", "::1"},
        {"zeros at the end", "2001:db8::", "2001:db8::"},
        {"RFC 5952 4.1: no leading zeros", "2001:0db8:0001::0001", "2001:db8:1::1"},
        {"RFC 5952 4.2.1: as short as possible", "2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},
        {"RFC 5952 4.2.2: not for one group", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
        {"RFC 5952 4.2.2: one group is written out", "2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
        {"RFC 5952 4.2.3: the longest run", "2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
        {"RFC 5952 4.2.3: the first of equals", "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
        {"RFC 5952 4.3: lower case", "2001:DB8::ABCD", "2001:db8::abcd"},
        {"RFC 5952 5: the IPv4-mapped prefix", "::FFFF:C000:201", "::ffff:192.0.2.1"},
        {"RFC 4291 2.2.3: IPv4 at the end", "64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
        {"RFC 4291 2.2.3: IPv4 after six groups", "1:2:3:4:5:6:7.8.9.10", "1:2:3:4:5:6:708:90a"},
        {"a gap of one group at the front", "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
        {"a gap of one group at the end", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
        {"the VRRP group", "FF02:0:0:0:0:0:0:12", "ff02::12"},
        {"the longest", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    };
    for (size_t n = 0; n < nitems(rows); n++) {
        char text[IP_TEXT];
        struct ip ip = ip_of(rows[n].text);
        size_t length = ip_format(text, &ip);
        if (strcmp(text, rows[n].canonical) != 0 || length != strlen(text))
            fail_msg("%s: %s gave %s", rows[n].rule, rows[n].text, text);
    }
}

static void test_no_address(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        ".",
        ":",
        "/",
        "1",
        "1.2.3",
        "1.2.3.",
        ".1.2.3",
        "1.2.3.4.",
        "1.2.3.4.5",
        "256.1.1.1",
        "1.2.3.256",
        "01.2.3.4",
        "1.2.3.04",
        "00.0.0.0",
        "1..2.3",
        "1.2.3.4 ",
        " 1.2.3.4",
        "1.2.3.-4",
        "0x1.2.3.4",
        "1.2.3.4/24",
        ":::",
        "::1::",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:",
        ":1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "12345::",
        "g::",
        "::1.2.3",
        "::1.2.3.256",
        "::1.2.3.4.5",
        "::1.2.3.4:5",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1.2.3.4::",
        "fe80::1%eth0",
        "fe80::1/64",
        "::/",
        "1:",
        ":1",
        "192.0.2.1x",
        "1.2.3.4444",
        "1111.2.3.4",
        "1:2:3:4::5:6:7:8:9",
    };
    struct ip ip;
    for (size_t n = 0; n < nitems(rows); n++) {
        if (ip_parse(&ip, rows[n], strlen(rows[n])))
            fail_msg("\"%s\" is no address", rows[n]);
    }
    assert_false(ip_parse(&ip, "192.0.2.1\0", 10));
}

/* len says where the text ends, not what follows. */
static void test_length_counts(void **state)
{
    (void)state;
    struct ip ip;
    char text[IP_TEXT];
    assert_true(ip_parse(&ip, "192.0.2.123", 9));
    ip_format(text, &ip);
    assert_string_equal(text, "192.0.2.1");
    assert_true(ip_parse(&ip, "fe80::1,", 7));
    assert_true(ip_parse(&ip, "fe80::1", 6));
    ip_format(text, &ip);
    assert_string_equal(text, "fe80::");
}

static void test_prefix(void **state)
{
    (void)state;
    static const struct {
        const char *text, *canonical; /* NULL: no prefix */
    } rows[] = {
        {"192.0.2.1/24", "192.0.2.1/24"},
        {"192.0.2.1", "192.0.2.1/32"},
        {"192.0.2.1/0", "192.0.2.1/0"},
        {"192.0.2.1/32", "192.0.2.1/32"},
        {"192.0.2.1/33", NULL},
        {"192.0.2.1/", NULL},
        {"192.0.2.1/024", NULL},
        {"192.0.2.1/-1", NULL},
        {"192.0.2.1/24/", NULL},
        {"192.0.2.1//24", NULL},
        {"2001:db8::1", "2001:db8::1/128"},
        {"2001:db8::1/64", "2001:db8::1/64"},
        {"::/0", "::/0"},
        {"2001:db8::/32", "2001:db8::/32"},
        {"::1/129", NULL},
        {"::1/128", "::1/128"},
        {"1:2:3:4:5:6:7:8/64", "1:2:3:4:5:6:7:8/64"},
        {"/24", NULL},
        {"", NULL},
        {"::ffff:192.0.2.1/96", "::ffff:192.0.2.1/96"},
        {"192.0.2.1/256", NULL},
        {"192.0.2.1/4294967320", NULL},
        {"1::/64", "1::/64"},
        {"1:/64", NULL},
    };
    for (size_t n = 0; n < nitems(rows); n++) {
        struct prefix prefix;
        char text[PREFIX_TEXT];
        bool parsed = prefix_parse(&prefix, rows[n].text, strlen(rows[n].text));
        if (parsed != (rows[n].canonical != NULL))
            fail_msg("%s: %s a prefix", rows[n].text, parsed ? "is not" : "is");
        if (!parsed)
            continue;
        size_t length = prefix_format(text, &prefix);
        if (strcmp(text, rows[n].canonical) != 0 || length != strlen(text))
            fail_msg("%s gave %s", rows[n].text, text);
    }
}

static void test_longest_texts_fit(void **state)
{
    (void)state;
    struct prefix prefix = {{6, {0}}, 128};
    memset(prefix.ip.bytes, 0xff, 16);
    char text[PREFIX_TEXT];
    assert_int_equal(prefix_format(text, &prefix), 39 + 4);
    struct ip none = {0};
    assert_int_equal(ip_format(text, &none), 0);
    assert_string_equal(text, "");
}

static void test_mac(void **state)
{
    (void)state;
    struct mac mac;
    char text[MAC_TEXT];
    assert_true(mac_parse(&mac, "00:00:5E:00:01:aF", 17));
    assert_int_equal(mac_format(text, &mac), 17);
    assert_string_equal(text, "00:00:5e:00:01:af");
    static const char *const wrong[] = {"",
                                        "00:00:5e:00:01",
                                        "00:00:5e:00:01:a",
                                        "00:00:5e:00:01:0g",
                                        "00-00-5e-00-01-0a",
                                        "00:00:5e:00:01:0a:",
                                        "00005e00010a",
                                        "0:00:5e:00:01:0a:",
                                        "00:00:5e:00:01:0a\n"};
    for (size_t n = 0; n < nitems(wrong); n++)
        assert_false(mac_parse(&mac, wrong[n], strlen(wrong[n])));
}

/* RFC 9568 7.3 */
static void test_vrrp_mac(void **state)
{
    (void)state;
    char text[MAC_TEXT];
    struct mac mac = vrrp_mac(4, 51);
    mac_format(text, &mac);
    assert_string_equal(text, "00:00:5e:00:01:33");
    mac = vrrp_mac(6, 255);
    mac_format(text, &mac);
    assert_string_equal(text, "00:00:5e:00:02:ff");
}

/* RFC 9568 6.4.3: the greater primary address wins, as an unsigned number in network order. */
static void test_order(void **state)
{
    (void)state;
    static const struct {
        const char *lower, *higher;
    } rows[] = {
        {"10.0.0.9", "10.0.0.10"},     {"10.0.0.255", "10.0.1.0"}, {"127.0.0.1", "128.0.0.1"},
        {"9.255.255.255", "10.0.0.0"}, {"192.0.2.1", "192.0.2.2"}, {"fe80::1", "fe80::2"},
        {"fe80::9", "fe80::10"},       {"7fff::", "8000::"},       {"fe80::ff", "fe80::100"},
        {"fe80::1:0", "fe80::1:0:0"},
    };
    for (size_t n = 0; n < nitems(rows); n++) {
        struct ip lower = ip_of(rows[n].lower), higher = ip_of(rows[n].higher);
        assert_true(ip_compare(&lower, &higher) < 0);
        assert_true(ip_compare(&higher, &lower) > 0);
        assert_int_equal(ip_compare(&lower, &lower), 0);
        assert_false(ip_equal(&lower, &higher));
        assert_true(ip_equal(&lower, &lower));
    }
    struct ip four = {4, {0}}, six = {6, {0}};
    assert_false(ip_equal(&four, &six));
    assert_int_not_equal(ip_compare(&four, &six), 0);
}

enum kind { PLAIN, ZERO, MULTICAST, LOOPBACK, LINK_LOCAL };

static void test_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum kind kind;
    } rows[] = {
        {"0.0.0.0", ZERO},        {"::", ZERO},
        {"0.0.0.1", PLAIN},       {"::1", LOOPBACK},
        {"127.0.0.1", LOOPBACK},  {"127.255.0.9", LOOPBACK},
        {"126.0.0.1", PLAIN},     {"128.0.0.1", PLAIN},
        {"::2", PLAIN},           {"224.0.0.18", MULTICAST},
        {"239.1.1.1", MULTICAST}, {"223.255.255.255", PLAIN},
        {"240.0.0.0", PLAIN},     {"ff02::12", MULTICAST},
        {"ff0e::1", MULTICAST},   {"fe80::1", LINK_LOCAL},
        {"febf::1", LINK_LOCAL},  {"fec0::1", PLAIN},
        {"fe7f::1", PLAIN},       {"169.254.1.1", LINK_LOCAL},
        {"169.253.1.1", PLAIN},   {"2001:db8::1", PLAIN},
        {"::127.0.0.1", PLAIN},   {"7f00::", PLAIN},
    };
    for (size_t n = 0; n < nitems(rows); n++) {
        struct ip ip = ip_of(rows[n].text);
        enum kind kind = rows[n].kind;
        if (ip_is_zero(&ip) != (kind == ZERO) || ip_is_multicast(&ip) != (kind == MULTICAST) ||
            ip_is_loopback(&ip) != (kind == LOOPBACK) || ip_is_link_local(&ip) != (kind == LINK_LOCAL))
            fail_msg("%s is taken for something else", rows[n].text);
    }
}

static void test_from_bytes(void **state)
{
    (void)state;
    static const uint8_t bytes[16] = {192, 0, 2, 1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    struct ip four = ip_from_bytes(4, bytes), six = ip_from_bytes(6, bytes), expected = ip_of("192.0.2.1");
    assert_true(ip_equal(&four, &expected));
    assert_memory_equal(six.bytes, bytes, 16);
    assert_int_equal(ip_size(4), 4);
    assert_int_equal(ip_size(6), 16);
    assert_int_equal(ip_size(0), 0);
}

/* Against libc: what we write it reads as the same, and the other way round; zeros are made frequent. */
static void test_random_round_trip(void **state)
{
    (void)state;
    unsigned seed = 5952;
    print_message("seed %u\n", seed);
    srand(seed);
    for (int round = 0; round < 200000; round++) {
        struct ip ip = {.family = round % 2 ? 4 : 6};
        for (size_t n = 0; n < ip_size(ip.family); n++)
            ip.bytes[n] = rand() % 3 == 0 ? (uint8_t)rand() : 0;
        char text[IP_TEXT], libc_text[INET6_ADDRSTRLEN];
        uint8_t libc_bytes[16] = {0};
        size_t length = ip_format(text, &ip);
        int family = ip.family == 4 ? AF_INET : AF_INET6;
        assert_int_equal(inet_pton(family, text, libc_bytes), 1);
        assert_memory_equal(libc_bytes, ip.bytes, ip_size(ip.family));
        struct ip again = ip_of(text);
        assert_true(ip_equal(&again, &ip));
        assert_int_equal(length, strlen(text));
        assert_non_null(inet_ntop(family, ip.bytes, libc_text, sizeof libc_text));
        again = ip_of(libc_text);
        assert_true(ip_equal(&again, &ip));
    }
}

/* Random texts of the letters that addresses are made of: the same are taken as libc takes. */
static void test_random_texts(void **state)
{
    (void)state;
    static const char letters[] = "0123456789abcf.::::..";
    unsigned seed = 4291;
    unsigned taken = 0;
    print_message("seed %u\n", seed);
    srand(seed);
    for (int round = 0; round < 500000; round++) {
        char text[24] = {0};
        size_t length = 1 + (size_t)rand() % 20;
        for (size_t n = 0; n < length; n++)
            text[n] = letters[(size_t)rand() % (sizeof letters - 1)];
        uint8_t bytes[16] = {0};
        struct ip ip;
        bool libc = inet_pton(AF_INET6, text, bytes) == 1 || inet_pton(AF_INET, text, bytes) == 1;
        bool ours = ip_parse(&ip, text, length);
        if (libc != ours || (ours && memcmp(ip.bytes, bytes, 16) != 0))
            fail_msg("%s: libc %s it", text, libc ? "takes" : "refuses");
        taken += ours;
    }
    assert_true(taken > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canonical_text),
        cmocka_unit_test(test_no_address),
        cmocka_unit_test(test_length_counts),
        cmocka_unit_test(test_prefix),
        cmocka_unit_test(test_longest_texts_fit),
        cmocka_unit_test(test_mac),
        cmocka_unit_test(test_vrrp_mac),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_from_bytes),
        cmocka_unit_test(test_random_round_trip),
        cmocka_unit_test(test_random_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
