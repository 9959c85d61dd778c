/* The addresses of a virtual router, the values of ip= and excluded=: ADDR, ADDR/LEN, ADDR/LEN@IF, with commas between.
 * Functions that return a string return NULL when the value is right, else what is allowed. Pure. */
#ifndef CORE_PREFIX_LIST_H
#define CORE_PREFIX_LIST_H

#include "core/config.h"

enum { ADDRESSES_IN_MTU6 = 90 }; /* (1500 - 40 - 8) / 16 */

/* The list of ip=: 1..255 addresses of one family that an MTU of 1500 holds, in the order in which they stand there; then
 * the one of excluded=, of either family, behind it in the same list and buffer. Together at most ADDRESSES_MOST. *item is
 * the one that is wrong (len 0: the list as a whole). */
const char *prefix_list_parse(struct span value, struct prefix_list *out, struct prefix_buffer *buffer,
                              struct span *item);
const char *prefix_list_parse_excluded(struct span value, struct prefix_list *list, struct prefix_buffer *buffer,
                                       struct span *item);
/* RFC 9568 5.2.9 and erratum 8300: the first IPv6 address is link-local. The others keep their order. */
void prefix_list_link_local_first(const struct prefix_list *list, struct prefix_buffer *buffer);
/* One that stands there twice: its number; in ip= for an advertisement, in excluded= on one interface, where that of the
 * virtual router is ifname. All: none does. */
size_t prefix_list_twice(const struct prefix_list *list, const char *ifname);

void put_prefix_list(struct writer *w, const struct prefix_list *list);   /* ip= */
void put_excluded_list(struct writer *w, const struct prefix_list *list); /* excluded=, if there are any */
const char *prefix_list_on(const struct prefix_list *list, size_t n);     /* the interface of the n-th, "" */
bool prefix_list_equal(const struct prefix_list *a, const struct prefix_list *b);

/* A copy in memory of its own, in place of the one that *kept has (zero at first). False: out of memory, nothing changed.
 * Nothing is allocated where the sizes are as before. */
bool prefix_list_keep(struct prefix_list *kept, const struct prefix_list *list);
void prefix_list_free(struct prefix_list *kept);

#endif
