#include "net/fence.h"

#include <errno.h>
#include <libnftnl/common.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/fence_private.h"

enum { KEY_BYTES = 32, ANY_TIME = 1000 };

static const uint16_t families[] = {NFPROTO_INET, NFPROTO_ARP, NFPROTO_NETDEV};

struct fence *fence_open(void)
{
    struct fence *f = calloc(1, sizeof *f);
    int on = 1;
    if (f == NULL)
        return NULL;
    f->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
    if (f->socket == NULL || mnl_socket_bind(f->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
        int error = errno;
        fence_close(f);
        errno = error;
        return NULL;
    }
    /* An error without the message that it is about: many of them have room, then. */
    (void)mnl_socket_setsockopt(f->socket, NETLINK_CAP_ACK, &on, sizeof on);
    return f;
}

void fence_close(struct fence *f)
{
    if (f == NULL)
        return;
    if (f->socket != NULL)
        mnl_socket_close(f->socket);
    free(f);
}

static bool has_table(struct fence *f, uint16_t family)
{
    struct nftnl_table *t = nftnl_table_alloc();
    ssize_t n = -1;
    if (t == NULL)
        return false;
    struct nlmsghdr *m = nftnl_nlmsg_build_hdr(f->batch, NFT_MSG_GETTABLE, family, 0, ++f->seq);
    nftnl_table_set_str(t, NFTNL_TABLE_NAME, FENCE_TABLE);
    nftnl_table_nlmsg_build_payload(m, t);
    nftnl_table_free(t);
    if (mnl_socket_sendto(f->socket, m, m->nlmsg_len) >= 0)
        n = recv(mnl_socket_get_fd(f->socket), f->batch, sizeof f->batch, MSG_DONTWAIT);
    return n > 0 && mnl_nlmsg_ok(m, (int)n) && m->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE);
}

bool fence_is_there(struct fence *f)
{
    for (size_t n = 0; n < nitems(families); n++) {
        if (has_table(f, families[n]))
            return true;
    }
    return false;
}

/* --- elements ---------------------------------------------------------------------------------------------------------- */

static void make_key(uint8_t key[static KEY_BYTES], const struct fence_item *item)
{
    uint8_t *at = key;
    memset(key, 0, KEY_BYTES);
    if (fence_is_local(&item->ip)) {
        memcpy(key, item->ifname, strnlen(item->ifname, IFNAMSIZ - 1));
        at += IFNAMSIZ;
    }
    if (item->ip.family == 0)
        memcpy(at, item->mac.bytes, sizeof item->mac.bytes);
    else
        memcpy(at, item->ip.bytes, ip_size(item->ip.family));
}

/* What a message says of each item. */
struct list {
    const struct fence_item *items;
    size_t count;
    uint32_t open[FENCE_ITEMS]; /* milliseconds */
};
enum timeout {
    FOR_EVER,
    FOR_A_WHILE, /* as long as it is open, or any time: it is about to be deleted */
    WHILE_OPEN,  /* not of what is shut */
};

static bool add_element(struct nftnl_set *set, const struct fence_item *item, uint32_t size, uint32_t milliseconds)
{
    uint8_t key[KEY_BYTES];
    struct nftnl_set_elem *e = nftnl_set_elem_alloc();
    if (e == NULL)
        return false;
    make_key(key, item);
    nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY, key, size);
    if (milliseconds > 0)
        nftnl_set_elem_set_u64(e, NFTNL_SET_ELEM_TIMEOUT, milliseconds);
    nftnl_set_elem_add(set, e); /* it is freed with the set */
    return true;
}

static bool put_elements(struct fence *f, uint16_t type, const struct fence_sets *s, const char *name,
                         const struct list *list, enum timeout timeout)
{
    struct nftnl_set *set = fence_set(s, name);
    bool complete = set != NULL && batch_has_room(f, list->count * ELEMENT_BYTES);
    size_t used = 0;
    for (size_t n = 0; n < list->count && complete; n++) {
        if (!s->takes(&list->items[n]) || (timeout == WHILE_OPEN && list->open[n] == 0))
            continue;
        uint32_t open = list->open[n] > 0 ? list->open[n] : ANY_TIME;
        complete = add_element(set, &list->items[n], s->size, timeout == FOR_EVER ? 0 : open);
        used++;
    }
    uint16_t flags = type == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0;
    if (complete && used > 0)
        nftnl_set_elems_nlmsg_build_payload(batch_message(f, type, s->family, flags), set);
    if (set != NULL)
        nftnl_set_free(set);
    return complete;
}

/* What nothing opens stands in one set only. Adding what is there would leave its timeout as it is, and deleting what is not there fails. */
static bool put_anew(struct fence *f, const struct fence_sets *s, const struct list *list)
{
    if (!put_elements(f, NFT_MSG_NEWSETELEM, s, s->fenced, list, FOR_EVER))
        return false;
    return s->live == NULL || (put_elements(f, NFT_MSG_NEWSETELEM, s, s->live, list, FOR_A_WHILE) &&
                               put_elements(f, NFT_MSG_DELSETELEM, s, s->live, list, FOR_EVER) &&
                               put_elements(f, NFT_MSG_NEWSETELEM, s, s->live, list, WHILE_OPEN));
}

static bool put_away(struct fence *f, const struct fence_sets *s, const struct list *list)
{
    if (!put_elements(f, NFT_MSG_NEWSETELEM, s, s->fenced, list, FOR_EVER) ||
        !put_elements(f, NFT_MSG_DELSETELEM, s, s->fenced, list, FOR_EVER))
        return false;
    return s->live == NULL || (put_elements(f, NFT_MSG_NEWSETELEM, s, s->live, list, FOR_A_WHILE) &&
                               put_elements(f, NFT_MSG_DELSETELEM, s, s->live, list, FOR_EVER));
}

static bool takes_any(const struct fence_sets *s, const struct fence_item *items, size_t count, bool only_anew)
{
    for (size_t n = 0; n < count; n++) {
        if (s->takes(&items[n]) && (items[n].anew || !only_anew))
            return true;
    }
    return false;
}

/* --- all together ------------------------------------------------------------------------------------------------------ */

bool fence_put_up(struct fence *f, const struct fence_item *items, size_t count)
{
    const char *watched = "";
    for (size_t n = 0; n < nitems(fence_sets); n++) {
        if (takes_any(&fence_sets[n], items, count, true) && !fence_make(f, fence_sets[n].family)) {
            errno = errno == ENOENT ? EOPNOTSUPP : errno; /* a kind of table, chain or expression */
            return false;
        }
    }
    for (size_t n = 0; n < count; n++) {
        if (items[n].ip.family != 0 || !items[n].anew || strcmp(items[n].ifname, watched) == 0)
            continue;
        watched = items[n].ifname; /* those of an interface stand side by side */
        if (!fence_watch_frames(f, watched) && errno != ENOENT && errno != ENODEV) /* it is gone: it gets no frames */
            return false;
    }
    return true;
}

bool fence_keep(struct fence *f, const struct fence_item *items, size_t count, instant now)
{
    struct list list = {.items = items, .count = count};
    bool complete = count <= FENCE_ITEMS;
    for (size_t n = 0; n < count && complete; n++)
        list.open[n] = fence_open_time(&items[n], now);
    batch_begin(f);
    for (size_t n = 0; n < nitems(fence_sets) && complete; n++) {
        if (takes_any(&fence_sets[n], items, count, false))
            complete = put_anew(f, &fence_sets[n], &list);
    }
    if (complete)
        return batch_commit(f);
    errno = ENOMEM;
    return false;
}

bool fence_lift(struct fence *f, const struct fence_item *items, size_t count)
{
    struct list list = {.items = items, .count = count};
    int error = 0;
    for (size_t n = 0; n < nitems(fence_sets) && count <= FENCE_ITEMS; n++) {
        if (!takes_any(&fence_sets[n], items, count, false))
            continue;
        batch_begin(f);
        if (!put_away(f, &fence_sets[n], &list))
            error = ENOMEM;
        else if (!batch_commit(f) && errno != ENOENT) /* there is no fence at all */
            error = errno;
    }
    errno = error;
    return error == 0;
}

bool fence_remove(struct fence *f)
{
    int error = 0;
    for (size_t n = 0; n < nitems(families); n++) {
        if (!fence_unmake(f, families[n]) && errno != ENOENT && errno != EBUSY)
            error = errno;
    }
    errno = error;
    return error == 0;
}
