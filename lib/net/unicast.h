/* IP packets to peers, which the kernel routes: it finds the interface, the next hop and its MAC address. */
#ifndef NET_UNICAST_H
#define NET_UNICAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* While the kernel looks for a neighbour up to 200 KiB wait for it, in the room of the socket that they were sent on. Peers
 * have their sockets by their last byte, so that those that are down do not take the room of those that are not. */
enum { UNICAST_LANES = 16 };

struct unicast {
    int out4[UNICAST_LANES], out6[UNICAST_LANES]; /* -1: this system has none of that family */
    int sink4, sink6, sink_ah; /* whoever sends VRRP to this host gets no ICMP error, since somebody takes it */
};

void unicast_init(struct unicast *u); /* nothing is open */
bool unicast_open(struct unicast *u); /* needs CAP_NET_RAW; false: errno, and nothing is open */
void unicast_close(struct unicast *u);
/* A whole packet, IPv4 or IPv6, header and all; a link-local destination is on the interface. Never waits: what the kernel
 * cannot resolve it drops after a while. 0 or errno: EADDRNOTAVAIL when its source is no address of this host, ENETUNREACH,
 * EHOSTUNREACH, EPERM (a packet filter), EMSGSIZE, ENOBUFS ... */
int unicast_send(struct unicast *u, unsigned ifindex, const uint8_t *packet, size_t length);

#endif
