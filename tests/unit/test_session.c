/* vrrp-elect without its descriptors: lines and two clocks in, lines out. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/session.h"

enum { OUTPUT = 1 << 22 };

struct run {
    struct session *session;
    char *output;
    size_t length;
    char complaint[256];
};

static void emit(void *context, enum level_kind kind, const struct identity *id, const char *line, size_t len)
{
    struct run *r = context;
    (void)kind;
    (void)id;
    assert_true(r->length + len < OUTPUT);
    memcpy(r->output + r->length, line, len);
    r->length += len;
    r->output[r->length] = '\0';
}

static void complain(void *context, struct span word, const char *reason)
{
    struct run *r = context;
    snprintf(r->complaint, sizeof r->complaint, "%.*s: %s", (int)word.len, word.at, reason);
}

static void configure(struct run *r, const char *vr)
{
    struct line l;
    struct span where;
    struct vr_config c = {0};
    static struct prefix_buffer buffer;
    struct config_error error = {0};
    assert_int_equal(line_parse(&l, vr, strlen(vr), &where), LINE_OK);
    if (!config_parse(&c, &buffer, &l, &error))
        fail_msg("%s: %s", vr, error.reason);
    assert_int_equal(session_configure(r->session, &c), SESSION_VR_DONE);
}

static void begin(struct run *r, bool replay, bool pass, const char *vr)
{
    struct session_options o = {
        .replay = replay, .pass = pass, .boot = "here", .emit = emit, .complain = complain, .context = r};
    *r = (struct run){.output = calloc(1, OUTPUT)};
    assert_non_null(r->output);
    r->session = session_new(&o);
    assert_non_null(r->session);
    if (vr)
        configure(r, vr);
}

static void finish(struct run *r)
{
    session_free(r->session);
    free(r->output);
}

/* The wall clock of these tests is the steady one plus 1000 s, and what it was stepped or slewed by. */
static int64_t wall_moved_ns;

static struct session_now clocks(int64_t steady_us)
{
    return (struct session_now){.steady = {steady_us}, .wall = {(steady_us + 1000000000) * 1000 + wall_moved_ns}};
}

static enum session_result feed_at(struct run *r, const char *line, int64_t steady_us)
{
    struct session_now now = clocks(steady_us);
    return session_line(r->session, line, strlen(line), false, &now);
}

static void replay_text(struct run *r, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        struct session_now now = clocks(77);
        session_line(r->session, text, len, false, &now);
        text += len + (text[len] == '\n');
    }
    struct session_now now = clocks(99);
    session_end(r->session, &now);
}

/* The decisions of an output: its send, state, elected, vacant and notice lines, without TIME and replay=yes. */
static char *decisions(const char *output)
{
    char *out = calloc(1, OUTPUT);
    assert_non_null(out);
    char *to = out;
    for (const char *at = output; *at; at += strcspn(at, "\n") + 1) {
        const char *event = at + strcspn(at, " ") + 1;
        size_t len = strcspn(event, "\n");
        static const char *const kinds[] = {"send ", "state ", "elected ", "vacant ", "notice "};
        for (size_t i = 0; i < nitems(kinds); i++) {
            if (strncmp(event, kinds[i], strlen(kinds[i])) != 0)
                continue;
            static const char mark[] = " replay=yes";
            size_t keep = len;
            if (len > strlen(mark) && strncmp(event + len - strlen(mark), mark, strlen(mark)) == 0)
                keep -= strlen(mark);
            memcpy(to, event, keep);
            to += keep;
            *to++ = '\n';
        }
    }
    return out;
}

#define CLOCK_LIVE "1010.000000000 clock mono=10.000000 boot=here source=live"
#define CLOCK_FILE "5000.000000000 clock mono=5000.000000 boot=file source=file\n"
#define VR         "vr if=eth0 vrid=51 prio=100 ip=192.0.2.1"
#define PEER                                                                                                           \
    " advert if=eth0 af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.2 dst=224.0.0.18 ttl=255 cksum=pseudo auth=none ip=192.0.2.1"

#define LINK " link if=eth0 state=up mac=02:00:00:00:00:01 mtu=1500 primary4=192.0.2.10"
#define OWN                                                                                                            \
    " advert if=eth0 af=4 vrid=51 dir=out ver=3 prio=100 interval=1s src=192.0.2.10 dst=224.0.0.18 ttl=255 "           \
    "cksum=pseudo auth=none ip=192.0.2.1"

static void starts_with_the_first_line(void **state)
{
    (void)state;
    struct run r;
    begin(&r, false, false, VR);
    struct session_now now = clocks(9000000);
    session_idle(r.session, &now);
    assert_int_equal(session_deadline(r.session).us, INSTANT_NEVER.us);
    assert_int_equal(r.length, 0);
    feed_at(&r, CLOCK_LIVE, 10001000);
    assert_int_equal(r.length, 0); /* the interfaces are still to be told */
    feed_at(&r, "1010.000000000" LINK, 10001000);
    assert_non_null(strstr(r.output, "1010.000000000 state if=eth0 af=4 vrid=51 name=eth0-v4-51 from=init to=backup"));
    assert_int_equal(session_deadline(r.session).us, 10000000 + 3609375);
    finish(&r);
}

/* An owner that did not wait would speak on an interface that is down. */
static void an_owner_waits_for_its_link_line(void **state)
{
    (void)state;
    struct run r;
    begin(&r, false, false, "vr if=eth0 vrid=51 prio=255 ip=192.0.2.1");
    feed_at(&r, CLOCK_LIVE, 10001000);
    feed_at(&r, "1010.0 link if=eth1 state=up primary4=192.0.2.1", 10001000);
    assert_null(strstr(r.output, " state "));
    feed_at(&r, "1010.0 link if=eth0 state=down", 10001000);
    assert_null(strstr(r.output, " send "));
    assert_non_null(strstr(r.output, "from=init to=fault why=link"));
    finish(&r);

    begin(&r, false, false, "vr if=eth0 vrid=51 prio=255 ip=192.0.2.1");
    feed_at(&r, CLOCK_LIVE, 10001000); /* and no link line comes: it is up */
    assert_int_equal(session_look(r.session).us, 10100000);
    struct session_now now = clocks(10100000);
    session_idle(r.session, &now);
    assert_non_null(strstr(r.output, "from=init to=active why=owner"));
    finish(&r);
}

static void live_silence_is_judged_by_the_steady_clock(void **state)
{
    (void)state;
    struct run r;
    begin(&r, false, false, VR);
    feed_at(&r, CLOCK_LIVE, 10001000);
    feed_at(&r, "1010.500000000" PEER, 10500100);
    assert_int_equal(session_deadline(r.session).us, 10500000 + 3609375);
    /* The wall clock jumps a day ahead; nothing happens but that the next line below says so. */
    struct session_now later = clocks(14109374);
    later.wall.ns += 86400 * INT64_C(1000000000);
    session_idle(r.session, &later);
    assert_null(strstr(r.output, " send "));
    later.steady.us++;
    session_idle(r.session, &later);
    assert_non_null(strstr(r.output, " send "));
    assert_non_null(strstr(r.output, "87414.109374000 clock mono=14.109375 boot=here source=live by=elect\n"));
    finish(&r);
}

static void a_file_is_a_replay(void **state)
{
    (void)state;
    struct run r;
    begin(&r, false, false, VR " startup-delay=0s");
    replay_text(&r, CLOCK_FILE "5000.0" PEER "\n5004.0 tick every=100ms\n");
    assert_true(session_is_replay(r.session));
    assert_non_null(strstr(r.output, "5003.609375000 send "));
    for (const char *at = strstr(r.output, " send "); at; at = strstr(at + 1, " send "))
        assert_non_null(strstr(at, "replay=yes"));
    finish(&r);
}

static void old_lines_are_refused_live(void **state)
{
    (void)state;
    struct run r;
    begin(&r, false, false, VR);
    assert_int_equal(feed_at(&r, "999.0" PEER, 10000000), SESSION_OLD);
    assert_int_equal(r.length, 0);
    finish(&r);
    begin(&r, false, false, VR);
    assert_int_equal(feed_at(&r, "1001.0" PEER, 10000000), SESSION_GOES_ON);
    finish(&r);
}

static void a_replay_goes_from_deadline_to_deadline(void **state)
{
    (void)state;
    struct run r;
    begin(&r, true, false, VR);
    replay_text(&r, CLOCK_FILE "5000.0" PEER "\n5010.0 tick every=100ms\n");
    char *got = decisions(r.output);
    unsigned sends = 0;
    for (const char *at = strstr(got, "send "); at; at = strstr(at + 1, "send "))
        sends++;
    /* At 5003.609375 and then each second until 5010, and the resignation at the end. */
    assert_int_equal(sends, 8);
    free(got);
    finish(&r);
}

static void control_is_not_taken_from_live_input(void **state)
{
    (void)state;
    struct run r;
    begin(&r, false, false, NULL);
    feed_at(&r, CLOCK_LIVE, 10000000);
    feed_at(&r, "1010.1 " VR, 10100000);
    assert_int_equal(session_routers(r.session), 0);
    assert_non_null(strstr(r.complaint, "configures nothing here"));
    struct session_now now = clocks(10200000);
    session_line(r.session, VR, strlen(VR), true, &now);
    assert_int_equal(session_routers(r.session), 1);
    finish(&r);
}

static void names_are_decoded(void **state)
{
    (void)state;
    struct run r;
    begin(&r, false, false, VR " name=a%20b");
    feed_at(&r, CLOCK_LIVE, 10000000);
    struct session_now now = clocks(10200000);
    session_line(r.session, "status name=a%20b id=1", 22, true, &now);
    assert_non_null(strstr(r.output, "status id=1 end=yes count=1"));
    session_line(r.session, "yield name=a%20b force=yes", 26, true, &now);
    assert_string_equal(r.complaint, "");
    session_line(r.session, "novr name=a%20c", 15, true, &now);
    assert_string_equal(r.complaint, "name=a%20c: no such virtual router");
    session_line(r.session, "novr name=a%20b", 15, true, &now);
    assert_int_equal(session_routers(r.session), 0);
    finish(&r);
}

static void decisions_of_others_are_not_passed_on(void **state)
{
    (void)state;
    struct run r;
    begin(&r, false, true, NULL);
    feed_at(&r, CLOCK_LIVE, 10000000);
    feed_at(&r, "1010.1 send if=eth0 af=4 vrid=51 name=x ver=3 prio=100 interval=1s ip=192.0.2.1", 10100000);
    feed_at(&r, "1010.1 state if=eth0 af=4 vrid=51 name=x from=backup to=active why=x prio=100 ip=192.0.2.1", 10100000);
    feed_at(&r, "1010.1 fancy new=event", 10100000);
    feed_at(&r, "fancy by=hand", 10200000);
    assert_string_equal(r.output, CLOCK_LIVE "\n1010.000000000 clock mono=10.000000 boot=here source=live by=elect\n"
                                             "1010.1 fancy new=event\n1010.200000000 fancy by=hand\n");
    finish(&r);
}

static void a_decision_has_the_time_of_its_packet(void **state)
{
    (void)state;
    struct run r;
    begin(&r, false, false, NULL);
    feed_at(&r, "1010.000000700 clock mono=10.000000 boot=here source=live", 10000000);
    feed_at(&r, "1010.123456789" PEER, 10200000);
    assert_string_equal(r.output, "1010.123456789 elected if=eth0 af=4 vrid=51 active=192.0.2.2 prio=150 why=first\n");
    finish(&r);
}

static void only_lost_is_passed_on_without_being_asked(void **state)
{
    (void)state;
    struct run r;
    begin(&r, false, false, NULL);
    feed_at(&r, CLOCK_LIVE, 10000000);
    feed_at(&r, "1010.1 tick every=100ms", 10100000);
    feed_at(&r, "1010.2 lost where=vrrp-listen n=3", 10200000);
    assert_string_equal(r.output, "1010.2 lost where=vrrp-listen n=3\n");
    finish(&r);
}

/* What is refused is no part of the log: a replay would take it. */
static void refused_lines_are_not_passed_on(void **state)
{
    (void)state;
    struct run r;
    begin(&r, false, true, NULL);
    feed_at(&r, CLOCK_LIVE, 10000000);
    size_t before = r.length;
    feed_at(&r, "1010.1 " VR, 10100000);
    feed_at(&r, "1010.1 clock mono=9.000000 boot=elsewhere source=live", 10100000);
    assert_int_equal(r.length, before);
    feed_at(&r, "1010.1 clock mono=99.000000 boot=here source=live", 10100000);
    assert_string_equal(r.complaint, "mono=99.000000: a value that it cannot have");
    assert_int_equal(r.length, before);
    feed_at(&r, "1010.1 status id=1 end=yes count=0", 10100000);
    assert_non_null(strstr(r.output + before, "1010.1 status id=1 end=yes count=0\n"));
    finish(&r);
}

/* It is a moment ahead of us, so silence is not to be believed in. */
static void a_clock_line_that_is_ahead_fires_nothing(void **state)
{
    (void)state;
    struct run r;
    begin(&r, false, false, VR);
    feed_at(&r, CLOCK_LIVE, 10001000);
    feed_at(&r, "1010.000000000" LINK, 10001000);
    feed_at(&r, "1099.0 clock mono=99.000000 boot=here source=live", 10100000);
    assert_null(strstr(r.output, " send "));
    assert_int_equal(session_deadline(r.session).us, 10000000 + 3609375);
    finish(&r);
}

static void a_bad_line_is_told_and_skipped(void **state)
{
    (void)state;
    struct run r;
    begin(&r, false, false, VR);
    feed_at(&r, CLOCK_LIVE, 10000000);
    feed_at(&r, "1010.000000000" LINK, 10000000);
    feed_at(&r, "1010.2 advert if=eth0 af=4 vrid=51 ver=3 prio=1000 interval=1s src=192.0.2.2", 10200000);
    assert_string_equal(r.complaint, "prio=1000: a value that it cannot have");
    feed_at(&r, "1010.3 advert if=eth0 if=eth1", 10300000);
    assert_non_null(strstr(r.complaint, "if=eth1"));
    assert_int_equal(session_deadline(r.session).us, 10000000 + 3609375);
    finish(&r);
}

static void interfaces_that_never_match_are_noticed(void **state)
{
    (void)state;
    struct run r;
    begin(&r, true, false, "vr if=eth9 vrid=51 ip=192.0.2.1");
    replay_text(&r, CLOCK_FILE "5000.0" PEER "\n");
    assert_true(session_missed_interfaces(r.session));
    finish(&r);
    begin(&r, true, false, VR);
    replay_text(&r, CLOCK_FILE "5000.0" PEER "\n");
    assert_false(session_missed_interfaces(r.session));
    finish(&r);
}

static void another_boot_in_a_replay_goes_on(void **state)
{
    (void)state;
    struct run r;
    begin(&r, true, false, VR);
    replay_text(&r, "5000.0 clock mono=900.000000 boot=a source=live\n5000.0" PEER "\n5001.0" PEER
                    "\n5060.0 clock mono=3.000000 boot=b source=live\n5060.5" PEER "\n");
    assert_non_null(strstr(r.output, "5004.609375000 send "));
    assert_non_null(strstr(r.output, "from=active to=backup why=priority"));
    finish(&r);
}

/* Silence, and what may be wrong with it. */

static void idle_at(struct run *r, int64_t steady_us)
{
    struct session_now now = clocks(steady_us);
    session_idle(r->session, &now);
}

static void control_at(struct run *r, const char *line, int64_t steady_us)
{
    struct session_now now = clocks(steady_us);
    session_line(r->session, line, strlen(line), true, &now);
}

static void heard_at_10_s(struct run *r, bool ticks)
{
    begin(r, false, false, VR);
    feed_at(r, CLOCK_LIVE, 10000000);
    feed_at(r, "1010.000000000" LINK, 10000000);
    feed_at(r, "1010.000000000" PEER, 10000000);
    if (ticks)
        feed_at(r, "1010.000000000 tick every=100ms", 10000000);
}

static bool said(const struct run *r, const char *text)
{
    return strstr(r->output, text) != NULL;
}

/* Stopped for 10 s, and woken before the source was. */
static void after_a_stall_silence_waits_for_a_line_of_after_it(void **state)
{
    (void)state;
    struct run r;
    heard_at_10_s(&r, true);
    feed_at(&r, "1013.6 tick every=100ms", 13600000);
    idle_at(&r, 20000000);
    assert_false(said(&r, "to=active"));
    assert_int_equal(session_look(r.session).us, 20300001);
    feed_at(&r, "1013.000000000" PEER, 20000100); /* it had been heard all the time */
    feed_at(&r, "1019.900000000" PEER, 20000200);
    idle_at(&r, 20000300);
    assert_false(said(&r, "to=active"));
    feed_at(&r, "1020.010000000 tick every=100ms", 20010000);
    idle_at(&r, 20010100);
    assert_false(said(&r, "to=active"));
    assert_int_equal(session_deadline(r.session).us, 20000000 + 3609375); /* of the clock, which had moved on */
    finish(&r);

    heard_at_10_s(&r, true);
    feed_at(&r, "1013.6 tick every=100ms", 13600000);
    idle_at(&r, 20000000);
    feed_at(&r, "1020.010000000 tick every=100ms", 20010000); /* now it is known that nobody spoke */
    assert_true(said(&r, "to=active why=timed-out"));
    finish(&r);
}

static void a_little_late_is_no_stall(void **state)
{
    (void)state;
    struct run r;
    heard_at_10_s(&r, true);
    feed_at(&r, "1013.6 tick every=100ms", 13600000);
    idle_at(&r, 13609375 + 50000);
    assert_true(said(&r, "to=active why=timed-out"));
    finish(&r);
}

static void without_ticks_an_empty_input_is_silence(void **state)
{
    (void)state;
    struct run r;
    heard_at_10_s(&r, false);
    idle_at(&r, 20000000);
    assert_true(said(&r, "to=active why=timed-out"));
    finish(&r);
}

static void a_deaf_listener_takes_nothing_over(void **state)
{
    (void)state;
    struct run r;
    heard_at_10_s(&r, true);
    feed_at(&r, "1013.300000000 tick every=100ms", 13300000);
    idle_at(&r, 13609375);
    assert_true(said(&r, "from=backup to=fault why=deaf"));
    assert_false(said(&r, " send "));
    feed_at(&r, "1015.000000000 tick every=100ms", 15000000);
    assert_true(said(&r, "from=fault to=backup why=recovered"));
    assert_int_equal(session_deadline(r.session).us, 15000000 + 3609375);
    finish(&r);
}

static void a_hold_that_no_line_ends_is_deafness(void **state)
{
    (void)state;
    struct run r;
    heard_at_10_s(&r, true);
    idle_at(&r, 20000000);
    idle_at(&r, 20300001);
    assert_true(said(&r, "from=backup to=fault why=deaf"));
    finish(&r);
}

static void lost_lines_excuse_a_silence_once(void **state)
{
    (void)state;
    struct run r;
    heard_at_10_s(&r, true);
    feed_at(&r, "1013.600000000 tick every=100ms", 13600000);
    feed_at(&r, "1013.800000000 lost where=vrrp-listen n=900", 13800000);
    feed_at(&r, "1013.700000000 tick every=100ms", 13800100); /* of before that was told */
    feed_at(&r, "1017.380000000 tick every=100ms", 17380000);
    feed_at(&r, "1017.400000000 lost where=capture n=1", 17400000);
    idle_at(&r, 17409374);
    assert_false(said(&r, "to=active"));
    idle_at(&r, 17409375);
    assert_true(said(&r, "to=active why=timed-out"));
    finish(&r);

    heard_at_10_s(&r, true);
    feed_at(&r, "1013.500000000 tick every=100ms", 13500000);
    feed_at(&r, "1013.550000000 lost where=limit n=900", 13550000); /* what was too much is no gap */
    feed_at(&r, "1013.600000000 lost where=vrrp-elect n=9", 13550000);
    idle_at(&r, 13609375);
    assert_true(said(&r, "to=active why=timed-out"));
    finish(&r);
}

/* An Active, by silence. */
static void active_at_14_s(struct run *r)
{
    heard_at_10_s(r, true);
    feed_at(r, "1013.600000000 tick every=100ms", 13600000);
    idle_at(r, 13609375);
    assert_true(said(r, "to=active why=timed-out"));
}

static void an_active_that_is_not_seen_leaving_stalls(void **state)
{
    (void)state;
    struct run r;
    active_at_14_s(&r);
    feed_at(&r, "1013.610000000" OWN, 13610000);
    feed_at(&r, "1017.219374000 tick every=100ms", 17219374);
    assert_false(said(&r, "to=fault"));
    idle_at(&r, 17219375); /* by itself the clock proves nothing */
    assert_false(said(&r, "to=fault"));
    feed_at(&r, "1017.219375000 tick every=100ms", 17219375);
    assert_true(said(&r, "from=active to=fault why=stalled"));
    assert_true(said(&r, "prio=0"));
    feed_at(&r, "1018.000000000" PEER, 18000000);
    assert_true(said(&r, "from=fault to=backup why=recovered"));
    finish(&r);
}

static void another_program_of_this_host_is_noticed(void **state)
{
    (void)state;
    struct run r;
    heard_at_10_s(&r, true);
    feed_at(&r, "1011.000000000" OWN, 11000000); /* not ours: we have sent nothing */
    assert_true(said(&r, "from=backup to=fault why=local-speaker"));
    feed_at(&r, "1014.900000000 tick every=100ms", 14900000);
    assert_false(said(&r, "recovered"));
    feed_at(&r, "1015.000000000 tick every=100ms", 15000000);
    assert_true(said(&r, "why=recovered"));
    finish(&r);

    /* One that sends just what we send. */
    active_at_14_s(&r);
    for (int64_t t = 13610000; t < 17000000 && !said(&r, "local-speaker"); t += 1000000) {
        char line[300];
        for (int i = 0; i < 2; i++) {
            snprintf(line, sizeof line, "%" PRId64 ".%06" PRId64 "000" OWN, (t + 1000000000) / 1000000,
                     t % 1000000 + i);
            feed_at(&r, line, t + i);
        }
        idle_at(&r, t + 1000000 - 625); /* the next one is sent */
    }
    assert_true(said(&r, "from=active to=fault why=local-speaker"));
    finish(&r);
}

static void our_own_come_round_are_ours(void **state)
{
    (void)state;
    struct run r;
    active_at_14_s(&r);
    for (int64_t t = 13610000; t < 60000000; t += 1000000) {
        char line[300];
        snprintf(line, sizeof line, "%" PRId64 ".%06" PRId64 "000" OWN, (t + 1000000000) / 1000000, t % 1000000);
        feed_at(&r, line, t);
        idle_at(&r, t + 1000000 - 625);
    }
    assert_false(said(&r, "to=fault"));
    /* Yielded; the last one was on its way. */
    control_at(&r, "yield name=eth0-v4-51", 60000000);
    feed_at(&r, "1059.999000000" OWN, 60001000);
    feed_at(&r, "1060.001000000 advert if=eth0 af=4 vrid=51 dir=out ver=3 prio=0 interval=1s src=192.0.2.10", 60002000);
    assert_false(said(&r, "to=fault"));
    finish(&r);
}

static void in_the_shadow_of_another_daemon(void **state)
{
    (void)state;
    struct run r;
    struct session_options o = {.shadow = true, .boot = "here", .emit = emit, .complain = complain, .context = &r};
    r = (struct run){.output = calloc(1, OUTPUT)};
    assert_non_null(r.output);
    r.session = session_new(&o);
    assert_non_null(r.session);
    configure(&r, VR);
    feed_at(&r, CLOCK_LIVE, 10000000);
    feed_at(&r, "1010.000000000" LINK, 10000000);
    for (int t = 10; t < 20; t++) {
        char line[300];
        snprintf(line, sizeof line, "10%d.000000000" OWN, t);
        feed_at(&r, line, t * 1000000);
    }
    assert_false(said(&r, "to=active"));
    idle_at(&r, 22609375); /* it is silent: we would take over */
    assert_true(said(&r, "from=backup to=active why=timed-out"));
    assert_true(said(&r, " shadow=yes\n"));
    assert_false(said(&r, " send "));
    feed_at(&r, "1023.000000000" OWN, 23000000); /* it is back, with our address and priority */
    assert_true(said(&r, "from=active to=backup why=tie-break"));
    finish(&r);
}

static void adverts_do_not_wait_for_input_to_end(void **state)
{
    (void)state;
    struct run r;
    begin(&r, false, false, VR);
    configure(&r, "vr if=eth0 vrid=52 prio=255 interval=100ms ip=192.0.2.2");
    feed_at(&r, CLOCK_LIVE, 10000000);
    feed_at(&r, "1010.000000000" LINK, 10000000);
    struct session_now now = clocks(20000000); /* 10 s of lines wait */
    r.length = 0;
    session_busy(r.session, &now);
    assert_true(said(&r, "vrid=52 name=eth0-v4-52 ver=3 prio=255"));
    assert_false(said(&r, "name=eth0-v4-51"));
    feed_at(&r, "1019.000000000" PEER, 20000100);
    feed_at(&r, "1020.100000000" PEER, 20100000);
    assert_false(said(&r, "name=eth0-v4-51"));
    finish(&r);
}

/* It said nothing meanwhile, and what it did not say is not missed. */
static void an_active_that_stood_still_goes_on(void **state)
{
    (void)state;
    struct run r;
    struct session_now now = clocks(20000000);
    begin(&r, false, false, "vr if=eth0 vrid=52 prio=255 interval=1s ip=192.0.2.2");
    feed_at(&r, CLOCK_LIVE, 10000000);
    feed_at(&r, "1010.000000000" LINK, 10000000);
    feed_at(&r, "1010.100000000 tick every=100ms", 10100000);
    r.length = 0;
    session_awake(r.session, &now);
    assert_true(said(&r, "1020.000000000 send "));
    feed_at(&r, "1014.000000000 tick every=100ms", 20000100); /* of the time when it stood still */
    feed_at(&r, "1020.100000000 tick every=100ms", 20100000);
    assert_false(said(&r, " state "));
    feed_at(&r, "1022.100000000 tick every=100ms", 22100000); /* but what it says now is to leave */
    assert_false(said(&r, " state "));
    feed_at(&r, "1022.200000000 tick every=100ms", 22200000);
    assert_true(said(&r, "from=active to=fault why=stalled"));
    finish(&r);
}

/* Control */

static char answers[4096];

static void on_answer(void *context, const char *line, size_t len)
{
    size_t at = strlen(answers);
    (void)context;
    assert_true(at + len < sizeof answers);
    memcpy(answers + at, line, len);
    answers[at + len] = '\0';
}

static void control_lines_with_an_id_are_answered(void **state)
{
    (void)state;
    struct run r;
    struct session_options o = {.boot = "here", .emit = emit, .complain = complain, .answer = on_answer, .context = &r};
    r = (struct run){.output = calloc(1, OUTPUT)};
    assert_non_null(r.output);
    r.session = session_new(&o);
    assert_non_null(r.session);
    configure(&r, VR);
    feed_at(&r, CLOCK_LIVE, 10000000);
    feed_at(&r, "1010.000000000" LINK, 10000000);
    static const struct {
        const char *line, *answer;
    } rows[] = {
        {"track name=web state=up id=1", "answer id=1 done=yes\n"},
        {"track name=web state=sideways id=2", "answer id=2 done=no why=bad\n"},
        {"yield name=nobody id=3", "answer id=3 done=no why=unknown\n"},
        {"yield name=eth0-v4-51 id=4", "answer id=4 done=no why=nobody\n"},
        {"yield name=eth0-v4-51 off=true id=5", "answer id=5 done=no why=bad\n"},
        {"yield name=eth0-v4-51 force=yes id=6", "answer id=6 done=yes\n"},
        {"vr if=eth0 vrid=52 name=eth0-v4-51 ip=192.0.2.2 id=7", "answer id=7 done=no why=name-taken\n"},
        {"vr if=eth0 vrid=52 id=7 ip=192.0.2.2 colour=red", "answer id=7 done=no why=bad\n"},
        {"novr name=eth0-v4-52 id=8", "answer id=8 done=no why=unknown\n"},
        {"commit id=9", "answer id=9 done=no why=no-begin\n"},
        {"status id=10", "status id=10 end=yes count=1\n"},
        {"status", ""},
        {"stop id=11", "answer id=11 done=yes\n"},
    };
    for (size_t i = 0; i < nitems(rows); i++) {
        answers[0] = '\0';
        control_at(&r, rows[i].line, 11000000);
        size_t length = strlen(answers), expected = strlen(rows[i].answer);
        if (length < expected || strcmp(answers + length - expected, rows[i].answer) != 0 || (expected == 0 && length))
            fail_msg("%s: \"%s\"", rows[i].line, answers);
        assert_true(expected == 0 || said(&r, rows[i].answer));
    }
    finish(&r);
}

static void the_whole_set_at_once(void **state)
{
    (void)state;
    struct run r;
    begin(&r, false, false, "vr if=eth0 vrid=51 name=a prio=255 ip=192.0.2.1");
    configure(&r, "vr if=eth0 vrid=52 name=b prio=255 ip=192.0.2.2");
    configure(&r, "vr if=eth0 vrid=53 name=c prio=255 ip=192.0.2.3");
    feed_at(&r, CLOCK_LIVE, 10000000);
    feed_at(&r, "1010.000000000" LINK, 10000000);
    r.length = 0;
    r.output[0] = '\0';
    control_at(&r, "begin", 10100000);
    control_at(&r, "vr if=eth0 vrid=51 name=a prio=255 ip=192.0.2.1", 10100000);
    control_at(&r, "vr if=eth0 vrid=54 name=d pri=100 ip=192.0.2.4", 10100000);
    control_at(&r, "commit", 10100000);
    assert_string_equal(r.complaint, "commit: a vr line since begin is wrong: nothing was changed");
    assert_string_equal(r.output, "");
    assert_int_equal(session_routers(r.session), 3);

    control_at(&r, "begin", 10200000);
    control_at(&r, "vr if=eth0 vrid=51 name=b prio=255 ip=192.0.2.1", 10200000); /* a and b change names */
    control_at(&r, "vr if=eth0 vrid=52 name=a prio=255 ip=192.0.2.2", 10200000);
    control_at(&r, "vr if=eth0 vrid=54 name=d prio=100 ip=192.0.2.4", 10200000);
    assert_int_equal(session_routers(r.session), 3);
    control_at(&r, "commit", 10200000);
    assert_int_equal(session_routers(r.session), 3);
    assert_true(said(&r, "vrid=53 name=c from=active to=init why=shutdown"));
    assert_true(said(&r, "vrid=54 name=d from=init to=backup why=startup"));
    assert_false(said(&r, "vrid=51"));
    assert_false(said(&r, "vrid=52"));
    control_at(&r, "status name=a", 10300000);
    assert_true(said(&r, "status if=eth0 af=4 vrid=52 name=a"));
    finish(&r);
}

static void lines_without_time_wait_for_a_replay_to_have_one(void **state)
{
    (void)state;
    struct run r;
    begin(&r, true, false, NULL);
    replay_text(&r, VR "\n1763796129.000000000" PEER "\n1763796130.000000000" PEER "\n");
    assert_true(said(&r, "1763796129.000000000 state if=eth0 af=4 vrid=51 name=eth0-v4-51 from=init to=backup"));
    assert_false(said(&r, "to=active"));
    finish(&r);

    begin(&r, true, false, NULL);
    replay_text(&r, VR "\nstatus id=1\n");
    assert_true(said(&r, "status id=1 end=yes count=1"));
    finish(&r);
}

/* A live run under random events, at random delays, logged with pass; then the log replayed. */

static uint64_t seed;

static unsigned below(unsigned limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed % limit);
}

/* What a person, another elect or another machine may send. */
static bool odd_line(struct run *live, int64_t now)
{
    static const char *const by_hand[] = {
        "tick every=100ms",
        "vr if=eth0 vrid=53 prio=200 interval=100ms ip=192.0.2.3",
        "track name=web state=down",
        "advert if=eth0 af=4 vrid=51 ver=3 prio=254 interval=100ms src=192.0.2.9 ip=192.0.2.1",
        "status id=1 state=active",
        "send if=eth0 vrid=51",
    };
    char text[400], rest[300];
    int64_t wall_ns = clocks(now).wall.ns;
    switch (below(9)) {
    case 0: /* slewed by up to 5 ms */
        wall_moved_ns += (int64_t)below(10000000) - 5000000;
        return true;
    case 1: /* stepped by up to two hours; the source says so, or not yet */
        wall_moved_ns = (3600 + (int64_t)below(7200)) * 1000000000;
        if (below(2))
            return true;
        wall_ns = clocks(now).wall.ns;
        snprintf(rest, sizeof rest, "clock mono=%" PRId64 ".%06" PRId64 " boot=here source=live", now / 1000000,
                 now % 1000000);
        break;
    case 2:
        feed_at(live, by_hand[below(nitems(by_hand))], now);
        return true;
    case 3:
        snprintf(rest, sizeof rest, "clock mono=%u.0 boot=%s source=live", below(100000),
                 below(2) ? "here" : "elsewhere");
        break;
    case 4: /* ahead, or long ago */
        wall_ns += ((int64_t)below(7200) - 3600) * 1000000000;
        strcpy(rest, by_hand[below(nitems(by_hand))]);
        break;
    default:
        return false;
    }
    snprintf(text, sizeof text, "%" PRId64 ".%09" PRId64 " %s", wall_ns / 1000000000, wall_ns % 1000000000, rest);
    feed_at(live, text, now);
    return true;
}

static void random_control(char *text, size_t size)
{
    static const char *const lines[] = {
        "track name=web state=up",
        "track name=web state=down",
        "track name=web state=up for=300ms",
        "yield name=eth0-v4-51",
        "yield name=eth0-v4-51 off=yes",
        "vr if=eth0 vrid=51 prio=140 interval=200ms ip=192.0.2.1",
        "vr if=eth0 vrid=51 prio=100 interval=100ms ip=192.0.2.1,192.0.2.7",
        "vr if=eth1 vrid=53 ver=3 prio=254 interval=50ms ip=192.0.2.3 track=web",
        "vr if=eth1 vrid=53 ver=2 prio=90 ip=192.0.2.3",
        "novr name=eth1-v4-53",
        "status id=3",
        "yield name=eth0-v4-52 id=4 force=yes",
        "begin",
        "commit",
        "vr if=eth0 vrid=51 prio=90 interval=100ms ip=192.0.2.1",
        "vr if=eth0 vrid=52 prio=255 interval=200ms ip=192.0.2.1",
    };
    snprintf(text, size, "%s", lines[below(nitems(lines))]);
}

static void random_line(char *text, size_t size, int64_t wall_us)
{
    static const char *const interfaces[] = {"eth0", "eth1"};
    static const unsigned prios[] = {0, 50, 100, 100, 150, 255};
    int n = snprintf(text, size, "%" PRId64 ".%06" PRId64 "000 ", wall_us / 1000000, wall_us % 1000000);
    char *rest = text + n;
    size -= (size_t)n;
    const char *interface = interfaces[below(2)];
    switch (below(13)) {
    case 12:
        snprintf(rest, size, "lost where=%s n=7", below(4) ? "vrrp-listen" : "limit");
        break;
    case 0:
        snprintf(rest, size, "link if=%s state=%s mac=02:00:00:00:00:01 mtu=1500 primary4=192.0.2.10", interface,
                 below(3) ? "up" : "down");
        break;
    case 1:
    case 2:
        snprintf(rest, size, "tick every=100ms");
        break;
    default:
        snprintf(rest, size,
                 "advert if=%s af=4 vrid=%u dir=%s ver=3 prio=%u interval=%ums src=192.0.2.%u dst=224.0.0.18 ttl=255 "
                 "cksum=%s auth=none ip=192.0.2.1",
                 interface, 51 + below(2), below(4) ? "in" : "out", prios[below(6)], 100 * (1 + below(3)),
                 2 + below(18), below(4) ? "pseudo" : "message");
        break;
    }
}

static void one_log_replayed(bool odd)
{
    static const char *const vrs[] = {
        "vr if=eth0 vrid=51 prio=100 interval=100ms ip=192.0.2.1",
        "vr if=eth0 vrid=52 prio=255 interval=200ms ip=192.0.2.1",
        "vr if=eth1 vrid=51 prio=100 interval=300ms preempt=no ip=192.0.2.1 track=web:-30",
        "vr if=eth1 vrid=52 prio=120 interval=100ms preempt-delay=700ms startup-delay=2s ip=192.0.2.1",
    };
    struct run live, replay, again;
    char text[400];
    int64_t now = 10000000;
    wall_moved_ns = odd ? INT64_C(3600000000000) + below(1000) : 0;
    begin(&live, false, true, NULL);
    for (size_t i = 0; i < nitems(vrs); i++)
        configure(&live, vrs[i]);
    if (!odd && below(2))
        feed_at(&live, CLOCK_LIVE, now);
    for (unsigned i = 0; i < 400; i++) {
        now += below(3) ? below(20000) : below(1500000);
        int64_t delay = below(3) ? below(200) : below(30000);
        if (below(8) == 0) {
            random_control(text, sizeof text);
            struct session_now at = clocks(now);
            session_line(live.session, text, strlen(text), true, &at);
        } else if (!odd || below(6) != 0 || !odd_line(&live, now)) {
            random_line(text, sizeof text, clocks(now - delay).wall.ns / 1000);
            feed_at(&live, text, now);
        }
        if (below(5) == 0) {
            struct session_now at = clocks(now += below(200000));
            if (below(2))
                session_busy(live.session, &at);
            else
                session_awake(live.session, &at);
        }
        while (below(4) && session_deadline(live.session).us <= now + 400000) {
            instant deadline = session_deadline(live.session);
            now = deadline.us > now ? deadline.us + below(90) : now + below(90);
            struct session_now at = clocks(now);
            session_idle(live.session, &at);
        }
    }
    struct session_now end = clocks(now);
    session_end(live.session, &end);

    begin(&replay, true, true, NULL);
    replay_text(&replay, live.output);
    begin(&again, true, false, NULL);
    replay_text(&again, replay.output);
    char *taken = decisions(live.output), *replayed = decisions(replay.output), *twice = decisions(again.output);
    assert_true(strlen(taken) > 1000);
    assert_string_equal(taken, replayed);
    assert_string_equal(taken, twice);
    free(taken);
    free(replayed);
    free(twice);
    finish(&live);
    finish(&replay);
    finish(&again);
}

static void a_log_replays_to_the_decisions_taken(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= 60; i++) {
        seed = i * UINT64_C(0x9E3779B97F4A7C15);
        one_log_replayed(false);
    }
}

/* Clocks that are slewed and stepped, lines without TIME, from the future, the past and other machines. */
static void an_odd_log_replays_to_the_decisions_taken(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= 200; i++) {
        seed = i * UINT64_C(0x9E3779B97F4A7C15);
        one_log_replayed(true);
    }
    wall_moved_ns = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_with_the_first_line),
        cmocka_unit_test(an_owner_waits_for_its_link_line),
        cmocka_unit_test(live_silence_is_judged_by_the_steady_clock),
        cmocka_unit_test(a_file_is_a_replay),
        cmocka_unit_test(old_lines_are_refused_live),
        cmocka_unit_test(a_replay_goes_from_deadline_to_deadline),
        cmocka_unit_test(control_is_not_taken_from_live_input),
        cmocka_unit_test(names_are_decoded),
        cmocka_unit_test(decisions_of_others_are_not_passed_on),
        cmocka_unit_test(a_decision_has_the_time_of_its_packet),
        cmocka_unit_test(only_lost_is_passed_on_without_being_asked),
        cmocka_unit_test(refused_lines_are_not_passed_on),
        cmocka_unit_test(a_clock_line_that_is_ahead_fires_nothing),
        cmocka_unit_test(a_bad_line_is_told_and_skipped),
        cmocka_unit_test(interfaces_that_never_match_are_noticed),
        cmocka_unit_test(another_boot_in_a_replay_goes_on),
        cmocka_unit_test(after_a_stall_silence_waits_for_a_line_of_after_it),
        cmocka_unit_test(a_little_late_is_no_stall),
        cmocka_unit_test(without_ticks_an_empty_input_is_silence),
        cmocka_unit_test(a_deaf_listener_takes_nothing_over),
        cmocka_unit_test(a_hold_that_no_line_ends_is_deafness),
        cmocka_unit_test(lost_lines_excuse_a_silence_once),
        cmocka_unit_test(an_active_that_is_not_seen_leaving_stalls),
        cmocka_unit_test(another_program_of_this_host_is_noticed),
        cmocka_unit_test(our_own_come_round_are_ours),
        cmocka_unit_test(in_the_shadow_of_another_daemon),
        cmocka_unit_test(adverts_do_not_wait_for_input_to_end),
        cmocka_unit_test(an_active_that_stood_still_goes_on),
        cmocka_unit_test(control_lines_with_an_id_are_answered),
        cmocka_unit_test(the_whole_set_at_once),
        cmocka_unit_test(lines_without_time_wait_for_a_replay_to_have_one),
        cmocka_unit_test(a_log_replays_to_the_decisions_taken),
        cmocka_unit_test(an_odd_log_replays_to_the_decisions_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
