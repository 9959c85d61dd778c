/* The line: TIME EVENT key=value key=value ...  One module parses and formats; vrrp-events(5) is its page.
 * Pure: parsing points into the caller's bytes, writing goes into the caller's buffer, nothing allocates. */
#ifndef CORE_LINE_H
#define CORE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/address.h"
#include "core/units.h"

enum {
    LINE_BYTES = 16384, /* longest line, without its newline */
    LINE_FIELDS = 64,   /* most key=value words in one line */
    STAMP_TEXT = 40,    /* longest TIME, with its NUL */
    DURATION_TEXT = 24,
    VALUE_TEXT = 64, /* longest number, duration, address or prefix, with a NUL */
};

/* A piece of text that is not NUL-terminated; points into somebody else's bytes. */
struct span {
    const char *at;
    size_t len;
};

struct field {
    struct span key, value; /* value as written: escapes not undone */
};

struct line {
    struct span text; /* the whole line, without newline (and without a CR before it) */
    bool has_time;    /* false: written by hand, it happens now */
    stamp time;
    struct span event;
    size_t count;
    struct field fields[LINE_FIELDS];
};

enum line_error {
    LINE_OK,
    LINE_BLANK, /* nothing, or a comment (#): not an error, to be passed over */
    LINE_TOO_LONG,
    LINE_NUL,
    LINE_BAD_TIME,
    LINE_BAD_EVENT, /* not a lower-case word */
    LINE_BAD_KEY,   /* not a lower-case word before = */
    LINE_NO_KEY,    /* a word without = */
    LINE_NO_VALUE,  /* nothing after it */
    LINE_BAD_VALUE, /* a byte outside ! .. ~, or % without two hex digits */
    LINE_DUPLICATE,
    LINE_TOO_MANY, /* over LINE_FIELDS words */
};

/* Parse len bytes (newline not included). On an error, *where is the offending word. All spans point into text. */
enum line_error line_parse(struct line *out, const char *text, size_t len, struct span *where);
const char *line_error_text(enum line_error e); /* "duplicate key", ...: for messages */

bool span_is(struct span s, const char *word);
bool span_equal(struct span a, struct span b);

/* The value of a key. False when absent; typed ones also when the value is not of that type or range. */
bool line_get(const struct line *l, const char *key, struct span *value);
bool line_u64(const struct line *l, const char *key, uint64_t min, uint64_t max, uint64_t *out);
bool line_duration(const struct line *l, const char *key, usec *out);
bool line_ip(const struct line *l, const char *key, struct ip *out);
bool line_mac(const struct line *l, const char *key, struct mac *out);
bool line_is(const struct line *l, const char *key, const char *word);

/* Values, each in one place. True when all of the span is one value. */
bool parse_u64(struct span s, uint64_t min, uint64_t max, uint64_t *out);
bool parse_i64(struct span s, int64_t min, int64_t max, int64_t *out); /* -5 or 5 */
bool parse_duration(struct span s, usec *out); /* 1s 100ms 250us 5m 2h, not negative; also decimal 3.412187s */
bool parse_stamp(struct span s, stamp *out);   /* Unix seconds with up to nine decimals, or RFC 3339 */
bool parse_yes_no(struct span s, bool *out);
bool parse_steady(struct span s, instant *out);         /* seconds with up to six decimals, no unit */
bool parse_name(struct span s, char *out, size_t size); /* undoes %XX; false when it does not fit or holds a NUL */
/* The next item of a comma list: takes it off *rest. False at the end (rest->at is NULL then). An empty item gives
 * len 0. */
bool list_next(struct span *rest, struct span *item);

/* Writing. When something does not fit, `full` is set and writer_end returns 0: nothing half is ever handed on. */
struct writer {
    char *buffer;
    size_t size, length;
    bool full;                                                   /* of this line: writer_begin clears it */
    size_t (*format_time)(char out[static STAMP_TEXT], stamp t); /* NULL: Unix time; else e.g. RFC 3339 for people */
    /* below: its own; zero at first */
    size_t start;            /* of this line */
    struct span list_key;    /* of a value, or a list, that is not written yet */
    char beside[VALUE_TEXT]; /* a value for which there may be no room */
};

void writer_begin(struct writer *w, stamp t, const char *event); /* starts a new line after those in the buffer */
/* put_u64(w, "ttl", 255) writes " ttl=255". Macros over the functions below, so that the compiler counts the key. */
#define LINE_KEY(key)             ((struct span){key, strlen(key)})
#define put_word(w, key, ...)     writer_word(w, LINE_KEY(key), __VA_ARGS__)
#define put_text(w, key, ...)     writer_text(w, LINE_KEY(key), __VA_ARGS__)
#define put_raw(w, key, ...)      writer_raw(w, LINE_KEY(key), __VA_ARGS__)
#define put_u64(w, key, ...)      writer_u64(w, LINE_KEY(key), __VA_ARGS__)
#define put_i64(w, key, ...)      writer_i64(w, LINE_KEY(key), __VA_ARGS__)
#define put_duration(w, key, ...) writer_duration(w, LINE_KEY(key), __VA_ARGS__)
#define put_seconds(w, key, ...)  writer_seconds(w, LINE_KEY(key), __VA_ARGS__)
#define put_steady(w, key, ...)   writer_steady(w, LINE_KEY(key), __VA_ARGS__)
#define put_stamp(w, key, ...)    writer_stamp(w, LINE_KEY(key), __VA_ARGS__)
#define put_ip(w, key, ...)       writer_ip(w, LINE_KEY(key), __VA_ARGS__)
#define put_mac(w, key, ...)      writer_mac(w, LINE_KEY(key), __VA_ARGS__)
#define list_begin(w, key)        writer_list(w, LINE_KEY(key))
void writer_word(struct writer *w, struct span key, const char *word); /* a word of ours, not escaped; NULL: nothing */
void writer_text(struct writer *w, struct span key, struct span text); /* any bytes, escaped with %XX */
void writer_raw(struct writer *w, struct span key, struct span value); /* a value that is already in the line's form */
void writer_u64(struct writer *w, struct span key, uint64_t value);
void writer_i64(struct writer *w, struct span key, int64_t value);
void writer_duration(struct writer *w, struct span key, usec d);  /* integer, the largest unit that is exact: s ms us */
void writer_seconds(struct writer *w, struct span key, usec d);   /* measured: decimal seconds, 3.412187s */
void writer_steady(struct writer *w, struct span key, instant t); /* seconds with six decimals */
void writer_stamp(struct writer *w, struct span key, stamp t);    /* Unix time with nine decimals */
void writer_ip(struct writer *w, struct span key, const struct ip *ip);
void writer_mac(struct writer *w, struct span key, const struct mac *mac);
/* A comma list: list_begin writes " key="; each item of it writes "," before itself but the first. list_begin
 * followed by no item leaves nothing behind (a value is never empty). */
void writer_list(struct writer *w, struct span key);
void list_word(struct writer *w, const char *word);
void list_text(struct writer *w, struct span text);                     /* any bytes; , @ and : are escaped too */
void list_marked(struct writer *w, const char *mark, struct span text); /* the same, behind a word of ours */
void list_tail(struct writer *w, const char *word);                     /* of ours, behind the last item, no comma */
void list_tail_text(struct writer *w, struct span text);                /* any bytes, escaped as in list_text */
void list_u64(struct writer *w, uint64_t value);
void list_duration(struct writer *w, usec d);
void list_ip(struct writer *w, const struct ip *ip);
void list_prefix(struct writer *w, const struct prefix *prefix); /* without /32 and /128 */
void list_end(struct writer *w);
/* The newline; returns the length of this line, or 0 (and takes it back) if full. */
size_t writer_end(struct writer *w);

size_t format_stamp(char out[static STAMP_TEXT], stamp t); /* Unix time with nine decimals; before 1970: 0 */
size_t format_duration(char out[static DURATION_TEXT], usec d);

#endif
