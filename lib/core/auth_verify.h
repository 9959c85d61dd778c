/* Is an advertisement from who has a key, and said now? What proves it is checked against the keys of its virtual router,
 * and whether it was said before against what was heard of its sender.
 *
 * What is remembered of senders has a fixed size, and only who has a key gets a place in it: a flood in the name of others
 * neither fills it nor drives anybody out. Pure: time is the capture's. */
#ifndef CORE_AUTH_VERIFY_H
#define CORE_AUTH_VERIFY_H

#include "core/auth_keys.h"
#include "core/sighting.h"
#include "core/siphash.h"

struct auth_verifier;
/* keys stay the caller's, and outlive it; random: nobody knows it. NULL: out of memory. */
struct auth_verifier *auth_verifier_new(struct auth_keys *keys, const struct siphash_key *random);
void auth_verifier_free(struct auth_verifier *v);

/* f: decoded from s, a FRAME_ADVERT. Where a key of its type is known for its virtual router: advert.auth_ok is whether it
 * is right. It is FRAME_BAD with VERDICT_AUTH from now on if it is not, or if it was said before, or, by the trailer's
 * clock, at another time (then auth_ok is true). What this host itself sends may be said twice.
 *
 * The same frame twice within 1 ms (mirror ports, bridges) is heard once. */
void auth_verify(struct auth_verifier *v, const struct sighting *s, struct frame *f);

#endif
