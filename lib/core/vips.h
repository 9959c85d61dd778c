/* The addresses of virtual routers: those that valid advertisements have named, on each interface and VLAN by itself, and
 * whose they are. A memory of fixed size, in which a flood of false ones takes no place of those that have been heard for
 * long. Pure. */
#ifndef CORE_VIPS_H
#define CORE_VIPS_H

#include "core/sighting.h"
#include "core/siphash.h"

struct vips;
struct vips *vips_new(const struct siphash_key *key); /* key: random, so that nobody knows it. NULL: out of memory */
void vips_free(struct vips *v);

/* f is a FRAME_ADVERT. */
void vips_hear(struct vips *v, const struct sighting *s, const struct frame *f);
/* f is a FRAME_ANNOUNCE: is it about a virtual router? It is when its address is known, or when a MAC address in it is
 * one of VRRP (RFC 9568 7.3). *vrid: of the last advertisement that named the address; of one that is not known, what the
 * MAC address says; 0: that is no VRID. */
bool vips_concerns(struct vips *v, const struct sighting *s, const struct frame *f, uint8_t *vrid);

#endif
