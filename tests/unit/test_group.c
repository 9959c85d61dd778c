/* Virtual routers that are Active together or not at all: lib/core/electorate_group.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/electorate.h"

static char said[4096]; /* in short: "a active timed-out; b send 0; ...", advertisements of an Active left out */

static void note(const char *name, const char *text)
{
    size_t at = strlen(said);
    snprintf(said + at, sizeof said - at, "%s%s %s", at ? "; " : "", name, text);
}

static void on_send(void *context, instant at, const struct send_event *e)
{
    (void)context;
    (void)at;
    if (e->prio == 0)
        note(e->name, "send 0");
}

static void on_state(void *context, instant at, const struct state_event *e)
{
    char text[96];
    (void)context;
    (void)at;
    snprintf(text, sizeof text, "%s %s", router_state_name(e->to), e->why);
    note(e->name, text);
}

static void on_notice(void *context, instant at, const struct notice_event *e)
{
    (void)context;
    (void)at;
    (void)e;
}

static struct line line_of(const char *text)
{
    struct line l;
    struct span where;
    assert_int_equal(line_parse(&l, text, strlen(text), &where), LINE_OK);
    return l;
}

static struct span value_of(const struct line *l, const char *key)
{
    struct span value = {"", 0};
    (void)line_get(l, key, &value);
    return value;
}

static void vr(struct electorate *e, instant at, const struct line *l)
{
    struct vr_config c = {0};
    struct prefix_buffer buffer;
    struct config_error error = {0};
    bool taken;
    if (!config_parse(&c, &buffer, l, &error))
        fail_msg("%s", error.reason);
    assert_true(electorate_vr(e, at, &c, &taken));
}

static void hear(struct electorate *e, instant at, const struct line *l)
{
    struct origin from = {0};
    struct advert a = {0};
    static struct address_buffer buffer;
    const char *wrong;
    if (!read_advert(l, &from, &a, &buffer, &wrong))
        fail_msg("%s", wrong);
    electorate_advert(e, at, &from, &a);
}

static void tell_link(struct electorate *e, instant at, const struct line *l)
{
    struct link_event link = {0};
    const char *wrong;
    assert_true(read_link(l, &link, &wrong));
    electorate_link(e, at, &link);
}

static void tell_track(struct electorate *e, instant at, const struct line *l)
{
    struct track_event track = {0};
    const char *wrong;
    assert_true(read_track(l, &track, &wrong));
    electorate_track(e, at, &track);
}

static void act(struct electorate *e, instant at, const char *text)
{
    struct line l = line_of(text);
    if (span_is(l.event, "vr"))
        vr(e, at, &l);
    else if (span_is(l.event, "advert"))
        hear(e, at, &l);
    else if (span_is(l.event, "link"))
        tell_link(e, at, &l);
    else if (span_is(l.event, "track"))
        tell_track(e, at, &l);
    else if (span_is(l.event, "novr"))
        assert_true(electorate_novr(e, at, value_of(&l, "name")));
    else if (span_is(l.event, "yield"))
        assert_int_equal(electorate_yield(e, at, value_of(&l, "name"), !line_is(&l, "off", "yes"), false), YIELD_DONE);
    else if (span_is(l.event, "gap"))
        electorate_gap(e, line_is(&l, "on", "yes"));
    else
        assert_true(span_is(l.event, "wait"));
}

/* Named a (eth0, IPv4), b (eth1, IPv4), c (eth1, IPv6). */
#define VR_A      "vr if=eth0 vrid=1 name=a ip=192.0.2.1"
#define VR_B      "vr if=eth1 vrid=2 name=b ip=198.51.100.1"
#define VR_C      "vr if=eth1 vrid=3 name=c ip=fe80::1"
#define A         VR_A " group=g"
#define B         VR_B " group=g"
#define C         VR_C " group=g"
#define HEAR_A(p) "advert if=eth0 af=4 vrid=1 ver=3 interval=1s src=192.0.2.9 ip=192.0.2.1 prio=" #p
#define HEAR_B(p) "advert if=eth1 af=4 vrid=2 ver=3 interval=1s src=198.51.100.9 ip=198.51.100.1 prio=" #p
#define A_UP      "link if=eth0 state=up primary4=192.0.2.5"
#define A_DOWN    "link if=eth0 state=down"
#define B_UP      "link if=eth1 state=up primary4=198.51.100.5 primary6=fe80::5"
#define B_DOWN    "link if=eth1 state=down"

/* All are told of at ms 0, where all start; Active_Down_Intervals at priority 100 are 3.61 s. */
#define STARTED "a backup startup; b backup startup"
#define ACTIVE  "a active timed-out; b active timed-out"

enum { VRS = 3, STEPS = 12 };

static const struct story {
    const char *rule, *vrs[VRS];
    struct {
        int ms; /* from the start; 0: no more steps */
        const char *line, *said;
    } steps[STEPS];
} stories[] = {
    {"all become active in one step, once the last one could",
     {A " prio=200", B},
     {{3500, "wait", ""}, {3700, "wait", ACTIVE}}},
    {"each has its own why",
     {A, B},
     {{2000, HEAR_B(50), ""}, {3700, "wait", "a active timed-out; b active preempted"}}},
    {"one that hears its Active is waited for, for however long",
     {A, B},
     {{2000, HEAR_B(150), ""},
      {4000, HEAR_B(150), ""},
      {7000, HEAR_B(150), ""},
      {10000, HEAR_B(150), ""},
      {13600, "wait", ""},
      {13700, "wait", ACTIVE}}},
    {"one that waits is no longer ready when it hears its Active",
     {A, B},
     {{3000, HEAR_B(150), ""}, {6000, HEAR_A(150), ""}, {6700, "wait", ""}, {9700, "wait", ACTIVE}}},
    {"priority 0 is Skew_Time, also for one that waits",
     {A, B},
     {{3000, HEAR_B(150), ""},
      {4000, HEAR_A(0), ""},
      {4500, HEAR_B(0), ""},
      {5000, "wait", ""},
      {5200, "wait", "a active resigned; b active resigned"}}},
    {"a lower one does not make one that waits wait anew",
     {A, B},
     {{3000, HEAR_B(150), ""},
      {4000, HEAR_A(50), ""},
      {5000, HEAR_A(50), ""},
      {6000, HEAR_A(50), ""},
      {6700, "wait", "a active preempted; b active timed-out"}}},
    {"a preempt-delay that is over stays over",
     {A " preempt-delay=2s", B},
     {{1000, HEAR_A(50), ""},
      {2000, HEAR_A(50), ""},
      {2100, HEAR_B(150), ""},
      {3500, HEAR_A(50), ""},
      {5000, HEAR_A(50), ""},
      {5800, "wait", "a active preempted; b active timed-out"}}},
    {"a preempt-delay begins with the first lower one", {A " preempt-delay=5s", B}, {{3700, "wait", ACTIVE}}},
    {"preempt=no waits for silence",
     {A " preempt=no", B},
     {{3000, HEAR_A(50), ""}, {6000, "wait", ""}, {6700, "wait", ACTIVE}}},
    {"beaten: the others step down",
     {A, B},
     {{3700, "wait", ACTIVE}, {8000, HEAR_B(150), "b backup priority; a send 0; a backup group"}}},
    {"a tie that is lost beats, too",
     {A, B},
     {{1, B_UP, ""}, {3700, "wait", ACTIVE}, {8000, HEAR_B(100), "b backup tie-break; a send 0; a backup group"}}},
    {"lower ones beat nobody", {A, B}, {{3700, "wait", ACTIVE}, {8000, HEAR_B(50), ""}, {8500, HEAR_B(0), ""}}},
    {"a fault of one is one of all",
     {A, B},
     {{3700, "wait", ACTIVE},
      {8000, A_DOWN, "a fault link; b send 0; b fault group"},
      {12000, "wait", ""},
      {13000, A_UP, "a backup recovered; b backup recovered"},
      {16500, "wait", ""},
      {16700, "wait", ACTIVE}}},
    {"of the faults of two both have to end",
     {A, B},
     {{3700, "wait", ACTIVE},
      {8000, A_DOWN, "a fault link; b send 0; b fault group"},
      {9000, B_DOWN, ""},
      {10000, A_UP, ""},
      {11000, B_UP, "a backup recovered; b backup recovered"}}},
    {"one link, two virtual routers: nobody speaks on it",
     {A, B, C},
     {{3700, "wait", ACTIVE "; c active timed-out"},
      {8000, B_DOWN, "b fault link; c fault link; a send 0; a fault group"}}},
    {"a fault of a backup sends nothing",
     {A, B},
     {{2000, HEAR_B(150), ""}, {3000, A_DOWN, "a fault link; b fault group"}}},
    {"who starts in a fault takes the others along",
     {A " track=web", B},
     {{1000, "track name=web state=up", "a backup recovered; b backup recovered"},
      {2000, "track name=web state=down", "a fault track; b fault group"}}},
    {"weights are those of the group",
     {A " prio=150 track=web:-60", B " prio=150"},
     {{500, "track name=web state=up", ""},
      {3500, "wait", ACTIVE},
      {5000, HEAR_B(100), ""},
      {6000, "track name=web state=down", ""},
      {6500, HEAR_B(100), "b backup priority; a send 0; a backup group"}}},
    {"what two track counts once, with the stronger weight",
     {A " prio=150 track=web:-60", B " prio=150 track=web:-40"},
     {{500, "track name=web state=up", ""},
      {3500, "wait", ACTIVE},
      {6000, "track name=web state=down", ""},
      {6500, HEAR_B(89), ""},
      {6600, HEAR_B(91), "b backup priority; a send 0; a backup group"}}},
    {"one yields, all yield",
     {A, B},
     {{2000, HEAR_A(50), ""},
      {2100, HEAR_B(50), ""},
      {3700, "wait", "a active preempted; b active preempted"},
      {5000, "yield name=b", "a send 0; a backup yield; b send 0; b backup yield"},
      {6000, HEAR_A(50), ""},
      {6100, HEAR_B(50), ""},
      {8000, HEAR_A(50), ""},
      {8100, HEAR_B(50), ""},
      {9000, "yield name=a off=yes", ""},
      {9100, HEAR_A(50), ""},
      {9200, HEAR_B(50), ""},
      {11800, "wait", "a active preempted; b active preempted"}}},
    {"an owner waits for the others", {A " prio=255", B}, {{3500, "wait", ""}, {3700, "wait", ACTIVE}}},
    {"owners wait for nobody", {A " prio=255", B " prio=255"}, {{1, "wait", "a active owner; b active owner"}}},
    {"an owner that waits is not held by a lower one",
     {A " prio=255", B},
     {{3000, HEAR_A(254), ""}, {3700, "wait", "a active preempted; b active timed-out"}}},
    {"startup-delay of one: the others wait",
     {A " startup-delay=5s", B},
     {{3700, "wait", ""}, {5100, "wait", "a backup startup"}, {8800, "wait", ACTIVE}}},
    {"one joins: the others stay, and it becomes active when it could",
     {A, B},
     {{3700, "wait", ACTIVE}, {5000, C, "c backup startup"}, {8500, "wait", ""}, {8700, "wait", "c active timed-out"}}},
    {"one joins that follows another: the others step down",
     {A},
     {{3700, "wait", "a active timed-out"},
      {5000, B, "b backup startup"},
      {5500, HEAR_B(150), "a send 0; a backup group"},
      {9000, "wait", ""},
      {9200, "wait", ACTIVE}}},
    {"one joins that is in fault",
     {A},
     {{3700, "wait", "a active timed-out"}, {5000, B " track=web", "b fault track; a send 0; a fault group"}}},
    {"one is removed for which the others waited",
     {A, B},
     {{3000, HEAR_B(150), ""}, {5000, "novr name=b", "b init shutdown"}, {5001, "wait", "a active timed-out"}}},
    {"one leaves for which the others waited, and goes on by itself",
     {A, B, C},
     {{3000, HEAR_B(150), ""},
      {5000, VR_B, ""},
      {5001, "wait", "a active timed-out; c active timed-out"},
      {6700, "wait", "b active timed-out"}}},
    {"one leaves a group in fault, and one that was it",
     {A, B},
     {{3000, A_DOWN, "a fault link; b fault group"},
      {4000, VR_B, "b backup recovered"},
      {5000, B, "b fault group"},
      {6000, "novr name=a", "a init shutdown; b backup recovered"}}},
    {"another version is another router: it joins",
     {A, B},
     {{3700, "wait", ACTIVE},
      {5000, B " ver=2", "b send 0; b init shutdown; b backup startup"},
      {8700, "wait", "b active timed-out"}}},
    {"another priority flaps nothing", {A, B}, {{3700, "wait", ACTIVE}, {5000, B " prio=50", ""}, {9000, "wait", ""}}},
    {"deaf for one is deaf for all",
     {A, B},
     {{400, "tick", ""},
      {3700, "wait", "a fault deaf; b fault group"},
      {5000, "tick", "a backup recovered; b backup recovered"}}},
    {"what one waits for may be among what was lost",
     {A, B},
     {{3000, HEAR_B(150), ""},
      {4000, "gap on=yes", ""},
      {4100, "gap on=no", ""},
      {6700, "wait", ""},
      {10200, "wait", ""},
      {10400, "wait", ACTIVE}}},
    {"beaten at once: it comes back later than by itself",
     {A, B},
     {{3700, "wait", ACTIVE},
      {3800, HEAR_B(150), "b backup priority; a send 0; a backup group"},
      {3900, HEAR_B(0), ""},
      {7400, "wait", ""},
      {11000, "wait", "a active timed-out; b active resigned"}}},
    {"a group of one is none",
     {A " prio=255"},
     {{3000, HEAR_A(50), ""}, {4000, A_DOWN, "a fault link"}, {5000, A_UP, "a active recovered"}}},
};

static const char *started(const struct story *s)
{
    if (!s->vrs[1])
        return strstr(s->vrs[0], "prio=255") ? "a active owner" : "a backup startup";
    if (strstr(s->vrs[0], "track=web") && !strstr(s->vrs[0], ":-"))
        return "a fault track; b fault group";
    if (strstr(s->vrs[0], "startup-delay"))
        return "b backup startup";
    return s->vrs[2] ? STARTED "; c backup startup" : STARTED;
}

static void expect(const struct story *s, int ms, const char *expected)
{
    if (strcmp(said, expected) != 0)
        fail_msg("%s: at %d ms: said \"%s\"", s->rule, ms, said);
    said[0] = '\0';
}

static void every_row_of_the_table(void **state)
{
    static const struct electorate_reports reports = {.send = on_send, .state = on_state, .notice = on_notice};
    (void)state;
    for (size_t i = 0; i < nitems(stories); i++) {
        const struct story *s = &stories[i];
        struct electorate *e = electorate_new(&reports, false);
        assert_non_null(e);
        said[0] = '\0';
        for (size_t n = 0; n < VRS && s->vrs[n]; n++)
            act(e, (instant){0}, s->vrs[n]);
        electorate_start(e, (instant){0});
        expect(s, 0, started(s));
        for (size_t n = 0; n < STEPS && s->steps[n].ms; n++) {
            instant at = {s->steps[n].ms * (usec)1000};
            bool tick = strcmp(s->steps[n].line, "tick") == 0;
            if (tick)
                electorate_told(e, at, SECOND);
            electorate_advance(e, at);
            if (tick)
                electorate_seen(e, at);
            else
                act(e, at, s->steps[n].line);
            expect(s, s->steps[n].ms, s->steps[n].said);
        }
        electorate_free(e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_table),
    };
    return cmocka_run_group_tests_name("group", tests, NULL, NULL);
}
