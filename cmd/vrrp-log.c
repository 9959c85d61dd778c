/* vrrp-log: the end of a chain. Lines go into a file that never grows too large, and each part of it can be replayed. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "core/event.h"
#include "core/log_head.h"
#include "net/clock.h"
#include "net/inlet.h"
#include "net/log_file.h"
#include "net/signals.h"

const struct program program = {
    .name = "vrrp-log",
    .usage = "[--size BYTES] [--keep COUNT] FILE",
    .help =
        "Appends the lines on standard input to FILE. When that is full it becomes FILE.1, and a new one begins with\n"
        "what vrrp-elect -t needs to read it: the clock, the virtual routers, interfaces and tracks.\n"
        "  --size BYTES  how much it may hold, besides that (default 16777216)\n"
        "  --keep COUNT  how many old files stay (default 4)\n"
        "  -h, -V        help, version\n",
};

enum word { WORD_SIZE = CLI_WORD, WORD_KEEP };
static const struct cli_word words[] = {{"size", true}, {"keep", true}, {NULL, false}};

enum { SMALLEST = 65536, PENDING = 2 * INLET_BYTES };

struct log {
    struct log_file file;
    struct log_head *head;
    struct inlet in;
    struct signals signals;
    off_t size, bare; /* bare: of the file when it had nothing but its head */
    char *pending;    /* whole lines that are not written yet */
    size_t length, room;
    uint64_t pending_lines, lost; /* lost: and not yet told of */
    bool stuck;                   /* it is full, or was taken away, and there is no other one */
    bool failing;                 /* and that was said */
};

/* Writing */

static void append_bytes(struct log *l, const char *bytes, size_t len)
{
    if (l->length + len > l->room) {
        size_t room = l->room * 2 > l->length + len ? l->room * 2 : l->length + len;
        char *grown = realloc(l->pending, room);
        if (!grown)
            cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
        l->pending = grown;
        l->room = room;
    }
    memcpy(l->pending + l->length, bytes, len);
    l->length += len;
}

static void append(void *context, const char *line, size_t len)
{
    struct log *l = context;
    append_bytes(l, line, len);
    l->pending_lines++;
}

/* Said once, until it works again. */
static void fail(struct log *l)
{
    if (!l->failing)
        cli_say("%s: %s; lines are lost until it can be written", l->file.path, strerror(errno));
    l->failing = true;
}

static bool tell_lost(struct log *l)
{
    char text[128];
    struct writer w = {.buffer = text, .size = sizeof text};
    if (l->lost == 0)
        return true;
    write_lost(&w, clock_wall(), program.name, l->lost);
    if (!log_file_write(&l->file, text, w.length))
        return false;
    l->lost = 0;
    return true;
}

static void flush(struct log *l)
{
    if (l->length == 0)
        return;
    if (!l->stuck && tell_lost(l) && log_file_write(&l->file, l->pending, l->length)) {
        if (l->failing)
            cli_say("%s: it can be written again", l->file.path);
        l->failing = false;
    } else {
        if (!l->stuck) /* else it was said why */
            fail(l);
        l->lost += l->pending_lines;
    }
    l->length = 0;
    l->pending_lines = 0;
}

static void begin_file(struct log *l)
{
    log_head_write(l->head, append, l);
    l->bare = l->file.size + (off_t)l->length;
}

/* Is there no room for more? What it begins with does not count: that may be more than a file is to hold. */
static bool is_full(const struct log *l, size_t more)
{
    return l->file.size - l->bare + (off_t)(l->length + more) > l->size && l->file.size + (off_t)l->length > l->bare;
}

static void look_after_file(struct log *l, size_t more)
{
    bool away = log_file_is_lost(&l->file);
    if (!away && !is_full(l, more)) {
        l->stuck = false;
        return;
    }
    flush(l);
    l->stuck = !(away ? log_file_reopen(&l->file) : log_file_rotate(&l->file));
    if (l->stuck)
        fail(l);
    else if (l->file.size == 0)
        begin_file(l);
}

/* Lines */

static void take(struct log *l, struct span text)
{
    if (is_full(l, text.len + 1))
        look_after_file(l, text.len + 1);
    switch (log_head_take(l->head, text.at, text.len)) {
    case LOG_HEAD_DONE:
        break;
    case LOG_HEAD_OVER:
        log_head_end(l->head, append, l);
        break;
    case LOG_HEAD_NO_MEMORY:
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    }
    append_bytes(l, text.at, text.len);
    append(l, "\n", 1);
}

static void read_lines(struct log *l)
{
    struct span text;
    inlet_fill(&l->in);
    look_after_file(l, 0);
    for (enum inlet_line got; (got = inlet_next(&l->in, &text)) != INLET_NONE;) {
        if (got == INLET_TOO_LONG)
            cli_bad_line("standard input", l->in.number, (struct span){0}, line_error_text(LINE_TOO_LONG));
        else
            take(l, text);
        if (l->length >= INLET_BYTES)
            flush(l);
    }
    flush(l);
}

/* What an earlier run has left: where its log ends this one goes on. */
static void read_file(struct log *l)
{
    static struct inlet in;
    struct span text;
    inlet_init(&in, l->file.fd);
    do {
        inlet_fill(&in);
        for (enum inlet_line got; (got = inlet_next(&in, &text)) != INLET_NONE;)
            if (got == INLET_LINE && log_head_take(l->head, text.at, text.len) == LOG_HEAD_OVER)
                log_head_end(l->head, append, l);
        l->length = 0; /* those lines are there */
        l->pending_lines = 0;
    } while (!in.ended);
}

static const char *options(struct log *l, int argc, char **argv, unsigned *keep)
{
    l->size = 16 << 20;
    *keep = 4;
    for (int option; (option = cli_option_or_word(argc, argv, "", words)) != -1;) {
        switch (option) {
        case WORD_SIZE:
            l->size = (off_t)cli_word_number("size", optarg, SMALLEST, INT64_MAX / 2);
            break;
        case WORD_KEEP:
            *keep = (unsigned)cli_word_number("keep", optarg, 0, LOG_FILES);
            break;
        }
    }
    if (optind + 1 < argc)
        cli_die(EXIT_USAGE, "%s: one file is enough", argv[optind + 1]);
    if (optind == argc) {
        cli_say("FILE is missing");
        cli_usage_to_stderr();
        exit(cli_finish(EXIT_USAGE));
    }
    return argv[optind];
}

static void open_all(struct log *l, const char *path, unsigned keep)
{
    l->head = log_head_new();
    l->pending = malloc(l->room = PENDING);
    if (!l->head || !l->pending)
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    if (!log_file_open(&l->file, path, keep))
        cli_die(EXIT_SYSTEM, "%s: %s", path, strerror(errno));
    inlet_init(&l->in, STDIN_FILENO);
    if (!signals_open(&l->signals, SIGNALS_FILTER))
        cli_die(EXIT_SYSTEM, "%s", strerror(errno));
    cli_confine_beside(CONFINE_KEEPER, "", path);
    read_file(l);
}

int main(int argc, char **argv)
{
    static struct log l;
    unsigned keep;
    const char *path = options(&l, argc, argv, &keep);
    cli_need_stream(STDIN_FILENO);
    open_all(&l, path, keep);
    while (!l.in.ended && !signals_stop(&l.signals)) {
        struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = l.signals.fd, .events = POLLIN}};
        if (poll(fds, nitems(fds), l.signals.count > 0 ? 100 : -1) < 0 && errno != EINTR)
            cli_die(EXIT_SYSTEM, "poll: %s", strerror(errno));
        if (fds[0].revents)
            read_lines(&l);
    }
    if (l.in.error)
        cli_say("standard input: %s", strerror(l.in.error));
    if (l.lost > 0)
        cli_say("%s: %" PRIu64 " lines were lost", path, l.lost);
    int status = l.in.error || l.lost > 0 ? EXIT_SYSTEM : EXIT_DONE;
    log_file_close(&l.file);
    log_head_free(l.head);
    free(l.pending);
    return cli_finish(status);
}
