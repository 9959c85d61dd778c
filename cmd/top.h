/* vrrp-top: what its files share. */
#ifndef CMD_TOP_H
#define CMD_TOP_H

#include "cmd/stream.h"
#include "core/board.h"
#include "core/board_detail.h"
#include "core/board_view.h"

enum { FILTER_TEXT = 512, NOTE_TEXT = 512 };

/* A filter and the text that its words point into. */
struct top_filter {
    struct match match;
    char text[FILTER_TEXT]; /* as it was written */
    char words[FILTER_TEXT];
};

struct top {
    struct stream stream;
    struct board *board;
    struct view view;
    struct top_filter filter;
    usec every;  /* between two tables or screens; 0: of tables only the last */
    instant due; /* of the next one */
    struct page page;
};

/* Words with blanks between; none: no filter. False: *wrong is the word, *reason what is wrong with it, and *f is of no
 * use. */
bool top_filter_parse(struct top_filter *f, const char *text, const char **wrong, const char **reason);

/* A line of the input, for stream_user: t is the struct top. */
void top_take_line(void *t, const struct line *l, struct span text);

/* Tables on standard output: one at the end, or one in each interval. */
enum exit_status top_plain(struct top *t);
/* The screen, until q: the terminal is as it was before when it returns, and when the program exits elsewhere. */
enum exit_status top_screen(struct top *t);

/* --- Of the screen. --- */

enum screen_mode { SCREEN_TABLE, SCREEN_DETAIL, SCREEN_HELP };

struct screen {
    struct top *top;
    enum screen_mode mode;
    bool dirty;   /* a key was pressed: draw now */
    bool running; /* whoever ends the program now has a reason, which is in `note` */
    bool ended;   /* the input has */
    bool paused;  /* it stands still, and what it shows is of then */
    bool typing;  /* a filter, which is in `typed` */
    char typed[FILTER_TEXT];
    char note[NOTE_TEXT]; /* what went wrong last; until a key is pressed */
    struct top_filter next;
    uint64_t selected; /* serial of a virtual router; 0: the first */
    size_t index;      /* of it among the rows */
    size_t first;      /* row that is at the top */
    size_t scroll;     /* lines of a page that are above the top, */
    size_t across;     /* and columns that are to the left of it */
    uint64_t news;     /* of the board when it was last drawn */
    instant drawn;
    bool colours;
};

void screen_draw(struct screen *s, instant steady);
size_t screen_rows(void); /* that there is room for */

#endif
