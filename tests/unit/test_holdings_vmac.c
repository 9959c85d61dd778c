/* A virtual router whose addresses have its MAC address, on a macvlan: when it is there, what is on it, and what becomes of
 * one that cannot be made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/holdings_host.h"

#define QUIET "garp=0,0s,0"
#define ONE   "eth0 51 ip=192.0.2.1/24 vmac=yes "

static struct host k;

static int begin(void **state)
{
    (void)state;
    host_begin(&k);
    strcpy(k.links[1].ifname, "eth1");
    k.links[1].ifindex = 3;
    k.shows_links = true;
    return 0;
}

static int end(void **state)
{
    (void)state;
    host_end(&k);
    return 0;
}

static void check_log(const char *expected)
{
    assert_string_equal(host_log(&k), expected);
}

static void check_news(const char *expected)
{
    assert_string_equal(host_news(&k), expected);
}

static bool is_up(void)
{
    struct holding_track t;
    bool up = true;
    while (holdings_track(k.holdings, k.now, &t)) {
        up = t.up;
        holdings_track_told(k.holdings, k.now);
    }
    return up;
}

static void it_is_there_while_it_is_held(void **state)
{
    (void)state;
    host_send(&k, ONE "garp=1,0s,0 lease=4s announce=yes");
    check_log("<51 +192.0.2.1/24@151:5 *192.0.2.1@151 ");
    host_send(&k, ONE "garp=1,0s,0 lease=4s");
    check_log("");
    host_away(&k, "eth0 51 ip=192.0.2.1/24 vmac=yes");
    check_log(">51 ");
    assert_false(host_has(&k, "192.0.2.1/24"));
    host_send(&k, ONE "garp=1,0s,0 lease=4s announce=yes");
    check_log("<51 +192.0.2.1/24@151:5 *192.0.2.1@151 ");
    holdings_release(k.holdings, false, k.now);
    host_turn(&k);
    check_log(">51 ");
    check_news("");
}

static void a_backup_has_none(void **state)
{
    (void)state;
    host_away(&k, "eth0 51 ip=192.0.2.1/24 vmac=yes");
    host_away(&k, "eth0 51 ip=192.0.2.1/24");
    check_log("");
    check_news("");
    assert_true(is_up());
}

static void it_goes_when_the_sends_stop(void **state)
{
    (void)state;
    host_send(&k, ONE QUIET " lease=4s");
    check_log("<51 +192.0.2.1/24@151:5 ");
    host_pass(&k, 6 * SECOND);
    check_log(">51 ");
    check_news("lapsed:v51 ");
}

static void two_have_two(void **state)
{
    (void)state;
    host_send(&k, ONE QUIET);
    host_send(&k, "eth0 52 ip=192.0.2.2/24 vmac=yes " QUIET);
    host_send(&k, "eth0 53 ip=192.0.2.3/24 " QUIET);
    check_log("<51 +192.0.2.1/24@151 <52 +192.0.2.2/24@152 +192.0.2.3/24@2 ");
    host_away(&k, "eth0 51 ip=192.0.2.1/24 vmac=yes");
    check_log(">51 ");
}

static void what_is_elsewhere_stays_there(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2@eth1,192.0.2.3@eth0 vmac=yes " QUIET);
    check_log("+192.0.2.3/32@2 <51 +192.0.2.1/32@151 +192.0.2.2/32@3 ");
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2@eth1,192.0.2.3@eth0 vmac=no " QUIET);
    check_log("+192.0.2.1/32@2 >51 ");
    host_away(&k, "eth0 51 ip=192.0.2.1,192.0.2.2@eth1,192.0.2.3@eth0");
    check_log("-192.0.2.3/32@2 -192.0.2.1/32@2 -192.0.2.2/32@3 ");
}

static void it_comes_and_goes_with_the_configuration(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1/24 lease=4s " QUIET);
    check_log("+192.0.2.1/24@2:5 ");
    host_send(&k, ONE "lease=4s " QUIET);
    check_log("-192.0.2.1/24@2 <51 +192.0.2.1/24@151:5 ");
    host_send(&k, "eth0 51 ip=192.0.2.1/24 lease=4s " QUIET);
    check_log("+192.0.2.1/24@2:5 >51 ");
    check_news("");
}

static void what_a_run_without_it_left_goes(void **state)
{
    (void)state;
    host_put(&k, 2, "192.0.2.1/24", true, 0);
    host_send(&k, ONE QUIET);
    check_log("<51 -192.0.2.1/24 +192.0.2.1/24@151 ");
}

static void what_the_interface_has_itself_is_left_there(void **state)
{
    (void)state;
    host_put(&k, 2, "192.0.2.1/24", false, 0);
    host_send(&k, "eth0 51 ip=192.0.2.1/24,192.0.2.2 vmac=yes garp=1,0s,0 announce=yes");
    check_log("<51 +192.0.2.2/32@151 *192.0.2.1@2 *192.0.2.2@151 ");
    check_news("foreign:192.0.2.1/24 ");
    assert_true(is_up());
}

static void where_there_can_be_none_it_is_said_and_tried_again(void **state)
{
    (void)state;
    k.no_macvlan = EADDRINUSE;
    host_send(&k, ONE QUIET);
    check_log("");
    check_news("no-macvlan:v51 ");
    assert_false(is_up());
    host_pass(&k, 5 * SECOND / 2);
    check_news("");
    k.no_macvlan = 0;
    host_pass(&k, SECOND);
    check_log("<51 +192.0.2.1/24@151 ");
    check_news("macvlan:v51 ");
    assert_true(is_up());
}

static void a_backup_says_so_before(void **state)
{
    (void)state;
    k.no_macvlan = EBUSY;
    host_away(&k, "eth0 51 ip=192.0.2.1/24 vmac=yes");
    check_news("no-macvlan:v51 ");
    assert_false(is_up());
    k.no_macvlan = 0;
    host_pass(&k, 11 * SECOND);
    check_news("macvlan:v51 ");
    assert_true(is_up());
}

static void it_goes_with_the_interface_below(void **state)
{
    (void)state;
    host_send(&k, ONE QUIET);
    check_log("<51 +192.0.2.1/24@151 ");
    k.links[0].ifindex = 0;
    holdings_link_changed(k.holdings, 2, "eth0", k.now);
    host_pass(&k, SECOND);
    check_log(">51 ");
    check_news("no-device: ");
    assert_false(is_up());
    k.links[0].ifindex = 7;
    holdings_link_changed(k.holdings, 7, "eth0", k.now);
    host_pass(&k, SECOND);
    check_log("<51 +192.0.2.1/24@151 ");
    check_news("device: taken:192.0.2.1/24 ");
    assert_true(is_up());
}

static void one_that_somebody_removed_is_made_again(void **state)
{
    (void)state;
    host_send(&k, ONE QUIET);
    (void)host_log(&k);
    holdings_link_changed(k.holdings, 151, "vrrp4.51.2", k.now);
    host_pass(&k, SECOND);
    check_log("");                /* it stands */
    assert_int_equal(k.looks, 2); /* eth0, and it: nothing was looked at again */
}

static void the_fence_stands_before_the_addresses(void **state)
{
    (void)state;
    host_send(&k, ONE QUIET " fence=300ms");
    check_log("<51 #192.0.2.1:300 #eth0:00:00:5e:00:01:33:300 +192.0.2.1/24@151 ");
    host_send(&k, ONE QUIET " fence=300ms");
    check_log("~eth0:00:00:5e:00:01:33:300 ");
    k.now.us += SECOND / 10;
    host_send(&k, ONE QUIET " fence=300ms");
    check_log("~192.0.2.1:300 ~eth0:00:00:5e:00:01:33:300 ");
    host_away(&k, "eth0 51 ip=192.0.2.1/24 vmac=yes");
    check_log("~192.0.2.1:0 ~eth0:00:00:5e:00:01:33:0 >51 ^192.0.2.1 ");
    host_finish(&k);
    check_log("^eth0:00:00:5e:00:01:33 ");
}

static void a_link_local_one_is_fenced_where_it_is(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=fe80::1,2001:db8::1 vmac=yes fence=300ms " QUIET);
    check_log("<51 #vrrp6.51.2:fe80::1:300 #2001:db8::1:300 #eth0:00:00:5e:00:02:33:300 "
              "+fe80::1/128@151 +2001:db8::1/128@151 ");
}

static void without_a_fence_it_is_not_held(void **state)
{
    (void)state;
    k.no_fence = EOPNOTSUPP;
    host_send(&k, ONE QUIET " fence=300ms");
    check_log("<51 !# ");
    check_news("unfenced: ");
    assert_false(is_up());
    k.no_fence = 0;
    host_pass(&k, SECOND);
    assert_true(host_has(&k, "192.0.2.1/24"));
    assert_true(host_open(&k, "eth0:00:00:5e:00:01:33") >= 0);
    assert_true(is_up());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_there_while_it_is_held, begin, end),
        cmocka_unit_test_setup_teardown(a_backup_has_none, begin, end),
        cmocka_unit_test_setup_teardown(it_goes_when_the_sends_stop, begin, end),
        cmocka_unit_test_setup_teardown(two_have_two, begin, end),
        cmocka_unit_test_setup_teardown(what_is_elsewhere_stays_there, begin, end),
        cmocka_unit_test_setup_teardown(it_comes_and_goes_with_the_configuration, begin, end),
        cmocka_unit_test_setup_teardown(what_a_run_without_it_left_goes, begin, end),
        cmocka_unit_test_setup_teardown(what_the_interface_has_itself_is_left_there, begin, end),
        cmocka_unit_test_setup_teardown(where_there_can_be_none_it_is_said_and_tried_again, begin, end),
        cmocka_unit_test_setup_teardown(a_backup_says_so_before, begin, end),
        cmocka_unit_test_setup_teardown(it_goes_with_the_interface_below, begin, end),
        cmocka_unit_test_setup_teardown(one_that_somebody_removed_is_made_again, begin, end),
        cmocka_unit_test_setup_teardown(the_fence_stands_before_the_addresses, begin, end),
        cmocka_unit_test_setup_teardown(a_link_local_one_is_fenced_where_it_is, begin, end),
        cmocka_unit_test_setup_teardown(without_a_fence_it_is_not_held, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
