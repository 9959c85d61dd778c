/* Keys set in a line: vrrp-pick --set. What else stands in the line stays as it is, to the byte. Pure. */
#ifndef CORE_ASSIGN_H
#define CORE_ASSIGN_H

#include "core/line.h"

enum { ASSIGNMENTS = 16, ASSIGNMENT_BYTES = 4096 };

struct assignment {
    struct span key, value; /* as they stand in a line */
};

/* All zero before the first one. */
struct assignments {
    size_t count;
    struct assignment items[ASSIGNMENTS];
    /* below: its own */
    size_t used;
    char text[ASSIGNMENT_BYTES]; /* of the values */
};

/* KEY=VALUE, which must outlive *a. The value is text: what a line does not take as it is is escaped, a %XX stays one. It
 * must be of a kind that the key has in some event. False: *reason says what is wrong. */
bool assign_add(struct assignments *a, const char *operand, const char **reason);

enum assign_result {
    ASSIGN_SAME, /* nothing was set: *out is *l, *where and *text are not used */
    ASSIGN_DONE, /* *out is the new line; its text is in buffer */
    ASSIGN_FULL, /* it would be too long, or have too many words */
};
/* Each key gets its new value where it stands. A key that is not there yet goes to its place in the order of
 * vrrp-events(5); one that its event does not know, to the end. What names where something was seen (seg, host, if, vlan,
 * af, vrid) is set only in events that have it there, and in events that are not known where they have one of these
 * already. A value that is not of the kind that the key has in this event is not set. */
struct assign_buffer {
    char text[2][LINE_BYTES + 1];
};
enum assign_result assign_to(const struct assignments *a, const struct line *l, struct line *out,
                             struct assign_buffer *buffer);

#endif
