/* The virtual routers that vrrp-advert advertises: of each the last `send`, for the priority 0 at the end. */
#ifndef CMD_ADVERT_HELD_H
#define CMD_ADVERT_HELD_H

#include "core/event.h"

struct held {
    struct send_event send; /* its lists have memory of their own */
    struct ip *peers;       /* of the second; NULL: it has none */
    struct held *next;      /* of the same bucket */
    size_t index;           /* in all */
};

enum { HELD_BUCKETS = 1024 };

struct held_table {
    struct held *buckets[HELD_BUCKETS];
    struct held **all; /* in the order in which they came, as long as none is forgotten */
    size_t count, room;
};

bool held_put(struct held_table *t, const struct send_event *e); /* false: out of memory */
void held_forget(struct held_table *t, const struct identity *id);
void held_free(struct held_table *t); /* empty again */

#endif
