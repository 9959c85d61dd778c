#include "net/membership.h"

#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/address.h"
#include "core/units.h"
#include "core/vmac.h"

/* HSRP, HSRP version 2 and GLBP; HSRP of IPv6. */
static const struct ip others4[] = {{4, {224, 0, 0, 2}}, {4, {224, 0, 0, 102}}};
static const struct ip others6[] = {{6, {0xff, 0x02, [15] = 0x66}}};

static bool add(int fd, unsigned ifindex, const struct ip *ip)
{
    struct ip_mreqn group4 = {.imr_ifindex = (int)ifindex};
    struct ipv6_mreq group6 = {.ipv6mr_interface = ifindex};

    if (ip->family == 4) {
        memcpy(&group4.imr_multiaddr, ip->bytes, 4);
        return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group4, sizeof group4) >= 0;
    }
    memcpy(&group6.ipv6mr_multiaddr, ip->bytes, 16);
    return setsockopt(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &group6, sizeof group6) >= 0;
}

/* The socket that has joined this group; and the others, where the kernel lets it. */
static int join(unsigned ifindex, const struct ip *group, const struct ip *others, size_t count)
{
    int fd = socket(group->family == 4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && !add(fd, ifindex, group)) {
        close(fd);
        return -1;
    }
    for (size_t i = 0; fd >= 0 && i < count; i++)
        add(fd, ifindex, &others[i]);
    return fd;
}

static void leave(struct membership *m)
{
    if (m->fd4 >= 0)
        close(m->fd4);
    if (m->fd6 >= 0)
        close(m->fd6);
}

void memberships_init(struct memberships *m, bool others)
{
    *m = (struct memberships){.others = others};
}

void memberships_close(struct memberships *m)
{
    for (size_t i = 0; i < m->count; i++)
        leave(&m->list[i]);
    free(m->list);
    memberships_init(m, m->others);
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
        one->fd4 = join(ifindex, &vrrp_group4, others4, m->others ? nitems(others4) : 0);
    if (one->fd6 < 0)
        one->fd6 = join(ifindex, &vrrp_group6, others6, m->others ? nitems(others6) : 0);
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
        if (!is_vmac_name(one->if_name))
            memberships_join(m, one->if_index);
    if_freenameindex(all);
}
