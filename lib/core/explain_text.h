/* A timeline as a report for people: sentences, and the figures under them. Pure. */
#ifndef CORE_EXPLAIN_TEXT_H
#define CORE_EXPLAIN_TEXT_H

#include "core/moment.h"
#include "core/page.h"
#include "core/timeline.h"

/* The whole report. */
void explain_all(struct page *p, const struct timeline *t, size_t (*format_time)(char out[static STAMP_TEXT], stamp t));
/* Its parts, for a page that has more to show between them. */
void explain_summary(struct page *p, const struct timeline *t, const struct calendar *c);
void explain_router_title(struct page *p, const struct timeline_router *r);
void explain_router(struct page *p, const struct timeline *t, const struct timeline_router *r,
                    const struct calendar *c);
void explain_caveats(struct page *p, const struct timeline *t); /* what limits all that was said */

/* "VRID 51, IPv4, eth0 VLAN 10": printable. */
void text_router(struct text *t, const struct timeline_router *r);

#endif
