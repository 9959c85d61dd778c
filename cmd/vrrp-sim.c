/* vrrp-sim: routers on segments in virtual time. A scenario in, the lines of vrrp-listen out. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/line_file.h"
#include "cmd/stream.h"
#include "core/sim.h"

const struct program program = {
    .name = "vrrp-sim",
    .usage = "[--seed N] [--at TIME] [SCENARIO]",
    .help =
        "Runs the scenario (a file, or standard input) in virtual time, and writes what a vrrp-listen on each of its\n"
        "segments would have written; at last a `measured` line.\n"
        "  --seed N   another course of what is left to chance; default 1\n"
        "  --at TIME  when it begins, for the lines; default 2026-01-01T00:00:00Z\n"
        "  -h, -V     help, version\n",
};

enum word { WORD_AT = CLI_WORD, WORD_SEED };
static const struct cli_word words[] = {{"at", true}, {"seed", true}, {NULL, false}};

enum { EVENTS_A_TURN = 1024 };

static struct stream stream;

static void emit(void *context, const char *line, size_t len)
{
    (void)context;
    stream_line(&stream, (struct span){line, len - 1});
}

static bool take_line(void *context, const struct line *l, struct line_fault *fault)
{
    static struct sim_error error;
    if (sim_line(context, l, &error))
        return true;
    fault->word = error.word;
    fault->reason = error.reason;
    return false;
}

static stamp parse_start(const char *text)
{
    stamp start;
    if (!parse_stamp((struct span){text, strlen(text)}, &start) || start.ns < 0)
        cli_die(EXIT_USAGE, "--at %s: a TIME: Unix seconds, or as 2026-01-01T00:00:00Z", text);
    return start;
}

static void open_scenario(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || dup2(fd, STDIN_FILENO) < 0)
        cli_die(EXIT_SYSTEM, "%s: %s", path, strerror(errno));
    close(fd);
}

static void read_scenario(struct sim *s, const char *name)
{
    enum exit_status status = line_file_read(name, STDIN_FILENO, NULL, take_line, s);
    if (status == EXIT_DONE && !sim_has_end(s)) {
        cli_say("%s: it never ends: the last line is to be TIME and end", name);
        status = EXIT_USAGE;
    }
    if (status == EXIT_USAGE)
        cli_die(status, "%s: nothing was simulated", name);
    if (status != EXIT_DONE) {
        sim_free(s);
        exit(cli_finish((int)status));
    }
}

int main(int argc, char **argv)
{
    struct sim_options options = {.seed = 1, .start = {INT64_C(1767225600000000000)}, .emit = emit};
    for (int option; (option = cli_option_or_word(argc, argv, "", words)) != -1;) {
        if (option == WORD_AT)
            options.start = parse_start(optarg);
        else
            options.seed = cli_word_number("seed", optarg, 0, UINT64_MAX);
    }
    if (argc - optind > 1)
        cli_die(EXIT_USAGE, "%s: one scenario at a time", argv[optind + 1]);
    const char *path = optind < argc && strcmp(argv[optind], "-") != 0 ? argv[optind] : NULL;
    if (path)
        open_scenario(path);
    struct sim *sim = sim_new(&options);
    if (!sim)
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    stream.at_once = true;
    stream_open(&stream);
    cli_confine(CONFINE_FILTER);
    read_scenario(sim, path ? path : "standard input");
    while (!stream_over(&stream) && sim_run(sim, EVENTS_A_TURN))
        stream_look(&stream);
    stream_flush(&stream);
    if (sim_failed(sim))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    sim_free(sim);
    return cli_finish((int)stream_status(&stream));
}
