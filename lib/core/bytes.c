#include "core/bytes.h"

size_t bytes_left(const struct cursor *c)
{
    return (size_t)(c->end - c->at);
}

const uint8_t *take(struct cursor *c, size_t n)
{
    if (bytes_left(c) < n)
        return NULL;
    const uint8_t *piece = c->at;
    c->at += n;
    return piece;
}

uint16_t be16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

uint32_t be32(const uint8_t *bytes)
{
    return (uint32_t)be16(bytes) << 16 | be16(bytes + 2);
}

void put_be16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}
