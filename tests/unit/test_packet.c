/* The VRRP message, read. */
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

static void test_vectors(void **state)
{
    (void)state;
    static struct vector v;
    size_t count = 0;
    FILE *file = fopen(VECTORS_PATH, "r");
    assert_non_null(file);
    for (; vector_read(file, &v); count++) {
        struct advert a = arrived(v.src, v.dst);
        const char *why = strstr(v.expected, "why=");
        if (strcmp(v.expected, "other proto=carp") == 0) {
            assert_true(packet_is_carp(v.vrrp, v.vrrp_length));
            continue;
        }
        assert_false(packet_is_carp(v.vrrp, v.vrrp_length));
        const char *expected = !why || strcmp(why, "why=ttl") == 0 ? "ok" : why + 4;
        const char *verdict = verdict_name(packet_decode(&a, v.vrrp, v.vrrp_length));
        if (strlen(verdict) != strcspn(expected, " ") || strncmp(expected, verdict, strlen(verdict)) != 0)
            fail_msg("%s %s: %s where %s was due", v.id, v.what, verdict, expected);
    }
    fclose(file);
    assert_int_equal(count, VECTORS);
}

/* Puts the checksum that makes the first `length` bytes right, message form. */
static void set_checksum(uint8_t *bytes, size_t length)
{
    uint32_t sum = 0;
    bytes[6] = bytes[7] = 0;
    for (size_t n = 0; n < length; n++)
        sum += n % 2 ? bytes[n] : (uint32_t)bytes[n] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    bytes[6] = (uint8_t)(~sum >> 8);
    bytes[7] = (uint8_t)~sum;
}

/* IPv4 messages whose checksum is made right, then judged. */
static void test_verdicts(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *hex;
        enum verdict verdict;
        unsigned flags;
    } rows[] = {
        {"RFC 9568 5.1: version 3", "310a640100640000c00002fe", VERDICT_OK, 0},
        {"RFC 3768 5.1: version 2", "210a640100010000c00002fe0000000000000000", VERDICT_OK, 0},
        {"RFC 9568 5.2.1: version 0", "010a640100640000c00002fe", VERDICT_VERSION, 0},
        {"RFC 9568 5.2.1: version 1", "110a640100640000c00002fe", VERDICT_VERSION, 0},
        {"RFC 9568 5.2.1: version 4", "410a640100640000c00002fe", VERDICT_VERSION, 0},
        {"RFC 9568 5.2.2: type 0", "300a640100640000c00002fe", VERDICT_TYPE, 0},
        {"RFC 9568 5.2.2: type 2, version 2", "220a640100010000c00002fe0000000000000000", VERDICT_TYPE, 0},
        {"the version counts before the type", "420a640100640000c00002fe", VERDICT_VERSION, 0},
        {"the type counts before the length", "320a64", VERDICT_TYPE, 0},
        {"the length counts before the VRID", "3100640200640000c00002fe", VERDICT_SHORT, 0},
        {"RFC 9568 7.1: nothing", "", VERDICT_SHORT, 0},
        {"RFC 9568 7.1: 8 bytes and no address", "310a640100640000", VERDICT_SHORT, 0},
        {"RFC 9568 7.1: half an address", "310a640100640000c000", VERDICT_SHORT, 0},
        {"RFC 3768 5.1: 7 of 8 bytes of authentication", "210a640100010000c00002fe00000000000000", VERDICT_SHORT, 0},
        {"RFC 9568 5.2.3: VRID 0", "3100640100640000c00002fe", VERDICT_VRID_ZERO, 0},
        {"RFC 3768 5.3.3: VRID 0, version 2", "2100640100010000c00002fe0000000000000000", VERDICT_VRID_ZERO, 0},
        {"the VRID counts before the addresses", "3100640000000000", VERDICT_VRID_ZERO, 0},
        {"RFC 9568 5.2.5: no address", "310a640000640000", VERDICT_ADDR_COUNT_ZERO, 0},
        {"RFC 3768 5.3.5: no address, version 2", "210a6400000100000000000000000000", VERDICT_ADDR_COUNT_ZERO, 0},
        {"the addresses count before the interval", "310a640000000000", VERDICT_ADDR_COUNT_ZERO, 0},
        {"erratum 8301: interval 0", "310a640100000000c00002fe", VERDICT_INTERVAL_ZERO, 0},
        {"RFC 9568 5.2.7: only the reserve is set", "310a6401f0000000c00002fe", VERDICT_INTERVAL_ZERO, FLAG_RESERVE},
        {"RFC 3768 5.3.7: interval 0, version 2", "210a640100000000c00002fe0000000000000000", VERDICT_INTERVAL_ZERO, 0},
        {"the interval counts before authentication", "210a640103000000c00002fe0000000000000000", VERDICT_INTERVAL_ZERO,
         0},
        {"RFC 2338 5.3.6: type 1", "210a640101010000c00002fe7333637233740000", VERDICT_OK, 0},
        {"RFC 2338 5.3.6: type 2 without AH", "210a640102010000c00002fe0000000000000000", VERDICT_AUTH, 0},
        {"RFC 2338 5.3.6: type 3", "210a640103010000c00002fe0000000000000000", VERDICT_AUTH_TYPE, 0},
        {"RFC 2338 5.3.6: type 255", "210a6401ff010000c00002fe0000000000000000", VERDICT_AUTH_TYPE, 0},
        {"RFC 3768 5.3.6: data of type 0 is ignored", "210a640100010000c00002fe0000000000000001", VERDICT_OK,
         FLAG_AUTH_DATA},
        {"RFC 9568 5.2.6: reserve is ignored", "310a640110640000c00002fe", VERDICT_OK, FLAG_RESERVE},
        {"one more byte", "310a640100640000c00002fe00", VERDICT_OK, FLAG_TRAILING},
        {"one more byte, version 2", "210a640100010000c00002fe000000000000000000", VERDICT_OK, FLAG_TRAILING},
        {"28 more bytes that are no trailer",
         "310a640100640000c00002fe02010000684ee1800000000000000000000000000000000000000000", VERDICT_OK, FLAG_TRAILING},
        {"a trailer cut by one byte", "310a640100640000c00002fe01010000684ee18000000000000000000000000000000000000000",
         VERDICT_OK, FLAG_TRAILING},
        {"28 more bytes in version 2",
         "210a640100010000c00002fe000000000000000001010000684ee1800000000000000000000000000000000000000000", VERDICT_OK,
         FLAG_TRAILING},
    };
    for (size_t n = 0; n < nitems(rows); n++) {
        uint8_t bytes[MESSAGE_BYTES];
        size_t length = hex_bytes(bytes, sizeof bytes, rows[n].hex);
        if (length >= 8)
            set_checksum(bytes, length);
        struct advert a = arrived("192.0.2.1", "224.0.0.18");
        enum verdict v = packet_decode(&a, bytes, length);
        if (v != rows[n].verdict || a.flags != rows[n].flags)
            fail_msg("%s: %s, flags %x", rows[n].rule, verdict_name(v), a.flags);
    }
}

/* The forms, each on a message that is right in that form only. */
static void test_checksum_forms(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *src, *dst, *hex;
        enum verdict verdict;
        enum cksum_form form;
    } rows[] = {
        {"RFC 9568 5.2.8: the message", "192.0.2.1", "224.0.0.18", "310a64010064a791c00002fe", VERDICT_OK,
         CKSUM_MESSAGE},
        {"RFC 5798 5.2.8: pseudo-header", "192.0.2.1", "224.0.0.18", "310a640100640501c00002fe", VERDICT_OK,
         CKSUM_PSEUDO},
        {"both", "10.0.21.113", "224.0.0.18", "310a64010064a791c00002fe", VERDICT_OK, CKSUM_BOTH},
        {"neither", "192.0.2.1", "224.0.0.18", "310a64010064a792c00002fe", VERDICT_CHECKSUM, CKSUM_NONE},
        {"RFC 5798, unicast", "192.0.2.1", "192.0.2.2", "310a640100642311c00002fe", VERDICT_OK, CKSUM_PSEUDO},
        {"the group though unicast", "192.0.2.1", "192.0.2.2", "310a640100640501c00002fe", VERDICT_OK,
         CKSUM_LEGACY_UNICAST},
        {"the group though to another multicast address", "192.0.2.1", "224.0.0.5", "310a640100640501c00002fe",
         VERDICT_CHECKSUM, CKSUM_LEGACY_UNICAST},
        {"RFC 3768 5.3.8: the message", "192.0.2.1", "224.0.0.18", "210a64010001b7f4c00002fe0000000000000000",
         VERDICT_OK, CKSUM_MESSAGE},
        {"RFC 3768 5.3.8: no pseudo-header in version 2", "192.0.2.1", "224.0.0.18",
         "210a64010001155cc00002fe0000000000000000", VERDICT_CHECKSUM, CKSUM_PSEUDO},
        {"the sum is over the message only", "192.0.2.1", "224.0.0.18", "310a64010064a791c00002fec00002fd", VERDICT_OK,
         CKSUM_MESSAGE},
        {"or over all", "192.0.2.1", "224.0.0.18", "310a64010064e493c00002fec00002fd", VERDICT_OK, CKSUM_MESSAGE},
        {"or over all with its pseudo-header", "192.0.2.1", "224.0.0.18", "310a6401006441ffc00002fec00002fd",
         VERDICT_OK, CKSUM_PSEUDO},
        {"neither, with more bytes", "192.0.2.1", "224.0.0.18", "310a640100641111c00002fec00002fd", VERDICT_CHECKSUM,
         CKSUM_NONE},
        {"the wrong form over all is named", "fe80::1", "ff02::12",
         "310a640200643d4cfe80000000000000000000000000000a20010db80000000000000000000000fe00000001", VERDICT_CHECKSUM,
         CKSUM_MESSAGE},
        {"draft-cassen-vrrp-auth-hmac, appendix: the trailer is outside the sum in IPv4", "198.51.100.10", "224.0.0.18",
         "3133c80100644402c0000264 010100006800000080000000 1b84bc4e8e43892dc6d98448f8ee2265", VERDICT_OK,
         CKSUM_MESSAGE},
        {"draft-cassen-vrrp-auth-hmac, appendix: and inside it in IPv6", "fe80::10", "fe80::20",
         "3133c8010064a2e9 fe800000000000000000000000000100 010100006800000080000000 c8c56146ebfd66ee10ec4d8186461b78",
         VERDICT_OK, CKSUM_PSEUDO},
        {"RFC 9568 5.2.8: IPv6 pseudo-header", "fe80::1", "ff02::12",
         "310a640200643f1efe80000000000000000000000000000a20010db80000000000000000000000fe", VERDICT_OK, CKSUM_PSEUDO},
        {"RFC 9568 5.2.8: IPv6, the message is not enough", "fe80::1", "ff02::12",
         "310a640200643d4dfe80000000000000000000000000000a20010db80000000000000000000000fe", VERDICT_CHECKSUM,
         CKSUM_MESSAGE},
    };
    for (size_t n = 0; n < nitems(rows); n++) {
        uint8_t bytes[MESSAGE_BYTES];
        size_t length = hex_bytes(bytes, sizeof bytes, rows[n].hex);
        struct advert a = arrived(rows[n].src, rows[n].dst);
        enum verdict v = packet_decode(&a, bytes, length);
        bool trailer = strncmp(rows[n].rule, "draft", 5) == 0;
        assert_int_equal(a.auth, trailer ? AUTH_HMAC : AUTH_NONE);
        if (v != rows[n].verdict || a.cksum != rows[n].form || !(a.has & HAS_CKSUM))
            fail_msg("%s: %s, %s", rows[n].rule, verdict_name(v), cksum_form_name(a.cksum));
    }
}

static void test_authentication(void **state)
{
    (void)state;
    uint8_t bytes[MESSAGE_BYTES];
    static const struct {
        const char *hex;
        enum auth_type auth;
    } rows[] = {
        {"310a640100640000c00002fe", AUTH_NONE},
        {"310a640100640000c00002fe01010000684ee1800000000000000000000000000000000000000000", AUTH_HMAC},
        {"210a640100010000c00002fe0000000000000000", AUTH_NONE},
        {"210a640101010000c00002fe7333637233740000", AUTH_PASS},
    };
    for (size_t n = 0; n < nitems(rows); n++) {
        size_t length = hex_bytes(bytes, sizeof bytes, rows[n].hex);
        set_checksum(bytes, length);
        struct advert a = arrived("192.0.2.1", "224.0.0.18");
        assert_int_equal(packet_decode(&a, bytes, length), VERDICT_OK);
        assert_true(a.has & HAS_AUTH);
        assert_int_equal(a.auth, rows[n].auth);
        assert_int_equal(a.flags, 0);
        assert_false(a.auth_ok);
    }
    /* RFC 2338 5.3.6.3: type 2 in an AH, which was found before. */
    size_t length = hex_bytes(bytes, sizeof bytes, "210a640102010000c00002fe0000000000000000");
    set_checksum(bytes, length);
    struct advert a = arrived("192.0.2.1", "224.0.0.18");
    a.has |= HAS_AUTH | HAS_SEQ;
    a.auth = AUTH_AH;
    a.seq = 7;
    assert_int_equal(packet_decode(&a, bytes, length), VERDICT_OK);
    assert_int_equal(a.auth, AUTH_AH);
    assert_int_equal(a.seq, 7);
}

/* Of a message that is cut, what is there is told; never more. */
static void test_fields_of_a_short_message(void **state)
{
    (void)state;
    static const unsigned grows[] = {0,
                                     HAS_VERSION,
                                     HAS_VERSION | HAS_VRID,
                                     HAS_VERSION | HAS_VRID | HAS_PRIO,
                                     HAS_VERSION | HAS_VRID | HAS_PRIO,
                                     HAS_VERSION | HAS_VRID | HAS_PRIO};
    uint8_t bytes[MESSAGE_BYTES];
    assert_int_equal(hex_bytes(bytes, sizeof bytes, "210a64020101e9dbc00002fec00002fd7333637233740000"), 24);
    for (size_t length = 0; length < 24; length++) {
        struct advert a = arrived("192.0.2.1", "224.0.0.18");
        uint8_t *copy = malloc(length + 1); /* so that a read behind the end is seen */
        assert_non_null(copy);
        memcpy(copy, bytes, length);
        assert_int_equal(packet_decode(&a, copy, length), VERDICT_SHORT);
        unsigned has = length < nitems(grows) ? grows[length] : grows[5] | HAS_INTERVAL;
        if (length >= 16)
            has |= HAS_ADDRESSES;
        assert_int_equal(a.has, HAS_IP | has);
        free(copy);
    }
}

static void test_values(void **state)
{
    (void)state;
    uint8_t bytes[MESSAGE_BYTES];
    size_t length = hex_bytes(bytes, sizeof bytes, "31fffe02ffff0000c00002fec00002fd");
    set_checksum(bytes, length);
    struct advert a = arrived("192.0.2.1", "224.0.0.18");
    assert_int_equal(packet_decode(&a, bytes, length), VERDICT_OK);
    assert_int_equal(a.version, 3);
    assert_int_equal(a.type, 1);
    assert_int_equal(a.vrid, 255);
    assert_int_equal(a.prio, 254);
    assert_int_equal(a.interval, 40950 * MILLISECOND); /* RFC 9568 5.2.7: 12 bits */
    assert_int_equal(a.flags, FLAG_RESERVE);
    assert_int_equal(a.count, 2);
    assert_ptr_equal(a.addresses, bytes + 8);

    length = hex_bytes(bytes, sizeof bytes, "210a640100ff0000c00002fe0000000000000000");
    set_checksum(bytes, length);
    a = arrived("192.0.2.1", "224.0.0.18");
    assert_int_equal(packet_decode(&a, bytes, length), VERDICT_OK);
    assert_int_equal(a.interval, 255 * SECOND); /* RFC 3768 5.3.7: seconds */
}

/* RFC 3768 is of IPv4 only. */
static void test_version_2_in_ipv6(void **state)
{
    (void)state;
    struct advert a = arrived("fe80::1", "ff02::12");
    uint8_t bytes[MESSAGE_BYTES];
    size_t length = hex_bytes(bytes, sizeof bytes, "210a640100010000fe80000000000000000000000000000a0000000000000000");
    assert_int_equal(packet_decode(&a, bytes, length), VERDICT_VERSION);
}

static void test_carp(void **state)
{
    (void)state;
    uint8_t bytes[48] = {0x21, 10, 0, 7};
    assert_true(packet_is_carp(bytes, 36));
    assert_false(packet_is_carp(bytes, 44)); /* VRRPv2 with 7 addresses */
    assert_false(packet_is_carp(bytes, 35));
    assert_false(packet_is_carp(bytes, 0));
    bytes[3] = 5; /* VRRPv2 with 5 addresses: 36 bytes */
    assert_false(packet_is_carp(bytes, 36));
    bytes[3] = 7;
    bytes[0] = 0x31; /* VRRPv3 with 7 addresses: 36 bytes */
    assert_false(packet_is_carp(bytes, 36));
}

static void test_names(void **state)
{
    (void)state;
    static const char *const verdicts[] = {"ok",       "proto",     "fragment",        "src",           "dst",
                                           "ttl",      "carp",      "version",         "type",          "short",
                                           "checksum", "vrid-zero", "addr-count-zero", "interval-zero", "auth-type",
                                           "auth"};
    assert_int_equal(nitems(verdicts), VERDICT_AUTH + 1);
    for (enum verdict v = VERDICT_OK; v <= VERDICT_AUTH; v++)
        assert_string_equal(verdict_name(v), verdicts[v]);
    static const char *const forms[] = {"none", "message", "pseudo", "both", "legacy-unicast"};
    for (enum cksum_form f = CKSUM_NONE; f <= CKSUM_LEGACY_UNICAST; f++)
        assert_string_equal(cksum_form_name(f), forms[f]);
    static const char *const auths[] = {"none", "pass", "ah", "hmac"};
    for (enum auth_type t = AUTH_NONE; t <= AUTH_HMAC; t++)
        assert_string_equal(auth_type_name(t), auths[t]);
    static const char *const flags[] = {"trailing", "reserve",   "v6-first-not-ll", "v6-src-not-ll", "unicast",
                                        "ttl-low",  "auth-data", "src-mac",         "dst-mac"};
    for (size_t n = 0; n < nitems(flags); n++)
        assert_string_equal(advert_flag_name((enum advert_flag)(1 << n)), flags[n]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_checksum_forms),
        cmocka_unit_test(test_authentication),
        cmocka_unit_test(test_fields_of_a_short_message),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_version_2_in_ipv6),
        cmocka_unit_test(test_carp),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
