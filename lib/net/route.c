#include "net/route.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/netlink.h"
#include "net/route_message.h"

/* A netlink port is taken once in a network namespace, which is as far as routes reach. These are above all process ids,
 * by which others are named. */
enum { FIRST_PORT = 0x56525200, PORTS = 16, WATCH_BYTES = 32768, DUMP_TRIES = 8 };

struct route_book {
    struct netlink netlink;
    bool alone;
};

/* The first port that nobody has; false: errno. */
static bool take_port(struct route_book *b, unsigned *port)
{
    for (*port = FIRST_PORT; *port < FIRST_PORT + PORTS; ++*port) {
        if (netlink_open(&b->netlink, NETLINK_ROUTE, *port))
            return true;
        if (errno != EADDRINUSE)
            return false;
    }
    return netlink_open(&b->netlink, NETLINK_ROUTE, 0);
}

struct route_book *route_book_open(void)
{
    struct route_book *b = calloc(1, sizeof *b);
    unsigned port;
    if (b == NULL)
        return NULL;
    if (!take_port(b, &port)) {
        free(b);
        return NULL;
    }
    b->alone = port < FIRST_PORT + PORTS;
    for (unsigned other = FIRST_PORT; other < FIRST_PORT + PORTS && b->alone; other++) {
        struct netlink n;
        if (other == port)
            continue;
        b->alone = netlink_open(&n, NETLINK_ROUTE, other);
        netlink_close(&n);
    }
    return b;
}

void route_book_close(struct route_book *b)
{
    if (b == NULL)
        return;
    netlink_close(&b->netlink);
    free(b);
}

bool route_book_alone(const struct route_book *b)
{
    return b->alone;
}

int route_book_fd(const struct route_book *b)
{
    return netlink_fd(&b->netlink);
}

unsigned route_book_port(const struct route_book *b)
{
    return b->netlink.port;
}

/* --- what there is --------------------------------------------------------------------------------------------------- */

struct visit {
    int fd;
    route_visit *visit;
    void *context;
};

static int visit_one(const struct nlmsghdr *m, void *into)
{
    struct visit *v = into;
    struct route r;
    if (!route_message_read(m, v->fd, &r) || v->visit(v->context, &r))
        return MNL_CB_OK;
    errno = ENOMEM;
    return MNL_CB_ERROR;
}

static bool dump(struct route_book *b, uint16_t type, uint8_t family, struct visit *v)
{
    _Alignas(struct nlmsghdr) char buffer[NETLINK_REQUEST_BYTES] = {0};
    struct nlmsghdr *m = mnl_nlmsg_put_header(buffer);
    m->nlmsg_type = type;
    m->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    if (type == RTM_GETROUTE) {
        struct rtmsg *body = mnl_nlmsg_put_extra_header(m, sizeof *body);
        body->rtm_family = family;
        body->rtm_protocol = ROUTE_TAG; /* a kernel that knows how to sends no others: there may be a million */
    } else {
        struct fib_rule_hdr *body = mnl_nlmsg_put_extra_header(m, sizeof *body);
        body->family = family;
    }
    return netlink_ask(&b->netlink, m, visit_one, v);
}

bool route_each(struct route_book *b, route_visit *visit, void *context)
{
    struct visit v = {.fd = route_book_fd(b), .visit = visit, .context = context};
    static const uint8_t families[] = {AF_INET, AF_INET6};
    static const uint16_t types[] = {RTM_GETROUTE, RTM_GETRULE};
    for (size_t n = 0; n < nitems(types); n++) {
        for (size_t k = 0; k < nitems(families); k++) {
            bool done = false;
            for (int tries = 0; tries < DUMP_TRIES && !done; tries++) { /* they may change meanwhile */
                done = dump(b, types[n], families[k], &v);
                if (!done && errno != EINTR)
                    break;
            }
            /* A kernel may have no IPv6, or no rules: then it has none of ours. */
            if (!done && errno != EOPNOTSUPP && errno != EAFNOSUPPORT && errno != ENOENT)
                return false;
        }
    }
    return true;
}

/* --- changes --------------------------------------------------------------------------------------------------------- */

struct apply {
    int fd;
    struct belonging_change *changes;
};

static int put_change(void *context, size_t which, struct nlmsghdr *m)
{
    const struct apply *a = context;
    const struct belonging_change *c = &a->changes[which];
    struct ifreq request = {0};
    if (c->add && c->item.kind == KIND_ROUTE && c->item.dev[0] != '\0') {
        memcpy(request.ifr_name, c->item.dev, IFNAMSIZ - 1);
        if (ioctl(a->fd, SIOCGIFINDEX, &request) < 0)
            return errno;
    }
    route_message_put(m, &c->item, c->add, (unsigned)request.ifr_ifindex);
    return 0;
}

static void change_done(void *context, size_t which, int number)
{
    const struct apply *a = context;
    struct belonging_change *c = &a->changes[which];
    bool absent = number == ESRCH || number == ENOENT || number == ENODEV || number == EAFNOSUPPORT;
    c->result = !c->add && absent ? 0 : number;
}

void route_apply(struct route_book *b, struct belonging_change *changes, size_t count)
{
    struct apply a = {.fd = route_book_fd(b), .changes = changes};
    netlink_apply(&b->netlink,
                  &(struct netlink_requests){.count = count, .put = put_change, .done = change_done, .context = &a});
}

/* --- what others do -------------------------------------------------------------------------------------------------- */

/* Of all that becomes of a host's routes, which may be much, the kernel hands on what is ours: it is removed, and not by
 * this program. The tag of a rule is no part of its header. BPF loads in network order. */
static bool only_ours(int fd, unsigned port)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    const uint32_t own = port, del_rule = RTM_DELRULE, del_route = RTM_DELROUTE;
#else
    const uint32_t own = __builtin_bswap32(port), del_rule = __builtin_bswap16(RTM_DELRULE),
                   del_route = __builtin_bswap16(RTM_DELROUTE);
#endif
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_pid)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, own, 5, 0),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, del_rule, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, del_route, 0, 2),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, sizeof(struct nlmsghdr) + offsetof(struct rtmsg, rtm_protocol)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ROUTE_TAG, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    struct sock_fprog program = {.len = nitems(code), .filter = code};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

bool route_watch_open(struct route_watch *w, const struct route_book *except)
{
    static const int groups[] = {RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE};
    struct sockaddr_nl here = {.nl_family = AF_NETLINK};
    w->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (w->fd < 0)
        return false;
    bool open = only_ours(w->fd, route_book_port(except)) && bind(w->fd, (struct sockaddr *)&here, sizeof here) == 0;
    for (size_t n = 0; n < nitems(groups) && open; n++)
        open = setsockopt(w->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[n], sizeof groups[n]) == 0;
    if (open)
        return true;
    int error = errno;
    route_watch_close(w);
    errno = error;
    return false;
}

void route_watch_close(struct route_watch *w)
{
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
}

bool route_watch_read(struct route_watch *w, const struct route_book *b, route_gone *gone, void *context)
{
    _Alignas(struct nlmsghdr) char buffer[WATCH_BYTES];
    bool complete = true;
    for (;;) {
        ssize_t n = recv(w->fd, buffer, sizeof buffer, 0);
        if (n < 0 && errno == ENOBUFS)
            complete = false;
        if (n < 0 && (errno == EINTR || errno == ENOBUFS))
            continue;
        if (n <= 0)
            return complete;
        int left = (int)n;
        for (const struct nlmsghdr *m = (void *)buffer; mnl_nlmsg_ok(m, left); m = mnl_nlmsg_next(m, &left)) {
            struct route r;
            bool del = m->nlmsg_type == RTM_DELROUTE || m->nlmsg_type == RTM_DELRULE;
            if (del && route_message_read(m, route_book_fd(b), &r))
                gone(context, &r);
        }
    }
}
