#include "core/route.h"

#include <string.h>

#include "core/config_value.h"

enum { WORD_TEXT = 64 };

/* What an item says, and what it has said so far. */
struct item {
    struct route *route;
    const struct identity *id;
    bool has_to, has_from, has_table, has_priority, has_scope, has_action, has_mark;
};

/* --- values ---------------------------------------------------------------------------------------------------------- */

static bool take_word(struct span *rest, struct span *word)
{
    if (rest->at == NULL)
        return false;
    const char *plus = rest->len > 0 ? memchr(rest->at, '+', rest->len) : NULL;
    *word = (struct span){rest->at, plus != NULL ? (size_t)(plus - rest->at) : rest->len};
    *rest = plus != NULL ? (struct span){plus + 1, rest->len - word->len - 1} : (struct span){NULL, 0};
    return true;
}

static bool number(struct span s, uint64_t max, uint32_t *out)
{
    uint64_t n = 0;
    if (s.len > 2 && s.at[0] == '0' && s.at[1] == 'x') {
        for (size_t i = 2; i < s.len; i++) {
            static const char digits[] = "0123456789abcdef";
            const char *digit = strchr(digits, s.at[i] >= 'A' && s.at[i] <= 'F' ? s.at[i] - 'A' + 'a' : s.at[i]);
            if (digit == NULL || *digit == '\0' || n > UINT32_MAX)
                return false;
            n = n << 4 | (uint64_t)(digit - digits);
        }
    } else if (!parse_u64(s, 0, UINT32_MAX, &n)) {
        return false;
    }
    *out = (uint32_t)n;
    return n <= max;
}

/* One of a few names, or a number. */
struct name {
    const char *word;
    uint32_t number;
};
static const struct name tables[] = {{"main", TABLE_MAIN}, {"default", TABLE_DEFAULT}, {"local", TABLE_LOCAL}};
static const struct name scopes[] = {
    {"global", SCOPE_GLOBAL}, {"site", SCOPE_SITE}, {"link", SCOPE_LINK}, {"host", SCOPE_HOST}};
static const struct name actions[] = {
    {"blackhole", ROUTE_BLACKHOLE}, {"unreachable", ROUTE_UNREACHABLE}, {"prohibit", ROUTE_PROHIBIT}};

static bool named(struct span s, const struct name *names, size_t count, uint32_t *out)
{
    for (size_t n = 0; n < count; n++) {
        if (span_is(s, names[n].word)) {
            *out = names[n].number;
            return true;
        }
    }
    return false;
}

static bool host_bits(const struct prefix *p)
{
    for (size_t n = p->length; n < 8 * ip_size(p->ip.family); n++) {
        if (p->ip.bytes[n / 8] & 0x80u >> n % 8)
            return true;
    }
    return false;
}

static const char *prefix_of(struct span s, const struct item *i, struct prefix *out)
{
    *out = (struct prefix){0};
    if (span_is(s, "default") || span_is(s, "all"))
        return NULL; /* of the family that the rest has */
    if (!prefix_parse(out, s.at, s.len))
        return i->route->kind == KIND_ROUTE ? "begins with a destination: ADDR, ADDR/LEN or default"
                                            : "from and to: ADDR, ADDR/LEN or all";
    return host_bits(out) ? "an address has bits behind its prefix length" : NULL;
}

static const char *address_of(struct span s, struct ip *out, const char *wrong)
{
    return ip_parse(out, s.at, s.len) && !ip_is_zero(out) && !ip_is_multicast(out) ? NULL : wrong;
}

/* --- words ----------------------------------------------------------------------------------------------------------- */

static const char *take_to(struct item *i, struct span value)
{
    i->has_to = true;
    return prefix_of(value, i, &i->route->to);
}

static const char *take_from(struct item *i, struct span value)
{
    i->has_from = true;
    return prefix_of(value, i, &i->route->from);
}

static const char *take_via(struct item *i, struct span value)
{
    return address_of(value, &i->route->via, "via: the address of a router");
}

static const char *take_src(struct item *i, struct span value)
{
    return address_of(value, &i->route->src, "src: an address of this host");
}

static const char *take_dev(struct item *i, struct span value)
{
    memcpy(i->route->dev, value.at, value.len < IFNAME_TEXT ? value.len : 0);
    return value.len < IFNAME_TEXT && ifname_is_valid(i->route->dev) ? NULL : IFNAME_ALLOWED;
}

static const char *take_oif(struct item *i, struct span value)
{
    memcpy(i->route->oif, value.at, value.len < IFNAME_TEXT ? value.len : 0);
    return value.len < IFNAME_TEXT && ifname_is_valid(i->route->oif) ? NULL : IFNAME_ALLOWED;
}

static const char *take_table(struct item *i, struct span value)
{
    uint32_t *table = &i->route->table;
    i->has_table = true;
    if (!named(value, tables, nitems(tables), table) && (!number(value, UINT32_MAX, table) || *table == 0))
        return "table: 1..4294967295, main, default or local";
    return NULL;
}

static const char *take_priority(struct item *i, struct span value)
{
    i->has_priority = true;
    if (!number(value, UINT32_MAX, &i->route->priority))
        return i->route->kind == KIND_RULE ? "priority: 1..4294967295" : "metric: 0..4294967295";
    /* The kernel would choose another one each time. */
    return i->route->kind == KIND_RULE && i->route->priority == 0 ? "priority: 1..4294967295" : NULL;
}

static const char *take_scope(struct item *i, struct span value)
{
    uint32_t scope;
    i->has_scope = true;
    if (!named(value, scopes, nitems(scopes), &scope) && !number(value, UINT8_MAX, &scope))
        return "scope: global, site, link, host or 0..255";
    i->route->scope = (uint8_t)scope;
    return NULL;
}

static const char *take_mark(struct item *i, struct span value)
{
    const char *slash = memchr(value.at, '/', value.len);
    struct span mark = {value.at, slash != NULL ? (size_t)(slash - value.at) : value.len};
    struct span mask = slash != NULL ? (struct span){slash + 1, value.len - mark.len - 1} : (struct span){NULL, 0};
    i->has_mark = true;
    i->route->mask = UINT32_MAX;
    if (!number(mark, UINT32_MAX, &i->route->mark) || (slash != NULL && !number(mask, UINT32_MAX, &i->route->mask)))
        return "fwmark: MARK or MARK/MASK, decimal or 0x...";
    return NULL;
}

static const struct word {
    const char *word;
    enum route_kind kind;
    const char *(*take)(struct item *i, struct span value);
} words[] = {
    {"via", KIND_ROUTE, take_via},     {"dev", KIND_ROUTE, take_dev},     {"src", KIND_ROUTE, take_src},
    {"table", KIND_ROUTE, take_table}, {"scope", KIND_ROUTE, take_scope}, {"metric", KIND_ROUTE, take_priority},
    {"from", KIND_RULE, take_from},    {"to", KIND_RULE, take_to},        {"iif", KIND_RULE, take_dev},
    {"oif", KIND_RULE, take_oif},      {"fwmark", KIND_RULE, take_mark},  {"priority", KIND_RULE, take_priority},
    {"table", KIND_RULE, take_table},
};

static const struct word *find(enum route_kind kind, struct span s, size_t *at)
{
    for (*at = 0; *at < nitems(words); ++*at) {
        if (words[*at].kind == kind && span_is(s, words[*at].word))
            return &words[*at];
    }
    return NULL;
}

/* A word as it is meant: %XX undone. */
static bool decode(struct span s, char out[static WORD_TEXT], struct span *decoded)
{
    if (!parse_name(s, out, WORD_TEXT))
        return false;
    *decoded = (struct span){out, strlen(out)};
    return true;
}

static const char *unknown(const struct item *i)
{
    if (i->route->kind == KIND_ROUTE)
        return "via, dev, src, table, metric and scope take a value behind a +; onlink, none";
    return "from, to, iif, oif, fwmark, priority and table take a value behind a +; blackhole, unreachable, prohibit, none";
}

static const char *take_words(struct item *i, struct span rest)
{
    char text[WORD_TEXT], given[WORD_TEXT];
    struct span s, value;
    unsigned seen = 0;
    for (size_t n = 0; take_word(&rest, &s); n++) {
        uint32_t action;
        size_t at;
        if (!decode(s, text, &s))
            return unknown(i);
        bool may_act = i->route->kind == KIND_RULE || n == 0;
        const struct word *word = find((enum route_kind)i->route->kind, s, &at);
        if (may_act && !i->has_action && named(s, actions, nitems(actions), &action)) {
            i->route->action = (uint8_t)action;
            i->has_action = true;
            continue;
        }
        if (i->route->kind == KIND_ROUTE && !i->has_to) {
            const char *wrong = take_to(i, s);
            if (wrong != NULL)
                return wrong;
            continue;
        }
        if (i->route->kind == KIND_ROUTE && span_is(s, "onlink") && !i->route->onlink) {
            i->route->onlink = true;
            continue;
        }
        if (word == NULL || !take_word(&rest, &value) || !decode(value, given, &value))
            return unknown(i);
        if (seen & 1u << at)
            return "a word stands there twice";
        seen |= 1u << at;
        const char *wrong = word->take(i, value);
        if (wrong != NULL)
            return wrong;
    }
    return NULL;
}

/* --- as a whole ------------------------------------------------------------------------------------------------------ */

/* False: two of what it names are of different families. */
static bool one_family(struct route *r)
{
    const uint8_t families[] = {r->to.ip.family, r->from.ip.family, r->via.family, r->src.family};
    for (size_t n = 0; n < nitems(families); n++) {
        if (families[n] == 0)
            continue;
        if (r->family != 0 && r->family != families[n])
            return false;
        r->family = families[n];
    }
    return true;
}

static const char *route_whole(struct item *i)
{
    struct route *r = i->route;
    if (!i->has_to)
        return "begins with a destination: ADDR, ADDR/LEN or default";
    if (r->action != ROUTE_FORWARD && (r->via.family != 0 || r->dev[0] != '\0' || r->src.family != 0 || r->onlink))
        return "what leads nowhere has no via, dev, src or onlink";
    if (r->onlink && r->via.family == 0)
        return "onlink says something of via";
    bool needs_dev = r->via.family == 0 || r->onlink || ip_is_link_local(&r->via);
    if (r->action == ROUTE_FORWARD && needs_dev && r->dev[0] == '\0')
        memcpy(r->dev, i->id->ifname, sizeof r->dev);
    if (r->family == 6)
        r->scope = SCOPE_GLOBAL; /* it has none */
    else if (!i->has_scope)
        r->scope = r->action == ROUTE_FORWARD && r->via.family == 0 ? SCOPE_LINK : SCOPE_GLOBAL;
    if (r->family == 6 && r->priority == 0)
        r->priority = METRIC_6;
    return NULL;
}

static const char *rule_whole(const struct item *i)
{
    if (i->has_action == i->has_table)
        return "a rule has either table or one of blackhole, unreachable and prohibit";
    return NULL;
}

const char *route_parse(struct route *out, enum route_kind kind, const struct identity *id, struct span item)
{
    struct item i = {.route = out, .id = id};
    memset(out, 0, sizeof *out);
    out->kind = (uint8_t)kind;
    const char *wrong = take_words(&i, item);
    if (wrong != NULL)
        return wrong;
    if (!one_family(out))
        return "IPv4 and IPv6 in one item";
    if (out->family == 0)
        out->family = id->af;
    out->to.ip.family = out->from.ip.family = out->family;
    if (!i.has_table)
        out->table = kind == KIND_ROUTE ? TABLE_MAIN : 0;
    if (kind == KIND_RULE && !i.has_priority)
        out->priority = RULE_PRIORITY;
    return kind == KIND_ROUTE ? route_whole(&i) : rule_whole(&i);
}

const char *route_list_wrong(enum route_kind kind, struct span list, struct span *item)
{
    static const struct identity unknown_yet = {.ifname = "?", .af = 4};
    const struct span whole = {NULL, 0};
    struct route r;
    if (list.len > ROUTE_LIST_BYTES) {
        *item = whole;
        return "at most 4000 bytes";
    }
    for (size_t n = 0; list_next(&list, item); n++) {
        const char *wrong = route_parse(&r, kind, &unknown_yet, *item);
        if (wrong != NULL)
            return wrong;
    }
    *item = whole;
    return NULL;
}

bool route_equal(const struct route *a, const struct route *b)
{
    _Static_assert(sizeof *a == 108 + 4 * sizeof a->table, "no byte of it is not a field's");
    return memcmp(a, b, sizeof *a) == 0;
}
