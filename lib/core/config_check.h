/* The keys of a `vr` line taken together: what must be there, and what must agree. Each key by itself is config.c's. Pure. */
#ifndef CORE_CONFIG_CHECK_H
#define CORE_CONFIG_CHECK_H

#include "core/config.h"

/* l is the line that c was read from. Sets c->id.af by the addresses. */
bool config_check(struct vr_config *c, const struct line *l, struct config_error *error);

/* error->reason = "key: text text ..."; the texts end with NULL. Always false, so that a check can return it. */
bool config_refuse(struct config_error *error, struct span word, const char *key, ...);
/* KEY=VALUE as it stands in the line; len 0 when it does not. */
struct span config_word(const struct line *l, const char *key);

#endif
