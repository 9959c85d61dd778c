/* HSRP, GLBP and CARP, from frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/tools/frames.h"
#include "tests/tools/vectors.h"

/* UDP from 192.0.2.1: total length of IP, destination; port, length of UDP. */
#define UDP(total, dst, port, length)                                                                                  \
    ETH4 IP4_TO("45", total, "0000", "01", "11", dst)                                                                  \
    port port length "0000 "
#define ROUTERS   "e0000002"
#define GROUP_102 "e0000066"
/* 20 bytes: operation, state; 3 s, 10 s, priority 110, group 7, 192.0.2.3 */
#define HSRP1(operation, state) "00" operation state "03 0a 6e 07 00 636973636f000000 c0000203"
/* 42 bytes: operation, state, IP version; group 700, priority 150, 3 s, 10 s */
#define HSRP2(operation, state, version, address)                                                                      \
    "01 28 02" operation state version "02bc 020000000004 00000096 00000bb8 00002710" address
#define ADDRESS4 "c0000204 000000000000000000000000"
#define ADDRESS6 "fe800000000000000000000000000008"
/* 12 bytes: group 9; and 28 of a Hello: state; priority 120, 3 s, 10 s */
#define GLBP_HEADER             "01 00 0009 0000 020000000005"
#define GLBP_HELLO(state, tail) "00" state "00 78 0000 00000bb8 00002710 0258 3840 0000" tail

static void test_hsrp1(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"RFC 2281 5: all fields", UDP("0030", ROUTERS, "07c1", "001c") HSRP1("00", "10"),
         "other proto=hsrp af=4 src=192.0.2.1 dst=224.0.0.2 ttl=1 version=1 op=hello state=active prio=110 group=7 "
         "hello=3000ms hold=10000ms ip=192.0.2.3 vrid=- ver=-"},
        {"RFC 2281 5.2: coup", UDP("0030", ROUTERS, "07c1", "001c") HSRP1("01", "04"), "other op=coup state=speak"},
        {"RFC 2281 5.2: resign", UDP("0030", ROUTERS, "07c1", "001c") HSRP1("02", "08"),
         "other op=resign state=standby"},
        {"RFC 2281 5.3: initial", UDP("0030", ROUTERS, "07c1", "001c") HSRP1("00", "00"), "other state=initial"},
        {"RFC 2281 5.3: learn", UDP("0030", ROUTERS, "07c1", "001c") HSRP1("00", "01"), "other state=learn"},
        {"RFC 2281 5.3: listen", UDP("0030", ROUTERS, "07c1", "001c") HSRP1("00", "02"), "other state=listen"},
        {"a state that is none", UDP("0030", ROUTERS, "07c1", "001c") HSRP1("00", "03"), "other state=- prio=110"},
        {"a state beyond all", UDP("0030", ROUTERS, "07c1", "001c") HSRP1("00", "ff"), "other state=- prio=110"},
        {"RFC 2281 5.9: the address is not known yet",
         UDP("0030", ROUTERS, "07c1", "001c") "00 00 01 03 0a 6e 07 00 636973636f000000 00000000", "other ip=-"},
        {"an advertisement of later systems",
         UDP("002c", ROUTERS, "07c1", "0018") "00 03 0001 000e 0100 0000000000000000",
         "other proto=hsrp version=- prio=-"},
        {"the same, longer", UDP("0030", ROUTERS, "07c1", "001c") HSRP1("03", "10"),
         "other proto=hsrp version=1 op=- state=- prio=- ip=-"},
        {"another version",
         UDP("0030", ROUTERS, "07c1", "001c") "01"
                                              "00 10 03 0a 6e 07 00 636973636f000000 c0000203",
         "other proto=hsrp version=- prio=-"},
        {"a byte is missing", UDP("002f", ROUTERS, "07c1", "001c") "00 00 10 03 0a 6e 07 00 636973636f000000 c00002",
         "other proto=hsrp version=- prio=-"},
        {"UDP says that it is shorter", UDP("0030", ROUTERS, "07c1", "001b") HSRP1("00", "10"),
         "other proto=hsrp version=-"},
        {"UDP of no length", UDP("0030", ROUTERS, "07c1", "0000") HSRP1("00", "10"), "other proto=hsrp version=-"},
        {"to one machine it is none", UDP("0030", "c0000202", "07c1", "001c") HSRP1("00", "10"), "foreign"},
        {"another port", UDP("0030", ROUTERS, "07c2", "001c") HSRP1("00", "10"), "foreign"},
        {"another protocol",
         ETH4 IP4_TO("45", "0030", "0000", "01", "06", ROUTERS) "07c107c1001c0000" HSRP1("00", "10"), "foreign"},
        {"no header", ETH4 IP4_TO("45", "001b", "0000", "01", "11", ROUTERS) "07c107c1001c00", "foreign"},
        {"a later fragment",
         ETH4 IP4_TO("45", "0030", "0001", "01", "11", ROUTERS) "07c107c1001c0000" HSRP1("00", "10"), "foreign"},
        {"to VRRP's group it is none", UDP("0030", "e0000012", "07c1", "001c") HSRP1("00", "10"), "bad why=proto"},
    };
    expect_rows(LINK_ETHERNET, rows, nitems(rows));
}

static void test_hsrp2(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"all fields", UDP("0046", GROUP_102, "07c1", "0032") HSRP2("00", "06", "04", ADDRESS4),
         "other proto=hsrp dst=224.0.0.102 version=2 op=hello state=active prio=150 group=700 hello=3000ms "
         "hold=10000ms ip=192.0.2.4"},
        {"behind another TLV",
         UDP("0050", GROUP_102, "07c1", "003c") "0308 636973636f000000" HSRP2("02", "05", "04", ADDRESS4),
         "other op=resign state=standby ip=192.0.2.4"},
        {"disabled", UDP("0046", GROUP_102, "07c1", "0032") HSRP2("00", "00", "04", ADDRESS4), "other state=disabled"},
        {"initial", UDP("0046", GROUP_102, "07c1", "0032") HSRP2("00", "01", "04", ADDRESS4), "other state=initial"},
        {"learn", UDP("0046", GROUP_102, "07c1", "0032") HSRP2("00", "02", "04", ADDRESS4), "other state=learn"},
        {"listen", UDP("0046", GROUP_102, "07c1", "0032") HSRP2("00", "03", "04", ADDRESS4), "other state=listen"},
        {"speak", UDP("0046", GROUP_102, "07c1", "0032") HSRP2("01", "04", "04", ADDRESS4),
         "other op=coup state=speak"},
        {"a state that is none", UDP("0046", GROUP_102, "07c1", "0032") HSRP2("09", "07", "04", ADDRESS4),
         "other state=- op=- group=700"},
        {"no IP version", UDP("0046", GROUP_102, "07c1", "0032") HSRP2("00", "06", "05", ADDRESS4),
         "other ip=- group=700"},
        {"a group of IPv6 in IPv4", UDP("0046", GROUP_102, "07c1", "0032") HSRP2("00", "06", "06", ADDRESS6),
         "other af=4 ip=fe80::8"},
        {"a TLV that is longer than the packet",
         UDP("0045", GROUP_102, "07c1", "0031") "01 28 02 00 06 04 02bc 020000000004"
                                                "00000096 00000bb8 00002710 c0000204 0000000000000000000000",
         "other proto=hsrp version=- group=-"},
        {"a TLV that is too short", UDP("001f", GROUP_102, "07c1", "000b") "010102", "other proto=hsrp version=-"},
        {"half a TLV", UDP("001d", GROUP_102, "07c1", "0009") "01", "other proto=hsrp version=-"},
        {"TLVs of no length", UDP("0022", GROUP_102, "07c1", "000e") "0400 0400 0400", "other proto=hsrp version=-"},
        {"IPv6",
         ETH6 IP6_TO("0032", "11", "ff",
                     "ff020000000000000000000000000066") "07ed 07ed 0032 0000" HSRP2("00", "06", "06", ADDRESS6),
         "other proto=hsrp af=6 dst=ff02::66 version=2 state=active ip=fe80::8"},
        {"IPv6, another port",
         ETH6 IP6_TO("0032", "11", "ff",
                     "ff020000000000000000000000000066") "07c1 07c1 0032 0000" HSRP2("00", "06", "06", ADDRESS6),
         "foreign"},
    };
    expect_rows(LINK_ETHERNET, rows, nitems(rows));
}

static void test_glbp(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"a hello", UDP("0044", GROUP_102, "0c96", "0030") GLBP_HEADER "011c" GLBP_HELLO("20", "0104 c0000205"),
         "other proto=glbp version=1 group=9 state=active prio=120 hello=3000ms hold=10000ms ip=192.0.2.5 op=-"},
        {"listen", UDP("0044", GROUP_102, "0c96", "0030") GLBP_HEADER "011c" GLBP_HELLO("04", "0104 c0000205"),
         "other state=listen"},
        {"speak", UDP("0044", GROUP_102, "0c96", "0030") GLBP_HEADER "011c" GLBP_HELLO("08", "0104 c0000205"),
         "other state=speak"},
        {"standby", UDP("0044", GROUP_102, "0c96", "0030") GLBP_HEADER "011c" GLBP_HELLO("10", "0104 c0000205"),
         "other state=standby"},
        {"IPv6", UDP("0050", GROUP_102, "0c96", "003c") GLBP_HEADER "0128" GLBP_HELLO("20", "0210" ADDRESS6),
         "other ip=fe80::8"},
        {"an address that is not there",
         UDP("0042", GROUP_102, "0c96", "002e") GLBP_HEADER "011a" GLBP_HELLO("20", "0104 c000"),
         "other prio=120 ip=-"},
        {"an address of another length",
         UDP("0044", GROUP_102, "0c96", "0030") GLBP_HEADER "011c" GLBP_HELLO("20", "0204 c0000205"),
         "other prio=120 ip=-"},
        {"no hello in it", UDP("0030", GROUP_102, "0c96", "001c") GLBP_HEADER "03080000 00000000",
         "other proto=glbp version=1 group=9 prio=- state=-"},
        {"a TLV that does not count its head", UDP("002a", GROUP_102, "0c96", "0016") GLBP_HEADER "0100",
         "other proto=glbp group=9 prio=-"},
        {"another version", UDP("0028", GROUP_102, "0c96", "0014") "02 00 0009 0000 020000000005",
         "other proto=glbp version=- group=-"},
        {"a byte is missing", UDP("0027", GROUP_102, "0c96", "0013") "01 00 0009 0000 0200000000",
         "other proto=glbp version=- group=-"},
        {"to another group", UDP("0044", ROUTERS, "0c96", "0030") GLBP_HEADER "011c" GLBP_HELLO("20", "0104 c0000205"),
         "foreign"},
    };
    expect_rows(LINK_ETHERNET, rows, nitems(rows));
}

static void test_carp(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"advbase and advskew",
         ETH4 IP4("0038", "70") "210a64070001 2cee"
                                "1122334455667788a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3",
         "other proto=carp vrid=10 advbase=1 advskew=100"},
        {"cut off before advbase", ETH4 IP4("0038", "70") "210a640700", "other proto=carp vrid=10 advbase=- advskew=-"},
    };
    expect_rows(LINK_ETHERNET, rows, nitems(rows));
}

/* Cut anywhere, nothing is read beyond. */
static void test_cut(void **state)
{
    (void)state;
    static const char *const frames[] = {
        UDP("0030", ROUTERS, "07c1", "001c") HSRP1("00", "10"),
        UDP("0046", GROUP_102, "07c1", "0032") HSRP2("00", "06", "04", ADDRESS4),
        UDP("0044", GROUP_102, "0c96", "0030") GLBP_HEADER "011c" GLBP_HELLO("20", "0104 c0000205"),
    };
    for (size_t i = 0; i < nitems(frames); i++) {
        uint8_t bytes[256];
        struct frame f;
        size_t length = hex_bytes(bytes, sizeof bytes, frames[i]);
        for (size_t n = 0; n <= length; n++) {
            decode_exact(&f, LINK_ETHERNET, bytes, n);
            assert_int_equal(f.kind, n < 42 ? FRAME_FOREIGN : FRAME_OTHER);
            if (n == length)
                assert_true(f.other.ip.family == 4);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hsrp1), cmocka_unit_test(test_hsrp2), cmocka_unit_test(test_glbp),
        cmocka_unit_test(test_carp),  cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
