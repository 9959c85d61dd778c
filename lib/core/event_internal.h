/* What the lines of packets have in common; event.h is the interface. */
#ifndef CORE_EVENT_INTERNAL_H
#define CORE_EVENT_INTERNAL_H

#include "core/event.h"
#include "core/reader.h"

/* seg host if vlan af vrid dir. af, vrid: negative where it is not told. */
void put_origin(struct writer *w, const struct origin *o, int af, int vrid);
void put_origin_of(struct writer *w, const struct origin *o, const struct advert *a);
void put_addressing(struct writer *w, const struct advert *a); /* src dst ttl smac dmac */

/* In the order of the keys, which is the quickest. */
void read_origin(struct reader *r, struct origin *o); /* seg host if vlan; all else of *o is cleared */
bool read_family(struct reader *r, uint8_t *af);      /* af; false: absent or wrong */
void read_direction(struct reader *r, struct origin *o);
void read_addressing(struct reader *r,
                     struct advert *a); /* of family a->af, 0: any; HAS_IP: af, src and dst are there */
/* One of the words that `name` has for 0 to last (NULL: none), by its number. */
bool read_named(struct reader *r, const char *key, const char *(*name)(unsigned number), unsigned last, unsigned *out);
/* flags: bits from 1 to `last`. Words that are not known are new ones: passed over. */
void read_flags(struct reader *r, const char *(*name)(unsigned flag), unsigned last, unsigned *flags);

#endif
