#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/colour.h"
#include "cmd/lines.h"
#include "cmd/stream.h"
#include "net/clock.h"

/* --- Output. --- */

/* How much to write now: for a pipe whole lines up to what is taken without waiting. */
static size_t portion(const struct stream *s)
{
    size_t waiting = s->end - s->start;

    if (!s->pipe || waiting <= PIPE_BUF)
        return waiting;
    const char *newline = memrchr(s->buffer + s->start, '\n', PIPE_BUF);
    return newline ? (size_t)(newline + 1 - (s->buffer + s->start)) : PIPE_BUF;
}

/* One write, which does not block on a pipe that poll called writable. */
static void write_some(struct stream *s)
{
    ssize_t n = write(STDOUT_FILENO, s->buffer + s->start, portion(s));

    if (n > 0)
        s->start += (size_t)n;
    else if (n < 0 && errno == EPIPE)
        s->closed = true;
    else if (n < 0 && errno != EINTR && errno != EAGAIN)
        s->error = errno;
    if (s->start == s->end)
        s->start = s->end = 0;
}

static bool is_broken(const struct stream *s)
{
    return s->closed || s->error != 0;
}

bool stream_over(const struct stream *s)
{
    return is_broken(s) || s->stop;
}

bool stream_closed(const struct stream *s)
{
    return s->closed;
}

/* In milliseconds, rounded up; -1: for ever. */
static int milliseconds_until(instant deadline)
{
    if (deadline.us == INSTANT_NEVER.us)
        return -1;
    usec left = deadline.us - clock_now().us;
    if (left <= 0)
        return 0;
    return left / MILLISECOND < INT_MAX ? (int)((left + MILLISECOND - 1) / MILLISECOND) : INT_MAX;
}

/* Once asked to end, a filter goes on to the end of its input, but not for ever. At a terminal that end is now. */
static bool asked_to_end(struct stream *s)
{
    return signals_stop(&s->signals) || (s->from_terminal && s->signals.count > 0);
}

void stream_look(struct stream *s)
{
    s->stop = s->stop || asked_to_end(s);
}

bool stream_flush(struct stream *s)
{
    bool forced = false;

    while (s->end > s->start && !is_broken(s) && !forced) {
        struct pollfd fds[] = {{STDOUT_FILENO, POLLOUT, 0}, {s->signals.fd, POLLIN, 0}};
        int limit = milliseconds_until(signals_deadline(&s->signals));

        if (s->pipe && poll(fds, nitems(fds), limit) < 0 && errno != EINTR) {
            s->error = errno;
            break;
        }
        if (!s->pipe || fds[0].revents != 0)
            write_some(s);
        forced = s->end > s->start && asked_to_end(s);
        s->stop = s->stop || forced;
    }
    return !is_broken(s) && !forced;
}

bool stream_reserve(struct stream *s, size_t bytes)
{
    if (STREAM_BYTES - s->end >= bytes)
        return true;
    return stream_flush(s) && s->end == 0;
}

void stream_put(struct stream *s, struct span text)
{
    memcpy(s->buffer + s->end, text.at, text.len);
    s->end += text.len;
}

void stream_put_char(struct stream *s, char c)
{
    s->buffer[s->end++] = c;
}

bool stream_line(struct stream *s, struct span text)
{
    if (s->colour)
        text = colour_lines(text);
    if (!stream_reserve(s, text.len + 1))
        return false;
    stream_put(s, text);
    stream_put_char(s, '\n');
    return true;
}

/* --- Lines. --- */

struct span stream_time_word(const struct line *l)
{
    struct span word = l->text;

    if (!l->has_time)
        return (struct span){l->text.at, 0};
    while (*word.at == ' ' || *word.at == '\t')
        word.at++;
    for (word.len = 0; word.at[word.len] != ' ' && word.at[word.len] != '\t';)
        word.len++;
    return word;
}

static void take_texts(struct stream *s, const struct stream_user *user)
{
    struct span text;
    enum inlet_line got;

    while (!stream_over(s) && (got = inlet_next(&s->in, &text)) != INLET_NONE) {
        if (got == INLET_LINE)
            user->text(user->context, text);
        else
            lines_complain(&s->in, (struct span){"", 0}, user->too_long);
    }
}

static void take_lines(struct stream *s, const struct stream_user *user)
{
    struct line l;
    struct span text;
    enum lines_got got;

    while (!stream_over(s) && (got = lines_next(&s->in, &l, &text)) != LINES_NONE) {
        if (got == LINES_LINE)
            user->line(user->context, &l, text);
    }
}

/* Waits until then at most for input, and looks at all else. True: there is some. */
static bool wait_for_input(struct stream *s, int other, instant until)
{
    struct pollfd fds[] = {{s->in.ended ? -1 : STDIN_FILENO, POLLIN, 0},
                           {s->signals.fd, POLLIN, 0},
                           {STDOUT_FILENO, 0, 0},
                           {other > 0 ? other : -1, POLLIN, 0}};

    if (poll(fds, nitems(fds), milliseconds_until(until)) < 0 && errno != EINTR)
        cli_die(EXIT_SYSTEM, "poll: %s", strerror(errno));
    if (asked_to_end(s))
        s->stop = true;
    if (s->pipe && (fds[2].revents & POLLERR))
        s->closed = true;
    if (fds[3].revents & ~POLLIN)
        s->stop = true;
    return fds[0].revents != 0;
}

static instant earliest(instant a, instant b)
{
    return a.us < b.us ? a : b;
}

static void turn(struct stream *s, const struct stream_user *user)
{
    instant due = user->due ? user->due(user->context) : INSTANT_NEVER;
    instant until = earliest(earliest(signals_deadline(&s->signals), s->deadline), due);
    bool there = wait_for_input(s, user->other, until);
    instant now = clock_now();

    s->timed_out = now.us >= s->deadline.us;
    if (s->timed_out)
        return;
    if (there) {
        inlet_fill(&s->in);
        if (user->text)
            take_texts(s, user);
        else
            take_lines(s, user);
    }
    if (now.us >= due.us && user->moment)
        user->moment(user->context, now);
    if (user->idle && !stream_over(s))
        user->idle(user->context);
    stream_flush(s); /* once a read: what came of it is seen at once, and long files go fast */
}

void stream_run(struct stream *s, const struct stream_user *user)
{
    if (user->text)
        s->in.longest = user->longest;
    while (!stream_over(s) && (s->stays || !s->in.ended) && !s->timed_out)
        turn(s, user);
    stream_flush(s);
}

/* --- Start and end. --- */

void stream_limit(struct stream *s, const char *duration)
{
    usec limit = cli_duration('T', duration);
    instant now = clock_now();

    if (limit > INT64_MAX - now.us)
        cli_die(EXIT_USAGE, "-T %s: too long", duration);
    s->limited = true;
    s->deadline.us = now.us + limit;
}

void stream_open(struct stream *s)
{
    struct stat out;

    cli_need_stream(STDIN_FILENO);
    cli_need_stream(STDOUT_FILENO);
    if (fstat(STDOUT_FILENO, &out) < 0)
        cli_die(EXIT_SYSTEM, "standard output: %s", strerror(errno));
    s->pipe = S_ISFIFO(out.st_mode) || S_ISSOCK(out.st_mode);
    if (!signals_open(&s->signals, s->at_once ? SIGNALS_SOURCE : SIGNALS_FILTER))
        cli_die(EXIT_SYSTEM, "signals: %s", strerror(errno));
    s->human = s->human || isatty(STDOUT_FILENO);
    s->colour = s->colour && colour_wanted();
    s->from_terminal = isatty(STDIN_FILENO);
    if (s->from_terminal)
        cli_say("reading lines from the terminal; end with Ctrl-D");
    inlet_init(&s->in, STDIN_FILENO);
    if (!s->limited)
        s->deadline = INSTANT_NEVER;
}

enum exit_status stream_status(const struct stream *s)
{
    if (s->error != 0)
        cli_say("standard output: %s", strerror(s->error));
    else if (s->in.error != 0 && !s->closed)
        cli_say("standard input: %s", strerror(s->in.error));
    return s->error != 0 || (s->in.error != 0 && !s->closed) ? EXIT_SYSTEM : EXIT_DONE;
}
