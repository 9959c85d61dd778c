/* SipHash-1-3 (Aumasson and Bernstein, 2012): a hash for tables that are filled by strangers. Who does not know the key
 * cannot choose what falls together. Pure. */
#ifndef CORE_SIPHASH_H
#define CORE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
    uint64_t words[2];
};

uint64_t siphash(const struct siphash_key *key, const void *bytes, size_t length);

#endif
