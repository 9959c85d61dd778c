#include "core/picture_svg.h"

#include "core/picture_internal.h"

static const char *const classes[STYLES] = {
    [STYLE_LANE] = "lane",
    [STYLE_GRID] = "grid",
    [STYLE_REIGN] = "reign",
    [STYLE_BESIDE] = "beside",
    [STYLE_SILENCE] = "silence",
    [STYLE_VACANT] = "vacant",
    [STYLE_FOLDED] = "folded",
    [STYLE_TAKEOVER] = "takeover",
    [STYLE_MOMENT] = "moment",
    [STYLE_RESIGN] = "resign",
    [STYLE_ANNOUNCE] = "announce",
    [STYLE_FOREIGN] = "foreign",
    [STYLE_ADVERTS] = "adverts",
    [STYLE_TITLE] = "title",
    [STYLE_NAME] = "name",
    [STYLE_NOTE] = "note",
    [STYLE_AXIS] = "axis",
    [STYLE_NUMBER] = "number",
    [STYLE_ON_BAR] = "on-bar",
    [STYLE_ON_SILENCE] = "on-silence",
    [STYLE_ON_VACANT] = "on-vacant",
    [STYLE_BEHIND] = "behind",
    [STYLE_BEHIND_BESIDE] = "behind-beside",
};

void picture_style(struct page *page)
{
    page_raw(page, "<style>\n"
                   ".ground{fill:#fff}\n"
                   ".timeline text{font:11px system-ui,-apple-system,\"Segoe UI\",\"DejaVu Sans\",sans-serif;"
                   "fill:#4d5661;font-variant-numeric:tabular-nums}\n"
                   ".timeline text.title{font-size:16px;font-weight:600;fill:#1b2027}\n"
                   ".timeline text.name{font-size:13px;fill:#1b2027}\n"
                   ".timeline text.note{font-size:12px}\n"
                   ".timeline text.number{font-weight:600;fill:#1b2027}\n"
                   ".timeline text.on-bar{fill:#fff}\n"
                   ".timeline text.on-silence{fill:#6b4300}\n"
                   ".timeline text.on-vacant{fill:#9f1239}\n"
                   /* what is behind a bar may have lines of other routers behind it */
                   ".timeline text.behind{paint-order:stroke;stroke:#f3f5f8;stroke-width:6px;stroke-linejoin:round;"
                   "fill:#6b4300}\n"
                   ".timeline text.behind-beside{paint-order:stroke;stroke:#f3f5f8;stroke-width:6px;"
                   "stroke-linejoin:round;fill:#9f1239}\n"
                   ".lane{fill:#f3f5f8}\n"
                   ".grid{stroke:#dbe1e8;stroke-width:1}\n"
                   "line.axis{stroke:#8a94a0;stroke-width:1}\n"
                   ".reign{fill:#2b66c2}\n"
                   ".beside{fill:#c22f45}\n"
                   ".silence{fill:#ffe9bd;stroke:#b7791f;stroke-width:1;stroke-dasharray:3 2}\n"
                   ".vacant{fill:#e11d48;fill-opacity:.13}\n"
                   ".folded{fill:#64707d;fill-opacity:.2}\n"
                   ".takeover{stroke:#1b2027;stroke-width:1.4}\n"
                   ".moment{stroke:#1b2027;stroke-opacity:.28;stroke-width:1}\n"
                   ".resign{fill:#fff;stroke:#1b2027;stroke-width:1.5}\n"
                   ".announce{fill:#15803d}\n"
                   ".foreign{fill:#c22f45}\n"
                   ".adverts{stroke:#5b6570;stroke-width:1.2;fill:none}\n"
                   ".density{fill:#8b95a1;stroke:none}\n"
                   "@media (prefers-color-scheme:dark){\n"
                   ".ground{fill:#14181e}\n"
                   ".timeline text{fill:#a4aeb9}\n"
                   ".timeline text.title,.timeline text.name,.timeline text.number{fill:#e8edf3}\n"
                   ".timeline text.on-bar{fill:#fff}\n"
                   ".timeline text.on-silence{fill:#f6cf86}\n"
                   ".timeline text.on-vacant{fill:#ff9db0}\n"
                   ".timeline text.behind{stroke:#1e242c;fill:#f6cf86}\n"
                   ".timeline text.behind-beside{stroke:#1e242c;fill:#ff9db0}\n"
                   ".lane{fill:#1e242c}\n"
                   ".grid{stroke:#303842}\n"
                   "line.axis{stroke:#6b7682}\n"
                   ".silence{fill:#43351a;stroke:#d39a3c}\n"
                   ".vacant{fill:#fb7185;fill-opacity:.16}\n"
                   ".folded{fill:#94a0ad;fill-opacity:.25}\n"
                   ".takeover,.moment{stroke:#e8edf3}\n"
                   ".resign{fill:#14181e;stroke:#e8edf3}\n"
                   ".announce{fill:#4ade80}\n"
                   ".foreign{fill:#fb7185}\n"
                   ".adverts{stroke:#a4aeb9}\n"
                   ".density{fill:#76818d}\n"
                   "}\n"
                   "</style>\n");
}

/* --- Attributes. --- */

static void attribute(struct page *page, const char *name, int64_t thousandths)
{
    page_raw(page, " ");
    page_raw(page, name);
    page_raw(page, "=\"");
    page_milli(page, thousandths);
    page_raw(page, "\"");
}

static void class_of(struct page *page, const char *class)
{
    page_raw(page, " class=\"");
    page_raw(page, class);
    page_raw(page, "\"");
}

static void end_element(struct page *page, const char *name, const char *title)
{
    if (title[0] == '\0') {
        page_raw(page, "/>\n");
        return;
    }
    page_raw(page, "><title>");
    page_value(page, title);
    page_raw(page, "</title></");
    page_raw(page, name);
    page_raw(page, ">\n");
}

/* --- Shapes. --- */

static void write_rect(struct page *page, const struct shape *s)
{
    page_raw(page, "<rect");
    class_of(page, classes[s->style]);
    attribute(page, "x", s->x);
    attribute(page, "y", s->y);
    attribute(page, "width", s->width);
    attribute(page, "height", s->height);
    if (s->width > PX(6) && (s->style == STYLE_REIGN || s->style == STYLE_BESIDE || s->style == STYLE_LANE))
        attribute(page, "rx", PX(2));
    end_element(page, "rect", s->title);
}

static void write_line(struct page *page, const struct shape *s)
{
    page_raw(page, "<line");
    class_of(page, classes[s->style]);
    attribute(page, "x1", s->x);
    attribute(page, "y1", s->y);
    attribute(page, "x2", s->x + s->width);
    attribute(page, "y2", s->y + s->height);
    end_element(page, "line", s->title);
}

static void write_mark(struct page *page, const struct shape *s)
{
    page_raw(page, "<path");
    class_of(page, classes[s->style]);
    page_raw(page, " d=\"M");
    page_milli(page, s->x);
    page_raw(page, " ");
    page_milli(page, s->y - PX(MARK_SIZE));
    page_raw(page, "l4 4l-4 4l-4-4z\"");
    end_element(page, "path", s->title);
}

static void write_text(struct page *page, const struct shape *s)
{
    static const char *const anchors[] = {
        [ANCHOR_START] = "", [ANCHOR_MIDDLE] = " text-anchor=\"middle\"", [ANCHOR_END] = " text-anchor=\"end\""};

    page_raw(page, "<text");
    class_of(page, classes[s->style]);
    attribute(page, "x", s->x);
    attribute(page, "y", s->y);
    page_raw(page, anchors[s->anchor]);
    page_raw(page, ">");
    page_value(page, s->text);
    if (s->title[0] != '\0') {
        page_raw(page, "<title>");
        page_value(page, s->title);
        page_raw(page, "</title>");
    }
    page_raw(page, "</text>\n");
}

void picture_write(struct page *page, const struct picture *p, int64_t y)
{
    page_raw(page, "<g class=\"timeline\" transform=\"translate(0 ");
    page_milli(page, y);
    page_raw(page, ")\">\n");
    for (size_t i = 0; i < p->count; i++) {
        const struct shape *s = &p->shapes[i];

        switch (s->kind) {
        case SHAPE_RECT:
            write_rect(page, s);
            break;
        case SHAPE_LINE:
            write_line(page, s);
            break;
        case SHAPE_MARK:
            write_mark(page, s);
            break;
        case SHAPE_TEXT:
            write_text(page, s);
            break;
        case SHAPE_ADVERTS:
            picture_write_adverts(page, p, s);
            break;
        }
    }
    page_raw(page, "</g>\n");
}
