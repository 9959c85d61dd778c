/* Writing lines: each value's form, buffers that are too small, and that what is written is read back. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/line.h"
#include "tests/unit/random.h"

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static void every_value(struct writer *w)
{
    struct ip ip;
    struct prefix prefix;
    struct mac mac = {{0, 0, 0x5e, 0, 1, 0x33}};
    writer_begin(w, (stamp){1763796129000000001}, "event");
    put_word(w, "a", "word");
    put_word(w, "none", NULL);
    put_text(w, "b", span_of("a b%,@\xc3"));
    put_text(w, "none", span_of(""));
    put_raw(w, "c", span_of("%20"));
    put_u64(w, "d", UINT64_MAX);
    put_u64(w, "e", 0);
    put_duration(w, "f", 40950 * MILLISECOND);
    put_seconds(w, "g", 3412187);
    put_steady(w, "h", (instant){5});
    ip_parse(&ip, "192.0.2.1", 9);
    put_ip(w, "i", &ip);
    put_mac(w, "j", &mac);
    list_begin(w, "k");
    list_word(w, "x");
    list_text(w, span_of("a,@:b"));
    list_tail(w, ":-3");
    list_u64(w, 7);
    list_duration(w, 0);
    list_ip(w, &ip);
    prefix_parse(&prefix, "2001:db8::1/64", 14);
    list_prefix(w, &prefix);
    prefix.length = 128;
    list_prefix(w, &prefix);
    list_end(w);
    list_begin(w, "none");
    list_end(w);
    put_word(w, "l", "end");
}

static const char expected[] =
    "1763796129.000000001 event a=word b=a%20b%25,@%C3 c=%20 d=18446744073709551615 e=0 f=40950ms g=3.412187s "
    "h=0.000005 i=192.0.2.1 j=00:00:5e:00:01:33 k=x,a%2C%40%3Ab:-3,7,0s,192.0.2.1,2001:db8::1/64,2001:db8::1 l=end\n";

static void values_have_their_form(void **unused)
{
    char buffer[512];
    struct writer w = {.buffer = buffer, .size = sizeof(buffer)};
    (void)unused;
    every_value(&w);
    assert_int_equal(writer_end(&w), sizeof(expected) - 1);
    assert_int_equal(w.length, sizeof(expected) - 1);
    assert_memory_equal(buffer, expected, sizeof(expected) - 1);
}

/* At each size either the whole line or nothing, behind what was there before; never a byte beyond. */
static void no_buffer_is_too_small(void **unused)
{
    (void)unused;
    for (size_t size = 0; size <= 400; size++) {
        char *buffer = malloc(size > 0 ? size : 1);
        assert_non_null(buffer);
        struct writer w = {.buffer = buffer, .size = size};
        writer_begin(&w, (stamp){0}, "first");
        size_t first = writer_end(&w);
        assert_int_equal(first, size >= 18 ? 18 : 0);
        assert_int_equal(w.length, first);
        every_value(&w);
        size_t second = writer_end(&w);
        assert_int_equal(second, size >= first + sizeof(expected) - 1 ? sizeof(expected) - 1 : 0);
        assert_int_equal(w.length, first + second);
        assert_int_equal(w.full, second == 0);
        if (first > 0)
            assert_memory_equal(buffer, "0.000000000 first\n", 18);
        writer_begin(&w, (stamp){0}, "third");
        assert_int_equal(writer_end(&w) > 0, size - first - second >= 18);
        free(buffer);
    }
}

static void a_line_is_never_longer_than_a_line(void **unused)
{
    static char buffer[2 * LINE_BYTES], text[LINE_BYTES];
    struct writer w = {.buffer = buffer, .size = sizeof(buffer)};
    (void)unused;
    memset(text, 'x', sizeof(text));
    size_t head = strlen("0.000000000 vr k=");
    writer_begin(&w, (stamp){0}, "vr");
    put_raw(&w, "k", (struct span){text, LINE_BYTES - head});
    assert_int_equal(writer_end(&w), LINE_BYTES + 1);
    w.length = 0;
    writer_begin(&w, (stamp){0}, "vr");
    put_raw(&w, "k", (struct span){text, LINE_BYTES - head + 1});
    assert_int_equal(writer_end(&w), 0);
    assert_int_equal(w.length, 0);
}

static void durations_take_the_largest_exact_unit(void **unused)
{
    static const struct {
        usec d;
        const char *text;
    } rows[] = {
        {0, "0s"},
        {1, "1us"},
        {250, "250us"},
        {1000, "1ms"},
        {100000, "100ms"},
        {1000000, "1s"},
        {1000001, "1000001us"},
        {40950000, "40950ms"},
        {3600000000, "3600s"},
        {INT64_MAX, "9223372036854775807us"},
        {-5, "-5us"},
        {INT64_MIN, "-9223372036854775808us"},
    };
    (void)unused;
    for (size_t i = 0; i < nitems(rows); i++) {
        char text[DURATION_TEXT];
        assert_int_equal(format_duration(text, rows[i].d), strlen(rows[i].text));
        assert_string_equal(text, rows[i].text);
    }
}

static void stamps_have_nine_decimals(void **unused)
{
    char text[STAMP_TEXT];
    (void)unused;
    assert_int_equal(format_stamp(text, (stamp){INT64_MAX}), 20);
    assert_string_equal(text, "9223372036.854775807");
    format_stamp(text, (stamp){1});
    assert_string_equal(text, "0.000000001");
    format_stamp(text, (stamp){-1});
    assert_string_equal(text, "0.000000000");
}

/* Each length there is, at its both ends. */
static void numbers_of_every_length(void **unused)
{
    uint64_t power = 1;
    (void)unused;
    for (int digits = 1; digits <= 20; digits++, power *= 10) {
        const uint64_t numbers[] = {power - 1, power, power + 1};
        for (size_t i = 0; i < nitems(numbers); i++) {
            char buffer[128], text[64];
            struct writer w = {.buffer = buffer, .size = sizeof(buffer)};
            int len = sprintf(text, "0.000000000 x n=%" PRIu64 "\n", numbers[i]);
            writer_begin(&w, (stamp){0}, "x");
            put_u64(&w, "n", numbers[i]);
            assert_int_equal(writer_end(&w), len);
            assert_memory_equal(buffer, text, (size_t)len);
        }
    }
}

/* What cannot be written leaves nothing behind, and a list goes on as if it had not been asked. */
static void no_address_is_no_value(void **unused)
{
    static const char text[] = "0.000000000 x a=1 list=192.0.2.1,192.0.2.1 b=2\n";
    const struct ip none = {0}, ip = {4, {192, 0, 2, 1}};
    (void)unused;
    for (size_t size = sizeof(text) - 1; size < 200; size++) {
        char buffer[200];
        struct writer w = {.buffer = buffer, .size = size};
        writer_begin(&w, (stamp){0}, "x");
        put_ip(&w, "none", &none);
        put_u64(&w, "a", 1);
        list_begin(&w, "list");
        list_ip(&w, &none);
        list_ip(&w, &ip);
        list_ip(&w, &none);
        list_ip(&w, &ip);
        list_end(&w);
        put_u64(&w, "b", 2);
        assert_int_equal(writer_end(&w), sizeof(text) - 1);
        assert_memory_equal(buffer, text, sizeof(text) - 1);
    }
}

static size_t word_time(char out[static STAMP_TEXT], stamp t)
{
    return (size_t)sprintf(out, "2025-11-22T07:22:%02dZ", (int)(t.ns % 60));
}

static void time_as_people_read_it(void **unused)
{
    char buffer[64];
    struct writer w = {.buffer = buffer, .size = sizeof(buffer), .format_time = word_time};
    (void)unused;
    writer_begin(&w, (stamp){9}, "stop");
    writer_end(&w);
    assert_memory_equal(buffer, "2025-11-22T07:22:09Z stop\n", w.length);
}

/* Durations, stamps and steady times: format, then parse. */
static void values_are_read_back(void **unused)
{
    (void)unused;
    random_start("values_are_read_back");
    for (int i = 0; i < 20000; i++) {
        int64_t v = (int64_t)(random_u64() >> random_range(1, 63));
        char text[256];
        usec d;
        stamp t;
        instant steady;
        struct span s = {text, format_duration(text, v)};
        assert_true(parse_duration(s, &d) && d == v);
        s.len = format_stamp(text, (stamp){v});
        assert_true(parse_stamp(s, &t) && t.ns == v);
        struct writer w = {.buffer = text, .size = sizeof(text)};
        writer_begin(&w, t, "x");
        put_steady(&w, "a", (instant){v});
        put_seconds(&w, "b", v);
        struct line l;
        struct span where, value;
        assert_int_equal(line_parse(&l, text, writer_end(&w) - 1, &where), LINE_OK);
        assert_true(line_get(&l, "a", &value) && parse_steady(value, &steady) && steady.us == v);
        assert_true(line_duration(&l, "b", &d) && d == v);
    }
}

struct made {
    char key[32];
    char value[80];
};

/* A line of random keys and values: what line_parse finds is what was written. */
static void lines_are_read_back(void **unused)
{
    static char buffer[LINE_BYTES];
    static struct made made[LINE_FIELDS];
    (void)unused;
    random_start("lines_are_read_back");
    for (int round = 0; round < 3000; round++) {
        struct writer w = {.buffer = buffer, .size = sizeof(buffer)};
        size_t count = random_range(0, LINE_FIELDS);
        stamp t = {(int64_t)(random_u64() >> 1)};
        writer_begin(&w, t, "event");
        for (size_t i = 0; i < count; i++) {
            sprintf(made[i].key, "%c%zu%s", (char)('a' + random_range(0, 25)), i, random_bool() ? "-x" : "");
            random_text(made[i].value, sizeof(made[i].value));
            put_text(&w, made[i].key, span_of(made[i].value));
        }
        size_t len = writer_end(&w);
        assert_true(len > 0);
        struct line l;
        struct span where;
        assert_int_equal(line_parse(&l, buffer, len - 1, &where), LINE_OK);
        assert_true(l.has_time && l.time.ns == t.ns && span_is(l.event, "event"));
        assert_int_equal(l.count, count);
        for (size_t i = 0; i < count; i++) {
            char value[80];
            assert_true(span_is(l.fields[i].key, made[i].key));
            assert_true(parse_name(l.fields[i].value, value, sizeof(value)));
            assert_string_equal(value, made[i].value);
        }
    }
}

/* What line_parse accepts is made of its spans: written again with them it parses to the same. */
static void accepted_lines_keep_their_meaning(void **unused)
{
    static const char alphabet[] = "ab09-=%,#\t  .:%20xA=\r\n\x80";
    static char again[LINE_BYTES];
    size_t accepted = 0;
    (void)unused;
    random_start("accepted_lines_keep_their_meaning");
    for (int round = 0; round < 200000; round++) {
        char text[40];
        size_t len = random_range(0, sizeof(text));
        bool any = random_range(0, 7) == 0;
        for (size_t i = 0; i < len; i++)
            text[i] = any ? (char)random_u64() : alphabet[random_range(0, sizeof(alphabet) - 2)];
        struct line l, m;
        struct span where;
        if (line_parse(&l, text, len, &where) != LINE_OK)
            continue;
        accepted++;
        struct writer w = {.buffer = again, .size = sizeof(again)};
        char event[64] = "";
        memcpy(event, l.event.at, l.event.len);
        writer_begin(&w, l.time, event);
        for (size_t i = 0; i < l.count; i++) {
            char key[64] = "";
            memcpy(key, l.fields[i].key.at, l.fields[i].key.len);
            put_raw(&w, key, l.fields[i].value);
        }
        assert_int_equal(line_parse(&m, again, writer_end(&w) - 1, &where), LINE_OK);
        assert_int_equal(l.count, m.count);
        assert_true(l.time.ns == m.time.ns && span_equal(l.event, m.event));
        for (size_t i = 0; i < l.count; i++) {
            assert_true(span_equal(l.fields[i].key, m.fields[i].key));
            assert_true(span_equal(l.fields[i].value, m.fields[i].value));
        }
    }
    assert_true(accepted > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_have_their_form),
        cmocka_unit_test(no_buffer_is_too_small),
        cmocka_unit_test(a_line_is_never_longer_than_a_line),
        cmocka_unit_test(durations_take_the_largest_exact_unit),
        cmocka_unit_test(stamps_have_nine_decimals),
        cmocka_unit_test(numbers_of_every_length),
        cmocka_unit_test(no_address_is_no_value),
        cmocka_unit_test(time_as_people_read_it),
        cmocka_unit_test(values_are_read_back),
        cmocka_unit_test(lines_are_read_back),
        cmocka_unit_test(accepted_lines_keep_their_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
