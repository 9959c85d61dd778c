/* Packets out: frames built with libnet (never opening its sockets), sent on one AF_PACKET socket of our own. */
#ifndef NET_INJECT_H
#define NET_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/packet.h"

enum { ETHERNET_BYTES = 14, FRAME_BYTES = ETHERNET_BYTES + 40 + ADVERT_BYTES + TRAILER_BYTES };

/* A finished Ethernet frame in out (size bytes). Each returns its length, 0 when it does not fit or cannot be. An
 * advertisement to a peer, whose MAC address only the kernel finds, goes to 02:00:00:00:00:02; the packet behind it is whole. */
size_t build_advert(uint8_t *out, size_t size, const struct mac *source, const struct advert *a, enum cksum_form form);
/* Gratuitous ARP: a broadcast request, or a reply, sender = target = vip. */
size_t build_garp(uint8_t *out, size_t size, const struct mac *source, const struct ip *vip, bool reply);
/* RFC 5227 1.1: an ARP request from the sender address 0. */
size_t build_arp_probe(uint8_t *out, size_t size, const struct mac *source, const struct ip *vip);
/* RFC 4861 4.4: a neighbour advertisement, R=1 S=0 O=1, to ff02::1. */
size_t build_na(uint8_t *out, size_t size, const struct mac *source, const struct ip *vip);
/* RFC 4862 5.4.2: a neighbour solicitation from ::, to the solicited-node group. */
size_t build_ns_probe(uint8_t *out, size_t size, const struct mac *source, const struct ip *vip);

struct injector {
    int fd;
};
bool injector_open(struct injector *i); /* needs CAP_NET_RAW; false: errno */
void injector_close(struct injector *i);
/* 0, or errno (ENETDOWN, ENOBUFS, EMSGSIZE, ENXIO ...). */
int injector_send(struct injector *i, unsigned ifindex, const uint8_t *frame, size_t length);

#endif
