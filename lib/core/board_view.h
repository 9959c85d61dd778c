/* The board as rows of text: which virtual routers, in which order, which columns where there is room for so many. Pure:
 * text goes into the caller's buffer. It is plain: bytes that are not are written %XX, as in a line. */
#ifndef CORE_BOARD_VIEW_H
#define CORE_BOARD_VIEW_H

#include "core/board.h"
#include "core/match.h"
#include "core/text.h"

enum view_column {
    VIEW_WHERE, /* seg: host: if .vlan */
    VIEW_FAMILY,
    VIEW_VRID,
    VIEW_ACTIVE,
    VIEW_PRIO,
    VIEW_EVERY,
    VIEW_AGE,
    VIEW_JITTER,
    VIEW_CHANGES,
    VIEW_SINCE,
    VIEW_HEARD,
    VIEW_OWN,
    VIEW_ALERTS,
    VIEW_ADDRESSES,
    VIEW_COLUMNS,
};

enum {
    VIEW_WIDTH = 1024, /* the longest row, with its NUL */
    VIEW_ALL = 0,      /* as a width: every column that has something to say, as wide as it is */
};

struct view_row {
    const struct board_router *router;
    /* below: its own, while it is sorted */
    enum view_column by;
    bool descending, has_key;
    int64_t key;
};

struct view {
    enum view_column sort; /* starts as VIEW_WHERE */
    bool reverse;
    struct match filter; /* key=VALUE words, see view_filter; all zero: every row */
    size_t count;        /* rows, chosen and in order */
    struct view_row rows[BOARD_ROUTERS];
    /* below: its own */
    unsigned width[VIEW_COLUMNS]; /* of the widest text so far */
    bool filled[VIEW_COLUMNS];
    bool shown[VIEW_COLUMNS];
};

/* Adds a word of a filter, key=VALUE as for vrrp-pick; its text must outlive *m. Its keys are those of a row: seg host if
 * vlan af vrid active prio ver interval src cksum auth ip own why sev rule age jitter gap changes speakers rivals
 * vacant. False: *reason says what is wrong. */
bool view_filter(struct match *m, const char *word, const char **reason);
bool view_matches(const struct match *m, const struct board_router *r, instant now);

/* Chooses and sorts anew; what a row points to lasts until the next board_line. */
void view_update(struct view *v, const struct board *b, instant now);
/* Which columns there are in a row of so many bytes; the rows [first, first + count) are looked at. Columns grow with
 * what is in them, so that they stand still; view_reset lets them shrink. */
void view_fit(struct view *v, size_t first, size_t count, instant now, size_t width);
void view_reset(struct view *v);

/* The titles; the rows. Without blanks at the end; width as in view_fit, and no more bytes than that. Return the length. */
size_t view_titles(const struct view *v, char out[static VIEW_WIDTH], size_t width);
size_t view_row(const struct view *v, size_t index, instant now, char out[static VIEW_WIDTH], size_t width);
/* Where the title of the column that sorts is: false when it is not shown. */
bool view_sorted(const struct view *v, size_t *at, size_t *length);

/* What a row is to be seen by. */
enum view_mood { MOOD_CALM, MOOD_NEW /* it changed within 10 s */, MOOD_LATE, MOOD_VACANT, MOOD_ALERT };
enum view_mood view_mood(const struct board_router *r, instant now);

const char *view_title(enum view_column c); /* "ACTIVE" */
char view_key(enum view_column c);          /* the capital letter that stands for it */
/* A column by its title, in either case, or an unambiguous beginning of it. */
bool view_column_parse(struct span word, enum view_column *out);

/* One cell, and what others write the same way. */
void cell_put(struct text *t, enum view_column c, const struct board_router *r, instant now);
void cell_plain(struct text *t, const char *text); /* any bytes: as in a line */
void cell_where(struct text *t, const struct origin *o);
void cell_ip(struct text *t, const struct ip *ip); /* "-" for none */
void cell_age(struct text *t, usec d);             /* 0.3s 12s 3m05s 2h13m 4d07h */
void cell_fine(struct text *t, usec d);            /* 412us 1.4ms 52ms 1.2s */
void cell_every(struct text *t, usec d);           /* exact: 1s 100ms */

#endif
