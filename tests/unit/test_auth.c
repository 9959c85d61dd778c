/* Keys, what is signed with them, and who is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/auth_sign.h"
#include "core/auth_verify.h"
#include "tests/tools/vectors.h"

#define KEY32   "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define OTHER32 "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define HMAC1   "key vrid=51 type=hmac id=1 hex=" KEY32
#define EVER    " anti-replay=monotonic"
enum { PACKET_BYTES = 512 };
#define NS INT64_C(1000000000)

static const struct siphash_key random_key = {{1, 2}};

/* --- Packets: IP, and from where the message begins. --- */

/* From 198.51.100.10 to the group, VRID 51, priority 200, 192.0.2.100: 20 and 12 bytes, or 20 and 20. */
#define IP4(total, id, src, dst) "45c0" total id "0000ff700000" src dst
#define SRC4                     "c633640a"
#define GROUP4                   "e0000012"
#define V3                       "3133c80100644402c0000264"
#define V2                       "2133c80100010000c0000264 0000000000000000"
/* draft-cassen-vrrp-auth-hmac, appendix: the trailer of 0x68000000, half a second, by the key 00..1f. IPv6 from fe80::10
 * to fe80::20, fe80::100. */
#define TRAILER4              "010100006800000080000000 1b84bc4e8e43892dc6d98448f8ee2265"
#define TRAILER6              "010100006800000080000000 c8c56146ebfd66ee10ec4d8186461b78"
#define IP6(length, src, dst) "6c000000" length "70ff" src dst
#define SRC6                  "fe800000000000000000000000000010"
#define DST6                  "fe800000000000000000000000000020"
#define V3_6                  "3133c8010064a2e9 fe800000000000000000000000000100"
#define DRAFT4                IP4("003c", "0001", SRC4, GROUP4) V3 TRAILER4
#define DRAFT6                IP6("0034", SRC6, DST6) V3_6 TRAILER6
#define DRAFT_TIME            (INT64_C(0x68000000) * NS + NS / 2)

static void add_key(struct auth_keys *keys, const char *text)
{
    struct line l;
    struct span where;
    assert_int_equal(line_parse(&l, text, strlen(text), &where), LINE_OK);
    const char *wrong = auth_keys_add(keys, &l, &where);
    if (wrong)
        fail_msg("%s: %s", text, wrong);
}

struct lab {
    struct auth_keys *keys;
    struct auth_verifier *verifier;
    uint8_t packet[PACKET_BYTES];
    size_t length;
};

static void lab_open(struct lab *l, const char *first, const char *second)
{
    *l = (struct lab){.keys = auth_keys_new()};
    add_key(l->keys, first);
    if (second)
        add_key(l->keys, second);
    l->verifier = auth_verifier_new(l->keys, &random_key);
    assert_non_null(l->verifier);
}

static void lab_close(struct lab *l)
{
    auth_verifier_free(l->verifier);
    auth_keys_free(l->keys);
}

/* "ok", "unchecked", "wrong", "again" (right, but not now), or another verdict. */
static const char *judged_on(struct lab *l, const char *ifname, enum direction dir, int64_t ns)
{
    uint8_t *exact = malloc(l->length); /* so that a read behind the end is seen */
    assert_non_null(exact);
    memcpy(exact, l->packet, l->length);
    struct sighting s = {{ns}, LINK_RAW, dir, ifname, exact, l->length};
    struct frame f;
    frame_decode(&f, LINK_RAW, exact, l->length);
    if (f.kind == FRAME_ADVERT)
        auth_verify(l->verifier, &s, &f);
    free(exact);
    if (f.kind == FRAME_ADVERT)
        return f.advert.auth == AUTH_NONE ? "none" : f.advert.auth_ok ? "ok" : "unchecked";
    if (f.kind == FRAME_BAD && f.verdict == VERDICT_AUTH)
        return f.advert.auth_ok ? "again" : "wrong";
    return verdict_name(f.verdict);
}

static const char *judged(struct lab *l, int64_t ns)
{
    return judged_on(l, "eth0", DIR_IN, ns);
}

static void set_packet(struct lab *l, const char *hex)
{
    l->length = hex_bytes(l->packet, sizeof l->packet, hex);
    assert_int_not_equal(l->length, SIZE_MAX);
}

static void sign(struct lab *l, const char *hex, enum auth_type type, uint32_t seq, int64_t ns)
{
    set_packet(l, hex);
    uint8_t af = l->packet[0] >> 4;
    uint8_t vrid = l->packet[af == 4 ? 21 : 41];
    struct auth_key *key = auth_keys_signing(l->keys, "eth0", af, vrid, type);
    assert_non_null(key);
    l->length = auth_sign(l->packet, l->length, sizeof l->packet, key, seq, (stamp){ns});
    assert_int_not_equal(l->length, 0);
}

/* --- --- */

static void test_draft(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *hex, *key, *expected;
        int64_t time;
    } rows[] = {
        {"IPv4 of the appendix", DRAFT4, HMAC1, "ok", DRAFT_TIME},
        {"IPv6 of the appendix", DRAFT6, HMAC1, "ok", DRAFT_TIME},
        {"within the window, later", DRAFT4, HMAC1, "ok", DRAFT_TIME + 5 * NS},
        {"within the window, sooner", DRAFT4, HMAC1, "ok", DRAFT_TIME - 5 * NS},
        {"too old", DRAFT4, HMAC1, "again", DRAFT_TIME + 6 * NS},
        {"too new", DRAFT4, HMAC1, "again", DRAFT_TIME - 6 * NS},
        {"the window is a key's", DRAFT4, HMAC1 " time-window=60s", "ok", DRAFT_TIME + 60 * NS},
        {"and over", DRAFT4, HMAC1 " time-window=60s", "again", DRAFT_TIME + 61 * NS},
        {"or there is none", DRAFT4, HMAC1 EVER, "ok", 1},
        {"another key", DRAFT6, "key vrid=51 type=hmac id=1 hex=" OTHER32, "wrong", DRAFT_TIME},
        {"another number", DRAFT6, "key vrid=51 type=hmac id=2 hex=" KEY32, "wrong", DRAFT_TIME},
        {"of another virtual router", DRAFT6, "key vrid=52 type=hmac id=1 hex=" KEY32, "unchecked", DRAFT_TIME},
        {"of another family", DRAFT6, HMAC1 " af=4", "unchecked", DRAFT_TIME},
        {"of another interface", DRAFT6, HMAC1 " if=eth1", "unchecked", DRAFT_TIME},
        {"of this interface", DRAFT6, HMAC1 " if=eth0 af=6", "ok", DRAFT_TIME},
        {"another source address",
         IP6("0034", "fe800000000000000000000000000020", "fe800000000000000000000000000010") V3_6 TRAILER6, HMAC1,
         "wrong", DRAFT_TIME},
    };
    for (size_t n = 0; n < nitems(rows); n++) {
        struct lab l;
        lab_open(&l, rows[n].key, NULL);
        set_packet(&l, rows[n].hex);
        const char *what = judged(&l, rows[n].time);
        if (strcmp(what, rows[n].expected) != 0)
            fail_msg("%s: %s where %s was due", rows[n].rule, what, rows[n].expected);
        lab_close(&l);
    }
}

/* The checksum of IPv6 covers all, that of IPv4 the message: set right again, so that the trailer has to tell. */
static void repair(struct lab *l)
{
    bool is4 = l->packet[0] >> 4 == 4;
    size_t header = is4 ? 20 : 40;
    uint32_t sum = is4 ? 0 : (uint32_t)(l->length - header) + VRRP_PROTOCOL;
    l->packet[header + 6] = l->packet[header + 7] = 0;
    for (size_t i = is4 ? header : 8; i < (is4 ? header + 12 : l->length); i++)
        sum += i % 2 == 0 ? (uint32_t)l->packet[i] << 8 : l->packet[i];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    l->packet[header + 6] = (uint8_t)(~sum >> 8);
    l->packet[header + 7] = (uint8_t)~sum;
}

/* One bit of each byte of the message and its trailer: none of them but the checksum may change. */
static void test_each_byte_counts(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        size_t header, message, address;
    } rows[] = {{DRAFT4, 20, 12, 16}, {DRAFT6, 40, 24, 23}};
    for (size_t n = 0; n < nitems(rows); n++)
        for (size_t i = 0; i < rows[n].message + TRAILER_BYTES; i++) {
            struct lab l;
            if (i == 0 || i == 1 || i == 3 || i == 6 || i == 7 ||
                i == rows[n].message) /* another packet, or no trailer */
                continue;
            lab_open(&l, HMAC1 EVER, NULL);
            set_packet(&l, rows[n].hex);
            l.packet[rows[n].header + i] ^= 1;
            repair(&l);
            const char *what = judged(&l, DRAFT_TIME);
            if (strcmp(what, "wrong") != 0)
                fail_msg("byte %zu: %s", i, what);
            lab_close(&l);
        }
}

static void test_replay_of_trailers(void **state)
{
    (void)state;
    const char *packet = IP4("0020", "0001", SRC4, GROUP4) V3;
    int64_t now = INT64_C(1800000000) * NS;
    struct lab l, other;
    lab_open(&l, HMAC1, NULL);
    lab_open(&other, HMAC1, NULL);
    sign(&other, packet, AUTH_HMAC, 0, now);
    l.length = other.length;
    memcpy(l.packet, other.packet, other.length);
    assert_string_equal(judged(&l, now), "ok");
    assert_string_equal(judged(&l, now + NS / 2000), "ok"); /* a mirror port */
    assert_string_equal(judged(&l, now + NS / 100), "again");
    assert_string_equal(judged_on(&l, "eth1", DIR_IN, now + NS / 100), "ok"); /* a sender of each interface */
    assert_string_equal(judged_on(&l, "eth0", DIR_OUT, now + NS / 100), "ok");
    /* a clock that stands still: the counter goes on */
    sign(&other, packet, AUTH_HMAC, 0, now);
    l.length = other.length;
    memcpy(l.packet, other.packet, other.length);
    assert_int_equal(l.packet[20 + 12 + 11], 1);
    assert_string_equal(judged(&l, now + NS / 100), "ok");
    /* set back by less than the window: still the counter; by more: its new time, and who listens has forgotten by then */
    sign(&other, packet, AUTH_HMAC, 0, now - 4 * NS);
    assert_int_equal(other.packet[20 + 12 + 11], 2);
    sign(&other, packet, AUTH_HMAC, 0, now - 60 * NS);
    l.length = other.length;
    memcpy(l.packet, other.packet, other.length);
    assert_int_equal(other.packet[20 + 12 + 11], 0);
    assert_string_equal(judged(&l, now + NS), "again");
    assert_string_equal(judged(&l, now - 60 * NS), "ok");
    lab_close(&l);
    lab_close(&other);
}

/* Without a window the mark stays, and what is signed grows whatever the clock does. */
static void test_monotonic(void **state)
{
    (void)state;
    const char *packet = IP6("0018", SRC6, DST6) V3_6;
    int64_t now = INT64_C(1800000000) * NS;
    struct lab l;
    lab_open(&l, HMAC1 EVER, NULL);
    sign(&l, packet, AUTH_HMAC, 0, now);
    assert_string_equal(judged(&l, 7200 * NS), "ok");
    assert_string_equal(judged(&l, 9000 * NS), "again");
    sign(&l, packet, AUTH_HMAC, 0, now - 7200 * NS);
    assert_string_equal(judged(&l, 9000 * NS), "ok");
    lab_close(&l);
}

static void test_pass(void **state)
{
    (void)state;
    const char *packet = IP4("0028", "0001", SRC4, GROUP4) V2;
    struct lab l;
    lab_open(&l, "key vrid=51 type=pass secret=s3cr3t", "key vrid=51 type=pass secret=12345678");
    sign(&l, packet, AUTH_PASS, 0, 1);
    assert_int_equal(l.length, 40);
    assert_memory_equal(l.packet + 32, "s3cr3t\0\0", 8); /* the first signs */
    assert_string_equal(judged(&l, 1), "ok");
    assert_string_equal(judged(&l, 2), "ok"); /* nothing tells the one from the other */
    lab_close(&l);
    struct lab with_second;
    lab_open(&with_second, "key vrid=51 type=pass secret=12345678", NULL);
    sign(&with_second, packet, AUTH_PASS, 0, 1);
    lab_open(&l, "key vrid=51 type=pass secret=s3cr3t", "key vrid=51 type=pass hex=3132333435363738");
    l.length = with_second.length;
    memcpy(l.packet, with_second.packet, l.length);
    assert_string_equal(judged(&l, 1), "ok"); /* any verifies */
    lab_close(&l);
    lab_open(&l, "key vrid=51 type=pass secret=1234567", NULL);
    l.length = with_second.length;
    memcpy(l.packet, with_second.packet, l.length);
    assert_string_equal(judged(&l, 1), "wrong");
    lab_close(&l);
    /* keys of another type say nothing of this one */
    lab_open(&l, "key vrid=51 type=ah secret=12345678", NULL);
    l.length = with_second.length;
    memcpy(l.packet, with_second.packet, l.length);
    assert_string_equal(judged(&l, 1), "unchecked");
    lab_close(&l);
    lab_close(&with_second);
}

#define AH_KEY "key vrid=51 type=ah secret=s3cr3t"

static void test_ah(void **state)
{
    (void)state;
    const char *packet = IP4("0028", "1234", SRC4, GROUP4) V2;
    struct lab l;
    lab_open(&l, AH_KEY, NULL);
    sign(&l, packet, AUTH_AH, 1795000000, 1);
    assert_int_equal(l.length, 64);
    assert_int_equal(l.packet[9], 51);
    assert_memory_equal(l.packet + 20,
                        "\x70\x04\x00\x00"
                        "\xc6\x33\x64\x0a"
                        "\x6a\xfd\x86\xc0",
                        12);
    assert_int_equal(l.packet[44 + 4], 2);
    assert_string_equal(judged(&l, 1), "ok");
    assert_string_equal(judged(&l, NS), "again");
    sign(&l, packet, AUTH_AH, 1794999999, 1);
    assert_string_equal(judged(&l, NS), "again");
    sign(&l, packet, AUTH_AH, 1795000001, 1);
    assert_string_equal(judged(&l, NS), "ok");
    /* what routers may change does not count, all else does */
    for (size_t i = 0; i < l.length; i++) {
        static const struct {
            size_t from, to;
        } other_rules[] = {{0, 0}, {2, 3}, {6, 9}, {16, 19}, {20, 21}, {44, 47}, {48, 51}};
        bool skip = false;
        for (size_t n = 0; n < nitems(other_rules); n++)
            skip = skip || (i >= other_rules[n].from && i <= other_rules[n].to);
        if (skip)
            continue;
        sign(&l, packet, AUTH_AH, 1795000002 + (uint32_t)i, 1);
        l.packet[i] ^= 1;
        const char *what = judged(&l, NS), *due = i == 1 || i == 10 || i == 11 ? "ok" : i >= 52 ? "checksum" : "wrong";
        if (strcmp(what, due) != 0)
            fail_msg("byte %zu: %s where %s was due", i, what, due);
    }
    lab_close(&l);
}

/* TTL counts for a group, and not for a peer some hops away. */
static void test_ah_of_a_peer(void **state)
{
    (void)state;
    struct lab l;
    lab_open(&l, AH_KEY, NULL);
    sign(&l, IP4("0028", "1234", SRC4, "c0000202") V2, AUTH_AH, 7, 1);
    l.packet[8] = 250;
    assert_string_equal(judged(&l, 1), "ok");
    lab_close(&l);
}

/* What keepalived 2.2.7 has sent, with the password s3cr3t. */
static void test_ah_of_keepalived(void **state)
{
    (void)state;
    static const char sent[] =
        "45c0004000020000ff3318b4 c0000202 e0000012 70040000 c0000202 00000002 35e3e411f3cb3e4b8ab9d099"
        "2133960102018465 c0000264 0000000000000000";
    struct lab l;
    lab_open(&l, AH_KEY, NULL);
    set_packet(&l, sent);
    assert_string_equal(judged(&l, NS), "ok");
    lab_close(&l);
    /* and the same is what we make of the same message */
    lab_open(&l, AH_KEY, NULL);
    sign(&l, "45c0002800020000ff700000 c0000202 e0000012 2133960100010000 c0000264 0000000000000000", AUTH_AH, 2, 1);
    uint8_t bytes[PACKET_BYTES];
    assert_int_equal(hex_bytes(bytes, sizeof bytes, sent), l.length);
    assert_memory_equal(l.packet, bytes, l.length);
    lab_close(&l);
}

/* Who has no key is remembered by nobody: the one who has is not driven out, however many they are. */
static void test_flood(void **state)
{
    (void)state;
    struct lab l;
    lab_open(&l, AH_KEY, NULL);
    sign(&l, IP4("0028", "0001", SRC4, GROUP4) V2, AUTH_AH, 1000, 1);
    assert_string_equal(judged(&l, NS), "ok");
    for (uint32_t i = 0; i < 100000; i++) {
        l.packet[12] = 10;
        memcpy(l.packet + 13, &i, 3);
        assert_string_not_equal(judged(&l, NS + i), "ok");
    }
    sign(&l, IP4("0028", "0001", SRC4, GROUP4) V2, AUTH_AH, 1000, 1);
    assert_string_equal(judged(&l, 2 * NS), "again");
    lab_close(&l);
}

static void test_more_senders_than_places(void **state)
{
    (void)state;
    struct lab l;
    lab_open(&l, AH_KEY, NULL);
    for (uint32_t i = 1; i < 30000; i++) {
        char hex[256];
        snprintf(hex, sizeof hex, IP4("0028", "0001", "0a%06x", GROUP4) V2, i);
        sign(&l, hex, AUTH_AH, 5, 1);
        assert_string_equal(judged(&l, i), "ok");
    }
    assert_string_equal(judged(&l, NS), "again");
    lab_close(&l);
}

static void test_cannot_be_signed(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *key, *hex;
        enum auth_type type;
        size_t room;
    } rows[] = {
        {"a trailer behind version 2", HMAC1, IP4("0028", "0001", SRC4, GROUP4) V2, AUTH_HMAC, PACKET_BYTES},
        {"a password in version 3", "key vrid=51 type=pass secret=a", IP4("0020", "0001", SRC4, GROUP4) V3, AUTH_PASS,
         PACKET_BYTES},
        {"no room", HMAC1, IP4("0020", "0001", SRC4, GROUP4) V3, AUTH_HMAC, 32 + 27},
        {"nothing", HMAC1, "45000014", AUTH_HMAC, PACKET_BYTES},
    };
    for (size_t n = 0; n < nitems(rows); n++) {
        struct lab l;
        lab_open(&l, rows[n].key, NULL);
        set_packet(&l, rows[n].hex);
        struct auth_key *key = auth_keys_signing(l.keys, "", 4, 51, rows[n].type);
        if (auth_sign(l.packet, l.length, rows[n].room, key, 1, (stamp){1}) != 0)
            fail_msg("%s", rows[n].rule);
        lab_close(&l);
    }
}

static void test_lines(void **state)
{
    (void)state;
    static const struct {
        const char *line, *word, *reason;
    } rows[] = {
        {"vr vrid=51 type=pass secret=a", "", "not a key line"},
        {"key type=pass secret=a", "", "vrid is missing: 1..255"},
        {"key vrid=51 secret=a", "", "type is missing: pass, ah or hmac"},
        {"key vrid=51 type=pass", "", "secret or hex is missing"},
        {"key vrid=0 type=pass secret=a", "vrid=0", "vrid: 1..255"},
        {"key vrid=51 type=md5 secret=a", "type=md5", "type: pass, ah or hmac"},
        {"key vrid=51 type=none secret=a", "type=none", "type: pass, ah or hmac"},
        {"key vrid=51 type=pass secret=123456789", "", "secret: of pass and ah 1 to 8 bytes"},
        {"key vrid=51 type=hmac id=1 secret=123456789", "", "secret: of hmac 32 to 64 bytes"},
        {"key vrid=51 type=hmac hex=" KEY32, "", "id is missing: of hmac 1..255"},
        {"key vrid=51 type=hmac id=0 hex=" KEY32, "id=0", "id: 1..255"},
        {"key vrid=51 type=hmac id=1 hex=0" KEY32, "hex", "pairs of hexadecimal digits, at most 64"},
        {"key vrid=51 type=hmac id=1 hex=0x" KEY32, "hex", "pairs of hexadecimal digits, at most 64"},
        {"key vrid=51 type=hmac id=1 hex=" KEY32 KEY32 "00", "hex", "pairs of hexadecimal digits, at most 64"},
        {"key vrid=51 type=hmac id=1 secret=a%00b", "secret", "at most 64 bytes"},
        {"key vrid=51 type=pass hex=61 secret=a", "", "secret and hex: one of them"},
        {"key vrid=51 type=pass secret=a id=1", "", "id, anti-replay and time-window are of hmac"},
        {"key vrid=51 type=pass secret=a af=6", "", "af: pass and ah are of VRRPv2, which is of IPv4"},
        {HMAC1 EVER " time-window=5s", "", "time-window: anti-replay=monotonic has none"},
        {HMAC1 " time-window=0s", "time-window=0s", "time-window: 1s..300s"},
        {HMAC1 " time-window=301s", "time-window=301s", "time-window: 1s..300s"},
        {HMAC1 " anti-replay=never", "anti-replay=never", "anti-replay: time or monotonic"},
        {HMAC1 " pass=hunter2", "",
         "an unknown key: if, af, vrid, type, id, secret, hex, anti-replay and time-window are known"},
        {HMAC1 " if=a/b", "if=a/b", "an interface's name: 1..15 bytes without / : or blank"},
        {HMAC1 " if=eth1", "", "id: another key of this virtual router has it"},
    };
    struct auth_keys *keys = auth_keys_new();
    add_key(keys, HMAC1);
    add_key(keys, "key vrid=52 type=hmac id=1 if=eth0 hex=" KEY32);
    add_key(keys, "key vrid=52 type=hmac id=1 if=eth1 hex=" KEY32);
    add_key(keys, "key vrid=52 type=hmac id=2 if=eth1 af=4 hex=" KEY32);
    add_key(keys, "key vrid=52 type=hmac id=2 if=eth1 af=6 hex=" KEY32);
    for (size_t n = 0; n < nitems(rows); n++) {
        struct line l;
        struct span where;
        assert_int_equal(line_parse(&l, rows[n].line, strlen(rows[n].line), &where), LINE_OK);
        const char *reason = auth_keys_add(keys, &l, &where);
        if (!reason || strcmp(reason, rows[n].reason) != 0 || !span_is(where, rows[n].word))
            fail_msg("%s: %.*s: %s", rows[n].line, (int)where.len, where.at, reason ? reason : "taken");
    }
    assert_int_equal(auth_keys_count(keys), 5);
    assert_null(auth_keys_signing(keys, "eth0", 4, 51, AUTH_PASS));
    assert_null(auth_keys_signing(keys, "eth2", 4, 52, AUTH_HMAC));
    assert_non_null(auth_keys_signing(keys, "eth1", 6, 52, AUTH_HMAC));
    auth_keys_free(keys);
}

/* A file may be wrong in any way: what is shown of it is never a secret. */
static void test_shown(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"vrid=0", "vrid=0"},     {"secret=hunter2", "secret"}, {"hex=xyz", "hex"}, {"secret", "secret"},
        {"hunter2", ""},          {"password=hunter2", ""},     {"=hunter2", ""},   {"", ""},
        {"type=md5", "type=md5"}, {"vridhunter2=", ""},
    };
    for (size_t n = 0; n < nitems(rows); n++) {
        struct span shown = auth_keys_shown((struct span){rows[n][0], strlen(rows[n][0])});
        assert_true(span_is(shown, rows[n][1]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draft),
        cmocka_unit_test(test_each_byte_counts),
        cmocka_unit_test(test_replay_of_trailers),
        cmocka_unit_test(test_monotonic),
        cmocka_unit_test(test_pass),
        cmocka_unit_test(test_ah),
        cmocka_unit_test(test_ah_of_a_peer),
        cmocka_unit_test(test_ah_of_keepalived),
        cmocka_unit_test(test_flood),
        cmocka_unit_test(test_more_senders_than_places),
        cmocka_unit_test(test_cannot_be_signed),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
