/* What vrrp-track watches: the words of a `watch` line, the same in a file and as operands. A value is parsed and checked
 * here, once. Pure. */
#ifndef CORE_WATCH_H
#define CORE_WATCH_H

#include "core/config.h"

enum { WATCH_TEXT = 1024, WATCHES_MOST = 256 };

enum watch_kind {
    WATCH_LINK,    /* text: an interface: up, and with a carrier */
    WATCH_ADDRESS, /* prefix.ip is on an interface and usable */
    WATCH_ROUTE,   /* to exactly prefix, and it leads somewhere */
    WATCH_PROCESS, /* text: the name of a process */
    WATCH_CMDLINE, /* text: its arguments, each with its NUL */
    WATCH_FILE,    /* text: a path; it is there, and may hold a number */
    WATCH_KINDS,
};
const char *watch_kind_name(enum watch_kind k); /* and the key */

struct watch {
    char name[NAME_TEXT]; /* default KIND:WHAT */
    enum watch_kind kind;
    char text[WATCH_TEXT];
    size_t length; /* of WATCH_CMDLINE, with all its NULs */
    struct prefix prefix;
    char ifname[IFNAME_TEXT]; /* address, route: there only; "": anywhere */
    struct ip via;            /* route: of this gateway; family 0: any, or none */
    uint32_t table;           /* route: default 254, main */
    uint32_t least, most;     /* processes, default 1 and UINT32_MAX */
    bool bounded;             /* file: it is up while its number is one of */
    int32_t from, to;
    usec rise, fall; /* it has to be up, or down, for so long before that is told; default 0 */
};

/* l is a `watch` line (its event is not looked at). An unknown key, a wrong value, none or two kinds: false. */
bool watch_parse(struct watch *out, const struct line *l, struct config_error *error);

/* From what is seen of it to what is told. The first that is seen counts at once. */
struct watch_state {
    bool known, up; /* what is told */
    bool has_value;
    int32_t value;
    bool against;  /* the opposite is seen, */
    instant since; /* since then */
};
enum watch_news { WATCH_SAME, WATCH_VALUE, WATCH_UP, WATCH_DOWN };
/* value: NULL: it has none. Of something down none is told. */
enum watch_news watch_seen(struct watch_state *s, const struct watch *w, bool up, const int32_t *value, instant now);
/* When to look again though nothing happens: rise or fall is over. INSTANT_NEVER: it waits for neither. */
instant watch_deadline(const struct watch_state *s, const struct watch *w);

/* What a file says: a number at its head, behind blanks, with a blank or nothing behind it. What is beyond an int32_t is
 * its nearest. False: none. */
bool watch_number(const char *bytes, size_t length, int32_t *out);

#endif
