#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "net/signals.h"

#define MS 1000LL

static struct signals open_as(enum signals_role role)
{
    struct signals s;

    assert_true(signals_open(&s, role));
    return s;
}

static bool readable(const struct signals *s)
{
    struct pollfd p = {.fd = s->fd, .events = POLLIN};

    return poll(&p, 1, 0) == 1;
}

static void send_myself(int number)
{
    assert_int_equal(kill(getpid(), number), 0);
}

/* As if so much time had gone by since the signals so far. */
static void pass_time(struct signals *s, long long us)
{
    s->first_us -= us;
    s->second_us -= us;
    s->last_us -= us;
}

static void source_stops_at_each(void **state)
{
    (void)state;
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct signals s = open_as(SIGNALS_SOURCE);

        assert_false(readable(&s));
        assert_false(signals_stop(&s));
        send_myself(numbers[i]);
        assert_true(readable(&s));
        assert_true(signals_stop(&s));
        close(s.fd);
    }
}

static void filter_goes_on_after_the_first(void **state)
{
    (void)state;
    struct signals s = open_as(SIGNALS_FILTER);

    send_myself(SIGINT);
    assert_false(signals_stop(&s));
    assert_int_equal(s.count, 1);
    pass_time(&s, 1990 * MS);
    assert_false(signals_stop(&s));
    close(s.fd);
}

static void filter_is_forced_after_two_seconds(void **state)
{
    (void)state;
    struct signals s = open_as(SIGNALS_FILTER);

    send_myself(SIGTERM);
    assert_false(signals_stop(&s));
    pass_time(&s, 2000 * MS);
    assert_true(signals_stop(&s));
    close(s.fd);
}

static void filter_takes_doubles_for_one(void **state)
{
    (void)state;
    struct signals s = open_as(SIGNALS_FILTER);

    send_myself(SIGINT);
    send_myself(SIGTERM); /* a terminal and a supervisor at once */
    assert_false(signals_stop(&s));
    pass_time(&s, 500 * MS);
    send_myself(SIGINT);
    assert_false(signals_stop(&s));
    assert_int_equal(s.count, 1);
    close(s.fd);
}

static void filter_is_forced_by_a_second_one(void **state)
{
    (void)state;
    struct signals s = open_as(SIGNALS_FILTER);

    send_myself(SIGINT);
    assert_false(signals_stop(&s));
    pass_time(&s, 1000 * MS);
    send_myself(SIGINT);
    assert_true(signals_stop(&s));
    close(s.fd);
}

/* Ctrl-C goes to all of a pipeline: those behind end after those before them. */
static void filters_behind_others_wait_longer(void **state)
{
    (void)state;
    static const struct {
        enum signals_role role;
        int number;
        long long after_first, after_second; /* ms */
    } rows[] = {
        {SIGNALS_FILTER, SIGINT, 2000, 0},
        {SIGNALS_SECOND_FILTER, SIGTERM, 2250, 250},
        {SIGNALS_THIRD_FILTER, SIGINT, 2500, 500},
        {SIGNALS_FOURTH_FILTER, SIGTERM, 2750, 750},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct signals s = open_as(rows[i].role);

        assert_true(signals_deadline(&s).us == INSTANT_NEVER.us);
        send_myself(SIGHUP);
        send_myself(rows[i].number);
        assert_false(signals_stop(&s));
        assert_int_equal(s.count, 1);
        assert_int_equal(signals_deadline(&s).us, s.first_us + rows[i].after_first * MS);
        pass_time(&s, 1200 * MS);
        send_myself(rows[i].number);
        assert_int_equal(signals_stop(&s), rows[i].after_second == 0);
        assert_int_equal(signals_deadline(&s).us, s.last_us + rows[i].after_second * MS);
        pass_time(&s, rows[i].after_second * MS);
        assert_true(signals_stop(&s));
        close(s.fd);
    }
}

/* One that comes when it was about to be forced anyway does not put that off. */
static void a_late_second_one_puts_nothing_off(void **state)
{
    (void)state;
    struct signals s = open_as(SIGNALS_THIRD_FILTER);

    send_myself(SIGINT);
    assert_false(signals_stop(&s));
    pass_time(&s, 2300 * MS);
    send_myself(SIGINT);
    assert_false(signals_stop(&s));
    assert_int_equal(signals_deadline(&s).us, s.first_us + 2500 * MS);
    close(s.fd);
}

static void filter_ignores_hup(void **state)
{
    (void)state;
    struct signals s = open_as(SIGNALS_FILTER);

    send_myself(SIGHUP);
    assert_false(signals_stop(&s));
    assert_int_equal(s.count, 0);
    pass_time(&s, 10000 * MS);
    assert_false(signals_stop(&s));
    close(s.fd);
}

static void run_counts_hup_apart_and_waits_for_a_second_one(void **state)
{
    (void)state;
    struct signals s = open_as(SIGNALS_RUN);

    send_myself(SIGHUP);
    assert_false(signals_stop(&s));
    assert_int_equal(s.count, 0);
    assert_int_equal(s.hangups, 1);
    send_myself(SIGTERM);
    assert_false(signals_stop(&s));
    assert_int_equal(s.count, 1);
    pass_time(&s, 60000 * MS);
    assert_false(signals_stop(&s)); /* it has limits of its own */
    send_myself(SIGHUP);
    send_myself(SIGINT);
    assert_true(signals_stop(&s));
    assert_int_equal(s.hangups, 2);
    close(s.fd);
}

/* A shell starts a background pipeline with INT ignored, nohup with HUP ignored. */
static void inherited_ignore_is_undone(void **state)
{
    (void)state;
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    struct signals s = open_as(SIGNALS_SOURCE);

    send_myself(SIGHUP);
    assert_true(signals_stop(&s));
    close(s.fd);
    s = open_as(SIGNALS_SOURCE);
    send_myself(SIGINT);
    assert_true(signals_stop(&s));
    close(s.fd);
}

static void pipe_is_an_error_and_no_signal(void **state)
{
    (void)state;
    int ends[2];
    struct signals s = open_as(SIGNALS_FILTER);

    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    errno = 0;
    assert_int_equal(write(ends[1], "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    close(ends[1]);
    close(s.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(source_stops_at_each),
        cmocka_unit_test(filter_goes_on_after_the_first),
        cmocka_unit_test(filter_is_forced_after_two_seconds),
        cmocka_unit_test(filter_takes_doubles_for_one),
        cmocka_unit_test(filter_is_forced_by_a_second_one),
        cmocka_unit_test(filters_behind_others_wait_longer),
        cmocka_unit_test(a_late_second_one_puts_nothing_off),
        cmocka_unit_test(filter_ignores_hup),
        cmocka_unit_test(run_counts_hup_apart_and_waits_for_a_second_one),
        cmocka_unit_test(inherited_ignore_is_undone),
        cmocka_unit_test(pipe_is_an_error_and_no_signal),
    };

    return cmocka_run_group_tests_name("signals", tests, NULL, NULL);
}
