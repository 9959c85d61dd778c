#include "net/macvlan.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/macvlan_private.h"
#include "net/presence.h"

enum {
    RP_FILTER_LOOSE = 2,    /* any interface may lead to the source */
    ADDR_GEN_MODE_NONE = 1, /* IN6_ADDR_GEN_MODE_NONE */
};

struct macvlans *macvlans_open(struct address_book *b, uint32_t holder)
{
    struct macvlans *m = calloc(1, sizeof *m);
    if (m != NULL)
        *m = (struct macvlans){.book = b, .holder = holder};
    return m;
}

void macvlans_close(struct macvlans *m)
{
    if (m == NULL)
        return;
    free(m->list);
    free(m->others);
    free(m);
}

bool macvlan_stands(struct macvlans *m, const struct identity *id, unsigned ifindex)
{
    struct interface_facts own;
    struct vmac_mark mark;
    unsigned below;
    bool has_mac;
    struct mac ignored;
    const struct mac mac = vrrp_mac(id->af, id->vrid);
    return address_interface(m->book, id->ifname, &below, &has_mac, &ignored) &&
           interface_ask(m->book, ifindex, &own) && macvlan_is_ours(&own, &mark) && own.below == below &&
           same_mac(&own.mac, &mac) && (own.flags & IFF_UP) != 0;
}

bool macvlan_find(struct macvlans *m, const struct identity *id, unsigned *ifindex)
{
    struct interface_facts below, own;
    struct address_error error = {0};
    int there = macvlan_look_below(m, id, &below, &error) ? macvlan_look_at_name(m, id, &below, &own, &error) : -1;
    if (there != 1) {
        errno = there == 0 || error.number == EEXIST ? ENODEV : error.number;
        return false;
    }
    *ifindex = own.ifindex;
    return true;
}

/* --- making one ------------------------------------------------------------------------------------------------------- */

static bool create(struct macvlans *m, const char *name, const struct mac *mac, unsigned below)
{
    _Alignas(struct nlmsghdr) char buffer[INTERFACE_REQUEST_BYTES];
    struct nlmsghdr *request = interface_request(buffer, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, 0);
    mnl_attr_put_strz(request, IFLA_IFNAME, name);
    mnl_attr_put_u32(request, IFLA_LINK, below);
    mnl_attr_put(request, IFLA_ADDRESS, sizeof mac->bytes, mac->bytes);
    struct nlattr *info = mnl_attr_nest_start(request, IFLA_LINKINFO);
    mnl_attr_put_str(request, IFLA_INFO_KIND, "macvlan");
    struct nlattr *data = mnl_attr_nest_start(request, IFLA_INFO_DATA);
    mnl_attr_put_u32(request, IFLA_MACVLAN_MODE, MACVLAN_MODE_PRIVATE);
    mnl_attr_nest_end(request, data);
    mnl_attr_nest_end(request, info);
    return address_book_ask(m->book, request, NULL, NULL);
}

static int see_rp_filter(const struct nlattr *a, void *value)
{
    if (mnl_attr_get_type(a) == NETCONFA_RP_FILTER && mnl_attr_validate(a, MNL_TYPE_U32) == 0)
        *(uint32_t *)value = mnl_attr_get_u32(a);
    return MNL_CB_OK;
}

static int see_all(const struct nlmsghdr *message, void *value)
{
    (void)mnl_attr_parse(message, sizeof(struct netconfmsg), see_rp_filter, value);
    return MNL_CB_STOP;
}

/* net.ipv4.conf.all.rp_filter; the greater of this and an interface's own counts. */
static uint32_t rp_filter_of_all(struct macvlans *m)
{
    _Alignas(struct nlmsghdr) char buffer[INTERFACE_REQUEST_BYTES] = {0};
    uint32_t value = RP_FILTER_LOOSE;
    struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
    request->nlmsg_type = RTM_GETNETCONF;
    request->nlmsg_flags = NLM_F_REQUEST;
    struct netconfmsg *body = mnl_nlmsg_put_extra_header(request, sizeof *body);
    body->ncm_family = AF_INET;
    mnl_attr_put_u32(request, NETCONFA_IFINDEX, (uint32_t)NETCONFA_IFINDEX_ALL);
    (void)address_book_ask(m->book, request, see_all, &value);
    return value;
}

/* The mark, and the settings. One that another process holds, and this one does not, stays that one's. */
static bool furnish(struct macvlans *m, const struct interface_facts *own, const struct interface_facts *below)
{
    static const uint16_t as_below[] = {
        IPV4_DEVCONF_FORWARDING,     IPV4_DEVCONF_ACCEPT_REDIRECTS,    IPV4_DEVCONF_SECURE_REDIRECTS,
        IPV4_DEVCONF_SEND_REDIRECTS, IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE, IPV4_DEVCONF_SHARED_MEDIA,
        IPV4_DEVCONF_LOG_MARTIANS,   IPV4_DEVCONF_SRC_VMARK,
    };
    const uint32_t rp_filter =
        interface_setting_of(below, IPV4_DEVCONF_RP_FILTER) == 0 && rp_filter_of_all(m) == 0 ? 0 : RP_FILTER_LOOSE;
    struct interface_setting list[nitems(as_below) + 4] = {
        {IPV4_DEVCONF_ARP_IGNORE, 1},   /* of the host's other addresses nothing is said here, */
        {IPV4_DEVCONF_ARP_ANNOUNCE, 2}, /* and nobody is asked in their name */
        {IPV4_DEVCONF_RP_FILTER, rp_filter},
        {IPV4_DEVCONF_PROMOTE_SECONDARIES, 1},
    };
    for (size_t n = 0; n < nitems(as_below); n++)
        list[n + 4] = (struct interface_setting){as_below[n], (uint32_t)interface_setting_of(below, as_below[n])};
    _Alignas(struct nlmsghdr) char buffer[INTERFACE_REQUEST_BYTES];
    char text[VMAC_MARK];
    struct vmac_mark mark = {0};
    const struct below *before = below_find(m, below->ifindex);
    (void)macvlan_is_ours(own, &mark);
    if (m->holder != 0 || !presence_lives(mark.holder))
        mark.holder = m->holder;
    mark.arp_ignore = before->arp_ignore;
    mark.arp_announce = before->arp_announce;
    (void)vmac_mark_write(text, &mark);
    struct nlmsghdr *request = interface_request(buffer, RTM_SETLINK, NLM_F_ACK, own->ifindex);
    mnl_attr_put_strz(request, IFLA_IFALIAS, text);
    interface_put_settings(request, list, nitems(list));
    return address_book_ask(m->book, request, NULL, NULL);
}

/* It is to make no address of its own. Where there is no IPv6, it does not. */
static bool make_no_address(struct macvlans *m, unsigned ifindex)
{
    _Alignas(struct nlmsghdr) char buffer[INTERFACE_REQUEST_BYTES];
    struct nlmsghdr *request = interface_request(buffer, RTM_SETLINK, NLM_F_ACK, ifindex);
    struct nlattr *families = mnl_attr_nest_start(request, IFLA_AF_SPEC);
    struct nlattr *inet6 = mnl_attr_nest_start(request, AF_INET6);
    mnl_attr_put_u8(request, IFLA_INET6_ADDR_GEN_MODE, ADDR_GEN_MODE_NONE);
    mnl_attr_nest_end(request, inet6);
    mnl_attr_nest_end(request, families);
    return address_book_ask(m->book, request, NULL, NULL) || errno == EAFNOSUPPORT;
}

static bool set_up(struct macvlans *m, unsigned ifindex)
{
    _Alignas(struct nlmsghdr) char buffer[INTERFACE_REQUEST_BYTES];
    struct nlmsghdr *request = interface_request(buffer, RTM_SETLINK, NLM_F_ACK, ifindex);
    struct ifinfomsg *body = mnl_nlmsg_get_payload(request);
    body->ifi_flags = IFF_UP;
    body->ifi_change = IFF_UP;
    return address_book_ask(m->book, request, NULL, NULL);
}

/* The neighbours' link-local addresses are reached through it, for those that have one of ours for their router. */
static bool add_link_route(struct macvlans *m, const struct identity *id, unsigned ifindex)
{
    enum { ROUTE_TAG = ADDRESS_TAG, LENGTH = 64 };
    static const uint8_t link_local[16] = {0xfe, 0x80};
    _Alignas(struct nlmsghdr) char buffer[INTERFACE_REQUEST_BYTES] = {0};
    if (id->af != 6)
        return true;
    struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
    request->nlmsg_type = RTM_NEWROUTE;
    request->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK;
    struct rtmsg *body = mnl_nlmsg_put_extra_header(request, sizeof *body);
    *body = (struct rtmsg){
        .rtm_family = AF_INET6,
        .rtm_dst_len = LENGTH,
        .rtm_table = RT_TABLE_MAIN,
        .rtm_protocol = ROUTE_TAG,
        .rtm_scope = RT_SCOPE_UNIVERSE,
        .rtm_type = RTN_UNICAST,
    };
    mnl_attr_put(request, RTA_DST, sizeof link_local, link_local);
    mnl_attr_put_u32(request, RTA_OIF, ifindex);
    return address_book_ask(m->book, request, NULL, NULL) || errno == EEXIST;
}

/* It is there. False: errno. */
static bool prepare(struct macvlans *m, const struct interface_facts *below, const struct interface_facts *own)
{
    return below_learn(m, below) && furnish(m, own, below) && below_set(m, below) &&
           ((own->flags & IFF_UP) != 0 || make_no_address(m, own->ifindex));
}

/* The kernel finds out only as it is set up that the MAC address is in use. */
static void explain_failure(struct macvlans *m, const struct interface_facts *own, int number,
                            struct address_error *error)
{
    struct interface_facts below = {.ifindex = own->below};
    struct macvlan_search s = {.below = &below, .except = own->ifindex, .mac = own->mac};
    if (number == EADDRINUSE && macvlan_search(m, &s) && s.taken[0] != '\0')
        (void)macvlan_refuse_taken(error, s.taken);
    else
        (void)macvlan_refuse(error, number);
}

bool macvlan_make(struct macvlans *m, const struct identity *id, unsigned *ifindex, struct address_error *error)
{
    struct interface_facts below, own = {0};
    const struct mac mac = vrrp_mac(id->af, id->vrid);
    *error = (struct address_error){0};
    if (!macvlan_look_below(m, id, &below, error) || !macvlan_check_below(&below, &mac, error))
        return false;
    int there = macvlan_look_at_name(m, id, &below, &own, error);
    const bool anew = there == 0;
    if (anew) {
        char name[IFNAME_TEXT];
        vmac_name(name, id->af, id->vrid, below.ifindex);
        if (!create(m, name, &mac, below.ifindex))
            return macvlan_refuse(error, errno);
        there = macvlan_look_at_name(m, id, &below, &own, error);
    }
    if (there == 0)
        return macvlan_refuse(error, ENODEV); /* it is gone again */
    *ifindex = own.ifindex;
    if (there == 1 && prepare(m, &below, &own))
        return true;
    if (there == 1)
        (void)macvlan_refuse(error, errno);
    if (anew && own.ifindex != 0)
        (void)macvlan_remove(m, &own.ifindex, 1);
    return false;
}

bool macvlan_ignore_routers(struct macvlans *m, unsigned ifindex)
{
    struct interface_facts own;
    char path[sizeof MACVLAN_FILES "//accept_ra" + IFNAME_TEXT];
    if (!interface_ask(m->book, ifindex, &own))
        return false;
    if (!own.takes_routers)
        return true;
    snprintf(path, sizeof path, MACVLAN_FILES "/%s/accept_ra", own.name);
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    bool done = fd >= 0 && write(fd, "0", 1) == 1;
    int number = errno;
    if (fd >= 0)
        close(fd);
    errno = number;
    return done;
}

bool macvlan_open(struct macvlans *m, const struct identity *id, unsigned ifindex, struct address_error *error)
{
    struct interface_facts own;
    *error = (struct address_error){0};
    if (set_up(m, ifindex) && add_link_route(m, id, ifindex))
        return true;
    int number = errno;
    if (interface_ask(m->book, ifindex, &own))
        explain_failure(m, &own, number, error);
    else
        (void)macvlan_refuse(error, number);
    return false;
}
