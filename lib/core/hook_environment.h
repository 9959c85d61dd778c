/* What a hook finds in its environment: the line that it is run for, as variables. Pure. */
#ifndef CORE_HOOK_ENVIRONMENT_H
#define CORE_HOOK_ENVIRONMENT_H

#include "core/sentence.h"

enum {
    HOOK_OWN = 5, /* VRRP_EVENT, VRRP_TIME, VRRP_WHEN, VRRP_TEXT, VRRP_LINE */
    HOOK_VARIABLES = HOOK_OWN + LINE_FIELDS,
    HOOK_BYTES = 2 * LINE_BYTES + SENTENCE_TEXT + HOOK_VARIABLES * 8 + 1024,
};

/* NAME=VALUE each, in the caller's storage; some 35 kB. */
struct hook_environment {
    char *variables[HOOK_VARIABLES + 1]; /* NULL ends them */
    size_t count;
    struct text text;
    char bytes[HOOK_BYTES];
};

/* VRRP_KEY for each key of the line (in upper case, - as _), its value as text_value writes it. A key cannot take the
 * place of the five that are ours. time: of the line, or of now when it has none; when: the same as people read it. */
void hook_environment(struct hook_environment *e, const char *host, const struct line *l, stamp time, const char *when);

#endif
