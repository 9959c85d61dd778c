#include "core/frame.h"

#include <string.h>

#include "core/bytes.h"
#include "core/ip_header.h"

enum {
    ETHERTYPE_IP4 = 0x0800,
    ETHERTYPE_ARP = 0x0806,
    ETHERTYPE_IP6 = 0x86dd,
    ETHERTYPE_VLAN = 0x8100,         /* IEEE 802.1Q C-tag */
    ETHERTYPE_SERVICE_VLAN = 0x88a8, /* IEEE 802.1ad S-tag */
    VLAN_ID_MASK = 0x0fff,
    VLAN_ID_MAX = 4094, /* 0: a priority and no VLAN; 4095 is reserved */
    COOKED_OUTGOING = 4,
    MAC_BYTES = 6,
    ETHERNET_BYTES = 14,
    IP6_BYTES = 40,
    PROTOCOL_IGMP = 2,
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    PROTOCOL_AH = 51,
    PROTOCOL_ICMP6 = 58,
    ICMP6_NEIGHBOUR_ADVERTISEMENT = 136,
};

/* Ethernet (IEEE 802.3): destination 6, source 6, type 2.
 *
 * Linux cooked v1 (LINKTYPE_LINUX_SLL):
 *     packet type 2, ARPHRD 2, address length 2, address 8, protocol 2
 * Linux cooked v2 (LINKTYPE_LINUX_SLL2):
 *     protocol 2, zero 2, interface index 4, ARPHRD 2, packet type 1, address length 1, address 8 */
static void put_mac(struct advert *a, struct mac *out, enum advert_has has, const uint8_t *bytes)
{
    memcpy(out->bytes, bytes, MAC_BYTES);
    a->has |= has;
}

static enum direction cooked_direction(unsigned packet_type)
{
    return packet_type == COOKED_OUTGOING ? DIR_OUT : packet_type < COOKED_OUTGOING ? DIR_IN : DIR_UNKNOWN;
}

static bool ethernet_header(struct frame *f, struct cursor *c, uint16_t *type)
{
    const uint8_t *h = take(c, ETHERNET_BYTES);
    if (!h)
        return false;
    put_mac(&f->advert, &f->advert.dmac, HAS_DMAC, h);
    put_mac(&f->advert, &f->advert.smac, HAS_SMAC, h + 6);
    *type = be16(h + 12);
    return true;
}

static bool cooked_header(struct frame *f, struct cursor *c, uint16_t *type)
{
    const uint8_t *h = take(c, 16);
    if (!h)
        return false;
    f->dir = cooked_direction(be16(h));
    if (be16(h + 4) == MAC_BYTES)
        put_mac(&f->advert, &f->advert.smac, HAS_SMAC, h + 6);
    *type = be16(h + 14);
    return true;
}

static bool cooked2_header(struct frame *f, struct cursor *c, uint16_t *type)
{
    const uint8_t *h = take(c, 20);
    if (!h)
        return false;
    f->ifindex = be32(h + 4);
    f->dir = cooked_direction(h[10]);
    if (h[11] == MAC_BYTES)
        put_mac(&f->advert, &f->advert.smac, HAS_SMAC, h + 12);
    *type = be16(h);
    return true;
}

static bool raw_type(const struct cursor *c, uint16_t *type)
{
    if (bytes_left(c) == 0)
        return false;
    *type = c->at[0] >> 4 == 6 ? ETHERTYPE_IP6 : ETHERTYPE_IP4;
    return true;
}

static bool link_header(struct frame *f, enum link_layer link, struct cursor *c, uint16_t *type)
{
    switch (link) {
    case LINK_ETHERNET:
        return ethernet_header(f, c, type);
    case LINK_SLL:
        return cooked_header(f, c, type);
    case LINK_SLL2:
        return cooked2_header(f, c, type);
    case LINK_RAW:
        return raw_type(c, type);
    }
    return false;
}

/* IEEE 802.1Q: priority 3, DEI 1, VLAN id 12; then the next type. Tags may be stacked. */
static bool vlan_tags(struct frame *f, struct cursor *c, uint16_t *type)
{
    while (*type == ETHERTYPE_VLAN || *type == ETHERTYPE_SERVICE_VLAN) {
        const uint8_t *tag = take(c, 4);
        if (!tag)
            return false;
        uint16_t id = be16(tag) & VLAN_ID_MASK;
        if (f->vlan == 0 && id <= VLAN_ID_MAX)
            f->vlan = id;
        *type = be16(tag + 2);
    }
    return true;
}

static bool to_group(const struct advert *a)
{
    return (a->has & HAS_IP) && ip_equal(&a->dst, a->af == 6 ? &vrrp_group6 : &vrrp_group4);
}

static bool is_broadcast(const struct ip *ip)
{
    static const struct ip broadcast = {4, {255, 255, 255, 255}};
    return ip_equal(ip, &broadcast);
}

/* Is it of ours at all? Members of the group report so with IGMP or MLD, addressed to it: that is as it should be. */
static bool is_foreign(const struct advert *a, const struct ip_payload *in)
{
    if (in->protocol == VRRP_PROTOCOL)
        return false;
    bool membership = a->af == 6 ? in->protocol == PROTOCOL_ICMP6 : in->protocol == PROTOCOL_IGMP;
    return !to_group(a) || membership;
}

/* The rules on the IP header, RFC 9568 5.1.1 and 5.1.2, in their order. Whoever is spoken to alone may be some hops
 * away: that is told, not refused. */
static enum verdict judge_ip(struct advert *a, const struct ip_payload *in)
{
    if (in->protocol != VRRP_PROTOCOL && !in->unreadable)
        return VERDICT_PROTO;
    if (in->fragment)
        return VERDICT_FRAGMENT;
    if (!(a->has & HAS_IP))
        return VERDICT_SHORT;
    if (ip_is_zero(&a->src) || ip_is_multicast(&a->src) || ip_is_loopback(&a->src) || is_broadcast(&a->src))
        return VERDICT_SRC;
    bool group = to_group(a);
    if (!group && (ip_is_multicast(&a->dst) || is_broadcast(&a->dst) || ip_is_zero(&a->dst)))
        return VERDICT_DST;
    if (!group)
        a->flags |= FLAG_UNICAST;
    if (a->ttl != VRRP_TTL && group)
        return VERDICT_TTL;
    if (a->ttl != VRRP_TTL)
        a->flags |= FLAG_TTL_LOW;
    return VERDICT_OK;
}

/* The message, and the verdict on all. Of a packet that fails on the IP rules, what it says is read all the same. */
static enum verdict judge_message(struct advert *a, const struct ip_payload *in, enum verdict ip)
{
    const uint8_t *bytes = in->bytes.at;
    size_t there = bytes_left(&in->bytes);
    if (ip == VERDICT_PROTO || in->later_fragment || in->unreadable)
        return ip == VERDICT_OK ? VERDICT_SHORT : ip;
    if (there >= 4 && packet_is_carp(bytes, there + in->missing)) {
        a->vrid = bytes[1]; /* the virtual host id */
        a->has |= HAS_VRID;
        return ip == VERDICT_OK ? VERDICT_CARP : ip;
    }
    enum verdict message = packet_decode(a, bytes, there);
    bool part = in->missing > 0 || in->fragment;
    if (part && a->cksum == CKSUM_NONE)
        a->has &= ~(unsigned)HAS_CKSUM; /* a sum over a part says nothing */
    if (part && (message == VERDICT_OK || message > VERDICT_SHORT))
        message = VERDICT_SHORT;
    return ip == VERDICT_OK ? message : ip;
}

/* RFC 9568 7.3: the source is the virtual router's MAC address, or (as many do) the interface's; not another virtual
 * router's. 00-00-5E-00-01-VRID is of IPv4, 00-00-5E-00-02-VRID of IPv6. */
static bool is_of_another(const struct mac *source, uint8_t af, uint8_t vrid)
{
    struct mac own = vrrp_mac(af, vrid);
    return is_vrrp_mac(source) && memcmp(source->bytes, own.bytes, MAC_BYTES) != 0;
}

static void compare_macs(struct advert *a)
{
    static const struct mac group4 = {{0x01, 0x00, 0x5e, 0x00, 0x00, 0x12}}; /* RFC 1112 6.4 */
    static const struct mac group6 = {{0x33, 0x33, 0x00, 0x00, 0x00, 0x12}}; /* RFC 2464 7 */
    const struct mac *group = a->af == 6 ? &group6 : &group4;
    if ((a->has & HAS_SMAC) && (a->has & HAS_VRID) && is_of_another(&a->smac, a->af, a->vrid))
        a->flags |= FLAG_SRC_MAC;
    if ((a->has & HAS_DMAC) && to_group(a) && memcmp(a->dmac.bytes, group->bytes, MAC_BYTES) != 0)
        a->flags |= FLAG_DST_MAC;
}

static enum frame_kind kind_of(enum verdict v)
{
    return v == VERDICT_OK ? FRAME_ADVERT : v == VERDICT_CARP ? FRAME_OTHER : FRAME_BAD;
}

static enum frame_kind decode_arp(struct frame *f, const struct cursor *c)
{
    const struct advert *a = &f->advert;
    const struct mac *smac = a->has & HAS_SMAC ? &a->smac : NULL, *dmac = a->has & HAS_DMAC ? &a->dmac : NULL;
    return announce_arp(&f->announce, c, smac, dmac) ? FRAME_ANNOUNCE : FRAME_FOREIGN;
}

static bool is_announcement_or_other(struct frame *f, const struct ip_payload *in)
{
    const struct advert *a = &f->advert;
    if (in->unreadable || !(a->has & HAS_IP))
        return false;
    if (announce_na(&f->announce, a, in))
        f->kind = FRAME_ANNOUNCE;
    else if (other_udp(&f->other, a, in))
        f->kind = FRAME_OTHER;
    return f->kind != FRAME_FOREIGN;
}

/* Most frames of a busy segment are between others, and a few bytes tell. In doubt: false. The rules above come to the
 * same, at ten times the cost. The groups of HSRP and GLBP differ from VRRP's in the last byte. */
static bool is_plainly_foreign(enum link_layer link, const uint8_t *bytes, size_t captured)
{
    if (link != LINK_ETHERNET || captured <= ETHERNET_BYTES + IP6_BYTES)
        return false;
    const uint8_t *h = bytes + ETHERNET_BYTES;
    if (bytes[12] == ETHERTYPE_IP4 >> 8 && bytes[13] == (ETHERTYPE_IP4 & 0xff))
        return h[9] != VRRP_PROTOCOL && h[9] != PROTOCOL_AH && memcmp(h + 16, vrrp_group4.bytes, 3) != 0;
    if (bytes[12] == ETHERTYPE_IP6 >> 8 && bytes[13] == (ETHERTYPE_IP6 & 0xff))
        return (h[6] == PROTOCOL_TCP || h[6] == PROTOCOL_UDP ||
                (h[6] == PROTOCOL_ICMP6 && h[40] != ICMP6_NEIGHBOUR_ADVERTISEMENT)) &&
               memcmp(h + 24, vrrp_group6.bytes, 15) != 0;
    return false;
}

void frame_decode(struct frame *f, enum link_layer link, const uint8_t *bytes, size_t captured)
{
    if (is_plainly_foreign(link, bytes, captured)) {
        f->kind = FRAME_FOREIGN;
        return;
    }
    struct cursor c = {bytes, bytes + captured};
    struct advert *a = &f->advert;
    struct ip_payload in = {.protocol = 0};
    uint16_t type;
    *f = (struct frame){.kind = FRAME_FOREIGN};
    if (!link_header(f, link, &c, &type) || !vlan_tags(f, &c, &type))
        return;
    if (type == ETHERTYPE_ARP) {
        f->kind = decode_arp(f, &c);
        return;
    }
    f->header = c.at;
    bool is_ip = (type == ETHERTYPE_IP4 && ip4_header(a, &c, &in)) || (type == ETHERTYPE_IP6 && ip6_header(a, &c, &in));
    if (!is_ip || is_announcement_or_other(f, &in) || is_foreign(a, &in))
        return;
    enum verdict ip = judge_ip(a, &in);
    f->verdict = judge_message(a, &in, ip);
    f->kind = kind_of(f->verdict);
    f->message = in.bytes.at;
    f->message_length = bytes_left(&in.bytes);
    if (f->kind == FRAME_OTHER)
        other_carp(&f->other, &in);
    if (a->has & HAS_IP) {
        if (a->af == 6 && !ip_is_link_local(&a->src))
            a->flags |= FLAG_V6_SRC_NOT_LL; /* RFC 9568 5.1.2.1 */
        compare_macs(a);
    }
}
