/* A virtual router whose addresses are on several interfaces: each is set, leased, announced and fenced where it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/holdings_host.h"

#define THREE "ip=192.0.2.1,192.0.2.2,192.0.2.3"
static const char on_two[][IFNAME_TEXT] = {"", "eth1", "eth0"}; /* of eth0, 2, and eth1, 3 */
static const char on_others[][IFNAME_TEXT] = {"eth1", "eth2", "eth1"};

static struct host k;

static int begin(void **state)
{
    (void)state;
    host_begin(&k);
    strcpy(k.links[1].ifname, "eth1");
    strcpy(k.links[2].ifname, "eth2");
    k.links[1].ifindex = 3;
    k.links[2].ifindex = 4;
    k.shows_links = true;
    k.on = on_two;
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

static void each_on_its_own(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 " THREE " garp=1,0s,0 lease=4s announce=yes");
    check_log("+192.0.2.1/32@2:5 +192.0.2.3/32@2:5 +192.0.2.2/32@3:5 *192.0.2.1@2 *192.0.2.2@3 *192.0.2.3@2 ");
    host_away(&k, "eth0 51 " THREE);
    check_log("-192.0.2.1/32@2 -192.0.2.3/32@2 -192.0.2.2/32@3 ");
    check_news("");
}

static void leases_are_renewed_on_each(void **state)
{
    (void)state;
    for (int n = 0; n < 20; n++) {
        host_send(&k, "eth0 51 " THREE " garp=1,0s,0 lease=4s");
        host_pass(&k, SECOND);
        assert_true(host_has(&k, "192.0.2.1/32"));
        assert_true(host_has(&k, "192.0.2.2/32"));
    }
    assert_in_range(k.renewals, 3 * 17, 3 * 20);
    check_news("");
}

/* Others on eth1 make its rounds come at other times than those of eth0. */
static void nothing_is_put_back_when_sends_stop(void **state)
{
    (void)state;
    for (int more = 0; more < 12; more++) {
        for (int n = 0; n < 20 + more; n++) {
            k.on = on_two;
            host_send(&k, "eth0 51 " THREE " interval=100ms garp=1,0s,0 lease=1s");
            host_pass(&k, 30 * MILLISECOND);
            k.on = NULL;
            host_send(&k, "eth1 7 ip=192.0.2.7 interval=100ms garp=1,0s,0 lease=1s");
            host_pass(&k, 70 * MILLISECOND);
        }
        host_log(&k);
        host_pass(&k, 700 * MILLISECOND);
        assert_true(host_has(&k, "192.0.2.1/32"));
        assert_true(host_has(&k, "192.0.2.2/32"));
        host_pass(&k, 1300 * MILLISECOND);
        assert_false(host_has(&k, "192.0.2.1/32"));
        assert_false(host_has(&k, "192.0.2.2/32"));
        const char *log = host_log(&k);
        assert_null(strchr(log, '+'));
        assert_null(strchr(log, '='));
        assert_null(strstr(host_news(&k), "taken"));
    }
}

static void one_that_is_not_there_is_waited_for(void **state)
{
    (void)state;
    struct holding_track t;
    k.links[1].ifindex = 0;
    host_send(&k, "eth0 51 " THREE " garp=1,0s,0 lease=9s");
    check_log("+192.0.2.1/32@2:10 +192.0.2.3/32@2:10 *192.0.2.1@2 *192.0.2.3@2 ");
    check_news("no-device: ");
    assert_true(holdings_track(k.holdings, k.now, &t));
    assert_false(t.up); /* not all of it can be held */
    holdings_track_told(k.holdings, k.now);
    host_pass(&k, SECOND);
    host_send(&k, "eth0 51 " THREE " garp=1,0s,0 lease=9s");
    host_log(&k);
    assert_false(holdings_track(k.holdings, k.now, &t));
    k.links[1].ifindex = 8;
    host_links_changed(&k);
    host_turn(&k);
    check_log("+192.0.2.2/32@8:10 *192.0.2.1@2 *192.0.2.2@8 *192.0.2.3@2 ");
    check_news("device: ");
    assert_true(holdings_track(k.holdings, k.now, &t));
    assert_true(t.up);
}

static void others_go_on_while_one_fails(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 " THREE " garp=1,0s,0 lease=4s");
    host_log(&k);
    k.links[1].ifindex = 0;
    host_links_changed(&k);
    for (int n = 0; n < 20; n++) {
        host_send(&k, "eth0 51 " THREE " garp=0,0s,0 lease=4s");
        host_pass(&k, SECOND);
        assert_true(host_has(&k, "192.0.2.3/32"));
        assert_null(strstr(host_log(&k), "-192"));
    }
    check_news("no-device: ");
}

static void they_move(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 " THREE " garp=0,0s,0 lease=4s");
    host_log(&k);
    k.on = on_others;
    host_send(&k, "eth0 51 " THREE " garp=0,0s,0 lease=4s");
    check_log("-192.0.2.1/32@2 -192.0.2.3/32@2 -192.0.2.2/32@3 +192.0.2.1/32@3:5 +192.0.2.3/32@3:5 +192.0.2.2/32@4:5 ");
    for (int n = 0; n < 10; n++) {
        host_pass(&k, SECOND);
        host_send(&k, "eth0 51 " THREE " garp=0,0s,0 lease=4s");
    }
    assert_true(host_has(&k, "192.0.2.1/32"));
    host_log(&k);
    k.on = NULL;
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=0,0s,0 lease=4s");
    check_log("+192.0.2.1/32@2:5 -192.0.2.1/32@3 -192.0.2.3/32@3 -192.0.2.2/32@4 ");
    host_pass(&k, 10 * SECOND);
    assert_false(host_has(&k, "192.0.2.1/32"));
    check_news("lapsed:v51 ");
}

static void shared_on_one_link_only(void **state)
{
    (void)state;
    k.on = NULL;
    host_send(&k, "eth0 1 ip=192.0.2.2 garp=0,0s,0 lease=4s");
    k.on = on_two;
    host_send(&k, "eth0 51 " THREE " garp=0,0s,0 lease=4s");
    check_news(""); /* that of eth0 is not that of eth1 */
    k.on = NULL;
    host_send(&k, "eth1 2 ip=192.0.2.2 garp=0,0s,0 lease=4s");
    check_news("shared:v2192.0.2.2/32 ");
    host_log(&k);
    k.on = on_two;
    host_away(&k, "eth0 51 " THREE);
    check_log("-192.0.2.1/32@2 -192.0.2.3/32@2 ");
}

static void fenced_on_each(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 " THREE " vmac=yes fence=300ms garp=0,0s,0 lease=4s");
    check_log("#192.0.2.3:300 +192.0.2.3/32@2:5 <51 #192.0.2.1:300 #eth0:00:00:5e:00:01:33:300 +192.0.2.1/32@151:5 "
              "#192.0.2.2:300 +192.0.2.2/32@3:5 ");
    host_send(&k, "eth0 51 " THREE " vmac=yes fence=400ms garp=0,0s,0 lease=4s");
    check_log("~192.0.2.1:400 ~192.0.2.2:400 ~192.0.2.3:400 ~eth0:00:00:5e:00:01:33:400 ");
    host_away(&k, "eth0 51 " THREE);
    check_log("~192.0.2.1:0 ~192.0.2.2:0 ~192.0.2.3:0 ~eth0:00:00:5e:00:01:33:0 -192.0.2.3/32@2 ^192.0.2.3 "
              ">51 ^192.0.2.1 -192.0.2.2/32@3 ^192.0.2.2 ");
    host_finish(&k);
    check_log("^eth0:00:00:5e:00:01:33 ");
}

static void taken_away_from_one(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 " THREE " garp=1,0s,0");
    host_log(&k);
    host_take(&k, 3, "192.0.2.2/32");
    host_pass(&k, SECOND);
    check_log("+192.0.2.2/32@3 *192.0.2.1@2 *192.0.2.2@3 *192.0.2.3@2 ");
    check_news("taken:192.0.2.2/32 ");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(each_on_its_own),
        TEST(leases_are_renewed_on_each),
        TEST(nothing_is_put_back_when_sends_stop),
        TEST(one_that_is_not_there_is_waited_for),
        TEST(others_go_on_while_one_fails),
        TEST(they_move),
        TEST(shared_on_one_link_only),
        TEST(fenced_on_each),
        TEST(taken_away_from_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
