/* One item of track= in a `vr` line: [not:]NAME, [not:]NAME:WEIGHT or NAME:*WEIGHT. Pure. */
#ifndef CORE_CONFIG_TRACK_H
#define CORE_CONFIG_TRACK_H

#include "core/config.h"

#define TRACK_ALLOWED                                                                                                  \
    "[not:]NAME, [not:]NAME:WEIGHT or NAME:*WEIGHT, weight -254..-1 or 1..254; a : before a digit in NAME is %3A"

/* vip:NAME is told by vip-follow of the virtual router of that name; a longer one is too long for it. */
/* link:IF is told by what tells of that interface. */
#define LINK_TRACK "link:"
#define VIP_TRACK  "vip:"
enum { VIP_NAME = NAME_TEXT - 1 - (sizeof VIP_TRACK - 1) };

bool track_ref_parse(struct span item, struct track_ref *out);
bool track_ref_equal(const struct track_ref *a, const struct track_ref *b);
void list_track_ref(struct writer *w, const struct track_ref *ref); /* between list_begin and list_end */

#endif
