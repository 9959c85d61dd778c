/* Between files of lib/net: an interface as rtnetlink tells of it, and settings of it, through an address book. */
#ifndef NET_INTERFACE_MESSAGE_H
#define NET_INTERFACE_MESSAGE_H

#include <linux/ip.h>

#include "core/config.h"
#include "net/address_message.h"

enum {
    INTERFACE_REQUEST_BYTES = 512,
    INTERFACE_SETTINGS = IPV4_DEVCONF_ROUTE_LOCALNET, /* those of IPv4 that are known here; they count from 1 */
    INTERFACE_KIND = 16,
    INTERFACE_ALIAS = 256,
};

struct interface_facts {
    unsigned ifindex;
    unsigned below;        /* what it is made upon; 0: nothing here */
    unsigned short type;   /* ARPHRD_... */
    unsigned flags;        /* IFF_... */
    unsigned macvlan_mode; /* MACVLAN_MODE_..., of a macvlan */
    bool has_mac;
    struct mac mac;
    char name[IFNAME_TEXT], alias[INTERFACE_ALIAS];
    char kind[INTERFACE_KIND], slave_kind[INTERFACE_KIND]; /* "macvlan", "bridge" ...; what it is a port of */
    int32_t ipv4[INTERFACE_SETTINGS];                      /* [IPV4_DEVCONF_... - 1] */
    bool takes_routers;                                    /* IPv6: it would follow router advertisements */
};

/* A request about this interface in the buffer, for address_book_ask. */
struct nlmsghdr *interface_request(char buffer[static INTERFACE_REQUEST_BYTES], uint16_t type, uint16_t flags,
                                   unsigned ifindex);
/* False: errno (ENODEV). */
bool interface_ask(struct address_book *b, unsigned ifindex, struct interface_facts *facts);
typedef void interface_visit(void *context, const struct interface_facts *facts);
/* Each macvlan that there is. It may be begun again, and tell of some twice. False: errno. */
bool interface_each_macvlan(struct address_book *b, interface_visit *visit, void *context);

struct interface_setting {
    uint16_t id; /* IPV4_DEVCONF_... */
    uint32_t value;
};
void interface_put_settings(struct nlmsghdr *request, const struct interface_setting *list, size_t count);
bool interface_set(struct address_book *b, unsigned ifindex, const struct interface_setting *list, size_t count);

#endif
