#include "net/netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum { ANSWER_BYTES = 32768 };

bool netlink_open(struct netlink *n, int bus, unsigned port)
{
    int on = 1;
    *n = (struct netlink){.socket = mnl_socket_open2(bus, SOCK_CLOEXEC)};
    if (n->socket == NULL || mnl_socket_bind(n->socket, 0, port != 0 ? (pid_t)port : MNL_SOCKET_AUTOPID) < 0) {
        int error = errno;
        netlink_close(n);
        errno = error;
        return false;
    }
    /* Each only makes the answers better: short errors, dumps of what was asked for. */
    (void)mnl_socket_setsockopt(n->socket, NETLINK_CAP_ACK, &on, sizeof on);
    (void)mnl_socket_setsockopt(n->socket, NETLINK_GET_STRICT_CHK, &on, sizeof on);
    n->port = mnl_socket_get_portid(n->socket);
    return true;
}

void netlink_close(struct netlink *n)
{
    if (n->socket != NULL)
        mnl_socket_close(n->socket);
    n->socket = NULL;
}

int netlink_fd(const struct netlink *n)
{
    return mnl_socket_get_fd(n->socket);
}

static ssize_t receive(struct netlink *n, void *buffer, size_t size)
{
    ssize_t bytes;
    do
        bytes = mnl_socket_recvfrom(n->socket, buffer, size);
    while (bytes < 0 && errno == EINTR);
    return bytes;
}

bool netlink_ask(struct netlink *n, struct nlmsghdr *request, mnl_cb_t answer, void *context)
{
    _Alignas(struct nlmsghdr) char buffer[ANSWER_BYTES];
    request->nlmsg_seq = ++n->seq;
    if (mnl_socket_sendto(n->socket, request, request->nlmsg_len) < 0)
        return false;
    for (;;) {
        ssize_t bytes = receive(n, buffer, sizeof buffer);
        if (bytes < 0)
            return false;
        int status = mnl_cb_run(buffer, (size_t)bytes, n->seq, n->port, answer, context);
        if (status == MNL_CB_STOP)
            return true;
        if (status == MNL_CB_ERROR && errno != EPROTO) /* that was left over from a request that was given up */
            return false;
    }
}

/* Those of a batch that were sent: which ones, and what came of them. */
struct batch {
    size_t which[NETLINK_BATCH];
    int result[NETLINK_BATCH];
    size_t count, length;
    uint32_t first;
    struct nlmsghdr *last;
};

static void put(struct netlink *n, const struct netlink_requests *r, size_t which, struct batch *b, char *room)
{
    memset(room + b->length, 0, NETLINK_REQUEST_BYTES); /* libmnl leaves the padding between attributes as it is */
    struct nlmsghdr *m = mnl_nlmsg_put_header(room + b->length);
    int number = r->put(r->context, which, m);
    if (number != 0) {
        r->done(r->context, which, number);
        return;
    }
    m->nlmsg_seq = ++n->seq;
    b->which[b->count] = which;
    b->result[b->count++] = 0;
    b->length += m->nlmsg_len;
    b->last = m;
}

/* The answer to the last message ends a batch; errors of those before it come first. False: errno. */
static bool await(struct netlink *n, struct batch *b)
{
    _Alignas(struct nlmsghdr) char buffer[ANSWER_BYTES];
    for (;;) {
        ssize_t bytes = receive(n, buffer, sizeof buffer);
        if (bytes < 0)
            return false;
        int left = (int)bytes;
        for (const struct nlmsghdr *m = (void *)buffer; mnl_nlmsg_ok(m, left); m = mnl_nlmsg_next(m, &left)) {
            uint32_t index = m->nlmsg_seq - b->first;
            if (m->nlmsg_type != NLMSG_ERROR || index >= b->count)
                continue;
            const struct nlmsgerr *e = mnl_nlmsg_get_payload(m);
            b->result[index] = -e->error;
            if (index == b->count - 1)
                return true;
        }
    }
}

void netlink_apply(struct netlink *n, const struct netlink_requests *r)
{
    _Alignas(struct nlmsghdr) char room[NETLINK_BATCH * NETLINK_REQUEST_BYTES];
    for (size_t at = 0; at < r->count;) {
        struct batch b = {.first = n->seq + 1};
        for (; at < r->count && b.count < NETLINK_BATCH; at++)
            put(n, r, at, &b, room);
        if (b.count == 0)
            return;
        b.last->nlmsg_flags |= NLM_F_ACK; /* failures are told without being asked for */
        int number = mnl_socket_sendto(n->socket, room, b.length) < 0 || !await(n, &b) ? errno : 0;
        for (size_t k = 0; k < b.count; k++)
            r->done(r->context, b.which[k], number != 0 ? number : b.result[k]);
    }
}
