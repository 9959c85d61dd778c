/* What vrrp-audit looks for: every rule by its name, how bad it usually is, and in a few words what it means. The page
 * vrrp-audit-rules(7) has a paragraph for each. Pure. */
#ifndef CORE_AUDIT_RULES_H
#define CORE_AUDIT_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/line.h"

enum severity {
    SEVERITY_INFO,
    SEVERITY_LOW,
    SEVERITY_MED,
    SEVERITY_HIGH,
    SEVERITY_CRIT,
    SEVERITY_NONE, /* as the least that is told: nothing is */
};

enum audit_rule {
    /* who speaks */
    RULE_ROGUE_SPEAKER,
    RULE_NEW_SPEAKER,
    RULE_ABSENT_SPEAKER,
    RULE_NOTHING_HEARD,
    RULE_SRC_IP_MULTI_MAC,
    RULE_SRC_MAC_NOT_VMAC,
    RULE_VMAC_VRID_MISMATCH,
    RULE_CARP_SPEAKER,
    RULE_HSRP_SPEAKER,
    RULE_GLBP_SPEAKER,
    RULE_CARP_VRID_COLLISION,
    /* who is Active */
    RULE_SPLIT_BRAIN,
    RULE_DUPLICATE_VRID,
    RULE_ILLEGITIMATE_TAKEOVER,
    RULE_PRIORITY_TAKEOVER,
    RULE_FLAPPING,
    RULE_RESURRECTED_SPEAKER,
    RULE_PRIO0_STORM,
    RULE_PRIO0_NONACTIVE,
    /* what they are configured to */
    RULE_PRIORITY_CHANGED,
    RULE_INTERVAL_CHANGED,
    RULE_PRIO255_NONOWNER,
    RULE_MULTIPLE_OWNERS,
    RULE_OWNER_PRIO_LOW,
    RULE_EQUAL_PRIORITY,
    RULE_VIP_LIST_MISMATCH,
    RULE_VIP_IN_TWO_VRIDS,
    RULE_INTERVAL_MISMATCH,
    RULE_VERSION_MIX,
    RULE_CHECKSUM_FORM_MIXED,
    RULE_AUTH_MISMATCH,
    RULE_AUTH_CLEARTEXT,
    RULE_AUTH_TYPE_INVALID,
    RULE_AUTH_TRAILER,
    /* when */
    RULE_ADVERT_GAP,
    RULE_ADVERT_JITTER,
    RULE_ADVERT_RATE_HIGH,
    RULE_DUPLICATE_STREAM,
    RULE_AH_REPLAY,
    RULE_TRAILER_REPLAY,
    /* packets */
    RULE_TTL_NOT_255,
    RULE_BAD_CHECKSUM,
    RULE_SHORT_PACKET,
    RULE_ADDR_COUNT_MISMATCH,
    RULE_BAD_TYPE,
    RULE_BAD_VERSION,
    RULE_VRID_ZERO,
    RULE_ADDR_COUNT_ZERO,
    RULE_INTERVAL_ZERO,
    RULE_BAD_SOURCE,
    RULE_NOT_VRRP,
    RULE_V6_CHECKSUM_NOPSEUDO,
    RULE_V6_FIRST_NOT_LL,
    RULE_V6_SRC_NOT_LL,
    RULE_TRAILING_BYTES,
    RULE_RESERVE_NONZERO,
    RULE_AUTH_DATA_NONZERO,
    RULE_WRONG_DST_MAC,
    RULE_WRONG_DST_IP,
    RULE_UNICAST_VRRP,
    RULE_FRAGMENTED_ADVERT,
    /* addresses */
    RULE_GARP_NONACTIVE,
    RULE_ARP_REPLY_NONACTIVE,
    RULE_VIP_PHYSICAL_MAC,
    RULE_NA_FLAGS_WRONG,
    RULE_MISSING_GARP,
    RULES,
};

struct audit_rule_text {
    const char *name;
    enum severity severity; /* the usual one; some are judged by the case */
    bool lasts;             /* a state, which ends: then it is told as cleared. Else something that happens */
    const char *text;       /* a few words for people */
};
extern const struct audit_rule_text audit_rules[RULES];

const char *severity_name(enum severity s);
bool severity_parse(struct span word, enum severity *out);

#endif
