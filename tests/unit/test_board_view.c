/* The board as text, at any width: lib/core/board_view.h, lib/core/board_detail.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/board_detail.h"
#include "core/board_view.h"

static struct board *board;
static struct view view;

static void hear(const char *text)
{
    struct line l;
    struct span wrong;
    const char *where = "";

    assert_int_equal(line_parse(&l, text, strlen(text), &wrong), LINE_OK);
    if (!board_line(board, &l, (instant){0}, &where))
        fail_msg("%s: %s", text, where);
}

/* Four virtual routers: one that changed, one of IPv6 with an alert, one that is vacant, one fast. */
static const char *const story[] = {
    "1000.000000000 clock mono=1.000000 boot=file source=file",
    "1000.000000000 advert if=eth0 af=4 vrid=51 dir=in ver=3 prio=100 interval=1s src=192.0.2.2 cksum=pseudo auth=none"
    " ip=192.0.2.100",
    "1000.500000000 advert if=eth0 af=4 vrid=51 dir=in ver=3 prio=150 interval=1s src=192.0.2.1 cksum=pseudo auth=none"
    " ip=192.0.2.100",
    "1001.000000000 advert if=eth1 vlan=20 af=4 vrid=7 dir=in ver=2 prio=200 interval=1s src=198.51.100.2 cksum=message"
    " auth=pass:unchecked ip=198.51.100.1,198.51.100.9,198.51.100.10",
    "1019.000000000 advert if=eth0 af=6 vrid=51 dir=out ver=3 prio=255 interval=1s src=fe80::1 cksum=pseudo auth=none"
    " ip=fe80::100",
    "1019.250000000 alert rule=two-owners sev=crit if=eth0 af=6 vrid=51 src=fe80::1 peer=fe80::2",
    "1019.300000000 state if=eth0 af=6 vrid=51 from=backup to=active why=owner ip=fe80::100/64",
    "1019.400000000 bad if=eth0 af=4 vrid=51 why=ttl",
    "1019.500000000 advert if=eth0 af=4 vrid=51 dir=in ver=3 prio=150 interval=1s src=192.0.2.1 cksum=pseudo auth=none"
    " ip=192.0.2.100",
    "1020.000000000 advert if=eth0 af=4 vrid=52 dir=in ver=3 prio=90 interval=100ms src=192.0.2.3 ip=192.0.2.101",
    "1020.102000000 advert if=eth0 af=4 vrid=52 dir=in ver=3 prio=90 interval=100ms src=192.0.2.3 ip=192.0.2.101",
};

static int setup(void **state)
{
    (void)state;
    board = board_new();
    memset(&view, 0, sizeof view);
    return board == NULL;
}

static int teardown(void **state)
{
    (void)state;
    board_free(board);
    return 0;
}

static void tell_story(void)
{
    for (size_t i = 0; i < nitems(story); i++)
        hear(story[i]);
}

static instant now(void)
{
    return board_now(board, (instant){0});
}

/* The titles and all rows, a newline after each. */
static const char *table(size_t width)
{
    static char text[16 * VIEW_WIDTH];
    char row[VIEW_WIDTH];
    size_t length = 0;

    view_update(&view, board, now());
    view_reset(&view);
    view_fit(&view, 0, view.count, now(), width);
    size_t written = view_titles(&view, row, width);
    assert_int_equal(written, strlen(row));
    length += (size_t)snprintf(text, sizeof text, "%s\n", row);
    for (size_t i = 0; i < view.count; i++) {
        written = view_row(&view, i, now(), row, width);
        assert_int_equal(written, strlen(row));
        assert_true(width == VIEW_ALL || strlen(row) <= width);
        length += (size_t)snprintf(text + length, sizeof text - length, "%s\n", row);
    }
    return text;
}

/* --- Rows. --- */

static void all_columns(void **state)
{
    (void)state;
    tell_story();
    assert_string_equal(
        table(VIEW_ALL),
        "WHERE   AF VRID ACTIVE    PRIO EVERY   AGE JITTER CHANGES  SINCE HEARD OWN    ALERTS ADDRESSES\n"
        "eth0     4   51 192.0.2.1  150    1s  0.6s      -       3   0.6s     2 -      -      192.0.2.100\n"
        "eth0     6   51 fe80::1    255    1s  1.1s      -       0   1.1s     1 active crit 1 fe80::100\n"
        "eth0     4   52 192.0.2.3   90 100ms  0.0s  2.0ms       0   0.1s     1 -      -      192.0.2.101\n"
        "eth1.20  4    7 vacant       -     -     -      -       1    15s     1 -      -      "
        "198.51.100.1,198.51.100.9,198.51.100.10\n");
}

static void what_nobody_has_is_no_column(void **state)
{
    (void)state;
    hear("1000 advert if=eth0 af=4 vrid=51 ver=3 prio=100 interval=1s src=192.0.2.2");
    assert_string_equal(table(VIEW_ALL), "WHERE AF VRID ACTIVE    PRIO EVERY   AGE CHANGES  SINCE HEARD\n"
                                         "eth0   4   51 192.0.2.2  100    1s  0.0s       0   0.0s     1\n");
}

static void columns_go_one_by_one(void **state)
{
    (void)state;
    static const struct {
        size_t width;
        const char *titles;
    } rows[] = {
        {100, "WHERE   AF VRID ACTIVE    PRIO EVERY   AGE JITTER CHANGES  SINCE HEARD OWN    ALERTS ADDRESSES\n"},
        {80, "WHERE   AF VRID ACTIVE    PRIO   AGE CHANGES  SINCE OWN    ALERTS ADDRESSES\n"},
        {60, "WHERE   AF VRID ACTIVE    PRIO   AGE CHANGES  SINCE ALERTS\n"},
        {40, "WHERE   VRID ACTIVE    PRIO   AGE ALERTS\n"},
        {30, "WHERE   AF VRID ACTIVE    PRIO\n"},
        {20, "WHERE   AF VRID PRIO\n"},
        {4, "WHE>\n"},
        {1, ">\n"},
    };

    tell_story();
    for (size_t i = 0; i < nitems(rows); i++) {
        const char *text = table(rows[i].width);
        if (strncmp(text, rows[i].titles, strlen(rows[i].titles)) != 0)
            fail_msg("%zu:\n%s", rows[i].width, text);
    }
}

static void the_last_column_is_cut_and_marked(void **state)
{
    (void)state;
    tell_story();
    assert_non_null(
        strstr(table(80), "\neth1.20  4    7 vacant       -     -       1    15s -      -      198.51.100.1,>\n"));
}

static void the_column_that_sorts_stays(void **state)
{
    (void)state;
    size_t at, length;

    tell_story();
    view.sort = VIEW_JITTER;
    assert_non_null(strstr(table(40), "JITTER"));
    assert_true(view_sorted(&view, &at, &length));
    assert_int_equal(length, strlen("JITTER"));
    assert_memory_equal(strstr(table(40), "JITTER"), table(40) + at, length);
}

/* --- Order. --- */

static const char *order(enum view_column sort, bool reverse)
{
    static char text[64];

    view.sort = sort;
    view.reverse = reverse;
    view_update(&view, board, now());
    text[0] = '\0';
    for (size_t i = 0; i < view.count; i++) {
        const struct board_router *r = view.rows[i].router;
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%u%s", i > 0 ? " " : "", (unsigned)r->vrid,
                 r->af == 6 ? "v6" : "");
    }
    return text;
}

static void sorted_by_each_column(void **state)
{
    (void)state;
    static const struct {
        enum view_column sort;
        const char *order, *reversed;
    } rows[VIEW_COLUMNS] = {
        {VIEW_WHERE, "51 51v6 52 7", "7 52 51v6 51"},   {VIEW_FAMILY, "51 52 7 51v6", "51v6 51 52 7"},
        {VIEW_VRID, "7 51 51v6 52", "52 51 51v6 7"},    {VIEW_ACTIVE, "51 52 51v6 7", "51v6 52 51 7"},
        {VIEW_PRIO, "51v6 51 52 7", "52 51 51v6 7"},    {VIEW_EVERY, "52 51 51v6 7", "51 51v6 52 7"},
        {VIEW_AGE, "51v6 51 52 7", "52 51 51v6 7"},     {VIEW_JITTER, "52 51 51v6 7", "52 51 51v6 7"},
        {VIEW_CHANGES, "51 7 51v6 52", "51v6 52 7 51"}, {VIEW_SINCE, "52 51 51v6 7", "7 51v6 51 52"},
        {VIEW_HEARD, "51 51v6 52 7", "51v6 52 7 51"},   {VIEW_OWN, "51v6 51 52 7", "51v6 51 52 7"},
        {VIEW_ALERTS, "51v6 51 52 7", "51v6 51 52 7"},  {VIEW_ADDRESSES, "51 52 7 51v6", "51v6 7 52 51"},
    };

    tell_story();
    for (size_t i = 0; i < nitems(rows); i++) {
        if (strcmp(order(rows[i].sort, false), rows[i].order) != 0)
            fail_msg("%s: %s", view_title(rows[i].sort), order(rows[i].sort, false));
        if (strcmp(order(rows[i].sort, true), rows[i].reversed) != 0)
            fail_msg("%s reversed: %s", view_title(rows[i].sort), order(rows[i].sort, true));
    }
}

static void columns_by_name_and_key(void **state)
{
    (void)state;
    enum view_column c;
    char seen[VIEW_COLUMNS + 1] = "";

    for (unsigned i = 0; i < VIEW_COLUMNS; i++) {
        const char *title = view_title((enum view_column)i);
        assert_true(view_column_parse((struct span){title, strlen(title)}, &c));
        assert_int_equal(c, i);
        assert_null(strchr(seen, view_key(c)));
        seen[i] = view_key(c);
    }
    assert_true(view_column_parse((struct span){"chan", 4}, &c) && c == VIEW_CHANGES);
    assert_false(view_column_parse((struct span){"a", 1}, &c));
    assert_false(view_column_parse((struct span){"", 0}, &c));
    assert_false(view_column_parse((struct span){"vrids", 5}, &c));
}

/* --- Filter. --- */

static void filter_words(void **state)
{
    (void)state;
    static const struct {
        const char *word, *order;
    } rows[] = {
        {"if=eth0", "51 51v6 52"},
        {"if!=eth0", "7"},
        {"vlan=20", "7"},
        {"vlan!=20", "51 51v6 52"},
        {"af=6", "51v6"},
        {"vrid=52..", "52"},
        {"active=192.0.2.1", "51"},
        {"prio=100..", "51 51v6"},
        {"interval=100ms", "52"},
        {"ver=3", "51 51v6 52"},
        {"src=192.0.2.2", "51"},
        {"ip=198.51.100.9", "7"},
        {"cksum=pseudo", "51 51v6"},
        {"own=active", "51v6"},
        {"why=preempted", ""},
        {"sev=crit,high", "51v6"},
        {"rule=two-owners", "51v6"},
        {"age=1s..", "51v6"},
        {"jitter=1ms..", "52"},
        {"changes=1..", "51 7"},
        {"speakers=2", "51"},
        {"rivals=1..", ""},
        {"vacant=yes", "7"},
        {"auth=none", "51 51v6"},
        {"gap=3s..", "51 7"},
    };

    tell_story();
    for (size_t i = 0; i < nitems(rows); i++) {
        const char *reason = "";
        memset(&view.filter, 0, sizeof view.filter);
        if (!view_filter(&view.filter, rows[i].word, &reason))
            fail_msg("%s: %s", rows[i].word, reason);
        if (strcmp(order(VIEW_WHERE, false), rows[i].order) != 0)
            fail_msg("%s: %s", rows[i].word, order(VIEW_WHERE, false));
    }
}

static void what_is_no_filter(void **state)
{
    (void)state;
    static const char *const words[] = {"advert", "", "=1", "event=advert", "time=1", "ttl=255", "vrid=", "prio=3..1"};

    for (size_t i = 0; i < nitems(words); i++) {
        struct match m = {0};
        const char *reason = NULL;
        if (view_filter(&m, words[i], &reason))
            fail_msg("%s is taken", words[i]);
        assert_non_null(reason);
    }
}

/* --- Values. --- */

static void values(void **state)
{
    (void)state;
    static const struct {
        void (*put)(struct text *t, usec d);
        usec d;
        const char *text;
    } rows[] = {
        {cell_age, -5, "0.0s"},
        {cell_age, 340 * MILLISECOND, "0.3s"},
        {cell_age, 9990 * MILLISECOND, "9.9s"},
        {cell_age, 10 * SECOND, "10s"},
        {cell_age, 99 * SECOND, "99s"},
        {cell_age, 100 * SECOND, "1m40s"},
        {cell_age, 5999 * SECOND, "99m59s"},
        {cell_age, 6000 * SECOND, "1h40m"},
        {cell_age, 359999 * SECOND, "99h59m"},
        {cell_age, 360000 * SECOND, "4d04h"},
        {cell_age, INT64_MAX / 4, "26687997d19h"},
        {cell_fine, 0, "0us"},
        {cell_fine, 999, "999us"},
        {cell_fine, 1449, "1.4ms"},
        {cell_fine, 52 * MILLISECOND, "52ms"},
        {cell_fine, 1250 * MILLISECOND, "1.2s"},
        {cell_every, 40950 * MILLISECOND, "40950ms"},
    };

    for (size_t i = 0; i < nitems(rows); i++) {
        char text[64] = "";
        struct text t = {.at = text, .size = sizeof text};
        rows[i].put(&t, rows[i].d);
        assert_string_equal(text, rows[i].text);
    }
}

static void hostile_bytes_stay_escaped(void **state)
{
    (void)state;
    hear(
        "1000 advert seg=a%20b host=%1B[2J if=e%0Ax%25 af=4 vrid=1 ver=3 prio=1 interval=1s src=192.0.2.1 ip=192.0.2.9");
    hear("1000 alert rule=x%1B sev=low seg=a%20b host=%1B[2J if=e%0Ax%25 af=4 vrid=1 what=%1B]0;x%07");
    assert_non_null(strstr(table(VIEW_ALL), "\na%20b:%1B[2J:e%0Ax%25  4    1 192.0.2.1"));

    static struct page p;
    detail_write(&p, board_first(board), now(), NULL);
    for (size_t i = 0; i < p.count; i++)
        for (const char *c = p.lines[i]; *c; c++)
            assert_true(*c >= ' ' && *c <= '~');
}

static void moods(void **state)
{
    (void)state;
    static const struct {
        int64_t after_ms;
        enum view_mood mood[4]; /* by place */
    } rows[] = {
        {0, {MOOD_NEW, MOOD_ALERT, MOOD_CALM, MOOD_VACANT}},
        {1000, {MOOD_LATE, MOOD_LATE, MOOD_LATE, MOOD_VACANT}},
    };

    tell_story();
    order(VIEW_WHERE, false);
    for (size_t i = 0; i < nitems(rows); i++)
        for (size_t n = 0; n < 4; n++)
            assert_int_equal(view_mood(view.rows[n].router, (instant){now().us + rows[i].after_ms * MILLISECOND}),
                             rows[i].mood[n]);
}

/* --- The page of one. --- */

static const char *page_of(size_t index)
{
    static struct page p;
    static char text[PAGE_LINES * PAGE_WIDTH];

    order(VIEW_WHERE, false);
    detail_write(&p, view.rows[index].router, now(), NULL);
    text[0] = '\0';
    for (size_t i = 0; i < p.count; i++)
        strcat(strcat(text, p.lines[i]), "\n");
    return text;
}

/* Known by an alert only: nothing is said of an Active, and of its priority. */
static void page_without_adverts(void **state)
{
    (void)state;
    hear("1000.000000000 clock mono=1.000000 boot=file source=file");
    hear("1000.000000000 alert rule=absent-speaker sev=high af=4 vrid=51");
    assert_non_null(strstr(page_of(0), "Active     -\nAddresses  -\n"));
}

static void pages(void **state)
{
    (void)state;
    tell_story();
    assert_string_equal(page_of(0), "Virtual router 51 of IPv4 on eth0\n"
                                    "\n"
                                    "Active     192.0.2.1, priority 150\n"
                                    "Heard      0.6s ago, every 1s\n"
                                    "Addresses  192.0.2.100\n"
                                    "Changes    3, the last 0.6s ago\n"
                                    "Invalid    1 packet\n"
                                    "\n"
                                    " SPEAKER    PRIO VER EVERY  LAST JITTER  ADVERTS MISSED  CHECKSUM AUTH\n"
                                    " 192.0.2.2   100   3    1s   20s      -        1       0  pseudo   none\n"
                                    "*192.0.2.1   150   3    1s  0.6s      -        2       0  pseudo   none\n"
                                    "\n"
                                    " CHANGES\n"
                                    " 1019.500   0.6s ago  timed-out  192.0.2.1 prio 150, gap 19.000s, was 192.0.2.1\n"
                                    " 1004.500    15s ago  vacant     nobody for 4.000s, was 192.0.2.1\n"
                                    " 1000.500    19s ago  preempted  192.0.2.1 prio 150, gap 0.500s, was 192.0.2.2\n"
                                    " 1000.000    20s ago  first      192.0.2.2 prio 100\n");
    assert_string_equal(page_of(1),
                        "Virtual router 51 of IPv6 on eth0\n"
                        "\n"
                        "Active     fe80::1, priority 255\n"
                        "Heard      1.1s ago, every 1s\n"
                        "Addresses  fe80::100\n"
                        "Own state  active\n"
                        "Changes    0; first heard 1.1s ago\n"
                        "\n"
                        " SPEAKER  PRIO VER EVERY  LAST JITTER  ADVERTS MISSED  CHECKSUM AUTH\n"
                        "*fe80::1   255   3    1s  1.1s      -        1       0  pseudo   none  this machine\n"
                        "\n"
                        " ALERTS\n"
                        " 1019.250   0.8s ago  crit two-owners src=fe80::1 peer=fe80::2\n"
                        "\n"
                        " CHANGES\n"
                        " 1019.000   1.1s ago  first      fe80::1 prio 255\n");
    assert_string_equal(page_of(3), "Virtual router 7 of IPv4 on eth1.20\n"
                                    "\n"
                                    "Active     nobody\n"
                                    "Addresses  198.51.100.1  198.51.100.9  198.51.100.10\n"
                                    "Changes    1, the last 15s ago\n"
                                    "\n"
                                    " SPEAKER       PRIO VER EVERY  LAST JITTER  ADVERTS MISSED  CHECKSUM AUTH\n"
                                    " 198.51.100.2   200   2    1s   19s      -        1       0  message  pass\n"
                                    "\n"
                                    " CHANGES\n"
                                    " 1005.000    15s ago  vacant     nobody for 4.000s, was 198.51.100.2\n"
                                    " 1001.000    19s ago  first      198.51.100.2 prio 200\n");
}

static void a_page_has_its_bounds(void **state)
{
    (void)state;
    char line[512];

    for (int i = 0; i < 60; i++) {
        snprintf(
            line, sizeof line,
            "%d advert if=eth0 af=6 vrid=1 ver=3 prio=%d interval=40950ms src=2001:db8:1234:5678:9abc:def0:1234:%x "
            "ip=2001:db8:1234:5678:9abc:def0:1234:aaaa,2001:db8:1234:5678:9abc:def0:1234:bbbb",
            1000 + i, 100 + i, 4096 + i);
        hear(line);
        snprintf(line, sizeof line, "%d alert if=eth0 af=6 vrid=1 rule=r sev=low what=%0200d", 1000 + i, i);
        hear(line);
    }
    const char *text = page_of(0);
    assert_non_null(strstr(text, " CHANGES\n"));
    assert_true(strlen(text) < (size_t)PAGE_LINES * PAGE_WIDTH);
}

#define VIEW_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        VIEW_TEST(all_columns),
        VIEW_TEST(what_nobody_has_is_no_column),
        VIEW_TEST(columns_go_one_by_one),
        VIEW_TEST(the_last_column_is_cut_and_marked),
        VIEW_TEST(the_column_that_sorts_stays),
        VIEW_TEST(sorted_by_each_column),
        VIEW_TEST(columns_by_name_and_key),
        VIEW_TEST(filter_words),
        VIEW_TEST(what_is_no_filter),
        VIEW_TEST(values),
        VIEW_TEST(hostile_bytes_stay_escaped),
        VIEW_TEST(moods),
        VIEW_TEST(pages),
        VIEW_TEST(page_without_adverts),
        VIEW_TEST(a_page_has_its_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
