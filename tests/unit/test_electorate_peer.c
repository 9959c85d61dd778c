/* Unicast: whom a virtual router with peers hears, and what it expects of its own to be seen leaving. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/electorate_host.h"

#define PEERS2 VR " peer=192.0.2.20,192.0.2.30"
#define US     "if=eth0 state=up mac=02:00:00:00:00:01 primary4=192.0.2.10"
#define TO_US  " flags=unicast dst=192.0.2.10 ttl=255 "

static struct electorate *unicast(const char *vr)
{
    struct electorate *e = one(vr);
    link_line(e, 1, US);
    said[0] = '\0';
    return e;
}

static struct status_event last_status;
static void on_status(void *context, const struct status_event *s)
{
    (void)context;
    last_status = *s;
}
static const struct counters *counted(const struct electorate *e)
{
    electorate_status(e, (struct span){0}, on_status, NULL);
    return &last_status.counters;
}

#define FROM_AT(src, rest) "if=eth0 af=4 vrid=51 ver=3 prio=150 interval=1s src=" src rest "ip=192.0.2.1"

static const struct {
    const char *rule, *vr, *line, *said;
    bool heard;
    unsigned discarded, peer_errors, ip_ttl_errors;
} unicast_rows[] = {
    {"a peer, to us", PEERS2, FROM_AT("192.0.2.20", TO_US), "", true, 0, 0, 0},
    {"the other peer", PEERS2, FROM_AT("192.0.2.30", TO_US), "", true, 0, 0, 0},
    {"a peer by multicast", PEERS2, FROM_AT("192.0.2.20", " dst=224.0.0.18 ttl=255 "), "eth0/51 notice multicast",
     false, 1, 0, 0},
    {"a stranger by multicast", PEERS2, FROM_AT("192.0.2.66", " dst=224.0.0.18 ttl=255 "), "eth0/51 notice multicast",
     false, 1, 0, 0},
    {"a stranger", PEERS2, FROM_AT("192.0.2.66", TO_US), "eth0/51 notice peer", false, 1, 1, 0},
    {"a stranger, for another", PEERS2, FROM_AT("192.0.2.66", " flags=unicast dst=192.0.2.20 ttl=255 "), "", false, 0,
     0, 0},
    {"from peer to peer", PEERS2, FROM_AT("192.0.2.20", " flags=unicast dst=192.0.2.30 ttl=255 "), "", false, 0, 0, 0},
    {"a peer, to another address", PEERS2, FROM_AT("192.0.2.20", " flags=unicast dst=192.0.2.11 ttl=255 "),
     "eth0/51 notice destination", false, 1, 0, 0},
    {"5082: not next door", PEERS2, FROM_AT("192.0.2.20", " flags=unicast,ttl-low dst=192.0.2.10 ttl=254 "),
     "eth0/51 notice ttl", false, 1, 0, 1},
    {"TTL 0 is told, too", PEERS2, FROM_AT("192.0.2.20", " flags=unicast,ttl-low dst=192.0.2.10 ttl=0 "),
     "eth0/51 notice ttl", false, 1, 0, 1},
    {"one hop", PEERS2 " ttl=254", FROM_AT("192.0.2.20", " flags=unicast,ttl-low dst=192.0.2.10 ttl=254 "), "", true, 0,
     0, 0},
    {"one hop is not a must", PEERS2 " ttl=254", FROM_AT("192.0.2.20", TO_US), "", true, 0, 0, 0},
    {"one hop at most", PEERS2 " ttl=254", FROM_AT("192.0.2.20", " flags=unicast,ttl-low dst=192.0.2.10 ttl=253 "),
     "eth0/51 notice ttl", false, 1, 0, 1},
    {"one hop at least", PEERS2 " ttl=1..254", FROM_AT("192.0.2.20", TO_US), "eth0/51 notice ttl", false, 1, 0, 1},
    {"what is not told cannot differ", PEERS2, FROM_AT("192.0.2.20", " flags=unicast "), "", true, 0, 0, 0},
    {"src= is our address", PEERS2 " src=192.0.2.11", FROM_AT("192.0.2.20", " flags=unicast dst=192.0.2.11 ttl=255 "),
     "", true, 0, 0, 0},
    {"src= is, the primary is not", PEERS2 " src=192.0.2.11", FROM_AT("192.0.2.20", TO_US),
     "eth0/51 notice destination", false, 1, 0, 0},
    {"ourselves are no peer", PEERS2 ",192.0.2.10", FROM_AT("192.0.2.10", TO_US), "", false, 1, 0, 0},
    {"the checksum of old keepalived", PEERS2,
     "if=eth0 af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.20" TO_US "cksum=legacy-unicast ip=192.0.2.1",
     "eth0/51 notice cksum-mixed", true, 0, 0, 0},
    {"unicast to a multicast router", VR, FROM_AT("192.0.2.20", TO_US), "eth0/51 notice unicast", false, 1, 0, 0},
};

static void whom_a_unicast_router_hears(void **state)
{
    (void)state;
    for (size_t i = 0; i < nitems(unicast_rows); i++) {
        struct electorate *e = unicast(unicast_rows[i].vr);
        hear(e, 500000, unicast_rows[i].line);
        bool heard = electorate_deadline(e).us == 500000 + 3609375;
        const struct counters *c = counted(e);
        if (strcmp(said, unicast_rows[i].said) != 0 || heard != unicast_rows[i].heard)
            fail_msg("%s: said \"%s\", %s", unicast_rows[i].rule, said, heard ? "heard" : "not heard");
        if (c->discarded != unicast_rows[i].discarded || c->peer_errors != unicast_rows[i].peer_errors ||
            c->ip_ttl_errors != unicast_rows[i].ip_ttl_errors)
            fail_msg("%s: counted wrongly", unicast_rows[i].rule);
        hear(e, 600000, unicast_rows[i].line);
        assert_string_equal(said, unicast_rows[i].said);
        electorate_free(e);
    }
}

/* What another daemon of this host says is a peer's; what the peers say to it, too. */
static void a_shadow_hears_whom_it_shadows(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bool heard;
    } lines[] = {
        {"dir=out if=eth0 af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.10 dst=192.0.2.20 ttl=255 flags=unicast "
         "ip=192.0.2.1",
         true},
        {"dir=out if=eth0 af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.10 dst=192.0.2.66 ttl=255 flags=unicast "
         "ip=192.0.2.1",
         false},
        {FROM_AT("192.0.2.20", TO_US), true},
        {FROM_AT("192.0.2.66", TO_US), false},
    };
    for (size_t i = 0; i < nitems(lines); i++) {
        struct electorate *e = electorate_new(&electorate_host_reports, true);
        assert_non_null(e);
        assert_true(vr_at(e, 0, PEERS2));
        electorate_start(e, (instant){0});
        link_line(e, 1, US);
        hear(e, 500000, lines[i].line);
        if ((electorate_deadline(e).us == 500000 + 3609375) != lines[i].heard)
            fail_msg("%s", lines[i].line);
        electorate_free(e);
    }
    said[0] = '\0';
}

static void without_a_peer_it_is_a_fault(void **state)
{
    (void)state;
    struct electorate *e = one(VR " peer=192.0.2.10");
    expect("eth0/51 backup startup"); /* its own address is not known yet */
    link_line(e, 1, US);
    expect("eth0/51 fault no-peer");
    link_line(e, 2, "if=eth0 state=down");
    link_line(e, 3, "if=eth0 state=up primary4=192.0.2.11");
    expect("eth0/51 backup recovered");
    link_line(e, 4, US);
    expect("eth0/51 fault no-peer");
    assert_true(vr_at(e, 5, VR " peer=192.0.2.10,192.0.2.20"));
    expect("eth0/51 backup recovered");
    assert_true(vr_at(e, 6, VR " peer=192.0.2.10"));
    expect("eth0/51 fault no-peer");
    assert_true(vr_at(e, 7, VR));
    expect("eth0/51 backup recovered");
    electorate_free(e);
}

static void peers_change_without_a_flap(void **state)
{
    (void)state;
    struct electorate *e = unicast(VR);
    electorate_advance(e, electorate_deadline(e));
    expect("eth0/51 send 100!; eth0/51 active timed-out");
    assert_int_equal(last_send.peer.count, 0);
    assert_true(vr_at(e, 4000000, PEERS2));
    expect("");
    electorate_advance(e, electorate_deadline(e));
    expect("eth0/51 send 100");
    assert_int_equal(last_send.peer.count, 2);
    assert_int_equal(last_send.peer.items[1].bytes[3], 30);
    assert_true(vr_at(e, 5000000, VR " peer=192.0.2.30 ttl=254"));
    hear(e, 5000001, FROM_AT("192.0.2.20", TO_US));
    expect("eth0/51 notice peer");
    hear(e, 5000002, FROM_AT("192.0.2.30", " flags=unicast,ttl-low dst=192.0.2.10 ttl=254 "));
    expect("eth0/51 backup priority");
    electorate_free(e);
}

/* An Active with ticks, whose first advertisement was seen leaving, if it was. */
static struct electorate *unicast_active(bool seen)
{
    struct electorate *e = unicast(PEERS2);
    electorate_told(e, (instant){2}, 100000);
    electorate_seen(e, (instant){2});
    instant at = electorate_deadline(e);
    electorate_told(e, at, 100000);
    electorate_advance(e, at);
    expect("eth0/51 send 100!; eth0/51 active timed-out");
    if (seen)
        hear(e, at.us,
             "dir=out if=eth0 af=4 vrid=51 ver=3 prio=100 interval=1s src=192.0.2.10 dst=192.0.2.20 ttl=255 "
             "flags=unicast ip=192.0.2.1");
    return e;
}

/* Half a minute, none of our own seen; who speaks meanwhile is a peer, of a lower priority, or nobody. */
static const char *half_a_minute_unseen(struct electorate *e, bool peer_speaks)
{
    static char states[8192];
    usec from = electorate_deadline(e).us;
    for (usec t = from; t < from + 30 * SECOND; t += 100 * MILLISECOND) {
        electorate_told(e, (instant){t}, 100000);
        electorate_advance(e, (instant){t});
        if (peer_speaks && (t - from) % SECOND == 0)
            hear(e, t, "if=eth0 af=4 vrid=51 ver=3 prio=50 interval=1s src=192.0.2.20" TO_US "ip=192.0.2.1");
        electorate_seen(e, (instant){t});
    }
    strcpy(states, said);
    return states;
}

static void what_is_not_seen_leaving(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        bool seen, peer_speaks, stalled;
    } cases[] = {
        {"the peer is down: the kernel looks for it, and nothing leaves", true, false, false},
        {"by another interface", false, true, false},
        {"by another interface, or down", false, false, false},
        {"the peer is there, and what left before does not", true, true, true},
    };
    for (size_t i = 0; i < nitems(cases); i++) {
        struct electorate *e = unicast_active(cases[i].seen);
        const char *states = half_a_minute_unseen(e, cases[i].peer_speaks);
        if ((strstr(states, "fault stalled") != NULL) != cases[i].stalled)
            fail_msg("%s", cases[i].rule);
        if (cases[i].stalled) /* it goes on when the peer is heard, but the second time it waits */
            assert_non_null(strstr(strstr(states, "fault stalled") + 1, "fault stalled"));
        if (cases[i].stalled)
            assert_null(strstr(strstr(strstr(states, "fault stalled") + 1, "fault stalled"), "recovered"));
        electorate_free(e);
    }
}

#define LEAVES(to, prio)                                                                                               \
    "dir=out if=eth0 af=4 vrid=51 ver=3 prio=" prio " interval=1s src=192.0.2.10 dst=" to                              \
    " ttl=255 flags=unicast ip=192.0.2.1"

static void one_to_each_peer_is_ours(void **state)
{
    (void)state;
    struct electorate *e = unicast_active(true);
    for (int n = 0; n < 40; n++) {
        usec at = electorate_deadline(e).us;
        electorate_advance(e, (instant){at});
        hear(e, at + 1, LEAVES("192.0.2.20", "100"));
        if (n > 20) /* until then it was down */
            hear(e, at + 2, LEAVES("192.0.2.30", "100"));
    }
    assert_null(strstr(said, "fault"));
    /* what was held back leaves at once, and may be old */
    assert_true(vr_at(e, electorate_deadline(e).us - 1, PEERS2 " prio=120"));
    for (int n = 0; n < 7; n++)
        electorate_advance(e, electorate_deadline(e));
    for (int n = 0; n < 7; n++)
        hear(e, electorate_deadline(e).us - 1, LEAVES("192.0.2.30", "120"));
    assert_null(strstr(said, "fault"));
    for (int n = 0; n < 3; n++)
        electorate_advance(e, electorate_deadline(e));
    for (int n = 0; n < 3; n++)
        hear(e, electorate_deadline(e).us - 1, LEAVES("192.0.2.30", "100"));
    assert_null(strstr(said, "fault"));
    /* and what was on its way when the configuration changed is of the one before */
    assert_true(vr_at(e, electorate_deadline(e).us - 2, PEERS2 " interval=2s"));
    hear(e, electorate_deadline(e).us - 1, LEAVES("192.0.2.20", "120"));
    assert_null(strstr(said, "fault"));
    electorate_free(e);
}

static void another_program_that_speaks_to_them(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *line;
        bool fault;
    } cases[] = {
        {"to a peer", LEAVES("192.0.2.20", "100"), true},
        {"with another priority", LEAVES("192.0.2.20", "90"), true},
        {"to somebody else", LEAVES("192.0.2.77", "90"), false},
        {"forwarded",
         "dir=out if=eth0 af=4 vrid=51 ver=3 prio=90 interval=1s src=198.51.100.1 dst=192.0.2.20 ttl=254 "
         "flags=unicast,ttl-low ip=192.0.2.1",
         false},
        {"to the group", "dir=out if=eth0 af=4 vrid=51 ver=3 prio=90 interval=1s src=192.0.2.10 ip=192.0.2.1", false},
    };
    for (size_t i = 0; i < nitems(cases); i++) {
        struct electorate *e = unicast_active(true);
        for (int n = 0; n < 40 && !strstr(said, "fault"); n++) {
            usec at = electorate_deadline(e).us;
            electorate_advance(e, (instant){at});
            hear(e, at + 1, LEAVES("192.0.2.20", "100"));
            hear(e, at + 2, cases[i].line);
        }
        if ((strstr(said, "fault local-speaker") != NULL) != cases[i].fault)
            fail_msg("%s", cases[i].rule);
        electorate_free(e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whom_a_unicast_router_hears),
        cmocka_unit_test(a_shadow_hears_whom_it_shadows),
        cmocka_unit_test(without_a_peer_it_is_a_fault),
        cmocka_unit_test(peers_change_without_a_flap),
        cmocka_unit_test(what_is_not_seen_leaving),
        cmocka_unit_test(one_to_each_peer_is_ours),
        cmocka_unit_test(another_program_that_speaks_to_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
