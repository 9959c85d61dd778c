/* Moments and durations for people (core/moment.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/moment.h"

/* What lib/net would say in a zone; the two moments that are asked for. */
static size_t format(char out[static STAMP_TEXT], stamp t)
{
    strcpy(out, t.ns == 0 ? "2026-11-22T23:59:58.123456789-03:30" : "2026-11-23T00:00:01.000000000+01:00");
    return strlen(out);
}

static size_t format_unix(char out[static STAMP_TEXT], stamp t)
{
    return format_stamp(out, t);
}

#define CHECK(wanted, call)                                                                                            \
    do {                                                                                                               \
        char buffer[64] = "";                                                                                          \
        struct text t = {.at = buffer, .size = sizeof buffer};                                                         \
        call;                                                                                                          \
        assert_string_equal(buffer, wanted);                                                                           \
    } while (0)

static void test_moments(void **state)
{
    const instant a = {0}, b = {3};
    struct calendar c = calendar_for(format, a, a), both = calendar_for(format, a, b);
    (void)state;

    assert_false(c.dated);
    assert_true(both.dated);
    CHECK("23:59:58", text_moment(&t, &c, a, 0));
    CHECK("23:59:58.123", text_moment(&t, &c, a, 3));
    CHECK("2026-11-22 23:59:58.123456", text_moment(&t, &both, a, 6));
    CHECK("2026-11-22", text_day(&t, &c, a));
    assert_int_equal(calendar_offset(&c, a), -(3 * 60 + 30) * 60 * SECOND);
    assert_int_equal(calendar_offset(&c, b), 3600 * SECOND);
}

/* A time that no calendar has is told as it is. */
static void test_beyond(void **state)
{
    struct calendar c = calendar_for(format_unix, (instant){0}, (instant){0});
    (void)state;

    CHECK("1.000000000", text_moment(&t, &c, (instant){SECOND}, 3));
    CHECK("0.000000000", text_moment(&t, &c, (instant){INT64_MIN}, 3));
    CHECK("9223372036.854775000", text_day(&t, &c, (instant){INT64_MAX}));
    assert_int_equal(calendar_offset(&c, (instant){0}), 0);
}

static void test_durations(void **state)
{
    static const struct {
        usec d;
        const char *text;
    } rows[] = {
        {0, "0 us"},
        {999, "999 us"},
        {1500, "1.5 ms"},
        {217045, "217 ms"},
        {3609563, "3.61 s"},
        {12500000, "12.5 s"},
        {60 * SECOND, "1 min"},
        {725 * SECOND, "12 min 5 s"},
        {3 * 3600 * SECOND + 4 * 60 * SECOND, "3 h 4 min"},
        {51 * 3600 * SECOND, "2 d 3 h"},
        {-1500, "-1.5 ms"},
    };
    (void)state;
    for (size_t i = 0; i < nitems(rows); i++)
        CHECK(rows[i].text, text_span_of_time(&t, rows[i].d));
    CHECK("3.609375 s", text_seconds(&t, 3609375, false));
    CHECK("+0.000188 s", text_seconds(&t, 188, true));
    CHECK("-0.500000 s", text_seconds(&t, -500000, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_beyond),
        cmocka_unit_test(test_durations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
