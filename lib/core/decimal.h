/* Decimal numbers as JSON has them, exact: whole numbers of 1/10^decimals, never binary fractions. Pure. */
#ifndef CORE_DECIMAL_H
#define CORE_DECIMAL_H

#include "core/line.h"

enum { DECIMAL_TEXT = 32 };
/* The largest whole number that no reader of JSON, which may keep numbers as doubles, rounds: 2^53. */
#define DECIMAL_EXACT ((uint64_t)1 << 53)

/* text is a number by the grammar of JSON (RFC 8259 6): 3412.187, 1e3. False when it is negative, too large, or no whole
 * number of 1/10^decimals. */
bool decimal_parse(struct span text, unsigned decimals, uint64_t *out);
/* The shortest text: 3412187 with 3 decimals is 3412.187, 1000000 is 1000. Returns its length. */
size_t decimal_format(char out[static DECIMAL_TEXT], uint64_t value, unsigned decimals);

#endif
