/* From frames down to the VRRP message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/tools/frames.h"
#include "tests/tools/vectors.h"

static void test_vectors(void **state)
{
    (void)state;
    static struct vector v;
    size_t count = 0;
    FILE *file = fopen(VECTORS_PATH, "r");
    assert_non_null(file);
    for (; vector_read(file, &v); count++) {
        struct frame f;
        char rule[128];
        snprintf(rule, sizeof rule, "%s %s", v.id, v.what);
        decode_exact(&f, LINK_ETHERNET, v.frame, v.frame_length);
        expect_frame(rule, &f, v.expected);
    }
    fclose(file);
    assert_int_equal(count, VECTORS);
}

/* Cut anywhere: what is left of it is never an advertisement, unless only the padding of the frame is missing. */
static void test_vectors_cut(void **state)
{
    (void)state;
    static struct vector v;
    FILE *file = fopen(VECTORS_PATH, "r");
    assert_non_null(file);
    while (vector_read(file, &v)) {
        struct frame whole, f;
        decode_exact(&whole, LINK_ETHERNET, v.frame, v.frame_length);
        bool six = v.frame[12] == 0x86;
        size_t end = six ? 54u + v.frame[19] : 14u + v.frame[17];
        for (size_t length = 0; length <= v.frame_length; length++) {
            decode_exact(&f, LINK_ETHERNET, v.frame, length);
            const char *rule = v.id;
            if (length >= end && (f.kind != whole.kind || f.verdict != whole.verdict))
                fail_msg("%s: padding matters at %zu", rule, length);
            if (length < end && f.kind == FRAME_ADVERT)
                fail_msg("%s: valid at %zu of %zu bytes", rule, length, end);
            if (length < (six ? 21u : 24u) && f.kind != FRAME_FOREIGN)
                fail_msg("%s: told of at %zu bytes", rule, length);
            if (length >= (six ? 54u : 34u) && f.kind == FRAME_FOREIGN)
                fail_msg("%s: not told of at %zu bytes", rule, length);
        }
    }
    fclose(file);
}

static void test_ip_rules(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"RFC 9568 5.1.1: all as it should be", ETH4 IP4("0020", "70") V3,
         "advert af=4 src=192.0.2.1 dst=224.0.0.18 ttl=255 smac=00:00:5e:00:01:0a dmac=01:00:5e:00:00:12 ver=3 type=1 "
         "vrid=10 prio=100 interval=1s cksum=pseudo auth=none ip=192.0.2.254 flags=- seq=- dir=- vlan=- ifindex=-"},
        {"RFC 9568 5.1.2: IPv6", ETH6 IP6("0028", "70") V6,
         "advert af=6 src=fe80::1 dst=ff02::12 ttl=255 ver=3 cksum=pseudo auth=none flags=- ip=fe80::a,2001:db8::fe"},
        {"RFC 3768 5.2: version 2", ETH4 IP4("0028", "70") V2, "advert ver=2 interval=1s cksum=message auth=none"},
        {"RFC 9568 5.1.1.4: another protocol to the group", ETH4 IP4("0020", "11") V3, "bad why=proto vrid=- ver=-"},
        {"ICMP to the group", ETH4 IP4("0020", "01") V3, "bad why=proto"},
        {"RFC 9568 5.1.2.4: another protocol to the group, IPv6", ETH6 IP6("0028", "11") V6, "bad why=proto"},
        {"RFC 2236: membership of the group", ETH4 IP4("0020", "02") V3, "foreign"},
        {"RFC 2710: membership of the group, IPv6", ETH6 IP6("0028", "3a") V6, "foreign"},
        {"the same behind a router alert", ETH6 IP6("0030", "00") "3a00050200000100" V6, "foreign"},
        {"ICMPv6 in IPv4 is no membership", ETH4 IP4("0020", "3a") V3, "bad why=proto"},
        {"IGMP in IPv6 is no membership", ETH6 IP6("0028", "02") V6, "bad why=proto"},
        {"another protocol to others", ETH4 IP4_TO("45", "0020", "0000", "ff", "11", "c0000202") V3, "foreign"},
        {"another protocol to another group", ETH4 IP4_TO("45", "0020", "0000", "ff", "11", "e0000002") V3, "foreign"},
        {"a fragment", ETH4 IP4_TO("45", "0020", "2000", "ff", "70", "e0000012") V3,
         "bad why=fragment vrid=10 prio=100"},
        {"a later fragment", ETH4 IP4_TO("45", "0020", "0001", "ff", "70", "e0000012") V3, "bad why=fragment vrid=-"},
        {"do not fragment is not a fragment", ETH4 IP4_TO("45", "0020", "4000", "ff", "70", "e0000012") V3, "advert"},
        {"a fragment of others", ETH4 IP4_TO("45", "0020", "2000", "ff", "11", "c0000202") V3, "foreign"},
        {"a fragment with another protocol: the protocol counts first",
         ETH4 IP4_TO("45", "0020", "2000", "ff", "11", "e0000012") V3, "bad why=proto"},
        {"source 0.0.0.0", ETH4 "45c0002000000000ff700000 00000000 e0000012" V3_MESSAGE, "bad why=src src=0.0.0.0"},
        {"source multicast", ETH4 "45c0002000000000ff700000 e0000012 e0000012" V3_MESSAGE, "bad why=src vrid=10"},
        {"source loopback", ETH4 "45c0002000000000ff700000 7f000001 e0000012" V3_MESSAGE, "bad why=src"},
        {"source broadcast", ETH4 "45c0002000000000ff700000 ffffffff e0000012" V3_MESSAGE, "bad why=src"},
        {"the source counts before TTL", ETH4 "45c000200000000001700000 00000000 e0000012" V3_MESSAGE, "bad why=src"},
        {"the fragment counts before the source", ETH4 "45c0002000002000ff700000 00000000 e0000012" V3_MESSAGE,
         "bad why=fragment"},
        {"source ::", ETH6 "6c000000002870ff 00000000000000000000000000000000" GROUP6 V6, "bad why=src"},
        {"source ::1", ETH6 "6c000000002870ff 00000000000000000000000000000001" GROUP6 V6, "bad why=src"},
        {"source not link-local", ETH6 "6c000000002870ff 20010db8000000000000000000000001" GROUP6 V6_GLOBAL,
         "advert flags=v6-src-not-ll"},
        {"another group", ETH4 IP4_TO("45", "0020", "0000", "ff", "70", "e0000005") V3_MESSAGE, "bad why=dst"},
        {"broadcast", ETH4 IP4_TO("45", "0020", "0000", "ff", "70", "ffffffff") V3_MESSAGE, "bad why=dst"},
        {"to nobody", ETH4 IP4_TO("45", "0020", "0000", "ff", "70", "00000000") V3_MESSAGE, "bad why=dst"},
        {"another group, IPv6", ETH6 IP6_TO("0028", "70", "ff", "ff020000000000000000000000000001") V6, "bad why=dst"},
        {"the destination counts before TTL", ETH4 IP4_TO("45", "0020", "0000", "01", "70", "e0000005") V3_MESSAGE,
         "bad why=dst"},
        {"RFC 9568 5.1.1.3: TTL", ETH4 IP4_TO("45", "0020", "0000", "fe", "70", "e0000012") V3,
         "bad why=ttl ttl=254 vrid=10 cksum=pseudo ip=192.0.2.254"},
        {"RFC 9568 5.1.2.3: hop limit", ETH6 IP6_TO("0028", "70", "01", GROUP6) V6, "bad why=ttl ttl=1"},
        {"TTL counts before CARP", ETH4 IP4_TO("45", "0038", "0000", "fe", "70", "e0000012") CARP, "bad why=ttl"},
        {"TTL counts before the version",
         ETH4 IP4_TO("45", "0020", "0000", "fe", "70", "e0000012") "41 0a640100649791c00002fe", "bad why=ttl"},
        {"unicast", ETH4 IP4_TO("45", "0020", "0000", "ff", "70", "c0000202") V3_MESSAGE, "advert flags=unicast"},
        {"unicast over hops", ETH4 IP4_TO("45", "0020", "0000", "fe", "70", "c0000202") V3_MESSAGE,
         "advert ttl=254 flags=unicast,ttl-low"},
        {"unicast IPv6", ETH6 IP6_TO("0028", "70", "3f", "fe800000000000000000000000000002") V6_UNICAST,
         "advert flags=unicast,ttl-low"},
        {"CARP", ETH4 IP4("0038", "70") CARP, "other proto=carp vrid=10 src=192.0.2.1 dst=224.0.0.18 ver=- prio=-"},
    };
    expect_rows(LINK_ETHERNET, rows, nitems(rows));
}

/* By the IP header's length, not the frame's. */
static void test_lengths(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"padding is not looked at", ETH4 IP4("0020", "70") V3 "ffffffffffffffff", "advert flags=-"},
        {"total length 0", ETH4 IP4("0000", "70") V3, "bad why=short vrid=-"},
        {"total length of the header", ETH4 IP4("0014", "70") V3, "bad why=short vrid=-"},
        {"total length beyond the frame", ETH4 IP4("0024", "70") V3, "bad why=short vrid=10 ip=192.0.2.254"},
        {"payload length beyond the frame", ETH6 IP6("0029", "70") V6, "bad why=short vrid=10"},
        {"payload length 0", ETH6 IP6("0000", "70") V6, "bad why=short vrid=-"},
        {"a bad version counts before what is cut", ETH4 IP4("0024", "70") "41 0a640100649791c00002fe",
         "bad why=version"},
        {"a wrong sum over a part is not told", ETH4 IP4("0024", "70") V3_BAD, "bad why=short cksum=-"},
        {"RFC 791 3.1: options", ETH4 IP4_TO("46", "0024", "0000", "ff", "70", "e0000012") "94040000" V3, "advert"},
        {"RFC 791 3.1: 40 bytes of options",
         ETH4 IP4_TO("4f", "0048", "0000", "ff", "70",
                     "e0000012") "0101010101010101010101010101010101010101 0101010101010101010101010101010101010101" V3,
         "advert"},
        {"options that are not there", ETH4 IP4_TO("4f", "0048", "0000", "ff", "70", "e0000012") V3, "bad why=short"},
        {"less than 5 words", ETH4 IP4_TO("44", "0020", "0000", "ff", "70", "e0000012") V3, "bad why=short vrid=-"},
        {"a header cut behind the protocol", ETH4 "45c0002000000000ff70",
         "bad why=short af=- src=- smac=00:00:5e:00:01:0a"},
        {"a header cut before it", ETH4 "45c0002000000000ff", "foreign"},
        {"of others, cut", ETH4 "45c0002000000000ff11", "foreign"},
        {"IPv6 cut behind the next header", ETH6 "6c000000002870", "bad why=short af=-"},
        {"a CARP packet that is cut", ETH4 IP4("0038", "70") "210a0007", "other proto=carp vrid=10"},
        {"cut before it is known", ETH4 IP4("0038", "70") "210a00", "bad why=short vrid=10"},
    };
    expect_rows(LINK_ETHERNET, rows, nitems(rows));
}

static void test_vlan_tags(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"IEEE 802.1Q", MACS "8100 000a 0800" IP4("0020", "70") V3, "advert vlan=10"},
        {"priority and DEI are not the id", MACS "8100 f00a 0800" IP4("0020", "70") V3, "advert vlan=10"},
        {"the largest id", MACS "8100 0ffe 0800" IP4("0020", "70") V3, "advert vlan=4094"},
        {"only a priority", MACS "8100 e000 0800" IP4("0020", "70") V3, "advert vlan=-"},
        {"the reserved id", MACS "8100 0fff 0800" IP4("0020", "70") V3, "advert vlan=-"},
        {"IEEE 802.1ad: the outermost", MACS "88a8 0064 8100 000a 0800" IP4("0020", "70") V3, "advert vlan=100"},
        {"two of one kind", MACS "8100 0002 8100 0003 86dd" IP6("0028", "70") V6, "advert vlan=2 af=6"},
        {"four", MACS "88a8 0001 88a8 0002 8100 0003 8100 0004 0800" IP4("0020", "70") V3, "advert vlan=1"},
        {"a tag that is cut", MACS "8100 000a 08", "foreign"},
        {"a tag and nothing", MACS "8100 000a 0800", "foreign"},
    };
    expect_rows(LINK_ETHERNET, rows, nitems(rows));
}

static void test_macs(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"RFC 9568 7.3: the address of another VRID", "01005e000012 00005e00010b 0800" IP4("0020", "70") V3,
         "advert flags=src-mac"},
        {"RFC 9568 7.3: the address of the other family", "01005e000012 00005e00020a 0800" IP4("0020", "70") V3,
         "advert flags=src-mac"},
        {"the interface's own", "01005e000012 525400000001 0800" IP4("0020", "70") V3, "advert flags=-"},
        {"RFC 1112 6.4: not the group's", "ffffffffffff 00005e00010a 0800" IP4("0020", "70") V3,
         "advert flags=dst-mac"},
        {"RFC 2464 7: not the group's", "333300000001 00005e00020a 86dd" IP6("0028", "70") V6, "advert flags=dst-mac"},
        {"of a message that is not there nothing is said",
         MACS "0800" IP4_TO("45", "0020", "0001", "ff", "70", "e0000012") V3, "bad why=fragment flags=-"},
        {"unicast has no group",
         "525400000002 00005e00010a 0800" IP4_TO("45", "0020", "0000", "ff", "70", "c0000202") V3_MESSAGE,
         "advert flags=unicast"},
    };
    expect_rows(LINK_ETHERNET, rows, nitems(rows));
}

static void test_others(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"TCP", ETH4 IP4_TO("45", "0028", "0000", "40", "06", "c0000202") TCP, "foreign"},
        {"IGMP", ETH4 IP4_TO("45", "0028", "0000", "01", "02", "e0000016") TCP, "foreign"},
        {"ICMPv6", ETH6 IP6_TO("0014", "3a", "ff", "fe800000000000000000000000000002") TCP, "foreign"},
        {"UDP in IPv6", ETH6 IP6_TO("0014", "11", "40", "fe800000000000000000000000000002") TCP, "foreign"},
        {"UDP in IPv6 to the group", ETH6 IP6_TO("0014", "11", "ff", GROUP6) TCP, "bad why=proto"},
        {"ICMPv6 to the group", ETH6 IP6_TO("0014", "3a", "ff", GROUP6) TCP, "foreign"},
        {"a protocol nobody has, in IPv6", ETH6 IP6_TO("0014", "fd", "ff", GROUP6) TCP, "bad why=proto"},
        {"a protocol nobody has, in IPv6, to others",
         ETH6 IP6_TO("0014", "fd", "ff", "fe800000000000000000000000000002") TCP, "foreign"},
        {"TCP to the group", ETH4 IP4_TO("45", "0028", "0000", "ff", "06", "e0000012") TCP, "bad why=proto"},
        {"AH of TCP", ETH4 IP4_TO("45", "0040", "0000", "40", "33", "c0000202") AH("06") TCP, "foreign"},
        {"nothing", "", "foreign"},
        {"ARP", "ffffffffffff 00005e00010a 0806 0001080006040001", "foreign"},
        {"IEEE 802.3 length", MACS "0020" IP4("0020", "70") V3, "foreign"},
        {"type IPv4 and version 6", MACS "0800" IP6("0028", "70") V6, "foreign"},
        {"type IPv4 and version 6, TCP", MACS "0800" IP6("0028", "06") V6, "foreign"},
        {"type IPv6 and version 4", MACS "86dd" IP4("0020", "70") V3, "foreign"},
    };
    expect_rows(LINK_ETHERNET, rows, nitems(rows));
}

static void test_cooked(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"to this host", SLL("0000", "0006") "0800" IP4("0020", "70") V3,
         "advert dir=in smac=52:54:00:00:00:01 dmac=-"},
        {"multicast", SLL("0002", "0006") "0800" IP4("0020", "70") V3, "advert dir=in"},
        {"to another host", SLL("0003", "0006") "0800" IP4("0020", "70") V3, "advert dir=in"},
        {"outgoing", SLL("0004", "0006") "86dd" IP6("0028", "70") V6, "advert dir=out af=6"},
        {"another packet type", SLL("0005", "0006") "0800" IP4("0020", "70") V3, "advert dir=-"},
        {"no address", SLL("0004", "0000") "0800" IP4("0020", "70") V3, "advert dir=out smac=-"},
        {"a VLAN tag", SLL("0002", "0006") "8100 0014 0800" IP4("0020", "70") V3, "advert vlan=20"},
        {"cut", "00000001000652540000000100", "foreign"},
    };
    expect_rows(LINK_SLL, rows, nitems(rows));
    static const struct row rows2[] = {
        {"to this host", SLL2("0800", "00", "06") IP4("0020", "70") V3,
         "advert dir=in ifindex=258 smac=52:54:00:00:00:01 dmac=-"},
        {"outgoing", SLL2("86dd", "04", "06") IP6("0028", "70") V6, "advert dir=out ifindex=258"},
        {"a VLAN tag", SLL2("8100", "02", "06") "0014 0800" IP4("0020", "70") V3, "advert dir=in vlan=20"},
        {"no address", SLL2("0800", "02", "00") IP4("0020", "70") V3, "advert smac=-"},
        {"another packet type", SLL2("0800", "ff", "06") IP4("0020", "70") V3, "advert dir=-"},
        {"cut", "08000000000001020001000652540000", "foreign"},
    };
    expect_rows(LINK_SLL2, rows2, nitems(rows2));
}

static void test_raw(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"IPv4", IP4("0020", "70") V3, "advert af=4 smac=- dmac=- dir=- flags=-"},
        {"IPv6", IP6("0028", "70") V6, "advert af=6 smac=- dmac=- flags=-"},
        {"neither", "55 c0002000000000ff700000c0000201e0000012" V3, "foreign"},
        {"nothing", "", "foreign"},
    };
    expect_rows(LINK_RAW, rows, nitems(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors), cmocka_unit_test(test_vectors_cut), cmocka_unit_test(test_ip_rules),
        cmocka_unit_test(test_lengths), cmocka_unit_test(test_vlan_tags),   cmocka_unit_test(test_macs),
        cmocka_unit_test(test_others),  cmocka_unit_test(test_cooked),      cmocka_unit_test(test_raw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
