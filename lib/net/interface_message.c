#include "net/interface_message.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <string.h>

enum { DUMP_TRIES = 8, SKIP_STATISTICS = 1 << 3 /* RTEXT_FILTER_SKIP_STATS */ };

struct nlmsghdr *interface_request(char buffer[static INTERFACE_REQUEST_BYTES], uint16_t type, uint16_t flags,
                                   unsigned ifindex)
{
    memset(buffer, 0, INTERFACE_REQUEST_BYTES); /* libmnl leaves the padding between attributes as it is */
    struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
    request->nlmsg_type = type;
    request->nlmsg_flags = NLM_F_REQUEST | flags;
    struct ifinfomsg *body = mnl_nlmsg_put_extra_header(request, sizeof *body);
    body->ifi_index = (int)ifindex;
    return request;
}

/* --- what is told ---------------------------------------------------------------------------------------------------- */

/* Text that has room for it, with its NUL; else "". */
static void take_text(char *out, size_t size, const struct nlattr *a)
{
    size_t length = mnl_attr_get_payload_len(a);
    out[0] = '\0';
    if (length > 0 && length < size && mnl_attr_validate(a, MNL_TYPE_STRING) == 0) {
        memcpy(out, mnl_attr_get_payload(a), length);
        out[length] = '\0';
    }
}

static unsigned take_u32(const struct nlattr *a)
{
    return mnl_attr_validate(a, MNL_TYPE_U32) == 0 ? mnl_attr_get_u32(a) : 0;
}

static int take_macvlan(const struct nlattr *a, void *into)
{
    struct interface_facts *f = into;
    if (mnl_attr_get_type(a) == IFLA_MACVLAN_MODE)
        f->macvlan_mode = take_u32(a);
    return MNL_CB_OK;
}

static int take_kind(const struct nlattr *a, void *into)
{
    struct interface_facts *f = into;
    if (mnl_attr_get_type(a) == IFLA_INFO_KIND)
        take_text(f->kind, sizeof f->kind, a);
    else if (mnl_attr_get_type(a) == IFLA_INFO_SLAVE_KIND)
        take_text(f->slave_kind, sizeof f->slave_kind, a);
    else if (mnl_attr_get_type(a) == IFLA_INFO_DATA && strcmp(f->kind, "macvlan") == 0) /* it comes after its kind */
        (void)mnl_attr_parse_nested(a, take_macvlan, f);
    return MNL_CB_OK;
}

/* Settings of IPv4 are an array that counts from 1, those of IPv6 one that counts from 0. */
static int take_ipv4(const struct nlattr *a, void *into)
{
    struct interface_facts *f = into;
    size_t size = mnl_attr_get_payload_len(a);
    if (mnl_attr_get_type(a) == IFLA_INET_CONF)
        memcpy(f->ipv4, mnl_attr_get_payload(a), size < sizeof f->ipv4 ? size : sizeof f->ipv4);
    return MNL_CB_OK;
}

static int take_ipv6(const struct nlattr *a, void *into)
{
    struct interface_facts *f = into;
    int32_t settings[DEVCONF_DISABLE_IPV6 + 1];
    if (mnl_attr_get_type(a) != IFLA_INET6_CONF || mnl_attr_get_payload_len(a) < sizeof settings)
        return MNL_CB_OK;
    memcpy(settings, mnl_attr_get_payload(a), sizeof settings);
    bool forwards = settings[DEVCONF_FORWARDING] != 0;
    f->takes_routers = settings[DEVCONF_DISABLE_IPV6] == 0 && settings[DEVCONF_ACCEPT_RA] > (forwards ? 1 : 0);
    return MNL_CB_OK;
}

static int take_family(const struct nlattr *a, void *into)
{
    if (mnl_attr_get_type(a) == AF_INET)
        (void)mnl_attr_parse_nested(a, take_ipv4, into);
    else if (mnl_attr_get_type(a) == AF_INET6)
        (void)mnl_attr_parse_nested(a, take_ipv6, into);
    return MNL_CB_OK;
}

static int take_attribute(const struct nlattr *a, void *into)
{
    struct interface_facts *f = into;
    switch (mnl_attr_get_type(a)) {
    case IFLA_IFNAME:
        take_text(f->name, sizeof f->name, a);
        break;
    case IFLA_IFALIAS:
        take_text(f->alias, sizeof f->alias, a);
        break;
    case IFLA_LINK:
        f->below = take_u32(a);
        break;
    case IFLA_ADDRESS:
        f->has_mac = mnl_attr_get_payload_len(a) == sizeof f->mac.bytes;
        if (f->has_mac)
            memcpy(f->mac.bytes, mnl_attr_get_payload(a), sizeof f->mac.bytes);
        break;
    case IFLA_LINKINFO:
        (void)mnl_attr_parse_nested(a, take_kind, f);
        break;
    case IFLA_AF_SPEC:
        (void)mnl_attr_parse_nested(a, take_family, f);
        break;
    default:
        break;
    }
    return MNL_CB_OK;
}

static void take_facts(const struct nlmsghdr *message, struct interface_facts *f)
{
    const struct ifinfomsg *body = mnl_nlmsg_get_payload(message);
    *f = (struct interface_facts){
        .ifindex = (unsigned)body->ifi_index, .type = body->ifi_type, .flags = body->ifi_flags};
    (void)mnl_attr_parse(message, sizeof *body, take_attribute, f);
}

static int see_one(const struct nlmsghdr *message, void *facts)
{
    take_facts(message, facts);
    return MNL_CB_STOP;
}

bool interface_ask(struct address_book *b, unsigned ifindex, struct interface_facts *facts)
{
    _Alignas(struct nlmsghdr) char buffer[INTERFACE_REQUEST_BYTES];
    struct nlmsghdr *request = interface_request(buffer, RTM_GETLINK, 0, ifindex);
    mnl_attr_put_u32(request, IFLA_EXT_MASK, SKIP_STATISTICS);
    return address_book_ask(b, request, see_one, facts);
}

struct visit {
    interface_visit *visit;
    void *context;
};

static int see_each(const struct nlmsghdr *message, void *context)
{
    const struct visit *v = context;
    struct interface_facts facts;
    if (message->nlmsg_type != RTM_NEWLINK)
        return MNL_CB_OK;
    take_facts(message, &facts);
    if (strcmp(facts.kind, "macvlan") == 0) /* older kernels tell of all */
        v->visit(v->context, &facts);
    return MNL_CB_OK;
}

bool interface_each_macvlan(struct address_book *b, interface_visit *visit, void *context)
{
    _Alignas(struct nlmsghdr) char buffer[INTERFACE_REQUEST_BYTES];
    struct visit v = {visit, context};
    for (int n = 0; n < DUMP_TRIES; n++) {
        struct nlmsghdr *request = interface_request(buffer, RTM_GETLINK, NLM_F_DUMP, 0);
        mnl_attr_put_u32(request, IFLA_EXT_MASK, SKIP_STATISTICS);
        struct nlattr *info = mnl_attr_nest_start(request, IFLA_LINKINFO);
        mnl_attr_put_str(request, IFLA_INFO_KIND, "macvlan");
        mnl_attr_nest_end(request, info);
        if (address_book_ask(b, request, see_each, &v))
            return true;
        if (errno != EINTR) /* something changed while the kernel told it */
            return false;
    }
    return false;
}

/* --- what is set ------------------------------------------------------------------------------------------------------ */

void interface_put_settings(struct nlmsghdr *request, const struct interface_setting *list, size_t count)
{
    struct nlattr *families = mnl_attr_nest_start(request, IFLA_AF_SPEC);
    struct nlattr *inet = mnl_attr_nest_start(request, AF_INET);
    struct nlattr *settings = mnl_attr_nest_start(request, IFLA_INET_CONF);
    for (size_t n = 0; n < count; n++)
        mnl_attr_put_u32(request, list[n].id, list[n].value);
    mnl_attr_nest_end(request, settings);
    mnl_attr_nest_end(request, inet);
    mnl_attr_nest_end(request, families);
}

bool interface_set(struct address_book *b, unsigned ifindex, const struct interface_setting *list, size_t count)
{
    _Alignas(struct nlmsghdr) char buffer[INTERFACE_REQUEST_BYTES];
    struct nlmsghdr *request = interface_request(buffer, RTM_SETLINK, NLM_F_ACK, ifindex);
    interface_put_settings(request, list, count);
    return address_book_ask(b, request, NULL, NULL);
}
