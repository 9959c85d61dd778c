#include "core/peer.h"

#include <string.h>

#include "core/config_value.h"

static bool stands_there(const struct ip *items, size_t count, const struct ip *ip)
{
    for (size_t i = 0; i < count; i++)
        if (ip_equal(&items[i], ip))
            return true;
    return false;
}

const char *peer_list_parse(struct span value, struct peer_list *out, struct prefix_buffer *buffer, struct span *item)
{
    const char *wrong;
    size_t count = 0;
    while (list_next(&value, item)) {
        struct ip ip;
        if (count == PEERS)
            return "at most 255 addresses";
        if (!ip_parse(&ip, item->at, item->len))
            return PEER_ALLOWED;
        if ((wrong = address_wrong(&ip)))
            return wrong;
        if (stands_there(buffer->peers, count, &ip))
            return "an address stands there twice";
        buffer->peers[count++] = ip;
    }
    *item = (struct span){NULL, 0};
    *out = (struct peer_list){.count = (uint8_t)count, .items = buffer->peers};
    return NULL;
}

bool ttl_parse(struct span value, struct ttl_range *out)
{
    struct span min = value, max = {0};
    uint64_t low, high = UINT8_MAX;
    for (size_t i = 0; i + 1 < value.len; i++) {
        if (value.at[i] != '.' || value.at[i + 1] != '.')
            continue;
        min.len = i;
        max = (struct span){value.at + i + 2, value.len - i - 2};
        break;
    }
    if (!parse_u64(min, 1, UINT8_MAX, &low) || (max.at && !parse_u64(max, low, UINT8_MAX, &high)))
        return false;
    *out = (struct ttl_range){(uint8_t)low, (uint8_t)high};
    return true;
}

void put_peer_list(struct writer *w, const struct peer_list *list)
{
    list_begin(w, "peer");
    for (size_t i = 0; i < list->count; i++)
        list_ip(w, &list->items[i]);
    list_end(w);
}

void put_ttl(struct writer *w, const struct ttl_range *range)
{
    char text[] = "255..255";
    size_t length = 0;
    const uint8_t ends[] = {range->min, range->max};
    for (size_t i = 0; i < (range->max == UINT8_MAX ? 1 : nitems(ends)); i++) {
        if (i > 0)
            text[length++] = '.', text[length++] = '.';
        if (ends[i] >= 100)
            text[length++] = (char)('0' + ends[i] / 100);
        if (ends[i] >= 10)
            text[length++] = (char)('0' + ends[i] / 10 % 10);
        text[length++] = (char)('0' + ends[i] % 10);
    }
    put_raw(w, "ttl", (struct span){text, length});
}

bool peer_list_equal(const struct peer_list *a, const struct peer_list *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!ip_equal(&a->items[i], &b->items[i]))
            return false;
    return true;
}

/* Who answers to a link-local address is told from it, and the others from theirs: a list of both kinds would hold peers
 * whose own adverts come from an address that is not in it. */
static bool is_of_the_kind(const struct vr_config *c, const struct ip *peer)
{
    bool local = c->src.family ? ip_is_link_local(&c->src) : true;
    return peer->family == 4 || ip_is_link_local(peer) == local;
}

const char *peers_wrong(const struct vr_config *c)
{
    bool somebody = c->peer.count == 0;
    for (size_t i = 0; i < c->peer.count; i++) {
        const struct ip *peer = &c->peer.items[i];
        uint8_t family = c->ip.items[0].ip.family;
        if (peer->family != family)
            return family == 4 ? "not of the family of ip=, IPv4" : "not of the family of ip=, IPv6";
        if (prefix_list_has(&c->ip, peer))
            return "an address of ip= goes from router to router: a peer has one of its own";
        if (!is_of_the_kind(c, peer))
            return c->src.family ? "all are link-local, or none is, as src= is"
                                 : "link-local addresses only, unless src= names one that is not";
        somebody = somebody || !ip_equal(peer, &c->src);
    }
    return somebody ? NULL : "nobody but src= itself";
}

const char *source_wrong(const struct vr_config *c)
{
    if (c->src.family == 6 && c->peer.count == 0 && !ip_is_link_local(&c->src))
        return "VRRP for IPv6 is sent from a link-local address";
    return NULL;
}
