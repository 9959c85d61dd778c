/* A line as one flat JSON object (RFC 8259), and back: vrrp-json(1) is the page of it. No tree is built and nothing
 * allocates: an object has no more members than a line has words, and none has an object in it.
 *
 * {"time":"2026-11-22T03:12:09.123456789Z","time_ns":"1795317129123456789","t":1795317129.123456789,"event":"advert",
 *  "if":"eth0","af":4,...}: a member for each key, with _ for -, in the line's order; the kind of its value is that of
 * core/keys.h. Text is as in core/plain.h. A key that is called like one of the four members at the head has a _ before it.
 * Pure. */
#ifndef CORE_JSON_H
#define CORE_JSON_H

#include "core/line.h"

enum {
    JSON_BYTES = 3 * LINE_BYTES + 2048, /* longest object that json_write makes, and that json_read takes */
    JSON_MEMBERS = 128,                 /* most that json_read takes */
};

/* The object, without a newline. Returns its length. */
size_t json_write(char out[static JSON_BYTES], const struct line *l);

enum json_error {
    JSON_OK,
    JSON_BLANK, /* nothing on the line: not an error */
    JSON_SYNTAX,
    JSON_NOT_UTF8,
    JSON_NESTED,
    JSON_BEHIND, /* something follows the object */
    JSON_TOO_MANY,
    JSON_TWICE,
    JSON_BAD_KEY,
    JSON_NO_EVENT,
    JSON_BAD_EVENT,
    JSON_BAD_TIME,
    JSON_BAD_VALUE, /* no value that this key can have */
    JSON_TOO_LONG,  /* the line would be */
};

/* The line, without a newline, into out; *length is its length. Well-formed in every case: what line_parse takes. On an
 * error *where is the offending piece of text. */
enum json_error json_read(const char *text, size_t len, char out[static LINE_BYTES + 1], size_t *length,
                          struct span *where);
const char *json_error_text(enum json_error e); /* for messages */

#endif
