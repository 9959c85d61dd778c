/* A line as a sentence for people, ready for a chat or a pager:
 *   router1: eth0 VRID 51 (web): BACKUP -> MASTER because the Active fell silent (timed-out)
 * Pure. */
#ifndef CORE_SENTENCE_H
#define CORE_SENTENCE_H

#include "core/text.h"

enum { SENTENCE_TEXT = 1024 };

/* host: of this machine; a line that says where it was seen (host=) is of that one. `state`, `elected` and `vacant` are
 * told in words, any other event with its keys and values as they are. */
void sentence(struct text *t, const char *host, const struct line *l);

#endif
