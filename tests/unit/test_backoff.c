/* When to start again: lib/core/backoff.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/backoff.h"

static void what_never_stays_waits_longer_and_longer(void **state)
{
    (void)state;
    static const usec expected[] = {100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000};
    usec delay = 0;
    for (size_t i = 0; i < nitems(expected); i++) {
        delay = backoff(delay, MILLISECOND);
        assert_int_equal(delay, expected[i] * MILLISECOND);
    }
}

static void what_ran_for_a_while_starts_at_once_the_first_time(void **state)
{
    (void)state;
    assert_int_equal(backoff(0, 10 * SECOND), 100 * MILLISECOND);
    assert_int_equal(backoff(0, 10 * SECOND + 1), 0);
    assert_int_equal(backoff(100 * MILLISECOND, 10 * SECOND + 1), 200 * MILLISECOND);
}

static void after_a_minute_all_is_forgotten(void **state)
{
    (void)state;
    assert_int_equal(backoff(30 * SECOND, 60 * SECOND - 1), 30 * SECOND);
    assert_int_equal(backoff(30 * SECOND, 60 * SECOND), 0);
    assert_int_equal(backoff(0, MILLISECOND), 100 * MILLISECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_never_stays_waits_longer_and_longer),
        cmocka_unit_test(what_ran_for_a_while_starts_at_once_the_first_time),
        cmocka_unit_test(after_a_minute_all_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
