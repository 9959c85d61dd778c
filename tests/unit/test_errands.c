/* What hooks are run for, in their order: lib/core/errands.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/errands.h"

enum { MOST_EVENTS = 4 };

static void put(struct errands *q, const char *key, bool level, const char *text)
{
    assert_true(errands_put(q, key, level, 7, (struct span){text, strlen(text)}));
}

static struct errand *expect(struct errands *q, const char *text)
{
    struct errand *e = errands_next(q);
    assert_non_null(e);
    assert_int_equal(e->what, 7);
    assert_int_equal(e->text.len, strlen(text));
    assert_memory_equal(e->text.at, text, e->text.len);
    return e;
}

static void expect_done(struct errands *q, const char *text)
{
    errands_done(q, expect(q, text));
}

static void those_of_one_key_go_one_after_the_other(void **state)
{
    (void)state;
    struct errands *q = errands_new(MOST_EVENTS);
    put(q, "a", false, "a1");
    put(q, "a", false, "a2");
    put(q, "b", false, "b1");
    assert_int_equal(errands_waiting(q), 3);
    struct errand *a = expect(q, "a1"), *b = expect(q, "b1");
    assert_string_equal(errand_key(a), "a");
    assert_null(errands_next(q)); /* a2 waits for a1 */
    assert_true(errand_is_followed(a));
    assert_false(errand_is_followed(b));
    assert_int_equal(errands_waiting(q), 1);
    errands_done(q, b);
    assert_null(errands_next(q));
    errands_done(q, a);
    expect_done(q, "a2");
    assert_null(errands_next(q));
    assert_int_equal(errands_waiting(q), 0);
    errands_free(q);
}

static void keys_take_turns(void **state)
{
    (void)state;
    struct errands *q = errands_new(MOST_EVENTS);
    put(q, "a", false, "a1");
    put(q, "a", false, "a2");
    put(q, "b", false, "b1");
    put(q, "c", true, "c1");
    expect_done(q, "a1");
    expect_done(q, "b1"); /* it has waited longer than a has since */
    expect_done(q, "c1");
    expect_done(q, "a2");
    errands_free(q);
}

static void the_newest_level_counts(void **state)
{
    (void)state;
    struct errands *q = errands_new(MOST_EVENTS);
    put(q, "a", true, "one");
    put(q, "a", true, "two");
    put(q, "b", true, "other");
    put(q, "a", true, "three");
    struct errand *e = expect(q, "three");
    assert_int_equal(e->replaced, 2);
    put(q, "a", true, "four"); /* what is out is not replaced */
    put(q, "a", true, "five");
    assert_int_equal(errands_waiting(q), 2);
    errands_done(q, e);
    e = expect(q, "other");
    assert_int_equal(e->replaced, 0);
    errands_done(q, e);
    e = expect(q, "five");
    assert_int_equal(e->replaced, 1);
    errands_done(q, e);
    assert_null(errands_next(q));
    errands_free(q);
}

/* An event before a level is told before it; a level that is replaced goes to the end. */
static void levels_and_events_keep_their_order(void **state)
{
    (void)state;
    struct errands *q = errands_new(MOST_EVENTS);
    put(q, "a", false, "e1");
    put(q, "a", true, "l1");
    put(q, "a", false, "e2");
    put(q, "a", true, "l2");
    put(q, "a", false, "e3");
    expect_done(q, "e1");
    expect_done(q, "e2");
    expect_done(q, "l2");
    expect_done(q, "e3");
    put(q, "a", true, "l3");
    put(q, "a", true, "l4"); /* the last, and the only one */
    put(q, "a", false, "e4");
    expect_done(q, "l4");
    expect_done(q, "e4");
    assert_int_equal(errands_waiting(q), 0);
    errands_free(q);
}

static void events_beyond_the_bound_are_lost_and_counted(void **state)
{
    (void)state;
    struct errands *q = errands_new(MOST_EVENTS);
    const char *const keys[] = {"a", "b", "a", "b", "a", "c"};
    for (size_t i = 0; i < nitems(keys); i++)
        put(q, keys[i], false, "e");
    put(q, "a", true, "level"); /* has its place in any case */
    assert_int_equal(errands_lost(q), 2);
    assert_int_equal(errands_lost(q), 0);
    assert_int_equal(errands_waiting(q), MOST_EVENTS + 1);
    struct errand *e = expect(q, "e"); /* of a; those that are out do not count */
    put(q, "a", false, "f");
    assert_int_equal(errands_lost(q), 0);
    put(q, "a", false, "g");
    assert_int_equal(errands_lost(q), 1);
    errands_done(q, e);
    errands_free(q);
}

static void a_long_key_is_cut(void **state)
{
    (void)state;
    char key[2 * ERRAND_KEY];
    struct errands *q = errands_new(MOST_EVENTS);
    memset(key, 'k', sizeof key);
    key[sizeof key - 1] = '\0';
    put(q, key, true, "one");
    put(q, key, true, "two");
    struct errand *e = expect(q, "two");
    assert_int_equal(strlen(errand_key(e)), ERRAND_KEY - 1);
    errands_done(q, e);
    assert_int_equal(errands_waiting(q), 0);
    errands_free(q);
}

/* Thousands of virtual routers, many states each: of each the last, in the order in which these came. */
static void of_many_keys_each_last_level_is_told(void **state)
{
    (void)state;
    enum { KEYS = 3000, ROUNDS = 5 };
    struct errands *q = errands_new(MOST_EVENTS);
    char key[32], text[32];
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < KEYS; i++) {
            snprintf(key, sizeof key, "eth0/4/%d", i);
            snprintf(text, sizeof text, "%d.%d", i, round);
            put(q, key, true, text);
        }
    }
    assert_int_equal(errands_waiting(q), KEYS);
    for (int i = 0; i < KEYS; i++) {
        snprintf(text, sizeof text, "%d.%d", i, ROUNDS - 1);
        struct errand *e = expect(q, text);
        assert_int_equal(e->replaced, ROUNDS - 1);
        errands_done(q, e);
    }
    assert_null(errands_next(q));
    for (int i = 0; i < KEYS; i++) {
        snprintf(key, sizeof key, "eth1/6/%d", i);
        put(q, key, false, "left behind");
    }
    errands_free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_of_one_key_go_one_after_the_other),
        cmocka_unit_test(keys_take_turns),
        cmocka_unit_test(the_newest_level_counts),
        cmocka_unit_test(levels_and_events_keep_their_order),
        cmocka_unit_test(events_beyond_the_bound_are_lost_and_counted),
        cmocka_unit_test(a_long_key_is_cut),
        cmocka_unit_test(of_many_keys_each_last_level_is_told),
    };
    return cmocka_run_group_tests_name("errands", tests, NULL, NULL);
}
