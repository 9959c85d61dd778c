/* What --learn writes: a policy to standard output, and a table of the same to standard error. */
#ifndef CMD_AUDIT_LEARNED_H
#define CMD_AUDIT_LEARNED_H

#include "cmd/stream.h"
#include "core/audit.h"

/* False: nothing was heard. Exits 3 when there is no memory for it. */
bool learned_write(const struct audit *a, struct stream *out);

#endif
