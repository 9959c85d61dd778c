/* Items of route= and rule=: what is taken, what is refused and why, and that what is written is read back to the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/route.h"
#include "tests/unit/random.h"

static const struct identity id4 = {.ifname = "eth0", .af = 4, .vrid = 1};
static const struct identity id6 = {.ifname = "eth0", .af = 6, .vrid = 1};

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static void right_ones(void **state)
{
    static const struct {
        enum route_kind kind;
        const struct identity *id;
        const char *item, *means; /* NULL: the same */
    } rows[] = {
        {KIND_ROUTE, &id4, "default+via+192.0.2.254", "0.0.0.0/0+via+192.0.2.254"},
        {KIND_ROUTE, &id6, "default+via+192.0.2.254", "0.0.0.0/0+via+192.0.2.254"},
        {KIND_ROUTE, &id6, "default+dev+ppp0", "::/0+dev+ppp0"},
        {KIND_ROUTE, &id4, "default+src+192.0.2.1", "0.0.0.0/0+dev+eth0+src+192.0.2.1"},
        {KIND_ROUTE, &id4, "198.51.100.0/24", "198.51.100.0/24+dev+eth0"},
        {KIND_ROUTE, &id4, "198.51.100.7/32+via+192.0.2.9", "198.51.100.7+via+192.0.2.9"},
        {KIND_ROUTE, &id4, "198.51.100.0/24+metric+10+via+192.0.2.9+table+100+src+192.0.2.1+dev+eth1+scope+link+onlink",
         "198.51.100.0/24+via+192.0.2.9+dev+eth1+table+100+metric+10+src+192.0.2.1+scope+253+onlink"},
        {KIND_ROUTE, &id4, "198.51.100.0/24+via+192.0.2.9+scope+global+table+main+metric+0",
         "198.51.100.0/24+via+192.0.2.9"},
        {KIND_ROUTE, &id4, "blackhole+198.51.100.0/24", NULL},
        {KIND_ROUTE, &id4, "unreachable+default+table+4294967295", "unreachable+0.0.0.0/0+table+4294967295"},
        {KIND_ROUTE, &id6, "prohibit+2001:db8::/32+metric+1024", "prohibit+2001:db8::/32"},
        {KIND_ROUTE, &id6, "2001:db8:1::/48+via+fe80::1", "2001:db8:1::/48+via+fe80::1+dev+eth0"},
        {KIND_ROUTE, &id6, "2001:db8:1::/48+via+2001:db8::1+metric+5+scope+link",
         "2001:db8:1::/48+via+2001:db8::1+metric+5"},
        {KIND_ROUTE, &id4, "default+dev+a%2Bb%2Cc%40%25", "0.0.0.0/0+dev+a%2Bb%2Cc%40%25"},
        {KIND_ROUTE, &id6, "2001%3Adb8%3A%3A/32+dev+eth1", "2001:db8::/32+dev+eth1"},
        {KIND_RULE, &id4, "from+192.0.2.0/24+table+100", NULL},
        {KIND_RULE, &id4, "table+100", "from+0.0.0.0/0+table+100"},
        {KIND_RULE, &id6, "from+all+table+main", "from+::/0+table+254"},
        {KIND_RULE, &id4, "to+198.51.100.0/24+iif+eth1+oif+eth2+priority+7+fwmark+0x10/0xFF+blackhole",
         "to+198.51.100.0/24+iif+eth1+oif+eth2+fwmark+16/255+priority+7+blackhole"},
        {KIND_RULE, &id4, "from+2001:db8::/32+to+2001:db8:1::1+fwmark+0+prohibit",
         "from+2001:db8::/32+to+2001:db8:1::1+fwmark+0+prohibit"},
        {KIND_RULE, &id4, "priority+16384+from+192.0.2.1+unreachable", "from+192.0.2.1+unreachable"},
    };
    (void)state;
    for (size_t n = 0; n < nitems(rows); n++) {
        struct route r, again;
        char text[ROUTE_TEXT];
        const char *means = rows[n].means != NULL ? rows[n].means : rows[n].item;
        const char *wrong = route_parse(&r, rows[n].kind, rows[n].id, span_of(rows[n].item));
        if (wrong != NULL)
            fail_msg("%s: %s", rows[n].item, wrong);
        if (route_format(text, &r) != strlen(text) || strcmp(text, means) != 0)
            fail_msg("%s: became %s", rows[n].item, text);
        if (route_parse(&again, rows[n].kind, rows[n].id, span_of(text)) != NULL || !route_equal(&r, &again))
            fail_msg("%s: is not what %s says", text, rows[n].item);
    }
}

static void wrong_ones(void **state)
{
    static const struct {
        enum route_kind kind;
        const char *item, *why; /* some of it */
    } rows[] = {
        {KIND_ROUTE, "", "take a value"},
        {KIND_ROUTE, "blackhole", "begins with a destination"},
        {KIND_ROUTE, "via+192.0.2.9", "begins with a destination"},
        {KIND_ROUTE, "198.51.100.0/33", "begins with a destination"},
        {KIND_ROUTE, "198.51.100.1/24+via+192.0.2.9", "behind its prefix length"},
        {KIND_ROUTE, "2001:db8::1/64+dev+eth0", "behind its prefix length"},
        {KIND_ROUTE, "198.51.100.0/24+via", "take a value"},
        {KIND_ROUTE, "198.51.100.0/24+via+", "take a value"},
        {KIND_ROUTE, "198.51.100.0/24+via+foo", "via: "},
        {KIND_ROUTE, "198.51.100.0/24+via+0.0.0.0", "via: "},
        {KIND_ROUTE, "198.51.100.0/24+via+224.0.0.1", "via: "},
        {KIND_ROUTE, "198.51.100.0/24+via+192.0.2.9/24", "via: "},
        {KIND_ROUTE, "198.51.100.0/24+via+2001:db8::1", "IPv4 and IPv6"},
        {KIND_ROUTE, "198.51.100.0/24+via+192.0.2.9+via+192.0.2.8", "twice"},
        {KIND_ROUTE, "198.51.100.0/24+onlink+onlink+via+192.0.2.9", "take a value"},
        {KIND_ROUTE, "198.51.100.0/24+onlink", "of via"},
        {KIND_ROUTE, "198.51.100.0/24+src+foo", "src: "},
        {KIND_ROUTE, "198.51.100.0/24+dev+sixteen-letters-", "interface's name"},
        {KIND_ROUTE, "198.51.100.0/24+dev+a/b", "interface's name"},
        {KIND_ROUTE, "198.51.100.0/24+dev+eth%0", "take a value"},
        {KIND_ROUTE, "198.51.100.0/24+table+0", "table: "},
        {KIND_ROUTE, "198.51.100.0/24+table+4294967296", "table: "},
        {KIND_ROUTE, "198.51.100.0/24+table+uplink", "table: "},
        {KIND_ROUTE, "198.51.100.0/24+metric+-1", "metric: "},
        {KIND_ROUTE, "198.51.100.0/24+metric+0x", "metric: "},
        {KIND_ROUTE, "198.51.100.0/24+metric+0x123456789abcdef01", "metric: "},
        {KIND_ROUTE, "198.51.100.0/24+scope+256", "scope: "},
        {KIND_ROUTE, "198.51.100.0/24+mtu+1400", "take a value"},
        {KIND_ROUTE, "blackhole+198.51.100.0/24+dev+eth0", "leads nowhere"},
        {KIND_ROUTE, "198.51.100.0/24+blackhole", "take a value"},
        {KIND_RULE, "", "take a value"},
        {KIND_RULE, "from+192.0.2.0/24", "either table or"},
        {KIND_RULE, "from+192.0.2.0/24+table+100+blackhole", "either table or"},
        {KIND_RULE, "from+192.0.2.1/24+table+100", "behind its prefix length"},
        {KIND_RULE, "from+foo+table+100", "from and to: "},
        {KIND_RULE, "from+192.0.2.0/24+to+2001:db8::/32+table+100", "IPv4 and IPv6"},
        {KIND_RULE, "from+192.0.2.0/24+table+100+priority+0", "priority: "},
        {KIND_RULE, "fwmark+1/+table+100", "fwmark: "},
        {KIND_RULE, "fwmark+0xg+table+100", "fwmark: "},
        {KIND_RULE, "iif+table+100", "take a value"},
        {KIND_RULE, "192.0.2.0/24+table+100", "take a value"},
        {KIND_RULE, "blackhole+prohibit", "take a value"},
    };
    (void)state;
    for (size_t n = 0; n < nitems(rows); n++) {
        struct route r;
        const char *wrong = route_parse(&r, rows[n].kind, &id4, span_of(rows[n].item));
        if (wrong == NULL || strstr(wrong, rows[n].why) == NULL)
            fail_msg("%s: %s", rows[n].item, wrong != NULL ? wrong : "was taken");
    }
}

static void lists(void **state)
{
    static char long_one[ROUTE_LIST_BYTES + 2];
    struct span item;
    (void)state;
    assert_null(route_list_wrong(KIND_ROUTE, span_of("default+via+192.0.2.1,198.51.100.0/24"), &item));
    assert_non_null(route_list_wrong(KIND_ROUTE, span_of("default+via+192.0.2.1,foo,bar"), &item));
    assert_true(span_is(item, "foo"));
    assert_non_null(route_list_wrong(KIND_RULE, span_of("table+1,"), &item));
    assert_int_equal(item.len, 0);
    memset(long_one, '0', sizeof long_one - 1);
    memcpy(long_one, "table+", 6);
    assert_non_null(route_list_wrong(KIND_RULE, span_of(long_one), &item));
}

/* Words in any order and number: what is taken is written and read back. */
static void random_ones(void **state)
{
    static const char *const words[] = {"default",       "198.51.100.0/24",
                                        "2001:db8::/32", "via",
                                        "192.0.2.1",     "fe80::1",
                                        "dev",           "eth1",
                                        "table",         "100",
                                        "metric",        "7",
                                        "src",           "scope",
                                        "link",          "onlink",
                                        "from",          "to",
                                        "all",           "iif",
                                        "oif",           "fwmark",
                                        "1/3",           "0x10",
                                        "priority",      "",
                                        "%41",           "blackhole"};
    unsigned taken = 0;
    (void)state;
    random_start("random_ones");
    for (int n = 0; n < 200000; n++) {
        char text[256] = "", out[ROUTE_TEXT];
        enum route_kind kind = random_bool() ? KIND_RULE : KIND_ROUTE;
        for (uint64_t left = random_range(1, 6); left > 0; left--) {
            strcat(text, words[random_range(0, nitems(words) - 1)]);
            strcat(text, left > 1 ? "+" : "");
        }
        struct route r, again;
        if (route_parse(&r, kind, random_bool() ? &id4 : &id6, span_of(text)) != NULL)
            continue;
        taken++;
        assert_true(route_format(out, &r) < sizeof out);
        if (route_parse(&again, kind, &id4, span_of(out)) != NULL || !route_equal(&r, &again))
            fail_msg("%s is not %s", out, text);
    }
    assert_true(taken > 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_ones),
        cmocka_unit_test(wrong_ones),
        cmocka_unit_test(lists),
        cmocka_unit_test(random_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
