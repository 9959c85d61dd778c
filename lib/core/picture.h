/* The picture of one virtual router: a lane for each router, reigns as bars, adverts as ticks, announcements, gaps and
 * overlaps with their names, and an axis of time. Where everything goes is decided here; core/picture_svg.h writes it.
 *
 * Widths of text are estimates for a wide font, so that no label touches another. One for which there is no room is moved
 * or left out, and is still told where the mouse points. Pure. */
#ifndef CORE_PICTURE_H
#define CORE_PICTURE_H

#include "core/moment.h"
#include "core/timeline.h"

enum {
    PICTURE_SHAPES = 2048,
    PICTURE_LABEL = 128,
    PICTURE_TITLE = 224,
    PICTURE_WIDTH = 1200,
};

/* MARK: a small diamond around x,y. ADVERTS: of a speaker, as ticks or as density. */
enum shape_kind { SHAPE_RECT, SHAPE_LINE, SHAPE_TEXT, SHAPE_MARK, SHAPE_ADVERTS };

/* What it shows, which is how it looks. */
enum shape_style {
    STYLE_LANE,     /* the ground of a lane */
    STYLE_GRID,     /* of the axis */
    STYLE_REIGN,    /* Active */
    STYLE_BESIDE,   /* speaks though another is Active */
    STYLE_SILENCE,  /* from the last advert, or the resign, to the takeover */
    STYLE_VACANT,   /* nobody is Active */
    STYLE_FOLDED,   /* reigns that are left out, or nobody listened */
    STYLE_TAKEOVER, /* from the old one to the new one */
    STYLE_MOMENT,   /* of it, up to its number */
    STYLE_RESIGN,
    STYLE_ANNOUNCE,
    STYLE_FOREIGN, /* an announcement with the MAC address of somebody else */
    STYLE_ADVERTS,
    STYLE_TITLE, /* texts: */
    STYLE_NAME,
    STYLE_NOTE,
    STYLE_AXIS,
    STYLE_NUMBER,
    STYLE_ON_BAR,
    STYLE_ON_SILENCE,
    STYLE_ON_VACANT,
    STYLE_BEHIND, /* behind a bar that is too short for it */
    STYLE_BEHIND_BESIDE,
    STYLES,
};

enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

/* Coordinates in thousandths of a pixel. */
struct shape {
    enum shape_kind kind;
    enum shape_style style;
    enum anchor anchor;
    int64_t x, y, width, height; /* LINE: from x,y by width,height; TEXT: x,y is on its base line, by anchor */
    const struct speaker *speaker;
    char text[PICTURE_LABEL];  /* TEXT: printable */
    char title[PICTURE_TITLE]; /* what the mouse tells; "": nothing */
};

struct picture {
    const struct timeline *timeline;
    const struct timeline_router *router;
    struct calendar calendar;
    int64_t height; /* thousandths of a pixel; the width is PICTURE_WIDTH */
    instant from, to;
    bool cut; /* there were more shapes than places */
    size_t count;
    struct shape shapes[PICTURE_SHAPES];
};

/* All of it. The axis is that of the whole timeline, so that pictures can be compared. */
void picture_lay_out(struct picture *p, const struct timeline *t, const struct timeline_router *r,
                     const struct calendar *c);

int64_t picture_x(const struct picture *p, instant at);
int picture_font_size(enum shape_style style); /* of a text, in pixels */
/* What a text takes at most. */
int64_t picture_text_width(const char *text, enum shape_style style);

#endif
