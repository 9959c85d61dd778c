/* A `state` line in the words that the notify scripts of keepalived are called with: TYPE NAME STATE PRIORITY. Pure. */
#ifndef CORE_NOTIFY_H
#define CORE_NOTIFY_H

#include "core/event.h"

enum notify_state { NOTIFY_NONE, NOTIFY_MASTER, NOTIFY_BACKUP, NOTIFY_FAULT, NOTIFY_STOP };
enum { NOTIFY_STATES = NOTIFY_STOP + 1 };
const char *notify_state_name(enum notify_state s); /* "MASTER" */

/* What a `state` line is to a script. init is STOP, unless a fault is over and it waits to take part again
 * (why=recovered): NOTIFY_NONE, nothing is told until it does. */
enum notify_state notify_state_of(const struct state_event *e);

enum {
    NOTIFY_NAME = 3 * NAME_TEXT,        /* a name, its control bytes written %XX */
    NOTIFY_LINE = 3 * NOTIFY_NAME + 32, /* longest line for a FIFO, with its newline and a NUL */
    NOTIFY_ARGUMENTS = 4,
};

struct notify {
    const char *type; /* INSTANCE, GROUP */
    char name[NOTIFY_NAME];
    enum notify_state state;
    char prio[4]; /* of a group: 0, as keepalived has it */
};
void notify_instance(struct notify *n, const struct line *l, const struct state_event *e);
void notify_group(struct notify *n, struct span group, enum notify_state state);

/* The four arguments, in their order; they point into *n. */
void notify_arguments(const struct notify *n, const char *out[static NOTIFY_ARGUMENTS]);
/* INSTANCE "name" MASTER 150, with a newline, as keepalived writes it into a notify_fifo. A " in a name is written %22.
 * Returns its length. */
size_t notify_line(const struct notify *n, char out[static NOTIFY_LINE]);

#endif
