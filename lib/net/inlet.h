/* Lines in: whole lines from a descriptor, one read at a time, so that a program's poll loop decides when.
 * A line over its longest is reported once and skipped to its newline; nothing else is lost. */
#ifndef NET_INLET_H
#define NET_INLET_H

#include <stdbool.h>

#include "core/line.h"

enum { INLET_BYTES = 65536 };

struct inlet {
    int fd;
    size_t longest;    /* line, at most INLET_BYTES; LINE_BYTES unless somebody sets it after inlet_init */
    uint64_t number;   /* of the line that was last handed out, from 1 */
    bool ended;        /* end of file or a read error (then error is errno) was met */
    bool unterminated; /* the line handed out last had no newline: input ended inside it */
    int error;
    /* below: its own */
    bool skipping;
    size_t start, end;
    char buffer[INLET_BYTES];
};

enum inlet_line { INLET_NONE, INLET_LINE, INLET_TOO_LONG };

void inlet_init(struct inlet *in, int fd);
/* One read(2); call when poll says readable. False when it ended (also see error). EINTR and EAGAIN are not the end. */
bool inlet_fill(struct inlet *in);
/* The next whole line (without newline; the last one of a file may lack it). Valid until the next fill.
 * INLET_TOO_LONG: line `number` was over its longest and is skipped. INLET_NONE: fill again. */
enum inlet_line inlet_next(struct inlet *in, struct span *text);

#endif
