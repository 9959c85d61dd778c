/* The observer against its rules (core/observer.h), each row a short story on one segment, and against a slow model
 * that asks the definition again for every half millisecond. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/observer.h"

/* --- Stories. --- */

enum { HEARD = 16, TEXT = 2048 };

/* One advertisement. Zeros stand for the usual: IPv4, VRRPv3, VRID 51, interval 1 s, eth0, no VLAN. */
struct heard {
    int64_t us;
    uint8_t host; /* 192.0.2.HOST or fe80::HOST */
    uint8_t prio;
    usec interval;
    uint8_t version, vrid;
    bool v6, out;
    uint16_t vlan;
    const char *ifname, *seg, *node;
};

struct story {
    const char *name;
    struct heard heard[HEARD];
    int64_t until; /* in the end time goes on to here */
    const char *told;
};

#define MS(ms) ((int64_t)((ms)*1000 + 0.5))
/* Heard at so many milliseconds from 192.0.2.HOST (fe80::HOST), with this priority. */
#define AT(ms, from, priority) .us = MS(ms), .host = (from), .prio = (priority)

/* What was reported, as short text: "TIME[ms] why NEW<OLD/prio gap". */
struct told {
    char text[TEXT];
    size_t length;
};

static const char *const why_names[] = {"first", "preempted", "resigned", "timed-out", "tie-break"};

static void tell(void *context, instant at, const struct observation *o)
{
    struct told *t = context;
    char where[192] = "";

    if (o->af == 6 || o->vrid != 51 || o->origin.vlan != 0 || strcmp(o->origin.ifname, "eth0") != 0)
        snprintf(where, sizeof where, "[%s%s%s.%u/%u/%u]", o->origin.seg, o->origin.host, o->origin.ifname,
                 (unsigned)o->origin.vlan, (unsigned)o->af, (unsigned)o->vrid);
    t->length += (size_t)snprintf(t->text + t->length, TEXT - t->length, "%s%lld.%03d%s %s", t->length > 0 ? "; " : "",
                                  (long long)(at.us / 1000), (int)(at.us % 1000), where,
                                  o->elected ? why_names[o->why] : "vacant");
    if (o->elected)
        t->length += (size_t)snprintf(t->text + t->length, TEXT - t->length, " %u/%u",
                                      (unsigned)o->active.bytes[o->af == 6 ? 15 : 3], (unsigned)o->prio);
    if (o->was.family != 0)
        t->length +=
            (size_t)snprintf(t->text + t->length, TEXT - t->length, "<%u", (unsigned)o->was.bytes[o->af == 6 ? 15 : 3]);
    if (!o->elected)
        t->length += (size_t)snprintf(t->text + t->length, TEXT - t->length, "/%u", (unsigned)o->prio);
    if (o->has_gap)
        t->length += (size_t)snprintf(t->text + t->length, TEXT - t->length, " %lldus", (long long)o->gap);
    assert_true(t->length < TEXT);
}

static struct ip address(bool v6, uint8_t host)
{
    struct ip ip = {.family = v6 ? 6 : 4, .bytes = {192, 0, 2, host}};

    if (v6)
        ip = (struct ip){.family = 6, .bytes = {[0] = 0xfe, [1] = 0x80, [15] = host}};
    return ip;
}

static void hear(struct observer *o, const struct heard *h)
{
    struct origin from = {.vlan = h->vlan, .dir = h->out ? DIR_OUT : DIR_IN};
    struct advert a = {.af = h->v6 ? 6 : 4, .version = h->version ? h->version : 3, .type = 1, .prio = h->prio};

    snprintf(from.ifname, sizeof from.ifname, "%s", h->ifname ? h->ifname : "eth0");
    snprintf(from.seg, sizeof from.seg, "%s", h->seg ? h->seg : "");
    snprintf(from.host, sizeof from.host, "%s", h->node ? h->node : "");
    a.src = address(h->v6, h->host);
    a.vrid = h->vrid ? h->vrid : 51;
    a.interval = h->interval ? h->interval : SECOND;
    observer_advert(o, (instant){h->us}, &from, &a);
}

/* Skew_Time of an interval of 1 s: priority 100 609.375 ms, 90 648.438, 200 218.75, 254 7.813, 1 996.094.
 * The tolerance of 1 s is 50 ms. */
static const struct story stories[] = {
    {"first: never heard before", {{AT(5, 1, 100)}, {AT(1005, 1, 100)}}, MS(2000), "5.000 first 1/100"},
    {"first: a lower one that speaks beside it changes nothing",
     {{AT(0, 1, 100)}, {AT(500, 2, 90)}, {AT(1000, 1, 100)}, {AT(1500, 2, 90)}},
     MS(2000),
     "0.000 first 1/100"},
    {"preempted: a higher one while the old is live; the old one's last adverts do not flap back",
     {{AT(0, 1, 100)}, {AT(400, 2, 150)}, {AT(401.5, 1, 100)}, {AT(1000, 1, 100)}, {AT(1400, 2, 150)}},
     MS(2000),
     "0.000 first 1/100; 400.000 preempted 2/150<1 400000us"},
    {"preempted: from the owner, at once",
     {{AT(0, 1, 254)}, {AT(900, 2, 255)}},
     MS(1000),
     "0.000 first 1/254; 900.000 preempted 2/255<1 900000us"},
    {"resigned: priority 0, then the next one after its Skew_Time; the gap counts from the resign",
     {{AT(0, 1, 200)}, {AT(1000, 1, 200)}, {AT(1300, 1, 0)}, {AT(1909.375, 2, 100)}},
     MS(2000),
     "0.000 first 1/200; 1909.375 resigned 2/100<1 609375us"},
    {"resigned: the last of several resigns counts, since each restarts the timer (RFC 9568 6.4.2)",
     {{AT(0, 1, 200)}, {AT(300, 1, 0)}, {AT(350, 1, 0)}, {AT(960, 2, 100)}},
     MS(1000),
     "0.000 first 1/200; 960.000 resigned 2/100<1 610000us"},
    {"resigned: and speaks again, alone: elected again",
     {{AT(0, 1, 200)}, {AT(300, 1, 0)}, {AT(3518.75, 1, 200)}},
     MS(4000),
     "0.000 first 1/200; 3518.750 resigned 1/200<1 3218750us"},
    {"resigned, though the next one had been speaking beside it",
     {{AT(0, 1, 200)}, {AT(100, 2, 100)}, {AT(300, 1, 0)}, {AT(1100, 2, 100)}},
     MS(2000),
     "0.000 first 1/200; 1100.000 resigned 2/100<1 800000us"},
    {"resigned: the first thing that is heard is a resign: its sender was Active",
     {{AT(10, 1, 0)}, {AT(619.375, 2, 100)}},
     MS(1000),
     "619.375 resigned 2/100<1 609375us"},
    {"a resign of one that is not Active changes nothing",
     {{AT(0, 1, 200)}, {AT(100, 2, 0)}, {AT(1000, 1, 200)}},
     MS(2000),
     "0.000 first 1/200"},
    {"timed-out: silent for 3A + Skew_Time of the next one (RFC 9568 6.1)",
     {{AT(0, 1, 200)}, {AT(1000, 1, 200)}, {AT(4609.375, 2, 100)}},
     MS(5000),
     "0.000 first 1/200; 4609.375 timed-out 2/100<1 3609375us"},
    {"timed-out: a little early, by the tolerance of 5 % of A",
     {{AT(0, 1, 200)}, {AT(3559.375, 2, 100)}},
     MS(4000),
     "0.000 first 1/200; 3559.375 timed-out 2/100<1 3559375us"},
    {"not timed-out yet: one microsecond before, the lower one is not elected",
     {{AT(0, 1, 200)}, {AT(3559.374, 2, 100)}},
     MS(3600),
     "0.000 first 1/200"},
    {"timed-out: the tolerance is 10 ms at least: A = 100 ms, 3A + 60.938 - 10",
     {{AT(0, 1, 200), .interval = MS(100)},
      {AT(350.937, 2, 100), .interval = MS(100)},
      {AT(350.938, 3, 100), .interval = MS(100)}},
     MS(360),
     "0.000 first 1/200; 350.938 timed-out 3/100<1 350938us"},
    {"timed-out, not preempted: a higher one that comes after the old fell silent",
     {{AT(0, 1, 100)}, {AT(3218.75, 2, 200)}},
     MS(3500),
     "0.000 first 1/100; 3218.750 timed-out 2/200<1 3218750us"},
    {"preempted, not timed-out: a higher one that comes just before",
     {{AT(0, 1, 100)}, {AT(3168.749, 2, 200)}},
     MS(3500),
     "0.000 first 1/100; 3168.749 preempted 2/200<1 3168749us"},
    {"timed-out: one that had spoken all along is elected once the higher one is silent long enough",
     {{AT(0, 1, 200)},
      {AT(500, 2, 100)},
      {AT(1500, 2, 100)},
      {AT(2500, 2, 100)},
      {AT(3500, 2, 100)},
      {AT(4500, 2, 100)}},
     MS(5000),
     "0.000 first 1/200; 4500.000 timed-out 2/100<1 4500000us"},
    {"timed-out, and back: the old one returns and preempts",
     {{AT(0, 1, 200)}, {AT(3609.375, 2, 100)}, {AT(4000, 1, 200)}, {AT(4001, 2, 100)}},
     MS(5000),
     "0.000 first 1/200; 3609.375 timed-out 2/100<1 3609375us; 4000.000 preempted 1/200<2 390625us"},
    {"VRRPv2: Skew_Time does not depend on the interval (RFC 3768 6.1): 10 s, 3A + 609.375 - 500 ms",
     {{AT(0, 1, 200), .version = 2, .interval = 10 * SECOND},
      {AT(30109.374, 2, 100), .version = 2, .interval = 10 * SECOND},
      {AT(30109.375, 3, 100), .version = 2, .interval = 10 * SECOND}},
     MS(31000),
     "0.000 first 1/200; 30109.375 timed-out 3/100<1 30109375us"},
    {"VRRPv3: Skew_Time is a part of the interval: 10 s, 3A + 6093.75 - 500 ms",
     {{AT(0, 1, 200), .interval = 10 * SECOND},
      {AT(35593.749, 2, 100), .interval = 10 * SECOND},
      {AT(35593.75, 3, 100), .interval = 10 * SECOND}},
     MS(36000),
     "0.000 first 1/200; 35593.750 timed-out 3/100<1 35593750us"},
    {"the interval that counts is the old one's, as it last was",
     {{AT(0, 1, 200), .interval = MS(100)},
      {AT(100, 1, 200), .interval = SECOND},
      {AT(500, 2, 100), .interval = MS(100)},
      {AT(3659.375, 2, 100), .interval = MS(100)}},
     MS(3700),
     "0.000 first 1/200; 3659.375 timed-out 2/100<1 3559375us"},
    {"a resign teaches no interval",
     {{AT(0, 1, 200)}, {AT(100, 1, 0), .interval = MS(10)}},
     MS(4200),
     "0.000 first 1/200; 4100.000 vacant<1/200 4000000us"},
    {"tie-break: equal priority, the higher address while both are live (RFC 9568 6.4.3)",
     {{AT(0, 1, 100)}, {AT(300, 2, 100)}, {AT(301.5, 1, 100)}, {AT(1300, 2, 100)}},
     MS(2000),
     "0.000 first 1/100; 300.000 tie-break 2/100<1 300000us"},
    {"tie-break: the lower address loses",
     {{AT(0, 2, 100)}, {AT(300, 1, 100)}, {AT(1000, 2, 100)}},
     MS(2000),
     "0.000 first 2/100"},
    {"tie-break: unsigned, 192.0.2.200 is above 192.0.2.100",
     {{AT(0, 100, 100)}, {AT(300, 200, 100)}},
     MS(1000),
     "0.000 first 100/100; 300.000 tie-break 200/100<100 300000us"},
    {"a priority that changes in place is no election",
     {{AT(0, 1, 100)}, {AT(1000, 1, 70)}, {AT(2000, 1, 120)}},
     MS(3000),
     "0.000 first 1/100"},
    {"and the changed one counts: the next one, higher now, preempts",
     {{AT(0, 1, 100)}, {AT(1000, 1, 70)}, {AT(1100, 2, 90)}, {AT(2000, 1, 70)}},
     MS(2050),
     "0.000 first 1/100; 1100.000 preempted 2/90<1 100000us"},
    {"vacant: 4A after the last advertisement",
     {{AT(0, 1, 100)}, {AT(1000, 1, 100)}},
     MS(5000),
     "0.000 first 1/100; 5000.000 vacant<1/100 4000000us"},
    {"vacant: not a microsecond before", {{AT(0, 1, 100)}}, MS(4000) - 1, "0.000 first 1/100"},
    {"vacant: also 4A after a resign",
     {{AT(0, 1, 100)}, {AT(500, 1, 0)}},
     MS(9000),
     "0.000 first 1/100; 4500.000 vacant<1/100 4000000us"},
    {"vacant: not while a lower one was heard within four of its intervals",
     {{AT(0, 1, 200)}, {AT(2000, 2, 100)}},
     MS(6000),
     "0.000 first 1/200; 6000.000 vacant<1/200 6000000us"},
    {"vacant: at once when the only one that still spoke, a lower one, resigns",
     {{AT(0, 1, 200)}, {AT(3000, 2, 100)}, {AT(5000, 2, 0)}},
     MS(5000),
     "0.000 first 1/200; 5000.000 vacant<1/200 5000000us"},
    {"after vacant the next is timed-out, be it the same one",
     {{AT(0, 1, 100)}, {AT(10000, 1, 100)}, {AT(11000, 1, 100)}},
     MS(12000),
     "0.000 first 1/100; 4000.000 vacant<1/100 4000000us; 10000.000 timed-out 1/100<1 10000000us"},
    {"after vacant the next is timed-out, also after a resign, and though lower",
     {{AT(0, 1, 100)}, {AT(500, 1, 0)}, {AT(10000, 2, 50)}},
     MS(11000),
     "0.000 first 1/100; 4500.000 vacant<1/100 4000000us; 10000.000 timed-out 2/50<1 9500000us"},
    {"vacant twice",
     {{AT(0, 1, 100)}, {AT(5000, 1, 100)}},
     MS(99999),
     "0.000 first 1/100; 4000.000 vacant<1/100 4000000us; 5000.000 timed-out 1/100<1 5000000us; "
     "9000.000 vacant<1/100 4000000us"},
    {"silent for longer than its backups wait, and back before vacant, alone: still Active",
     {{AT(0, 1, 100)}, {AT(3900, 1, 100)}},
     MS(4500),
     "0.000 first 1/100"},
    {"three routers: of two that speak after the resign, the higher is elected",
     {{AT(0, 1, 200)}, {AT(100, 2, 150)}, {AT(110, 3, 100)}, {AT(300, 1, 0)}, {AT(1110, 3, 100)}, {AT(1120, 2, 150)}},
     MS(1500),
     "0.000 first 1/200; 1120.000 resigned 2/150<1 820000us"},
    {"capture duplicates within 1 ms count once: the gap is from the first copy",
     {{AT(0, 1, 100)}, {AT(0.9, 1, 100)}, {AT(500, 1, 0)}, {AT(500.3, 1, 0)}, {AT(1000, 2, 90)}, {AT(1000.1, 2, 90)}},
     MS(1100),
     "0.000 first 1/100; 1000.000 resigned 2/90<1 500000us"},
    {"and 1 ms apart they are two",
     {{AT(0, 1, 100)}, {AT(500, 1, 0)}, {AT(501, 1, 0)}, {AT(1000, 2, 90)}},
     MS(1100),
     "0.000 first 1/100; 1000.000 resigned 2/90<1 499000us"},
    {"a resign straight after an advertisement is no copy of it",
     {{AT(0, 1, 100)}, {AT(0.5, 1, 0)}, {AT(700, 2, 90)}},
     MS(1000),
     "0.000 first 1/100; 700.000 resigned 2/90<1 699500us"},
    {"both directions count: on the Active itself its own adverts go out",
     {{AT(0, 1, 100)}, {AT(400, 2, 150), .out = true}, {AT(1400, 2, 150), .out = true}},
     MS(2000),
     "0.000 first 1/100; 400.000 preempted 2/150<1 400000us"},
    {"one source in VRRPv2 and VRRPv3 is one speaker",
     {{AT(0, 1, 100), .version = 2}, {AT(500, 1, 100), .version = 3}, {AT(1000, 1, 100), .version = 2}},
     MS(2000),
     "0.000 first 1/100"},
    {"IPv4 and IPv6 with one VRID are two virtual routers",
     {{AT(0, 1, 100)}, {AT(1, 2, 150), .v6 = true}},
     MS(2000),
     "0.000 first 1/100; 1.000[eth0.0/6/51] first 2/150"},
    {"so are two VRIDs, VLANs, interfaces, and places",
     {{AT(0, 1, 100)},
      {AT(1, 2, 150), .vrid = 52},
      {AT(2, 2, 150), .vlan = 10},
      {AT(3, 2, 150), .ifname = "eth1"},
      {AT(4, 2, 150), .ifname = "", .seg = "lan"},
      {AT(5, 2, 150), .ifname = "", .node = "lan"},
      {AT(6, 3, 200), .ifname = "", .node = "lan"}},
     MS(2000),
     "0.000 first 1/100; 1.000[eth0.0/4/52] first 2/150; 2.000[eth0.10/4/51] first 2/150; 3.000[eth1.0/4/51] first "
     "2/150; "
     "4.000[lan.0/4/51] first 2/150; 5.000[lan.0/4/51] first 2/150; 6.000[lan.0/4/51] preempted 3/200<2 1000us"},
    {"several become vacant in order of time, not of name",
     {{AT(0, 1, 100), .vrid = 1, .interval = 2 * SECOND},
      {AT(1, 1, 100), .vrid = 2},
      {AT(2, 1, 100), .vrid = 3, .interval = MS(500)}},
     MS(9000),
     "0.000[eth0.0/4/1] first 1/100; 1.000[eth0.0/4/2] first 1/100; 2.000[eth0.0/4/3] first 1/100; "
     "2002.000[eth0.0/4/3] vacant<1/100 2000000us; 4001.000[eth0.0/4/2] vacant<1/100 4000000us; "
     "8000.000[eth0.0/4/1] vacant<1/100 8000000us"},
    {"an advertisement of another one first tells who became vacant before it",
     {{AT(0, 1, 100), .vrid = 1}, {AT(7000, 1, 100), .vrid = 2}},
     MS(7000),
     "0.000[eth0.0/4/1] first 1/100; 4000.000[eth0.0/4/1] vacant<1/100 4000000us; 7000.000[eth0.0/4/2] first 1/100"},
    {"time never goes back: a stamp of the past is of now",
     {{AT(1000, 1, 100)}, {AT(10, 2, 150)}},
     MS(2000),
     "1000.000 first 1/100; 1000.000 preempted 2/150<1 0us"},
};

static void test_stories(void **state)
{
    (void)state;
    for (size_t i = 0; i < nitems(stories); i++) {
        const struct story *s = &stories[i];
        struct told told = {.length = 0};
        struct observer *o = observer_new(tell, &told);

        assert_non_null(o);
        for (size_t n = 0; n < HEARD && s->heard[n].host != 0; n++)
            hear(o, &s->heard[n]);
        observer_advance(o, (instant){s->until});
        if (strcmp(told.text, s->told) != 0)
            fail_msg("%s:\n  told:     %s\n  expected: %s", s->name, told.text, s->told);
        observer_free(o);
    }
}

static void test_deadline(void **state)
{
    struct told told = {.length = 0};
    struct observer *o = observer_new(tell, &told);

    (void)state;
    assert_int_equal(observer_deadline(o).us, INSTANT_NEVER.us);
    hear(o, &(struct heard){AT(0, 1, 100)});
    assert_int_equal(observer_deadline(o).us, MS(4000));
    hear(o, &(struct heard){AT(1000, 1, 100)});
    assert_int_equal(observer_deadline(o).us, MS(5000));
    hear(o, &(struct heard){AT(1000, 1, 100), .vrid = 7, .interval = MS(100)});
    assert_int_equal(observer_deadline(o).us, MS(1400));
    observer_advance(o, (instant){MS(1400) - 1});
    assert_int_equal(observer_deadline(o).us, MS(1400));
    observer_advance(o, (instant){MS(1400)});
    assert_int_equal(observer_deadline(o).us, MS(5000));
    hear(o, &(struct heard){AT(1500, 1, 100), .interval = MS(10)}); /* a shorter interval brings it forward */
    assert_int_equal(observer_deadline(o).us, MS(1540));
    observer_advance(o, (instant){MS(1540)});
    assert_int_equal(observer_deadline(o).us, INSTANT_NEVER.us);
    observer_free(o);
}

/* --- Lines. --- */

static void test_lines(void **state)
{
    static const struct {
        const char *name;
        struct observation o;
        const char *line;
    } rows[] = {
        {"elected, all keys",
         {.elected = true,
          .origin = {"lab 1", "r1", "eth0", 10, DIR_OUT},
          .af = 4,
          .vrid = 51,
          .prio = 150,
          .gap = 3412187,
          .has_gap = true,
          .why = ELECTED_TIMED_OUT,
          .active = {4, {192, 0, 2, 2}},
          .was = {4, {192, 0, 2, 3}}},
         "12.000000345 elected seg=lab%201 host=r1 if=eth0 vlan=10 af=4 vrid=51 active=192.0.2.2 was=192.0.2.3 "
         "prio=150 "
         "gap=3.412187s why=timed-out\n"},
        {"elected, first",
         {.elected = true,
          .af = 6,
          .vrid = 1,
          .prio = 255,
          .why = ELECTED_FIRST,
          .active = {6, {0xfe, 0x80, [15] = 1}}},
         "12.000000345 elected af=6 vrid=1 active=fe80::1 prio=255 why=first\n"},
        {"vacant",
         {.origin = {.ifname = "eth0"},
          .af = 4,
          .vrid = 51,
          .prio = 100,
          .gap = 4000000,
          .has_gap = true,
          .was = {4, {192, 0, 2, 3}}},
         "12.000000345 vacant if=eth0 af=4 vrid=51 was=192.0.2.3 prio=100 gap=4.000000s\n"},
    };

    (void)state;
    for (size_t i = 0; i < nitems(rows); i++) {
        char text[512];
        struct writer w = {.buffer = text, .size = sizeof text};

        write_observation(&w, (stamp){12000000345}, &rows[i].o);
        assert_false(w.full);
        assert_int_equal(w.length, strlen(rows[i].line));
        assert_memory_equal(text, rows[i].line, w.length);
    }
    for (int why = ELECTED_FIRST; why <= ELECTED_TIE_BREAK; why++) {
        struct observation o = {.elected = true, .af = 4, .vrid = 1, .why = (enum elected_why)why};
        char text[512], expected[64];
        struct writer w = {.buffer = text, .size = sizeof text};

        o.active.family = 4;
        write_observation(&w, (stamp){0}, &o);
        snprintf(expected, sizeof expected, " why=%s\n", why_names[why]);
        assert_true(w.length > strlen(expected));
        assert_memory_equal(text + w.length - strlen(expected), expected, strlen(expected));
    }
}

static uint64_t random_state;

static unsigned draw(unsigned below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(random_state >> 33) % below;
}

/* --- Bounds. --- */

struct tally {
    size_t elected, vacant, first, preempted;
    uint64_t left_out;
};

static void count(void *context, instant at, const struct observation *o)
{
    struct tally *t = context;

    (void)at;
    t->left_out += o->left_out;
    t->elected += o->elected;
    t->vacant += !o->elected && o->left_out == 0;
    t->first += o->elected && o->why == ELECTED_FIRST;
    t->preempted += o->elected && o->why == ELECTED_PREEMPTED;
}

/* 4,096 virtual routers are told apart; of more the longest silent are forgotten. Not faster than strangers are told. */
static void test_many_groups(void **state)
{
    struct tally t = {0};
    struct observer *o = observer_new(count, &t);
    int64_t now = 0;
    const usec longest = 255 * SECOND;

    (void)state;
    for (int i = 0; i < 2 * 4096; i++, now += MS(125))
        hear(o, &(struct heard){now, i < 4096 ? 1 : 2, i < 4096 ? 100 : 150, longest,
                                .vrid = (uint8_t)(i % 4096 % 255 + 1), .vlan = (uint16_t)(i % 4096 / 255 + 1)});
    assert_int_equal(t.first, 4096);
    assert_int_equal(t.preempted, 4096);
    hear(o, &(struct heard){now, 2, 150, longest, .vrid = 1, .vlan = 1}); /* the eldest is not the longest silent now */
    for (int i = 0; i < 10; i++)
        hear(o, &(struct heard){now + 1 + i, 1, 100, longest, .vrid = (uint8_t)(i + 1), .ifname = "eth1"});
    assert_int_equal(t.first, 4106);
    hear(o, &(struct heard){now + MS(10), 2, 150, longest, .vrid = 1, .vlan = 1}); /* known still */
    assert_int_equal(t.first, 4106);
    hear(o, &(struct heard){now + MS(20), 2, 150, longest, .vrid = 2, .vlan = 1}); /* had to go */
    assert_int_equal(t.first, 4107);
    assert_int_equal(t.left_out, 0);
    observer_advance(o, (instant){now + 5 * longest});
    assert_int_equal(t.vacant, 4096);
    observer_free(o);
}

/* What is told of a siege, in all and of one virtual router. */
struct siege {
    size_t elected, lost;
    uint64_t left_out;
    uint8_t vrid; /* of this one, the last that was elected: */
    instant at;
    uint8_t host;
};

static void watch(void *context, instant at, const struct observation *o)
{
    struct siege *s = context;

    s->elected += o->elected;
    s->lost += o->left_out > 0;
    s->left_out += o->left_out;
    if (o->elected && o->vrid == s->vrid) {
        s->at = at;
        s->host = o->active.bytes[3];
    }
}

/* From `from` to `to`, in ms: 500 strangers a second, of any VRID and priority below 50, each with a name of its own. */
static void besiege(struct observer *o, int from, int to)
{
    const struct origin origin = {.ifname = "eth0", .dir = DIR_IN};

    for (int64_t at = MS(from); at < MS(to); at += MS(2)) {
        uint32_t name = draw(1 << 24);
        struct advert a = {.af = 4, .version = 3, .type = 1, .interval = SECOND};

        a.src = (struct ip){4, {10, (uint8_t)(name >> 16), (uint8_t)(name >> 8), (uint8_t)name}};
        a.vrid = (uint8_t)(1 + draw(255));
        a.prio = (uint8_t)(1 + draw(49));
        observer_advert(o, (instant){at}, &origin, &a);
    }
}

/* A real router takes over, and another comes that nobody knew, while strangers are elected without end. */
static void test_siege(void **state)
{
    struct siege s = {.vrid = 51};
    struct observer *o = observer_new(watch, &s);

    (void)state;
    random_state = 7;
    for (int i = 0; i < 40; i++)
        hear(o, &(struct heard){AT(i * 1000, 1, 150)});
    besiege(o, 39001, 42600); /* its Active has died, and the liars have no right yet to take over */
    assert_int_equal(s.host, 1);
    hear(o, &(struct heard){AT(42610, 2, 100)});
    assert_int_equal(s.at.us, MS(42610));
    assert_int_equal(s.host, 2);
    besiege(o, 42611, 44000);
    hear(o, &(struct heard){AT(44000, 2, 100)});

    size_t elected = s.elected;
    uint64_t left_out = s.left_out;
    for (int i = 44; i < 54; i++) {
        besiege(o, i * 1000 + 1, (i + 1) * 1000);
        hear(o, &(struct heard){AT((i + 1) * 1000, 2, 100)});
    }
    assert_int_equal(s.host, 2);
    assert_in_range(s.elected - elected, 10 * 8 - 2, 10 * 8 + 2);
    assert_in_range(s.left_out - left_out, 100, 5000);
    assert_in_range(s.lost, 13, 15); /* one a second */

    s.vrid = 77; /* new, and so far only liars spoke for it: told when it speaks again, at the latest */
    hear(o, &(struct heard){AT(54000.5, 3, 200), .vrid = 77});
    besiege(o, 54001, 55000);
    hear(o, &(struct heard){AT(55000.5, 3, 200), .vrid = 77});
    assert_int_equal(s.host, 3);

    uint64_t told = s.left_out;
    besiege(o, 55001, 55500);
    observer_end(o, (instant){MS(55500)});
    assert_true(s.left_out > told);
    told = s.left_out;
    observer_end(o, (instant){MS(55500)});
    assert_int_equal(s.left_out, told);
    observer_free(o);
}

/* A liar with many source addresses: the Active stays, be it heard first or after others, and the bound holds. */
static void test_many_speakers(void **state)
{
    static const char *const expected[] = {
        "0.000 first 200/200; 6000.000 resigned 201/100<200 3900000us",
        "0.000 first 1/50; 1.000 preempted 200/200<1 1000us; 6000.000 resigned 201/100<200 3900000us",
    };

    (void)state;
    for (int before = 0; before < (int)nitems(expected); before++) {
        struct told told = {.length = 0};
        struct observer *o = observer_new(tell, &told);

        if (before > 0)
            hear(o, &(struct heard){AT(0, 1, 50)});
        hear(o, &(struct heard){AT(before, 200, 200)});
        for (int i = 1; i < 150; i++)
            hear(o, &(struct heard){AT(5 + i * 10, (uint8_t)(i + 1), 100)});
        hear(o, &(struct heard){AT(2000, 200, 200)});
        hear(o, &(struct heard){AT(2100, 200, 0)});
        hear(o, &(struct heard){AT(6000, 201, 100)});
        assert_string_equal(told.text, expected[before]);
        observer_free(o);
    }
}

/* --- The model: one virtual router, its whole history kept, the definition asked anew each time. --- */

enum { SOURCES = 5, EVENTS = 60, STEP = 500 };

struct past {
    int64_t us;
    uint8_t source, prio, version;
    usec interval;
};

struct model {
    struct past history[EVENTS];
    size_t count;
    int active; /* source, or -1 */
    bool vacant;
    struct told told;
};

static const struct past *last_of(const struct model *m, int source)
{
    for (size_t i = m->count; i-- > 0;) {
        if (m->history[i].source == source)
            return &m->history[i];
    }
    return NULL;
}

static const struct past *last_spoken(const struct model *m, int source)
{
    for (size_t i = m->count; i-- > 0;) {
        if (m->history[i].source == source && m->history[i].prio > 0)
            return &m->history[i];
    }
    return NULL;
}

/* 3A + Skew_Time - tolerance, in 1/256 us, so that nothing is rounded. */
static bool model_live(const struct model *m, int source, int64_t at, uint8_t next_prio)
{
    const struct past *p = last_of(m, source);

    if (!p || p->prio == 0)
        return false;
    int64_t skew = (256 - next_prio) * (p->version == 2 ? 1000000 : p->interval);
    int64_t tolerance = p->interval / 20 < 10000 ? 10000 : p->interval / 20;
    return (at - p->us) * 256 < (3 * p->interval - tolerance) * 256 + skew;
}

static void model_tell(struct model *m, int64_t at, enum elected_why why, int who, uint8_t prio)
{
    struct observation o = {.elected = who >= 0, .af = 4, .vrid = 51, .prio = prio, .why = why};

    snprintf(o.origin.ifname, sizeof o.origin.ifname, "eth0");
    o.active = address(false, (uint8_t)(who + 1));
    if (m->active >= 0) {
        o.was = address(false, (uint8_t)(m->active + 1));
        o.gap = at - last_of(m, m->active)->us;
        o.has_gap = true;
    }
    tell(&m->told, (instant){at}, &o);
}

/* Vacant when each speaker that counts has been silent for four of its intervals. */
static void model_look(struct model *m, int64_t at)
{
    if (m->active < 0 || m->vacant)
        return;
    for (int s = 0; s < SOURCES; s++) {
        const struct past *p = last_of(m, s), *spoken = last_spoken(m, s);

        if (!p || (p->prio == 0 && s != m->active))
            continue;
        if (at - p->us < 4 * (spoken ? spoken->interval : p->interval))
            return;
    }
    const struct past *spoken = last_spoken(m, m->active);
    model_tell(m, at, ELECTED_FIRST, -1, spoken ? spoken->prio : 0);
    m->vacant = true;
}

static bool model_above(const struct past *a, const struct past *b)
{
    return a->prio > b->prio || (a->prio == b->prio && a->source > b->source);
}

static void model_hear(struct model *m, const struct past *now)
{
    const struct past *mine = last_of(m, now->source);

    if (mine && now->us - mine->us < 1000 && mine->prio == now->prio &&
        (now->prio == 0 || (mine->version == now->version && mine->interval == now->interval)))
        return;
    if (now->prio == 0) {
        if (m->active < 0)
            m->active = now->source;
        m->history[m->count++] = *now;
        return;
    }
    bool best = true;
    for (int s = 0; s < SOURCES; s++) {
        if (!m->vacant && s != now->source && model_live(m, s, now->us, now->prio) && model_above(last_of(m, s), now))
            best = false;
    }
    const struct past *old = m->active < 0 ? NULL : last_of(m, m->active);
    enum elected_why why = !old                                            ? ELECTED_FIRST
                           : m->vacant                                     ? ELECTED_TIMED_OUT
                           : old->prio == 0                                ? ELECTED_RESIGNED
                           : !model_live(m, m->active, now->us, now->prio) ? ELECTED_TIMED_OUT
                           : old->prio == now->prio                        ? ELECTED_TIE_BREAK
                                                                           : ELECTED_PREEMPTED;
    bool again = m->active == now->source && !m->vacant && old->prio > 0; /* it is Active already */
    if (best && !again) {
        model_tell(m, now->us, why, now->source, now->prio);
        m->active = now->source;
        m->vacant = false;
    }
    m->history[m->count++] = *now;
}

/* Steps of time that fall often near what matters: copies, intervals, Active_Down_Intervals, four intervals. */
static int64_t draw_step(usec interval)
{
    switch (draw(8)) {
    case 0:
        return (int64_t)draw(4) * STEP;
    case 1:
    case 2:
    case 3:
        return interval - 4 * STEP + draw(8) * STEP;
    case 4:
        return 3 * interval + (int64_t)draw((unsigned)(interval / STEP)) * STEP;
    case 5:
        return 4 * interval - 4 * STEP + draw(8) * STEP;
    default:
        return (int64_t)draw((unsigned)(interval / STEP)) * STEP;
    }
}

static void run_random(uint64_t seed)
{
    static const uint8_t prios[] = {0, 50, 100, 100, 101, 200, 255};
    static const usec intervals[] = {10 * MILLISECOND, 20 * MILLISECOND, 100 * MILLISECOND};
    static struct model m;
    struct told told = {.length = 0};
    struct observer *o = observer_new(tell, &told);
    uint8_t prio[SOURCES];
    int64_t now = 0;

    random_state = seed;
    m = (struct model){.active = -1};
    for (int s = 0; s < SOURCES; s++)
        prio[s] = prios[1 + draw(nitems(prios) - 1)];
    for (int i = 0; i < EVENTS / 2; i++) {
        unsigned s = draw(SOURCES);
        struct past p = {
            .source = (uint8_t)s, .version = draw(8) ? 3 : 2, .interval = intervals[draw(8) ? 0 : draw(3)]};

        if (draw(12) == 0)
            prio[s] = prios[1 + draw(nitems(prios) - 1)];
        p.prio = draw(6) ? prio[s] : 0;
        for (int64_t then = now + draw_step(p.interval); now < then;) {
            now += STEP;
            model_look(&m, now);
            if (draw(3) == 0)
                observer_advance(o, (instant){now});
        }
        p.us = now;
        model_hear(&m, &p);
        model_look(&m, now);
        hear(o, &(struct heard){now, (uint8_t)(s + 1), p.prio, .interval = p.interval, .version = p.version});
        if (strcmp(told.text, m.told.text) != 0)
            fail_msg("seed %llu, event %d:\n  told:  %s\n  model: %s", (unsigned long long)seed, i, told.text,
                     m.told.text);
    }
    observer_free(o);
}

static void test_model(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4000; seed++)
        run_random(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stories),     cmocka_unit_test(test_deadline),      cmocka_unit_test(test_lines),
        cmocka_unit_test(test_many_groups), cmocka_unit_test(test_many_speakers), cmocka_unit_test(test_model),
        cmocka_unit_test(test_siege),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
