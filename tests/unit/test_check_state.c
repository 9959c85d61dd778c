/* From results of a health check to its state, and when what: lib/core/check_state.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/check_state.h"
#include "core/config_value.h"

/* results: + a success, - a failure. news: what comes of each: U up, D down, . nothing. */
static const struct {
    const char *rule;
    unsigned rise, fall;
    const char *results, *news;
} rows[] = {
    {"the first success counts at once", 3, 3, "+++", "U.."},
    {"the first failure counts at once", 3, 3, "---", "D.."},
    {"rise successes in a row", 2, 3, "-+++", "D.U."},
    {"fall failures in a row", 2, 3, "+----", "U..D."},
    {"a success in between starts the count anew", 1, 3, "+--+--+---", "U........D"},
    {"a failure in between starts the count anew", 3, 1, "-++-++-+++", "D........U"},
    {"with 1 and 1 each result decides", 1, 1, "+-+--++", "UDUD.U."},
    {"down needs rise again after it was up", 2, 2, "+--+-++", "U.D...U"},
    {"up needs fall again after it was down", 2, 2, "-++-+--", "D.U...D"},
};

static char news_letter(enum check_news news)
{
    switch (news) {
    case CHECK_SAME:
        return '.';
    case CHECK_UP:
        return 'U';
    case CHECK_DOWN:
        return 'D';
    }
    return '?';
}

static void table(void **state)
{
    (void)state;
    for (size_t i = 0; i < nitems(rows); i++) {
        struct check_state s = {.rise = rows[i].rise, .fall = rows[i].fall};
        for (size_t n = 0; rows[i].results[n] != '\0'; n++) {
            unsigned results;
            enum check_news news = check_result(&s, rows[i].results[n] == '+', &results);
            if (news_letter(news) != rows[i].news[n])
                fail_msg("%s: result %zu gives %c", rows[i].rule, n + 1, news_letter(news));
            if (news != CHECK_SAME)
                assert_int_equal(s.up, news == CHECK_UP);
            assert_true(s.known);
        }
    }
}

static void how_many_results_decided(void **state)
{
    (void)state;
    struct check_state s = {.rise = 2, .fall = 3};
    unsigned results = 0;
    assert_int_equal(check_result(&s, true, &results), CHECK_UP);
    assert_int_equal(results, 1);
    for (int i = 0; i < 3; i++)
        (void)check_result(&s, false, &results);
    assert_false(s.up);
    assert_int_equal(results, 3);
    for (int i = 0; i < 2; i++)
        (void)check_result(&s, true, &results);
    assert_true(s.up);
    assert_int_equal(results, 2);
}

static void starts_stay_whole_intervals_apart(void **state)
{
    (void)state;
    static const struct {
        int64_t now, next;
    } times[] = {
        {1000, 1100}, {1001, 1100}, {1099, 1100}, {1100, 1200}, {1101, 1200}, {1199, 1200}, {5000, 5100}, {5050, 5100},
    };
    for (size_t i = 0; i < nitems(times); i++)
        assert_int_equal(check_next_start((instant){1000}, 100, (instant){times[i].now}).us, times[i].next);
}

static void what_was_said_outlasts_one_late_check(void **state)
{
    (void)state;
    assert_int_equal(check_good_for(SECOND, SECOND), 4 * SECOND);
    assert_int_equal(check_good_for(2 * SECOND, 500 * MILLISECOND), 6500 * MILLISECOND);
    assert_true(check_good_for(LONGEST_CHECK, LONGEST_CHECK) <= LONGEST_DELAY); /* track for= takes no more */
}

static void what_is_left_of_it(void **state)
{
    (void)state;
    instant until = {10 * SECOND};
    assert_int_equal(check_left(until, (instant){6 * SECOND}), 4 * SECOND);
    assert_int_equal(check_left(until, (instant){6 * SECOND + 1}), 3999 * MILLISECOND);
    assert_int_equal(check_left(until, (instant){10 * SECOND - 999}), 0);
    assert_int_equal(check_left(until, until), 0);
    assert_int_equal(check_left(until, (instant){11 * SECOND}), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(how_many_results_decided),
        cmocka_unit_test(starts_stay_whole_intervals_apart),
        cmocka_unit_test(what_was_said_outlasts_one_late_check),
        cmocka_unit_test(what_is_left_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
