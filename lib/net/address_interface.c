/* What an address book asks and sets of an interface: through its own socket, so that no file needs to be opened. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "net/address_message.h"

enum { LINK_REQUEST_BYTES = 256 };

bool address_interface(const struct address_book *b, const char *ifname, unsigned *ifindex, bool *has_mac,
                       struct mac *mac)
{
    struct ifreq request = {0};
    int fd = address_book_fd(b); /* any socket will do */
    strncpy(request.ifr_name, ifname, IFNAMSIZ - 1);
    if (ioctl(fd, SIOCGIFINDEX, &request) < 0)
        return false;
    *ifindex = (unsigned)request.ifr_ifindex;
    *has_mac = ioctl(fd, SIOCGIFHWADDR, &request) == 0 && request.ifr_hwaddr.sa_family == ARPHRD_ETHER;
    if (*has_mac)
        memcpy(mac->bytes, request.ifr_hwaddr.sa_data, sizeof mac->bytes);
    return true;
}

bool address_interface_up(const struct address_book *b, const char *ifname)
{
    struct ifreq request = {0};
    strncpy(request.ifr_name, ifname, IFNAMSIZ - 1);
    return ioctl(address_book_fd(b), SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) != 0;
}

void address_interface_name(const struct address_book *b, unsigned ifindex, char name[static IF_NAMESIZE])
{
    static const char unknown[] = "the interface";
    struct ifreq request = {.ifr_ifindex = (int)ifindex};
    if (ioctl(address_book_fd(b), SIOCGIFNAME, &request) < 0)
        memcpy(name, unknown, sizeof unknown);
    else
        memcpy(name, request.ifr_name, sizeof request.ifr_name);
}

struct search {
    uint16_t type;
    const struct nlattr *found;
};

static int look(const struct nlattr *a, void *into)
{
    struct search *s = into;
    if (mnl_attr_get_type(a) == s->type)
        s->found = a;
    return MNL_CB_OK;
}

/* NULL: there is none; of NULL there is none either. */
static const struct nlattr *inside(const struct nlattr *outer, uint16_t type)
{
    struct search s = {.type = type};
    if (outer != NULL)
        (void)mnl_attr_parse_nested(outer, look, &s);
    return s.found;
}

/* IFLA_AF_SPEC has the settings of each family; those of IPv4 are an array, and they count from 1. */
static int see_setting(const struct nlmsghdr *message, void *into)
{
    struct search families = {.type = IFLA_AF_SPEC};
    int32_t settings[IPV4_DEVCONF_PROMOTE_SECONDARIES], *value = into;
    (void)mnl_attr_parse(message, sizeof(struct ifinfomsg), look, &families);
    const struct nlattr *found = inside(inside(families.found, AF_INET), IFLA_INET_CONF);
    if (found != NULL && mnl_attr_get_payload_len(found) >= sizeof settings) {
        memcpy(settings, mnl_attr_get_payload(found), sizeof settings);
        *value = settings[IPV4_DEVCONF_PROMOTE_SECONDARIES - 1];
    }
    return MNL_CB_STOP;
}

static struct nlmsghdr *put_request(char buffer[static LINK_REQUEST_BYTES], uint16_t type, uint16_t flags,
                                    unsigned ifindex)
{
    memset(buffer, 0, LINK_REQUEST_BYTES);
    struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
    request->nlmsg_type = type;
    request->nlmsg_flags = NLM_F_REQUEST | flags;
    struct ifinfomsg *body = mnl_nlmsg_put_extra_header(request, sizeof *body);
    body->ifi_index = (int)ifindex;
    return request;
}

bool address_promote_secondaries(struct address_book *b, unsigned ifindex)
{
    _Alignas(struct nlmsghdr) char buffer[LINK_REQUEST_BYTES];
    int32_t value = 0;
    /* To set it is an event for whoever watches interfaces, this program too: only when it is not set. */
    if (!address_book_ask(b, put_request(buffer, RTM_GETLINK, 0, ifindex), see_setting, &value))
        return false;
    if (value != 0)
        return true;
    struct nlmsghdr *request = put_request(buffer, RTM_SETLINK, NLM_F_ACK, ifindex);
    struct nlattr *families = mnl_attr_nest_start(request, IFLA_AF_SPEC);
    struct nlattr *inet = mnl_attr_nest_start(request, AF_INET);
    struct nlattr *settings = mnl_attr_nest_start(request, IFLA_INET_CONF);
    mnl_attr_put_u32(request, IPV4_DEVCONF_PROMOTE_SECONDARIES, 1);
    mnl_attr_nest_end(request, settings);
    mnl_attr_nest_end(request, inet);
    mnl_attr_nest_end(request, families);
    return address_book_ask(b, request, NULL, NULL);
}
