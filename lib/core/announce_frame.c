#include "core/announce_frame.h"

#include <string.h>

#include "core/checksum.h"
#include "core/ip_header.h"

enum {
    MAC_BYTES = 6,
    ARP_BYTES = 28,
    ARP_HARDWARE_ETHERNET = 1,
    ARP_PROTOCOL_IP4 = 0x0800,
    ARP_REQUEST = 1,
    ARP_REPLY = 2,
    PROTOCOL_ICMP6 = 58,
    ICMP6_NEIGHBOUR_ADVERTISEMENT = 136,
    NA_BYTES = 24,
    NA_ROUTER = 0x80,
    NA_SOLICITED = 0x40,
    NA_OVERRIDE = 0x20,
    OPTION_TARGET_LINK_LAYER_ADDRESS = 2, /* RFC 4861 4.6.1 */
    ND_HOP_LIMIT = 255,
};

static bool mac_equal(const struct mac *a, const struct mac *b)
{
    return memcmp(a->bytes, b->bytes, MAC_BYTES) == 0;
}

static bool is_group(const struct mac *mac)
{
    return mac->bytes[0] & 1;
}

static void compare_source(struct announce_event *e, const struct mac *smac)
{
    if (smac == NULL || (e->has_mac && mac_equal(smac, &e->mac)))
        return;
    e->has_smac = true;
    e->smac = *smac;
    if (e->has_mac)
        e->flags |= ANNOUNCE_SRC_MAC;
}

/* --- ARP --- */

/* What updates a table goes to all (RFC 5227 3), an answer to who has asked (RFC 826). */
static void compare_arp_destination(struct announce_event *e, const struct mac *dmac)
{
    static const struct mac broadcast = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    bool gratuitous = e->op == ANNOUNCE_GARP;

    if (gratuitous && !is_group(dmac))
        e->flags |= ANNOUNCE_UNICAST;
    else if (gratuitous ? !mac_equal(dmac, &broadcast) : is_group(dmac))
        e->flags |= ANNOUNCE_DST_MAC;
}

/* ARP, RFC 826, of IPv4 on Ethernet
 *
 *  0               1               2               3
 * +---------------+---------------+---------------+---------------+
 * |      hardware type 1          |     protocol type 0x0800      |
 * +---------------+---------------+---------------+---------------+
 * | address len 6 | address len 4 |          operation            |
 * +---------------+---------------+---------------+---------------+
 * |           sender hardware address (6), protocol address (4)   |
 * |           target hardware address (6), protocol address (4)   |
 * +---------------+---------------+---------------+---------------+ */
bool announce_arp(struct announce_event *e, const struct cursor *c, const struct mac *smac, const struct mac *dmac)
{
    const uint8_t *h = c->at;

    if (bytes_left(c) < ARP_BYTES || be16(h) != ARP_HARDWARE_ETHERNET || be16(h + 2) != ARP_PROTOCOL_IP4 ||
        h[4] != MAC_BYTES || h[5] != ip_size(4))
        return false;
    uint16_t operation = be16(h + 6);
    bool gratuitous = memcmp(h + 14, h + 24, 4) == 0;
    *e = (struct announce_event){.ip = ip_from_bytes(4, h + 14), .op = gratuitous ? ANNOUNCE_GARP : ANNOUNCE_REPLY};
    if (ip_is_zero(&e->ip) || (operation != ARP_REPLY && !(operation == ARP_REQUEST && gratuitous)))
        return false;
    if (gratuitous && operation == ARP_REPLY)
        e->flags |= ANNOUNCE_REPLY_FORM;
    memcpy(e->mac.bytes, h + 8, MAC_BYTES);
    e->has_mac = true;
    compare_source(e, smac);
    if (dmac != NULL)
        compare_arp_destination(e, dmac);
    return true;
}

/* --- neighbour advertisements --- */

/* RFC 4861 4.6: type 1, length 1 in units of 8 bytes, which is not zero; then, of an Ethernet, the address 6. */
static bool read_options(struct announce_event *e, struct cursor *c, bool whole)
{
    while (bytes_left(c) > 0) {
        const uint8_t *h = c->at;
        size_t there = bytes_left(c), length = there > 1 ? h[1] * 8u : 0;

        if (there > 1 && length == 0)
            return false;
        if (!take(c, there > 1 ? length : 2))
            return !whole; /* cut off in the capture, or not an option */
        if (h[0] != OPTION_TARGET_LINK_LAYER_ADDRESS || e->has_mac)
            continue;
        memcpy(e->mac.bytes, h + 2, MAC_BYTES);
        e->has_mac = true;
    }
    return true;
}

/* RFC 4861 7.1.2, of the message but for its options. */
static bool is_valid(const struct advert *a, const struct ip_payload *in, const uint8_t *h)
{
    size_t length = bytes_left(&in->bytes);
    struct ip target = ip_from_bytes(6, h + 8);

    if (h[0] != ICMP6_NEIGHBOUR_ADVERTISEMENT || h[1] != 0 || a->ttl != ND_HOP_LIMIT)
        return false;
    if (ip_is_multicast(&target) || ip_is_zero(&target) || ((h[4] & NA_SOLICITED) && ip_is_multicast(&a->dst)))
        return false;
    checksum sum = checksum_add_pseudo(0, PROTOCOL_ICMP6, &a->src, &a->dst, length);
    return in->missing > 0 || checksum_holds(checksum_add(sum, h, length));
}

static void compare_na_destination(struct announce_event *e, const struct advert *a)
{
    struct mac group = {{0x33, 0x33}}; /* RFC 2464 7 */

    if (!ip_is_multicast(&a->dst)) {
        if ((e->flags & ANNOUNCE_SOLICITED) == 0)
            e->flags |= ANNOUNCE_UNICAST;
        if ((a->has & HAS_DMAC) && is_group(&a->dmac))
            e->flags |= ANNOUNCE_DST_MAC;
        return;
    }
    memcpy(group.bytes + 2, a->dst.bytes + 12, 4);
    if ((a->has & HAS_DMAC) && !mac_equal(&a->dmac, &group))
        e->flags |= ANNOUNCE_DST_MAC;
}

/* Neighbour advertisement, RFC 4861 4.4
 *
 *  0               1               2               3
 * +---------------+---------------+---------------+---------------+
 * |   type 136    |    code 0     |           checksum            |
 * +-+-+-+---------+---------------+---------------+---------------+
 * |R|S|O|                        reserved                         |
 * +-+-+-+---------+---------------+---------------+---------------+
 * |                        target address (16)                    |
 * +---------------+---------------+---------------+---------------+
 * |                            options                            |
 * +---------------+---------------+---------------+---------------+ */
bool announce_na(struct announce_event *e, const struct advert *a, const struct ip_payload *in)
{
    struct cursor c = in->bytes;
    const uint8_t *h = take(&c, NA_BYTES);

    if (in->protocol != PROTOCOL_ICMP6 || a->af != 6 || in->fragment || h == NULL || !is_valid(a, in, h))
        return false;
    *e = (struct announce_event){.ip = ip_from_bytes(6, h + 8), .op = ANNOUNCE_NA};
    e->flags |= h[4] & NA_ROUTER ? ANNOUNCE_ROUTER : 0;
    e->flags |= h[4] & NA_SOLICITED ? ANNOUNCE_SOLICITED : 0;
    e->flags |= h[4] & NA_OVERRIDE ? ANNOUNCE_OVERRIDE : 0;
    if (!read_options(e, &c, in->missing == 0))
        return false;
    compare_source(e, a->has & HAS_SMAC ? &a->smac : NULL);
    compare_na_destination(e, a);
    return true;
}

/* --- words --- */

const char *announce_op_name(enum announce_op op)
{
    static const char *const names[] = {
        [ANNOUNCE_GARP] = "garp",
        [ANNOUNCE_REPLY] = "reply",
        [ANNOUNCE_NA] = "na",
    };
    return names[op];
}

const char *announce_flag_name(enum announce_flag flag)
{
    switch (flag) {
    case ANNOUNCE_REPLY_FORM:
        return "reply-form";
    case ANNOUNCE_ROUTER:
        return "router";
    case ANNOUNCE_SOLICITED:
        return "solicited";
    case ANNOUNCE_OVERRIDE:
        return "override";
    case ANNOUNCE_SRC_MAC:
        return "src-mac";
    case ANNOUNCE_DST_MAC:
        return "dst-mac";
    case ANNOUNCE_UNICAST:
        return "unicast";
    }
    return "";
}
