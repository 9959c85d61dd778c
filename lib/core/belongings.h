/* What belongs to a virtual router beside its addresses, and follows its state: routes and policy rules. Pure: what lines
 * say, what the kernel said, and the time go in; changes come out.
 *
 * As with holdings, each line is a level: what it names is to be there (held), or not (given up). The caller, in each turn
 * of its loop:
 *
 *   belongings_name, belongings_give_up       for each line, and for a lease that is over
 *   belongings_gone, belongings_doubt         for what the kernel said; when interfaces changed
 *   for each step, in their order (addresses are changed between the two):
 *       belongings_plan, belongings_done      until none is left
 *   wait until belongings_deadline
 *
 * A route is what it is by its family, table, destination and metric: the kernel takes one of each. One that is there
 * and not ours is left alone, and so is a rule: told once, and tried again every 5 s. What could not be set is tried
 * again every second. The kernel has no lease for any of it: it goes with the program, or is left over. What was left
 * over when this run began is told by belongings_left: an item that is named takes it over, or it is removed. */
#ifndef CORE_BELONGINGS_H
#define CORE_BELONGINGS_H

#include "core/config.h"
#include "core/route.h"
#include "core/units.h"

enum belonging_news {
    BELONGING_FOREIGN, /* the like of it is there and not ours: it is left alone */
    BELONGING_TAKEN,   /* it was gone while it is held: put back */
    BELONGING_FAILED,  /* number: errno of what could not be done, the second time */
};
struct belonging_report {
    enum belonging_news news;
    const struct route *item;
    int number;
};
typedef void belongings_report(void *context, const struct belonging_report *r); /* what people are told, each once */

struct belongings; /* owns its memory, which grows with what is named, not with time */
struct belongings *belongings_new(belongings_report *report, void *context); /* NULL: out of memory */
void belongings_free(struct belongings *b);

struct belongings_named {
    struct identity id;
    char name[NAME_TEXT];
    struct span routes, rules; /* as written; len 0: none */
};
enum belongings_result {
    BELONGINGS_DONE,
    BELONGINGS_NO_ROUTE, /* an item of routes is none; nothing changed, as below */
    BELONGINGS_NO_RULE,
    BELONGINGS_NO_MEMORY,
};
/* A fresh `send` (held) or `state` away from active: the virtual router has these from now on, and only these. */
enum belongings_result belongings_name(struct belongings *b, const struct belongings_named *n, bool held, instant now);
void belongings_give_up(struct belongings *b, const char *name, instant now); /* that virtual router; "": all */

/* The kernel has it with our tag when this run begins. False: out of memory. */
bool belongings_left(struct belongings *b, const struct route *item);
void belongings_tidy(struct belongings *b, instant now); /* what nobody has named by now is removed */

/* Somebody has removed this one, which had our tag. */
void belongings_gone(struct belongings *b, const struct route *item, instant now);
/* The kernel may have removed something without a word. */
void belongings_doubt(struct belongings *b, instant now);

enum belongings_step {
    BELONGINGS_WITHDRAW, /* before addresses are removed */
    BELONGINGS_INSTALL,  /* after they were added */
    BELONGINGS_STEPS,
};
struct belonging_change {
    struct route item;
    bool add;   /* only where it is absent; else: remove, if it is ours */
    int result; /* set once done: 0 or errno; EEXIST: the like of it is there */
};
enum { BELONGINGS_AT_ONCE = 64 };
/* The changes to make now, in order, at most BELONGINGS_AT_ONCE. The array is the belongings'; valid until the next plan. */
struct belonging_change *belongings_plan(struct belongings *b, enum belongings_step step, instant now, size_t *count);
void belongings_done(struct belongings *b, size_t count, instant now); /* their results are set */
instant belongings_deadline(const struct belongings *b);               /* in the past: something is due now */

#endif
