#include "core/line.h"

#include <string.h>

/* What a byte may be part of. Every byte from ! to ~ may stand in a value; % only before two hex digits. */
enum { B = 1 /* blank */, K = 2 /* key or event */, L = 4 /* its first byte */, V = 8 /* value */, X = 16 /* hex */ };

/* clang-format off */
static const uint8_t byte_class[256] = {
    ['\t'] = B, [' '] = B,
    ['!'] = V, ['"'] = V, ['#'] = V, ['$'] = V, ['&'] = V, ['\''] = V, ['('] = V, [')'] = V, ['*'] = V, ['+'] = V,
    [','] = V, ['-'] = V | K, ['.'] = V, ['/'] = V, [':'] = V, [';'] = V, ['<'] = V, ['='] = V, ['>'] = V, ['?'] = V,
    ['@'] = V, ['['] = V, ['\\'] = V, [']'] = V, ['^'] = V, ['_'] = V, ['`'] = V, ['{'] = V, ['|'] = V, ['}'] = V,
    ['~'] = V,
    ['0'] = V | K | X, ['1'] = V | K | X, ['2'] = V | K | X, ['3'] = V | K | X, ['4'] = V | K | X,
    ['5'] = V | K | X, ['6'] = V | K | X, ['7'] = V | K | X, ['8'] = V | K | X, ['9'] = V | K | X,
    ['A'] = V | X, ['B'] = V | X, ['C'] = V | X, ['D'] = V | X, ['E'] = V | X, ['F'] = V | X,
    ['G'] = V, ['H'] = V, ['I'] = V, ['J'] = V, ['K'] = V, ['L'] = V, ['M'] = V, ['N'] = V, ['O'] = V, ['P'] = V,
    ['Q'] = V, ['R'] = V, ['S'] = V, ['T'] = V, ['U'] = V, ['V'] = V, ['W'] = V, ['X'] = V, ['Y'] = V, ['Z'] = V,
    ['a'] = V | K | L | X, ['b'] = V | K | L | X, ['c'] = V | K | L | X, ['d'] = V | K | L | X,
    ['e'] = V | K | L | X, ['f'] = V | K | L | X,
    ['g'] = V | K | L, ['h'] = V | K | L, ['i'] = V | K | L, ['j'] = V | K | L, ['k'] = V | K | L, ['l'] = V | K | L,
    ['m'] = V | K | L, ['n'] = V | K | L, ['o'] = V | K | L, ['p'] = V | K | L, ['q'] = V | K | L, ['r'] = V | K | L,
    ['s'] = V | K | L, ['t'] = V | K | L, ['u'] = V | K | L, ['v'] = V | K | L, ['w'] = V | K | L, ['x'] = V | K | L,
    ['y'] = V | K | L, ['z'] = V | K | L,
};
/* clang-format on */

static bool is(char c, unsigned class)
{
    return (byte_class[(uint8_t)c] & class) != 0;
}

/* By fours, so that only every fourth byte looks at the end: most of the time that a line takes goes by here. */
static inline const char *skip(const char *at, const char *end, unsigned class)
{
    for (; end - at >= 4; at += 4) {
        if (!is(at[0], class))
            return at;
        if (!is(at[1], class))
            return at + 1;
        if (!is(at[2], class))
            return at + 2;
        if (!is(at[3], class))
            return at + 3;
    }
    while (at < end && is(*at, class))
        at++;
    return at;
}

/* The whole word that begins at start: up to the next blank. */
static struct span word_from(const char *start, const char *end)
{
    const char *at = start;
    while (at < end && !is(*at, B))
        at++;
    return (struct span){start, (size_t)(at - start)};
}

/* Past the value: to the first byte that is no part of it. */
static const char *skip_value(const char *at, const char *end)
{
    for (;;) {
        at = skip(at, end, V);
        if (end - at < 3 || at[0] != '%' || !is(at[1], X) || !is(at[2], X))
            return at;
        at += 3;
    }
}

/* Which keys a line has, by a small hash, so that a new key is compared with the others only when it may be one. */
struct seen {
    uint64_t bits[4];
};

static bool is_duplicate(struct seen *seen, const struct line *l, struct span key)
{
    unsigned first = (uint8_t)key.at[0], last = (uint8_t)key.at[key.len - 1];
    unsigned hash = (first * 7 + last * 31 + (unsigned)key.len * 67) & 255;
    uint64_t bit = (uint64_t)1 << (hash & 63);
    if (!(seen->bits[hash >> 6] & bit)) {
        seen->bits[hash >> 6] |= bit;
        return false;
    }
    for (size_t i = 0; i < l->count; i++)
        if (span_equal(l->fields[i].key, key))
            return true;
    return false;
}

/* One key=value word at *at, taken into *f; *at goes behind it. */
static enum line_error parse_field(struct field *f, const char **at, const char *end)
{
    const char *start = *at, *equals = skip(start, end, K);
    if (equals == end || *equals != '=' || !is(*start, L)) {
        struct span word = word_from(start, end);
        return memchr(word.at, '=', word.len) ? LINE_BAD_KEY : LINE_NO_KEY;
    }
    f->key = (struct span){start, (size_t)(equals - start)};
    f->value.at = equals + 1;
    *at = skip_value(equals + 1, end);
    f->value.len = (size_t)(*at - f->value.at);
    if (*at < end && !is(**at, B))
        return LINE_BAD_VALUE;
    return f->value.len > 0 ? LINE_OK : LINE_NO_VALUE;
}

static enum line_error parse_fields(struct line *l, const char *at, const char *end, struct span *where)
{
    struct seen seen = {{0}};
    for (;;) {
        at = skip(at, end, B);
        if (at == end || *at == '#')
            return LINE_OK;
        const char *start = at;
        enum line_error error = LINE_TOO_MANY;
        if (l->count < LINE_FIELDS) {
            error = parse_field(&l->fields[l->count], &at, end);
            if (error == LINE_OK && is_duplicate(&seen, l, l->fields[l->count].key))
                error = LINE_DUPLICATE;
        }
        if (error != LINE_OK) {
            *where = word_from(start, end);
            return error;
        }
        l->count++;
    }
}

enum line_error line_parse(struct line *out, const char *text, size_t len, struct span *where)
{
    if (len > 0 && text[len - 1] == '\r')
        len--;
    out->text = (struct span){text, len};
    out->has_time = false;
    out->time = (stamp){0};
    out->event = (struct span){text, 0};
    out->count = 0;
    *where = (struct span){text, 0};
    if (len > LINE_BYTES)
        return LINE_TOO_LONG;
    const char *end = text + len, *at = skip(text, end, B);
    const char *nul = len > 0 ? memchr(text, '\0', len) : NULL;
    if (nul) {
        where->at = nul;
        return LINE_NUL;
    }
    if (at == end || *at == '#')
        return LINE_BLANK;
    if (*at == '-' || *at == '+' || *at == '.' || (*at >= '0' && *at <= '9')) {
        *where = word_from(at, end);
        if (!parse_stamp(*where, &out->time))
            return LINE_BAD_TIME;
        out->has_time = true;
        at = skip(at + where->len, end, B);
    }
    *where = word_from(at, end);
    const char *after = skip(at, end, K);
    if (at == end || !is(*at, L) || after != at + where->len)
        return LINE_BAD_EVENT;
    out->event = *where;
    where->len = 0;
    return parse_fields(out, after, end, where);
}

const char *line_error_text(enum line_error e)
{
    switch (e) {
    case LINE_OK:
        return "a well-formed line";
    case LINE_BLANK:
        return "a blank line";
    case LINE_TOO_LONG:
        return "the line is longer than 16384 bytes";
    case LINE_NUL:
        return "the line has a NUL byte";
    case LINE_BAD_TIME:
        return "not a time: Unix seconds with up to nine decimals, or RFC 3339, from 1970 to 2262";
    case LINE_BAD_EVENT:
        return "not an event: a lower-case word";
    case LINE_BAD_KEY:
        return "not a key: a lower-case word before =";
    case LINE_NO_KEY:
        return "not key=value";
    case LINE_NO_VALUE:
        return "a value is missing";
    case LINE_BAD_VALUE:
        return "a byte that must be written %XX, or a % without two hex digits";
    case LINE_DUPLICATE:
        return "duplicate key";
    case LINE_TOO_MANY:
        return "more than 64 words";
    }
    return "unknown error";
}

/* Words are short and mostly differ in their first byte: faster than strlen and memcmp. */
bool span_is(struct span s, const char *word)
{
    for (size_t i = 0; i < s.len; i++)
        if (word[i] == '\0' || s.at[i] != word[i])
            return false;
    return word[s.len] == '\0';
}

bool span_equal(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool line_get(const struct line *l, const char *key, struct span *value)
{
    for (size_t i = 0; i < l->count; i++) {
        if (span_is(l->fields[i].key, key)) {
            *value = l->fields[i].value;
            return true;
        }
    }
    return false;
}

bool line_u64(const struct line *l, const char *key, uint64_t min, uint64_t max, uint64_t *out)
{
    struct span value;
    return line_get(l, key, &value) && parse_u64(value, min, max, out);
}

bool line_duration(const struct line *l, const char *key, usec *out)
{
    struct span value;
    return line_get(l, key, &value) && parse_duration(value, out);
}

bool line_ip(const struct line *l, const char *key, struct ip *out)
{
    struct span value;
    return line_get(l, key, &value) && ip_parse(out, value.at, value.len);
}

bool line_mac(const struct line *l, const char *key, struct mac *out)
{
    struct span value;
    return line_get(l, key, &value) && mac_parse(out, value.at, value.len);
}

bool line_is(const struct line *l, const char *key, const char *word)
{
    struct span value;
    return line_get(l, key, &value) && span_is(value, word);
}
