/* What vrrp-listen saw on the wire: advert, bad, other. */
#include <string.h>

#include "core/config_value.h"
#include "core/event.h"
#include "core/reader.h"

static const char *const dir_names[] = {[DIR_UNKNOWN] = NULL, [DIR_IN] = "in", [DIR_OUT] = "out"};

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static void put_origin(struct writer *w, const struct origin *o, const struct advert *a)
{
    if (o->seg[0])
        put_text(w, "seg", span_of(o->seg));
    if (o->host[0])
        put_text(w, "host", span_of(o->host));
    if (o->ifname[0])
        put_text(w, "if", span_of(o->ifname));
    if (o->vlan)
        put_u64(w, "vlan", o->vlan);
    if (a->has & HAS_IP)
        put_u64(w, "af", a->af);
    if (a->has & HAS_VRID)
        put_u64(w, "vrid", a->vrid);
    put_word(w, "dir", dir_names[o->dir]);
}

static void put_addressing(struct writer *w, const struct advert *a)
{
    if (a->has & HAS_IP) {
        put_ip(w, "src", &a->src);
        put_ip(w, "dst", &a->dst);
        put_u64(w, "ttl", a->ttl);
    }
    if (a->has & HAS_SMAC)
        put_mac(w, "smac", &a->smac);
    if (a->has & HAS_DMAC)
        put_mac(w, "dmac", &a->dmac);
}

static const char *auth_word(const struct advert *a)
{
    static const char *const words[][2] = {
        [AUTH_NONE] = {"none", "none"},
        [AUTH_PASS] = {"pass:unchecked", "pass:ok"},
        [AUTH_AH] = {"ah:unchecked", "ah:ok"},
        [AUTH_HMAC] = {"hmac:unchecked", "hmac:ok"},
    };
    return words[a->auth][a->auth_ok];
}

/* cksum seq flags ip, and what of them could be read. */
static void put_rest(struct writer *w, const struct advert *a)
{
    if (a->has & HAS_SEQ)
        put_u64(w, "seq", a->seq);
    list_begin(w, "flags");
    for (unsigned flag = FLAG_TRAILING; flag <= a->flags; flag <<= 1)
        if (a->flags & flag)
            list_word(w, advert_flag_name((enum advert_flag)flag));
    list_end(w);
    if (!(a->has & HAS_ADDRESSES))
        return;
    size_t size = ip_size(a->af);
    list_begin(w, "ip");
    for (size_t i = 0; i < a->count; i++) {
        struct ip ip = ip_from_bytes(a->af, a->addresses + i * size);
        list_ip(w, &ip);
    }
    list_end(w);
}

void write_advert(struct writer *w, stamp t, const struct origin *o, const struct advert *a)
{
    writer_begin(w, t, "advert");
    put_origin(w, o, a);
    put_u64(w, "ver", a->version);
    put_u64(w, "prio", a->prio);
    put_duration(w, "interval", a->interval);
    put_addressing(w, a);
    if (a->has & HAS_CKSUM)
        put_word(w, "cksum", cksum_form_name(a->cksum));
    put_word(w, "auth", auth_word(a));
    put_rest(w, a);
    writer_end(w);
}

void write_bad(struct writer *w, stamp t, const struct origin *o, const struct advert *a, enum verdict why)
{
    writer_begin(w, t, "bad");
    put_origin(w, o, a);
    put_word(w, "why", verdict_name(why));
    if (a->has & HAS_VERSION) {
        put_u64(w, "ver", a->version);
        put_u64(w, "type", a->type);
    }
    if (a->has & HAS_PRIO)
        put_u64(w, "prio", a->prio);
    if (a->has & HAS_INTERVAL)
        put_duration(w, "interval", a->interval);
    put_addressing(w, a);
    if (a->has & HAS_CKSUM)
        put_word(w, "cksum", cksum_form_name(a->cksum));
    if (a->has & HAS_AUTH)
        put_word(w, "auth", auth_word(a));
    put_rest(w, a);
    writer_end(w);
}

void write_other(struct writer *w, stamp t, const struct origin *o, const struct advert *a, enum verdict what)
{
    writer_begin(w, t, "other");
    put_origin(w, o, a);
    put_word(w, "proto", verdict_name(what));
    put_addressing(w, a);
    writer_end(w);
}

static void read_origin(struct reader *r, struct origin *o)
{
    read_text(r, "seg", o->seg, sizeof(o->seg));
    read_text(r, "host", o->host, sizeof(o->host));
    read_text(r, "if", o->ifname, sizeof(o->ifname));
    read_u16(r, "vlan", 1, 4094, &o->vlan);
}

static void read_addressing(struct reader *r, struct advert *a)
{
    reader_needs(r, "src", read_ip(r, "src", a->af, &a->src));
    read_ip(r, "dst", a->af, &a->dst);
    read_u8(r, "ttl", 0, 255, &a->ttl);
    a->has |= read_mac(r, "smac", &a->smac) ? HAS_SMAC : 0;
    a->has |= read_mac(r, "dmac", &a->dmac) ? HAS_DMAC : 0;
}

static void read_auth(struct reader *r, struct advert *a)
{
    static const enum auth_type types[] = {AUTH_NONE, AUTH_PASS, AUTH_AH, AUTH_HMAC};
    struct span value;
    if (!reader_find(r, "auth", &value))
        return;
    for (size_t i = 0; i < nitems(types); i++) {
        struct advert known = {.auth = types[i]};
        for (int ok = 0; ok < 2; ok++) {
            known.auth_ok = ok && types[i] != AUTH_NONE;
            if (!span_is(value, auth_word(&known)))
                continue;
            a->auth = known.auth;
            a->auth_ok = known.auth_ok;
            a->has |= HAS_AUTH;
            return;
        }
    }
    reader_wrong(r, "auth");
}

/* Flags that are not known are new ones: passed over. */
static void read_flags(struct reader *r, struct advert *a)
{
    struct span rest, item;
    if (!reader_find(r, "flags", &rest))
        return;
    while (list_next(&rest, &item))
        for (unsigned flag = FLAG_TRAILING; flag <= FLAG_DST_MAC; flag <<= 1)
            if (span_is(item, advert_flag_name((enum advert_flag)flag)))
                a->flags |= flag;
}

static void read_addresses(struct reader *r, struct advert *a, struct address_buffer *buffer)
{
    struct span rest, item;
    struct ip ip;
    a->addresses = buffer->bytes;
    if (!reader_find(r, "ip", &rest))
        return;
    size_t size = ip_size(a->af);
    while (list_next(&rest, &item)) {
        if (a->count == ADVERT_ADDRESSES || !ip_parse(&ip, item.at, item.len) || ip.family != a->af) {
            reader_wrong(r, "ip");
            return;
        }
        memcpy(buffer->bytes + a->count * size, ip.bytes, size);
        a->count++;
    }
    a->has |= HAS_ADDRESSES;
}

/* An interval that no packet of this version can carry is as wrong as one that is no duration. */
static bool read_interval(struct reader *r, uint8_t version, usec *out)
{
    struct span value;
    return reader_find(r, "interval", &value) && parse_duration(value, out) && !interval_wrong(version, *out);
}

bool read_advert(const struct line *l, struct origin *o, struct advert *a, struct address_buffer *buffer,
                 const char **where)
{
    static const char *const forms[] = {
        [CKSUM_NONE] = "none",
        [CKSUM_MESSAGE] = "message",
        [CKSUM_PSEUDO] = "pseudo",
        [CKSUM_BOTH] = "both",
        [CKSUM_LEGACY_UNICAST] = "legacy-unicast",
    };
    struct reader r = {.line = l};
    unsigned form, dir = DIR_UNKNOWN;
    *o = (struct origin){.dir = DIR_UNKNOWN};
    *a = (struct advert){.type = 1, .has = HAS_IP | HAS_VERSION | HAS_VRID | HAS_PRIO | HAS_INTERVAL};
    read_origin(&r, o);
    reader_needs(&r, "af", read_u8(&r, "af", 4, 6, &a->af) && a->af != 5);
    reader_needs(&r, "vrid", read_u8(&r, "vrid", 1, 255, &a->vrid));
    read_word(&r, "dir", dir_names, nitems(dir_names), &dir);
    o->dir = (enum direction)dir;
    reader_needs(&r, "ver", read_u8(&r, "ver", 2, 3, &a->version) && (a->version == 3 || a->af == 4));
    reader_needs(&r, "prio", read_u8(&r, "prio", 0, 255, &a->prio));
    reader_needs(&r, "interval", read_interval(&r, a->version, &a->interval));
    if (r.wrong)
        return reader_done(&r, where);
    read_addressing(&r, a);
    if (read_word(&r, "cksum", forms, nitems(forms), &form)) {
        a->cksum = (enum cksum_form)form;
        a->has |= HAS_CKSUM;
    }
    read_auth(&r, a);
    a->has |= read_u32(&r, "seq", &a->seq) ? HAS_SEQ : 0;
    read_flags(&r, a);
    read_addresses(&r, a, buffer);
    return reader_done(&r, where);
}
