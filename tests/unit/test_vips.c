/* Which addresses are of virtual routers, and of which; that nobody can make this be forgotten: lib/core/vips.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/vips.h"
#include "tests/unit/random.h"

#define SEC INT64_C(1000000000)

static struct vips *vips;
static int64_t now;

static int start(void **state)
{
    const struct siphash_key key = {{random_u64(), random_u64()}};
    (void)state;
    now = 1795317129 * SEC;
    vips = vips_new(&key);
    return vips == NULL;
}

static int end(void **state)
{
    (void)state;
    vips_free(vips);
    return 0;
}

static struct sighting seen(const char *ifname)
{
    return (struct sighting){.time = {now}, .link = LINK_ETHERNET, .ifname = ifname};
}

static void hear_as(uint8_t vrid, const char *ifname, struct frame f, uint8_t af, const uint8_t *addresses,
                    uint8_t count)
{
    const struct sighting s = seen(ifname);
    f.kind = FRAME_ADVERT;
    f.advert = (struct advert){.af = af, .vrid = vrid, .count = count, .addresses = addresses};
    vips_hear(vips, &s, &f);
}

static void hear_of(const char *ifname, struct frame f, uint8_t af, const uint8_t *addresses, uint8_t count)
{
    hear_as(51, ifname, f, af, addresses, count);
}

/* The VRID, or NOBODYS. */
enum { NOBODYS = -1 };
static int whose(const char *ifname, struct frame f, uint8_t af, const uint8_t *address, struct mac mac)
{
    const struct sighting s = seen(ifname);
    uint8_t vrid = 1;
    f.kind = FRAME_ANNOUNCE;
    f.announce = (struct announce_event){.ip = ip_from_bytes(af, address), .has_mac = true, .mac = mac};
    return vips_concerns(vips, &s, &f, &vrid) ? vrid : NOBODYS;
}

static const struct mac card = {{2, 0, 0, 0, 0, 2}};

static bool concerns(const char *ifname, struct frame f, uint8_t af, const uint8_t *address)
{
    return whose(ifname, f, af, address, card) != NOBODYS;
}

static const uint8_t two[] = {192, 0, 2, 1, 192, 0, 2, 2}, other[] = {192, 0, 2, 3};
static const struct frame untagged = {.vlan = 0}, tagged = {.vlan = 10}, index_3 = {.ifindex = 3};

static void each_address_of_an_advert(void **state)
{
    static const uint8_t six[32] = {0xfe, 0x80, [15] = 1, [16] = 0x20, 0x01, [31] = 9};
    (void)state;
    assert_false(concerns("eth0", untagged, 4, two));
    hear_of("eth0", untagged, 4, two, 2);
    hear_of("eth0", untagged, 6, six, 2);
    assert_true(concerns("eth0", untagged, 4, two));
    assert_true(concerns("eth0", untagged, 4, two + 4));
    assert_false(concerns("eth0", untagged, 4, other));
    assert_true(concerns("eth0", untagged, 6, six));
    assert_true(concerns("eth0", untagged, 6, six + 16));
}

static void each_segment_by_itself(void **state)
{
    (void)state;
    hear_of("eth0", untagged, 4, two, 1);
    hear_of("eth1", tagged, 4, other, 1);
    hear_of(NULL, index_3, 4, other, 1);
    assert_true(concerns("eth0", untagged, 4, two));
    assert_false(concerns("eth0", tagged, 4, two));
    assert_false(concerns("eth1", untagged, 4, two));
    assert_false(concerns(NULL, untagged, 4, two));
    assert_true(concerns("eth1", tagged, 4, other));
    assert_true(concerns(NULL, index_3, 4, other));
    assert_false(concerns(NULL, untagged, 4, other));
}

static void it_is_of_who_advertised_it_last(void **state)
{
    const struct mac liar = {{0, 0, 0x5e, 0, 1, 7}};
    (void)state;
    hear_as(51, "eth0", untagged, 4, two, 2);
    hear_as(255, "eth1", tagged, 4, two, 2);
    assert_int_equal(whose("eth0", untagged, 4, two, card), 51);
    assert_int_equal(whose("eth0", untagged, 4, two + 4, card), 51);
    assert_int_equal(whose("eth1", tagged, 4, two, card), 255);
    hear_as(52, "eth0", untagged, 4, two, 1);
    assert_int_equal(whose("eth0", untagged, 4, two, card), 52);
    assert_int_equal(whose("eth0", untagged, 4, two + 4, card), 51);
    hear_as(51, "eth0", untagged, 4, two, 1);
    assert_int_equal(whose("eth0", untagged, 4, two, card), 51);
    /* a MAC address says it of an address only that no advertisement has named */
    assert_int_equal(whose("eth0", untagged, 4, two, liar), 51);
    assert_int_equal(whose("eth0", untagged, 4, other, liar), 7);
    assert_int_equal(whose("eth0", untagged, 4, other, card), NOBODYS);
}

/* RFC 9568 7.3: 00-00-5E-00-01 and 00-00-5E-00-02; not HSRP's, not IANA's other ones. */
static void a_mac_address_of_vrrp(void **state)
{
    static const struct {
        struct mac mac;
        bool wanted;
        uint8_t vrid; /* 0: it says none */
    } rows[] = {
        {{{0, 0, 0x5e, 0, 1, 51}}, true, 51}, {{{0, 0, 0x5e, 0, 2, 255}}, true, 255},
        {{{0, 0, 0x5e, 0, 1, 0}}, true, 0},   {{{0, 0, 0x5e, 0, 3, 51}}, false, 0},
        {{{0, 0, 0x5e, 0, 0, 51}}, false, 0}, {{{1, 0, 0x5e, 0, 1, 51}}, false, 0},
        {{{0, 0, 0x5e, 1, 1, 51}}, false, 0}, {{{0, 0, 0x0c, 7, 0xac, 1}}, false, 0},
    };
    (void)state;
    for (size_t i = 0; i < nitems(rows); i++) {
        const struct sighting s = seen("eth0");
        struct frame f = {.kind = FRAME_ANNOUNCE};
        uint8_t vrid = 1;
        f.announce = (struct announce_event){.ip = ip_from_bytes(4, other), .has_mac = true, .mac = rows[i].mac};
        assert_int_equal(vips_concerns(vips, &s, &f, &vrid), rows[i].wanted);
        assert_int_equal(vrid, rows[i].vrid);
        f.announce.has_mac = false;
        assert_false(vips_concerns(vips, &s, &f, &vrid));
        f.announce.has_smac = true;
        f.announce.smac = rows[i].mac;
        assert_int_equal(vips_concerns(vips, &s, &f, &vrid), rows[i].wanted);
        assert_int_equal(vrid, rows[i].vrid);
    }
}

/* The addresses of 1,000 routers, heard for a minute, in a flood of a million others. */
static void a_flood_takes_no_place(void **state)
{
    enum { ROUTERS = 1000, FLOOD = 20 };
    uint8_t address[ROUTERS][4], lie[4];
    (void)state;
    random_start("a_flood_takes_no_place");
    for (int i = 0; i < ROUTERS; i++)
        memcpy(address[i], (uint8_t[]){10, 1, (uint8_t)(i >> 8), (uint8_t)i}, 4);
    for (int t = 0; t < 60; t++, now += SEC)
        for (int i = 0; i < ROUTERS; i++)
            hear_as((uint8_t)(i % 255 + 1), "eth0", untagged, 4, address[i], 1);
    for (int t = 0; t < 50; t++)
        for (int i = 0; i < ROUTERS; i++, now += SEC / ROUTERS) {
            hear_as((uint8_t)(i % 255 + 1), "eth0", untagged, 4, address[i], 1);
            for (int n = 0; n < FLOOD; n++) {
                uint64_t any = random_u64();
                memcpy(lie, &any, sizeof lie);
                hear_as((uint8_t)(any >> 32), "eth0", untagged, 4, lie, 1);
            }
        }
    for (int i = 0; i < ROUTERS; i++)
        if (whose("eth0", untagged, 4, address[i], card) != i % 255 + 1)
            fail_msg("router %d is forgotten", i);
}

/* What is silent makes room for what is heard. */
static void the_silent_one_goes(void **state)
{
    uint8_t address[4];
    (void)state;
    hear_of("eth0", untagged, 4, two, 1);
    for (uint32_t i = 0; i < 400000; i++, now += SEC / 100) {
        memcpy(address, &i, sizeof address);
        address[3] = 11;
        hear_of("eth0", untagged, 4, address, 1);
    }
    assert_false(concerns("eth0", untagged, 4, two));
    assert_true(concerns("eth0", untagged, 4, address));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_address_of_an_advert, start, end),
        cmocka_unit_test_setup_teardown(each_segment_by_itself, start, end),
        cmocka_unit_test_setup_teardown(it_is_of_who_advertised_it_last, start, end),
        cmocka_unit_test_setup_teardown(a_mac_address_of_vrrp, start, end),
        cmocka_unit_test_setup_teardown(a_flood_takes_no_place, start, end),
        cmocka_unit_test_setup_teardown(the_silent_one_goes, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
