/* Filter words of vrrp-listen (core/filter.h): which are refused, and what the kernel may drop for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/filter.h"

enum { WORDS = 4 };

static const struct {
    const char *word;
    const char *reason; /* a part of it; NULL: taken */
} words[] = {
    {"vrid=51", NULL},
    {"vrid=0", NULL}, /* a bad line can have it */
    {"vrid=1..10,51,200..", NULL},
    {"vrid!=51", NULL},
    {"vrid=256", "vrid: 0 to 255"},
    {"vrid=300", "vrid: 0 to 255"},
    {"vrid=1..300", "vrid: 0 to 255"},
    {"vrid=51,x", "vrid: 0 to 255"},
    {"vrid=", "missing"},
    {"vrid=51,", "missing"},
    {"vrid=10..1", "above"},
    {"foo=1", "no line of a packet has this key"},
    {"seg=a", "no line of a packet has this key"},
    {"=1", "key"},
    {"Vrid=1", "key"},
    {"af=4", NULL},
    {"af=6", NULL},
    {"af=5", "af: 4 or 6"},
    {"af=inet", "af: 4 or 6"},
    {"prio=100..200", NULL},
    {"prio=256", "prio: 0 to 255"},
    {"ttl=..254", NULL},
    {"ver=2,3", NULL},
    {"interval=100ms..1s", NULL},
    {"interval=100", "interval: a duration"},
    {"src=192.0.2.1", NULL},
    {"src=192.0.2.1..192.0.2.9", NULL},
    {"src=fe80::1", NULL},
    {"src=router1", "src: an address"},
    {"ip=192.0.2.256", "ip: an address"},
    {"smac=00:00:5e:00:01:33", NULL},
    {"smac=00:00:5e", "smac: a MAC address"},
    {"dir=in", NULL},
    {"dir=up", "dir: in or out"},
    {"why=checksum,ttl", NULL},
    {"why=carp", "why: a rule"},
    {"cksum=pseudo", NULL},
    {"cksum=sha", "cksum: none, message"},
    {"auth=none", NULL},
    {"auth=ah:unchecked", NULL},
    {"auth=hmac:ok", NULL},
    {"auth=none:ok", "auth: none, or"},
    {"auth=ah", "auth: none, or"},
    {"flags=trailing,dst-mac", NULL},
    {"flags=none", "flags: a flag"},
    {"proto=carp", NULL},
    {"proto=hsrp,glbp", NULL},
    {"proto=vrrp", "proto: carp"},
    {"op=garp,reply,na,hello,coup,resign", NULL},
    {"op=probe", "op: garp"},
    {"state=standby", NULL},
    {"state=backup", "state: disabled"},
    {"group=0..4095", NULL},
    {"group=65536", "group: 0 to"},
    {"hello=1s..3s", NULL},
    {"hold=10", "hold: a duration"},
    {"advbase=1", NULL},
    {"advskew=256", "advskew: 0 to 255"},
    {"mac=02:00:00:00:00:01", NULL},
    {"mac=x", "mac: a MAC address"},
    {"flags=override,reply-form", NULL},
    {"event=advert", NULL},
    {"event=announce,other", NULL},
    {"event=link", "event: advert"},
    {"if=eth0", NULL},
    {"vlan=100", NULL},
    {"vlan=4095", "vlan: 1 to 4094"},
    {"seq=1..", NULL},
    {"time=1763796129..", NULL},
    {"time=yesterday", "time:"},
};

static void test_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < nitems(words); i++) {
        static struct filter f;
        const char *reason = NULL;

        filter_init(&f);
        bool taken = filter_add(&f, words[i].word, &reason);

        if (taken != (words[i].reason == NULL))
            fail_msg("%s: %s", words[i].word, taken ? "was taken" : reason);
        if (!taken && strstr(reason, words[i].reason) == NULL)
            fail_msg("%s: %s", words[i].word, reason);
    }
}

static const struct {
    const char *name, *words[WORDS];
    uint8_t af;
    const char *vrids; /* "any", or a list */
} narrowed[] = {
    {"nothing asked for", {NULL}, 0, "any"},
    {"one VRID", {"vrid=51"}, 0, "51"},
    {"alternatives", {"vrid=51,7"}, 0, "7,51"},
    {"ranges", {"vrid=..1,100..102,254.."}, 0, "0,1,100,101,102,254,255"},
    {"two words: both must match", {"vrid=1..5", "vrid=4..9"}, 0, "4,5"},
    {"two words that never match together", {"vrid=1", "vrid=2"}, 0, ""},
    {"another key decides nothing", {"prio=51", "src=192.0.2.1"}, 0, "any"},
    {"negated: lines without a VRID pass, too", {"vrid!=51"}, 0, "any"},
    {"negated beside a range: match.h sees to the rest", {"vrid=50..52", "vrid!=51"}, 0, "50,51,52"},
    {"IPv4", {"af=4"}, 4, "any"},
    {"IPv6 and VRID", {"af=6", "vrid=9"}, 6, "9"},
    {"both families", {"af=4,6"}, 0, "any"},
    {"a range of families", {"af=..4"}, 4, "any"},
    {"negated family", {"af!=4"}, 0, "any"},
};

static void test_narrowed(void **state)
{
    (void)state;
    for (size_t i = 0; i < nitems(narrowed); i++) {
        static struct filter f;
        char vrids[1024] = "";
        const char *reason;
        size_t length = 0;

        filter_init(&f);
        for (size_t j = 0; j < WORDS && narrowed[i].words[j] != NULL; j++)
            assert_true(filter_add(&f, narrowed[i].words[j], &reason));
        assert_int_equal(filter_is_empty(&f), narrowed[i].words[0] == NULL);
        for (size_t j = 0; j < f.vrid_count; j++)
            length += (size_t)snprintf(vrids + length, sizeof vrids - length, j > 0 ? ",%u" : "%u", f.vrids[j]);
        if (f.af != narrowed[i].af || strcmp(f.any_vrid ? "any" : vrids, narrowed[i].vrids) != 0)
            fail_msg("%s: af %u, vrids %s", narrowed[i].name, f.af, f.any_vrid ? "any" : vrids);
    }
}

/* What the kernel need not let through. */
static void test_events(void **state)
{
    static const struct {
        const char *words[WORDS];
        bool announcements, others;
    } rows[] = {
        {{NULL}, true, true},
        {{"event=advert"}, false, false},
        {{"event=announce,bad"}, true, false},
        {{"event=other"}, false, true},
        {{"event!=announce"}, false, true},
        {{"event!=announce,other"}, false, false},
        {{"event=announce,other", "event!=other"}, true, false},
        {{"af=6"}, true, true},
        {{"vrid=51"}, true, false}, /* HSRP and GLBP have none */
        {{"vrid=51", "event!=announce"}, false, false},
        {{"event=advert", "vrid=51"}, false, false},
        {{"vrid=0..1"}, true, false},
        {{"vrid=0"}, false, false}, /* no address is of that one */
        {{"vrid=51", "vrid=52"}, false, false},
        {{"vrid!=51"}, true, true},
    };
    (void)state;
    for (size_t i = 0; i < nitems(rows); i++) {
        static struct filter f;
        const char *reason;

        filter_init(&f);
        for (size_t j = 0; j < WORDS && rows[i].words[j] != NULL; j++)
            assert_true(filter_add(&f, rows[i].words[j], &reason));
        if (f.announcements != rows[i].announcements || f.others != rows[i].others)
            fail_msg("%s: announcements %d, others %d", rows[i].words[0], f.announcements, f.others);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_narrowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
