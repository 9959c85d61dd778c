#include "net/kernel_message.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

/* The attributes of a message up to this type, the last of each; NULL: it has none. */
enum { ATTRIBUTES = 32 };
struct attributes {
    const struct nlattr *of[ATTRIBUTES];
};

static int sort_out(const struct nlattr *a, void *into)
{
    struct attributes *found = into;
    if (mnl_attr_get_type(a) < ATTRIBUTES)
        found->of[mnl_attr_get_type(a)] = a;
    return MNL_CB_OK;
}

static bool get_u32(const struct nlattr *a, uint32_t *out)
{
    if (a == NULL || mnl_attr_get_payload_len(a) != sizeof *out)
        return false;
    memcpy(out, mnl_attr_get_payload(a), sizeof *out);
    return true;
}

static bool get_ip(const struct nlattr *a, int family, struct ip *out)
{
    uint8_t version = family == AF_INET ? 4 : 6;
    if (a == NULL || mnl_attr_get_payload_len(a) != ip_size(version))
        return false;
    *out = ip_from_bytes(version, mnl_attr_get_payload(a));
    return true;
}

bool kernel_address_read(const struct nlmsghdr *m, struct kernel_address_seen *out)
{
    if (mnl_nlmsg_get_payload_len(m) < sizeof(struct ifaddrmsg))
        return false;
    const struct ifaddrmsg *body = mnl_nlmsg_get_payload(m);
    struct attributes found = {{NULL}};
    uint32_t flags = body->ifa_flags;
    if (body->ifa_family != AF_INET && body->ifa_family != AF_INET6)
        return false;
    (void)mnl_attr_parse(m, sizeof *body, sort_out, &found);
    (void)get_u32(found.of[IFA_FLAGS], &flags);
    out->ifindex = body->ifa_index;
    out->usable = !(flags & IFA_F_DADFAILED) && (!(flags & IFA_F_TENTATIVE) || flags & IFA_F_OPTIMISTIC);
    /* On a point-to-point link IFA_ADDRESS is the other end. */
    return get_ip(found.of[found.of[IFA_LOCAL] != NULL ? IFA_LOCAL : IFA_ADDRESS], body->ifa_family, &out->ip);
}

static bool is_of_routes(const struct nlmsghdr *m)
{
    if (mnl_nlmsg_get_payload_len(m) < sizeof(struct rtmsg))
        return false;
    const struct rtmsg *body = mnl_nlmsg_get_payload(m);
    return body->rtm_family == AF_INET || body->rtm_family == AF_INET6;
}

bool kernel_route_read(const struct nlmsghdr *m, struct kernel_route_seen *out)
{
    if (!is_of_routes(m))
        return false;
    const struct rtmsg *body = mnl_nlmsg_get_payload(m);
    struct attributes found = {{NULL}};
    if (body->rtm_flags & RTM_F_CLONED)
        return false;
    (void)mnl_attr_parse(m, sizeof *body, sort_out, &found);
    *out = (struct kernel_route_seen){
        .to = {.ip = {.family = body->rtm_family == AF_INET ? 4 : 6}, .length = body->rtm_dst_len},
        .table = body->rtm_table,
        .leads = body->rtm_type == RTN_UNICAST || body->rtm_type == RTN_LOCAL,
    };
    (void)get_u32(found.of[RTA_TABLE], &out->table);
    return found.of[RTA_DST] == NULL ? body->rtm_dst_len == 0
                                     : get_ip(found.of[RTA_DST], body->rtm_family, &out->to.ip);
}

/* RTA_VIA: the gateway of another family than the route's. */
static bool is_via(const struct attributes *hop, int family, const struct ip *via)
{
    struct ip gateway;
    const struct nlattr *other = hop->of[RTA_VIA];
    if (via->family == 0)
        return true;
    if (get_ip(hop->of[RTA_GATEWAY], family, &gateway))
        return ip_equal(&gateway, via);
    size_t before = sizeof(struct rtvia);
    if (other == NULL || mnl_attr_get_payload_len(other) != before + ip_size(via->family))
        return false;
    return memcmp((const char *)mnl_attr_get_payload(other) + before, via->bytes, ip_size(via->family)) == 0;
}

static enum kernel_found hop_found(const struct attributes *hop, int family, unsigned flags, unsigned on,
                                   unsigned ifindex, const struct ip *via)
{
    if ((ifindex != 0 && on != ifindex) || !is_via(hop, family, via))
        return KERNEL_ABSENT;
    return flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN) ? KERNEL_UNUSABLE : KERNEL_THERE;
}

static enum kernel_found better(enum kernel_found a, enum kernel_found b)
{
    if (a == KERNEL_THERE || b == KERNEL_THERE)
        return KERNEL_THERE;
    return a == KERNEL_UNUSABLE || b == KERNEL_UNUSABLE ? KERNEL_UNUSABLE : KERNEL_ABSENT;
}

/* One next hop behind the other, each with attributes of its own; the kernel's, and looked at like a stranger's. */
static enum kernel_found hops_found(const struct nlattr *list, int family, unsigned ifindex, const struct ip *via)
{
    enum kernel_found found = KERNEL_ABSENT;
    const char *at = mnl_attr_get_payload(list);
    size_t left = mnl_attr_get_payload_len(list);
    while (left >= sizeof(struct rtnexthop)) {
        struct rtnexthop hop;
        struct attributes own = {{NULL}};
        memcpy(&hop, at, sizeof hop);
        if (hop.rtnh_len < sizeof hop || hop.rtnh_len > left)
            break;
        (void)mnl_attr_parse_payload(at + sizeof hop, hop.rtnh_len - sizeof hop, sort_out, &own);
        found = better(found, hop_found(&own, family, hop.rtnh_flags, (unsigned)hop.rtnh_ifindex, ifindex, via));
        size_t step = ((size_t)hop.rtnh_len + 3) & ~(size_t)3;
        if (step >= left)
            break;
        at += step;
        left -= step;
    }
    return found;
}

enum kernel_found kernel_route_leads(const struct nlmsghdr *m, unsigned ifindex, const struct ip *via)
{
    if (!is_of_routes(m))
        return KERNEL_ABSENT;
    const struct rtmsg *body = mnl_nlmsg_get_payload(m);
    struct attributes found = {{NULL}};
    uint32_t on = 0;
    (void)mnl_attr_parse(m, sizeof *body, sort_out, &found);
    if (found.of[RTA_MULTIPATH] != NULL)
        return hops_found(found.of[RTA_MULTIPATH], body->rtm_family, ifindex, via);
    (void)get_u32(found.of[RTA_OIF], &on);
    return hop_found(&found, body->rtm_family, body->rtm_flags, on, ifindex, via);
}
