/* keepalived.conf as a whole: what is defined before what uses it, then each instance in its order. */
#include <string.h>

#include "core/keepalived_internal.h"

#define TAKE(name) static bool name(struct ka_conversion *v, void *into, const struct ka_item *item)
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

/* --- global_defs --- */

TAKE(take_version)
{
    (void)into;
    return ka_number(v, item, 2, 3, &v->defaults.version);
}

TAKE(take_garp_delay)
{
    (void)into;
    return ka_number(v, item, 0, 86400, &v->defaults.garp_delay);
}

TAKE(take_garp_repeat)
{
    (void)into;
    return ka_number(v, item, 1, 255, &v->defaults.garp_repeat);
}

TAKE(take_garp_refresh)
{
    (void)into;
    return ka_number(v, item, 0, 86400, &v->defaults.garp_refresh);
}

TAKE(take_garp_interval)
{
    (void)into;
    return ka_seconds(v, item, 60 * SECOND, &v->defaults.garp_interval);
}

TAKE(take_startup_delay)
{
    (void)into;
    return ka_seconds(v, item, 86400 * SECOND, &v->defaults.startup_delay);
}

TAKE(take_down_factor)
{
    (void)into;
    return ka_number(v, item, 1, 100, &v->defaults.down_factor);
}

TAKE(take_strict)
{
    (void)into;
    return ka_yes(v, item, &v->defaults.strict);
}

TAKE(take_last_advert)
{
    (void)into;
    return ka_yes(v, item, &v->defaults.last_advert);
}

TAKE(take_default_interface)
{
    (void)into;
    v->defaults.interface = ka_argument(v, item);
    return v->defaults.interface.len > 0;
}

TAKE(take_group4)
{
    (void)into;
    struct span group = ka_argument(v, item);
    if (span_is(group, "224.0.0.18") || span_is(group, "ff02::12"))
        return true;
    return ka_refuse(v, item, group, "another group than that of VRRP: nobody else would hear it");
}

static const struct ka_rule globals[] = {
    CONVERT("vrrp_version", take_version),
    CONVERT("vrrp_garp_master_delay", take_garp_delay),
    CONVERT("vrrp_garp_master_repeat", take_garp_repeat),
    CONVERT("vrrp_garp_master_refresh", take_garp_refresh),
    COMMENT("vrrp_garp_master_refresh_repeat", "each refresh is one announcement"),
    COMMENT("vrrp_garp_lower_prio_delay", "who hears a lower router announces at once, at most once an interval"),
    COMMENT("vrrp_garp_lower_prio_repeat", "who hears a lower router announces at once, at most once an interval"),
    CONVERT("vrrp_garp_interval", take_garp_interval),
    CONVERT("vrrp_gna_interval", take_garp_interval),
    COMMENT("vrrp_garp_extra_if", "garp-refresh= announces on all interfaces of the addresses"),
    COMMENT("vrrp_min_garp", "garp=1 of each vr line"),
    CONVERT("vrrp_startup_delay", take_startup_delay),
    CONVERT("vrrp_down_timer_adverts", take_down_factor),
    CONVERT("vrrp_strict", take_strict),
    CONVERT("vrrp_higher_prio_send_advert", take_last_advert),
    COMMENT("vrrp_lower_prio_no_advert", "with strict=yes version 2 does not answer; RFC 9568 has version 3 answer"),
    CONVERT("default_interface", take_default_interface),
    CONVERT("vrrp_mcast_group4", take_group4),
    CONVERT("vrrp_mcast_group6", take_group4),
    COMMENT("vrrp_notify_fifo", "vrrp-hook --fifo writes one"),
    COMMENT("vrrp_notify_fifo_script", "vrrp-hook --fifo writes one"),
    COMMENT("notify_fifo", "vrrp-hook --fifo writes one"),
    COMMENT("notify_fifo_script", "vrrp-hook --fifo writes one"),
    COMMENT("vrrp_priority", "vrrp-run -R gives real-time priority"),
    COMMENT("vrrp_rt_priority", "vrrp-run -R gives real-time priority"),
    COMMENT("vrrp_no_swap", "vrrp-run -R locks the memory"),
    COMMENT("vrrp_skip_check_adv_addr", "version 3 tells of other addresses and goes on; version 2 discards them"),
    COMMENT("vrrp_check_unicast_src", "who is no peer is never heard"),
    COMMENT("vrrp_iptables", "accept=no does what it needs in nftables"),
    COMMENT("vrrp_ipsets", "accept=no does what it needs in nftables"),
    COMMENT("nftables", "accept=no does what it needs in nftables"),
    COMMENT("router_id", "nothing here sends mail, or needs a name"),
    COMMENT("script_user", "checks and hooks run as who runs vrrp-run, unless they name a user"),
    COMMENT("enable_script_security", "a script that others can write is yours to see to"),
    COMMENT("dynamic_interfaces", "an interface that is not there yet is waited for in any case"),
};

/* Whatever else it says is not of VRRP. */
static void convert_globals(struct ka_conversion *v, const struct ka_item *block)
{
    for (const struct ka_item *item = block->children; item; item = item->next) {
        size_t n = 0;
        while (n < nitems(globals) && !span_is(item->words[0], globals[n].word))
            n++;
        bool vrrp = item->words[0].len > 5 && memcmp(item->words[0].at, "vrrp_", 5) == 0;
        struct ka_item one = *item;
        one.next = NULL;
        if (n < nitems(globals))
            ka_apply(v, &globals[n], 1, &one, NULL, "");
        else
            ka_comment(v, item, vrrp ? "has no counterpart" : "is not of VRRP");
    }
}

/* --- vrrp_sync_group --- */

static bool join(struct ka_conversion *v, struct span group, const struct ka_item *item, struct span name)
{
    struct ka_named *n = ka_allocate(v->conf, sizeof *n);
    if (ka_named(v->members, name))
        return ka_refuse(v, item, name, "is in another group already");
    if (!n)
        return false;
    *n = (struct ka_named){.name = name, .item = item, .value = group, .next = v->members};
    v->members = n;
    return true;
}

static void join_line(struct ka_conversion *v, struct span group, const struct ka_item *line)
{
    for (size_t n = 0; n < line->count; n++)
        join(v, group, line, line->words[n]);
}

TAKE(take_group_notify)
{
    const struct span *name = into;
    return ka_take_notify(v, "GROUP", *name, item);
}

TAKE(take_members)
{
    const struct span *name = into;
    for (const struct ka_item *line = item->children; line; line = line->next)
        join_line(v, *name, line);
    return true;
}

static const struct ka_rule group_rules[] = {
    CONVERT("group", take_members),
    CONVERT("notify_master", take_group_notify),
    CONVERT("notify_backup", take_group_notify),
    CONVERT("notify_fault", take_group_notify),
    CONVERT("notify_stop", take_group_notify),
    CONVERT("notify", take_group_notify),
    REFUSE("track_interface", "write it in one of its instances: here what one depends on, all do"),
    REFUSE("track_script", "write it in one of its instances: here what one depends on, all do"),
    REFUSE("track_process", "write it in one of its instances: here what one depends on, all do"),
    REFUSE("track_file", "write it in one of its instances: here what one depends on, all do"),
    REFUSE("track_bfd", "BFD has no counterpart: a check line can ask a BFD daemon"),
    COMMENT("notify_priority_changes", "a hook gets states, each with its priority"),
    COMMENT("notify_deleted", "a group ends with its last virtual router, which is told"),
    COMMENT("smtp_alert", "no mail is sent: a hook can"),
    COMMENT("global_tracking", "what one virtual router of a group depends on, all do"),
    COMMENT("sync_group_tracking_weight", "weights count for the whole group"),
};

static bool is_rule(struct span word)
{
    for (size_t n = 0; n < nitems(group_rules); n++)
        if (span_is(word, group_rules[n].word))
            return true;
    return false;
}

/* Names that stand there without group { } are members, too. */
static void convert_group(struct ka_conversion *v, const struct ka_item *block)
{
    struct span name = ka_argument(v, block);
    for (const struct ka_item *item = block->children; item && name.len > 0; item = item->next) {
        struct ka_item one = *item;
        one.next = NULL;
        if (item->block || is_rule(item->words[0]))
            ka_apply(v, group_rules, nitems(group_rules), &one, &name, "not known in a vrrp_sync_group");
        else
            join_line(v, name, item);
    }
}

/* --- All of it. --- */

static const char not_vrrp[] = "is not of VRRP: keepalived goes on doing it, with --check or --bfd alone";

static void convert_names(struct ka_conversion *v, const struct ka_item *item)
{
    struct span word = item->words[0];
    if (span_is(word, "global_defs"))
        convert_globals(v, item);
    else if (span_is(word, "vrrp_script"))
        ka_add_named(v, &v->scripts, item);
    else if (span_is(word, "track_process") || span_is(word, "vrrp_track_process"))
        ka_add_named(v, &v->processes, item);
    else if (span_is(word, "track_file") || span_is(word, "vrrp_track_file"))
        ka_add_named(v, &v->files, item);
    else if (span_is(word, "vrrp_sync_group"))
        convert_group(v, item);
}

static void convert_beside(struct ka_conversion *v)
{
    for (struct ka_named *n = v->scripts; n; n = n->next)
        ka_convert_script(v, n->item);
    for (struct ka_named *n = v->processes; n; n = n->next)
        ka_convert_process(v, n->item);
    for (struct ka_named *n = v->files; n; n = n->next)
        ka_convert_file(v, n->item);
}

static const struct ka_rule top_rules[] = {
    COMMENT("virtual_server", not_vrrp),
    COMMENT("virtual_server_group", not_vrrp),
    COMMENT("SSL", not_vrrp),
    COMMENT("bfd_instance", not_vrrp),
    COMMENT("static_ipaddress", "is the host's own: to be set where its other addresses are"),
    COMMENT("static_routes", "are the host's own: to be set where its other routes are"),
    COMMENT("static_rules", "are the host's own: to be set where its other rules are"),
    COMMENT("track_group", "static addresses and routes are the host's own"),
    COMMENT("linkbeat_interfaces", "the kernel tells of carriers"),
    REFUSE("interface_up_down_delays", "a link that bounces: watch link=IF rise=TIME fall=TIME, and track= of it"),
    REFUSE("net_namespace", "run vrrp-run in it: ip netns exec NAME vrrp-run ..."),
    COMMENT("net_namespace_ipvs", not_vrrp),
    COMMENT("instance", "more than one vrrp-run have directories of their own (-d)"),
    COMMENT("use_pid_dir", "vrrp-run has a directory of its own (-d)"),
    COMMENT("garp_group", "garp-pace= of each vr line"),
    COMMENT("namespace_with_ipsets", "accept=no does what it needs in nftables"),
    COMMENT("child_wait_time", "vrrp-run waits as long as it says in its page"),
};

static void convert_top(struct ka_conversion *v, const struct ka_item *item)
{
    static const char *const known[] = {
        "global_defs", "vrrp_script",     "track_process",   "vrrp_track_process",
        "track_file",  "vrrp_track_file", "vrrp_sync_group",
    };
    struct ka_item one = *item;
    one.next = NULL;
    if (span_is(item->words[0], "vrrp_instance")) {
        ka_convert_instance(v, item);
        return;
    }
    for (size_t n = 0; n < nitems(known); n++)
        if (span_is(item->words[0], known[n]))
            return;
    ka_apply(v, top_rules, nitems(top_rules), &one, NULL, "not known in keepalived.conf");
}

/* A group names instances that are there. */
static void check_members(struct ka_conversion *v, const struct ka_item *items)
{
    for (const struct ka_named *n = v->members; n; n = n->next) {
        const struct ka_item *item = items;
        while (item &&
               !(span_is(item->words[0], "vrrp_instance") && item->count > 1 && span_equal(item->words[1], n->name)))
            item = item->next;
        if (!item)
            ka_refuse(v, n->item, n->name, "no such vrrp_instance");
    }
}

bool ka_convert(struct ka_conf *c, struct ka_error *error, void (*more)(void *context, const struct ka_error *e),
                void *context)
{
    struct ka_conversion v = {
        .conf = c,
        .error = error,
        .more = more,
        .context = context,
        .defaults = {.version = 2, .garp_delay = 5, .garp_repeat = 5, .down_factor = 3},
    };
    for (const struct ka_item *item = c->items; item; item = item->next)
        convert_names(&v, item);
    convert_beside(&v);
    for (const struct ka_item *item = c->items; item; item = item->next)
        convert_top(&v, item);
    check_members(&v, c->items);
    ka_end_notify(&v);
    if (c->full && !v.failed && c->items)
        ka_refuse(&v, c->items, (struct span){"", 0}, "out of memory");
    return !v.failed;
}
