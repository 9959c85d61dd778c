#include "core/picture_internal.h"

#include "core/explain_text.h"

struct shape *picture_add(struct picture *p, enum shape_kind kind, enum shape_style style)
{
    if (p->count == PICTURE_SHAPES) {
        p->cut = true;
        return NULL;
    }
    struct shape *s = &p->shapes[p->count++];
    s->kind = kind;
    s->style = style;
    s->anchor = ANCHOR_START;
    s->speaker = NULL;
    s->text[0] = s->title[0] = '\0';
    return s;
}

static struct shape *add_box(struct picture *p, enum shape_kind kind, enum shape_style style, int64_t x, int64_t y,
                             const char *title)
{
    struct shape *s = picture_add(p, kind, style);

    if (!s)
        return NULL;
    struct text t = TEXT_OF(s->title);
    text_word(&t, title);
    s->x = x;
    s->y = y;
    return s;
}

void picture_rect(struct picture *p, enum shape_style style, int64_t x, int64_t y, int64_t width, int64_t height,
                  const char *title)
{
    struct shape *s = add_box(p, SHAPE_RECT, style, x, y, title);

    if (!s)
        return;
    s->width = width;
    s->height = height;
}

void picture_line(struct picture *p, enum shape_style style, int64_t x, int64_t y, int64_t width, int64_t height,
                  const char *title)
{
    struct shape *s = add_box(p, SHAPE_LINE, style, x, y, title);

    if (!s)
        return;
    s->width = width;
    s->height = height;
}

/* --- Where time and routers are. --- */

int64_t picture_x(const struct picture *p, instant at)
{
    usec span = p->to.us - p->from.us, past = at.us - p->from.us;

    if (past <= 0)
        return PX(PLOT_X);
    if (past >= span)
        return PX(PLOT_X + PLOT_WIDTH);
    while (span > INT64_MAX / PX(PLOT_WIDTH)) {
        span /= 2;
        past /= 2;
    }
    return PX(PLOT_X) + past * PX(PLOT_WIDTH) / span;
}

int64_t picture_lane_y(int lane)
{
    return PX(LANES_Y + lane * LANE_STEP);
}

int64_t picture_lanes_end(const struct picture *p)
{
    return picture_lane_y(p->router->speaker_count - 1) + PX(LANE_HEIGHT);
}

int picture_lane(const struct picture *p, const struct ip *ip)
{
    for (int i = 0; i < p->router->speaker_count; i++) {
        if (ip_equal(&p->router->speakers[i]->src, ip))
            return i;
    }
    return -1;
}

/* --- All of it. --- */

static void set_range(struct picture *p)
{
    const struct timeline *t = p->timeline;
    usec span = t->last.us - t->first.us;

    if (span < MILLISECOND)
        span = SECOND;
    p->from.us = t->first.us - span / 100;
    p->to.us = t->first.us + span + span / 100;
}

static void heading(struct picture *p)
{
    char title[640] = "", note[256] = "";
    struct text t = TEXT_OF(title), n = TEXT_OF(note);

    text_router(&t, p->router);
    picture_text(p, STYLE_TITLE, ANCHOR_START, PX(MARGIN), PX(28), PX(PICTURE_WIDTH - 2 * MARGIN), title);
    text_day(&n, &p->calendar, p->timeline->first);
    text_word(&n, " ");
    struct calendar undated = {.format_time = p->calendar.format_time};
    text_moment(&n, &undated, p->timeline->first, 0);
    text_word(&n, " to ");
    text_moment(&n, &p->calendar, p->timeline->last, 0);
    text_word(&n, ", ");
    text_span_of_time(&n, p->timeline->last.us - p->timeline->first.us);
    text_word(&n, "; ");
    text_u64(&n, p->router->adverts);
    text_word(&n, p->router->adverts == 1 ? " advert of " : " adverts of ");
    text_u64(&n, (uint64_t)p->router->speaker_count);
    text_word(&n, p->router->speaker_count == 1 ? " router" : " routers");
    picture_text(p, STYLE_NOTE, ANCHOR_START, PX(MARGIN), PX(47), PX(PICTURE_WIDTH - 2 * MARGIN), note);
}

void picture_lay_out(struct picture *p, const struct timeline *t, const struct timeline_router *r,
                     const struct calendar *c)
{
    p->timeline = t;
    p->router = r;
    p->calendar = *c;
    p->count = 0;
    p->cut = false;
    set_range(p);
    heading(p);
    picture_lanes(p);
    picture_axis(p);
    picture_reigns(p);
    picture_legend(p);
}
