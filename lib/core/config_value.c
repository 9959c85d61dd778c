#include "core/config_value.h"

#include <string.h>

const struct garp garp_default = {.first = 5, .delay = 5 * SECOND, .second = 5};

bool ifname_is_valid(const char *name)
{
    size_t length = strlen(name);
    if (length == 0 || length >= IFNAME_TEXT || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return false;
    return strpbrk(name, "/: \t\n\v\f\r") == NULL;
}

bool ifname_parse(struct span value, char out[static IFNAME_TEXT])
{
    return parse_name(value, out, IFNAME_TEXT) && ifname_is_valid(out);
}

bool delay_parse(struct span value, usec *out)
{
    usec delay;
    if (!parse_duration(value, &delay) || delay > LONGEST_DELAY)
        return false;
    *out = delay;
    return true;
}

static bool parse_count(struct span value, uint8_t *out)
{
    uint64_t n;
    if (!parse_u64(value, 0, UINT8_MAX, &n))
        return false;
    *out = (uint8_t)n;
    return true;
}

bool garp_parse(struct span value, struct garp *out)
{
    struct span item;
    if (!list_next(&value, &item) || !parse_count(item, &out->first))
        return false;
    if (list_next(&value, &item) && !delay_parse(item, &out->delay))
        return false;
    if (list_next(&value, &item) && !parse_count(item, &out->second))
        return false;
    return !list_next(&value, &item);
}

void put_garp(struct writer *w, const struct garp *g)
{
    list_begin(w, "garp");
    list_u64(w, g->first);
    list_duration(w, g->delay);
    list_u64(w, g->second);
    list_end(w);
}

bool garp_op_parse(struct span value, bool *reply)
{
    *reply = span_is(value, "reply");
    return *reply || span_is(value, "request");
}

bool garp_pace_parse(struct span value, uint32_t *pace)
{
    usec d;
    if (!parse_duration(value, &d) || d > LONGEST_PACE)
        return false;
    *pace = (uint32_t)d;
    return true;
}

void put_garp_style(struct writer *w, const struct garp *g)
{
    if (g->reply)
        put_word(w, "garp-op", "reply");
    if (g->pace != 0)
        put_duration(w, "garp-pace", g->pace);
}

static const char *const mode_names[] = {
    [AUTH_ENFORCE] = "enforce",
    [AUTH_PERMISSIVE] = "permissive",
    [AUTH_RECEIVE_ONLY] = "receive-only",
};

bool auth_parse(struct span value, enum auth_type *type, enum auth_mode *mode)
{
    const char *colon = value.len > 0 ? memchr(value.at, ':', value.len) : NULL;
    size_t length = colon ? (size_t)(colon - value.at) : value.len;
    for (unsigned t = colon ? AUTH_PASS : AUTH_NONE; t <= AUTH_HMAC; t++) {
        if (!span_is((struct span){value.at, length}, auth_type_name((enum auth_type)t)))
            continue;
        *type = (enum auth_type)t;
        *mode = AUTH_ENFORCE;
        for (unsigned m = 0; colon && m < nitems(mode_names); m++) {
            *mode = (enum auth_mode)m;
            if (span_is((struct span){colon + 1, value.len - length - 1}, mode_names[m]))
                return true;
        }
        return !colon;
    }
    return false;
}

void put_auth(struct writer *w, enum auth_type type, enum auth_mode mode)
{
    list_begin(w, "auth");
    list_word(w, auth_type_name(type));
    if (mode != AUTH_ENFORCE) {
        list_tail(w, ":");
        list_tail(w, mode_names[mode]);
    }
    list_end(w);
}

/* VRRPv2: RFC 3768 5.3.7, seconds in 8 bits. VRRPv3: RFC 9568 5.2.7, centiseconds in 12 bits; erratum 8301: not 0. */
const char *interval_wrong(uint8_t version, usec interval)
{
    if (version == 2) {
        bool right = interval % SECOND == 0 && interval >= SECOND && interval <= 255 * SECOND;
        return right ? NULL : "VRRPv2 takes whole seconds from 1s to 255s";
    }
    const usec centisecond = 10 * MILLISECOND;
    bool right = interval % centisecond == 0 && interval >= centisecond && interval <= 4095 * centisecond;
    return right ? NULL : "VRRPv3 takes multiples of 10ms from 10ms to 40950ms";
}

const char *interval_of_both_wrong(usec interval)
{
    bool right = !interval_wrong(2, interval) && !interval_wrong(3, interval);
    return right ? NULL : "VRRPv2 and v3 together take whole seconds from 1s to 40s";
}

bool version_parse(struct span value, uint8_t *version, bool *both)
{
    uint64_t n = 3;
    *both = span_is(value, "2+3");
    if (!*both && !parse_u64(value, 2, 3, &n))
        return false;
    *version = (uint8_t)n;
    return true;
}

void put_version(struct writer *w, uint8_t version, bool both)
{
    put_word(w, "ver", both ? "2+3" : version == 2 ? "2" : "3");
}

const char *address_wrong(const struct ip *ip)
{
    static const uint8_t broadcast[] = {255, 255, 255, 255};
    if (ip_is_zero(ip))
        return "the address zero is no machine's";
    if (ip_is_multicast(ip))
        return "a multicast address is no machine's";
    if (ip_is_loopback(ip))
        return "a loopback address is nobody else's";
    if (ip->family == 4 && memcmp(ip->bytes, broadcast, sizeof(broadcast)) == 0)
        return "the broadcast address is no machine's";
    return NULL;
}

bool prefix_list_has(const struct prefix_list *list, const struct ip *ip)
{
    for (size_t i = 0; i < prefix_list_all(list); i++)
        if (ip_equal(&list->items[i].ip, ip))
            return true;
    return false;
}

void default_name(const struct identity *id, char out[static NAME_TEXT])
{
    size_t n = strlen(id->ifname);
    memcpy(out, id->ifname, n);
    memcpy(out + n, id->af == 6 ? "-v6-" : "-v4-", 4);
    n += 4;
    unsigned v = id->vrid;
    if (v >= 100)
        out[n++] = (char)('0' + v / 100);
    if (v >= 10)
        out[n++] = (char)('0' + v / 10 % 10);
    out[n++] = (char)('0' + v % 10);
    out[n] = '\0';
}
