#include "core/line.h"

#include <string.h>

static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
                            "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
                            "8081828384858687888990919293949596979899";

/* Writes exactly n digits of v, with leading zeros. Returns their end. */
static inline char *write_digits(char *out, size_t n, uint32_t v)
{
    char *end = out + n;
    for (; n >= 2; n -= 2, v /= 100)
        memcpy(out + n - 2, pairs + v % 100 * 2, 2);
    if (n == 1)
        out[0] = (char)('0' + v % 10);
    return end;
}

static char *write_long(char *out, uint64_t v);

/* Most numbers in a line are short. */
static inline char *write_number(char *out, uint64_t v)
{
    if (v >= 100)
        return write_long(out, v);
    if (v >= 10)
        return write_digits(out, 2, (uint32_t)v);
    *out = (char)('0' + v);
    return out + 1;
}

/* In pieces, which are faster to divide. */
static char *write_long(char *out, uint64_t v)
{
    const uint32_t piece = 100000000;
    if (v >= piece)
        return write_digits(write_number(out, v / piece), 8, (uint32_t)(v % piece));
    uint32_t rest = (uint32_t)v;
    return write_digits(write_number(out, rest / 100), 2, rest % 100);
}

static uint64_t magnitude(int64_t v)
{
    return v < 0 ? -(uint64_t)v : (uint64_t)v;
}

size_t format_stamp(char out[static STAMP_TEXT], stamp t)
{
    uint64_t ns = t.ns < 0 ? 0 : (uint64_t)t.ns;
    char *end = write_number(out, ns / 1000000000);
    *end++ = '.';
    end = write_digits(end, 9, (uint32_t)(ns % 1000000000));
    *end = '\0';
    return (size_t)(end - out);
}

static char *write_duration(char *out, usec d)
{
    uint64_t v = magnitude(d);
    if (d < 0)
        *out++ = '-';
    if (v % 1000000 == 0) {
        out = write_number(out, v / 1000000);
    } else if (v % 1000 == 0) {
        out = write_number(out, v / 1000);
        *out++ = 'm';
    } else {
        out = write_number(out, v);
        *out++ = 'u';
    }
    *out++ = 's';
    return out;
}

size_t format_duration(char out[static DURATION_TEXT], usec d)
{
    char *end = write_duration(out, d);
    *end = '\0';
    return (size_t)(end - out);
}

/* Seconds with six decimals, and no unit. */
static char *write_seconds(char *out, int64_t us)
{
    if (us < 0)
        *out++ = '-';
    out = write_number(out, magnitude(us) / 1000000);
    *out++ = '.';
    return write_digits(out, 6, (uint32_t)(magnitude(us) % 1000000));
}

/* Keys and words are short: two copies that overlap take less than a call of memcpy. */
static inline char *copy(char *out, const char *from, size_t n)
{
    if (n >= 4 && n <= 8) {
        memcpy(out, from, 4);
        memcpy(out + n - 4, from + n - 4, 4);
    } else if (n == 2 || n == 3) {
        memcpy(out, from, 2);
        out[n - 1] = from[n - 1];
    } else {
        memcpy(out, from, n);
    }
    return out + n;
}

/* What stands before a value: " key=", or "," when there is no key: then it is a later item of a list. */
static inline size_t lead_length(struct span key)
{
    return key.len > 0 ? key.len + 2 : 1;
}

static inline char *write_lead(char *out, struct span key)
{
    if (key.len == 0) {
        *out = ',';
        return out + 1;
    }
    *out = ' ';
    out = copy(out + 1, key.at, key.len);
    *out = '=';
    return out + 1;
}

/* Room for n more bytes, or NULL: the line is then full and stays so. */
static char *reserve(struct writer *w, size_t n)
{
    if (w->full || n > w->size - w->length) {
        w->full = true;
        return NULL;
    }
    char *at = w->buffer + w->length;
    w->length += n;
    return at;
}

/* The lead, and room for n bytes of value. A value is never empty: then there is no lead either. */
static char *reserve_value(struct writer *w, struct span key, size_t n)
{
    char *at = n > 0 ? reserve(w, lead_length(key) + n) : NULL;
    if (!at)
        return NULL;
    w->list_key.len = 0;
    return write_lead(at, key);
}

static void put(struct writer *w, struct span key, struct span value)
{
    char *at = reserve_value(w, key, value.len);
    if (at)
        copy(at, value.at, value.len);
}

/* Where a value of at most VALUE_TEXT bytes is to be written: in its place when the longest would fit there; else
 * beside it, and end_value copies it when it does fit. */
static inline char *begin_value(struct writer *w, struct span key)
{
    if (w->full || w->size - w->length < key.len + 2 + VALUE_TEXT) {
        w->list_key = key;
        return w->beside;
    }
    return write_lead(w->buffer + w->length, key);
}

static inline void end_value(struct writer *w, const char *start, const char *end)
{
    if (start == w->beside) {
        put(w, w->list_key, (struct span){start, (size_t)(end - start)});
    } else if (end > start) {
        w->list_key.len = 0;
        w->length = (size_t)(end - w->buffer);
    }
}

void writer_begin(struct writer *w, stamp t, const char *event)
{
    char *text = w->size - w->length >= STAMP_TEXT ? w->buffer + w->length : w->beside;
    size_t len = w->format_time ? w->format_time(text, t) : format_stamp(text, t), event_len = strlen(event);
    w->full = false;
    w->start = w->length;
    w->list_key.len = 0;
    char *at = reserve(w, len + 1 + event_len);
    if (!at)
        return;
    if (at != text)
        memcpy(at, text, len);
    at[len] = ' ';
    copy(at + len + 1, event, event_len);
}

size_t writer_end(struct writer *w)
{
    char *at = reserve(w, 1);
    size_t len = w->length - w->start;
    if (!at || len > LINE_BYTES + 1) {
        w->length = w->start;
        w->full = true;
        return 0;
    }
    *at = '\n';
    return len;
}

/* Bytes outside ! .. ~, and %, are written %XX; so are those in `also`. */
static bool is_escaped(char c, const char *also)
{
    return c < '!' || c > '~' || c == '%' || (*also && strchr(also, c));
}

static size_t escaped_length(struct span text, const char *also)
{
    size_t n = text.len;
    for (size_t i = 0; i < text.len; i++)
        n += is_escaped(text.at[i], also) ? 2 : 0;
    return n;
}

static void write_escaped(char *out, struct span text, const char *also)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = (uint8_t)text.at[i];
        if (!is_escaped(text.at[i], also)) {
            *out++ = text.at[i];
            continue;
        }
        *out++ = '%';
        *out++ = digits[byte >> 4];
        *out++ = digits[byte & 15];
    }
}

static void put_escaped(struct writer *w, struct span key, struct span text, const char *also)
{
    char *at = reserve_value(w, key, escaped_length(text, also));
    if (at)
        write_escaped(at, text, also);
}

void writer_word(struct writer *w, struct span key, const char *word)
{
    if (word)
        put(w, key, (struct span){word, strlen(word)});
}

void writer_text(struct writer *w, struct span key, struct span text)
{
    put_escaped(w, key, text, "");
}

void writer_raw(struct writer *w, struct span key, struct span value)
{
    put(w, key, value);
}

void writer_u64(struct writer *w, struct span key, uint64_t value)
{
    char *at = begin_value(w, key);
    end_value(w, at, write_number(at, value));
}

void writer_i64(struct writer *w, struct span key, int64_t value)
{
    char *at = begin_value(w, key), *out = at;
    if (value < 0)
        *out++ = '-';
    end_value(w, at, write_number(out, magnitude(value)));
}

void writer_duration(struct writer *w, struct span key, usec d)
{
    char *at = begin_value(w, key);
    end_value(w, at, write_duration(at, d));
}

void writer_seconds(struct writer *w, struct span key, usec d)
{
    char *at = begin_value(w, key), *end = write_seconds(at, d);
    *end = 's';
    end_value(w, at, end + 1);
}

void writer_steady(struct writer *w, struct span key, instant t)
{
    char *at = begin_value(w, key);
    end_value(w, at, write_seconds(at, t.us));
}

void writer_stamp(struct writer *w, struct span key, stamp t)
{
    char text[STAMP_TEXT];
    writer_raw(w, key, (struct span){text, format_stamp(text, t)});
}

void writer_ip(struct writer *w, struct span key, const struct ip *ip)
{
    char *at = begin_value(w, key);
    end_value(w, at, at + ip_format(at, ip));
}

void writer_mac(struct writer *w, struct span key, const struct mac *mac)
{
    char *at = begin_value(w, key);
    end_value(w, at, at + mac_format(at, mac));
}

void writer_list(struct writer *w, struct span key)
{
    w->list_key = key;
}

void list_word(struct writer *w, const char *word)
{
    writer_word(w, w->list_key, word);
}

void list_text(struct writer *w, struct span text)
{
    put_escaped(w, w->list_key, text, ",@:");
}

void list_marked(struct writer *w, const char *mark, struct span text)
{
    size_t before = strlen(mark);
    char *at = text.len > 0 ? reserve_value(w, w->list_key, before + escaped_length(text, ",@:")) : NULL;
    if (!at)
        return;
    memcpy(at, mark, before);
    write_escaped(at + before, text, ",@:");
}

void list_tail(struct writer *w, const char *word)
{
    size_t len = strlen(word);
    char *at = reserve(w, len);
    if (at)
        memcpy(at, word, len);
}

void list_tail_text(struct writer *w, struct span text)
{
    char *at = reserve(w, escaped_length(text, ",@:"));
    if (at)
        write_escaped(at, text, ",@:");
}

void list_u64(struct writer *w, uint64_t value)
{
    writer_u64(w, w->list_key, value);
}

void list_duration(struct writer *w, usec d)
{
    writer_duration(w, w->list_key, d);
}

void list_ip(struct writer *w, const struct ip *ip)
{
    writer_ip(w, w->list_key, ip);
}

void list_prefix(struct writer *w, const struct prefix *prefix)
{
    if (prefix->length == ip_size(prefix->ip.family) * 8) {
        list_ip(w, &prefix->ip);
        return;
    }
    char *at = begin_value(w, w->list_key);
    end_value(w, at, at + prefix_format(at, prefix));
}

void list_end(struct writer *w)
{
    w->list_key.len = 0;
}
