/* Macvlans: why there can be none, and what there is. */
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/macvlan_private.h"

static bool refuse(struct address_error *error, int number, const char *text)
{
    error->number = number;
    snprintf(error->text, sizeof error->text, "%s", text);
    return false;
}

/* What the kernel said, in our words where they say more. */
bool macvlan_refuse(struct address_error *error, int number)
{
    switch (number) {
    case ENODEV:
        return refuse(error, number, "no such device");
    case EBUSY:
        return refuse(error, number, "it is a port of another device, and can carry no macvlan");
    case EADDRINUSE:
        return refuse(error, number, "another macvlan there has the virtual MAC address");
    case EOPNOTSUPP:
        return refuse(error, number, "this kernel has no macvlan");
    default:
        return refuse(error, number, strerror(number));
    }
}

bool macvlan_check_below(const struct interface_facts *below, const struct mac *mac, struct address_error *error)
{
    static const char *const ports[] = {"bridge", "bond", "team", "openvswitch"};
    if (below->type != ARPHRD_ETHER || !below->has_mac || (below->flags & IFF_LOOPBACK) != 0)
        return refuse(error, EAFNOSUPPORT, "it is no Ethernet interface, and can carry no macvlan");
    if (strcmp(below->kind, "macvlan") == 0 || strcmp(below->kind, "macvtap") == 0)
        return refuse(error, EBUSY, "it is a macvlan itself, and can carry none"); /* it would be on what that is on */
    for (size_t n = 0; n < nitems(ports); n++) {
        if (strcmp(below->slave_kind, ports[n]) != 0)
            continue;
        error->number = EBUSY;
        snprintf(error->text, sizeof error->text, "it is a port of a %s, and can carry no macvlan", ports[n]);
        return false;
    }
    if (same_mac(&below->mac, mac))
        return refuse(error, EADDRINUSE, "it has the virtual MAC address itself");
    return true;
}

bool macvlan_refuse_taken(struct address_error *error, const char *by)
{
    error->number = EADDRINUSE;
    snprintf(error->text, sizeof error->text, "the macvlan %s there has the virtual MAC address", by);
    return false;
}

/* The interface of the virtual router. */
bool macvlan_look_below(struct macvlans *m, const struct identity *id, struct interface_facts *below,
                        struct address_error *error)
{
    unsigned ifindex;
    bool has_mac;
    struct mac mac;
    return (address_interface(m->book, id->ifname, &ifindex, &has_mac, &mac) &&
            interface_ask(m->book, ifindex, below)) ||
           macvlan_refuse(error, errno);
}

/* What has our name: 1: it is the one of this virtual router; 0: nothing; -1: something else, or errno. */
int macvlan_look_at_name(struct macvlans *m, const struct identity *id, const struct interface_facts *below,
                         struct interface_facts *own, struct address_error *error)
{
    char name[IFNAME_TEXT];
    struct vmac_mark mark;
    struct mac mac = vrrp_mac(id->af, id->vrid);
    unsigned ifindex;
    bool has_mac;
    struct mac ignored;
    vmac_name(name, id->af, id->vrid, below->ifindex);
    if (!address_interface(m->book, name, &ifindex, &has_mac, &ignored) || !interface_ask(m->book, ifindex, own)) {
        if (errno == ENODEV)
            return 0;
        (void)macvlan_refuse(error, errno);
        return -1;
    }
    if (macvlan_is_ours(own, &mark) && own->below == below->ifindex && same_mac(&own->mac, &mac) &&
        own->macvlan_mode == MACVLAN_MODE_PRIVATE)
        return 1;
    error->number = EEXIST;
    snprintf(error->text, sizeof error->text, "there is an interface %s that is not ours", name);
    return -1;
}

static void see_other(void *context, const struct interface_facts *f)
{
    struct macvlans *m = context;
    struct vmac_mark mark;
    if (!f->has_mac || !is_vrrp_mac(&f->mac) || macvlan_is_ours(f, &mark))
        return;
    if (m->other_count == m->other_room) {
        size_t room = m->other_room > 0 ? 2 * m->other_room : 16;
        struct other *others = realloc(m->others, room * sizeof *others);
        m->failed = others == NULL;
        if (m->failed)
            return;
        m->others = others;
        m->other_room = room;
    }
    struct other *o = &m->others[m->other_count++];
    *o = (struct other){.below = f->below, .mac = f->mac};
    memcpy(o->name, f->name, sizeof o->name);
}

void macvlans_look_again(struct macvlans *m)
{
    m->looked = false;
}

/* False: errno. */
static bool look_at_others(struct macvlans *m)
{
    if (m->looked)
        return true;
    m->other_count = 0;
    m->failed = false;
    errno = ENOMEM;
    m->looked = interface_each_macvlan(m->book, see_other, m) && !m->failed;
    return m->looked;
}

bool macvlan_check(struct macvlans *m, const struct identity *id, struct address_error *error)
{
    struct interface_facts below, own;
    const struct mac mac = vrrp_mac(id->af, id->vrid);
    *error = (struct address_error){0};
    if (!macvlan_look_below(m, id, &below, error) || !macvlan_check_below(&below, &mac, error) ||
        macvlan_look_at_name(m, id, &below, &own, error) < 0)
        return false;
    if (!look_at_others(m))
        return macvlan_refuse(error, errno);
    for (size_t n = 0; n < m->other_count; n++) {
        if (m->others[n].below == below.ifindex && same_mac(&m->others[n].mac, &mac))
            return macvlan_refuse_taken(error, m->others[n].name);
    }
    return true;
}
