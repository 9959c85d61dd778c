#include "core/auth_keys.h"

#include <stdlib.h>
#include <string.h>

#include "core/auth_internal.h"
#include "core/config_value.h"

enum { HMAC_LEAST = 32 }; /* bytes of a key, as keepalived has it: half of what SHA256 gives would be too little */
#define WINDOW_LEAST SECOND
#define WINDOW_MOST  (300 * SECOND)
#define WINDOW_USUAL (5 * SECOND) /* at least, when it goes by the interval */

struct auth_keys *auth_keys_new(void)
{
    return calloc(1, sizeof(struct auth_keys));
}

static void wipe(struct auth_key *k)
{
    explicit_bzero(k, sizeof *k);
    free(k);
}

void auth_keys_free(struct auth_keys *keys)
{
    for (size_t i = 0; keys && i < nitems(keys->first); i++)
        for (struct auth_key *next, *k = keys->first[i]; k; k = next) {
            next = k->next;
            wipe(k);
        }
    free(keys);
}

size_t auth_keys_count(const struct auth_keys *keys)
{
    return keys->count;
}

bool auth_key_fits(const struct auth_key *k, const char *ifname, uint8_t af, enum auth_type type)
{
    bool here = k->ifname[0] == '\0' || !ifname || ifname[0] == '\0' || strcmp(k->ifname, ifname) == 0;
    return here && k->type == type && (k->af == 0 || k->af == af);
}

int64_t auth_window_seconds(const struct auth_key *k, usec interval)
{
    usec window = 3 * interval > WINDOW_USUAL ? 3 * interval : WINDOW_USUAL;
    if (window > WINDOW_MOST)
        window = WINDOW_MOST;
    return ((k->window ? k->window : window) + SECOND - 1) / SECOND;
}

struct auth_key *auth_keys_signing(const struct auth_keys *keys, const char *ifname, uint8_t af, uint8_t vrid,
                                   enum auth_type type)
{
    struct auth_key *k = keys->first[vrid];
    while (k && !auth_key_fits(k, ifname, af, type))
        k = k->next;
    return k;
}

/* --- A line. --- */

struct parsing {
    struct auth_key *key;
    uint8_t secret[SECRET_BYTES];
    size_t length;
    bool twice; /* secret= and hex= */
    bool has_replay, has_window;
};

static bool key_if(struct parsing *p, struct span value)
{
    return ifname_parse(value, p->key->ifname);
}

static bool key_af(struct parsing *p, struct span value)
{
    uint64_t af;
    bool right = parse_u64(value, 4, 6, &af) && af != 5;
    p->key->af = right ? (uint8_t)af : 0;
    return right;
}

static bool key_vrid(struct parsing *p, struct span value)
{
    uint64_t vrid;
    bool right = parse_u64(value, 1, UINT8_MAX, &vrid);
    p->key->vrid = right ? (uint8_t)vrid : 0;
    return right;
}

static bool key_type(struct parsing *p, struct span value)
{
    for (unsigned t = AUTH_PASS; t <= AUTH_HMAC; t++)
        if (span_is(value, auth_type_name((enum auth_type)t)))
            p->key->type = (enum auth_type)t;
    return p->key->type != AUTH_NONE;
}

static bool key_id(struct parsing *p, struct span value)
{
    uint64_t id;
    bool right = parse_u64(value, 1, UINT8_MAX, &id);
    p->key->id = right ? (uint8_t)id : 0;
    return right;
}

static bool key_secret(struct parsing *p, struct span value)
{
    char text[SECRET_BYTES + 1];
    p->twice = p->length > 0;
    bool right = parse_name(value, text, sizeof text);
    if (right) {
        p->length = strlen(text);
        memcpy(p->secret, text, p->length);
    }
    explicit_bzero(text, sizeof text);
    return right;
}

static int digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool key_hex(struct parsing *p, struct span value)
{
    p->twice = p->length > 0;
    if (value.len % 2 != 0 || value.len / 2 > sizeof p->secret)
        return false;
    for (p->length = 0; p->length < value.len / 2; p->length++) {
        int high = digit(value.at[2 * p->length]), low = digit(value.at[2 * p->length + 1]);
        if (high < 0 || low < 0)
            return false;
        p->secret[p->length] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool key_anti_replay(struct parsing *p, struct span value)
{
    p->has_replay = true;
    p->key->by_time = span_is(value, "time");
    return p->key->by_time || span_is(value, "monotonic");
}

static bool key_time_window(struct parsing *p, struct span value)
{
    p->has_window = true;
    return delay_parse(value, &p->key->window) && p->key->window >= WINDOW_LEAST && p->key->window <= WINDOW_MOST;
}

static const struct {
    const char *key;
    bool (*parse)(struct parsing *p, struct span value);
    const char *allowed;
    bool secret;
} words[] = {
    {"if", key_if, IFNAME_ALLOWED, false},
    {"af", key_af, "af: 4 or 6", false},
    {"vrid", key_vrid, "vrid: 1..255", false},
    {"type", key_type, "type: pass, ah or hmac", false},
    {"id", key_id, "id: 1..255", false},
    {"secret", key_secret, "at most 64 bytes", true},
    {"hex", key_hex, "pairs of hexadecimal digits, at most 64", true},
    {"anti-replay", key_anti_replay, "anti-replay: time or monotonic", false},
    {"time-window", key_time_window, "time-window: 1s..300s", false},
};

struct span auth_keys_shown(struct span word)
{
    const char *equals = memchr(word.at, '=', word.len);
    struct span key = {word.at, equals ? (size_t)(equals - word.at) : word.len};
    for (size_t i = 0; i < nitems(words); i++)
        if (span_is(key, words[i].key))
            return words[i].secret ? key : word;
    return (struct span){word.at, 0};
}

static const char *parse_words(struct parsing *p, const struct line *l, struct span *where)
{
    for (size_t n = 0; n < l->count; n++) {
        const struct field *f = &l->fields[n];
        size_t i = 0;
        *where = auth_keys_shown((struct span){f->key.at, (size_t)(f->value.at + f->value.len - f->key.at)});
        while (i < nitems(words) && !span_is(f->key, words[i].key))
            i++;
        if (i == nitems(words))
            return "an unknown key: if, af, vrid, type, id, secret, hex, anti-replay and time-window are known";
        if (!words[i].parse(p, f->value))
            return words[i].allowed;
    }
    where->len = 0;
    return NULL;
}

/* What is there must be of the type, and what the type needs must be there. */
static const char *check_whole(const struct parsing *p)
{
    const struct auth_key *k = p->key;
    bool hmac = k->type == AUTH_HMAC;
    if (k->vrid == 0)
        return "vrid is missing: 1..255";
    if (k->type == AUTH_NONE)
        return "type is missing: pass, ah or hmac";
    if (p->twice)
        return "secret and hex: one of them";
    if (p->length == 0)
        return "secret or hex is missing";
    if (!hmac && p->length > PASSWORD_BYTES)
        return "secret: of pass and ah 1 to 8 bytes";
    if (hmac && p->length < HMAC_LEAST)
        return "secret: of hmac 32 to 64 bytes";
    if (hmac && k->id == 0)
        return "id is missing: of hmac 1..255";
    if (!hmac && (k->id != 0 || p->has_replay || p->has_window))
        return "id, anti-replay and time-window are of hmac";
    if (!hmac && k->af == 6)
        return "af: pass and ah are of VRRPv2, which is of IPv4";
    if (p->has_window && !k->by_time)
        return "time-window: anti-replay=monotonic has none";
    return NULL;
}

/* Who receives finds a key by its number: that has to be one. */
static const char *check_others(const struct auth_keys *keys, const struct auth_key *k)
{
    if (keys->count == AUTH_KEYS_MOST)
        return "more than 16384 keys";
    for (const struct auth_key *other = keys->first[k->vrid]; other && k->type == AUTH_HMAC; other = other->next) {
        bool meet = other->af == 0 || k->af == 0 || other->af == k->af;
        if (meet && other->id == k->id && auth_key_fits(other, k->ifname, other->af, AUTH_HMAC))
            return "id: another key of this virtual router has it";
    }
    return NULL;
}

static const char *parse(struct parsing *p, const struct auth_keys *keys, const struct line *l, struct span *where)
{
    const char *wrong = parse_words(p, l, where);
    wrong = wrong ? wrong : check_whole(p);
    return wrong ? wrong : check_others(keys, p->key);
}

const char *auth_keys_add(struct auth_keys *keys, const struct line *l, struct span *where)
{
    *where = (struct span){l->text.at, 0};
    static const char word[] = "key"; /* no event: it is in no stream */
    if (!span_is(l->event, word))
        return "not a key line";
    struct parsing p = {.key = calloc(1, sizeof *p.key)};
    if (!p.key)
        return "out of memory";
    p.key->by_time = true;
    const char *wrong = parse(&p, keys, l, where);
    if (wrong) {
        wipe(p.key);
    } else {
        auth_key_set(p.key, p.secret, p.length);
        struct auth_key **last = &keys->last[p.key->vrid];
        *(*last ? &(*last)->next : &keys->first[p.key->vrid]) = p.key;
        *last = p.key;
        keys->count++;
    }
    explicit_bzero(&p, sizeof p);
    return wrong;
}
