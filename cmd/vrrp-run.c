/* vrrp-run: a whole router from a file of `vr` lines, started and looked after. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/run.h"
#include "net/clock.h"

const struct program program = {
    .name = "vrrp-run",
    .usage = "[-n] [-R PRIO] [--shadow] [--replace] [--wide] [-d DIR] [-k FILE]\n"
             "       [-l LOG] [--log-size BYTES] [--hook COMMAND]... [--events FIFO] FILE",
    .help =
        "Runs vrrp-listen | vrrp-elect | vrrp-advert | vip-follow for the virtual routers in FILE, a vr line each, and\n"
        "starts the chain again when one of them dies. HUP: read FILE again. INT, TERM: end cleanly.\n"
        "  -n                only check FILE, and print what would be started\n"
        "  -d DIR            lock, control FIFO and status are there (default /run/vrrp-tools)\n"
        "  -k FILE           the keys of vrrp-listen and vrrp-advert: vrrp-keys(5); only you may read it\n"
        "  -l LOG            log all that is heard and decided, for vrrp-elect -t\n"
        "  --log-size BYTES  begin a new log after so many\n"
        "  --hook COMMAND    run vrrp-hook COMMAND beside the chain; several at most\n"
        "  --events FIFO     the same lines for whoever reads FIFO, which is not made\n"
        "  -R PRIO           real-time priority for the chain, 1 to 99, and locked memory\n"
        "  --replace         take over from one that runs in DIR\n"
        "  --wide            hear and log the virtual routers of others, too\n"
        "  --shadow          elect beside another daemon, but send and set nothing\n"
        "  -h, -V            help, version\n",
};

enum word { WORD_SHADOW = CLI_WORD, WORD_REPLACE, WORD_LOG_SIZE, WORD_HOOK, WORD_EVENTS, WORD_WIDE };
static const struct cli_word words[] = {{"shadow", false}, {"replace", false}, {"log-size", true}, {"hook", true},
                                        {"events", true},  {"wide", false},    {NULL, false}};

static const usec LAST_WORDS = 5 * SECOND; /* for those beside the chain to end */

/* --- Options. --- */

static void take_hook(struct run_options *o, char *command)
{
    if (o->hook_count == RUN_HOOKS)
        cli_die(EXIT_USAGE, "--hook %s: more than %d", command, RUN_HOOKS);
    if (command[strspn(command, " \t")] == '\0')
        cli_die(EXIT_USAGE, "--hook: a command is needed");
    o->hooks[o->hook_count++] = command;
}

static void take_log_size(struct run_options *o, const char *text)
{
    (void)cli_word_number("log-size", text, 65536, INT64_MAX / 2);
    o->log_size = text;
}

static void options(struct run_options *o, int argc, char **argv)
{
    unsigned fifos = 0;
    o->directory = "/run/vrrp-tools";
    for (int option; (option = cli_option_or_word(argc, argv, "d:k:l:nR:", words)) != -1;) {
        switch (option) {
        case 'd':
            o->directory = optarg;
            break;
        case 'k':
            o->keys = optarg;
            break;
        case 'l':
            o->log = optarg;
            break;
        case 'n':
            o->dry = true;
            break;
        case 'R':
            o->priority = (int)cli_number('R', optarg, REALTIME_LEAST, REALTIME_MOST);
            break;
        case WORD_SHADOW:
            o->shadow = true;
            break;
        case WORD_REPLACE:
            o->replace = true;
            break;
        case WORD_LOG_SIZE:
            take_log_size(o, optarg);
            break;
        case WORD_HOOK:
            take_hook(o, optarg);
            break;
        case WORD_WIDE:
            o->wide = true;
            break;
        case WORD_EVENTS:
            o->events = optarg;
            fifos++;
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
    if (fifos > 1)
        cli_die(EXIT_USAGE, "--events %s: one FIFO is enough", o->events);
    if (o->log_size && !o->log)
        cli_die(EXIT_USAGE, "--log-size %s: of which log? -l is missing", o->log_size);
    o->file = argv[optind];
}

/* --- The programs beside the chain. --- */

static void add_log(struct run *r)
{
    struct run_options *o = &r->options;
    char *list[4];
    size_t count = 0;
    if (!o->log)
        return;
    if (o->log_size) {
        list[count++] = "--size";
        list[count++] = (char *)o->log_size;
    }
    list[count++] = "--";
    list[count++] = (char *)o->log;
    side_add(r, "vrrp-log", list, count, true);
}

static void add_hook(struct run *r, char *command)
{
    char *list[RUN_WORDS], *rest = NULL;
    size_t count = 0;
    for (char *word = strtok_r(command, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
        if (count == nitems(list))
            cli_die(EXIT_USAGE, "--hook %s: more than %zu words", command, nitems(list));
        list[count++] = word;
    }
    side_add(r, "vrrp-hook", list, count, false);
}

static void print_plan(const struct run *r)
{
    chain_print(r);
    trackers_print(r, &r->plan);
    for (size_t i = 0; i < r->side_count; i++) {
        fputs("beside it:", stdout);
        if (r->sides[i].fifo)
            printf(" >%s", r->sides[i].fifo);
        for (size_t k = 0; r->sides[i].argv[k]; k++)
            printf(" %s", r->sides[i].argv[k]);
        putchar('\n');
    }
}

/* --- The loop. --- */

bool run_is_ready(const struct run *r, int fd)
{
    for (size_t i = 0; i < r->fd_count; i++)
        if (r->fds[i].fd == fd)
            return r->fds[i].revents != 0;
    return false;
}

static void watch(struct run *r, int fd, short events)
{
    if (fd >= 0)
        r->fds[r->fd_count++] = (struct pollfd){.fd = fd, .events = events};
}

static void watch_all(struct run *r)
{
    const struct chain *c = &r->chain;
    r->fd_count = 0;
    watch(r, r->signals.fd, POLLIN);
    watch(r, r->timer.fd, POLLIN);
    watch(r, c->out.ended ? -1 : c->out.fd, POLLIN);
    watch(r, c->fresh.fd, POLLIN);
    watch(r, c->former.fd, POLLIN);
    for (size_t i = 0; i < c->count; i++)
        watch(r, c->stages[i].child.fd, POLLIN);
    for (size_t i = 0; i < nitems(r->trackers); i++)
        watch(r, r->trackers[i].words ? r->trackers[i].child.fd : -1, POLLIN);
    for (size_t i = 0; i < r->side_count; i++) {
        const struct side *s = &r->sides[i];
        watch(r, s->child.fd, POLLIN);
        watch(r, s->outlet.closed ? -1 : s->outlet.fd, outlet_events(&s->outlet));
    }
}

static instant deadline(const struct run *r)
{
    const instant all[] = {chain_deadline(r),  sides_deadline(r),  trackers_deadline(r),
                           reload_deadline(r), status_deadline(r), r->end};
    instant first = INSTANT_NEVER;
    for (size_t i = 0; i < nitems(all); i++)
        if (all[i].us < first.us)
            first = all[i];
    return first;
}

static void wait_for_more(struct run *r)
{
    watch_all(r);
    clock_timer_set(&r->timer, deadline(r));
    if (poll(r->fds, r->fd_count, -1) < 0 && errno != EINTR)
        cli_die(EXIT_SYSTEM, "poll: %s", strerror(errno));
    if (run_is_ready(r, r->timer.fd))
        clock_timer_ack(&r->timer);
    r->now = clock_now();
}

static bool terminal_is_gone(const struct run *r)
{
    struct pollfd p = {.fd = STDERR_FILENO};
    return r->terminal && poll(&p, 1, 0) > 0 && p.revents & (POLLHUP | POLLERR);
}

static void take_signals(struct run *r)
{
    if (!run_is_ready(r, r->signals.fd))
        return;
    bool again = signals_stop(&r->signals);
    bool hangup = r->signals.hangups > 0;
    r->signals.hangups = 0;
    if (!r->stopping && (r->signals.count > 0 || (hangup && terminal_is_gone(r)))) {
        r->stopping = true;
        chain_stop(r);
    } else if (again) {
        chain_force(r);
    } else if (hangup) {
        reload_begin(r);
    }
}

static void loop(struct run *r)
{
    while (r->chain.state != CHAIN_OVER) {
        wait_for_more(r);
        take_signals(r);
        lines_read(r);
        chain_turn(r);
        reload_turn(r);
        scope_turn(r);
        status_turn(r);
        sides_turn(r);
        trackers_turn(r);
    }
}

/* Those beside the chain get the last lines and have done. A command of the user's may take longer than we wait; who asks
 * us to end a second time does not wait at all. */
static void end_sides(struct run *r)
{
    r->end.us = r->now.us + LAST_WORDS;
    r->fd_count = 0;
    trackers_end(r, SIGTERM);
    sides_turn(r);
    while (!(sides_ended(r) && trackers_ended(r)) && r->now.us < r->end.us) {
        watch_all(r);
        clock_timer_set(&r->timer, r->end);
        if (poll(r->fds, r->fd_count, -1) < 0 && errno != EINTR)
            break;
        r->now = clock_now();
        if (run_is_ready(r, r->signals.fd) && signals_stop(&r->signals))
            break;
        sides_turn(r);
        trackers_turn(r);
    }
    trackers_end(r, SIGKILL);
    sides_tell_late(r);
}

static void open_all(struct run *r)
{
    r->terminal = isatty(STDERR_FILENO);
    if (!clock_timer_open(&r->timer) || !signals_open(&r->signals, SIGNALS_RUN))
        cli_die(EXIT_SYSTEM, "%s", strerror(errno));
    umask(022);
    r->states = levels_new(0, SIZE_MAX);
    if (!r->states)
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    r->now = clock_now();
    r->end = INSTANT_NEVER;
    r->exit_status = EXIT_DONE;
}

int main(int argc, char **argv)
{
    static struct run r;
    struct plan plan;
    options(&r.options, argc, argv);
    enum exit_status status = plan_read(&plan, &r.options);
    if (status == EXIT_USAGE)
        cli_say("%s: nothing was started", r.options.file);
    if (status != EXIT_DONE)
        return cli_finish((int)status);
    keys_check(&r);
    directory_paths(&r);
    chain_find(&r);
    trackers_find(&r);
    add_log(&r);
    for (size_t i = 0; i < r.options.hook_count; i++)
        add_hook(&r, r.options.hooks[i]);
    if (r.options.events)
        fifo_add(&r, r.options.events);
    if (r.options.dry) {
        r.plan = plan;
        print_plan(&r);
        return cli_finish(EXIT_DONE);
    }
    chain_ask_for_priority(&r);
    directory_open(&r);
    directory_lock(&r);
    directory_prepare(&r);
    open_all(&r);
    if (!plan_prepare(&r, &plan))
        return cli_finish(EXIT_SYSTEM);
    plan_adopt(&r, &plan);
    chain_start(&r);
    loop(&r);
    end_sides(&r);
    directory_clean(&r);
    levels_free(r.states);
    return cli_finish(r.exit_status);
}
