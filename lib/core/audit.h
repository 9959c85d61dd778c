/* The audit: lines of what was heard in, findings out. Rules are in core/audit_rules.h, what they mean for people in
 * vrrp-audit-rules(7).
 *
 * A virtual router is told apart as in core/observer.h: by all of where it was heard (seg, host, if, vlan), family and
 * VRID. A speaker of it is a source address and a source MAC address. Both directions count. An advertisement that says
 * what the last one of its speaker said, less than 1 ms later, is that one seen twice (mirror ports, bridges).
 *
 * Time is that of the lines, and never goes back: a line up to 2 s older than the one before is taken as of that one's
 * time; where lines go further back, and where a `clock` line says that the wall clock was set, time goes on from where
 * it was. What was lost (`lost`, a step of time, a link that went down) makes no silence.
 *
 * Findings are folded: of one rule about one speaker of one virtual router the first is told at once, and while it goes
 * on a summary every 60 s; what was not there for 60 s has ended. More than 32 different ones of a rule in 60 s are one
 * finding about many.
 *
 * Everything has a fixed size: 4096 virtual routers with 16 speakers each, 16384 addresses, 2048 findings that go on.
 * Then the longest silent make room, those that were heard least first; hash keys are secret, so that nobody can choose
 * who falls together. */
#ifndef CORE_AUDIT_H
#define CORE_AUDIT_H

#include "core/audit_rules.h"
#include "core/event.h"
#include "core/policy.h"
#include "core/siphash.h"

enum audit_value_kind { VALUE_NONE, VALUE_NUMBER, VALUE_DURATION, VALUE_SECONDS, VALUE_WORD, VALUE_IP, VALUE_MAC };

enum { AUDIT_LEARNED_SRCS = 16 };

/* Evidence: one value of some type. */
struct audit_value {
    enum audit_value_kind kind;
    union {
        uint64_t number;
        usec time;        /* VALUE_DURATION: as configured; VALUE_SECONDS: measured */
        const char *word; /* of ours, not escaped; lives for ever */
        struct ip ip;
        struct mac mac;
    };
};

struct finding {
    enum audit_rule rule;
    enum severity severity;
    struct origin origin; /* seg host if vlan */
    uint8_t af;           /* 0: unknown */
    bool has_vrid;
    uint8_t vrid;
    struct ip src; /* whose packet it is; family 0: not about one */
    bool has_smac, has_mac;
    struct mac smac;
    struct ip peer;                    /* the other router, when two are meant */
    struct ip ip;                      /* the address that it is about */
    struct mac mac;                    /* who announces it */
    const char *what;                  /* words of ours with - between; NULL: none */
    struct audit_value value, against; /* what was seen, and what should be, or was before, or the other one has */
    usec hold;                         /* its own: it goes on if it comes again in this time, at least 60 s */
};

/* What is told of a finding: at once (n 1), every 60 s while it goes on (n above 1), and when it has ended. */
struct audit_alert {
    struct finding finding;
    uint64_t n; /* how often, since it began */
    stamp first, last;
    bool many;    /* so many that they are not told one by one; of the finding only the rule and the severity count */
    bool cleared; /* a state that has ended */
};

typedef void audit_report(void *context, stamp at, const struct audit_alert *alert);
void write_alert(struct writer *w, stamp t, const struct audit_alert *alert);

struct audit_options {
    const struct policy *policy; /* NULL: none. Outlives the audit, which marks what of it was heard */
    enum severity least;         /* what is less is not told, and costs less */
    struct siphash_key key;      /* random */
    audit_report *report;        /* must not call back */
    void *context;
};

struct audit;
struct audit *audit_new(const struct audit_options *options); /* copies them. NULL: out of memory */
void audit_free(struct audit *a);

/* A line. now: its time when it has none of its own. False: a key that it must have is missing or wrong, *where is its
 * name; nothing came of it. Events that an audit does not read are fine. */
bool audit_line(struct audit *a, const struct line *l, stamp now, const char **where);
/* Without a line so much time has gone by since the last one. */
void audit_moment(struct audit *a, usec since_last);
/* After how much time since the last line audit_moment has something to tell, if no line comes. INT64_MAX: never. */
usec audit_due(const struct audit *a);
/* Input has ended: what was never heard, and the last summaries. now: the time if no line had any. */
void audit_end(struct audit *a, stamp now);

/* What was heard of one virtual router. Lists are in order. */
struct audit_learned {
    struct origin origin; /* seg host if vlan */
    uint8_t af, vrid;
    uint8_t versions; /* bits 1 << 2 and 1 << 3 */
    uint8_t prio_low, prio_high;
    size_t src_count, mac_count, ip_count;
    struct ip srcs[AUDIT_LEARNED_SRCS], ips[POLICY_VALUES];
    struct mac macs[AUDIT_LEARNED_SRCS];
};
/* Calls back for each, in order of seg, host, if, vlan, af, vrid. False: out of memory. */
typedef void audit_learn_report(void *context, const struct audit_learned *learned);
bool audit_learn(const struct audit *a, audit_learn_report *report, void *context);
/* The line of a policy that allows just that. Its TIME is 0: a policy needs none. */
void write_allow(struct writer *w, const struct audit_learned *learned);
/* Virtual routers, speakers or addresses were forgotten because there was no room: what was learned is not all. */
bool audit_forgot(const struct audit *a);

#endif
