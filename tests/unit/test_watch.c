/* `watch` lines, and from what is seen to what is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/watch.h"

static struct config_error error;

static bool parse(struct watch *w, const char *text)
{
    static char full[2 * LINE_BYTES];
    static struct line l;
    struct span where;
    snprintf(full, sizeof full, "watch %s", text);
    assert_int_equal(line_parse(&l, full, strlen(full), &where), LINE_OK);
    return watch_parse(w, &l, &error);
}

static struct watch parsed(const char *text)
{
    struct watch w;
    if (!parse(&w, text))
        fail_msg("%s: %.*s: %s", text, (int)error.word.len, error.word.at, error.reason);
    return w;
}

static void each_kind_is_taken(void **unused)
{
    char text[PREFIX_TEXT];
    (void)unused;
    struct watch w = parsed("link=eth1");
    assert_int_equal(w.kind, WATCH_LINK);
    assert_string_equal(w.text, "eth1");
    assert_string_equal(w.name, "link:eth1");
    assert_true(w.rise == 0 && w.fall == 0);
    w = parsed("name=up%20link link=eth1 rise=5s fall=100ms");
    assert_string_equal(w.name, "up link");
    assert_true(w.rise == 5 * SECOND && w.fall == 100 * MILLISECOND);
    w = parsed("address=2001:db8::1 if=eth0");
    assert_int_equal(w.kind, WATCH_ADDRESS);
    assert_string_equal(w.ifname, "eth0");
    assert_string_equal(w.name, "address:2001:db8::1");
    w = parsed("route=default");
    assert_true(w.prefix.ip.family == 4 && w.prefix.length == 0 && w.table == 254 && w.via.family == 0);
    w = parsed("via=fe80::1 route=default if=eth0 table=4294967295");
    assert_true(w.prefix.ip.family == 6 && w.prefix.length == 0 && w.table == UINT32_MAX && w.via.family == 6);
    w = parsed("route=10.0.0.0/8");
    prefix_format(text, &w.prefix);
    assert_string_equal(text, "10.0.0.0/8");
    w = parsed("route=2001:db8::1");
    assert_int_equal(w.prefix.length, 128);
    w = parsed("process=nginx");
    assert_true(w.kind == WATCH_PROCESS && w.least == 1 && w.most == UINT32_MAX);
    w = parsed("process=nginx count=3");
    assert_true(w.least == 3 && w.most == UINT32_MAX);
    w = parsed("process=nginx count=0..0");
    assert_true(w.least == 0 && w.most == 0);
    w = parsed("cmdline=/bin/a%20b,-c,x%2Cy count=1..2");
    assert_true(w.kind == WATCH_CMDLINE && w.least == 1 && w.most == 2);
    assert_int_equal(w.length, sizeof "/bin/a b\0-c\0x,y");
    assert_memory_equal(w.text, "/bin/a b\0-c\0x,y", w.length);
    w = parsed("file=/run/a%20b");
    assert_string_equal(w.text, "/run/a b");
    assert_false(w.bounded);
    w = parsed("file=/run/a value=0");
    assert_true(w.bounded && w.from == 0 && w.to == 0);
    w = parsed("file=/run/a value=-2147483648..-3");
    assert_true(w.bounded && w.from == INT32_MIN && w.to == -3);
}

static void what_is_wrong_is_named(void **unused)
{
    static const struct {
        const char *text, *word, *reason;
    } rows[] = {
        {"name=a", "", "link, address, route, process, cmdline or file is missing"},
        {"link=a route=default", "route=default", "one thing a watch"},
        {"link=a%2Fb", "link=a%2Fb", NULL},
        {"lnik=a", "lnik=a", "unknown key; did you mean link?"},
        {"link=a if=eth0", "if=eth0", "if: not of link"},
        {"link=a count=2", "count=2", "count: not of link"},
        {"address=192.0.2.1/24", "address=192.0.2.1/24", NULL},
        {"address=0.0.0.0", "address=0.0.0.0", NULL},
        {"address=192.0.2.1 via=192.0.2.2", "via=192.0.2.2", "via: not of address"},
        {"route=10.0.0.1/8", "route=10.0.0.1/8", NULL},
        {"route=10.0.0.0/33", "route=10.0.0.0/33", NULL},
        {"route=10.0.0.0/8 via=fe80::1", "route=10.0.0.0/8", "via: not of its family"},
        {"route=default table=0", "table=0", NULL},
        {"process=a count=0", "count=0", NULL},
        {"process=a count=2..1", "count=2..1", NULL},
        {"process=a count=..2", "count=..2", NULL},
        {"process=a count=2..", "count=2..", NULL},
        {"process=a value=1", "value=1", "value: not of process"},
        {"cmdline=a,,b", "cmdline=a,,b", NULL},
        {"file=a", "file=a", NULL},
        {"file=/a value=2147483648", "value=2147483648", NULL},
        {"file=/a value=1.5", "value=1.5", NULL},
        {"file=/a rise=1", "rise=1", NULL},
        {"file=/a fall=25h", "fall=25h", NULL},
        {"file=/123456789/123456789/123456789/123456789/123456789/123456789", NULL,
         "too long for a name: name= is needed"},
    };
    (void)unused;
    for (size_t i = 0; i < nitems(rows); i++) {
        struct watch w;
        if (parse(&w, rows[i].text))
            fail_msg("%s: taken", rows[i].text);
        if ((rows[i].word && !span_is(error.word, rows[i].word)) ||
            (rows[i].reason && strcmp(error.reason, rows[i].reason) != 0) || error.reason[0] == '\0')
            fail_msg("%s: '%.*s' '%s'", rows[i].text, (int)error.word.len, error.word.at, error.reason);
    }
}

static void long_texts_have_an_end(void **unused)
{
    char text[2048] = "name=a file=/";
    struct watch w;
    (void)unused;
    memset(text + strlen(text), 'x', 1022);
    assert_true(parse(&w, text));
    assert_int_equal(strlen(w.text), 1023);
    strcat(text, "x");
    assert_false(parse(&w, text));
    strcpy(text, "name=a cmdline=x");
    for (int i = 0; i < 511; i++)
        strcat(text, ",x");
    assert_true(parse(&w, text));
    assert_int_equal(w.length, 1024);
    strcat(text, ",x");
    assert_false(parse(&w, text));
}

static enum watch_news see(struct watch_state *s, const struct watch *w, bool up, usec at)
{
    return watch_seen(s, w, up, NULL, (instant){at});
}

static void the_first_look_counts_at_once(void **unused)
{
    struct watch w = parsed("link=a rise=5s fall=5s");
    (void)unused;
    for (int up = 0; up < 2; up++) {
        struct watch_state s = {.known = false};
        assert_int_equal(watch_deadline(&s, &w).us, INSTANT_NEVER.us);
        assert_int_equal(see(&s, &w, up, 1), up ? WATCH_UP : WATCH_DOWN);
        assert_int_equal(see(&s, &w, up, 2), WATCH_SAME);
        assert_true(s.known && s.up == (up == 1));
    }
}

static void rise_and_fall_are_waited_for(void **unused)
{
    struct watch w = parsed("link=a rise=5s fall=100ms");
    struct watch_state s = {.known = false};
    (void)unused;
    assert_int_equal(see(&s, &w, true, 0), WATCH_UP);
    assert_int_equal(see(&s, &w, false, 1000000), WATCH_SAME);
    assert_int_equal(watch_deadline(&s, &w).us, 1100000);
    assert_int_equal(see(&s, &w, false, 1099999), WATCH_SAME);
    assert_int_equal(see(&s, &w, true, 1099999), WATCH_SAME); /* not for so long: anew */
    assert_int_equal(watch_deadline(&s, &w).us, INSTANT_NEVER.us);
    assert_int_equal(see(&s, &w, false, 1200000), WATCH_SAME);
    assert_int_equal(see(&s, &w, false, 1299999), WATCH_SAME);
    assert_int_equal(see(&s, &w, false, 1300000), WATCH_DOWN);
    assert_int_equal(see(&s, &w, true, 2000000), WATCH_SAME);
    assert_int_equal(see(&s, &w, true, 6999999), WATCH_SAME);
    assert_int_equal(see(&s, &w, true, 7000000), WATCH_UP);
    w = parsed("link=a");
    assert_int_equal(see(&s, &w, false, 7000000), WATCH_DOWN);
    assert_int_equal(see(&s, &w, true, 7000000), WATCH_UP);
}

static void values_are_news(void **unused)
{
    struct watch w = parsed("file=/a fall=1s");
    struct watch_state s = {.known = false};
    int32_t five = 5, six = 6;
    (void)unused;
    assert_int_equal(watch_seen(&s, &w, true, &five, (instant){0}), WATCH_UP);
    assert_true(s.has_value && s.value == 5);
    assert_int_equal(watch_seen(&s, &w, true, &five, (instant){1}), WATCH_SAME);
    assert_int_equal(watch_seen(&s, &w, true, &six, (instant){2}), WATCH_VALUE);
    assert_int_equal(watch_seen(&s, &w, true, NULL, (instant){3}), WATCH_VALUE);
    assert_false(s.has_value);
    assert_int_equal(watch_seen(&s, &w, true, &six, (instant){4}), WATCH_VALUE);
    assert_int_equal(watch_seen(&s, &w, false, NULL, (instant){5}), WATCH_SAME);
    assert_true(s.has_value && s.value == 6); /* as long as it is told to be up */
    assert_int_equal(watch_seen(&s, &w, false, NULL, (instant){1000005}), WATCH_DOWN);
    assert_false(s.has_value);
}

static void numbers_of_files(void **unused)
{
    static const struct {
        const char *text;
        bool is;
        int32_t value;
    } rows[] = {
        {"5", true, 5},
        {"5\n", true, 5},
        {" \t-12 and more", true, -12},
        {"+3\r\n", true, 3},
        {"007", true, 7},
        {"2147483647", true, INT32_MAX},
        {"2147483648", true, INT32_MAX},
        {"99999999999999999999999999999999999999", true, INT32_MAX},
        {"-2147483648", true, INT32_MIN},
        {"-99999999999999999999", true, INT32_MIN},
        {"-0", true, 0},
        {"", false, 0},
        {"\n", false, 0},
        {"-", false, 0},
        {"- 5", false, 0},
        {"5%", false, 0},
        {"0x10", false, 0},
        {"five", false, 0},
    };
    (void)unused;
    for (size_t i = 0; i < nitems(rows); i++) {
        int32_t value = 0;
        bool is = watch_number(rows[i].text, strlen(rows[i].text), &value);
        if (is != rows[i].is || value != rows[i].value)
            fail_msg("'%s': %d %d", rows[i].text, is, (int)value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_taken),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(long_texts_have_an_end),
        cmocka_unit_test(the_first_look_counts_at_once),
        cmocka_unit_test(rise_and_fall_are_waited_for),
        cmocka_unit_test(values_are_news),
        cmocka_unit_test(numbers_of_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
