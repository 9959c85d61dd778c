/* vrrp-check: runs a health check regularly and says how it stands, in `track` lines. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/check_run.h"
#include "cmd/cli.h"
#include "cmd/command.h"
#include "cmd/track_out.h"
#include "core/check_state.h"
#include "net/clock.h"
#include "net/signals.h"

const struct program program = {
    .name = "vrrp-check",
    .usage = "[-C FIFO] [--interval TIME] [--timeout TIME] [--rise N] [--fall N]\n"
             "       [--while-read] NAME COMMAND [ARG...]",
    .help =
        "Runs COMMAND regularly and writes track lines: NAME is up while it exits with 0. Options end with COMMAND.\n"
        "  -C FIFO          write into the control FIFO of vrrp-elect instead of standard output\n"
        "  --interval TIME  from one start to the next (1s)\n"
        "  --timeout TIME   the command is killed then, which is a failure (the interval)\n"
        "  --rise N         so many successes in a row make it up after it was down (1)\n"
        "  --fall N         so many failures in a row make it down after it was up (1)\n"
        "  --while-read     end once nobody reads FIFO any more\n"
        "  -h, -V           help, version\n",
};

enum word { WORD_INTERVAL, WORD_TIMEOUT, WORD_RISE, WORD_FALL, WORD_WHILE_READ };
static const struct cli_word words[] = {
    [WORD_INTERVAL] = {"interval", true}, [WORD_TIMEOUT] = {"timeout", true},        [WORD_RISE] = {"rise", true},
    [WORD_FALL] = {"fall", true},         [WORD_WHILE_READ] = {"while-read", false}, {NULL, false},
};

/* However rare the checks are, a vrrp-elect that is started anew is told the state after so much. */
#define REPEAT SECOND
#define RARE   (2 * SECOND) /* an interval above it */

struct check {
    char name[NAME_TEXT];
    char **command; /* and its arguments */
    char path[PATH_MAX];
    usec interval, timeout;
    struct check_state state;
    struct check_run run;
    instant next_start;
    instant good_until; /* what the last check said */
    instant repeat_at;  /* INSTANT_NEVER: nothing is said between checks */
    bool while_read;
    struct track_out out;
    struct signals signals;
    struct clock_timer timer;
};

static struct check check;

/* Start */

static void take_word(struct check *c, enum word word, const char *value)
{
    switch (word) {
    case WORD_INTERVAL:
        c->interval = cli_word_duration(words[word].name, value, SHORTEST_CHECK, LONGEST_CHECK);
        break;
    case WORD_TIMEOUT:
        c->timeout = cli_word_duration(words[word].name, value, SHORTEST_CHECK, LONGEST_CHECK);
        break;
    case WORD_RISE:
        c->state.rise = (unsigned)cli_word_number(words[word].name, value, 1, CHECK_RESULTS);
        break;
    case WORD_FALL:
        c->state.fall = (unsigned)cli_word_number(words[word].name, value, 1, CHECK_RESULTS);
        break;
    case WORD_WHILE_READ:
        c->while_read = true;
        break;
    }
}

static void take_name(struct check *c, const char *name)
{
    size_t length = strlen(name);
    if (length == 0 || length >= sizeof c->name)
        cli_die(EXIT_USAGE, "%s: a name has 1 to %zu bytes", length == 0 ? "NAME" : name, sizeof c->name - 1);
    memcpy(c->name, name, length);
}

/* Options may stand before NAME and behind it; what comes after COMMAND is the command's. */
static const char *options(struct check *c, int argc, char **argv)
{
    const char *fifo = NULL;
    bool at_command = false;
    *c = (struct check){.interval = SECOND, .state = {.rise = 1, .fall = 1}};
    for (int option; !at_command && (option = cli_option_in_order(argc, argv, "C:", words)) != -1;) {
        if (option == 'C')
            fifo = optarg;
        else if (option >= CLI_WORD)
            take_word(c, (enum word)(option - CLI_WORD), optarg);
        else if (c->name[0] == '\0')
            take_name(c, optarg);
        else
            at_command = true;
    }
    if (at_command)
        optind--;
    else if (c->name[0] == '\0' && optind < argc) /* behind -- */
        take_name(c, argv[optind++]);
    if (optind >= argc) {
        cli_usage_to_stderr();
        exit(cli_finish(EXIT_USAGE));
    }
    c->command = argv + optind;
    if (c->timeout == 0)
        c->timeout = c->interval;
    return fifo;
}

static void open_all(struct check *c, const char *fifo)
{
    command_find("", c->command[0], c->path);
    check_run_init(&c->run);
    if (!signals_open(&c->signals, SIGNALS_SOURCE) || !clock_timer_open(&c->timer))
        cli_die(EXIT_SYSTEM, "%s", strerror(errno));
    track_out_open(&c->out, fifo, c->while_read);
    c->next_start = clock_now();
    c->repeat_at = INSTANT_NEVER;
}

/* What is said */

/* The state as it stands. It holds for what is left of its time, and after that it is not said again. */
static void say_state(struct check *c, instant now)
{
    struct track_event e = {.up = c->state.up, .for_ = check_left(c->good_until, now)};
    memcpy(e.name, c->name, sizeof e.name);
    c->repeat_at = INSTANT_NEVER;
    if (e.for_ == 0)
        return;
    (void)track_out_put(&c->out, &e);
    track_out_done(&c->out);
    if (c->out.to_fifo && c->interval > RARE)
        c->repeat_at.us = now.us + REPEAT;
}

static void tell_people(const struct check *c, enum check_news news, unsigned results, const char *reason)
{
    char count[48] = "";
    const char *said = c->run.said.text;
    if (results > 1)
        snprintf(count, sizeof count, " after %u %s", results, news == CHECK_UP ? "successes" : "failures");
    if (news == CHECK_UP)
        cli_say("%s: up%s", c->name, count);
    else
        cli_say("%s: down%s: %s%s%s", c->name, count, reason, said[0] != '\0' ? ": " : "", said);
}

/* reason: of a failure; "" for a success. */
static void take_result(struct check *c, const char *reason)
{
    unsigned results;
    instant now = clock_now();
    enum check_news news = check_result(&c->state, reason[0] == '\0', &results);
    c->good_until.us = now.us + check_good_for(c->interval, c->timeout);
    if (news != CHECK_SAME)
        tell_people(c, news, results, reason);
    say_state(c, now);
}

/* One check after the other */

static void start(struct check *c, instant now)
{
    char reason[CHECK_REASON];
    c->next_start = check_next_start(c->next_start, c->interval, now);
    int error = check_run_start(&c->run, c->path, c->command, (instant){now.us + c->timeout});
    if (error == 0)
        return;
    snprintf(reason, sizeof reason, "it cannot be started: %s", strerror(error));
    take_result(c, reason);
}

static void give_up(struct check *c)
{
    char reason[CHECK_REASON], limit[DURATION_TEXT];
    format_duration(limit, c->timeout);
    snprintf(reason, sizeof reason, "no answer within %s", limit);
    check_run_kill(&c->run);
    take_result(c, reason);
}

static void end(struct check *c)
{
    char reason[CHECK_REASON];
    bool given_up = c->run.limit.us == INSTANT_NEVER.us;
    if (check_run_ended(&c->run, reason) && !given_up)
        take_result(c, reason);
}

static instant wake_up(const struct check *c)
{
    instant at = check_run_goes_on(&c->run) ? c->run.limit : c->next_start;
    return c->repeat_at.us < at.us ? c->repeat_at : at;
}

static void do_what_is_due(struct check *c)
{
    instant now = clock_now();
    if (!check_run_goes_on(&c->run) && now.us >= c->next_start.us)
        start(c, now);
    if (check_run_goes_on(&c->run) && now.us >= c->run.limit.us)
        give_up(c);
    if (now.us >= c->repeat_at.us)
        say_state(c, now);
}

/* The loop */

/* True when a signal asked for the end. */
static bool turn(struct check *c)
{
    struct pollfd polls[] = {
        {.fd = c->signals.fd, .events = POLLIN},
        {.fd = c->timer.fd, .events = POLLIN},
        {.fd = c->run.output, .events = POLLIN},
        {.fd = c->run.child.fd, .events = POLLIN},
        track_out_poll(&c->out),
    };
    clock_timer_set(&c->timer, wake_up(c));
    if (poll(polls, nitems(polls), -1) < 0 && errno != EINTR)
        cli_die(EXIT_SYSTEM, "poll: %s", strerror(errno));
    if (polls[1].revents)
        clock_timer_ack(&c->timer);
    track_out_polled(&c->out, &polls[4]);
    if (polls[2].revents)
        check_run_hear(&c->run);
    if (polls[3].revents)
        end(c);
    do_what_is_due(c);
    return polls[0].revents && signals_stop(&c->signals);
}

static int run(struct check *c)
{
    int status = -1;
    bool stop = false;
    do_what_is_due(c);
    while ((status = track_out_flush(&c->out)) < 0 && !stop)
        stop = turn(c);
    check_run_kill(&c->run);
    return status < 0 ? EXIT_DONE : status;
}

int main(int argc, char **argv)
{
    const char *fifo = options(&check, argc, argv);
    open_all(&check, fifo);
    int status = run(&check);
    track_out_close(&check.out);
    return cli_finish(status);
}
