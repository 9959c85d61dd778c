/* Who says where an address lives: ARP and neighbour advertisements, from frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/tools/frames.h"
#include "tests/tools/vectors.h"

/* From 02:..:02 to all, to 02:..:66, and to a group. */
#define TO_ALL   "ffffffffffff 020000000002 0806 "
#define TO_ONE   "020000000066 020000000002 0806 "
#define TO_GROUP "01005e000001 020000000002 0806 "
/* ARP of IPv4 on Ethernet: operation, sender, target. */
#define ARP(operation, sender, target) "0001 0800 06 04 " operation sender target
#define VIP                            "c00002fe "
#define OF_2                           "020000000002 " VIP
#define FOR_ALL                        "ffffffffffff " VIP
#define FOR_9                          "020000000066 c0000209 "

static void test_arp(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"RFC 5227 3: an announcement is a request for one's own address", TO_ALL ARP("0001", OF_2, FOR_ALL),
         "announce ip=192.0.2.254 op=garp mac=02:00:00:00:00:02 smac=- flags=-"},
        {"RFC 5227 3: the target hardware address does not matter", TO_ALL ARP("0001", OF_2, "000000000000 " VIP),
         "announce op=garp flags=-"},
        {"a reply that nobody has asked for", TO_ALL ARP("0002", OF_2, FOR_ALL), "announce op=garp flags=reply-form"},
        {"RFC 826: a reply goes to who has asked", TO_ONE ARP("0002", OF_2, FOR_9),
         "announce ip=192.0.2.254 op=reply mac=02:00:00:00:00:02 flags=-"},
        {"a reply to all", TO_ALL ARP("0002", OF_2, FOR_9), "announce op=reply flags=dst-mac"},
        {"an announcement to one machine", TO_ONE ARP("0001", OF_2, FOR_ALL), "announce op=garp flags=unicast"},
        {"and the same as a reply", TO_ONE ARP("0002", OF_2, FOR_ALL), "announce op=garp flags=reply-form,unicast"},
        {"an announcement to a group", TO_GROUP ARP("0001", OF_2, FOR_ALL), "announce op=garp flags=dst-mac"},
        {"in another's name", TO_ALL ARP("0001", "020000000003 " VIP, FOR_ALL),
         "announce mac=02:00:00:00:00:03 smac=02:00:00:00:00:02 flags=src-mac"},
        {"bytes of the frame behind it", TO_ALL ARP("0001", OF_2, FOR_ALL) "000000000000", "announce op=garp"},
        {"RFC 826: a request for another's address", TO_ALL ARP("0001", OF_2, FOR_9), "foreign"},
        {"RFC 5227 2.1.1: a probe", TO_ALL ARP("0001", "020000000002 00000000 ", FOR_ALL), "foreign"},
        {"a reply that says nothing", TO_ALL ARP("0002", "020000000002 00000000 ", FOR_9), "foreign"},
        {"RFC 903: reverse ARP", TO_ALL ARP("0003", OF_2, FOR_ALL), "foreign"},
        {"another hardware", TO_ALL "0006 0800 06 04 0001" OF_2 FOR_ALL, "foreign"},
        {"another protocol", TO_ALL "0001 86dd 06 04 0001" OF_2 FOR_ALL, "foreign"},
        {"other hardware addresses", TO_ALL "0001 0800 08 04 0001" OF_2 FOR_ALL, "foreign"},
        {"other protocol addresses", TO_ALL "0001 0800 06 10 0001" OF_2 FOR_ALL, "foreign"},
        {"a byte is missing", TO_ALL "0001 0800 06 04 0001" OF_2 "ffffffffffff c00002", "foreign"},
    };
    expect_rows(LINK_ETHERNET, rows, nitems(rows));
}

static void test_arp_without_ethernet(void **state)
{
    (void)state;
    static const struct row sll[] = {
        {"Linux cooked: the source is known", SLL("0001", "0006") "0806" ARP("0001", OF_2, FOR_ALL),
         "announce dir=in mac=02:00:00:00:00:02 smac=52:54:00:00:00:01 flags=src-mac"},
        {"or not", SLL("0004", "0000") "0806" ARP("0001", OF_2, FOR_ALL),
         "announce dir=out mac=02:00:00:00:00:02 smac=- flags=-"},
    };
    static const struct row sll2[] = {
        {"Linux cooked v2", SLL2("0806", "04", "00") ARP("0002", OF_2, FOR_9), "announce dir=out op=reply flags=-"},
    };
    expect_rows(LINK_SLL, sll, nitems(sll));
    expect_rows(LINK_SLL2, sll2, nitems(sll2));
}

/* IPv6 from fe80::1, by VRRP's MAC address of VRID 10, to ff02::1 and to fe80::66. */
#define ALL_NODES "ff020000000000000000000000000001"
#define NODE_66   "fe800000000000000000000000000066"
#define NA_TO_ALL(length, hops)                                                                                        \
    "333300000001 00005e00020a 86dd 6c000000" length "3a" hops "fe800000000000000000000000000001" ALL_NODES
#define NA_TO_66(length)                                                                                               \
    "020000000066 00005e00020a 86dd 6c000000" length "3aff"                                                            \
    "fe800000000000000000000000000001" NODE_66
#define TARGET "20010db80000000000000000000000fe"
#define OPTION "0201 00005e00020a"

static void test_neighbour_advertisements(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"RFC 4861 7.2.6: unasked, R and O", NA_TO_ALL("0020", "ff") "8800 495c a0000000" TARGET OPTION,
         "announce ip=2001:db8::fe op=na mac=00:00:5e:00:02:0a smac=- flags=router,override"},
        {"RFC 4861 7.2.4: an answer", NA_TO_66("0020") "8800 0979 e0000000" TARGET OPTION,
         "announce flags=router,solicited,override"},
        {"unasked, to one", NA_TO_66("0020") "8800 c979 20000000" TARGET OPTION, "announce flags=override,unicast"},
        {"RFC 4861 4.4: the option may be missing", NA_TO_ALL("0018", "ff") "8800 ab6f a0000000" TARGET,
         "announce mac=- smac=00:00:5e:00:02:0a flags=router,override"},
        {"another option before it", NA_TO_ALL("0028", "ff") "8800 3e77 a0000000" TARGET "0501 0000 000005dc" OPTION,
         "announce mac=00:00:5e:00:02:0a"},
        {"a longer one",
         NA_TO_ALL("0030", "ff") "8800 3b4a a0000000" TARGET "0e02 0000 00000000 0000000000000000" OPTION,
         "announce mac=00:00:5e:00:02:0a"},
        {"RFC 4861 7.1.2: hop limit", NA_TO_ALL("0020", "fe") "8800 495c a0000000" TARGET OPTION, "foreign"},
        {"RFC 4861 7.1.2: checksum", NA_TO_ALL("0020", "ff") "8800 495d a0000000" TARGET OPTION, "foreign"},
        {"RFC 4861 7.1.2: code", NA_TO_ALL("0020", "ff") "8801 495b a0000000" TARGET OPTION, "foreign"},
        {"RFC 4861 7.1.2: 24 bytes", NA_TO_ALL("0017", "ff") "8800 ab6f a0000000" TARGET, "foreign"},
        {"RFC 4861 7.1.2: the target is no group",
         NA_TO_ALL("0020", "ff") "8800 790e a0000000 ff020000000000000000000000000002" OPTION, "foreign"},
        {"nor nothing", NA_TO_ALL("0020", "ff") "8800 7813 a0000000 00000000000000000000000000000000" OPTION,
         "foreign"},
        {"RFC 4861 7.1.2: no answer goes to a group", NA_TO_ALL("0020", "ff") "8800 095c e0000000" TARGET OPTION,
         "foreign"},
        {"RFC 4861 7.1.2: an option of length 0",
         NA_TO_ALL("0020", "ff") "8800 495d a0000000" TARGET "0200 00005e00020a", "foreign"},
        {"an option that is not whole", NA_TO_ALL("0019", "ff") "8800 a96e a0000000" TARGET "02", "foreign"},
        {"another ICMPv6", NA_TO_ALL("0020", "ff") "8700 4a5c a0000000" TARGET OPTION, "foreign"},
        {"RFC 6980: a fragment",
         "333300000001 00005e00020a 86dd 6c000000 0028 2cff fe800000000000000000000000000001" ALL_NODES
         "3a00 0001 00000001 8800 495c a0000000" TARGET OPTION,
         "foreign"},
        {"RFC 2464 7: to the group's MAC address",
         "333300000002 00005e00020a 86dd 6c000000 0020 3aff fe800000000000000000000000000001" ALL_NODES
         "8800 495c a0000000" TARGET OPTION,
         "announce flags=router,override,dst-mac"},
        {"to one machine by a group's",
         "333300000001 00005e00020a 86dd 6c000000 0020 3aff fe800000000000000000000000000001" NODE_66
         "8800 0979 e0000000" TARGET OPTION,
         "announce flags=router,solicited,override,dst-mac"},
        {"from another machine",
         "333300000001 020000000002 86dd 6c000000 0020 3aff fe800000000000000000000000000001" ALL_NODES
         "8800 495c a0000000" TARGET OPTION,
         "announce mac=00:00:5e:00:02:0a smac=02:00:00:00:00:02 flags=router,override,src-mac"},
        {"cut off in the capture: what is there is told",
         NA_TO_ALL("0020", "ff") "8800 0000 a0000000" TARGET "0201 0000", "announce ip=2001:db8::fe op=na mac=-"},
    };
    expect_rows(LINK_ETHERNET, rows, nitems(rows));
}

/* Cut anywhere, nothing is read beyond, and nothing is told but of the whole target. */
static void test_cut(void **state)
{
    (void)state;
    static const char *const frames[] = {TO_ALL ARP("0001", OF_2, FOR_ALL),
                                         NA_TO_ALL("0020", "ff") "8800 495c a0000000" TARGET OPTION};
    for (size_t i = 0; i < nitems(frames); i++) {
        uint8_t bytes[256];
        struct frame f;
        size_t length = hex_bytes(bytes, sizeof bytes, frames[i]), least = i == 0 ? 42 : 78;
        for (size_t n = 0; n <= length; n++) {
            decode_exact(&f, LINK_ETHERNET, bytes, n);
            if ((f.kind == FRAME_ANNOUNCE) != (n >= least))
                fail_msg("%s at %zu bytes", frames[i], n);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arp),
        cmocka_unit_test(test_arp_without_ethernet),
        cmocka_unit_test(test_neighbour_advertisements),
        cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
