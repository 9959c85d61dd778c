#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "net/clock.h"

/* The first test: later what is in the files is known already. */
static void prepared_it_opens_no_file(void **state)
{
    (void)state;
    struct rlimit before, none;
    struct clock_event e;
    char boot[BOOT_TEXT], with_files[STAMP_TEXT], without[STAMP_TEXT];
    stamp t = {1763796129123456789};

    assert_int_equal(setenv("TZ", ":Asia/Tokyo", 1), 0);
    clock_prepare();
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    clock_event_now(&e, SOURCE_LIVE);
    clock_format_human(without, t);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_true(clock_boot_id(boot));
    assert_string_equal(e.boot, boot);
    tzset();
    clock_format_human(with_files, t);
    assert_string_equal(without, with_files);
}

static void now_never_goes_back(void **state)
{
    (void)state;
    instant last = clock_now();

    for (int i = 0; i < 1000; i++) {
        instant next = clock_now();

        assert_true(next.us >= last.us);
        last = next;
    }
}

static void event_is_both_clocks_at_one_moment(void **state)
{
    (void)state;
    struct clock_event e;
    char boot[BOOT_TEXT];
    instant before = clock_now();
    stamp wall_before = clock_wall();

    clock_event_now(&e, SOURCE_LIVE);
    stamp wall_after = clock_wall();
    instant after = clock_now();
    assert_int_equal(e.source, SOURCE_LIVE);
    assert_false(e.by_elect);
    assert_true(clock_boot_id(boot));
    assert_string_equal(e.boot, boot);
    assert_true(e.mono.us >= before.us && e.mono.us <= after.us);
    /* mono is cut to whole microseconds, and TIME is moved back by as much */
    assert_true(e.time.ns >= wall_before.ns - 1000 && e.time.ns <= wall_after.ns);
}

static void boot_id_is_the_kernels(void **state)
{
    (void)state;
    char first[BOOT_TEXT], second[BOOT_TEXT];

    assert_true(clock_boot_id(first));
    assert_true(clock_boot_id(second));
    assert_string_equal(first, second);
    assert_int_equal(strlen(first), 36);
    assert_int_equal(strspn(first, "0123456789abcdef-"), 36);
}

static void human_time_is_rfc3339(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *zone;
        int64_t ns;
        const char *text;
    } rows[] = {
        {"RFC 3339 5.6: UTC is +00:00", "UTC0", 1763796129123456789, "2025-11-22T07:22:09.123456789+00:00"},
        {"RFC 3339 5.6: east of UTC", "CET-1", 1763796129123456789, "2025-11-22T08:22:09.123456789+01:00"},
        {"RFC 3339 5.6: minutes of an offset", "IST-5:30", 1763796129000000001, "2025-11-22T12:52:09.000000001+05:30"},
        {"RFC 3339 5.6: west of UTC, with minutes", "NST3:30", 1763796129000000000,
         "2025-11-22T03:52:09.000000000-03:30"},
        {"a date change", "EST5", 1763780400000000000, "2025-11-21T22:00:00.000000000-05:00"},
        {"before 1970 the fraction still counts up", "UTC0", -1, "1969-12-31T23:59:59.999999999+00:00"},
        {"the epoch", "UTC0", 0, "1970-01-01T00:00:00.000000000+00:00"},
    };
    char text[STAMP_TEXT];

    for (size_t i = 0; i < nitems(rows); i++) {
        assert_int_equal(setenv("TZ", rows[i].zone, 1), 0);
        tzset();
        size_t length = clock_format_human(text, (stamp){rows[i].ns});
        if (strcmp(text, rows[i].text) != 0 || length != strlen(text))
            fail_msg("%s: %s, not %s", rows[i].rule, text, rows[i].text);
    }
}

static bool readable(int fd, int milliseconds)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll(&p, 1, milliseconds) == 1;
}

static void timer_is_never_early(void **state)
{
    (void)state;
    struct clock_timer timer;

    assert_true(clock_timer_open(&timer));
    for (int i = 0; i < 20; i++) {
        instant deadline = {clock_now().us + 1500};

        clock_timer_set(&timer, deadline);
        assert_true(readable(timer.fd, 10000));
        assert_true(clock_now().us >= deadline.us);
        clock_timer_ack(&timer);
        assert_false(readable(timer.fd, 0));
    }
    close(timer.fd);
}

static void timer_in_the_past_fires_at_once(void **state)
{
    (void)state;
    static const int64_t past[] = {1, 0, -5, INT64_MIN};
    struct clock_timer timer;

    assert_true(clock_timer_open(&timer));
    for (size_t i = 0; i < nitems(past); i++) {
        clock_timer_set(&timer, (instant){past[i]});
        assert_true(readable(timer.fd, 10000));
        clock_timer_ack(&timer);
    }
    close(timer.fd);
}

static void timer_never_is_disarmed(void **state)
{
    (void)state;
    struct clock_timer timer;

    assert_true(clock_timer_open(&timer));
    clock_timer_set(&timer, (instant){clock_now().us + 1000});
    clock_timer_set(&timer, INSTANT_NEVER);
    assert_false(readable(timer.fd, 20));
    clock_timer_ack(&timer); /* nothing to take: must not block */
    close(timer.fd);
}

/* The same deadline again is not told to the kernel; what has fired is forgotten with it. */
static void timer_fires_again_at_the_same_time(void **state)
{
    (void)state;
    struct clock_timer timer;
    instant deadline = {clock_now().us + 1000};

    assert_true(clock_timer_open(&timer));
    clock_timer_set(&timer, deadline);
    clock_timer_set(&timer, deadline);
    assert_true(readable(timer.fd, 10000));
    clock_timer_set(&timer, deadline);
    assert_true(readable(timer.fd, 0));
    clock_timer_ack(&timer);
    assert_false(readable(timer.fd, 0));
    clock_timer_set(&timer, deadline);
    assert_true(readable(timer.fd, 10000));
    close(timer.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepared_it_opens_no_file),
        cmocka_unit_test(now_never_goes_back),
        cmocka_unit_test(event_is_both_clocks_at_one_moment),
        cmocka_unit_test(boot_id_is_the_kernels),
        cmocka_unit_test(human_time_is_rfc3339),
        cmocka_unit_test(timer_is_never_early),
        cmocka_unit_test(timer_in_the_past_fires_at_once),
        cmocka_unit_test(timer_never_is_disarmed),
        cmocka_unit_test(timer_fires_again_at_the_same_time),
    };

    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
