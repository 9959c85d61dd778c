/* From the writer's buffer to standard output. A router that takes over announces all its addresses several times: these
 * lines wait for others, because each by itself would wake up all programs of a chain just when time matters. */
#include <string.h>

#include "cmd/colour.h"
#include "cmd/listen.h"

#define WAITS_AT_MOST (100 * MILLISECOND)

static void put(struct listen_lines *lines, enum level_kind kind, const char *line, size_t length)
{
    struct span text = {line, lines->listen->packets_only ? 0 : length};

    if (text.len > 0 && lines->listen->colour)
        text = colour_lines(text);
    if (text.len > 0 && !outlet_put(&lines->outlet, kind, NULL, text.at, text.len))
        lines->failed = true;
}

void listen_put(struct listen_lines *lines, enum level_kind kind)
{
    struct writer *w = &lines->listen->writer;
    size_t at = 0;

    while (at < lines->waiting) {
        const char *line = w->buffer + at;
        size_t length = (size_t)((const char *)memchr(line, '\n', lines->waiting - at) - line) + 1;

        put(lines, LEVEL_DROPPABLE, line, length);
        at += length;
    }
    put(lines, kind, w->buffer + at, w->length - at);
    w->length = lines->waiting = 0;
}

void listen_put_later(struct listen_lines *lines, instant now)
{
    const struct writer *w = &lines->listen->writer;

    if (w->length + LINE_BYTES + 1 > w->size) { /* no room for another one */
        listen_put(lines, LEVEL_DROPPABLE);
        return;
    }
    if (lines->waiting == 0)
        lines->waiting_due.us = now.us + WAITS_AT_MOST;
    lines->waiting = w->length;
}
