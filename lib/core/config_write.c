#include <string.h>

#include "core/address_style.h"
#include "core/config.h"
#include "core/config_track.h"
#include "core/config_value.h"
#include "core/peer.h"
#include "core/prefix_list.h"

bool identity_equal(const struct identity *a, const struct identity *b)
{
    return a->vrid == b->vrid && a->af == b->af && strcmp(a->ifname, b->ifname) == 0;
}

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

void put_identity(struct writer *w, const struct identity *id)
{
    put_text(w, "if", span_of(id->ifname));
    put_u64(w, "af", id->af);
    put_u64(w, "vrid", id->vrid);
}

static bool garp_equal(const struct garp *a, const struct garp *b)
{
    return a->first == b->first && a->delay == b->delay && a->second == b->second && a->reply == b->reply &&
           a->pace == b->pace;
}

static bool tracks_equal(const struct vr_config *a, const struct vr_config *b)
{
    if (a->track_count != b->track_count)
        return false;
    for (size_t i = 0; i < a->track_count; i++)
        if (!track_ref_equal(&a->track[i], &b->track[i]))
            return false;
    return true;
}

bool config_equal(const struct vr_config *a, const struct vr_config *b)
{
    return identity_equal(&a->id, &b->id) && strcmp(a->name, b->name) == 0 && a->version == b->version &&
           a->both == b->both && a->prio == b->prio && a->interval == b->interval &&
           prefix_list_equal(&a->ip, &b->ip) && address_style_equal(&a->style, &b->style) &&
           ip_equal(&a->src, &b->src) && a->preempt == b->preempt && a->preempt_delay == b->preempt_delay &&
           a->startup_delay == b->startup_delay && a->down_factor == b->down_factor && a->vmac == b->vmac &&
           a->cksum == b->cksum && garp_equal(&a->garp, &b->garp) && a->garp_refresh == b->garp_refresh &&
           tracks_equal(a, b) && a->fence == b->fence && a->auth == b->auth && a->auth_mode == b->auth_mode &&
           peer_list_equal(&a->peer, &b->peer) && a->ttl.min == b->ttl.min && a->ttl.max == b->ttl.max &&
           strcmp(a->group, b->group) == 0 && a->accept == b->accept && a->strict == b->strict &&
           a->init_active == b->init_active && a->last_advert == b->last_advert &&
           a->lost_is_fault == b->lost_is_fault && span_equal(a->routes, b->routes) && span_equal(a->rules, b->rules);
}

static void put_yes_no(struct writer *w, const char *key, bool yes)
{
    put_word(w, key, yes ? "yes" : "no");
}

static const char *cksum_word(enum cksum_form form)
{
    return form == CKSUM_MESSAGE ? "message" : form == CKSUM_PSEUDO ? "pseudo" : "auto";
}

void write_vr(struct writer *w, stamp t, const struct vr_config *c)
{
    writer_begin(w, t, "vr");
    put_identity(w, &c->id);
    put_text(w, "name", span_of(c->name));
    put_version(w, c->version, c->both);
    put_u64(w, "prio", c->prio);
    put_duration(w, "interval", c->interval);
    put_prefix_list(w, &c->ip);
    if (c->src.family)
        put_ip(w, "src", &c->src);
    put_yes_no(w, "preempt", c->preempt);
    put_duration(w, "preempt-delay", c->preempt_delay);
    put_duration(w, "startup-delay", c->startup_delay);
    put_u64(w, "down-factor", c->down_factor);
    put_yes_no(w, "vmac", c->vmac);
    put_word(w, "cksum", cksum_word(c->cksum));
    put_garp(w, &c->garp);
    put_duration(w, "garp-refresh", c->garp_refresh);
    list_begin(w, "track");
    for (size_t i = 0; i < c->track_count; i++)
        list_track_ref(w, &c->track[i]);
    list_end(w);
    put_yes_no(w, "fence", c->fence);
    put_auth(w, c->auth, c->auth_mode);
    put_peer_list(w, &c->peer);
    if (c->peer.count > 0)
        put_ttl(w, &c->ttl);
    if (c->group[0] != '\0')
        put_text(w, "group", span_of(c->group));
    put_excluded_list(w, &c->ip);
    put_address_style(w, &c->style);
    if (c->routes.len > 0)
        put_raw(w, "route", c->routes);
    if (c->rules.len > 0)
        put_raw(w, "rule", c->rules);
    put_word(w, "accept", c->accept ? NULL : "no");
    put_yes_no(w, "strict", c->strict);
    put_word(w, "init", c->init_active ? "active" : "backup");
    put_yes_no(w, "last-advert", c->last_advert);
    put_word(w, "vip-lost", c->lost_is_fault ? "fault" : NULL);
    put_garp_style(w, &c->garp);
    writer_end(w);
}
