#include "core/decimal.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool push(uint64_t *value, unsigned digit)
{
    if (*value > (UINT64_MAX - digit) / 10)
        return false;
    *value = *value * 10 + digit;
    return true;
}

/* e+12, at *at: capped, for what is far beyond any number of ours is out of range all the same. False: it is none. */
static bool take_exponent(const char *at, const char *end, int *out)
{
    enum { FAR = 1000 };
    int value = 0;
    *out = 0;
    if (at == end)
        return true;
    at++;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (at == end)
        return false;
    for (; at < end; at++) {
        if (!is_digit(*at))
            return false;
        value = value < FAR ? value * 10 + (*at - '0') : value;
    }
    *out = negative ? -value : value;
    return true;
}

bool decimal_parse(struct span text, unsigned decimals, uint64_t *out)
{
    const char *end = text.at + text.len, *exponent = text.at;
    while (exponent < end && *exponent != 'e' && *exponent != 'E')
        exponent++;
    /* how many digits behind the point, counted from where it is to be, are still to come */
    int left;
    uint64_t value = 0;
    bool behind = false, zero = true;
    if (text.len == 0 || *text.at == '-' || !take_exponent(exponent, end, &left))
        return false;
    left += (int)decimals;
    for (const char *at = text.at; at < exponent; at++) {
        if (*at == '.') {
            behind = true;
            continue;
        }
        unsigned digit = (unsigned)(*at - '0');
        if (!is_digit(*at))
            return false;
        zero = zero && digit == 0;
        if (!behind || left > 0) {
            if (!push(&value, digit))
                return false;
        } else if (digit != 0) {
            return false;
        }
        left -= behind && left > 0 ? 1 : 0;
    }
    for (; left > 0 && !zero; left--)
        if (!push(&value, 0))
            return false;
    for (; left < 0 && !zero; left++) {
        if (value % 10 != 0)
            return false;
        value /= 10;
    }
    *out = value;
    return true;
}

size_t decimal_format(char out[static DECIMAL_TEXT], uint64_t value, unsigned decimals)
{
    char digits[DECIMAL_TEXT];
    size_t first = sizeof digits;
    bool shown = false; /* zeros at the end are left out */
    for (unsigned i = 0; i < decimals; i++, value /= 10) {
        shown = shown || value % 10 != 0;
        if (shown)
            digits[--first] = (char)('0' + value % 10);
    }
    if (shown)
        digits[--first] = '.';
    do {
        digits[--first] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    memcpy(out, digits + first, sizeof digits - first);
    return sizeof digits - first;
}
