/* Random values for property tests. Each run has a new seed, which is printed; SEED=N in the environment repeats one. */
#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

void random_start(const char *what);
uint64_t random_u64(void);
uint64_t random_range(uint64_t min, uint64_t max); /* both included */
bool random_bool(void);
void random_bytes(void *out, size_t size);
/* A text of 1..size-1 bytes without NUL: mostly plain, sometimes any bytes. */
void random_text(char *out, size_t size);
struct ip random_ip(uint8_t family); /* a unicast address */
struct mac random_mac(void);

#endif
