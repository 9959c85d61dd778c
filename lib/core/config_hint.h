/* A word that is not known, and the known one that was probably meant. Pure. */
#ifndef CORE_CONFIG_HINT_H
#define CORE_CONFIG_HINT_H

#include "core/line.h"

/* One of known[0..count), or NULL when none is close. */
const char *nearest_word(struct span word, const char *const *known, size_t count);

#endif
