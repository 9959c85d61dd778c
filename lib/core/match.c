#include "core/match.h"

#include <string.h>

/* --- Values and their order. --- */

/* What kinds a word of an operand can be, in this order: the first that takes all of it. */
static const enum match_kind kinds[] = {MATCH_NUMBER, MATCH_DURATION, MATCH_ADDRESS, MATCH_PREFIX, MATCH_MAC};

static bool parse_kind(enum match_kind kind, struct span s, union match_value *out)
{
    stamp t;

    switch (kind) {
    case MATCH_TEXT:
        return false;
    case MATCH_NUMBER:
        return parse_u64(s, 0, UINT64_MAX, &out->number);
    case MATCH_DURATION:
        return parse_duration(s, &out->time);
    case MATCH_STAMP:
        if (!parse_stamp(s, &t))
            return false;
        out->time = t.ns;
        return true;
    case MATCH_ADDRESS:
    case MATCH_PREFIX:
        if (kind == MATCH_ADDRESS && memchr(s.at, '/', s.len))
            return false;
        return prefix_parse(&out->prefix, s.at, s.len);
    case MATCH_MAC:
        return mac_parse(&out->mac, s.at, s.len);
    }
    return false;
}

/* A line's value for an alternative of this kind: where an address is asked for, its length does not matter. */
static bool parse_for(enum match_kind kind, struct span s, union match_value *out)
{
    return parse_kind(kind == MATCH_ADDRESS ? MATCH_PREFIX : kind, s, out);
}

static int order(enum match_kind kind, const union match_value *a, const union match_value *b)
{
    int by_address;

    switch (kind) {
    case MATCH_TEXT:
        return 0;
    case MATCH_NUMBER:
        return (a->number > b->number) - (a->number < b->number);
    case MATCH_DURATION:
    case MATCH_STAMP:
        return (a->time > b->time) - (a->time < b->time);
    case MATCH_ADDRESS:
        return ip_compare(&a->prefix.ip, &b->prefix.ip);
    case MATCH_PREFIX:
        by_address = ip_compare(&a->prefix.ip, &b->prefix.ip);
        return by_address != 0 ? by_address : (int)a->prefix.length - (int)b->prefix.length;
    case MATCH_MAC:
        return memcmp(a->mac.bytes, b->mac.bytes, sizeof a->mac.bytes);
    }
    return 0;
}

static bool comparable(enum match_kind kind, const union match_value *a, const union match_value *b)
{
    return (kind != MATCH_ADDRESS && kind != MATCH_PREFIX) || a->prefix.ip.family == b->prefix.ip.family;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The next byte with its escape undone; a % that is none stands for itself. */
static unsigned char next_byte(struct span *s)
{
    unsigned char c = (unsigned char)s->at[0];
    size_t used = 1;

    if (c == '%' && s->len >= 3 && hex_digit(s->at[1]) >= 0 && hex_digit(s->at[2]) >= 0) {
        c = (unsigned char)(hex_digit(s->at[1]) << 4 | hex_digit(s->at[2]));
        used = 3;
    }
    s->at += used;
    s->len -= used;
    return c;
}

static bool same_text(struct span a, struct span b)
{
    while (a.len > 0 && b.len > 0) {
        if (next_byte(&a) != next_byte(&b))
            return false;
    }
    return a.len == 0 && b.len == 0;
}

/* --- Operands. --- */

static bool is_word(struct span s)
{
    if (s.len == 0 || s.at[0] < 'a' || s.at[0] > 'z')
        return false;
    for (size_t i = 1; i < s.len; i++) {
        char c = s.at[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return true;
}

static bool set_ends(struct match_alternative *a, struct span low, struct span high)
{
    a->has_low = low.len > 0;
    a->has_high = high.len > 0;
    return (!a->has_low || parse_kind(a->kind, low, &a->low)) && (!a->has_high || parse_kind(a->kind, high, &a->high));
}

static bool find_dots(struct span s, struct span *low, struct span *high)
{
    for (size_t i = 0; i + 2 <= s.len; i++) {
        if (s.at[i] == '.' && s.at[i + 1] == '.') {
            *low = (struct span){s.at, i};
            *high = (struct span){s.at + i + 2, s.len - i - 2};
            return true;
        }
    }
    return false;
}

static bool ends_in_order(const struct match_alternative *a, const char **reason)
{
    if (!a->has_low || !a->has_high ||
        (comparable(a->kind, &a->low, &a->high) && order(a->kind, &a->low, &a->high) <= 0))
        return true;
    *reason = "the low end of the range is above its high end, or of another family";
    return false;
}

static bool add_stamp(struct match_alternative *a, struct span low, struct span high, const char **reason)
{
    a->kind = MATCH_STAMP;
    if ((low.len > 0 || high.len > 0) && set_ends(a, low, high))
        return ends_in_order(a, reason);
    *reason = "time: Unix seconds or RFC 3339, or LOW..HIGH of these";
    return false;
}

static bool add_alternative(struct match *m, struct span key, struct span item, const char **reason)
{
    struct match_alternative *a = &m->alternatives[m->alternative_count];
    struct span low = item, high = item;

    if (m->alternative_count == MATCH_ALTERNATIVES) {
        *reason = "too many values";
        return false;
    }
    if (item.len == 0) {
        *reason = "a value is missing";
        return false;
    }
    *a = (struct match_alternative){.kind = MATCH_TEXT, .text = item};
    m->alternative_count++;

    bool range = find_dots(item, &low, &high);
    if (span_is(key, "time"))
        return add_stamp(a, low, high, reason);
    if (range && low.len == 0 && high.len == 0) {
        *reason = "a range needs one end at least";
        return false;
    }
    for (size_t i = 0; i < nitems(kinds); i++) {
        a->kind = kinds[i];
        if (set_ends(a, low, high))
            return ends_in_order(a, reason);
    }
    a->kind = MATCH_TEXT;
    if (range) {
        *reason = "a range is of two numbers, two durations with their units, or two addresses";
        return false;
    }
    return true;
}

static bool add_condition(struct match *m, struct span key, struct span value, bool negated, const char **reason)
{
    struct match_word *word = &m->words[m->word_count];
    struct span rest = value, item;

    if (m->word_count == MATCH_WORDS) {
        *reason = "too many words";
        return false;
    }
    if (value.len == 0) {
        *reason = "a value is missing";
        return false;
    }
    *word =
        (struct match_word){.key = key, .value = value, .negated = negated, .first = (uint16_t)m->alternative_count};
    while (list_next(&rest, &item)) {
        if (!add_alternative(m, key, item, reason))
            return false;
        word->count++;
    }
    m->word_count++;
    return true;
}

bool match_add(struct match *m, const char *operand, const char **reason)
{
    const char *equals = strchr(operand, '=');
    struct span word = {operand, equals ? (size_t)(equals - operand) : strlen(operand)};
    bool negated = equals && word.len > 0 && operand[word.len - 1] == '!';

    word.len -= negated;
    if (!is_word(word)) {
        *reason = equals ? "not a lower-case key before =" : "not an event or key=value";
        return false;
    }
    if (equals)
        return add_condition(m, word, (struct span){equals + 1, strlen(equals + 1)}, negated, reason);
    if (m->event_count == MATCH_WORDS) {
        *reason = "too many events";
        return false;
    }
    m->events[m->event_count++] = word;
    return true;
}

/* --- Lines. --- */

static bool within(const struct match_alternative *a, const union match_value *v)
{
    return (!a->has_low || (comparable(a->kind, &a->low, v) && order(a->kind, &a->low, v) <= 0)) &&
           (!a->has_high || (comparable(a->kind, v, &a->high) && order(a->kind, v, &a->high) <= 0));
}

static bool matches_item(const struct match *m, const struct match_word *word, struct span item)
{
    for (size_t i = word->first; i < (size_t)word->first + word->count; i++) {
        const struct match_alternative *a = &m->alternatives[i];
        union match_value v;

        if (span_equal(a->text, item)) /* mostly written the same */
            return true;
        if (a->kind == MATCH_TEXT ? same_text(a->text, item) : parse_for(a->kind, item, &v) && within(a, &v))
            return true;
    }
    return false;
}

static bool matches_time(const struct match *m, const struct match_word *word, const struct line *l)
{
    union match_value v = {.time = l->time.ns};

    for (size_t i = word->first; i < (size_t)word->first + word->count; i++) {
        if (l->has_time && within(&m->alternatives[i], &v))
            return true;
    }
    return false;
}

static bool matches_word(const struct match *m, const struct match_word *word, const struct line *l)
{
    struct span value, item;

    if (span_is(word->key, "time"))
        return matches_time(m, word, l);
    if (span_is(word->key, "event"))
        return matches_item(m, word, l->event);
    for (size_t i = 0; i < l->count; i++) {
        if (!span_equal(l->fields[i].key, word->key))
            continue;
        value = l->fields[i].value;
        while (list_next(&value, &item)) {
            if (matches_item(m, word, item))
                return true;
        }
        return false;
    }
    return false;
}

bool match_line(const struct match *m, const struct line *l)
{
    bool event = m->event_count == 0;

    for (size_t i = 0; i < m->event_count && !event; i++)
        event = span_equal(m->events[i], l->event);
    if (!event)
        return false;
    for (size_t i = 0; i < m->word_count; i++) {
        if (matches_word(m, &m->words[i], l) == m->words[i].negated)
            return false;
    }
    return true;
}
