/* A vrrp_instance of keepalived.conf: virtual_routes and virtual_rules, as the items of route= and rule=. */
#include <string.h>

#include "core/keepalived_instance.h"

enum { ROUTES = 256, ITEM_MOST = 512 };

struct item {
    char text[ITEM_MOST];
    size_t length;
    bool full;
};

/* Words of one have a + between them. */
static void add(struct item *t, struct span word)
{
    size_t more = word.len + (t->length > 0);
    t->full = t->full || t->length + more > sizeof t->text;
    if (t->full)
        return;
    if (t->length > 0)
        t->text[t->length++] = '+';
    memcpy(t->text + t->length, word.at, word.len);
    t->length += word.len;
}

static void add_word(struct item *t, const char *word)
{
    add(t, (struct span){word, strlen(word)});
}

static bool keep(struct ka_conversion *v, const struct ka_item *at, struct ka_list *list, const struct item *t)
{
    if (t->full || list->count == ROUTES)
        return ka_refuse(v, at, at->words[0], t->full ? "too long" : "too many of them");
    if (!list->items)
        list->items = ka_allocate(v->conf, ROUTES * sizeof *list->items);
    if (list->items)
        list->items[list->count++] = ka_keep(v->conf, (struct span){t->text, t->length});
    return true;
}

/* What ours calls a word of theirs that another one follows; NULL: it has none. */
struct option {
    const char *theirs, *ours;
};

static const char *ours(const struct option *options, size_t count, struct span word)
{
    for (size_t i = 0; i < count; i++)
        if (span_is(word, options[i].theirs))
            return options[i].ours;
    return NULL;
}

static bool is_network(struct span word)
{
    struct prefix p;
    return span_is(word, "default") || prefix_parse(&p, word.at, word.len);
}

static bool is_default(struct span word)
{
    return span_is(word, "0.0.0.0/0") || span_is(word, "::/0") || span_is(word, "default");
}

static bool take_route(struct ka_conversion *v, struct ka_list *list, const struct ka_item *line)
{
    static const struct option options[] = {
        {"via", "via"},           {"gw", "via"},        {"dev", "dev"},
        {"table", "table"},       {"metric", "metric"}, {"priority", "metric"},
        {"preference", "metric"}, {"src", "src"},       {"scope", "scope"},
    };
    struct item rest = {.length = 0}, whole = {.length = 0};
    struct span network = {0}, kind = {0};
    for (size_t n = 0; n < line->count; n++) {
        struct span word = line->words[n];
        const char *option = ours(options, nitems(options), word);
        if (option && n + 1 < line->count) {
            add_word(&rest, option);
            add(&rest, line->words[++n]);
        } else if (span_is(word, "blackhole") || span_is(word, "unreachable") || span_is(word, "prohibit")) {
            kind = word;
        } else if (span_is(word, "onlink")) {
            add(&rest, word);
        } else if (span_is(word, "to") || span_is(word, "no_track")) {
            continue;
        } else if (network.len == 0 && is_network(word)) {
            network = word;
        } else {
            return ka_refuse(v, line, word,
                             span_is(word, "or") ? "a route with two next hops has no counterpart"
                                                 : "not known of a route");
        }
    }
    if (network.len == 0)
        return ka_refuse(v, line, line->words[0], "a route to nowhere");
    if (kind.len > 0)
        add(&whole, kind);
    if (is_default(network))
        add_word(&whole, "default");
    else
        add(&whole, network);
    if (rest.length > 0)
        add(&whole, (struct span){rest.text, rest.length});
    whole.full = whole.full || rest.full;
    return keep(v, line, list, &whole);
}

static bool take_rule(struct ka_conversion *v, struct ka_list *list, const struct ka_item *line)
{
    static const struct option options[] = {
        {"from", "from"},
        {"to", "to"},
        {"iif", "iif"},
        {"dev", "iif"},
        {"oif", "oif"},
        {"fwmark", "fwmark"},
        {"table", "table"},
        {"lookup", "table"},
        {"order", "priority"},
        {"priority", "priority"},
        {"preference", "priority"},
    };
    struct item whole = {.length = 0};
    for (size_t n = 0; n < line->count; n++) {
        struct span word = line->words[n];
        const char *option = ours(options, nitems(options), word);
        bool network = span_is(word, "from") || span_is(word, "to");
        if (option && n + 1 < line->count) {
            struct span value = line->words[++n];
            if (network && !span_is(value, "all") && !is_network(value))
                return ka_refuse(v, line, value, "not a network");
            if (network && span_is(value, "all"))
                continue;
            add_word(&whole, option);
            add(&whole, value);
        } else if (span_is(word, "blackhole") || span_is(word, "unreachable") || span_is(word, "prohibit")) {
            add(&whole, word);
        } else if (!span_is(word, "no_track")) {
            return ka_refuse(v, line, word, "not known of a rule");
        }
    }
    return keep(v, line, list, &whole);
}

bool ka_take_routes(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    struct ka_instance *i = into;
    for (const struct ka_item *line = item->children; line; line = line->next)
        if (!take_route(v, &i->routes, line))
            return false;
    return true;
}

bool ka_take_rules(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    struct ka_instance *i = into;
    for (const struct ka_item *line = item->children; line; line = line->next)
        if (!take_rule(v, &i->rules, line))
            return false;
    return true;
}
