/* One captured frame to its line: `advert`, `bad`, `announce` or `other`, if it passes the filter. Pure. */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include "core/auth_verify.h"
#include "core/event.h"
#include "core/filter.h"
#include "core/limit.h"
#include "core/vips.h"

struct reporter {
    const struct filter *filter;
    struct limit *limit;            /* NULL: nothing is limited */
    struct vips *vips;              /* whose addresses are announced; NULL: no `announce` lines */
    struct auth_verifier *verifier; /* NULL: there are no keys */
    const char *seg;                /* seg= of each line, shorter than NODE_TEXT; NULL: none */
};

/* Writes the line behind those in w's buffer, which needs LINE_BYTES + 1 free bytes, and fills *decoded (its pointers
 * are into s->bytes). Returns what the line is; FRAME_FOREIGN: there is none. */
enum frame_kind report_frame(const struct reporter *r, struct writer *w, const struct sighting *s,
                             struct frame *decoded);

#endif
