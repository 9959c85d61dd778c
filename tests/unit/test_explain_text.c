/* The report in words (core/explain_text.h): what it says of each story. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/explain_text.h"

#define EPOCH INT64_C(1795317240)

static char report[1 << 18];
static size_t length;

static size_t format(char out[static STAMP_TEXT], stamp t)
{
    int64_t s = t.ns / 1000000000;

    return (size_t)snprintf(out, STAMP_TEXT, "2026-11-%02dT%02d:%02d:%02d.%09d+00:00", (int)(s / 86400 % 28 + 1),
                            (int)(s / 3600 % 24), (int)(s / 60 % 60), (int)(s % 60), (int)(t.ns % 1000000000));
}

static void keep(void *context, struct span piece)
{
    (void)context;
    assert_true(piece.len < sizeof report - length);
    memcpy(report + length, piece.at, piece.len);
    length += piece.len;
    report[length] = '\0';
}

static void tell(struct timeline *t, int64_t ms, const char *rest)
{
    char text[1024];
    const char *where = NULL;
    struct span word;
    struct line l;
    int size = snprintf(text, sizeof text, "%lld.%03d%s", (long long)(EPOCH + ms / 1000), (int)(ms % 1000), rest);

    assert_int_equal(line_parse(&l, text, (size_t)size, &word), LINE_OK);
    assert_true(timeline_line(t, &l, (stamp){0}, &where));
}

/* more: other keys, behind the common ones. */
static void advert(struct timeline *t, int64_t ms, int host, int prio, const char *more)
{
    char text[900];

    snprintf(text, sizeof text, " advert if=eth0 af=4 vrid=51 prio=%d src=192.0.2.%d ip=192.0.2.100%s", prio, host,
             more);
    tell(t, ms, text);
}

static void adverts(struct timeline *t, int64_t from, int64_t to, int host, int prio, const char *more)
{
    for (int64_t ms = from; ms <= to; ms += 1000)
        advert(t, ms, host, prio, more);
}

#define USUAL " ver=3 interval=1s cksum=pseudo auth=none"

/* Lines are broken anywhere: blanks and newlines are all the same. */
static void finish(struct timeline *t)
{
    static struct page page;

    timeline_end(t);
    page = (struct page){.write = keep};
    length = 0;
    explain_all(&page, t, format);
    page_flush(&page);
    size_t to = 0;
    for (size_t from = 0; from < length; from++) {
        char c = report[from] == '\n' ? ' ' : report[from];

        if (c != ' ' || (to > 0 && report[to - 1] != ' '))
            report[to++] = c;
    }
    report[to] = '\0';
    timeline_free(t);
}

static void says(const char *words)
{
    if (!strstr(report, words))
        fail_msg("'%s' is not in: %s", words, report);
}

static struct timeline *begin(void)
{
    struct timeline *t = timeline_new();

    assert_non_null(t);
    return t;
}

static void test_silent_candidate(void **state)
{
    struct timeline *t = begin();
    (void)state;

    advert(t, 0, 9, 200, USUAL);
    adverts(t, 4500, 9500, 2, 150, USUAL);
    advert(t, 10000, 4, 120, USUAL);
    advert(t, 10100, 4, 0, USUAL);
    adverts(t, 10500, 12500, 2, 150, USUAL);
    adverts(t, 16110, 18110, 3, 100, USUAL);
    finish(t);
    says("192.0.2.3 took over from 192.0.2.2, which had been silent for 3.61 s: as it should");
    says("192.0.2.9 (priority 200) was due 391 ms earlier and stayed silent.");
    says("candidate 192.0.2.4, priority 120, was due at");
    says("; it had resigned; heard 6.11 s before");
}

static void test_early_late(void **state)
{
    struct timeline *t = begin();
    (void)state;

    adverts(t, 0, 5000, 2, 150, USUAL);
    adverts(t, 7610, 10610, 3, 100, USUAL);
    adverts(t, 16220, 18220, 2, 90, USUAL);
    tell(t, 40000, " tick every=1s");
    advert(t, 60000, 3, 100, USUAL);
    advert(t, 60500, 3, 0, USUAL);
    finish(t);
    says("It is as if it had waited for 2 intervals: its down factor is smaller, or its interval is another.");
    says("Nobody was there to take over before.");
    says("fell silent; nobody for 4 intervals");
    says("resigned just before the end");
}

static void test_newcomer_after_resign(void **state)
{
    struct timeline *t = begin();
    (void)state;

    adverts(t, 0, 5000, 2, 150, USUAL);
    advert(t, 5500, 2, 0, USUAL);
    adverts(t, 8500, 9500, 3, 100, USUAL);
    advert(t, 9600, 3, 0, USUAL);
    adverts(t, 9700, 12700, 3, 100, USUAL);
    tell(t, 16000, " tick every=1s");
    finish(t);
    says("had resigned 3.00 s before. That is 2.39 s more than the 609 ms of the Skew_Time of priority 100.");
    says("It had not been heard before: perhaps it was started only then.");
    says("192.0.2.3 came back; it had resigned 100 ms before, and nobody else took over.");
    says("silent at the end");
}

static void test_two_actives(void **state)
{
    struct timeline *t = begin();
    (void)state;

    adverts(t, 0, 3000, 3, 100, " ver=2 interval=1s auth=pass:unchecked");
    for (int64_t ms = 3300; ms < 9000; ms += 1000) {
        advert(t, ms, 2, 150, USUAL " flags=unicast,ttl-low");
        advert(t, ms + 400, 3, 100, " ver=2 interval=1s auth=pass:unchecked");
    }
    adverts(t, 9300, 12300, 2, 150, USUAL);
    finish(t);
    says(
        "The old one spoke on for 5.40 s: there were two Actives, and it cannot have heard the new one. They differ in "
        "version (2 and 3), authentication (pass and none), where they send to (multicast and unicast), TTL (255 and "
        "below 255), so one may discard what the other sends.");
    says("Two Actives, 5.40 s in all");
}

static void test_intervals(void **state)
{
    struct timeline *t = begin();
    (void)state;

    adverts(t, 0, 3000, 2, 150, " ver=2 interval=1s");
    for (int64_t ms = 4000; ms < 20000; ms += 1000) {
        advert(t, ms, 2, 150, " ver=2 interval=1s");
        if (ms % 2000 == 0)
            advert(t, ms + 300, 3, 100, " ver=2 interval=2s cksum=message");
    }
    finish(t);
    says("192.0.2.3 (priority 100) spoke beside 192.0.2.2 (priority 150)");
    says("interval (2s and 1s)");
}

static void test_announcements(void **state)
{
    struct timeline *t = begin();
    (void)state;

    adverts(t, 0, 5000, 2, 150, USUAL " smac=02:00:00:00:00:02");
    tell(t, 100, " announce if=eth0 af=4 ip=192.0.2.100 mac=02:00:00:00:00:02 op=garp");
    advert(t, 8609, 3, 100, ",192.0.2.101" USUAL " smac=02:00:00:00:00:03");
    tell(t, 8610, " announce if=eth0 af=4 ip=192.0.2.100 mac=02:00:00:00:00:03 op=garp");
    tell(t, 8611, " announce if=eth0 af=4 ip=192.0.2.100 mac=02:00:00:00:00:03 op=reply");
    tell(t, 8612, " announce if=eth0 af=4 ip=192.0.2.101 mac=02:00:00:00:00:02 op=garp");
    finish(t);
    says("No announcement was seen for 1 address: clients may go on sending to the old one.");
    says("announced 192.0.2.100 1 time, first after 1.0 ms");
    says("announced 192.0.2.101 not at all");
    says("announced 1 time with the MAC address of somebody else");
    says(
        "1 announcement by somebody else At 03:14:08.612 192.0.2.101 was announced for 02:00:00:00:00:02, the MAC address "
        "of 192.0.2.2, which was not Active: clients that believe it send there. They differ in the addresses, so one may "
        "discard what the other sends.");
}

static void test_stranger_announces(void **state)
{
    struct timeline *t = begin();
    (void)state;

    adverts(t, 0, 5000, 2, 150, USUAL " smac=02:00:00:00:00:02");
    tell(t, 5100, " announce if=eth0 af=4 ip=192.0.2.100 mac=02:00:00:00:00:66 op=garp");
    adverts(t, 0, 2000, 2, 150, USUAL " smac=02:00:00:00:00:02");
    finish(t);
    says("192.0.2.100 was announced for 02:00:00:00:00:66, which is not the MAC address of the Active: clients that");
    says("3 lines are left out that are more than 2 s older than one before: sort the lines by TIME first");
    says(" 1s 6 0 5.00 s 100 %");
}

static void test_nobody_listened(void **state)
{
    struct timeline *t = begin();
    (void)state;

    tell(t, 0, " clock mono=100.000000 boot=a source=live");
    adverts(t, 0, 5000, 2, 150, USUAL);
    tell(t, 3600000, " clock mono=10.000000 boot=b source=live");
    adverts(t, 3600000, 3605000, 3, 100, USUAL);
    tell(t, 7200000, " clock mono=10.000000 boot=c source=live");
    adverts(t, 7200000, 7205000, 3, 100, USUAL);
    finish(t);
    says("1 virtual router, 1 change of Active");
    says("192.0.2.2 150 1s 6 0 5.00 s 33 %");
    says("not known: nobody listened");
    says("unseen From 03:14:05 to 04:14:00 nobody listened: when and why 192.0.2.3 came after 192.0.2.2 is not known.");
    says("nobody listened: whether 192.0.2.3 was Active all that time is not known.");
    says("2 times nobody listened for more than 5 s");
    if (strstr(report, "without a router"))
        fail_msg("an outage that nobody saw");
}

/* Two groups of routers with one VRID; the order of addresses does not matter. */
static void test_two_groups(void **state)
{
    struct timeline *t = begin();
    (void)state;

    for (int i = 0; i < 10; i++) {
        advert(t, i * 1000, 2, 150, ",192.0.2.7" USUAL);
        advert(t, i * 1000 + 300, 3, 100, ",192.0.2.8" USUAL);
    }
    finish(t);
    says("it cannot have heard it. They differ in the addresses, so one may discard what the other sends.");
    t = begin();
    for (int i = 0; i < 10; i++) {
        tell(t, i * 1000, " advert af=4 vrid=51 prio=150 src=192.0.2.2 ip=192.0.2.7,192.0.2.8" USUAL);
        tell(t, i * 1000 + 300, " advert af=4 vrid=51 prio=100 src=192.0.2.3 ip=192.0.2.8,192.0.2.7" USUAL);
    }
    finish(t);
    says("Their adverts are of one kind");
}

static void test_isolation_and_tie(void **state)
{
    struct timeline *t = begin();
    (void)state;

    adverts(t, 0, 2000, 2, 100, USUAL " smac=00:00:5e:00:01:33");
    adverts(t, 2500, 6500, 3, 100, USUAL " smac=00:00:5e:00:01:33");
    for (int64_t ms = 7500; ms < 12000; ms += 1000) {
        advert(t, ms, 3, 100, USUAL);
        advert(t, ms + 400, 2, 90, USUAL);
    }
    adverts(t, 12900, 17900, 2, 90, USUAL);
    finish(t);
    says(
        "At 03:14:02 192.0.2.3 took over from 192.0.2.2, which was still there: their priority is the same, 100, and its "
        "address is higher.");
    says("outage none, the virtual MAC address moved with the first advert");
    says(
        "At 03:14:07 192.0.2.2 (priority 90) began to speak beside 192.0.2.3 (priority 100), which was there and spoke on "
        "for 3.60 s: it cannot have heard it. Their adverts are of one kind: look at what is between them");
    says("fell silent, with another beside it");
}

static void test_known_outages(void **state)
{
    struct timeline *t = begin();
    (void)state;

    adverts(t, 0, 2000, 2, 100, USUAL " smac=02:00:00:00:00:02");
    advert(t, 2500, 3, 150, USUAL " smac=02:00:00:00:00:03");
    tell(t, 2502, " announce if=eth0 af=4 ip=192.0.2.100 mac=02:00:00:00:00:03 op=garp");
    adverts(t, 3500, 5500, 3, 150, USUAL " smac=02:00:00:00:00:03");
    advert(t, 9110, 2, 100, USUAL " smac=02:00:00:00:00:02");
    tell(t, 9111, " announce if=eth0 af=4 ip=192.0.2.100 mac=02:00:00:00:00:02 op=garp");
    tell(t, 14111, " announce if=eth0 af=4 ip=192.0.2.100 op=garp");
    finish(t);
    says("Clients were without a router for at most 2.0 ms.");
    says("Clients were without a router for 2.61 s to 3.61 s.");
    says("announced 192.0.2.100 2 times, first after 1.0 ms, 1 again after 5.00 s");
}

static void test_limits(void **state)
{
    struct timeline *t = begin();
    char addresses[640] = "";
    (void)state;

    for (int i = 1; i < 20; i++)
        snprintf(addresses + strlen(addresses), sizeof addresses - strlen(addresses), ",192.0.2.%d", 100 + i);
    tell(t, 0, " clock mono=1.0 boot=a source=live");
    for (int i = 0; i < 60; i++) {
        char more[760];

        snprintf(more, sizeof more, "%s" USUAL, addresses);
        advert(t, i * 4000, 2 + i % 2, 100, more);
        advert(t, i * 4000, 2 + i % 2, 100, more);
    }
    for (int i = 0; i < 40; i++) {
        advert(t, 250000 + i * 20, 10 + i, 254, USUAL);
        advert(t, 250010 + i * 20, 10 + i, 254, USUAL);
        tell(t, 250010 + i * 20, " bad if=eth0 af=4 vrid=51 why=ttl src=192.0.2.1");
    }
    tell(t, 250900, " announce if=eth0 af=4 ip=192.0.2.7 op=garp");
    tell(t, 251000, " bad if=eth0 af=4 vrid=51 why=short");
    tell(t, 251500, " lost where=capture n=17");
    tell(t, 251600, " clock mono=1000.0 boot=a source=live");
    tell(t, 251700, " advert seg=a%3Cb host=h%1B if=eth1 vlan=7 af=6 vrid=1 ver=3 prio=100 interval=1s src=fe80::1");
    finish(t);
    says("reigns the first 8 and the last 24 are told");
    says("seen twice within a millisecond, as at a mirror port");
    says("of more routers than are followed");
    says("41 packets that are not valid");
    says("40 of 192.0.2.1: ttl, from ");
    says("17 lines or packets got lost on the way here");
    says("1 time the clock was set");
    says("more addresses are not followed");
    says("VRID 1, IPv6, eth1, VLAN 7, seen by h%1B, segment a<b");
    says("virtual router routers changes two Actives Active at the end");
}

static void test_nothing(void **state)
{
    (void)state;
    finish(begin());
    says("0 virtual routers, 0 changes of Active 0 adverts. Where this was seen");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silent_candidate),
        cmocka_unit_test(test_newcomer_after_resign),
        cmocka_unit_test(test_early_late),
        cmocka_unit_test(test_two_actives),
        cmocka_unit_test(test_stranger_announces),
        cmocka_unit_test(test_two_groups),
        cmocka_unit_test(test_nobody_listened),
        cmocka_unit_test(test_announcements),
        cmocka_unit_test(test_intervals),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_known_outages),
        cmocka_unit_test(test_isolation_and_tie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
