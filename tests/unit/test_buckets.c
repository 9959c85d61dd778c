/* Counts over time in a fixed number of buckets (core/buckets.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/buckets.h"

static uint64_t total(const struct buckets *b)
{
    uint64_t n = 0;

    for (int i = 0; i < BUCKETS; i++)
        n += b->count[i];
    return n;
}

static void test_sparse(void **state)
{
    struct buckets b = {.shift = BUCKET_SHIFT_FIRST};
    (void)state;

    buckets_add(&b, 0);
    buckets_add(&b, 1023);
    buckets_add(&b, 1024);
    buckets_add(&b, 1024 * 1024 - 1);
    assert_int_equal(b.shift, BUCKET_SHIFT_FIRST);
    assert_int_equal(b.count[0], 2);
    assert_int_equal(b.count[1], 1);
    assert_int_equal(b.count[BUCKETS - 1], 1);
}

static void test_doubled(void **state)
{
    struct buckets b = {.shift = BUCKET_SHIFT_FIRST};
    (void)state;

    for (usec at = 0; at < 1000 * SECOND; at += SECOND)
        buckets_add(&b, at);
    assert_int_equal(total(&b), 1000);
    assert_int_equal(b.shift, 20);
    for (int i = 0; i < 900; i++)
        assert_in_range(b.count[i], 1, 2);
}

static void test_far(void **state)
{
    struct buckets b = {.shift = BUCKET_SHIFT_FIRST};
    (void)state;

    buckets_add(&b, 0);
    buckets_add(&b, INT64_MAX);
    assert_int_equal(total(&b), 2);
    assert_int_equal(b.count[0], 1);
    assert_int_equal(b.count[BUCKETS - 1], 1);
}

static void test_never_overflows(void **state)
{
    struct buckets b = {.shift = BUCKET_SHIFT_FIRST, .count = {UINT32_MAX, UINT32_MAX}};
    (void)state;

    buckets_add(&b, 0);
    buckets_widen(&b, BUCKET_SHIFT_FIRST + 1);
    assert_int_equal(b.count[0], UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sparse),
        cmocka_unit_test(test_doubled),
        cmocka_unit_test(test_far),
        cmocka_unit_test(test_never_overflows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
