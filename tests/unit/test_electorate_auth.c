/* Who is believed, and how sequence numbers go on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/electorate_host.h"

#define V2       VR " ver=2"
#define FROM2    "if=eth0 af=4 vrid=51 ver=2 prio=150 interval=1s src=192.0.2.20 ip=192.0.2.1"
#define FROM3    "if=eth0 af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.20 ip=192.0.2.1"
#define OTHERS   "eth0/51 notice auth"
#define UNPROVED "eth0/51 notice auth-unchecked"

static struct status_event last_status;
static void on_status(void *context, const struct status_event *s)
{
    (void)context;
    last_status = *s;
}

static const struct {
    const char *rule, *vr, *line, *said;
    bool heard;
    unsigned failures, mismatches;
} rows[] = {
    {"none, none", V2, FROM2 " auth=none", "", true, 0, 0},
    {"none, a password", V2, FROM2 " auth=pass:unchecked", OTHERS, false, 0, 1},
    {"none, a password that somebody has checked", V2, FROM2 " auth=pass:ok", OTHERS, false, 0, 1},
    {"2338 7.1: its password", V2 " auth=pass", FROM2 " auth=pass:ok", "", true, 0, 0},
    {"2338 7.1: a password that nobody has checked", V2 " auth=pass", FROM2 " auth=pass:unchecked", UNPROVED, false, 1,
     0},
    {"2338 7.1: no password", V2 " auth=pass", FROM2 " auth=none", OTHERS, false, 0, 1},
    {"2338 7.1: another type", V2 " auth=pass", FROM2 " auth=ah:ok seq=7", OTHERS, false, 0, 1},
    {"2338 7.1: AH", V2 " auth=ah", FROM2 " auth=ah:ok seq=7", "", true, 0, 0},
    {"2338 7.1: AH that nobody has checked", V2 " auth=ah", FROM2 " auth=ah:unchecked seq=7", UNPROVED, false, 1, 0},
    {"a trailer", VR " auth=hmac", FROM3 " auth=hmac:ok", "", true, 0, 0},
    {"no trailer", VR " auth=hmac", FROM3 " auth=none", OTHERS, false, 0, 1},
    {"not told", VR " auth=hmac", FROM3, OTHERS, false, 0, 1},
    {"a trailer that nobody has checked", VR " auth=hmac", FROM3 " auth=hmac:unchecked", UNPROVED, false, 1, 0},
    {"permissive, none", VR " auth=hmac:permissive", FROM3 " auth=none", "", true, 0, 0},
    {"permissive, a trailer", VR " auth=hmac:permissive", FROM3 " auth=hmac:ok", "", true, 0, 0},
    {"permissive, an unproved one", VR " auth=hmac:permissive", FROM3 " auth=hmac:unchecked", UNPROVED, false, 1, 0},
    {"permissive, another type", V2 " auth=ah:permissive", FROM2 " auth=pass:ok", OTHERS, false, 0, 1},
    {"receive-only, none", VR " auth=hmac:receive-only", FROM3 " auth=none", "", true, 0, 0},
    {"receive-only, a trailer", VR " auth=hmac:receive-only", FROM3 " auth=hmac:ok", "", true, 0, 0},
    {"receive-only, an unproved one", VR " auth=hmac:receive-only", FROM3 " auth=hmac:unchecked", UNPROVED, false, 1,
     0},
};

/* An Active to which a higher priority speaks: it goes to backup when it believes that, and only then. */
static void who_is_believed(void **state)
{
    (void)state;
    for (size_t i = 0; i < nitems(rows); i++) {
        struct electorate *e = active(rows[i].vr);
        hear(e, 9 * SECOND, rows[i].line);
        const char *due = rows[i].heard ? "eth0/51 backup priority" : rows[i].said;
        if (strcmp(said, due) != 0)
            fail_msg("%s: said '%s'", rows[i].rule, said);
        hear(e, 9 * SECOND + 1, rows[i].line); /* told once, counted always */
        electorate_status(e, (struct span){0}, on_status, NULL);
        if (last_status.counters.auth_failures != 2 * rows[i].failures ||
            last_status.counters.auth_type_mismatch != 2 * rows[i].mismatches)
            fail_msg("%s: counted wrongly", rows[i].rule);
        electorate_free(e);
    }
}

static void what_is_signed(void **state)
{
    (void)state;
    static const struct {
        const char *vr;
        enum auth_type type;
    } signs[] = {
        {VR, AUTH_NONE},
        {V2 " auth=pass", AUTH_PASS},
        {V2 " auth=ah", AUTH_AH},
        {VR " auth=hmac", AUTH_HMAC},
        {VR " auth=hmac:permissive", AUTH_HMAC},
        {VR " auth=hmac:receive-only", AUTH_NONE},
    };
    for (size_t i = 0; i < nitems(signs); i++) {
        struct electorate *e = active(signs[i].vr);
        assert_int_equal(last_send.auth, signs[i].type);
        assert_int_equal(last_send.seq != 0, signs[i].type == AUTH_AH);
        electorate_free(e);
    }
}

/* From one step of a fleet to the next: no transition. */
static void modes_change_without_a_flap(void **state)
{
    (void)state;
    struct electorate *e = active(VR);
    assert_true(vr_at(e, 9 * SECOND, VR " auth=hmac:receive-only"));
    assert_true(vr_at(e, 9 * SECOND, VR " auth=hmac:permissive"));
    assert_true(vr_at(e, 9 * SECOND, VR " auth=hmac"));
    expect("");
    electorate_advance(e, electorate_deadline(e));
    assert_int_equal(last_send.auth, AUTH_HMAC);
    electorate_free(e);
}

static uint32_t seconds_of(void *context, instant at)
{
    (void)context;
    return 1795000000u + (uint32_t)(at.us / SECOND);
}

static void send_next(struct electorate *e)
{
    electorate_advance(e, electorate_deadline(e));
}

static void sequence_numbers(void **state)
{
    (void)state;
    struct electorate_reports reports = electorate_host_reports;
    reports.unix_seconds = seconds_of;
    struct electorate *e = electorate_new(&reports, false);
    assert_true(vr_at(e, 0, V2 " auth=ah"));
    electorate_start(e, (instant){0});
    /* from Unix seconds on, one by one, whatever was heard of less */
    hear(e, SECOND, "if=eth0 af=4 vrid=51 ver=2 prio=150 interval=1s src=192.0.2.20 ip=192.0.2.1 auth=ah:ok seq=17");
    send_next(e);
    assert_in_range(last_send.seq, 1795000003, 1795000005);
    uint32_t first = last_send.seq;
    send_next(e);
    assert_int_equal(last_send.seq, first + 1);
    /* above what others have said, and proved, if not above what they say they have */
    hear(e, 6 * SECOND,
         "if=eth0 af=4 vrid=51 ver=2 prio=50 interval=1s src=192.0.2.20 ip=192.0.2.1 "
         "auth=ah:ok seq=2000000000");
    send_next(e);
    assert_int_equal(last_send.seq, 2000000002); /* (the answer was the first) */
    hear(e, 6 * SECOND,
         "if=eth0 af=4 vrid=51 ver=2 prio=50 interval=1s src=192.0.2.20 ip=192.0.2.1 "
         "auth=ah:unchecked seq=3000000000");
    send_next(e);
    assert_int_equal(last_send.seq, 2000000003);
    /* as far as it goes */
    hear(e, 9 * SECOND,
         "if=eth0 af=4 vrid=51 ver=2 prio=50 interval=1s src=192.0.2.20 ip=192.0.2.1 "
         "auth=ah:ok seq=4294967295");
    send_next(e);
    assert_int_equal(last_send.seq, UINT32_MAX);
    hear(e, 10 * SECOND,
         "if=eth0 af=4 vrid=51 ver=2 prio=50 interval=1s src=192.0.2.20 ip=192.0.2.1 "
         "auth=ah:ok seq=8589934592");
    send_next(e);
    assert_int_equal(last_send.seq, UINT32_MAX);
    electorate_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_believed),
        cmocka_unit_test(what_is_signed),
        cmocka_unit_test(modes_change_without_a_flap),
        cmocka_unit_test(sequence_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
