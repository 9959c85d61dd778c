/* A flood is limited before it becomes lines. Pure: time is the frames'; memory is of fixed size and allocated at the
 * start; a frame costs the same whatever came before it.
 *
 * Adverts are limited by what they say, for who a packet is from is only a claim: two of them share a bucket when their
 * lines would differ in TIME and seq= at most. So what is left out was told a moment before, and a liar who speaks in a
 * peer's name cannot use up what the peer's own words need.
 *
 *   - What is known (was told before, and is remembered) is told 16 times in the interval that it names, but at least 16
 *     and at most 400 times a second; 32 at once. When all of it together nears 100,000 a second each is told less
 *     often, and those that say little are the last to be hurt.
 *   - Something new of a known speaker (source and MAC address, of one virtual router), a resign for instance: 20 a
 *     second, 20 at once.
 *   - Something new of a stranger: 100 a second, 512 at once.
 *   - Beyond these, it is told when it is said again, 8 ms later or more: routers repeat themselves, floods of random
 *     packets do not. 20,000 a second.
 *   - A frame that is, byte for byte, the last one told of its virtual router, less than 1 ms later, is that one seen
 *     twice (mirror ports, bridges).
 *
 * Other protocols (CARP, HSRP, GLBP) are limited in the same way, by their hello interval, and apart from adverts.
 *
 * So are announcements, but that the speaker is the address that they are about:
 *
 *   - What is known of it is told 16 times a second, 32 at once; but an answer only once a second, and the rest of these
 *     is not lost: it is the same answer, to others.
 *   - Something new of a known address: 20 a second, 20 at once; new addresses: 1,000 a second, 8,192 at once.
 *
 * What is not valid: 100 a second, 200 at once, for each rule that is broken, whoever it claims to be from.
 *
 * All of this for each interface and direction by itself. The memory for who is known is shared; who has been heard for
 * longest keeps his place. */
#ifndef CORE_LIMIT_H
#define CORE_LIMIT_H

#include "core/sighting.h"
#include "core/siphash.h"

struct limit;
struct limit *limit_new(const struct siphash_key *key); /* key: random, so that nobody knows it. NULL: out of memory */
void limit_free(struct limit *l);

/* Is this frame to be told? f: what it was decoded to, not FRAME_FOREIGN. An announcement that concerns no virtual router
 * (core/vips.h) does not come here. */
bool limit_passes(struct limit *l, const struct sighting *s, const struct frame *f);
/* How many were not, since last asked. The first copy of a frame that is seen twice does not count. */
uint64_t limit_dropped(struct limit *l);

#endif
