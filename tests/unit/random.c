#include "tests/unit/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

static uint64_t state;

void random_start(const char *what)
{
    const char *seed = getenv("SEED");
    if (seed)
        state = strtoull(seed, NULL, 0);
    else if (getrandom(&state, sizeof(state), 0) != (ssize_t)sizeof(state))
        abort();
    fprintf(stderr, "%s: SEED=%llu\n", what, (unsigned long long)state);
}

/* splitmix64 */
uint64_t random_u64(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

uint64_t random_range(uint64_t min, uint64_t max)
{
    uint64_t span = max - min + 1;
    return span == 0 ? random_u64() : min + random_u64() % span;
}

bool random_bool(void)
{
    return random_u64() >> 63;
}

void random_bytes(void *out, size_t size)
{
    uint8_t *bytes = out;
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)random_u64();
}

void random_text(char *out, size_t size)
{
    static const char plain[] = "abcxyz0123456789-_.:,@%/=#AZ~! ";
    size_t length = random_range(1, size - 1);
    bool any = random_range(0, 3) == 0;
    for (size_t i = 0; i < length; i++)
        out[i] = any ? (char)random_range(1, 255) : plain[random_range(0, sizeof(plain) - 2)];
    out[length] = '\0';
}

struct ip random_ip(uint8_t family)
{
    uint8_t bytes[16];
    do {
        random_bytes(bytes, sizeof(bytes));
        if (family == 4)
            bytes[0] = (uint8_t)random_range(1, 223);
        else if (random_bool())
            for (size_t i = random_range(1, 8); i < 14; i++)
                bytes[i] = 0;
        if (family == 6)
            bytes[0] = random_bool() ? 0xfe : 0x20;
        if (family == 6 && bytes[0] == 0xfe)
            bytes[1] = (uint8_t)(0x80 | (bytes[1] & 0x3f));
    } while (family == 4 && bytes[0] == 127);
    return ip_from_bytes(family, bytes);
}

struct mac random_mac(void)
{
    struct mac mac;
    random_bytes(mac.bytes, sizeof(mac.bytes));
    return mac;
}
