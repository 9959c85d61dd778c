/* What may stand between the IP header and the VRRP message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/tools/frames.h"

static void test_extension_headers(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"RFC 8200 4.3: hop-by-hop options", ETH6 IP6("0030", "00") "7000010400000000" V6, "advert"},
        {"RFC 8200 4.6: destination options of 16 bytes", ETH6 IP6("0038", "3c") "7001010c000000000000000000000000" V6,
         "advert"},
        {"RFC 8200 4.4: routing", ETH6 IP6("0030", "2b") "7000000000000000" V6, "advert"},
        {"one behind the other", ETH6 IP6("0040", "00") "2b00010400000000 3c00000000000000 7000010400000000" V6,
         "advert"},
        {"RFC 6946: an atomic fragment", ETH6 IP6("0030", "2c") "7000000012345678" V6, "advert"},
        {"RFC 8200 4.5: a first fragment", ETH6 IP6("0030", "2c") "7000000112345678" V6, "bad why=fragment vrid=10"},
        {"RFC 8200 4.5: a later fragment", ETH6 IP6("0030", "2c") "7000000812345678" V6, "bad why=fragment vrid=-"},
        {"options in a later fragment", ETH6 IP6("0030", "2c") "3c00000812345678" V6, "bad why=fragment vrid=-"},
        {"a fragment that says it is one, and one that does not",
         ETH6 IP6("0038", "2c") "2c00000112345678 7000000012345678" V6, "bad why=fragment"},
        {"a fragment of others",
         ETH6 IP6_TO("0030", "2c", "ff", "fe800000000000000000000000000002") "1100000112345678" V6, "foreign"},
        {"options of others in a later fragment",
         ETH6 IP6_TO("0030", "2c", "ff", "fe800000000000000000000000000002") "3c00000812345678" V6, "foreign"},
        {"a membership report, cut", ETH6 IP6("0030", "00") "3a00", "foreign"},
        {"options cut", ETH6 IP6("0030", "00") "70", "bad why=short vrid=- src=fe80::1"},
        {"options longer than the packet", ETH6 IP6("0030", "00") "70ff010400000000" V6, "bad why=short vrid=-"},
        {"options of others cut", ETH6 IP6_TO("0030", "00", "ff", "fe800000000000000000000000000002") "70", "foreign"},
        {"nothing follows", ETH6 IP6("0028", "3b") V6, "bad why=proto"},
    };
    expect_rows(LINK_ETHERNET, rows, nitems(rows));
}

static void test_authentication_header(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"RFC 2338 5.3.6.3: AH", ETH4 IP4("0040", "33") AH("70") V2_IN_AH,
         "advert ver=2 auth=ah:unchecked seq=7 cksum=message flags=- ip=192.0.2.254"},
        {"unicast", ETH4 IP4_TO("45", "0040", "0000", "ff", "33", "c0000202") AH("70") V2_IN_AH,
         "advert auth=ah:unchecked flags=unicast"},
        {"AH in IPv6", ETH6 IP6("0040", "33") AH("70") V6, "advert ver=3 auth=ah:unchecked seq=7"},
        {"AH in IPv6 behind options", ETH6 IP6("0048", "00") "3300010400000000" AH("70") V6,
         "advert auth=ah:unchecked"},
        {"options behind AH", ETH6 IP6("0048", "33") AH("3c") "7000010400000000" V6, "advert auth=ah:unchecked"},
        {"AH of something else to the group", ETH4 IP4("0040", "33") AH("06") V2_IN_AH, "bad why=proto"},
        {"AH of something else", ETH4 IP4_TO("45", "0040", "0000", "ff", "33", "c0000202") AH("06") V2_IN_AH,
         "foreign"},
        {"AH in AH", ETH4 IP4("0058", "33") AH("33") AH("70") V2_IN_AH, "bad why=proto"},
        {"AH in AH, IPv6", ETH6 IP6("0058", "33") AH("33") AH("70") V6, "bad why=proto"},
        {"AH cut", ETH4 IP4("0040", "33") "7004000012345678", "bad why=short auth=- vrid=-"},
        {"AH cut behind the sequence number", ETH4 IP4("0040", "33") "7004000012345678 0000000800",
         "bad why=short seq=8 vrid=-"},
        {"AH that ends before it begins", ETH4 IP4("0040", "33") "70000000 c0000201 00000007" V2_IN_AH,
         "bad why=short vrid=-"},
        {"nothing of AH", ETH4 IP4("0014", "33"), "bad why=short"},
        {"nothing of AH, of others", ETH4 IP4_TO("45", "0014", "0000", "ff", "33", "c0000202"), "foreign"},
        {"a later fragment of AH", ETH4 IP4_TO("45", "0040", "0003", "ff", "33", "e0000012") AH("70") V2_IN_AH,
         "bad why=fragment auth=- seq=- vrid=-"},
        {"a later fragment of AH, of others",
         ETH4 IP4_TO("45", "0040", "0003", "ff", "33", "c0000202") AH("70") V2_IN_AH, "foreign"},
        {"a first fragment of AH", ETH4 IP4_TO("45", "0040", "2000", "ff", "33", "e0000012") AH("70") V2_IN_AH,
         "bad why=fragment vrid=10 auth=ah:unchecked"},
        {"type 2 without AH", ETH4 IP4("0028", "70") V2_IN_AH, "bad why=auth vrid=10"},
    };
    expect_rows(LINK_ETHERNET, rows, nitems(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_extension_headers),
        cmocka_unit_test(test_authentication_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
