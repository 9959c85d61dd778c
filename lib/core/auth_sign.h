/* Signs an advertisement, so that who has the key knows it for ours. Pure. */
#ifndef CORE_AUTH_SIGN_H
#define CORE_AUTH_SIGN_H

#include "core/auth_keys.h"

enum { AUTH_SIGNED_BYTES = 28 /* by so much a packet grows at most */ };

/* packet[0..length): an IP packet, without options or extension headers, with one VRRP message and nothing behind it, as
 * build_advert makes it; there is room for `room` bytes. seq: of an AH; now: when a trailer says that it was sent, but
 * always a little later than the one before by this key. Returns the new length, with all lengths and checksums made anew;
 * 0: it does not fit, or is of a version for which there is no such authentication. */
size_t auth_sign(uint8_t *packet, size_t length, size_t room, struct auth_key *key, uint32_t seq, stamp now);

#endif
