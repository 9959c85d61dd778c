/* What the members of groups say of their group, in the words of keepalived. Pure; memory grows with the members, up to a
 * limit, and no line costs more where there are many. */
#ifndef CORE_NOTIFY_GROUPS_H
#define CORE_NOTIFY_GROUPS_H

#include "core/notify.h"

enum { NOTIFY_MEMBERS = 4096, NOTIFY_BUCKETS = 1024 }; /* beyond that many members they are not counted */

/* Zeroed: none yet. */
struct notify_groups {
    struct notify_member *members[NOTIFY_BUCKETS];
    struct notify_group *groups[NOTIFY_BUCKETS];
    struct notify_group *ended; /* the one that the last call told of, and that has no members any more */
    size_t count;               /* of the members */
};
void notify_groups_free(struct notify_groups *g);

/* A member went to this state. *group is its group as it is written in the line, empty when there is none there: it is in
 * none any more. True when a group thereby changes: *group is that one (valid until the next call), *out its state. It
 * is in FAULT when one of its members is, else MASTER or BACKUP when all are; while some are this and some that, it is
 * what it was; and STOP once all have stopped or left. False also when out of memory. */
bool notify_groups_take(struct notify_groups *g, struct span *group, const struct identity *id, enum notify_state state,
                        enum notify_state *out);

#endif
