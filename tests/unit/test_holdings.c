/* Which addresses are held, for how long, and what is announced: the rules above lib/core/holdings.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/holdings_host.h"

static struct host k;

static int begin(void **state)
{
    (void)state;
    host_begin(&k);
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

static void send_sets_and_announces(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1/24,192.0.2.2 garp=3,5s,1 lease=4s announce=yes");
    /* lease 4 s and R 1 s; the first announcement of each before the second of any */
    check_log("+192.0.2.1/24:5 +192.0.2.2/32:5 *192.0.2.1 *192.0.2.2 *192.0.2.1 *192.0.2.2 *192.0.2.1 *192.0.2.2 ");
    for (int n = 1; n <= 4; n++) {
        host_pass(&k, SECOND);
        host_send(&k, "eth0 51 ip=192.0.2.1/24,192.0.2.2 garp=3,5s,1 lease=4s");
        check_log("=192.0.2.1/24:5 =192.0.2.2/32:5 ");
    }
    host_pass(&k, SECOND);
    check_log("*192.0.2.1 *192.0.2.2 "); /* garp.delay after the first */
    check_news("");
}

static void first_of_all_before_second_of_any(void **state)
{
    (void)state;
    struct holding_announcement a;
    host_send(&k, "eth0 1 ip=192.0.2.1 garp=3,1s,0 lease=4s");
    host_log(&k);
    host_pass(&k, 100 * MILLISECOND);
    /* Both of one batch: the second virtual router's first comes before what is left of the first's. */
    host_send(&k, "eth0 1 ip=192.0.2.1 garp=3,1s,0 lease=4s announce=yes");
    check_log("*192.0.2.1 *192.0.2.1 *192.0.2.1 ");
    assert_false(holdings_announcement(k.holdings, k.now, &a));
    assert_true(holdings_deadline(k.holdings).us > k.now.us);
}

static void batch_is_announced_in_turn(void **state)
{
    (void)state;
    host_away(&k, "eth0 1 ip=192.0.2.1");
    host_away(&k, "eth0 2 ip=192.0.2.2");
    host_log(&k);
    k.fail = ENOBUFS; /* nothing is up, so nothing is announced; then both come up in one plan */
    host_send(&k, "eth0 1 ip=192.0.2.1 garp=2,1s,0");
    host_send(&k, "eth0 2 ip=192.0.2.2 garp=2,1s,0");
    check_log("!192.0.2.1/32 !192.0.2.1/32 !192.0.2.2/32 ");
    k.fail = 0;
    host_pass(&k, SECOND);
    const char *log = host_log(&k);
    assert_non_null(strstr(log, "+192.0.2.1/32 +192.0.2.2/32 "));
    assert_true(strstr(log, "*192.0.2.2 *192.0.2.1 *192.0.2.2 *192.0.2.1 ") != NULL ||
                strstr(log, "*192.0.2.1 *192.0.2.2 *192.0.2.1 *192.0.2.2 ") != NULL);
}

static void second_burst_and_refresh(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=0,2s,2 garp-refresh=10s");
    check_log("+192.0.2.1/32 "); /* no lease: for ever; garp.first is 0 */
    host_pass(&k, 2 * SECOND);
    check_log("*192.0.2.1 *192.0.2.1 ");
    host_pass(&k, 7 * SECOND);
    check_log("");
    host_pass(&k, SECOND);
    check_log("*192.0.2.1 ");
    host_pass(&k, 20 * SECOND);
    check_log("*192.0.2.1 *192.0.2.1 ");
    host_away(&k, "eth0 51 ip=192.0.2.1");
    check_log("-192.0.2.1/32 ");
    host_pass(&k, 60 * SECOND);
    check_log("");
}

static void renewed_every_period_not_at_every_send(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 interval=100ms garp=0,0s,0 lease=1s");
    for (int n = 0; n < 100; n++) {
        host_pass(&k, 100 * MILLISECOND);
        host_send(&k, "eth0 51 ip=192.0.2.1 interval=100ms garp=0,0s,0 lease=1s");
        assert_true(host_has(&k, "192.0.2.1/32"));
    }
    assert_in_range(k.renewals, 9, 12);
    check_news("");
}

static void lease_counts_from_the_send(void **state)
{
    (void)state;
    struct prefix ip;
    assert_true(prefix_parse(&ip, "192.0.2.1", 9));
    struct send_event e = {.id = {"eth0", 4, 51},
                           .name = "late",
                           .version = 3,
                           .prio = 100,
                           .interval = SECOND,
                           .ip = {.count = 1, .items = &ip},
                           .lease = 4 * SECOND};
    /* It was sent 2.5 s ago: 4 s and R of 1 s from then are 2.5 s from now, and the kernel takes whole seconds. */
    assert_true(holdings_held(k.holdings, &e, (instant){k.now.us - 2500 * MILLISECOND}, k.now));
    host_turn(&k);
    check_log("+192.0.2.1/32:3 ");
}

static void no_renewal_without_a_newer_send(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=1,0s,0 lease=4s");
    host_log(&k);
    host_pass(&k, 4900 * MILLISECOND);
    check_log("");
    assert_true(host_has(&k, "192.0.2.1/32"));
    host_pass(&k, 200 * MILLISECOND);
    assert_false(host_has(&k, "192.0.2.1/32"));
    check_news("lapsed:v51 ");
    assert_int_equal(holdings_held_count(k.holdings), 0);
    /* the next fresh send adds it again and announces it */
    host_log(&k);
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=1,0s,0 lease=4s");
    check_log("+192.0.2.1/32:5 *192.0.2.1 ");
}

static void nothing_is_put_back_when_sends_stop(void **state)
{
    (void)state;
    /* They stop at any time after a renewal: the kernel's lease counts from that, the newest send is younger. */
    for (int more = 0; more < 12; more++) {
        for (int n = 0; n < 20 + more; n++) {
            host_send(&k, "eth0 51 ip=192.0.2.1 interval=100ms garp=1,0s,0 lease=1s");
            host_pass(&k, 100 * MILLISECOND);
        }
        host_log(&k);
        host_pass(&k, 700 * MILLISECOND);
        assert_true(host_has(&k, "192.0.2.1/32"));
        host_pass(&k, 1200 * MILLISECOND);
        assert_false(host_has(&k, "192.0.2.1/32"));
        check_log("-192.0.2.1/32 ");
        check_news("lapsed:v51 ");
    }
}

static void sends_that_announce_renew_too(void **state)
{
    (void)state;
    for (int n = 0; n < 20; n++) {
        host_send(&k, "eth0 51 ip=192.0.2.1 garp=1,0s,0 lease=4s announce=yes");
        host_pass(&k, SECOND);
        assert_true(host_has(&k, "192.0.2.1/32"));
    }
    assert_in_range(k.renewals, 9, 21);
    check_news("");
}

static void long_interval_is_the_period(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 interval=10s garp=0,0s,0 lease=40s");
    check_log("+192.0.2.1/32:50 ");
    host_pass(&k, 10 * SECOND);
    host_send(&k, "eth0 51 ip=192.0.2.1 interval=10s garp=0,0s,0 lease=40s");
    check_log("=192.0.2.1/32:50 ");
}

static void many_share_their_rounds(void **state)
{
    (void)state;
    char words[200];
    for (int second = 0; second < 5; second++) {
        for (int n = 1; n <= 200; n++) {
            snprintf(words, sizeof words, "eth0 %d ip=192.0.2.%d garp=0,0s,0 lease=4s", n, n);
            host_send(&k, words);
            host_pass(&k, 5 * MILLISECOND);
        }
        if (second == 0)
            k.plans = 0;
    }
    assert_true(k.plans <= 17); /* four rounds in each of four seconds */
    assert_true(k.renewals >= 3 * 200);
    check_news("");
}

static void cost_stretches_the_period(void **state)
{
    (void)state;
    k.cost = 30 * MILLISECOND; /* for each of two addresses: 100 rounds of 60 ms are 6 s */
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 garp=0,0s,0 lease=4s");
    for (int n = 0; n < 40; n++) {
        host_pass(&k, SECOND);
        host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 garp=0,0s,0 lease=4s");
        assert_true(host_has(&k, "192.0.2.1/32"));
    }
    assert_int_equal(holdings_period(k.holdings), 6 * SECOND);
    assert_in_range(k.renewals, 2 * 6, 2 * 8);
    assert_non_null(strstr(host_log(&k), "=192.0.2.1/32:10 ")); /* and the lease covers it */
}

static void leases_outlast_the_first_costly_round(void **state)
{
    (void)state;
    k.cost = 155 * MILLISECOND; /* R jumps from 1 s to 31 s, and leases of 1 s and 4 s are out */
    for (int n = 0; n < 80; n++) {
        host_send(&k, "eth0 51 ip=2001:db8::1,2001:db8::2 garp=0,0s,0 lease=4s");
        host_pass(&k, SECOND);
        assert_true(host_has(&k, "2001:db8::1/128"));
    }
    assert_int_equal(holdings_period(k.holdings), 31 * SECOND);
    check_news("");
}

static void resign_and_release(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 garp=5,5s,5 lease=4s");
    host_log(&k);
    host_away(&k, "eth0 51 ip=192.0.2.1,192.0.2.2");
    check_log("-192.0.2.1/32 -192.0.2.2/32 ");
    host_pass(&k, 60 * SECOND);
    check_log(""); /* no second burst */
    host_away(&k, "eth0 51 ip=192.0.2.1,192.0.2.2");
    check_log(""); /* as often as it comes */
}

static void shared_stays_until_nobody_holds_it(void **state)
{
    (void)state;
    host_send(&k, "eth0 1 ip=192.0.2.1,192.0.2.2 garp=0,0s,0 lease=4s");
    host_send(&k, "eth0 2 ip=192.0.2.1 garp=0,0s,0 lease=9s");
    check_news("shared:v2192.0.2.1/32 ");
    check_log("+192.0.2.1/32:5 +192.0.2.2/32:5 =192.0.2.1/32:10 ");
    host_away(&k, "eth0 1 ip=192.0.2.1,192.0.2.2");
    check_log("-192.0.2.2/32 ");
    host_away(&k, "eth0 2 ip=192.0.2.1");
    check_log("-192.0.2.1/32 ");
    /* a router that is not Active does not take what another holds */
    host_send(&k, "eth0 2 ip=192.0.2.1 garp=0,0s,0 lease=9s");
    host_log(&k);
    host_away(&k, "eth0 1 ip=192.0.2.1,192.0.2.2");
    check_log("");
}

static void other_addresses(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 garp=1,0s,0");
    host_log(&k);
    host_send(&k, "eth0 51 ip=192.0.2.2,192.0.2.3 garp=1,0s,0");
    check_log("-192.0.2.1/32 +192.0.2.3/32 *192.0.2.2 *192.0.2.3 ");
    host_send(&k, "eth0 51 ip=192.0.2.2/24,192.0.2.3 garp=1,0s,0"); /* another length is another address */
    check_log("-192.0.2.2/32 +192.0.2.2/24 *192.0.2.2 *192.0.2.3 ");
    host_away(&k, "eth0 51 ip=192.0.2.3"); /* what it held goes too */
    check_log("-192.0.2.2/24 -192.0.2.3/32 ");
}

static void fewer_addresses_go_on_as_before(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 garp=1,3s,1 garp-refresh=5s lease=60s");
    host_log(&k);
    host_pass(&k, SECOND);
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=1,3s,1 garp-refresh=5s lease=60s");
    check_log("=192.0.2.1/32:61 -192.0.2.2/32 ");
    host_pass(&k, 2 * SECOND);
    check_log("*192.0.2.1 "); /* the second burst */
    host_pass(&k, 2 * SECOND);
    check_log("*192.0.2.1 "); /* the refresh */
    host_pass(&k, 5 * SECOND);
    check_log("*192.0.2.1 ");
    host_pass(&k, 60 * SECOND);
    check_news("lapsed:v51 ");
}

static void lease_comes_and_goes(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=0,0s,0");
    check_log("+192.0.2.1/32 ");
    host_pass(&k, 60 * SECOND);
    check_log("");
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=0,0s,0 lease=2s");
    check_log("=192.0.2.1/32:3 ");
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=0,0s,0");
    check_log("=192.0.2.1/32 ");
}

static void release_at_the_end(void **state)
{
    (void)state;
    host_send(&k, "eth0 1 ip=192.0.2.1 garp=0,0s,0 lease=4s");
    host_send(&k, "eth0 2 ip=192.0.2.2 garp=0,0s,0");
    host_log(&k);
    holdings_release(k.holdings, true, k.now); /* what no lease would ever end */
    host_turn(&k);
    check_log("-192.0.2.2/32 ");
    assert_int_equal(holdings_held_count(k.holdings), 1);
    holdings_release(k.holdings, false, k.now);
    host_turn(&k);
    check_log("-192.0.2.1/32 ");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(send_sets_and_announces),
        TEST(first_of_all_before_second_of_any),
        TEST(batch_is_announced_in_turn),
        TEST(second_burst_and_refresh),
        TEST(renewed_every_period_not_at_every_send),
        TEST(lease_counts_from_the_send),
        TEST(no_renewal_without_a_newer_send),
        TEST(nothing_is_put_back_when_sends_stop),
        TEST(sends_that_announce_renew_too),
        TEST(long_interval_is_the_period),
        TEST(many_share_their_rounds),
        TEST(cost_stretches_the_period),
        TEST(leases_outlast_the_first_costly_round),
        TEST(resign_and_release),
        TEST(shared_stays_until_nobody_holds_it),
        TEST(other_addresses),
        TEST(fewer_addresses_go_on_as_before),
        TEST(lease_comes_and_goes),
        TEST(release_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
