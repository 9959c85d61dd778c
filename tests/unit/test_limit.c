/* What of a flood becomes lines, and what never may be left out: lib/core/limit.h. Time is the frames', so that these
 * floods of some seconds take as long as their frames cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/limit.h"
#include "tests/unit/random.h"

#define MS  INT64_C(1000000)
#define SEC (1000 * MS)

/* Who says what, and where. */
struct voice {
    const char *ifname;
    enum direction dir;
    uint16_t vlan, source, identification; /* source: of IP and MAC address */
    uint8_t af, vrid, prio;
    uint8_t address; /* in its list */
    usec interval;
};

static const struct voice peer = {
    .ifname = "eth0", .dir = DIR_IN, .source = 2, .af = 4, .vrid = 51, .prio = 150, .address = 100, .interval = SECOND};

static struct limit *limit;
static int64_t now;

static int start(void **state)
{
    const struct siphash_key key = {{random_u64(), random_u64()}};
    (void)state;
    now = 1795317129 * SEC;
    limit = limit_new(&key);
    return limit == NULL;
}

static int end(void **state)
{
    (void)state;
    limit_free(limit);
    return 0;
}

/* The advert comes at `now`. Is it told? */
static bool hear(const struct voice *v)
{
    uint8_t addresses[16] = {[3] = v->address};
    struct frame f = {.kind = FRAME_ADVERT, .vlan = v->vlan};
    f.advert = (struct advert){
        .has = HAS_SMAC | HAS_IP,
        .smac = {{2, 0, 0, 0, (uint8_t)(v->source >> 8), (uint8_t)v->source}},
        .af = v->af,
        .src = {v->af, {10, 0, (uint8_t)(v->source >> 8), (uint8_t)v->source}},
        .vrid = v->vrid,
        .prio = v->prio,
        .interval = v->interval,
        .count = 1,
        .addresses = addresses,
    };
    const uint64_t bytes[] = {(uint64_t)v->source << 32 | (uint64_t)v->vlan << 16 | v->identification,
                              (uint64_t)v->vrid << 16 | (uint64_t)v->prio << 8 | v->address, (uint64_t)v->interval};
    struct sighting s = {{now}, LINK_ETHERNET, v->dir, v->ifname, (const uint8_t *)bytes, sizeof bytes};
    return limit_passes(limit, &s, &f);
}

static bool hear_bad(const char *ifname, enum verdict verdict, uint16_t source)
{
    struct frame f = {.kind = FRAME_BAD, .verdict = verdict, .advert = {.src = {4, {10, 0, 0, (uint8_t)source}}}};
    struct sighting s = {{now}, LINK_ETHERNET, DIR_IN, ifname, NULL, 0};
    return limit_passes(limit, &s, &f);
}

/* An announcement of 192.0.2.ADDRESS at `now`, for a MAC address that ends so. */
static bool hear_announcement(uint16_t address, uint32_t mac, enum announce_op op, unsigned flags)
{
    struct frame f = {.kind = FRAME_ANNOUNCE};
    struct sighting s = {{now}, LINK_ETHERNET, DIR_IN, "eth0", NULL, 0};
    f.announce = (struct announce_event){
        .ip = {4, {192, 0, (uint8_t)(address >> 8), (uint8_t)address}},
        .op = op,
        .flags = flags,
        .has_mac = true,
        .mac = {{2, 0, (uint8_t)(mac >> 24), (uint8_t)(mac >> 16), (uint8_t)(mac >> 8), (uint8_t)mac}},
    };
    return limit_passes(limit, &s, &f);
}

/* A hello of HSRP at `now`. */
static bool hear_other(uint8_t source, uint32_t prio)
{
    struct frame f = {.kind = FRAME_OTHER, .advert = {.has = HAS_IP, .af = 4, .src = {4, {10, 0, 0, source}}}};
    struct sighting s = {{now}, LINK_ETHERNET, DIR_IN, "eth0", NULL, 0};
    f.other = (struct other_event){.proto = OTHER_HSRP, .has = OTHER_HAS_PRIO, .prio = prio, .hello = 3 * SECOND};
    return limit_passes(limit, &s, &f);
}

/* From here on nobody is a stranger because of a bucket that is full since the start. */
static void hear_for(const struct voice *v, int times)
{
    for (int i = 0; i < times; i++, now += v->interval * 1000)
        assert_true(hear(v));
    limit_dropped(limit);
}

/* --- what is never limited --- */

static void legitimate_traffic(void **state)
{
    struct voice v = {.ifname = "eth0", .dir = DIR_IN, .prio = 100, .interval = 10 * MILLISECOND};
    (void)state;
    /* 255 virtual routers of each family at 10 ms, all together; those of one family answer as often as they speak */
    for (int round = 0; round < 200; round++, now += 9 * MS) {
        for (unsigned i = 0; i < 3 * 255; i++) {
            v.af = i < 255 ? 6 : 4;
            v.vrid = (uint8_t)(1 + i % 255);
            v.identification++;
            if (!hear(&v))
                fail_msg("round %d, VRID %u", round, v.vrid);
            now += MS / (3 * 255);
        }
    }
    assert_int_equal(limit_dropped(limit), 0);
}

static void many_that_start_at_once(void **state)
{
    static const char *const names[] = {"eth0", "eth1", "eth2", "eth3", "eth4", "eth5", "eth6", "eth7"};
    struct voice v = peer;
    (void)state;
    for (size_t i = 0; i < nitems(names) * 512; i++, now += MS / 100) {
        v.ifname = names[i / 512];
        v.af = i % 2 == 0 ? 4 : 6;
        v.vrid = (uint8_t)(i / 2);
        assert_true(hear(&v));
    }
}

/* --- a frame that is seen twice --- */

static void one_frame_seen_twice(void **state)
{
    (void)state;
    assert_true(hear(&peer));
    now += MS / 2;
    assert_false(hear(&peer));
    assert_int_equal(limit_dropped(limit), 0); /* a mirror port: nothing is lost */
    assert_false(hear(&peer));
    assert_false(hear(&peer));
    assert_int_equal(limit_dropped(limit), 2); /* a loop */
    now += MS / 2;
    assert_true(hear(&peer));
    assert_false(hear(&peer));
    assert_int_equal(limit_dropped(limit), 0);
}

static void frames_that_only_look_the_same(void **state)
{
    char name[] = "eth0";
    struct voice others[] = {peer, peer, peer};
    (void)state;
    others[0].vlan = 7;
    others[1].source = 3;
    others[2].identification = 1;
    assert_true(hear(&peer));
    for (size_t i = 0; i < nitems(others); i++)
        assert_true(hear(&others[i]));
    for (int i = 0; i < 26; i++) {
        struct voice v = peer;
        name[3] = (char)('a' + i);
        v.ifname = name;
        assert_true(hear(&v));
        v.dir = DIR_OUT;
        assert_true(hear(&v));
    }
}

/* Active, resigned, Active again: all within 1 ms. Without the last one the peer would be taken for gone. */
static void what_came_between_counts(void **state)
{
    struct voice resign = peer;
    (void)state;
    resign.prio = 0;
    for (int i = 0; i < 3; i++) {
        assert_true(hear(&peer));
        assert_true(hear(&resign));
    }
    assert_true(hear(&peer));
}

/* --- floods --- */

/* `count` frames of other voices before the next one of interest, evenly; returns how many of them were told. */
static int flood_for(int64_t time, int count, void (*next)(struct voice *v))
{
    struct voice v = peer;
    int64_t begin = now;
    int told = 0;
    for (int i = 0; i < count; i++) {
        next(&v);
        now = begin + time * i / count;
        told += hear(&v);
    }
    now = begin + time;
    return told;
}

static void next_lower(struct voice *v)
{
    v->source = 66;
    v->prio = 50;
    v->identification++;
}

static void next_random(struct voice *v)
{
    v->source = (uint16_t)random_range(1000, 65535);
    v->vrid = (uint8_t)random_range(1, 255);
    v->prio = (uint8_t)random_range(1, 254);
    v->address = (uint8_t)random_range(0, 255);
}

static void next_in_the_peers_name(struct voice *v)
{
    next_random(v);
    v->source = peer.source;
    v->vrid = peer.vrid;
    v->interval = (usec)random_range(1, 4095) * 10 * MILLISECOND;
}

/* Speakers that come again and again, as real ones do. */
static unsigned liars, liar;
static void next_liar(struct voice *v)
{
    liar = (liar + 1) % liars;
    v->source = (uint16_t)(1000 + liar);
    v->vrid = (uint8_t)(1 + liar % 255);
    v->interval = 10 * MILLISECOND;
    v->identification++;
}

static void one_speaker_that_floods(void **state)
{
    (void)state;
    int told = flood_for(5 * SEC, 500000, next_lower);
    assert_in_range(told, 5 * 16, 5 * 16 + 40);
    assert_int_equal(limit_dropped(limit), 500000 - told);
}

/* What differs in anything but its packet's identification is something else. */
static void who_says_something_else_is_heard(void **state)
{
    struct voice others[9] = {peer, peer, peer, peer, peer, peer, peer, peer, peer};
    (void)state;
    others[0].ifname = "eth1";
    others[1].dir = DIR_OUT;
    others[2].vlan = 7;
    others[3].source = 3;
    others[4].af = 6;
    others[5].vrid = 52;
    others[6].prio = 0;
    others[7].address = 101;
    others[8].interval = 500 * MILLISECOND;
    for (size_t i = 0; i < nitems(others); i++)
        assert_true(hear(&others[i]));
    for (struct voice v = peer; hear(&v);)
        v.identification++;
    for (size_t i = 0; i < nitems(others); i++) {
        others[i].identification = 1;
        assert_true(hear(&others[i]));
    }
}

/* The peer's own words, a hundred thousand times a second: it is never silent for long. */
static void replayed_words_go_on(void **state)
{
    int64_t last = now, longest = 0;
    struct voice v = peer;
    (void)state;
    hear_for(&peer, 3);
    for (int i = 0; i < 300000; i++, now += MS / 100) {
        v.identification++;
        if (!hear(&v))
            continue;
        longest = i > 0 && now - last > longest ? now - last : longest;
        last = now;
    }
    assert_in_range(longest, SEC / 16, SEC / 16 + MS);
}

/* A peer at 100 ms, known since a while, is told each time, whatever there is besides; and that is most_told lines. */
static void peer_is_heard(void (*next)(struct voice *v), int a_second, int most_told)
{
    struct voice v = peer;
    int told = 0;
    v.interval = 100 * MILLISECOND;
    hear_for(&v, 30);
    for (int i = 0; i < 50; i++) {
        told += flood_for(SEC / 10, a_second / 10, next);
        v.identification++;
        assert_true(hear(&v));
    }
    if (told > most_told)
        fail_msg("%d lines of 5 s", told);
}

static void strangers_do_not_drown_a_peer(void **state)
{
    (void)state;
    peer_is_heard(next_random, 200000, 512 + 5 * 100 + 1000);
}

static void nor_does_who_speaks_in_its_name(void **state)
{
    (void)state;
    peer_is_heard(next_in_the_peers_name, 200000, 5 * 20 + 20 + 1000);
}

static void nor_do_many_that_look_real(void **state)
{
    (void)state;
    liars = 4096;
    peer_is_heard(next_liar, 400000, 5 * 120000 + 10000);
}

/* More than can be remembered: who was there first keeps his place. */
static void nor_do_more_than_can_be_remembered(void **state)
{
    (void)state;
    liars = 60000;
    peer_is_heard(next_liar, 400000, 5 * 120000 + 10000);
}

static void a_resign_comes_through(void **state)
{
    struct voice resign = peer;
    (void)state;
    hear_for(&peer, 3);
    flood_for(SEC, 200000, next_random);
    resign.prio = 0;
    assert_true(hear(&resign));
}

/* How many times somebody has to say something new before it is told. */
static int times_until_told(const struct voice *v, int a_second, void (*next)(struct voice *v))
{
    for (int times = 1; times < 100; times++) {
        if (hear(v))
            return times;
        flood_for(v->interval * 1000, (int)(a_second * v->interval / SECOND), next);
    }
    return 100;
}

static void who_is_new_is_heard_soon(void **state)
{
    int times = 0;
    (void)state;
    for (uint16_t i = 0; i < 20; i++) {
        struct voice v = peer;
        v.source = (uint16_t)(300 + i);
        flood_for(SEC, 100000, next_random);
        times += times_until_told(&v, 100000, next_random);
    }
    assert_in_range(times, 20, 100); /* about three times each, at 1 s; faster speakers are heard at the second */
    struct voice fast = peer;
    fast.interval = 100 * MILLISECOND;
    assert_in_range(times_until_told(&fast, 100000, next_random), 1, 4);
}

static void a_new_priority_is_heard_soon(void **state)
{
    struct voice v = peer;
    (void)state;
    hear_for(&peer, 3);
    flood_for(SEC, 100000, next_in_the_peers_name);
    v.prio = 120;
    assert_in_range(times_until_told(&v, 100000, next_in_the_peers_name), 1, 20);
}

/* --- what is not valid --- */

static void each_rule_has_its_bucket(void **state)
{
    int told = 0;
    (void)state;
    for (uint16_t i = 0; i < 50000; i++, now += MS / 50)
        told += hear_bad("eth0", VERDICT_CHECKSUM, i);
    assert_in_range(told, 200, 200 + 100 + 1);
    assert_int_equal(limit_dropped(limit), 50000 - told);
    assert_false(hear_bad("eth0", VERDICT_CHECKSUM, 1));
    assert_true(hear_bad("eth0", VERDICT_TTL, 1));
    assert_true(hear_bad("eth1", VERDICT_CHECKSUM, 1));
    assert_true(hear(&peer));
    now += 20 * MS;
    assert_true(hear_bad("eth0", VERDICT_CHECKSUM, 1));
}

/* --- announcements and other protocols --- */

/* 4,000 addresses, each announced five times at once and five times 5 s later. */
static void a_takeover_is_told_whole(void **state)
{
    (void)state;
    for (int turn = 0; turn < 2; turn++, now += 5 * SEC)
        for (uint16_t i = 0; i < 4000; i++, now += MS / 10)
            for (int n = 0; n < 5; n++)
                assert_true(hear_announcement(i, 1, ANNOUNCE_GARP, 0));
    assert_int_equal(limit_dropped(limit), 0);
}

static void one_announcement_again_and_again(void **state)
{
    int told = 0;
    (void)state;
    for (int i = 0; i < 500000; i++, now += MS / 100)
        told += hear_announcement(1, 1, ANNOUNCE_GARP, 0);
    assert_in_range(told, 5 * 16, 5 * 16 + 40);
    assert_int_equal(limit_dropped(limit), 500000 - told);
}

/* Whoever says where an address lives cannot use up what another address needs, nor what is said of it otherwise. */
static void random_announcements(void **state)
{
    int told = 0;
    (void)state;
    assert_true(hear_announcement(1, 1, ANNOUNCE_GARP, 0));
    for (int i = 0; i < 100000; i++, now += MS / 50)
        told += hear_announcement(1, (uint32_t)random_range(1000, UINT32_MAX), ANNOUNCE_GARP, 0);
    assert_in_range(told, 40, 70); /* 20 a second and 20 at once, and what comes again by chance */
    assert_true(hear_announcement(1, 1, ANNOUNCE_GARP, 0));
    assert_true(hear_announcement(2, 2, ANNOUNCE_GARP, 0));
    assert_true(hear(&peer));
}

/* A busy router answers many: that is one line a second, and nothing is lost. */
static void answers_are_told_once_a_second(void **state)
{
    int told = 0, na = 0;
    (void)state;
    for (int i = 0; i < 3000; i++, now += MS) {
        told += hear_announcement(1, 1, ANNOUNCE_REPLY, 0);
        na += hear_announcement(2, 1, ANNOUNCE_NA, ANNOUNCE_SOLICITED);
    }
    assert_int_equal(told, 3);
    assert_int_equal(na, 3);
    assert_true(hear_announcement(1, 2, ANNOUNCE_REPLY, 0));
    assert_true(hear_announcement(1, 1, ANNOUNCE_REPLY, ANNOUNCE_DST_MAC));
    assert_int_equal(limit_dropped(limit), 0);
}

static void other_protocols_are_as_adverts(void **state)
{
    int told = 0;
    (void)state;
    for (int i = 0; i < 500000; i++, now += MS / 100)
        told += hear_other(1, 100);
    assert_in_range(told, 5 * 16, 5 * 16 + 40);
    assert_true(hear_other(1, 101));
    for (int i = 0; i < 100000; i++, now += MS / 100)
        hear_other((uint8_t)random_u64(), (uint32_t)random_u64());
    assert_true(hear_other(1, 100));
    assert_true(hear(&peer)); /* strangers of one protocol take nothing from another */
}

/* --- clocks --- */

static void a_clock_that_is_set(void **state)
{
    struct voice v = peer;
    (void)state;
    hear_for(&peer, 10);
    flood_for(SEC, 100000, next_random);
    for (uint16_t i = 0; i < 3000; i++)
        hear_bad("eth0", VERDICT_CHECKSUM, 1);
    now -= 3600 * SEC;
    assert_true(hear(&peer));
    assert_true(hear_bad("eth0", VERDICT_CHECKSUM, 1));
    v.prio = 0;
    assert_true(hear(&v));
    v.source = 3;
    assert_true(hear(&v));
    now += 86400 * SEC;
    peer_is_heard(next_random, 100000, 512 + 5 * 100 + 1000);
}

/* Who was there first keeps his place when the clock is set back, too. */
static void a_clock_that_is_set_back(void **state)
{
    struct voice v = peer;
    (void)state;
    v.interval = 100 * MILLISECOND;
    hear_for(&v, 30);
    now -= 3600 * SEC;
    assert_true(hear(&v));
    liars = 60000;
    for (int i = 0; i < 20; i++) {
        flood_for(SEC / 10, 40000, next_liar);
        v.identification++;
        assert_true(hear(&v));
    }
}

#define with_limit(test) cmocka_unit_test_setup_teardown(test, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_limit(legitimate_traffic),
        with_limit(many_that_start_at_once),
        with_limit(one_frame_seen_twice),
        with_limit(frames_that_only_look_the_same),
        with_limit(what_came_between_counts),
        with_limit(one_speaker_that_floods),
        with_limit(who_says_something_else_is_heard),
        with_limit(replayed_words_go_on),
        with_limit(strangers_do_not_drown_a_peer),
        with_limit(nor_does_who_speaks_in_its_name),
        with_limit(nor_do_many_that_look_real),
        with_limit(nor_do_more_than_can_be_remembered),
        with_limit(a_resign_comes_through),
        with_limit(who_is_new_is_heard_soon),
        with_limit(a_new_priority_is_heard_soon),
        with_limit(each_rule_has_its_bucket),
        with_limit(a_takeover_is_told_whole),
        with_limit(one_announcement_again_and_again),
        with_limit(random_announcements),
        with_limit(answers_are_told_once_a_second),
        with_limit(other_protocols_are_as_adverts),
        with_limit(a_clock_that_is_set),
        with_limit(a_clock_that_is_set_back),
    };
    random_start("test_limit");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
