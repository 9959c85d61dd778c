/* Adverts in a picture: a tick for each where there is room between them, else how many came of those that were due. */
#include "core/picture_internal.h"

enum { STEPS = 4 /* heights of the density */, ROOM = 3 /* pixels between ticks, at the least */ };

/* Where bucket i of a speaker begins. */
static instant bucket_at(const struct picture *p, const struct buckets *b, int i)
{
    return (instant){p->timeline->first.us + ((usec)i << b->shift)};
}

static int used_buckets(const struct picture *p, const struct buckets *b)
{
    usec used = ((p->timeline->last.us - p->timeline->first.us) >> b->shift) + 1;

    return used < BUCKETS ? (int)used : BUCKETS;
}

/* Most neighbours are closer than the eye can tell apart. */
static bool is_dense(const struct picture *p, const struct buckets *b)
{
    int close = 0, apart = 0;
    int64_t last = INT64_MIN / 2;

    for (int i = 0; i < used_buckets(p, b); i++) {
        if (b->count[i] == 0)
            continue;
        int64_t x = picture_x(p, bucket_at(p, b, i));
        if (b->count[i] > 1 || x - last < PX(ROOM))
            close++;
        else
            apart++;
        last = x;
    }
    return close > apart;
}

static void move_to(struct page *page, int64_t x, int64_t y)
{
    page_raw(page, "M");
    page_milli(page, x);
    page_raw(page, " ");
    page_milli(page, y);
}

static void write_ticks(struct page *page, const struct picture *p, const struct shape *s)
{
    const struct buckets *b = &s->speaker->heard;
    usec half = b->shift > 0 ? (usec)1 << (b->shift - 1) : 0;

    for (int i = 0; i < used_buckets(p, b); i++) {
        if (b->count[i] == 0)
            continue;
        move_to(page, picture_x(p, (instant){bucket_at(p, b, i).us + half}), s->y);
        page_raw(page, "v");
        page_milli(page, s->height);
    }
}

static bool is_silent(const struct speaker *s, int i, int n)
{
    for (int k = i < 0 ? 0 : i; k < i + n && k < BUCKETS; k++) {
        if (s->heard.count[k] > 0)
            return false;
    }
    return true;
}

/* 0..STEPS, of the adverts that were due in buckets i .. i + n - 1. Where it begins or ends to speak not all were. */
static int level(const struct picture *p, const struct speaker *s, int i, int n)
{
    uint64_t count = 0;
    usec interval = s->manner.interval > 0 ? s->manner.interval : 1;
    instant from = bucket_at(p, &s->heard, i), to = bucket_at(p, &s->heard, i + n);

    for (int k = i; k < i + n && k < BUCKETS; k++)
        count += s->heard.count[k];
    if (count == 0)
        return 0;
    if (is_silent(s, i - n, n) || is_silent(s, i + n, n))
        return STEPS;
    if (to.us > p->timeline->last.us)
        to = p->timeline->last;
    uint64_t due = to.us > from.us ? (uint64_t)((to.us - from.us) / interval) : 0;
    /* one may be just outside */
    if (count + 1 + due / 8 >= due)
        return STEPS;
    int steps = (int)((count * STEPS + due - 1) / due);
    return steps < STEPS ? steps : STEPS - 1;
}

static void write_density(struct page *page, const struct picture *p, const struct shape *s)
{
    const struct buckets *b = &s->speaker->heard;
    int used = used_buckets(p, b), n = 1;

    while (picture_x(p, bucket_at(p, b, n)) - picture_x(p, bucket_at(p, b, 0)) < PX(ROOM) && n < used)
        n++;
    for (int i = 0; i < used;) {
        int steps = level(p, s->speaker, i, n), end = i + n;

        while (end < used && level(p, s->speaker, end, n) == steps)
            end += n;
        if (steps > 0) {
            int64_t x = picture_x(p, bucket_at(p, b, i));
            int64_t width = picture_x(p, bucket_at(p, b, end < used ? end : used)) - x;
            int64_t height = s->height * steps / STEPS;

            move_to(page, x, s->y + s->height - height);
            page_raw(page, "h");
            page_milli(page, width < PX(1) ? PX(1) : width);
            page_raw(page, "v");
            page_milli(page, height);
            page_raw(page, "h");
            page_milli(page, -(width < PX(1) ? PX(1) : width));
            page_raw(page, "z");
        }
        i = end;
    }
}

void picture_write_adverts(struct page *page, const struct picture *p, const struct shape *s)
{
    bool dense = is_dense(p, &s->speaker->heard);

    page_raw(page, dense ? "<path class=\"density\" d=\"" : "<path class=\"adverts\" d=\"");
    if (dense)
        write_density(page, p, s);
    else
        write_ticks(page, p, s);
    page_raw(page, "\"><title>");
    page_value(page, s->title);
    page_raw(page, "</title></path>\n");
}
