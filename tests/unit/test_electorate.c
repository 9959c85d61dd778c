/* Which line concerns which virtual router, what is refused, and what changes at run time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/electorate_host.h"

#define VR2           VR " ver=2"
#define FROM(v, p, i) "if=eth0 af=4 vrid=51 ver=" v " prio=" p " interval=" i " src=192.0.2.2 dst=224.0.0.18 ttl=255 "
#define GOOD          "cksum=pseudo auth=none ip=192.0.2.1"

struct row {
    const char *rule, *vr, *line, *said;
    usec deadline; /* of the backup afterwards: 3609375 when nothing was heard, +500000 when it counted */
};

enum { UNHEARD = 3609375, HEARD = UNHEARD + 500000 };

static const struct row rows[] = {
    {"a valid one counts", VR, FROM("3", "150", "1s") GOOD, "", HEARD},
    {"of another interface", VR, "if=eth1 af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.2 " GOOD, "", UNHEARD},
    {"of no interface: any", VR, "af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.2 " GOOD, "", HEARD},
    {"of a VLAN on our interface", VR, "if=eth0 vlan=7 af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.2 " GOOD, "",
     UNHEARD},
    {"another VRID", VR, "if=eth0 af=4 vrid=52 ver=3 prio=150 interval=1s src=192.0.2.2 " GOOD, "", UNHEARD},
    {"the other family", VR,
     "if=eth0 af=6 vrid=51 ver=3 prio=150 interval=1s src=fe80::2 cksum=pseudo auth=none ip=fe80::1", "", UNHEARD},
    {"what we send ourselves", VR, "if=eth0 dir=out af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.2 " GOOD,
     "eth0/51 fault local-speaker", 500000 + 4000000},
    {"a resignation that leaves", VR, "if=eth0 dir=out af=4 vrid=51 ver=3 prio=0 interval=1s src=192.0.2.2 " GOOD, "",
     UNHEARD},
    {"from our own address: an echo", VR, "if=eth0 af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.10 " GOOD, "",
     UNHEARD},
    {"from our own address and MAC", VR,
     "if=eth0 af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.10 smac=02:00:00:00:00:01 " GOOD, "", UNHEARD},
    {"from our own address and another MAC", VR,
     "if=eth0 af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.10 smac=02:00:00:00:00:99 " GOOD,
     "eth0/51 notice duplicate-address", UNHEARD},
    {"the other version", VR, FROM("2", "150", "1s") GOOD, "eth0/51 notice version", UNHEARD},
    {"3768 7.1: v2 interval differs", VR2, FROM("2", "150", "2s") GOOD, "eth0/51 notice interval", UNHEARD},
    {"9568 7.1: v3 interval differs: told, and learned", VR, FROM("3", "150", "2s") GOOD, "eth0/51 notice interval",
     2 * UNHEARD + 500000},
    {"3768 7.1: v2 addresses differ", VR2, FROM("2", "150", "1s") "auth=none ip=192.0.2.7",
     "eth0/51 notice address-list", UNHEARD},
    {"3768 7.1: unless it is the owner", VR2, FROM("2", "255", "1s") "auth=none ip=192.0.2.7",
     "eth0/51 notice address-list", HEARD},
    {"9568 7.1: v3 addresses differ: told", VR, FROM("3", "150", "1s") "cksum=pseudo auth=none ip=192.0.2.7",
     "eth0/51 notice address-list", HEARD},
    {"one more address", VR, FROM("3", "150", "1s") "cksum=pseudo auth=none ip=192.0.2.1,192.0.2.7",
     "eth0/51 notice address-list", HEARD},
    {"the same addresses in another order", VR ",192.0.2.7",
     FROM("3", "150", "1s") "cksum=pseudo auth=none ip=192.0.2.7,192.0.2.1", "", HEARD},
    {"authenticated, and we are not", VR2, FROM("2", "150", "1s") "auth=pass:unchecked ip=192.0.2.1",
     "eth0/51 notice auth", UNHEARD},
    {"authenticated v3, and nothing can be checked", VR,
     FROM("3", "150", "1s") "cksum=pseudo auth=ah:unchecked ip=192.0.2.1", "eth0/51 notice auth", UNHEARD},
    {"3768 7.1: one address twice is not our two", "vr if=eth0 vrid=51 ver=2 ip=192.0.2.1,192.0.2.7",
     FROM("2", "150", "1s") "auth=none ip=192.0.2.1,192.0.2.1", "eth0/51 notice address-list", UNHEARD},
    {"3768 7.1: a resignation with another interval", VR2, FROM("2", "0", "5s") GOOD, "eth0/51 notice interval",
     UNHEARD},
    {"unicast to a multicast router", VR, FROM("3", "150", "1s") "cksum=pseudo auth=none flags=unicast ip=192.0.2.1",
     "eth0/51 notice unicast", UNHEARD},
};

static void what_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < nitems(rows); i++) {
        struct electorate *e = one(rows[i].vr);
        link_line(e, 1, "if=eth0 state=up mac=02:00:00:00:00:01 primary4=192.0.2.10");
        said[0] = '\0';
        hear(e, 500000, rows[i].line);
        if (strcmp(said, rows[i].said) != 0)
            fail_msg("%s: said \"%s\"", rows[i].rule, said);
        if (electorate_deadline(e).us != rows[i].deadline)
            fail_msg("%s: deadline %lld", rows[i].rule, (long long)electorate_deadline(e).us);
        hear(e, 600000, rows[i].line);
        if (strcmp(said, rows[i].said) != 0)
            fail_msg("%s: told twice: \"%s\"", rows[i].rule, said);
        electorate_free(e);
    }
}

static void an_unknown_interface_counts_as_up(void **state)
{
    (void)state;
    struct electorate *e = one(VR);
    expect("eth0/51 backup startup");
    link_line(e, 10, "if=eth0 state=down");
    expect("eth0/51 fault link");
    link_line(e, 20, "if=eth0 state=up");
    expect("");
    link_line(e, 30, "if=eth0 state=up primary6=fe80::1");
    expect("");
    link_line(e, 40, "if=eth0 state=up primary4=192.0.2.10");
    expect("eth0/51 backup recovered");
    link_line(e, 50, "if=eth0 state=up");
    expect("eth0/51 fault address");
    link_line(e, 60, "if=eth0 state=gone");
    link_line(e, 70, "if=eth0 state=up primary4=192.0.2.10");
    expect("eth0/51 backup recovered");
    electorate_free(e);
}

static void src_stands_for_the_primary_address(void **state)
{
    (void)state;
    struct electorate *e = active(VR " src=192.0.2.77");
    link_line(e, 4000000, "if=eth0 state=up");
    expect("");
    hear(e, 4000000, "if=eth0 af=4 vrid=51 ver=3 prio=100 interval=1s src=192.0.2.76 " GOOD);
    assert_null(strstr(said, "backup"));
    hear(e, 4500000, "if=eth0 af=4 vrid=51 ver=3 prio=100 interval=1s src=192.0.2.78 " GOOD);
    assert_non_null(strstr(said, "backup tie-break"));
    electorate_free(e);
}

/* It may be on the interface by other hands, and ahead of the host's own. */
static void a_virtual_address_is_not_spoken_from(void **state)
{
    (void)state;
    static const struct {
        const char *vr, *link, *src;
    } sources[] = {
        {VR, "primary4=192.0.2.10", "192.0.2.10"},
        {VR, "primary4=192.0.2.10 other4=192.0.2.1", "192.0.2.10"},
        {VR, "primary4=192.0.2.1 other4=192.0.2.10", "192.0.2.10"},
        {VR, "primary4=192.0.2.1", "192.0.2.1"}, /* there is no other */
        {VR, "primary4=192.0.2.99 other4=192.0.2.10", "192.0.2.99"},
        {VR " prio=255", "primary4=192.0.2.1 other4=192.0.2.10", "192.0.2.1"}, /* the owner's */
        {VR " prio=255 src=192.0.2.1", "primary4=192.0.2.10", "192.0.2.1"},
        {"vr if=eth0 vrid=51 ip=fe80::100,2001:db8::100", "primary6=fe80::100 other6=fe80::1", "fe80::1"},
    };
    for (size_t i = 0; i < nitems(sources); i++) {
        char link[128], src[IP_TEXT];
        struct electorate *e = one(sources[i].vr);
        snprintf(link, sizeof link, "if=eth0 state=up %s", sources[i].link);
        link_line(e, 1, link);
        electorate_advance(e, electorate_deadline(e));
        ip_format(src, &last_send.src);
        assert_string_equal(src, sources[i].src);
        electorate_free(e);
    }
}

static void one_name_one_router(void **state)
{
    (void)state;
    struct electorate *e = one(VR " name=web");
    assert_false(vr_at(e, 5, "vr if=eth0 vrid=52 ip=192.0.2.3 name=web"));
    assert_int_equal(electorate_count(e), 1);
    assert_false(electorate_novr(e, (instant){6}, span_of("other")));
    assert_true(electorate_novr(e, (instant){6}, span_of("web")));
    assert_int_equal(electorate_count(e), 0);
    assert_int_equal(electorate_deadline(e).us, INSTANT_NEVER.us);
    electorate_free(e);
}

static void a_change_flaps_nothing(void **state)
{
    (void)state;
    struct electorate *e = active(VR);
    assert_true(vr_at(e, 4000000, "vr if=eth0 vrid=52 ip=192.0.2.3"));
    expect("eth0/52 backup startup");
    assert_true(vr_at(e, 4000000, VR));
    expect("");
    assert_true(vr_at(e, 4000000, VR " prio=120"));
    expect("");
    assert_true(vr_at(e, 4000000, VR ",192.0.2.9 prio=120"));
    expect("eth0/51 send 120!");
    assert_true(vr_at(e, 4000000, VR2));
    expect("eth0/51 send 0; eth0/51 init shutdown; eth0/51 backup startup");
    assert_true(electorate_novr(e, (instant){4000001}, span_of("eth0-v4-51")));
    expect("eth0/51 init shutdown");
    assert_int_equal(electorate_count(e), 1);
    electorate_free(e);
}

/* A peer that still speaks the old version hears the resignation only if it is one of that version. */
static void a_new_version_resigns_as_the_old_one(void **state)
{
    (void)state;
    struct electorate *e = active(VR);
    assert_true(vr_at(e, 4000000, VR ",192.0.2.9 ver=2"));
    expect("eth0/51 send 0; eth0/51 init shutdown; eth0/51 backup startup");
    assert_int_equal(last_resign.version, 3);
    assert_int_equal(last_resign.cksum, CKSUM_PSEUDO);
    assert_int_equal(last_resign.ip.count, 1);
    electorate_free(e);
}

static void a_fence_is_as_long_as_adverts_may_be_missed(void **state)
{
    (void)state;
    struct electorate *e = active(VR);
    assert_int_equal(last_send.fence, 0);
    assert_true(vr_at(e, 4000000, VR ",192.0.2.9 fence=yes"));
    expect("eth0/51 send 100!");
    assert_int_equal(last_send.fence, 3 * SECOND);
    assert_true(vr_at(e, 4000000, VR " fence=yes interval=100ms down-factor=4"));
    expect("eth0/51 send 100!");
    assert_int_equal(last_send.fence, 400 * MILLISECOND);
    electorate_free(e);
}

static void routes_go_with_what_is_decided(void **state)
{
    (void)state;
    struct electorate *e = active(VR " route=default+via+192.0.2.9 rule=table+7");
    assert_true(span_is(last_send.routes, "default+via+192.0.2.9") && span_is(last_send.rules, "table+7"));
    assert_true(vr_at(e, 4000000, VR " route=default+via+192.0.2.9 rule=table+7"));
    expect("");
    assert_true(vr_at(e, 4000000, VR " route=default+via+192.0.2.8 rule=table+7"));
    expect("eth0/51 send 100");
    assert_true(span_is(last_send.routes, "default+via+192.0.2.8"));
    assert_true(vr_at(e, 4000000, VR));
    expect("eth0/51 send 100");
    assert_int_equal(last_send.routes.len + last_send.rules.len, 0);
    electorate_free(e);
}

static void a_link_counts_for_a_router_that_comes_later(void **state)
{
    (void)state;
    struct electorate *e = one(VR);
    link_line(e, 10, "if=eth1 state=down");
    link_line(e, 10, "if=eth2 state=up primary4=192.0.2.10");
    said[0] = '\0';
    assert_true(vr_at(e, 20, "vr if=eth1 vrid=51 ip=192.0.2.1"));
    assert_true(vr_at(e, 20, "vr if=eth2 vrid=52 ip=192.0.2.1"));
    expect("eth1/51 fault link; eth2/52 backup startup");
    electorate_advance(e, (instant){4000000});
    said[0] = '\0';
    hear(e, 4000001, "if=eth2 af=4 vrid=52 ver=3 prio=100 interval=1s src=192.0.2.9 " GOOD);
    assert_null(strstr(said, "tie-break"));
    /* And an interface that nobody is on is not one of ours. */
    assert_false(hear(e, 4000002, "if=eth3 af=4 vrid=51 ver=3 prio=100 interval=1s src=192.0.2.9 " GOOD));
    assert_true(electorate_novr(e, (instant){4000003}, span_of("eth2-v4-52")));
    assert_false(hear(e, 4000004, "if=eth2 af=4 vrid=52 ver=3 prio=100 interval=1s src=192.0.2.9 " GOOD));
    electorate_free(e);
}

static void names_follow_a_change(void **state)
{
    (void)state;
    struct electorate *e = one(VR " name=a");
    assert_true(vr_at(e, 5, VR " name=b"));
    assert_true(vr_at(e, 6, "vr if=eth0 vrid=52 ip=192.0.2.3 name=a"));
    assert_false(vr_at(e, 7, "vr if=eth0 vrid=52 ip=192.0.2.3 name=b"));
    assert_true(electorate_novr(e, (instant){8}, span_of("b")));
    assert_true(vr_at(e, 9, "vr if=eth0 vrid=52 ip=192.0.2.3 name=b"));
    assert_false(electorate_novr(e, (instant){10}, span_of("a")));
    electorate_free(e);
}

static void tracks_weigh_and_fail(void **state)
{
    (void)state;
    struct electorate *e = one(VR " track=web:-30,disk,fast:20");
    expect("eth0/51 fault track"); /* what was not heard of yet is down */
    track(e, 10, "disk", true, 0);
    expect("eth0/51 backup recovered");
    /* 100 - 30 */
    assert_int_equal(electorate_deadline(e).us, 10 + 3000000 + (256 - 70) * 1000000 / 256 + 1);
    track(e, 20, "web", true, 0);
    assert_int_equal(electorate_deadline(e).us, 10 + UNHEARD);
    track(e, 30, "fast", true, 1000);
    assert_int_equal(electorate_deadline(e).us, 1030); /* its end comes first */
    electorate_advance(e, (instant){1030});
    assert_int_equal(electorate_deadline(e).us, 10 + UNHEARD);
    track(e, 2000, "disk", true, 500000);
    expect("");
    electorate_advance(e, (instant){502000});
    expect("eth0/51 fault track");
    electorate_free(e);
}

/* The priority that its Active_Down_Timer shows, of a backup that has heard nobody since `since`. */
static void expect_prio(struct electorate *e, usec since, int prio)
{
    usec skew = ((256 - prio) * 1000000 + 255) / 256;
    assert_int_equal(electorate_deadline(e).us, since + 3000000 + skew);
}

static void what_is_inverted_is_to_be_down(void **state)
{
    (void)state;
    struct electorate *e = one(VR " track=not:maint,not:busy:-30,not:cold:+7");
    expect("eth0/51 fault track"); /* nobody has said that it is down */
    track(e, 10, "maint", false, 0);
    expect("eth0/51 backup recovered");
    expect_prio(e, 10, 70);
    track(e, 11, "busy", false, 0);
    expect_prio(e, 10, 100);
    track(e, 12, "cold", false, 0);
    expect_prio(e, 10, 107);
    track(e, 13, "busy", true, 0);
    expect_prio(e, 10, 77);
    track(e, 14, "maint", false, 500);
    electorate_advance(e, (instant){514}); /* who has said it is silent */
    expect("eth0/51 fault track");
    track(e, 600, "maint", false, 0);
    expect("eth0/51 backup recovered");
    track(e, 700, "maint", true, 0);
    expect("eth0/51 fault track");
    electorate_free(e);
}

static void values_weigh(void **state)
{
    (void)state;
    struct electorate *e = one(VR " track=load:*-2,bonus:*1");
    expect("eth0/51 backup startup");
    expect_prio(e, 0, 100);
    valued(e, 10, "load", 20);
    expect_prio(e, 0, 60);
    valued(e, 11, "bonus", 5);
    expect_prio(e, 0, 65);
    valued(e, 12, "bonus", INT32_MAX);
    expect_prio(e, 0, 254);
    valued(e, 13, "load", INT32_MIN);
    expect_prio(e, 0, 254);
    valued(e, 14, "bonus", -253);
    expect_prio(e, 0, 102); /* 100 + 255 - 253 */
    valued(e, 15, "bonus", -254);
    expect("eth0/51 fault track");
    track(e, 16, "bonus", true, 0); /* without a value */
    expect("eth0/51 backup recovered");
    valued(e, 17, "load", 127);
    expect("eth0/51 fault track");
    track(e, 18, "load", false, 0); /* what is down has none */
    expect("eth0/51 backup recovered");
    expect_prio(e, 18, 100);
    electorate_free(e);
}

static void a_lost_address_is_a_fault(void **state)
{
    (void)state;
    struct electorate *e = one(VR " name=office vip-lost=fault track=vip:office:-30");
    expect("eth0/51 fault track"); /* nobody has said that it can be set */
    track(e, 10, "vip:office", true, 0);
    expect("eth0/51 backup recovered");
    electorate_advance(e, (instant){10 + UNHEARD});
    expect("eth0/51 send 100!; eth0/51 active timed-out");
    track(e, 4000000, "vip:office", false, 0);
    expect("eth0/51 send 0; eth0/51 fault track");
    assert_true(vr_at(e, 4000001, VR " name=office"));
    expect("eth0/51 backup recovered");
    electorate_free(e);
}

static void links_are_tracked(void **state)
{
    (void)state;
    struct electorate *e = one(VR " track=link:eth1");
    expect("eth0/51 fault track");
    link_line(e, 10, "if=eth1 state=up");
    expect("eth0/51 backup recovered");
    link_line(e, 20, "if=eth1 state=down");
    expect("eth0/51 fault track");
    track(e, 30, "link:eth1", true, 0); /* its lines say it */
    expect("");
    link_line(e, 40, "if=eth1 state=up");
    expect("eth0/51 backup recovered");
    link_line(e, 50, "if=eth1 state=gone");
    expect("eth0/51 fault track");
    link_line(e, 60, "if=eth2 state=up"); /* one that is known before it is asked for */
    assert_true(vr_at(e, 70, VR " track=link:eth2"));
    expect("eth0/51 backup recovered");
    assert_true(vr_at(e, 80, VR " track=link:eth3"));
    expect("eth0/51 fault track");
    track(e, 90, "link:eth3", true, 0); /* no line tells of it */
    expect("eth0/51 backup recovered");
    electorate_free(e);
}

static void yield_by_name(void **state)
{
    (void)state;
    struct electorate *e = active(VR);
    instant now = {4000000};
    assert_int_equal(electorate_yield(e, now, span_of("nobody"), true, false), YIELD_UNKNOWN);
    assert_int_equal(electorate_yield(e, now, span_of("eth0-v4-51"), true, false), YIELD_NOBODY);
    expect("");
    assert_int_equal(electorate_yield(e, now, span_of("eth0-v4-51"), true, true), YIELD_DONE);
    expect("eth0/51 send 0; eth0/51 backup yield");
    electorate_free(e);
}

static void stop_resigns_and_ends_all_timers(void **state)
{
    (void)state;
    struct electorate *e = active(VR);
    assert_true(vr_at(e, 4000000, "vr if=eth0 vrid=52 ip=192.0.2.3"));
    said[0] = '\0';
    electorate_stop(e, (instant){4000001});
    expect("eth0/51 send 0; eth0/51 init shutdown; eth0/52 init shutdown");
    assert_int_equal(electorate_deadline(e).us, INSTANT_NEVER.us);
    electorate_advance(e, (instant){99000000});
    hear(e, 99000000, FROM("3", "1", "1s") GOOD);
    expect("");
    electorate_free(e);
}

/* What keepalived and others send, and who is strict does not take. */
static void strict_wants_link_local_addresses(void **state)
{
    (void)state;
    static const char *const flags[] = {"v6-first-not-ll", "v6-src-not-ll"};
    for (size_t i = 0; i < nitems(flags); i++) {
        for (int strict = 0; strict < 2; strict++) {
            struct electorate *e =
                active(strict ? "vr if=eth0 vrid=51 ip=fe80::1 strict=yes" : "vr if=eth0 vrid=51 ip=fe80::1");
            char text[256];
            snprintf(text, sizeof text,
                     "if=eth0 af=6 vrid=51 ver=3 prio=150 interval=1s src=fe80::99 flags=%s ip=fe80::1", flags[i]);
            hear(e, 4000000, text);
            if (strict)
                expect(i == 0 ? "eth0/51 notice v6-first-not-ll" : "eth0/51 notice v6-src-not-ll");
            else
                expect(i == 0 ? "eth0/51 notice v6-first-not-ll; eth0/51 backup priority" : "eth0/51 backup priority");
            electorate_free(e);
        }
    }
}

static void init_active_speaks_at_once_and_last_advert_once_more(void **state)
{
    (void)state;
    struct electorate *e = electorate_new(&electorate_host_reports, false);
    said[0] = '\0';
    assert_true(vr_at(e, 0, VR " init=active last-advert=yes"));
    electorate_start(e, (instant){0});
    expect("eth0/51 send 100!; eth0/51 active startup");
    hear(e, 100000, FROM("3", "150", "1s") GOOD);
    expect("eth0/51 send 100; eth0/51 backup priority");
    assert_true(vr_at(e, 200000, VR " last-advert=no"));
    electorate_advance(e, electorate_deadline(e));
    said[0] = '\0';
    hear(e, 5000000, FROM("3", "150", "1s") GOOD);
    expect("eth0/51 backup priority");
    assert_true(vr_at(e, 5000001, VR " init=active")); /* it runs: this is of its next start */
    expect("");
    electorate_free(e);
}

static struct status_event last_status;
static unsigned statuses;

static void on_status(void *context, const struct status_event *s)
{
    (void)context;
    last_status = *s;
    statuses++;
}

/* RFC 9568 8.4.2: an Active that speaks either is followed, one that speaks both is heard once. */
static void both_versions_are_heard(void **state)
{
    (void)state;
    struct electorate *e = one(VR " ver=2+3");
    said[0] = '\0';
    hear(e, 1000000, FROM("2", "150", "1s") GOOD);
    hear(e, 3000000, FROM("3", "150", "1s") GOOD);
    hear(e, 3000100, FROM("2", "150", "1s") GOOD); /* the same again */
    assert_int_equal(electorate_deadline(e).us, 3000000 + 3609375);
    hear(e, 4000000, FROM("2", "150", "1s") GOOD); /* it may be silent in VRRPv3 for half of the time */
    assert_int_equal(electorate_deadline(e).us, 3000000 + 3609375);
    hear(e, 5000000, FROM("2", "150", "1s") GOOD); /* it has gone back to VRRPv2 */
    assert_int_equal(electorate_deadline(e).us, 5000000 + 3609375);
    expect("");
    electorate_advance(e, electorate_deadline(e));
    expect("eth0/51 send 100!; eth0/51 active timed-out");
    assert_true(last_send.both && last_send.version == 3);
    hear(e, 10000000, FROM("2", "150", "1s") GOOD);
    expect("eth0/51 backup priority");
    assert_true(electorate_status(e, (struct span){0}, on_status, NULL));
    assert_true(last_status.both);
    assert_int_equal(last_status.counters.advertisement_rcvd, 6);
    assert_int_equal(last_status.counters.advertisement_sent, 2);
    assert_int_equal(electorate_statistics(e)->version_errors, 0);
    electorate_free(e);
}

/* The Skew_Time of VRRPv2 has no interval in it, and an Active that speaks VRRPv2 is waited for by others so. */
static void timers_are_of_the_version_in_which_the_active_is_heard(void **state)
{
    (void)state;
    struct electorate *e = one(VR " ver=2+3 interval=4s");
    said[0] = '\0';
    assert_int_equal(electorate_deadline(e).us, 12000000 + 4 * 609375);
    hear(e, 1000000, FROM("2", "150", "4s") GOOD);
    assert_int_equal(electorate_deadline(e).us, 1000000 + 12000000 + 609375);
    hear(e, 2000000, FROM("3", "150", "4s") GOOD);
    assert_int_equal(electorate_deadline(e).us, 2000000 + 12000000 + 4 * 609375);
    hear(e, 20000000, FROM("2", "150", "2s") GOOD); /* 8.4.2: the Active's rate counts */
    expect("eth0/51 notice interval");
    assert_int_equal(electorate_deadline(e).us, 20000000 + 6000000 + 609375);
    electorate_free(e);
}

/* RFC 3768 7.1 and RFC 9568 7.1: each list by the rule of its version. */
static void lists_are_compared_as_their_version_has_it(void **state)
{
    (void)state;
    static const char *const bad[] = {"2", "3"};
    for (size_t i = 0; i < nitems(bad); i++) {
        struct electorate *e = active(VR " ver=2+3");
        char text[200];
        snprintf(text, sizeof text,
                 "if=eth0 af=4 vrid=51 ver=%s prio=150 interval=1s src=192.0.2.99 auth=none ip=192.0.2.77", bad[i]);
        hear(e, 4000000, text);
        expect(i == 0 ? "eth0/51 notice address-list" : "eth0/51 notice address-list; eth0/51 backup priority");
        electorate_free(e);
    }
}

static void versions_change_without_a_word_through_both(void **state)
{
    (void)state;
    struct electorate *e = active(VR " ver=2");
    assert_true(vr_at(e, 4000000, VR " ver=2+3"));
    assert_true(vr_at(e, 5000000, VR " ver=3"));
    assert_true(vr_at(e, 6000000, VR " ver=2+3"));
    assert_true(vr_at(e, 7000000, VR " ver=2"));
    expect("");
    assert_true(vr_at(e, 8000000, VR " ver=3")); /* at a stroke it is another router */
    expect("eth0/51 send 0; eth0/51 init shutdown; eth0/51 backup startup");
    electorate_free(e);

    e = one(VR " ver=2");
    hear(e, 1000000, FROM("2", "150", "1s") GOOD);
    assert_true(vr_at(e, 1500000, VR " ver=2+3"));
    assert_int_equal(electorate_deadline(e).us, 1000000 + 3609375);
    hear(e, 2000000, FROM("2", "150", "1s") GOOD);
    hear(e, 3000000, FROM("3", "150", "1s") GOOD);
    assert_true(vr_at(e, 3500000, VR " ver=3"));
    assert_int_equal(electorate_deadline(e).us, 3000000 + 3609375);
    said[0] = '\0';
    hear(e, 4000000, FROM("2", "150", "1s") GOOD);
    expect("eth0/51 notice version");
    electorate_free(e);
}

static void counters_count(void **state)
{
    (void)state;
    struct electorate *e = active(VR);
    struct origin from = {.ifname = "eth0"};
    hear(e, 4000000, FROM("3", "50", "1s") GOOD);
    hear(e, 4000001, FROM("3", "0", "1s") GOOD);
    hear(e, 4000002, FROM("2", "50", "1s") GOOD);
    electorate_bad(e, &from, 4, 51, span_of("short"));
    electorate_bad(e, &from, 4, 51, span_of("type"));
    electorate_bad(e, &from, 4, 51, span_of("checksum"));
    electorate_bad(e, &from, 4, 99, span_of("short"));
    electorate_bad(e, &from, 4, 0, span_of("short")); /* too short for a VRID */
    electorate_bad(e, &from, 4, 51, span_of("auth"));
    electorate_bad(e, &from, 4, 51, span_of("auth-type"));
    electorate_bad(e, &from, 4, 51, span_of("interval-zero"));
    electorate_bad(e, &from, 4, 51, span_of("addr-count-zero"));
    electorate_stop(e, (instant){4500000});
    statuses = 0;
    assert_true(electorate_status(e, (struct span){0}, on_status, NULL));
    assert_int_equal(statuses, 1);
    assert_false(electorate_status(e, span_of("nobody"), on_status, NULL));
    const struct counters *c = &last_status.counters;
    assert_int_equal(c->master_transitions, 1);
    assert_int_equal(c->advertisement_rcvd, 2);
    assert_int_equal(c->priority_zero_pkts_rcvd, 1);
    assert_int_equal(c->priority_zero_pkts_sent, 1);
    assert_int_equal(c->packet_length_errors, 1);
    assert_int_equal(c->invalid_type_pkts_rcvd, 1);
    assert_int_equal(c->auth_failures, 1);
    assert_int_equal(c->invalid_auth_type, 1);
    assert_int_equal(c->interval_errors, 1);
    assert_int_equal(c->address_list_errors, 1);
    assert_int_equal(c->discarded, 8);
    electorate_free(e);
}

/* RFC 8347 and RFC 6527: what cannot be said of one virtual router. */
static void what_is_of_none_counts_once(void **state)
{
    (void)state;
    static const char other[] = "if=eth0 af=4 vrid=99 ver=3 prio=50 interval=1s src=192.0.2.99 ip=192.0.2.9";
    struct electorate *e = active(VR);
    struct origin eth0 = {.ifname = "eth0"}, eth1 = {.ifname = "eth1"}, out = {.ifname = "eth0", .dir = DIR_OUT};
    struct origin vlan = {.ifname = "eth0", .vlan = 7}, any = {.ifname = ""};
    const struct origin *const from[] = {&eth0, &eth1, &out, &vlan, &any};
    assert_true(vr_at(e, 3900000, "vr if=eth2 vrid=51 ip=192.0.2.3"));
    for (size_t i = 0; i < nitems(from); i++) { /* eth0 and any count */
        electorate_bad(e, from[i], 4, 51, span_of("checksum"));
        electorate_bad(e, from[i], 4, 51, span_of("version"));
        electorate_bad(e, from[i], 4, 0, span_of("vrid-zero"));
        electorate_bad(e, from[i], 6, 200, span_of("ttl"));
    }
    hear(e, 4000000, other);
    hear(e, 4000000, "if=eth1 af=4 vrid=99 ver=3 prio=50 interval=1s src=192.0.2.99 ip=192.0.2.9");
    hear(e, 4000000, "if=eth0 af=6 vrid=51 ver=3 prio=50 interval=1s src=fe80::99 ip=fe80::1");
    hear(e, 4000000, "if=eth0 af=4 vrid=99 dir=out ver=3 prio=50 interval=1s src=192.0.2.99 ip=192.0.2.9");
    hear(e, 4000000, FROM("3", "50", "1s") GOOD);
    hear(e, 4000001, FROM("2", "50", "1s") GOOD); /* of another version than the virtual router's */
    const struct statistics *s = electorate_statistics(e);
    assert_int_equal(s->checksum_errors, 2);
    assert_int_equal(s->version_errors, 3);
    assert_int_equal(s->vrid_errors, 4);
    assert_int_equal(s->ip_ttl_errors, 2);
    electorate_free(e);
}

static void has_been(struct electorate *e, const char *event, const char *reason, usec up)
{
    assert_true(electorate_status(e, span_of("eth0-v4-51"), on_status, NULL));
    assert_string_equal(last_status.last_event, event);
    assert_string_equal(last_status.new_active_reason, reason);
    assert_int_equal(last_status.takes_part ? last_status.up.us : -1, up);
}

/* RFC 8347: last-event, new-master-reason, up-datetime. */
static void what_it_has_been_through_is_told(void **state)
{
    (void)state;
    struct electorate *e = electorate_new(&electorate_host_reports, false);
    link_line(e, 0, "if=eth0 state=down");
    assert_true(vr_at(e, 0, VR));
    electorate_start(e, (instant){0});
    has_been(e, "interface-down", "not-active", -1);
    link_line(e, 1000000, "if=eth0 state=up primary4=192.0.2.10");
    has_been(e, "interface-up", "not-active", 1000000);
    link_line(e, 1500000, "if=eth0 state=up");
    has_been(e, "no-primary-ip-address", "not-active", -1);
    link_line(e, 2000000, "if=eth0 state=up primary4=192.0.2.10");
    has_been(e, "primary-ip-address", "not-active", 2000000);
    electorate_advance(e, electorate_deadline(e));
    has_been(e, "active-timeout", "no-response", 2000000);
    hear(e, 6000000, FROM("3", "150", "1s") GOOD);
    has_been(e, "higher-priority-backup", "no-response", 2000000);
    hear(e, 6500000, FROM("3", "0", "1s") GOOD);
    electorate_advance(e, electorate_deadline(e));
    has_been(e, "active-timeout", "priority", 2000000);
    electorate_yield(e, (instant){8000000}, span_of("eth0-v4-51"), true, true);
    has_been(e, "yield", "priority", 2000000);
    electorate_yield(e, (instant){8000001}, span_of("eth0-v4-51"), false, false);
    hear(e, 8100000, FROM("3", "50", "1s") GOOD);
    electorate_advance(e, electorate_deadline(e));
    has_been(e, "lower-priority-active", "preempted", 2000000);
    electorate_stop(e, (instant){13000000});
    has_been(e, "shutdown", "preempted", -1);
    electorate_free(e);

    e = one("vr if=eth0 vrid=51 ip=192.0.2.1 prio=255");
    has_been(e, "startup", "priority", 0);
    electorate_yield(e, (instant){1}, span_of("eth0-v4-51"), true, true);
    electorate_yield(e, (instant){2}, span_of("eth0-v4-51"), false, true);
    hear(e, 1000000, FROM("3", "50", "1s") GOOD);
    electorate_advance(e, electorate_deadline(e));
    has_been(e, "owner-preempt", "preempted", 0);
    electorate_free(e);

    e = one(VR " preempt-delay=1s");
    has_been(e, "startup", "not-active", 0);
    hear(e, 1000000, FROM("3", "50", "1s") GOOD);
    electorate_advance(e, (instant){2000000});
    has_been(e, "preempt-hold-timeout", "preempted", 0);
    electorate_free(e);
}

/* RFC 9568 6.4.2: without preemption the accepted Active may well be a lower one. */
static void the_form_of_a_lower_active_is_followed(void **state)
{
    (void)state;
    struct electorate *e = one(VR " preempt=no");
    for (usec t = 1; t <= 3; t++)
        hear(e, t * 1000000, FROM("3", "50", "1s") "cksum=message auth=none ip=192.0.2.1");
    assert_true(electorate_status(e, (struct span){0}, on_status, NULL));
    assert_int_equal(last_status.cksum, CKSUM_MESSAGE);
    electorate_free(e);
}

/* One that is discarded, because we are about to preempt it, cannot hear the message form either. */
static void a_pseudo_only_peer_that_nobody_follows_counts(void **state)
{
    (void)state;
    static const char *const first[] = {
        FROM("3", "50", "1s") "cksum=pseudo auth=none ip=192.0.2.1",
        FROM("3", "0", "1s") "cksum=pseudo auth=none ip=192.0.2.1",
    };
    for (size_t i = 0; i < nitems(first); i++) {
        struct electorate *e = one(VR);
        hear(e, 500000, first[i]);
        for (usec t = 1; t <= 4; t++)
            hear(e, t * 1000000, FROM("3", "150", "1s") "cksum=message auth=none ip=192.0.2.1");
        assert_true(electorate_status(e, (struct span){0}, on_status, NULL));
        assert_int_equal(last_status.cksum, CKSUM_PSEUDO);
        assert_non_null(strstr(said, "notice cksum-mixed"));
        electorate_free(e);
    }
}

static void adverts_leave_from_the_address_that_ties_are_judged_by(void **state)
{
    (void)state;
    struct electorate *e = one("vr if=eth0 vrid=51 prio=255 ip=192.0.2.1");
    electorate_free(e);
    e = electorate_new(&electorate_host_reports, false);
    assert_true(vr_at(e, 0, "vr if=eth0 vrid=51 prio=255 ip=192.0.2.1"));
    link_line(e, 1, "if=eth0 state=up mac=02:00:00:00:00:01 primary4=192.0.2.10");
    assert_int_equal(last_send.src.family, 4);
    assert_int_equal(last_send.src.bytes[3], 10);
    link_line(e, 2, "if=eth0 state=up mac=02:00:00:00:00:01 primary4=192.0.2.11");
    electorate_start(e, (instant){3});
    electorate_advance(e, (instant){1000001});
    assert_int_equal(last_send.src.bytes[3], 11);
    electorate_free(e);
}

static char told[64];

static void on_unlistened(void *context, const char *ifname)
{
    (void)context;
    strcat(told, ifname);
    strcat(told, " ");
}

static void what_nobody_listens_to_is_not_silent(void **state)
{
    (void)state;
    struct electorate *e = one(VR);
    vr_at(e, 1, "vr if=eth1 vrid=51 ip=192.0.2.1");
    told[0] = said[0] = '\0';
    electorate_unlistened(e, (instant){100000}, on_unlistened, NULL); /* no `link` line at all: they count as up */
    assert_string_equal(told, "");
    link_line(e, 200000, "if=eth1 state=up mac=02:00:00:00:00:01 primary4=192.0.2.10");
    electorate_unlistened(e, (instant){300000}, on_unlistened, NULL);
    electorate_unlistened(e, (instant){400000}, on_unlistened, NULL);
    assert_string_equal(told, "eth0 ");
    expect("eth0/51 fault link");
    vr_at(e, 500000, "vr if=eth0 vrid=52 ip=192.0.2.1");
    expect("eth0/52 fault link");
    link_line(e, 600000, "if=eth0 state=up mac=02:00:00:00:00:02 primary4=192.0.2.10");
    expect("eth0/51 backup recovered; eth0/52 backup recovered");
    electorate_free(e);
}

static void nobodys_tracks_do_not_fill_the_memory(void **state)
{
    (void)state;
    struct electorate *e = one(VR " track=web:-30");
    char name[16];
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "t%d", i);
        track(e, 1000, name, true, 1000);
    }
    track(e, 2000, "web", true, 0); /* ours counts all the same */
    electorate_advance(e, (instant){10000});
    assert_true(electorate_status(e, (struct span){0}, on_status, NULL));
    assert_int_equal(last_status.prio, 100);
    electorate_free(e);
}

static void four_thousand_keep_their_times(void **state)
{
    (void)state;
    struct electorate *e = electorate_new(&electorate_host_reports, false);
    char text[128];
    for (unsigned i = 0; i < 16; i++) {
        for (unsigned v = 1; v <= 250; v++) {
            snprintf(text, sizeof text, "vr if=eth%u vrid=%u prio=%u ip=192.0.2.1", i, v, v);
            assert_true(vr_at(e, 0, text));
        }
    }
    electorate_start(e, (instant){0});
    said[0] = '\0';
    assert_int_equal(electorate_count(e), 4000);
    /* The 16 of priority 250 are due first. */
    assert_int_equal(electorate_deadline(e).us, 3000000 + 6 * 1000000 / 256 + 1);
    electorate_advance(e, electorate_deadline(e));
    unsigned takeovers = 0;
    for (const char *at = strstr(said, "active timed-out"); at; at = strstr(at + 1, "active timed-out"))
        takeovers++;
    assert_int_equal(takeovers, 16);
    electorate_free(e);
}

static struct {
    usec at[8]; /* when each of its advertisements was sent */
    size_t count;
} spoken[510];

static void on_send_time(void *context, instant at, const struct send_event *e)
{
    (void)context;
    size_t which = e->id.vrid - 1u + (e->id.af == 6 ? 255 : 0);
    if (spoken[which].count < nitems(spoken[0].at))
        spoken[which].at[spoken[which].count++] = at.us;
}

static void no_state(void *context, instant at, const struct state_event *e)
{
    (void)context;
    (void)at;
    (void)e;
}

/* So many owners, of IPv4 and then IPv6, which all become active at the start: what they send until `until`. */
static void let_speak(unsigned count, usec start, usec until, const char *interval)
{
    static const struct electorate_reports times = {.send = on_send_time, .state = no_state};
    struct electorate *e = electorate_new(&times, false);
    char text[128];
    memset(spoken, 0, sizeof spoken);
    for (unsigned v = 0; v < count; v++) {
        const char *ip = v < 255 ? "192.0.2.1" : "fe80::1";
        snprintf(text, sizeof text, "vr if=eth0 vrid=%u prio=255 interval=%s ip=%s", v % 255 + 1, interval, ip);
        assert_true(vr_at(e, start, text));
    }
    electorate_start(e, (instant){start});
    for (instant due; (due = electorate_deadline(e)).us <= until;)
        electorate_advance(e, due);
    electorate_free(e);
}

static void a_few_speak_by_the_rfc(void **state)
{
    (void)state;
    let_speak(256, 123456789, 123456789 + 5 * SECOND, "1s");
    for (unsigned v = 0; v < 256; v++) {
        assert_int_equal(spoken[v].count, 6);
        for (size_t i = 0; i < 6; i++)
            assert_int_equal(spoken[v].at[i], 123456789 + (usec)i * SECOND);
    }
}

static void many_take_turns(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        usec interval, turn;
    } speeds[] = {
        {"1s", SECOND, 10 * MILLISECOND}, {"100ms", SECOND / 10, MILLISECOND}, {"10ms", SECOND / 100, MILLISECOND}};
    static const usec starts[] = {123456789, -123456789, 0};
    for (size_t n = 0; n < nitems(speeds) * nitems(starts); n++) {
        usec start = starts[n / nitems(speeds)], interval = speeds[n % nitems(speeds)].interval;
        usec turn = speeds[n % nitems(speeds)].turn;
        let_speak(510, start, start + 6 * interval, speeds[n % nitems(speeds)].text);
        for (unsigned v = 0; v < 510; v++) {
            const usec *at = spoken[v].at;
            usec moment = at[1] % interval < 0 ? at[1] % interval + interval : at[1] % interval;
            assert_int_equal(at[0], start);
            assert_true(at[1] > at[0] && at[1] <= at[0] + interval); /* sooner, never later */
            assert_int_equal(moment, v / 255 * 61 * turn % interval);
            for (size_t i = 2; i < 6; i++)
                assert_int_equal(at[i], at[i - 1] + interval);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_counts),
        cmocka_unit_test(an_unknown_interface_counts_as_up),
        cmocka_unit_test(src_stands_for_the_primary_address),
        cmocka_unit_test(a_virtual_address_is_not_spoken_from),
        cmocka_unit_test(one_name_one_router),
        cmocka_unit_test(a_change_flaps_nothing),
        cmocka_unit_test(a_new_version_resigns_as_the_old_one),
        cmocka_unit_test(a_fence_is_as_long_as_adverts_may_be_missed),
        cmocka_unit_test(routes_go_with_what_is_decided),
        cmocka_unit_test(a_link_counts_for_a_router_that_comes_later),
        cmocka_unit_test(names_follow_a_change),
        cmocka_unit_test(the_form_of_a_lower_active_is_followed),
        cmocka_unit_test(tracks_weigh_and_fail),
        cmocka_unit_test(what_is_inverted_is_to_be_down),
        cmocka_unit_test(values_weigh),
        cmocka_unit_test(links_are_tracked),
        cmocka_unit_test(a_lost_address_is_a_fault),
        cmocka_unit_test(yield_by_name),
        cmocka_unit_test(stop_resigns_and_ends_all_timers),
        cmocka_unit_test(strict_wants_link_local_addresses),
        cmocka_unit_test(init_active_speaks_at_once_and_last_advert_once_more),
        cmocka_unit_test(both_versions_are_heard),
        cmocka_unit_test(timers_are_of_the_version_in_which_the_active_is_heard),
        cmocka_unit_test(lists_are_compared_as_their_version_has_it),
        cmocka_unit_test(versions_change_without_a_word_through_both),
        cmocka_unit_test(counters_count),
        cmocka_unit_test(what_is_of_none_counts_once),
        cmocka_unit_test(what_it_has_been_through_is_told),
        cmocka_unit_test(a_pseudo_only_peer_that_nobody_follows_counts),
        cmocka_unit_test(adverts_leave_from_the_address_that_ties_are_judged_by),
        cmocka_unit_test(what_nobody_listens_to_is_not_silent),
        cmocka_unit_test(nobodys_tracks_do_not_fill_the_memory),
        cmocka_unit_test(four_thousand_keep_their_times),
        cmocka_unit_test(a_few_speak_by_the_rfc),
        cmocka_unit_test(many_take_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
