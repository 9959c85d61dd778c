/* SipHash-1-3: lib/core/siphash.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/siphash.h"

enum { MOST = 64 };

static const struct row {
    uint64_t key[2];
    size_t length; /* of the message 00 01 02 ... */
    uint64_t hash;
} rows[] = {
    /* the key 00 01 .. 0f, as the authors' test vectors have it */
    {{0x0706050403020100, 0x0f0e0d0c0b0a0908}, 0, 0xabac0158050fc4dc},
    {{0x0706050403020100, 0x0f0e0d0c0b0a0908}, 1, 0xc9f49bf37d57ca93},
    {{0x0706050403020100, 0x0f0e0d0c0b0a0908}, 2, 0x82cb9b024dc7d44d},
    {{0x0706050403020100, 0x0f0e0d0c0b0a0908}, 3, 0x8bf80ab8e7ddf7fb},
    /* PYTHONHASHSEED=0 python3 -c 'print(hex(hash(bytes(range(15))) % 2**64))' */
    {{0, 0}, 15, 0xf30eb725bb91c9ea},
    {{0, 0}, 64, 0x75e05fd5bbc870c6},
};

static void known_hashes(void **state)
{
    uint8_t message[MOST];
    (void)state;
    for (uint8_t i = 0; i < MOST; i++)
        message[i] = i;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct siphash_key key = {{rows[i].key[0], rows[i].key[1]}};
        if (siphash(&key, message, rows[i].length) != rows[i].hash)
            fail_msg("row %zu", i);
    }
}

static void every_bit_counts(void **state)
{
    uint8_t message[MOST] = {0};
    const struct siphash_key key = {{1, 2}};
    (void)state;
    for (size_t length = 1; length <= MOST; length++) {
        uint64_t plain = siphash(&key, message, length);
        assert_true(plain != siphash(&key, message, length - 1));
        for (size_t bit = 0; bit < 8 * length; bit++) {
            message[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_true(plain != siphash(&key, message, length));
            message[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_hashes),
        cmocka_unit_test(every_bit_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
