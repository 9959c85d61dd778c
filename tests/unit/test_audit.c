/* The audit as a whole: quiet segments, folding, time, floods, learning. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/audit_host.h"

/* Routers at the defaults of keepalived (their own MAC addresses) and of FRR (the virtual one). */
static const struct story quiet[] = {
    {"planned failover and failback",
     RULES,
     NOT,
     {{EACH(0, 20, 1, "advert prio=150")},
      {ONCE(20.3, "advert prio=0")},
      {EACH(20.91, 50, 1, TWO)},
      {EACH(20.912, 21, 0.01, GARP "02:00:00:00:00:02")},
      {EACH(50.4, 70, 1, "advert prio=150")},
      {EACH(50.401, 50.45, 0.01, GARP ACTIVE)},
      {EACH(0.05, 70, 0.1, "tick every=100ms")}},
     NULL,
     NULL},
    {"crash and failback, the virtual MAC address, mirrored",
     RULES,
     NOT,
     {{EACH(0, 20, 1, VMAC " prio=150")},
      {EACH(0.0004, 20.0005, 1, VMAC " prio=150")},
      {EACH(23.609, 43, 1, VMAC " src=192.0.2.2 prio=100")},
      {EACH(23.61, 23.7, 0.01, GARP "00:00:5e:00:01:33")},
      {EACH(42.9, 60, 1, VMAC " prio=150")},
      {EACH(42.901, 42.95, 0.01, GARP "00:00:5e:00:01:33")}},
     NULL,
     NULL},
    {"VRRPv2, a resign that is said twice, and adverts that cross",
     RULES,
     NOT,
     {{EACH(0, 20, 1, "advert ver=2 cksum=message prio=150")},
      {EACH(20.3, 20.31, 0.005, "advert ver=2 cksum=message prio=0")},
      {EACH(20.91, 29.92, 1, TWO " ver=2 cksum=message")},
      {EACH(29.909, 40, 1, "advert ver=2 cksum=message prio=150")}},
     NULL,
     NULL},
};

static void nothing_above_low(void **state)
{
    static struct told told;

    (void)state;
    for (size_t i = 0; i < nitems(quiet); i++) {
        story_run(&quiet[i], &told);
        for (size_t k = 0; k < told.count; k++) {
            if (told.alerts[k].finding.severity <= SEVERITY_LOW)
                continue;
            told_show(&told);
            fail_msg("%s: %s", quiet[i].name, audit_rules[told.alerts[k].finding.rule].name);
        }
    }
}

/* --- Folding, time, and the end. --- */

static void repeats_are_folded(void **state)
{
    static struct told told;
    const struct story story = {
        .said = {{EACH(0, 150, 1, "advert auth=pass:unchecked")}, {EACH(150.5, 400, 0.5, "tick every=500ms")}}};
    size_t count = 0;

    (void)state;
    story_run(&story, &told);
    for (size_t i = 0; i < told.count; i++) {
        const struct audit_alert *alert = &told.alerts[i];

        if (alert->finding.rule != RULE_AUTH_CLEARTEXT)
            continue;
        const uint64_t n[] = {1, 60, 120, 151, 151};
        assert_int_equal(alert->n, n[count]);
        assert_int_equal(alert->first.ns / 1000000000, 1700000000);
        assert_int_equal(alert->cleared, count == 4);
        count++;
    }
    assert_int_equal(count, 5);
}

static void what_never_ends_is_told_once(void **state)
{
    static struct told told;
    const struct story story = {.said = {{EACH(0, 500, 1, "tick every=1s")}, {EACH(501, 510, 1, "advert")}}};
    size_t count = 0;

    (void)state;
    story_run(&story, &told);
    for (size_t i = 0; i < told.count; i++) {
        if (told.alerts[i].finding.rule == RULE_NOTHING_HEARD)
            assert_int_equal(told.alerts[i].cleared, count++ == 1);
    }
    assert_int_equal(count, 2);
}

/* Time that goes back by days makes no finding, and does not blind. */
static void time_goes_back(void **state)
{
    static struct told told;
    const struct story story = {.said = {{EACH(0, 20, 1, "advert")}}};
    struct policy *policy = NULL;
    const struct audit_options options = {
        .policy = policy, .least = SEVERITY_MED, .key = {{1, 2}}, .report = story_report, .context = &told};
    struct audit *a = audit_new(&options);
    size_t after;

    (void)state;
    told.count = 0;
    story_tell(&story, a);
    for (int i = 0; i < 20; i++)
        story_hear(a, -900000 + i, "advert");
    assert_int_equal(told.count, 0);
    story_hear(a, 5000000, "advert"); /* a mistake */
    after = told.count;
    for (int i = 20; i < 40; i++)
        story_hear(a, -900000 + i, "advert");
    assert_int_equal(told.count, after);
    story_hear(a, -900000 + 45, "advert"); /* a gap is seen again */
    audit_end(a, (stamp){0});
    assert_int_equal(told.count, after + 1);
    assert_int_equal(told.alerts[after].finding.rule, RULE_ADVERT_GAP);
    assert_int_equal(told.alerts[after].n, 2);
    audit_free(a);
}

static void a_clock_that_is_set(void **state)
{
    static struct told told;
    const struct audit_options options = {
        .least = SEVERITY_MED, .key = {{1, 2}}, .report = story_report, .context = &told};
    struct audit *a = audit_new(&options);

    (void)state;
    told.count = 0;
    story_hear(a, 0, "clock mono=10.000000 boot=b source=live");
    for (int i = 1; i < 5; i++)
        story_hear(a, i, "advert");
    story_hear(a, 3604.5, "clock mono=14.500000 boot=b");
    for (int i = 3605; i < 3610; i++)
        story_hear(a, i, "advert");
    story_hear(a, -86400 + 9.5, "clock mono=19.500000 boot=b");
    for (int i = 10; i < 15; i++)
        story_hear(a, -86400 + i, "advert");
    assert_int_equal(told.count, 0);
    story_hear(a, -86400 + 20, "advert");
    assert_int_equal(told.count, 1);
    assert_int_equal(told.alerts[0].finding.rule, RULE_ADVERT_GAP);
    audit_free(a);
}

/* Hours later, in the same log: what was not heard meanwhile nobody listened for. */
static void a_listener_that_begins_again(void **state)
{
    static struct told told;
    const struct audit_options options = {
        .least = SEVERITY_MED, .key = {{1, 2}}, .report = story_report, .context = &told};
    struct audit *a = audit_new(&options);

    (void)state;
    told.count = 0;
    story_hear(a, 0, "clock mono=10.000000 boot=b source=live");
    for (int i = 1; i < 5; i++)
        story_hear(a, i, "advert");
    story_hear(a, 7200, "clock mono=7210.000000 boot=b source=live");
    for (int i = 1; i < 5; i++)
        story_hear(a, 7200 + i, "advert");
    story_hear(a, 20000, "clock mono=10.000000 boot=c source=live");
    for (int i = 1; i < 5; i++)
        story_hear(a, 20000 + i, "advert");
    assert_int_equal(told.count, 0);
    audit_free(a);
}

/* A live source that says nothing: the program asks. */
static void silence_without_lines(void **state)
{
    static struct told told;
    const struct audit_options options = {
        .least = SEVERITY_MED, .key = {{1, 2}}, .report = story_report, .context = &told};
    struct audit *a = audit_new(&options);

    (void)state;
    told.count = 0;
    assert_true(audit_due(a) == INT64_MAX);
    story_hear(a, 0, "clock mono=10.000000 boot=b source=live");
    assert_int_equal(audit_due(a), 60 * SECOND);
    audit_moment(a, 59 * SECOND);
    assert_int_equal(told.count, 0);
    assert_int_equal(audit_due(a), SECOND);
    audit_moment(a, SECOND);
    assert_int_equal(told.count, 1);
    assert_int_equal(told.alerts[0].finding.rule, RULE_NOTHING_HEARD);
    assert_int_equal(told.alerts[0].first.ns, INT64_C(1700000060000000000));
    story_hear(a, 70, "advert");
    assert_int_equal(told.count, 2);
    assert_true(told.alerts[1].cleared);
    audit_free(a);
}

/* A flood of strangers is one finding after a while, and does not push out who was there. */
static void a_flood_is_folded(void **state)
{
    static struct told told;
    const struct audit_options options = {
        .least = SEVERITY_MED, .key = {{1, 2}}, .report = story_report, .context = &told};
    struct audit *a = audit_new(&options);
    char line[STORY_TEXT];
    size_t many = 0, gaps = 0;

    (void)state;
    told.count = 0;
    for (int i = 0; i < 10; i++)
        story_hear(a, i, "advert prio=200");
    for (unsigned i = 0; i < 20000; i++) {
        snprintf(line, sizeof line, "advert vrid=%u vlan=%u src=10.%u.%u.%u auth=pass:unchecked", i % 255 + 1,
                 i % 4000 + 1, i & 255, i >> 8 & 255, i * 7 & 127);
        story_hear(a, 10 + i * 1e-5, line);
        snprintf(line, sizeof line, "advert src=10.%u.%u.%u ver=2", i & 255, i >> 8 & 255, i * 7 & 127);
        story_hear(a, 10 + i * 1e-5, line);
    }
    story_hear(a, 14, "advert prio=200"); /* nobody has been forgotten: this is a gap, but others spoke */
    for (size_t i = 0; i < told.count; i++) {
        many += told.alerts[i].many;
        gaps += told.alerts[i].finding.rule == RULE_NEW_SPEAKER;
    }
    assert_true(many >= 1);
    assert_true(told.count < 6 * 40);
    assert_int_equal(gaps, 0);
    assert_true(audit_forgot(a));
    audit_free(a);
}

/* One router speaks for many virtual routers: nothing of them is forgotten. */
static void one_router_of_many(void **state)
{
    static struct told told;
    const struct audit_options options = {
        .least = SEVERITY_MED, .key = {{1, 2}}, .report = story_report, .context = &told};
    struct audit *a = audit_new(&options);
    char line[STORY_TEXT];

    (void)state;
    told.count = 0;
    for (unsigned vrid = 1; vrid <= 255; vrid++) {
        snprintf(line, sizeof line, "advert vrid=%u ip=198.51.100.%u", vrid, vrid);
        story_hear(a, vrid * 0.001, line);
    }
    assert_false(audit_forgot(a));
    assert_int_equal(told.count, 0);
    audit_free(a);
}

/* Beside many that matter less, what matters more is not hidden. */
static void many_are_as_bad_as_the_worst(void **state)
{
    static struct told told;
    const struct audit_options options = {
        .least = SEVERITY_INFO, .key = {{1, 2}}, .report = story_report, .context = &told};
    struct audit *a = audit_new(&options);
    char line[STORY_TEXT];
    size_t high = 0;

    (void)state;
    told.count = 0;
    for (unsigned vrid = 1; vrid <= 60; vrid++) { /* first the order only, then the addresses */
        snprintf(line, sizeof line, "advert vrid=%u ip=192.0.2.100,192.0.2.101", vrid);
        story_hear(a, vrid, line);
        snprintf(line, sizeof line, "advert vrid=%u src=192.0.2.2 ip=192.0.2.%u,192.0.2.100", vrid,
                 vrid <= 40 ? 101 : 102);
        story_hear(a, vrid + 0.1, line);
    }
    for (size_t i = 0; i < told.count; i++) {
        const struct audit_alert *alert = &told.alerts[i];

        high +=
            alert->many && alert->finding.rule == RULE_VIP_LIST_MISMATCH && alert->finding.severity == SEVERITY_HIGH;
    }
    assert_int_equal(high, 1);
    audit_free(a);
}

/* TIME that jumps between its ends moves time on, but never over its own. */
static void time_ends(void **state)
{
    static struct told told;
    const struct audit_options options = {
        .least = SEVERITY_CRIT, .key = {{1, 2}}, .report = story_report, .context = &told};
    struct audit *a = audit_new(&options);

    (void)state;
    told.count = 0;
    for (int i = 0; i < 1500; i++) {
        story_hear(a, 7.5e9, "advert");
        story_hear(a, -1.6e9, "advert src=192.0.2.2 prio=200");
    }
    assert_true(audit_due(a) >= 0);
    audit_free(a);
}

/* --- Learning. --- */

struct learning {
    char text[STORY_TEXT * 4];
    size_t length;
};

static void learned(void *context, const struct audit_learned *l)
{
    struct learning *learning = context;
    struct writer w = {.buffer = learning->text + learning->length, .size = sizeof learning->text - learning->length};

    write_allow(&w, l);
    learning->length += w.length;
}

static void what_is_learned_is_allowed(void **state)
{
    static const struct story heard = {
        .said = {{EACH(0, 200, 1, "advert prio=150 ip=192.0.2.100,192.0.2.101")},
                 {ONCE(200.5, "advert prio=0 ip=192.0.2.100,192.0.2.102")},
                 {EACH(201.1, 300, 1, TWO " prio=90 ip=192.0.2.101,192.0.2.100")},
                 {EACH(0.1, 300, 1, "advert vlan=7 vrid=9 ver=2 no-smac=1 if=e%25h%20 cksum=message")},
                 {EACH(0.2, 300, 1, V6 " no-if=1")}}};
    static struct learning learning;
    static struct told told;
    const struct audit_options options = {
        .least = SEVERITY_NONE, .key = {{3, 4}}, .report = story_report, .context = &told};
    struct audit *a = audit_new(&options);
    struct story again = heard;

    (void)state;
    learning.length = 0;
    told.count = 0;
    story_tell(&heard, a);
    assert_true(audit_learn(a, learned, &learning));
    assert_int_equal(told.count, 0);
    audit_free(a);
    learning.text[learning.length] = '\0';
    assert_string_equal(
        learning.text,
        "0.000000000 allow vlan=none af=6 vrid=51 ver=3 prio=100 src=fe80::1 mac=02:00:00:00:00:01 ip=fe80::100\n"
        "0.000000000 allow if=e%25h%20 vlan=7 af=4 vrid=9 ver=2 prio=100 src=192.0.2.1 ip=192.0.2.100\n"
        "0.000000000 allow if=eth0 vlan=none af=4 vrid=51 ver=3 prio=90..150 src=192.0.2.1,192.0.2.2 "
        "mac=02:00:00:00:00:01,02:00:00:00:00:02 ip=192.0.2.100,192.0.2.101,192.0.2.102\n");
    again.policy = learning.text;
    story_run(&again, &told);
    for (size_t i = 0; i < told.count; i++)
        assert_true(told.alerts[i].finding.severity <= SEVERITY_LOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_above_low),
        cmocka_unit_test(repeats_are_folded),
        cmocka_unit_test(what_never_ends_is_told_once),
        cmocka_unit_test(time_goes_back),
        cmocka_unit_test(a_clock_that_is_set),
        cmocka_unit_test(a_flood_is_folded),
        cmocka_unit_test(one_router_of_many),
        cmocka_unit_test(many_are_as_bad_as_the_worst),
        cmocka_unit_test(time_ends),
        cmocka_unit_test(a_listener_that_begins_again),
        cmocka_unit_test(silence_without_lines),
        cmocka_unit_test(what_is_learned_is_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
