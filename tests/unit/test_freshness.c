/* Old lines never reach the wire: lib/core/freshness.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/freshness.h"

#define BOOT        "7c2f6a52-6a0b-4e65-8d5c-1f0a5b1e2d3c"
#define NS(seconds) ((int64_t)((seconds)*1000000000LL))

struct row {
    const char *rule;
    bool replay;
    enum clock_source clock;        /* SOURCE_NONE: no clock line was read */
    const char *boot;               /* of the clock line */
    int64_t clock_time, clock_mono; /* seconds: TIME of the clock line on both clocks */
    bool has_time;
    int64_t line_time_ns;
    int64_t now_us, wall_ns; /* at the moment of the question */
    enum freshness expected;
};

static const usec limit = 3 * SECOND;

static const struct row rows[] = {
    {"without TIME it happens now", false, SOURCE_NONE, NULL, 0, 0, false, 0, 5000000, NS(100), FRESH},
    {"no clock line: by the wall clock", false, SOURCE_NONE, NULL, 0, 0, true, NS(98), 5000000, NS(100), FRESH},
    {"no clock line: just the limit", false, SOURCE_NONE, NULL, 0, 0, true, NS(97), 5000000, NS(100), FRESH},
    {"no clock line: a nanosecond more", false, SOURCE_NONE, NULL, 0, 0, true, NS(97) - 1, 5000000, NS(100), STALE_AGE},
    {"no clock line: yesterday", false, SOURCE_NONE, NULL, 0, 0, true, NS(0), 5000000, NS(86400), STALE_AGE},
    {"no clock line: tomorrow", false, SOURCE_NONE, NULL, 0, 0, true, NS(86500), 5000000, NS(100), STALE_FUTURE},
    {"no clock line: as far ahead as the limit", false, SOURCE_NONE, NULL, 0, 0, true, NS(103), 5000000, NS(100),
     FRESH},
    {"replay=yes, even without TIME", true, SOURCE_NONE, NULL, 0, 0, false, 0, 5000000, NS(100), STALE_REPLAY},
    {"replay=yes though young", true, SOURCE_LIVE, BOOT, 100, 5, true, NS(100), 5000000, NS(100), STALE_REPLAY},
    {"the source is a file", false, SOURCE_FILE, BOOT, 100, 5, true, NS(100), 5000000, NS(100), STALE_SOURCE},
    {"the source is a file, no TIME", false, SOURCE_FILE, BOOT, 100, 5, false, 0, 5000000, NS(100), STALE_SOURCE},
    {"another boot", false, SOURCE_LIVE, "00000000-0000-0000-0000-000000000000", 100, 5, true, NS(100), 5000000,
     NS(100), STALE_BOOT},
    {"clock line: young", false, SOURCE_LIVE, BOOT, 100, 5, true, NS(101), 7000000, NS(102), FRESH},
    {"clock line: old", false, SOURCE_LIVE, BOOT, 100, 5, true, NS(101), 9000001, NS(102), STALE_AGE},
    {"the wall clock steps an hour on: no matter", false, SOURCE_LIVE, BOOT, 100, 5, true, NS(101), 7000000, NS(3702),
     FRESH},
    {"the wall clock steps an hour back: no matter", false, SOURCE_LIVE, BOOT, 100, 5, true, NS(101), 7000000,
     NS(-3500), FRESH},
    {"clock line: an hour ahead of the steady clock", false, SOURCE_LIVE, BOOT, 100, 5, true, NS(3702), 7000000,
     NS(3702), STALE_FUTURE},
    {"a line of before the clock line", false, SOURCE_LIVE, BOOT, 100, 5, true, NS(99), 5000000, NS(100), FRESH},
    {"the ends of the range: oldest", false, SOURCE_LIVE, BOOT, 100, 5, true, INT64_MIN, 5000000, NS(100), STALE_AGE},
    {"the ends of the range: latest", false, SOURCE_LIVE, BOOT, 100, 5, true, INT64_MAX, 5000000, NS(100),
     STALE_FUTURE},
    {"the ends of the range, no clock line", false, SOURCE_NONE, NULL, 0, 0, true, INT64_MIN, 5000000, INT64_MAX,
     STALE_AGE},
};

static struct clock_map map_of(const struct row *r)
{
    struct clock_map map = {.known = r->clock != SOURCE_NONE};
    if (map.known) {
        map.clock =
            (struct clock_event){.time = {NS(r->clock_time)}, .mono = {r->clock_mono * SECOND}, .source = r->clock};
        strcpy(map.clock.boot, r->boot);
    }
    return map;
}

static void table(void **state)
{
    (void)state;
    for (size_t i = 0; i < nitems(rows); i++) {
        const struct row *r = &rows[i];
        struct clock_map map = map_of(r);
        struct line l = {.has_time = r->has_time, .time = {r->line_time_ns}};
        enum freshness got =
            line_freshness(&map, &l, r->replay, limit, (instant){r->now_us}, (stamp){r->wall_ns}, BOOT);
        if (got != r->expected)
            fail_msg("%s: %s", r->rule, freshness_text(got));
    }
}

static void every_answer_has_words_of_its_own(void **state)
{
    (void)state;
    for (int a = FRESH; a <= STALE_FUTURE; a++) {
        for (int b = FRESH; b < a; b++)
            assert_string_not_equal(freshness_text((enum freshness)a), freshness_text((enum freshness)b));
    }
}

static void the_map_goes_both_ways(void **state)
{
    (void)state;
    struct clock_map map = {.known = true, .clock = {.time = {NS(1000)}, .mono = {7 * SECOND}}};
    instant i;
    assert_true(clock_to_instant(&map, (stamp){NS(1002)}, &i));
    assert_int_equal(i.us, 9 * SECOND);
    assert_true(clock_to_instant(&map, (stamp){NS(1002) + 1}, &i)); /* a nanosecond later is a microsecond later */
    assert_int_equal(i.us, 9 * SECOND + 1);
    assert_true(clock_to_instant(&map, (stamp){NS(999) - 1}, &i));
    assert_int_equal(i.us, 6 * SECOND);
    assert_int_equal(clock_to_stamp(&map, (instant){9 * SECOND}).ns, NS(1002));
    assert_int_equal(clock_to_stamp(&map, (instant){6 * SECOND}).ns, NS(999));
    assert_int_equal(clock_to_stamp(&map, INSTANT_NEVER).ns, INT64_MAX);
}

static void without_a_clock_line_there_is_no_map(void **state)
{
    (void)state;
    struct clock_map map = {0};
    instant i = {42};
    assert_false(clock_to_instant(&map, (stamp){NS(1)}, &i));
    assert_int_equal(i.us, 42);
    assert_int_equal(clock_to_stamp(&map, (instant){SECOND}).ns, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(every_answer_has_words_of_its_own),
        cmocka_unit_test(the_map_goes_both_ways),
        cmocka_unit_test(without_a_clock_line_there_is_no_map),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
