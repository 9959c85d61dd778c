/* vrrp-hook: runs the user's commands when a virtual router changes its state, apart from the stream of lines. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/command.h"
#include "cmd/hook.h"
#include "core/words.h"
#include "net/clock.h"

const struct program program = {
    .name = "vrrp-hook",
    .usage = "[-e EVENT]... [-T DURATION] [--master CMD] [--backup CMD] [--fault CMD] [--stop CMD]\n"
             "       [--fifo PATH] [--shadow] [COMMAND [ARG...]]",
    .help =
        "Reads lines on standard input and passes each on. For each state of a virtual router of this machine it runs\n"
        "COMMAND ARG... INSTANCE NAME MASTER|BACKUP|FAULT|STOP PRIORITY\n"
        "as keepalived does, with the line in the environment: VRRP_TEXT is a sentence, VRRP_<KEY> a value.\n"
        "  --master, --backup, --fault, --stop CMD   run this for that state, before COMMAND; words as in \"CMD ARG\"\n"
        "  -e EVENT      also run COMMAND ARG... EVENT for elected, vacant or alert\n"
        "  -T DURATION   kill what takes longer, with all that it started (default 30s)\n"
        "  --fifo PATH   also write each state into this FIFO, as keepalived's notify_fifo\n"
        "  --shadow      also for states of an election that only watches (shadow=yes)\n"
        "  -h, -V        help, version\n"
        "Options end with COMMAND: what comes after it is the command's.\n",
};

static const usec END_LIMIT = 5 * SECOND;             /* after INT or TERM, for all commands together */
static const usec FORCED_LIMIT = SECOND;              /* after a second one */
static const usec LAST_LINES = 500 * MILLISECOND;     /* at the end, for what still waits for the reader */
static const usec DEFAULT_LIMIT = 30 * SECOND;        /* -T */
static const usec LONGEST_LIMIT = 24 * 3600 * SECOND; /* the same */
enum { NEWS_A_SECOND = 10 };

static const struct cli_word words[] = {
    {"master", true}, {"backup", true},  {"fault", true}, {"stop", true},
    {"fifo", true},   {"shadow", false}, {NULL, false},
};
enum word { WORD_MASTER = CLI_WORD, WORD_BACKUP, WORD_FAULT, WORD_STOP, WORD_FIFO, WORD_SHADOW };

const char *const hook_events[HOOK_ASKED] = {"elected", "vacant", "alert"};

static struct hook hook;

static void tell_silent(struct hook *h)
{
    if (h->silent > 0 && hook_is_heard()) {
        cli_say("%" PRIu64 " more such messages were left out", h->silent);
        h->silent = 0;
    }
    h->news_since = h->now;
    h->news = 0;
}

void hook_say(struct hook *h, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    if (h->now.us - h->news_since.us >= SECOND)
        tell_silent(h);
    if (h->news == NEWS_A_SECOND || !hook_is_heard()) {
        h->silent++;
        return;
    }
    h->news++;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    cli_say("%s", text);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

instant hook_end(const struct hook *h)
{
    int64_t at = h->ended_at.us + h->limit, second = h->signals.second_us;
    if (h->signals.count > 0)
        at = least(at, h->signals.first_us + END_LIMIT);
    if (h->signals.count > 1)
        at = least(at, (second > h->ended_at.us ? second : h->ended_at.us) + FORCED_LIMIT);
    return (instant){at};
}

/* --- The command line. --- */

/* before: as for command_find. */
static void set_command(struct hook_command *c, const char *before, char **list, size_t count)
{
    command_find(before, list[0], c->path);
    c->argv = calloc(count + NOTIFY_ARGUMENTS + 1, sizeof *c->argv);
    if (!c->argv)
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    memcpy(c->argv, list, count * sizeof *list);
    c->count = count;
}

static void take_command(struct hook *h, enum notify_state state, const char *option, const char *text)
{
    char *list[HOOK_WORDS + 1], *copy = strdup(text);
    size_t count;
    if (!copy)
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    if (h->commands[state].argv)
        cli_die(EXIT_USAGE, "%s%s: given twice", option, text);
    const char *wrong = words_split(copy, list, HOOK_WORDS, &count);
    if (wrong) {
        free(copy);
        cli_die(EXIT_USAGE, "%s%s: %s", option, text, wrong);
    }
    set_command(&h->commands[state], option, list, count);
}

static void take_event(struct hook *h, const char *event)
{
    for (size_t i = 0; i < HOOK_ASKED; i++) {
        if (strcmp(event, hook_events[i]) == 0) {
            h->asked[i] = true;
            return;
        }
    }
    cli_die(EXIT_USAGE, "-e %s: not elected, vacant or alert", event);
}

static void take_limit(struct hook *h, const char *text)
{
    h->limit = cli_duration('T', text);
    if (h->limit == 0 || h->limit > LONGEST_LIMIT)
        cli_die(EXIT_USAGE, "-T %s: more than 0s, and 24h at most", text);
}

static void check_options(const struct hook *h)
{
    bool any = h->fifo.path != NULL, asked = false;
    for (size_t s = 0; s < NOTIFY_STATES; s++)
        any = any || h->commands[s].argv;
    if (!any) {
        cli_say("nothing to run: COMMAND is missing");
        cli_usage_to_stderr();
        exit(cli_finish(EXIT_USAGE));
    }
    for (size_t i = 0; i < HOOK_ASKED; i++)
        asked = asked || h->asked[i];
    if (asked && !h->commands[NOTIFY_NONE].argv)
        cli_die(EXIT_USAGE, "-e: runs COMMAND, which is missing");
}

static void take_option(struct hook *h, int option)
{
    switch (option) {
    case 'e':
        take_event(h, optarg);
        break;
    case 'T':
        take_limit(h, optarg);
        break;
    case WORD_MASTER:
        take_command(h, NOTIFY_MASTER, "--master ", optarg);
        break;
    case WORD_BACKUP:
        take_command(h, NOTIFY_BACKUP, "--backup ", optarg);
        break;
    case WORD_FAULT:
        take_command(h, NOTIFY_FAULT, "--fault ", optarg);
        break;
    case WORD_STOP:
        take_command(h, NOTIFY_STOP, "--stop ", optarg);
        break;
    case WORD_FIFO:
        h->fifo.path = optarg;
        break;
    case WORD_SHADOW:
        h->shadow = true;
        break;
    }
}

/* They end with COMMAND: what comes after it is the command's. */
static void options(struct hook *h, int argc, char **argv)
{
    int option;
    h->limit = DEFAULT_LIMIT;
    while ((option = cli_option_in_order(argc, argv, "e:T:", words)) != -1 && option != CLI_OPERAND)
        take_option(h, option);
    if (option == CLI_OPERAND)
        optind--;
    if (optind < argc)
        set_command(&h->commands[NOTIFY_NONE], "", argv + optind, (size_t)(argc - optind));
    check_options(h);
}

/* --- The loop. --- */

/* Variables of another hook that this one was started by would be taken for ours. */
static void inherit_environment(struct hook *h)
{
    size_t count = 0;
    while (environ[count] != NULL)
        count++;
    h->envp = calloc(count + HOOK_VARIABLES + 1, sizeof *h->envp);
    if (!h->envp)
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    for (char **at = environ; *at != NULL; at++)
        if (strncmp(*at, "VRRP_", 5) != 0)
            h->envp[h->inherited++] = *at;
}

static void open_all(struct hook *h)
{
    hook_fifo_open(&h->fifo);
    inherit_environment(h);
    h->errands = errands_new(HOOK_EVENTS);
    inlet_init(&h->in, STDIN_FILENO);
    if (!h->errands || !outlet_open(&h->out, STDOUT_FILENO, program.name, false))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    h->out_open = true;
    if (!hook_output_open(&h->output) || !signals_open(&h->signals, SIGNALS_FOURTH_FILTER))
        cli_die(EXIT_SYSTEM, "%s", strerror(errno));
    (void)clock_boot_id(h->boot);
    if (gethostname(h->host, sizeof h->host - 1) < 0 || *h->host == '\0')
        memcpy(h->host, "localhost", sizeof "localhost");
    h->terminal = isatty(STDIN_FILENO);
    if (h->terminal)
        cli_say(
            "reading lines from the terminal; vrrp-elect ... | vrrp-advert | vip-follow | vrrp-hook is the usual way");
}

/* What is counted instead of told is told once a second. */
static instant counts_due(const struct hook *h)
{
    int64_t at = hook_output_due(&h->output).us;
    if (h->lost > 0)
        at = least(at, h->lost_told.us + SECOND);
    if (h->silent > 0)
        at = least(at, h->news_since.us + SECOND);
    return (instant){at};
}

static void tell_counts(struct hook *h)
{
    if (h->now.us - h->lost_told.us >= SECOND) /* the first at once */
        hook_tell_lost(h);
    if (h->now.us - h->news_since.us >= SECOND)
        tell_silent(h);
    hook_output_tell(&h->output, h->now);
}

static struct timespec time_until(instant deadline, instant now)
{
    usec left = deadline.us > now.us ? deadline.us - now.us : 0;
    return (struct timespec){.tv_sec = left / SECOND, .tv_nsec = left % SECOND * 1000};
}

static void wait_for_more(struct hook *h)
{
    enum { IN, OUT, SIGNALS, OUTPUT, RUNS, ALL = RUNS + HOOK_RUNS };
    struct pollfd fds[ALL] = {
        [IN] = {.fd = h->ending ? -1 : h->in.fd, .events = POLLIN},
        [OUT] = {.fd = h->out_open ? h->out.fd : -1, .events = h->out_open ? outlet_events(&h->out) : 0},
        [SIGNALS] = {.fd = h->signals.fd, .events = POLLIN},
        [OUTPUT] = {.fd = h->output.in, .events = POLLIN},
    };
    for (size_t i = 0; i < HOOK_RUNS; i++)
        fds[RUNS + i] = (struct pollfd){.fd = h->runs[i].errand ? h->runs[i].child.fd : -1, .events = POLLIN};
    instant deadline = {least(hook_deadline(h).us, counts_due(h).us)};
    if (h->out_full)
        deadline.us = least(deadline.us, h->out.again.us);
    if (!h->ending)
        deadline.us = least(deadline.us, signals_deadline(&h->signals).us);
    struct timespec left = time_until(deadline, clock_now());
    if (ppoll(fds, ALL, deadline.us == INSTANT_NEVER.us ? NULL : &left, NULL) < 0)
        return; /* EINTR */
    h->signalled = h->signalled || fds[SIGNALS].revents != 0;
    for (size_t i = 0; i < HOOK_RUNS; i++)
        h->runs[i].ended = fds[RUNS + i].revents != 0;
    if (fds[OUTPUT].revents != 0)
        hook_output_read(&h->output, clock_now());
    if (fds[OUT].revents & (POLLERR | POLLHUP | POLLNVAL)) {
        h->out.error = fds[OUT].revents & POLLNVAL ? EBADF : 0;
        hook_close_out(h, h->out.error != 0 ? OUTLET_FAILED : OUTLET_CLOSED);
    }
}

/* Input ends, or somebody asks for it; then commands have their time, and then it is over. */
static void look_at_end(struct hook *h)
{
    bool stop = h->signalled && (signals_stop(&h->signals) || h->terminal);
    if (!h->ending && (h->in.ended || stop)) {
        h->ending = true;
        h->ended_at = h->now;
    }
    if (h->ending && !h->over && h->now.us >= hook_end(h).us) {
        h->over = true;
        h->over_at = h->now;
    }
}

static void turn(struct hook *h)
{
    h->now = clock_now();
    look_at_end(h);
    hook_reap(h);
    hook_kill_late(h);
    if (!h->ending)
        hook_input(h);
    hook_start(h);
    tell_counts(h);
    if (h->out_open)
        hook_close_out(h, outlet_flush(&h->out, clock_wall()));
}

static bool is_done(const struct hook *h)
{
    if (h->over)
        return hook_running(h) == 0 || h->now.us - h->over_at.us >= HOOK_DYING;
    return h->ending && hook_running(h) == 0 && errands_waiting(h->errands) == 0;
}

static int end(struct hook *h)
{
    size_t left = errands_waiting(h->errands);
    hook_tell_lost(h);
    if (h->out_open)
        hook_close_out(h, outlet_drain(&h->out, clock_wall(), LAST_LINES));
    hook_output_end(&h->output, h->now);
    hook_fifo_end(&h->fifo);
    tell_silent(h);
    if (left > 0)
        cli_say("%zu more that waited for their turn %s not run: the time is over", left, left == 1 ? "was" : "were");
    if (h->in.error != 0)
        cli_say("standard input: %s", strerror(h->in.error));
    return h->out_failed || h->out_full || h->in.error != 0 ? EXIT_SYSTEM : EXIT_DONE;
}

int main(int argc, char **argv)
{
    options(&hook, argc, argv);
    cli_need_stream(STDIN_FILENO);
    cli_need_stream(STDOUT_FILENO);
    open_all(&hook);
    do {
        wait_for_more(&hook);
        turn(&hook);
    } while (!is_done(&hook));
    int status = end(&hook);
    outlet_close(&hook.out);
    notify_groups_free(&hook.groups);
    errands_free(hook.errands);
    return cli_finish(status);
}
