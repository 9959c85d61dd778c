#include "core/explain_html.h"

#include <stdlib.h>

#include "core/explain_text.h"
#include "core/picture_svg.h"

enum { MARGIN = 16, TITLE_HEIGHT = 34 }; /* of a picture */

typedef size_t time_format(char out[static STAMP_TEXT], stamp t);

/* left, top: what is left out of it at these sides, pixels. */
static void size_attributes(struct page *page, int left, int top, int64_t height)
{
    const int64_t width = (int64_t)(PICTURE_WIDTH - left) * 1000, rest = height - (int64_t)top * 1000;

    page_raw(page, "viewBox=\"");
    page_milli(page, (int64_t)left * 1000);
    page_raw(page, " ");
    page_milli(page, (int64_t)top * 1000);
    page_raw(page, " ");
    page_milli(page, width);
    page_raw(page, " ");
    page_milli(page, rest);
    page_raw(page, "\" width=\"");
    page_milli(page, width);
    page_raw(page, "\" height=\"");
    page_milli(page, rest);
    page_raw(page, "\"");
}

/* --- The pictures alone, one below the other. --- */

bool explain_svg(struct page *page, const struct timeline *t, time_format *format_time)
{
    struct picture *p = malloc(sizeof *p);
    struct calendar c = calendar_for(format_time, t->first, t->last);
    int64_t height = 0, y = 0;

    if (!p)
        return false;
    for (size_t i = 0; i < t->count; i++) {
        picture_lay_out(p, t, t->routers[i], &c);
        height += p->height;
    }
    page_raw(page, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" ");
    size_attributes(page, 0, 0, height > 0 ? height : 40000);
    page_raw(page, ">\n<title>Who was Active, and when</title>\n");
    picture_style(page);
    page_raw(page, "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n");
    if (t->count == 0)
        page_raw(page, "<g class=\"timeline\"><text x=\"16\" y=\"26\">no advertisement was read</text></g>\n");
    for (size_t i = 0; i < t->count; i++) {
        picture_lay_out(p, t, t->routers[i], &c);
        picture_write(page, p, y);
        y += p->height;
    }
    page_raw(page, "</svg>\n");
    free(p);
    return true;
}

/* --- The report with pictures. --- */

static void html_style(struct page *page)
{
    page_raw(page, "<style>\n"
                   ":root{color-scheme:light dark}\n"
                   "body{margin:2rem auto;max-width:1200px;padding:0 1rem;background:#fff;color:#1b2027;"
                   "font:15px/1.5 system-ui,-apple-system,\"Segoe UI\",\"DejaVu Sans\",sans-serif}\n"
                   "h1{font-size:1.6rem;margin:0 0 .3rem}\n"
                   "h2{font-size:1.25rem;margin:2.6rem 0 .8rem;padding-top:1rem;border-top:1px solid #dbe1e8}\n"
                   "h3{font-size:1rem;margin:1.6rem 0 .4rem}\n"
                   "p{margin:.3rem 0 .6rem;max-width:48rem}\n"
                   "p.item{margin:.1rem 0 .1rem 1rem}\n"
                   ".picture{overflow-x:auto;margin:.8rem 0}\n"
                   "svg{display:block;width:100%;min-width:940px;max-width:1184px;height:auto}\n"
                   "table{border-collapse:collapse;font-size:.87rem;font-variant-numeric:tabular-nums;margin:.4rem 0}\n"
                   "th,td{text-align:left;padding:.15rem 1.2rem .15rem 0;vertical-align:top;font-weight:400}\n"
                   "th{color:#4d5661}\n"
                   "table.list tr:first-child th{border-bottom:1px solid #dbe1e8}\n"
                   "table.figures th{white-space:nowrap}\n"
                   ".right{text-align:right}\n"
                   "@media (prefers-color-scheme:dark){\n"
                   "body{background:#14181e;color:#e8edf3}\n"
                   "h2,table.list tr:first-child th{border-color:#303842}\n"
                   "th{color:#a4aeb9}\n"
                   "}\n"
                   "@media print{\n"
                   "body{margin:0;max-width:none;font-size:10pt}\n"
                   "svg{min-width:0}\n"
                   "svg,table,h2,h3{break-inside:avoid}\n"
                   "h2,h3{break-after:avoid}\n"
                   "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
                   "}\n"
                   "</style>\n");
}

static void html_picture(struct page *page, const struct picture *p)
{
    char name[640] = "";
    struct text t = {.at = name, .size = sizeof name};

    text_router(&t, p->router);
    page_raw(page, "<div class=\"picture\">\n<svg role=\"img\" aria-label=\"");
    page_words(page, name);
    page_raw(page, "\" ");
    size_attributes(page, MARGIN, TITLE_HEIGHT, p->height); /* which the page has already */
    page_raw(page, ">\n<rect class=\"ground\" width=\"1200\" height=\"");
    page_milli(page, p->height);
    page_raw(page, "\"/>\n");
    picture_write(page, p, 0);
    page_raw(page, "</svg>\n</div>\n");
}

bool explain_html(struct page *page, const struct timeline *t, time_format *format_time)
{
    struct picture *p = malloc(sizeof *p);
    struct calendar c = calendar_for(format_time, t->first, t->last);

    if (!p)
        return false;
    page_raw(page,
             "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
             "<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>Who was Active, and why</title>\n");
    html_style(page);
    picture_style(page);
    page_raw(page, "</head>\n<body>\n");
    explain_summary(page, t, &c);
    for (size_t i = 0; i < t->count; i++) {
        picture_lay_out(p, t, t->routers[i], &c);
        explain_router_title(page, t->routers[i]);
        html_picture(page, p);
        explain_router(page, t, t->routers[i], &c);
    }
    explain_caveats(page, t);
    page_raw(page, "</body>\n</html>\n");
    free(p);
    return true;
}
