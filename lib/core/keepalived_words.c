/* Words of keepalived.conf: numbers, times, yes and no; what is written of them; and what is said of those that have no
 * counterpart. */
#include <string.h>

#include "core/keepalived_internal.h"

bool ka_refuse(struct ka_conversion *v, const struct ka_item *item, struct span word, const char *reason)
{
    struct ka_error e = {.file = item->file, .line = item->line, .word = word};
    size_t n = strnlen(reason, sizeof e.reason - 1);
    memcpy(e.reason, reason, n);
    if (!v->failed)
        *v->error = e;
    else if (v->more)
        v->more(v->context, &e);
    v->failed = true;
    return false;
}

static bool is_secret(struct span word)
{
    return span_is(word, "auth_pass");
}

void ka_comment(struct ka_conversion *v, const struct ka_item *item, const char *why)
{
    struct ka_conf *c = v->conf;
    ka_put(c, KA_VR, "# ");
    ka_put(c, KA_VR, item->file);
    ka_put(c, KA_VR, ":");
    ka_put_u64(c, KA_VR, item->line);
    ka_put(c, KA_VR, ":");
    for (size_t i = 0; i < item->count && (i == 0 || !is_secret(item->words[0])); i++) {
        ka_put(c, KA_VR, " ");
        ka_put_span(c, KA_VR, item->words[i]);
    }
    ka_put(c, KA_VR, ": ");
    ka_put(c, KA_VR, why);
    ka_put(c, KA_VR, "\n");
}

struct span ka_argument(struct ka_conversion *v, const struct ka_item *item)
{
    if (item->count >= 2 && item->words[1].len > 0)
        return item->words[1];
    ka_refuse(v, item, item->words[0], "a word is missing behind it");
    return (struct span){"", 0};
}

bool ka_number(struct ka_conversion *v, const struct ka_item *item, uint64_t min, uint64_t max, uint64_t *out)
{
    struct span word = ka_argument(v, item);
    if (word.len == 0)
        return false;
    return parse_u64(word, min, max, out) || ka_refuse(v, item, word, "not a number that it can have");
}

/* 1, 0.5 or 1.25: up to six decimals. */
static bool parse_seconds(struct span word, usec *out)
{
    const char *point = memchr(word.at, '.', word.len);
    struct span whole = {word.at, point ? (size_t)(point - word.at) : word.len};
    uint64_t seconds = 0;
    usec part = 0, unit = SECOND;
    if (whole.len > 0 && !parse_u64(whole, 0, 1000000, &seconds))
        return false;
    for (size_t i = whole.len + 1; i < word.len; i++) {
        if (word.at[i] < '0' || word.at[i] > '9' || unit == 1)
            return false;
        unit /= 10;
        part += (word.at[i] - '0') * unit;
    }
    *out = (usec)seconds * SECOND + part;
    return word.len > 0 && (whole.len > 0 || unit < SECOND);
}

bool ka_seconds(struct ka_conversion *v, const struct ka_item *item, usec most, usec *out)
{
    struct span word = ka_argument(v, item);
    if (word.len == 0)
        return false;
    return (parse_seconds(word, out) && *out <= most) || ka_refuse(v, item, word, "not a time that it can have");
}

bool ka_yes(struct ka_conversion *v, const struct ka_item *item, bool *out)
{
    static const char *const words[][2] = {{"no", "yes"}, {"off", "on"}, {"false", "true"}};
    *out = true;
    if (item->count < 2)
        return true;
    for (size_t i = 0; i < nitems(words); i++)
        for (int yes = 0; yes < 2; yes++)
            if (span_is(item->words[1], words[i][yes])) {
                *out = yes;
                return true;
            }
    return ka_refuse(v, item, item->words[1], "on, off, true, false, yes or no");
}

void ka_put_key(struct ka_conf *c, enum ka_part part, const char *key)
{
    ka_put(c, part, " ");
    ka_put(c, part, key);
    ka_put(c, part, "=");
}

void ka_put_value(struct ka_conf *c, enum ka_part part, struct span text, bool in_list)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char b = (unsigned char)text.at[i];
        bool plain = b > ' ' && b <= '~' && b != '%' && !(in_list && strchr(",@:", b));
        char escaped[3] = {'%', digits[b >> 4], digits[b & 15]};
        ka_put_span(c, part, plain ? (struct span){text.at + i, 1} : (struct span){escaped, sizeof escaped});
    }
}

void ka_put_duration(struct ka_conf *c, enum ka_part part, usec d)
{
    usec unit = d % SECOND == 0 ? SECOND : d % MILLISECOND == 0 ? MILLISECOND : 1;
    ka_put_u64(c, part, (uint64_t)(d / unit));
    ka_put(c, part, unit == SECOND ? "s" : unit == MILLISECOND ? "ms" : "us");
}

static void apply(struct ka_conversion *v, const struct ka_rule *rule, const struct ka_item *item, void *into)
{
    if (rule->error)
        ka_refuse(v, item, item->words[0], rule->error);
    else if (rule->comment)
        ka_comment(v, item, rule->comment);
    else
        rule->take(v, into, item);
}

void ka_apply(struct ka_conversion *v, const struct ka_rule *rules, size_t count, const struct ka_item *items,
              void *into, const char *unknown)
{
    for (const struct ka_item *item = items; item; item = item->next) {
        size_t i = 0;
        while (i < count && !span_is(item->words[0], rules[i].word))
            i++;
        if (i < count)
            apply(v, &rules[i], item, into);
        else
            ka_refuse(v, item, item->words[0], unknown);
    }
}

struct ka_named *ka_named(struct ka_named *list, struct span name)
{
    while (list && !span_equal(list->name, name))
        list = list->next;
    return list;
}
