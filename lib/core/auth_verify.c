#include "core/auth_verify.h"

#include <stdlib.h>
#include <string.h>

#include "core/auth_internal.h"
#include "core/bytes.h"

enum {
    SETS = 2048,
    WAYS = 8, /* 16,384 senders: 4,000 virtual routers, of each four */
    IP4_WORDS = 0x45,
    IP4_BYTES = 20,
    V2_AUTH_AT = 4,
    TRAILER_KEY_AT = 1,
    TRAILER_RESERVED_AT = 2,
};
#define NS_A_SECOND INT64_C(1000000000)
#define SAME_FRAME  (NS_A_SECOND / 1000)

/* How far a sender has counted. */
struct mark {
    uint64_t tag; /* who; 0: free */
    uint64_t seq;
    int64_t time; /* when it was heard, in ns */
};

struct auth_verifier {
    struct auth_keys *keys;
    struct siphash_key random;
    struct mark marks[SETS][WAYS];
};

struct auth_verifier *auth_verifier_new(struct auth_keys *keys, const struct siphash_key *random)
{
    struct auth_verifier *v = calloc(1, sizeof *v);
    if (v) {
        v->keys = keys;
        v->random = *random;
    }
    return v;
}

void auth_verifier_free(struct auth_verifier *v)
{
    free(v);
}

/* --- Is it from who has the key? --- */

static size_t addresses_bytes(const struct advert *a)
{
    return a->count * ip_size(a->af);
}

/* RFC 2338 5.3.10: the password, and zeros up to 8 bytes. */
static bool has_password(const struct auth_key *k, const struct advert *a)
{
    return auth_equal(k->password, a->addresses + addresses_bytes(a), PASSWORD_BYTES);
}

/* The AH stands between an IP header without options and the message. */
static bool has_icv(struct auth_key *k, const struct frame *f)
{
    uint8_t icv[ICV_BYTES];
    const uint8_t *ah = f->header + IP4_BYTES, *message = f->message;
    if (f->advert.version != 2 || f->advert.af != 4 || f->header[0] != IP4_WORDS || message != ah + AH_BYTES ||
        ah[1] != AH_WORDS || message[V2_AUTH_AT] != AUTH_AH)
        return false;
    auth_icv(k, f->header, ah, message, f->message_length, icv);
    return auth_equal(icv, ah + AH_ICV_AT, ICV_BYTES);
}

static bool has_mac(struct auth_key *k, const struct frame *f)
{
    uint8_t mac[MAC_BYTES];
    const struct advert *a = &f->advert;
    const uint8_t *trailer = a->addresses + addresses_bytes(a);
    if (trailer[TRAILER_KEY_AT] != k->id || be16(trailer + TRAILER_RESERVED_AT) != 0)
        return false;
    auth_mac(k, &a->src, f->message, f->message_length - MAC_BYTES, mac);
    return auth_equal(mac, trailer + TRAILER_MAC_AT, MAC_BYTES);
}

static bool proves(struct auth_key *k, const struct frame *f)
{
    switch (k->type) {
    case AUTH_NONE:
        return false;
    case AUTH_PASS:
        return has_password(k, &f->advert);
    case AUTH_AH:
        return has_icv(k, f);
    case AUTH_HMAC:
        return has_mac(k, f);
    }
    return false;
}

/* --- Is it said now? --- */

static uint64_t sender_of(const struct auth_verifier *v, const struct sighting *s, const struct frame *f)
{
    const struct advert *a = &f->advert;
    uint64_t words[5] = {0};
    if (s->ifname)
        memcpy(words, s->ifname, strnlen(s->ifname, 2 * sizeof words[0]));
    memcpy(&words[2], a->src.bytes, sizeof a->src.bytes);
    words[4] = (uint64_t)f->vlan << 32 | (uint64_t)a->auth << 16 | (uint64_t)a->af << 8 | a->vrid;
    uint64_t tag = siphash(&v->random, words, sizeof words);
    return tag != 0 ? tag : 1;
}

/* Its mark; of one that is new a free one, or that of who has been silent for longest: he has a key, too. */
static struct mark *mark_of(struct auth_verifier *v, uint64_t tag)
{
    struct mark *set = v->marks[tag % SETS], *place = set;
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].tag == tag)
            return &set[i];
        if (place->tag != 0 && (set[i].tag == 0 || set[i].time < place->time))
            place = &set[i];
    }
    *place = (struct mark){.tag = tag};
    return place;
}

/* Seconds since then on a clock of 32 bits, which will begin anew in 2106. */
static int64_t seconds_since(stamp now, uint64_t seq)
{
    return (int32_t)((uint32_t)(now.ns / NS_A_SECOND) - (uint32_t)(seq >> 32));
}

static bool is_within(int64_t seconds, int64_t window)
{
    return seconds >= -window && seconds <= window;
}

static bool is_after(enum auth_type type, uint64_t seq, uint64_t mark)
{
    return type == AUTH_AH ? seq > mark : (int64_t)(seq - mark) > 0;
}

/* A mark that lies outside the window keeps out nothing that the window does not; so a sender whose clock was set back is
 * heard again. */
static bool is_fresh(struct auth_verifier *v, const struct auth_key *k, const struct sighting *s, const struct frame *f)
{
    const struct advert *a = &f->advert;
    int64_t window = auth_window_seconds(k, a->interval);
    bool timed = k->type == AUTH_HMAC && k->by_time;
    if (timed && !is_within(seconds_since(s->time, a->seq), window))
        return false;
    struct mark *m = mark_of(v, sender_of(v, s, f));
    bool known = m->time != 0 && !(timed && !is_within(seconds_since(s->time, m->seq), window));
    if (known && m->seq == a->seq && s->time.ns >= m->time && s->time.ns - m->time < SAME_FRAME)
        return true;
    if (known && !is_after(k->type, a->seq, m->seq))
        return false;
    m->seq = a->seq;
    m->time = s->time.ns != 0 ? s->time.ns : 1;
    return true;
}

void auth_verify(struct auth_verifier *v, const struct sighting *s, struct frame *f)
{
    struct advert *a = &f->advert;
    struct auth_key *k = a->auth != AUTH_NONE ? v->keys->first[a->vrid] : NULL;
    bool known = false;
    for (; k; k = k->next) {
        if (!auth_key_fits(k, s->ifname, a->af, a->auth))
            continue;
        known = true;
        if (proves(k, f))
            break;
    }
    if (!known)
        return;
    a->auth_ok = k != NULL;
    bool own = (s->dir != DIR_UNKNOWN ? s->dir : f->dir) == DIR_OUT;
    if (k && (k->type == AUTH_PASS || own || is_fresh(v, k, s, f)))
        return;
    f->kind = FRAME_BAD;
    f->verdict = VERDICT_AUTH;
}
