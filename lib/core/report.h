/* One captured frame to its line: `advert`, `bad` or `other`, if it passes the filter. Pure. */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include "core/event.h"
#include "core/filter.h"
#include "core/limit.h"

/* Writes the line behind those in w's buffer, which needs LINE_BYTES + 1 free bytes, and fills *decoded (its pointers
 * are into s->bytes). Returns what the line is; FRAME_FOREIGN: there is none. limit NULL: nothing is limited. */
enum frame_kind report_frame(struct writer *w, const struct filter *filter, struct limit *limit,
                             const struct sighting *s, struct frame *decoded);

#endif
