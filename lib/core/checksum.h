/* The Internet checksum, RFC 1071. Sums are kept in the machine's byte order, which that RFC (section 2, B) allows:
 * only the field itself is ever written, so no sum is of use but to these functions. Pure. */
#ifndef CORE_CHECKSUM_H
#define CORE_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

/* A sum that was not folded yet; starts at 0. */
typedef uint64_t checksum;

/* Adds len bytes. Only the last piece of a message may have an odd length. */
checksum checksum_add(checksum sum, const uint8_t *bytes, size_t len);
/* Adds the pseudo-header of a message of len bytes of this IP protocol: IPv4 as in RFC 5798 5.2.8 (source, destination,
 * zero, protocol, length), IPv6 RFC 8200 8.1. src and dst are of one family. */
checksum checksum_add_pseudo(checksum sum, uint8_t protocol, const struct ip *src, const struct ip *dst, size_t len);
/* The sum included the checksum field: is it 0xFFFF? This takes 0x0000 and 0xFFFF in the field as the same, as RFC
 * 1624 section 3 wants; to compute the field anew and compare does not. */
bool checksum_holds(checksum sum);
/* The sum was made with zero in the field: writes the field's two bytes. */
void checksum_store(uint8_t field[static 2], checksum sum);

#endif
