#include "tests/tools/frames.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/tools/vectors.h"

/* Everything that could be read, as words: " advert af=4 src=192.0.2.1 ... ". */
struct words {
    char text[8192];
    size_t length;
};

static void put(struct words *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct words *w, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(w->text + w->length, sizeof w->text - w->length, format, arguments);
    va_end(arguments);
    assert_in_range(length, 0, sizeof w->text - w->length - 1);
    w->length += (size_t)length;
}

static void put_mac(struct words *w, const char *key, const struct mac *mac)
{
    char text[MAC_TEXT];
    mac_format(text, mac);
    put(w, "%s=%s ", key, text);
}

static void put_ip(struct words *w, const char *key, const struct ip *ip)
{
    char text[IP_TEXT];
    ip_format(text, ip);
    put(w, "%s=%s ", key, text);
}

static void put_interval(struct words *w, usec interval)
{
    if (interval % SECOND == 0)
        put(w, "interval=%llds ", (long long)(interval / SECOND));
    else
        put(w, "interval=%lldms ", (long long)(interval / MILLISECOND));
}

static void put_flags(struct words *w, unsigned flags)
{
    const char *before = "flags=";
    for (unsigned bit = FLAG_TRAILING; bit <= FLAG_DST_MAC; bit <<= 1) {
        if (flags & bit) {
            put(w, "%s%s", before, advert_flag_name((enum advert_flag)bit));
            before = ",";
        }
    }
    if (flags)
        put(w, " ");
}

static void put_addresses(struct words *w, const struct advert *a)
{
    for (size_t n = 0; n < a->count; n++) {
        char text[IP_TEXT];
        struct ip ip = ip_from_bytes(a->af, a->addresses + n * ip_size(a->af));
        ip_format(text, &ip);
        put(w, "%s%s", n ? "," : "ip=", text);
    }
    put(w, " ");
}

static void put_ip_header(struct words *w, const struct advert *a)
{
    put(w, "af=%u ttl=%u ", a->af, a->ttl);
    put_ip(w, "src", &a->src);
    put_ip(w, "dst", &a->dst);
}

static void put_advert(struct words *w, const struct advert *a)
{
    if (a->has & HAS_IP)
        put_ip_header(w, a);
    if (a->has & HAS_SMAC)
        put_mac(w, "smac", &a->smac);
    if (a->has & HAS_DMAC)
        put_mac(w, "dmac", &a->dmac);
    if (a->has & HAS_VERSION)
        put(w, "ver=%u type=%u ", a->version, a->type);
    if (a->has & HAS_VRID)
        put(w, "vrid=%u ", a->vrid);
    if (a->has & HAS_PRIO)
        put(w, "prio=%u ", a->prio);
    if (a->has & HAS_INTERVAL)
        put_interval(w, a->interval);
    if (a->has & HAS_CKSUM)
        put(w, "cksum=%s ", cksum_form_name(a->cksum));
    if (a->has & HAS_AUTH)
        put(w, "auth=%s%s ", auth_type_name(a->auth), a->auth == AUTH_NONE ? "" : a->auth_ok ? ":ok" : ":unchecked");
    if (a->has & HAS_SEQ)
        put(w, "seq=%" PRIu64 " ", a->seq);
    put_flags(w, a->flags);
    if (a->has & HAS_ADDRESSES)
        put_addresses(w, a);
}

static void put_announcement(struct words *w, const struct announce_event *e)
{
    const char *before = "flags=";
    put_ip(w, "ip", &e->ip);
    put(w, "op=%s ", announce_op_name(e->op));
    if (e->has_mac)
        put_mac(w, "mac", &e->mac);
    if (e->has_smac)
        put_mac(w, "smac", &e->smac);
    for (unsigned bit = ANNOUNCE_REPLY_FORM; bit <= ANNOUNCE_UNICAST; bit <<= 1) {
        if (e->flags & bit) {
            put(w, "%s%s", before, announce_flag_name((enum announce_flag)bit));
            before = ",";
        }
    }
    if (e->flags)
        put(w, " ");
}

static void put_other(struct words *w, const struct other_event *e)
{
    put(w, "proto=%s ", other_protocol_name(e->proto));
    if (e->has & OTHER_HAS_VERSION)
        put(w, "version=%u ", e->version);
    if (e->op != OTHER_OP_NONE)
        put(w, "op=%s ", other_op_name(e->op));
    if (e->has & OTHER_HAS_GROUP)
        put(w, "group=%u ", e->group);
    if (e->state != OTHER_STATE_NONE)
        put(w, "state=%s ", other_state_name(e->state));
    if (e->has & OTHER_HAS_PRIO)
        put(w, "prio=%u ", e->prio);
    if (e->has & OTHER_HAS_TIMES)
        put(w, "hello=%lldms hold=%lldms ", (long long)(e->hello / MILLISECOND), (long long)(e->hold / MILLISECOND));
    if (e->has & OTHER_HAS_CARP)
        put(w, "advbase=%u advskew=%u ", e->advbase, e->advskew);
    if (e->ip.family)
        put_ip(w, "ip", &e->ip);
}

static const char *words_of(struct words *w, const struct frame *f)
{
    static const char *const kinds[] = {
        [FRAME_FOREIGN] = "foreign", [FRAME_ADVERT] = "advert",     [FRAME_BAD] = "bad",
        [FRAME_OTHER] = "other",     [FRAME_ANNOUNCE] = "announce",
    };
    w->length = 0;
    put(w, " %s ", kinds[f->kind]);
    if (f->kind == FRAME_FOREIGN)
        return w->text;
    if (f->kind == FRAME_BAD)
        put(w, "why=%s ", verdict_name(f->verdict));
    if (f->dir != DIR_UNKNOWN)
        put(w, "dir=%s ", f->dir == DIR_IN ? "in" : "out");
    if (f->vlan)
        put(w, "vlan=%u ", f->vlan);
    if (f->ifindex)
        put(w, "ifindex=%u ", f->ifindex);
    if (f->kind == FRAME_ANNOUNCE)
        put_announcement(w, &f->announce);
    else
        put_advert(w, &f->advert);
    if (f->kind == FRAME_OTHER)
        put_other(w, &f->other);
    return w->text;
}

/* Each word of `expected` is there; "key=-": the key is not. */
void expect_frame(const char *rule, const struct frame *f, const char *expected)
{
    static struct words w;
    char copy[1024], wanted[1024];
    const char *told = words_of(&w, f);
    assert_true(strlen(expected) < sizeof copy - 2);
    strcpy(copy, expected);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
        size_t length = strlen(word);
        bool absent = length > 2 && strcmp(word + length - 2, "=-") == 0;
        snprintf(wanted, sizeof wanted, absent ? " %.*s" : " %.*s ", (int)(absent ? length - 1 : length), word);
        if ((strstr(told, wanted) != NULL) == absent)
            fail_msg("%s: not %s:%s", rule, word, told);
    }
}

void decode_exact(struct frame *f, enum link_layer link, const uint8_t *bytes, size_t length)
{
    static uint8_t *copy; /* the last one lives on: addresses point into it */
    free(copy);
    copy = malloc(length > 0 ? length : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    frame_decode(f, link, copy, length);
}

/* A VLAN tag changes nothing but the VLAN. */
static void expect_same_when_tagged(const char *rule, const struct frame *f, const uint8_t *bytes, size_t length)
{
    static const uint8_t tag[4] = {0x81, 0x00, 0x00, 0x2a};
    uint8_t tagged[2048 + sizeof tag];
    struct frame g;
    if (length < 14)
        return;
    memcpy(tagged, bytes, 12);
    memcpy(tagged + 12, tag, sizeof tag);
    memcpy(tagged + 16, bytes + 12, length - 12);
    frame_decode(&g, LINK_ETHERNET, tagged, length + sizeof tag);
    if (g.kind != f->kind || (g.kind != FRAME_FOREIGN && g.verdict != f->verdict))
        fail_msg("%s: with a VLAN tag it is something else", rule);
    assert_int_equal(g.kind == FRAME_FOREIGN ? 42 : g.vlan, 42);
}

void expect_rows(enum link_layer link, const struct row *rows, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        struct frame f;
        uint8_t bytes[2048];
        size_t length = hex_bytes(bytes, sizeof bytes, rows[n].hex);
        if (length == SIZE_MAX)
            fail_msg("%s: not hexadecimal: %s", rows[n].rule, rows[n].hex);
        decode_exact(&f, link, bytes, length);
        expect_frame(rows[n].rule, &f, rows[n].expected);
        if (link == LINK_ETHERNET)
            expect_same_when_tagged(rows[n].rule, &f, bytes, length);
    }
}
