/* Inside macvlans: macvlan.c makes them and macvlan_remove.c removes them, macvlan_check.c tells why there can be none,
 * macvlan_below.c sees to the interface that they are made on. */
#ifndef NET_MACVLAN_PRIVATE_H
#define NET_MACVLAN_PRIVATE_H

#include <string.h>

#include "net/interface_message.h"
#include "net/macvlan.h"

/* An interface below some that this process has made or removed, and what it had before. */
struct below {
    unsigned ifindex;
    uint32_t arp_ignore, arp_announce;
    bool carries; /* one of ours, of whatever process */
};

/* A macvlan that is not ours. */
struct other {
    unsigned below;
    struct mac mac;
    char name[IFNAME_TEXT];
};

struct macvlans {
    struct address_book *book;
    uint32_t holder;
    struct below *list;
    size_t count, room;
    struct other *others; /* with virtual router MAC addresses, as they were when that was looked at */
    size_t other_count, other_room;
    bool looked, failed;
};

/* Is this a macvlan of ours? One whose maker was killed before it could set the mark, or whose alias somebody has changed,
 * has only the name: *mark is zero. */
bool macvlan_is_ours(const struct interface_facts *f, struct vmac_mark *mark);

/* All macvlans on an interface, looked through. */
struct macvlan_search {
    const struct interface_facts *below;
    unsigned except;
    struct mac mac;
    char taken[IFNAME_TEXT]; /* who else has that MAC address */
    bool found;              /* one of ours, of any virtual router, with its mark */
    struct vmac_mark mark;
};
bool macvlan_search(struct macvlans *m, struct macvlan_search *s); /* false: errno */

static inline bool same_mac(const struct mac *a, const struct mac *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* What the kernel said, in our words where they say more. Each of these returns false and sets *error. */
bool macvlan_refuse(struct address_error *error, int number);
bool macvlan_refuse_taken(struct address_error *error, const char *by);
/* The interface of the virtual router, and whether it can carry a macvlan with this MAC address. */
bool macvlan_look_below(struct macvlans *m, const struct identity *id, struct interface_facts *below,
                        struct address_error *error);
bool macvlan_check_below(const struct interface_facts *below, const struct mac *mac, struct address_error *error);
/* What has our name: 1: it is the one of this virtual router; 0: nothing; -1: something else, or *error. */
int macvlan_look_at_name(struct macvlans *m, const struct identity *id, const struct interface_facts *below,
                         struct interface_facts *own, struct address_error *error);

static inline int32_t interface_setting_of(const struct interface_facts *f, int id) /* IPV4_DEVCONF_... */
{
    return f->ipv4[id - 1];
}

struct below *below_find(struct macvlans *m, unsigned ifindex); /* NULL: it is not known */
/* What it had before the first macvlan of ours; from then on it is known. False: errno. */
bool below_learn(struct macvlans *m, const struct interface_facts *f);
bool below_keep(struct macvlans *m, const struct below *b);          /* the same, told; false: out of memory */
bool below_set(struct macvlans *m, const struct interface_facts *f); /* as it has to be; false: errno */
void below_give_back(struct macvlans *m);                            /* to all that carry none of ours any more */

#endif
