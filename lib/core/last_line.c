#include "core/last_line.h"

static void add_byte(struct last_line *l, char c)
{
    bool first = l->ended || l->length == 0;
    if (c == '\n' || c == '\r') { /* a progress meter returns to the same line */
        l->ended = true;
        return;
    }
    if (first && (c == ' ' || c == '\t'))
        return;
    if (first) {
        l->length = 0;
        l->ended = false;
    }
    if (l->length < LAST_LINE_TEXT - 1)
        l->text[l->length++] = c >= ' ' && c <= '~' ? c : '?';
    l->text[l->length] = '\0';
}

void last_line_add(struct last_line *l, const char *bytes, size_t count)
{
    for (size_t n = 0; n < count; n++)
        add_byte(l, bytes[n]);
}
