/* A command that is written as one string, to its words. Pure. */
#ifndef CORE_WORDS_H
#define CORE_WORDS_H

#include <stddef.h>

/* Splits text in place: words points into it. Words are separated by blanks, tabs and newlines; what is between two "
 * or two ' is part of a word, blanks and all, and may be empty; a byte after a backslash is a plain one, in quotes too.
 * Nothing else is special: no variable, no wildcard, no pipe. words gets at most max of them and a NULL behind them, so
 * it has room for max + 1. Returns NULL, or what is wrong: then text and words are of no use. */
const char *words_split(char *text, char **words, size_t max, size_t *count);

#endif
