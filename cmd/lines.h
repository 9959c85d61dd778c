/* Lines in, for programs that take them as they come: what is no line is reported on stderr with its number, and
 * skipped. */
#ifndef CMD_LINES_H
#define CMD_LINES_H

#include "net/inlet.h"

enum lines_got {
    LINES_NONE,  /* fill the inlet again */
    LINES_BLANK, /* nothing, or a comment: only text is set */
    LINES_LINE,
};

/* The next of those that are in the inlet. text is all of it, without its newline; valid until the next fill. Where
 * in->unterminated is set afterwards, the input ended inside it. */
enum lines_got lines_next(struct inlet *in, struct line *l, struct span *text);
/* Why the one that was taken last is not used; word: the offending part, or empty. */
void lines_complain(const struct inlet *in, struct span word, const char *reason);
/* The same for a key that is missing or wrong. */
void lines_bad_key(const struct inlet *in, const struct line *l, const char *key);

/* All the input that is there, within a bound, so that what is due is not kept waiting: reads, and gives each line and
 * each blank one to `take`. `filled` (may be NULL) is called after each read. */
struct lines_user {
    void *context;
    void (*filled)(void *context);
    void (*take)(void *context, enum lines_got what, const struct line *l, struct span text);
};
void lines_take_all(struct inlet *in, const struct lines_user *user);

#endif
