/* Lines in colours: lib/core/paint.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/paint.h"

static char painted[LINE_BYTES + PAINT_ROOM + 1];

static const char *paint(const char *line)
{
    struct text out = {.at = painted, .size = sizeof painted};
    paint_line(&out, (struct span){line, strlen(line)});
    assert_false(out.cut);
    return painted;
}

/* Without what a terminal takes for itself. */
static const char *stripped(void)
{
    static char out[sizeof painted];
    char *end = out;
    for (const char *at = painted; *at != '\0'; at++) {
        if (*at == '\033')
            at = strchr(at, 'm');
        else
            *end++ = *at;
    }
    *end = '\0';
    return out;
}

static void time_and_keys_are_dim(void **state)
{
    (void)state;
    assert_string_equal(paint("1.5 tick every=100ms"),
                        "\033[2m1.5\033[0m \033[2mtick\033[0m \033[2mevery=\033[0m100ms");
    assert_string_equal(paint("  elected  if=eth0\tprio=1 # x"),
                        "  \033[1;32melected\033[0m  \033[2mif=\033[0meth0\t\033[2mprio=\033[0m1 # x");
    assert_string_equal(paint(""), "");
    assert_string_equal(paint("# a comment"), "# a comment");
    assert_string_equal(paint("no line"), "no line");
}

static void the_colour_is_what_it_means(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"state from=backup to=active", "1;32"},
        {"state from=active to=backup", "1;33"},
        {"state to=fault", "1;31"},
        {"state to=init", "1"},
        {"elected active=192.0.2.1", "1;32"},
        {"vacant vrid=1", "1;31"},
        {"bad why=ttl", "1;31"},
        {"lost n=1", "1;31"},
        {"alert sev=crit", "1;31"},
        {"alert sev=high", "1;31"},
        {"alert sev=med", "1;33"},
        {"alert sev=info", "1;36"},
        {"alert", "1;31"},
        {"notice what=interval", "1;33"},
        {"advert prio=0", "1;33"},
        {"advert prio=100", "1"},
        {"link state=up", "1;32"},
        {"link state=gone", "1;31"},
        {"whatever", "1"},
        {"stage state=started", "1"},
        {"stage state=ended", "1;31"},
    };
    for (size_t i = 0; i < nitems(rows); i++) {
        char expected[32];
        snprintf(expected, sizeof expected, "\033[%sm", rows[i][1]);
        if (strncmp(paint(rows[i][0]), expected, strlen(expected)) != 0)
            fail_msg("%s: %s", rows[i][0], rows[i][1]);
    }
}

static void the_longest_line_has_room_and_nothing_else_is_changed(void **state)
{
    (void)state;
    static char line[LINE_BYTES + 1];
    int length = sprintf(line, "1763796129.123456789 advert");
    for (int i = 0; i < LINE_FIELDS; i++)
        length += sprintf(line + length, " k%d=v", i);
    memset(line + length, 'x', sizeof line - 1 - (size_t)length);
    paint(line);
    assert_string_equal(stripped(), line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_and_keys_are_dim),
        cmocka_unit_test(the_colour_is_what_it_means),
        cmocka_unit_test(the_longest_line_has_room_and_nothing_else_is_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
