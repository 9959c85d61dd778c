/* A policy: lines that are taken and refused, and what they allow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/policy.h"

static const char *add(struct policy *p, const char *text, struct span *where)
{
    struct line l;

    assert_int_equal(line_parse(&l, text, strlen(text), where), LINE_OK);
    return policy_add(p, &l, 1, where);
}

/* Each word alone is refused, by its name. */
static void words_are_refused(void **state)
{
    static const char *const lines[] = {
        "deny",
        "allow vrid=0",
        "allow vrid=256",
        "allow vrid=2..1",
        "allow vrid=1..",
        "allow vrid=..9",
        "allow vrid=1..2..3",
        "allow prio=0",
        "allow prio=0..9",
        "allow prio=x",
        "allow ver=1",
        "allow ver=2,",
        "allow af=5",
        "allow vlan=0",
        "allow vlan=4095",
        "allow src=",
        "allow src=x",
        "allow mac=192.0.2.1",
        "allow ip=::1/128",
        "allow if=%00",
        "allow name=x",
        "allow ip=,",
        "allow if=sixteen-bytes-xx",
    };
    struct policy *p = policy_new();

    (void)state;
    for (size_t i = 0; i < nitems(lines); i++) {
        struct span where;
        struct line l;
        const char *word = strchr(lines[i], ' ');

        if (line_parse(&l, lines[i], strlen(lines[i]), &where) != LINE_OK)
            continue; /* refused before */
        const char *reason = policy_add(p, &l, 1, &where);
        if (!reason)
            fail_msg("%s: taken", lines[i]);
        assert_true(span_is(where, word ? word + 1 : lines[i]));
    }
    assert_int_equal(policy_count(p), 0);
    policy_free(p);
}

static void there_is_an_end(void **state)
{
    struct policy *p = policy_new();
    struct span where;

    (void)state;
    for (size_t i = 0; i < POLICY_LINES; i++)
        assert_null(add(p, "allow vrid=7 src=192.0.2.1 mac=02:00:00:00:00:01 ip=192.0.2.100", &where));
    assert_non_null(add(p, "allow", &where));
    assert_int_equal(policy_count(p), POLICY_LINES);
    policy_free(p);
}

struct row {
    const char *name, *line;
    enum policy_miss miss;
};

/* All against this one: eth0, VLAN 5, IPv4, VRID 51, version 3, priority 100, 192.0.2.1, its card, two addresses. */
static const struct row rows[] = {
    {"anything", "allow", POLICY_FITS},
    {"all of it",
     "allow seg=s host=h if=eth0 vlan=5 af=4 vrid=51 ver=3 prio=100 src=192.0.2.1 mac=02:00:00:00:00:01 "
     "ip=192.0.2.100,192.0.2.101",
     POLICY_FITS},
    {"ranges, lists",
     "allow vrid=50..60 ver=2,3 prio=1..254 src=192.0.2.9,192.0.2.1 ip=192.0.2.102,192.0.2.101,192.0.2.100",
     POLICY_FITS},
    {"another segment", "allow seg=t", POLICY_VRID},
    {"another host", "allow host=t", POLICY_VRID},
    {"another interface", "allow if=eth1", POLICY_VRID},
    {"another VLAN", "allow vlan=6", POLICY_VRID},
    {"no VLAN", "allow vlan=none", POLICY_VRID},
    {"another family", "allow af=6", POLICY_VRID},
    {"another VRID", "allow vrid=52..60", POLICY_VRID},
    {"another source", "allow src=192.0.2.2", POLICY_SRC},
    {"a source of the other family", "allow src=::1", POLICY_SRC},
    {"another card", "allow mac=02:00:00:00:00:02", POLICY_MAC},
    {"another version", "allow ver=2", POLICY_VER},
    {"an address too few", "allow ip=192.0.2.100", POLICY_IP},
    {"a priority above", "allow prio=1..99", POLICY_PRIO},
    {"a priority below", "allow prio=101..255", POLICY_PRIO},
};

static void lines_are_judged(void **state)
{
    static const uint8_t addresses[] = {192, 0, 2, 100, 192, 0, 2, 101};
    const struct origin from = {.seg = "s", .host = "h", .ifname = "eth0", .vlan = 5};
    struct advert a = {
        .has = HAS_SMAC, .smac = {{2, 0, 0, 0, 0, 1}}, .af = 4, .src = {4, {192, 0, 2, 1}}, .version = 3};

    (void)state;
    a.vrid = 51;
    a.prio = 100;
    a.count = 2;
    a.addresses = addresses;
    for (size_t i = 0; i < nitems(rows); i++) {
        struct policy *p = policy_new();
        const struct policy_line *nearest;
        enum policy_miss miss = POLICY_FITS;
        struct span where;

        assert_null(add(p, rows[i].line, &where));
        struct policy_line *line = policy_allows(p, &from, &a, &miss, &nearest);
        if ((line != NULL) != (rows[i].miss == POLICY_FITS) || (!line && miss != rows[i].miss))
            fail_msg("%s: %d", rows[i].name, (int)miss);
        assert_true(line || miss == POLICY_VRID || nearest == policy_at(p, 0));
        policy_free(p);
    }
}

/* A resign has no priority; without a MAC address none is asked for; the nearest of two lines is told. */
static void what_is_not_asked(void **state)
{
    const struct origin from = {.ifname = "eth0"};
    struct advert a = {.af = 4, .src = {4, {192, 0, 2, 1}}, .version = 3, .vrid = 51};
    struct policy *p = policy_new();
    const struct policy_line *nearest;
    enum policy_miss miss;
    struct span where;

    (void)state;
    assert_null(add(p, "allow vrid=51 src=192.0.2.9", &where));
    assert_null(add(p, "allow prio=100 mac=02:00:00:00:00:01", &where));
    assert_ptr_equal(policy_allows(p, &from, &a, &miss, &nearest), policy_at(p, 1));
    a.prio = 99;
    assert_null(policy_allows(p, &from, &a, &miss, &nearest));
    assert_int_equal(miss, POLICY_PRIO);
    assert_ptr_equal(nearest, policy_at(p, 1));
    policy_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_refused),
        cmocka_unit_test(there_is_an_end),
        cmocka_unit_test(lines_are_judged),
        cmocka_unit_test(what_is_not_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
