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

/* Of eth0, 2, and eth1, 3. */
#define THREE  "ip=192.0.2.1,192.0.2.2@eth1,192.0.2.3@eth0"
#define OTHERS "ip=192.0.2.1@eth1,192.0.2.2@eth2,192.0.2.3@eth1"

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
            host_send(&k, "eth0 51 " THREE " interval=100ms garp=1,0s,0 lease=1s");
            host_pass(&k, 30 * MILLISECOND);
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
    host_send(&k, "eth0 51 " OTHERS " garp=0,0s,0 lease=4s");
    check_log("-192.0.2.1/32@2 -192.0.2.3/32@2 -192.0.2.2/32@3 +192.0.2.1/32@3:5 +192.0.2.3/32@3:5 +192.0.2.2/32@4:5 ");
    for (int n = 0; n < 10; n++) {
        host_pass(&k, SECOND);
        host_send(&k, "eth0 51 " OTHERS " garp=0,0s,0 lease=4s");
    }
    assert_true(host_has(&k, "192.0.2.1/32"));
    host_log(&k);
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=0,0s,0 lease=4s");
    check_log("+192.0.2.1/32@2:5 -192.0.2.1/32@3 -192.0.2.3/32@3 -192.0.2.2/32@4 ");
    host_pass(&k, 10 * SECOND);
    assert_false(host_has(&k, "192.0.2.1/32"));
    check_news("lapsed:v51 ");
}

static void shared_on_one_link_only(void **state)
{
    (void)state;
    host_send(&k, "eth0 1 ip=192.0.2.2 garp=0,0s,0 lease=4s");
    host_send(&k, "eth0 51 " THREE " garp=0,0s,0 lease=4s");
    check_news(""); /* that of eth0 is not that of eth1 */
    host_send(&k, "eth1 2 ip=192.0.2.2 garp=0,0s,0 lease=4s");
    check_news("shared:v2192.0.2.2/32 ");
    host_log(&k);
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

static void style_is_put_right(void **state)
{
    (void)state;
    k.shows_style = true;
    k.shows_links = false;
    host_send(&k, "eth0 51 ip=192.0.2.1 excluded=2001:db8::1 garp=0,0s,0 label=web scope=link preferred=yes lease=4s");
    check_log("+192.0.2.1/32=web:253!:5 +2001:db8::1/128=web:253!:5 ");
    host_send(&k, "eth0 51 ip=192.0.2.1 excluded=2001:db8::1 garp=0,0s,0 label=web lease=4s");
    /* the kernel gives IPv4 another scope and label only when it is added, IPv6 another lifetime at any time */
    check_log("-192.0.2.1/32 +192.0.2.1/32=web:0:5 =2001:db8::1/128=web:0:5 ");
    host_send(&k, "eth0 51 ip=192.0.2.1 excluded=2001:db8::1 garp=0,0s,0 lease=4s");
    check_log("-192.0.2.1/32 +192.0.2.1/32=:0:5 =2001:db8::1/128=:0:5 ");
    host_pass(&k, SECOND);
    host_send(&k, "eth0 51 ip=192.0.2.1 excluded=2001:db8::1 garp=0,0s,0 lease=4s");
    check_log("=192.0.2.1/32=:0:5 =2001:db8::1/128=:0:5 ");
    check_news("");
}

static void what_a_run_before_left_gets_the_style(void **state)
{
    (void)state;
    k.shows_style = true;
    k.shows_links = false;
    host_put(&k, 2, "192.0.2.1/32", true, 3 * SECOND);
    host_put(&k, 3, "192.0.2.2/32", true, 3 * SECOND);
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2@eth1 garp=0,0s,0 label=web lease=4s");
    check_log("-192.0.2.1/32 +192.0.2.1/32=web:0:5 -192.0.2.2/32 +192.0.2.2/32=web:0:5 ");
    check_news("");
}

static void a_label_that_does_not_fit_is_left_out(void **state)
{
    (void)state;
    strcpy(k.links[3].ifname, "a-long-name.100");
    k.links[3].ifindex = 5;
    host_send(&k, "a-long-name.100 51 ip=192.0.2.1 garp=0,0s,0 label=web");
    check_log("+192.0.2.1/32@5 ");
    holdings_all_unseen(k.holdings, k.now);
    k.addresses[0].style = (struct address_style){0}; /* as the kernel has it then */
    host_pass(&k, SECOND);
    check_log(""); /* and it is not set again and again */
}

static void frames_keep_their_pace(void **state)
{
    (void)state;
    host_send(&k, "eth0 1 " THREE " garp=2,1s,1 garp-pace=10ms lease=60s");
    host_log(&k);
    host_send(&k, "eth0 2 ip=192.0.2.9 garp=2,0s,0 lease=60s"); /* this one does not wait for the other */
    check_log("+192.0.2.9/32@2:61 *192.0.2.9@2 *192.0.2.9@2 ");
    const char *const frames[] = {"192.0.2.2@3", "192.0.2.3@2", "192.0.2.1@2", "192.0.2.2@3", "192.0.2.3@2"};
    for (size_t n = 0; n < sizeof frames / sizeof frames[0]; n++) {
        char expected[40];
        host_pass(&k, 9 * MILLISECOND);
        check_log("");
        host_pass(&k, MILLISECOND);
        snprintf(expected, sizeof expected, "*%s ", frames[n]);
        check_log(expected);
    }
    host_pass(&k, 949 * MILLISECOND);
    check_log("");
    host_pass(&k, 31 * MILLISECOND);
    check_log("*192.0.2.1@2 *192.0.2.2@3 *192.0.2.3@2 ");
    host_pass(&k, 60 * SECOND);
    check_news("lapsed:v1 lapsed:v2 ");
}

static void given_up_while_it_waits(void **state)
{
    (void)state;
    host_send(&k, "eth0 1 " THREE " garp=2,1s,1 garp-pace=10ms lease=60s");
    host_away(&k, "eth0 1 " THREE);
    host_log(&k);
    host_pass(&k, SECOND);
    check_log("");
    host_send(&k, "eth0 1 " THREE " garp=1,1s,1 garp-pace=10ms lease=60s");
    host_log(&k);
    host_pass(&k, 20 * MILLISECOND);
    check_log("*192.0.2.2@3 *192.0.2.3@2 ");
    host_send(&k, "eth0 1 " THREE " garp=1,1s,1 lease=60s announce=yes"); /* without one again */
    check_log("*192.0.2.1@2 *192.0.2.2@3 *192.0.2.3@2 ");
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
        TEST(style_is_put_right),
        TEST(what_a_run_before_left_gets_the_style),
        TEST(a_label_that_does_not_fit_is_left_out),
        TEST(frames_keep_their_pace),
        TEST(given_up_while_it_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
