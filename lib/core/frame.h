/* From a captured frame down to the VRRP message, or to what else matters to virtual routers: link layer, VLAN tags,
 * IPv4 / IPv6, AH; ARP and neighbour advertisements; other protocols of this kind. Pure. */
#ifndef CORE_FRAME_H
#define CORE_FRAME_H

#include "core/announce_frame.h"
#include "core/other.h"
#include "core/packet.h"

/* Link layers, by what the capture file or device says. */
enum link_layer {
    LINK_ETHERNET,
    LINK_SLL,  /* Linux cooked v1: no destination MAC, but the direction */
    LINK_SLL2, /* Linux cooked v2: the interface index as well */
    LINK_RAW,  /* an IP packet and nothing before it */
};

enum direction { DIR_UNKNOWN, DIR_IN, DIR_OUT };

/* What one frame turned out to be. */
enum frame_kind {
    FRAME_FOREIGN,  /* nothing of ours: say nothing; the other members are not set */
    FRAME_ADVERT,   /* a valid advertisement */
    FRAME_BAD,      /* VRRP-like and not valid: verdict says which rule */
    FRAME_OTHER,    /* CARP, HSRP, GLBP; verdict is VERDICT_CARP or VERDICT_OK */
    FRAME_ANNOUNCE, /* ARP or a neighbour advertisement that tells where an address lives, whosever it is */
};

struct frame {
    enum frame_kind kind;
    enum verdict verdict;
    enum direction dir; /* from a cooked header; DIR_UNKNOWN otherwise */
    uint32_t ifindex;   /* LINK_SLL2 only, else 0 */
    uint16_t vlan;      /* outermost VLAN id 1..4094, 0 = untagged */
    /* FRAME_ADVERT: where its IP header begins, and its message with all that the packet has behind it */
    const uint8_t *header, *message;
    size_t message_length;
    struct advert
        advert; /* addresses point into the frame's bytes. Of the last two, what link layer and IP header tell */
    union {
        struct other_event other;       /* FRAME_OTHER */
        struct announce_event announce; /* FRAME_ANNOUNCE */
    };
};

/* captured: bytes that are there; nothing is read beyond. IP lengths longer than that are `short`; frame padding
 * beyond the IP length is not looked at. Never fails; of a FRAME_FOREIGN nothing but the kind counts. */
void frame_decode(struct frame *f, enum link_layer link, const uint8_t *bytes, size_t captured);

#endif
