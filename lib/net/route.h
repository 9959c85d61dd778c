/* Routes and policy rules in the kernel, through libmnl. What is ours carries a tag: protocol 112. What has another one is
 * foreign, and is never changed or removed. */
#ifndef NET_ROUTE_H
#define NET_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/belongings.h"

enum { ROUTE_TAG = 112 };

struct route_book;                        /* a netlink socket */
struct route_book *route_book_open(void); /* NULL: errno */
void route_book_close(struct route_book *b);
/* No other program of this network namespace had such a book when this one was opened: what carries the tag and is not of
 * this program was left over. */
bool route_book_alone(const struct route_book *b);

typedef bool route_visit(void *context, const struct route *r); /* false: no more */
/* Each with our tag that the kernel has now. False: errno. */
bool route_each(struct route_book *b, route_visit *visit, void *context);

/* Do them in order; each result is set. Removing what is not there is 0; where the like of it is there, adding is EEXIST
 * and changes nothing. */
void route_apply(struct route_book *b, struct belonging_change *changes, size_t count);

/* What the kernel says when somebody else removes something that has our tag. It says nothing of routes that go with an
 * interface, or with their source address. */
struct route_watch {
    int fd;
};
typedef void route_gone(void *context, const struct route *r);
bool route_watch_open(struct route_watch *w, const struct route_book *except); /* false: errno */
void route_watch_close(struct route_watch *w);
/* Reads what is there without waiting. False: more was said than there was room for. */
bool route_watch_read(struct route_watch *w, const struct route_book *b, route_gone *gone, void *context);

#endif
