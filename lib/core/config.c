#include "core/config.h"

#include <string.h>

#include "core/address_style.h"
#include "core/config_check.h"
#include "core/config_hint.h"
#include "core/config_track.h"
#include "core/config_value.h"
#include "core/peer.h"
#include "core/prefix_list.h"
#include "core/route.h"

/* What one key's value goes into. */
struct target {
    struct vr_config *config;
    struct prefix_buffer *buffer;
    struct span excluded; /* the value: it is looked at once ip= is known */
    const char *allowed;  /* what the message says: a key's function may be more precise than the table */
    struct span item;     /* the item of a list that is wrong; len 0: the value as a whole */
};

static bool parse_byte(struct span value, uint8_t min, uint8_t max, uint8_t *out)
{
    uint64_t n;
    if (!parse_u64(value, min, max, &n))
        return false;
    *out = (uint8_t)n;
    return true;
}

static bool key_if(struct target *t, struct span value)
{
    return ifname_parse(value, t->config->id.ifname);
}

static bool key_af(struct target *t, struct span value)
{
    return parse_byte(value, 4, 6, &t->config->id.af) && t->config->id.af != 5;
}

static bool key_vrid(struct target *t, struct span value)
{
    return parse_byte(value, 1, 255, &t->config->id.vrid);
}

static bool key_name(struct target *t, struct span value)
{
    return parse_name(value, t->config->name, NAME_TEXT);
}

static bool key_ver(struct target *t, struct span value)
{
    return version_parse(value, &t->config->version, &t->config->both);
}

static bool key_prio(struct target *t, struct span value)
{
    if (span_is(value, "0"))
        t->allowed = "1..255; 0 is reserved: it says that the Active resigns";
    return parse_byte(value, 1, 255, &t->config->prio);
}

static bool key_interval(struct target *t, struct span value)
{
    return parse_duration(value, &t->config->interval);
}

static struct span list_item(struct span list, size_t index)
{
    struct span item = {NULL, 0};
    for (size_t i = 0; i <= index; i++)
        list_next(&list, &item);
    return item;
}

static bool key_ip(struct target *t, struct span value)
{
    const char *wrong = prefix_list_parse(value, &t->config->ip, t->buffer, &t->item);
    if (wrong) {
        t->allowed = wrong;
        return false;
    }
    size_t twice = prefix_list_twice(&t->config->ip, t->config->id.ifname);
    if (twice == t->config->ip.count)
        return true;
    t->allowed = "an address stands there twice";
    t->item = list_item(value, twice);
    return false;
}

static bool key_src(struct target *t, struct span value)
{
    if (!ip_parse(&t->config->src, value.at, value.len))
        return false;
    const char *wrong = address_wrong(&t->config->src);
    if (wrong)
        t->allowed = wrong;
    return !wrong;
}

static bool key_preempt(struct target *t, struct span value)
{
    return parse_yes_no(value, &t->config->preempt);
}

static bool key_preempt_delay(struct target *t, struct span value)
{
    return delay_parse(value, &t->config->preempt_delay);
}

static bool key_startup_delay(struct target *t, struct span value)
{
    return delay_parse(value, &t->config->startup_delay);
}

static bool key_down_factor(struct target *t, struct span value)
{
    return parse_byte(value, 1, 100, &t->config->down_factor);
}

static bool key_vmac(struct target *t, struct span value)
{
    return parse_yes_no(value, &t->config->vmac);
}

static bool key_cksum(struct target *t, struct span value)
{
    if (span_is(value, "message"))
        t->config->cksum = CKSUM_MESSAGE;
    else if (span_is(value, "pseudo"))
        t->config->cksum = CKSUM_PSEUDO;
    else
        return span_is(value, "auto");
    return true;
}

static bool key_garp(struct target *t, struct span value)
{
    return garp_parse(value, &t->config->garp);
}

static bool key_garp_refresh(struct target *t, struct span value)
{
    usec *refresh = &t->config->garp_refresh;
    return delay_parse(value, refresh) && (*refresh == 0 || *refresh >= SHORTEST_REFRESH);
}

static bool key_track(struct target *t, struct span value)
{
    struct vr_config *c = t->config;
    while (list_next(&value, &t->item)) {
        if (c->track_count == ROUTER_TRACKS) {
            t->allowed = "at most 16 names";
            return false;
        }
        struct track_ref *ref = &c->track[c->track_count];
        if (!track_ref_parse(t->item, ref))
            return false;
        for (size_t i = 0; i < c->track_count; i++) {
            if (strcmp(c->track[i].name, ref->name) == 0) {
                t->allowed = "a name stands there twice";
                return false;
            }
        }
        c->track_count++;
    }
    return true;
}

static bool key_fence(struct target *t, struct span value)
{
    return parse_yes_no(value, &t->config->fence);
}

static bool key_auth(struct target *t, struct span value)
{
    return auth_parse(value, &t->config->auth, &t->config->auth_mode);
}

static bool key_peer(struct target *t, struct span value)
{
    const char *wrong = peer_list_parse(value, &t->config->peer, t->buffer, &t->item);
    if (wrong)
        t->allowed = wrong;
    return !wrong;
}

static bool key_ttl(struct target *t, struct span value)
{
    return ttl_parse(value, &t->config->ttl);
}

static bool key_group(struct target *t, struct span value)
{
    return parse_name(value, t->config->group, NAME_TEXT);
}

static bool key_excluded(struct target *t, struct span value)
{
    t->excluded = value;
    return true;
}

static bool key_label(struct target *t, struct span value)
{
    return label_parse(value, t->config->style.label);
}

static bool key_scope(struct target *t, struct span value)
{
    return scope_parse(value, &t->config->style.scope);
}

static bool key_preferred(struct target *t, struct span value)
{
    return parse_yes_no(value, &t->config->style.preferred);
}

static bool key_accept(struct target *t, struct span value)
{
    return parse_yes_no(value, &t->config->accept);
}

static bool key_strict(struct target *t, struct span value)
{
    return parse_yes_no(value, &t->config->strict);
}

static bool key_init(struct target *t, struct span value)
{
    t->config->init_active = span_is(value, "active");
    return t->config->init_active || span_is(value, "backup");
}

static bool key_last_advert(struct target *t, struct span value)
{
    return parse_yes_no(value, &t->config->last_advert);
}

static bool key_vip_lost(struct target *t, struct span value)
{
    t->config->lost_is_fault = span_is(value, "fault");
    return t->config->lost_is_fault || span_is(value, "restore");
}

static bool key_garp_op(struct target *t, struct span value)
{
    return garp_op_parse(value, &t->config->garp.reply);
}

static bool key_garp_pace(struct target *t, struct span value)
{
    return garp_pace_parse(value, &t->config->garp.pace);
}

/* It is kept as it is written: who sets routes is another program. */
static bool keep_list(struct target *t, enum route_kind kind, struct span value, char *buffer, struct span *out)
{
    const char *wrong = route_list_wrong(kind, value, &t->item);
    if (wrong != NULL) {
        t->allowed = wrong;
        return false;
    }
    memcpy(buffer, value.at, value.len);
    *out = (struct span){buffer, value.len};
    return true;
}

static bool key_route(struct target *t, struct span value)
{
    return keep_list(t, KIND_ROUTE, value, t->buffer->routes, &t->config->routes);
}

static bool key_rule(struct target *t, struct span value)
{
    return keep_list(t, KIND_RULE, value, t->buffer->rules, &t->config->rules);
}

static const struct {
    const char *key;
    bool (*parse)(struct target *t, struct span value);
    const char *allowed;
} keys[] = {
    {"if", key_if, IFNAME_ALLOWED},
    {"af", key_af, "4 or 6"},
    {"vrid", key_vrid, "1..255"},
    {"name", key_name, "1..63 bytes"},
    {"ver", key_ver, "2, 3 or 2+3"},
    {"prio", key_prio, "1..255"},
    {"interval", key_interval, "a number and a unit: 1s, 100ms"},
    {"ip", key_ip, "addresses of one family, with commas between: ADDR, ADDR/LEN or ADDR/LEN@IF"},
    {"src", key_src, "one address"},
    {"preempt", key_preempt, "yes or no"},
    {"preempt-delay", key_preempt_delay, "0s..24h, a number and a unit"},
    {"startup-delay", key_startup_delay, "0s..24h, a number and a unit"},
    {"down-factor", key_down_factor, "1..100"},
    {"vmac", key_vmac, "yes or no"},
    {"cksum", key_cksum, "auto, message or pseudo"},
    {"garp", key_garp, "COUNT[,DELAY[,COUNT]]: counts 0..255, delay 0s..24h (5,5s,5)"},
    {"garp-refresh", key_garp_refresh, "0s (off), or 100ms..24h"},
    {"track", key_track, TRACK_ALLOWED},
    {"fence", key_fence, "yes or no"},
    {"auth", key_auth, "none, pass, ah or hmac; behind one of these also :permissive or :receive-only"},
    {"peer", key_peer, PEER_ALLOWED},
    {"ttl", key_ttl, TTL_ALLOWED},
    {"group", key_group, "1..63 bytes"},
    {"excluded", key_excluded, "addresses, with commas between: ADDR, ADDR/LEN or ADDR/LEN@IF"},
    {"label", key_label, LABEL_ALLOWED},
    {"scope", key_scope, SCOPE_ALLOWED},
    {"preferred", key_preferred, "yes or no"},
    {"route", key_route, ""}, /* each says by itself what is allowed */
    {"rule", key_rule, ""},
    {"accept", key_accept, "yes or no"},
    {"strict", key_strict, "yes or no"},
    {"init", key_init, "backup or active"},
    {"last-advert", key_last_advert, "yes or no"},
    {"vip-lost", key_vip_lost, "restore or fault"},
    {"garp-op", key_garp_op, "request or reply"},
    {"garp-pace", key_garp_pace, "0s..60s, a number and a unit"},
};

static struct span word_of(const struct field *f)
{
    return (struct span){f->key.at, (size_t)(f->value.at + f->value.len - f->key.at)};
}

/* A piece of the line as a string, cut where it is long. */
static const char *excerpt(struct span s, char out[static 48])
{
    size_t n = s.len < 40 ? s.len : 40;
    memcpy(out, s.at, n);
    memcpy(out + n, n < s.len ? "..." : "", n < s.len ? 4 : 1);
    return out;
}

static bool unknown_key(const struct field *f, struct config_error *error)
{
    const char *known[nitems(keys)];
    char key[48];
    for (size_t i = 0; i < nitems(keys); i++)
        known[i] = keys[i].key;
    const char *nearest = nearest_word(f->key, known, nitems(keys));
    excerpt(f->key, key);
    if (!nearest)
        return config_refuse(error, word_of(f), key, "unknown key", NULL);
    return config_refuse(error, word_of(f), key, "unknown key; did you mean ", nearest, "?", NULL);
}

static bool parse_key(struct target *t, const struct field *f, struct config_error *error)
{
    for (size_t i = 0; i < nitems(keys); i++) {
        if (!span_is(f->key, keys[i].key))
            continue;
        t->allowed = keys[i].allowed;
        t->item = (struct span){NULL, 0};
        if (keys[i].parse(t, f->value))
            return true;
        char item[48];
        if (t->item.len == 0)
            return config_refuse(error, word_of(f), keys[i].key, t->allowed, NULL);
        return config_refuse(error, word_of(f), keys[i].key, excerpt(t->item, item), ": ", t->allowed, NULL);
    }
    return unknown_key(f, error);
}

/* excluded=, which goes behind the list of ip=. */
static bool take_excluded(struct target *t, const struct line *l, struct config_error *error)
{
    struct prefix_list *list = &t->config->ip;
    const char *wrong = NULL;
    char item[48];
    if (t->excluded.len > 0)
        wrong = prefix_list_parse_excluded(t->excluded, list, t->buffer, &t->item);
    size_t twice =
        t->excluded.len > 0 && !wrong ? prefix_list_twice(list, t->config->id.ifname) : prefix_list_all(list);
    if (!wrong && twice == prefix_list_all(list))
        return true;
    if (!wrong) {
        wrong = "an address stands there twice";
        t->item = list_item(t->excluded, twice - list->count);
    }
    struct span word = config_word(l, "excluded");
    if (t->item.len == 0)
        return config_refuse(error, word, "excluded", wrong, NULL);
    return config_refuse(error, word, "excluded", excerpt(t->item, item), ": ", wrong, NULL);
}

bool config_parse(struct vr_config *out, struct prefix_buffer *buffer, const struct line *l, struct config_error *error)
{
    *out = (struct vr_config){
        .version = 3,
        .prio = 100,
        .interval = SECOND,
        .preempt = true,
        .accept = true,
        .down_factor = 3,
        .garp = garp_default,
        .ttl = {VRRP_TTL, VRRP_TTL},
    };
    struct target target = {.config = out, .buffer = buffer};
    for (size_t i = 0; i < l->count; i++)
        if (!parse_key(&target, &l->fields[i], error))
            return false;
    if (!take_excluded(&target, l, error) || !config_check(out, l, error))
        return false;
    if (out->name[0] == '\0')
        default_name(&out->id, out->name);
    if (out->id.af == 6)
        prefix_list_link_local_first(&out->ip, buffer);
    return true;
}
