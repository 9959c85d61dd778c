/* Bounded reading of packets. A piece is taken whole or not at all; what lies inside a piece that was taken may be
 * fetched by offset. Pure. */
#ifndef CORE_BYTES_H
#define CORE_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* What is left to read; points into somebody else's bytes. */
struct cursor {
    const uint8_t *at, *end;
};

size_t bytes_left(const struct cursor *c);
/* The next n bytes, and the cursor moves behind them; NULL, and it stays, when they are not there. */
const uint8_t *take(struct cursor *c, size_t n);

/* Network order; the caller has taken the 2 or 4 bytes. */
uint16_t be16(const uint8_t *bytes);
uint32_t be32(const uint8_t *bytes);
void put_be16(uint8_t *bytes, uint16_t value);

#endif
