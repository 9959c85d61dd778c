/* Text for people and for scripts, put together piece by piece in the caller's buffer. Pure. */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include "core/line.h"

struct text {
    char *at; /* always ends with a NUL once something was added */
    size_t size, length;
    bool cut; /* a piece did not fit; it was left out, and so is all that comes after it */
};

void text_span(struct text *t, struct span s);
void text_word(struct text *t, const char *word);
void text_u64(struct text *t, uint64_t value);
/* A value of a line with its %XX undone, but for control bytes (below 0x20, and 0x7F), which stay as they are written:
 * no value can end a string, begin another line or speak to a terminal. */
void text_value(struct text *t, struct span value);

#endif
