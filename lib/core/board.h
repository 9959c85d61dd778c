/* The board: what is known of each virtual router from the lines of a source, for a screen. Adverts are judged by the
 * observer, so who is Active, and why, is what vrrp-elect says; `elected` and `vacant` lines count where there are no
 * adverts. Everything is of fixed size: of more virtual routers the longest untold makes room, of speakers the longest
 * silent, of changes and alerts the oldest. About 4 kB a virtual router. Pure.
 *
 * Time is that of the lines, on their source's steady clock where `clock` lines tell it, so that a step of the wall clock
 * makes no advert late. It never goes back. How long ago something was is counted from board_now. */
#ifndef CORE_BOARD_H
#define CORE_BOARD_H

#include "core/audit_rules.h"
#include "core/event.h"
#include "core/observer.h"

enum {
    BOARD_ROUTERS = 4096,
    BOARD_SPEAKERS = 16, /* these four of each virtual router */
    BOARD_CHANGES = 16,
    BOARD_ALERTS = 8,
    BOARD_ADDRESSES = 8,
    RULE_TEXT = 32,
    ALERT_TEXT = 160,
};

/* Who was heard for a virtual router, and the last that it said. */
struct board_speaker {
    struct ip src;
    uint8_t version, prio; /* prio 0: it resigned */
    usec interval;
    bool has_cksum, has_auth, out; /* out: this machine itself */
    enum cksum_form cksum;
    enum auth_type auth;
    instant last;
    uint64_t adverts;
    usec jitter;     /* running mean of |gap - interval|, each new one a sixteenth as in RFC 3550 6.4.1 */
    uint64_t gaps;   /* that went into it */
    uint64_t missed; /* adverts that did not come between two that did, at most two in a row */
};

struct board_change {
    instant at;
    stamp time;
    bool elected; /* else vacant */
    bool has_gap;
    uint8_t prio;
    enum elected_why why;
    struct ip active, was; /* family 0: nobody */
    usec gap;
};

struct board_alert {
    stamp time;
    instant at;
    enum severity severity;
    char rule[RULE_TEXT];  /* as it stands in the line: plain text */
    char text[ALERT_TEXT]; /* its other keys, the same; cut when there are more */
};

struct board_router {
    struct origin origin; /* seg host if vlan */
    uint8_t af, vrid;
    uint64_t serial;  /* no other has had it */
    struct ip active; /* family 0: nobody known */
    bool vacant;
    bool heard;   /* there were adverts; else what follows but speakers is from other lines */
    uint8_t prio; /* of the Active when it was elected */
    bool has_own; /* this machine takes part, and in this state: from `state` lines */
    enum router_state own;
    uint8_t address_count; /* of the last advert; the first of them: */
    struct ip addresses[BOARD_ADDRESSES];
    size_t speaker_count;
    struct board_speaker speakers[BOARD_SPEAKERS];
    uint64_t told;    /* elected and vacant so far; the newest BOARD_CHANGES of them are there */
    uint64_t changes; /* those of them that were a change: all but the very first */
    struct board_change ring[BOARD_CHANGES];
    uint64_t alert_count;
    enum severity worst; /* of those alerts */
    struct board_alert alerts[BOARD_ALERTS];
    uint64_t bad; /* packets that were no valid advertisement */
    /* below: the board's */
    struct board_router *next, *newer, *older;
    uint32_t hash;
};

struct board_totals {
    size_t routers, vacant;
    uint64_t lines, adverts, bad, lost, changes;
    uint64_t alerts; /* all, also those that name no virtual router */
    uint64_t news;   /* grows when something has changed that is to be seen at once */
};

/* Owns its routers, which last until board_free or until board_line makes room. */
struct board;
struct board *board_new(void); /* NULL: out of memory */
void board_free(struct board *b);
/* Any line; those that it does not know only move its time. arrived: our steady clock when it was read. False: a key is
 * missing or wrong, *where is its name, and nothing but the time was taken of it. */
bool board_line(struct board *b, const struct line *l, instant arrived, const char **where);
/* Time goes on though no line comes, unless they come from a file: reports what became vacant, half a second late, since
 * lines are under way. */
void board_pass(struct board *b, instant steady);
/* The input has ended: so has time. */
void board_stop(struct board *b);
/* The time of the newest line, and of a live source what has gone by since it came. */
instant board_now(const struct board *b, instant steady);
/* How long no line has come; 0 of a file, and when the input has ended. */
usec board_silence(const struct board *b, instant steady);
bool board_time(const struct board *b, stamp *out); /* TIME of the newest line; false: none had one */

const struct board_totals *board_totals(const struct board *b);
const struct board_router *board_first(const struct board *b); /* the one that was told of last; NULL: none */
const struct board_router *board_next(const struct board_router *r);
/* NULL when there is none, or it is not among the speakers any more. */
const struct board_speaker *board_active(const struct board_router *r);
/* How many speak beside the Active: within their last three intervals, and not just because it took over from them. */
size_t board_rivals(const struct board_router *r, instant now);
/* The newest is 0; NULL: there are no more. */
const struct board_change *board_change(const struct board_router *r, size_t index);
const struct board_alert *board_alert(const struct board_router *r, size_t index);

#endif
