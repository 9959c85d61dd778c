/* Macvlans: removing them, and those that others have left. */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>

#include "net/macvlan_private.h"
#include "net/presence.h"

enum { LEAVING = 0x76727270 }; /* the group of those that are removed at once */

static bool join_leaving(struct macvlans *m, unsigned ifindex)
{
    _Alignas(struct nlmsghdr) char buffer[INTERFACE_REQUEST_BYTES];
    struct nlmsghdr *request = interface_request(buffer, RTM_SETLINK, NLM_F_ACK, ifindex);
    mnl_attr_put_u32(request, IFLA_GROUP, LEAVING);
    return address_book_ask(m->book, request, NULL, NULL);
}

/* ifindex 0: all that are leaving. The kernel waits once for all of them to be unused. */
static bool delete (struct macvlans *m, unsigned ifindex)
{
    _Alignas(struct nlmsghdr) char buffer[INTERFACE_REQUEST_BYTES];
    struct nlmsghdr *request = interface_request(buffer, RTM_DELLINK, NLM_F_ACK, ifindex);
    if (ifindex == 0)
        mnl_attr_put_u32(request, IFLA_GROUP, LEAVING);
    return address_book_ask(m->book, request, NULL, NULL) || errno == ENODEV;
}

static bool delete_all(struct macvlans *m, const unsigned *ifindexes, size_t count)
{
    size_t leaving = 0;
    if (count == 1)
        return delete (m, ifindexes[0]);
    for (size_t n = 0; n < count; n++) {
        if (join_leaving(m, ifindexes[n]))
            leaving++;
        else if (errno != ENODEV)
            return false;
    }
    return leaving == 0 || delete (m, 0);
}

bool macvlan_remove(struct macvlans *m, const unsigned *ifindexes, size_t count)
{
    /* Their marks tell what is to be given back, also of those that another process has made. */
    for (size_t n = 0; n < count; n++) {
        struct interface_facts f;
        struct vmac_mark mark;
        if (!interface_ask(m->book, ifindexes[n], &f) || !vmac_mark_read(&mark, f.alias))
            continue;
        const struct below b = {.ifindex = f.below, .arp_ignore = mark.arp_ignore, .arp_announce = mark.arp_announce};
        if (!below_keep(m, &b)) {
            errno = ENOMEM;
            return false;
        }
    }
    if (count > 0 && !delete_all(m, ifindexes, count))
        return false;
    below_give_back(m);
    return true;
}

struct leftovers {
    unsigned *list;
    bool *by_hand;
    size_t count, room;
    bool failed;
};

static bool leftovers_grow(struct leftovers *l)
{
    size_t room = l->room > 0 ? 2 * l->room : 16;
    unsigned *list = realloc(l->list, room * sizeof *list);
    if (list != NULL)
        l->list = list;
    bool *by_hand = list != NULL ? realloc(l->by_hand, room * sizeof *by_hand) : NULL;
    if (by_hand == NULL)
        return false;
    l->by_hand = by_hand;
    l->room = room;
    return true;
}

static void see_leftover(void *context, const struct interface_facts *f)
{
    struct leftovers *l = context;
    struct vmac_mark mark;
    for (size_t n = 0; n < l->count; n++) {
        if (l->list[n] == f->ifindex)
            return;
    }
    if (!macvlan_is_ours(f, &mark) || presence_lives(mark.holder))
        return;
    if (l->count == l->room && !leftovers_grow(l)) {
        l->failed = true;
        return;
    }
    l->by_hand[l->count] = mark.holder == 0 && vmac_mark_read(&mark, f->alias);
    l->list[l->count++] = f->ifindex;
}

static void see_ours(void *context, const struct address_entry *e)
{
    bool *found = context;
    *found = *found || e->ours;
}

int macvlan_sweep(struct macvlans *m)
{
    struct leftovers l = {0};
    struct address_error error;
    bool done = interface_each_macvlan(m->book, see_leftover, &l) && !l.failed;
    size_t count = 0;
    for (size_t n = 0; n < l.count && done; n++) {
        bool used = false;
        if (l.by_hand[n] && (!address_each(m->book, l.list[n], see_ours, &used, &error) || used))
            continue;
        l.list[count++] = l.list[n];
    }
    done = done && (count == 0 || macvlan_remove(m, l.list, count));
    free(l.list);
    free(l.by_hand);
    return done ? (int)count : -1;
}
