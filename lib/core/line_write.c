#include "core/line.h"

#include <string.h>

enum { NUMBER_TEXT = 20 }; /* digits of UINT64_MAX */

static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
                            "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
                            "8081828384858687888990919293949596979899";

/* Writes exactly n digits of v, with leading zeros, from out[0]. */
static void format_digits(char *out, size_t n, uint64_t v)
{
    for (; n >= 2; n -= 2, v /= 100)
        memcpy(out + n - 2, pairs + v % 100 * 2, 2);
    if (n == 1)
        out[0] = (char)('0' + v % 10);
}

static size_t format_number(char out[static NUMBER_TEXT], uint64_t v)
{
    size_t n = 1;
    for (uint64_t rest = v; rest >= 10; rest /= 10)
        n++;
    format_digits(out, n, v);
    return n;
}

static uint64_t magnitude(int64_t v)
{
    return v < 0 ? -(uint64_t)v : (uint64_t)v;
}

size_t format_stamp(char out[static STAMP_TEXT], stamp t)
{
    uint64_t ns = t.ns < 0 ? 0 : (uint64_t)t.ns;
    size_t n = format_number(out, ns / 1000000000);
    out[n] = '.';
    format_digits(out + n + 1, 9, ns % 1000000000);
    out[n + 10] = '\0';
    return n + 10;
}

size_t format_duration(char out[static DURATION_TEXT], usec d)
{
    uint64_t v = magnitude(d);
    const char *unit = "us";
    if (v % 1000000 == 0) {
        v /= 1000000;
        unit = "s";
    } else if (v % 1000 == 0) {
        v /= 1000;
        unit = "ms";
    }
    size_t n = 0;
    if (d < 0)
        out[n++] = '-';
    n += format_number(out + n, v);
    size_t unit_len = strlen(unit);
    memcpy(out + n, unit, unit_len + 1);
    return n + unit_len;
}

/* Seconds with six decimals, and no NUL. */
static size_t format_seconds(char out[static DURATION_TEXT], int64_t us)
{
    size_t n = 0;
    if (us < 0)
        out[n++] = '-';
    n += format_number(out + n, magnitude(us) / 1000000);
    out[n] = '.';
    format_digits(out + n + 1, 6, magnitude(us) % 1000000);
    return n + 7;
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

/* " key=" and room for n bytes of value. Keys are short: copied in the loop that finds their end. */
static char *reserve_value(struct writer *w, const char *key, size_t n)
{
    size_t room = w->size - w->length;
    char *start = w->buffer + w->length, *at = start;
    if (w->full || room < n + 3) {
        w->full = true;
        return NULL;
    }
    char *last = start + (room - n - 1); /* where the = may stand at the latest */
    *at++ = ' ';
    for (; *key && at < last; key++)
        *at++ = *key;
    if (*key) {
        w->full = true;
        return NULL;
    }
    *at++ = '=';
    w->length += (size_t)(at - start) + n;
    return at;
}

/* A value is never empty: then the key is left out. */
static void put(struct writer *w, const char *key, const char *value, size_t len)
{
    char *at = len > 0 ? reserve_value(w, key, len) : NULL;
    if (at)
        memcpy(at, value, len);
}

void writer_begin(struct writer *w, stamp t, const char *event)
{
    char text[STAMP_TEXT];
    size_t len = w->format_time ? w->format_time(text, t) : format_stamp(text, t), event_len = strlen(event);
    w->full = false;
    w->start = w->length;
    w->list_key = NULL;
    char *at = reserve(w, len + 1 + event_len);
    if (!at)
        return;
    memcpy(at, text, len);
    at[len] = ' ';
    memcpy(at + len + 1, event, event_len);
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

void put_word(struct writer *w, const char *key, const char *word)
{
    if (word)
        put(w, key, word, strlen(word));
}

void put_text(struct writer *w, const char *key, struct span text)
{
    char *at = text.len > 0 ? reserve_value(w, key, escaped_length(text, "")) : NULL;
    if (at)
        write_escaped(at, text, "");
}

void put_raw(struct writer *w, const char *key, struct span value)
{
    put(w, key, value.at, value.len);
}

void put_u64(struct writer *w, const char *key, uint64_t value)
{
    char text[NUMBER_TEXT];
    put(w, key, text, format_number(text, value));
}

void put_duration(struct writer *w, const char *key, usec d)
{
    char text[DURATION_TEXT];
    put(w, key, text, format_duration(text, d));
}

void put_seconds(struct writer *w, const char *key, usec d)
{
    char text[DURATION_TEXT];
    size_t len = format_seconds(text, d);
    text[len] = 's';
    put(w, key, text, len + 1);
}

void put_steady(struct writer *w, const char *key, instant t)
{
    char text[DURATION_TEXT];
    put(w, key, text, format_seconds(text, t.us));
}

void put_ip(struct writer *w, const char *key, const struct ip *ip)
{
    char text[IP_TEXT];
    put(w, key, text, ip_format(text, ip));
}

void put_mac(struct writer *w, const char *key, const struct mac *mac)
{
    char text[MAC_TEXT];
    put(w, key, text, mac_format(text, mac));
}

void list_begin(struct writer *w, const char *key)
{
    w->list_key = key;
}

/* Room for an item of n bytes: behind " key=" when it is the first, else behind a comma. */
static char *reserve_item(struct writer *w, size_t n)
{
    if (w->list_key) {
        const char *key = w->list_key;
        w->list_key = NULL;
        return reserve_value(w, key, n);
    }
    char *at = reserve(w, n + 1);
    if (!at)
        return NULL;
    *at = ',';
    return at + 1;
}

static void list_item(struct writer *w, const char *item, size_t len)
{
    char *at = len > 0 ? reserve_item(w, len) : NULL;
    if (at)
        memcpy(at, item, len);
}

void list_word(struct writer *w, const char *word)
{
    list_item(w, word, strlen(word));
}

void list_text(struct writer *w, struct span text)
{
    char *at = text.len > 0 ? reserve_item(w, escaped_length(text, ",@:")) : NULL;
    if (at)
        write_escaped(at, text, ",@:");
}

void list_tail(struct writer *w, const char *word)
{
    size_t len = strlen(word);
    char *at = reserve(w, len);
    if (at)
        memcpy(at, word, len);
}

void list_u64(struct writer *w, uint64_t value)
{
    char text[NUMBER_TEXT];
    list_item(w, text, format_number(text, value));
}

void list_duration(struct writer *w, usec d)
{
    char text[DURATION_TEXT];
    list_item(w, text, format_duration(text, d));
}

void list_ip(struct writer *w, const struct ip *ip)
{
    char text[IP_TEXT];
    list_item(w, text, ip_format(text, ip));
}

void list_prefix(struct writer *w, const struct prefix *prefix)
{
    if (prefix->length == ip_size(prefix->ip.family) * 8) {
        list_ip(w, &prefix->ip);
        return;
    }
    char text[PREFIX_TEXT];
    list_item(w, text, prefix_format(text, prefix));
}

void list_end(struct writer *w)
{
    w->list_key = NULL;
}
