#include "core/json_scan.h"

#include <string.h>

#include "core/plain.h"

struct scanner {
    const char *at, *end;
    enum json_error error;
    struct span where; /* of it */
};

static bool fail(struct scanner *s, enum json_error error, const char *from)
{
    s->error = error;
    s->where.at = from;
    while (from < s->end && *from != ' ' && *from != ',')
        from++;
    s->where.len = (size_t)(from - s->where.at);
    return false;
}

static void skip_blanks(struct scanner *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\r'))
        s->at++;
}

/* This byte, and the blanks behind it. */
static bool accept(struct scanner *s, char c)
{
    if (s->at == s->end || *s->at != c)
        return false;
    s->at++;
    skip_blanks(s);
    return true;
}

static bool expect(struct scanner *s, char c)
{
    return accept(s, c) || fail(s, JSON_SYNTAX, s->at);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The code of \uXXXX; -1: there is none. */
static int escape_code(const char *at, const char *end)
{
    int code = 0;
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        int digit = hex_digit(at[i]);
        if (digit < 0)
            return -1;
        code = code << 4 | digit;
    }
    return code;
}

static bool is_high(int code)
{
    return code >= 0xD800 && code <= 0xDBFF;
}

static bool is_low(int code)
{
    return code >= 0xDC00 && code <= 0xDFFF;
}

/* How long the escape at `at` is: half of a pair alone is none, for no UTF-8 could stand for it. */
static size_t escape_length(const char *at, const char *end)
{
    if (end - at < 2)
        return 0;
    if (at[1] != 'u')
        return strchr("\"\\/bfnrt", at[1]) && at[1] != '\0' ? 2 : 0;
    int code = escape_code(at, end);
    if (is_high(code))
        return is_low(escape_code(at + 6, end)) ? 12 : 0;
    return code < 0 || is_low(code) ? 0 : 6;
}

/* Behind the quote at s->at, to behind the one that ends it. */
static bool take_string(struct scanner *s, struct span *out)
{
    const char *open = s->at++;
    out->at = s->at;
    while (s->at < s->end && *s->at != '"') {
        uint8_t c = (uint8_t)*s->at;
        size_t length = 1;
        if (c == '\\')
            length = escape_length(s->at, s->end);
        else if (c >= 0x80)
            length = utf8_length((struct span){s->at, (size_t)(s->end - s->at)});
        if (c < 0x20 || length == 0)
            return fail(s, c >= 0x80 ? JSON_NOT_UTF8 : JSON_SYNTAX, c >= 0x20 ? s->at : open);
        s->at += length;
    }
    if (s->at == s->end)
        return fail(s, JSON_SYNTAX, open);
    out->len = (size_t)(s->at - out->at);
    s->at++;
    skip_blanks(s);
    return true;
}

static bool take_digits(struct scanner *s)
{
    const char *from = s->at;
    while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
        s->at++;
    return s->at > from;
}

/* RFC 8259 6: -?int[.digits][e[+-]digits], no zero before another digit. */
static bool take_number(struct scanner *s, struct span *out)
{
    out->at = s->at;
    s->at += *s->at == '-';
    bool zero = s->at < s->end && *s->at == '0';
    const char *whole = s->at;
    bool good = take_digits(s) && !(zero && s->at - whole > 1);
    if (good && s->at < s->end && *s->at == '.') {
        s->at++;
        good = take_digits(s);
    }
    if (good && s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
        s->at++;
        s->at += s->at < s->end && (*s->at == '+' || *s->at == '-');
        good = take_digits(s);
    }
    if (!good)
        return fail(s, JSON_SYNTAX, out->at);
    out->len = (size_t)(s->at - out->at);
    skip_blanks(s);
    return true;
}

static bool take_word(struct scanner *s, struct json_value *out)
{
    static const struct {
        const char *word;
        enum json_type type;
    } words[] = {{"true", JSON_TRUE}, {"false", JSON_FALSE}, {"null", JSON_NULL}};
    size_t left = (size_t)(s->end - s->at);
    for (size_t i = 0; i < nitems(words); i++) {
        size_t length = strlen(words[i].word);
        if (left < length || memcmp(s->at, words[i].word, length) != 0)
            continue;
        *out = (struct json_value){words[i].type, {s->at, length}};
        s->at += length;
        skip_blanks(s);
        return true;
    }
    return fail(s, JSON_SYNTAX, s->at);
}

static bool take_scalar(struct scanner *s, struct json_value *out)
{
    if (s->at == s->end)
        return fail(s, JSON_SYNTAX, s->at);
    if (*s->at == '"') {
        out->type = JSON_STRING;
        return take_string(s, &out->text);
    }
    if (*s->at == '-' || (*s->at >= '0' && *s->at <= '9')) {
        out->type = JSON_NUMBER;
        return take_number(s, &out->text);
    }
    if (*s->at == '{' || *s->at == '[')
        return fail(s, JSON_NESTED, s->at);
    return take_word(s, out);
}

/* The brackets are no part of a list's text. */
static bool take_value(struct scanner *s, struct json_value *out)
{
    struct json_value item;
    if (!accept(s, '['))
        return take_scalar(s, out);
    out->type = JSON_LIST;
    out->text = (struct span){s->at, 0};
    const char *end;
    if (accept(s, ']'))
        return true;
    do {
        if (!take_scalar(s, &item))
            return false;
        end = s->at;
    } while (accept(s, ','));
    out->text.len = (size_t)(end - out->text.at);
    return expect(s, ']');
}

static bool take_member(struct scanner *s, struct json_member *m)
{
    if (s->at == s->end || *s->at != '"')
        return fail(s, JSON_SYNTAX, s->at);
    return take_string(s, &m->name) && expect(s, ':') && take_value(s, &m->value);
}

static bool take_object(struct scanner *s, struct json_member *members, size_t *count)
{
    skip_blanks(s);
    if (s->at == s->end)
        return fail(s, JSON_BLANK, s->at);
    if (!expect(s, '{'))
        return false;
    if (!accept(s, '}')) {
        do {
            if (*count == JSON_MEMBERS)
                return fail(s, JSON_TOO_MANY, s->at);
            if (!take_member(s, &members[*count]))
                return false;
            ++*count;
        } while (accept(s, ','));
        if (!expect(s, '}'))
            return false;
    }
    return s->at == s->end || fail(s, JSON_BEHIND, s->at);
}

enum json_error json_scan(struct span text, struct json_member *members, size_t *count, struct span *where)
{
    struct scanner s = {.at = text.at, .end = text.at + text.len, .error = JSON_OK, .where = {text.at, 0}};
    *count = 0;
    take_object(&s, members, count);
    *where = s.where;
    return s.error;
}

bool json_item_next(struct span *rest, struct json_value *item)
{
    struct scanner s = {.at = rest->at, .end = rest->at + rest->len};
    if (rest->len == 0 || !take_scalar(&s, item))
        return false;
    accept(&s, ',');
    *rest = (struct span){s.at, (size_t)(s.end - s.at)};
    return true;
}

static char *put_utf8(char *out, unsigned code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xC0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        *out++ = (char)(0xE0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3F));
        *out++ = (char)(0x80 | (code & 0x3F));
    } else {
        *out++ = (char)(0xF0 | code >> 18);
        *out++ = (char)(0x80 | (code >> 12 & 0x3F));
        *out++ = (char)(0x80 | (code >> 6 & 0x3F));
        *out++ = (char)(0x80 | (code & 0x3F));
    }
    return out;
}

/* No escape is shorter than the UTF-8 that it stands for. */
static char *put_escape(char *out, const char *at, const char *end)
{
    static const char letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    if (at[1] != 'u') {
        *out = bytes[strchr(letters, at[1]) - letters];
        return out + 1;
    }
    unsigned code = (unsigned)escape_code(at, end);
    if (is_high((int)code))
        code = 0x10000 + ((code - 0xD800) << 10) + ((unsigned)escape_code(at + 6, end) - 0xDC00);
    return put_utf8(out, code);
}

struct span json_unescape(struct span string, char *buffer)
{
    const char *at = string.at, *end = at + string.len;
    char *out = buffer;
    if (string.len == 0 || !memchr(at, '\\', string.len))
        return string;
    while (at < end) {
        if (*at != '\\') {
            *out++ = *at++;
            continue;
        }
        out = put_escape(out, at, end);
        at += escape_length(at, end);
    }
    return (struct span){buffer, (size_t)(out - buffer)};
}
