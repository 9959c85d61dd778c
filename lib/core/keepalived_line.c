/* A vrrp_instance of keepalived.conf as a vr line, and its key. */
#include <string.h>

#include "core/keepalived_instance.h"

static void put_number(struct ka_conf *c, const char *key, uint64_t n)
{
    ka_put_key(c, KA_VR, key);
    ka_put_u64(c, KA_VR, n);
}

static void put_plain(struct ka_conf *c, const char *key, const char *text)
{
    ka_put_key(c, KA_VR, key);
    ka_put(c, KA_VR, text);
}

static void put_time(struct ka_conf *c, const char *key, usec d)
{
    ka_put_key(c, KA_VR, key);
    ka_put_duration(c, KA_VR, d);
}

static void put_address(struct ka_conf *c, const char *key, const struct ka_instance *i, const struct ka_address *a,
                        bool first)
{
    if (first)
        ka_put_key(c, KA_VR, key);
    else
        ka_put(c, KA_VR, ",");
    ka_put_span(c, KA_VR, a->text);
    if (a->dev.len > 0 && !span_equal(a->dev, i->interface)) {
        ka_put(c, KA_VR, "@");
        ka_put_value(c, KA_VR, a->dev, true);
    }
}

/* Those of the family of the first one are told of in the advertisements. */
static void put_advertised(struct ka_conf *c, const struct ka_instance *i)
{
    bool first = true;
    for (size_t n = 0; n < i->ip.count; n++) {
        if (i->ip.items[n].family != i->ip.items[0].family)
            continue;
        put_address(c, "ip", i, &i->ip.items[n], first);
        first = false;
    }
}

/* The others, and what is excluded anyway. */
static void put_excluded(struct ka_conf *c, const struct ka_instance *i)
{
    bool first = true;
    for (size_t n = 0; n < i->ip.count + i->excluded.count; n++) {
        bool own = n < i->ip.count;
        const struct ka_address *a = own ? &i->ip.items[n] : &i->excluded.items[n - i->ip.count];
        if (own && a->family == i->ip.items[0].family)
            continue;
        put_address(c, "excluded", i, a, first);
        first = false;
    }
}

/* The word behind the colon of a label, or the scope, that all addresses have; len 0: they differ. */
static struct span common(const struct ka_instance *i, bool label)
{
    const struct ka_addresses *both[] = {&i->ip, &i->excluded};
    struct span found = {0};
    bool first = true;
    for (size_t k = 0; k < nitems(both); k++)
        for (size_t n = 0; n < both[k]->count; n++) {
            struct span word = label ? both[k]->items[n].label : both[k]->items[n].scope;
            const char *colon = label && word.len > 0 ? memchr(word.at, ':', word.len) : NULL;
            if (colon)
                word = (struct span){colon + 1, (size_t)(word.at + word.len - colon - 1)};
            else if (label)
                word.len = 0;
            if (!first && !span_equal(word, found))
                return (struct span){"", 0};
            found = word;
            first = false;
        }
    return found;
}

static bool any_labelled(const struct ka_instance *i, bool label)
{
    const struct ka_addresses *both[] = {&i->ip, &i->excluded};
    for (size_t k = 0; k < nitems(both); k++)
        for (size_t n = 0; n < both[k]->count; n++)
            if ((label ? both[k]->items[n].label : both[k]->items[n].scope).len > 0)
                return true;
    return false;
}

static void put_common(struct ka_conversion *v, const struct ka_instance *i, const char *key, bool label)
{
    struct span word = common(i, label);
    if (word.len > 0) {
        ka_put_key(v->conf, KA_VR, key);
        ka_put_value(v->conf, KA_VR, word, false);
    }
}

static void put_tracks(struct ka_conversion *v, const struct ka_instance *i)
{
    struct ka_conf *c = v->conf;
    bool first = true;
    for (const struct ka_named *n = i->tracks; n; n = n->next) {
        bool is_file = ka_named(v->files, n->name) != NULL;
        struct span weight = n->value;
        if (first)
            ka_put_key(c, KA_VR, "track");
        else
            ka_put(c, KA_VR, ",");
        first = false;
        if (n->reverse && !is_file)
            ka_put(c, KA_VR, "not:");
        if (n->name.len > 5 && memcmp(n->name.at, "link:", 5) == 0) {
            ka_put(c, KA_VR, "link:");
            ka_put_value(c, KA_VR, (struct span){n->name.at + 5, n->name.len - 5}, true);
        } else {
            ka_put_value(c, KA_VR, n->name, true);
        }
        bool zero = weight.len == 0 || span_is(weight, "0");
        if (zero && !is_file)
            continue;
        ka_put(c, KA_VR, is_file ? ":*" : ":");
        bool negative = !zero && weight.at[0] == '-';
        struct span digits = zero                              ? (struct span){"1", 1}
                             : negative || weight.at[0] == '+' ? (struct span){weight.at + 1, weight.len - 1}
                                                               : weight;
        ka_put(c, KA_VR, negative != n->reverse ? "-" : "");
        ka_put_span(c, KA_VR, digits);
    }
}

static void put_peers(struct ka_conversion *v, const struct ka_instance *i, uint8_t family)
{
    struct ka_conf *c = v->conf;
    for (size_t n = 0; n < i->peer_count; n++) {
        if (n == 0)
            ka_put_key(c, KA_VR, "peer");
        else
            ka_put(c, KA_VR, ",");
        ka_put_span(c, KA_VR, i->peers[n]);
    }
    uint64_t max = i->ttl_max ? i->ttl_max : 255;
    /* keepalived takes any where none is named, and IPv6 leaves it with 64. */
    uint64_t min = i->ttl_min ? i->ttl_min : i->unicast_ttl ? i->unicast_ttl : family == 6 ? 64 : 255;
    if (i->peer_count == 0 || (min == 255 && max == 255))
        return;
    ka_put_key(c, KA_VR, "ttl");
    ka_put_u64(c, KA_VR, min);
    ka_put(c, KA_VR, "..");
    ka_put_u64(c, KA_VR, max);
}

static void put_garp(struct ka_conversion *v, const struct ka_instance *i)
{
    struct ka_conf *c = v->conf;
    if (i->garp_repeat != 5 || i->garp_delay != 5) {
        ka_put_key(c, KA_VR, "garp");
        ka_put_u64(c, KA_VR, i->garp_repeat);
        ka_put(c, KA_VR, ",");
        ka_put_u64(c, KA_VR, i->garp_delay);
        ka_put(c, KA_VR, "s,");
        ka_put_u64(c, KA_VR, i->garp_delay > 0 ? i->garp_repeat : 0);
    }
    if (i->garp_refresh > 0)
        put_time(c, "garp-refresh", (usec)i->garp_refresh * SECOND);
    if (v->defaults.garp_interval > 0)
        put_time(c, "garp-pace", v->defaults.garp_interval);
}

/* The password of keepalived has 8 bytes at most; what is behind is not looked at. */
static void put_key(struct ka_conversion *v, const struct ka_instance *i, const char *type)
{
    struct ka_conf *c = v->conf;
    struct span password = i->password;
    password.len = password.len < 8 ? password.len : 8;
    ka_put(c, KA_KEYS, "key");
    ka_put_key(c, KA_KEYS, "if");
    ka_put_value(c, KA_KEYS, i->interface, false);
    ka_put_key(c, KA_KEYS, "vrid");
    ka_put_u64(c, KA_KEYS, i->vrid);
    ka_put_key(c, KA_KEYS, "type");
    ka_put(c, KA_KEYS, type);
    ka_put_key(c, KA_KEYS, "secret");
    ka_put_value(c, KA_KEYS, password, false);
    ka_put(c, KA_KEYS, "\n");
    put_plain(c, "auth", type);
}

static void put_auth(struct ka_conversion *v, const struct ka_instance *i)
{
    if (i->auth && i->version == 2)
        put_key(v, i, span_is(i->auth_type, "AH") ? "ah" : "pass");
}

/* Each item is one of a list whose words are our own, but for names of interfaces. */
static void put_items(struct ka_conf *c, const char *key, const struct ka_list *list)
{
    for (size_t n = 0; n < list->count; n++) {
        if (n == 0)
            ka_put_key(c, KA_VR, key);
        else
            ka_put(c, KA_VR, ",");
        ka_put_span(c, KA_VR, list->items[n]);
    }
}

static void put_line(struct ka_conversion *v, const struct ka_instance *i)
{
    struct ka_conf *c = v->conf;
    uint8_t family = i->ip.items[0].family;
    struct ka_named *group = ka_named(v->members, i->name);
    ka_put(c, KA_VR, "vr");
    ka_put_key(c, KA_VR, "name");
    ka_put_value(c, KA_VR, i->name, false);
    ka_put_key(c, KA_VR, "if");
    ka_put_value(c, KA_VR, i->interface, false);
    put_number(c, "vrid", i->vrid);
    put_number(c, "ver", i->version);
    put_number(c, "prio", i->prio);
    put_time(c, "interval", i->interval);
    put_advertised(c, i);
    if (i->source.len > 0) {
        ka_put_key(c, KA_VR, "src");
        ka_put_span(c, KA_VR, i->source);
    }
    if (i->no_preempt)
        put_plain(c, "preempt", "no");
    if (i->preempt_delay > 0)
        put_time(c, "preempt-delay", i->preempt_delay);
    if (v->defaults.startup_delay > 0)
        put_time(c, "startup-delay", v->defaults.startup_delay);
    if (i->down_factor != 3)
        put_number(c, "down-factor", i->down_factor);
    if (i->vmac)
        put_plain(c, "vmac", "yes");
    put_garp(v, i);
    put_tracks(v, i);
    put_auth(v, i);
    put_peers(v, i, family);
    if (group) {
        ka_put_key(c, KA_VR, "group");
        ka_put_value(c, KA_VR, group->value, false);
    }
    put_excluded(c, i);
    put_common(v, i, "label", true);
    put_common(v, i, "scope", false);
    put_items(c, "route", &i->routes);
    put_items(c, "rule", &i->rules);
    if (i->no_accept || i->strict)
        put_plain(c, "accept", "no");
    if (i->strict)
        put_plain(c, "strict", "yes");
    if (i->last_advert)
        put_plain(c, "last-advert", "yes");
    ka_put(c, KA_VR, "\n");
}

/* What of it the line cannot say. */
static void comment_on(struct ka_conversion *v, const struct ka_instance *i)
{
    if (i->auth && i->version == 3)
        ka_comment(v, i->auth, "version 3 has no such authentication, and keepalived ignores it");
    if (any_labelled(i, true) && common(i, true).len == 0)
        ka_comment(v, i->item, "its addresses have several labels, or none: of a virtual router they are all the same");
    if (any_labelled(i, false) && common(i, false).len == 0)
        ka_comment(v, i->item, "its addresses have several scopes, or none: of a virtual router they are all the same");
}

void ka_write_instance(struct ka_conversion *v, const struct ka_instance *i)
{
    comment_on(v, i);
    put_line(v, i);
}
