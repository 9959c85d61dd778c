/* Inside the fence: fence.c changes elements, fence_tables.c makes what they stand in, fence_rules.c says
 * what is done with them, fence_batch.c talks to the kernel. */
#ifndef NET_FENCE_PRIVATE_H
#define NET_FENCE_PRIVATE_H

#include <libmnl/libmnl.h>
#include <libnftnl/set.h>

#include "net/fence.h"

enum {
    BATCH_BYTES = 128 * 1024,
    ELEMENT_BYTES = 64, /* at most, in a message */
    MESSAGE_BYTES = 512 /* at most, without elements */
};

struct fence {
    struct mnl_socket *socket;
    uint32_t seq;
    size_t length;         /* of the transaction that is being written, up to the */
    struct nlmsghdr *last; /* message of it */
    _Alignas(struct nlmsghdr) char batch[BATCH_BYTES];
};

/* A transaction: begin, messages, commit. type is NFT_MSG_..., family NFPROTO_...; what belongs into a message is put
 * there before the next one. */
void batch_begin(struct fence *f);
struct nlmsghdr *batch_message(struct fence *f, uint16_t type, uint16_t family, uint16_t flags);
bool batch_has_room(const struct fence *f, size_t bytes);
bool batch_commit(struct fence *f); /* false: errno of what failed first; nothing of it was done */

enum { IP4_BYTES = 4, IP6_BYTES = 16, MAC_BYTES = 6 };

/* The sets of a table, and what belongs into them. */
struct fence_sets {
    uint16_t family;           /* of the table */
    const char *fenced, *live; /* live NULL: nothing opens it */
    uint32_t type, size;       /* of a key: as nft shows it; in bytes */
    bool (*takes)(const struct fence_item *item);
};
enum { SETS_ARP4, SETS_INET4, SETS_INET6, SETS_LINK, SETS_MAC, SETS_INPUT4, SETS_INPUT6, SETS_INPUT_LINK, SETS };
extern const struct fence_sets fence_sets[SETS];

struct nftnl_set *fence_set(const struct fence_sets *s, const char *name); /* NULL: out of memory */
bool fence_make(struct fence *f, uint16_t family);                         /* true also if it is there; false: errno */
bool fence_unmake(struct fence *f, uint16_t family);          /* false: errno; EBUSY: something stands behind it */
bool fence_watch_frames(struct fence *f, const char *ifname); /* that this interface receives; false: errno */

/* Into a transaction; false: out of memory. */
#define FENCE_ACCEPT_CHAIN "accept"                     /* with what accept=no is about */
bool fence_put_rules(struct fence *f, uint16_t family); /* all that its chains have, in order */
bool fence_put_frame_rule(struct fence *f, const char *chain);
bool fence_put_no_rules(struct fence *f, uint16_t family);

#endif
