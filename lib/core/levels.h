/* What waits for a reader below, as levels: of each virtual router the newest `send` and the newest `state`, in their
 * order; everything else in order too, and of that the droppable may be dropped when there is no room, counted, the
 * oldest first, for what is new matters more. So may the rest be in the end, but of that the newest: what it says builds
 * on what was said before (`clock`, `vr`).
 *
 *   a `send` replaces the waiting `send` of its virtual router (the new one goes to the end); one that announces is
 *   replaced only by another that does, since an announcement that was decided is made;
 *   a `state` replaces the waiting `state` of its virtual router, and when it leaves active it also discards a waiting
 *   `send` with priority > 0 - never one with priority 0, which is kept even when a newer `send` comes: a resign that
 *   was decided is put on the wire.
 *
 * Pure: bytes in, bytes out; lib/net/outlet.h writes them. */
#ifndef CORE_LEVELS_H
#define CORE_LEVELS_H

#include "core/config.h"

enum level_kind {
    LEVEL_KEEP,      /* clock, vr, notice, ...: dropped when far too much of it waits, and counted */
    LEVEL_DROPPABLE, /* advert, bad, announce, other, tick: dropped when more than the limit waits, and counted */
    LEVEL_SEND,      /* id counts; prio > 0 */
    LEVEL_RESIGN,    /* a `send` with priority 0 */
    LEVEL_STATE_ACTIVE,
    LEVEL_STATE_AWAY,
    LEVEL_ANNOUNCE, /* a `send` with prio > 0 and announce=yes */
    LEVEL_LOST,     /* never dropped: the line that says how many were */
};

struct levels; /* owns its memory, which grows with what waits, at most with the virtual routers, not with time */
/* Limits: bytes of memory that lines of each kind may take, which for a short one is much more than it has. NULL: out
 * of memory. */
struct levels *levels_new(size_t droppable_limit, size_t kept_limit);
void levels_free(struct levels *q);
/* Copies the line (with its newline). id is needed for the SEND, ANNOUNCE, RESIGN and STATE kinds, NULL otherwise.
 * False: out of memory (nothing changed). */
bool levels_put(struct levels *q, enum level_kind kind, const struct identity *id, const char *line, size_t len);
/* Would a line of this kind take the place of one that waits? */
bool levels_replaces(const struct levels *q, enum level_kind kind, const struct identity *id);
bool levels_empty(const struct levels *q);
/* As many whole lines from the head as fit in max bytes (one line at least, even if longer); they stay until
 * levels_take. The span is valid until the next put or take. */
struct span levels_head(struct levels *q, size_t max);
void levels_take(struct levels *q, size_t bytes); /* bytes of the head were written; may end inside a line */
uint64_t levels_dropped(struct levels *q);        /* how many lines were dropped since last asked */
size_t levels_memory(const struct levels *q);     /* bytes that the waiting lines take */
/* Whoever keeps one to know the newest of each virtual router never takes from it: each of these lines, in their order,
 * with id NULL for those of no virtual router; and none of this virtual router any more. visit must not change q. */
typedef void levels_visit(void *context, const struct identity *id, const char *line, size_t len);
void levels_each(const struct levels *q, levels_visit *visit, void *context);
void levels_forget(struct levels *q, const struct identity *id);

#endif
