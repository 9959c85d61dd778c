/* Interfaces and addresses from rtnetlink messages: which primary addresses they come to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "net/link_table.h"

enum { STEPS = 8, ETH0 = 7, PROTOCOL = 11 /* IFA_PROTO */ };

/* A message from the kernel. */
struct step {
    enum { END, LINK, UNLINK, ADD, DELETE } what;
    const char *text;   /* link: its name; address: ADDR/LEN */
    unsigned flags;     /* IFF_, IFA_F_ */
    unsigned char more; /* link: ifi_family; address: the tag */
    unsigned char scope;
};

static void deliver(struct link_table *t, const struct step *s)
{
    _Alignas(struct nlmsghdr) char buffer[512] = {0};
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct prefix prefix = {0};

    if (s->what == LINK || s->what == UNLINK) {
        static const unsigned char mac[6] = {2, 0, 0, 0, 0, 1};
        struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message, sizeof *info);

        message->nlmsg_type = s->what == LINK ? RTM_NEWLINK : RTM_DELLINK;
        info->ifi_family = s->more;
        info->ifi_index = ETH0;
        info->ifi_flags = s->flags;
        mnl_attr_put_strz(message, IFLA_IFNAME, s->text);
        mnl_attr_put_u32(message, IFLA_MTU, 1500);
        mnl_attr_put(message, IFLA_ADDRESS, sizeof mac, mac);
    } else {
        struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(message, sizeof *info);

        assert_true(prefix_parse(&prefix, s->text, strlen(s->text)));
        message->nlmsg_type = s->what == ADD ? RTM_NEWADDR : RTM_DELADDR;
        info->ifa_family = prefix.ip.family == 4 ? AF_INET : AF_INET6;
        info->ifa_prefixlen = prefix.length;
        info->ifa_index = ETH0;
        info->ifa_scope = s->scope;
        mnl_attr_put(message, IFA_ADDRESS, ip_size(prefix.ip.family), prefix.ip.bytes);
        if (prefix.ip.family == 4)
            mnl_attr_put(message, IFA_LOCAL, 4, prefix.ip.bytes);
        mnl_attr_put_u32(message, IFA_FLAGS, s->flags);
        if (s->more != 0)
            mnl_attr_put_u8(message, PROTOCOL, s->more);
    }
    link_table_message(message, t);
}

#define UP                                                                                                             \
    {                                                                                                                  \
        LINK, "eth0", IFF_UP | IFF_RUNNING, 0, 0                                                                       \
    }

static const struct {
    const char *name;
    struct step steps[STEPS];
    const char *expected; /* state primary4 primary6 [other4 other6] */
} rows[] = {
    {"up, no address", {UP}, "up - -"},
    {"down", {{LINK, "eth0", IFF_RUNNING, 0, 0}}, "down - -"},
    {"no carrier", {{LINK, "eth0", IFF_UP, 0, 0}}, "down - -"},
    {"gone", {UP, {UNLINK, "eth0", 0, 0, 0}}, "gone - -"},
    {"renamed: the old name is gone", {UP, {LINK, "lan0", IFF_UP | IFF_RUNNING, 0, 0}}, "gone - -"},
    {"left its bridge: it is still there", {UP, {UNLINK, "eth0", 0, AF_BRIDGE, 0}}, "up - -"},
    {"the first address",
     {UP, {ADD, "192.0.2.1/24", 0, 0, 0}, {ADD, "192.0.3.1/24", 0, 0, 0}},
     "up 192.0.2.1 - 192.0.3.1 -"},
    {"a deleted one goes", {UP, {ADD, "192.0.2.1/24", 0, 0, 0}, {DELETE, "192.0.2.1/24", 0, 0, 0}}, "up - -"},
    {"deleted with another length: stays",
     {UP, {ADD, "192.0.2.1/24", 0, 0, 0}, {ADD, "192.0.2.1/32", 0, 0, 0}, {DELETE, "192.0.2.1/32", 0, 0, 0}},
     "up 192.0.2.1 -"},
    {"ours is not usable", {UP, {ADD, "192.0.2.100/24", 0, 112, 0}}, "up - -"},
    {"the host's own, secondary to ours",
     {UP, {ADD, "192.0.2.100/24", 0, 112, 0}, {ADD, "192.0.2.1/24", IFA_F_SECONDARY, 0, 0}},
     "up 192.0.2.1 -"},
    {"taken over by us later", {UP, {ADD, "192.0.2.1/24", 0, 0, 0}, {ADD, "192.0.2.1/24", 0, 112, 0}}, "up - -"},
    {"another's tag is none of ours", {UP, {ADD, "192.0.2.1/24", 0, 2, 0}}, "up 192.0.2.1 -"},
    {"before a secondary",
     {UP, {ADD, "192.0.2.2/24", IFA_F_SECONDARY, 0, 0}, {ADD, "192.0.2.1/24", 0, 0, 0}},
     "up 192.0.2.1 - 192.0.2.2 -"},
    {"before one of link scope",
     {UP, {ADD, "169.254.0.1/16", 0, 0, RT_SCOPE_LINK}, {ADD, "192.0.2.1/24", 0, 0, 0}},
     "up 192.0.2.1 - 169.254.0.1 -"},
    {"loopback is no source", {UP, {ADD, "127.0.0.1/8", 0, 0, RT_SCOPE_HOST}}, "up - -"},
    {"RFC 9568 5.1.2.1: link-local only", {UP, {ADD, "2001:db8::1/64", 0, 0, 0}}, "up - -"},
    {"link-local", {UP, {ADD, "2001:db8::1/64", 0, 0, 0}, {ADD, "fe80::1/64", 0, 0, RT_SCOPE_LINK}}, "up - fe80::1"},
    {"RFC 4862 5.4: tentative", {UP, {ADD, "fe80::1/64", IFA_F_TENTATIVE, 0, RT_SCOPE_LINK}}, "up - -"},
    {"RFC 4429: optimistic is usable",
     {UP, {ADD, "fe80::1/64", IFA_F_TENTATIVE | IFA_F_OPTIMISTIC, 0, RT_SCOPE_LINK}},
     "up - fe80::1"},
    {"no longer tentative",
     {UP, {ADD, "fe80::1/64", IFA_F_TENTATIVE, 0, RT_SCOPE_LINK}, {ADD, "fe80::1/64", 0, 0, RT_SCOPE_LINK}},
     "up - fe80::1"},
    {"a duplicate", {UP, {ADD, "fe80::1/64", IFA_F_DADFAILED, 0, RT_SCOPE_LINK}}, "up - -"},
    {"the next best",
     {UP,
      {ADD, "169.254.0.1/16", 0, 0, RT_SCOPE_LINK},
      {ADD, "192.0.2.2/24", IFA_F_SECONDARY, 0, 0},
      {ADD, "192.0.2.1/24", 0, 0, 0},
      {ADD, "fe80::100/64", 0, 0, RT_SCOPE_LINK},
      {ADD, "fe80::1/64", 0, 0, RT_SCOPE_LINK}},
     "up 192.0.2.1 fe80::100 192.0.2.2 fe80::1"},
    {"one address with two lengths is no other",
     {UP, {ADD, "192.0.2.1/24", 0, 0, 0}, {ADD, "192.0.2.1/32", 0, 0, 0}},
     "up 192.0.2.1 -"},
    {"ours, link-local", {UP, {ADD, "fe80::100/64", IFA_F_NODAD, 112, RT_SCOPE_LINK}}, "up - -"},
};

static void describe(char out[static 128], const struct link_event *e)
{
    static const char *const states[] = {[LINK_UP] = "up", [LINK_DOWN] = "down", [LINK_GONE] = "gone"};
    char primary4[IP_TEXT], primary6[IP_TEXT], other4[IP_TEXT], other6[IP_TEXT];

    ip_format(primary4, &e->primary4);
    ip_format(primary6, &e->primary6);
    ip_format(other4, &e->other4);
    ip_format(other6, &e->other6);
    int n = snprintf(out, 128, "%s %s %s", states[e->state], *primary4 ? primary4 : "-", *primary6 ? primary6 : "-");
    if (*other4 || *other6)
        snprintf(out + n, 128 - (size_t)n, " %s %s", *other4 ? other4 : "-", *other6 ? other6 : "-");
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < nitems(rows); i++) {
        struct link_table t = {0};
        struct link_event e;
        char text[128];

        for (size_t j = 0; j < STEPS && rows[i].steps[j].what != END; j++)
            deliver(&t, &rows[i].steps[j]);
        link_table_describe(&t, link_table_find(&t, "eth0"), "eth0", NULL, &e);
        describe(text, &e);
        if (strcmp(text, rows[i].expected) != 0)
            fail_msg("%s: %s", rows[i].name, text);
        link_table_free(&t);
    }
}

/* What was the primary address stays it while it is there: a tie-break is not to change sides for an address more. */
static void test_stays(void **state)
{
    (void)state;
    const struct step steps[] = {
        UP,
        {ADD, "192.0.2.2/24", IFA_F_SECONDARY, 0, 0},
        {ADD, "192.0.2.1/24", 0, 0, 0},
        {DELETE, "192.0.2.2/24", 0, 0, 0},
    };
    struct link_table t = {0};
    struct link_event last, now;
    char text[128];

    deliver(&t, &steps[0]);
    deliver(&t, &steps[1]);
    link_table_describe(&t, link_table_find(&t, "eth0"), "eth0", NULL, &last);
    deliver(&t, &steps[2]);
    link_table_describe(&t, link_table_find(&t, "eth0"), "eth0", &last, &now);
    describe(text, &now);
    assert_string_equal(text, "up 192.0.2.2 - 192.0.2.1 -");
    deliver(&t, &steps[3]);
    link_table_describe(&t, link_table_find(&t, "eth0"), "eth0", &last, &now);
    describe(text, &now);
    assert_string_equal(text, "up 192.0.2.1 -");
    link_table_free(&t);
}

static void test_link_facts(void **state)
{
    (void)state;
    static const struct step up = UP;
    struct link_table t = {0};
    struct link_event e;
    char text[MAC_TEXT];

    deliver(&t, &up);
    link_table_describe(&t, link_table_find(&t, "eth0"), "eth0", NULL, &e);
    assert_int_equal(e.mtu, 1500);
    assert_true(e.has_mac);
    mac_format(text, &e.mac);
    assert_string_equal(text, "02:00:00:00:00:01");
    assert_string_equal(e.ifname, "eth0");
    assert_false(link_table_has_address(&t, ETH0));
    link_table_free(&t);
}

/* Messages that are cut off, or of no kind that matters, change nothing. */
static void test_short_messages(void **state)
{
    (void)state;
    static const unsigned short types[] = {RTM_NEWLINK, RTM_DELLINK,  RTM_NEWADDR,
                                           RTM_DELADDR, RTM_NEWROUTE, NLMSG_DONE};
    struct link_table t = {0};

    for (size_t i = 0; i < nitems(types); i++) {
        _Alignas(struct nlmsghdr) char buffer[64] = {0};
        struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

        message->nlmsg_type = types[i];
        assert_int_equal(link_table_message(message, &t), MNL_CB_OK);
    }
    assert_int_equal(t.link_count, 0);
    assert_int_equal(t.address_count, 0);
    link_table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_stays),
        cmocka_unit_test(test_link_facts),
        cmocka_unit_test(test_short_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
