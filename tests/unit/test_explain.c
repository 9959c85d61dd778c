/* What a failover means (core/explain.h), each row one of them: RFC 9568 6.1 and 6.4, RFC 3768 6.1 and 6.4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/explain.h"

#define MS(ms) ((usec)((ms)*1000 + ((ms) < 0 ? -0.5 : 0.5)))
#define NEVER  INT64_MIN

static instant at(usec us)
{
    return us == NEVER ? INSTANT_NEVER : (instant){100 * SECOND + us};
}

static struct ip host(uint8_t n)
{
    return (struct ip){.family = 4, .bytes = {192, 0, 2, n}};
}

/* Times from t1 on. Zeros: version 3, interval 1 s, old Active 192.0.2.2 with 150, new one 192.0.2.3 with 100. */
struct row {
    const char *name;
    enum elected_why why;
    uint8_t version, was_prio, now_prio, now_host;
    usec interval, t0, t2, was_after;
    bool beside, vacant;
    enum cause cause;
    usec theory; /* NEVER: none */
    bool nominal;
    int64_t k; /* -1: none */
    usec two_actives;
};

static const struct row rows[] = {
    {"9568 6.1: 3 A + Skew_Time of the new one", .why = ELECTED_TIMED_OUT, .t0 = NEVER, .t2 = MS(3609.4),
     .was_after = NEVER, .cause = CAUSE_NO_RESPONSE, .theory = 3609375, .nominal = true, .k = 3},
    {"9568 6.1: Skew_Time in intervals", .why = ELECTED_TIMED_OUT, .interval = MS(100), .t0 = NEVER, .t2 = MS(361),
     .was_after = NEVER, .cause = CAUSE_NO_RESPONSE, .theory = 360938, .nominal = true, .k = 3},
    {"3768 6.1: Skew_Time in seconds", .why = ELECTED_TIMED_OUT, .version = 2, .interval = 5 * SECOND, .t0 = NEVER,
     .t2 = MS(15610), .was_after = NEVER, .cause = CAUSE_NO_RESPONSE, .theory = 15609375, .nominal = true, .k = 3},
    {"5 % of an interval late is nominal", .why = ELECTED_TIMED_OUT, .t0 = NEVER, .t2 = 3609375 + MS(50),
     .was_after = NEVER, .cause = CAUSE_NO_RESPONSE, .theory = 3609375, .nominal = true, .k = 3},
    {"more is not", .why = ELECTED_TIMED_OUT, .t0 = NEVER, .t2 = 3609376 + MS(50), .was_after = NEVER,
     .cause = CAUSE_NO_RESPONSE, .theory = 3609375, .nominal = false, .k = 3},
    {"10 ms are nominal at short intervals", .why = ELECTED_TIMED_OUT, .interval = MS(10), .t0 = NEVER,
     .t2 = 36094 + MS(10), .was_after = NEVER, .cause = CAUSE_NO_RESPONSE, .theory = 36094, .nominal = true, .k = 4},
    {"late: five intervals", .why = ELECTED_TIMED_OUT, .t0 = NEVER, .t2 = MS(5610), .was_after = NEVER,
     .cause = CAUSE_NO_RESPONSE, .theory = 3609375, .nominal = false, .k = 5},
    {"early: two intervals", .why = ELECTED_TIMED_OUT, .t0 = NEVER, .t2 = MS(2610), .was_after = NEVER,
     .cause = CAUSE_NO_RESPONSE, .theory = 3609375, .nominal = false, .k = 2},
    {"nobody for long", .why = ELECTED_TIMED_OUT, .t0 = NEVER, .t2 = 60 * SECOND, .was_after = NEVER, .vacant = true,
     .cause = CAUSE_NO_RESPONSE, .theory = 3609375, .nominal = false, .k = 59},
    {"9568 6.4.2: resign, Skew_Time", .why = ELECTED_RESIGNED, .t0 = MS(500), .t2 = MS(1109), .was_after = NEVER,
     .cause = CAUSE_RESIGNED, .theory = 609375, .nominal = true, .k = -1},
    {"3768 6.4.2: resign, Skew_Time in seconds", .why = ELECTED_RESIGNED, .version = 2, .interval = 5 * SECOND,
     .t0 = MS(500), .t2 = MS(1109), .was_after = NEVER, .cause = CAUSE_RESIGNED, .theory = 609375, .nominal = true,
     .k = -1},
    {"resigned long before", .why = ELECTED_TIMED_OUT, .t0 = MS(500), .t2 = MS(9000), .was_after = NEVER,
     .vacant = true, .cause = CAUSE_RESIGNED, .theory = 609375, .nominal = false, .k = -1},
    {"9568 6.4.2: preempted", .why = ELECTED_PREEMPTED, .now_prio = 200, .t0 = NEVER, .t2 = MS(300), .was_after = NEVER,
     .cause = CAUSE_PREEMPTED, .theory = NEVER, .k = -1},
    {"preempted, and it does not hear it", .why = ELECTED_PREEMPTED, .now_prio = 200, .t0 = NEVER, .t2 = MS(300),
     .was_after = MS(9300), .cause = CAUSE_PREEMPTED, .theory = NEVER, .k = -1, .two_actives = MS(9000)},
    {"9568 6.4.3: tie-break", .why = ELECTED_TIE_BREAK, .now_prio = 150, .t0 = NEVER, .t2 = MS(300), .was_after = NEVER,
     .cause = CAUSE_TIE_BREAK, .theory = NEVER, .k = -1},
    {"spoke beside it: it does not hear it", .why = ELECTED_TIMED_OUT, .t0 = NEVER, .t2 = MS(-5000), .was_after = 0,
     .beside = true, .cause = CAUSE_ISOLATION, .theory = NEVER, .k = -1, .two_actives = MS(5000)},
    {"came back", .why = ELECTED_TIMED_OUT, .now_host = 2, .now_prio = 150, .t0 = NEVER, .t2 = MS(9000),
     .was_after = NEVER, .vacant = true, .cause = CAUSE_RETURNED, .theory = NEVER, .k = -1},
    {"came back after a resign", .why = ELECTED_RESIGNED, .now_host = 2, .now_prio = 150, .t0 = MS(500), .t2 = MS(700),
     .was_after = NEVER, .cause = CAUSE_RETURNED, .theory = NEVER, .k = -1},
};

static struct failover failover_of(const struct row *r)
{
    struct failover f = {.why = r->why, .beside = r->beside, .was_vacant = r->vacant};

    f.was.ip = host(2);
    f.was.prio = r->was_prio ? r->was_prio : 150;
    f.was.manner.version = f.now.manner.version = r->version ? r->version : 3;
    f.was.manner.interval = f.now.manner.interval = r->interval ? r->interval : SECOND;
    f.now.ip = host(r->now_host ? r->now_host : 3);
    f.now.prio = r->now_prio ? r->now_prio : 100;
    f.t1 = at(0);
    f.t0 = at(r->t0);
    f.t2 = at(r->t2);
    f.was_after = at(r->was_after);
    f.was.since = f.now.since = at(-60 * SECOND);
    return f;
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < nitems(rows); i++) {
        const struct row *r = &rows[i];
        struct failover f = failover_of(r);
        struct explanation e;

        explain_failover(&e, &f, false);
        print_message("# %s\n", r->name);
        assert_string_equal(cause_name(e.cause), cause_name(r->cause));
        assert_int_equal(e.has_theory, r->theory != NEVER);
        if (e.has_theory) {
            assert_int_equal(e.theory, r->theory);
            assert_int_equal(e.observed, r->t2 - (r->t0 == NEVER ? 0 : r->t0));
            assert_int_equal(e.difference, e.observed - r->theory);
            assert_int_equal(e.nominal, r->nominal);
        }
        assert_int_equal(e.has_k, r->k >= 0);
        if (e.has_k)
            assert_int_equal(e.k, r->k);
        assert_int_equal(e.two_actives, r->two_actives);
    }
}

static void test_first(void **state)
{
    struct failover f = {.t0 = INSTANT_NEVER, .t1 = INSTANT_NEVER, .t2 = at(0), .was_after = INSTANT_NEVER};
    struct explanation e;
    (void)state;

    f.now.ip = host(3);
    explain_failover(&e, &f, true);
    assert_int_equal(e.cause, CAUSE_FIRST);
    assert_false(e.has_theory);
    assert_false(e.has_outage);
}

/* The capture begins with a resign: when it spoke last is not known. */
static void test_resign_first(void **state)
{
    struct row r = {.why = ELECTED_RESIGNED, .t0 = 0, .t2 = MS(609), .was_after = NEVER};
    struct failover f = failover_of(&r);
    struct explanation e;
    (void)state;

    f.t1 = INSTANT_NEVER;
    explain_failover(&e, &f, false);
    assert_int_equal(e.cause, CAUSE_RESIGNED);
    assert_true(e.nominal);
    assert_int_equal(e.failed_from.us, INSTANT_NEVER.us);
}

static void test_failure_window(void **state)
{
    struct row r = {.why = ELECTED_TIMED_OUT, .t0 = NEVER, .t2 = MS(3609), .was_after = NEVER};
    struct failover f = failover_of(&r);
    struct explanation e;
    (void)state;

    explain_failover(&e, &f, false);
    assert_int_equal(e.failed_from.us, at(0).us);
    assert_int_equal(e.failed_to.us, at(SECOND).us);
}

static void test_candidates(void **state)
{
    struct row r = {.why = ELECTED_TIMED_OUT, .t0 = NEVER, .t2 = MS(3609), .was_after = NEVER};
    struct failover f = failover_of(&r);
    struct explanation e;
    (void)state;

    f.candidate_count = 4;
    f.candidates[0] = (struct candidate){host(9), 200, at(MS(-9000)), false};
    f.candidates[1] = (struct candidate){host(8), 120, at(MS(-9000)), true};
    f.candidates[2] = (struct candidate){host(4), 100, at(MS(-9000)), false};
    f.candidates[3] = (struct candidate){host(1), 100, at(MS(-9000)), false};
    explain_failover(&e, &f, false);
    assert_int_equal(e.candidates[0].due.us, at(3 * SECOND + 218750).us);
    assert_true(e.candidates[0].better && !e.candidates[0].excused);
    assert_true(e.candidates[1].better && e.candidates[1].excused);
    assert_true(e.candidates[2].better); /* its address is higher */
    assert_false(e.candidates[3].better);
    assert_int_equal(e.silent_better, 2);
    /* after a resign they were due earlier */
    f.why = ELECTED_RESIGNED;
    f.t0 = at(MS(3000));
    explain_failover(&e, &f, false);
    assert_int_equal(e.candidates[0].due.us, at(MS(3000) + 218750).us);
}

struct outage {
    const char *name;
    enum elected_why why;
    usec t0, t2, first, second; /* of two addresses, after t2; NEVER: not announced */
    bool announcements, virtual_mac;
    bool open;
    usec min, max;
};

static const struct outage outages[] = {
    {"silence: the failure is within an interval", ELECTED_TIMED_OUT, NEVER, MS(3609), MS(1), MS(3), true, false, false,
     MS(2610), MS(3612)},
    {"a virtual MAC address moves with the advert", ELECTED_TIMED_OUT, NEVER, MS(3609), NEVER, NEVER, true, true, false,
     MS(2609), MS(3609)},
    {"one address was not announced", ELECTED_TIMED_OUT, NEVER, MS(3609), MS(1), NEVER, true, false, true, MS(2609),
     MS(3610)},
    {"nothing is known of announcements", ELECTED_TIMED_OUT, NEVER, MS(3609), NEVER, NEVER, false, false, true,
     MS(2609), MS(3609)},
    {"resign: from that moment", ELECTED_RESIGNED, MS(100), MS(709), MS(1), MS(2), true, false, false, MS(610),
     MS(611)},
    {"preempted: until they learnt of it", ELECTED_PREEMPTED, NEVER, MS(300), MS(1), MS(2), true, false, false, 0,
     MS(2)},
};

static void test_outages(void **state)
{
    (void)state;
    for (size_t i = 0; i < nitems(outages); i++) {
        const struct outage *o = &outages[i];
        struct row r = {.why = o->why, .t0 = o->t0, .t2 = o->t2, .was_after = NEVER};
        struct failover f = failover_of(&r);
        struct explanation e;

        f.vips = f.vip_count = 2;
        f.was.manner.virtual_mac = f.now.manner.virtual_mac = o->virtual_mac;
        f.announced[0] = (struct vip){.ip = host(100), .count = o->first != NEVER, .first = at(o->t2 + o->first)};
        f.announced[1] = (struct vip){.ip = host(101), .count = o->second != NEVER, .first = at(o->t2 + o->second)};
        print_message("# %s\n", o->name);
        explain_failover(&e, &f, o->announcements);
        assert_true(e.has_outage);
        assert_int_equal(e.outage_open, o->open);
        assert_int_equal(e.outage_min, o->min);
        assert_int_equal(e.outage_max, o->max);
    }
}

static void test_unseen(void **state)
{
    struct explanation e;
    struct failover f = failover_of(&rows[0]);
    (void)state;

    f.dark_from = at(0);
    f.dark_to = f.t2;
    explain_failover(&e, &f, true);
    assert_int_equal(e.cause, CAUSE_UNSEEN);
    assert_false(e.has_theory);
    assert_false(e.has_outage);
    assert_int_equal(e.failed_from.us, INSTANT_NEVER.us);
    f.now.ip = f.was.ip;
    explain_failover(&e, &f, true);
    assert_int_equal(e.cause, CAUSE_UNSEEN);
    assert_false(e.has_outage);
}

static void test_hints(void **state)
{
    const struct manner usual = {.version = 3, .cksum = CKSUM_PSEUDO, .interval = SECOND};
    struct manner other = usual;
    (void)state;

    assert_int_equal(explain_hints(&usual, &other), 0);
    other.cksum = CKSUM_BOTH;
    other.interval = 2 * SECOND; /* version 3 goes on */
    assert_int_equal(explain_hints(&usual, &other), 0);
    other.cksum = CKSUM_MESSAGE;
    other.auth = AUTH_HMAC;
    other.unicast = other.ttl_low = true;
    assert_int_equal(explain_hints(&usual, &other), HINT_CKSUM | HINT_AUTH | HINT_UNICAST | HINT_TTL);
    other = usual;
    other.version = 2;
    assert_int_equal(explain_hints(&usual, &other), HINT_VERSION);
    struct manner old = other;
    old.interval = 3 * SECOND;
    assert_int_equal(explain_hints(&old, &other), HINT_INTERVAL);
    old = other;
    old.addresses = 7;
    assert_int_equal(explain_hints(&old, &other), 0); /* of one they are not known */
    other.addresses = 8;
    assert_int_equal(explain_hints(&old, &other), HINT_ADDRESSES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),       cmocka_unit_test(test_first),   cmocka_unit_test(test_resign_first),
        cmocka_unit_test(test_candidates), cmocka_unit_test(test_outages), cmocka_unit_test(test_failure_window),
        cmocka_unit_test(test_hints),      cmocka_unit_test(test_unseen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
