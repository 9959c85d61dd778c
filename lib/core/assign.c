#include "core/assign.h"

#include <string.h>

#include "core/event.h"
#include "core/keys.h"
#include "core/plain.h"

/* --- What to set. --- */

static bool is_key(struct span key)
{
    if (key.len == 0 || key.at[0] < 'a' || key.at[0] > 'z')
        return false;
    return strspn(key.at, "abcdefghijklmnopqrstuvwxyz0123456789-") >= key.len;
}

/* Of a kind that the key has anywhere; a key that is known nowhere takes anything. */
static bool fits_somewhere(struct span key, struct span value)
{
    size_t count;
    const struct event_keys *events = events_known(&count);
    bool known = false;
    for (size_t i = 0; i < count; i++) {
        size_t at = event_key_place(&events[i], key, 0);
        if (at == events[i].count || strcmp(events[i].event, "allow") == 0) /* which has ranges */
            continue;
        if (value_fits(events[i].keys[at].kind, value))
            return true;
        known = true;
    }
    return !known;
}

/* Names have a length that their readers have room for. */
static bool name_fits(struct span key, struct span value)
{
    char name[NODE_TEXT];
    if (span_is(key, "if"))
        return parse_name(value, name, IFNAME_TEXT);
    bool is_name = span_is(key, "seg") || span_is(key, "host") || span_is(key, "name");
    return !is_name || parse_name(value, name, sizeof name);
}

bool assign_add(struct assignments *a, const char *operand, const char **reason)
{
    const char *equals = strchr(operand, '=');
    struct span key = {operand, equals ? (size_t)(equals - operand) : 0};
    struct text value = {.at = a->text + a->used, .size = sizeof a->text - a->used};
    if (!is_key(key)) {
        *reason = "not KEY=VALUE";
        return false;
    }
    if (span_is(key, "time") || span_is(key, "event")) {
        *reason = "is no key, and cannot be set";
        return false;
    }
    plain_to_value(&value, (struct span){equals + 1, strlen(equals + 1)}, "");
    struct span written = {value.at, value.length};
    if (value.length == 0)
        *reason = "a value is missing";
    else if (value.cut || a->count == ASSIGNMENTS)
        *reason = "that is more than can be set";
    else if (!fits_somewhere(key, written) || !name_fits(key, written))
        *reason = "a value that this key cannot have";
    else
        *reason = NULL;
    for (size_t i = 0; i < a->count && !*reason; i++)
        if (span_equal(a->items[i].key, key))
            *reason = "duplicate key";
    if (*reason)
        return false;
    a->used += value.length + 1;
    a->items[a->count++] = (struct assignment){key, written};
    return true;
}

/* --- In a line. --- */

static const struct field *find(const struct line *l, struct span key)
{
    for (size_t i = 0; i < l->count; i++)
        if (span_equal(l->fields[i].key, key))
            return &l->fields[i];
    return NULL;
}

static bool has_identity(const struct line *l)
{
    for (size_t i = 0; i < l->count; i++)
        if (identity_key_place(l->fields[i].key) < IDENTITY_KEYS)
            return true;
    return false;
}

/* Where the key has its place, and those that the line has: e NULL: an event that is not known, whose other keys come
 * after what names. */
static size_t place(const struct event_keys *e, struct span key)
{
    return e ? event_key_place(e, key, 0) : identity_key_place(key);
}

static bool belongs(const struct event_keys *e, const struct line *l, const struct assignment *a)
{
    size_t at = place(e, a->key);
    bool names = identity_key_place(a->key) < IDENTITY_KEYS;
    if (e && at < e->count)
        return value_fits(e->keys[at].kind, a->value);
    return !names || (!e && has_identity(l));
}

/* Behind the last key that comes before it; what is not known comes before nothing. */
static const char *place_in(const struct event_keys *e, const struct line *l, struct span key)
{
    size_t last = e ? e->count : IDENTITY_KEYS, at = place(e, key);
    const char *behind = l->event.at + l->event.len;
    for (size_t i = 0; i < l->count; i++) {
        const struct field *f = &l->fields[i];
        if (at == last || place(e, f->key) < at)
            behind = f->value.at + f->value.len;
    }
    return behind;
}

static void set(struct text *t, const struct event_keys *e, const struct line *l, const struct assignment *a)
{
    const char *start = l->text.at, *end = start + l->text.len;
    const struct field *old = find(l, a->key);
    const char *from = old ? old->value.at : place_in(e, l, a->key), *to = old ? from + old->value.len : from;
    text_span(t, (struct span){start, (size_t)(from - start)});
    if (!old) {
        text_word(t, " ");
        text_span(t, a->key);
        text_word(t, "=");
    }
    text_span(t, a->value);
    text_span(t, (struct span){to, (size_t)(end - to)});
}

enum assign_result assign_to(const struct assignments *a, const struct line *l, struct line *out,
                             struct assign_buffer *buffer)
{
    const struct event_keys *e = event_find(l->event);
    struct span where;
    size_t done = 0; /* the text that is read is never the one that is written */
    *out = *l;
    for (size_t i = 0; i < a->count; i++) {
        struct text t = {.at = buffer->text[done % 2], .size = sizeof buffer->text[0]};
        if (!belongs(e, out, &a->items[i]))
            continue;
        set(&t, e, out, &a->items[i]);
        if (t.cut || line_parse(out, t.at, t.length, &where) != LINE_OK)
            return ASSIGN_FULL;
        done++;
    }
    return done > 0 ? ASSIGN_DONE : ASSIGN_SAME;
}
