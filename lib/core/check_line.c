#include "core/check_line.h"

#include "core/check_state.h"
#include "core/config_hint.h"

static bool key_name(struct check_line *c, struct span value)
{
    return parse_name(value, c->name, sizeof c->name);
}

static bool key_command(struct check_line *c, struct span value)
{
    struct span item;
    size_t length = 0;
    while (list_next(&value, &item)) {
        if (c->words == CHECK_WORDS || !parse_name(item, c->command + length, sizeof c->command - length))
            return false;
        length += strlen(c->command + length) + 1;
        c->words++;
    }
    return true;
}

static bool duration(struct span value, usec *out)
{
    return parse_duration(value, out) && *out >= SHORTEST_CHECK && *out <= LONGEST_CHECK;
}

static bool key_interval(struct check_line *c, struct span value)
{
    return duration(value, &c->interval);
}

static bool key_timeout(struct check_line *c, struct span value)
{
    return duration(value, &c->timeout);
}

static bool results(struct span value, unsigned *out)
{
    uint64_t n;
    if (!parse_u64(value, 1, CHECK_RESULTS, &n))
        return false;
    *out = (unsigned)n;
    return true;
}

static bool key_rise(struct check_line *c, struct span value)
{
    return results(value, &c->rise);
}

static bool key_fall(struct check_line *c, struct span value)
{
    return results(value, &c->fall);
}

static const struct {
    const char *key;
    bool (*parse)(struct check_line *c, struct span value);
    const char *wrong;
} keys[] = {
    {"name", key_name, "name: 1..63 bytes"},
    {"command", key_command, "command: it and its arguments, with commas between: 64 words and 2047 bytes at most"},
    {"interval", key_interval, "interval: 10ms..1h, a number and a unit"},
    {"timeout", key_timeout, "timeout: 10ms..1h, a number and a unit"},
    {"rise", key_rise, "rise: 1..1000"},
    {"fall", key_fall, "fall: 1..1000"},
};

static void say(struct config_error *error, const char *text)
{
    size_t at = strlen(error->reason), room = sizeof error->reason - 1 - at, n = strlen(text);
    memcpy(error->reason + at, text, n < room ? n : room);
    error->reason[at + (n < room ? n : room)] = '\0';
}

/* Always false. */
static bool refuse(struct config_error *error, struct span word, const char *reason)
{
    error->word = word;
    error->reason[0] = '\0';
    say(error, reason);
    return false;
}

static bool take(struct check_line *c, const struct field *f, struct config_error *error)
{
    const char *known[nitems(keys)];
    struct span word = {f->key.at, (size_t)(f->value.at + f->value.len - f->key.at)};
    for (size_t i = 0; i < nitems(keys); i++) {
        if (span_is(f->key, keys[i].key))
            return keys[i].parse(c, f->value) || refuse(error, word, keys[i].wrong);
        known[i] = keys[i].key;
    }
    const char *nearest = nearest_word(f->key, known, nitems(keys));
    if (!nearest)
        return refuse(error, word, "unknown key");
    (void)refuse(error, word, "unknown key; did you mean ");
    say(error, nearest);
    say(error, "?");
    return false;
}

bool check_line_parse(struct check_line *out, const struct line *l, struct config_error *error)
{
    const struct span none = {l->text.at, 0};
    *out = (struct check_line){.interval = SECOND, .rise = 1, .fall = 1};
    for (size_t i = 0; i < l->count; i++)
        if (!take(out, &l->fields[i], error))
            return false;
    if (out->name[0] == '\0')
        return refuse(error, none, "name: missing; what it is called in track=");
    if (out->words == 0)
        return refuse(error, none, "command: missing");
    if (out->timeout == 0)
        out->timeout = out->interval;
    return true;
}
