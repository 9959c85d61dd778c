/* Names of interfaces with a virtual router MAC address, and their mark. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/units.h"
#include "core/vmac.h"

static void names(void **state)
{
    static const struct {
        uint8_t af, vrid;
        unsigned below;
        const char *name;
    } rows[] = {
        {4, 51, 2, "vrrp4.51.2"},
        {6, 51, 2, "vrrp6.51.2"},
        {4, 255, 99999, "vrrp4.255.99999"}, /* 15 bytes */
        {4, 255, 100000, "v4.255.186a0"},
        {4, 1, 1000000, "vrrp4.1.1000000"},
        {6, 255, UINT32_MAX, "v6.255.ffffffff"},
    };
    (void)state;
    for (size_t n = 0; n < nitems(rows); n++) {
        char name[IFNAME_TEXT];
        vmac_name(name, rows[n].af, rows[n].vrid, rows[n].below);
        assert_string_equal(name, rows[n].name);
        assert_true(is_vmac_name(name));
    }
}

static void other_names(void **state)
{
    static const char *const rows[] = {
        "",          "eth0",        "vrrp",        "vrrp.51",       "vrrp4",       "vrrp4.51",    "vrrp4.51.",
        "vrrp4..2",  "vrrp4.0.2",   "vrrp4.256.2", "vrrp5.51.2",    "vrrp4.051.2", "vrrp4.51.02", "vrrp4.51.2x",
        "vrrp4-51",  "vrrp4-51-2",  "xvrrp4.51.2", "vrrp4.51.a",    "v4.51.2",     "v4.255.99",   "v4.255.186A0",
        "vrrp4.51 ", "vrrp4.51.2 ", "vrrp44.51.2", "v4.255.186a0 ", "vrrp4.51.-2", "vlan4.51.2",  "v6.1.100000000",
    };
    (void)state;
    for (size_t n = 0; n < nitems(rows); n++) {
        if (is_vmac_name(rows[n]))
            fail_msg("%s", rows[n]);
    }
}

static void marks(void **state)
{
    static const struct vmac_mark rows[] = {{0, 0, 0}, {1077, 1, 2}, {UINT32_MAX, UINT32_MAX, UINT32_MAX}};
    (void)state;
    for (size_t n = 0; n < nitems(rows); n++) {
        char text[VMAC_MARK];
        struct vmac_mark m;
        size_t length = vmac_mark_write(text, &rows[n]);
        assert_int_equal(length, strlen(text));
        assert_true(strlen(text) < sizeof text);
        assert_true(vmac_mark_read(&m, text));
        assert_int_equal(m.holder, rows[n].holder);
        assert_int_equal(m.arp_ignore, rows[n].arp_ignore);
        assert_int_equal(m.arp_announce, rows[n].arp_announce);
    }
}

static void no_marks(void **state)
{
    static const char *const rows[] = {
        "",
        "uplink",
        "vrrp-tools",
        "vrrp-tools arp_ignore=0 arp_announce=0",
        "vrrp-tools arp_ignore=0 arp_announce=0 holder=",
        "vrrp-tools arp_ignore=0 arp_announce=0 holder=1 more",
        "vrrp-tools arp_ignore=-1 arp_announce=0 holder=1",
        "vrrp-tools arp_ignore=4294967296 arp_announce=0 holder=1",
        " vrrp-tools arp_ignore=0 arp_announce=0 holder=1",
    };
    (void)state;
    for (size_t n = 0; n < nitems(rows); n++) {
        struct vmac_mark m;
        if (vmac_mark_read(&m, rows[n]))
            fail_msg("%s", rows[n]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(other_names),
        cmocka_unit_test(marks),
        cmocka_unit_test(no_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
