#include "net/kernel.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "net/kernel_message.h"

enum {
    READS_A_CALL = 64,
    RECEIVE_BYTES = 1 << 20,
    ANSWER_BYTES = 32768,
    STRICT_CHECK = 12,  /* NETLINK_GET_STRICT_CHK */
    NEXT_HOP_NEW = 104, /* RTM_NEWNEXTHOP, RTM_DELNEXTHOP */
    NEXT_HOP_GONE = 105,
};
#define NEXT_HOPS_GROUP (1U << 31) /* RTNLGRP_NEXTHOP */

struct kernel {
    struct mnl_socket *events, *query;
    unsigned sequence;
};

static struct mnl_socket *open_socket(unsigned groups)
{
    struct mnl_socket *s = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    if (s != NULL && mnl_socket_bind(s, groups, MNL_SOCKET_AUTOPID) < 0) {
        mnl_socket_close(s);
        return NULL;
    }
    return s;
}

struct kernel *kernel_open(bool routes)
{
    struct kernel *k = calloc(1, sizeof *k);
    unsigned groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
    int bytes = RECEIVE_BYTES, on = 1;
    if (k == NULL)
        return NULL;
    if (routes)
        groups |= RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE | NEXT_HOPS_GROUP;
    k->events = open_socket(groups);
    k->query = open_socket(0);
    if (k->events == NULL || k->query == NULL) {
        int error = errno;
        kernel_close(k);
        errno = error;
        return NULL;
    }
    (void)setsockopt(mnl_socket_get_fd(k->events), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    /* A dump of one table, not of all: an older kernel gives more, and what is not asked for is left out here. */
    (void)setsockopt(mnl_socket_get_fd(k->query), SOL_NETLINK, STRICT_CHECK, &on, sizeof on);
    return k;
}

void kernel_close(struct kernel *k)
{
    if (k == NULL)
        return;
    if (k->events != NULL)
        mnl_socket_close(k->events);
    if (k->query != NULL)
        mnl_socket_close(k->query);
    free(k);
}

int kernel_fd(const struct kernel *k)
{
    return mnl_socket_get_fd(k->events);
}

/* --- What has changed. --- */

/* The kernel does not tell of routes that go because an interface or an address went. */
static int hear(const struct nlmsghdr *m, void *into)
{
    struct kernel_news *news = into;
    struct kernel_address_seen address;
    struct kernel_route_seen route;
    switch (m->nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
        news->all = true;
        break;
    case RTM_DELADDR:
    case RTM_NEWADDR:
        news->routes = news->routes || m->nlmsg_type == RTM_DELADDR;
        if (kernel_address_read(m, &address))
            news->changed(news->context, KERNEL_ADDRESS, &(struct prefix){.ip = address.ip});
        break;
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
        if (kernel_route_read(m, &route))
            news->changed(news->context, KERNEL_ROUTE, &route.to);
        break;
    case NEXT_HOP_NEW:
    case NEXT_HOP_GONE:
        news->routes = true;
        break;
    default:
        break;
    }
    return MNL_CB_OK;
}

bool kernel_read(struct kernel *k, struct kernel_news *news)
{
    _Alignas(struct nlmsghdr) char buffer[ANSWER_BYTES];
    for (int i = 0; i < READS_A_CALL; i++) {
        ssize_t n = recv(mnl_socket_get_fd(k->events), buffer, sizeof buffer, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return true;
        if (n < 0 && errno != ENOBUFS && errno != EINTR)
            return false;
        if ((n < 0 && errno == ENOBUFS) || (n > 0 && mnl_cb_run(buffer, (size_t)n, 0, 0, hear, news) < 0))
            news->all = true;
    }
    return true;
}

/* --- What there is. --- */

static void name(struct ifreq *request, const char *ifname)
{
    memcpy(request->ifr_name, ifname, strnlen(ifname, IFNAMSIZ - 1));
}

enum kernel_link kernel_link(const struct kernel *k, const char *ifname)
{
    struct ifreq request = {0};
    name(&request, ifname);
    if (ioctl(kernel_fd(k), SIOCGIFFLAGS, &request) < 0)
        return KERNEL_LINK_GONE;
    if (!(request.ifr_flags & IFF_UP))
        return KERNEL_LINK_DOWN;
    /* RUNNING: there is a carrier, and no supplicant holds the port closed. */
    return request.ifr_flags & IFF_RUNNING ? KERNEL_LINK_UP : KERNEL_LINK_NO_CARRIER;
}

/* 0: there is none of that name; it is no index. */
static unsigned index_of(const struct kernel *k, const char *ifname)
{
    struct ifreq request = {0};
    name(&request, ifname);
    return ioctl(kernel_fd(k), SIOCGIFINDEX, &request) < 0 ? 0 : (unsigned)request.ifr_ifindex;
}

/* All of what was asked for, each to see. False: errno. */
static bool dump(struct kernel *k, struct nlmsghdr *request, mnl_cb_t see, void *context)
{
    _Alignas(struct nlmsghdr) char buffer[ANSWER_BYTES];
    unsigned port = mnl_socket_get_portid(k->query);
    request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request->nlmsg_seq = ++k->sequence;
    if (mnl_socket_sendto(k->query, request, request->nlmsg_len) < 0)
        return false;
    for (;;) {
        ssize_t n = mnl_socket_recvfrom(k->query, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        const struct nlmsghdr *first = (const struct nlmsghdr *)buffer;
        if (first->nlmsg_seq != k->sequence) /* of one that was given up */
            continue;
        int status = mnl_cb_run(buffer, (size_t)n, k->sequence, port, see, context);
        if (status <= 0)
            return status == 0;
    }
}

struct search {
    const struct ip *ip;
    const struct kernel_route *route;
    unsigned ifindex; /* 0: any */
    enum kernel_found found;
};

static void find(struct search *s, bool usable)
{
    if (usable)
        s->found = KERNEL_THERE;
    else if (s->found == KERNEL_ABSENT)
        s->found = KERNEL_UNUSABLE;
}

static int see_address(const struct nlmsghdr *m, void *into)
{
    struct search *s = into;
    struct kernel_address_seen a;
    if (kernel_address_read(m, &a) && ip_equal(&a.ip, s->ip) && (s->ifindex == 0 || s->ifindex == a.ifindex))
        find(s, a.usable);
    return MNL_CB_OK;
}

static int see_route(const struct nlmsghdr *m, void *into)
{
    struct search *s = into;
    struct kernel_route_seen r;
    if (!kernel_route_read(m, &r) || r.table != s->route->table || r.to.length != s->route->to.length ||
        !ip_equal(&r.to.ip, &s->route->to.ip))
        return MNL_CB_OK;
    enum kernel_found hop = kernel_route_leads(m, s->ifindex, &s->route->via);
    if (hop != KERNEL_ABSENT)
        find(s, r.leads && hop == KERNEL_THERE);
    return MNL_CB_OK;
}

/* Changed while it was read: what was not seen may be there. */
static enum kernel_found answer(struct kernel *k, struct nlmsghdr *request, mnl_cb_t see, struct search *s)
{
    enum { TRIES = 3 };
    for (int n = 0; n < TRIES; n++) {
        s->found = KERNEL_ABSENT;
        if (dump(k, request, see, s))
            return s->found;
        if (errno == ENOENT) /* there is no such table */
            return KERNEL_ABSENT;
        if (errno != EINTR)
            break;
    }
    return s->found == KERNEL_ABSENT ? KERNEL_FAILED : s->found;
}

static struct nlmsghdr *begin_request(char buffer[static KERNEL_REQUEST_BYTES], uint16_t type)
{
    memset(buffer, 0, KERNEL_REQUEST_BYTES);
    struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
    request->nlmsg_type = type;
    return request;
}

static uint8_t family_of(const struct ip *ip)
{
    return ip->family == 4 ? AF_INET : AF_INET6;
}

enum kernel_found kernel_address(struct kernel *k, const struct ip *ip, const char *ifname)
{
    _Alignas(struct nlmsghdr) char buffer[KERNEL_REQUEST_BYTES];
    struct search s = {.ip = ip, .ifindex = ifname[0] != '\0' ? index_of(k, ifname) : 0};
    if (ifname[0] != '\0' && s.ifindex == 0)
        return KERNEL_ABSENT;
    struct nlmsghdr *request = begin_request(buffer, RTM_GETADDR);
    struct ifaddrmsg *body = mnl_nlmsg_put_extra_header(request, sizeof *body);
    body->ifa_family = family_of(ip);
    return answer(k, request, see_address, &s);
}

enum kernel_found kernel_route(struct kernel *k, const struct kernel_route *r)
{
    _Alignas(struct nlmsghdr) char buffer[KERNEL_REQUEST_BYTES];
    struct search s = {.route = r, .ifindex = r->ifname[0] != '\0' ? index_of(k, r->ifname) : 0};
    if (r->ifname[0] != '\0' && s.ifindex == 0)
        return KERNEL_ABSENT;
    struct nlmsghdr *request = begin_request(buffer, RTM_GETROUTE);
    struct rtmsg *body = mnl_nlmsg_put_extra_header(request, sizeof *body);
    body->rtm_family = family_of(&r->to.ip);
    mnl_attr_put_u32(request, RTA_TABLE, r->table);
    return answer(k, request, see_route, &s);
}
