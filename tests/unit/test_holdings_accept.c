/* accept=no: what is put up before an address is there, and when it goes. "#192.0.2.1! " in the log of the host. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/holdings_host.h"

#define QUIET  "garp=0,0s,0 lease=4s interval=100ms"
#define MAC51  "eth0:00:00:5e:00:01:33"
#define CLOSED " accept=no " QUIET

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

static void it_stands_before_the_address_and_until_it_is_gone(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 excluded=2001:db8::1" CLOSED);
    check_log("#192.0.2.1! #2001:db8::1! +192.0.2.1/32:5 +2001:db8::1/128:5 ");
    host_away(&k, "eth0 51 ip=192.0.2.1 excluded=2001:db8::1");
    check_log("-192.0.2.1/32 -2001:db8::1/128 ^192.0.2.1! ^2001:db8::1! ");
}

static void beside_a_fence(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 fence=300ms" CLOSED);
    check_log("#192.0.2.1:300 #192.0.2.1! +192.0.2.1/32:5 ");
    host_pass(&k, 100 * MILLISECOND);
    host_send(&k, "eth0 51 ip=192.0.2.1" CLOSED);
    check_log("^192.0.2.1 ");
    host_send(&k, "eth0 51 ip=192.0.2.1 fence=300ms " QUIET);
    check_log("#192.0.2.1:300 ^192.0.2.1! ");
}

static void on_a_macvlan(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=fe80::1 vmac=yes" CLOSED);
    check_log("<51 #vrrp6.51.2:fe80::1! +fe80::1/128:5 ");
    host_away(&k, "eth0 51 ip=fe80::1");
    check_log(">51 ^vrrp6.51.2:fe80::1! ");
}

static void it_comes_and_goes_while_the_address_stays(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 " QUIET);
    check_log("+192.0.2.1/32:5 ");
    host_send(&k, "eth0 51 ip=192.0.2.1" CLOSED);
    check_log("#192.0.2.1! ");
    host_send(&k, "eth0 51 ip=192.0.2.1 " QUIET);
    check_log("^192.0.2.1! ");
}

static void it_is_told_again_once_a_second(void **state)
{
    (void)state;
    for (int n = 0; n < 10; n++) {
        host_send(&k, "eth0 51 ip=192.0.2.1" CLOSED);
        host_pass(&k, 100 * MILLISECOND);
    }
    check_log("#192.0.2.1! +192.0.2.1/32:5 =192.0.2.1/32:5 ");
    host_send(&k, "eth0 51 ip=192.0.2.1" CLOSED);
    check_log("~192.0.2.1! ");
    memset(k.fences, 0, sizeof k.fences); /* a firewall has loaded its rules */
    host_pass(&k, SECOND);
    host_send(&k, "eth0 51 ip=192.0.2.1" CLOSED);
    assert_non_null(strstr(host_log(&k), "? #192.0.2.1! "));
}

static void where_there_can_be_none_the_address_is_not(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1 " QUIET);
    host_log(&k);
    k.no_fence = EOPNOTSUPP;
    host_send(&k, "eth0 51 ip=192.0.2.1" CLOSED);
    check_log("!# -192.0.2.1/32 ");
    assert_string_equal(host_news(&k), "unfenced: ");
    k.no_fence = 0;
    host_pass(&k, SECOND);
    check_log("#192.0.2.1! +192.0.2.1/32:4 ");
}

static void what_is_foreign_goes_on_to_be_accepted(void **state)
{
    (void)state;
    host_put(&k, 2, "192.0.2.1/24", false, 0);
    host_send(&k, "eth0 51 ip=192.0.2.1" CLOSED);
    check_log("");
}

static void what_a_run_before_has_left_goes(void **state)
{
    (void)state;
    host_send(&k, "eth0 51 ip=192.0.2.1" CLOSED);
    host_restart(&k);
    host_log(&k);
    host_send(&k, "eth0 51 ip=192.0.2.1" CLOSED);
    check_log("#192.0.2.1! =192.0.2.1/32:5 ^192.0.2.1 ^" MAC51 " ");
    host_restart(&k);
    host_send(&k, "eth0 51 ip=192.0.2.1 " QUIET);
    check_log("=192.0.2.1/32:5 ^192.0.2.1 ^192.0.2.1! ^" MAC51 " ");
}

/* More than one transaction takes, of both kinds. */
static void many(void **state)
{
    char words[LINE_BYTES] = "eth0 51 ip=192.0.2.1";
    (void)state;
    for (unsigned n = 2; n <= 200; n++)
        sprintf(words + strlen(words), ",192.0.2.%u", n);
    sprintf(words + strlen(words), " fence=900ms" CLOSED);
    for (int n = 0; n < 3; n++) {
        host_send(&k, words);
        host_pass(&k, SECOND);
    }
    assert_true(host_open(&k, "192.0.2.200!") >= 0 && host_open(&k, "192.0.2.200") >= 0);
    host_away(&k, "eth0 51 ip=192.0.2.1");
    assert_int_equal(host_open(&k, "192.0.2.200!"), -1);
    assert_int_equal(host_open(&k, "192.0.2.200"), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_stands_before_the_address_and_until_it_is_gone),
        TEST(beside_a_fence),
        TEST(on_a_macvlan),
        TEST(it_comes_and_goes_while_the_address_stays),
        TEST(it_is_told_again_once_a_second),
        TEST(where_there_can_be_none_the_address_is_not),
        TEST(what_is_foreign_goes_on_to_be_accepted),
        TEST(what_a_run_before_has_left_goes),
        TEST(many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
