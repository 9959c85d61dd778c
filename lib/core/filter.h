/* The filter words of a program that hears packets: `vrid=51 af=4 src=192.0.2.1..192.0.2.9`. They are match.h's words
 * on the keys that a line of a packet can have (vrrp-events(5)), each value checked: a word that could never match is a
 * mistake. What of them can be decided on the packet's bytes is worked out for the kernel. Pure. */
#ifndef CORE_FILTER_H
#define CORE_FILTER_H

#include "core/match.h"

struct filter {
    struct match match;
    uint8_t af;                 /* 4 or 6: only this family can match; else 0 */
    bool announcements, others; /* `announce` lines, and `other` lines without a vrid, can match */
    bool any_vrid;              /* VRIDs do not matter; else only these can match: */
    size_t vrid_count;
    uint8_t vrids[256];
};

void filter_init(struct filter *f);
/* Adds one key=VALUE or key!=VALUE; its text must outlive *f. False: *reason says what is wrong with it. */
bool filter_add(struct filter *f, const char *word, const char **reason);
bool filter_is_empty(const struct filter *f);

#endif
