#include <string.h>

#include "core/decimal.h"
#include "core/json_names.h"
#include "core/json_scan.h"
#include "core/plain.h"

struct reading {
    struct text out;
    const struct event_keys *known; /* NULL: an event that is not */
    size_t place;                   /* among its keys, behind the last one */
    char *buffer;                   /* for what a string stands for: as long as the text */
};

/* --- Values. --- */

static void add_char(struct text *t, char c)
{
    text_span(t, (struct span){&c, 1});
}

static void add_steady(struct text *t, uint64_t us)
{
    char fraction[] = ".000000";
    for (size_t i = 6; i > 0; i--, us /= 10)
        fraction[i] = (char)('0' + us % 10);
    text_u64(t, us);
    text_span(t, (struct span){fraction, sizeof fraction - 1});
}

static void add_duration(struct text *t, usec duration)
{
    char text[DURATION_TEXT];
    text_span(t, (struct span){text, format_duration(text, duration)});
}

static bool add_integer(struct text *t, struct span number)
{
    uint64_t value = 0;
    bool negative = number.len > 0 && number.at[0] == '-';
    bool good = decimal_parse((struct span){number.at + negative, number.len - negative}, 0, &value);
    if (negative && value > 0)
        add_char(t, '-');
    text_u64(t, value);
    return good && value <= INT64_MAX;
}

/* Of a key that has no numbers it is taken as it stands: somebody's own key, or one of the future. */
static bool add_number(struct text *t, enum value_kind kind, struct span number)
{
    uint64_t value = 0;
    bool good = true;
    switch (kind) {
    case KIND_NUMBER:
    case KIND_VERSION:
        good = decimal_parse(number, 0, &value);
        text_u64(t, value);
        break;
    case KIND_INTEGER:
        good = add_integer(t, number);
        break;
    case KIND_DURATION:
        good = decimal_parse(number, 3, &value) && value <= INT64_MAX;
        add_duration(t, good ? (usec)value : 0);
        break;
    case KIND_MEASURED:
        good = decimal_parse(number, 3, &value) && value <= INT64_MAX;
        add_steady(t, value);
        add_char(t, 's');
        break;
    case KIND_STEADY:
        good = decimal_parse(number, 6, &value) && value <= INT64_MAX;
        add_steady(t, value);
        break;
    case KIND_TEXT:
    case KIND_YES_NO:
    case KIND_ADDRESS:
    case KIND_MAC:
    case KIND_LIST:
    case KIND_GARP:
        text_span(t, number);
        break;
    }
    return good;
}

/* also: what to escape besides. False: no value of this kind. */
static bool add_scalar(struct reading *r, enum value_kind kind, const struct json_value *v, const char *also)
{
    bool counts = kind == KIND_NUMBER || kind == KIND_VERSION || kind == KIND_INTEGER || kind == KIND_DURATION ||
                  kind == KIND_MEASURED || kind == KIND_STEADY;
    switch (v->type) {
    case JSON_STRING:
        plain_to_value(&r->out, json_unescape(v->text, r->buffer), also);
        return true;
    case JSON_NUMBER:
        return add_number(&r->out, kind, v->text);
    case JSON_TRUE:
    case JSON_FALSE:
        text_word(&r->out, v->type == JSON_TRUE ? "yes" : "no");
        return !counts;
    case JSON_NULL:
    case JSON_LIST:
        break;
    }
    return false;
}

static bool add_value(struct reading *r, enum value_kind kind, const struct json_value *v)
{
    struct span rest = v->text;
    struct json_value item;
    if (v->type != JSON_LIST)
        return add_scalar(r, kind, v, "");
    for (size_t i = 0; json_item_next(&rest, &item); i++) {
        if (i > 0)
            add_char(&r->out, ',');
        if (!add_scalar(r, json_item_kind(kind, i), &item, ","))
            return false;
    }
    return true;
}

/* --- The head. --- */

static const struct json_value *find(const struct json_member *members, size_t count, enum json_head head)
{
    for (size_t i = 0; i < count; i++)
        if (json_head_of(members[i].name) == head && members[i].value.type != JSON_NULL)
            return &members[i].value;
    return NULL;
}

static bool parse_time(enum json_head head, const struct json_value *v, stamp *out)
{
    uint64_t ns;
    if (v->type != JSON_STRING && v->type != JSON_NUMBER)
        return false;
    if (head == HEAD_TIME)
        return v->type == JSON_STRING && parse_stamp(v->text, out);
    if (!decimal_parse(v->text, head == HEAD_T ? 9 : 0, &ns) || ns > INT64_MAX)
        return false;
    out->ns = (int64_t)ns;
    return true;
}

/* The one that is exact counts; without it the one that people write; then the one for computing. */
static enum json_error add_time(struct reading *r, const struct json_member *members, size_t count, struct span *where)
{
    static const enum json_head heads[] = {HEAD_TIME_NS, HEAD_TIME, HEAD_T};
    for (size_t i = 0; i < nitems(heads); i++) {
        const struct json_value *v = find(members, count, heads[i]);
        char text[STAMP_TEXT];
        stamp time;
        if (!v)
            continue;
        *where = v->text;
        if (!parse_time(heads[i], v, &time))
            return JSON_BAD_TIME;
        text_span(&r->out, (struct span){text, format_stamp(text, time)});
        add_char(&r->out, ' ');
        break;
    }
    return JSON_OK;
}

static bool is_word(struct span s, char joint)
{
    if (s.len == 0 || s.at[0] < 'a' || s.at[0] > 'z')
        return false;
    for (size_t i = 1; i < s.len; i++)
        if (!(s.at[i] >= 'a' && s.at[i] <= 'z') && !(s.at[i] >= '0' && s.at[i] <= '9') && s.at[i] != joint)
            return false;
    return true;
}

static enum json_error add_head(struct reading *r, const struct json_member *members, size_t count, struct span *where)
{
    const struct json_value *event = find(members, count, HEAD_EVENT);
    if (!event)
        return JSON_NO_EVENT;
    enum json_error error = add_time(r, members, count, where);
    if (error != JSON_OK)
        return error;
    *where = event->text;
    if (event->type != JSON_STRING || !is_word(event->text, '-'))
        return JSON_BAD_EVENT;
    r->known = event_find(event->text);
    text_span(&r->out, event->text);
    return JSON_OK;
}

/* --- Members. --- */

static struct span key_of(struct span name)
{
    if (name.len > 0 && name.at[0] == '_')
        return (struct span){name.at + 1, name.len - 1};
    return name;
}

/* The key, as it stands in the line, is returned. */
static struct span add_key(struct text *t, struct span name)
{
    add_char(t, ' ');
    size_t start = t->length;
    text_span(t, name);
    struct span key = {t->at + start, t->length - start};
    for (size_t i = start; i < t->length; i++)
        if (t->at[i] == '_')
            t->at[i] = '-';
    add_char(t, '=');
    return key;
}

static enum json_error add_member(struct reading *r, const struct json_member *m, struct span *where)
{
    struct span name = key_of(m->name);
    bool empty_list = m->value.type == JSON_LIST && m->value.text.len == 0;
    *where = m->name;
    if (!is_word(name, '_'))
        return JSON_BAD_KEY;
    if (m->value.type == JSON_NULL || empty_list) /* what is not there is left out */
        return JSON_OK;
    struct span key = add_key(&r->out, name);
    enum value_kind kind = KIND_TEXT;
    size_t at = r->known ? event_key_place(r->known, key, r->place) : 0;
    if (r->known && at < r->known->count) {
        kind = r->known->keys[at].kind;
        r->place = at + 1;
    }
    size_t start = r->out.length;
    bool good = add_value(r, kind, &m->value);
    if (good && (r->out.length > start || r->out.cut))
        return JSON_OK;
    *where = m->value.text.len > 0 ? m->value.text : m->name;
    return JSON_BAD_VALUE;
}

/* What a member is told from others by: _t and t are two, a_b and _a_b are one. */
static struct span identity_of(struct span name, enum json_head *head)
{
    *head = json_head_of(name);
    return *head != HEAD_NONE ? name : key_of(name);
}

/* seen: a bit for each hash so far, so that a name is compared with those before it only when it may be one of them. */
static bool stands_twice(const struct json_member *members, size_t i, uint64_t *seen)
{
    enum json_head head, other_head;
    struct span name = identity_of(members[i].name, &head);
    if (name.len == 0)
        return false;
    unsigned hash = ((uint8_t)name.at[0] * 7u + (uint8_t)name.at[name.len - 1] * 31u + (unsigned)name.len * 67u) & 63;
    bool maybe = (*seen >> hash & 1) != 0;
    *seen |= (uint64_t)1 << hash;
    for (size_t k = 0; k < i && maybe; k++) {
        struct span other = identity_of(members[k].name, &other_head);
        if (span_equal(name, other) && (head == HEAD_NONE) == (other_head == HEAD_NONE))
            return true;
    }
    return false;
}

static enum json_error add_members(struct reading *r, const struct json_member *members, size_t count,
                                   struct span *where)
{
    uint64_t seen = 0;
    size_t keys = 0;
    for (size_t i = 0; i < count; i++) {
        size_t before = r->out.length;
        enum json_error error = JSON_OK;
        if (stands_twice(members, i, &seen)) {
            *where = members[i].name;
            return JSON_TWICE;
        }
        if (json_head_of(members[i].name) == HEAD_NONE)
            error = add_member(r, &members[i], where);
        if (error != JSON_OK)
            return error;
        keys += r->out.length > before;
    }
    *where = (struct span){where->at, 0};
    return keys > LINE_FIELDS ? JSON_TOO_MANY : r->out.cut ? JSON_TOO_LONG : JSON_OK;
}

enum json_error json_read(const char *text, size_t len, char out[static LINE_BYTES + 1], size_t *length,
                          struct span *where)
{
    struct json_member members[JSON_MEMBERS];
    char buffer[JSON_BYTES];
    struct reading r = {.out = {.at = out, .size = LINE_BYTES + 1}, .buffer = buffer};
    size_t count;
    *where = (struct span){text, 0};
    *length = 0;
    if (len > JSON_BYTES)
        return JSON_TOO_LONG;
    enum json_error error = json_scan((struct span){text, len}, members, &count, where);
    if (error == JSON_OK)
        error = add_head(&r, members, count, where);
    if (error == JSON_OK)
        error = add_members(&r, members, count, where);
    *length = r.out.length;
    return error;
}

const char *json_error_text(enum json_error e)
{
    switch (e) {
    case JSON_OK:
        return "a line";
    case JSON_BLANK:
        return "a blank line";
    case JSON_SYNTAX:
        return "not JSON: an object on one line is expected";
    case JSON_NOT_UTF8:
        return "not UTF-8";
    case JSON_NESTED:
        return "an object or a list in a list: a line is flat";
    case JSON_BEHIND:
        return "something behind the object";
    case JSON_TOO_MANY:
        return "more than 64 keys";
    case JSON_TWICE:
        return "stands there twice";
    case JSON_BAD_KEY:
        return "not a key: lower-case letters, digits and _";
    case JSON_NO_EVENT:
        return "event is missing";
    case JSON_BAD_EVENT:
        return "not an event: a lower-case word";
    case JSON_BAD_TIME:
        return "not a time from 1970 to 2262: time_ns in nanoseconds, time in RFC 3339, t in seconds";
    case JSON_BAD_VALUE:
        return "a value that this key cannot have";
    case JSON_TOO_LONG:
        return "the line would be longer than 16384 bytes";
    }
    return "unknown error";
}
