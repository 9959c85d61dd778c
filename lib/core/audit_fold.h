/* Findings that come again and again are folded (core/audit.h has the rules of it). Pure; of fixed size. */
#ifndef CORE_AUDIT_FOLD_H
#define CORE_AUDIT_FOLD_H

#include "core/audit.h"

struct fold;
struct fold *fold_new(const struct siphash_key *key, audit_report *report, void *context); /* NULL: out of memory */
void fold_free(struct fold *f);
/* at: of the audit's time; t: the same as Unix time, which is told. Time never goes back. */
void fold_tell(struct fold *f, instant at, stamp t, const struct finding *d);
/* Summaries that are due by now, and ends. */
void fold_advance(struct fold *f, instant now, stamp t);
instant fold_due(const struct fold *f); /* INSTANT_NEVER: nothing goes on */
/* The last summaries; nothing is told as cleared. */
void fold_end(struct fold *f, stamp t);
/* A state that ends by what was heard, not by silence: told as cleared now, if it goes on. */
void fold_clear(struct fold *f, stamp t, const struct finding *d);

#endif
