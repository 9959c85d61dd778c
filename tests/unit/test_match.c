/* Filter words (core/match.h): each row is a line, the words, and whether it matches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/match.h"

enum { OPERANDS = 6 };

#define ADVERT                                                                                                         \
    "1763796129.123456789 advert if=eth0 vlan=10 af=4 vrid=51 dir=in ver=3 prio=150 interval=1s src=192.0.2.3 "        \
    "dst=224.0.0.18 smac=00:00:5e:00:01:33 flags=trailing,reserve ip=192.0.2.1,192.0.2.10"
#define SEND "send if=eth0 af=6 vrid=7 name=web%20front prio=100 interval=40950ms ip=fe80::1/64,2001:db8::5/64 lease=4s"
#define ELECTED                                                                                                        \
    "1763796129.5 elected if=eth0 af=4 vrid=51 active=192.0.2.2 was=192.0.2.3 prio=100 gap=3.609375s why=timed-out"

static const struct row {
    const char *name, *line, *operands[OPERANDS];
    bool matches;
} rows[] = {
    {"no word matches every line", ADVERT, {NULL}, true},
    {"event", ADVERT, {"advert"}, true},
    {"event: another", ADVERT, {"elected"}, false},
    {"event: not a beginning of it", ADVERT, {"adv"}, false},
    {"event: nor more than it", ADVERT, {"adverts"}, false},
    {"event: several are alternatives", ADVERT, {"elected", "advert"}, true},
    {"event and key: both must match", ADVERT, {"advert", "vrid=52"}, false},
    {"event and key: both do", ADVERT, {"advert", "vrid=51"}, true},
    {"event and key: the event does not", ADVERT, {"elected", "vrid=51"}, false},
    {"keys: all must match", ADVERT, {"vrid=51", "prio=150", "af=4"}, true},
    {"keys: one does not", ADVERT, {"vrid=51", "prio=150", "af=6"}, false},
    {"key: absent", ADVERT, {"name=x"}, false},
    {"key: not a beginning of one", ADVERT, {"vri=51"}, false},
    {"key: not the event's name", ADVERT, {"advert=51"}, false},
    {"values: alternatives", ADVERT, {"vrid=50,51,52"}, true},
    {"values: none of them", ADVERT, {"vrid=5,1,510"}, false},
    {"the same key twice: both must match", ADVERT, {"prio=100..", "prio=..200"}, true},
    {"the same key twice: one does not", ADVERT, {"prio=100..", "prio=..120"}, false},

    {"number: exact", ADVERT, {"prio=150"}, true},
    {"number: not its beginning", ADVERT, {"prio=15"}, false},
    {"number: no duration, though it has the same digits", ADVERT, {"interval=1"}, false},
    {"number: range", ADVERT, {"prio=100..200"}, true},
    {"number: low end included", ADVERT, {"prio=150..200"}, true},
    {"number: high end included", ADVERT, {"prio=100..150"}, true},
    {"number: below", ADVERT, {"prio=151..200"}, false},
    {"number: above", ADVERT, {"prio=0..149"}, false},
    {"number: as a number, not as text", ADVERT, {"prio=20..1000"}, true},
    {"number: from", ADVERT, {"prio=150.."}, true},
    {"number: from, above", ADVERT, {"prio=151.."}, false},
    {"number: up to", ADVERT, {"prio=..150"}, true},
    {"number: up to, below", ADVERT, {"prio=..149"}, false},
    {"number: a range among alternatives", ADVERT, {"prio=7,140..160,255"}, true},
    {"number: the line's value is none", ADVERT, {"if=0.."}, false},

    {"duration: another unit", ADVERT, {"interval=1000ms"}, true},
    {"duration: and another", ADVERT, {"interval=1000000us"}, true},
    {"duration: decimal", ADVERT, {"interval=1.000s"}, true},
    {"duration: not the same", ADVERT, {"interval=1001ms"}, false},
    {"duration: range over units", SEND, {"interval=40s..41s"}, true},
    {"duration: measured", ELECTED, {"gap=3.6s..3.7s"}, true},
    {"duration: measured, longer than", ELECTED, {"gap=4s.."}, false},

    {"address: exact", ADVERT, {"src=192.0.2.3"}, true},
    {"address: 192.0.2.1 matches only itself", ADVERT, {"src=192.0.2.30"}, false},
    {"address: any item of the list", ADVERT, {"ip=192.0.2.10"}, true},
    {"address: the first item", ADVERT, {"ip=192.0.2.1"}, true},
    {"address: no item", ADVERT, {"ip=192.0.2.11"}, false},
    {"address: range", ADVERT, {"src=192.0.2.1..192.0.2.9"}, true},
    {"address: range, by number and not by text", ADVERT, {"src=192.0.2.20..192.0.2.200"}, false},
    {"address: open range", ADVERT, {"src=192.0.2.3.."}, true},
    {"address: open range of the other family", ADVERT, {"src=::.."}, false},
    {"address: another way to write it", SEND, {"ip=2001:DB8:0:0::5"}, true},
    {"address: with any length", SEND, {"ip=fe80::1"}, true},
    {"address: with its length", SEND, {"ip=fe80::1/64"}, true},
    {"address: with another length", SEND, {"ip=fe80::1/128"}, false},
    {"address: no length in the line is the full one", ADVERT, {"src=192.0.2.3/32"}, true},
    {"address: and no other", ADVERT, {"src=192.0.2.3/24"}, false},
    {"MAC: either case", ADVERT, {"smac=00:00:5E:00:01:33"}, true},
    {"MAC: another", ADVERT, {"smac=00:00:5e:00:01:34"}, false},
    {"MAC: range", ADVERT, {"smac=00:00:5e:00:01:00..00:00:5e:00:01:ff"}, true},

    {"text", ELECTED, {"why=timed-out"}, true},
    {"text: another", ELECTED, {"why=timed"}, false},
    {"text: upper case is another", ADVERT, {"if=ETH0"}, false},
    {"text: any item of the list", ADVERT, {"flags=reserve"}, true},
    {"text: no item", ADVERT, {"flags=unicast"}, false},
    {"text: escaped", SEND, {"name=web%20front"}, true},
    {"text: as it is meant", SEND, {"name=web front"}, true},
    {"text: as it is meant, longer", SEND, {"name=web front "}, false},
    {"text: escapes in either case, and of what needs none", SEND, {"name=%77eb%20fron%74"}, true},
    {"text: a lone % is itself", SEND, {"name=web%2"}, false},

    {"not: another value", ADVERT, {"vrid!=52"}, true},
    {"not: this value", ADVERT, {"vrid!=51"}, false},
    {"not: none of these", ADVERT, {"vrid!=50,52"}, true},
    {"not: one of these", ADVERT, {"vrid!=50,51"}, false},
    {"not: a range", ADVERT, {"prio!=100..200"}, false},
    {"not: a list matches with any item", ADVERT, {"ip!=192.0.2.10"}, false},
    {"not: the line does not have the key", ADVERT, {"name!=x"}, true},

    {"time: Unix", ADVERT, {"time=1763796129.123456789"}, true},
    {"time: to the nanosecond", ADVERT, {"time=1763796129.123456788"}, false},
    {"time: range", ADVERT, {"time=1763796129..1763796130"}, true},
    {"time: from", ADVERT, {"time=1763796130.."}, false},
    {"time: RFC 3339", ADVERT, {"time=2025-11-22T08:22:09+01:00..2025-11-22T07:22:10Z"}, true},
    {"time: RFC 3339, up to", ADVERT, {"time=..2025-11-22T07:22:09Z"}, false},
    {"time: alternatives", ADVERT, {"time=1..2,1763796129.."}, true},
    {"time: a line without one", SEND, {"time=0.."}, false},
    {"time: a line without one is not within it", SEND, {"time!=0.."}, true},
    {"event= is the event", ADVERT, {"event=bad,advert"}, true},
    {"event!=", ADVERT, {"event!=advert"}, false},
};

static void add(struct match *m, const char *name, const char *operand)
{
    const char *reason = NULL;

    if (!match_add(m, operand, &reason))
        fail_msg("%s: %s: %s", name, operand, reason);
}

static void parse(struct line *l, const char *text)
{
    struct span where;
    enum line_error error = line_parse(l, text, strlen(text), &where);

    if (error != LINE_OK)
        fail_msg("%s: %s", text, line_error_text(error));
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < nitems(rows); i++) {
        static struct match m;
        static struct line l;

        m = (struct match){.event_count = 0};
        for (size_t n = 0; n < OPERANDS && rows[i].operands[n]; n++)
            add(&m, rows[i].name, rows[i].operands[n]);
        parse(&l, rows[i].line);
        if (match_line(&m, &l) != rows[i].matches)
            fail_msg("%s: %s %s", rows[i].name, rows[i].operands[0], rows[i].matches ? "does not match" : "matches");
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *operand, *reason;
    } refused[] = {
        {"", "not an event or key=value"},
        {"Advert", "not an event or key=value"},
        {"advert,elected", "not an event or key=value"},
        {"51", "not an event or key=value"},
        {"=51", "not a lower-case key before ="},
        {"!=51", "not a lower-case key before ="},
        {"VRID=51", "not a lower-case key before ="},
        {"vr id=51", "not a lower-case key before ="},
        {"vrid=", "a value is missing"},
        {"vrid!=", "a value is missing"},
        {"vrid=51,", "a value is missing"},
        {"vrid=,51", "a value is missing"},
        {"vrid=..", "a range needs one end at least"},
        {"vrid=a..b", "a range is of two numbers, two durations with their units, or two addresses"},
        {"gap=1..2s", "a range is of two numbers, two durations with their units, or two addresses"},
        {"prio=200..100", "the low end of the range is above its high end, or of another family"},
        {"gap=2s..1999ms", "the low end of the range is above its high end, or of another family"},
        {"src=192.0.2.1..::1", "the low end of the range is above its high end, or of another family"},
        {"time=yesterday", "time: Unix seconds or RFC 3339, or LOW..HIGH of these"},
        {"time=..", "time: Unix seconds or RFC 3339, or LOW..HIGH of these"},
        {"time=2..1", "the low end of the range is above its high end, or of another family"},
    };
    static struct match m;

    (void)state;
    for (size_t i = 0; i < nitems(refused); i++) {
        const char *reason = "";

        m = (struct match){.event_count = 0};
        if (match_add(&m, refused[i].operand, &reason))
            fail_msg("%s: taken", refused[i].operand);
        if (strcmp(reason, refused[i].reason) != 0)
            fail_msg("%s: %s", refused[i].operand, reason);
        assert_int_equal(m.event_count + m.word_count, 0);
    }
}

/* Too many words, events, values are refused, and what was taken before still counts. */
static void test_bounds(void **state)
{
    static struct match m;
    static struct line l;
    static char many[4 * MATCH_ALTERNATIVES];
    const char *reason = "";

    (void)state;
    for (int i = 0; i < MATCH_WORDS; i++)
        add(&m, "bounds", "vrid=51");
    assert_false(match_add(&m, "vrid=51", &reason));
    assert_string_equal(reason, "too many words");
    for (int i = 0; i < MATCH_WORDS; i++)
        add(&m, "bounds", "advert");
    assert_false(match_add(&m, "advert", &reason));
    assert_string_equal(reason, "too many events");
    parse(&l, ADVERT);
    assert_true(match_line(&m, &l));

    m = (struct match){.event_count = 0};
    size_t length = (size_t)snprintf(many, sizeof many, "vrid=51");
    for (int i = 1; i < MATCH_ALTERNATIVES; i++)
        length += (size_t)snprintf(many + length, sizeof many - length, ",1");
    add(&m, "bounds", many);
    assert_true(match_line(&m, &l));
    assert_false(match_add(&m, "vrid=51", &reason));
    assert_string_equal(reason, "too many values");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
