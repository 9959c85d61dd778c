/* The events of vrrp-events(5) that programs of ours exchange, as structs: each is written and read here and nowhere
 * else. Keys keep the order of that page. Readers ignore keys that they do not know. A write_ function writes one whole
 * line, newline and all; writer.full tells when it did not fit. Pure. */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include "core/announce_frame.h"
#include "core/config.h"
#include "core/frame.h"
#include "core/line.h"
#include "core/other.h"

enum { BOOT_TEXT = 40, NODE_TEXT = 64 };

/* Where something was seen. seg, host: "" when not asked for. */
struct origin {
    char seg[NODE_TEXT];
    char host[NODE_TEXT];
    char ifname[IFNAME_TEXT]; /* "" when unknown (a capture read without -i) */
    uint16_t vlan;
    enum direction dir;
};

/* Which virtual router a line of any event is about: seg host if vlan af vrid. False: one of them is wrong, or af or vrid
 * is missing; *where is its name. */
bool read_place(const struct line *l, struct origin *o, uint8_t *af, uint8_t *vrid, const char **where);

void write_advert(struct writer *w, stamp t, const struct origin *o, const struct advert *a);
void write_bad(struct writer *w, stamp t, const struct origin *o, const struct advert *a, enum verdict why);
/* ARP or a neighbour advertisement for an address of a virtual router; which, where e->vrid is known. */
void write_announce(struct writer *w, stamp t, const struct origin *o, const struct announce_event *e);
/* Of *a, what its frame and its IP header told, and CARP's virtual host id (HAS_VRID). */
void write_other(struct writer *w, stamp t, const struct origin *o, const struct advert *a,
                 const struct other_event *e);

/* Where the list of a line's ip= is put. */
struct address_buffer {
    uint8_t bytes[ADVERT_ADDRESS_BYTES];
};
/* An `advert` line. False: a key that it must have (vrid af ver prio interval src) is missing or wrong: *where is its
 * name. a->addresses points into *buffer. */
bool read_advert(const struct line *l, struct origin *o, struct advert *a, struct address_buffer *buffer,
                 const char **where);
/* A `bad` line. Only why= must be there; a->has tells what else was. */
bool read_bad(const struct line *l, struct origin *o, struct advert *a, enum verdict *why,
              struct address_buffer *buffer, const char **where);
/* An `announce` line: af, ip and op must be there. */
bool read_announce(const struct line *l, struct origin *o, struct announce_event *e, const char **where);
/* An `other` line: proto must be there. A protocol that is not known is wrong; pass such a line over. */
bool read_other(const struct line *l, struct origin *o, struct advert *a, struct other_event *e, const char **where);

enum link_state { LINK_UP, LINK_DOWN, LINK_GONE };
struct link_event {
    char ifname[IFNAME_TEXT];
    enum link_state state;
    bool has_mac;
    struct mac mac;
    uint32_t mtu;                 /* 0 when unknown */
    struct ip primary4, primary6; /* family 0: none that is usable */
    struct ip other4, other6;     /* the next best, for whom the primary one is not his own; family 0: none */
};
void write_link(struct writer *w, stamp t, const struct link_event *e);
bool read_link(const struct line *l, struct link_event *e, const char **where);

/* clock mono= boot= source=live|file [by=elect [hold=]]: TIME of this line is `mono` on the steady clock of that boot. */
enum clock_source { SOURCE_NONE, SOURCE_LIVE, SOURCE_FILE };
struct clock_event {
    stamp time;
    instant mono;
    char boot[BOOT_TEXT];
    enum clock_source source;
    bool by_elect;  /* a move of elect's clock, in its own log: replay obeys it */
    bool says_hold; /* by_elect: */
    instant hold;   /* no silence is believed before a line of this moment; 0: from now on it is */
};
void write_clock(struct writer *w, const struct clock_event *e);
bool read_clock(const struct line *l, struct clock_event *e, const char **where);

void write_tick(struct writer *w, stamp t, usec every);
void write_lost(struct writer *w, stamp t, const char *where, uint64_t n);

/* send: this virtual router is held (prio > 0) or resigned (prio 0), and this is the advertisement to put on the wire. */
struct send_event {
    struct identity id;
    char name[NAME_TEXT];
    uint8_t version, prio;
    bool both; /* ver=2+3: once as version, and once as 2 */
    usec interval;
    struct prefix_list ip; /* as configured; for IPv6 in the order in which they go on the wire; excluded= behind it */
    struct address_style style;
    struct ip src; /* family 0: the sender takes the interface's primary address */
    bool vmac;
    enum cksum_form cksum; /* CKSUM_MESSAGE or CKSUM_PSEUDO: auto is decided already */
    struct garp garp;
    usec garp_refresh;
    usec lease;    /* whole seconds; 0: none */
    bool announce; /* announce the addresses (again) now */
    bool replay;
    usec fence;                /* nobody is answered from so long after TIME on; 0: no fence */
    enum auth_type auth;       /* how it is to be signed */
    uint32_t seq;              /* AUTH_AH: of this advertisement; 0: the sender counts */
    struct peer_list peer;     /* to each of these but src, instead of the group; count 0: to the group */
    bool unaccepted;           /* accept=no */
    bool lost_is_fault;        /* vip-lost=fault */
    struct span routes, rules; /* as written, not looked into (core/route.h); in the line that was read; len 0: none */
};
void write_send(struct writer *w, stamp t, const struct send_event *e);
bool read_send(const struct line *l, struct send_event *e, struct prefix_buffer *buffer, const char **where);

enum router_state { ROUTER_INIT, ROUTER_BACKUP, ROUTER_ACTIVE, ROUTER_FAULT };
const char *router_state_name(enum router_state s);

struct state_event {
    struct identity id;
    char name[NAME_TEXT];
    enum router_state from, to;
    char why[NODE_TEXT];
    uint8_t version, prio;
    bool both;
    usec interval;
    struct prefix_list ip;
    bool replay;
    bool shadow;               /* what would be, beside another daemon: nothing is to be done about it */
    char group[NAME_TEXT];     /* "": none */
    bool vmac;                 /* its addresses are, or were, on a macvlan */
    struct span routes, rules; /* as in `send` */
    bool unaccepted;           /* accept=no */
};
void write_state(struct writer *w, stamp t, const struct state_event *e);
bool read_state(const struct line *l, struct state_event *e, struct prefix_buffer *buffer, const char **where);

/* track name= state=up|down [for=D] [value=N] */
struct track_event {
    char name[NAME_TEXT];
    bool up;
    usec for_; /* 0: holds until the next one */
    bool has_value;
    int32_t value;
};
void write_track(struct writer *w, stamp t, const struct track_event *e);
bool read_track(const struct line *l, struct track_event *e, const char **where);

/* stage name= pid= state=started|ended: a program of a router */
struct stage_event {
    const char *name; /* "vrrp-elect" */
    uint64_t pid;
    bool ended;
    /* below: when it has ended */
    const char *error; /* "ENOENT": it could not be executed; NULL: it was */
    unsigned signal;   /* that ended it; 0: none */
    unsigned status;   /* its exit status, without a signal */
};
void write_stage(struct writer *w, stamp t, const struct stage_event *e);

#endif
