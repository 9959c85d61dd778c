/* What a log has to begin with: lib/core/log_head.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/log_head.h"

#define CLOCK  "100.000000000 clock mono=50.000000 boot=b source=live by=elect"
#define VR(n)  "vr if=eth0 af=4 vrid=" #n " name=" #n " ver=3 prio=100 interval=1s ip=192.0.2." #n
#define REST   "\n" /* what else a vr line has is left out by put */
#define LINK   "link if=eth0 state=up mtu=1500 primary4=192.0.2.10"
#define T(sec) #sec ".000000000 "

static struct log_head *head;
static char written[1 << 20];

static int begin(void **state)
{
    (void)state;
    head = log_head_new();
    return head ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    log_head_free(head);
    return 0;
}

static void take(enum log_head_result expected, const char *line)
{
    assert_int_equal(log_head_take(head, line, strlen(line)), expected);
}

/* Lines without an end mark, each a string; NULL is behind the last. */
static void take_all(const char *const *lines)
{
    for (; *lines; lines++)
        take(LOG_HEAD_DONE, *lines);
}

static void put(void *context, const char *line, size_t len)
{
    (void)context;
    assert_int_equal(line[len - 1], '\n');
    assert_null(memchr(line, '\n', len - 1));
    const char *rest = memmem(line, len, " preempt=yes", strlen(" preempt=yes"));
    strncat(written, line, rest ? (size_t)(rest - line) : len);
    if (rest)
        strcat(written, "\n");
}

static void expect(const char *text)
{
    written[0] = '\0';
    log_head_write(head, put, NULL);
    assert_string_equal(written, text);
}

static void expect_end(const char *text)
{
    written[0] = '\0';
    log_head_end(head, put, NULL);
    assert_string_equal(written, text);
}

static void nothing_known_nothing_written(void **state)
{
    (void)state;
    take_all((const char *const[]){"", "# a comment", "no line = at all", "100.0 advert if=eth0 vrid=1", NULL});
    expect("");
    expect_end("");
}

static void the_newest_of_each_with_the_time_of_the_last_line(void **state)
{
    (void)state;
    take_all((const char *const[]){CLOCK, T(100) VR(1), T(100) VR(2), "101.0 link if=eth0 state=down", "102.0 " LINK,
                                   "102.0 track name=web state=up", "103.0 track name=db state=up for=5s value=-7",
                                   "104.5 tick every=100ms", NULL});
    expect("104.500000000 clock mono=54.500000 boot=b source=live by=elect\n"
           "104.500000000 " VR(1) REST "104.500000000 " VR(2) REST
           "104.500000000 " LINK "\n"
           "104.500000000 track name=web state=up\n"
           "104.500000000 track name=db state=up for=3500ms value=-7\n");
    take(LOG_HEAD_DONE, "108.1 tick every=100ms"); /* and by now it would be down */
    take(LOG_HEAD_DONE, "108.1 track name=web state=down");
    expect("108.100000000 clock mono=58.100000 boot=b source=live by=elect\n"
           "108.100000000 " VR(1) REST "108.100000000 " VR(2) REST "108.100000000 " LINK "\n"
                                                                   "108.100000000 track name=web state=down\n");
}

/* A nanosecond more on one clock than on the other would be another map. */
static void the_pair_of_clocks_stays_as_it_was(void **state)
{
    (void)state;
    take_all((const char *const[]){"100.000000400 clock mono=50.000000 boot=b source=live", T(100) VR(1),
                                   "103.000000900 tick every=100ms", NULL});
    expect("103.000001400 clock mono=53.000001 boot=b source=live\n"
           "103.000001400 " VR(1) REST);
}

static void moves_and_holds_of_the_clock_are_not_repeated(void **state)
{
    (void)state;
    take_all((const char *const[]){CLOCK, T(100) VR(1), "105.0 clock mono=55.000000 boot=b by=elect hold=55.100000",
                                   "104.0 send if=eth0 vrid=1", NULL});
    expect(T(105) "clock mono=55.000000 boot=b source=live by=elect\n" T(105) VR(1) REST);
}

static void routers_change_and_go(void **state)
{
    (void)state;
    take_all((const char *const[]){CLOCK, T(100) VR(1), T(100) VR(2), T(100) VR(3), "100.0 novr name=2",
                                   "100.0 novr name=nobody", "100.0 novr name=%", T(100) VR(3) " prio=7 id=x",
                                   "100.0 vr if=eth0 vrid=4", NULL}); /* ip is missing: refused */
    expect(T(100) "clock mono=50.000000 boot=b source=live by=elect\n" T(100) VR(1) REST T(100) VR(3)
               REST); /* prio= stands there twice: no line at all */
    take(LOG_HEAD_DONE, "100.0 vr if=eth0 vrid=3 name=new ip=192.0.2.9 id=x");
    take(LOG_HEAD_DONE, "100.0 novr name=3");
    expect(T(100) "clock mono=50.000000 boot=b source=live by=elect\n" T(100) VR(1)
               REST T(100) "vr if=eth0 af=4 vrid=3 name=new ver=3 prio=100 interval=1s ip=192.0.2.9" REST);
}

static void a_new_set_counts_once_it_is_committed(void **state)
{
    (void)state;
    take_all((const char *const[]){CLOCK, T(100) VR(1), "100.0 begin", T(100) VR(2), NULL});
    expect(T(100) "clock mono=50.000000 boot=b source=live by=elect\n" T(100) VR(1) REST T(100) "begin\n" T(100) VR(2)
               REST);
    take(LOG_HEAD_DONE, "100.0 commit id=7");
    expect(T(100) "clock mono=50.000000 boot=b source=live by=elect\n" T(100) VR(2) REST);
    /* One wrong line, and nothing of it counts. */
    take_all((const char *const[]){"100.0 begin", T(100) VR(3), "100.0 vr if=eth0 vrid=4", "100.0 commit", NULL});
    expect(T(100) "clock mono=50.000000 boot=b source=live by=elect\n" T(100) VR(2) REST);
    take_all((const char *const[]){"100.0 begin", T(100) VR(3), "100.0 begin", T(100) VR(1), "100.0 commit",
                                   "100.0 commit", NULL});
    expect(T(100) "clock mono=50.000000 boot=b source=live by=elect\n" T(100) VR(1) REST);
}

static void a_stage_line_ends_what_was_configured(void **state)
{
    (void)state;
    static const char stage[] = "110.0 stage name=vrrp-elect pid=7 state=ended signal=9";
    take(LOG_HEAD_DONE, stage);
    take_all((const char *const[]){CLOCK, T(100) VR(1), T(100) VR(2), "101.0 track name=web state=up",
                                   "101.0 track name=db state=down", "101.0 " LINK, NULL});
    take(LOG_HEAD_OVER, stage);
    expect_end(T(101) "novr name=1\n" T(101) "novr name=2\n" T(101) "track name=web state=down\n");
    take(LOG_HEAD_DONE, stage);
    expect(T(101) "clock mono=51.000000 boot=b source=live by=elect\n");
}

static void many_routers(void **state)
{
    (void)state;
    char line[128], *at = written;
    size_t count = 0;
    take(LOG_HEAD_DONE, CLOCK);
    for (int i = 1; i <= 1000; i++) {
        snprintf(line, sizeof line, "100.0 vr if=e%d vrid=%d ip=192.0.2.1", i / 250, i % 250 + 1);
        take(LOG_HEAD_DONE, line);
    }
    written[0] = '\0';
    log_head_write(head, put, NULL);
    for (; (at = strstr(at, " vr if=e")) != NULL; at++)
        count++;
    assert_int_equal(count, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_known_nothing_written, begin, end),
        cmocka_unit_test_setup_teardown(the_newest_of_each_with_the_time_of_the_last_line, begin, end),
        cmocka_unit_test_setup_teardown(the_pair_of_clocks_stays_as_it_was, begin, end),
        cmocka_unit_test_setup_teardown(moves_and_holds_of_the_clock_are_not_repeated, begin, end),
        cmocka_unit_test_setup_teardown(routers_change_and_go, begin, end),
        cmocka_unit_test_setup_teardown(a_new_set_counts_once_it_is_committed, begin, end),
        cmocka_unit_test_setup_teardown(a_stage_line_ends_what_was_configured, begin, end),
        cmocka_unit_test_setup_teardown(many_routers, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
