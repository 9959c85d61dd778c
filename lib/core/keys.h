/* The events of vrrp-events(5), the keys of each in the order of that page, and what kind of value each key has. Programs
 * that have to know this of every event ask here: vrrp-json, vrrp-pick --set. A new key is a row in keys.c. Pure. */
#ifndef CORE_KEYS_H
#define CORE_KEYS_H

#include "core/line.h"

enum value_kind {
    KIND_TEXT,     /* also a word, and what is of no kind below */
    KIND_NUMBER,   /* decimal digits */
    KIND_VERSION,  /* the same, or 2+3 */
    KIND_INTEGER,  /* the same, or behind a minus */
    KIND_DURATION, /* 1s 100ms 250us */
    KIND_MEASURED, /* a duration that was measured: 3.412187s */
    KIND_STEADY,   /* seconds on the steady clock: 52.094127 */
    KIND_YES_NO,
    KIND_ADDRESS, /* IPv4 or IPv6, without a length */
    KIND_MAC,
    KIND_LIST, /* of texts */
    KIND_GARP, /* count,delay,count */
};

struct event_key {
    const char *name;
    enum value_kind kind;
};

struct event_keys {
    const char *event;
    const struct event_key *keys;
    size_t count;
};

/* All events; *count is how many. */
const struct event_keys *events_known(size_t *count);
/* NULL: an event that is not known here. */
const struct event_keys *event_find(struct span event);
/* The place of a key among those of its event; e->count when it is none of them. `from`: where to look first, such as
 * behind the key before it, for lines keep the order. */
size_t event_key_place(const struct event_keys *e, struct span key, size_t from);
/* Can the value stand for such a key? A value of KIND_TEXT and KIND_LIST always can. */
bool value_fits(enum value_kind kind, struct span value);
/* The place of seg, host, if, vlan, af, vrid, which name what a line is about: they stand first in every event.
 * IDENTITY_KEYS: it is none of them. */
enum { IDENTITY_KEYS = 6 };
size_t identity_key_place(struct span key);

#endif
