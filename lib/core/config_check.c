#include "core/config_check.h"

#include <stdarg.h>
#include <string.h>

#include "core/address_style.h"
#include "core/config_track.h"
#include "core/config_value.h"
#include "core/peer.h"
#include "core/prefix_list.h"

/* Adds as much of text as there is room for. */
static void say(struct config_error *error, size_t *length, const char *text)
{
    size_t n = strlen(text), room = sizeof(error->reason) - 1 - *length;
    if (n > room)
        n = room;
    memcpy(error->reason + *length, text, n);
    *length += n;
    error->reason[*length] = '\0';
}

bool config_refuse(struct config_error *error, struct span word, const char *key, ...)
{
    size_t length = 0;
    va_list texts;
    error->word = word;
    say(error, &length, key);
    say(error, &length, ": ");
    va_start(texts, key);
    for (const char *text = va_arg(texts, const char *); text; text = va_arg(texts, const char *))
        say(error, &length, text);
    va_end(texts);
    return false;
}

struct span config_word(const struct line *l, const char *key)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct field *f = &l->fields[i];
        if (span_is(f->key, key))
            return (struct span){f->key.at, (size_t)(f->value.at + f->value.len - f->key.at)};
    }
    return (struct span){l->text.at, 0};
}

/* What a check has found: the key that is to blame, NULL for none, and why. */
struct objection {
    const char *key, *reason;
};
static const struct objection none = {NULL, NULL};

static bool is_owner(const struct vr_config *c)
{
    return c->prio == VRRP_PRIORITY_OWNER;
}

static struct objection check_needed(const struct vr_config *c)
{
    if (c->id.ifname[0] == '\0')
        return (struct objection){"if", "missing; the interface's name"};
    if (c->id.vrid == 0)
        return (struct objection){"vrid", "missing; 1..255"};
    if (c->ip.count == 0)
        return (struct objection){"ip", "missing; the virtual router's addresses"};
    return none;
}

static struct objection check_addresses(const struct vr_config *c)
{
    uint8_t family = c->ip.items[0].ip.family;
    if (c->id.af != 0 && c->id.af != family)
        return (struct objection){"af", family == 4 ? "contradicts ip=, whose addresses are IPv4"
                                                    : "contradicts ip=, whose addresses are IPv6"};
    if (c->version == 2 && family == 6)
        return (struct objection){"ver", "VRRPv2 has no IPv6: ver=3"};
    if (c->both && family == 6)
        return (struct objection){"ver", "VRRPv2 has no IPv6, and so there is nothing to migrate from: ver=3"};
    if (c->src.family != 0 && c->src.family != family)
        return (struct objection){"src",
                                  family == 4 ? "not of the family of ip=, IPv4" : "not of the family of ip=, IPv6"};
    if (c->src.family != 0 && prefix_list_has(&c->ip, &c->src) && !is_owner(c))
        return (struct objection){"src", "one of ip=, which another router may have: only the owner (prio=255) has it"};
    return none;
}

static struct objection check_peers(const struct vr_config *c)
{
    const char *wrong = source_wrong(c);
    if (wrong)
        return (struct objection){"src", wrong};
    wrong = peers_wrong(c);
    if (wrong)
        return (struct objection){"peer", wrong};
    return none;
}

static struct objection check_times(const struct vr_config *c)
{
    const char *wrong = c->both ? interval_of_both_wrong(c->interval) : interval_wrong(c->version, c->interval);
    if (wrong)
        return (struct objection){"interval", wrong};
    if (c->fence && c->down_factor * c->interval < SHORTEST_FENCE)
        return (struct objection){"fence", "down-factor times interval is at least 30ms"};
    return none;
}

static struct objection check_form(const struct vr_config *c)
{
    if (c->cksum == CKSUM_PSEUDO && c->version == 2)
        return (struct objection){"cksum", "VRRPv2 has no pseudo-header: auto or message"};
    if (c->cksum == CKSUM_MESSAGE && c->ip.items[0].ip.family == 6)
        return (struct objection){"cksum", "IPv6 always has the pseudo-header: auto or pseudo"};
    return none;
}

static struct objection check_auth(const struct vr_config *c)
{
    if (c->both && c->auth != AUTH_NONE)
        return (struct objection){"auth", "no kind of it is of both versions: ver=2 or ver=3"};
    if (c->version == 3 && (c->auth == AUTH_PASS || c->auth == AUTH_AH))
        return (struct objection){"auth", "pass and ah are of VRRPv2: ver=2, or hmac"};
    if (c->version == 2 && c->auth == AUTH_HMAC)
        return (struct objection){"auth", "hmac is of VRRPv3: ver=3, or pass or ah"};
    return none;
}

/* Who speaks at once has not asked whether somebody else does: that is to preempt. */
static struct objection check_init(const struct vr_config *c)
{
    if (c->init_active && !c->preempt)
        return (struct objection){"init", "active takes over from a lower router, preempt=no does not"};
    if (c->init_active && c->preempt_delay > 0)
        return (struct objection){"init", "active takes over at once, preempt-delay later"};
    return none;
}

static struct objection check_lost(const struct vr_config *c)
{
    if (c->lost_is_fault && strlen(c->name) > VIP_NAME)
        return (struct objection){"vip-lost", "fault takes a name of at most 59 bytes"};
    return none;
}

static bool has_link_local(const struct vr_config *c)
{
    for (size_t i = 0; i < c->ip.count; i++)
        if (ip_is_link_local(&c->ip.items[i].ip))
            return true;
    return false;
}

/* What no RFC has. Told of the key that has it, because strict= may be what is meant. */
static struct objection check_strict(const struct vr_config *c)
{
    if (!c->strict)
        return none;
    if (c->ip.items[0].ip.family == 6 && !has_link_local(c))
        return (struct objection){"ip", "with strict=yes one address is link-local (RFC 9568 erratum 8300)"};
    if (c->init_active && !is_owner(c))
        return (struct objection){"init",
                                  "with strict=yes only the owner (prio=255) starts as Active (RFC 9568 6.4.1)"};
    if (c->preempt_delay > 0)
        return (struct objection){"preempt-delay", "with strict=yes there is none (RFC 9568 6.4.2)"};
    if (c->down_factor != 3)
        return (struct objection){"down-factor", "with strict=yes it is 3 (RFC 9568 6.1)"};
    if (c->last_advert)
        return (struct objection){"last-advert", "with strict=yes a loser says nothing (RFC 9568 6.4.3)"};
    if (c->auth == AUTH_PASS || c->auth == AUTH_AH)
        return (struct objection){"auth", "with strict=yes VRRPv2 has none (RFC 3768 5.3.6)"};
    if (c->auth_mode != AUTH_ENFORCE)
        return (struct objection){"auth", "with strict=yes what is not authenticated is not taken"};
    if (c->peer.count > 0)
        return (struct objection){"peer", "with strict=yes there is the group only (RFC 9568 5.1.1.2, 5.1.2.2)"};
    return none;
}

/* What is said of addresses of a family that is not there would do nothing. */
static struct objection check_style(const struct vr_config *c)
{
    bool has4 = false, has6 = false, fits = true;
    for (size_t i = 0; i < prefix_list_all(&c->ip); i++) {
        const char *on = prefix_list_on(&c->ip, i);
        bool is4 = c->ip.items[i].ip.family == 4;
        has4 = has4 || is4;
        has6 = has6 || !is4;
        fits = fits && (!is4 || label_fits(c->style.label, on[0] != '\0' ? on : c->id.ifname));
    }
    if (c->style.label[0] != '\0' && !has4)
        return (struct objection){"label", "IPv6 addresses have none"};
    if (c->style.label[0] != '\0' && !fits)
        return (struct objection){"label", "with the interface's name and a : at most 15 bytes"};
    if (c->style.scope != 0 && !has4)
        return (struct objection){"scope", "of IPv6 addresses the kernel decides"};
    if (c->style.preferred && !has6)
        return (struct objection){"preferred", "IPv4 addresses always are"};
    return none;
}

/* Every line of it has to fit: those of `send` and `state` have a few words that `vr` has not. */
static struct objection check_length(const struct vr_config *c)
{
    enum { OTHER_WORDS = 512 };
    char text[LINE_BYTES - OTHER_WORDS];
    struct writer w = {.buffer = text, .size = sizeof(text)};
    if (c->ip.excluded == 0 && c->ip.on == NULL)
        return none;
    write_vr(&w, (stamp){0}, c);
    if (!w.full)
        return none;
    return (struct objection){c->ip.excluded > 0 ? "excluded" : "ip", "too long for a line of 16384 bytes"};
}

bool config_check(struct vr_config *c, const struct line *l, struct config_error *error)
{
    static struct objection (*const checks[])(const struct vr_config *c) = {
        check_needed, check_addresses, check_times,  check_form,  check_auth,   check_peers,
        check_init,   check_lost,      check_strict, check_style, check_length,
    };
    struct span ttl = config_word(l, "ttl");
    for (size_t i = 0; i < nitems(checks); i++) {
        struct objection found = checks[i](c);
        if (found.key)
            return config_refuse(error, config_word(l, found.key), found.key, found.reason, NULL);
    }
    if (ttl.len > 0 && c->peer.count == 0)
        return config_refuse(error, ttl, "ttl", "goes with peer=: what is sent to the group has 255", NULL);
    c->id.af = c->ip.items[0].ip.family;
    return true;
}
