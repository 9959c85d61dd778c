/* Shared by the files that write the report; nobody else includes it. */
#ifndef CORE_EXPLAIN_WORDS_H
#define CORE_EXPLAIN_WORDS_H

#include "core/explain.h"
#include "core/explain_text.h"

enum { WORDS_TEXT = 96 };

/* explain_words.c: into the page, as its next words. */
void say_ip(struct page *p, const struct ip *ip);
void say_moment(struct page *p, const struct calendar *c, instant at, unsigned decimals);
void say_time(struct page *p, usec d);                                         /* 3.609 s */
void say_seconds(struct page *p, usec d, bool sign);                           /* 3.609375 s */
void say_duration(struct page *p, usec d);                                     /* as in a line: 1s, 100ms */
void say_count(struct page *p, uint64_t n, const char *one, const char *many); /* "3 adverts" */
void say_hints(struct page *p, unsigned hints, const struct manner *a, const struct manner *b);

/* explain_tables.c */
uint64_t explain_changes(const struct timeline *t); /* of Active, all virtual routers */
void explain_overview(struct page *p, const struct timeline *t);
void explain_speakers(struct page *p, const struct timeline_router *r);
void explain_reigns(struct page *p, const struct timeline *t, const struct timeline_router *r,
                    const struct calendar *c);

/* explain_failover.c */
void explain_reign(struct page *p, const struct timeline *t, const struct reign *r, const struct calendar *c);

/* explain_figures.c */
void explain_figures(struct page *p, const struct failover *f, const struct explanation *e, bool announcements,
                     const struct calendar *c);

#endif
