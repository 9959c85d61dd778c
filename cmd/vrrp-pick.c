/* vrrp-pick: the lines that match, unchanged, or some of their values as columns; and waiting for one with a limit. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "core/match.h"
#include "net/clock.h"
#include "net/inlet.h"
#include "net/signals.h"

const struct program program = {
    .name = "vrrp-pick",
    .usage = "[-H] [-c COUNT] [-k KEY,...] [-T DURATION] [EVENT | key=VALUE | key!=VALUE]...",
    .help = "Passes on the lines of standard input that match: one of the events, and all of the keys.\n"
            "VALUE is a comma list of values and ranges LOW..HIGH (numbers, durations, addresses).\n"
            "  -c COUNT     end after so many matches\n"
            "  -k KEY,...   print the values of these keys, tab-separated, - for none; time and event are keys too\n"
            "  -T DURATION  end after this time; exit 1 when fewer than COUNT (default 1) lines matched\n"
            "  -H           time as people read it (so it is on a terminal)\n"
            "  -h, -V       help, version\n"
            "Exit status: 0 matched, 1 nothing matched (in time), 2 usage, 3 the system said no.\n",
};

enum {
    COLUMNS = 64,
    SINK_BYTES = 131072,
    SINK_LINE = LINE_BYTES + STAMP_TEXT + 8, /* the most that a line, or a column, becomes */
};

/* What waits to be written. */
struct sink {
    bool pipe;   /* or socket: never more than it takes at once, so that signals are seen while it is full */
    bool closed; /* the reader went away */
    int error;   /* errno of a failed write */
    size_t start, end;
    char buffer[SINK_BYTES];
};

struct pick {
    struct match match;
    struct span columns[COLUMNS];
    size_t column_count;
    uint64_t limit, matched; /* limit 0: none */
    instant deadline;        /* INSTANT_NEVER: none */
    bool human, terminal;
    bool stop; /* an operator's request, by signal */
    struct signals signals;
    struct inlet in;
    struct sink out;
};

static struct pick pick;

/* --- Output. --- */

/* How much to write now: for a pipe whole lines up to what is taken without waiting. */
static size_t portion(const struct sink *s)
{
    size_t waiting = s->end - s->start;

    if (!s->pipe || waiting <= PIPE_BUF)
        return waiting;
    const char *newline = memrchr(s->buffer + s->start, '\n', PIPE_BUF);
    return newline ? (size_t)(newline + 1 - (s->buffer + s->start)) : PIPE_BUF;
}

/* One write, which does not block on a pipe that poll called writable. */
static void write_some(struct sink *s)
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

static bool sink_broken(const struct sink *s)
{
    return s->closed || s->error != 0;
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

/* Once asked to end, a filter goes on to the end of its input, but not for ever. */
static void look_at_signals(struct pick *p)
{
    if (signals_stop(&p->signals) || (p->terminal && p->signals.count > 0))
        p->stop = true;
}

/* Writes all that waits. A reader that is slow is waited for. */
static void flush(struct pick *p)
{
    struct sink *s = &p->out;

    while (s->end > s->start && !sink_broken(s) && !p->stop) {
        struct pollfd fds[] = {{STDOUT_FILENO, POLLOUT, 0}, {p->signals.fd, POLLIN, 0}};
        int limit = milliseconds_until(signals_deadline(&p->signals));

        if (s->pipe && poll(fds, nitems(fds), limit) < 0 && errno != EINTR) {
            s->error = errno;
            return;
        }
        if (!s->pipe || fds[0].revents != 0)
            write_some(s);
        look_at_signals(p);
    }
}

static void put(struct sink *s, struct span text)
{
    memcpy(s->buffer + s->end, text.at, text.len);
    s->end += text.len;
}

static void put_char(struct sink *s, char c)
{
    s->buffer[s->end++] = c;
}

/* Room for so many bytes. False: the reader is gone, or the operator does not want to wait for it. */
static bool reserve(struct pick *p, size_t bytes)
{
    struct sink *s = &p->out;

    if (SINK_BYTES - s->end >= bytes)
        return true;
    flush(p);
    return s->end == 0;
}

/* --- Lines. --- */

/* TIME as it stands in the line; len 0: none. */
static struct span time_word(const struct line *l)
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

static void put_time(struct pick *p, const struct line *l)
{
    char text[STAMP_TEXT];

    if (p->human && l->has_time)
        put(&p->out, (struct span){text, clock_format_human(text, l->time)});
    else
        put(&p->out, time_word(l));
}

/* The value as it stands, escapes and all, so that it cannot hold a tab or a newline; - when there is none. */
static struct span column(const struct line *l, struct span key)
{
    if (span_is(key, "event"))
        return l->event;
    for (size_t i = 0; i < l->count; i++) {
        if (span_equal(l->fields[i].key, key))
            return l->fields[i].value;
    }
    return (struct span){"-", 1};
}

static void print_columns(struct pick *p, const struct line *l)
{
    for (size_t i = 0; i < p->column_count; i++) {
        if (!reserve(p, SINK_LINE))
            return;
        if (i > 0)
            put_char(&p->out, '\t');
        if (span_is(p->columns[i], "time") && l->has_time)
            put_time(p, l);
        else
            put(&p->out, column(l, p->columns[i]));
    }
    put_char(&p->out, '\n');
}

/* The line to the byte, but for TIME where a person reads it. */
static void print_line(struct pick *p, const struct line *l, struct span text)
{
    if (!reserve(p, SINK_LINE))
        return;
    if (p->human && l->has_time) {
        struct span word = time_word(l), rest = {word.at + word.len, 0};

        rest.len = (size_t)(text.at + text.len - rest.at);
        put_time(p, l);
        text = rest;
    }
    put(&p->out, text);
    put_char(&p->out, '\n');
}

static void take_line(struct pick *p, struct span text)
{
    struct span where;
    struct line l;
    enum line_error error = line_parse(&l, text.at, text.len, &where);

    if (error == LINE_BLANK)
        return;
    if (error != LINE_OK) {
        cli_bad_line("standard input", p->in.number, where, line_error_text(error));
        return;
    }
    if (!match_line(&p->match, &l))
        return;
    p->matched++;
    if (p->column_count > 0)
        print_columns(p, &l);
    else
        print_line(p, &l, text);
}

static bool enough(const struct pick *p)
{
    return (p->limit > 0 && p->matched >= p->limit) || sink_broken(&p->out) || p->stop;
}

static void take_lines(struct pick *p)
{
    struct span text = {"", 0};
    enum inlet_line got;

    while (!enough(p) && (got = inlet_next(&p->in, &text)) != INLET_NONE) {
        if (got == INLET_TOO_LONG)
            cli_bad_line("standard input", p->in.number, (struct span){"", 0}, line_error_text(LINE_TOO_LONG));
        else
            take_line(p, text);
    }
}

/* --- Waiting. --- */

/* Waits at most that long for input, and looks at all else. True: there is some. */
static bool wait_for_input(struct pick *p, int milliseconds)
{
    struct pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {p->signals.fd, POLLIN, 0}, {STDOUT_FILENO, 0, 0}};

    if (poll(fds, nitems(fds), milliseconds) < 0 && errno != EINTR)
        cli_die(EXIT_SYSTEM, "poll: %s", strerror(errno));
    look_at_signals(p);
    if (p->out.pipe && (fds[2].revents & POLLERR))
        p->out.closed = true;
    return fds[0].revents != 0;
}

static void run(struct pick *p)
{
    while (!enough(p) && !p->in.ended) {
        instant until = signals_deadline(&p->signals);

        if (p->deadline.us < until.us)
            until = p->deadline;
        bool there = wait_for_input(p, milliseconds_until(until));
        if (clock_now().us >= p->deadline.us)
            break;
        if (there) {
            inlet_fill(&p->in);
            take_lines(p);
            flush(p); /* once a read: what matched is seen at once, and long files go fast */
        }
    }
}

/* --- Start and end. --- */

static void take_columns(struct pick *p, const char *keys)
{
    struct span rest = {keys, strlen(keys)}, key;

    while (list_next(&rest, &key)) {
        size_t length = strspn(key.at, "abcdefghijklmnopqrstuvwxyz0123456789-");

        if (key.len == 0 || length < key.len || key.at[0] < 'a')
            cli_die(EXIT_USAGE, "-k %s: %.*s: not a key", keys, (int)key.len, key.at);
        if (p->column_count == COLUMNS)
            cli_die(EXIT_USAGE, "-k %s: more than %d keys", keys, COLUMNS);
        p->columns[p->column_count++] = key;
    }
}

static void options(struct pick *p, int argc, char **argv)
{
    usec duration;

    p->deadline = INSTANT_NEVER;
    for (int option; (option = cli_option(argc, argv, "Hc:k:T:")) != -1;) {
        switch (option) {
        case 'H':
            p->human = true;
            break;
        case 'c':
            p->limit = cli_number('c', optarg, 1, INT64_MAX);
            break;
        case 'k':
            take_columns(p, optarg);
            break;
        case 'T':
            duration = cli_duration('T', optarg);
            if (duration > INT64_MAX - clock_now().us)
                cli_die(EXIT_USAGE, "-T %s: too long", optarg);
            p->deadline.us = clock_now().us + duration;
            break;
        }
    }
    for (int i = optind; i < argc; i++) {
        const char *reason;

        if (!match_add(&p->match, argv[i], &reason))
            cli_die(EXIT_USAGE, "%s: %s", argv[i], reason);
    }
}

static void open_all(struct pick *p)
{
    struct stat out;

    cli_need_stream(STDIN_FILENO);
    cli_need_stream(STDOUT_FILENO);
    if (fstat(STDOUT_FILENO, &out) < 0)
        cli_die(EXIT_SYSTEM, "standard output: %s", strerror(errno));
    p->out.pipe = S_ISFIFO(out.st_mode) || S_ISSOCK(out.st_mode);
    if (!signals_open(&p->signals, SIGNALS_FILTER))
        cli_die(EXIT_SYSTEM, "signals: %s", strerror(errno));
    p->human = p->human || isatty(STDOUT_FILENO);
    p->terminal = isatty(STDIN_FILENO);
    if (p->terminal)
        cli_say("reading lines from the terminal; end with Ctrl-D");
    inlet_init(&p->in, STDIN_FILENO);
    cli_confine(CONFINE_FILTER);
}

static enum exit_status status(const struct pick *p)
{
    if (p->out.error != 0) {
        cli_say("standard output: %s", strerror(p->out.error));
        return EXIT_SYSTEM;
    }
    if (p->out.closed) /* the reader had enough */
        return EXIT_DONE;
    if (p->in.error != 0) {
        cli_say("standard input: %s", strerror(p->in.error));
        return EXIT_SYSTEM;
    }
    if (p->deadline.us != INSTANT_NEVER.us && p->matched < p->limit)
        return EXIT_NO;
    return p->matched > 0 ? EXIT_DONE : EXIT_NO;
}

int main(int argc, char **argv)
{
    options(&pick, argc, argv);
    open_all(&pick);
    run(&pick);
    return cli_finish((int)status(&pick));
}
