#include "core/address.h"

#include <string.h>

const struct ip vrrp_group4 = {4, {224, 0, 0, 18}};
const struct ip vrrp_group6 = {6, {0xff, 0x02, [15] = 0x12}};

size_t ip_size(uint8_t family)
{
    return family == 4 ? 4 : family == 6 ? 16 : 0;
}

/* Halves first: a struct that is filled in small pieces and then copied whole stalls the CPU longer than the rest
 * takes. */
struct ip ip_from_bytes(uint8_t family, const uint8_t *bytes)
{
    struct ip ip;
    uint64_t halves[2] = {0, 0};
    if (family == 4)
        memcpy(halves, bytes, 4);
    else if (family == 6)
        memcpy(halves, bytes, 16);
    ip.family = family;
    memcpy(ip.bytes, halves, 16);
    return ip;
}

bool ip_equal(const struct ip *a, const struct ip *b)
{
    return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

int ip_compare(const struct ip *a, const struct ip *b)
{
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

bool ip_is_zero(const struct ip *ip)
{
    static const uint8_t zero[16];
    return memcmp(ip->bytes, zero, sizeof zero) == 0;
}

/* RFC 5771 (224/4), RFC 4291 2.7 (ff00::/8). */
bool ip_is_multicast(const struct ip *ip)
{
    return (ip->family == 4 && (ip->bytes[0] & 0xf0) == 0xe0) || (ip->family == 6 && ip->bytes[0] == 0xff);
}

/* RFC 1122 3.2.1.3 (127/8), RFC 4291 2.5.3 (::1). */
bool ip_is_loopback(const struct ip *ip)
{
    static const struct ip loopback6 = {6, {[15] = 1}};
    return (ip->family == 4 && ip->bytes[0] == 127) || ip_equal(ip, &loopback6);
}

/* RFC 3927 2.1, RFC 4291 2.5.6. */
bool ip_is_link_local(const struct ip *ip)
{
    return (ip->family == 4 && ip->bytes[0] == 169 && ip->bytes[1] == 254) ||
           (ip->family == 6 && ip->bytes[0] == 0xfe && (ip->bytes[1] & 0xc0) == 0x80);
}

struct mac vrrp_mac(uint8_t family, uint8_t vrid)
{
    return (struct mac){{0x00, 0x00, 0x5e, 0x00, family == 6 ? 0x02 : 0x01, vrid}};
}

bool is_vrrp_mac(const struct mac *mac)
{
    static const uint8_t start[4] = {0x00, 0x00, 0x5e, 0x00};
    return memcmp(mac->bytes, start, sizeof start) == 0 && (mac->bytes[4] == 1 || mac->bytes[4] == 2);
}

/* The text that is left. */
struct text {
    const char *at, *end;
};

static bool next_is(struct text *t, char c)
{
    if (t->at == t->end || *t->at != c)
        return false;
    t->at++;
    return true;
}

/* Up to three digits without a leading zero, at most max. */
static bool take_decimal(struct text *t, unsigned max, uint8_t *out)
{
    const char *start = t->at;
    unsigned value = 0;
    for (; t->at < t->end && *t->at >= '0' && *t->at <= '9'; t->at++) {
        if (t->at > start && value == 0)
            return false;
        value = value * 10 + (unsigned)(*t->at - '0');
        if (value > max)
            return false;
    }
    *out = (uint8_t)value;
    return t->at > start;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool take_ip4(struct text *t, uint8_t bytes[4])
{
    for (int n = 0; n < 4; n++) {
        if ((n > 0 && !next_is(t, '.')) || !take_decimal(t, 255, &bytes[n]))
            return false;
    }
    return true;
}

/* One to four hex digits: two bytes. */
static bool take_group(struct text *t, uint8_t bytes[2])
{
    const char *start = t->at;
    unsigned value = 0;
    for (; t->at < t->end && hex_digit(*t->at) >= 0; t->at++) {
        if (t->at - start == 4)
            return false;
        value = value << 4 | (unsigned)hex_digit(*t->at);
    }
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
    return t->at > start;
}

/* RFC 4291 2.2: eight groups; "::" once for one or more groups of zeros; the last two may be written as IPv4. */
static bool take_ip6(struct text *t, uint8_t bytes[16])
{
    size_t filled = 0, gap = SIZE_MAX;
    if (next_is(t, ':')) {
        if (!next_is(t, ':'))
            return false;
        gap = 0;
    }
    while (filled < 16 && t->at < t->end && !(filled == gap && *t->at == '/')) {
        const char *start = t->at;
        if (!take_group(t, bytes + filled))
            return false;
        if (t->at < t->end && *t->at == '.') {
            t->at = start;
            if (filled > 12 || !take_ip4(t, bytes + filled))
                return false;
            filled += 4;
            break;
        }
        filled += 2;
        if (t->at == t->end || *t->at != ':')
            break;
        t->at++;
        if (next_is(t, ':')) {
            if (gap != SIZE_MAX)
                return false;
            gap = filled;
        } else if (filled == 16 || t->at == t->end) {
            return false;
        }
    }
    if (gap == SIZE_MAX)
        return filled == 16;
    if (filled == 16)
        return false;
    size_t tail = filled - gap;
    memmove(bytes + 16 - tail, bytes + gap, tail);
    memset(bytes + gap, 0, 16 - filled);
    return true;
}

static bool take_ip(struct text *t, struct ip *out)
{
    struct text start = *t;
    *out = (struct ip){.family = 4};
    if (take_ip4(t, out->bytes))
        return true;
    *t = start;
    *out = (struct ip){.family = 6};
    return take_ip6(t, out->bytes);
}

bool ip_parse(struct ip *out, const char *text, size_t len)
{
    struct text t = {text, text + len};
    return take_ip(&t, out) && t.at == t.end;
}

bool prefix_parse(struct prefix *out, const char *text, size_t len)
{
    struct text t = {text, text + len};
    if (!take_ip(&t, &out->ip))
        return false;
    uint8_t bits = out->ip.family == 4 ? 32 : 128;
    out->length = bits;
    if (t.at == t.end)
        return true;
    return next_is(&t, '/') && take_decimal(&t, bits, &out->length) && t.at == t.end;
}

bool mac_parse(struct mac *out, const char *text, size_t len)
{
    if (len != MAC_TEXT - 1)
        return false;
    for (size_t n = 0; n < 6; n++) {
        int high = hex_digit(text[n * 3]), low = hex_digit(text[n * 3 + 1]);
        if (high < 0 || low < 0 || (n < 5 && text[n * 3 + 2] != ':'))
            return false;
        out->bytes[n] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* Octets as text, decimal and hexadecimal: addresses are half of a line, and looking up is faster than dividing. Behind
 * the digits stands a dot. */
#define LENGTH(n) ((n) < 10 ? 1 : (n) < 100 ? 2 : 3)
#define DIGIT(n, at)                                                                                                   \
    ((char)('0' + (LENGTH(n) - (at) == 3 ? (n) / 100 : LENGTH(n) - (at) == 2 ? (n) / 10 % 10 : (n) % 10)))
#define DECIMAL(n, at) ((at) < LENGTH(n) ? DIGIT(n, at) : '.')
#define HEX_DIGIT(n)   ((char)((n) < 10 ? '0' + (n) : 'a' + (n)-10))
// clang-format off
#define OCTET(n) {{DECIMAL(n, 0), DECIMAL(n, 1), DECIMAL(n, 2), '.'}, \
                  {HEX_DIGIT((n) >> 4), HEX_DIGIT((n) & 0xf)}, LENGTH(n)}
// clang-format on
#define OCTETS4(n)  OCTET(n), OCTET((n) + 1), OCTET((n) + 2), OCTET((n) + 3)
#define OCTETS16(n) OCTETS4(n), OCTETS4((n) + 4), OCTETS4((n) + 8), OCTETS4((n) + 12)
#define OCTETS64(n) OCTETS16(n), OCTETS16((n) + 16), OCTETS16((n) + 32), OCTETS16((n) + 48)
static const struct {
    char decimal[4];
    char hex[2];
    uint16_t length; /* of the decimal digits; 16 bits make it 8 bytes in all, which are found without multiplying */
} octets[256] = {OCTETS64(0), OCTETS64(64), OCTETS64(128), OCTETS64(192)};

/* Writes four bytes, of which the digits count: what comes next is written over the others. */
static char *write_decimal(char *out, uint8_t value)
{
    memcpy(out, octets[value].decimal, 4);
    return out + octets[value].length;
}

static char *write_ip4(char *out, const uint8_t bytes[4])
{
    for (int n = 0; n < 3; n++)
        out = write_decimal(out, bytes[n]) + 1; /* with its dot */
    return write_decimal(out, bytes[3]);
}

/* RFC 5952 4.1: no leading zeros. */
static char *write_group(char *out, const uint8_t bytes[2])
{
    const char *high = octets[bytes[0]].hex, *low = octets[bytes[1]].hex;
    if (bytes[0] >= 0x10)
        *out++ = high[0];
    if (bytes[0] != 0)
        *out++ = high[1];
    if (bytes[0] != 0 || bytes[1] >= 0x10)
        *out++ = low[0];
    *out++ = low[1];
    return out;
}

/* RFC 5952 4.2: the longest run of at least two zero groups, the first of equals. Its length, or 0. */
static int longest_zeros(const uint8_t bytes[16], int *start)
{
    int longest = 1;
    for (int n = 0, run = 0; n < 8; n++) {
        run = (bytes[n * 2] | bytes[n * 2 + 1]) == 0 ? run + 1 : 0;
        if (run > longest) {
            longest = run;
            *start = n + 1 - run;
        }
    }
    return longest > 1 ? longest : 0;
}

static char *write_groups(char *out, const uint8_t bytes[16], int from, int to)
{
    for (int n = from; n < to; n++) {
        if (n > from)
            *out++ = ':';
        out = write_group(out, bytes + n * 2);
    }
    return out;
}

static char *write_ip6(char *out, const uint8_t bytes[16])
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}; /* ::ffff:0:0/96: RFC 5952 5 */
    if (memcmp(bytes, mapped, sizeof mapped) == 0) {
        memcpy(out, "::ffff:", 7);
        return write_ip4(out + 7, bytes + 12);
    }
    int start = 0, length = longest_zeros(bytes, &start);
    if (length == 0)
        return write_groups(out, bytes, 0, 8);
    out = write_groups(out, bytes, 0, start);
    *out++ = ':';
    *out++ = ':';
    return write_groups(out, bytes, start + length, 8);
}

size_t ip_format(char out[static IP_TEXT], const struct ip *ip)
{
    char *end = ip->family == 4 ? write_ip4(out, ip->bytes) : ip->family == 6 ? write_ip6(out, ip->bytes) : out;
    *end = '\0';
    return (size_t)(end - out);
}

size_t prefix_format(char out[static PREFIX_TEXT], const struct prefix *prefix)
{
    char *end = out + ip_format(out, &prefix->ip);
    *end++ = '/';
    end = write_decimal(end, prefix->length);
    *end = '\0';
    return (size_t)(end - out);
}

size_t mac_format(char out[static MAC_TEXT], const struct mac *mac)
{
    for (size_t n = 0; n < 6; n++) {
        memcpy(out + n * 3, octets[mac->bytes[n]].hex, 2);
        out[n * 3 + 2] = ':';
    }
    out[MAC_TEXT - 1] = '\0';
    return MAC_TEXT - 1;
}
