/* What is held, when others have a hand in it: leftovers, foreign addresses, other programs, the interface, the kernel. */
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

static void leftovers_wait_for_their_router(void **state)
{
    (void)state;
    host_put(&k, 2, "192.0.2.1/32", true, 0); /* of a run that crashed */
    host_put(&k, 2, "192.0.2.2/24", true, 0);
    host_put(&k, 2, "192.0.2.3/32", true, 0);
    host_send(&k, "eth0 1 ip=192.0.2.9 garp=0,0s,0");
    check_log("+192.0.2.9/32 ");
    host_send(&k, "eth0 2 ip=192.0.2.1 garp=1,0s,0 lease=4s"); /* adopts: a lease, and the neighbours are told */
    check_log("=192.0.2.1/32:5 *192.0.2.1 ");
    host_away(&k, "eth0 3 ip=192.0.2.2"); /* removes, whatever length it has */
    check_log("-192.0.2.2/24 ");
    assert_true(host_has(&k, "192.0.2.3/32"));
}

static void foreign_is_only_announced(void **state)
{
    (void)state;
    host_put(&k, 2, "192.0.2.1/24", false, 0);
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 garp=1,0s,0 lease=4s");
    check_log("+192.0.2.2/32:5 *192.0.2.1 *192.0.2.2 ");
    check_news("foreign:192.0.2.1/32 ");
    host_pass(&k, SECOND);
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 garp=1,0s,0 lease=4s");
    check_log("=192.0.2.2/32:5 ");
    host_away(&k, "eth0 51 ip=192.0.2.1,192.0.2.2");
    check_log("-192.0.2.2/32 ");
    assert_true(host_has(&k, "192.0.2.1/24"));
    check_news("stray:192.0.2.1/32 "); /* the Active has it, too */
}

static void foreign_on_a_backup_is_told_once(void **state)
{
    (void)state;
    host_put(&k, 2, "192.0.2.1/24", false, 0);
    host_put(&k, 2, "192.0.2.9/24", false, 0);
    host_away(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 to=backup");
    check_news("stray:192.0.2.1/32 ");
    host_away(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 to=backup");
    holdings_all_unseen(k.holdings, k.now);
    host_pass(&k, SECOND);
    check_news("");
    host_put(&k, 2, "192.0.2.2/24", false, 0); /* comes later */
    host_pass(&k, SECOND);
    check_news("stray:192.0.2.2/32 ");
    host_take(&k, 2, "192.0.2.2/24");
    host_pass(&k, SECOND);
    host_put(&k, 2, "192.0.2.2/24", false, 0); /* and again */
    host_pass(&k, SECOND);
    check_news("stray:192.0.2.2/32 ");
    check_log("");
    host_away(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 to=init"); /* who takes no part knows of nobody else */
    check_news("");
}

static void foreign_at_the_end_is_not_told(void **state)
{
    (void)state;
    host_away(&k, "eth0 51 ip=192.0.2.1 to=backup");
    host_put(&k, 2, "192.0.2.1/24", false, 0);
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=1,0s,0");
    check_news("foreign:192.0.2.1/32 ");
    holdings_release(k.holdings, false, k.now);
    host_turn(&k);
    host_away(&k, "eth0 51 ip=192.0.2.1 to=init");
    check_news("");
}

static void foreign_that_goes_is_replaced(void **state)
{
    (void)state;
    host_put(&k, 2, "192.0.2.1/24", false, 0);
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=1,0s,0 lease=9s");
    host_log(&k);
    host_take(&k, 2, "192.0.2.1/24");
    host_pass(&k, 100 * MILLISECOND);
    check_log("+192.0.2.1/32:10 *192.0.2.1 ");
}

static void without_tags_our_own_is_known(void **state)
{
    (void)state;
    k.untagged = true;
    holdings_untagged(k.holdings);
    host_put(&k, 2, "192.0.2.2/32", true, 0); /* left over, but who could tell */
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 garp=1,0s,0 lease=9s");
    check_log("+192.0.2.1/32:10 *192.0.2.1 *192.0.2.2 ");
    holdings_all_unseen(k.holdings, k.now);
    host_pass(&k, 1100 * MILLISECOND);
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 garp=1,0s,0 lease=9s");
    check_log("=192.0.2.1/32:10 ");
    host_take(&k, 2, "192.0.2.1/32");
    host_pass(&k, 100 * MILLISECOND);
    check_log("+192.0.2.1/32:10 *192.0.2.1 *192.0.2.2 ");
    /* one that somebody else put there in its place is not */
    host_take(&k, 2, "192.0.2.1/32");
    host_put(&k, 2, "192.0.2.1/32", false, 0);
    holdings_all_unseen(k.holdings, k.now);
    host_pass(&k, 200 * MILLISECOND);
    check_log("*192.0.2.1 *192.0.2.2 ");
    host_away(&k, "eth0 51 ip=192.0.2.1,192.0.2.2");
    check_log("");
    assert_true(host_has(&k, "192.0.2.1/32"));
    assert_true(host_has(&k, "192.0.2.2/32"));
}

static void foreign_twin_outlives_ours(void **state)
{
    (void)state;
    /* IPv4 knows one address with two lengths: somebody adds the second while we hold the first. */
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=0,0s,0");
    host_put(&k, 2, "192.0.2.1/24", false, 0);
    host_pass(&k, SECOND);
    host_log(&k);
    host_away(&k, "eth0 51 ip=192.0.2.1");
    check_log("-192.0.2.1/32 ");
    assert_true(host_has(&k, "192.0.2.1/24"));
}

static void taken_away_is_put_back(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=1,0s,0 lease=9s");
    host_log(&k);
    host_take(&k, 2, "192.0.2.1/32");
    host_pass(&k, 0);
    check_log("+192.0.2.1/32:10 *192.0.2.1 ");
    check_news("taken:192.0.2.1/32 ");
    /* somebody who fights us is answered ten times a second, and told of once */
    for (int n = 0; n < 100; n++) {
        host_pass(&k, 10 * MILLISECOND);
        if (host_has(&k, "192.0.2.1/32"))
            host_take(&k, 2, "192.0.2.1/32");
    }
    host_pass(&k, 100 * MILLISECOND);
    assert_in_range(strlen(host_log(&k)) / strlen("+192.0.2.1/32:10 *192.0.2.1 "), 9, 12);
    check_news("");
    assert_true(host_has(&k, "192.0.2.1/32"));
}

static void replaced_by_hand_is_not_ours_any_more(void **state)
{
    (void)state;
    struct prefix p;
    assert_true(prefix_parse(&p, "192.0.2.1", strlen("192.0.2.1")));
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=1,0s,0 lease=9s");
    host_log(&k);
    k.addresses[0].ours = false; /* ip addr replace: the tag goes, nothing is said of the old one */
    k.addresses[0].until = INSTANT_NEVER;
    holdings_notice(k.holdings, 2, &p, false, false, k.now);
    host_pass(&k, 100 * MILLISECOND);
    check_log("*192.0.2.1 ");
    check_news("foreign:192.0.2.1/32 "); /* and not that it was put back */
    host_away(&k, "eth0 51 ip=192.0.2.1");
    check_log("");
}

/* Nothing was done meanwhile. Then a send is read before the kernel's notices, and before time is looked at. */
static void stopped_for_longer_than_the_lease(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 garp=1,0s,0 lease=4s");
    host_log(&k);
    k.now.us += 8 * SECOND;
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.3 garp=1,0s,0 lease=4s");
    check_log("+192.0.2.1/32:5 +192.0.2.3/32:5 *192.0.2.1 *192.0.2.3 ");
    check_news("lapsed:v51 ");
    k.now.us += 4990 * MILLISECOND; /* the kernel is just about to end it */
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.3 garp=1,0s,0 lease=4s");
    check_log("=192.0.2.1/32:5 =192.0.2.3/32:5 *192.0.2.1 *192.0.2.3 ");
    check_news("lapsed:v51 ");
    host_take(&k, 2, "192.0.2.1/32"); /* and somebody else's doing is still seen */
    host_pass(&k, 100 * MILLISECOND);
    check_news("taken:192.0.2.1/32 ");
}

static void lost_notices_mean_another_look(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 garp=1,0s,0 lease=9s");
    host_log(&k);
    k.addresses[0].used = false; /* unheard */
    holdings_all_unseen(k.holdings, k.now);
    host_pass(&k, 0);
    check_log("+192.0.2.1/32:10 *192.0.2.1 *192.0.2.2 ");
    check_news("taken:192.0.2.1/32 ");
}

static void own_doing_echoes(void **state)
{
    (void)state;
    struct prefix p;
    assert_true(prefix_parse(&p, "2001:db8::1", strlen("2001:db8::1")));
    host_send(&k, "eth0 51 ip=2001:db8::1 garp=1,0s,0 lease=9s");
    unsigned looks = k.looks;
    host_log(&k);
    holdings_notice(k.holdings, 2, &p, true, false, k.now); /* we added it */
    host_pass(&k, SECOND);
    host_away(&k, "eth0 51 ip=2001:db8::1");
    holdings_notice(k.holdings, 2, &p, true, true, k.now); /* we removed it */
    host_pass(&k, SECOND);
    assert_int_equal(k.looks, looks);
    check_log("-2001:db8::1/128 ");
    check_news("");
}

static void interface_goes_and_comes(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=1,0s,0 lease=9s");
    host_log(&k);
    k.links[0].ifindex = 0;
    host_take(&k, 2, "192.0.2.1/32");
    host_links_changed(&k);
    host_pass(&k, SECOND);
    check_log("");
    check_news("no-device: ");
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=1,0s,0 lease=9s announce=yes");
    host_pass(&k, SECOND);
    check_log("");
    k.links[0].ifindex = 7; /* made anew */
    host_links_changed(&k);
    host_pass(&k, 100 * MILLISECOND);
    check_log("+192.0.2.1/32:9 *192.0.2.1 ");
    check_news("device: taken:192.0.2.1/32 ");
    k.links[0].mac.bytes[5] = 9; /* the neighbours know another MAC */
    host_links_changed(&k);
    host_pass(&k, 200 * MILLISECOND);
    check_log("*192.0.2.1 ");
}

static void interface_that_is_down_is_waited_for(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=2001:db8::1 garp=1,0s,0 lease=9s");
    host_send(&k, "eth0 52 ip=192.0.2.1 garp=1,0s,0 lease=9s");
    host_log(&k);
    host_down(&k, true);
    host_pass(&k, SECOND);
    host_send(&k, "eth0 53 ip=192.0.2.2 garp=1,0s,0 lease=9s announce=yes");
    host_pass(&k, SECOND);
    check_log("");
    check_news("");
    host_down(&k, false);
    host_pass(&k, 100 * MILLISECOND);
    check_log("+2001:db8::1/128:8 +192.0.2.2/32:9 *192.0.2.2 *192.0.2.1 *2001:db8::1 ");
    check_news("");
    host_take(&k, 2, "2001:db8::1/128");
    host_pass(&k, 100 * MILLISECOND);
    check_news("taken:2001:db8::1/128 ");
}

static void given_up_while_the_interface_is_down(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=2001:db8::1 garp=1,0s,0 lease=9s");
    host_send(&k, "eth0 52 ip=192.0.2.1 garp=1,0s,0 lease=9s");
    host_down(&k, true);
    host_pass(&k, 100 * MILLISECOND);
    host_log(&k);
    host_away(&k, "eth0 51 ip=2001:db8::1");
    host_away(&k, "eth0 52 ip=192.0.2.1");
    host_down(&k, false);
    host_pass(&k, SECOND);
    check_log("-192.0.2.1/32 ");
    check_news("");
}

static void renamed_interface_loses_its_addresses(void **state)
{
    (void)state;
    host_put(&k, 2, "192.0.2.2/24", false, 0);
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 garp=1,0s,0 lease=9s");
    host_log(&k);
    k.links[0].ifindex = 0; /* it goes on as eth9 */
    strcpy(k.links[1].ifname, "eth9");
    k.links[1].ifindex = 2;
    host_links_changed(&k);
    host_pass(&k, 200 * MILLISECOND);
    check_log("-192.0.2.1/32 ");
    assert_true(host_has(&k, "192.0.2.2/24"));
    k.links[1].ifindex = 0; /* and comes back, with another MAC */
    k.links[0].ifindex = 2;
    k.links[0].mac.bytes[5] = 9;
    host_links_changed(&k);
    host_pass(&k, 200 * MILLISECOND);
    check_log("+192.0.2.1/32:10 *192.0.2.1 *192.0.2.2 ");
}

static void lost_notices_may_have_been_of_interfaces(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=1,0s,0 lease=9s");
    host_log(&k);
    k.links[0].mac.bytes[5] = 9;
    holdings_all_unseen(k.holdings, k.now);
    host_pass(&k, 100 * MILLISECOND);
    check_log("*192.0.2.1 ");
}

static void unheard_results_leave_nothing_behind(void **state)
{
    (void)state;
    k.deaf = true; /* it was added */
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=1,0s,0");
    k.deaf = false;
    host_away(&k, "eth0 51 ip=192.0.2.1");
    assert_false(host_has(&k, "192.0.2.1/32"));
}

static void failed_looks_leave_nothing_behind(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 garp=0,0s,0 lease=9s");
    host_log(&k);
    k.blind = true;
    holdings_all_unseen(k.holdings, k.now);
    host_pass(&k, 3 * SECOND);
    host_send(&k, "eth0 51 ip=192.0.2.2 garp=0,0s,0 lease=9s");
    check_log("");
    k.blind = false;
    host_pass(&k, SECOND);
    check_log("-192.0.2.1/32 =192.0.2.2/32:9 ");
    check_news("");
}

static void failed_renewals_are_tried_again(void **state)
{
    (void)state;
    for (int n = 0; n < 30; n++) {
        k.fail = n % 5 == 2 ? ENOBUFS : 0;
        host_send(&k, "eth0 51 ip=192.0.2.1 interval=10s garp=0,0s,0 lease=5s"); /* and R, 10 s */
        k.fail = 0;
        host_pass(&k, 10 * SECOND);
        assert_true(host_has(&k, "192.0.2.1/32"));
    }
    assert_null(strstr(host_news(&k), "taken"));
}

static void failures_are_tried_again(void **state)
{
    (void)state;
    k.fail = EACCES;
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=1,0s,0 lease=9s");
    host_pass(&k, 3 * SECOND);
    check_log("!192.0.2.1/32:10 !192.0.2.1/32:9 !192.0.2.1/32:8 !192.0.2.1/32:7 ");
    check_news("failed:192.0.2.1/32 ");
    k.fail = 0;
    host_pass(&k, SECOND);
    check_log("+192.0.2.1/32:6 *192.0.2.1 ");
}

static void somebody_is_faster(void **state)
{
    (void)state;
    host_away(&k, "eth0 51 ip=192.0.2.1"); /* looked: it is not there */
    host_put(&k, 3, "192.0.2.1/32", false, 0);
    k.addresses[0].ifindex = 2; /* now it is, and we do not know yet */
    host_send(&k, "eth0 51 ip=192.0.2.1 garp=1,0s,0");
    check_log("!192.0.2.1/32 ");
    host_pass(&k, SECOND);
    check_log("*192.0.2.1 ");
    check_news("foreign:192.0.2.1/32 ");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(leftovers_wait_for_their_router),
        TEST(foreign_is_only_announced),
        TEST(foreign_on_a_backup_is_told_once),
        TEST(foreign_at_the_end_is_not_told),
        TEST(foreign_that_goes_is_replaced),
        TEST(without_tags_our_own_is_known),
        TEST(foreign_twin_outlives_ours),
        TEST(taken_away_is_put_back),
        TEST(stopped_for_longer_than_the_lease),
        TEST(lost_notices_mean_another_look),
        TEST(own_doing_echoes),
        TEST(interface_goes_and_comes),
        TEST(interface_that_is_down_is_waited_for),
        TEST(given_up_while_the_interface_is_down),
        TEST(failures_are_tried_again),
        TEST(somebody_is_faster),
        TEST(replaced_by_hand_is_not_ours_any_more),
        TEST(renamed_interface_loses_its_addresses),
        TEST(lost_notices_may_have_been_of_interfaces),
        TEST(unheard_results_leave_nothing_behind),
        TEST(failed_looks_leave_nothing_behind),
        TEST(failed_renewals_are_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
