/* Keys set in a line: lib/core/assign.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/assign.h"

static void add(struct assignments *a, const char *operand)
{
    const char *reason = NULL;
    if (!assign_add(a, operand, &reason))
        fail_msg("%s: %s", operand, reason);
}

/* The line with these set. */
static struct span after(const char *text, const char *const *operands, size_t count, enum assign_result expected)
{
    static struct assign_buffer buffer;
    static struct line l, out;
    struct assignments a = {.count = 0};
    struct span where;
    for (size_t i = 0; i < count && operands[i]; i++)
        add(&a, operands[i]);
    assert_int_equal(line_parse(&l, text, strlen(text), &where), LINE_OK);
    assert_int_equal(assign_to(&a, &l, &out, &buffer), expected);
    return out.text;
}

static void each_key_goes_to_its_place(void **state)
{
    (void)state;
    enum { OPERANDS = 3 };
    static const struct {
        const char *before, *operands[OPERANDS], *after;
    } rows[] = {
        {"1.5 advert if=eth0 af=4", {"seg=ams"}, "1.5 advert seg=ams if=eth0 af=4"},
        {"1.5 advert seg=x if=eth0 af=4", {"seg=ams"}, "1.5 advert seg=ams if=eth0 af=4"},
        {"advert seg=x if=eth0 af=4", {"host=r1"}, "advert seg=x host=r1 if=eth0 af=4"},
        {"advert if=eth0 af=4", {"host=r1", "seg=ams"}, "advert seg=ams host=r1 if=eth0 af=4"},
        {"advert af=4 vrid=5", {"if=eth0", "vlan=7", "seg=ams"}, "advert seg=ams if=eth0 vlan=7 af=4 vrid=5"},
        {"advert", {"ip=192.0.2.1"}, "advert ip=192.0.2.1"},
        {"advert vrid=5 prio=100 src=192.0.2.2", {"prio=1"}, "advert vrid=5 prio=1 src=192.0.2.2"},
        {"advert vrid=5 src=192.0.2.2", {"prio=1"}, "advert vrid=5 prio=1 src=192.0.2.2"},
        /* the rest stays as it is */
        {"  advert  if=eth0   af=4\t# if=x", {"seg=ams"}, "  advert seg=ams  if=eth0   af=4\t# if=x"},
        {"advert vrid=5 # why", {"note=a b"}, "advert vrid=5 note=a%20b # why"},
        /* a key of the future is behind all that is known, and stays there */
        {"advert vrid=5 new=1", {"prio=1"}, "advert vrid=5 prio=1 new=1"},
        {"advert vrid=5 new=1", {"newer=1"}, "advert vrid=5 new=1 newer=1"},
        /* an event of the future */
        {"whatever if=eth0 vrid=5 this=that", {"seg=ams"}, "whatever seg=ams if=eth0 vrid=5 this=that"},
        {"whatever if=eth0 vrid=5 this=that", {"vlan=3"}, "whatever if=eth0 vlan=3 vrid=5 this=that"},
        {"whatever this=that", {"note=x"}, "whatever this=that note=x"},
        {"whatever this=that", {"this=1"}, "whatever this=1"},
        /* one in the middle that does not belong there */
        {"send prio=7 fence=3s", {"prio=100", "fence=yes", "err=E"}, "send prio=100 fence=3s err=E"},
    };
    for (size_t i = 0; i < nitems(rows); i++) {
        struct span got = after(rows[i].before, rows[i].operands, OPERANDS, ASSIGN_DONE);
        if (!span_is(got, rows[i].after))
            fail_msg("%s: %.*s, not %s", rows[i].before, (int)got.len, got.at, rows[i].after);
    }
}

static void nothing_is_set_where_it_does_not_belong(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"1.5 tick every=100ms", "seg=ams"},   {"1.5 clock mono=1.000000", "seg=ams"},
        {"lost where=capture n=1", "host=r1"}, {"vr if=eth0 vrid=5 ip=192.0.2.1", "seg=ams"},
        {"whatever this=that", "seg=ams"},     {"send fence=3s", "fence=yes"}, /* of another kind there than in vr */
    };
    for (size_t i = 0; i < nitems(rows); i++)
        assert_true(span_is(after(rows[i][0], &rows[i][1], 1, ASSIGN_SAME), rows[i][0]));
}

static void what_cannot_be_set_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "seg",
        "=x",
        "Seg=x",
        "1=x",
        "seg=",
        "time=1",
        "event=x",
        "vrid=x",
        "prio=-1",
        "interval=1",
        "src=eth0",
        "smac=1",
        "preempt=true",
        "garp=x",
        "seg=0123456789012345678901234567890123456789012345678901234567890123",
        "if=0123456789abcdef",
        "seg=%00",
    };
    static const char *const good[] = {"seg=ams 1", "seg=%20x", "note=100%",
                                       "fence=yes", "for=5s",   "ip=192.0.2.1,fe80::1"};
    const char *reason;
    for (size_t i = 0; i < nitems(rows); i++) {
        struct assignments a = {.count = 0};
        reason = NULL;
        if (assign_add(&a, rows[i], &reason) || !reason || a.count != 0)
            fail_msg("%s", rows[i]);
    }
    struct assignments a = {.count = 0};
    for (size_t i = 0; i < nitems(good); i++)
        if (i != 1)
            add(&a, good[i]);
    assert_false(assign_add(&a, "seg=x", &reason));
    assert_string_equal(reason, "duplicate key");
    assert_true(span_is(a.items[0].value, "ams%201") && span_is(a.items[1].value, "100%25"));
    char many[ASSIGNMENTS][8];
    for (size_t i = a.count; i < ASSIGNMENTS; i++) {
        sprintf(many[i], "k%zu=1", i);
        add(&a, many[i]);
    }
    assert_false(assign_add(&a, "k99=1", &reason));
    static char huge[ASSIGNMENT_BYTES + 8] = "note=";
    memset(huge + 5, 'x', ASSIGNMENT_BYTES);
    a = (struct assignments){.count = 0};
    assert_false(assign_add(&a, huge, &reason));
}

static void a_full_line_takes_no_more(void **state)
{
    (void)state;
    static const char *const operands[] = {"note=x"};
    static char text[LINE_BYTES + 1] = "advert a=";
    memset(text + 9, 'x', LINE_BYTES - 9);
    after(text, operands, 1, ASSIGN_FULL);
    text[LINE_BYTES - 7] = '\0';
    assert_int_equal(after(text, operands, 1, ASSIGN_DONE).len, LINE_BYTES);
    size_t length = (size_t)sprintf(text, "advert");
    for (int i = 0; i < LINE_FIELDS; i++)
        length += (size_t)sprintf(text + length, " k%d=1", i);
    after(text, operands, 1, ASSIGN_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_key_goes_to_its_place),
        cmocka_unit_test(nothing_is_set_where_it_does_not_belong),
        cmocka_unit_test(what_cannot_be_set_is_refused),
        cmocka_unit_test(a_full_line_takes_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
