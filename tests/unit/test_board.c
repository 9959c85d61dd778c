/* What the board knows after which lines: lib/core/board.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/board.h"

static struct board *board;

static int setup(void **state)
{
    (void)state;
    board = board_new();
    return board == NULL;
}

static int teardown(void **state)
{
    (void)state;
    board_free(board);
    return 0;
}

/* One line, read at so many milliseconds of our steady clock. */
static bool hear_at(int64_t ms, const char *text, const char **where)
{
    struct line l;
    struct span wrong;

    assert_int_equal(line_parse(&l, text, strlen(text), &wrong), LINE_OK);
    return board_line(board, &l, (instant){ms * MILLISECOND}, where);
}

static void hear(const char *text)
{
    const char *where = NULL;

    if (!hear_at(0, text, &where))
        fail_msg("%s: %s", text, where);
}

/* An advert at so many milliseconds after second 1000. */
static void advert(int64_t ms, int host, int prio, const char *more)
{
    char text[256];

    snprintf(text, sizeof text,
             "%lld.%03d000000 advert if=eth0 af=4 vrid=51 ver=3 prio=%d interval=1s src=192.0.2.%d ip=192.0.2.100%s",
             (long long)(1000 + ms / 1000), (int)(ms % 1000), prio, host, more);
    hear(text);
}

static const struct board_router *only(void)
{
    assert_int_equal(board_totals(board)->routers, 1);
    return board_first(board);
}

static void active_is(const struct board_router *r, int host)
{
    struct ip expected = {4, {192, 0, 2, (uint8_t)host}};

    assert_true(host == 0 ? r->active.family == 0 : ip_equal(&r->active, &expected));
}

/* --- Adverts. --- */

static void an_advert_makes_a_virtual_router(void **state)
{
    (void)state;
    advert(0, 1, 150, " cksum=pseudo auth=none");
    const struct board_router *r = only();
    assert_string_equal(r->origin.ifname, "eth0");
    assert_int_equal(r->vrid, 51);
    active_is(r, 1);
    assert_int_equal(r->changes, 0);
    assert_int_equal(r->told, 1);
    assert_int_equal(r->address_count, 1);
    assert_int_equal(r->speaker_count, 1);
    assert_int_equal(board_active(r)->prio, 150);
    assert_int_equal(board_active(r)->interval, SECOND);
    assert_int_equal(board_active(r)->cksum, CKSUM_PSEUDO);
    assert_true(board_active(r)->has_cksum && board_active(r)->has_auth);
}

static void a_change_has_its_cause_and_gap(void **state)
{
    (void)state;
    advert(0, 2, 100, "");
    advert(1000, 2, 100, "");
    advert(1500, 1, 150, "");
    const struct board_router *r = only();
    const struct board_change *c = board_change(r, 0);
    active_is(r, 1);
    assert_int_equal(r->changes, 1);
    assert_int_equal(c->why, ELECTED_PREEMPTED);
    assert_int_equal(c->gap, 500 * MILLISECOND);
    assert_int_equal(c->was.bytes[3], 2);
    assert_int_equal(c->time.ns, INT64_C(1001500000000));
    assert_int_equal(board_change(r, 1)->why, ELECTED_FIRST);
    assert_null(board_change(r, 2));
    assert_int_equal(board_totals(board)->changes, 1);
}

static void silence_makes_it_vacant(void **state)
{
    (void)state;
    advert(0, 1, 150, "");
    hear("1009 tick every=100ms");
    const struct board_router *r = only();
    assert_true(r->vacant);
    active_is(r, 0);
    assert_int_equal(board_totals(board)->vacant, 1);
    assert_false(board_change(r, 0)->elected);
    assert_int_equal(board_change(r, 0)->time.ns, INT64_C(1004000000000));
    advert(10000, 1, 150, "");
    assert_false(r->vacant);
    assert_int_equal(board_totals(board)->vacant, 0);
    assert_int_equal(r->changes, 2);
}

/* A running mean of how far each gap is from the interval; a silence of four intervals is none. */
static void jitter(void **state)
{
    (void)state;
    advert(0, 1, 150, "");
    advert(1004, 1, 150, "");
    assert_int_equal(board_active(only())->jitter, 4 * MILLISECOND);
    advert(2002, 1, 150, "");
    assert_int_equal(board_active(only())->jitter, 3 * MILLISECOND);
    advert(3002, 1, 150, "");
    assert_int_equal(board_active(only())->jitter, 2 * MILLISECOND);
    advert(7002, 1, 150, "");
    assert_int_equal(board_active(only())->jitter, 2 * MILLISECOND);
    assert_int_equal(board_active(only())->gaps, 3);
    assert_int_equal(board_active(only())->missed, 0);
    advert(10002, 1, 150, "");
    assert_int_equal(board_active(only())->missed, 2);
    assert_int_equal(board_active(only())->adverts, 6);
}

static void after_sixteen_each_is_a_sixteenth(void **state)
{
    (void)state;
    for (int i = 0; i <= 40; i++)
        advert(i * 1000, 1, 150, "");
    advert(41016, 1, 150, "");
    assert_int_equal(board_active(only())->jitter, MILLISECOND);
}

static void one_frame_seen_twice_counts_once(void **state)
{
    (void)state;
    advert(0, 1, 150, "");
    hear("1000.000200000 advert if=eth0 af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.1");
    assert_int_equal(board_active(only())->adverts, 1);
    assert_int_equal(board_active(only())->gaps, 0);
    assert_int_equal(board_totals(board)->adverts, 1);
}

static void a_resign_shows(void **state)
{
    (void)state;
    advert(0, 1, 150, "");
    advert(500, 1, 0, "");
    active_is(only(), 1);
    assert_int_equal(board_active(only())->prio, 0);
    assert_int_equal(board_active(only())->gaps, 0);
    advert(900, 2, 100, "");
    assert_int_equal(board_change(only(), 0)->why, ELECTED_RESIGNED);
}

static void who_speaks_beside_the_active_is_a_rival(void **state)
{
    (void)state;
    advert(0, 2, 100, "");
    advert(500, 1, 150, "");
    advert(1500, 1, 150, "");
    assert_int_equal(board_rivals(only(), (instant){1001500 * MILLISECOND}), 0);
    advert(2000, 2, 100, "");
    advert(2500, 1, 150, "");
    assert_int_equal(board_rivals(only(), (instant){1002500 * MILLISECOND}), 1);
    assert_int_equal(board_rivals(only(), (instant){1005000 * MILLISECOND}), 1);
    assert_int_equal(board_rivals(only(), (instant){1005001 * MILLISECOND}), 0);
    advert(2600, 2, 0, "");
    assert_int_equal(board_rivals(only(), (instant){1002700 * MILLISECOND}), 0);
}

/* --- Bounds. --- */

static void the_longest_untold_makes_room(void **state)
{
    (void)state;
    char text[160];

    for (int i = 0; i < BOARD_ROUTERS + 10; i++) {
        snprintf(text, sizeof text, "%d advert if=eth%d af=4 vrid=%d ver=3 prio=1 interval=1s src=192.0.2.1", 1000 + i,
                 i / 255, i % 255 + 1);
        hear(text);
    }
    assert_int_equal(board_totals(board)->routers, BOARD_ROUTERS);
    size_t count = 0, vacant = 0;
    for (const struct board_router *r = board_first(board); r; r = board_next(r), count++) {
        vacant += r->vacant ? 1 : 0;
        assert_true(strcmp(r->origin.ifname, "eth0") != 0 || r->vrid > 10);
    }
    assert_int_equal(count, BOARD_ROUTERS);
    assert_int_equal(board_totals(board)->vacant, vacant);
}

static void the_longest_silent_speaker_makes_room(void **state)
{
    (void)state;
    advert(0, 200, 254, "");
    for (int i = 1; i <= BOARD_SPEAKERS + 4; i++)
        advert(i * 10, i, 100, "");
    const struct board_router *r = only();
    assert_int_equal(r->speaker_count, BOARD_SPEAKERS);
    active_is(r, 200);
    assert_non_null(board_active(r));
    for (size_t i = 0; i < r->speaker_count; i++)
        assert_true(r->speakers[i].src.bytes[3] > 5);
}

static void the_newest_changes_stay(void **state)
{
    (void)state;
    enum { CHANGES = 25 };

    for (int i = 0; i <= CHANGES; i++)
        advert(i * 5000, 1 + i % 2, 100, "");
    /* each time nobody was left before */
    assert_int_equal(only()->changes, 2 * CHANGES);
    size_t count = 0;
    while (board_change(only(), count))
        count++;
    assert_int_equal(count, BOARD_CHANGES);
    assert_int_equal(board_change(only(), 0)->time.ns, INT64_C(1000000000) * (1000 + CHANGES * 5));
    assert_false(board_change(only(), 1)->elected);
}

/* --- Time. --- */

static void a_step_of_the_wall_clock_is_none(void **state)
{
    (void)state;
    hear("1000 clock mono=50.000000 boot=b source=live");
    advert(0, 1, 150, "");
    hear("5000.500000000 clock mono=50.500000 boot=b source=live");
    advert(4001000, 1, 150, "");
    assert_int_equal(board_active(only())->jitter, 0);
    assert_int_equal(board_active(only())->gaps, 1);
    assert_int_equal(only()->changes, 0);
}

static void another_boot_goes_on_by_its_time(void **state)
{
    (void)state;
    hear("1000 clock mono=50.000000 boot=b source=file");
    advert(0, 1, 150, "");
    hear("1001 clock mono=3.000000 boot=c source=file");
    advert(2000, 1, 150, "");
    assert_int_equal(board_active(only())->jitter, SECOND);
}

static void time_never_goes_back(void **state)
{
    (void)state;
    advert(2000, 1, 150, "");
    advert(1000, 1, 150, "");
    assert_int_equal(board_now(board, (instant){0}).us, 1002 * SECOND);
    advert(2900, 1, 150, "");
    assert_int_equal(board_active(only())->last.us, 1002900 * MILLISECOND);
}

static void a_live_source_lives_on(void **state)
{
    (void)state;
    const char *where;

    hear_at(7000, "1000 clock mono=50.000000 boot=b source=live", &where);
    hear_at(7000, "1000 advert if=eth0 af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.1", &where);
    usec from = board_now(board, (instant){7 * SECOND}).us;
    assert_int_equal(board_now(board, (instant){9 * SECOND}).us - from, 2 * SECOND);
    assert_int_equal(board_silence(board, (instant){9 * SECOND}), 2 * SECOND);
    board_pass(board, (instant){11400 * MILLISECOND});
    assert_false(only()->vacant);
    board_pass(board, (instant){11600 * MILLISECOND});
    assert_true(only()->vacant);
    board_stop(board);
    assert_int_equal(board_now(board, (instant){90 * SECOND}).us, from);
    assert_int_equal(board_silence(board, (instant){90 * SECOND}), 0);
}

static void of_a_file_time_is_in_its_lines(void **state)
{
    (void)state;
    const char *where;

    hear_at(7000, "1000 clock mono=50.000000 boot=file source=file", &where);
    hear_at(7000, "1001 advert if=eth0 af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.1", &where);
    usec from = board_now(board, (instant){7 * SECOND}).us;
    assert_int_equal(board_now(board, (instant){900 * SECOND}).us, from);
    board_pass(board, (instant){900 * SECOND});
    assert_false(only()->vacant);
}

static void a_line_without_time_is_of_now(void **state)
{
    (void)state;
    const char *where;
    stamp t;

    hear_at(0, "1000 advert if=eth0 af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.1", &where);
    hear_at(1250, "advert if=eth0 af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.1", &where);
    assert_int_equal(board_active(only())->jitter, 250 * MILLISECOND);
    assert_true(board_time(board, &t));
    assert_int_equal(t.ns, INT64_C(1001250000000));
}

static void ends_of_the_range(void **state)
{
    (void)state;
    hear("0 clock mono=9223372036854.775807 boot=b source=live");
    hear("9223372036 advert if=eth0 af=4 vrid=1 ver=3 prio=150 interval=40950ms src=192.0.2.1");
    hear("0 clock mono=0.000000 boot=c source=live");
    hear("9223372036 advert if=eth0 af=4 vrid=1 ver=3 prio=150 interval=40950ms src=192.0.2.1");
    hear("0 tick every=1s");
    assert_int_equal(board_totals(board)->lines, 5);
}

/* --- Other lines. --- */

static void elected_counts_without_adverts(void **state)
{
    (void)state;
    hear("1000 elected if=eth0 af=4 vrid=51 active=192.0.2.1 prio=150 why=first");
    hear("1005 elected if=eth0 af=4 vrid=51 active=192.0.2.2 was=192.0.2.1 prio=100 gap=3.609562s why=timed-out");
    active_is(only(), 2);
    assert_int_equal(only()->prio, 100);
    assert_int_equal(only()->changes, 1);
    assert_int_equal(board_change(only(), 0)->gap, 3609562);
    assert_null(board_active(only()));
    hear("1010 vacant if=eth0 af=4 vrid=51 was=192.0.2.2 prio=100 gap=4.000000s");
    assert_true(only()->vacant);
    assert_int_equal(only()->changes, 2);
}

static void elected_says_nothing_new_beside_adverts(void **state)
{
    (void)state;
    advert(0, 1, 150, "");
    hear("1000 elected if=eth0 af=4 vrid=51 active=192.0.2.1 prio=150 why=first");
    hear("1000 elected if=eth0 af=4 vrid=51 active=192.0.2.9 prio=150 why=preempted");
    active_is(only(), 1);
    assert_int_equal(only()->changes, 0);
}

static void own_state(void **state)
{
    (void)state;
    hear("1000 state if=eth0 af=4 vrid=51 from=init to=backup why=startup ip=192.0.2.100/24");
    assert_true(only()->has_own);
    assert_int_equal(only()->own, ROUTER_BACKUP);
    assert_int_equal(only()->address_count, 1);
    hear("1001 state if=eth0 af=4 vrid=51 from=backup to=active why=timed-out ip=192.0.2.100/24");
    assert_int_equal(only()->own, ROUTER_ACTIVE);
    active_is(only(), 0);
}

static void alerts(void **state)
{
    (void)state;
    hear("1000 alert rule=split-brain sev=high if=eth0 vlan=7 af=4 vrid=51 src=192.0.2.1 peer=192.0.2.2 n=2");
    hear("1001 alert rule=odd sev=low if=eth0 vlan=7 af=4 vrid=51");
    const struct board_router *r = only();
    assert_int_equal(r->alert_count, 2);
    assert_int_equal(r->worst, SEVERITY_HIGH);
    assert_string_equal(board_alert(r, 0)->rule, "odd");
    assert_string_equal(board_alert(r, 0)->text, "");
    assert_string_equal(board_alert(r, 1)->text, "src=192.0.2.1 peer=192.0.2.2 n=2");
    assert_int_equal(board_alert(r, 1)->severity, SEVERITY_HIGH);
    assert_null(board_alert(r, 2));
    hear("1002 alert rule=new sev=unheard-of if=eth0 vlan=7 af=4 vrid=51");
    assert_int_equal(board_alert(r, 0)->severity, SEVERITY_INFO);
    hear("1003 alert rule=flood sev=crit what=many");
    assert_int_equal(board_totals(board)->alerts, 4);
    assert_int_equal(r->worst, SEVERITY_HIGH);
}

static void bad_and_lost(void **state)
{
    (void)state;
    advert(0, 1, 150, "");
    hear("1000 bad if=eth0 af=4 vrid=51 why=ttl");
    hear("1000 bad if=eth0 af=4 vrid=99 why=ttl");
    hear("1000 bad why=short");
    hear("1000 lost where=capture n=12");
    hear("1000 lost where=limit n=1000");
    assert_int_equal(only()->bad, 1);
    assert_int_equal(board_totals(board)->bad, 3);
    assert_int_equal(board_totals(board)->lost, 12);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *line, *where;
    } rows[] = {
        {"1000 advert if=eth0 af=4 vrid=51 ver=3 prio=150 interval=1s", "src"},
        {"1000 advert if=eth0 af=4 vrid=51 ver=3 prio=300 interval=1s src=192.0.2.1", "prio"},
        {"1000 elected if=eth0 af=4 vrid=51 prio=100 why=first", "active"},
        {"1000 elected af=5 vrid=51 active=192.0.2.1 why=first", "af"},
        {"1000 vacant if=eth0 af=4", "vrid"},
        {"1000 state if=eth0 af=4 vrid=51 from=init to=bed", "to"},
        {"1000 clock boot=b source=live", "mono"},
    };

    for (size_t i = 0; i < nitems(rows); i++) {
        const char *where = "";
        assert_false(hear_at(0, rows[i].line, &where));
        assert_string_equal(where, rows[i].where);
    }
    assert_int_equal(board_totals(board)->routers, 0);
    hear("1000 something new=yes");
}

#define BOARD_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOARD_TEST(an_advert_makes_a_virtual_router),
        BOARD_TEST(a_change_has_its_cause_and_gap),
        BOARD_TEST(silence_makes_it_vacant),
        BOARD_TEST(jitter),
        BOARD_TEST(after_sixteen_each_is_a_sixteenth),
        BOARD_TEST(one_frame_seen_twice_counts_once),
        BOARD_TEST(a_resign_shows),
        BOARD_TEST(who_speaks_beside_the_active_is_a_rival),
        BOARD_TEST(the_longest_untold_makes_room),
        BOARD_TEST(the_longest_silent_speaker_makes_room),
        BOARD_TEST(the_newest_changes_stay),
        BOARD_TEST(a_step_of_the_wall_clock_is_none),
        BOARD_TEST(another_boot_goes_on_by_its_time),
        BOARD_TEST(time_never_goes_back),
        BOARD_TEST(a_live_source_lives_on),
        BOARD_TEST(of_a_file_time_is_in_its_lines),
        BOARD_TEST(a_line_without_time_is_of_now),
        BOARD_TEST(ends_of_the_range),
        BOARD_TEST(elected_counts_without_adverts),
        BOARD_TEST(elected_says_nothing_new_beside_adverts),
        BOARD_TEST(own_state),
        BOARD_TEST(alerts),
        BOARD_TEST(bad_and_lost),
        BOARD_TEST(what_is_wrong_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
