/* A frame as it is captured: the first byte says which link layer, the rest is the frame. Whatever comes, what is told
 * of it must hold together; and what is a valid advertisement can be said again, and is then the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/auth_verify.h"
#include "core/frame.h"

#define HOLDS(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            abort();                                                                                                   \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned told; /* so that nothing that is computed is left out */

static void read_all(const struct frame *f, const uint8_t *bytes, size_t size)
{
    const struct advert *a = &f->advert;
    char text[IP_TEXT];
    told += a->has + a->flags + a->ttl + a->vrid + (unsigned)a->interval + f->vlan + f->ifindex + (unsigned)f->dir;
    told += (unsigned)ip_format(text, &a->src) + (unsigned)ip_format(text, &a->dst);
    if (!(a->has & HAS_ADDRESSES))
        return;
    HOLDS(a->count > 0 && a->addresses >= bytes);
    HOLDS(a->addresses + a->count * ip_size(a->af) <= bytes + size);
    for (size_t n = 0; n < a->count * ip_size(a->af); n++)
        told += a->addresses[n];
}

/* A VLAN tag changes nothing but the VLAN: this goes by the way that plain Ethernet frames of others do not take. */
static void tag_it(const struct frame *f, const uint8_t *bytes, size_t size)
{
    static uint8_t tagged[2048] = {[12] = 0x81, [15] = 42};
    struct frame g;
    if (size < 14 || size + 4 > sizeof tagged)
        return;
    memcpy(tagged, bytes, 12);
    memcpy(tagged + 16, bytes + 12, size - 12);
    frame_decode(&g, LINK_ETHERNET, tagged, size + 4);
    HOLDS(g.kind == f->kind && (g.kind == FRAME_FOREIGN || (g.verdict == f->verdict && g.vlan == 42)));
}

static void check_other(const struct other_event *e)
{
    HOLDS(other_protocol_name(e->proto)[0] != '\0');
    HOLDS(other_state_name(e->state) == NULL || e->proto != OTHER_CARP);
    HOLDS(other_op_name(e->op) == NULL || e->proto == OTHER_HSRP);
    HOLDS(e->hello >= 0 && e->hold >= 0);
    HOLDS(e->ip.family == 0 || !ip_is_zero(&e->ip));
    told += e->has + e->version + e->group + e->prio + e->advbase + e->advskew + e->ip.bytes[15];
}

static void check_announcement(const struct announce_event *e)
{
    HOLDS(announce_op_name(e->op)[0] != '\0' && !ip_is_zero(&e->ip));
    HOLDS((e->op == ANNOUNCE_NA) == (e->ip.family == 6));
    HOLDS(e->has_mac || e->op == ANNOUNCE_NA);
    HOLDS(((e->flags & ANNOUNCE_SRC_MAC) != 0) == (e->has_mac && e->has_smac));
    told += e->flags + e->mac.bytes[5] + e->smac.bytes[5];
}

static void check_kind(const struct frame *f)
{
    const struct advert *a = &f->advert;
    HOLDS(f->kind == FRAME_OTHER ? (f->other.proto == OTHER_CARP) == (f->verdict == VERDICT_CARP)
                                 : f->verdict != VERDICT_CARP);
    HOLDS((f->kind == FRAME_BAD) == (f->verdict != VERDICT_OK && f->verdict != VERDICT_CARP));
    HOLDS(f->vlan <= 4094);
    HOLDS(verdict_name(f->verdict)[0] != '\0' && cksum_form_name(a->cksum)[0] != '\0');
    if (f->kind == FRAME_OTHER)
        check_other(&f->other);
    if (f->kind == FRAME_ANNOUNCE)
        check_announcement(&f->announce);
    if (f->kind != FRAME_ADVERT)
        return;
    const unsigned all =
        HAS_IP | HAS_VERSION | HAS_VRID | HAS_PRIO | HAS_INTERVAL | HAS_CKSUM | HAS_AUTH | HAS_ADDRESSES;
    HOLDS((a->has & all) == all);
    HOLDS(a->vrid > 0 && a->count > 0 && a->interval > 0 && a->type == 1 && a->cksum != CKSUM_NONE);
    HOLDS(a->version == 3 ? a->interval <= 40950 * MILLISECOND : a->version == 2 && a->interval <= 255 * SECOND);
    HOLDS((a->ttl == VRRP_TTL) == !(a->flags & FLAG_TTL_LOW));
    HOLDS(!ip_is_multicast(&a->src) && !ip_is_zero(&a->src) && !ip_is_loopback(&a->src));
}

/* What was heard, said again as we would: the same message comes back. */
static void say_again(const struct advert *heard)
{
    static uint8_t message[ADVERT_BYTES];
    struct advert again = {.has = HAS_IP, .af = heard->af, .src = heard->src, .dst = heard->dst, .ttl = heard->ttl};
    size_t length = packet_encode(message, sizeof message, heard, CKSUM_PSEUDO);
    HOLDS(length > 0);
    HOLDS(packet_decode(&again, message, length) == VERDICT_OK);
    HOLDS(again.version == heard->version && again.vrid == heard->vrid && again.prio == heard->prio);
    HOLDS(again.interval == heard->interval && again.count == heard->count);
    HOLDS(memcmp(again.addresses, heard->addresses, heard->count * ip_size(heard->af)) == 0);
}

/* Keys of each type for each virtual router, so that each frame that says that it is authenticated is looked at. */
static struct auth_verifier *verifier(void)
{
    static struct auth_verifier *made;
    static const char *const types[] = {"pass secret=s3cr3t", "ah secret=s3cr3t",
                                        "hmac id=1 secret=0123456789abcdef0123456789abcdef anti-replay=monotonic"};
    static const struct siphash_key key = {{1, 2}};
    struct auth_keys *keys = made ? NULL : auth_keys_new();
    for (unsigned i = 0; keys && i < 255 * nitems(types); i++) {
        char text[128];
        struct line l;
        struct span where;
        int length = snprintf(text, sizeof text, "key vrid=%u type=%s", i / 3 + 1, types[i % 3]);
        HOLDS(line_parse(&l, text, (size_t)length, &where) == LINE_OK && auth_keys_add(keys, &l, &where) == NULL);
    }
    if (keys)
        made = auth_verifier_new(keys, &key);
    HOLDS(made != NULL);
    return made;
}

/* From memory of just its size: what is read behind it is seen. */
static void verify_it(const struct frame *decoded, enum link_layer link, const uint8_t *bytes, size_t size)
{
    static int64_t now;
    struct sighting s = {{++now}, link, DIR_IN, "eth0", bytes, size};
    struct frame f = *decoded;
    auth_verify(verifier(), &s, &f);
    HOLDS(f.kind == FRAME_ADVERT || (f.kind == FRAME_BAD && f.verdict == VERDICT_AUTH));
    HOLDS(f.advert.auth != AUTH_NONE || (f.kind == FRAME_ADVERT && !f.advert.auth_ok));
    HOLDS(f.advert.auth == AUTH_NONE || f.kind == FRAME_BAD || f.advert.auth_ok);
    told += f.advert.auth_ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct frame f;
    if (size == 0)
        return 0;
    frame_decode(&f, (enum link_layer)(data[0] % (LINK_RAW + 1)), data + 1, size - 1);
    if (data[0] % (LINK_RAW + 1) == LINK_ETHERNET)
        tag_it(&f, data + 1, size - 1);
    if (f.kind == FRAME_FOREIGN)
        return 0;
    check_kind(&f);
    read_all(&f, data + 1, size - 1);
    if (f.kind == FRAME_ADVERT) {
        say_again(&f.advert);
        verify_it(&f, (enum link_layer)(data[0] % (LINK_RAW + 1)), data + 1, size - 1);
    }
    return 0;
}
