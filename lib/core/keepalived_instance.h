/* A vrrp_instance that has been read; shared by keepalived_instance.c and keepalived_line.c alone. */
#ifndef CORE_KEEPALIVED_INSTANCE_H
#define CORE_KEEPALIVED_INSTANCE_H

#include "core/keepalived_internal.h"

enum { ADDRESSES = 1024 };

struct ka_address {
    struct span text; /* with its length */
    uint8_t family;
    struct span dev, label, scope;
};

struct ka_addresses {
    struct ka_address *items;
    size_t count;
};

struct ka_list {
    struct span *items;
    size_t count;
};

struct ka_instance {
    const struct ka_item *item;
    struct span name, interface, source;
    uint64_t version, vrid, prio, garp_delay, garp_repeat, garp_refresh, down_factor;
    usec interval, preempt_delay;
    bool has_interval, vmac, no_preempt, strict, last_advert, no_accept;
    struct span auth_type, password;
    const struct ka_item *auth, *preempt_at;
    struct ka_addresses ip, excluded;
    struct span *peers;
    size_t peer_count;
    uint64_t ttl_min, ttl_max, unicast_ttl;
    bool unicast_seen;
    struct ka_list routes, rules; /* items as they stand in route= and rule= */
    struct ka_named *tracks;      /* in order; name: as it stands in track= */
};

/* keepalived_tracks.c, keepalived_routes.c: of a struct ka_rule, into a struct ka_instance. */
bool ka_take_peers(struct ka_conversion *v, void *into, const struct ka_item *item);
bool ka_take_unicast_ttl(struct ka_conversion *v, void *into, const struct ka_item *item);
bool ka_take_track_script(struct ka_conversion *v, void *into, const struct ka_item *item);
bool ka_take_track_process(struct ka_conversion *v, void *into, const struct ka_item *item);
bool ka_take_track_file(struct ka_conversion *v, void *into, const struct ka_item *item);
bool ka_take_track_interface(struct ka_conversion *v, void *into, const struct ka_item *item);
bool ka_take_routes(struct ka_conversion *v, void *into, const struct ka_item *item);
bool ka_take_rules(struct ka_conversion *v, void *into, const struct ka_item *item);
/* keepalived_line.c: it is right. */
void ka_write_instance(struct ka_conversion *v, const struct ka_instance *i);

#endif
