#include "core/watch.h"

#include <stdarg.h>

#include "core/config_hint.h"
#include "core/config_value.h"

static const char *const kinds[WATCH_KINDS] = {
    [WATCH_LINK] = "link",       [WATCH_ADDRESS] = "address", [WATCH_ROUTE] = "route",
    [WATCH_PROCESS] = "process", [WATCH_CMDLINE] = "cmdline", [WATCH_FILE] = "file",
};

enum { TABLE_MAIN = 254, COUNT_MOST = 1000000 };

const char *watch_kind_name(enum watch_kind k)
{
    return kinds[k];
}

/* --- Values. --- */

/* MIN..MAX. A single number: both. *open: there was only one. */
static bool parse_range(struct span value, int64_t min, int64_t max, int64_t *from, int64_t *to, bool *open)
{
    size_t at = 0;
    while (at + 1 < value.len && (value.at[at] != '.' || value.at[at + 1] != '.'))
        at++;
    *open = at + 1 >= value.len;
    if (*open) {
        bool right = parse_i64(value, min, max, from);
        *to = *from;
        return right;
    }
    return parse_i64((struct span){value.at, at}, min, max, from) &&
           parse_i64((struct span){value.at + at + 2, value.len - at - 2}, min, max, to) && *from <= *to;
}

/* The bytes that an address of this length leaves to hosts are 0. */
static bool is_network(const struct prefix *p)
{
    for (unsigned bit = p->length; bit < ip_size(p->ip.family) * 8; bit++)
        if (p->ip.bytes[bit / 8] & 0x80 >> bit % 8)
            return false;
    return true;
}

static bool key_link(struct watch *w, struct span value)
{
    return ifname_parse(value, w->text);
}

static bool key_address(struct watch *w, struct span value)
{
    return ip_parse(&w->prefix.ip, value.at, value.len) && !address_wrong(&w->prefix.ip);
}

static bool key_route(struct watch *w, struct span value)
{
    if (span_is(value, "default")) {
        w->prefix = (struct prefix){.ip = {.family = 4}};
        return true;
    }
    return prefix_parse(&w->prefix, value.at, value.len) && is_network(&w->prefix);
}

static bool key_process(struct watch *w, struct span value)
{
    return parse_name(value, w->text, 256);
}

static bool key_cmdline(struct watch *w, struct span value)
{
    struct span item;
    while (list_next(&value, &item)) {
        if (!parse_name(item, w->text + w->length, sizeof w->text - w->length))
            return false;
        w->length += strlen(w->text + w->length) + 1;
    }
    return true;
}

static bool key_file(struct watch *w, struct span value)
{
    return parse_name(value, w->text, sizeof w->text) && w->text[0] == '/';
}

static bool key_name(struct watch *w, struct span value)
{
    return parse_name(value, w->name, sizeof w->name);
}

static bool key_if(struct watch *w, struct span value)
{
    return ifname_parse(value, w->ifname);
}

static bool key_via(struct watch *w, struct span value)
{
    return ip_parse(&w->via, value.at, value.len) && !address_wrong(&w->via);
}

static bool key_table(struct watch *w, struct span value)
{
    uint64_t n;
    if (!parse_u64(value, 1, UINT32_MAX, &n))
        return false;
    w->table = (uint32_t)n;
    return true;
}

static bool key_count(struct watch *w, struct span value)
{
    int64_t from, to;
    bool open;
    if (!parse_range(value, 0, COUNT_MOST, &from, &to, &open))
        return false;
    w->least = (uint32_t)from;
    w->most = open ? UINT32_MAX : (uint32_t)to;
    return from > 0 || !open;
}

static bool key_value(struct watch *w, struct span value)
{
    int64_t from, to;
    bool open;
    if (!parse_range(value, INT32_MIN, INT32_MAX, &from, &to, &open))
        return false;
    w->bounded = true;
    w->from = (int32_t)from;
    w->to = (int32_t)to;
    return true;
}

static bool key_rise(struct watch *w, struct span value)
{
    return delay_parse(value, &w->rise);
}

static bool key_fall(struct watch *w, struct span value)
{
    return delay_parse(value, &w->fall);
}

enum {
    OF_ADDRESS = 1 << WATCH_ADDRESS,
    OF_ROUTE = 1 << WATCH_ROUTE,
    OF_PROCESSES = 1 << WATCH_PROCESS | 1 << WATCH_CMDLINE,
    OF_FILE = 1 << WATCH_FILE,
    OF_ALL = (1 << WATCH_KINDS) - 1,
};

static const struct {
    const char *key;
    bool (*parse)(struct watch *w, struct span value);
    const char *allowed;
    unsigned of; /* kinds that have it; 0: it is one */
} keys[] = {
    {"name", key_name, "1..63 bytes", OF_ALL},
    {"link", key_link, IFNAME_ALLOWED, 0},
    {"address", key_address, "an IPv4 or IPv6 address, without a length", 0},
    {"route", key_route, "default, or ADDR/LEN without bits behind LEN", 0},
    {"process", key_process, "the name of a process, 1..255 bytes", 0},
    {"cmdline", key_cmdline, "a command and its arguments, with commas between, 1022 bytes at most", 0},
    {"file", key_file, "a path from / on, 1023 bytes at most", 0},
    {"if", key_if, IFNAME_ALLOWED, OF_ADDRESS | OF_ROUTE},
    {"via", key_via, "one address", OF_ROUTE},
    {"table", key_table, "1..4294967295", OF_ROUTE},
    {"count", key_count, "MIN (1 or more) or MIN..MAX", OF_PROCESSES},
    {"value", key_value, "a number or MIN..MAX, -2147483648..2147483647", OF_FILE},
    {"rise", key_rise, "0s..24h, a number and a unit", OF_ALL},
    {"fall", key_fall, "0s..24h, a number and a unit", OF_ALL},
};

/* --- A line. --- */

static void say(struct config_error *error, const char *text)
{
    size_t at = strlen(error->reason), room = sizeof error->reason - 1 - at, n = strlen(text);
    memcpy(error->reason + at, text, n < room ? n : room);
    error->reason[at + (n < room ? n : room)] = '\0';
}

/* The texts end with NULL. Always false. */
static bool refuse(struct config_error *error, struct span word, ...)
{
    va_list texts;
    error->word = word;
    error->reason[0] = '\0';
    va_start(texts, word);
    for (const char *text = va_arg(texts, const char *); text; text = va_arg(texts, const char *))
        say(error, text);
    va_end(texts);
    return false;
}

static struct span word_of(const struct field *f)
{
    return (struct span){f->key.at, (size_t)(f->value.at + f->value.len - f->key.at)};
}

static size_t find_key(struct span key)
{
    size_t i = 0;
    while (i < nitems(keys) && !span_is(key, keys[i].key))
        i++;
    return i;
}

static enum watch_kind kind_of(const char *key)
{
    unsigned k = 0;
    while (strcmp(kinds[k], key) != 0)
        k++;
    return (enum watch_kind)k;
}

static bool unknown_key(const struct field *f, struct config_error *error)
{
    const char *known[nitems(keys)];
    for (size_t i = 0; i < nitems(keys); i++)
        known[i] = keys[i].key;
    const char *nearest = nearest_word(f->key, known, nitems(keys));
    if (!nearest)
        return refuse(error, word_of(f), "unknown key", NULL);
    return refuse(error, word_of(f), "unknown key; did you mean ", nearest, "?", NULL);
}

/* Which of the words says what is watched. */
static const struct field *find_kind(const struct line *l, struct watch *w, struct config_error *error)
{
    const struct field *found = NULL;
    for (size_t i = 0; i < l->count; i++) {
        size_t k = find_key(l->fields[i].key);
        if (k == nitems(keys)) {
            (void)unknown_key(&l->fields[i], error);
            return NULL;
        }
        if (keys[k].of != 0)
            continue;
        if (found) {
            (void)refuse(error, word_of(&l->fields[i]), "one thing a watch", NULL);
            return NULL;
        }
        found = &l->fields[i];
        w->kind = kind_of(keys[k].key);
    }
    if (!found)
        (void)refuse(error, (struct span){l->text.at, 0}, "link, address, route, process, cmdline or file is missing",
                     NULL);
    return found;
}

static bool take(struct watch *w, const struct field *f, struct config_error *error)
{
    size_t k = find_key(f->key);
    if (keys[k].of != 0 && !(keys[k].of & 1u << w->kind))
        return refuse(error, word_of(f), keys[k].key, ": not of ", kinds[w->kind], NULL);
    return keys[k].parse(w, f->value) || refuse(error, word_of(f), keys[k].key, ": ", keys[k].allowed, NULL);
}

/* KIND:WHAT, as it is written. */
static bool name_by_kind(struct watch *w, const struct field *f)
{
    size_t before = f->key.len;
    memcpy(w->name, f->key.at, before);
    w->name[before] = ':';
    return parse_name(f->value, w->name + before + 1, sizeof w->name - before - 1);
}

bool watch_parse(struct watch *out, const struct line *l, struct config_error *error)
{
    *out = (struct watch){.table = TABLE_MAIN, .least = 1, .most = UINT32_MAX};
    const struct field *kind = find_kind(l, out, error);
    if (!kind)
        return false;
    for (size_t i = 0; i < l->count; i++)
        if (!take(out, &l->fields[i], error))
            return false;
    if (out->name[0] == '\0' && !name_by_kind(out, kind))
        return refuse(error, word_of(kind), "too long for a name: name= is needed", NULL);
    if (out->via.family && out->via.family != out->prefix.ip.family && !span_is(kind->value, "default"))
        return refuse(error, word_of(kind), "via: not of its family", NULL);
    if (out->via.family && span_is(kind->value, "default"))
        out->prefix.ip.family = out->via.family;
    return true;
}
