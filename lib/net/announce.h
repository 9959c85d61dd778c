/* Gratuitous ARP and unsolicited Neighbour Advertisements, and the probe that asks whether an address is taken. */
#ifndef NET_ANNOUNCE_H
#define NET_ANNOUNCE_H

#include "core/units.h"
#include "net/inject.h"

/* One announcement of vip with this MAC: GARP (IPv4; reply: as an ARP reply) or NA (IPv6). 0 or errno. */
int announce(struct injector *i, unsigned ifindex, const struct mac *mac, const struct ip *vip, bool reply);

enum probe_answer { PROBE_FREE, PROBE_TAKEN, PROBE_FAILED /* errno */ };
/* ARP or NS probe; waits up to `wait` for somebody else to answer (or to probe for the same). All addresses are probed
 * at once; taken[n] tells which, and by[n] whose MAC answered. Returns PROBE_TAKEN when any was. */
enum probe_answer probe(unsigned ifindex, const struct mac *mac, const struct ip *vips, size_t count, usec wait,
                        bool *taken, struct mac *by);

#endif
