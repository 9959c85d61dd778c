/* The layout of pictures (core/picture.h): whatever happened, texts keep apart and all is within. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/explain_html.h"
#include "core/picture.h"
#include "tests/unit/random.h"

#define EPOCH (INT64_C(1795317240) * SECOND)

static struct picture picture;

static size_t format(char out[static STAMP_TEXT], stamp t)
{
    int64_t s = t.ns / 1000000000;

    return (size_t)snprintf(out, STAMP_TEXT, "2026-11-%02dT%02d:%02d:%02d.%09d+00:00", (int)(s / 86400 % 28 + 1),
                            (int)(s / 3600 % 24), (int)(s / 60 % 60), (int)(s % 60), (int)(t.ns % 1000000000));
}

static void hear(struct timeline *t, usec at, uint8_t af, int host, uint8_t prio, const char *ifname)
{
    struct origin from = {.dir = DIR_IN};
    struct advert a = {.has = HAS_IP | HAS_VRID | HAS_PRIO, .af = af, .version = 3, .vrid = 51, .prio = prio};
    static const uint8_t vip[] = {192, 0, 2, 100};

    if (af == 4) {
        a.has |= HAS_SMAC | HAS_ADDRESSES;
        a.smac = (struct mac){{2, 0, 0, 0, 0, (uint8_t)host}};
        a.addresses = vip;
        a.count = 1;
    }
    snprintf(from.ifname, sizeof from.ifname, "%s", ifname);
    a.interval = SECOND;
    a.src = (struct ip){.family = 4, .bytes = {192, 0, 2, (uint8_t)host}};
    if (af == 6)
        a.src = (struct ip){
            .family = 6,
            .bytes = {0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0xab, 0xcd, 0xef, 0x12, 0x34, 0x56, 0x78, (uint8_t)host}};
    timeline_advert(t, (instant){EPOCH + at}, &from, &a);
}

static void lay_out(struct timeline *t)
{
    timeline_end(t);
    struct calendar c = calendar_for(format, t->first, t->last);
    picture_lay_out(&picture, t, t->routers[0], &c);
}

struct box {
    int64_t left, top, right, bottom;
};

static struct box box_of(const struct shape *s)
{
    int64_t width = picture_text_width(s->text, s->style);
    int64_t left = s->anchor == ANCHOR_START ? s->x : s->anchor == ANCHOR_MIDDLE ? s->x - width / 2 : s->x - width;

    return (struct box){left, s->y - picture_font_size(s->style) * INT64_C(1000), left + width, s->y + 3000};
}

static void check_texts(void)
{
    for (size_t i = 0; i < picture.count; i++) {
        if (picture.shapes[i].kind != SHAPE_TEXT)
            continue;
        struct box a = box_of(&picture.shapes[i]);
        assert_true(a.left >= 0 && a.right <= PICTURE_WIDTH * 1000 && a.top >= 0 && a.bottom <= picture.height);
        for (size_t k = 0; k < i; k++) {
            struct box b = box_of(&picture.shapes[k]);

            if (picture.shapes[k].kind != SHAPE_TEXT)
                continue;
            if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
                fail_msg("'%s' touches '%s'", picture.shapes[i].text, picture.shapes[k].text);
        }
    }
}

static void check_all(void)
{
    assert_false(picture.cut);
    check_texts();
    for (size_t i = 0; i < picture.count; i++) {
        const struct shape *s = &picture.shapes[i];

        assert_true(s->x >= 0 && s->y >= 0 && s->width >= 0 && s->height >= 0);
        assert_true(s->kind == SHAPE_TEXT || s->x + s->width <= PICTURE_WIDTH * 1000);
        assert_true(s->y + s->height <= picture.height);
    }
}

/* --- Written. --- */

static struct written {
    size_t bytes, opened, closed;
    char last[16];
} written;

static void look(void *context, struct span piece)
{
    struct written *w = context;

    for (size_t i = 0; i < piece.len; i++) {
        char c = piece.at[i];

        assert_true((c >= ' ' && c <= '~') || c == '\n');
        w->opened += c == '<';
        w->closed += c == '>';
        memmove(w->last, w->last + 1, sizeof w->last - 2);
        w->last[sizeof w->last - 2] = c;
    }
    w->bytes += piece.len;
}

static void check_written(const struct timeline *t)
{
    static struct page page;
    static const char *const ends[] = {"</svg>\n", "</html>\n"};

    for (size_t html = 0; html < nitems(ends); html++) {
        written = (struct written){.bytes = 0};
        page = (struct page){.write = look, .context = &written, .markup = true};
        assert_true(html ? explain_html(&page, t, format) : explain_svg(&page, t, format));
        page_flush(&page);
        assert_true(written.bytes > 1000);
        assert_int_equal(written.opened, written.closed);
        const char *end = written.last + sizeof written.last - 1 - strlen(ends[html]);
        assert_string_equal(end, ends[html]);
    }
}

/* --- Laid out. --- */

static void announce(struct timeline *t, usec at, const char *ifname, int host)
{
    struct origin from = {.dir = DIR_IN};
    struct ip ip = {.family = 4, .bytes = {192, 0, 2, 100}};
    struct mac mac = {{2, 0, 0, 0, 0, (uint8_t)host}};

    snprintf(from.ifname, sizeof from.ifname, "%s", ifname);
    timeline_announce(t, (instant){EPOCH + at}, &from, &ip, host == 0 ? NULL : &mac);
}

/* Any few routers that come and go, over any time. */
static void test_random(void **state)
{
    static const usec lengths[] = {
        0, MILLISECOND, SECOND, 30 * SECOND, 3600 * SECOND, 86400 * SECOND, INT64_C(1) << 50};
    static const char *const names[] = {"eth0", "", "a-name-of-15-by", "\"<&>'%\033\r\n"};
    (void)state;
    random_start("picture");
    for (int run = 0; run < 60; run++) {
        struct timeline *t = timeline_new();
        usec length = lengths[random_range(0, nitems(lengths) - 1)], at = 0;
        uint8_t af = random_bool() ? 4 : 6;
        int adverts = (int)random_range(1, 400), hosts = (int)random_range(1, 40);
        const char *name = names[random_range(0, nitems(names) - 1)];

        assert_non_null(t);
        for (int i = 0; i < adverts; i++) {
            uint8_t prio = random_range(0, 9) == 0 ? 0 : (uint8_t)random_range(1, 254);

            hear(t, at, af, (int)random_range(1, (uint64_t)hosts), prio, name);
            if (random_range(0, 4) == 0)
                announce(t, at, name, (int)random_range(0, (uint64_t)hosts));
            at += (usec)random_range(0, (uint64_t)(2 * length / adverts));
        }
        lay_out(t);
        check_all();
        check_written(t);
        timeline_free(t);
    }
}

static const struct shape *find(enum shape_kind kind, enum shape_style style, const char *text)
{
    for (size_t i = 0; i < picture.count; i++) {
        const struct shape *s = &picture.shapes[i];

        if (s->kind == kind && s->style == style && (!text || strcmp(s->text, text) == 0))
            return s;
    }
    return NULL;
}

static void test_failover(void **state)
{
    struct timeline *t = timeline_new();
    (void)state;

    assert_non_null(t);
    for (int i = 0; i <= 10; i++)
        hear(t, i * SECOND, 4, 2, 150, "eth0");
    for (int i = 0; i <= 10; i++)
        hear(t, 13609375 + i * SECOND, 4, 3, 100, "eth0");
    lay_out(t);
    check_all();
    const struct shape *reign = find(SHAPE_RECT, STYLE_REIGN, NULL), *silence = find(SHAPE_RECT, STYLE_SILENCE, NULL);
    assert_non_null(reign);
    assert_non_null(silence);
    assert_int_equal(reign->x + reign->width, silence->x);
    assert_int_equal(reign->y, silence->y);
    assert_int_equal(silence->x + silence->width, picture_x(&picture, (instant){EPOCH + 13609375}));
    assert_non_null(find(SHAPE_TEXT, STYLE_ON_BAR, "Active 10.0 s"));
    assert_non_null(find(SHAPE_TEXT, STYLE_ON_SILENCE, "silent 3.61 s"));
    assert_non_null(find(SHAPE_TEXT, STYLE_NAME, "192.0.2.2"));
    assert_non_null(find(SHAPE_TEXT, STYLE_NUMBER, "2"));
    assert_null(find(SHAPE_RECT, STYLE_BESIDE, NULL));
    timeline_free(t);
}

/* An hour, whose adverts are too many for ticks, and a second router whose half get lost. */
/* A hole in what was listened to is no silence, and nobody says that nobody was Active. */
static void test_hole(void **state)
{
    struct timeline *t = timeline_new();
    (void)state;

    for (usec s = 0; s <= 10; s++)
        hear(t, s * SECOND, 4, 2, 150, "eth0");
    timeline_begins(t, (instant){EPOCH + 60 * SECOND});
    timeline_tick(t, (instant){EPOCH + 60 * SECOND});
    for (usec s = 60; s <= 70; s++)
        hear(t, s * SECOND, 4, 3, 100, "eth0");
    lay_out(t);
    assert_non_null(find(SHAPE_RECT, STYLE_FOLDED, NULL));
    assert_non_null(find(SHAPE_TEXT, STYLE_NOTE, "nobody listened 50.0 s"));
    assert_null(find(SHAPE_RECT, STYLE_SILENCE, NULL));
    assert_null(find(SHAPE_RECT, STYLE_VACANT, NULL));
    timeline_free(t);
}

static void test_density(void **state)
{
    struct timeline *t = timeline_new();
    (void)state;

    assert_non_null(t);
    for (int i = 0; i < 3600; i++) {
        hear(t, i * SECOND, 4, 2, 150, "eth0");
        if (i % 2 == 0)
            hear(t, i * SECOND + 300 * MILLISECOND, 4, 3, 100, "eth0");
    }
    lay_out(t);
    check_all();
    check_written(t);
    assert_non_null(find(SHAPE_ADVERTS, STYLE_ADVERTS, NULL));
    assert_true(written.bytes < 30000);
    timeline_free(t);
}

static void test_nothing(void **state)
{
    struct timeline *t = timeline_new();
    (void)state;

    assert_non_null(t);
    timeline_end(t);
    check_written(t);
    timeline_free(t);
}

static void test_widths(void **state)
{
    (void)state;
    assert_true(picture_text_width("MMM", STYLE_NOTE) > picture_text_width("iii", STYLE_NOTE));
    assert_true(picture_text_width("a", STYLE_TITLE) > picture_text_width("a", STYLE_NOTE));
    assert_int_equal(picture_text_width("", STYLE_NOTE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random), cmocka_unit_test(test_failover), cmocka_unit_test(test_density),
        cmocka_unit_test(test_hole),   cmocka_unit_test(test_nothing),  cmocka_unit_test(test_widths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
