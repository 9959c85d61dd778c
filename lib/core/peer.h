/* peer= and ttl=: whom a virtual router speaks with by unicast, instead of the group, and from how far away. Pure. */
#ifndef CORE_PEER_H
#define CORE_PEER_H

#include "core/config.h"

#define PEER_ALLOWED "addresses of the family of ip=, with commas between: ADDR"
#define TTL_ALLOWED  "MIN or MIN..MAX: 1..255"

/* Each returns NULL when all is right, else what is allowed; *item is the one that is wrong (len 0: the list as a whole). */
const char *peer_list_parse(struct span value, struct peer_list *out, struct prefix_buffer *buffer, struct span *item);
bool ttl_parse(struct span value, struct ttl_range *out); /* MIN is MIN..255 */
void put_peer_list(struct writer *w, const struct peer_list *list);
void put_ttl(struct writer *w, const struct ttl_range *range); /* one number when it ends with 255 */

bool peer_list_equal(const struct peer_list *a, const struct peer_list *b);
/* What the peers of a whole configuration cannot be, in words; NULL: they can. */
const char *peers_wrong(const struct vr_config *c);
/* The source that it cannot have: IPv6 leaves a link only from a global address, and the group is of a link. */
const char *source_wrong(const struct vr_config *c);

#endif
