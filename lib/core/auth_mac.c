/* The two algorithms, by nettle: HMAC-MD5-96 of an AH (RFC 2403) and HMAC-SHA256 of a trailer. */
#include <nettle/memops.h>
#include <string.h>

#include "core/auth_internal.h"

enum { IP4_BYTES = 20, CHECKSUM_AT = 6, PSEUDO_BYTES = 20 };

void auth_key_set(struct auth_key *k, const uint8_t *secret, size_t length)
{
    uint8_t password[PASSWORD_BYTES] = {0};
    if (k->type == AUTH_HMAC) {
        hmac_sha256_set_key(&k->sha256, length, secret);
        return;
    }
    memcpy(password, secret, length < sizeof password ? length : sizeof password);
    if (k->type == AUTH_PASS)
        memcpy(k->password, password, sizeof password);
    else /* zeros behind it are of the key: HMAC pads with them all the same */
        hmac_md5_set_key(&k->md5, sizeof password, password);
    explicit_bzero(password, sizeof password);
}

/* RFC 2402 3.3.3.1.1.1: what changes on the way counts as zero. TTL is kept for a group, which is one hop away, and counts
 * as zero for a peer: so keepalived does it. */
void auth_icv(struct auth_key *k, const uint8_t *header, const uint8_t *ah, const uint8_t *message, size_t length,
              uint8_t out[static ICV_BYTES])
{
    static const uint8_t zero[ICV_BYTES];
    uint8_t ip[IP4_BYTES];
    memcpy(ip, header, sizeof ip);
    bool group = ip[16] >> 4 == 0xe;
    ip[1] = ip[6] = ip[7] = ip[10] = ip[11] = 0; /* TOS, fragment field, checksum */
    if (!group)
        ip[8] = 0;
    hmac_md5_update(&k->md5, sizeof ip, ip);
    hmac_md5_update(&k->md5, AH_ICV_AT, ah);
    hmac_md5_update(&k->md5, sizeof zero, zero);
    hmac_md5_update(&k->md5, length, message);
    hmac_md5_digest(&k->md5, ICV_BYTES, out);
}

/* draft-cassen-vrrp-auth-hmac: a pseudo-header (family, version, VRID, zero, source address and zeros up to 16 bytes), the
 * message and its trailer, of both of which checksum and MAC count as zero. */
void auth_mac(struct auth_key *k, const struct ip *src, const uint8_t *message, size_t length,
              uint8_t out[static MAC_BYTES])
{
    static const uint8_t zero[MAC_BYTES];
    uint8_t pseudo[PSEUDO_BYTES] = {src->family, (uint8_t)(message[0] >> 4), message[1]};
    memcpy(pseudo + 4, src->bytes, ip_size(src->family));
    hmac_sha256_update(&k->sha256, sizeof pseudo, pseudo);
    hmac_sha256_update(&k->sha256, CHECKSUM_AT, message);
    hmac_sha256_update(&k->sha256, 2, zero);
    hmac_sha256_update(&k->sha256, length - CHECKSUM_AT - 2, message + CHECKSUM_AT + 2);
    hmac_sha256_update(&k->sha256, sizeof zero, zero);
    hmac_sha256_digest(&k->sha256, MAC_BYTES, out);
}

bool auth_equal(const uint8_t *a, const uint8_t *b, size_t length)
{
    return memeql_sec(a, b, length) != 0;
}
