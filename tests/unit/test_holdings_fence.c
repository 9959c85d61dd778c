/* What stands behind a fence, since when, and for how long it is open: the rules above lib/core/holdings.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/holdings_host.h"

#define QUIET "garp=0,0s,0 lease=4s interval=100ms"
#define MAC51 "eth0:00:00:5e:00:01:33"

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

static void two_links(void)
{
    strcpy(k.links[1].ifname, "eth1");
    k.links[1].ifindex = 3;
}

static void stands_before_the_address(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 vmac=yes fence=300ms " QUIET);
    check_log("<51 #192.0.2.1:300 #192.0.2.2:300 #" MAC51 ":300 +192.0.2.1/32:5 +192.0.2.2/32:5 ");
}

static void without_being_asked_there_is_none(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 vmac=yes " QUIET);
    check_log("<51 +192.0.2.1/32:5 ");
    host_away(&k, "eth0 51 ip=192.0.2.1");
    host_finish(&k);
    check_log(">51 ");
}

static void each_send_opens_it_for_longer(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 vmac=yes fence=300ms " QUIET);
    host_log(&k);
    for (int n = 0; n < 5; n++) {
        host_pass(&k, 100 * MILLISECOND);
        host_send(&k, "eth0 51 ip=192.0.2.1 vmac=yes fence=300ms " QUIET);
        check_log("~192.0.2.1:300 ~" MAC51 ":300 ");
    }
    host_pass(&k, 250 * MILLISECOND);
    check_log("");
    assert_int_equal(host_open(&k, "192.0.2.1"), 50);
    assert_int_equal(host_open(&k, MAC51), 50);
}

static void counts_from_the_time_of_the_send(void **state)
{
    (void)state;
    k.age = 120 * MILLISECOND;
    host_send(&k, "eth0 51 ip=192.0.2.1 fence=300ms " QUIET);
    check_log("#192.0.2.1:180 +192.0.2.1/32:5 ");
    k.age = 150 * MILLISECOND; /* an older one: it changes nothing */
    host_send(&k, "eth0 51 ip=192.0.2.1 fence=300ms " QUIET);
    check_log("");
    host_pass(&k, 100 * MILLISECOND);
    k.age = 90 * MILLISECOND;
    host_send(&k, "eth0 51 ip=192.0.2.1 fence=300ms " QUIET);
    check_log("~192.0.2.1:210 ");
}

static void given_up_is_shut_then_removed_then_free(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 vmac=yes fence=300ms " QUIET);
    host_log(&k);
    host_away(&k, "eth0 51 ip=192.0.2.1,192.0.2.2");
    check_log("~192.0.2.1:0 ~192.0.2.2:0 ~" MAC51 ":0 >51 ^192.0.2.1 ^192.0.2.2 ");
    host_away(&k, "eth0 51 ip=192.0.2.1,192.0.2.2");
    host_pass(&k, 10 * SECOND);
    assert_int_equal(host_open(&k, "192.0.2.1"), -1);
    assert_int_equal(host_open(&k, MAC51), 0);
    host_log(&k);
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 vmac=yes fence=300ms " QUIET);
    check_log("~" MAC51 ":300 <51 #192.0.2.1:300 #192.0.2.2:300 +192.0.2.1/32:5 +192.0.2.2/32:5 ");
    host_away(&k, "eth0 51 ip=192.0.2.1,192.0.2.2");
    host_log(&k);
    host_finish(&k);
    check_log("^" MAC51 " ");
}

static void one_that_lapses_is_shut_too(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 vmac=yes fence=300ms " QUIET);
    host_log(&k);
    host_pass(&k, 6 * SECOND);
    check_log("~192.0.2.1:0 ~" MAC51 ":0 >51 ^192.0.2.1 ");
}

static void what_cannot_be_removed_stays_behind_it(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 fence=300ms " QUIET);
    k.fail = EBUSY;
    host_away(&k, "eth0 51 ip=192.0.2.1");
    host_pass(&k, 500 * MILLISECOND);
    assert_int_equal(host_open(&k, "192.0.2.1"), 0);
    k.fail = 0;
    host_pass(&k, 2 * SECOND);
    assert_false(host_has(&k, "192.0.2.1/32"));
    assert_int_equal(host_open(&k, "192.0.2.1"), -1);
}

static void one_that_leaves_the_list_is_free(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 fence=300ms " QUIET);
    host_log(&k);
    host_send(&k, "eth0 51 ip=192.0.2.2,192.0.2.3 fence=300ms " QUIET);
    assert_int_equal(host_open(&k, "192.0.2.1"), -1);
    assert_int_equal(host_open(&k, "192.0.2.2"), 300);
    assert_int_equal(host_open(&k, "192.0.2.3"), 300);
    assert_false(host_has(&k, "192.0.2.1/32"));
}

static void foreign_is_never_fenced(void **state)
{
    (void)state;
    host_put(&k, 2, "192.0.2.1/24", false, 0);
    for (int n = 0; n < 3; n++) {
        host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 fence=300ms " QUIET);
        host_pass(&k, 100 * MILLISECOND);
        assert_int_equal(host_open(&k, "192.0.2.1"), -1);
        assert_int_equal(host_open(&k, "192.0.2.2"), 200);
    }
    host_log(&k);
    host_take(&k, 2, "192.0.2.1/24"); /* now it can be ours */
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 fence=300ms " QUIET);
    check_log("~192.0.2.2:300 #192.0.2.1:300 +192.0.2.1/32:5 ");
    host_put(&k, 2, "192.0.2.1/24", false, 0); /* and is somebody else's, too */
    host_pass(&k, 200 * MILLISECOND);
    assert_int_equal(host_open(&k, "192.0.2.1"), -1);
}

static void it_can_be_asked_for_later_and_no_more(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 vmac=yes " QUIET);
    host_log(&k);
    host_send(&k, "eth0 51 ip=192.0.2.1 vmac=yes fence=300ms " QUIET);
    check_log("#192.0.2.1:300 #" MAC51 ":300 ");
    host_pass(&k, 100 * MILLISECOND);
    host_send(&k, "eth0 51 ip=192.0.2.1 vmac=no fence=300ms " QUIET);
    check_log("#192.0.2.1:300 +192.0.2.1/32:5 ^" MAC51 " >51 ");
    assert_int_equal(host_open(&k, "192.0.2.1"), 300); /* it has moved, and its fence with it */
    host_send(&k, "eth0 51 ip=192.0.2.1 " QUIET);
    check_log("^192.0.2.1 ");
    assert_true(host_has(&k, "192.0.2.1/32"));
}

static void two_that_share_an_address(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 fence=3s " QUIET);
    host_send(&k, "eth0 52 ip=192.0.2.1 fence=300ms " QUIET);
    host_pass(&k, 100 * MILLISECOND);
    host_send(&k, "eth0 52 ip=192.0.2.1 fence=300ms " QUIET);
    assert_int_equal(host_open(&k, "192.0.2.1"), 2900); /* the longer one counts */
    host_away(&k, "eth0 51 ip=192.0.2.1");
    assert_true(host_has(&k, "192.0.2.1/32"));
    assert_int_equal(host_open(&k, "192.0.2.1"), 2900);
    host_send(&k, "eth0 52 ip=192.0.2.1 fence=5s " QUIET);
    assert_int_equal(host_open(&k, "192.0.2.1"), 5000);
    host_away(&k, "eth0 52 ip=192.0.2.1");
    assert_false(host_has(&k, "192.0.2.1/32"));
    assert_int_equal(host_open(&k, "192.0.2.1"), -1);
}

/* A transaction that names an element twice would fail. */
static void twice_in_one_turn_is_once(void **state)
{
    static const char *const lines[] = {"eth0 51 ip=192.0.2.1 fence=300ms " QUIET,
                                        "eth0 52 ip=192.0.2.1 fence=400ms " QUIET,
                                        "eth1 51 ip=192.0.2.1 fence=200ms " QUIET};
    (void)state;
    two_links();
    for (size_t n = 0; n < nitems(lines); n++)
        host_send(&k, lines[n]);
    host_pass(&k, 100 * MILLISECOND);
    host_log(&k);
    for (size_t n = 0; n < nitems(lines); n++)
        host_tell(&k, lines[n]); /* and the host looks for what stands there twice */
    host_turn(&k);
    check_log("~192.0.2.1:400 ");
}

static void link_local_ones_are_of_their_interface(void **state)
{
    (void)state;
    two_links();
    host_send(&k, "eth0 51 ip=fe80::1,2001:db8::1 fence=300ms " QUIET);
    host_send(&k, "eth1 51 ip=fe80::1,2001:db8::2 fence=300ms " QUIET);
    check_log("#eth0:fe80::1:300 #2001:db8::1:300 +fe80::1/128:5 +2001:db8::1/128:5 "
              "#eth1:fe80::1:300 #2001:db8::2:300 +fe80::1/128:5 +2001:db8::2/128:5 ");
    host_away(&k, "eth0 51 ip=fe80::1,2001:db8::1");
    assert_int_equal(host_open(&k, "eth0:fe80::1"), -1);
    assert_int_equal(host_open(&k, "eth1:fe80::1"), 300);
}

/* What is told of it now, which it is once it changes. */
static void check_track(const char *name, bool up)
{
    struct holding_track t;
    bool told = false;
    while (holdings_track(k.holdings, k.now, &t)) {
        if (strcmp(t.name, name) == 0)
            assert_true(t.up == up);
        told = told || strcmp(t.name, name) == 0;
        holdings_track_told(k.holdings, k.now);
    }
    assert_true(told);
}

static void without_the_fence_it_is_not_held(void **state)
{
    (void)state;
    k.no_fence = EOPNOTSUPP;
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 vmac=yes fence=3s garp=0,0s,0 lease=60s");
    check_log("<51 !# ");
    check_track("v51", false);
    host_pass(&k, 2500 * MILLISECOND);
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 vmac=yes fence=3s garp=0,0s,0 lease=60s");
    check_log("!# !# !# ");
    assert_string_equal(host_news(&k), "unfenced: ");
    host_send(&k, "eth0 52 ip=192.0.2.3 garp=0,0s,0 lease=60s"); /* it asks for none */
    check_log("+192.0.2.3/32:61 ");
    check_track("v52", true);
    k.no_fence = 0;
    host_pass(&k, SECOND);
    check_log("#192.0.2.1:2000 #192.0.2.2:2000 #" MAC51 ":2000 +192.0.2.1/32:60 +192.0.2.2/32:60 ");
    check_track("v51", true);
    /* and what is held already, and cannot be fenced any more, is given up */
    k.no_fence = EOPNOTSUPP;
    memset(k.fences, 0, sizeof k.fences);
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 vmac=yes fence=3s garp=0,0s,0 lease=60s");
    check_log("? !# -192.0.2.1/32 -192.0.2.2/32 ");
    assert_true(host_has(&k, "192.0.2.3/32"));
    assert_string_equal(host_news(&k), "unfenced: ");
}

static void without_the_fence_of_its_frames_it_is_not_held_either(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 fence=3s garp=0,0s,0 lease=60s");
    host_log(&k);
    k.no_fence = EOPNOTSUPP;
    host_send(&k, "eth0 51 ip=192.0.2.1 vmac=yes fence=3s garp=0,0s,0 lease=60s");
    check_log("-192.0.2.1/32 ^192.0.2.1 <51 !# ");
    assert_int_equal(host_open(&k, "192.0.2.1"), -1);
}

/* --- what an earlier run left ------------------------------------------------------------------------------------------- */

static void leave(void)
{
    host_send(&k, "eth0 51 ip=192.0.2.1 vmac=yes fence=300ms garp=0,0s,0");
    host_log(&k);
    host_restart(&k);
    k.now.us += 10 * SECOND;
    host_turn(&k);
    check_log("");
    assert_int_equal(host_open(&k, "192.0.2.1"), 0);
}

static void what_is_left_stays_until_its_first_line(void **state)
{
    (void)state;
    leave();
    host_away(&k, "eth0 52 ip=192.0.2.2");
    check_log("^192.0.2.2 ^192.0.2.2! "); /* it could have been there */
    assert_int_equal(host_open(&k, "192.0.2.1"), 0);
    host_away(&k, "eth0 51 ip=192.0.2.1");
    check_log("^192.0.2.1 ^192.0.2.1! ");
    host_finish(&k);
    check_log("^" MAC51 " ^eth0:00:00:5e:00:01:34 ");
}

static void what_is_left_is_taken_over(void **state)
{
    (void)state;
    leave();
    host_send(&k, "eth0 51 ip=192.0.2.1 vmac=yes fence=300ms " QUIET);
    check_log("<51 #192.0.2.1:300 #" MAC51 ":300 +192.0.2.1/32:5 ^192.0.2.1! ");
}

static void what_is_left_is_free_if_no_fence_is_asked_for_now(void **state)
{
    (void)state;
    leave();
    host_send(&k, "eth0 51 ip=192.0.2.1 vmac=yes " QUIET);
    check_log("<51 +192.0.2.1/32:5 ^192.0.2.1 ^192.0.2.1! ^" MAC51 " ");
}

static void what_is_left_and_is_foreign_now_is_free(void **state)
{
    (void)state;
    leave();
    host_put(&k, 2, "192.0.2.1/32", false, 0);
    host_send(&k, "eth0 51 ip=192.0.2.1 fence=300ms " QUIET);
    assert_int_equal(host_open(&k, "192.0.2.1"), -1);
}

/* --- what others do ------------------------------------------------------------------------------------------------------ */

static void taken_away_it_is_put_back(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 vmac=yes fence=3s " QUIET);
    host_send(&k, "eth0 52 ip=192.0.2.2 fence=3s " QUIET);
    host_log(&k);
    memset(k.fences, 0, sizeof k.fences);
    host_pass(&k, 100 * MILLISECOND);
    host_send(&k, "eth0 52 ip=192.0.2.2 fence=3s " QUIET);
    check_log("? #192.0.2.2:3000 #192.0.2.1:2900 #" MAC51 ":2900 ");
}

static void an_interface_that_is_made_again(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 vmac=yes fence=3s " QUIET);
    k.links[0].ifindex = 0;
    memset(k.addresses, 0, sizeof k.addresses);
    host_links_changed(&k);
    host_pass(&k, 200 * MILLISECOND);
    host_log(&k);
    k.links[0].ifindex = 7;
    host_links_changed(&k);
    host_pass(&k, 200 * MILLISECOND);
    check_log("<51 #" MAC51 ":2800 +192.0.2.1/32:5 ");
}

static void many(void **state)
{
    static char words[LINE_BYTES];
    (void)state;
    for (int vrid = 1; vrid <= 3; vrid++) {
        int length = sprintf(words, "eth0 %d vmac=yes fence=300ms " QUIET " ip=", vrid);
        for (int n = 1; n <= 255; n++)
            length += sprintf(words + length, "%s10.0.%d.%d", n > 1 ? "," : "", vrid, n);
        host_tell(&k, words);
    }
    host_turn(&k);
    host_log(&k);
    for (int vrid = 1; vrid <= 3; vrid++) {
        char text[64];
        for (int n = 1; n <= 255; n++) {
            sprintf(text, "10.0.%d.%d", vrid, n);
            assert_int_equal(host_open(&k, text), 300);
        }
        sprintf(text, "eth0:00:00:5e:00:01:0%d", vrid);
        assert_int_equal(host_open(&k, text), 300);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(stands_before_the_address),
        TEST(without_being_asked_there_is_none),
        TEST(each_send_opens_it_for_longer),
        TEST(counts_from_the_time_of_the_send),
        TEST(given_up_is_shut_then_removed_then_free),
        TEST(one_that_lapses_is_shut_too),
        TEST(what_cannot_be_removed_stays_behind_it),
        TEST(one_that_leaves_the_list_is_free),
        TEST(foreign_is_never_fenced),
        TEST(it_can_be_asked_for_later_and_no_more),
        TEST(two_that_share_an_address),
        TEST(twice_in_one_turn_is_once),
        TEST(link_local_ones_are_of_their_interface),
        TEST(without_the_fence_it_is_not_held),
        TEST(without_the_fence_of_its_frames_it_is_not_held_either),
        TEST(what_is_left_stays_until_its_first_line),
        TEST(what_is_left_is_taken_over),
        TEST(what_is_left_is_free_if_no_fence_is_asked_for_now),
        TEST(what_is_left_and_is_foreign_now_is_free),
        TEST(taken_away_it_is_put_back),
        TEST(an_interface_that_is_made_again),
        TEST(many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
