#include "core/picture_internal.h"

int picture_font_size(enum shape_style style)
{
    if (style == STYLE_TITLE)
        return 16;
    return style == STYLE_NAME ? 13 : style == STYLE_NOTE ? 12 : 11;
}

/* In thousandths of the size, of a wide font such as Verdana. */
static int character_width(char c)
{
    if (strchr("ijl.,:;'|!", c))
        return 400;
    if (strchr("frtI -()[]/", c))
        return 480;
    if (strchr("mwMW%@", c))
        return 1080;
    if (c >= 'A' && c <= 'Z')
        return 790;
    if (c >= '0' && c <= '9')
        return 640;
    return c >= 'a' && c <= 'z' ? 640 : 840;
}

int64_t picture_text_width(const char *text, enum shape_style style)
{
    int64_t width = 0;

    for (; *text; text++)
        width += character_width(*text);
    if (style == STYLE_TITLE || style == STYLE_NUMBER) /* bold */
        width += width / 7;
    return width * picture_font_size(style);
}

/* The middle goes, since the ends of addresses and names tell them apart. */
static void shorten(char *text, size_t size, enum shape_style style, int64_t room)
{
    size_t length = strlen(text), kept = length;
    char whole[640];

    if (picture_text_width(text, style) <= room || length >= sizeof whole)
        return;
    memcpy(whole, text, length + 1);
    do {
        struct text t = {.at = text, .size = size};
        size_t head = --kept / 2;

        text[0] = '\0';
        text_span(&t, (struct span){whole, head});
        text_word(&t, "...");
        text_word(&t, whole + length - (kept - head));
    } while (kept > 0 && picture_text_width(text, style) > room);
}

/* --- Room. --- */

struct box {
    int64_t left, top, right, bottom;
};

static int64_t left_of(enum anchor anchor, int64_t x, int64_t width)
{
    return anchor == ANCHOR_START ? x : anchor == ANCHOR_MIDDLE ? x - width / 2 : x - width;
}

static struct box box_of(const struct shape *s)
{
    if (s->kind != SHAPE_TEXT)
        return (struct box){s->x, s->y, s->x + s->width, s->y + s->height};
    int64_t width = picture_text_width(s->text, s->style), left = left_of(s->anchor, s->x, width);
    return (struct box){left - PX(TEXT_GAP) / 2, s->y - PX(picture_font_size(s->style)),
                        left + width + PX(TEXT_GAP) / 2, s->y + PX(3)};
}

static bool overlap(const struct box *a, const struct box *b)
{
    return a->left < b->right && b->left < a->right && a->top < b->bottom && b->top < a->bottom;
}

static bool is_obstacle(const struct shape *s)
{
    if (s->kind == SHAPE_RECT)
        return s->style == STYLE_REIGN || s->style == STYLE_BESIDE || s->style == STYLE_SILENCE ||
               s->style == STYLE_FOLDED;
    return s->kind == SHAPE_TEXT || s->style == STYLE_RESIGN;
}

bool picture_is_free(const struct picture *p, int64_t x, int64_t y, int64_t width, int64_t height)
{
    const struct box wanted = {x, y, x + width, y + height};

    for (size_t i = 0; i < p->count; i++) {
        struct box taken = box_of(&p->shapes[i]);

        if (is_obstacle(&p->shapes[i]) && overlap(&wanted, &taken))
            return false;
    }
    return true;
}

static bool is_free_of_text(const struct picture *p, const struct box *wanted)
{
    for (size_t i = 0; i < p->count; i++) {
        struct box taken = box_of(&p->shapes[i]);

        if (p->shapes[i].kind == SHAPE_TEXT && overlap(wanted, &taken))
            return false;
    }
    return true;
}

static void add_text(struct picture *p, enum shape_style style, enum anchor anchor, int64_t x, int64_t y,
                     const char *text)
{
    struct shape *s = picture_add(p, SHAPE_TEXT, style);

    if (!s)
        return;
    struct text t = TEXT_OF(s->text);
    text_word(&t, text);
    s->anchor = anchor;
    s->x = x;
    s->y = y;
    s->width = s->height = 0;
}

void picture_text(struct picture *p, enum shape_style style, enum anchor anchor, int64_t x, int64_t y, int64_t room,
                  const char *text)
{
    char shown[PICTURE_LABEL] = "", whole[640] = "";
    struct text t = TEXT_OF(whole);

    text_word(&t, text);
    shorten(whole, sizeof whole, style, room);
    t = TEXT_OF(shown);
    text_word(&t, whole);
    add_text(p, style, anchor, x, y, shown);
    if (strcmp(shown, text) == 0 || p->count == 0)
        return;
    t = TEXT_OF(p->shapes[p->count - 1].title);
    text_word(&t, text);
}

bool picture_try_text(struct picture *p, enum shape_style style, enum anchor anchor, int64_t x, int64_t y,
                      const char *text)
{
    int64_t width = picture_text_width(text, style), left = left_of(anchor, x, width);
    const struct box wanted = {left - PX(TEXT_GAP) / 2, y - PX(picture_font_size(style)),
                               left + width + PX(TEXT_GAP) / 2, y + PX(3)};

    if (left < PX(MARGIN) || left + width > PX(PICTURE_WIDTH - MARGIN / 2) || !is_free_of_text(p, &wanted))
        return false;
    add_text(p, style, anchor, x, y, text);
    return true;
}
