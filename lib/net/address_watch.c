#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/address_message.h"

enum { WATCH_BYTES = 32768, WATCH_QUEUE_BYTES = 1 << 20 };

struct attributes {
    size_t size; /* of an address of this family */
    const struct nlattr *local, *address, *tag, *label;
};

static int sort_out(const struct nlattr *a, void *into)
{
    struct attributes *found = into;
    uint16_t type = mnl_attr_get_type(a), length = mnl_attr_get_payload_len(a);
    if (type == IFA_LOCAL && length == found->size)
        found->local = a;
    else if (type == IFA_ADDRESS && length == found->size)
        found->address = a;
    else if (type == ADDRESS_ATTRIBUTE_PROTO && length == 1)
        found->tag = a;
    else if (type == IFA_LABEL && mnl_attr_validate(a, MNL_TYPE_NUL_STRING) == 0)
        found->label = a;
    return MNL_CB_OK;
}

/* The label of IPv4 is the interface's name, unless it was told another. */
static void read_label(char out[static LABEL_TEXT], const struct nlattr *label)
{
    const char *text = label != NULL ? strchr(mnl_attr_get_str(label), ':') : NULL;
    size_t length = text != NULL ? strlen(text + 1) : 0;
    if (length > 0 && length < LABEL_TEXT)
        memcpy(out, text + 1, length + 1);
}

bool address_message_read(const struct nlmsghdr *message, struct address_entry *e)
{
    if (mnl_nlmsg_get_payload_len(message) < sizeof(struct ifaddrmsg))
        return false;
    const struct ifaddrmsg *body = mnl_nlmsg_get_payload(message);
    if (body->ifa_family != AF_INET && body->ifa_family != AF_INET6)
        return false;
    uint8_t family = body->ifa_family == AF_INET ? 4 : 6;
    struct attributes found = {.size = ip_size(family)};
    (void)mnl_attr_parse(message, sizeof *body, sort_out, &found);
    /* On a point-to-point link IFA_ADDRESS is the other end. */
    const struct nlattr *own = found.local != NULL ? found.local : found.address;
    if (own == NULL)
        return false;
    *e = (struct address_entry){
        .ifindex = body->ifa_index,
        .prefix = {.ip = ip_from_bytes(family, mnl_attr_get_payload(own)), .length = body->ifa_prefixlen},
        .ours = found.tag != NULL && mnl_attr_get_u8(found.tag) == ADDRESS_TAG,
        .secondary = family == 4 && (body->ifa_flags & IFA_F_SECONDARY) != 0,
        .style = {.scope = family == 4 ? body->ifa_scope : 0},
    };
    read_label(e->style.label, found.label);
    return true;
}

/* What the book did itself is known already: the kernel drops its notices (of IPv4; those of IPv6 carry no port). */
static bool leave_out(int fd, unsigned port)
{
    struct sock_filter code[] = {
        /* BPF loads in network order, the header is in ours */
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_pid)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __builtin_bswap32(port), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    code[1].k = port;
#endif
    struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

bool address_watch_open(struct address_watch *w, const struct address_book *except)
{
    struct sockaddr_nl here = {
        .nl_family = AF_NETLINK,
        .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
    };
    int room = WATCH_QUEUE_BYTES;
    w->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (w->fd < 0)
        return false;
    /* A smaller queue only overflows sooner, and then everything is looked at again. */
    if (setsockopt(w->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0)
        (void)setsockopt(w->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (leave_out(w->fd, address_book_port(except)) && bind(w->fd, (struct sockaddr *)&here, sizeof here) == 0)
        return true;
    int error = errno;
    address_watch_close(w);
    errno = error;
    return false;
}

void address_watch_close(struct address_watch *w)
{
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
}

static int take_name(const struct nlattr *a, void *name)
{
    if (mnl_attr_get_type(a) == IFLA_IFNAME && mnl_attr_validate(a, MNL_TYPE_NUL_STRING) == 0)
        *(const char **)name = mnl_attr_get_str(a);
    return MNL_CB_OK;
}

static void tell(const struct nlmsghdr *m, address_noticed *noticed, address_link_noticed *link, void *context)
{
    struct address_entry e;
    if ((m->nlmsg_type == RTM_NEWADDR || m->nlmsg_type == RTM_DELADDR) && address_message_read(m, &e)) {
        noticed(context, &e, m->nlmsg_type == RTM_DELADDR);
    } else if ((m->nlmsg_type == RTM_NEWLINK || m->nlmsg_type == RTM_DELLINK) &&
               mnl_nlmsg_get_payload_len(m) >= sizeof(struct ifinfomsg)) {
        const struct ifinfomsg *body = mnl_nlmsg_get_payload(m);
        const char *name = "";
        (void)mnl_attr_parse(m, sizeof *body, take_name, &name);
        link(context, (unsigned)body->ifi_index, name);
    }
}

bool address_watch_read(struct address_watch *w, address_noticed *noticed, address_link_noticed *link, void *context)
{
    _Alignas(struct nlmsghdr) char buffer[WATCH_BYTES];
    bool all = true;
    for (;;) {
        ssize_t n = recv(w->fd, buffer, sizeof buffer, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == ENOBUFS) {
            all = false;
            continue;
        }
        if (n <= 0)
            return all;
        int left = (int)n;
        for (const struct nlmsghdr *m = (void *)buffer; mnl_nlmsg_ok(m, left); m = mnl_nlmsg_next(m, &left))
            tell(m, noticed, link, context);
    }
}
