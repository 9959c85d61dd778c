/* The last line of a text that comes in pieces, fit to be shown to people. Pure. */
#ifndef CORE_LAST_LINE_H
#define CORE_LAST_LINE_H

#include <stdbool.h>
#include <stddef.h>

enum { LAST_LINE_TEXT = 200 }; /* with a NUL; of a longer line its beginning */

/* All zero at the start. */
struct last_line {
    char text[LAST_LINE_TEXT]; /* "" while there was none. Blank lines do not count; a byte that is no printable ASCII
                                * is a ? here */
    /* below: its own */
    size_t length;
    bool ended; /* what comes next belongs to another line */
};

void last_line_add(struct last_line *l, const char *bytes, size_t count);

#endif
