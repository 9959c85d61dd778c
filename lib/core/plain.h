/* A value of a line as plain text, and back, to the byte.
 *
 * In plain text %XX is undone wherever it stands for a character that a line must write so: a blank, a control character, a
 * character of UTF-8 beyond ASCII; and %25, unless two hex digits follow it. All other %XX stay as they are: a NUL, bytes
 * that are no UTF-8, and what did not have to be escaped, such as a comma that is no separator. So in plain text a %
 * with two hex digits behind it is an escape, and any other % is itself. Pure. */
#ifndef CORE_PLAIN_H
#define CORE_PLAIN_H

#include "core/text.h"

enum { PLAIN_BYTES = 4 }; /* the most that one piece is */

/* The next piece of a value, which is taken off *rest: a run of bytes that stand for themselves, points into *rest; or one
 * character of UTF-8 (or one %XX that stays), in `one`. *rest must not be empty. */
struct span plain_next(struct span *rest, char one[static PLAIN_BYTES]);
/* The value for a plain text, which need not be UTF-8; `also`: what to escape besides, such as "," for an item. */
void plain_to_value(struct text *out, struct span plain, const char *also);
/* How long the character of UTF-8 at the head is (RFC 3629): 1 to 4; 0: there is none. */
size_t utf8_length(struct span text);

#endif
