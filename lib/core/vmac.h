/* Interfaces that have a virtual router MAC address for their own, macvlans on the interface of the virtual router: how
 * they are named, and the mark by which a later run knows them. Pure. */
#ifndef CORE_VMAC_H
#define CORE_VMAC_H

#include "core/config.h"

/* vrrp4.51.2 is that of VRID 51 for IPv4 on the interface with the index 2: no other on this host has this name, whatever
 * interfaces are called. An index with too many digits is written v4.51.f4240, in hexadecimal. */
void vmac_name(char out[static IFNAME_TEXT], uint8_t af, uint8_t vrid, unsigned below);
bool is_vmac_name(const char *ifname);

enum { VMAC_MARK = 96 }; /* bytes, with the NUL */

/* What stands in its alias. The settings of the interface below are those that it had before the first one was made on
 * it, to be given back with the last. */
struct vmac_mark {
    uint32_t holder; /* who removes it at its end (net/presence.h); 0: nobody, it stays */
    uint32_t arp_ignore, arp_announce;
};
size_t vmac_mark_write(char out[static VMAC_MARK], const struct vmac_mark *m); /* length without the NUL */
bool vmac_mark_read(struct vmac_mark *m, const char *text);                    /* false: it is no mark of ours */

#endif
