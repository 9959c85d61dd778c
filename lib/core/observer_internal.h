/* Shared by the observer's own files; nobody else includes it. */
#ifndef CORE_OBSERVER_INTERNAL_H
#define CORE_OBSERVER_INTERNAL_H

#include "core/bucket.h"
#include "core/heap.h"
#include "core/observer.h"

enum {
    OBSERVER_GROUPS = 4096,
    OBSERVER_BUCKETS = 4096,
    SPEAKERS_FIRST = 2, /* room for an Active and one backup, which is nearly always enough */
    NONE = -1,
};

struct speaker {
    struct ip src;
    uint8_t version, prio; /* of its last advertisement with priority > 0; prio 0: none heard */
    bool resigned;         /* its last one had priority 0 */
    usec interval;
    instant last; /* its last advertisement, a resign too */
};

/* One virtual router as seen at one place. */
struct group {
    struct group *next;          /* in its bucket */
    struct group *newer, *older; /* all groups by when they were last heard */
    uint32_t hash;
    struct origin origin;
    uint8_t af, vrid;
    int active;  /* speaker that is Active, or was until it resigned or `vacant`; NONE: nobody yet */
    bool vacant; /* and was reported */
    struct timer vacancy;
    bool settled; /* who was elected has spoken again */
    struct bucket changes;
    int count, room;
    struct speaker *speakers;
};

struct observer {
    observer_report *report;
    void *context;
    instant now;
    size_t count;
    uint64_t made;
    struct group *newest, *oldest;
    struct heap timers;
    bool tells_all;
    struct bucket strangers, known;
    uint64_t left_out;    /* not yet told */
    struct timer telling; /* when it will be */
    struct group *buckets[OBSERVER_BUCKETS];
};

/* observer_groups.c: which virtual router. NULL only when there is no memory for a new one. */
struct group *observer_group(struct observer *o, const struct origin *from, uint8_t af, uint8_t vrid);
void observer_group_free(struct observer *o, struct group *g);

#endif
