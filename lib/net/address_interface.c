/* What an address book asks and sets of an interface: through its own socket, so that no file needs to be opened. */
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "net/interface_message.h"

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

bool address_promote_secondaries(struct address_book *b, unsigned ifindex)
{
    static const struct interface_setting on = {IPV4_DEVCONF_PROMOTE_SECONDARIES, 1};
    struct interface_facts facts;
    /* To set it is an event for whoever watches interfaces, this program too: only when it is not set. */
    return interface_ask(b, ifindex, &facts) &&
           (facts.ipv4[IPV4_DEVCONF_PROMOTE_SECONDARIES - 1] != 0 || interface_set(b, ifindex, &on, 1));
}
