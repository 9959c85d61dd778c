#include "cmd/vip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cli.h"
#include "core/config_value.h"

static void *array(size_t count, size_t size)
{
    void *a = calloc(count > 0 ? count : 1, size);
    if (a == NULL)
        cli_die(EXIT_SYSTEM, "%s", strerror(errno));
    return a;
}

static void parse_address(struct vip_request *r, size_t n, const char *word)
{
    struct prefix *p = &r->list[n];
    if (!prefix_parse(p, word, strlen(word)))
        cli_die(EXIT_USAGE, "%s: not an IPv4 or IPv6 address, or its length is out of range", word);
    static const struct ip broadcast = {4, {255, 255, 255, 255}};
    if (ip_is_zero(&p->ip) || ip_equal(&p->ip, &broadcast) || ip_is_multicast(&p->ip) || ip_is_loopback(&p->ip) ||
        p->length == 0)
        cli_die(EXIT_USAGE, "%s: not an address that an interface can have for others", word);
    for (size_t k = 0; k < n; k++) {
        if (ip_equal(&r->list[k].ip, &p->ip))
            cli_die(EXIT_USAGE, "%s: given twice", word);
    }
    r->with_length[n] = strchr(word, '/') != NULL;
}

static void keep(struct address_entry **list, size_t *count, const struct address_entry *e)
{
    struct address_entry *grown = realloc(*list, (*count + 1) * sizeof *grown);
    if (grown == NULL)
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    *list = grown;
    grown[(*count)++] = *e;
}

static void see(void *context, const struct address_entry *e)
{
    struct vip_request *r = context;
    bool named = false;
    for (size_t n = 0; n < r->count; n++) {
        if (!ip_equal(&r->list[n].ip, &e->prefix.ip))
            continue;
        struct vip_seen *seen = &r->seen[n];
        seen->foreign = seen->foreign || !e->ours;
        if (e->ours || !seen->ours) {
            seen->length = e->prefix.length;
            seen->style = e->style;
        }
        if (!e->ours)
            continue;
        named = true;
        seen->ours = true;
        keep(&r->ours, &r->ours_count, e);
    }
    if (e->secondary && !named)
        keep(&r->secondaries, &r->secondary_count, e);
}

uint8_t vip_vrid(const char *text)
{
    return (uint8_t)cli_word_number("vmac", text, 1, UINT8_MAX);
}

/* An address that is on the interface below is answered for there, with the other MAC address. */
static void see_below(void *context, const struct address_entry *e)
{
    struct vip_request *r = context;
    for (size_t n = 0; n < r->count; n++) {
        char text[IP_TEXT];
        if (!ip_equal(&r->list[n].ip, &e->prefix.ip))
            continue;
        ip_format(text, &e->prefix.ip);
        cli_die(EXIT_NO, "%s: %s is on the interface itself%s: it cannot have the virtual MAC address too", r->ifname,
                text, e->ours ? " (vip-down takes it away)" : ", and not ours");
    }
}

static void find_macvlan(struct vip_request *r)
{
    struct address_error error;
    r->id = (struct identity){.af = r->list[0].ip.family, .vrid = r->vrid};
    memcpy(r->id.ifname, r->ifname, strlen(r->ifname));
    for (size_t n = 1; n < r->count; n++) {
        if (r->list[n].ip.family != r->id.af)
            cli_die(EXIT_USAGE, "--vmac %u: the MAC address is of IPv4 or of IPv6, and so have all addresses to be",
                    r->vrid);
    }
    r->macvlans = macvlans_open(r->book, 0);
    if (r->macvlans == NULL)
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    vmac_name(r->macvlan, r->id.af, r->vrid, r->ifindex);
    r->devname = r->macvlan;
    r->made = macvlan_find(r->macvlans, &r->id, &r->device);
    if (!r->made && errno != ENODEV)
        cli_die(EXIT_SYSTEM, "%s: %s", r->macvlan, strerror(errno));
    if (!r->made && !macvlan_check(r->macvlans, &r->id, &error))
        cli_die(EXIT_NO, "%s: %s", r->ifname, error.text);
    if (!address_each(r->book, r->ifindex, see_below, r, &error))
        cli_die(EXIT_SYSTEM, "%s: %s", r->ifname, error.text);
}

void vip_look(struct vip_request *r)
{
    struct address_error error;
    for (size_t n = 0; n < r->count; n++)
        r->seen[n].ours = r->seen[n].foreign = false;
    r->ours_count = r->secondary_count = 0;
    if (!address_each(r->book, r->device, see, r, &error))
        cli_die(EXIT_SYSTEM, "%s: %s", r->devname, error.text);
}

void vip_open(struct vip_request *r, uint8_t vrid, char **words, size_t count)
{
    if (count < 2) {
        cli_usage_to_stderr();
        exit(cli_finish(EXIT_USAGE));
    }
    *r = (struct vip_request){.ifname = words[0], .devname = words[0], .count = count - 1, .vrid = vrid};
    r->list = array(r->count, sizeof *r->list);
    r->with_length = array(r->count, sizeof *r->with_length);
    r->seen = array(r->count, sizeof *r->seen);
    if (!ifname_is_valid(r->ifname))
        cli_die(EXIT_USAGE, "%s: not %s", r->ifname, IFNAME_ALLOWED);
    for (size_t n = 0; n < r->count; n++)
        parse_address(r, n, words[n + 1]);
    r->book = address_book_open();
    if (r->book == NULL)
        cli_die(EXIT_SYSTEM, "netlink: %s", strerror(errno));
    if (!address_interface(r->book, r->ifname, &r->ifindex, &r->has_mac, &r->mac))
        cli_die(EXIT_SYSTEM, "%s: %s", r->ifname, errno == ENODEV ? "no such device" : strerror(errno));
    r->device = r->ifindex;
    if (vrid != 0)
        find_macvlan(r);
    if (vrid == 0 || r->made)
        vip_look(r);
}

void vip_close(struct vip_request *r)
{
    macvlans_close(r->macvlans);
    address_book_close(r->book);
    free(r->list);
    free(r->with_length);
    free(r->seen);
    free(r->ours);
    free(r->secondaries);
}

static void count_one(void *context, const struct address_entry *e)
{
    size_t *count = context;
    (void)e;
    ++*count;
}

bool vip_is_empty(const struct vip_request *r, size_t but)
{
    struct address_error error;
    size_t count = 0;
    return address_each(r->book, r->device, count_one, &count, &error) && count <= but;
}

void vip_need_permission(struct vip_request *r)
{
    if (!address_book_may_change(r->book))
        cli_die(EXIT_SYSTEM, "%s: permission denied%s", r->ifname, cli_permission_hint("CAP_NET_ADMIN,CAP_NET_RAW"));
}

static void mark_failed(struct vip_request *r, const struct ip *ip)
{
    for (size_t n = 0; n < r->count; n++) {
        if (ip_equal(&r->list[n].ip, ip))
            r->seen[n].failed = true;
    }
}

static uint32_t network_of(const struct prefix *p)
{
    uint32_t bits = 0;
    for (int n = 0; n < 4; n++)
        bits = bits << 8 | p->ip.bytes[n];
    return p->length == 0 ? 0 : bits >> (32 - p->length);
}

/* What the kernel would remove with this one. NULL: nothing that is to stay. */
static const struct address_entry *goes_along(const struct vip_request *r, const struct prefix *p)
{
    for (size_t n = 0; n < r->ours_count; n++) {
        const struct address_entry *e = &r->ours[n];
        if (e->secondary && ip_equal(&e->prefix.ip, &p->ip) && e->prefix.length == p->length)
            return NULL;
    }
    for (size_t n = 0; p->ip.family == 4 && n < r->secondary_count; n++) {
        const struct prefix *other = &r->secondaries[n].prefix;
        if (other->length == p->length && network_of(other) == network_of(p))
            return &r->secondaries[n];
    }
    return NULL;
}

static void leave_out(const struct ip *ip, struct address_change *changes, size_t *count)
{
    size_t kept = 0;
    for (size_t n = 0; n < *count; n++) {
        if (!ip_equal(&changes[n].prefix.ip, ip))
            changes[kept++] = changes[n];
    }
    *count = kept;
}

/* Leaves out what would take others along; returns whether there was any. */
static bool spare_others(struct vip_request *r, struct address_change *changes, size_t *count)
{
    bool spared = false;
    for (size_t n = 0; n < *count;) {
        const struct prefix gone = changes[n].prefix;
        const struct address_entry *e = changes[n].kind == CHANGE_REMOVE ? goes_along(r, &gone) : NULL;
        char text[PREFIX_TEXT], other[PREFIX_TEXT];
        if (e == NULL) {
            n++;
            continue;
        }
        prefix_format(text, &gone);
        prefix_format(other, &e->prefix);
        cli_say("%s: %s stays: the kernel would remove %s with it (-F removes it all the same)", r->devname, text,
                other);
        mark_failed(r, &gone.ip);
        leave_out(&gone.ip, changes, count);
        n = 0; /* the others have moved */
        spared = true;
    }
    return spared;
}

int vip_apply(struct vip_request *r, struct address_change *changes, size_t count, const char *verb, bool force)
{
    struct address_error error;
    bool spared = false;
    if (count == 0)
        return EXIT_DONE;
    if (!address_promote_secondaries(r->book, r->device)) {
        cli_say("%s: promote_secondaries: %s; the kernel may remove other addresses of a subnet with its first one",
                r->devname, strerror(errno));
        spared = !force && spare_others(r, changes, &count);
    }
    if (address_apply(r->book, changes, count, &error))
        return spared ? EXIT_NO : EXIT_DONE;
    for (size_t n = 0; n < count; n++) {
        char text[PREFIX_TEXT];
        int number = changes[n].result;
        if (number == 0)
            continue;
        mark_failed(r, &changes[n].prefix.ip);
        prefix_format(text, &changes[n].prefix);
        cli_say("%s: cannot %s %s: %s", r->devname, verb, text, number == error.number ? error.text : strerror(number));
    }
    return error.number == ENOMEM || error.number == EPERM || error.number == ENODEV ? EXIT_SYSTEM : EXIT_NO;
}
