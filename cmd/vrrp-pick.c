/* vrrp-pick: the lines that match, unchanged, or some of their values as columns; and waiting for one with a limit. */
#include <string.h>
#include <unistd.h>

#include "cmd/lines.h"
#include "cmd/stream.h"
#include "core/assign.h"
#include "core/match.h"
#include "net/clock.h"

const struct program program = {
    .name = "vrrp-pick",
    .usage = "[-H] [-c COUNT] [-k KEY,...] [-T DURATION] [--set KEY=VALUE]... [EVENT | key=VALUE | key!=VALUE]...",
    .help = "Passes on the lines of standard input that match: one of the events, and all of the keys.\n"
            "VALUE is a comma list of values and ranges LOW..HIGH (numbers, durations, addresses).\n"
            "  -c COUNT     end after so many matches\n"
            "  -k KEY,...   print the values of these keys, tab-separated, - for none; time and event are keys too\n"
            "  -T DURATION  end after this time; exit 1 when fewer than COUNT (default 1) lines matched\n"
            "  --set KEY=VALUE  set the key in what matched, where it belongs\n"
            "  -H           time as people read it (so it is on a terminal)\n"
            "  -h, -V       help, version\n"
            "Exit status: 0 matched, 1 nothing matched (in time), 2 usage, 3 the system said no.\n",
};

enum {
    COLUMNS = 64,
    LINE_ROOM = LINE_BYTES + STAMP_TEXT + 8, /* the most that a line, or a column, becomes */
};

struct pick {
    struct match match;
    struct assignments set;
    struct span columns[COLUMNS];
    size_t column_count;
    uint64_t limit, matched; /* limit 0: none */
    struct stream stream;
};

static struct pick pick;

static void put_time(struct pick *p, const struct line *l)
{
    char text[STAMP_TEXT];

    if (p->stream.human && l->has_time)
        stream_put(&p->stream, (struct span){text, clock_format_human(text, l->time)});
    else
        stream_put(&p->stream, stream_time_word(l));
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
        if (!stream_reserve(&p->stream, LINE_ROOM))
            return;
        if (i > 0)
            stream_put_char(&p->stream, '\t');
        if (span_is(p->columns[i], "time") && l->has_time)
            put_time(p, l);
        else
            stream_put(&p->stream, column(l, p->columns[i]));
    }
    stream_put_char(&p->stream, '\n');
}

/* The line to the byte, but for TIME where a person reads it. */
static void print_line(struct pick *p, const struct line *l, struct span text)
{
    static char shown[LINE_ROOM];

    if (p->stream.human && l->has_time) {
        struct span word = stream_time_word(l);
        size_t time = clock_format_human(shown, l->time), rest = (size_t)(text.at + text.len - (word.at + word.len));

        memcpy(shown + time, word.at + word.len, rest);
        text = (struct span){shown, time + rest};
    }
    stream_line(&p->stream, text);
}

static void print(struct pick *p, const struct line *l, struct span text)
{
    if (p->column_count > 0)
        print_columns(p, l);
    else
        print_line(p, l, text);
}

/* With what is to be set in it. */
static void print_changed(struct pick *p, const struct line *l, struct span text)
{
    static struct assign_buffer buffer;
    static struct line changed;

    switch (assign_to(&p->set, l, &changed, &buffer)) {
    case ASSIGN_SAME:
        print(p, l, text);
        break;
    case ASSIGN_DONE:
        print(p, &changed, changed.text);
        break;
    case ASSIGN_FULL:
        lines_complain(&p->stream.in, (struct span){"", 0}, "with what is to be set the line would be too long");
        break;
    }
}

static void take_line(void *context, const struct line *l, struct span text)
{
    struct pick *p = context;

    if (!match_line(&p->match, l))
        return;
    p->matched++;
    if (p->set.count > 0)
        print_changed(p, l, text);
    else
        print(p, l, text);
    if (p->limit > 0 && p->matched >= p->limit)
        p->stream.stop = true;
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

static void take_assignment(struct pick *p, const char *operand)
{
    const char *reason;

    if (!assign_add(&p->set, operand, &reason))
        cli_die(EXIT_USAGE, "--set %s: %s", operand, reason);
}

static void options(struct pick *p, int argc, char **argv)
{
    static const struct cli_word words[] = {{"set", true}, {NULL, false}};

    for (int option; (option = cli_option_or_word(argc, argv, "Hc:k:T:", words)) != -1;) {
        switch (option) {
        case 'H':
            p->stream.human = true;
            break;
        case 'c':
            p->limit = cli_number('c', optarg, 1, INT64_MAX);
            break;
        case 'k':
            take_columns(p, optarg);
            break;
        case 'T':
            stream_limit(&p->stream, optarg);
            break;
        case CLI_WORD:
            take_assignment(p, optarg);
            break;
        }
    }
    for (int i = optind; i < argc; i++) {
        const char *reason;

        if (!match_add(&p->match, argv[i], &reason))
            cli_die(EXIT_USAGE, "%s: %s", argv[i], reason);
    }
}

static enum exit_status status(const struct pick *p)
{
    enum exit_status done = stream_status(&p->stream);

    if (done != EXIT_DONE || stream_closed(&p->stream)) /* the reader had enough */
        return done;
    if (p->stream.limited && p->matched < p->limit)
        return EXIT_NO;
    return p->matched > 0 ? EXIT_DONE : EXIT_NO;
}

int main(int argc, char **argv)
{
    const struct stream_user user = {.context = &pick, .line = take_line};

    options(&pick, argc, argv);
    pick.stream.colour = true;
    stream_open(&pick.stream);
    cli_confine(CONFINE_FILTER);
    stream_run(&pick.stream, &user);
    return cli_finish((int)status(&pick));
}
