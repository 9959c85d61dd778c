/* What a hook is told of a line: lib/core/hook_environment.h, sentence.h and text.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/hook_environment.h"
#include "core/router.h"

static struct line line_of(const char *text)
{
    struct line l;
    struct span where;
    if (line_parse(&l, text, strlen(text), &where) != LINE_OK)
        fail_msg("not a line: %s", text);
    return l;
}

static void sentences(void **state)
{
    (void)state;
    static const struct {
        const char *line, *expected;
    } rows[] = {
        {"state if=eth0 af=4 vrid=51 name=web from=backup to=active why=timed-out prio=150",
         "router1: eth0 VRID 51 (web): BACKUP -> MASTER because the Active fell silent (timed-out)"},
        {"state if=eth0 af=6 vrid=51 name=eth0-v6-51 from=init to=backup why=startup",
         "router1: eth0 VRID 51 IPv6: INIT -> BACKUP because it was started (startup)"},
        {"state if=eth0 af=4 vrid=51 from=active to=init why=shutdown",
         "router1: eth0 VRID 51: MASTER -> STOP because it was stopped (shutdown)"},
        {"state if=eth0 af=4 vrid=51 from=backup to=fault why=new%0Aword",
         "router1: eth0 VRID 51: BACKUP -> FAULT (new%0Aword)"},
        {"state if=eth0 af=4 vrid=51 name=a%1Bb%20c from=fault to=backup",
         "router1: eth0 VRID 51 (a%1Bb c): FAULT -> BACKUP"},
        {"elected if=eth0 af=4 vrid=51 active=192.0.2.3 was=192.0.2.2 prio=150 gap=3.412187s why=timed-out",
         "router1: eth0 VRID 51: 192.0.2.3 is Active with priority 150, was 192.0.2.2: the one before fell silent (timed-out)"},
        {"elected host=r9 if=eth0 vlan=7 af=6 vrid=1 active=fe80::1 prio=100 why=first",
         "r9: eth0 VLAN 7 VRID 1 IPv6: fe80::1 is Active with priority 100: the first that is heard (first)"},
        {"vacant if=eth0 af=4 vrid=51 was=192.0.2.3 prio=150 gap=4.000000s",
         "router1: eth0 VRID 51: nobody is Active; 192.0.2.3 was, last heard before 4.000000s"},
        {"alert rule=rogue sev=high if=eth0 af=4 vrid=51 what=who%20is%20that",
         "router1: eth0 VRID 51: high rogue (what who is that)"},
        {"alert rule=split-brain sev=crit if=eth0 af=4 vrid=51 src=192.0.2.1 peer=192.0.2.2 n=7",
         "router1: eth0 VRID 51: crit split-brain: two routers are Active at once (src 192.0.2.1, peer 192.0.2.2, n 7)"},
        {"alert rule=nothing-heard sev=high cleared=yes", "router1: over: high nothing-heard: no advertisement at all"},
        {"alert", "router1: alert"},
    };
    for (size_t i = 0; i < nitems(rows); i++) {
        char out[SENTENCE_TEXT] = "";
        struct text t = {.at = out, .size = sizeof out};
        struct line l = line_of(rows[i].line);
        sentence(&t, "router1", &l);
        assert_string_equal(out, rows[i].expected);
        assert_int_equal(t.length, strlen(out));
    }
}

static void each_reason_has_words(void **state)
{
    (void)state;
    for (int why = 0; why <= WHY_SHUTDOWN + 1; why++) {
        char text[128], out[SENTENCE_TEXT];
        struct text t = {.at = out, .size = sizeof out};
        const char *word = why <= WHY_SHUTDOWN ? router_why_name((enum router_why)why) : "upstream"; /* vrrp-advert's */
        snprintf(text, sizeof text, "state if=eth0 af=4 vrid=51 from=backup to=active why=%s", word);
        struct line l = line_of(text);
        sentence(&t, "router1", &l);
        if (strstr(out, " because ") == NULL || strstr(out, word) == NULL)
            fail_msg("%s", out);
    }
}

static void what_does_not_fit_is_left_out(void **state)
{
    (void)state;
    char out[8] = "";
    struct text t = {.at = out, .size = sizeof out};
    text_word(&t, "1234");
    text_word(&t, "5678");
    assert_true(t.cut);
    text_word(&t, "9");
    assert_string_equal(out, "1234");
    t = (struct text){.at = out, .size = sizeof out};
    text_u64(&t, 0);
    text_u64(&t, 65535);
    assert_string_equal(out, "065535");
    text_word(&t, "a");
    assert_false(t.cut);
    text_word(&t, "");
    assert_false(t.cut);
    text_word(&t, "b");
    assert_true(t.cut);
    t = (struct text){.at = out, .size = sizeof out};
    text_value(&t, (struct span){"%e4%7Ea%2", 9}); /* no line has the last one: it stays */
    assert_string_equal(out, "\xe4~a%2");
    char number[21];
    t = (struct text){.at = number, .size = sizeof number};
    text_u64(&t, UINT64_MAX);
    assert_string_equal(number, "18446744073709551615");
}

static const char *find(const struct hook_environment *e, const char *name)
{
    const char *found = NULL;
    size_t length = strlen(name);
    for (size_t i = 0; i < e->count; i++) {
        if (strncmp(e->variables[i], name, length) != 0 || e->variables[i][length] != '=')
            continue;
        assert_null(found); /* each once */
        found = e->variables[i] + length + 1;
    }
    return found;
}

static struct hook_environment environment;

static void each_key_is_a_variable(void **state)
{
    (void)state;
    const char *text = "1795317133.25 state if=eth0 af=4 vrid=51 name=a%20b%00c%0A%C3%A9%25 from=backup to=active "
                       "why=timed-out garp-refresh=1s";
    struct line l = line_of(text);
    hook_environment(&environment, "router1", &l, l.time, "2026-11-22T04:12:13.250000000+01:00");
    assert_int_equal(environment.count, HOOK_OWN + 8);
    assert_null(environment.variables[environment.count]);
    assert_string_equal(find(&environment, "VRRP_EVENT"), "state");
    assert_string_equal(find(&environment, "VRRP_TIME"), "1795317133.250000000");
    assert_string_equal(find(&environment, "VRRP_WHEN"), "2026-11-22T04:12:13.250000000+01:00");
    assert_string_equal(find(&environment, "VRRP_LINE"), text);
    assert_string_equal(find(&environment, "VRRP_TEXT"),
                        "router1: eth0 VRID 51 (a b%00c%0A\303\251%): BACKUP -> MASTER "
                        "because the Active fell silent (timed-out)");
    assert_string_equal(find(&environment, "VRRP_IF"), "eth0");
    assert_string_equal(find(&environment, "VRRP_NAME"), "a b%00c%0A\303\251%");
    assert_string_equal(find(&environment, "VRRP_GARP_REFRESH"), "1s");
    assert_null(find(&environment, "VRRP_PRIO"));
}

static void a_key_cannot_take_the_place_of_ours(void **state)
{
    (void)state;
    struct line l = line_of("alert text=lie line=lie event=lie time=lie when=lie rule=x");
    hook_environment(&environment, "router1", &l, (stamp){1}, "then");
    assert_int_equal(environment.count, HOOK_OWN + 1);
    assert_string_equal(find(&environment, "VRRP_EVENT"), "alert");
    assert_string_equal(find(&environment, "VRRP_WHEN"), "then");
    assert_string_equal(find(&environment, "VRRP_TIME"), "0.000000001");
    assert_string_equal(find(&environment, "VRRP_RULE"), "x");
}

static void the_longest_line_fits(void **state)
{
    (void)state;
    static char text[LINE_BYTES + 1];
    size_t length = (size_t)snprintf(text, sizeof text, "alert");
    for (int i = 0; i < LINE_FIELDS; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, " k%d=v", i);
    memset(text + length, 'v', LINE_BYTES - length);
    text[LINE_BYTES] = '\0';
    struct line l = line_of(text);
    hook_environment(&environment, "router1", &l, (stamp){1}, "then");
    assert_int_equal(environment.count, HOOK_VARIABLES);
    assert_false(environment.text.cut);
    assert_int_equal(strlen(find(&environment, "VRRP_LINE")), LINE_BYTES);
    assert_string_equal(find(&environment, "VRRP_K0"), "v");
    assert_int_equal(strspn(find(&environment, "VRRP_K63"), "v"), strlen(find(&environment, "VRRP_K63")));
    assert_true(strlen(find(&environment, "VRRP_TEXT")) < SENTENCE_TEXT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences),
        cmocka_unit_test(each_reason_has_words),
        cmocka_unit_test(what_does_not_fit_is_left_out),
        cmocka_unit_test(each_key_is_a_variable),
        cmocka_unit_test(a_key_cannot_take_the_place_of_ours),
        cmocka_unit_test(the_longest_line_fits),
    };
    return cmocka_run_group_tests_name("hook_environment", tests, NULL, NULL);
}
