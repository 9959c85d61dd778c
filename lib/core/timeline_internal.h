/* Shared by the timeline's own files; nobody else includes it. */
#ifndef CORE_TIMELINE_INTERNAL_H
#define CORE_TIMELINE_INTERNAL_H

#include "core/timeline.h"

enum {
    NOBODY = -1,
    SILENT_FACTOR = 4, /* intervals: it has given up */
};

/* timeline.c */
instant timeline_pass(struct timeline *t, instant at); /* time goes on to there, or stays; returns it */
struct timeline_router *timeline_find(const struct timeline *t, const struct origin *from, uint8_t af, uint8_t vrid);
int timeline_speaker_index(const struct timeline_router *r, const struct ip *src);
struct manner timeline_manner(const struct advert *a);

/* timeline_reigns.c */
void timeline_observed(void *context, instant at, const struct observation *o);
struct reign *timeline_last_reign(const struct timeline_router *r); /* NULL: none yet */

/* timeline_beside.c */
void timeline_spoke_beside(struct timeline *t, struct timeline_router *r, struct speaker *s, instant at);
void timeline_end_beside(struct timeline *t, struct timeline_router *r, struct speaker *s);
void timeline_claim_announcements(struct timeline_router *r,
                                  struct failover *f); /* the reign of `f` is not yet added */

#endif
