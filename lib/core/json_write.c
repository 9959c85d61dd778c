#include <string.h>

#include "core/decimal.h"
#include "core/json.h"
#include "core/json_names.h"
#include "core/keys.h"
#include "core/plain.h"

static void add_char(struct text *t, char c)
{
    text_span(t, (struct span){&c, 1});
}

/* Bytes that do not stand in a string as they are: RFC 8259 7, and those that a terminal obeys. */
static void add_control(struct text *t, unsigned code)
{
    static const char digits[] = "0123456789abcdef";
    char text[] = {'\\', 'u', digits[code >> 12], digits[code >> 8 & 15], digits[code >> 4 & 15], digits[code & 15]};
    text_span(t, (struct span){text, sizeof text});
}

/* C1 controls, and the line and paragraph separators, at which some readers end a line: 0: neither. */
static unsigned control_of(struct span c)
{
    const uint8_t *at = (const uint8_t *)c.at;
    if (c.len == 1)
        return at[0] < 0x20 || at[0] == 0x7F ? at[0] : 0;
    if (c.len == 2)
        return at[0] == 0xC2 && at[1] < 0xA0 ? at[1] : 0;
    bool separator = c.len == 3 && at[0] == 0xE2 && at[1] == 0x80 && (at[2] == 0xA8 || at[2] == 0xA9);
    return separator ? 0x2000u | (at[2] & 0x3Fu) : 0;
}

static void add_quoted_run(struct text *t, struct span run)
{
    while (run.len > 0) {
        size_t plain = 0;
        while (plain < run.len && run.at[plain] != '"' && run.at[plain] != '\\')
            plain++;
        text_span(t, (struct span){run.at, plain});
        if (plain < run.len) {
            add_char(t, '\\');
            add_char(t, run.at[plain++]);
        }
        run = (struct span){run.at + plain, run.len - plain};
    }
}

static void add_string(struct text *t, struct span value)
{
    char one[PLAIN_BYTES];
    add_char(t, '"');
    while (value.len > 0) {
        struct span piece = plain_next(&value, one);
        unsigned control = piece.at == one ? control_of(piece) : 0;
        if (control != 0)
            add_control(t, control);
        else
            add_quoted_run(t, piece);
    }
    add_char(t, '"');
}

/* What no reader rounds is a number, the rest a string. */
static bool add_scaled(struct text *t, uint64_t value, unsigned decimals)
{
    char text[DECIMAL_TEXT];
    if (value > DECIMAL_EXACT)
        return false;
    text_span(t, (struct span){text, decimal_format(text, value, decimals)});
    return true;
}

static bool add_integer(struct text *t, int64_t value)
{
    uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
    if (value < 0 && size <= DECIMAL_EXACT)
        text_word(t, "-");
    return add_scaled(t, size, 0);
}

static void add_list(struct text *t, enum value_kind kind, struct span value);

/* A value that is not of its kind, which is somebody's mistake, is text. */
static void add_value(struct text *t, enum value_kind kind, struct span value)
{
    uint64_t number;
    int64_t integer;
    usec duration;
    instant steady;
    bool yes, done = false;
    switch (kind) {
    case KIND_NUMBER:
    case KIND_VERSION:
        done = parse_u64(value, 0, UINT64_MAX, &number) && add_scaled(t, number, 0);
        break;
    case KIND_INTEGER:
        done = parse_i64(value, INT64_MIN, INT64_MAX, &integer) && add_integer(t, integer);
        break;
    case KIND_DURATION:
    case KIND_MEASURED:
        done = parse_duration(value, &duration) && add_scaled(t, (uint64_t)duration, 3);
        break;
    case KIND_STEADY:
        done = parse_steady(value, &steady) && add_scaled(t, (uint64_t)steady.us, 6);
        break;
    case KIND_YES_NO:
        done = parse_yes_no(value, &yes);
        if (done)
            text_word(t, yes ? "true" : "false");
        break;
    case KIND_LIST:
    case KIND_GARP:
        add_list(t, kind, value);
        done = true;
        break;
    case KIND_TEXT:
    case KIND_ADDRESS:
    case KIND_MAC:
        break;
    }
    if (!done)
        add_string(t, value);
}

static void add_list(struct text *t, enum value_kind kind, struct span value)
{
    struct span item;
    add_char(t, '[');
    for (size_t i = 0; list_next(&value, &item); i++) {
        if (i > 0)
            add_char(t, ',');
        add_value(t, json_item_kind(kind, i), item);
    }
    add_char(t, ']');
}

static void add_name(struct text *t, struct span key)
{
    text_word(t, t->length > 1 ? ",\"" : "\"");
    if (json_name_is_taken(key))
        add_char(t, '_');
    size_t start = t->length;
    text_span(t, key);
    for (size_t i = start; i < t->length; i++)
        if (t->at[i] == '-')
            t->at[i] = '_';
    text_word(t, "\":");
}

static void add_two(char *out, unsigned v)
{
    out[0] = (char)('0' + v / 10 % 10);
    out[1] = (char)('0' + v % 10);
}

/* 2026-11-22T03:12:09, of Unix seconds that are not negative. Days are counted in years that begin with March, so that
 * the day that comes and goes is the last of its year. */
static void add_date(struct text *t, uint64_t seconds)
{
    char text[] = "YYYY-MM-DDTHH:MM:SS";
    unsigned days = (unsigned)(seconds / 86400) + 719468, second = (unsigned)(seconds % 86400); /* since 0000-03-01 */
    unsigned era = days / 146097, of_era = days % 146097;
    unsigned year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
    unsigned civil_year = era * 400 + year + (month >= 10);
    add_two(text, civil_year / 100);
    add_two(text + 2, civil_year);
    add_two(text + 5, month < 10 ? month + 3 : month - 9);
    add_two(text + 8, of_year - (153 * month + 2) / 5 + 1);
    add_two(text + 11, second / 3600);
    add_two(text + 14, second / 60 % 60);
    add_two(text + 17, second % 60);
    text_span(t, (struct span){text, sizeof text - 1});
}

static void add_time(struct text *t, stamp time)
{
    char unix_time[STAMP_TEXT];
    size_t length = format_stamp(unix_time, time), point = length - 10;
    struct span fraction = {unix_time + point, 10};
    text_word(t, "\"time\":\"");
    add_date(t, (uint64_t)time.ns / 1000000000);
    text_span(t, fraction);
    text_word(t, "Z\",\"time_ns\":\"");
    text_u64(t, (uint64_t)time.ns);
    text_word(t, "\",\"t\":");
    text_span(t, (struct span){unix_time, length});
    add_char(t, ',');
}

size_t json_write(char out[static JSON_BYTES], const struct line *l)
{
    struct text t = {.at = out, .size = JSON_BYTES};
    const struct event_keys *known = event_find(l->event);
    size_t place = 0;
    add_char(&t, '{');
    if (l->has_time)
        add_time(&t, l->time);
    text_word(&t, "\"event\":\"");
    text_span(&t, l->event);
    add_char(&t, '"');
    for (size_t i = 0; i < l->count; i++) {
        const struct field *f = &l->fields[i];
        size_t at = known ? event_key_place(known, f->key, place) : 0;
        bool listed = known && at < known->count;
        add_name(&t, f->key);
        add_value(&t, listed ? known->keys[at].kind : KIND_TEXT, f->value);
        place = listed ? at + 1 : place;
    }
    add_char(&t, '}');
    return t.length;
}
