/* `check` lines: what vrrp-run starts a vrrp-check for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/check_line.h"

static struct config_error error;

static bool parse(struct check_line *c, const char *text)
{
    static char full[LINE_BYTES];
    static struct line l;
    struct span where;
    snprintf(full, sizeof full, "check %s", text);
    assert_int_equal(line_parse(&l, full, strlen(full), &where), LINE_OK);
    return check_line_parse(c, &l, &error);
}

static void words_and_defaults(void **unused)
{
    struct check_line c;
    (void)unused;
    assert_true(parse(&c, "name=web command=curl,-sf,a%20b%2Cc"));
    assert_string_equal(c.name, "web");
    assert_int_equal(c.words, 3);
    assert_memory_equal(c.command, "curl\0-sf\0a b,c", sizeof "curl\0-sf\0a b,c");
    assert_true(c.interval == SECOND && c.timeout == SECOND && c.rise == 1 && c.fall == 1);
    assert_true(parse(&c, "interval=2s fall=3 rise=1000 command=true name=a"));
    assert_true(c.interval == 2 * SECOND && c.timeout == 2 * SECOND && c.rise == 1000 && c.fall == 3);
    assert_true(parse(&c, "interval=2s timeout=10ms command=true name=a"));
    assert_true(c.timeout == 10 * MILLISECOND);
}

static void what_is_wrong_is_named(void **unused)
{
    static const struct {
        const char *text, *word, *reason;
    } rows[] = {
        {"command=true", "", "name: missing; what it is called in track="},
        {"name=a", "", "command: missing"},
        {"name=a command=a,,b", "command=a,,b", NULL},
        {"name=a command=true interval=9ms", "interval=9ms", NULL},
        {"name=a command=true timeout=2h", "timeout=2h", NULL},
        {"name=a command=true rise=0", "rise=0", "rise: 1..1000"},
        {"name=a command=true fall=1001", "fall=1001", "fall: 1..1000"},
        {"name=a comand=true", "comand=true", "unknown key; did you mean command?"},
        {"name=a command=true q=1", "q=1", "unknown key"},
    };
    (void)unused;
    for (size_t i = 0; i < nitems(rows); i++) {
        struct check_line c;
        if (parse(&c, rows[i].text))
            fail_msg("%s: taken", rows[i].text);
        if (!span_is(error.word, rows[i].word) || (rows[i].reason && strcmp(error.reason, rows[i].reason) != 0))
            fail_msg("%s: '%.*s' '%s'", rows[i].text, (int)error.word.len, error.word.at, error.reason);
    }
}

static void a_command_has_an_end(void **unused)
{
    struct check_line c;
    char text[3000] = "name=a command=x";
    (void)unused;
    for (int i = 1; i < CHECK_WORDS; i++)
        strcat(text, ",x");
    assert_true(parse(&c, text));
    assert_int_equal(c.words, CHECK_WORDS);
    strcat(text, ",x");
    assert_false(parse(&c, text));
    strcpy(text, "name=a command=");
    memset(text + strlen(text), 'x', CHECK_COMMAND - 1);
    assert_true(parse(&c, text));
    strcat(text, "x");
    assert_false(parse(&c, text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_defaults),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(a_command_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
