/* A policy: what may be heard, as lines.
 *
 *     allow if=eth0 af=4 vrid=51 ver=3 prio=100..150 src=192.0.2.2,192.0.2.3 ip=192.0.2.1
 *
 * An advertisement is allowed when one line allows all of it. A key that a line does not have allows anything. Keys:
 *
 *   seg host if  where it was heard
 *   vlan         a number, or `none`
 *   af           4 or 6
 *   vrid prio    a number or LOW..HIGH; a resign (priority 0) needs no leave
 *   ver          a list of 2 and 3
 *   src mac      lists: who may speak
 *   ip           a list: the addresses that it may have, all or some of them
 *
 * Pure. */
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

#include "core/event.h"

enum { POLICY_LINES = 4096, POLICY_VALUES = 255 /* of a list */ };

/* Which of a line's keys an advertisement does not meet; POLICY_FITS: it is allowed. In the order of how near it came:
 * of all lines the nearest miss is told. */
enum policy_miss { POLICY_VRID, POLICY_SRC, POLICY_MAC, POLICY_VER, POLICY_IP, POLICY_PRIO, POLICY_FITS };

struct policy_line {
    struct policy_line *next; /* with the same VRID */
    struct origin place;      /* "" and vlan 0: any */
    bool untagged;            /* vlan=none */
    uint8_t af;               /* 0: any */
    uint8_t versions;         /* bits 1 << 2 and 1 << 3 */
    uint8_t vrid_low, vrid_high, prio_low, prio_high;
    size_t src_count, mac_count, ip_count; /* 0: any */
    struct ip *srcs, *ips;
    struct mac *macs;
    uint64_t number; /* of the line in its file */
    bool heard;      /* set by the audit: it allowed something */
};

struct policy;
struct policy *policy_new(void); /* NULL: out of memory */
void policy_free(struct policy *p);

/* Takes a line of a policy's file. NULL: taken; else what is wrong, and *where is the word. */
const char *policy_add(struct policy *p, const struct line *l, uint64_t number, struct span *where);

/* The line that allows the advertisement; NULL: none, and *miss says what the nearest one lacks. */
struct policy_line *policy_allows(const struct policy *p, const struct origin *from, const struct advert *a,
                                  enum policy_miss *miss, const struct policy_line **nearest);
size_t policy_count(const struct policy *p);
struct policy_line *policy_at(const struct policy *p, size_t index);

#endif
