#include "core/checksum.h"

#include <string.h>

#include "core/bytes.h"

/* 32-bit words are added as they lie in memory: a 64-bit sum takes 2^32 of them before anything is lost, and folding
 * adds the halves together, as if 16-bit words had been added. */
checksum checksum_add(checksum sum, const uint8_t *bytes, size_t len)
{
    for (; len >= 4; bytes += 4, len -= 4) {
        uint32_t word;
        memcpy(&word, bytes, sizeof word);
        sum += word;
    }
    if (len == 0)
        return sum;
    uint32_t rest = 0; /* an odd byte is the first of a pair whose other is zero */
    memcpy(&rest, bytes, len);
    return sum + rest;
}

/*  0               1               2               3
 * +---------------+---------------+---------------+---------------+
 * |                      source address (4 or 16)                 |
 * +---------------+---------------+---------------+---------------+
 * |                   destination address (4 or 16)               |
 * +---------------+---------------+---------------+---------------+
 * |     zero      |   protocol    |            length             |   IPv4, RFC 5798 5.2.8
 * +---------------+---------------+---------------+---------------+
 * |                             length                            |   IPv6, RFC 8200 8.1
 * |                     zero                      |   protocol    |
 * +---------------+---------------+---------------+---------------+
 * As a sum the two tails are the same while the length is below 65,536. */
checksum checksum_add_pseudo(checksum sum, uint8_t protocol, const struct ip *src, const struct ip *dst, size_t len)
{
    uint8_t tail[4] = {0, protocol};
    put_be16(tail + 2, (uint16_t)len);
    sum = checksum_add(sum, tail, sizeof tail);
    sum = checksum_add(sum, src->bytes, ip_size(src->family));
    return checksum_add(sum, dst->bytes, ip_size(dst->family));
}

static uint16_t fold(checksum sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

bool checksum_holds(checksum sum)
{
    return fold(sum) == 0xffff;
}

void checksum_store(uint8_t field[static 2], checksum sum)
{
    uint16_t value = (uint16_t)~fold(sum);
    memcpy(field, &value, sizeof value);
}
