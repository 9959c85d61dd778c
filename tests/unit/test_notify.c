/* A state in keepalived's words: lib/core/notify.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/notify_groups.h"

static struct line line_of(const char *text)
{
    struct line l;
    struct span where;
    assert_int_equal(line_parse(&l, text, strlen(text), &where), LINE_OK);
    return l;
}

static struct notify notify_of(const char *text)
{
    struct line l = line_of(text);
    struct state_event e;
    struct prefix_buffer buffer;
    const char *where;
    struct notify n;
    assert_true(read_state(&l, &e, &buffer, &where));
    notify_instance(&n, &l, &e);
    return n;
}

static void states_become_keepalived_words(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *line;
        enum notify_state expected;
    } rows[] = {
        {"active", "state if=e af=4 vrid=1 from=backup to=active why=timed-out", NOTIFY_MASTER},
        {"an owner starts as MASTER", "state if=e af=4 vrid=1 from=init to=active why=owner", NOTIFY_MASTER},
        {"backup", "state if=e af=4 vrid=1 from=active to=backup why=priority", NOTIFY_BACKUP},
        {"the first state is told", "state if=e af=4 vrid=1 from=init to=backup why=startup", NOTIFY_BACKUP},
        {"fault", "state if=e af=4 vrid=1 from=active to=fault why=link", NOTIFY_FAULT},
        {"elect ends", "state if=e af=4 vrid=1 from=active to=init why=shutdown", NOTIFY_STOP},
        {"its input ended", "state if=e af=4 vrid=1 from=active to=init why=upstream", NOTIFY_STOP},
        {"by hand", "state if=e af=4 vrid=1 from=active to=init", NOTIFY_STOP},
        {"a word of the future", "state if=e af=4 vrid=1 from=active to=init why=retired", NOTIFY_STOP},
        {"a fault is over, startup-delay runs", "state if=e af=4 vrid=1 from=fault to=init why=recovered", NOTIFY_NONE},
    };
    for (size_t i = 0; i < nitems(rows); i++) {
        if (notify_of(rows[i].line).state != rows[i].expected)
            fail_msg("%s", rows[i].rule);
    }
}

static void four_arguments(void **state)
{
    (void)state;
    const char *arguments[NOTIFY_ARGUMENTS];
    struct notify n = notify_of("state if=eth0 af=4 vrid=51 name=web%20front from=init to=backup prio=7");
    notify_arguments(&n, arguments);
    assert_string_equal(arguments[0], "INSTANCE");
    assert_string_equal(arguments[1], "web front");
    assert_string_equal(arguments[2], "BACKUP");
    assert_string_equal(arguments[3], "7");
    n = notify_of("state if=eth0 vrid=51 from=init to=fault prio=254 ip=fe80::1");
    notify_arguments(&n, arguments);
    assert_string_equal(arguments[1], "eth0-v6-51"); /* without name= */
    assert_string_equal(arguments[2], "FAULT");
    assert_string_equal(arguments[3], "254");
    notify_group(&n, (struct span){"all%20of%20it", 13}, NOTIFY_STOP);
    notify_arguments(&n, arguments);
    assert_string_equal(arguments[0], "GROUP");
    assert_string_equal(arguments[1], "all of it");
    assert_string_equal(arguments[2], "STOP");
    assert_string_equal(arguments[3], "0");
}

static void fifo_lines(void **state)
{
    (void)state;
    static const struct {
        const char *name, *expected;
    } rows[] = {
        {"web", "INSTANCE \"web\" MASTER 150\n"},
        {"a%20b%C3%A9", "INSTANCE \"a b\303\251\" MASTER 150\n"},
        {"a\"%22b", "INSTANCE \"a%22%22b\" MASTER 150\n"},
        {"a%0AINSTANCE%1B%7F", "INSTANCE \"a%0AINSTANCE%1B%7F\" MASTER 150\n"},
        {"$(reboot)", "INSTANCE \"$(reboot)\" MASTER 150\n"},
    };
    for (size_t i = 0; i < nitems(rows); i++) {
        char text[256] = "state if=e af=4 vrid=1 from=backup to=active prio=150 name=", out[NOTIFY_LINE];
        strcat(text, rows[i].name);
        struct notify n = notify_of(text);
        size_t length = notify_line(&n, out);
        assert_string_equal(out, rows[i].expected);
        assert_int_equal(length, strlen(out));
    }
}

static void the_longest_name_fits(void **state)
{
    (void)state;
    char text[512] = "state if=e af=4 vrid=1 from=backup to=active prio=150 name=", out[NOTIFY_LINE];
    for (int i = 0; i < NAME_TEXT - 1; i++)
        strcat(text, "%01");
    struct notify n = notify_of(text);
    assert_int_equal(strlen(n.name), 3 * (NAME_TEXT - 1));
    for (size_t i = 0; i < 3 * (NAME_TEXT - 1); i++)
        n.name[i] = '"';
    size_t length = notify_line(&n, out);
    assert_int_equal(length, 9 * (NAME_TEXT - 1) + strlen("INSTANCE \"\" MASTER 150\n"));
}

static const struct identity first = {.ifname = "eth0", .af = 4, .vrid = 1};
static const struct identity second = {.ifname = "eth0", .af = 4, .vrid = 2};

struct move {
    const struct identity *id;
    const char *group;
    enum notify_state state, expected; /* expected NOTIFY_NONE: nothing is told */
};

static void play(const struct move *moves, size_t count)
{
    struct notify_groups g = {0};
    for (size_t i = 0; i < count; i++) {
        enum notify_state got = NOTIFY_NONE;
        struct span group = {moves[i].group, strlen(moves[i].group)};
        bool told = notify_groups_take(&g, &group, moves[i].id, moves[i].state, &got);
        if (told && strncmp(group.at, "g", 1) != 0 && strncmp(group.at, "other", 5) != 0)
            fail_msg("move %zu: told of %s", i, group.at);
        if (told != (moves[i].expected != NOTIFY_NONE) || (told && got != moves[i].expected))
            fail_msg("move %zu: %s, %s", i, told ? "told" : "not told", notify_state_name(got));
    }
    notify_groups_free(&g);
}

static void a_group_changes_once(void **state)
{
    (void)state;
    static const struct move moves[] = {
        {&first, "g", NOTIFY_BACKUP, NOTIFY_BACKUP},    {&second, "g", NOTIFY_BACKUP, NOTIFY_NONE},
        {&first, "g", NOTIFY_MASTER, NOTIFY_NONE},      {&second, "g", NOTIFY_MASTER, NOTIFY_MASTER},
        {&second, "g", NOTIFY_MASTER, NOTIFY_NONE},     {&first, "g", NOTIFY_FAULT, NOTIFY_FAULT},
        {&second, "g", NOTIFY_FAULT, NOTIFY_NONE},      {&first, "g", NOTIFY_NONE, NOTIFY_NONE},
        {&first, "g", NOTIFY_BACKUP, NOTIFY_NONE},      {&second, "g", NOTIFY_BACKUP, NOTIFY_BACKUP},
        {&first, "g", NOTIFY_STOP, NOTIFY_NONE},        {&second, "g", NOTIFY_STOP, NOTIFY_STOP},
        {&second, "g", NOTIFY_STOP, NOTIFY_NONE},       {&first, "g", NOTIFY_MASTER, NOTIFY_MASTER},
        {&second, "other", NOTIFY_FAULT, NOTIFY_FAULT}, {&first, "g", NOTIFY_STOP, NOTIFY_STOP},
    };
    play(moves, nitems(moves));
}

static void only_when_all_have_reached_it(void **state)
{
    (void)state;
    static const struct move moves[] = {
        {&first, "g", NOTIFY_BACKUP, NOTIFY_BACKUP}, {&second, "g", NOTIFY_BACKUP, NOTIFY_NONE},
        {&first, "g", NOTIFY_MASTER, NOTIFY_NONE},   {&second, "g", NOTIFY_MASTER, NOTIFY_MASTER},
        {&first, "g", NOTIFY_BACKUP, NOTIFY_NONE},   {&second, "g", NOTIFY_BACKUP, NOTIFY_BACKUP},
        {&first, "g", NOTIFY_MASTER, NOTIFY_NONE},   {&second, "g", NOTIFY_STOP, NOTIFY_MASTER},
        {&second, "g", NOTIFY_BACKUP, NOTIFY_NONE}, /* one joins that is active */
        {&second, "g", NOTIFY_MASTER, NOTIFY_NONE},
    };
    play(moves, nitems(moves));
}

static void who_has_no_group_left_it(void **state)
{
    (void)state;
    static const struct move moves[] = {
        {&first, "g", NOTIFY_MASTER, NOTIFY_MASTER},  {&second, "g", NOTIFY_MASTER, NOTIFY_NONE},
        {&second, "", NOTIFY_STOP, NOTIFY_NONE}, /* vrrp-advert says so when its input ends */
        {&first, "", NOTIFY_STOP, NOTIFY_STOP},       {&first, "", NOTIFY_STOP, NOTIFY_NONE},
        {&first, "g", NOTIFY_BACKUP, NOTIFY_BACKUP},  {&second, "g", NOTIFY_FAULT, NOTIFY_FAULT},
        {&second, "", NOTIFY_BACKUP, NOTIFY_BACKUP},  {&first, "other", NOTIFY_MASTER, NOTIFY_MASTER},
        {&second, "g", NOTIFY_BACKUP, NOTIFY_BACKUP},
    };
    play(moves, nitems(moves));
}

static void members_are_bounded(void **state)
{
    (void)state;
    struct notify_groups g = {0};
    enum notify_state got;
    for (int i = 0; i < NOTIFY_MEMBERS + 100; i++) {
        struct identity id = {.ifname = {'e', (char)('a' + i / 250), '\0'}, .af = 4, .vrid = (uint8_t)(i % 250 + 1)};
        struct span group = {"g", 1};
        (void)notify_groups_take(&g, &group, &id, NOTIFY_BACKUP, &got);
    }
    assert_int_equal(g.count, NOTIFY_MEMBERS);
    char name[NOTIFY_NAME + 1];
    memset(name, 'n', sizeof name);
    notify_groups_free(&g);
    struct span too_long = {name, sizeof name};
    assert_false(notify_groups_take(&g, &too_long, &first, NOTIFY_BACKUP, &got));
    notify_groups_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_become_keepalived_words),
        cmocka_unit_test(four_arguments),
        cmocka_unit_test(fifo_lines),
        cmocka_unit_test(the_longest_name_fits),
        cmocka_unit_test(a_group_changes_once),
        cmocka_unit_test(only_when_all_have_reached_it),
        cmocka_unit_test(who_has_no_group_left_it),
        cmocka_unit_test(members_are_bounded),
    };
    return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
