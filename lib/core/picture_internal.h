/* Shared by the picture's own files; nobody else includes it. */
#ifndef CORE_PICTURE_INTERNAL_H
#define CORE_PICTURE_INTERNAL_H

#include "core/page.h"
#include "core/picture.h"

#define PX(pixels) ((int64_t)((pixels)*1000))

enum {
    MARGIN = 16,
    PLOT_X = 212,
    PLOT_WIDTH = PICTURE_WIDTH - PLOT_X - 28,
    NAME_WIDTH = PLOT_X - MARGIN - 12,
    LANES_Y = 84,
    LANE_HEIGHT = 46,
    LANE_STEP = 52,
    BAR_Y = 4, /* within a lane */
    BAR_HEIGHT = 18,
    BAR_BASE = 17, /* the base line of a text in it */
    ADVERTS_Y = 26,
    ADVERTS_HEIGHT = 9,
    MARKS_Y = 41,
    MARK_SIZE = 4, /* from its middle */
    TEXT_GAP = 6,  /* between texts */
};

#define TEXT_OF(buffer) ((struct text){.at = (buffer), .size = sizeof(buffer)})

/* picture.c */
struct shape *picture_add(struct picture *p, enum shape_kind kind, enum shape_style style); /* NULL: no place */
void picture_rect(struct picture *p, enum shape_style style, int64_t x, int64_t y, int64_t width, int64_t height,
                  const char *title);
void picture_line(struct picture *p, enum shape_style style, int64_t x, int64_t y, int64_t width, int64_t height,
                  const char *title);
int64_t picture_lane_y(int lane);
int64_t picture_lanes_end(const struct picture *p);
int picture_lane(const struct picture *p, const struct ip *ip); /* -1: it has none */

/* picture_label.c: texts never touch each other. */
void picture_text(struct picture *p, enum shape_style style, enum anchor anchor, int64_t x, int64_t y, int64_t room,
                  const char *text); /* shortened to the room that it has */
/* Only if there is nothing: no text, no bar but the one that begins at x. */
bool picture_try_text(struct picture *p, enum shape_style style, enum anchor anchor, int64_t x, int64_t y,
                      const char *text);
bool picture_is_free(const struct picture *p, int64_t x, int64_t y, int64_t width, int64_t height);

/* picture_lanes.c, picture_axis.c */
void picture_lanes(struct picture *p);
void picture_small_marks(struct picture *p); /* adverts, announcements */
void picture_reigns(struct picture *p);
void picture_axis(struct picture *p);
void picture_legend(struct picture *p);

/* picture_adverts.c: their path, where they go by the shape */
void picture_write_adverts(struct page *page, const struct picture *p, const struct shape *s);

#endif
