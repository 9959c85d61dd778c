#include "net/membership.h"

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/address.h"

static int join4(unsigned ifindex)
{
    struct ip_mreqn group = {.imr_ifindex = (int)ifindex};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    memcpy(&group.imr_multiaddr, vrrp_group4.bytes, 4);
    if (fd >= 0 && setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static int join6(unsigned ifindex)
{
    struct ipv6_mreq group = {.ipv6mr_interface = ifindex};
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    memcpy(&group.ipv6mr_multiaddr, vrrp_group6.bytes, 16);
    if (fd >= 0 && setsockopt(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &group, sizeof group) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static void leave(struct membership *m)
{
    if (m->fd4 >= 0)
        close(m->fd4);
    if (m->fd6 >= 0)
        close(m->fd6);
}

void memberships_init(struct memberships *m)
{
    *m = (struct memberships){NULL, 0, 0};
}

void memberships_close(struct memberships *m)
{
    for (size_t i = 0; i < m->count; i++)
        leave(&m->list[i]);
    free(m->list);
    memberships_init(m);
}

static struct membership *find(struct memberships *m, unsigned ifindex)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->list[i].ifindex == ifindex)
            return &m->list[i];
    return NULL;
}

static struct membership *append(struct memberships *m, unsigned ifindex)
{
    if (m->count == m->room) {
        size_t room = m->room == 0 ? 4 : 2 * m->room;
        struct membership *list = realloc(m->list, room * sizeof *list);

        if (list == NULL)
            return NULL;
        m->list = list;
        m->room = room;
    }
    m->list[m->count] = (struct membership){ifindex, -1, -1};
    return &m->list[m->count++];
}

void memberships_join(struct memberships *m, unsigned ifindex)
{
    struct membership *one = find(m, ifindex);

    if (one == NULL && (one = append(m, ifindex)) == NULL)
        return;
    /* What could not be joined before is tried again: IPv6 may have been enabled meanwhile. */
    if (one->fd4 < 0)
        one->fd4 = join4(ifindex);
    if (one->fd6 < 0)
        one->fd6 = join6(ifindex);
}

static bool listed(const struct if_nameindex *all, unsigned ifindex)
{
    for (; all->if_index != 0; all++)
        if (all->if_index == ifindex)
            return true;
    return false;
}

void memberships_join_all(struct memberships *m)
{
    struct if_nameindex *all = if_nameindex();

    if (all == NULL)
        return;
    for (size_t i = 0; i < m->count;) {
        if (listed(all, m->list[i].ifindex)) {
            i++;
            continue;
        }
        leave(&m->list[i]);
        m->list[i] = m->list[--m->count];
    }
    for (const struct if_nameindex *one = all; one->if_index != 0; one++)
        memberships_join(m, one->if_index);
    if_freenameindex(all);
}
