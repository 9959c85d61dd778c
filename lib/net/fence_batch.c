#include <errno.h>
#include <libnftnl/common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>

#include "net/fence_private.h"

enum { ANSWER_BYTES = 16384 };

static char *next_message(struct fence *f)
{
    if (f->last != NULL)
        f->length += f->last->nlmsg_len;
    f->last = (struct nlmsghdr *)(void *)(f->batch + f->length);
    return f->batch + f->length;
}

void batch_begin(struct fence *f)
{
    f->length = 0;
    f->last = NULL;
    (void)nftnl_batch_begin(next_message(f), ++f->seq);
}

struct nlmsghdr *batch_message(struct fence *f, uint16_t type, uint16_t family, uint16_t flags)
{
    return nftnl_nlmsg_build_hdr(next_message(f), type, family, flags, ++f->seq);
}

bool batch_has_room(const struct fence *f, size_t bytes)
{
    return bytes + MESSAGE_BYTES <= sizeof f->batch - f->length - f->last->nlmsg_len;
}

/* The kernel has done it, or not, before the send returns: its answers wait. */
static bool read_answers(struct fence *f)
{
    _Alignas(struct nlmsghdr) char buffer[ANSWER_BYTES];
    int error = EPROTO; /* it said nothing */
    for (;;) {
        ssize_t n = recv(mnl_socket_get_fd(f->socket), buffer, sizeof buffer, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        int left = (int)n;
        for (const struct nlmsghdr *m = (void *)buffer; mnl_nlmsg_ok(m, left); m = mnl_nlmsg_next(m, &left)) {
            const struct nlmsgerr *e = mnl_nlmsg_get_payload(m);
            if (m->nlmsg_type == NLMSG_ERROR && (error == EPROTO || error == 0))
                error = -e->error;
        }
    }
    errno = error;
    return error == 0;
}

bool batch_commit(struct fence *f)
{
    ssize_t n;
    f->last->nlmsg_flags |= NLM_F_ACK;
    (void)nftnl_batch_end(next_message(f), ++f->seq);
    do
        n = mnl_socket_sendto(f->socket, f->batch, f->length + f->last->nlmsg_len);
    while (n < 0 && errno == EINTR);
    return n >= 0 && read_answers(f);
}
