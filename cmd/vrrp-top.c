/* vrrp-top: a live screen of virtual routers; a table where there is no terminal. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cmd/lines.h"
#include "cmd/top.h"
#include "net/clock.h"

const struct program program = {
    .name = "vrrp-top",
    .usage = "[-d DURATION] [-T DURATION] [--sort COLUMN] [--reverse] [key=VALUE | key!=VALUE]...",
    .help = "A live screen of the virtual routers that the lines on standard input tell of; ? there lists the keys.\n"
            "Into a file or a pipe: a table at the end of input. The words are a filter, as for vrrp-pick.\n"
            "  -d DURATION      time between two screens, at least 100ms (default 500ms); a table each time\n"
            "  -T DURATION      end after this time\n"
            "  --sort COLUMN    where, af, vrid, active, prio, every, age, jitter, changes, since, heard, own,\n"
            "                   alerts, addresses (default where)\n"
            "  --reverse        the other way round\n"
            "  -h, -V           help, version\n"
            "Exit status: 0 done, 1 a table without any row, 2 usage, 3 the system said no.\n",
};

enum word { WORD_SORT = CLI_WORD, WORD_REVERSE };
static const struct cli_word words[] = {{"sort", true}, {"reverse", false}, {NULL, false}};

static struct top top;

bool top_filter_parse(struct top_filter *f, const char *text, const char **wrong, const char **reason)
{
    char *rest = f->words;

    memset(&f->match, 0, sizeof f->match);
    *wrong = text;
    *reason = "too long";
    size_t length = strlen(text);
    if (length >= sizeof f->text)
        return false;
    memcpy(f->text, text, length + 1);
    memcpy(f->words, text, length + 1);
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;) {
        *wrong = word;
        if (!view_filter(&f->match, word, reason))
            return false;
    }
    return true;
}

void top_take_line(void *context, const struct line *l, struct span text)
{
    struct top *t = context;
    const char *where;

    (void)text;
    if (!board_line(t->board, l, clock_now(), &where))
        lines_bad_key(&t->stream.in, l, where);
}

static void take_sort(struct top *t, const char *word)
{
    if (!view_column_parse((struct span){word, strlen(word)}, &t->view.sort))
        cli_die(EXIT_USAGE, "--sort %s: not one of the columns: where, af, vrid, active, ... (see -h)", word);
}

static void take_every(struct top *t, const char *word)
{
    enum { LEAST_MS = 100, MOST_S = 3600 };

    t->every = cli_duration('d', word);
    if (t->every < LEAST_MS * MILLISECOND || t->every > MOST_S * SECOND)
        cli_die(EXIT_USAGE, "-d %s: not a duration from 100ms to 1h", word);
}

static void take_filter(struct top *t, char **operands, size_t count)
{
    char bytes[FILTER_TEXT] = "";
    struct text text = {.at = bytes, .size = sizeof bytes};
    const char *wrong, *reason;

    for (size_t i = 0; i < count; i++) {
        if (strchr(operands[i], ' '))
            cli_die(EXIT_USAGE, "%s: a blank in a value is written %%20", operands[i]);
        text_word(&text, i > 0 ? " " : "");
        text_word(&text, operands[i]);
        if (text.cut)
            cli_die(EXIT_USAGE, "%s: the filter is too long", operands[i]);
    }
    if (!top_filter_parse(&t->filter, bytes, &wrong, &reason))
        cli_die(EXIT_USAGE, "%s: %s", wrong, reason);
}

static void options(struct top *t, int argc, char **argv)
{
    for (int option; (option = cli_option_or_word(argc, argv, "d:T:", words)) != -1;) {
        switch (option) {
        case 'd':
            take_every(t, optarg);
            break;
        case 'T':
            stream_limit(&t->stream, optarg);
            break;
        case WORD_SORT:
            take_sort(t, optarg);
            break;
        case WORD_REVERSE:
            t->view.reverse = true;
            break;
        }
    }
    take_filter(t, argv + optind, (size_t)(argc - optind));
}

int main(int argc, char **argv)
{
    options(&top, argc, argv);
    if (isatty(STDIN_FILENO))
        cli_die(EXIT_USAGE, "lines come from a pipe: vrrp-listen eth0 | vrrp-top");
    top.board = board_new();
    if (top.board == NULL)
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));

    enum exit_status status = isatty(STDOUT_FILENO) ? top_screen(&top) : top_plain(&top);

    board_free(top.board);
    return cli_finish((int)status);
}
