#include "core/page.h"

#include <string.h>

/* --- Bytes. --- */

void page_flush(struct page *p)
{
    if (p->length > 0)
        p->write(p->context, (struct span){p->buffer, p->length});
    p->length = 0;
}

static void put(struct page *p, const char *bytes, size_t length)
{
    while (length > 0) {
        size_t room = PAGE_BYTES - p->length, n = length < room ? length : room;

        memcpy(p->buffer + p->length, bytes, n);
        p->length += n;
        bytes += n;
        length -= n;
        if (p->length == PAGE_BYTES)
            page_flush(p);
    }
}

static void put_string(struct page *p, const char *string)
{
    put(p, string, strlen(string));
}

void page_raw(struct page *p, const char *markup)
{
    if (p->markup)
        put_string(p, markup);
}

/* The one place where text becomes markup. */
static void put_markup(struct page *p, char c)
{
    switch (c) {
    case '&':
        put_string(p, "&amp;");
        break;
    case '<':
        put_string(p, "&lt;");
        break;
    case '>':
        put_string(p, "&gt;");
        break;
    case '"':
        put_string(p, "&quot;");
        break;
    case '\'':
        put_string(p, "&#39;");
        break;
    default:
        put(p, &c, 1);
    }
}

/* --- Plain text, whose lines are broken between words. --- */

static void put_blanks(struct page *p, unsigned count)
{
    for (; count > 0; count--)
        put(p, " ", 1);
}

static void end_word(struct page *p)
{
    if (p->word_length == 0)
        return;
    if (p->flowing && p->spaced && p->column + 1 + p->word_length > PAGE_WIDTH) {
        put(p, "\n", 1);
        put_blanks(p, p->indent);
        p->column = p->indent;
    } else if (p->spaced) {
        put(p, " ", 1);
        p->column++;
    }
    put(p, p->word, p->word_length);
    p->column += (unsigned)p->word_length;
    p->word_length = 0;
    p->spaced = false;
}

static void put_plain(struct page *p, char c)
{
    if (c == ' ') {
        end_word(p);
        p->spaced = true;
        return;
    }
    if (p->word_length == PAGE_WORD)
        end_word(p);
    p->word[p->word_length++] = c;
}

static void put_character(struct page *p, char c)
{
    if (p->markup)
        put_markup(p, c);
    else
        put_plain(p, c);
}

void page_span(struct page *p, struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        put_character(p, text.at[i]);
}

void page_words(struct page *p, const char *words)
{
    page_span(p, (struct span){words, strlen(words)});
}

/* --- What strangers wrote. --- */

static size_t show(char out[static 3], char c)
{
    static const char digits[] = "0123456789ABCDEF";

    if (c >= ' ' && c <= '~') {
        out[0] = c;
        return 1;
    }
    out[0] = '%';
    out[1] = digits[(unsigned char)c >> 4];
    out[2] = digits[(unsigned char)c & 15];
    return 3;
}

void page_value(struct page *p, const char *text)
{
    for (; *text; text++) {
        char shown[3];
        size_t length = show(shown, *text);

        page_span(p, (struct span){shown, length});
    }
}

void text_shown(struct text *t, const char *bytes)
{
    for (; *bytes; bytes++) {
        char shown[3];
        size_t length = show(shown, *bytes);

        text_span(t, (struct span){shown, length});
    }
}

/* --- Numbers. --- */

void page_u64(struct page *p, uint64_t value)
{
    char digits[24];
    struct text t = {.at = digits, .size = sizeof digits};

    text_u64(&t, value);
    page_words(p, digits);
}

void page_milli(struct page *p, int64_t thousandths)
{
    char digits[32];
    struct text t = {.at = digits, .size = sizeof digits};
    uint64_t magnitude = thousandths < 0 ? -(uint64_t)thousandths : (uint64_t)thousandths;

    if (thousandths < 0)
        text_word(&t, "-");
    text_u64(&t, magnitude / 1000);
    for (uint64_t rest = magnitude % 1000, unit = 100; rest > 0; rest %= unit, unit /= 10) {
        if (unit == 100)
            text_word(&t, ".");
        text_u64(&t, rest / unit);
        if (unit == 1)
            break;
    }
    page_raw(p, digits);
}

/* --- Blocks. --- */

static void begin(struct page *p, unsigned indent, bool apart)
{
    if (p->markup)
        return;
    if (apart && p->begun)
        put(p, "\n", 1);
    put_blanks(p, indent);
    p->indent = p->column = indent;
    p->spaced = false;
    p->begun = p->flowing = true;
}

void page_begin(struct page *p, enum page_block block)
{
    static const struct {
        unsigned indent;
        bool apart;
        const char *open, *close;
    } blocks[] = {
        [PAGE_TITLE] = {0, true, "<h1>", "</h1>\n"},
        [PAGE_SECTION] = {0, true, "<h2>", "</h2>\n"},
        [PAGE_PART] = {2, true, "<h3>", "</h3>\n"},
        [PAGE_PARAGRAPH] = {2, false, "<p>", "</p>\n"},
        [PAGE_ITEM] = {4, false, "<p class=\"item\">", "</p>\n"},
    };

    begin(p, blocks[block].indent, blocks[block].apart);
    page_raw(p, blocks[block].open);
    p->close = blocks[block].close;
}

void page_end(struct page *p)
{
    page_raw(p, p->close);
    if (p->markup)
        return;
    end_word(p);
    put(p, "\n", 1);
    p->flowing = false;
}

void page_figures(struct page *p)
{
    page_raw(p, "<table class=\"figures\">\n");
}

void page_figure(struct page *p, const char *label)
{
    if (p->markup) {
        page_raw(p, "<tr><th scope=\"row\">");
        page_words(p, label);
        page_raw(p, "</th><td>");
        p->close = "</td></tr>\n";
        return;
    }
    begin(p, 4, false);
    put_string(p, label);
    put_blanks(p, (unsigned)(PAGE_LABEL - strlen(label)));
    p->indent = p->column = 4 + PAGE_LABEL;
}

void page_figures_end(struct page *p)
{
    page_raw(p, "</table>\n");
}

void page_table(struct page *p)
{
    page_raw(p, "<table class=\"list\">\n");
}

void page_row(struct page *p)
{
    begin(p, 4, false);
    page_raw(p, "<tr>");
    p->cell = 0;
}

static void put_cell(struct page *p, int width, const char *text)
{
    size_t length = strlen(text), room = (size_t)(width < 0 ? -width : width);
    unsigned blanks = length < room ? (unsigned)(room - length) : 0;

    if (p->cell++ > 0)
        put_blanks(p, 2);
    if (width < 0)
        put_blanks(p, blanks);
    put_string(p, text);
    if (width > 0)
        put_blanks(p, blanks);
}

static void cell(struct page *p, int width, const char *text, const char *open, const char *close)
{
    if (p->markup) {
        page_raw(p, open);
        page_raw(p, width < 0 ? " class=\"right\">" : ">");
        page_words(p, text);
        page_raw(p, close);
    } else {
        put_cell(p, width, text);
    }
}

void page_cell(struct page *p, int width, const char *text)
{
    cell(p, width, text, "<td", "</td>");
}

void page_heading_cell(struct page *p, int width, const char *text)
{
    cell(p, width, text, "<th scope=\"col\"", "</th>");
}

void page_row_end(struct page *p)
{
    if (p->markup)
        page_raw(p, "</tr>\n");
    else
        put(p, "\n", 1);
}

void page_table_end(struct page *p)
{
    page_raw(p, "</table>\n");
}
