/* A virtual router as configured: the words of a `vr` line, the same in a file, as operands and at run time.
 * A value is parsed and checked here, once. Pure. */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include "core/line.h"
#include "core/packet.h"

enum { IFNAME_TEXT = 16, LABEL_TEXT = IFNAME_TEXT - 2, NAME_TEXT = 64 };
enum { ADDRESSES_MOST = 1024, ROUTER_TRACKS = 16, PEERS = 255, ROUTE_LIST_BYTES = 4000 /* longest list */ };

/* What makes a virtual router: RFC 9568 1.7. IPv4 and IPv6 with one VRID are two. */
struct identity {
    char ifname[IFNAME_TEXT];
    uint8_t af;   /* 4 or 6 */
    uint8_t vrid; /* 1..255 */
};
bool identity_equal(const struct identity *a, const struct identity *b);
void put_identity(struct writer *w, const struct identity *id); /* if= af= vrid= */

/* items and on of a list point into a prefix_buffer (or other memory) of the caller's, which must outlive it. */
struct prefix_list {
    const struct prefix *items;
    char (*on)[IFNAME_TEXT]; /* the interface of each, "": the virtual router's; NULL: that of all */
    uint16_t count;          /* 1..255 once configured: ip=, what adverts name */
    uint16_t excluded;       /* so many behind them: excluded=, which are set and announced only */
};
struct peer_list {
    uint8_t count; /* 0: none, the virtual router speaks to the group */
    const struct ip *items;
};
struct prefix_buffer {
    struct prefix items[ADDRESSES_MOST];
    char on[ADDRESSES_MOST][IFNAME_TEXT];
    struct ip peers[PEERS];
    char routes[ROUTE_LIST_BYTES], rules[ROUTE_LIST_BYTES]; /* of a `vr` line */
};
static inline size_t prefix_list_all(const struct prefix_list *list)
{
    return (size_t)list->count + list->excluded;
}

/* How they are set. */
struct address_style {
    char label[LABEL_TEXT]; /* IPv4: the label is IF:LABEL; "": none */
    uint8_t scope;          /* IPv4: RT_SCOPE_UNIVERSE, 0, ...; of IPv6 the kernel decides */
    bool preferred;         /* IPv6: it may be the source of what this host sends by itself; of IPv4 it always may */
};

struct garp {
    uint8_t first;  /* announcements at once, 0..255 */
    usec delay;     /* then, after this, */
    uint8_t second; /* so many again */
    bool reply;     /* GARP as ARP replies, default as requests */
    uint32_t pace;  /* at least so many microseconds between two frames, default 0: as fast as they leave */
};

/* Of what is received: TTL or hop limit, both ends included. */
struct ttl_range {
    uint8_t min, max;
};

struct track_ref {
    char name[NAME_TEXT];
    bool inverted;  /* it is as it should be while it is told to be down: so for `up` below, and the reverse */
    bool by_value;  /* its value times weight, which is not 0, is added; a fault when that is -254 or less */
    int16_t weight; /* -254..-1: added to the priority while down; 1..254: while up; 0: a fault while down */
};

/* Which advertisements are signed, and which have to be: as keepalived's auth_hmac has it. */
enum auth_mode {
    AUTH_ENFORCE,
    AUTH_PERMISSIVE,   /* ours are signed, others need not be */
    AUTH_RECEIVE_ONLY, /* ours are not */
};

struct vr_config {
    struct identity id;
    char name[NAME_TEXT];  /* default IF-v4-VRID / IF-v6-VRID */
    uint8_t version;       /* 2 or 3, default 3 */
    bool both;             /* ver=2+3: version is 3, and VRRPv2 is spoken beside it (RFC 9568 8.4.2) */
    uint8_t prio;          /* 1..255, default 100 */
    usec interval;         /* Advertisement_Interval, default 1 s; v3 10 ms..40.95 s in 10 ms; v2 1..255 s in s */
    struct prefix_list ip; /* and excluded=; link-local first for IPv6; in the caller's buffer */
    struct address_style style;
    struct ip src;         /* family 0: the interface's primary address */
    bool preempt;          /* Preempt_Mode, default yes */
    usec preempt_delay;    /* default 0 */
    usec startup_delay;    /* default 0 */
    uint8_t down_factor;   /* 1..100, default 3 */
    bool vmac;             /* adverts leave with the virtual router MAC, default no */
    enum cksum_form cksum; /* CKSUM_NONE is auto, the default */
    struct garp garp;      /* and garp-op=, garp-pace=; default 5,5s,5 */
    usec garp_refresh;     /* default 0: off */
    uint8_t track_count;
    struct track_ref track[ROUTER_TRACKS];
    bool fence;          /* nobody is answered down_factor intervals after the last advert that left, default no */
    enum auth_type auth; /* default AUTH_NONE; PASS and AH are of version 2, HMAC of version 3 */
    enum auth_mode auth_mode;
    struct peer_list peer; /* unicast, to and from these only; default none: multicast */
    struct ttl_range ttl;  /* what adverts of a peer arrive with, default 255..255 */
    bool lost_is_fault;    /* an address that others take away is a fault, and not put back; default no */
    char group[NAME_TEXT]; /* those of one name are Active together or not at all; "": none, the default */
    /* As written: each item is right (core/route.h). In the caller's buffer; len 0, the default: none. */
    struct span routes, rules;
    bool accept;      /* Accept_Mode; default yes, which an RFC has as no. The owner (prio 255) accepts always */
    bool strict;      /* no more than the RFCs allow, default no */
    bool init_active; /* init=active: a startup that speaks at once, default no */
    bool last_advert; /* one more before it gives way to a better one, default no */
};

struct config_error {
    struct span word; /* the offending key=value word in the line; len 0 when something is missing */
    char reason[160]; /* "vrid: 1..255", "interval: VRRPv2 takes whole seconds from 1s to 255s", ... */
};

/* l is a `vr` line (its event is not looked at). An unknown key, a wrong value, a missing if/vrid/ip: false. */
bool config_parse(struct vr_config *out, struct prefix_buffer *buffer, const struct line *l,
                  struct config_error *error);
bool config_equal(const struct vr_config *a, const struct vr_config *b);
/* The line that config_parse reads back to the same; for logs. Defaults are written too. */
void write_vr(struct writer *w, stamp t, const struct vr_config *c);

#endif
