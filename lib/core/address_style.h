/* How the addresses of a virtual router are set: the values of label=, scope= and preferred=. Pure. */
#ifndef CORE_ADDRESS_STYLE_H
#define CORE_ADDRESS_STYLE_H

#include "core/config.h"

bool label_parse(struct span value, char out[static LABEL_TEXT]); /* 1..13 bytes, as in a name of an interface */
#define LABEL_ALLOWED "1..13 bytes without / : or blank"
/* IF:LABEL: it is for IPv4 only, and has to fit into a name of an interface. */
bool label_fits(const char *label, const char *ifname);
bool scope_parse(struct span value, uint8_t *out);
#define SCOPE_ALLOWED "global, site, link, host or 0..255"
/* Those of them that are not the default. */
void put_address_style(struct writer *w, const struct address_style *style);
bool address_style_equal(const struct address_style *a, const struct address_style *b);

#endif
