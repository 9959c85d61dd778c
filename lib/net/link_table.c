#include "net/link_table.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "net/addresses.h"

enum {
    ADDRESS_PROTOCOL = 11, /* IFA_PROTO: not in the headers of older kernels */
    DUMP_TRIES = 10,
};

void link_table_free(struct link_table *t)
{
    free(t->links);
    free(t->addresses);
    *t = (struct link_table){0};
}

/* --- links --- */

static struct link_entry *find_index(const struct link_table *t, unsigned ifindex)
{
    for (size_t i = 0; i < t->link_count; i++)
        if (t->links[i].ifindex == ifindex)
            return &t->links[i];
    return NULL;
}

const struct link_entry *link_table_find(const struct link_table *t, const char *ifname)
{
    for (size_t i = 0; i < t->link_count; i++)
        if (strcmp(t->links[i].ifname, ifname) == 0)
            return &t->links[i];
    return NULL;
}

static struct link_entry *add_link(struct link_table *t)
{
    if (t->link_count == t->link_room) {
        size_t room = t->link_room == 0 ? 8 : 2 * t->link_room;
        struct link_entry *links = realloc(t->links, room * sizeof *links);

        if (links == NULL)
            return NULL;
        t->links = links;
        t->link_room = room;
    }
    return &t->links[t->link_count++];
}

static void remove_addresses(struct link_table *t, unsigned ifindex)
{
    size_t kept = 0;

    for (size_t i = 0; i < t->address_count; i++)
        if (t->addresses[i].ifindex != ifindex)
            t->addresses[kept++] = t->addresses[i];
    t->address_count = kept;
}

static int link_attribute(const struct nlattr *a, void *data)
{
    struct link_entry *entry = data;
    size_t length = mnl_attr_get_payload_len(a);

    switch (mnl_attr_get_type(a)) {
    case IFLA_IFNAME:
        if (mnl_attr_validate(a, MNL_TYPE_NUL_STRING) == 0 && length <= IFNAME_TEXT)
            memcpy(entry->ifname, mnl_attr_get_str(a), length);
        break;
    case IFLA_MTU:
        if (mnl_attr_validate(a, MNL_TYPE_U32) == 0)
            entry->mtu = mnl_attr_get_u32(a);
        break;
    case IFLA_ADDRESS:
        entry->has_mac = length == sizeof entry->mac.bytes;
        if (entry->has_mac)
            memcpy(entry->mac.bytes, mnl_attr_get_payload(a), length);
        break;
    default:
        break;
    }
    return MNL_CB_OK;
}

static void link_message(struct link_table *t, const struct nlmsghdr *message)
{
    const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
    struct link_entry *entry;

    /* A bridge tells of its ports in messages of its own, also that one has left: the interface stays. */
    if (info->ifi_family != AF_UNSPEC)
        return;
    entry = find_index(t, (unsigned)info->ifi_index);
    if (message->nlmsg_type == RTM_DELLINK) {
        if (entry != NULL)
            *entry = t->links[--t->link_count];
        remove_addresses(t, (unsigned)info->ifi_index);
        return;
    }
    if (entry == NULL) {
        entry = add_link(t);
        if (entry == NULL) {
            t->failed = true;
            return;
        }
        *entry = (struct link_entry){.ifindex = (unsigned)info->ifi_index};
    }
    entry->flags = info->ifi_flags;
    mnl_attr_parse(message, sizeof *info, link_attribute, entry);
}

/* --- addresses --- */

static struct link_address *find_address(const struct link_table *t, const struct link_address *like)
{
    for (size_t i = 0; i < t->address_count; i++)
        if (t->addresses[i].ifindex == like->ifindex && t->addresses[i].length == like->length &&
            ip_equal(&t->addresses[i].ip, &like->ip))
            return &t->addresses[i];
    return NULL;
}

static void put_address(struct link_table *t, const struct link_address *address)
{
    struct link_address *known = find_address(t, address);

    if (known != NULL) {
        *known = *address;
        return;
    }
    if (t->address_count == t->address_room) {
        size_t room = t->address_room == 0 ? 16 : 2 * t->address_room;
        struct link_address *addresses = realloc(t->addresses, room * sizeof *addresses);

        if (addresses == NULL) {
            t->failed = true;
            return;
        }
        t->addresses = addresses;
        t->address_room = room;
    }
    t->addresses[t->address_count++] = *address;
}

static void drop_address(struct link_table *t, const struct link_address *like)
{
    struct link_address *known = find_address(t, like);

    if (known == NULL)
        return;
    t->address_count--;
    memmove(known, known + 1, (size_t)(t->addresses + t->address_count - known) * sizeof *known);
}

struct address_attributes {
    const struct nlattr *local, *address; /* on a point-to-point link `address` is the other end */
    uint32_t flags;
    uint8_t tag; /* who says that he has put it there */
};

static int address_attribute(const struct nlattr *a, void *data)
{
    struct address_attributes *found = data;

    switch (mnl_attr_get_type(a)) {
    case IFA_LOCAL:
        found->local = a;
        break;
    case IFA_ADDRESS:
        found->address = a;
        break;
    case IFA_FLAGS:
        if (mnl_attr_validate(a, MNL_TYPE_U32) == 0)
            found->flags = mnl_attr_get_u32(a);
        break;
    case ADDRESS_PROTOCOL:
        if (mnl_attr_get_payload_len(a) >= 1)
            found->tag = mnl_attr_get_u8(a);
        break;
    default:
        break;
    }
    return MNL_CB_OK;
}

/* False: not an address of IP. */
static bool read_address(const struct nlmsghdr *message, struct link_address *address, uint8_t *tag)
{
    const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
    uint8_t family = info->ifa_family == AF_INET ? 4 : info->ifa_family == AF_INET6 ? 6 : 0;
    struct address_attributes found = {.flags = info->ifa_flags};

    mnl_attr_parse(message, sizeof *info, address_attribute, &found);

    const struct nlattr *own = found.local != NULL ? found.local : found.address;

    if (family == 0 || own == NULL || mnl_attr_get_payload_len(own) != ip_size(family))
        return false;
    *address = (struct link_address){
        .ifindex = info->ifa_index,
        .flags = found.flags,
        .scope = info->ifa_scope,
        .length = info->ifa_prefixlen,
        .ip = ip_from_bytes(family, mnl_attr_get_payload(own)),
    };
    *tag = found.tag;
    return true;
}

static void address_message(struct link_table *t, const struct nlmsghdr *message)
{
    struct link_address address;
    uint8_t tag;

    if (!read_address(message, &address, &tag))
        return;
    if (message->nlmsg_type == RTM_DELADDR || tag == ADDRESS_TAG)
        drop_address(t, &address);
    else
        put_address(t, &address);
}

int link_table_message(const struct nlmsghdr *message, void *table)
{
    size_t length = mnl_nlmsg_get_payload_len(message);

    switch (message->nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
        if (length >= sizeof(struct ifinfomsg))
            link_message(table, message);
        break;
    case RTM_NEWADDR:
    case RTM_DELADDR:
        if (length >= sizeof(struct ifaddrmsg))
            address_message(table, message);
        break;
    default:
        break;
    }
    return MNL_CB_OK;
}

/* --- all of it --- */

static bool dump(struct link_table *t, struct mnl_socket *socket, uint16_t type)
{
    _Alignas(struct nlmsghdr) char buffer[LINK_MESSAGE_BYTES];
    struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
    static unsigned sequence;
    unsigned own = ++sequence;
    int more = MNL_CB_OK;

    request->nlmsg_type = type;
    request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request->nlmsg_seq = own;
    if (type == RTM_GETLINK)
        mnl_nlmsg_put_extra_header(request, sizeof(struct ifinfomsg));
    else
        mnl_nlmsg_put_extra_header(request, sizeof(struct ifaddrmsg));
    if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
        return false;
    while (more > MNL_CB_STOP) {
        ssize_t n = mnl_socket_recvfrom(socket, buffer, sizeof buffer);

        if (n < 0)
            return false;
        more = mnl_cb_run(buffer, (size_t)n, own, mnl_socket_get_portid(socket), link_table_message, t);
    }
    return more == MNL_CB_STOP;
}

/* Read away what an answer that was given up has left. */
static void drain(struct mnl_socket *socket)
{
    char buffer[LINK_MESSAGE_BYTES];

    while (recv(mnl_socket_get_fd(socket), buffer, sizeof buffer, MSG_DONTWAIT) > 0)
        continue;
}

bool link_table_fill(struct link_table *t, struct mnl_socket *socket)
{
    for (int i = 0; i < DUMP_TRIES; i++) {
        t->link_count = t->address_count = 0;
        t->failed = false;
        errno = 0;
        if (dump(t, socket, RTM_GETLINK) && dump(t, socket, RTM_GETADDR) && !t->failed)
            return true;
        if (t->failed)
            errno = ENOMEM;
        if (errno != EINTR) /* EINTR: something changed while the kernel told it */
            return false;
        drain(socket);
    }
    return false;
}

/* --- what it means --- */

/* The lower the better; negative: not usable. */
static int rank(const struct link_address *a)
{
    bool tentative = (a->flags & IFA_F_TENTATIVE) != 0 && (a->flags & IFA_F_OPTIMISTIC) == 0;

    if (tentative || (a->flags & IFA_F_DADFAILED) != 0 || ip_is_loopback(&a->ip) || ip_is_zero(&a->ip))
        return -1;
    /* RFC 9568 5.1.2.1: the source of IPv6 adverts is link-local */
    if (a->ip.family == 6)
        return ip_is_link_local(&a->ip) ? 0 : -1;
    /* A host's address can be secondary to a virtual one: it is still the host's. */
    return (a->flags & IFA_F_SECONDARY ? 1 : 0) + (a->scope > RT_SCOPE_UNIVERSE ? 2 : 0);
}

/* last: the one that stays if it can; except: one that it is not to be. Both may be NULL. */
static struct ip primary(const struct link_table *t, unsigned ifindex, uint8_t family, const struct ip *last,
                         const struct ip *except)
{
    const struct link_address *best = NULL;

    for (size_t i = 0; i < t->address_count; i++) {
        const struct link_address *a = &t->addresses[i];

        if (a->ifindex != ifindex || a->ip.family != family || rank(a) < 0)
            continue;
        if (except != NULL && ip_equal(&a->ip, except))
            continue;
        if (last != NULL && ip_equal(&a->ip, last))
            return a->ip;
        if (best == NULL || rank(a) < rank(best))
            best = a;
    }
    return best != NULL ? best->ip : (struct ip){0};
}

bool link_table_has_address(const struct link_table *t, unsigned ifindex)
{
    for (size_t i = 0; i < t->address_count; i++)
        if (t->addresses[i].ifindex == ifindex)
            return true;
    return false;
}

void link_table_describe(const struct link_table *t, const struct link_entry *entry, const char *ifname,
                         const struct link_event *last, struct link_event *out)
{
    *out = (struct link_event){.state = LINK_GONE};
    memcpy(out->ifname, ifname, strnlen(ifname, sizeof out->ifname - 1));
    if (entry == NULL)
        return;
    /* RUNNING is: there is a carrier, and no supplicant holds the port closed. */
    out->state = (entry->flags & IFF_UP) != 0 && (entry->flags & IFF_RUNNING) != 0 ? LINK_UP : LINK_DOWN;
    out->has_mac = entry->has_mac;
    out->mac = entry->mac;
    out->mtu = entry->mtu;
    out->primary4 = primary(t, entry->ifindex, 4, last != NULL ? &last->primary4 : NULL, NULL);
    out->primary6 = primary(t, entry->ifindex, 6, last != NULL ? &last->primary6 : NULL, NULL);
    out->other4 = primary(t, entry->ifindex, 4, last != NULL ? &last->other4 : NULL, &out->primary4);
    out->other6 = primary(t, entry->ifindex, 6, last != NULL ? &last->other6 : NULL, &out->primary6);
}
