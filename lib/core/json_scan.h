/* The tokens of one flat JSON object (RFC 8259). Strict: what this takes every parser of JSON takes. Pure. */
#ifndef CORE_JSON_SCAN_H
#define CORE_JSON_SCAN_H

#include "core/json.h"

enum json_type { JSON_STRING, JSON_NUMBER, JSON_TRUE, JSON_FALSE, JSON_NULL, JSON_LIST };

/* Both point into the text. */
struct json_value {
    enum json_type type;
    struct span text; /* as it stands there; of a string what is between the quotes */
};
struct json_member {
    struct span name; /* as it stands between the quotes */
    struct json_value value;
};

/* All of an object, which is all of text but for blanks. members has room for JSON_MEMBERS. */
enum json_error json_scan(struct span text, struct json_member *members, size_t *count, struct span *where);
/* The next item of a JSON_LIST that json_scan took: takes it off *rest, which is the text of the list at first. False at
 * the end. */
bool json_item_next(struct span *rest, struct json_value *item);
/* What a string of json_scan's stands for, in UTF-8: itself when it has no backslash, else in buffer, which has room for
 * its length. */
struct span json_unescape(struct span string, char *buffer);

#endif
