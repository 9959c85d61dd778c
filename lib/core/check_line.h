/* A `check` line: a command that vrrp-check is to run. A value is parsed and checked here, once. Pure. */
#ifndef CORE_CHECK_LINE_H
#define CORE_CHECK_LINE_H

#include "core/config.h"

enum { CHECK_COMMAND = 2048, CHECK_WORDS = 64 };

struct check_line {
    char name[NAME_TEXT];
    char command[CHECK_COMMAND]; /* each word with its NUL */
    size_t words;                /* 1..CHECK_WORDS */
    usec interval, timeout;      /* default 1 s, and the interval */
    unsigned rise, fall;         /* default 1 */
};

/* l is a `check` line (its event is not looked at). An unknown key, a wrong value, a missing name or command: false. */
bool check_line_parse(struct check_line *out, const struct line *l, struct config_error *error);

#endif
