#include "net/inject.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libnet.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum {
    ETHERTYPE_OF_IPV4 = 0x0800,
    ETHERTYPE_OF_ARP = 0x0806,
    ETHERTYPE_OF_IPV6 = 0x86dd,
    ARP_HARDWARE_ETHERNET = 1,
    ARP_REQUEST = 1,
    ARP_REPLY = 2,
    NEXT_ICMPV6 = 58,
    NEIGHBOUR_SOLICITATION = 135,
    NEIGHBOUR_ADVERTISEMENT = 136,
    OPTION_TARGET_LINK_LAYER = 2,
    NDP_HOP_LIMIT = 255,
    NDP_MESSAGE_BYTES = 24, /* type .. target, without options */
    LINK_LAYER_OPTION_BYTES = 8,
    SEND_BUFFER = 4 << 20,
    SEND_WAIT_US = 50000,
};

/* RFC 4861 4.4: the flags' octet, as the first of four. */
#define NA_ROUTER   0x80000000u
#define NA_OVERRIDE 0x20000000u

static const uint8_t broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const struct ip all_nodes = {.family = 6, .bytes = {0xff, 0x02, [15] = 0x01}};

/* One libnet context for each form of frame, opened at the first use (LIBNET_NONE: no socket) and kept: the blocks in
 * it are then only filled anew. A context holds what was built last, so none of this is for several threads. */
enum form { FORM_ADVERT4, FORM_ADVERT6, FORM_ARP, FORM_NA, FORM_NS, FORMS };
struct blocks {
    libnet_t *context;
    libnet_ptag_t message, header, ethernet;
};
static struct blocks forms[FORMS];

static struct blocks *blocks_of(enum form form)
{
    struct blocks *b = &forms[form];
    if (!b->context) {
        char error[LIBNET_ERRBUF_SIZE];
        b->context = libnet_init(LIBNET_NONE, NULL, error);
    }
    return b->context ? b : NULL;
}

/* RFC 1112 6.4 and RFC 2464 7: the group's MAC address. */
static struct mac multicast_mac(const struct ip *group)
{
    const uint8_t *b = group->bytes;
    if (group->family == 4)
        return (struct mac){{0x01, 0x00, 0x5e, b[1] & 0x7f, b[2], b[3]}};
    return (struct mac){{0x33, 0x33, b[12], b[13], b[14], b[15]}};
}

/* The peer's or the gateway's stands there when the kernel has found it. */
static struct mac peer_mac(void)
{
    return (struct mac){{0x02, 0, 0, 0, 0, 0x02}};
}

/* RFC 4291 2.7.1: ff02::1:ffXX:XXXX, the last 24 bits of the address. */
static struct ip solicited_node(const struct ip *address)
{
    struct ip group = {.family = 6, .bytes = {0xff, 0x02, [11] = 0x01, [12] = 0xff}};
    memcpy(group.bytes + 13, address->bytes + 13, 3);
    return group;
}

static struct libnet_in6_addr in6(const struct ip *ip)
{
    struct libnet_in6_addr a;
    memcpy(&a, ip->bytes, sizeof(a));
    return a;
}

static uint32_t in4(const struct ip *ip)
{
    uint32_t a;
    memcpy(&a, ip->bytes, sizeof(a));
    return a;
}

static bool add_ipv4(struct blocks *b, const struct advert *a, const uint8_t *message, uint32_t length)
{
    static uint16_t id; /* differs from packet to packet, so that a frame that is seen twice is told from two frames */
    id = id == UINT16_MAX ? 1 : (uint16_t)(id + 1);
    b->header = libnet_build_ipv4((uint16_t)(LIBNET_IPV4_H + length), VRRP_TOS, id, 0, VRRP_TTL, VRRP_PROTOCOL, 0,
                                  in4(&a->src), in4(&a->dst), message, length, b->context, b->header);
    return b->header >= 0;
}

static bool add_ipv6(struct blocks *b, uint8_t traffic_class, uint8_t next, const struct ip *src, const struct ip *dst,
                     const uint8_t *payload, uint32_t length, uint32_t total)
{
    b->header = libnet_build_ipv6(traffic_class, 0, (uint16_t)total, next, NDP_HOP_LIMIT, in6(src), in6(dst), payload,
                                  length, b->context, b->header);
    return b->header >= 0;
}

static bool add_ethernet(struct blocks *b, const uint8_t *to, const struct mac *from, uint16_t type)
{
    b->ethernet = libnet_build_ethernet(to, from->bytes, type, NULL, 0, b->context, b->ethernet);
    return b->ethernet >= 0;
}

/* The finished frame. When a block could not be built the context is begun anew the next time. */
static size_t finish(struct blocks *b, bool built, uint8_t *out, size_t size)
{
    uint8_t *frame;
    uint32_t length;
    if (!built || libnet_pblock_coalesce(b->context, &frame, &length) < 0) {
        libnet_destroy(b->context);
        *b = (struct blocks){0};
        return 0;
    }
    bool fits = length <= size;
    if (fits)
        memcpy(out, frame, length);
    libnet_adv_free_packet(b->context, frame);
    return fits ? length : 0;
}

size_t build_advert(uint8_t *out, size_t size, const struct mac *source, const struct advert *a, enum cksum_form form)
{
    uint8_t message[ADVERT_BYTES];
    if (a->src.family != a->af || a->dst.family != a->af)
        return 0;
    size_t encoded = packet_encode(message, sizeof(message), a, form);
    struct blocks *b = encoded > 0 ? blocks_of(a->af == 4 ? FORM_ADVERT4 : FORM_ADVERT6) : NULL;
    if (!b)
        return 0;
    uint32_t length = (uint32_t)encoded;
    struct mac to = ip_is_multicast(&a->dst) ? multicast_mac(&a->dst) : peer_mac();
    bool built = a->af == 4 ? add_ipv4(b, a, message, length)
                            : add_ipv6(b, VRRP_TOS, VRRP_PROTOCOL, &a->src, &a->dst, message, length, length);
    built = built && add_ethernet(b, to.bytes, source, a->af == 4 ? ETHERTYPE_OF_IPV4 : ETHERTYPE_OF_IPV6);
    return finish(b, built, out, size);
}

static const uint8_t unknown[6];

/* RFC 826: operation, sender, target; the hardware address of the target is not known to who asks. */
static size_t build_arp(uint8_t *out, size_t size, uint16_t operation, const struct mac *source,
                        const struct ip *sender, const uint8_t *target_mac, const struct ip *target)
{
    struct blocks *b = target->family == 4 ? blocks_of(FORM_ARP) : NULL;
    if (!b)
        return 0;
    b->message = libnet_build_arp(ARP_HARDWARE_ETHERNET, ETHERTYPE_OF_IPV4, 6, 4, operation, source->bytes,
                                  sender->bytes, target_mac, target->bytes, NULL, 0, b->context, b->message);
    bool built = b->message >= 0 && add_ethernet(b, broadcast, source, ETHERTYPE_OF_ARP);
    return finish(b, built, out, size);
}

size_t build_garp(uint8_t *out, size_t size, const struct mac *source, const struct ip *vip, bool reply)
{
    /* RFC 5944 4.6: in a reply it is the sender's */
    return build_arp(out, size, reply ? ARP_REPLY : ARP_REQUEST, source, vip, reply ? source->bytes : unknown, vip);
}

size_t build_arp_probe(uint8_t *out, size_t size, const struct mac *source, const struct ip *vip)
{
    static const struct ip nobody = {.family = 4};
    return build_arp(out, size, ARP_REQUEST, source, &nobody, unknown, vip);
}

size_t build_na(uint8_t *out, size_t size, const struct mac *source, const struct ip *vip)
{
    struct blocks *b = vip->family == 6 ? blocks_of(FORM_NA) : NULL;
    if (!b)
        return 0;
    /* RFC 4861 4.6.1: type, length in units of 8 octets, link-layer address */
    uint8_t option[LINK_LAYER_OPTION_BYTES] = {OPTION_TARGET_LINK_LAYER, 1};
    memcpy(option + 2, source->bytes, sizeof(source->bytes));
    b->message = libnet_build_icmpv6_ndp_nadv(NEIGHBOUR_ADVERTISEMENT, 0, 0, NA_ROUTER | NA_OVERRIDE, in6(vip), option,
                                              sizeof(option), b->context, b->message);
    struct mac to = multicast_mac(&all_nodes);
    bool built = b->message >= 0 &&
                 add_ipv6(b, 0, NEXT_ICMPV6, vip, &all_nodes, NULL, 0, NDP_MESSAGE_BYTES + LINK_LAYER_OPTION_BYTES) &&
                 add_ethernet(b, to.bytes, source, ETHERTYPE_OF_IPV6);
    return finish(b, built, out, size);
}

size_t build_ns_probe(uint8_t *out, size_t size, const struct mac *source, const struct ip *vip)
{
    static const struct ip unspecified = {.family = 6};
    struct blocks *b = vip->family == 6 ? blocks_of(FORM_NS) : NULL;
    if (!b)
        return 0;
    b->message = libnet_build_icmpv6_ndp_nsol(NEIGHBOUR_SOLICITATION, 0, 0, in6(vip), NULL, 0, b->context, b->message);
    struct ip group = solicited_node(vip);
    struct mac to = multicast_mac(&group);
    bool built = b->message >= 0 && add_ipv6(b, 0, NEXT_ICMPV6, &unspecified, &group, NULL, 0, NDP_MESSAGE_BYTES) &&
                 add_ethernet(b, to.bytes, source, ETHERTYPE_OF_IPV6);
    return finish(b, built, out, size);
}

bool injector_open(struct injector *i)
{
    /* Protocol 0: nothing is ever received, so that any number of these costs the host nothing. */
    i->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (i->fd < 0)
        return false;
    /* Room for a burst, as far as the system allows; and a device that takes nothing must not hold the program. */
    int buffer = SEND_BUFFER;
    struct timeval wait = {.tv_usec = SEND_WAIT_US};
    setsockopt(i->fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
    setsockopt(i->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
    return true;
}

void injector_close(struct injector *i)
{
    if (i->fd >= 0)
        close(i->fd);
    i->fd = -1;
}

int injector_send(struct injector *i, unsigned ifindex, const uint8_t *frame, size_t length)
{
    if (length < LIBNET_ETH_H)
        return EINVAL;
    struct sockaddr_ll to = {
        .sll_family = AF_PACKET,
        .sll_protocol = htons((uint16_t)(frame[12] << 8 | frame[13])),
        .sll_ifindex = (int)ifindex,
        .sll_halen = 6,
    };
    memcpy(to.sll_addr, frame, 6);
    ssize_t n;
    do
        n = sendto(i->fd, frame, length, 0, (const struct sockaddr *)&to, sizeof(to));
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? ENOBUFS : errno;
    return 0;
}
