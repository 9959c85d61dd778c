/* Who tells the segment where an address lives: ARP (RFC 826, RFC 5227) and neighbour advertisements (RFC 4861). What a
 * router says when it becomes Active, and what a liar says too. Pure. */
#ifndef CORE_ANNOUNCE_FRAME_H
#define CORE_ANNOUNCE_FRAME_H

#include "core/packet.h"

struct cursor;
struct ip_payload;

enum announce_op {
    ANNOUNCE_GARP,  /* ARP whose sender and target address are the same one, request or reply */
    ANNOUNCE_REPLY, /* any other ARP reply */
    ANNOUNCE_NA,    /* a neighbour advertisement */
};

enum announce_flag {
    ANNOUNCE_REPLY_FORM = 1 << 0, /* ANNOUNCE_GARP: as a reply; else as a request */
    ANNOUNCE_ROUTER = 1 << 1,     /* ANNOUNCE_NA: R, S and O, RFC 4861 4.4 */
    ANNOUNCE_SOLICITED = 1 << 2,
    ANNOUNCE_OVERRIDE = 1 << 3,
    ANNOUNCE_SRC_MAC = 1 << 4, /* the frame comes from another MAC address than the one announced */
    ANNOUNCE_DST_MAC = 1 << 5, /* and goes where it does not belong: a GARP to another group than all, a reply to a
                                  group, an NA to a MAC address that is not that of its destination */
    ANNOUNCE_UNICAST = 1 << 6, /* ANNOUNCE_GARP, and ANNOUNCE_NA that was not solicited: to one machine only */
};

struct announce_event {
    struct ip ip; /* the address that is told of: ARP's sender, the NA's target; its family is af= */
    enum announce_op op;
    unsigned flags; /* enum announce_flag */
    bool has_mac;   /* not of an NA without a target link-layer address option */
    struct mac mac; /* where it is said to live: ARP's sender hardware address, the NA's option */
    bool has_smac;  /* the frame's source is known, and is not mac: */
    struct mac smac;
    uint8_t vrid; /* whose address it is (core/vips.h): no frame says that; 0: unknown */
};

/* An ARP packet, RFC 826: c stands on it. smac, dmac: of the frame, NULL when unknown. False: it announces nothing (a
 * plain request, a probe, a sender address of zero), or is not of IPv4 on Ethernet, or not all of it is there. */
bool announce_arp(struct announce_event *e, const struct cursor *c, const struct mac *smac, const struct mac *dmac);

/* A neighbour advertisement, in the payload `in` of an IP packet whose src, dst, ttl, smac, dmac stand in *a. False: it
 * is none, or one that no node would take (RFC 4861 7.1.2); the checksum counts where all that it covers was captured. */
bool announce_na(struct announce_event *e, const struct advert *a, const struct ip_payload *in);

const char *announce_op_name(enum announce_op op);       /* "garp" "reply" "na" */
const char *announce_flag_name(enum announce_flag flag); /* "reply-form", "router" ... */

#endif
