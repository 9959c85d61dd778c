/* Filter words: does a line match? Used by vrrp-pick (any event and key) and vrrp-listen (what it prints). Pure.
 *
 * A word is an event (`advert`; several are alternatives) or key=VALUE: VALUE is a comma list of alternatives, each an
 * exact value or a range LOW..HIGH (numbers, durations, addresses; one end may be left out). Values compare by meaning:
 * 1000ms matches 1s, 192.0.2.1 matches only itself, for a list key (ip=, flags=) any item matching is a match.
 * All keys must match; a line without the key does not match. key!=VALUE: the line does not match that.
 *
 * An address without a length matches itself with any length (ip=192.0.2.1 matches a configured 192.0.2.1/24); text is
 * compared with its %XX escapes undone on both sides. The keys `time` (Unix seconds or RFC 3339) and `event` stand for
 * the two words that a line begins with; a line without TIME has no `time`. */
#ifndef CORE_MATCH_H
#define CORE_MATCH_H

#include "core/line.h"

enum { MATCH_WORDS = 32, MATCH_ALTERNATIVES = 256 };

enum match_kind { MATCH_TEXT, MATCH_NUMBER, MATCH_DURATION, MATCH_STAMP, MATCH_ADDRESS, MATCH_PREFIX, MATCH_MAC };

union match_value {
    uint64_t number;
    int64_t time; /* MATCH_DURATION: microseconds; MATCH_STAMP: nanoseconds */
    struct prefix prefix;
    struct mac mac;
};

/* One alternative: LOW..HIGH, both included. An exact value has both ends the same; text has no range. */
struct match_alternative {
    enum match_kind kind;
    struct span text; /* as the operand has it */
    bool has_low, has_high;
    union match_value low, high;
};

struct match_word {
    struct span key, value;
    bool negated;
    uint16_t first, count; /* its alternatives */
};

struct match {
    size_t event_count, word_count, alternative_count;
    struct span events[MATCH_WORDS];
    struct match_word words[MATCH_WORDS];
    struct match_alternative alternatives[MATCH_ALTERNATIVES];
};

/* Adds one operand; its text must outlive *m, which starts as zeros. False: *reason says what is wrong with it. */
bool match_add(struct match *m, const char *operand, const char **reason);
bool match_line(const struct match *m, const struct line *l);

#endif
