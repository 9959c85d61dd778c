/* A route or a rule as the item that says it: what has its default is left out. */
#include <string.h>

#include "core/route.h"

enum { NUMBER_TEXT = 11 };

struct text {
    char *at;
    size_t length;
};

static void add(struct text *t, const char *what)
{
    size_t n = strlen(what);
    memcpy(t->at + t->length, what, n + 1);
    t->length += n;
}

static void word(struct text *t, const char *what)
{
    if (t->length > 0)
        add(t, "+");
    add(t, what);
}

/* An interface's name may hold any byte but / : and blanks. */
static void name(struct text *t, const char *key, const char *ifname)
{
    static const char digits[] = "0123456789ABCDEF";
    if (ifname[0] == '\0')
        return;
    word(t, key);
    add(t, "+");
    for (; *ifname != '\0'; ifname++) {
        uint8_t byte = (uint8_t)*ifname;
        bool plain = byte >= '!' && byte <= '~' && strchr("%,@+", *ifname) == NULL;
        const char escaped[] = {'%', digits[byte >> 4], digits[byte & 15], '\0'}, as_it_is[] = {*ifname, '\0'};
        add(t, plain ? as_it_is : escaped);
    }
}

static void number(struct text *t, uint32_t n)
{
    char out[NUMBER_TEXT];
    size_t at = sizeof out - 1;
    out[at] = '\0';
    do
        out[--at] = (char)('0' + n % 10);
    while (n /= 10);
    add(t, out + at);
}

static void numbered(struct text *t, const char *key, uint32_t n)
{
    word(t, key);
    add(t, "+");
    number(t, n);
}

static void prefix(struct text *t, const struct prefix *p)
{
    char out[PREFIX_TEXT];
    bool host = p->length == 8 * ip_size(p->ip.family);
    if (host)
        ip_format(out, &p->ip);
    else
        prefix_format(out, p);
    word(t, out);
}

static void address(struct text *t, const char *key, const struct ip *ip)
{
    char out[IP_TEXT];
    if (ip->family == 0)
        return;
    word(t, key);
    ip_format(out, ip);
    word(t, out);
}

static const char *const actions[] = {
    [ROUTE_BLACKHOLE] = "blackhole", [ROUTE_UNREACHABLE] = "unreachable", [ROUTE_PROHIBIT] = "prohibit"};

static void route(struct text *t, const struct route *r)
{
    bool forward = r->action == ROUTE_FORWARD;
    if (!forward)
        word(t, actions[r->action]);
    prefix(t, &r->to);
    address(t, "via", &r->via);
    name(t, "dev", r->dev);
    if (r->table != TABLE_MAIN)
        numbered(t, "table", r->table);
    if (r->priority != (r->family == 6 ? METRIC_6 : 0))
        numbered(t, "metric", r->priority);
    address(t, "src", &r->src);
    if (r->family == 4 && r->scope != (forward && r->via.family == 0 ? SCOPE_LINK : SCOPE_GLOBAL))
        numbered(t, "scope", r->scope);
    if (r->onlink)
        word(t, "onlink");
}

static void rule(struct text *t, const struct route *r)
{
    if (r->from.length > 0 || r->to.length == 0) {
        word(t, "from");
        prefix(t, &r->from);
    }
    if (r->to.length > 0) {
        word(t, "to");
        prefix(t, &r->to);
    }
    name(t, "iif", r->dev);
    name(t, "oif", r->oif);
    if (r->mask != 0) {
        numbered(t, "fwmark", r->mark);
        if (r->mask != UINT32_MAX) {
            add(t, "/");
            number(t, r->mask);
        }
    }
    if (r->priority != RULE_PRIORITY)
        numbered(t, "priority", r->priority);
    if (r->action == ROUTE_FORWARD)
        numbered(t, "table", r->table);
    else
        word(t, actions[r->action]);
}

size_t route_format(char out[static ROUTE_TEXT], const struct route *r)
{
    struct text t = {.at = out};
    if (r->kind == KIND_RULE)
        rule(&t, r);
    else
        route(&t, r);
    return t.length;
}
