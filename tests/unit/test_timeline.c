/* Facts from lines (core/timeline.h): reigns and how they began, who spoke beside whom, announcements, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/timeline.h"

#define EPOCH  INT64_C(1795317240)
#define MS(ms) ((usec)(ms)*1000)
#define AT(ms) ((instant){EPOCH * SECOND + MS(ms)})

struct story {
    struct timeline *timeline;
};

static int setup(void **state)
{
    static struct story story;

    story.timeline = timeline_new();
    *state = &story;
    return story.timeline == NULL;
}

static int teardown(void **state)
{
    struct story *s = *state;

    timeline_free(s->timeline);
    return 0;
}

/* A line after its TIME, so many milliseconds after the epoch. */
static bool tell(struct story *s, int64_t ms, const char *rest)
{
    char text[512];
    const char *where = NULL;
    struct span word;
    struct line l;
    int length =
        snprintf(text, sizeof text, "%lld.%03d000000 %s", (long long)(EPOCH + ms / 1000), (int)(ms % 1000), rest);

    assert_int_equal(line_parse(&l, text, (size_t)length, &word), LINE_OK);
    return timeline_line(s->timeline, &l, (stamp){0}, &where);
}

static void advert(struct story *s, int64_t ms, int host, int prio)
{
    char text[256];

    snprintf(text, sizeof text,
             "advert if=eth0 af=4 vrid=51 ver=3 prio=%d interval=1s src=192.0.2.%d smac=02:00:00:00:00:%02x "
             "cksum=pseudo auth=none ip=192.0.2.100,192.0.2.101",
             prio, host, (unsigned)host);
    assert_true(tell(s, ms, text));
}

/* Each second. */
static void adverts(struct story *s, int64_t from, int64_t to, int host, int prio)
{
    for (int64_t ms = from; ms <= to; ms += 1000)
        advert(s, ms, host, prio);
}

static const struct timeline_router *router(const struct story *s)
{
    assert_int_equal(s->timeline->count, 1);
    return s->timeline->routers[0];
}

static const struct reign *reign(const struct story *s, int index)
{
    assert_true(index < timeline_reigns(router(s)));
    return timeline_reign(router(s), index);
}

static void test_silence(void **state)
{
    struct story *s = *state;

    adverts(s, 0, 5000, 2, 150);
    adverts(s, 8609, 9609, 3, 100);
    timeline_end(s->timeline);
    assert_int_equal(timeline_reigns(router(s)), 2);
    assert_int_equal(reign(s, 0)->end, REIGN_TAKEN);
    assert_int_equal(reign(s, 0)->taken, ELECTED_TIMED_OUT);
    assert_int_equal(reign(s, 0)->to.us, AT(5000).us);
    assert_int_equal(reign(s, 0)->adverts, 6);
    const struct failover *f = &reign(s, 1)->how;
    assert_int_equal(f->t1.us, AT(5000).us);
    assert_int_equal(f->t2.us, AT(8609).us);
    assert_int_equal(f->t0.us, INSTANT_NEVER.us);
    assert_int_equal(f->was.prio, 150);
    assert_int_equal(f->now.prio, 100);
    assert_int_equal(f->vips, 2);
    assert_int_equal(reign(s, 1)->end, REIGN_GOES_ON);
    assert_int_equal(timeline_speaker(router(s), &f->was.ip)->active, MS(5000));
    assert_int_equal(timeline_speaker(router(s), &f->now.ip)->active, MS(1000));
}

static void test_resign(void **state)
{
    struct story *s = *state;

    adverts(s, 0, 2000, 2, 150);
    advert(s, 2500, 2, 0);
    advert(s, 3109, 3, 100);
    timeline_end(s->timeline);
    assert_true(reign(s, 0)->resigned);
    assert_int_equal(reign(s, 0)->to.us, AT(2500).us);
    assert_int_equal(reign(s, 1)->how.t0.us, AT(2500).us);
    assert_int_equal(reign(s, 1)->how.t1.us, AT(2000).us);
}

static void test_preempted(void **state)
{
    struct story *s = *state;

    adverts(s, 0, 2000, 3, 100);
    advert(s, 2200, 2, 150);
    for (int64_t ms = 3000; ms <= 5000; ms += 1000) { /* it does not hear */
        advert(s, ms, 3, 100);
        advert(s, ms + 200, 2, 150);
    }
    adverts(s, 6200, 9200, 2, 150);
    timeline_end(s->timeline);
    assert_int_equal(timeline_reigns(router(s)), 2);
    assert_int_equal(reign(s, 0)->to.us, AT(2200).us);
    assert_int_equal(reign(s, 1)->how.why, ELECTED_PREEMPTED);
    assert_int_equal(reign(s, 1)->how.was_after.us, AT(5000).us);
    assert_int_equal(router(s)->beside_count, 1);
    assert_true(router(s)->besides[0].after_reign);
    assert_int_equal(router(s)->besides[0].from.us, AT(2200).us);
}

/* The new one dies while the old one speaks on: two were Active until then. */
static void test_old_one_outlives(void **state)
{
    struct story *s = *state;

    adverts(s, 0, 2000, 3, 100);
    advert(s, 2200, 2, 150);
    advert(s, 3000, 3, 100);
    advert(s, 3200, 2, 150);
    adverts(s, 4000, 6000, 3, 100);
    timeline_end(s->timeline);
    assert_int_equal(reign(s, 1)->how.was_after.us, AT(4000).us);
}

/* In order of time, as they would be heard. */
static void both(struct story *s, int64_t from, int64_t to)
{
    for (int64_t ms = from; ms <= to; ms += 1000) {
        advert(s, ms, 2, 150);
        advert(s, ms + 300, 3, 100);
    }
}

static void test_beside(void **state)
{
    struct story *s = *state;

    adverts(s, 0, 1000, 2, 150);
    both(s, 2000, 6000);
    adverts(s, 7000, 20000, 2, 150);
    timeline_end(s->timeline);
    assert_int_equal(timeline_reigns(router(s)), 1);
    assert_int_equal(router(s)->beside_count, 1);
    const struct beside *b = &router(s)->besides[0];
    assert_int_equal(b->prio, 100);
    assert_int_equal(b->adverts, 5);
    assert_int_equal(b->from.us, AT(2300).us);
    assert_int_equal(b->to.us, AT(6300).us);
    assert_int_equal(router(s)->beside_total, MS(4000));
}

/* The lower one spoke all the time; when the other dies it is Active, but waited for nothing. */
static void test_isolated(void **state)
{
    struct story *s = *state;

    adverts(s, 0, 1000, 2, 150);
    both(s, 2000, 6000);
    adverts(s, 7300, 12300, 3, 100);
    timeline_end(s->timeline);
    assert_int_equal(timeline_reigns(router(s)), 2);
    assert_true(reign(s, 1)->how.beside);
    assert_true(reign(s, 0)->taken_beside);
    assert_int_equal(reign(s, 1)->how.t2.us, AT(2300).us);
    assert_int_equal(reign(s, 1)->how.was_after.us, AT(6000).us);
}

/* A takeover before its time is one when the old one never speaks again. */
static void test_early(void **state)
{
    struct story *s = *state;

    adverts(s, 0, 5000, 2, 150);
    adverts(s, 7600, 12600, 3, 100);
    timeline_end(s->timeline);
    assert_int_equal(timeline_reigns(router(s)), 2);
    assert_false(reign(s, 1)->how.beside);
    assert_int_equal(reign(s, 1)->how.t2.us, AT(7600).us);
    assert_int_equal(reign(s, 1)->from.us, AT(7600).us);
}

static void test_one_advert_beside(void **state)
{
    struct story *s = *state;

    adverts(s, 0, 5000, 2, 150);
    advert(s, 5300, 3, 100);
    adverts(s, 6000, 9000, 2, 150);
    timeline_end(s->timeline);
    assert_int_equal(router(s)->beside_count, 0);
}

static void test_vacant(void **state)
{
    struct story *s = *state;

    adverts(s, 0, 5000, 2, 150);
    tell(s, 20000, "tick every=100ms");
    advert(s, 30000, 2, 150);
    timeline_end(s->timeline);
    assert_int_equal(reign(s, 0)->end, REIGN_VACANT);
    assert_int_equal(reign(s, 0)->vacant.us, AT(9000).us);
    assert_true(reign(s, 1)->how.was_vacant);
    assert_int_equal(timeline_speaker(router(s), &reign(s, 0)->who)->active, MS(5000));
}

static void test_seen_twice(void **state)
{
    struct story *s = *state;

    advert(s, 0, 2, 150);
    advert(s, 0, 2, 150);
    advert(s, 1000, 2, 0);
    advert(s, 1000, 2, 0);
    assert_int_equal(router(s)->twice, 2);
    assert_int_equal(router(s)->speakers[0]->adverts, 2);
}

static void test_candidates(void **state)
{
    struct story *s = *state;

    advert(s, 0, 2, 150);
    advert(s, 100, 5, 210);
    advert(s, 200, 5, 0);
    advert(s, 300, 4, 120);
    advert(s, 310, 3, 110);
    advert(s, 9000, 6, 90);
    const struct failover *f = &reign(s, timeline_reigns(router(s)) - 1)->how;
    assert_int_equal(f->now.ip.bytes[3], 6);
    assert_true(f->candidate_count >= 2);
    assert_true(f->candidates[0].prio >= f->candidates[1].prio);
}

static void announce(struct story *s, int64_t ms, const char *ip, int host)
{
    char text[128];

    snprintf(text, sizeof text, "announce if=eth0 af=4 ip=%s mac=02:00:00:00:00:%02x op=garp", ip, (unsigned)host);
    assert_true(tell(s, ms, text));
}

/* A new Active may announce before it advertises. */
static void test_announced_before(void **state)
{
    struct story *s = *state;

    adverts(s, 0, 5000, 2, 150);
    announce(s, 7000, "192.0.2.100", 3); /* too early */
    announce(s, 8600, "192.0.2.100", 3);
    announce(s, 8601, "192.0.2.101", 3);
    announce(s, 8602, "192.0.2.100", 4);
    adverts(s, 8609, 9609, 3, 100);
    const struct failover *f = &reign(s, 1)->how;
    assert_int_equal(f->announced[0].count, 1);
    assert_int_equal(f->announced[0].first.us, AT(8609).us);
    assert_int_equal(f->announced[1].count, 1);
    assert_int_equal(router(s)->foreign, 2);
    assert_int_equal(reign(s, 0)->how.foreign, 2);
    assert_int_equal(router(s)->first_foreign.at.us, AT(7000).us);
}

/* With a smaller down factor it speaks before the old one is given up. */
static void test_announced_early(void **state)
{
    struct story *s = *state;

    adverts(s, 0, 5000, 2, 150);
    advert(s, 7609, 3, 100);
    announce(s, 7610, "192.0.2.100", 3);
    assert_int_equal(router(s)->foreign, 1);
    adverts(s, 8609, 9609, 3, 100);
    const struct failover *f = &reign(s, 1)->how;
    assert_int_equal(f->t2.us, AT(7609).us);
    assert_int_equal(f->announced[0].count, 1);
    assert_int_equal(f->announced[0].first.us, AT(7610).us);
    assert_int_equal(router(s)->foreign, 0);
}

/* Both versions at once, as in a migration, are no frame that was seen twice. */
static void test_two_versions(void **state)
{
    struct story *s = *state;

    advert(s, 0, 2, 150);
    assert_true(tell(s, 0, "advert if=eth0 af=4 vrid=51 ver=2 prio=150 interval=1s src=192.0.2.2 ip=192.0.2.100"));
    assert_int_equal(router(s)->twice, 0);
    advert(s, 1000, 2, 150);
    advert(s, 1000, 2, 150);
    assert_int_equal(router(s)->twice, 1);
}

/* A source that begins after a while has not heard what was before. */
static void test_holes(void **state)
{
    struct story *s = *state;

    tell(s, 0, "clock mono=1795317240.000000 boot=file source=file");
    adverts(s, 0, 5000, 2, 150);
    tell(s, 100000, "clock mono=1795317340.000000 boot=file source=file");
    adverts(s, 100000, 105000, 3, 100);
    tell(s, 107000, "clock mono=1795317347.000000 boot=file by=elect");
    tell(s, 108000, "clock mono=1795317348.000000 boot=file source=file"); /* a file of a log: it goes on */
    assert_int_equal(s->timeline->holes, 1);
    assert_int_equal(s->timeline->dark, MS(95000));
    assert_true(reign(s, 0)->unseen);
    assert_int_equal(reign(s, 0)->to.us, AT(5000).us);
    assert_true(failover_unseen(&reign(s, 1)->how));
    assert_int_equal(reign(s, 1)->how.dark_from.us, AT(5000).us);
    assert_int_equal(reign(s, 1)->how.dark_to.us, AT(100000).us);
    adverts(s, 108609, 109609, 2, 150);
    assert_false(failover_unseen(&reign(s, 2)->how));
    assert_false(reign(s, 1)->unseen);
    tell(s, 200000, "clock mono=1.000000 boot=another source=live");
    adverts(s, 200000, 201000, 2, 150); /* perhaps it was Active all the time: no change */
    timeline_end(s->timeline);
    assert_int_equal(timeline_reigns(router(s)), 4);
    assert_true(failover_unseen(&reign(s, 3)->how));
    assert_int_equal(router(s)->ended[ELECTED_TIMED_OUT] + router(s)->ended[ELECTED_PREEMPTED], 2);
}

static void test_older_lines(void **state)
{
    struct story *s = *state;

    adverts(s, 10000, 15000, 2, 150);
    advert(s, 13001, 3, 100); /* late, but no more than two lines of one moment may be */
    assert_int_equal(s->timeline->older, 0);
    assert_int_equal(router(s)->adverts, 7);
    adverts(s, 0, 12000, 3, 100);
    announce(s, 12999, "192.0.2.100", 3);
    assert_int_equal(s->timeline->older, 14);
    assert_int_equal(router(s)->adverts, 7);
    assert_int_equal(router(s)->twice, 0);
    adverts(s, 16000, 17000, 2, 150);
    assert_int_equal(router(s)->adverts, 9);
}

static void test_announcements(void **state)
{
    struct story *s = *state;

    adverts(s, 0, 5000, 2, 150);
    adverts(s, 8609, 8609, 3, 100);
    announce(s, 8611, "192.0.2.100", 3);
    announce(s, 8612, "192.0.2.100", 3);
    announce(s, 8613, "192.0.2.100", 2);
    announce(s, 8614, "192.0.2.77", 3);
    announce(s, 13611, "192.0.2.100", 3);
    const struct failover *f = &reign(s, 1)->how;
    assert_int_equal(f->announced[0].count, 3);
    assert_int_equal(f->announced[0].first.us, AT(8611).us);
    assert_int_equal(f->announced[0].second.us, AT(13611).us);
    assert_int_equal(f->announced[0].second_count, 1);
    assert_int_equal(f->announced[1].count, 0);
    assert_int_equal(f->foreign, 1);
    assert_int_equal(s->timeline->announcements, 5);
    assert_int_equal(router(s)->announced_count, 4);
}

static void test_bad(void **state)
{
    struct story *s = *state;

    advert(s, 0, 2, 150);
    tell(s, 100, "bad if=eth0 af=4 vrid=51 why=checksum src=192.0.2.9");
    tell(s, 200, "bad if=eth0 af=4 vrid=51 why=checksum src=192.0.2.9");
    tell(s, 300, "bad if=eth0 why=short");
    assert_false(tell(s, 400, "bad if=eth0"));
    assert_int_equal(router(s)->bad_kinds, 1);
    assert_int_equal(router(s)->bads[0].count, 2);
    assert_int_equal(s->timeline->bad, 3);
}

/* The wall clock is set back an hour: for the routers nothing happened. */
static void test_clock_step(void **state)
{
    struct story *s = *state;

    tell(s, 3600000, "clock mono=100.000000 boot=a source=live");
    adverts(s, 3600500, 3603500, 2, 150);
    tell(s, 4000, "clock mono=104.000000 boot=a source=live");
    adverts(s, 4500, 6500, 2, 150);
    timeline_end(s->timeline);
    assert_int_equal(s->timeline->steps, 1);
    assert_int_equal(timeline_reigns(router(s)), 1);
    assert_int_equal(reign(s, 0)->to.us, AT(3606500).us);
}

static void test_folded(void **state)
{
    struct story *s = *state;
    const struct timeline_router *r;

    for (int i = 0; i < 100; i++)
        advert(s, i * 4000, 2 + i % 2, 100);
    timeline_end(s->timeline);
    r = router(s);
    assert_int_equal(r->reign_count, 100);
    assert_int_equal(timeline_reigns(r), TIMELINE_REIGNS_FIRST + TIMELINE_REIGNS_LAST);
    assert_int_equal(timeline_reigns_folded(r), 100 - TIMELINE_REIGNS_FIRST - TIMELINE_REIGNS_LAST);
    for (int i = 0; i < timeline_reigns(r); i++)
        assert_int_equal(timeline_reign(r, i)->number,
                         i < TIMELINE_REIGNS_FIRST ? i : 100 - TIMELINE_REIGNS_LAST + i - TIMELINE_REIGNS_FIRST);
}

static void test_crowd(void **state)
{
    struct story *s = *state;

    for (int i = 0; i < 200; i++) {
        advert(s, i * 10, 1, 254);
        advert(s, i * 10 + 5, 2 + i, 100);
    }
    timeline_end(s->timeline);
    assert_int_equal(router(s)->speaker_count, TIMELINE_SPEAKERS);
    assert_int_equal(timeline_reigns(router(s)), 1);
    assert_non_null(timeline_speaker(router(s), &reign(s, 0)->who));
}

static void test_too_many_routers(void **state)
{
    struct story *s = *state;
    char text[160];

    for (int i = 0; i < TIMELINE_ROUTERS + 10; i++) {
        snprintf(text, sizeof text, "advert if=eth%d af=4 vrid=51 ver=3 prio=100 interval=1s src=192.0.2.1", i);
        assert_true(tell(s, i, text));
    }
    timeline_end(s->timeline);
    assert_int_equal(s->timeline->count, TIMELINE_ROUTERS);
    assert_int_equal(s->timeline->unfollowed, 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_silence),
        TEST(test_resign),
        TEST(test_preempted),
        TEST(test_beside),
        TEST(test_isolated),
        TEST(test_old_one_outlives),
        TEST(test_early),
        TEST(test_vacant),
        TEST(test_one_advert_beside),
        TEST(test_seen_twice),
        TEST(test_candidates),
        TEST(test_bad),
        TEST(test_announced_before),
        TEST(test_announced_early),
        TEST(test_older_lines),
        TEST(test_holes),
        TEST(test_two_versions),
        TEST(test_announcements),
        TEST(test_clock_step),
        TEST(test_folded),
        TEST(test_crowd),
        TEST(test_too_many_routers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
