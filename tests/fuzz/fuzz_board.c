/* Any lines onto the board, and the board as text: it never goes back in time, every row is as wide as was asked for at
 * most, and no byte of a line gets through that could speak to a terminal. The first byte is the width, the second the
 * column that sorts; the rest are lines. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/board_detail.h"
#include "core/board_view.h"

static volatile size_t written;

static void check_plain(const char *text, size_t length)
{
    if (strlen(text) != length)
        abort();
    for (size_t i = 0; i < length; i++)
        if (text[i] < ' ' || text[i] > '~')
            abort();
    written += length;
}

static void show(const struct board *b, instant steady, size_t width, enum view_column sort)
{
    static struct view view;
    static struct page page;
    instant now = board_now(b, steady);
    char row[VIEW_WIDTH];

    view.sort = sort;
    view_update(&view, b, now);
    view_reset(&view);
    view_fit(&view, 0, view.count, now, width);
    if (view.count != board_totals(b)->routers || board_totals(b)->vacant > view.count)
        abort();
    check_plain(row, view_titles(&view, row, width));
    for (size_t i = 0; i < view.count; i++) {
        size_t length = view_row(&view, i, now, row, width);

        check_plain(row, length);
        if (width != VIEW_ALL && length > width)
            abort();
        written += (size_t)view_mood(view.rows[i].router, now);
        detail_write(&page, view.rows[i].router, now, NULL);
        for (size_t n = 0; n < page.count; n++)
            check_plain(page.lines[n], strlen(page.lines[n]));
    }
}

static void take(struct board *b, const char *text, size_t length, instant steady)
{
    const char *where = NULL;
    struct span wrong;
    struct line l;
    instant before = board_now(b, steady);

    if (line_parse(&l, text, length, &wrong) != LINE_OK)
        return;
    if (!board_line(b, &l, steady, &where))
        written += strlen(where);
    /* time does not go back, but where a source turns out not to be live */
    if (board_silence(b, steady) > 0 && board_now(b, steady).us < before.us)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct board *b = size < 2 ? NULL : board_new();

    if (!b)
        return 0;
    const char *at = (const char *)data + 2, *end = (const char *)data + size;
    instant steady = {SECOND};
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((newline ? newline : end) - at);

        take(b, at, length, steady);
        steady.us += 300 * MILLISECOND;
        board_pass(b, steady);
        at += length + 1;
    }
    show(b, steady, data[0], (enum view_column)(data[1] % VIEW_COLUMNS));
    board_free(b);
    return 0;
}
