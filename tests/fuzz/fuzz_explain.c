/* Any lines into a timeline; its report, page and pictures. What is printed is printable, what is markup is well formed:
 * elements nest, attributes are quoted, nothing of a stranger's begins or ends one. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/explain_html.h"
#include "core/explain_text.h"

enum { DEPTH = 64, NAME = 16, LIMIT = 1 << 22 };

/* Where a reader of markup is. */
struct scan {
    bool markup;
    size_t total;
    enum { IN_TEXT, IN_NAME, IN_TAG, IN_VALUE, IN_ENTITY } at;
    bool closing, single, style, declaration;
    size_t name_length, entity_length;
    char name[NAME];
    int depth;
    char open[DEPTH][NAME];
};

static void need(bool holds)
{
    if (!holds)
        abort();
}

static void end_tag(struct scan *s)
{
    s->name[s->name_length] = '\0';
    if (s->declaration) { /* <!DOCTYPE html> */
    } else if (s->closing) {
        need(s->depth > 0 && strcmp(s->open[s->depth - 1], s->name) == 0);
        s->depth--;
    } else if (!s->single) {
        need(s->depth < DEPTH);
        memcpy(s->open[s->depth++], s->name, NAME);
    }
    s->style = s->depth > 0 && strcmp(s->open[s->depth - 1], "style") == 0;
    s->at = IN_TEXT;
}

static void scan_name(struct scan *s, char c)
{
    if (c == '>') {
        end_tag(s);
    } else if (c == ' ') {
        s->at = IN_TAG;
    } else if (c == '/' && s->name_length == 0) {
        s->closing = true;
    } else if (c == '/') {
        s->single = true;
    } else if (c == '!' && s->name_length == 0) {
        s->declaration = true;
    } else {
        need((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || s->declaration);
        need(s->name_length < NAME - 1);
        s->name[s->name_length++] = c;
    }
}

static void scan_markup(struct scan *s, char c)
{
    switch (s->at) {
    case IN_TEXT:
        if (c == '<') {
            s->at = IN_NAME;
            s->name_length = 0;
            s->closing = s->single = s->declaration = false;
            memset(s->name, 0, NAME);
        } else if (c == '&') {
            need(!s->style);
            s->at = IN_ENTITY;
            s->entity_length = 0;
        } else {
            need(s->style || (c != '>' && c != '"' && c != '\''));
        }
        break;
    case IN_NAME:
        scan_name(s, c);
        break;
    case IN_TAG:
        if (c == '>')
            end_tag(s);
        else if (c == '/')
            s->single = true;
        else if (c == '"')
            s->at = IN_VALUE;
        else
            need(c != '<' && c != '\'' && c != '&');
        break;
    case IN_VALUE:
        if (c == '"')
            s->at = IN_TAG;
        need(c != '<' && c != '>');
        break;
    case IN_ENTITY:
        if (c == ';')
            s->at = IN_TEXT;
        else
            need(++s->entity_length <= 4 && c != '<' && c != '&' && c != ' ');
        break;
    }
}

static void look(void *context, struct span piece)
{
    struct scan *s = context;

    s->total += piece.len;
    need(s->total < LIMIT);
    for (size_t i = 0; i < piece.len; i++) {
        char c = piece.at[i];

        need((c >= ' ' && c <= '~') || c == '\n');
        if (s->markup)
            scan_markup(s, c);
    }
}

static size_t format(char out[static STAMP_TEXT], stamp t)
{
    int64_t s = t.ns / 1000000000;

    memcpy(out, "2026-11-22T00:00:00.000000000+00:00", 36);
    out[12] = (char)('0' + s / 3600 % 10);
    out[9] = (char)('0' + s / 86400 % 10);
    return t.ns % 5 == 0 ? format_stamp(out, t) : 35;
}

static void write_all(const struct timeline *t)
{
    struct scan scan = {.markup = false};
    struct page page = {.write = look, .context = &scan};

    explain_all(&page, t, format);
    page_flush(&page);
    for (int html = 0; html < 2; html++) {
        scan = (struct scan){.markup = true};
        page = (struct page){.write = look, .context = &scan, .markup = true};
        need(html ? explain_html(&page, t, format) : explain_svg(&page, t, format));
        page_flush(&page);
        need(scan.depth == 0 && scan.at == IN_TEXT);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct timeline *t = timeline_new();
    const char *at = (const char *)data, *end = at + size;

    if (!t)
        return 0;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at)), *where;
        size_t length = (size_t)((newline ? newline : end) - at);
        struct span word;
        struct line l;

        if (line_parse(&l, at, length, &word) == LINE_OK)
            timeline_line(t, &l, (stamp){INT64_C(1700000000000000000)}, &where);
        at += length + 1;
    }
    timeline_end(t);
    write_all(t);
    timeline_free(t);
    return 0;
}
