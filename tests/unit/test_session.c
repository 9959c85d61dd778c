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

/* The wall clock of these tests is the steady one plus 1000 s. */
static struct session_now clocks(int64_t steady_us)
{
    return (struct session_now){.steady = {steady_us}, .wall = {(steady_us + 1000000000) * 1000}};
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
#define VR "vr if=eth0 vrid=51 prio=100 ip=192.0.2.1"
#define PEER " advert if=eth0 af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.2 dst=224.0.0.18 ttl=255 cksum=pseudo auth=none ip=192.0.2.1"

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
    assert_non_null(strstr(r.output, "1010.000000000 state if=eth0 af=4 vrid=51 name=eth0-v4-51 from=init to=backup"));
    assert_int_equal(session_deadline(r.session).us, 10000000 + 3609375);
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
    session_line(r.session, "yield name=a%20b", 16, true, &now);
    assert_string_equal(r.complaint, "");
    session_line(r.session, "novr name=a%20c", 15, true, &now);
    assert_string_equal(r.complaint, "a%20c: name: no such virtual router");
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

static void a_bad_line_is_told_and_skipped(void **state)
{
    (void)state;
    struct run r;
    begin(&r, false, false, VR);
    feed_at(&r, CLOCK_LIVE, 10000000);
    feed_at(&r, "1010.2 advert if=eth0 af=4 vrid=51 ver=3 prio=1000 interval=1s src=192.0.2.2", 10200000);
    assert_string_equal(r.complaint, "1000: missing or wrong: prio");
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
    replay_text(&r, "5000.0 clock mono=900.000000 boot=a source=live\n5000.0" PEER
                    "\n5001.0" PEER "\n5060.0 clock mono=3.000000 boot=b source=live\n5060.5" PEER "\n");
    assert_non_null(strstr(r.output, "5004.609375000 send "));
    assert_non_null(strstr(r.output, "from=active to=backup why=priority"));
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

static void random_line(char *text, size_t size, int64_t wall_us)
{
    static const char *const interfaces[] = {"eth0", "eth1"};
    static const unsigned prios[] = {0, 50, 100, 100, 150, 255};
    int n = snprintf(text, size, "%" PRId64 ".%06" PRId64 "000 ", wall_us / 1000000, wall_us % 1000000);
    char *rest = text + n;
    size -= (size_t)n;
    const char *interface = interfaces[below(2)];
    switch (below(12)) {
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
                 "advert if=%s af=4 vrid=%u dir=in ver=3 prio=%u interval=%ums src=192.0.2.%u dst=224.0.0.18 ttl=255 "
                 "cksum=%s auth=none ip=192.0.2.1",
                 interface, 51 + below(2), prios[below(6)], 100 * (1 + below(3)), 2 + below(18),
                 below(4) ? "pseudo" : "message");
        break;
    }
}

static void one_log_replayed(void)
{
    static const char *const vrs[] = {
        "vr if=eth0 vrid=51 prio=100 interval=100ms ip=192.0.2.1",
        "vr if=eth0 vrid=52 prio=255 interval=200ms ip=192.0.2.1",
        "vr if=eth1 vrid=51 prio=100 interval=300ms preempt=no ip=192.0.2.1 track=web:-30",
        "vr if=eth1 vrid=52 prio=120 interval=100ms preempt-delay=700ms startup-delay=2s ip=192.0.2.1",
    };
    struct run live, replay;
    char text[400];
    int64_t now = 10000000;
    begin(&live, false, true, NULL);
    for (size_t i = 0; i < nitems(vrs); i++)
        configure(&live, vrs[i]);
    if (below(2))
        feed_at(&live, CLOCK_LIVE, now);
    for (unsigned i = 0; i < 400; i++) {
        now += below(3) ? below(20000) : below(1500000);
        int64_t delay = below(3) ? below(200) : below(30000);
        if (below(8) == 0) {
            snprintf(text, sizeof text, below(2) ? "track name=web state=%s" : "yield name=eth0-v4-51 off=%s",
                     below(2) ? "up" : "down");
            if (strstr(text, "off="))
                strcpy(strstr(text, "off="), below(2) ? "off=yes" : "off=no");
            struct session_now at = clocks(now);
            session_line(live.session, text, strlen(text), true, &at);
        } else {
            random_line(text, sizeof text, now - delay + 1000000000);
            feed_at(&live, text, now);
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

    begin(&replay, true, false, NULL);
    replay_text(&replay, live.output);
    char *taken = decisions(live.output), *again = decisions(replay.output);
    assert_true(strlen(taken) > 1000);
    assert_string_equal(taken, again);
    free(taken);
    free(again);
    finish(&live);
    finish(&replay);
}

static void a_log_replays_to_the_decisions_taken(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= 60; i++) {
        seed = i * UINT64_C(0x9E3779B97F4A7C15);
        one_log_replayed();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_with_the_first_line),
        cmocka_unit_test(live_silence_is_judged_by_the_steady_clock),
        cmocka_unit_test(a_file_is_a_replay),
        cmocka_unit_test(old_lines_are_refused_live),
        cmocka_unit_test(a_replay_goes_from_deadline_to_deadline),
        cmocka_unit_test(control_is_not_taken_from_live_input),
        cmocka_unit_test(names_are_decoded),
        cmocka_unit_test(decisions_of_others_are_not_passed_on),
        cmocka_unit_test(only_lost_is_passed_on_without_being_asked),
        cmocka_unit_test(a_bad_line_is_told_and_skipped),
        cmocka_unit_test(interfaces_that_never_match_are_noticed),
        cmocka_unit_test(another_boot_in_a_replay_goes_on),
        cmocka_unit_test(a_log_replays_to_the_decisions_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
