#include "net/route_message.h"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static const uint8_t route_types[] = {
    [ROUTE_FORWARD] = RTN_UNICAST,
    [ROUTE_BLACKHOLE] = RTN_BLACKHOLE,
    [ROUTE_UNREACHABLE] = RTN_UNREACHABLE,
    [ROUTE_PROHIBIT] = RTN_PROHIBIT,
};
static const uint8_t rule_actions[] = {
    [ROUTE_FORWARD] = FR_ACT_TO_TBL,
    [ROUTE_BLACKHOLE] = FR_ACT_BLACKHOLE,
    [ROUTE_UNREACHABLE] = FR_ACT_UNREACHABLE,
    [ROUTE_PROHIBIT] = FR_ACT_PROHIBIT,
};

/* --- to the kernel --------------------------------------------------------------------------------------------------- */

static void put_address(struct nlmsghdr *m, uint16_t type, const struct ip *ip)
{
    mnl_attr_put(m, type, ip_size(ip->family), ip->bytes);
}

static uint8_t short_table(uint32_t table)
{
    return table < 256 ? (uint8_t)table : RT_TABLE_COMPAT;
}

static void put_route(struct nlmsghdr *m, const struct route *r, bool add, unsigned ifindex)
{
    struct rtmsg *body = mnl_nlmsg_put_extra_header(m, sizeof *body);
    body->rtm_family = r->family == 4 ? AF_INET : AF_INET6;
    body->rtm_dst_len = r->to.length;
    body->rtm_table = short_table(r->table);
    body->rtm_protocol = ROUTE_TAG;
    body->rtm_scope = r->scope;
    body->rtm_type = route_types[r->action];
    body->rtm_flags = r->onlink ? RTNH_F_ONLINK : 0;
    mnl_attr_put_u32(m, RTA_TABLE, r->table);
    if (r->to.length > 0)
        put_address(m, RTA_DST, &r->to.ip);
    if (r->priority != 0)
        mnl_attr_put_u32(m, RTA_PRIORITY, r->priority);
    if (r->via.family != 0)
        put_address(m, RTA_GATEWAY, &r->via);
    if (r->src.family != 0)
        put_address(m, RTA_PREFSRC, &r->src);
    if (add && ifindex != 0) /* its name may be another one's by now: what is removed is known by the rest */
        mnl_attr_put_u32(m, RTA_OIF, ifindex);
}

static void put_rule(struct nlmsghdr *m, const struct route *r)
{
    struct fib_rule_hdr *body = mnl_nlmsg_put_extra_header(m, sizeof *body);
    body->family = r->family == 4 ? AF_INET : AF_INET6;
    body->src_len = r->from.length;
    body->dst_len = r->to.length;
    body->table = short_table(r->table);
    body->action = rule_actions[r->action];
    mnl_attr_put_u8(m, FRA_PROTOCOL, ROUTE_TAG);
    mnl_attr_put_u32(m, FRA_PRIORITY, r->priority);
    if (r->action == ROUTE_FORWARD)
        mnl_attr_put_u32(m, FRA_TABLE, r->table);
    if (r->from.length > 0)
        put_address(m, FRA_SRC, &r->from.ip);
    if (r->to.length > 0)
        put_address(m, FRA_DST, &r->to.ip);
    if (r->dev[0] != '\0')
        mnl_attr_put_strz(m, FRA_IIFNAME, r->dev);
    if (r->oif[0] != '\0')
        mnl_attr_put_strz(m, FRA_OIFNAME, r->oif);
    if (r->mask != 0) {
        mnl_attr_put_u32(m, FRA_FWMARK, r->mark);
        mnl_attr_put_u32(m, FRA_FWMASK, r->mask);
    }
}

void route_message_put(struct nlmsghdr *m, const struct route *r, bool add, unsigned ifindex)
{
    bool rule = r->kind == KIND_RULE;
    m->nlmsg_type = add ? (rule ? RTM_NEWRULE : RTM_NEWROUTE) : (rule ? RTM_DELRULE : RTM_DELROUTE);
    m->nlmsg_flags = NLM_F_REQUEST | (add ? NLM_F_CREATE | NLM_F_EXCL : 0);
    if (rule)
        put_rule(m, r);
    else
        put_route(m, r, add, ifindex);
}

/* --- and from it ----------------------------------------------------------------------------------------------------- */

enum { ATTRIBUTES = 32 }; /* of both kinds */

static int sort_out(const struct nlattr *a, void *into)
{
    const struct nlattr **found = into;
    if (mnl_attr_get_type(a) < ATTRIBUTES)
        found[mnl_attr_get_type(a)] = a;
    return MNL_CB_OK;
}

static uint32_t number(const struct nlattr *a, uint32_t otherwise)
{
    return a != NULL && mnl_attr_get_payload_len(a) == sizeof(uint32_t) ? mnl_attr_get_u32(a) : otherwise;
}

static void address(struct ip *out, uint8_t family, const struct nlattr *a)
{
    if (a != NULL && mnl_attr_get_payload_len(a) == ip_size(family))
        *out = ip_from_bytes(family, mnl_attr_get_payload(a));
}

static void name(char out[static IFNAME_TEXT], const struct nlattr *a)
{
    if (a != NULL && mnl_attr_validate(a, MNL_TYPE_NUL_STRING) == 0 && mnl_attr_get_payload_len(a) <= IFNAME_TEXT)
        memcpy(out, mnl_attr_get_payload(a), mnl_attr_get_payload_len(a));
}

static void name_of(int fd, char out[static IFNAME_TEXT], unsigned ifindex)
{
    struct ifreq request = {.ifr_ifindex = (int)ifindex};
    if (ifindex != 0 && ioctl(fd, SIOCGIFNAME, &request) == 0)
        memcpy(out, request.ifr_name, strnlen(request.ifr_name, IFNAME_TEXT - 1));
}

static bool action_of(struct route *r, const uint8_t *types, size_t count, uint8_t type)
{
    for (size_t n = 0; n < count; n++) {
        if (types[n] == type) {
            r->action = (uint8_t)n;
            return true;
        }
    }
    return false;
}

static bool read_route(const struct nlmsghdr *m, int fd, struct route *r)
{
    const struct nlattr *found[ATTRIBUTES] = {0};
    const struct rtmsg *body = mnl_nlmsg_get_payload(m);
    if (mnl_nlmsg_get_payload_len(m) < sizeof *body || body->rtm_protocol != ROUTE_TAG ||
        (body->rtm_flags & RTM_F_CLONED) != 0 || (body->rtm_family != AF_INET && body->rtm_family != AF_INET6) ||
        !action_of(r, route_types, nitems(route_types), body->rtm_type))
        return false;
    (void)mnl_attr_parse(m, sizeof *body, sort_out, found);
    r->family = r->to.ip.family = r->from.ip.family = body->rtm_family == AF_INET ? 4 : 6;
    r->scope = r->family == 4 ? body->rtm_scope : SCOPE_GLOBAL;
    r->onlink = (body->rtm_flags & RTNH_F_ONLINK) != 0;
    address(&r->to.ip, r->family, found[RTA_DST]);
    r->to.length = body->rtm_dst_len;
    address(&r->via, r->family, found[RTA_GATEWAY]);
    address(&r->src, r->family, found[RTA_PREFSRC]);
    r->table = number(found[RTA_TABLE], body->rtm_table);
    r->priority = number(found[RTA_PRIORITY], 0);
    if (r->action == ROUTE_FORWARD) /* what leads nowhere leads there through lo */
        name_of(fd, r->dev, number(found[RTA_OIF], 0));
    return true;
}

static bool read_rule(const struct nlmsghdr *m, struct route *r)
{
    const struct nlattr *found[ATTRIBUTES] = {0};
    const struct fib_rule_hdr *body = mnl_nlmsg_get_payload(m);
    if (mnl_nlmsg_get_payload_len(m) < sizeof *body || (body->family != AF_INET && body->family != AF_INET6) ||
        !action_of(r, rule_actions, nitems(rule_actions), body->action))
        return false;
    (void)mnl_attr_parse(m, sizeof *body, sort_out, found);
    const struct nlattr *tag = found[FRA_PROTOCOL];
    if (tag == NULL || mnl_attr_get_payload_len(tag) != 1 || mnl_attr_get_u8(tag) != ROUTE_TAG)
        return false;
    r->family = r->to.ip.family = r->from.ip.family = body->family == AF_INET ? 4 : 6;
    address(&r->from.ip, r->family, found[FRA_SRC]);
    address(&r->to.ip, r->family, found[FRA_DST]);
    r->from.length = body->src_len;
    r->to.length = body->dst_len;
    r->table = r->action == ROUTE_FORWARD ? number(found[FRA_TABLE], body->table) : 0;
    r->priority = number(found[FRA_PRIORITY], 0);
    r->mark = number(found[FRA_FWMARK], 0);
    r->mask = number(found[FRA_FWMASK], 0);
    name(r->dev, found[FRA_IIFNAME]);
    name(r->oif, found[FRA_OIFNAME]);
    return true;
}

bool route_message_read(const struct nlmsghdr *m, int fd, struct route *out)
{
    memset(out, 0, sizeof *out);
    switch (m->nlmsg_type) {
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
        out->kind = KIND_ROUTE;
        return read_route(m, fd, out);
    case RTM_NEWRULE:
    case RTM_DELRULE:
        out->kind = KIND_RULE;
        return read_rule(m, out);
    default:
        return false;
    }
}
