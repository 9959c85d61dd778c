/* What elections are told of the addresses that they ask for: lib/core/holdings.h, holdings_track. */
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

/* What is due now, as "v51 up, v52 down, ", and is told. */
static const char *tracks(void)
{
    static char text[HOST_TEXT];
    struct holding_track t;
    text[0] = '\0';
    while (holdings_track(k.holdings, k.now, &t)) {
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s %s, ", t.name, t.up ? "up" : "down");
        holdings_track_told(k.holdings, k.now);
    }
    assert_true(holdings_track_deadline(k.holdings).us > k.now.us);
    return text;
}

/* The first that is told within `most`, and after how long. */
static const char *next_tracks(usec most, usec *took)
{
    instant from = k.now;
    const char *told = "";
    while (told[0] == '\0' && k.now.us - from.us < most) {
        host_pass(&k, 10 * MILLISECOND);
        told = tracks();
    }
    *took = k.now.us - from.us;
    return told;
}

#define ASSERT_TOLD(expected) assert_string_equal(tracks(), expected)

static void nothing_is_told_of_nobody(void **state)
{
    (void)state;
    ASSERT_TOLD("");
    assert_int_equal(holdings_track_deadline(k.holdings).us, INSTANT_NEVER.us);
}

static void a_backup_is_up_though_it_holds_nothing(void **state)
{
    (void)state;
    host_away(&k, "eth0 51 ip=192.0.2.1");
    ASSERT_TOLD("v51 up, ");
    ASSERT_TOLD("");
    k.fail = EPERM; /* it tries nothing */
    host_away(&k, "eth0 51 ip=192.0.2.1");
    ASSERT_TOLD("");
}

static void what_is_told_is_repeated(void **state)
{
    (void)state;
    usec took;
    host_away(&k, "eth0 51 ip=192.0.2.1");
    host_away(&k, "eth0 52 ip=192.0.2.2");
    ASSERT_TOLD("v51 up, v52 up, ");
    assert_string_equal(next_tracks(2 * TRACK_PERIOD, &took), "v51 up, v52 up, ");
    assert_int_equal(took, TRACK_PERIOD);
    host_away(&k, "eth0 53 ip=192.0.2.3"); /* a new one does not hurry the others */
    ASSERT_TOLD("v53 up, ");
}

static void one_that_cannot_be_set_is_down_until_it_can(void **state)
{
    (void)state;
    k.fail = EACCES;
    host_send(&k, "eth0 51 ip=192.0.2.1 lease=600s");
    ASSERT_TOLD("v51 down, ");
    host_pass(&k, 1500 * MILLISECOND); /* it is tried again each second */
    ASSERT_TOLD("");
    k.fail = 0;
    host_pass(&k, SECOND);
    assert_true(host_has(&k, "192.0.2.1/32"));
    ASSERT_TOLD("v51 up, ");
}

static void others_are_not_concerned(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 lease=600s");
    ASSERT_TOLD("v51 up, ");
    k.fail = EACCES;
    host_send(&k, "eth0 52 ip=192.0.2.2 lease=600s");
    ASSERT_TOLD("v52 down, ");
}

static void one_of_many_is_enough(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 lease=600s");
    ASSERT_TOLD("v51 up, ");
    k.fail = ENOBUFS;
    host_send(&k, "eth0 51 ip=192.0.2.1,192.0.2.2 lease=600s");
    ASSERT_TOLD("v51 down, ");
}

static void one_of_somebody_else_is_there(void **state)
{
    (void)state;
    host_put(&k, 2, "192.0.2.1/24", false, 0);
    k.fail = EACCES;
    host_send(&k, "eth0 51 ip=192.0.2.1 lease=600s");
    ASSERT_TOLD("v51 up, ");
}

static void a_renewal_that_fails_counts(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 lease=600s");
    ASSERT_TOLD("v51 up, ");
    k.fail = ENOMEM;
    host_pass(&k, 1500 * MILLISECOND);
    host_send(&k, "eth0 51 ip=192.0.2.1 lease=600s");
    ASSERT_TOLD("v51 down, ");
}

static void without_an_interface_it_is_down(void **state)
{
    (void)state;
    k.links[0].ifindex = 0;
    host_send(&k, "eth0 51 ip=192.0.2.1 lease=600s");
    ASSERT_TOLD("v51 down, ");
    k.links[0].ifindex = 7;
    host_links_changed(&k);
    host_pass(&k, SECOND);
    ASSERT_TOLD("v51 up, ");
}

/* A track without a weight makes it a fault, and only an Active finds out whether it works by now. */
static void what_failed_is_remembered_ever_longer(void **state)
{
    (void)state;
    static const usec expected[] = {10, 20, 40, 80, 160, 320, 600, 600};
    k.fail = EACCES;
    for (size_t n = 0; n < nitems(expected); n++) {
        host_send(&k, "eth0 51 ip=192.0.2.1 lease=600s");
        ASSERT_TOLD("v51 down, ");
        host_pass(&k, 4 * SECOND); /* trying again and again in vain counts once */
        host_away(&k, "eth0 51 ip=192.0.2.1");
        usec took, sum = 0;
        const char *told = "";
        while (strcmp(told, "v51 up, ") != 0) {
            assert_true(sum <= 700 * SECOND);
            told = next_tracks(700 * SECOND, &took); /* down, every TRACK_PERIOD */
            sum += took;
        }
        assert_in_range(sum, expected[n] * SECOND, expected[n] * SECOND + 20 * MILLISECOND);
    }
    k.fail = 0; /* and is forgotten with the first success */
    host_send(&k, "eth0 51 ip=192.0.2.1 lease=600s");
    host_away(&k, "eth0 51 ip=192.0.2.1");
    (void)tracks();
    k.fail = EACCES;
    host_send(&k, "eth0 51 ip=192.0.2.1 lease=600s");
    ASSERT_TOLD("v51 down, ");
    host_away(&k, "eth0 51 ip=192.0.2.1");
    host_pass(&k, 10 * SECOND);
    ASSERT_TOLD("v51 up, ");
}

#define DEAR "eth0 51 ip=192.0.2.1,192.0.2.2 lease=600s vip-lost=fault"

static void one_that_is_taken_away_is_a_fault(void **state)
{
    (void)state;
    host_send(&k, DEAR);
    ASSERT_TOLD("v51 up, ");
    (void)host_log(&k);
    host_take(&k, 2, "192.0.2.2/32");
    host_pass(&k, 200 * MILLISECOND);
    ASSERT_TOLD("v51 down, ");
    assert_string_equal(host_news(&k), "lost:192.0.2.2/32 ");
    assert_false(host_has(&k, "192.0.2.2/32"));
    host_send(&k, DEAR); /* it may be Active for a while yet */
    host_pass(&k, 1500 * MILLISECOND);
    assert_false(host_has(&k, "192.0.2.2/32"));
    assert_true(host_has(&k, "192.0.2.1/32"));
    host_away(&k, "eth0 51 ip=192.0.2.1,192.0.2.2");
    assert_false(host_has(&k, "192.0.2.1/32"));
    host_pass(&k, 9900 * MILLISECOND);
    assert_string_equal(strstr(tracks(), "up") ? "up" : "", "");
    host_pass(&k, 200 * MILLISECOND);
    ASSERT_TOLD("v51 up, ");
    host_send(&k, DEAR); /* and is set again */
    assert_true(host_has(&k, "192.0.2.2/32"));
}

/* Each time it is set, and each time it is taken away. */
static void what_is_taken_away_again_is_trusted_ever_later(void **state)
{
    (void)state;
    for (usec expected = 10 * SECOND; expected <= 40 * SECOND; expected *= 2) {
        usec took;
        host_send(&k, DEAR);
        host_pass(&k, 2 * SECOND);
        host_take(&k, 2, "192.0.2.2/32");
        host_pass(&k, 200 * MILLISECOND);
        host_away(&k, "eth0 51 ip=192.0.2.1,192.0.2.2");
        (void)tracks();
        instant from = k.now;
        while (strcmp(next_tracks(100 * SECOND, &took), "v51 up, ") != 0)
            ;
        assert_in_range(k.now.us - from.us, expected, expected + 20 * MILLISECOND);
    }
    host_send(&k, DEAR); /* it stays for longer than it was not trusted */
    for (int n = 0; n < 50; n++) {
        host_pass(&k, SECOND);
        host_send(&k, DEAR);
    }
    host_take(&k, 2, "192.0.2.2/32");
    host_pass(&k, 200 * MILLISECOND);
    host_away(&k, "eth0 51 ip=192.0.2.1,192.0.2.2");
    host_pass(&k, 10 * SECOND);
    assert_non_null(strstr(tracks(), "v51 up"));
}

static void what_others_put_there_is_not_lost(void **state)
{
    (void)state;
    host_send(&k, DEAR);
    ASSERT_TOLD("v51 up, ");
    host_take(&k, 2, "192.0.2.2/32");
    host_put(&k, 2, "192.0.2.2/24", false, 0);
    host_pass(&k, 200 * MILLISECOND);
    ASSERT_TOLD("");
    host_down(&k, true); /* nobody's doing */
    host_pass(&k, 200 * MILLISECOND);
    host_down(&k, false);
    host_pass(&k, SECOND);
    ASSERT_TOLD("");
}

static void one_that_is_held_again_in_time_and_works_is_up(void **state)
{
    (void)state;
    k.fail = EACCES;
    host_send(&k, "eth0 51 ip=192.0.2.1 lease=600s");
    host_away(&k, "eth0 51 ip=192.0.2.1");
    ASSERT_TOLD("v51 down, ");
    k.fail = 0;
    host_send(&k, "eth0 51 ip=192.0.2.1 lease=600s");
    ASSERT_TOLD("v51 up, ");
    host_away(&k, "eth0 51 ip=192.0.2.1");
    ASSERT_TOLD("");
}

static void what_could_not_be_told_waits_and_the_next_goes_on_there(void **state)
{
    (void)state;
    struct holding_track t;
    host_away(&k, "eth0 51 ip=192.0.2.1");
    host_away(&k, "eth0 52 ip=192.0.2.2");
    host_away(&k, "eth0 53 ip=192.0.2.3");
    assert_true(holdings_track(k.holdings, k.now, &t));
    holdings_track_told(k.holdings, k.now);
    assert_true(holdings_track(k.holdings, k.now, &t));
    assert_string_equal(t.name, "v52");
    holdings_track_later(k.holdings, (instant){k.now.us + SECOND}); /* the FIFO is full */
    assert_false(holdings_track(k.holdings, k.now, &t));
    assert_int_equal(holdings_track_deadline(k.holdings).us, k.now.us + SECOND);
    k.now.us += SECOND;
    ASSERT_TOLD("v52 up, v53 up, ");
}

static void another_name_is_told(void **state)
{
    (void)state;
    struct send_event e = {.id = {.ifname = "eth0", .af = 4, .vrid = 51}, .name = "v51", .version = 3, .prio = 100};
    struct prefix ip = {.ip = {.family = 4, .bytes = {192, 0, 2, 1}}, .length = 32};
    e.interval = SECOND;
    e.ip = (struct prefix_list){.count = 1, .items = &ip};
    assert_true(holdings_held(k.holdings, &e, k.now, k.now));
    host_turn(&k);
    ASSERT_TOLD("v51 up, ");
    strcpy(e.name, "office");
    assert_true(holdings_held(k.holdings, &e, k.now, k.now));
    ASSERT_TOLD("office up, ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_told_of_nobody, begin, end),
        cmocka_unit_test_setup_teardown(a_backup_is_up_though_it_holds_nothing, begin, end),
        cmocka_unit_test_setup_teardown(what_is_told_is_repeated, begin, end),
        cmocka_unit_test_setup_teardown(one_that_cannot_be_set_is_down_until_it_can, begin, end),
        cmocka_unit_test_setup_teardown(others_are_not_concerned, begin, end),
        cmocka_unit_test_setup_teardown(one_of_many_is_enough, begin, end),
        cmocka_unit_test_setup_teardown(one_of_somebody_else_is_there, begin, end),
        cmocka_unit_test_setup_teardown(a_renewal_that_fails_counts, begin, end),
        cmocka_unit_test_setup_teardown(without_an_interface_it_is_down, begin, end),
        cmocka_unit_test_setup_teardown(what_failed_is_remembered_ever_longer, begin, end),
        cmocka_unit_test_setup_teardown(one_that_is_taken_away_is_a_fault, begin, end),
        cmocka_unit_test_setup_teardown(what_is_taken_away_again_is_trusted_ever_later, begin, end),
        cmocka_unit_test_setup_teardown(what_others_put_there_is_not_lost, begin, end),
        cmocka_unit_test_setup_teardown(one_that_is_held_again_in_time_and_works_is_up, begin, end),
        cmocka_unit_test_setup_teardown(what_could_not_be_told_waits_and_the_next_goes_on_there, begin, end),
        cmocka_unit_test_setup_teardown(another_name_is_told, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
