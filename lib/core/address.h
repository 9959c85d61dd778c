/* IPv4 and IPv6 addresses, prefixes and MAC addresses: text and order. Pure; nothing allocates. */
#ifndef CORE_ADDRESS_H
#define CORE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    IP_TEXT = 46,     /* longest text of an address, with its NUL */
    PREFIX_TEXT = 50, /* ADDR/LEN with its NUL */
    MAC_TEXT = 18,
};

/* family is 4 or 6, or 0 for "no address"; IPv4 uses bytes[0..3], the rest is zero. Network order. */
struct ip {
    uint8_t family;
    uint8_t bytes[16];
};

/* An address as configured: length is 0..32 or 0..128. */
struct prefix {
    struct ip ip;
    uint8_t length;
};

struct mac {
    uint8_t bytes[6];
};

extern const struct ip vrrp_group4; /* 224.0.0.18, RFC 9568 5.1.1.2 */
extern const struct ip vrrp_group6; /* ff02::12, RFC 9568 5.1.2.2 */

size_t ip_size(uint8_t family);                                /* 4, 16, or 0 */
struct ip ip_from_bytes(uint8_t family, const uint8_t *bytes); /* copies 4 or 16 bytes */
bool ip_equal(const struct ip *a, const struct ip *b);
int ip_compare(const struct ip *a, const struct ip *b); /* <0 0 >0: unsigned, network order (RFC 9568 6.4.3) */
bool ip_is_zero(const struct ip *ip);
bool ip_is_multicast(const struct ip *ip);
bool ip_is_loopback(const struct ip *ip);
bool ip_is_link_local(const struct ip *ip); /* fe80::/10 or 169.254/16 */

/* text is len bytes, not NUL-terminated. True when all of it was one address. An IPv4 octet has no leading zero. */
bool ip_parse(struct ip *out, const char *text, size_t len);
bool prefix_parse(struct prefix *out, const char *text, size_t len); /* without /LEN: 32 or 128 */
bool mac_parse(struct mac *out, const char *text, size_t len);       /* aa:bb:cc:dd:ee:ff, either case */

/* Write canonical text (RFC 5952; MAC in lower case) and a NUL; return its length without the NUL. */
size_t ip_format(char out[static IP_TEXT], const struct ip *ip);
size_t prefix_format(char out[static PREFIX_TEXT], const struct prefix *prefix); /* always with /LEN */
size_t mac_format(char out[static MAC_TEXT], const struct mac *mac);

/* The virtual router MAC address, RFC 9568 7.3: 00-00-5E-00-01-VRID (IPv4), 00-00-5E-00-02-VRID (IPv6). */
struct mac vrrp_mac(uint8_t family, uint8_t vrid);
bool is_vrrp_mac(const struct mac *mac); /* of any virtual router */

#endif
