/* The axis of time, and what the colours mean. */
#include "core/picture_internal.h"

#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

enum {
    AXIS_TICK = 5,
    AXIS_BASE = 19,
    LEGEND_Y = 44,
    LEGEND_STEP = 20,
    LEGEND_COLUMNS = 4,
    SWATCH = 16,
    GRID_LINES = 64
};

/* Round to people, so that the labels need not be read. */
static usec step_of(usec least)
{
    static const usec steps[] = {
        MILLISECOND,
        2 * MILLISECOND,
        5 * MILLISECOND,
        10 * MILLISECOND,
        20 * MILLISECOND,
        50 * MILLISECOND,
        100 * MILLISECOND,
        200 * MILLISECOND,
        500 * MILLISECOND,
        SECOND,
        2 * SECOND,
        5 * SECOND,
        10 * SECOND,
        15 * SECOND,
        30 * SECOND,
        MINUTE,
        2 * MINUTE,
        5 * MINUTE,
        10 * MINUTE,
        15 * MINUTE,
        30 * MINUTE,
        HOUR,
        2 * HOUR,
        3 * HOUR,
        6 * HOUR,
        12 * HOUR,
        DAY,
        2 * DAY,
        7 * DAY,
        14 * DAY,
    };

    for (size_t i = 0; i < nitems(steps); i++) {
        if (steps[i] >= least)
            return steps[i];
    }
    usec step = 28 * DAY;
    while (step < least && step < INT64_MAX / 4)
        step *= 2;
    return step;
}

static void axis_label(struct text *t, const struct picture *p, instant at, usec step)
{
    struct calendar c = p->calendar;
    bool midnight = (at.us + calendar_offset(&c, at)) % DAY == 0;
    char whole[64] = "";
    struct text w = TEXT_OF(whole);

    if (step >= DAY || (midnight && c.dated)) {
        text_day(&w, &c, at);
        text_word(t, step >= 28 * DAY || strlen(whole) < 10 ? whole : whole + 5);
        return;
    }
    c.dated = false;
    text_moment(&w, &c, at, step < SECOND ? 3 : 0);
    text_span(t, (struct span){whole, step < MINUTE || strlen(whole) < 5 ? strlen(whole) : 5});
}

void picture_axis(struct picture *p)
{
    int64_t bottom = picture_lanes_end(p) + PX(6), apart = PX(92);
    usec span = p->to.us - p->from.us, step = step_of(span / (PX(PLOT_WIDTH) / apart) + 1);
    usec offset = calendar_offset(&p->calendar, p->from);
    usec first = (p->from.us + offset + step - 1) / step * step - offset;

    picture_line(p, STYLE_AXIS, PX(PLOT_X), bottom, PX(PLOT_WIDTH), 0, "");
    for (int i = 0; i < GRID_LINES && first + i * step <= p->to.us; i++) {
        instant at = {first + i * step};
        int64_t x = picture_x(p, at);
        char label[64] = "";
        struct text t = TEXT_OF(label);

        if (at.us < p->from.us)
            continue;
        axis_label(&t, p, at, step);
        picture_line(p, STYLE_GRID, x, PX(LANES_Y - 4), 0, bottom - PX(LANES_Y - 4), "");
        picture_line(p, STYLE_AXIS, x, bottom, 0, PX(AXIS_TICK), "");
        picture_try_text(p, STYLE_AXIS, ANCHOR_MIDDLE, x, bottom + PX(AXIS_BASE), label);
    }
}

/* --- The legend: of what is there. --- */

static bool is_used(const struct picture *p, enum shape_style style)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->shapes[i].style == style)
            return true;
    }
    return false;
}

static void swatch(struct picture *p, enum shape_style style, int64_t x, int64_t y)
{
    if (style == STYLE_RESIGN || style == STYLE_ANNOUNCE || style == STYLE_FOREIGN) {
        struct shape *s = picture_add(p, SHAPE_MARK, style);

        if (!s)
            return;
        s->x = x + PX(SWATCH / 2);
        s->y = y + PX(6);
        s->width = s->height = 0;
    } else if (style == STYLE_TAKEOVER) {
        picture_line(p, style, x + PX(SWATCH / 2), y, 0, PX(12), "");
    } else if (style == STYLE_ADVERTS) {
        for (int i = 0; i < 4; i++)
            picture_line(p, style, x + PX(2 + 4 * i), y + PX(2), 0, PX(ADVERTS_HEIGHT), "");
    } else {
        picture_rect(p, style, x, y, PX(SWATCH), PX(12), "");
    }
}

void picture_legend(struct picture *p)
{
    static const struct {
        enum shape_style style;
        const char *text;
    } items[] = {
        {STYLE_REIGN, "Active"},
        {STYLE_SILENCE, "silent or resigned, until a takeover"},
        {STYLE_VACANT, "nobody is Active"},
        {STYLE_BESIDE, "speaks though another is Active"},
        {STYLE_FOLDED, "nothing is told of"},
        {STYLE_TAKEOVER, "takeover, number of the reign"},
        {STYLE_RESIGN, "resign"},
        {STYLE_ADVERTS, "adverts, or how many of those due"},
        {STYLE_ANNOUNCE, "announcement of an address"},
        {STYLE_FOREIGN, "announcement by somebody else"},
    };
    const int64_t column = PX((PICTURE_WIDTH - 2 * MARGIN) / LEGEND_COLUMNS);
    int64_t y = picture_lanes_end(p) + PX(LEGEND_Y);
    int n = 0;

    for (size_t i = 0; i < nitems(items); i++) {
        if (!is_used(p, items[i].style))
            continue;
        int64_t x = PX(MARGIN) + n % LEGEND_COLUMNS * column, below = y + PX(n / LEGEND_COLUMNS * LEGEND_STEP);
        swatch(p, items[i].style, x, below);
        picture_text(p, STYLE_AXIS, ANCHOR_START, x + PX(SWATCH + 6), below + PX(10), column - PX(SWATCH + 12),
                     items[i].text);
        n++;
    }
    p->height = y + PX((n + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS * LEGEND_STEP + 12);
}
