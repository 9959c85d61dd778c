/* Shared by the files about authentication; nobody else includes it. */
#ifndef CORE_AUTH_INTERNAL_H
#define CORE_AUTH_INTERNAL_H

#include <nettle/hmac.h>

#include "core/auth_keys.h"
#include "core/config.h"

enum {
    ICV_BYTES = 12, /* of HMAC-MD5-96, RFC 2403 */
    AH_BYTES = 12 + ICV_BYTES,
    AH_ICV_AT = 12,
    AH_WORDS = 4,   /* its length field: 32-bit words less 2 */
    MAC_BYTES = 16, /* of HMAC-SHA256, as a trailer has it */
    TRAILER_MAC_AT = 12,
    SECRET_BYTES = 64, /* the longest */
};

/* Of its secret there is only what the two algorithms have made of it; both leave it as it was after each use. */
struct auth_key {
    struct auth_key *next;    /* of the same VRID, in their order */
    char ifname[IFNAME_TEXT]; /* "": any */
    uint8_t af;               /* 0: any */
    uint8_t vrid;
    enum auth_type type;
    uint8_t id;    /* AUTH_HMAC: 1..255 */
    bool by_time;  /* AUTH_HMAC: what is older or newer than the window is refused */
    usec window;   /* 0: by the interval of the advertisement */
    uint64_t sent; /* AUTH_HMAC: the last sequence that was signed */
    union {
        uint8_t password[PASSWORD_BYTES];
        struct hmac_md5_ctx md5;
        struct hmac_sha256_ctx sha256;
    };
};

struct auth_keys {
    struct auth_key *first[UINT8_MAX + 1], *last[UINT8_MAX + 1]; /* by VRID */
    size_t count;
};

/* ifname NULL or "": any. */
bool auth_key_fits(const struct auth_key *k, const char *ifname, uint8_t af, enum auth_type type);
/* In whole seconds, which is what a trailer counts in; interval: Max_Advertise_Interval. */
int64_t auth_window_seconds(const struct auth_key *k, usec interval);

/* auth_mac.c. k->type is set: makes of the secret what is needed of it. */
void auth_key_set(struct auth_key *k, const uint8_t *secret, size_t length);
/* header: 20 bytes of IPv4, as on the wire; ah: AH_BYTES of them; message: all behind it. */
void auth_icv(struct auth_key *k, const uint8_t *header, const uint8_t *ah, const uint8_t *message, size_t length,
              uint8_t out[static ICV_BYTES]);
/* message: up to the trailer's MAC, length bytes. */
void auth_mac(struct auth_key *k, const struct ip *src, const uint8_t *message, size_t length,
              uint8_t out[static MAC_BYTES]);
bool auth_equal(const uint8_t *a, const uint8_t *b, size_t length); /* takes as long whatever they are */

#endif
