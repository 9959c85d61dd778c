#include "core/plain.h"

#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that %XX at the head stands for; -1: there is no %XX. */
static int escaped(struct span s)
{
    if (s.len < 3 || s.at[0] != '%' || hex_digit(s.at[1]) < 0 || hex_digit(s.at[2]) < 0)
        return -1;
    return hex_digit(s.at[1]) << 4 | hex_digit(s.at[2]);
}

static struct span skip(struct span s, size_t n)
{
    return (struct span){s.at + n, s.len - n};
}

/* By its first byte: RFC 3629 4. The second has a range of its own, so that no character has two forms, none is a
 * surrogate, and none lies beyond U+10FFFF. */
size_t utf8_length(struct span text)
{
    if (text.len == 0)
        return 0;
    uint8_t first = (uint8_t)text.at[0], low = 0x80, high = 0xBF;
    if (first < 0x80)
        return 1;
    size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (length == 0 || text.len < length)
        return 0;
    if (first == 0xE0)
        low = 0xA0;
    else if (first == 0xED)
        high = 0x9F;
    else if (first == 0xF0)
        low = 0x90;
    else if (first == 0xF4)
        high = 0x8F;
    for (size_t i = 1; i < length; i++, low = 0x80, high = 0xBF)
        if ((uint8_t)text.at[i] < low || (uint8_t)text.at[i] > high)
            return 0;
    return length;
}

/* The bytes that up to four %XX in a row stand for. */
static struct span escaped_run(struct span s, char out[static PLAIN_BYTES])
{
    size_t count = 0;
    for (int byte; count < PLAIN_BYTES && (byte = escaped(s)) >= 0; s = skip(s, 3))
        out[count++] = (char)byte;
    return (struct span){out, count};
}

/* The %XX at the head. */
static struct span plain_escape(struct span *rest, char one[static PLAIN_BYTES])
{
    static const char digits[] = "0123456789ABCDEF";
    struct span run = escaped_run(*rest, one), behind = skip(*rest, 3);
    uint8_t byte = (uint8_t)one[0];
    bool stays_percent = byte == '%' && behind.len >= 2 && hex_digit(behind.at[0]) >= 0 && hex_digit(behind.at[1]) >= 0;
    size_t length = utf8_length(run);
    bool must = byte <= ' ' || byte >= 0x7F || byte == '%';
    if (length > 0 && byte != '\0' && must && !stays_percent) {
        *rest = skip(*rest, 3 * length);
        return (struct span){one, length};
    }
    one[0] = '%';
    one[1] = digits[byte >> 4];
    one[2] = digits[byte & 15];
    *rest = behind;
    return (struct span){one, 3};
}

struct span plain_next(struct span *rest, char one[static PLAIN_BYTES])
{
    if (escaped(*rest) >= 0)
        return plain_escape(rest, one);
    const char *percent = memchr(rest->at + 1, '%', rest->len - 1);
    struct span run = {rest->at, percent ? (size_t)(percent - rest->at) : rest->len};
    *rest = skip(*rest, run.len);
    return run;
}

static bool stands_for_itself(char c, const char *also)
{
    return c >= '!' && c <= '~' && c != '%' && !(*also && strchr(also, c));
}

static void put_escape(struct text *out, int byte)
{
    static const char digits[] = "0123456789ABCDEF";
    char text[] = {'%', digits[byte >> 4], digits[byte & 15]};
    text_span(out, (struct span){text, sizeof text});
}

void plain_to_value(struct text *out, struct span plain, const char *also)
{
    while (plain.len > 0) {
        size_t run = 0;
        while (run < plain.len && stands_for_itself(plain.at[run], also))
            run++;
        if (run > 0) {
            text_span(out, (struct span){plain.at, run});
            plain = skip(plain, run);
            continue;
        }
        int byte = escaped(plain);
        put_escape(out, byte >= 0 ? byte : (uint8_t)plain.at[0]);
        plain = skip(plain, byte >= 0 ? 3 : 1);
    }
}
