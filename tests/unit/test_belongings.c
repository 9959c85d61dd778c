/* Belongings beside a kernel of this test's own, which takes one route of a place, and others who come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/belongings.h"
#include "tests/unit/random.h"

enum { KERNEL_ROOM = 64 };

struct kernel {
    struct {
        struct route item;
        bool ours;
    } has[KERNEL_ROOM];
    size_t count;
    int refuses; /* errno of whatever is added */
};

struct host {
    struct belongings *b;
    struct kernel kernel;
    instant now;
    char said[4096];  /* what people were told, and */
    char order[4096]; /* what the kernel */
};

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static void item_text(char out[static ROUTE_TEXT], const struct route *r)
{
    route_format(out, r);
}

static void say(char *text, const char *what, const struct route *r)
{
    char item[ROUTE_TEXT];
    item_text(item, r);
    size_t n = strlen(text);
    snprintf(text + n, 4096 - n, "%s%s %s", n > 0 ? "; " : "", what, item);
}

static void told(void *context, const struct belonging_report *r)
{
    static const char *const words[] = {
        [BELONGING_FOREIGN] = "foreign", [BELONGING_TAKEN] = "taken", [BELONGING_FAILED] = "failed"};
    struct host *h = context;
    say(h->said, words[r->news], r->item);
}

static bool in_the_way(const struct route *a, const struct route *b)
{
    return a->kind == b->kind && a->family == b->family && a->table == b->table && a->priority == b->priority &&
           a->to.length == b->to.length && ip_equal(&a->to.ip, &b->to.ip) &&
           (a->kind == KIND_ROUTE || route_equal(a, b));
}

static int kernel_add(struct kernel *k, const struct route *r, bool ours)
{
    if (k->refuses != 0)
        return k->refuses;
    for (size_t n = 0; n < k->count; n++) {
        if (in_the_way(&k->has[n].item, r))
            return EEXIST;
    }
    assert_true(k->count < KERNEL_ROOM);
    k->has[k->count].item = *r;
    k->has[k->count++].ours = ours;
    return 0;
}

/* What names no interface removes it wherever it leads. */
static bool kernel_remove(struct kernel *k, const struct route *r, bool ours)
{
    for (size_t n = 0; n < k->count; n++) {
        struct route has = k->has[n].item;
        if (r->dev[0] == '\0')
            memset(has.dev, 0, sizeof has.dev);
        if (k->has[n].ours == ours && route_equal(&has, r)) {
            k->has[n] = k->has[--k->count];
            return true;
        }
    }
    return false;
}

static bool kernel_has(const struct kernel *k, const struct route *r, bool ours)
{
    for (size_t n = 0; n < k->count; n++) {
        if (k->has[n].ours == ours && route_equal(&k->has[n].item, r))
            return true;
    }
    return false;
}

static void turn(struct host *h)
{
    for (size_t step = 0; step < BELONGINGS_STEPS; step++) {
        for (size_t count = 1; count > 0;) {
            struct belonging_change *c = belongings_plan(h->b, (enum belongings_step)step, h->now, &count);
            for (size_t n = 0; n < count; n++) {
                say(h->order, c[n].add ? "+" : "-", &c[n].item);
                c[n].result = 0;
                if (c[n].add)
                    c[n].result = kernel_add(&h->kernel, &c[n].item, true);
                else
                    (void)kernel_remove(&h->kernel, &c[n].item, true);
            }
            belongings_done(h->b, count, h->now);
        }
    }
}

static void start(struct host *h)
{
    memset(h, 0, sizeof *h);
    h->b = belongings_new(told, h);
    h->now.us = 1000 * SECOND;
    assert_non_null(h->b);
}

static enum belongings_result name(struct host *h, uint8_t vrid, bool held, const char *routes, const char *rules)
{
    struct belongings_named n = {
        .id = {.ifname = "eth0", .af = 4, .vrid = vrid},
        .routes = span_of(routes),
        .rules = span_of(rules),
    };
    snprintf(n.name, sizeof n.name, "vr%u", vrid);
    return belongings_name(h->b, &n, held, h->now);
}

static void expect(struct host *h, const char *order, const char *said)
{
    turn(h);
    assert_string_equal(h->order, order);
    assert_string_equal(h->said, said);
    h->order[0] = h->said[0] = '\0';
}

static struct route route_of(enum route_kind kind, const char *item)
{
    static const struct identity id = {.ifname = "eth0", .af = 4, .vrid = 1};
    struct route r;
    assert_null(route_parse(&r, kind, &id, span_of(item)));
    return r;
}

static void they_follow_the_state(void **state)
{
    struct host h;
    (void)state;
    start(&h);
    assert_int_equal(name(&h, 1, false, "default+via+192.0.2.9,blackhole+198.51.100.0/24", "table+100"), 0);
    expect(&h, "", "");
    name(&h, 1, true, "default+via+192.0.2.9,blackhole+198.51.100.0/24", "table+100");
    expect(&h, "+ 0.0.0.0/0+via+192.0.2.9; + blackhole+198.51.100.0/24; + from+0.0.0.0/0+table+100", "");
    name(&h, 1, true, "default+via+192.0.2.9,blackhole+198.51.100.0/24", "table+100");
    expect(&h, "", "");
    assert_true(belongings_deadline(h.b).us == INSTANT_NEVER.us);
    name(&h, 1, false, "default+via+192.0.2.9,blackhole+198.51.100.0/24", "table+100");
    expect(&h, "- from+0.0.0.0/0+table+100; - blackhole+198.51.100.0/24; - 0.0.0.0/0+via+192.0.2.9", "");
    assert_int_equal(h.kernel.count, 0);
    belongings_free(h.b);
}

static void only_what_changed_changes(void **state)
{
    struct host h;
    (void)state;
    start(&h);
    name(&h, 1, true, "default+via+192.0.2.9,198.51.100.0/24+via+192.0.2.9", "table+100,table+101");
    turn(&h);
    h.order[0] = '\0';
    name(&h, 1, true, "default+via+192.0.2.9,198.51.100.0/24+via+192.0.2.8", "table+101");
    expect(&h, "- from+0.0.0.0/0+table+100; - 198.51.100.0/24+via+192.0.2.9; + 198.51.100.0/24+via+192.0.2.8", "");
    name(&h, 1, true, "", "");
    expect(&h, "- 198.51.100.0/24+via+192.0.2.8; - from+0.0.0.0/0+table+101; - 0.0.0.0/0+via+192.0.2.9", "");
    belongings_free(h.b);
}

static void two_may_name_the_same(void **state)
{
    struct host h;
    (void)state;
    start(&h);
    name(&h, 1, true, "default+via+192.0.2.9", "");
    name(&h, 2, true, "0.0.0.0/0+via+192.0.2.9", "");
    expect(&h, "+ 0.0.0.0/0+via+192.0.2.9", "");
    name(&h, 1, false, "default+via+192.0.2.9", "");
    expect(&h, "", "");
    belongings_give_up(h.b, "vr1", h.now);
    expect(&h, "", "");
    belongings_give_up(h.b, "vr2", h.now);
    expect(&h, "- 0.0.0.0/0+via+192.0.2.9", "");
    belongings_free(h.b);
}

static void two_may_not_lead_elsewhere(void **state)
{
    struct host h;
    (void)state;
    start(&h);
    name(&h, 1, true, "default+via+192.0.2.9", "");
    name(&h, 2, true, "default+via+192.0.2.8", "");
    expect(&h, "+ 0.0.0.0/0+via+192.0.2.9; + 0.0.0.0/0+via+192.0.2.8", "foreign 0.0.0.0/0+via+192.0.2.8");
    name(&h, 1, false, "default+via+192.0.2.9", "");
    expect(&h, "- 0.0.0.0/0+via+192.0.2.9; + 0.0.0.0/0+via+192.0.2.8", "");
    belongings_free(h.b);
}

static void what_is_foreign_stays(void **state)
{
    struct host h;
    struct route other = route_of(KIND_ROUTE, "default+via+192.0.2.200");
    (void)state;
    start(&h);
    kernel_add(&h.kernel, &other, false);
    name(&h, 1, true, "default+via+192.0.2.9", "");
    expect(&h, "+ 0.0.0.0/0+via+192.0.2.9", "foreign 0.0.0.0/0+via+192.0.2.9");
    h.now.us += 4 * SECOND;
    expect(&h, "", "");
    h.now.us += SECOND;
    expect(&h, "+ 0.0.0.0/0+via+192.0.2.9", "");
    name(&h, 1, false, "default+via+192.0.2.9", "");
    expect(&h, "", "");
    assert_true(kernel_has(&h.kernel, &other, false));
    name(&h, 1, true, "default+via+192.0.2.9", "");
    expect(&h, "+ 0.0.0.0/0+via+192.0.2.9", "foreign 0.0.0.0/0+via+192.0.2.9");
    kernel_remove(&h.kernel, &other, false);
    h.now.us += 5 * SECOND;
    expect(&h, "+ 0.0.0.0/0+via+192.0.2.9", "");
    assert_int_equal(h.kernel.count, 1);
    belongings_free(h.b);
}

static void what_was_taken_is_put_back(void **state)
{
    struct host h;
    struct route r = route_of(KIND_ROUTE, "default+via+192.0.2.9");
    (void)state;
    start(&h);
    name(&h, 1, true, "default+via+192.0.2.9,198.51.100.0/24+via+192.0.2.9", "");
    turn(&h);
    h.order[0] = '\0';
    kernel_remove(&h.kernel, &r, true);
    belongings_gone(h.b, &r, h.now);
    expect(&h, "+ 0.0.0.0/0+via+192.0.2.9; + 198.51.100.0/24+via+192.0.2.9", "taken 0.0.0.0/0+via+192.0.2.9");
    /* who fights for it is not fought without a pause, and not told of again */
    kernel_remove(&h.kernel, &r, true);
    belongings_gone(h.b, &r, h.now);
    expect(&h, "", "");
    belongings_doubt(h.b, h.now);
    assert_true(belongings_deadline(h.b).us == h.now.us + 100 * MILLISECOND);
    h.now.us += 100 * MILLISECOND;
    expect(&h, "+ 0.0.0.0/0+via+192.0.2.9; + 198.51.100.0/24+via+192.0.2.9", "");
    assert_int_equal(h.kernel.count, 2);
    belongings_free(h.b);
}

/* The kernel takes a route along with the address that it names as its source, though nobody removed it. */
static void it_is_looked_at_when_held_again(void **state)
{
    struct host h;
    struct route r = route_of(KIND_ROUTE, "default+via+192.0.2.9+src+192.0.2.1");
    (void)state;
    start(&h);
    name(&h, 1, true, "default+via+192.0.2.9+src+192.0.2.1", "");
    turn(&h);
    belongings_give_up(h.b, "vr1", h.now);
    kernel_remove(&h.kernel, &r, true);
    name(&h, 1, true, "default+via+192.0.2.9+src+192.0.2.1", "");
    turn(&h);
    assert_true(kernel_has(&h.kernel, &r, true));
    belongings_free(h.b);
}

static void what_fails_is_tried_again(void **state)
{
    struct host h;
    (void)state;
    start(&h);
    h.kernel.refuses = ENETUNREACH;
    name(&h, 1, true, "default+via+192.0.2.9", "");
    expect(&h, "+ 0.0.0.0/0+via+192.0.2.9", "");
    h.now.us += 100 * MILLISECOND;
    expect(&h, "+ 0.0.0.0/0+via+192.0.2.9", "failed 0.0.0.0/0+via+192.0.2.9");
    h.now.us += 999 * MILLISECOND;
    expect(&h, "", "");
    h.now.us += MILLISECOND;
    expect(&h, "+ 0.0.0.0/0+via+192.0.2.9", "");
    h.kernel.refuses = 0;
    belongings_doubt(h.b, h.now); /* an interface came */
    expect(&h, "+ 0.0.0.0/0+via+192.0.2.9", "");
    assert_true(belongings_deadline(h.b).us == INSTANT_NEVER.us);
    belongings_free(h.b);
}

static void leftovers(void **state)
{
    struct host h;
    static const char *const items[] = {"default+via+192.0.2.9+dev+eth0", "198.51.100.0/24+via+192.0.2.9",
                                        "203.0.113.0/24+via+192.0.2.9", "10.0.0.0/8+dev+eth0"};
    (void)state;
    start(&h);
    for (size_t n = 0; n < nitems(items); n++) {
        struct route r = route_of(KIND_ROUTE, items[n]);
        kernel_add(&h.kernel, &r, true);
        assert_true(belongings_left(h.b, &r));
    }
    struct route rule = route_of(KIND_RULE, "table+7");
    kernel_add(&h.kernel, &rule, true);
    belongings_left(h.b, &rule);
    expect(&h, "", "");
    /* given up: removed. held: taken over, or another one takes its place. not named: it stays */
    name(&h, 1, false, "10.0.0.0/8", "");
    name(&h, 2, true, "default+via+192.0.2.9,198.51.100.0/24+via+192.0.2.8", "table+7");
    expect(&h,
           "- 10.0.0.0/8+dev+eth0; - 198.51.100.0/24+via+192.0.2.9; + 0.0.0.0/0+via+192.0.2.9; "
           "+ 198.51.100.0/24+via+192.0.2.8; + from+0.0.0.0/0+table+7",
           "");
    belongings_tidy(h.b, h.now);
    expect(&h, "- 203.0.113.0/24+via+192.0.2.9", "");
    belongings_give_up(h.b, "", h.now);
    turn(&h);
    assert_int_equal(h.kernel.count, 0);
    belongings_free(h.b);
}

static void what_is_wrong_changes_nothing(void **state)
{
    struct host h;
    (void)state;
    start(&h);
    name(&h, 1, true, "default+via+192.0.2.9", "");
    turn(&h);
    h.order[0] = '\0';
    assert_int_equal(name(&h, 1, true, "default+via+foo", ""), BELONGINGS_NO_ROUTE);
    assert_int_equal(name(&h, 1, true, "default+via+192.0.2.9", "table"), BELONGINGS_NO_RULE);
    assert_int_equal(name(&h, 2, true, "", ""), BELONGINGS_DONE);
    expect(&h, "", "");
    belongings_free(h.b);
}

/* --- any sequence ---------------------------------------------------------------------------------------------------- */

enum { ROUTERS = 3, ITEMS = 6 };
static const char *const some[ITEMS] = {"default+via+192.0.2.9",         "default+via+192.0.2.8",
                                        "198.51.100.0/24+via+192.0.2.9", "blackhole+198.51.100.0/24",
                                        "203.0.113.0/24+dev+eth1",       "10.0.0.0/8+table+7"};

static void random_list(char out[static 256], bool chosen[static ITEMS])
{
    out[0] = '\0';
    for (size_t n = 0; n < ITEMS; n++) {
        chosen[n] = random_range(0, 2) == 0;
        if (chosen[n])
            sprintf(out + strlen(out), "%s%s", out[0] != '\0' ? "," : "", some[n]);
    }
}

/* Whatever was done: after a while, what is held is there or something else is in its way, what is not held is not there
 * from us, and nothing foreign was touched. */
static void check(struct host *h, bool named[ROUTERS][ITEMS], const bool held[ROUTERS], const struct kernel *foreign)
{
    h->now.us += 6 * SECOND;
    for (int n = 0; n < 3; n++)
        turn(h);
    for (size_t n = 0; n < ITEMS; n++) {
        struct route r = route_of(KIND_ROUTE, some[n]);
        bool wanted = false, blocked = false;
        for (size_t v = 0; v < ROUTERS; v++)
            wanted = wanted || (held[v] && named[v][n]);
        for (size_t k = 0; k < h->kernel.count; k++)
            blocked = blocked || (in_the_way(&h->kernel.has[k].item, &r) && !route_equal(&h->kernel.has[k].item, &r)) ||
                      (route_equal(&h->kernel.has[k].item, &r) && !h->kernel.has[k].ours);
        bool there = kernel_has(&h->kernel, &r, true);
        if (there != (wanted && !blocked))
            fail_msg("%s: wanted %d, in its way %d, there %d", some[n], wanted, blocked, there);
    }
    for (size_t k = 0; k < foreign->count; k++)
        assert_true(kernel_has(&h->kernel, &foreign->has[k].item, false));
}

static void any_sequence(void **state)
{
    (void)state;
    random_start("any_sequence");
    for (int round = 0; round < 300; round++) {
        struct host h;
        struct kernel foreign = {0};
        bool named[ROUTERS][ITEMS] = {0}, held[ROUTERS] = {0};
        start(&h);
        for (size_t n = 0; n < ITEMS; n++) {
            struct route r = route_of(KIND_ROUTE, some[n]);
            if (random_range(0, 3) == 0 && kernel_add(&h.kernel, &r, true) == 0)
                belongings_left(h.b, &r);
        }
        for (int n = 0; n < 40; n++) {
            char list[256], vr[8];
            size_t v = random_range(0, ROUTERS - 1);
            struct route r = route_of(KIND_ROUTE, some[random_range(0, ITEMS - 1)]);
            h.now.us += (usec)random_range(0, 2 * SECOND);
            switch (random_range(0, 8)) {
            case 0:
            case 1:
            case 2:
                random_list(list, named[v]);
                held[v] = random_bool();
                assert_int_equal(name(&h, (uint8_t)v, held[v], list, ""), BELONGINGS_DONE);
                break;
            case 3:
                snprintf(vr, sizeof vr, "vr%zu", v);
                belongings_give_up(h.b, vr, h.now);
                held[v] = false;
                break;
            case 4: /* somebody removes it, */
                if (kernel_remove(&h.kernel, &r, true))
                    belongings_gone(h.b, &r, h.now);
                break;
            case 7: /* or the kernel without a word; and nothing takes its place before it was looked at */
                h.kernel.refuses = 0;
                belongings_tidy(h.b, h.now);
                turn(&h);
                (void)kernel_remove(&h.kernel, &r, true);
                belongings_doubt(h.b, h.now);
                h.now.us += SECOND;
                turn(&h);
                break;
            case 5:
                if (kernel_add(&h.kernel, &r, false) == 0)
                    kernel_add(&foreign, &r, false);
                break;
            case 6:
                if (kernel_remove(&h.kernel, &r, false))
                    kernel_remove(&foreign, &r, false);
                break;
            default:
                h.kernel.refuses = random_bool() ? 0 : ENETUNREACH;
                break;
            }
            if (random_bool())
                turn(&h);
            h.said[0] = h.order[0] = '\0';
        }
        h.kernel.refuses = 0;
        belongings_tidy(h.b, h.now);
        check(&h, named, held, &foreign);
        belongings_give_up(h.b, "", h.now);
        turn(&h);
        assert_int_equal(h.kernel.count, foreign.count);
        belongings_free(h.b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_follow_the_state),
        cmocka_unit_test(only_what_changed_changes),
        cmocka_unit_test(two_may_name_the_same),
        cmocka_unit_test(two_may_not_lead_elsewhere),
        cmocka_unit_test(what_is_foreign_stays),
        cmocka_unit_test(what_was_taken_is_put_back),
        cmocka_unit_test(it_is_looked_at_when_held_again),
        cmocka_unit_test(what_fails_is_tried_again),
        cmocka_unit_test(leftovers),
        cmocka_unit_test(what_is_wrong_changes_nothing),
        cmocka_unit_test(any_sequence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
