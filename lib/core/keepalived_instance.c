/* A vrrp_instance of keepalived.conf: what stands in it. */
#include <string.h>

#include "core/keepalived_instance.h"

#define TAKE(name) static bool name(struct ka_conversion *v, void *into, const struct ka_item *item)
#define INSTANCE   struct ka_instance *i = into

/* Plain values */

TAKE(take_interface)
{
    INSTANCE;
    i->interface = ka_argument(v, item);
    return i->interface.len > 0;
}

TAKE(take_version)
{
    INSTANCE;
    return ka_number(v, item, 2, 3, &i->version);
}

TAKE(take_vrid)
{
    INSTANCE;
    return ka_number(v, item, 1, 255, &i->vrid);
}

TAKE(take_priority)
{
    INSTANCE;
    return ka_number(v, item, 1, 255, &i->prio);
}

TAKE(take_interval)
{
    INSTANCE;
    i->has_interval = true;
    return ka_seconds(v, item, 255 * SECOND, &i->interval);
}

TAKE(take_vmac)
{
    INSTANCE;
    i->vmac = true;
    if (item->count > 1)
        ka_comment(v, item, "the interface is given a name of its own; see vip-follow(8)");
    return true;
}

TAKE(take_source)
{
    INSTANCE;
    i->source = ka_argument(v, item);
    i->unicast_seen = i->unicast_seen || span_is(item->words[0], "unicast_src_ip");
    return i->source.len > 0;
}

TAKE(take_garp_delay)
{
    INSTANCE;
    return ka_number(v, item, 0, 86400, &i->garp_delay);
}

TAKE(take_garp_repeat)
{
    INSTANCE;
    return ka_number(v, item, 1, 255, &i->garp_repeat);
}

TAKE(take_garp_refresh)
{
    INSTANCE;
    return ka_number(v, item, 0, 86400, &i->garp_refresh);
}

TAKE(take_down_factor)
{
    INSTANCE;
    return ka_number(v, item, 1, 100, &i->down_factor);
}

TAKE(take_last_advert)
{
    INSTANCE;
    return ka_yes(v, item, &i->last_advert);
}

TAKE(take_strict)
{
    INSTANCE;
    return ka_yes(v, item, &i->strict);
}

TAKE(take_nopreempt)
{
    (void)v;
    INSTANCE;
    i->no_preempt = span_is(item->words[0], "nopreempt");
    i->preempt_at = item;
    return true;
}

TAKE(take_preempt_delay)
{
    INSTANCE;
    return ka_seconds(v, item, 1000 * SECOND, &i->preempt_delay);
}

TAKE(take_accept)
{
    (void)v;
    INSTANCE;
    i->no_accept = span_is(item->words[0], "no_accept");
    return true;
}

TAKE(take_multicast)
{
    (void)into;
    struct span group = ka_argument(v, item);
    if (span_is(group, "224.0.0.18") || span_is(group, "ff02::12") || span_is(group, "ff02:0:0:0:0:0:0:12"))
        return true;
    return ka_refuse(v, item, group, "another group than that of VRRP: nobody else would hear it");
}

TAKE(take_auth_type)
{
    INSTANCE;
    i->auth_type = ka_argument(v, item);
    return i->auth_type.len > 0;
}

TAKE(take_auth_pass)
{
    INSTANCE;
    i->password = ka_argument(v, item);
    return i->password.len > 0;
}

TAKE(take_authentication)
{
    static const struct ka_rule rules[] = {
        {"auth_type", take_auth_type, NULL, NULL},
        {"auth_pass", take_auth_pass, NULL, NULL},
    };
    INSTANCE;
    i->auth = item;
    ka_apply(v, rules, nitems(rules), item->children, i, "not known in authentication");
    return true;
}

/* Addresses */

static bool is_one_of(struct span word, const char *const *words, size_t count)
{
    for (size_t n = 0; n < count; n++)
        if (span_is(word, words[n]))
            return true;
    return false;
}

/* Words behind an address. *n: the place of the word; what takes another word is on that then. */
static bool address_option(struct ka_conversion *v, const struct ka_item *item, struct ka_address *a, size_t *n)
{
    static const char *const skipped[] = {"brd", "broadcast", "track_group", "preferred_lft", "peer", "+", "-"};
    static const char *const plain[] = {"home",     "-nodad",   "mngtmpaddr", "noprefixroute",
                                        "autojoin", "no_track", "use_vmac"};
    struct span word = item->words[*n];
    struct {
        const char *word;
        struct span *into;
    } valued[] = {{"dev", &a->dev}, {"scope", &a->scope}, {"label", &a->label}};
    if (is_one_of(word, plain, nitems(plain))) {
        if (!span_is(word, "no_track") && !span_is(word, "-nodad"))
            ka_comment(v, item, "that flag of an address has no counterpart");
        return true;
    }
    bool known = is_one_of(word, skipped, nitems(skipped));
    for (size_t k = 0; k < nitems(valued); k++)
        if (span_is(word, valued[k].word) && *n + 1 < item->count) {
            *valued[k].into = item->words[++*n];
            return true;
        }
    if (span_is(word, "peer"))
        return ka_refuse(v, item, word, "an address with a peer has no counterpart");
    if (!known || *n + 1 == item->count)
        return ka_refuse(v, item, word, "not known of an address");
    ++*n;
    ka_comment(v, item, span_is(word, "preferred_lft") ? "see preferred= of vr" : "the kernel sees to that itself");
    return true;
}

static bool add_address(struct ka_conversion *v, const struct ka_item *item, struct ka_addresses *list,
                        const struct ka_address *a)
{
    if (list->count == ADDRESSES)
        return ka_refuse(v, item, a->text, "too many addresses");
    if (!list->items)
        list->items = ka_allocate(v->conf, ADDRESSES * sizeof *list->items);
    for (size_t n = 0; list->items && n < list->count; n++)
        if (span_equal(list->items[n].text, a->text)) {
            ka_comment(v, item, "this address stands there already");
            return true;
        }
    if (list->items)
        list->items[list->count++] = *a;
    return true;
}

static bool is_prefix(struct span word, struct ka_address *a)
{
    struct prefix p;
    if (!prefix_parse(&p, word.at, word.len))
        return false;
    *a = (struct ka_address){.text = word, .family = p.ip.family};
    return true;
}

/* One or more to a line. */
static bool take_addresses(struct ka_conversion *v, const struct ka_item *block, struct ka_addresses *list)
{
    for (const struct ka_item *item = block->children; item; item = item->next) {
        struct ka_address a = {0};
        for (size_t n = 0; n < item->count; n++) {
            struct ka_address next;
            if (is_prefix(item->words[n], &next)) {
                if (a.text.len > 0 && !add_address(v, item, list, &a))
                    return false;
                a = next;
            } else if (a.text.len == 0) {
                return ka_refuse(v, item, item->words[n], "not an address");
            } else if (!address_option(v, item, &a, &n)) {
                return false;
            }
        }
        if (!add_address(v, item, list, &a))
            return false;
    }
    return true;
}

TAKE(take_ip)
{
    INSTANCE;
    return take_addresses(v, item, &i->ip);
}

TAKE(take_excluded)
{
    INSTANCE;
    return take_addresses(v, item, &i->excluded);
}

TAKE(take_notify)
{
    INSTANCE;
    return ka_take_notify(v, "INSTANCE", i->name, item);
}

#define COMMENT(word, why)                                                                                             \
    {                                                                                                                  \
        word, NULL, why, NULL                                                                                          \
    }
#define REFUSE(word, why)                                                                                              \
    {                                                                                                                  \
        word, NULL, NULL, why                                                                                          \
    }
#define CONVERT(word, how)                                                                                             \
    {                                                                                                                  \
        word, how, NULL, NULL                                                                                          \
    }
static const struct ka_rule rules[] = {
    COMMENT("state", "all begin as backup, and the priority decides; as with keepalived only 255 is Active at once"),
    CONVERT("interface", take_interface),
    CONVERT("version", take_version),
    CONVERT("virtual_router_id", take_vrid),
    CONVERT("priority", take_priority),
    CONVERT("advert_int", take_interval),
    CONVERT("use_vmac", take_vmac),
    COMMENT("vmac_xmit_base", "advertisements leave through the interface itself in any case"),
    COMMENT("use_vmac_addr", "the addresses are on the interface with the virtual MAC address in any case"),
    REFUSE("use_ipvlan", "an ipvlan has no counterpart"),
    REFUSE("vrf", "a VRF has no counterpart"),
    COMMENT("native_ipv6", "the addresses tell the family"),
    REFUSE("dont_track_primary", "an interface that is down is always a fault"),
    CONVERT("track_interface", ka_take_track_interface),
    CONVERT("track_script", ka_take_track_script),
    CONVERT("track_process", ka_take_track_process),
    CONVERT("track_file", ka_take_track_file),
    REFUSE("track_bfd", "BFD has no counterpart: a check line can ask a BFD daemon"),
    CONVERT("mcast_src_ip", take_source),
    CONVERT("unicast_src_ip", take_source),
    CONVERT("mcast_dst_ip", take_multicast),
    COMMENT("track_src_ip", "without its source nothing can be sent, which is a fault in any case"),
    COMMENT("check_unicast_src", "who is no peer is never heard"),
    CONVERT("unicast_peer", ka_take_peers),
    COMMENT("unicast_fault_no_peer", "without a peer it would not be unicast"),
    CONVERT("unicast_ttl", ka_take_unicast_ttl),
    COMMENT("old_unicast_checksum", "that form is taken and never sent"),
    CONVERT("garp_master_delay", take_garp_delay),
    CONVERT("garp_master_repeat", take_garp_repeat),
    COMMENT("garp_lower_prio_delay", "who hears a lower router announces at once, at most once an interval"),
    COMMENT("garp_lower_prio_repeat", "who hears a lower router announces at once, at most once an interval"),
    CONVERT("garp_master_refresh", take_garp_refresh),
    COMMENT("garp_master_refresh_repeat", "each refresh is one announcement"),
    COMMENT("garp_extra_if", "garp-refresh= announces on all interfaces of the addresses"),
    CONVERT("down_timer_adverts", take_down_factor),
    COMMENT("lower_prio_no_advert", "with strict=yes version 2 does not answer; RFC 9568 has version 3 answer"),
    CONVERT("higher_prio_send_advert", take_last_advert),
    CONVERT("authentication", take_authentication),
    CONVERT("virtual_ipaddress", take_ip),
    CONVERT("virtual_ipaddress_excluded", take_excluded),
    COMMENT("promote_secondaries", "vip-follow sets it in any case"),
    CONVERT("virtual_routes", ka_take_routes),
    CONVERT("virtual_rules", ka_take_rules),
    CONVERT("accept", take_accept),
    CONVERT("no_accept", take_accept),
    CONVERT("nopreempt", take_nopreempt),
    CONVERT("preempt", take_nopreempt),
    CONVERT("preempt_delay", take_preempt_delay),
    COMMENT("skip_check_adv_addr",
            "version 3 tells of other addresses and goes on; version 2 discards them, as RFC 3768 says"),
    CONVERT("strict_mode", take_strict),
    COMMENT("debug", "see vrrp-run -l"),
    CONVERT("notify_master", take_notify),
    CONVERT("notify_backup", take_notify),
    CONVERT("notify_fault", take_notify),
    CONVERT("notify_stop", take_notify),
    CONVERT("notify", take_notify),
    REFUSE("notify_master_rx_lower_pri", "has no counterpart: vrrp-audit tells of lower routers that speak"),
    COMMENT("notify_priority_changes", "a hook gets states, each with its priority"),
    COMMENT("smtp_alert", "no mail is sent: a hook can"),
    COMMENT("kernel_rx_buf_size", "capture rings are as large as is needed"),
    COMMENT("linkbeat_use_polling", "the kernel tells of carriers"),
    COMMENT("lvs_sync_daemon_interface", "IPVS is not VRRP: ipvsadm starts its daemon, from a hook"),
    COMMENT("garp_group", "garp-pace= of each vr line"),
};
#undef COMMENT
#undef REFUSE
#undef CONVERT

/* --- The whole. --- */

static bool is_complete(struct ka_conversion *v, struct ka_instance *i)
{
    const struct ka_item *item = i->item;
    if (i->interface.len == 0)
        return ka_refuse(v, item, i->name, "interface is missing");
    if (i->vrid == 0)
        return ka_refuse(v, item, i->name, "virtual_router_id is missing");
    if (i->ip.count == 0)
        return ka_refuse(v, item, i->name,
                         "virtual_ipaddress is missing: a virtual router without an address has no counterpart");
    if (i->ip.items[0].family == 6)
        i->version = 3;
    if (i->version == 2 && i->interval % SECOND != 0)
        return ka_refuse(v, item, i->name, "version 2 has whole seconds between advertisements");
    if (i->auth && i->version == 2 && i->password.len == 0)
        return ka_refuse(v, i->auth, i->name, "auth_pass is missing");
    if (i->auth && !span_is(i->auth_type, "PASS") && !span_is(i->auth_type, "AH"))
        return ka_refuse(v, i->auth, i->auth_type, "auth_type: PASS or AH");
    if (i->unicast_seen && i->peer_count == 0)
        return ka_refuse(v, item, i->name, "unicast without a peer");
    return true;
}

void ka_convert_instance(struct ka_conversion *v, const struct ka_item *item)
{
    const struct ka_defaults *d = &v->defaults;
    struct ka_instance i = {
        .item = item,
        .interface = d->interface,
        .version = d->version,
        .prio = 100,
        .interval = SECOND,
        .garp_delay = d->garp_delay,
        .garp_repeat = d->garp_repeat,
        .garp_refresh = d->garp_refresh,
        .down_factor = d->down_factor,
        .strict = d->strict,
        .last_advert = d->last_advert,
    };
    i.name = ka_argument(v, item);
    if (i.name.len == 0)
        return;
    ka_apply(v, rules, nitems(rules), item->children, &i, "not known in a vrrp_instance");
    if (!is_complete(v, &i))
        return;
    ka_write_instance(v, &i);
}
