/* What a command said last: lib/core/last_line.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/last_line.h"

static void table(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"", ""},
        {"\n\n  \n", ""},
        {"one", "one"},
        {"one\n", "one"},
        {"one\ntwo", "two"},
        {"one\ntwo\n\n \t\n", "two"},
        {"one\r\n", "one"},
        {"10 %\r20 %\r", "20 %"},
        {"  two words", "two words"},
        {"bell \a, \x1b[2J, \xc3\xa4", "bell ?, ?[2J, ??"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct last_line whole = {0}, pieces = {0};
        last_line_add(&whole, rows[i].text, strlen(rows[i].text));
        assert_string_equal(whole.text, rows[i].expected);
        for (const char *at = rows[i].text; *at != '\0'; at++)
            last_line_add(&pieces, at, 1);
        assert_string_equal(pieces.text, rows[i].expected);
    }
}

static void a_long_line_is_cut(void **state)
{
    (void)state;
    struct last_line l = {0};
    char text[3 * LAST_LINE_TEXT];
    memset(text, 'x', sizeof text);
    last_line_add(&l, text, sizeof text);
    last_line_add(&l, text, sizeof text);
    assert_int_equal(strlen(l.text), LAST_LINE_TEXT - 1);
    last_line_add(&l, "\nshort\0er", 9);
    assert_string_equal(l.text, "short?er");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(a_long_line_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
