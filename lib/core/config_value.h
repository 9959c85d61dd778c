/* Values that a `vr` line and the events of a virtual router have in common: parsed and checked here, once.
 * Functions that return a string return NULL when the value is right, else what is allowed. Pure. */
#ifndef CORE_CONFIG_VALUE_H
#define CORE_CONFIG_VALUE_H

#include "core/config.h"

extern const struct garp garp_default; /* 5,5s,5 */

/* The longest of the durations that are no interval; so sums with an instant cannot overflow. */
#define LONGEST_DELAY    (24 * 3600 * SECOND)
#define SHORTEST_REFRESH (100 * MILLISECOND)
#define LONGEST_PACE     (60 * SECOND)
#define SHORTEST_FENCE   (30 * MILLISECOND) /* the kernel that ends it may count in steps of 10 ms */

/* What the kernel takes as a name of an interface. An alias (eth0:1) is none: the kernel drops what is behind the colon
 * where it is asked for an interface, so that eth0 would be meant. */
#define IFNAME_ALLOWED "an interface's name: 1..15 bytes without / : or blank"
bool ifname_is_valid(const char *name);
bool ifname_parse(struct span value, char out[static IFNAME_TEXT]); /* the same as a value, with %XX */
bool delay_parse(struct span value, usec *out);                     /* 0s..24h */
bool garp_parse(struct span value, struct garp *out);               /* N[,D[,M]]: what is left out stays as it was */
void put_garp(struct writer *w, const struct garp *g);
bool garp_op_parse(struct span value, bool *reply);      /* request or reply */
bool garp_pace_parse(struct span value, uint32_t *pace); /* 0s..60s */
void put_garp_style(struct writer *w,
                    const struct garp *g); /* garp-op= and garp-pace=, where they are not the default */
/* none, pass, ah or hmac, the last three also with :enforce, :permissive or :receive-only. */
bool auth_parse(struct span value, enum auth_type *type, enum auth_mode *mode);
void put_auth(struct writer *w, enum auth_type type, enum auth_mode mode);
const char *interval_wrong(uint8_t version, usec interval);
const char *interval_of_both_wrong(usec interval);
bool version_parse(struct span value, uint8_t *version, bool *both); /* 2, 3, or 2+3, which is 3 and both */
void put_version(struct writer *w, uint8_t version, bool both);      /* ver= */
/* An address that a machine can have: not zero, multicast, loopback or broadcast. */
const char *address_wrong(const struct ip *ip);
bool prefix_list_has(const struct prefix_list *list, const struct ip *ip); /* excluded= too */
/* "eth0-v4-51" */
void default_name(const struct identity *id, char out[static NAME_TEXT]);

#endif
