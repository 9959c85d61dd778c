/* Lines in colours, where a person reads them: on a terminal. Files and pipes never get any. */
#ifndef CMD_COLOUR_H
#define CMD_COLOUR_H

#include "core/line.h"

/* Standard output is a terminal that has colours, and the user does not say no: NO_COLOR is not set to anything, TERM is
 * set and is not `dumb`. Before cli_confine. */
bool colour_wanted(void);
/* Whole lines, each with its newline, in colours; valid until the next call. What does not fit comes back as it is, and so
 * does what is no line. */
struct span colour_lines(struct span lines);

#endif
