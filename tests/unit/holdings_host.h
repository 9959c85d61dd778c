/* A host without a kernel for the tests of holdings: interfaces with addresses, a clock, and what was announced and
 * told. It does in each turn what the loop of vip-follow does. */
#ifndef TESTS_HOLDINGS_HOST_H
#define TESTS_HOLDINGS_HOST_H

#include "core/holdings.h"

enum { HOST_ADDRESSES = 2048, HOST_TEXT = 65536, HOST_LINKS = 4, HOST_FENCES = 1024 };

struct host_address {
    bool used, ours;
    unsigned ifindex;
    struct prefix prefix;
    instant until; /* INSTANT_NEVER: permanent */
    struct address_style style;
};

struct host_fence {
    bool used;
    char ifname[IFNAME_TEXT]; /* of one interface only, or "" */
    struct fence_item item;
};

struct host {
    struct holdings *holdings;
    instant now;
    usec age;         /* of the sends that are told */
    bool shows_links; /* in the log: +192.0.2.1/32@3 */
    bool shows_style; /* and +192.0.2.1/32=web:253 */
    struct host_fence fences[HOST_FENCES];
    struct host_address addresses[HOST_ADDRESSES];
    struct {
        char ifname[IFNAME_TEXT];
        unsigned ifindex; /* 0: gone */
        bool down;
        struct mac mac;
    } links[HOST_LINKS];
    bool untagged;  /* the kernel keeps no tags (with holdings_untagged) */
    int fail;       /* errno for each change that is tried; 0: none */
    bool deaf;      /* changes are done, but ENOBUFS is heard of them */
    bool blind;     /* looking fails */
    int no_fence;   /* errno for each new one that is tried; 0: none */
    int no_macvlan; /* errno for each that is tried, or asked for; 0: none */
    usec cost;      /* of each change */
    unsigned plans, looks, renewals;
    /* "+192.0.2.1/24:5 " added for 5 s, "=" renewed, "-" removed, "!" refused, "*192.0.2.1 " announced;
     * "<51 " a macvlan made for VRID 51, with the ifindex 151, ">51 " removed;
     * "#192.0.2.1:300 " put behind a fence that is open for 300 ms, "~" opened anew, ":0" shut, "^192.0.2.1 " behind none;
     * "#192.0.2.1! ", "~192.0.2.1! ", "^192.0.2.1! ": nothing is accepted for it, said again, no more */
    char log[HOST_TEXT];
    char news[HOST_TEXT];
};

/* eth0 with ifindex 2 and MAC 02:00:00:00:00:01, at time 1000 s. */
void host_begin(struct host *k);
void host_end(struct host *k);
void host_turn(struct host *k);            /* one turn of the loop, at k->now */
void host_pass(struct host *k, usec time); /* turns whenever one is due, until so much later */
const char *host_log(struct host *k);      /* since last asked */
const char *host_news(struct host *k);
bool host_has(const struct host *k, const char *prefix); /* on any interface, ours or not */
void host_put(struct host *k, unsigned ifindex, const char *prefix, bool ours, usec lease);
void host_take(struct host *k, unsigned ifindex, const char *prefix); /* by somebody else: with a notice */
void host_links_changed(struct host *k);                              /* each may have: its ifindex is looked at anew */
void host_down(struct host *k, bool down); /* eth0, which loses its IPv6 addresses as it goes down */

/* For how many ms it is open, -1: it stands behind no fence. An address, "eth0:" before one that is fenced there only, or
 * before a MAC address. */
int host_open(struct host *k, const char *what);
void host_restart(struct host *k); /* of what the lines said nothing is known any more; fences are left, macvlans not */
void host_finish(struct host *k);  /* the end: of what is not held nothing stays behind a fence */

/* Lines, with `words` after the identity; sent now. "eth0 51 ip=192.0.2.1,192.0.2.2 lease=4s ..." */
void host_send(struct host *k, const char *words);
void host_tell(struct host *k, const char *words); /* a send, without a turn */
void host_away(struct host *k, const char *words);

#endif
