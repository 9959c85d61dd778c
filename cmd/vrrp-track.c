/* vrrp-track: watches interfaces, addresses, routes, processes and files, and says how they stand, in `track` lines. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/track.h"

const struct program program = {
    .name = "vrrp-track",
    .usage = "[-C FIFO] [--while-read] [-f FILE] [name=NAME] [KIND=WHAT [KEY=VALUE]...]",
    .help = "Watches what the kernel knows and writes track lines. The operands are one watch; KIND=WHAT is one of\n"
            "  link=IF              it is up and has a carrier\n"
            "  address=ADDR         it is on an interface [if=IF]\n"
            "  route=PREFIX         a route to it; default [via=ADDR] [if=IF] [table=N]\n"
            "  process=NAME         such a process is there [count=MIN..MAX]\n"
            "  cmdline=WORD,WORD... one with exactly this command line [count=MIN..MAX]\n"
            "  file=PATH            it is there; what number it says [value=MIN..MAX]\n"
            "and of each rise=TIME fall=TIME: it has to be up, or down, for so long before that is told.\n"
            "  -C FIFO     write into the control FIFO of vrrp-elect instead of standard output\n"
            "  -f FILE     watch lines: the same words, any number of them\n"
            "  --while-read  end once nobody reads FIFO any more\n"
            "  -h, -V      help, version\n",
};

/* Each is said again so often, and good for so long. */
static const usec REPEAT = SECOND, GOOD_FOR = 4 * SECOND;

static const struct cli_word words[] = {{"while-read", false}, {NULL, false}};

static struct track track;

static void options(struct track *t, int argc, char **argv)
{
    const char *file = NULL;
    for (int option; (option = cli_option_or_word(argc, argv, "C:f:", words)) != -1;) {
        if (option == 'C')
            t->fifo = optarg;
        else if (option == CLI_WORD)
            t->while_read = true;
        else if (file)
            cli_die(EXIT_USAGE, "-f %s: one file is enough", optarg);
        else
            file = optarg;
    }
    if (optind == argc && !file) {
        cli_usage_to_stderr();
        exit(cli_finish(EXIT_USAGE));
    }
    if (optind < argc)
        track_word_watch(t, argv + optind, (size_t)(argc - optind));
    if (file)
        track_file_watches(t, file);
    if (t->count == 0)
        cli_die(EXIT_USAGE, "%s: no watch line in it", file);
}

static void open_all(struct track *t)
{
    track_out_open(&t->out, t->fifo, t->while_read);
    track_look_open(t);
    if (!signals_open(&t->signals, SIGNALS_SOURCE) || !clock_timer_open(&t->timer))
        cli_die(EXIT_SYSTEM, "%s", strerror(errno));
    track_look_confine(t);
}

/* --- What is said. --- */

static bool is_to_be_said(const struct track *t, const struct tracker *one)
{
    return one->state.known && one->failure == 0 && (!one->told || one->repeat_at.us <= t->now.us);
}

static void say_all(struct track *t)
{
    for (size_t i = 0; i < t->count; i++) {
        struct tracker *one = &t->all[i];
        const struct watch_state *s = &one->state;
        struct track_event e = {.up = s->up, .for_ = GOOD_FOR, .has_value = s->has_value, .value = s->value};
        if (!is_to_be_said(t, one))
            continue;
        memcpy(e.name, one->watch.name, sizeof e.name);
        (void)track_out_put(&t->out, &e); /* if it is not there, the next one will be */
        one->told = true;
        one->repeat_at.us = t->now.us + REPEAT;
    }
    track_out_done(&t->out);
}

/* --- The loop. --- */

static instant wake_up(const struct track *t)
{
    instant at = track_look_deadline(t);
    for (size_t i = 0; i < t->count; i++) {
        const struct tracker *one = &t->all[i];
        if (one->state.known && one->failure == 0 && one->repeat_at.us < at.us)
            at = one->repeat_at;
    }
    return at;
}

enum { POLL_SIGNALS, POLL_TIMER, POLL_KERNEL, POLL_FILES, POLL_OUT, POLL_HELD };

static void heed_held(struct track *t, const struct pollfd *polls)
{
    for (size_t i = 0; i < t->count; i++) {
        struct tracker *one = &t->all[i];
        size_t count = one->held_count;
        bool ended = false;
        for (size_t n = 0; n < count; n++)
            ended = ended || polls[n].revents != 0;
        if (ended)
            track_heed_ends(t, one);
        polls += count;
    }
}

/* True when a signal asked for the end. */
static bool turn(struct track *t)
{
    static struct pollfd polls[POLL_HELD + TRACK_HELD_ALL];
    nfds_t count = POLL_HELD;
    polls[POLL_SIGNALS] = (struct pollfd){.fd = t->signals.fd, .events = POLLIN};
    polls[POLL_TIMER] = (struct pollfd){.fd = t->timer.fd, .events = POLLIN};
    polls[POLL_KERNEL] = (struct pollfd){.fd = t->kernel ? kernel_fd(t->kernel) : -1, .events = POLLIN};
    polls[POLL_FILES] = (struct pollfd){.fd = t->files.fd, .events = POLLIN};
    polls[POLL_OUT] = track_out_poll(&t->out);
    for (size_t i = 0; i < t->count; i++)
        for (size_t n = 0; n < t->all[i].held_count; n++)
            polls[count++] = (struct pollfd){.fd = t->all[i].held[n], .events = POLLIN};
    clock_timer_set(&t->timer, wake_up(t));
    if (poll(polls, count, -1) < 0 && errno != EINTR)
        cli_die(EXIT_SYSTEM, "poll: %s", strerror(errno));
    t->now = clock_now();
    if (polls[POLL_TIMER].revents)
        clock_timer_ack(&t->timer);
    if (polls[POLL_KERNEL].revents)
        track_heed_kernel(t);
    if (polls[POLL_FILES].revents)
        track_heed_files(t);
    track_out_polled(&t->out, &polls[POLL_OUT]);
    heed_held(t, polls + POLL_HELD);
    return polls[POLL_SIGNALS].revents && signals_stop(&t->signals);
}

static int run(struct track *t)
{
    int status = -1;
    bool stop = false;
    t->now = clock_now();
    while (!stop && status < 0) {
        track_look(t);
        say_all(t);
        status = track_out_flush(&t->out);
        if (status < 0)
            stop = turn(t);
    }
    return status < 0 ? EXIT_DONE : status;
}

int main(int argc, char **argv)
{
    options(&track, argc, argv);
    open_all(&track);
    int status = run(&track);
    track_out_close(&track.out);
    track_look_close(&track);
    free(track.all);
    return cli_finish(status);
}
