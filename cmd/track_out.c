#include "cmd/track_out.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "net/clock.h"

void track_out_open(struct track_out *o, const char *fifo, bool while_read)
{
    if (while_read && !fifo)
        cli_die(EXIT_USAGE, "--while-read: of which FIFO? -C is missing");
    o->to_fifo = fifo != NULL;
    if (o->to_fifo) {
        track_report_open(&o->fifo, fifo);
        o->fifo.while_read = while_read;
        return;
    }
    cli_need_stream(STDOUT_FILENO);
    if (!outlet_open(&o->stream, STDOUT_FILENO, program.name, false))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
}

void track_out_close(struct track_out *o)
{
    if (!o->to_fifo)
        outlet_close(&o->stream);
}

bool track_out_put(struct track_out *o, const struct track_event *e)
{
    char text[256];
    struct writer w = {.buffer = text, .size = sizeof text};
    if (o->to_fifo)
        return track_report_put(&o->fifo, e);
    w.format_time = isatty(STDOUT_FILENO) ? clock_format_human : NULL;
    write_track(&w, clock_wall(), e);
    if (!outlet_put(&o->stream, LEVEL_DROPPABLE, NULL, text, w.length))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    return true;
}

void track_out_done(struct track_out *o)
{
    if (o->to_fifo)
        track_report_done(&o->fifo);
}

struct pollfd track_out_poll(const struct track_out *o)
{
    if (o->to_fifo)
        return (struct pollfd){.fd = -1};
    return (struct pollfd){.fd = STDOUT_FILENO, .events = outlet_events(&o->stream)};
}

void track_out_polled(struct track_out *o, const struct pollfd *p)
{
    if (p->revents & (POLLERR | POLLHUP))
        o->stream.closed = true;
}

int track_out_flush(struct track_out *o)
{
    if (o->to_fifo)
        return o->fifo.over ? EXIT_DONE : -1;
    switch (outlet_flush(&o->stream, clock_wall())) {
    case OUTLET_DONE:
    case OUTLET_WAITING:
        break;
    case OUTLET_CLOSED: /* there is nobody to tell any more */
        return EXIT_DONE;
    case OUTLET_FAILED:
        cli_say("standard output: %s", strerror(o->stream.error));
        return EXIT_SYSTEM;
    }
    return -1;
}
