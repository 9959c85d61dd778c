/* Inside belongings: the tables. belongings.c keeps them, belongings_plan.c decides changes. */
#ifndef CORE_BELONGINGS_TABLE_H
#define CORE_BELONGINGS_TABLE_H

#include "core/belongings.h"

enum { NONE = -1, OWNER_BUCKETS = 512, ITEM_BUCKETS = 1024 };

/* A virtual router that has some. */
struct owner {
    struct identity id;
    char name[NAME_TEXT];
    int32_t next; /* in its bucket */
    bool held;
    char *text; /* routes, then rules, as they were written */
    size_t routes, rules;
    int32_t *items; /* in order: routes, rules */
    size_t count;
};

struct belonging {
    struct route item;
    int32_t next;     /* in its bucket, or in the list of free ones */
    uint32_t named;   /* how often; 0 and not present: forgotten by the next plan */
    uint32_t holders; /* 0: it is not to be there */
    bool used;
    bool present; /* the kernel has it from us */
    bool doubt;   /* it may have lost it */
    bool missed;  /* it has, while it was held */
    bool planned;
    bool told_foreign, told_taken;
    int error, told_error; /* of the last try; errno */
    instant retry_at;
};

/* Of a run before. */
struct leftover {
    struct route item;
    bool go; /* to be removed */
    instant retry_at;
};

struct belongings {
    belongings_report *report;
    void *context;
    struct owner *owners;
    size_t owner_count, owner_room;
    int32_t owner_buckets[OWNER_BUCKETS];
    struct belonging *all;
    size_t count, room;
    int32_t unused;
    int32_t buckets[ITEM_BUCKETS];
    struct leftover *left;
    size_t left_count, left_room;
    instant due[BELONGINGS_STEPS]; /* no plan of this step has anything before; INSTANT_NEVER */
    instant doubted;
    /* the plan that is being done */
    enum belongings_step step;
    struct belonging_change changes[BELONGINGS_AT_ONCE];
    int32_t planned[BELONGINGS_AT_ONCE]; /* which of all; below 0: -1 - which of left */
};

bool same_place(const struct route *a, const struct route *b); /* the kernel does not take both */
void belonging_forget(struct belongings *b, int32_t at);
void belongings_due(struct belongings *b, enum belongings_step step, instant at);

#endif
