/* What vrrp-listen heard of VRRP: advert, bad. */
#include <string.h>

#include "core/config_value.h"
#include "core/event_internal.h"

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
    put_origin_of(w, o, a);
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
    put_origin_of(w, o, a);
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

static const char *flag_name(unsigned flag)
{
    return advert_flag_name((enum advert_flag)flag);
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

static void read_form(struct reader *r, struct advert *a)
{
    static const char *const forms[] = {
        [CKSUM_NONE] = "none",
        [CKSUM_MESSAGE] = "message",
        [CKSUM_PSEUDO] = "pseudo",
        [CKSUM_BOTH] = "both",
        [CKSUM_LEGACY_UNICAST] = "legacy-unicast",
    };
    unsigned form;
    if (!read_word(r, "cksum", forms, nitems(forms), &form))
        return;
    a->cksum = (enum cksum_form)form;
    a->has |= HAS_CKSUM;
}

/* cksum auth seq flags ip */
static void read_rest(struct reader *r, struct advert *a, struct address_buffer *buffer)
{
    read_form(r, a);
    read_auth(r, a);
    a->has |= read_u64(r, "seq", &a->seq) ? HAS_SEQ : 0;
    read_flags(r, flag_name, FLAG_DST_MAC, &a->flags);
    read_addresses(r, a, buffer);
}

bool read_advert(const struct line *l, struct origin *o, struct advert *a, struct address_buffer *buffer,
                 const char **where)
{
    struct reader r = {.line = l};
    *a = (struct advert){.type = 1, .has = HAS_IP | HAS_VERSION | HAS_VRID | HAS_PRIO | HAS_INTERVAL};
    read_origin(&r, o);
    reader_needs(&r, "af", read_family(&r, &a->af));
    reader_needs(&r, "vrid", read_u8(&r, "vrid", 1, 255, &a->vrid));
    read_direction(&r, o);
    reader_needs(&r, "ver", read_u8(&r, "ver", 2, 3, &a->version) && (a->version == 3 || a->af == 4));
    reader_needs(&r, "prio", read_u8(&r, "prio", 0, 255, &a->prio));
    reader_needs(&r, "interval", read_interval(&r, a->version, &a->interval));
    if (r.wrong)
        return reader_done(&r, where);
    read_addressing(&r, a);
    reader_needs(&r, "src", a->src.family != 0);
    read_rest(&r, a, buffer);
    return reader_done(&r, where);
}

static bool read_why(struct reader *r, enum verdict *why)
{
    struct span value;
    if (!reader_find(r, "why", &value))
        return false;
    for (unsigned v = VERDICT_PROTO; v <= VERDICT_AUTH; v++)
        if (v != VERDICT_CARP && span_is(value, verdict_name((enum verdict)v))) {
            *why = (enum verdict)v;
            return true;
        }
    return false;
}

bool read_bad(const struct line *l, struct origin *o, struct advert *a, enum verdict *why,
              struct address_buffer *buffer, const char **where)
{
    struct reader r = {.line = l};
    *a = (struct advert){.has = 0};
    read_origin(&r, o);
    read_family(&r, &a->af);
    a->has |= read_u8(&r, "vrid", 0, 255, &a->vrid) ? HAS_VRID : 0;
    read_direction(&r, o);
    reader_needs(&r, "why", read_why(&r, why));
    a->has |= read_u8(&r, "ver", 0, 15, &a->version) && read_u8(&r, "type", 0, 15, &a->type) ? HAS_VERSION : 0;
    a->has |= read_u8(&r, "prio", 0, 255, &a->prio) ? HAS_PRIO : 0;
    a->has |= read_duration(&r, "interval", &a->interval) ? HAS_INTERVAL : 0;
    read_addressing(&r, a);
    read_rest(&r, a, buffer);
    if (!(a->has & HAS_IP)) { /* addresses of no family */
        a->has &= ~(unsigned)HAS_ADDRESSES;
        a->count = 0;
    }
    return reader_done(&r, where);
}
