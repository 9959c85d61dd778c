/* Lines as JSON, and back: lib/core/json.h. What is asked of the words of each event stands in tests/cli/json.bats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/json.h"
#include "core/keys.h"
#include "tests/unit/random.h"

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static struct span write_of(const char *line, size_t length)
{
    static char out[JSON_BYTES];
    struct line l;
    struct span where;
    assert_int_equal(line_parse(&l, line, length, &where), LINE_OK);
    return (struct span){out, json_write(out, &l)};
}

/* The line in an exact buffer, so that a byte too far is seen. */
static enum json_error read_of(struct span json, struct span *line, struct span *where)
{
    static char out[LINE_BYTES + 1];
    char *copy = malloc(json.len > 0 ? json.len : 1);
    size_t length = 0;
    assert_non_null(copy);
    memcpy(copy, json.at, json.len);
    enum json_error error = json_read(copy, json.len, out, &length, where);
    where->at = json.at + (where->at - copy);
    assert_true((size_t)(where->at - json.at) + where->len <= json.len);
    free(copy);
    *line = (struct span){out, length};
    return error;
}

static void check_both_ways(const char *line, const char *json)
{
    struct span back, where, written = write_of(line, strlen(line));
    if (!span_is(written, json))
        fail_msg("%s\nexpected %s", written.at, json);
    assert_int_equal(read_of(written, &back, &where), JSON_OK);
    if (!span_is(back, line))
        fail_msg("%.*s\nexpected %s", (int)back.len, back.at, line);
}

static void each_kind_both_ways(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"1795317129.123456789 tick every=100ms",
         "{\"time\":\"2026-11-22T03:12:09.123456789Z\",\"time_ns\":\"1795317129123456789\","
         "\"t\":1795317129.123456789,\"event\":\"tick\",\"every\":100}"},
        {"0.000000000 stop", "{\"time\":\"1970-01-01T00:00:00.000000000Z\",\"time_ns\":\"0\",\"t\":0.000000000,"
                             "\"event\":\"stop\"}"},
        {"951782400.000000001 stop", "{\"time\":\"2000-02-29T00:00:00.000000001Z\",\"time_ns\":\"951782400000000001\","
                                     "\"t\":951782400.000000001,\"event\":\"stop\"}"},
        {"9223372036.854775807 stop", "{\"time\":\"2262-04-11T23:47:16.854775807Z\","
                                      "\"time_ns\":\"9223372036854775807\",\"t\":9223372036.854775807,"
                                      "\"event\":\"stop\"}"},
        {"stop", "{\"event\":\"stop\"}"},
        {"advert if=eth0 vrid=51 interval=40950ms src=fe80::1 smac=00:00:5e:00:01:33 flags=unicast,ttl-low ip=192.0.2.1",
         "{\"event\":\"advert\",\"if\":\"eth0\",\"vrid\":51,\"interval\":40950,\"src\":\"fe80::1\","
         "\"smac\":\"00:00:5e:00:01:33\",\"flags\":[\"unicast\",\"ttl-low\"],\"ip\":[\"192.0.2.1\"]}"},
        {"elected gap=3.412187s", "{\"event\":\"elected\",\"gap\":3412.187}"},
        {"elected gap=4.000000s", "{\"event\":\"elected\",\"gap\":4000}"},
        {"clock mono=52.094127 boot=file hold=0.000000",
         "{\"event\":\"clock\",\"mono\":52.094127,\"boot\":\"file\",\"hold\":0}"},
        {"vr preempt=no preempt-delay=250us down-factor=3 garp=5,5s,5 track=web%3A1:-60,db fence=yes",
         "{\"event\":\"vr\",\"preempt\":false,\"preempt_delay\":0.25,\"down_factor\":3,\"garp\":[5,5000,5],"
         "\"track\":[\"web%3A1:-60\",\"db\"],\"fence\":true}"},
        /* one key, another event, another kind */
        {"send fence=3s", "{\"event\":\"send\",\"fence\":3000}"},
        {"status for=0.976543s end=yes", "{\"event\":\"status\",\"for\":976.543,\"end\":true}"},
        {"track for=5s", "{\"event\":\"track\",\"for\":5000}"},
        /* nothing is rounded */
        {"lost n=9007199254740992", "{\"event\":\"lost\",\"n\":9007199254740992}"},
        {"lost n=9007199254740993", "{\"event\":\"lost\",\"n\":\"9007199254740993\"}"},
        {"tick every=9007199254740993us", "{\"event\":\"tick\",\"every\":\"9007199254740993us\"}"},
        /* what is not of its kind, or of an event or key that is not known, is text */
        {"advert prio=05 vrid=x", "{\"event\":\"advert\",\"prio\":\"05\",\"vrid\":\"x\"}"},
        {"tick every=soon", "{\"event\":\"tick\",\"every\":\"soon\"}"},
        {"vr preempt=true", "{\"event\":\"vr\",\"preempt\":\"true\"}"},
        {"tick new-key=100 yes=yes", "{\"event\":\"tick\",\"new_key\":\"100\",\"yes\":\"yes\"}"},
        {"new-event prio=100", "{\"event\":\"new-event\",\"prio\":\"100\"}"},
        /* members of the head, as keys */
        {"1.000000000 x time=1 time-ns=2 t=3 event=4 time-n=5",
         "{\"time\":\"1970-01-01T00:00:01.000000000Z\",\"time_ns\":\"1000000000\",\"t\":1.000000000,\"event\":\"x\","
         "\"_time\":\"1\",\"_time_ns\":\"2\",\"_t\":\"3\",\"_event\":\"4\",\"time_n\":\"5\"}"},
        /* text */
        {"x a=b%C3%BCro%20%E2%82%AC b=\"\\/ c=%0A%00%1B%7F%C2%9B%E2%80%A8 d=%FF%25FF%25",
         "{\"event\":\"x\",\"a\":\"b\xc3\xbcro \xe2\x82\xac\",\"b\":\"\\\"\\\\/\","
         "\"c\":\"\\u000a%00\\u001b\\u007f\\u009b\\u2028\",\"d\":\"%FF%25FF%\"}"},
        {"advert ip=,,", "{\"event\":\"advert\",\"ip\":[\"\",\"\",\"\"]}"},
    };
    for (size_t i = 0; i < nitems(rows); i++)
        check_both_ways(rows[i][0], rows[i][1]);
}

/* What others write: any order, blanks, escapes, null, numbers of any form. */
static void other_forms_are_read(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {" {\t\"event\" : \"tick\" , \"every\" : 1.0e2 } \r", "tick every=100ms"},
        {"{\"every\":100,\"event\":\"tick\",\"t\":1.5}", "1.500000000 tick every=100ms"},
        {"{\"event\":\"tick\",\"time\":\"2026-11-22T04:12:09.5+01:00\"}", "1795317129.500000000 tick"},
        {"{\"event\":\"tick\",\"time_ns\":1}", "0.000000001 tick"},
        /* the exact one counts */
        {"{\"event\":\"tick\",\"t\":7,\"time\":\"2026-11-22T04:12:09Z\",\"time_ns\":\"5\"}", "0.000000005 tick"},
        {"{\"event\":\"tick\",\"t\":7,\"time_ns\":null}", "7.000000000 tick"},
        {"{\"event\":\"x\",\"a\":null,\"b\":[],\"c\":[1,true,\"d,e\"],\"f\":false,\"g\":-1.5e3}",
         "x c=1,yes,d%2Ce f=no g=-1.5e3"},
        {"{\"event\":\"x\",\"a\":\"\\u00fc\\ud83d\\ude00\\n\\/\\\"\\\\\\b\\f\\r\\t\\u0000\"}",
         "x a=%C3%BC%F0%9F%98%80%0A/\"\\%08%0C%0D%09%00"},
        {"{\"event\":\"x\",\"_a\":\"1\",\"b_c\":\"100 %\"}", "x a=1 b-c=100%20%25"},
        {"{\"event\":\"vr\",\"garp\":\"3,1s\",\"fence\":\"yes\",\"ip\":\"192.0.2.1,192.0.2.2\"}",
         "vr garp=3,1s fence=yes ip=192.0.2.1,192.0.2.2"},
        {"{\"event\":\"lost\",\"n\":18446744073709551615}", "lost n=18446744073709551615"},
    };
    for (size_t i = 0; i < nitems(rows); i++) {
        struct span line, where;
        enum json_error error = read_of(span_of(rows[i][0]), &line, &where);
        if (error != JSON_OK || !span_is(line, rows[i][1]))
            fail_msg("%s: %s: %.*s", rows[i][0], json_error_text(error), (int)line.len, line.at);
    }
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum json_error error;
        const char *where; /* how it begins there */
    } rows[] = {
        {"", JSON_BLANK, ""},
        {" \t\r", JSON_BLANK, ""},
        {"advert vrid=1", JSON_SYNTAX, "advert"},
        {"[]", JSON_SYNTAX, "[]"},
        {"{", JSON_SYNTAX, ""},
        {"{\"event\"", JSON_SYNTAX, ""},
        {"{\"event\":}", JSON_SYNTAX, "}"},
        {"{\"event\":\"x\",}", JSON_SYNTAX, "}"},
        {"{\"event\":\"x\" \"a\":1}", JSON_SYNTAX, "\"a\""},
        {"{\"event\":\"x", JSON_SYNTAX, "\"x"},
        {"{\"event\":\"x\ny\"}", JSON_SYNTAX, "\"x"},
        {"{\"event\":\"x\\q\"}", JSON_SYNTAX, "\\q"},
        {"{\"event\":\"\\ud800\"}", JSON_SYNTAX, "\\ud800"},
        {"{\"event\":\"\\ud800\\u0041\"}", JSON_SYNTAX, "\\ud800"},
        {"{\"event\":\"\\udc00\"}", JSON_SYNTAX, "\\udc00"},
        {"{\"event\":\"\\u12\"}", JSON_SYNTAX, "\\u12"},
        {"{\"event\":\"\xff\"}", JSON_NOT_UTF8, "\xff"},
        {"{\"event\":\"\xed\xa0\x80\"}", JSON_NOT_UTF8, "\xed"},
        {"{\"event\":\"x\",\"a\":01}", JSON_SYNTAX, "01"},
        {"{\"event\":\"x\",\"a\":1.}", JSON_SYNTAX, "1."},
        {"{\"event\":\"x\",\"a\":.5}", JSON_SYNTAX, ".5"},
        {"{\"event\":\"x\",\"a\":1e}", JSON_SYNTAX, "1e"},
        {"{\"event\":\"x\",\"a\":+1}", JSON_SYNTAX, "+1"},
        {"{\"event\":\"x\",\"a\":nul}", JSON_SYNTAX, "nul"},
        {"{\"event\":\"x\",\"a\":NaN}", JSON_SYNTAX, "NaN"},
        {"{\"event\":\"x\",\"a\":[1,]}", JSON_SYNTAX, "]"},
        {"{\"event\":\"x\",\"a\":[1", JSON_SYNTAX, ""},
        {"{\"event\":\"x\",\"a\":{\"b\":1}}", JSON_NESTED, "{\"b\""},
        {"{\"event\":\"x\",\"a\":[[1]]}", JSON_NESTED, "[1]"},
        {"{\"event\":\"x\"} {", JSON_BEHIND, "{"},
        {"{\"event\":\"x\",\"a\":1,\"a\":2}", JSON_TWICE, "a"},
        {"{\"event\":\"x\",\"a\":1,\"_a\":2}", JSON_TWICE, "_a"},
        {"{\"event\":\"x\",\"event\":\"x\"}", JSON_TWICE, "event"},
        {"{\"event\":\"x\",\"A\":1}", JSON_BAD_KEY, "A"},
        {"{\"event\":\"x\",\"\":1}", JSON_BAD_KEY, ""},
        {"{\"event\":\"x\",\"__a\":1}", JSON_BAD_KEY, "__a"},
        {"{\"event\":\"x\",\"a-b\":1}", JSON_BAD_KEY, "a-b"},
        {"{\"event\":\"x\",\"a=1 b\":1}", JSON_BAD_KEY, "a=1 b"},
        {"{}", JSON_NO_EVENT, ""},
        {"{\"event\":null}", JSON_NO_EVENT, ""},
        {"{\"event\":\"X\"}", JSON_BAD_EVENT, "X"},
        {"{\"event\":\"a b\"}", JSON_BAD_EVENT, "a b"},
        {"{\"event\":5}", JSON_BAD_EVENT, "5"},
        {"{\"event\":\"x\",\"time\":\"yesterday\"}", JSON_BAD_TIME, "yesterday"},
        {"{\"event\":\"x\",\"time_ns\":\"9223372036854775808\"}", JSON_BAD_TIME, "9223372036854775808"},
        {"{\"event\":\"x\",\"t\":-1}", JSON_BAD_TIME, "-1"},
        {"{\"event\":\"x\",\"t\":true}", JSON_BAD_TIME, "true"},
        {"{\"event\":\"lost\",\"n\":1.5}", JSON_BAD_VALUE, "1.5"},
        {"{\"event\":\"lost\",\"n\":-1}", JSON_BAD_VALUE, "-1"},
        {"{\"event\":\"lost\",\"n\":true}", JSON_BAD_VALUE, "true"},
        {"{\"event\":\"tick\",\"every\":0.0001}", JSON_BAD_VALUE, "0.0001"},
        {"{\"event\":\"elected\",\"gap\":1e30}", JSON_BAD_VALUE, "1e30"},
        {"{\"event\":\"x\",\"a\":\"\"}", JSON_BAD_VALUE, "a"},
        {"{\"event\":\"x\",\"a\":[\"\"]}", JSON_BAD_VALUE, "\"\""},
        {"{\"event\":\"x\",\"a\":[null]}", JSON_BAD_VALUE, "null"},
    };
    for (size_t i = 0; i < nitems(rows); i++) {
        struct span line, where;
        enum json_error error = read_of(span_of(rows[i].text), &line, &where);
        if (error != rows[i].error || strncmp(where.at, rows[i].where, strlen(rows[i].where)) != 0)
            fail_msg("%s: %s at %.*s", rows[i].text, json_error_text(error), (int)where.len, where.at);
        assert_true(json_error_text(error)[0] != '\0');
    }
}

static void as_many_words_and_as_long_as_a_line(void **state)
{
    (void)state;
    static char text[JSON_BYTES];
    struct span line, where;
    for (int keys = 62; keys <= 130; keys++) {
        int length = sprintf(text, "{\"event\":\"x\"");
        for (int i = 0; i < keys; i++)
            length += sprintf(text + length, ",\"k%d\":1", i);
        text[length++] = '}';
        assert_int_equal(read_of((struct span){text, (size_t)length}, &line, &where),
                         keys <= LINE_FIELDS ? JSON_OK : JSON_TOO_MANY);
    }
    /* each byte becomes three */
    static const struct {
        const char *head;
        char fill;
    } fills[] = {{"advert ip=", ','}, {"advert vrid=", '"'}, {"advert ip=", 'x'}};
    for (size_t i = 0; i < nitems(fills); i++) {
        char whole[LINE_BYTES];
        memset(whole, fills[i].fill, sizeof whole);
        memcpy(whole, fills[i].head, strlen(fills[i].head));
        struct span json = write_of(whole, sizeof whole);
        assert_true(json.at[json.len - 1] == '}');
        assert_int_equal(read_of(json, &line, &where), JSON_OK);
        assert_true(span_equal(line, (struct span){whole, sizeof whole}));
        assert_int_equal(read_of((struct span){json.at, json.len - 1}, &line, &where), JSON_SYNTAX);
    }
    /* one more: too long */
    memset(text, 'x', sizeof text);
    memcpy(text, "{\"event\":\"x\",\"a\":\"", 18);
    memcpy(text + 18 + LINE_BYTES - 3, "\"}", 2);
    assert_int_equal(read_of((struct span){text, 18 + LINE_BYTES - 4 + 3}, &line, &where), JSON_TOO_LONG);
}

/* --- Random lines in the form that programs write. --- */

static void put_random(struct writer *w, struct span key, enum value_kind kind)
{
    char text[40];
    struct ip ip = random_ip(random_bool() ? 4 : 6);
    struct mac mac = random_mac();
    random_text(text, sizeof text);
    switch (kind) {
    case KIND_TEXT:
        writer_text(w, key, span_of(text));
        break;
    case KIND_NUMBER:
    case KIND_VERSION:
        writer_u64(w, key, random_u64() >> random_range(0, 63));
        break;
    case KIND_INTEGER:
        writer_i64(w, key, (int64_t)random_u64() >> random_range(1, 63));
        break;
    case KIND_DURATION:
        writer_duration(w, key, (usec)(random_u64() >> random_range(1, 63)));
        break;
    case KIND_MEASURED:
        writer_seconds(w, key, (usec)(random_u64() >> random_range(11, 63)));
        break;
    case KIND_STEADY:
        writer_steady(w, key, (instant){(int64_t)(random_u64() >> random_range(11, 63))});
        break;
    case KIND_YES_NO:
        writer_word(w, key, random_bool() ? "yes" : "no");
        break;
    case KIND_ADDRESS:
        writer_ip(w, key, &ip);
        break;
    case KIND_MAC:
        writer_mac(w, key, &mac);
        break;
    case KIND_LIST:
        writer_list(w, key);
        for (uint64_t i = random_range(1, 3); i > 0; i--) {
            random_text(text, sizeof text);
            list_text(w, span_of(text));
        }
        list_end(w);
        break;
    case KIND_GARP:
        writer_list(w, key);
        list_u64(w, random_range(0, 255));
        list_duration(w, (usec)random_range(0, 1000000000));
        list_end(w);
        break;
    }
}

static size_t random_line(char *out, size_t size)
{
    static const char *const own[] = {"a", "note", "time", "t", "event", "time-ns", "x-y"};
    struct writer w = {.buffer = out, .size = size};
    size_t count;
    const struct event_keys *events = events_known(&count), *e = &events[random_range(0, count - 1)];
    bool known = random_range(0, 9) > 0;
    writer_begin(&w, (stamp){(int64_t)(random_u64() >> random_range(1, 63))}, known ? e->event : "someday");
    for (size_t i = 0; i < e->count; i++)
        if (random_bool())
            put_random(&w, span_of(e->keys[i].name), random_range(0, 19) > 0 ? e->keys[i].kind : KIND_YES_NO);
    for (size_t i = 0; i < nitems(own); i++)
        if (random_range(0, 5) == 0)
            put_random(&w, span_of(own[i]), (enum value_kind)random_range(KIND_TEXT, KIND_GARP));
    size_t length = writer_end(&w);
    assert_true(length > 0);
    return length - 1;
}

static void random_lines_come_back_to_the_byte(void **state)
{
    (void)state;
    random_start("json");
    for (int i = 0; i < 30000; i++) {
        char line[LINE_BYTES + 1];
        struct span whole = {line, random_line(line, sizeof line)}, back, where;
        if (random_range(0, 3) == 0) { /* by hand, without TIME */
            size_t time = (size_t)((char *)memchr(line, ' ', whole.len) + 1 - line);
            whole = (struct span){line + time, whole.len - time};
        }
        struct span json = write_of(whole.at, whole.len);
        assert_null(memchr(json.at, '\n', json.len));
        assert_int_equal(read_of(json, &back, &where), JSON_OK);
        if (!span_equal(back, whole))
            fail_msg("%.*s\n%.*s\n%.*s", (int)whole.len, whole.at, (int)json.len, json.at, (int)back.len, back.at);
    }
}

/* A byte of an object that is another one: refused, or a line. */
static void damaged_objects_make_no_damaged_line(void **state)
{
    (void)state;
    unsigned taken = 0;
    for (int i = 0; i < 30000; i++) {
        char line[LINE_BYTES + 1], damaged[JSON_BYTES];
        struct span json, back, where;
        struct line l;
        json = write_of(line, random_line(line, sizeof line));
        memcpy(damaged, json.at, json.len);
        damaged[random_range(0, json.len - 1)] = (char)random_range(0, 255);
        if (read_of((struct span){damaged, json.len}, &back, &where) != JSON_OK)
            continue;
        taken++;
        assert_int_equal(line_parse(&l, back.at, back.len, &where), LINE_OK);
    }
    assert_true(taken > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_both_ways),
        cmocka_unit_test(other_forms_are_read),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(as_many_words_and_as_long_as_a_line),
        cmocka_unit_test(random_lines_come_back_to_the_byte),
        cmocka_unit_test(damaged_objects_make_no_damaged_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
