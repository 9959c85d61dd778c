/* What vip-up and vip-down share: their operands, and what of them is on the interface. */
#ifndef CMD_VIP_H
#define CMD_VIP_H

#include "net/macvlan.h"

struct vip_seen {
    bool ours, foreign;
    bool failed;                /* by vip_apply: it could not be set */
    uint8_t length;             /* of ours, or of the foreign one; IPv4 may have it more than once: of the last */
    struct address_style style; /* the same */
};

struct vip_request {
    const char *ifname;
    unsigned ifindex;
    bool has_mac; /* else nothing is asked or announced there */
    struct mac mac;
    /* with --vmac: of which virtual router, and the macvlan with its MAC address, which the addresses are for */
    uint8_t vrid; /* 0: without */
    struct identity id;
    struct macvlans *macvlans;
    bool made;           /* it is there, and `device` is its index; `mac` is its MAC address */
    unsigned device;     /* where the addresses are: ifindex, or that of the macvlan */
    const char *devname; /* and its name */
    char macvlan[IFNAME_TEXT];
    size_t count;
    struct prefix *list;
    bool *with_length; /* written with /LEN */
    struct vip_seen *seen;
    struct address_book *book;
    struct address_entry *ours; /* each address with our tag that one of the list names */
    size_t ours_count;
    struct address_entry *secondaries; /* the others that would go with the first one of their subnet */
    size_t secondary_count;
};

/* The value of --vmac, or exit 2. */
uint8_t vip_vrid(const char *text);
/* IF ADDR[/LEN]... from the words; a wrong one ends the program with exit 2. Then the interface, and what it has, or what
 * the macvlan of vrid has, unless that is 0: an interface that is not there ends the program with exit 3. */
void vip_open(struct vip_request *r, uint8_t vrid, char **words, size_t count);
void vip_close(struct vip_request *r);
void vip_look(struct vip_request *r); /* again, at what the interface has; a failure is exit 3 */
/* Do it. Says what went wrong, and marks that in seen; returns the exit status. What the kernel would remove together with
 * another address, one that is to stay, is left as it is, unless force. */
int vip_apply(struct vip_request *r, struct address_change *changes, size_t count, const char *verb, bool force);
/* Has it no address but so many? When it cannot be found out, it has. */
bool vip_is_empty(const struct vip_request *r, size_t but);
void vip_need_permission(struct vip_request *r);

#endif
