/* What the files of the board share; board.h is its interface. */
#ifndef CORE_BOARD_INTERNAL_H
#define CORE_BOARD_INTERNAL_H

#include "core/board.h"
#include "core/freshness.h"

enum { BOARD_BUCKETS = 4096 };

struct board {
    struct observer *observer;
    struct clock_map map;
    usec bias; /* when another boot goes on: its steady clock to ours */
    bool started, stopped, timed;
    instant now;     /* of the newest line */
    instant arrived; /* our steady clock when it came */
    stamp time;      /* its TIME, when `timed` */
    uint64_t made;
    struct board_totals totals;
    struct address_buffer addresses;
    struct prefix_buffer prefixes;
    struct board_router *newest, *oldest; /* by when they were last told of */
    struct board_router *buckets[BOARD_BUCKETS];
};

struct board_router *board_find(const struct board *b, const struct origin *o, uint8_t af, uint8_t vrid);
/* Makes it when it is not there. NULL: no memory. */
struct board_router *board_router(struct board *b, const struct origin *o, uint8_t af, uint8_t vrid);
void board_note(struct board *b, struct board_router *r, const struct board_change *c);
stamp board_stamp(const struct board *b, instant at); /* as TIME of the lines; 0: no line had one */
bool board_event(struct board *b, const struct line *l, const char **where);

#endif
