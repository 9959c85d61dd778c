/* Exact decimals: lib/core/decimal.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/decimal.h"
#include "tests/unit/random.h"

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static void table(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned decimals;
        bool good;
        uint64_t value;
    } rows[] = {
        {"0", 0, true, 0},
        {"0", 9, true, 0},
        {"18446744073709551615", 0, true, UINT64_MAX},
        {"18446744073709551616", 0, false, 0},
        {"18446744073709551615", 1, false, 0},
        {"3412.187", 3, true, 3412187},
        {"3412.1870000000000000000000", 3, true, 3412187},
        {"3412.1871", 3, false, 0},
        {"1.5", 0, false, 0},
        {"1.0", 0, true, 1},
        {"1e3", 0, true, 1000},
        {"1E+3", 3, true, 1000000},
        {"1.5e1", 0, true, 15},
        {"1.05e1", 0, false, 0},
        {"1e-06", 6, true, 1},
        {"1e-07", 6, false, 0},
        {"120.0e-1", 0, true, 12},
        {"12.5e-1", 1, false, 0},
        {"12.5e-1", 2, true, 125},
        {"0e99999999999999999999", 3, true, 0},
        {"0.0e-99999999999999999999", 3, true, 0},
        {"1e99999999999999999999", 3, false, 0},
        {"1e-99999999999999999999", 3, false, 0},
        {"1e", 3, false, 0},
        {"1e+", 3, false, 0},
        {"12e1x0", 3, false, 0},
        {"12912eh9999999999", 3, false, 0},
        {"-1", 0, false, 0},
        {"", 0, false, 0},
        {"1a", 0, false, 0},
    };
    for (size_t i = 0; i < nitems(rows); i++) {
        uint64_t value = 0;
        if (decimal_parse(span_of(rows[i].text), rows[i].decimals, &value) != rows[i].good || value != rows[i].value)
            fail_msg("%s with %u decimals: %llu", rows[i].text, rows[i].decimals, (unsigned long long)value);
    }
}

static void the_shortest_text(void **state)
{
    (void)state;
    static const struct {
        uint64_t value;
        unsigned decimals;
        const char *text;
    } rows[] = {
        {0, 0, "0"},
        {0, 6, "0"},
        {1, 3, "0.001"},
        {3412187, 3, "3412.187"},
        {1000000, 3, "1000"},
        {1500, 3, "1.5"},
        {UINT64_MAX, 0, "18446744073709551615"},
        {UINT64_MAX, 9, "18446744073.709551615"},
        {10, 0, "10"},
    };
    for (size_t i = 0; i < nitems(rows); i++) {
        char text[DECIMAL_TEXT];
        size_t length = decimal_format(text, rows[i].value, rows[i].decimals);
        assert_int_equal(length, strlen(rows[i].text));
        assert_memory_equal(text, rows[i].text, length);
    }
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    random_start("decimal");
    for (int i = 0; i < 20000; i++) {
        uint64_t value = random_u64() >> random_range(0, 63), back;
        unsigned decimals = (unsigned)random_range(0, 9);
        char text[DECIMAL_TEXT];
        struct span s = {text, decimal_format(text, value, decimals)};
        assert_true(decimal_parse(s, decimals, &back) && back == value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(the_shortest_text),
        cmocka_unit_test(what_is_written_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
