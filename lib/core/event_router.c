/* What vrrp-elect decided: send and state. */
#include <string.h>

#include "core/address_style.h"
#include "core/config_value.h"
#include "core/event.h"
#include "core/peer.h"
#include "core/prefix_list.h"
#include "core/reader.h"

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static void put_yes_no(struct writer *w, const char *key, bool yes)
{
    put_word(w, key, yes ? "yes" : "no");
}

static void put_yes(struct writer *w, const char *key, bool yes)
{
    put_word(w, key, yes ? "yes" : NULL);
}

/* What is not the default: most virtual routers have none of it. */
static void put_lists(struct writer *w, struct span routes, struct span rules)
{
    if (routes.len > 0)
        put_raw(w, "route", routes);
    if (rules.len > 0)
        put_raw(w, "rule", rules);
}

static void read_lists(struct reader *r, struct span *routes, struct span *rules)
{
    (void)reader_find(r, "route", routes);
    (void)reader_find(r, "rule", rules);
}

void write_send(struct writer *w, stamp t, const struct send_event *e)
{
    writer_begin(w, t, "send");
    put_identity(w, &e->id);
    put_text(w, "name", span_of(e->name));
    put_version(w, e->version, e->both);
    put_u64(w, "prio", e->prio);
    put_duration(w, "interval", e->interval);
    put_prefix_list(w, &e->ip);
    if (e->src.family)
        put_ip(w, "src", &e->src);
    put_yes_no(w, "vmac", e->vmac);
    put_word(w, "cksum", e->cksum == CKSUM_MESSAGE ? "message" : "pseudo");
    put_garp(w, &e->garp);
    put_duration(w, "garp-refresh", e->garp_refresh);
    put_duration(w, "lease", e->lease);
    put_yes(w, "announce", e->announce);
    put_yes(w, "replay", e->replay);
    if (e->fence != 0)
        put_duration(w, "fence", e->fence);
    if (e->auth != AUTH_NONE)
        put_word(w, "auth", auth_type_name(e->auth));
    if (e->seq != 0)
        put_u64(w, "seq", e->seq);
    put_peer_list(w, &e->peer);
    put_excluded_list(w, &e->ip);
    put_address_style(w, &e->style);
    put_lists(w, e->routes, e->rules);
    put_word(w, "accept", e->unaccepted ? "no" : NULL);
    put_word(w, "vip-lost", e->lost_is_fault ? "fault" : NULL);
    put_garp_style(w, &e->garp);
    writer_end(w);
}

/* The lists of ip= and excluded=, and the family, which the first decides when af= is absent. */
static bool read_prefixes(struct reader *r, struct identity *id, struct prefix_list *out, struct prefix_buffer *buffer)
{
    struct span value, item;
    *out = (struct prefix_list){.count = 0, .items = buffer->items};
    if (!reader_find(r, "ip", &value))
        return false;
    if (prefix_list_parse(value, out, buffer, &item)) {
        reader_wrong(r, "ip");
        return false;
    }
    uint8_t family = buffer->items[0].ip.family;
    if (id->af != 0 && id->af != family)
        reader_wrong(r, "ip");
    id->af = family;
    return true;
}

static void read_name(struct reader *r, const struct identity *id, char out[static NAME_TEXT])
{
    if (!read_text(r, "name", out, NAME_TEXT))
        default_name(id, out);
}

/* Behind the list of ip=, which was read. */
static void read_excluded(struct reader *r, struct prefix_list *list, struct prefix_buffer *buffer)
{
    struct span value, item;
    if (!reader_find(r, "excluded", &value))
        return;
    if (prefix_list_parse_excluded(value, list, buffer, &item))
        reader_wrong(r, "excluded");
}

static void read_style(struct reader *r, struct address_style *style)
{
    struct span value;
    if (reader_find(r, "label", &value) && !label_parse(value, style->label))
        reader_wrong(r, "label");
    if (reader_find(r, "scope", &value) && !scope_parse(value, &style->scope))
        reader_wrong(r, "scope");
    read_yes_no(r, "preferred", &style->preferred);
}

static bool read_accept(struct reader *r)
{
    bool accept = true;
    read_yes_no(r, "accept", &accept);
    return accept;
}

/* ver= and interval=, with the defaults of a `vr` line. */
static void read_timing(struct reader *r, uint8_t af, uint8_t *version, bool *both, usec *interval)
{
    struct span value;
    *version = 3;
    *both = false;
    *interval = SECOND;
    bool told = reader_find(r, "ver", &value), right = !told || version_parse(value, version, both);
    if (!right || (af == 6 && (*version == 2 || *both)))
        reader_wrong(r, "ver");
    if (!reader_find(r, "interval", &value))
        return;
    if (!parse_duration(value, interval) || interval_wrong(*version, *interval) ||
        (*both && interval_of_both_wrong(*interval)))
        reader_wrong(r, "interval");
}

static void read_garp(struct reader *r, struct send_event *e)
{
    struct span value;
    e->garp = garp_default;
    if (reader_find(r, "garp", &value) && !garp_parse(value, &e->garp))
        reader_wrong(r, "garp");
    read_delay(r, "garp-refresh", &e->garp_refresh);
    if (e->garp_refresh != 0 && e->garp_refresh < SHORTEST_REFRESH)
        reader_wrong(r, "garp-refresh");
}

/* How to sign it: of the version. */
static void read_signing(struct reader *r, struct send_event *e)
{
    static const char *const types[] = {
        [AUTH_NONE] = "none", [AUTH_PASS] = "pass", [AUTH_AH] = "ah", [AUTH_HMAC] = "hmac"};
    unsigned type = AUTH_NONE;
    if (read_word(r, "auth", types, nitems(types), &type) && type != AUTH_NONE &&
        (type == AUTH_HMAC) != (e->version == 3))
        reader_wrong(r, "auth");
    e->auth = (enum auth_type)type;
    read_u32(r, "seq", &e->seq);
}

static void read_peers(struct reader *r, struct send_event *e, struct prefix_buffer *buffer)
{
    struct span value, item;
    if (!reader_find(r, "peer", &value))
        return;
    bool right = !peer_list_parse(value, &e->peer, buffer, &item);
    for (size_t i = 0; right && i < e->peer.count; i++)
        right = e->peer.items[i].family == e->id.af;
    if (!right)
        reader_wrong(r, "peer");
}

static const char *const lost_words[] = {"restore", "fault"};
static void read_garp_style(struct reader *r, struct garp *garp)
{
    struct span value;
    if (reader_find(r, "garp-op", &value) && !garp_op_parse(value, &garp->reply))
        reader_wrong(r, "garp-op");
    if (reader_find(r, "garp-pace", &value) && !garp_pace_parse(value, &garp->pace))
        reader_wrong(r, "garp-pace");
}

bool read_send(const struct line *l, struct send_event *e, struct prefix_buffer *buffer, const char **where)
{
    static const char *const forms[] = {[CKSUM_MESSAGE] = "message", [CKSUM_PSEUDO] = "pseudo"};
    struct reader r = {.line = l};
    *e = (struct send_event){.version = 3};
    read_identity(&r, &e->id);
    reader_needs(&r, "ip", read_prefixes(&r, &e->id, &e->ip, buffer));
    if (r.wrong)
        return reader_done(&r, where);
    read_name(&r, &e->id, e->name);
    read_timing(&r, e->id.af, &e->version, &e->both, &e->interval);
    reader_needs(&r, "prio", read_u8(&r, "prio", 0, 255, &e->prio));
    read_ip(&r, "src", e->id.af, &e->src);
    read_yes_no(&r, "vmac", &e->vmac);
    unsigned form = e->version == 2 ? CKSUM_MESSAGE : CKSUM_PSEUDO;
    read_word(&r, "cksum", forms, nitems(forms), &form);
    e->cksum = (enum cksum_form)form;
    read_garp(&r, e);
    read_delay(&r, "lease", &e->lease);
    if (e->lease % SECOND != 0)
        reader_wrong(&r, "lease");
    read_yes_no(&r, "announce", &e->announce);
    read_yes_no(&r, "replay", &e->replay);
    read_delay(&r, "fence", &e->fence);
    if (e->fence != 0 && e->fence < SHORTEST_FENCE)
        reader_wrong(&r, "fence");
    read_signing(&r, e);
    read_peers(&r, e, buffer);
    read_excluded(&r, &e->ip, buffer);
    read_style(&r, &e->style);
    read_lists(&r, &e->routes, &e->rules);
    e->unaccepted = !read_accept(&r);
    unsigned lost = 0;
    read_word(&r, "vip-lost", lost_words, nitems(lost_words), &lost);
    e->lost_is_fault = lost == 1;
    read_garp_style(&r, &e->garp);
    return reader_done(&r, where);
}

static const char *const state_names[] = {
    [ROUTER_INIT] = "init",
    [ROUTER_BACKUP] = "backup",
    [ROUTER_ACTIVE] = "active",
    [ROUTER_FAULT] = "fault",
};

const char *router_state_name(enum router_state s)
{
    return state_names[s];
}

void write_state(struct writer *w, stamp t, const struct state_event *e)
{
    writer_begin(w, t, "state");
    put_identity(w, &e->id);
    put_text(w, "name", span_of(e->name));
    put_word(w, "from", state_names[e->from]);
    put_word(w, "to", state_names[e->to]);
    put_text(w, "why", span_of(e->why));
    put_version(w, e->version, e->both);
    put_u64(w, "prio", e->prio);
    put_duration(w, "interval", e->interval);
    put_prefix_list(w, &e->ip);
    put_yes(w, "replay", e->replay);
    put_yes(w, "shadow", e->shadow);
    if (e->group[0] != '\0')
        put_text(w, "group", span_of(e->group));
    put_yes(w, "vmac", e->vmac);
    put_excluded_list(w, &e->ip);
    put_lists(w, e->routes, e->rules);
    put_word(w, "accept", e->unaccepted ? "no" : NULL);
    writer_end(w);
}

bool read_state(const struct line *l, struct state_event *e, struct prefix_buffer *buffer, const char **where)
{
    struct reader r = {.line = l};
    unsigned from = ROUTER_INIT, to = ROUTER_INIT;
    *e = (struct state_event){.prio = 100};
    read_identity(&r, &e->id);
    bool listed = read_prefixes(&r, &e->id, &e->ip, buffer);
    reader_needs(&r, "af", listed || e->id.af != 0);
    if (r.wrong)
        return reader_done(&r, where);
    read_name(&r, &e->id, e->name);
    reader_needs(&r, "from", read_word(&r, "from", state_names, nitems(state_names), &from));
    reader_needs(&r, "to", read_word(&r, "to", state_names, nitems(state_names), &to));
    e->from = (enum router_state)from;
    e->to = (enum router_state)to;
    read_text(&r, "why", e->why, sizeof(e->why));
    read_timing(&r, e->id.af, &e->version, &e->both, &e->interval);
    read_u8(&r, "prio", 0, 255, &e->prio);
    read_yes_no(&r, "replay", &e->replay);
    read_yes_no(&r, "shadow", &e->shadow);
    read_text(&r, "group", e->group, sizeof(e->group));
    read_yes_no(&r, "vmac", &e->vmac);
    read_excluded(&r, &e->ip, buffer);
    read_lists(&r, &e->routes, &e->rules);
    e->unaccepted = !read_accept(&r);
    return reader_done(&r, where);
}
