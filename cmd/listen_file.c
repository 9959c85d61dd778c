/* A capture file to lines: nothing is ever dropped, so writing may block. Lines are written when the buffer is full, and
 * before the program waits for more of a capture that comes through a pipe. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/colour.h"
#include "cmd/listen.h"
#include "cmd/listen_progress.h"
#include "net/clock.h"

enum { FRAMES_AT_ONCE = 4096, LOOK_MS = 200, LAST_WORDS_MS = 2000 };

struct reading {
    struct listen *listen;
    struct capture *capture;
    struct progress progress;
    instant give_up;
    bool clock_written;
    bool over;   /* -T */
    bool closed; /* the reader went away */
    int error;   /* of a write */
};

/* A flag, for a write to a reader that has stopped has to be interrupted. */
static volatile sig_atomic_t stop_asked;

static void ask_to_stop(int number)
{
    (void)number;
    stop_asked = 1;
}

static void catch_signals(void)
{
    struct sigaction stop = {.sa_handler = ask_to_stop};

    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, &stop, NULL);
}

/* How much of the rest to write at once. Asked to stop, a reader that has stopped is not waited for: a write that had
 * begun comes back with what went, and the next one would wait for ever. 0: it takes nothing. */
static size_t portion(size_t rest)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

    if (!stop_asked)
        return rest;
    if (poll(&out, 1, LAST_WORDS_MS) == 0)
        return 0;
    return rest < PIPE_BUF ? rest : PIPE_BUF;
}

static void write_text(struct reading *r, struct span text)
{
    size_t at = 0;

    while (at < text.len && !r->closed && r->error == 0) {
        size_t size = portion(text.len - at);
        ssize_t n = size > 0 ? write(STDOUT_FILENO, text.at + at, size) : -1;

        if (size == 0) {
            cli_say("standard output: the reader does not read; the last lines are lost");
            r->closed = true;
            break;
        }

        if (n >= 0)
            at += (size_t)n;
        else if (errno == EPIPE)
            r->closed = true;
        else if (errno != EINTR)
            r->error = errno;
    }
}

/* Line by line where they get colours. */
static void write_lines(struct reading *r)
{
    struct writer *w = &r->listen->writer;
    size_t length;

    for (size_t at = 0; at < w->length; at += length) {
        const char *start = w->buffer + at, *newline = memchr(start, '\n', w->length - at);

        length = r->listen->colour && newline ? (size_t)(newline + 1 - start) : w->length - at;
        struct span lines = {start, length};
        write_text(r, r->listen->colour ? colour_lines(lines) : lines);
    }
    w->length = 0;
    if (r->closed || r->error != 0)
        capture_stop(r->capture);
}

static void write_clock_of(struct reading *r, stamp first)
{
    struct clock_event clock = {.time = first, .mono = {first.ns / 1000}, .boot = "file", .source = SOURCE_FILE};

    write_clock(&r->listen->writer, &clock);
    r->clock_written = true;
}

static void on_frame(void *context, const struct captured *c)
{
    struct reading *r = context;
    struct listen *l = r->listen;
    struct frame decoded;
    struct captured named = *c;

    if (listen_is_done(l)) /* the handle may have one more in hand */
        return;
    r->progress.packets++;
    if (!r->clock_written)
        write_clock_of(r, c->time);
    named.ifname = l->interface_count > 0 ? l->interfaces[0] : NULL;
    if (listen_report(l, &named, &decoded) == FRAME_FOREIGN)
        return;
    if (l->packets_only)
        l->writer.length = 0;
    else if (l->writer.length + LINE_BYTES + 1 > l->writer.size)
        write_lines(r);
    if (listen_is_done(l))
        capture_stop(r->capture);
}

static bool is_over(struct reading *r)
{
    r->over = r->over || clock_now().us >= r->give_up.us;
    return stop_asked || r->over || r->closed || r->error != 0;
}

/* Before the capture waits for its pipe. */
static bool on_wait(void *context, int fd)
{
    struct reading *r = context;

    progress_end(&r->progress);
    if (!r->listen->packets_only)
        write_lines(r);
    listen_flush_packets(r->listen);
    while (!is_over(r)) {
        struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = STDOUT_FILENO}};
        int64_t left = (r->give_up.us - clock_now().us) / MILLISECOND + 1;

        if (poll(fds, nitems(fds), left > LOOK_MS ? LOOK_MS : (int)left) <= 0)
            continue;
        if (fds[1].revents & POLLERR)
            r->closed = true;
        else if (fds[0].revents != 0)
            return true;
    }
    return false;
}

static int read_all(struct reading *r)
{
    struct capture_error error;
    int given;

    do {
        given = capture_dispatch(r->capture, FRAMES_AT_ONCE, on_frame, r, &error);
        progress_look(&r->progress, r->capture);
    } while (given > 0 && !is_over(r) && !listen_is_done(r->listen));
    progress_end(&r->progress);
    if (r->listen->packets_only)
        r->listen->writer.length = 0;
    write_lines(r);
    if (r->error != 0) {
        cli_say("standard output: %s", strerror(r->error));
        return EXIT_SYSTEM;
    }
    if (given < 0 && !r->closed) {
        cli_say("%s", error.text);
        return EXIT_SYSTEM;
    }
    return listen_status(r->listen, !r->closed && !stop_asked);
}

static bool go_on(void *context)
{
    return !is_over(context);
}

static int read_file(struct reading *r)
{
    struct listen *l = r->listen;
    struct capture_error error;
    bool hopeful = capture_begins_well(r->capture); /* if not, the file of -w is left as it is */

    if (hopeful && !listen_open_packets(l, go_on, r))
        return listen_status(l, r->over);
    progress_begin(&r->progress);
    cli_confine(CONFINE_FILTER); /* a capture is made of bytes of strangers, from its header on */
    if (!capture_begin(r->capture, &error)) {
        if (!error.stopped)
            cli_die(EXIT_SYSTEM, "%s", error.text);
        return listen_status(l, r->over);
    }
    if (!hopeful)
        cli_die(EXIT_SYSTEM, "%s: unknown file format", l->read_path);
    listen_begin_packets(l, capture_link(r->capture));
    return read_all(r);
}

int listen_file(struct listen *l)
{
    struct capture_error error;
    struct reading r = {.listen = l, .give_up = INSTANT_NEVER};

    if (l->limited)
        r.give_up.us = clock_now().us + l->limit;
    listen_open_tables(l, false);
    catch_signals(); /* before anything that may wait */
    r.capture = capture_open_file(l->read_path, &error);
    if (r.capture == NULL)
        cli_die(EXIT_SYSTEM, "%s", error.text);
    capture_on_wait(r.capture, on_wait, &r);

    int status = read_file(&r);

    listen_close_packets(l);
    capture_close(r.capture);
    listen_close_tables(l);
    return status;
}
