/* A line in colours, for a terminal: TIME and the names of the keys dim, EVENT bold and in the colour of what it means,
 * so that what is wrong is seen in a screenful. Pure. */
#ifndef CORE_PAINT_H
#define CORE_PAINT_H

#include "core/text.h"

enum { PAINT_ROOM = 16 * (LINE_FIELDS + 2) }; /* by which a line grows at most */

/* One line, without its newline; what is no line stays as it is. */
void paint_line(struct text *out, struct span line);

#endif
