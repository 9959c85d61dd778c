/* What waits for a slow reader: the rules above lib/core/levels.h, one table row each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/levels.h"

static const struct identity first = {.ifname = "eth0", .af = 4, .vrid = 1};
static const struct identity second = {.ifname = "eth0", .af = 4, .vrid = 2};

static void put(struct levels *q, enum level_kind kind, const struct identity *id, const char *text)
{
    assert_true(levels_put(q, kind, id, text, strlen(text)));
}

/* All that waits, as one text; nothing waits afterwards. */
static void take_all(struct levels *q, char *out, size_t size)
{
    size_t length = 0;
    while (!levels_empty(q)) {
        struct span s = levels_head(q, 64);
        assert_true(s.len > 0 && length + s.len < size);
        memcpy(out + length, s.at, s.len);
        length += s.len;
        levels_take(q, s.len);
    }
    out[length] = '\0';
}

struct step {
    enum level_kind kind;
    const struct identity *id; /* NULL: the first */
    const char *text;
};
struct row {
    const char *rule;
    struct step steps[8];
    const char *expected;
};

static const struct row rows[] = {
    {"everything in its order",
     {{LEVEL_KEEP, NULL, "a\n"}, {LEVEL_DROPPABLE, NULL, "b\n"}, {LEVEL_KEEP, NULL, "c\n"}},
     "a\nb\nc\n"},
    {"the newest send replaces the waiting one, at the end",
     {{LEVEL_SEND, NULL, "send 1\n"}, {LEVEL_KEEP, NULL, "clock\n"}, {LEVEL_SEND, NULL, "send 2\n"}},
     "clock\nsend 2\n"},
    {"of its own virtual router only",
     {{LEVEL_SEND, &first, "send a\n"}, {LEVEL_SEND, &second, "send b\n"}, {LEVEL_SEND, &first, "send c\n"}},
     "send b\nsend c\n"},
    {"the newest state replaces the waiting one",
     {{LEVEL_STATE_AWAY, NULL, "backup\n"}, {LEVEL_STATE_ACTIVE, NULL, "active\n"}},
     "active\n"},
    {"send and state keep their order",
     {{LEVEL_SEND, NULL, "send\n"}, {LEVEL_STATE_ACTIVE, NULL, "active\n"}},
     "send\nactive\n"},
    {"a state away from active discards a waiting send",
     {{LEVEL_SEND, NULL, "send\n"}, {LEVEL_STATE_AWAY, NULL, "backup\n"}},
     "backup\n"},
    {"and one that announces",
     {{LEVEL_ANNOUNCE, NULL, "announce\n"}, {LEVEL_SEND, NULL, "send\n"}, {LEVEL_STATE_AWAY, NULL, "backup\n"}},
     "backup\n"},
    {"a state to active discards nothing but a state",
     {{LEVEL_SEND, NULL, "send\n"},
      {LEVEL_STATE_AWAY, NULL, "b\n"},
      {LEVEL_SEND, NULL, "s\n"},
      {LEVEL_STATE_ACTIVE, NULL, "a\n"}},
     "s\na\n"},
    {"never a resign: state away",
     {{LEVEL_RESIGN, NULL, "resign\n"}, {LEVEL_STATE_AWAY, NULL, "backup\n"}},
     "resign\nbackup\n"},
    {"never a resign: newer send",
     {{LEVEL_RESIGN, NULL, "resign\n"},
      {LEVEL_STATE_AWAY, NULL, "backup\n"},
      {LEVEL_SEND, NULL, "send\n"},
      {LEVEL_STATE_ACTIVE, NULL, "active\n"}},
     "resign\nsend\nactive\n"},
    {"a resign replaces what was to be sent",
     {{LEVEL_SEND, NULL, "send\n"}, {LEVEL_RESIGN, NULL, "resign\n"}},
     "resign\n"},
    {"and an older resign: they do not add up",
     {{LEVEL_RESIGN, NULL, "r1\n"}, {LEVEL_SEND, NULL, "send\n"}, {LEVEL_RESIGN, NULL, "r2\n"}},
     "r2\n"},
    {"an announcement that was decided is made",
     {{LEVEL_ANNOUNCE, NULL, "announce\n"}, {LEVEL_SEND, NULL, "s1\n"}, {LEVEL_SEND, NULL, "s2\n"}},
     "announce\ns2\n"},
    {"announcing replaces send and announcement",
     {{LEVEL_ANNOUNCE, NULL, "a1\n"}, {LEVEL_SEND, NULL, "s1\n"}, {LEVEL_ANNOUNCE, NULL, "a2\n"}},
     "a2\n"},
    {"a takeover and its end while nobody read",
     {{LEVEL_ANNOUNCE, NULL, "a\n"},
      {LEVEL_STATE_ACTIVE, NULL, "active\n"},
      {LEVEL_RESIGN, NULL, "resign\n"},
      {LEVEL_STATE_AWAY, NULL, "init\n"}},
     "resign\ninit\n"},
    {"the other virtual router's lines stay",
     {{LEVEL_SEND, &second, "send b\n"}, {LEVEL_SEND, &first, "send a\n"}, {LEVEL_STATE_AWAY, &first, "away a\n"}},
     "send b\naway a\n"},
};

static size_t waiting(struct levels *q)
{
    return levels_head(q, SIZE_MAX).len;
}

static void rules(void **state)
{
    (void)state;
    for (size_t r = 0; r < nitems(rows); r++) {
        struct levels *q = levels_new(10000, SIZE_MAX);
        assert_non_null(q);
        for (size_t s = 0; s < nitems(rows[r].steps) && rows[r].steps[s].text; s++) {
            const struct step *step = &rows[r].steps[s];
            const struct identity *id = step->id ? step->id : &first;
            size_t all = waiting(q) + strlen(step->text);
            bool replaces = levels_replaces(q, step->kind, id);
            put(q, step->kind, id, step->text);
            if (replaces != (waiting(q) < all))
                fail_msg("%s: step %zu: levels_replaces", rows[r].rule, s);
        }
        char got[512];
        take_all(q, got, sizeof(got));
        if (strcmp(got, rows[r].expected) != 0)
            fail_msg("%s: got\n%s", rows[r].rule, got);
        assert_true(levels_dropped(q) == 0);
        levels_free(q);
    }
}

static void identity_is_interface_family_and_vrid(void **state)
{
    (void)state;
    const struct identity others[] = {{.ifname = "eth1", .af = 4, .vrid = 1},
                                      {.ifname = "eth0", .af = 6, .vrid = 1},
                                      {.ifname = "eth0", .af = 4, .vrid = 3}};
    struct levels *q = levels_new(0, SIZE_MAX);
    put(q, LEVEL_SEND, &first, "0\n");
    for (size_t i = 0; i < nitems(others); i++)
        put(q, LEVEL_SEND, &others[i], "x\n");
    char got[64];
    take_all(q, got, sizeof(got));
    assert_string_equal(got, "0\nx\nx\nx\n");
    levels_free(q);
}

/* What one line of so many bytes takes. */
static size_t memory_of(const char *text)
{
    struct levels *q = levels_new(SIZE_MAX, SIZE_MAX);
    put(q, LEVEL_DROPPABLE, NULL, text);
    size_t memory = levels_memory(q);
    assert_true(memory > strlen(text));
    levels_free(q);
    return memory;
}

static void oldest_droppable_goes_first_and_is_counted(void **state)
{
    (void)state;
    struct levels *q = levels_new(3 * memory_of("1\n"), SIZE_MAX);
    char too_long[1000];
    memset(too_long, 'x', sizeof(too_long) - 1);
    too_long[sizeof(too_long) - 1] = '\0';
    put(q, LEVEL_DROPPABLE, NULL, "1\n");
    put(q, LEVEL_KEEP, NULL, "keep this long line\n");
    put(q, LEVEL_DROPPABLE, NULL, "2\n");
    put(q, LEVEL_DROPPABLE, NULL, "3\n");
    assert_int_equal(levels_dropped(q), 0);
    put(q, LEVEL_DROPPABLE, NULL, "4\n");
    put(q, LEVEL_DROPPABLE, NULL, too_long);
    assert_int_equal(levels_dropped(q), 2);
    assert_int_equal(levels_dropped(q), 0);
    char got[64];
    take_all(q, got, sizeof(got));
    assert_string_equal(got, "keep this long line\n2\n3\n4\n");
    levels_free(q);
}

/* By what it takes in memory: short lines too. The others are not touched, nor counted. */
static void what_is_kept_has_a_limit(void **state)
{
    (void)state;
    enum { LINES = 100000, LIMIT = 100000 };
    struct levels *q = levels_new(0, LIMIT);
    put(q, LEVEL_KEEP, NULL, "clock\n");
    for (int i = 0; i < LINES; i++)
        put(q, LEVEL_KEEP, NULL, "x\n");
    size_t kept = levels_head(q, SIZE_MAX).len;
    assert_in_range(levels_memory(q), LIMIT - 200, LIMIT);
    assert_int_equal(levels_dropped(q), LINES - (kept - strlen("clock\n")) / 2);
    put(q, LEVEL_SEND, &first, "send\n");
    put(q, LEVEL_RESIGN, &first, "resign\n");
    put(q, LEVEL_STATE_AWAY, &first, "init\n");
    put(q, LEVEL_LOST, NULL, "lost\n");
    assert_int_equal(levels_dropped(q), 0);
    struct span all = levels_head(q, SIZE_MAX);
    assert_int_equal(all.len, kept + strlen("resign\ninit\nlost\n"));
    assert_memory_equal(all.at, "clock\nx\n", 8);
    levels_take(q, all.len);
    assert_int_equal(levels_memory(q), 0);
    put(q, LEVEL_KEEP, NULL, "again\n");
    assert_int_equal(levels_head(q, SIZE_MAX).len, strlen("again\n"));
    levels_free(q);
}

static void a_line_that_was_begun_is_finished(void **state)
{
    (void)state;
    struct levels *q = levels_new(memory_of("tick 1\n"), SIZE_MAX);
    put(q, LEVEL_SEND, &first, "send one\n");
    levels_take(q, 4);
    put(q, LEVEL_SEND, &first, "send two\n");
    put(q, LEVEL_STATE_AWAY, &first, "away\n"); /* discards two; one is out in part already */
    char got[64];
    take_all(q, got, sizeof(got));
    assert_string_equal(got, " one\naway\n");

    put(q, LEVEL_DROPPABLE, NULL, "tick 1\n");
    levels_take(q, 1);
    put(q, LEVEL_DROPPABLE, NULL, "t 2\n"); /* no room: the only older one was begun */
    assert_int_equal(levels_dropped(q), 1);
    take_all(q, got, sizeof(got));
    assert_string_equal(got, "ick 1\n");
    levels_free(q);
}

static void head_gives_whole_lines_up_to_max(void **state)
{
    (void)state;
    struct levels *q = levels_new(0, SIZE_MAX);
    put(q, LEVEL_KEEP, NULL, "12345\n");
    put(q, LEVEL_KEEP, NULL, "123\n");
    put(q, LEVEL_KEEP, NULL, "1\n");
    assert_int_equal(levels_head(q, 10).len, 10);
    assert_int_equal(levels_head(q, 11).len, 10);
    assert_int_equal(levels_head(q, 12).len, 12);
    assert_int_equal(levels_head(q, 4096).len, 12);
    assert_int_equal(levels_head(q, 3).len, 6); /* one line at least */
    levels_take(q, 8);
    struct span s = levels_head(q, 4096);
    assert_int_equal(s.len, 4);
    assert_memory_equal(s.at, "3\n1\n", 4);
    levels_free(q);
}

static void long_lines_are_whole(void **state)
{
    (void)state;
    static char line[LINE_BYTES + 1];
    memset(line, 'x', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\n';
    struct levels *q = levels_new(0, SIZE_MAX);
    assert_true(levels_put(q, LEVEL_SEND, &first, line, sizeof(line)));
    struct span s = levels_head(q, 4096);
    assert_int_equal(s.len, sizeof(line));
    assert_memory_equal(s.at, line, sizeof(line));
    levels_take(q, 4096);
    s = levels_head(q, 4096);
    assert_int_equal(s.len, sizeof(line) - 4096);
    levels_free(q);
}

/* A million sends of 3,000 virtual routers nobody reads: one line each remains, of the newest round. */
static void a_stopped_reader_costs_one_line_a_router(void **state)
{
    (void)state;
    struct levels *q = levels_new(0, SIZE_MAX);
    for (int round = 0; round < 300; round++) {
        for (int i = 0; i < 3000; i++) {
            struct identity id = {.af = 4, .vrid = (uint8_t)(1 + i % 250)};
            snprintf(id.ifname, sizeof(id.ifname), "eth%d", i / 250);
            char text[64];
            int n = snprintf(text, sizeof(text), "send %d %d\n", round, i);
            assert_true(levels_put(q, LEVEL_SEND, &id, text, (size_t)n));
        }
    }
    for (int i = 0; i < 3000; i++) {
        char expected[64];
        int n = snprintf(expected, sizeof(expected), "send 299 %d\n", i);
        struct span s = levels_head(q, 1);
        assert_int_equal(s.len, n);
        assert_memory_equal(s.at, expected, (size_t)n);
        levels_take(q, s.len);
    }
    assert_true(levels_empty(q));
    levels_free(q);
}

static void names_that_come_and_go_do_not_add_up(void **state)
{
    (void)state;
    struct levels *q = levels_new(0, SIZE_MAX);
    for (int i = 0; i < 200000; i++) {
        struct identity id = {.af = 4, .vrid = 1};
        snprintf(id.ifname, sizeof(id.ifname), "e%d", i);
        put(q, LEVEL_SEND, &id, "send\n");
        assert_int_equal(levels_head(q, 4096).len, 5);
        levels_take(q, 5);
    }
    assert_true(levels_empty(q));
    levels_free(q);
}

/* As "ID:line": ID is the VRID, 0 for none. */
static void note(void *context, const struct identity *id, const char *line, size_t len)
{
    char *out = context;
    sprintf(out + strlen(out), "%u:%.*s", id ? id->vrid : 0U, (int)len, line);
}

static void each_of_those_that_are_kept(void **state)
{
    (void)state;
    char seen[64] = "";
    struct levels *q = levels_new(4096, SIZE_MAX);
    put(q, LEVEL_STATE_ACTIVE, &first, "a\n");
    put(q, LEVEL_KEEP, NULL, "k\n");
    put(q, LEVEL_STATE_ACTIVE, &second, "b\n");
    put(q, LEVEL_STATE_ACTIVE, &first, "c\n");
    levels_each(q, note, seen);
    assert_string_equal(seen, "0:k\n2:b\n1:c\n");
    levels_forget(q, &second);
    levels_forget(q, &(struct identity){.ifname = "eth0", .af = 6, .vrid = 1}); /* there is none */
    *seen = '\0';
    levels_each(q, note, seen);
    assert_string_equal(seen, "0:k\n1:c\n");
    put(q, LEVEL_STATE_AWAY, &second, "d\n");
    take_all(q, seen, sizeof seen);
    assert_string_equal(seen, "k\nc\nd\n");
    levels_free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules),
        cmocka_unit_test(identity_is_interface_family_and_vrid),
        cmocka_unit_test(oldest_droppable_goes_first_and_is_counted),
        cmocka_unit_test(what_is_kept_has_a_limit),
        cmocka_unit_test(a_line_that_was_begun_is_finished),
        cmocka_unit_test(head_gives_whole_lines_up_to_max),
        cmocka_unit_test(long_lines_are_whole),
        cmocka_unit_test(a_stopped_reader_costs_one_line_a_router),
        cmocka_unit_test(names_that_come_and_go_do_not_add_up),
        cmocka_unit_test(each_of_those_that_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
