/* One captured frame to its line: `advert`, `bad` or `other`, if it passes the filter. Pure. */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include "core/event.h"
#include "core/filter.h"

struct sighting {
    stamp time;
    enum link_layer link;
    enum direction dir; /* DIR_UNKNOWN: as the frame says, if it does */
    const char *ifname; /* NULL: unknown */
    const uint8_t *bytes;
    size_t length; /* captured */
};

/* Writes the line behind those in w's buffer, which needs LINE_BYTES + 1 free bytes, and fills *decoded (its pointers
 * are into s->bytes). Returns what the line is; FRAME_FOREIGN: there is none. */
enum frame_kind report_frame(struct writer *w, const struct filter *filter, const struct sighting *s,
                             struct frame *decoded);

#endif
