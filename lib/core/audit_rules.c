#include "core/audit_rules.h"

#define CRIT SEVERITY_CRIT
#define HIGH SEVERITY_HIGH
#define MED  SEVERITY_MED
#define LOW  SEVERITY_LOW
#define INFO SEVERITY_INFO

/* clang-format off */
const struct audit_rule_text audit_rules[RULES] = {
    [RULE_ROGUE_SPEAKER] = {"rogue-speaker", CRIT, true, "says what the policy does not allow"},
    [RULE_NEW_SPEAKER] = {"new-speaker", INFO, false, "was not heard while the segment was learned"},
    [RULE_ABSENT_SPEAKER] = {"absent-speaker", HIGH, true, "is in the policy, and not heard"},
    [RULE_NOTHING_HEARD] = {"nothing-heard", HIGH, true, "no advertisement at all"},
    [RULE_SRC_IP_MULTI_MAC] = {"src-ip-multi-mac", HIGH, true, "one source address, two cards"},
    [RULE_SRC_MAC_NOT_VMAC] = {"src-mac-not-vmac", LOW, true, "does not send from the virtual MAC address"},
    [RULE_VMAC_VRID_MISMATCH] = {"vmac-vrid-mismatch", HIGH, true, "sends from another router's virtual MAC address"},
    [RULE_CARP_SPEAKER] = {"carp-speaker", INFO, true, "CARP is spoken here"},
    [RULE_HSRP_SPEAKER] = {"hsrp-speaker", INFO, true, "HSRP is spoken here"},
    [RULE_GLBP_SPEAKER] = {"glbp-speaker", INFO, true, "GLBP is spoken here"},
    [RULE_CARP_VRID_COLLISION] = {"carp-vrid-collision", CRIT, true, "CARP uses the same number: one MAC, one group"},

    [RULE_SPLIT_BRAIN] = {"split-brain", CRIT, true, "two routers are Active at once"},
    [RULE_DUPLICATE_VRID] = {"duplicate-vrid", HIGH, true, "two unrelated groups use one VRID"},
    [RULE_ILLEGITIMATE_TAKEOVER] = {"illegitimate-takeover", HIGH, true, "a lower priority speaks beside a higher one"},
    [RULE_PRIORITY_TAKEOVER] = {"priority-takeover", INFO, false, "a higher priority took over from a live Active"},
    [RULE_FLAPPING] = {"flapping", HIGH, true, "three changes of Active in a minute"},
    [RULE_RESURRECTED_SPEAKER] = {"resurrected-speaker", INFO, false, "is back after it resigned"},
    [RULE_PRIO0_STORM] = {"prio0-storm", HIGH, true, "three resigns of one router in a minute"},
    [RULE_PRIO0_NONACTIVE] = {"prio0-nonactive", HIGH, false, "resigns without being Active"},

    [RULE_PRIORITY_CHANGED] = {"priority-changed", INFO, false, "another priority than before"},
    [RULE_INTERVAL_CHANGED] = {"interval-changed", INFO, false, "another interval than before"},
    [RULE_PRIO255_NONOWNER] = {"prio255-nonowner", MED, true, "claims to own addresses that it has not"},
    [RULE_MULTIPLE_OWNERS] = {"multiple-owners", CRIT, true, "two routers claim to own the addresses"},
    [RULE_OWNER_PRIO_LOW] = {"owner-prio-low", MED, true, "owns an address, and has not priority 255"},
    [RULE_EQUAL_PRIORITY] = {"equal-priority", LOW, true, "two routers with one priority"},
    [RULE_VIP_LIST_MISMATCH] = {"vip-list-mismatch", HIGH, true, "two routers with different addresses"},
    [RULE_VIP_IN_TWO_VRIDS] = {"vip-in-two-vrids", MED, true, "one address in two virtual routers"},
    [RULE_INTERVAL_MISMATCH] = {"interval-mismatch", LOW, true, "two routers with different intervals"},
    [RULE_VERSION_MIX] = {"version-mix", HIGH, true, "VRRPv2 and VRRPv3 in one virtual router"},
    [RULE_CHECKSUM_FORM_MIXED] = {"checksum-form-mixed", HIGH, true, "two readings of the checksum"},
    [RULE_AUTH_MISMATCH] = {"auth-mismatch", HIGH, true, "authentication that is wrong, or not the others'"},
    [RULE_AUTH_CLEARTEXT] = {"auth-cleartext", HIGH, true, "a password in clear text"},
    [RULE_AUTH_TYPE_INVALID] = {"auth-type-invalid", MED, true, "an unknown type of authentication"},
    [RULE_AUTH_TRAILER] = {"auth-trailer", INFO, true, "an authentication trailer"},

    [RULE_ADVERT_GAP] = {"advert-gap", MED, false, "the Active was silent for too long"},
    [RULE_ADVERT_JITTER] = {"advert-jitter", LOW, true, "does not keep its interval"},
    [RULE_ADVERT_RATE_HIGH] = {"advert-rate-high", MED, true, "sends far more often than it says"},
    [RULE_DUPLICATE_STREAM] = {"duplicate-stream", MED, true, "is heard twice in each interval"},
    [RULE_AH_REPLAY] = {"ah-replay", HIGH, true, "a sequence number that was used before"},
    [RULE_TRAILER_REPLAY] = {"trailer-replay", HIGH, true, "a trailer that was used before"},

    [RULE_TTL_NOT_255] = {"ttl-not-255", CRIT, true, "comes from another network"},
    [RULE_BAD_CHECKSUM] = {"bad-checksum", HIGH, true, "no reading of the checksum is right"},
    [RULE_SHORT_PACKET] = {"short-packet", HIGH, true, "is cut off"},
    [RULE_ADDR_COUNT_MISMATCH] = {"addr-count-mismatch", HIGH, true, "has fewer addresses than it says"},
    [RULE_BAD_TYPE] = {"bad-type", HIGH, true, "is no advertisement"},
    [RULE_BAD_VERSION] = {"bad-version", HIGH, true, "an unknown version"},
    [RULE_VRID_ZERO] = {"vrid-zero", HIGH, true, "VRID 0"},
    [RULE_ADDR_COUNT_ZERO] = {"addr-count-zero", HIGH, true, "has no address"},
    [RULE_INTERVAL_ZERO] = {"interval-zero", CRIT, true, "interval 0: backups would storm"},
    [RULE_BAD_SOURCE] = {"bad-source", HIGH, true, "a source that no machine can have"},
    [RULE_NOT_VRRP] = {"not-vrrp", INFO, true, "looked like VRRP, and is something else"},
    [RULE_V6_CHECKSUM_NOPSEUDO] = {"v6-checksum-nopseudo", HIGH, true, "IPv6 without pseudo-header in the checksum"},
    [RULE_V6_FIRST_NOT_LL] = {"v6-first-not-ll", HIGH, true, "the first IPv6 address is not link-local"},
    [RULE_V6_SRC_NOT_LL] = {"v6-src-not-ll", HIGH, true, "the source is not link-local"},
    [RULE_TRAILING_BYTES] = {"trailing-bytes", LOW, true, "bytes behind the message"},
    [RULE_RESERVE_NONZERO] = {"reserve-nonzero", LOW, true, "reserved bits are set"},
    [RULE_AUTH_DATA_NONZERO] = {"auth-data-nonzero", LOW, true, "authentication data without authentication"},
    [RULE_WRONG_DST_MAC] = {"wrong-dst-mac", MED, true, "multicast to a MAC address that is not the group's"},
    [RULE_WRONG_DST_IP] = {"wrong-dst-ip", MED, true, "multicast to another group"},
    [RULE_UNICAST_VRRP] = {"unicast-vrrp", INFO, true, "sent to one machine, not to the group"},
    [RULE_FRAGMENTED_ADVERT] = {"fragmented-advert", MED, true, "an IP fragment"},

    [RULE_GARP_NONACTIVE] = {"garp-nonactive", CRIT, true, "a stranger announces the address"},
    [RULE_ARP_REPLY_NONACTIVE] = {"arp-reply-nonactive", CRIT, true, "a stranger answers for the address"},
    [RULE_VIP_PHYSICAL_MAC] = {"vip-physical-mac", MED, true, "the address is announced with the card's own MAC"},
    [RULE_NA_FLAGS_WRONG] = {"na-flags-wrong", LOW, true, "a Neighbor Advertisement with the wrong flags"},
    [RULE_MISSING_GARP] = {"missing-garp", HIGH, false, "an address was not announced after a takeover"},
};
/* clang-format on */

static const char *const severities[] = {
    [SEVERITY_INFO] = "info", [SEVERITY_LOW] = "low",   [SEVERITY_MED] = "med",
    [SEVERITY_HIGH] = "high", [SEVERITY_CRIT] = "crit",
};

const char *severity_name(enum severity s)
{
    return severities[s];
}

bool severity_parse(struct span word, enum severity *out)
{
    for (size_t i = 0; i < nitems(severities); i++) {
        if (span_is(word, severities[i])) {
            *out = (enum severity)i;
            return true;
        }
    }
    return false;
}
