/* The keys by which advertisements are signed and verified: `key` lines of a file that vrrp-listen and vrrp-advert read, and
 * nobody else. A secret is in here and in nothing that is handed out; what is freed is wiped before. Pure. */
#ifndef CORE_AUTH_KEYS_H
#define CORE_AUTH_KEYS_H

#include "core/line.h"
#include "core/packet.h"

enum { AUTH_KEYS_MOST = 16384 };

struct auth_keys;
struct auth_key; /* belongs to its auth_keys */

struct auth_keys *auth_keys_new(void); /* NULL: out of memory */
void auth_keys_free(struct auth_keys *keys);
size_t auth_keys_count(const struct auth_keys *keys);

/* key vrid= type= [if=] [af=] [id=] secret=|hex= [anti-replay=] [time-window=]: vrrp-keys(5). NULL, or why it is refused;
 * *where is then the word, or of a word that has a secret in it the key alone, or empty where one is missing. */
const char *auth_keys_add(struct auth_keys *keys, const struct line *l, struct span *where);
/* What of a word of such a file may be shown to people, whatever is wrong with it: all of it where its key is known and no
 * secret's, the key where it is known, else nothing. */
struct span auth_keys_shown(struct span word);

/* The one to sign with: the first for this virtual router and type, in the order in which they were added. NULL: none.
 * ifname "": of any interface. */
struct auth_key *auth_keys_signing(const struct auth_keys *keys, const char *ifname, uint8_t af, uint8_t vrid,
                                   enum auth_type type);

#endif
