/* Who was Active, and what was between one and the next. Bars first, so that labels find what room is left. */
#include "core/picture_internal.h"

enum { LEAST_WIDTH = 1, INSIDE = 5 /* from the edge of a bar to its text */, NUMBER_BASE = 74 };

/* A stretch of time in a lane, with what it is called: in full, and in short. */
struct stretch {
    enum shape_style style, text_style;
    int lane;
    instant from, to;
    const char *what;
    uint64_t number; /* of the reign; 0: none */
};

static void stretch_title(struct text *t, const struct picture *p, const struct stretch *s)
{
    char ip[IP_TEXT];

    ip_format(ip, &p->router->speakers[s->lane]->src);
    text_word(t, ip);
    text_word(t, ": ");
    text_word(t, s->what);
    text_word(t, " for ");
    text_span_of_time(t, s->to.us - s->from.us);
    text_word(t, ", ");
    text_moment(t, &p->calendar, s->from, 3);
    text_word(t, " to ");
    text_moment(t, &p->calendar, s->to, 3);
    if (s->number > 0) {
        text_word(t, ", reign ");
        text_u64(t, s->number);
    }
}

static void draw_stretch(struct picture *p, const struct stretch *s)
{
    int64_t x = picture_x(p, s->from), width = picture_x(p, s->to) - x;
    char title[PICTURE_TITLE] = "";
    struct text t = TEXT_OF(title);

    stretch_title(&t, p, s);
    picture_rect(p, s->style, x, picture_lane_y(s->lane) + PX(BAR_Y), width < PX(LEAST_WIDTH) ? PX(LEAST_WIDTH) : width,
                 PX(BAR_HEIGHT), title);
}

/* In the bar, in full or in short; or behind it, where the lane is free. */
static void label_stretch(struct picture *p, const struct stretch *s)
{
    int64_t x = picture_x(p, s->from), end = picture_x(p, s->to), y = picture_lane_y(s->lane);
    char full[PICTURE_LABEL] = "", brief[PICTURE_LABEL] = "";
    struct text f = TEXT_OF(full), b = TEXT_OF(brief);

    text_word(&f, s->what);
    text_word(&f, " ");
    text_span_of_time(&f, s->to.us - s->from.us);
    text_span_of_time(&b, s->to.us - s->from.us);
    const char *const words[] = {full, brief};
    for (size_t i = 0; i < nitems(words); i++) {
        if (picture_text_width(words[i], s->text_style) + PX(2 * INSIDE) > end - x)
            continue;
        picture_try_text(p, s->text_style, ANCHOR_START, x + PX(INSIDE), y + PX(BAR_BASE), words[i]);
        return;
    }
    if (s->style == STYLE_REIGN)
        return;
    int64_t width = picture_text_width(full, s->text_style);
    if (end + PX(2 * INSIDE) + width < PX(PLOT_X + PLOT_WIDTH) &&
        picture_is_free(p, end + PX(INSIDE), y + PX(BAR_Y), width + PX(INSIDE), PX(BAR_HEIGHT)))
        picture_try_text(p, s->style == STYLE_BESIDE ? STYLE_BEHIND_BESIDE : STYLE_BEHIND, ANCHOR_START,
                         end + PX(INSIDE), y + PX(BAR_BASE), full);
}

/* --- Which stretches there are. --- */

typedef void stretch_do(struct picture *p, const struct stretch *s);

/* Before a reign: from where the old one was last heard, or resigned. */
static bool silence_before(const struct picture *p, const struct reign *r, struct stretch *s)
{
    const struct failover *f = &r->how;
    bool resigned = f->t0.us != INSTANT_NEVER.us;
    instant from = resigned ? f->t0 : f->t1;

    *s = (struct stretch){STYLE_SILENCE, STYLE_ON_SILENCE, picture_lane(p, &f->was.ip), from, f->t2, "silent", 0};
    if (resigned)
        s->what = "resigned";
    return s->lane >= 0 && !f->was_vacant && !failover_unseen(f) && !f->beside && from.us < f->t2.us &&
           (f->why == ELECTED_TIMED_OUT || f->why == ELECTED_RESIGNED);
}

/* After the last one, if that fell silent. */
static bool silence_after(const struct picture *p, const struct reign *r, struct stretch *s)
{
    instant end = p->timeline->last;

    *s = (struct stretch){STYLE_SILENCE, STYLE_ON_SILENCE, picture_lane(p, &r->who), r->to, end, "silent", 0};
    if (r->resigned)
        s->what = "resigned";
    return r->end == REIGN_GOES_ON && s->lane >= 0 &&
           (r->resigned || end.us - r->to.us > r->how.now.manner.interval * 3 / 2) && end.us > r->to.us;
}

/* The old one spoke on, but too briefly to be counted among those who spoke beside another. */
static bool spoke_on(const struct picture *p, const struct reign *r, struct stretch *s)
{
    const struct failover *f = &r->how;

    *s = (struct stretch){STYLE_BESIDE, STYLE_ON_BAR, picture_lane(p, &f->was.ip), f->t2, f->was_after, "spoke on", 0};
    if (s->lane < 0 || f->was_after.us == INSTANT_NEVER.us || f->was_after.us <= f->t2.us)
        return false;
    for (int i = 0; i < p->router->besides_kept; i++) {
        const struct beside *b = &p->router->besides[i];

        if (b->from.us == f->t2.us)
            return false;
    }
    return true;
}

static void each_stretch(struct picture *p, stretch_do *what)
{
    const struct timeline_router *router = p->router;
    int count = timeline_reigns(router);
    struct stretch s;

    for (int i = 0; i < count; i++) {
        const struct reign *r = timeline_reign(router, i);

        s = (struct stretch){STYLE_REIGN, STYLE_ON_BAR, picture_lane(p, &r->who), r->from, r->to,
                             "Active",    r->number + 1};
        if (s.lane >= 0)
            what(p, &s);
        if (silence_before(p, r, &s))
            what(p, &s);
        if (spoke_on(p, r, &s))
            what(p, &s);
        if (i == count - 1 && silence_after(p, r, &s))
            what(p, &s);
    }
    for (int i = 0; i < router->besides_kept; i++) {
        const struct beside *b = &router->besides[i];

        s = (struct stretch){STYLE_BESIDE, STYLE_ON_BAR, picture_lane(p, &b->who), b->from, b->to, "two Actives", 0};
        if (s.lane >= 0)
            what(p, &s);
    }
}

/* --- Bands over all lanes. --- */

/* lane: where its name is written. */
static void band(struct picture *p, enum shape_style style, instant from, instant to, int lane, const char *what)
{
    int64_t x = picture_x(p, from), width = picture_x(p, to) - x, y = picture_lane_y(0);
    char title[PICTURE_TITLE] = "", text[PICTURE_LABEL] = "";
    struct text t = TEXT_OF(title), l = TEXT_OF(text);

    text_word(&l, what);
    text_word(&l, " ");
    text_span_of_time(&l, to.us - from.us);
    text_word(&t, text);
    text_word(&t, ", ");
    text_moment(&t, &p->calendar, from, 3);
    text_word(&t, " to ");
    text_moment(&t, &p->calendar, to, 3);
    picture_rect(p, style, x, y, width < PX(LEAST_WIDTH) ? PX(LEAST_WIDTH) : width, picture_lanes_end(p) - y, title);
    const char *const words[] = {text, text + strlen(what) + 1};
    const enum shape_style text_style = style == STYLE_FOLDED ? STYLE_NOTE : STYLE_ON_VACANT;
    for (size_t i = 0; i < nitems(words); i++) {
        if (picture_text_width(words[i], text_style) + PX(2 * INSIDE) > width)
            continue;
        picture_try_text(p, text_style, ANCHOR_MIDDLE, x + width / 2, picture_lane_y(lane) + PX(BAR_BASE), words[i]);
        return;
    }
}

static void bands(struct picture *p)
{
    const struct timeline_router *router = p->router;
    int count = timeline_reigns(router);

    for (int i = 0; i < count; i++) {
        const struct reign *r = timeline_reign(router, i), *next = i + 1 < count ? timeline_reign(router, i + 1) : NULL;
        int lane = picture_lane(p, &r->who);
        instant to = next ? next->from : p->timeline->last;

        if (next && next->number != r->number + 1) {
            char what[64] = "";
            struct text t = TEXT_OF(what);

            text_u64(&t, timeline_reigns_folded(router));
            text_word(&t, " reigns left out,");
            band(p, STYLE_FOLDED, r->to, to, 0, what);
        } else if (r->end == REIGN_VACANT) {
            band(p, r->unseen ? STYLE_FOLDED : STYLE_VACANT, r->to, to, lane < 0 ? 0 : lane,
                 r->unseen ? "nobody listened" : "nobody Active");
        }
    }
}

/* --- The moments. --- */

static void takeover(struct picture *p, const struct reign *r)
{
    int was = picture_lane(p, &r->how.was.ip), now = picture_lane(p, &r->who);
    int64_t x = picture_x(p, r->from), top = PX(NUMBER_BASE + 4), bottom;
    char title[PICTURE_TITLE] = "", number[24] = "";
    struct text t = TEXT_OF(title), n = TEXT_OF(number);

    if (now < 0)
        return;
    int64_t first = picture_lane_y(was < 0 || was > now ? now : was) + PX(BAR_Y);
    bottom = picture_lane_y(was > now ? was : now) + PX(BAR_Y + BAR_HEIGHT);
    text_word(&t, "reign ");
    text_u64(&t, r->number + 1);
    text_word(&t, " begins at ");
    text_moment(&t, &p->calendar, r->from, 6);
    picture_line(p, STYLE_MOMENT, x, top, 0, first - top, title);
    picture_line(p, STYLE_TAKEOVER, x, first, 0, bottom - first, title);
    text_u64(&n, r->number + 1);
    picture_try_text(p, STYLE_NUMBER, ANCHOR_MIDDLE, x, PX(NUMBER_BASE), number);
}

static void resign(struct picture *p, const struct ip *who, instant at)
{
    int lane = picture_lane(p, who);
    struct shape *s = lane < 0 ? NULL : picture_add(p, SHAPE_MARK, STYLE_RESIGN);

    if (!s)
        return;
    s->x = picture_x(p, at);
    s->y = picture_lane_y(lane) + PX(BAR_Y + BAR_HEIGHT / 2);
    s->width = s->height = 0;
    struct text t = TEXT_OF(s->title);
    text_word(&t, "resign at ");
    text_moment(&t, &p->calendar, at, 6);
}

void picture_reigns(struct picture *p)
{
    const struct timeline_router *router = p->router;

    bands(p);
    each_stretch(p, draw_stretch);
    picture_small_marks(p);
    for (int i = 0; i < timeline_reigns(router); i++) {
        const struct reign *r = timeline_reign(router, i);

        if (r->number > 0)
            takeover(p, r);
        if (r->how.t0.us != INSTANT_NEVER.us)
            resign(p, &r->how.was.ip, r->how.t0);
        else if (r->resigned && r->end != REIGN_TAKEN)
            resign(p, &r->who, r->to);
    }
    each_stretch(p, label_stretch);
}
