/* The line: its grammar, its values, its writer. vrrp-events(5). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/line.h"

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

/* A copy without a byte behind it that may be read: the sanitizers see one step too far. */
static char *exact_copy(const char *text, size_t len)
{
    char *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    return copy;
}

static enum line_error parse(struct line *l, const char *text, size_t len, struct span *where)
{
    static char *kept;
    free(kept);
    kept = exact_copy(text, len);
    return line_parse(l, len > 0 ? kept : text, len, where);
}

#define TEXT(s) s, sizeof(s) - 1

static void lines_and_their_faults(void **unused)
{
    static const struct {
        const char *what, *text;
        size_t len;
        enum line_error error;
        const char *where;
    } rows[] = {
        {"empty", TEXT(""), LINE_BLANK, ""},
        {"blanks", TEXT(" \t "), LINE_BLANK, ""},
        {"comment", TEXT("# vr if=eth0"), LINE_BLANK, ""},
        {"comment after blanks", TEXT("  # a b=c"), LINE_BLANK, ""},
        {"comment with any bytes", TEXT("# \xc3\xa4 %zz"), LINE_BLANK, ""},
        {"CR alone", TEXT("\r"), LINE_BLANK, ""},
        {"event alone", TEXT("stop"), LINE_OK, ""},
        {"event and fields", TEXT("vr if=eth0 vrid=51"), LINE_OK, ""},
        {"blanks around", TEXT(" \t vr \t if=eth0  vrid=51\t"), LINE_OK, ""},
        {"comment behind", TEXT("vr if=eth0 # the web servers"), LINE_OK, ""},
        {"# inside a value", TEXT("vr name=a#b"), LINE_OK, ""},
        {"CR at the end", TEXT("vr if=eth0\r"), LINE_OK, ""},
        {"CR in the middle", TEXT("vr if=et\rh0"), LINE_BAD_VALUE, "if=et\rh0"},
        {"NUL", TEXT("vr if=\0eth0"), LINE_NUL, ""},
        {"NUL in a comment", TEXT("# \0"), LINE_NUL, ""},
        {"time alone", TEXT("1763796129.123456789"), LINE_BAD_EVENT, ""},
        {"time not one", TEXT("17637x tick every=1s"), LINE_BAD_TIME, "17637x"},
        {"time negative", TEXT("-1 tick every=1s"), LINE_BAD_TIME, "-1"},
        {"time with a sign", TEXT("+1 tick every=1s"), LINE_BAD_TIME, "+1"},
        {"time without seconds", TEXT(".5 tick every=1s"), LINE_BAD_TIME, ".5"},
        {"time over int64 ns", TEXT("9223372036.854775808 tick every=1s"), LINE_BAD_TIME, "9223372036.854775808"},
        {"event in capitals", TEXT("Tick every=1s"), LINE_BAD_EVENT, "Tick"},
        {"event that is a field", TEXT("if=eth0 vrid=51"), LINE_BAD_EVENT, "if=eth0"},
        {"event with an underscore", TEXT("a_b c=d"), LINE_BAD_EVENT, "a_b"},
        {"key in capitals", TEXT("vr IF=eth0"), LINE_BAD_KEY, "IF=eth0"},
        {"key empty", TEXT("vr =eth0"), LINE_BAD_KEY, "=eth0"},
        {"key with an underscore", TEXT("vr virtual_router_id=1"), LINE_BAD_KEY, "virtual_router_id=1"},
        {"key that begins with a digit", TEXT("vr 4ip=1"), LINE_BAD_KEY, "4ip=1"},
        {"word without =", TEXT("vr eth0 vrid=51"), LINE_NO_KEY, "eth0"},
        {"value empty", TEXT("vr if= vrid=51"), LINE_NO_VALUE, "if="},
        {"value empty at the end", TEXT("vr if="), LINE_NO_VALUE, "if="},
        {"value with =", TEXT("vr name=a=b"), LINE_OK, ""},
        {"value over 7 bits", TEXT("vr name=\xc3\xa4"), LINE_BAD_VALUE, "name=\xc3\xa4"},
        {"value with DEL", TEXT("vr name=a\x7f"), LINE_BAD_VALUE, "name=a\x7f"},
        {"escape", TEXT("vr name=%C3%A4%20b"), LINE_OK, ""},
        {"escape in lower case", TEXT("vr name=%c3%a4"), LINE_OK, ""},
        {"escape not hex", TEXT("vr name=%G0 if=a"), LINE_BAD_VALUE, "name=%G0"},
        {"escape cut off", TEXT("vr name=%4"), LINE_BAD_VALUE, "name=%4"},
        {"% alone", TEXT("vr name=100%"), LINE_BAD_VALUE, "name=100%"},
        {"duplicate", TEXT("vr if=eth0 vrid=1 if=eth0"), LINE_DUPLICATE, "if=eth0"},
        {"no duplicate", TEXT("vr ab=1 ba=1 aab=1 abb=1 bab=1"), LINE_OK, ""},
    };
    (void)unused;
    for (size_t i = 0; i < nitems(rows); i++) {
        struct line l;
        struct span where;
        enum line_error error = parse(&l, rows[i].text, rows[i].len, &where);
        if (error != rows[i].error || (error != LINE_OK && !span_is(where, rows[i].where)))
            fail_msg("%s: %s, at '%.*s'", rows[i].what, line_error_text(error), (int)where.len, where.at);
    }
}

static void limits_of_a_line(void **unused)
{
    static char text[LINE_BYTES + 2];
    struct line l;
    struct span where;
    (void)unused;
    memset(text, 'x', sizeof(text));
    memcpy(text, "vr name=", 8);
    assert_int_equal(parse(&l, text, LINE_BYTES, &where), LINE_OK);
    assert_int_equal(l.fields[0].value.len, LINE_BYTES - 8);
    assert_int_equal(parse(&l, text, LINE_BYTES + 1, &where), LINE_TOO_LONG);
    text[LINE_BYTES] = '\r';
    assert_int_equal(parse(&l, text, LINE_BYTES + 1, &where), LINE_OK);

    size_t n = (size_t)sprintf(text, "vr");
    for (int i = 0; i < LINE_FIELDS; i++)
        n += (size_t)sprintf(text + n, " k%d=%d", i, i);
    assert_int_equal(parse(&l, text, n, &where), LINE_OK);
    assert_int_equal(l.count, LINE_FIELDS);
    n += (size_t)sprintf(text + n, " last=1");
    assert_int_equal(parse(&l, text, n, &where), LINE_TOO_MANY);
    assert_true(span_is(where, "last=1"));
}

/* Every key of a full line against every other: a duplicate anywhere is seen. */
static void duplicates_are_seen_everywhere(void **unused)
{
    (void)unused;
    for (int twice = 0; twice < LINE_FIELDS - 1; twice++) {
        char text[1024], word[16];
        struct line l;
        struct span where;
        size_t n = (size_t)sprintf(text, "vr");
        for (int i = 0; i < LINE_FIELDS - 1; i++)
            n += (size_t)sprintf(text + n, " %c%c%d=1", 'a' + i % 26, 'a' + i / 26, i % 3);
        assert_int_equal(parse(&l, text, n, &where), LINE_OK);
        sprintf(word, "%c%c%d=2", 'a' + twice % 26, 'a' + twice / 26, twice % 3);
        n += (size_t)sprintf(text + n, " %s", word);
        assert_int_equal(parse(&l, text, n, &where), LINE_DUPLICATE);
        assert_true(span_is(where, word));
    }
}

static void parts_of_a_line(void **unused)
{
    static const char text[] = " 1763796129.5  advert if=eth0\tvrid=51 ip=192.0.2.1,192.0.2.2 interval=100ms "
                               "smac=00:00:5E:00:01:33 src=192.0.2.7\r";
    struct line l;
    struct span where, value;
    uint64_t n;
    usec d;
    struct ip ip;
    struct mac mac;
    (void)unused;
    assert_int_equal(line_parse(&l, TEXT(text), &where), LINE_OK);
    assert_int_equal(l.text.len, sizeof(text) - 2);
    assert_true(l.has_time);
    assert_int_equal(l.time.ns, 1763796129500000000);
    assert_true(span_is(l.event, "advert"));
    assert_int_equal(l.count, 6);
    assert_true(line_get(&l, "if", &value) && span_is(value, "eth0"));
    assert_false(line_get(&l, "i", &value) || line_get(&l, "iff", &value) || line_get(&l, "", &value));
    assert_true(line_u64(&l, "vrid", 1, 255, &n) && n == 51);
    assert_false(line_u64(&l, "vrid", 1, 50, &n) || line_u64(&l, "if", 0, 255, &n) || line_u64(&l, "x", 0, 255, &n));
    assert_true(line_duration(&l, "interval", &d) && d == 100 * MILLISECOND);
    assert_true(line_ip(&l, "src", &ip) && ip.bytes[3] == 7);
    assert_false(line_ip(&l, "ip", &ip));
    assert_true(line_mac(&l, "smac", &mac) && mac.bytes[5] == 0x33);
    assert_true(line_is(&l, "if", "eth0"));
    assert_false(line_is(&l, "if", "eth") || line_is(&l, "dir", "in"));
    assert_int_equal(line_parse(&l, TEXT("stop"), &where), LINE_OK);
    assert_false(l.has_time);
}

static void numbers(void **unused)
{
    static const struct {
        const char *text;
        uint64_t min, max;
        bool right;
        uint64_t value;
    } rows[] = {
        {"0", 0, 9, true, 0},      {"255", 0, 255, true, 255},
        {"256", 0, 255, false, 0}, {"0", 1, 255, false, 0},
        {"051", 0, 255, false, 0}, {"00", 0, 255, false, 0},
        {"", 0, 255, false, 0},    {"+1", 0, 255, false, 0},
        {"-1", 0, 255, false, 0},  {"1 ", 0, 255, false, 0},
        {"0x1", 0, 255, false, 0}, {"18446744073709551615", 0, UINT64_MAX, true, UINT64_MAX},
        {"1e1", 0, 255, false, 0}, {"18446744073709551616", 0, UINT64_MAX, false, 0},
        {"1.0", 0, 255, false, 0}, {"99999999999999999999999", 0, UINT64_MAX, false, 0},
    };
    (void)unused;
    for (size_t i = 0; i < nitems(rows); i++) {
        uint64_t value = 12345;
        bool right = parse_u64(span_of(rows[i].text), rows[i].min, rows[i].max, &value);
        if (right != rows[i].right || value != (right ? rows[i].value : 12345))
            fail_msg("'%s': %d %llu", rows[i].text, right, (unsigned long long)value);
    }
}

static void durations(void **unused)
{
    static const struct {
        const char *text;
        usec value; /* -1: refused */
    } rows[] = {
        {"1s", 1000000},
        {"100ms", 100000},
        {"250us", 250},
        {"5m", 300000000},
        {"2h", 7200000000},
        {"0s", 0},
        {"3.412187s", 3412187},
        {"0.5ms", 500},
        {"1.5h", 5400000000},
        {"0.000000001h", -1},
        {"1.000000000s", 1000000},
        {"0.0000001s", -1},
        {"0.5us", -1},
        {"1.0000000000s", -1},
        {"1", -1},
        {"s", -1},
        {"", -1},
        {"1 s", -1},
        {"1S", -1},
        {"1sec", -1},
        {"1d", -1},
        {"-1s", -1},
        {"+1s", -1},
        {".5s", -1},
        {"1.s", -1},
        {"1..5s", -1},
        {"01s", -1},
        {"0.25s", 250000},
        {"9223372036854775807us", INT64_MAX},
        {"9223372036854775808us", -1},
        {"9223372036854.775807s", INT64_MAX},
        {"9223372036854.775808s", -1},
        {"2562047788h", 2562047788 * 3600000000},
        {"2562047789h", -1},
        {"99999999999999999999s", -1},
    };
    (void)unused;
    for (size_t i = 0; i < nitems(rows); i++) {
        usec value = -1;
        bool right = parse_duration(span_of(rows[i].text), &value);
        if (right != (rows[i].value >= 0) || value != rows[i].value)
            fail_msg("'%s': %d %lld", rows[i].text, right, (long long)value);
    }
}

static void times(void **unused)
{
    static const struct {
        const char *text;
        int64_t ns; /* -1: refused */
    } rows[] = {
        {"0", 0},
        {"1763796129", 1763796129000000000},
        {"1763796129.123456789", 1763796129123456789},
        {"1763796129.1", 1763796129100000000},
        {"9223372036.854775807", INT64_MAX},
        {"9223372036.854775808", -1},
        {"9223372037", -1},
        {"99999999999999999999", -1},
        {"1763796129.", -1},
        {"1763796129.1234567891", -1},
        {"1763796129.1234567890", -1},
        {"1763796129.12x", -1},
        {"-1", -1},
        {"1e9", -1},
        {"", -1},
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01T01:00:00+01:00", 0},
        {"1969-12-31T23:00:00-01:00", 0},
        {"1970-01-01T00:59:59+01:00", -1},
        {"1969-12-31T23:59:59Z", -1},
        {"2025-11-22T07:22:09.123456789Z", 1763796129123456789},
        {"2025-11-22T08:22:09.123456789+01:00", 1763796129123456789},
        {"2025-11-21T21:52:09-09:30", 1763796129000000000},
        {"2025-11-22t07:22:09z", 1763796129000000000},
        {"2024-02-29T00:00:00Z", 1709164800000000000},
        {"2024-03-01T00:00:00Z", 1709251200000000000},
        {"2024-12-31T23:59:59Z", 1735689599000000000},
        {"2000-02-29T00:00:00Z", 951782400000000000},
        {"2100-03-01T00:00:00Z", 4107542400000000000},
        {"2262-04-11T23:47:16.854775807Z", INT64_MAX},
        {"2262-04-11T23:47:16.854775808Z", -1},
        {"9999-12-31T23:59:59Z", -1},
        {"2023-02-29T00:00:00Z", -1},
        {"2100-02-29T00:00:00Z", -1},
        {"2025-00-22T07:22:09Z", -1},
        {"2025-13-22T07:22:09Z", -1},
        {"2025-11-00T07:22:09Z", -1},
        {"2025-11-31T07:22:09Z", -1},
        {"2025-11-22T24:00:00Z", -1},
        {"2025-11-22T07:60:09Z", -1},
        {"2025-11-22T07:22:60Z", -1},
        {"2025-11-22T07:22:09", -1},
        {"2025-11-22T07:22:09.Z", -1},
        {"2025-11-22T07:22:09.1234567890Z", -1},
        {"2025-11-22T07:22Z", -1},
        {"2025-11-22T07:22:09+1:00", -1},
        {"2025-11-22T07:22:09+0100", -1},
        {"2025-11-22T07:22:09+24:00", -1},
        {"2025-11-22T07:22:09+01:60", -1},
        {"2025-11-22T07:22:09Zx", -1},
        {"2025-11-22", -1},
        {"2025-1-22T07:22:09Z", -1},
    };
    (void)unused;
    for (size_t i = 0; i < nitems(rows); i++) {
        stamp t = {-1};
        char *copy = exact_copy(rows[i].text, strlen(rows[i].text));
        bool right = parse_stamp((struct span){copy, strlen(rows[i].text)}, &t);
        free(copy);
        if (right != (rows[i].ns >= 0) || t.ns != rows[i].ns)
            fail_msg("'%s': %d %lld", rows[i].text, right, (long long)t.ns);
    }
}

static void steady_times(void **unused)
{
    instant t;
    (void)unused;
    assert_true(parse_steady(span_of("12.000345"), &t) && t.us == 12000345);
    assert_true(parse_steady(span_of("9223372036854.775807"), &t) && t.us == INT64_MAX);
    assert_false(parse_steady(span_of("9223372036854.775808"), &t));
    assert_false(parse_steady(span_of("1.0000001"), &t) || parse_steady(span_of("1s"), &t));
    assert_false(parse_steady(span_of(""), &t) || parse_steady(span_of("-1"), &t));
}

static void names_and_lists(void **unused)
{
    char out[8];
    bool yes;
    struct span rest = span_of("a,,b,"), item;
    (void)unused;
    assert_true(parse_name(span_of("a%20%C3b"), out, sizeof(out)));
    assert_string_equal(out, "a \xc3"
                             "b");
    assert_true(parse_name(span_of("%31234567"), out, sizeof(out)));
    assert_string_equal(out, "1234567");
    assert_false(parse_name(span_of("12345678"), out, sizeof(out)));
    assert_false(parse_name(span_of("%00"), out, sizeof(out)) || parse_name(span_of(""), out, sizeof(out)));
    assert_false(parse_name(span_of("a%2"), out, sizeof(out)) || parse_name(span_of("%xy"), out, sizeof(out)));
    assert_true(parse_yes_no(span_of("yes"), &yes) && yes);
    assert_true(parse_yes_no(span_of("no"), &yes) && !yes);
    assert_false(parse_yes_no(span_of("YES"), &yes) || parse_yes_no(span_of("y"), &yes));
    assert_true(list_next(&rest, &item) && span_is(item, "a"));
    assert_true(list_next(&rest, &item) && item.len == 0);
    assert_true(list_next(&rest, &item) && span_is(item, "b"));
    assert_true(list_next(&rest, &item) && item.len == 0);
    assert_false(list_next(&rest, &item));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_and_their_faults),
        cmocka_unit_test(limits_of_a_line),
        cmocka_unit_test(duplicates_are_seen_everywhere),
        cmocka_unit_test(parts_of_a_line),
        cmocka_unit_test(numbers),
        cmocka_unit_test(durations),
        cmocka_unit_test(times),
        cmocka_unit_test(steady_times),
        cmocka_unit_test(names_and_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
