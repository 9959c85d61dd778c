/* cksum=auto: which checksum form a VRRPv3 router for IPv4 sends. RFC 5798 was read both ways and RFC 9568 says message
 * only, but peers on Linux take only the pseudo-header form by default. So: pseudo, until it is plain that the peers
 * use the message form; then message, until restart. Never once a peer was heard that uses pseudo only. Pure. */
#ifndef CORE_FORM_H
#define CORE_FORM_H

#include "core/packet.h"

struct form_choice {
    enum cksum_form form; /* what to send now: CKSUM_PSEUDO or CKSUM_MESSAGE */
    bool automatic;
    bool pseudo_heard;
    bool mixed_reported;
    struct ip run_src;   /* the Active that we follow, */
    unsigned run;        /* and how many adverts in a row it sent in message form */
    bool lower_speaks;   /* while active: a lower speaker in message form, */
    struct ip lower_src; /* this one, */
    instant lower_since; /* since then, */
    instant lower_last;  /* and last here */
};

enum form_speaker {
    FORM_ACTIVE, /* we are backup, and it is the Active that we follow */
    FORM_LOWER,  /* we are Active */
    FORM_ANY,    /* neither: what it cannot hear counts, what it uses is followed by nobody */
};
enum form_change { FORM_SAME, FORM_NOW_MESSAGE, FORM_MIXED };

/* configured: CKSUM_NONE is auto. IPv6 is always pseudo, v2 always message. */
void form_init(struct form_choice *c, uint8_t version, uint8_t af, enum cksum_form configured);
/* An advertisement of this virtual router that passed every check. FORM_MIXED once: peers of both kinds are here,
 * or one that cannot hear the form that was configured. */
enum form_change form_heard(struct form_choice *c, instant at, enum cksum_form form, enum form_speaker who,
                            const struct ip *src, usec interval);

#endif
