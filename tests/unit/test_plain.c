/* Values as plain text, and back: lib/core/plain.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/plain.h"
#include "tests/unit/random.h"

enum { ROOM = 2048 };

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

/* The value's plain text, in out. */
static struct span to_plain(struct span value, char out[static ROOM])
{
    struct text t = {.at = out, .size = ROOM};
    char one[PLAIN_BYTES];
    while (value.len > 0)
        text_span(&t, plain_next(&value, one));
    assert_false(t.cut);
    return (struct span){out, t.length};
}

static struct span to_value(struct span plain, const char *also, char out[static ROOM])
{
    struct text t = {.at = out, .size = ROOM};
    plain_to_value(&t, plain, also);
    assert_false(t.cut);
    return (struct span){out, t.length};
}

static void both_ways(void **state)
{
    (void)state;
    static const struct {
        const char *value, *plain;
    } rows[] = {
        {"eth0", "eth0"},
        {"a%20b", "a b"},
        {"%0A%1B%7F", "\n\x1b\x7f"},
        {"b%C3%BCro", "b\xc3\xbcro"},
        {"%E2%82%AC%F0%9F%92%A9", "\xe2\x82\xac\xf0\x9f\x92\xa9"},
        {"%C2%80", "\xc2\x80"},
        /* what is no UTF-8 stays: a byte alone, a form that is too long, a surrogate, beyond U+10FFFF, cut off */
        {"%FF", "%FF"},
        {"%C3x", "%C3x"},
        {"%C0%80", "%C0%80"},
        {"%E0%9F%BF", "%E0%9F%BF"},
        {"%ED%A0%80", "%ED%A0%80"},
        {"%F0%8F%BF%BF", "%F0%8F%BF%BF"},
        {"%F4%90%80%80", "%F4%90%80%80"},
        {"%E2%82", "%E2%82"},
        {"%FF%C3%BC", "%FF\xc3\xbc"},
        /* a NUL, and what did not have to be escaped */
        {"%00", "%00"},
        {"a%2Cb%40c%3A1", "a%2Cb%40c%3A1"},
        {"%41", "%41"},
        /* a percent sign, where it could be taken for an escape and where not */
        {"100%25", "100%"},
        {"%25%25", "%%"},
        {"%254", "%4"},
        {"%25FF", "%25FF"},
        {"%25fz", "%fz"},
        {"%25%FF", "%%FF"},
        {"%254%41", "%4%41"},
    };
    for (size_t i = 0; i < nitems(rows); i++) {
        char plain[ROOM], value[ROOM];
        struct span p = to_plain(span_of(rows[i].value), plain), v = to_value(p, "", value);
        if (!span_is(p, rows[i].plain) || !span_is(v, rows[i].value))
            fail_msg("%s: %.*s: %.*s", rows[i].value, (int)p.len, p.at, (int)v.len, v.at);
    }
}

static void other_forms_keep_their_meaning(void **state)
{
    (void)state;
    char text[ROOM];
    assert_true(span_is(to_plain(span_of("b%c3%bcro%ff"), text), "b\xc3\xbcro%FF"));
    assert_true(span_is(to_value(span_of("50 % off, %ff"), "", text), "50%20%25%20off,%20%FF"));
    assert_true(span_is(to_value(span_of("a,b"), ",", text), "a%2Cb"));
    assert_true(span_is(to_value((struct span){"\0\xff", 2}, "", text), "%00%FF"));
}

/* For any bytes that a writer of ours makes a value of. */
static void what_is_written_comes_back(void **state)
{
    (void)state;
    random_start("plain");
    for (int i = 0; i < 50000; i++) {
        char bytes[40], line[ROOM], plain[ROOM], value[ROOM];
        struct writer w = {.buffer = line, .size = sizeof line};
        struct line l;
        struct span where, written;
        random_text(bytes, sizeof bytes);
        if (random_bool()) /* escapes of all kinds close together */
            for (size_t k = 0; bytes[k] != '\0'; k++)
                bytes[k] = "%%%,\xc3\xbc\xe2\x82\xac\xff 5a"[random_range(0, 12)];
        writer_begin(&w, (stamp){0}, "x");
        if (random_bool()) {
            list_begin(&w, "k");
            list_text(&w, span_of(bytes));
            list_end(&w);
        } else {
            put_text(&w, "k", span_of(bytes));
        }
        assert_int_equal(line_parse(&l, line, writer_end(&w) - 1, &where), LINE_OK);
        written = l.fields[0].value;
        assert_true(span_equal(to_value(to_plain(written, plain), "", value), written));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways),
        cmocka_unit_test(other_forms_keep_their_meaning),
        cmocka_unit_test(what_is_written_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
