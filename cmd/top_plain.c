/* Tables, for files and pipes. */
#include <stdio.h>

#include "cmd/top.h"
#include "net/clock.h"

static void put_row(struct top *t, const char *row, size_t length)
{
    if (stream_reserve(&t->stream, length + 1))
        stream_line(&t->stream, (struct span){row, length});
}

static void put_table(struct top *t, instant steady)
{
    instant now = board_now(t->board, steady);
    char row[VIEW_WIDTH], time[STAMP_TEXT];
    stamp heard;

    board_pass(t->board, steady);
    t->view.filter = t->filter.match;
    view_update(&t->view, t->board, now);
    view_reset(&t->view);
    view_fit(&t->view, 0, t->view.count, now, VIEW_ALL);
    if (t->every > 0) {
        size_t length = board_time(t->board, &heard) ? clock_format_human(time, heard) : 0;

        put_row(t, time, length);
    }
    put_row(t, row, view_titles(&t->view, row, VIEW_ALL));
    for (size_t i = 0; i < t->view.count && !stream_over(&t->stream); i++)
        put_row(t, row, view_row(&t->view, i, now, row, VIEW_ALL));
    if (t->every > 0)
        put_row(t, "", 0);
}

static instant due(void *context)
{
    const struct top *t = context;

    return t->due;
}

static void moment(void *context, instant now)
{
    struct top *t = context;

    put_table(t, now);
    while (t->due.us <= now.us)
        t->due.us += t->every;
}

enum exit_status top_plain(struct top *t)
{
    const struct stream_user user = {.context = t, .line = top_take_line, .due = due, .moment = moment};

    stream_open(&t->stream);
    t->due = t->every > 0 ? (instant){clock_now().us + t->every} : INSTANT_NEVER;
    cli_confine(CONFINE_FILTER);
    stream_run(&t->stream, &user);
    board_stop(t->board);
    if (!stream_closed(&t->stream)) {
        t->stream.stop = false;
        put_table(t, clock_now());
        stream_flush(&t->stream);
    }

    enum exit_status status = stream_status(&t->stream);

    return status == EXIT_DONE && !stream_closed(&t->stream) && t->view.count == 0 ? EXIT_NO : status;
}
