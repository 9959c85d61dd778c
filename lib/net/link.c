#include "net/link.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/vmac.h"
#include "net/address_message.h"
#include "net/link_table.h"

enum {
    READS_A_CALL = 64, /* an interface with thousands of leases must not keep the program here */
    RECEIVE_BYTES = 1 << 20,
};
#define QUIET  (10 * MILLISECOND)
#define LATEST (100 * MILLISECOND) /* one that never is quiet is told of all the same */

struct watched {
    char ifname[IFNAME_TEXT];
    bool told;
    struct link_event reported, candidate;
    bool dirty;             /* they differ: */
    instant since, changed; /* since then, and the candidate since then */
};

struct link_watch {
    struct mnl_socket *events, *query;
    struct link_table table;
    bool all;
    bool refill; /* messages were lost */
    struct watched *list;
    size_t count, room;
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

/* Of virtual addresses of ours nothing is told here, and each renewal of a lease is a notice, thousands a second: the
 * kernel drops those. That one is gone is rare, and is read. Without the filter it just costs more. */
static void leave_out_leases(int fd)
{
    static const struct sock_filter code[] = {
        /* BPF loads in network order, the header is in ours */
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RTM_NEWADDR, 0, 8),
#else
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RTM_NEWADDR << 8, 0, 8),
#endif
        /* where that attribute (X) begins, among those from A on; 0: it is not there */
        BPF_STMT(BPF_LD | BPF_IMM, NLMSG_HDRLEN + sizeof(struct ifaddrmsg)),
        BPF_STMT(BPF_LDX | BPF_IMM, ADDRESS_ATTRIBUTE_PROTO),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)SKF_AD_OFF + SKF_AD_NLATTR),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0),
        BPF_STMT(BPF_LD | BPF_B | BPF_IND, sizeof(struct nlattr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ADDRESS_TAG, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    struct sock_fprog program = {.len = nitems(code), .filter = (struct sock_filter *)code};

    (void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

static bool watch(struct link_watch *w, const char *ifname)
{
    if (w->count == w->room) {
        size_t room = w->room == 0 ? 8 : 2 * w->room;
        struct watched *list = realloc(w->list, room * sizeof *list);

        if (list == NULL)
            return false;
        w->list = list;
        w->room = room;
    }
    w->list[w->count] = (struct watched){.told = false};
    memcpy(w->list[w->count].ifname, ifname, strnlen(ifname, IFNAME_TEXT - 1));
    w->count++;
    return true;
}

static struct watched *find(struct link_watch *w, const char *ifname)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->list[i].ifname, ifname) == 0)
            return &w->list[i];
    return NULL;
}

struct link_watch *link_watch_open(const char *const *ifnames, size_t count)
{
    struct link_watch *w = calloc(1, sizeof *w);
    int bytes = RECEIVE_BYTES;

    if (w == NULL)
        return NULL;
    w->all = count == 0;
    /* First the subscription, then the question: nothing that happens in between is missed. */
    w->events = open_socket(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR);
    w->query = open_socket(0);
    if (w->events == NULL || w->query == NULL)
        goto failed;
    setsockopt(mnl_socket_get_fd(w->events), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    leave_out_leases(mnl_socket_get_fd(w->events));
    for (size_t i = 0; i < count; i++)
        if (find(w, ifnames[i]) == NULL && !watch(w, ifnames[i]))
            goto failed;
    if (!link_table_fill(&w->table, w->query))
        goto failed;
    return w;
failed:;
    int why = errno;

    link_watch_close(w);
    errno = why;
    return NULL;
}

void link_watch_close(struct link_watch *w)
{
    if (w == NULL)
        return;
    if (w->events != NULL)
        mnl_socket_close(w->events);
    if (w->query != NULL)
        mnl_socket_close(w->query);
    link_table_free(&w->table);
    free(w->list);
    free(w);
}

int link_watch_fd(const struct link_watch *w)
{
    return mnl_socket_get_fd(w->events);
}

bool link_watch_read(struct link_watch *w, bool *news)
{
    _Alignas(struct nlmsghdr) char buffer[LINK_MESSAGE_BYTES];

    *news = false;
    for (int i = 0; i < READS_A_CALL; i++) {
        ssize_t n = recv(mnl_socket_get_fd(w->events), buffer, sizeof buffer, MSG_DONTWAIT);

        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != ENOBUFS)
            return false;
        *news = true;
        if (n < 0 || mnl_cb_run(buffer, (size_t)n, 0, 0, link_table_message, &w->table) < 0 || w->table.failed)
            w->refill = true;
    }
    if (w->refill && link_table_fill(&w->table, w->query))
        w->refill = false;
    return true;
}

static bool same(const struct link_event *a, const struct link_event *b)
{
    return a->state == b->state && a->has_mac == b->has_mac && memcmp(&a->mac, &b->mac, sizeof a->mac) == 0 &&
           a->mtu == b->mtu && ip_equal(&a->primary4, &b->primary4) && ip_equal(&a->primary6, &b->primary6) &&
           ip_equal(&a->other4, &b->other4) && ip_equal(&a->other6, &b->other6);
}

/* Compare with what was reported last. Returns when this interface is due: now, later or never. */
static instant compare(struct link_watch *w, struct watched *one, instant now)
{
    struct link_event current;

    link_table_describe(&w->table, link_table_find(&w->table, one->ifname), one->ifname,
                        one->told ? &one->reported : NULL, &current);
    if (!one->told) {
        one->candidate = current;
        return now;
    }
    if (same(&current, &one->reported)) {
        one->dirty = false;
        return INSTANT_NEVER;
    }
    if (!one->dirty)
        one->since = one->changed = now;
    else if (!same(&current, &one->candidate))
        one->changed = now;
    one->dirty = true;
    one->candidate = current;

    int64_t quiet = one->changed.us + QUIET, latest = one->since.us + LATEST;

    return (instant){quiet < latest ? quiet : latest};
}

static bool add_new(struct link_watch *w)
{
    for (size_t i = 0; w->all && i < w->table.link_count; i++)
        if (!is_vmac_name(w->table.links[i].ifname) && find(w, w->table.links[i].ifname) == NULL &&
            !watch(w, w->table.links[i].ifname))
            return false;
    return true;
}

bool link_watch_report(struct link_watch *w, instant now, link_change *change, void *context, instant *deadline)
{
    *deadline = INSTANT_NEVER;
    if (!add_new(w))
        return false;
    for (size_t i = 0; i < w->count;) {
        struct watched *one = &w->list[i];
        instant due = compare(w, one, now);

        if (due.us <= now.us) {
            one->told = true;
            one->dirty = false;
            one->reported = one->candidate;
            change(context, &one->reported);
        } else if (due.us < deadline->us) {
            *deadline = due;
        }
        if (w->all && one->told && !one->dirty && one->reported.state == LINK_GONE)
            *one = w->list[--w->count];
        else
            i++;
    }
    return true;
}

static bool look(struct link_table *t)
{
    struct mnl_socket *s = open_socket(0);
    bool done = s != NULL && link_table_fill(t, s);
    int why = errno;

    if (s != NULL)
        mnl_socket_close(s);
    errno = why;
    return done;
}

bool link_query(const char *ifname, struct link_event *e, unsigned *ifindex)
{
    struct link_table t = {0};
    bool found = false;

    if (look(&t)) {
        const struct link_entry *entry = link_table_find(&t, ifname);

        found = entry != NULL;
        errno = ENODEV;
        if (found) {
            link_table_describe(&t, entry, ifname, NULL, e);
            *ifindex = entry->ifindex;
        }
    }
    int why = errno;

    link_table_free(&t);
    errno = why;
    return found;
}

size_t link_names_up(char names[][IFNAME_TEXT], size_t size)
{
    struct link_table t = {0};
    size_t count = 0;

    if (look(&t)) {
        for (size_t i = 0; i < t.link_count && count < size; i++) {
            const struct link_entry *entry = &t.links[i];

            if ((entry->flags & IFF_UP) != 0 && (entry->flags & IFF_LOOPBACK) == 0 && !is_vmac_name(entry->ifname) &&
                link_table_has_address(&t, entry->ifindex))
                memcpy(names[count++], entry->ifname, IFNAME_TEXT);
        }
    }
    link_table_free(&t);
    return count;
}
