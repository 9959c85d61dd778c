/* vrrp-elect: the election. Lines in, decisions out; no socket, no file after start, no privilege. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/colour.h"
#include "cmd/vr_file.h"
#include "core/session.h"
#include "net/clock.h"
#include "net/fifo.h"
#include "net/inlet.h"
#include "net/outlet.h"
#include "net/signals.h"

const struct program program = {
    .name = "vrrp-elect",
    .usage = "[-pt] [--shadow] [-R PRIO] [-C FIFO] [-f FILE]... [if=IF vrid=N ip=ADDR,... key=value...]",
    .help =
        "Reads lines of vrrp-listen on standard input. Without a virtual router: says who is Active, and each change.\n"
        "With virtual routers (operands, or vr lines in files): takes part in their elections.\n"
        "  -f FILE  virtual routers: a vr line each\n"
        "  -C FIFO  take control lines (track, yield, vr, novr, status, stop) from this FIFO, of mode 0600;\n"
        "           what has an id= is answered in FIFO.answers, too\n"
        "  -p       pass the input on as well: a log that -t replays\n"
        "  -t       replay: time comes from the lines, and what is decided is marked replay=yes\n"
        "  -R PRIO  real-time priority, 1 to 99, and locked memory; exit 3 when it is refused\n"
        "  --shadow elect beside another daemon of this host as it would, but send nothing\n"
        "  -h, -V   help, version\n",
};

enum word { WORD_SHADOW = CLI_WORD };
static const struct cli_word words[] = {{"shadow", false}, {NULL, false}};

static const usec END_LIMIT = 2 * SECOND;               /* to get rid of the last lines */
static const usec FOREVER = (usec)365 * 86400 * SECOND; /* a replay waits for its reader */

enum { CONTROL_ROUNDS = 1024 }; /* of up to 64 KiB each: a flood delays control lines by a second or so */

struct source {
    struct inlet inlet;
    const char *name; /* for messages */
    bool control;
};

struct elect {
    struct session *session;
    struct outlet outlet;
    struct signals signals;
    struct source input, control;
    struct source *reading; /* whose line is being taken */
    int answers;            /* of the control input; -1: none */
    struct clock_timer timer;
    bool colour;
    bool stopped;
    bool out_of_memory;
    bool decided;  /* a decision waits to be written */
    usec patience; /* with the reader, as it was at the last look: see has_stopped_reading */
    instant patience_due;
    unsigned control_waits; /* rounds of input for which the control input has waited */
};

static struct elect elect;

static struct session_now now(void)
{
    return (struct session_now){.steady = clock_now(), .wall = clock_wall()};
}

static void emit(void *context, enum level_kind kind, const struct identity *id, const char *line, size_t len)
{
    struct elect *e = context;
    struct span lines = {line, len};
    if (e->colour)
        lines = colour_lines(lines);
    if (session_is_replay(e->session) && outlet_is_heavy(&e->outlet)) /* of one line, a log of years can come */
        outlet_drain(&e->outlet, clock_wall(), FOREVER);
    if (!outlet_put_behind(&e->outlet, kind, id, lines.at, lines.len, clock_wall()))
        e->out_of_memory = true;
    if (kind != LEVEL_KEEP && kind != LEVEL_DROPPABLE)
        e->decided = true;
}

/* Whoever asked reads it, or nobody does: then it is full some day, and what does not fit is left out. */
static void answer(void *context, const char *line, size_t len)
{
    const struct elect *e = context;
    if (e->answers >= 0 && len <= PIPE_BUF && write(e->answers, line, len) < 0)
        return;
}

static void complain(void *context, struct span word, const char *reason)
{
    const struct elect *e = context;
    cli_bad_line(e->reading->name, e->reading->inlet.number, word, reason);
}

/* Start */

static const char *configure(void *context, const struct vr_config *c)
{
    struct elect *e = context;
    switch (session_configure(e->session, c)) {
    case SESSION_VR_DONE:
        /* Erratum 8300. Link-local ones stand first. */
        if (c->id.af == 6 && !ip_is_link_local(&c->ip.items[0].ip))
            cli_say("%s: no address is link-local: routers that follow RFC 9568 discard its adverts", c->name);
        break;
    case SESSION_VR_NAME_TAKEN:
        return "this name belongs to another virtual router";
    case SESSION_VR_AGAIN:
        return "this virtual router (if, af, vrid) was configured before";
    case SESSION_VR_NO_MEMORY:
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    }
    return NULL;
}

/* Open for reading and writing, so that it never ends when the other side goes, nor waits for one. Others must have no
 * access to it. */
static int open_fifo(const char *path)
{
    const char *why;
    int fd = fifo_open(path, O_RDWR, &why);
    if (fd < 0)
        cli_die(errno == EINVAL ? EXIT_USAGE : EXIT_SYSTEM, "-C %s: %s", path, why);
    return fd;
}

static void open_control(struct elect *e)
{
    const char *path = e->control.name;
    char answers[PATH_MAX];
    e->answers = -1;
    inlet_init(&e->control.inlet, path ? open_fifo(path) : -1);
    if (!path)
        return;
    if ((size_t)snprintf(answers, sizeof answers, "%s.answers", path) >= sizeof answers)
        cli_die(EXIT_USAGE, "-C %s: %s", path, strerror(ENAMETOOLONG));
    if (mkfifo(answers, 0600) < 0 && errno != EEXIST)
        cli_say("%s: %s; what is asked through %s is answered on standard output only", answers, strerror(errno), path);
    else
        e->answers = open_fifo(answers);
}

static void options(struct elect *e, int argc, char **argv)
{
    static struct prefix_buffer buffer;
    struct vr_config config = {0};
    const char *files[64];
    size_t file_count = 0;
    bool realtime = false;
    char boot[BOOT_TEXT];
    struct session_options o = {.boot = boot, .emit = emit, .complain = complain, .answer = answer, .context = e};
    e->input = (struct source){.name = "standard input"};
    e->control = (struct source){.control = true};
    for (int option; (option = cli_option_or_word(argc, argv, "C:f:pR:t", words)) != -1;) {
        switch (option) {
        case 'C':
            e->control.name = optarg;
            break;
        case 'f':
            if (file_count == nitems(files))
                cli_die(EXIT_USAGE, "-f %s: more than %zu files", optarg, nitems(files));
            files[file_count++] = optarg;
            break;
        case 'p':
            o.pass = true;
            break;
        case 'R':
            cli_realtime(optarg);
            realtime = true;
            break;
        case 't':
            o.replay = true;
            break;
        case WORD_SHADOW:
            o.shadow = true;
            break;
        }
    }
    if (realtime && o.replay)
        cli_die(EXIT_USAGE, "-R: with -t nothing is urgent");
    clock_boot_id(boot);
    e->colour = colour_wanted();
    o.format_time = isatty(STDOUT_FILENO) ? clock_format_human : NULL;
    e->session = session_new(&o);
    if (!e->session)
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    for (size_t i = 0; i < file_count; i++)
        vr_file_read(files[i], configure, e);
    if (optind < argc) {
        cli_vr_operands(&config, &buffer, argv + optind, (size_t)(argc - optind));
        const char *refused = configure(e, &config);
        if (refused)
            cli_die(EXIT_USAGE, "%s: %s", config.name, refused);
    }
}

static void open_all(struct elect *e)
{
    inlet_init(&e->input.inlet, STDIN_FILENO);
    open_control(e);
    if (!outlet_open(&e->outlet, STDOUT_FILENO, program.name, session_routers(e->session) > 0))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    if (!clock_timer_open(&e->timer) || !signals_open(&e->signals, SIGNALS_FILTER))
        cli_die(EXIT_SYSTEM, "%s", strerror(errno));
    if (isatty(STDIN_FILENO))
        cli_say("reading lines from the terminal; vrrp-listen IF | vrrp-elect is the usual way");
    cli_confine(CONFINE_FILTER);
}

/* Input */

static void take(struct elect *e, struct source *from, struct span text, const struct session_now *at)
{
    switch (session_line(e->session, text.at, text.len, from->control, at)) {
    case SESSION_GOES_ON:
        break;
    case SESSION_STOPPED:
        e->stopped = true;
        break;
    case SESSION_OLD:
        cli_die(EXIT_USAGE, "%s:%llu: these lines are more than 10 s old; -t replays them", from->name,
                (unsigned long long)from->inlet.number);
    case SESSION_NO_MEMORY:
        e->out_of_memory = true;
        break;
    }
    /* A decision goes out before the next line is read: only for a reader that is late does a newer one take its place.
     * What comes of it is seen at the end of the turn. */
    if (e->decided) {
        e->decided = false;
        outlet_flush(&e->outlet, at->wall);
    }
}

/* One read, and the lines that it brought: they were there when it ended, so they happened by then. */
static void read_source(struct elect *e, struct source *from)
{
    struct span text;
    e->reading = from;
    inlet_fill(&from->inlet);
    struct session_now at = now();
    for (enum inlet_line got; !e->stopped && (got = inlet_next(&from->inlet, &text)) != INLET_NONE;) {
        if (got == INLET_TOO_LONG)
            cli_bad_line(from->name, from->inlet.number, (struct span){0}, line_error_text(LINE_TOO_LONG));
        else
            take(e, from, text, &at);
    }
    if (e->out_of_memory)
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    if (from->inlet.error)
        cli_die(EXIT_SYSTEM, "%s: %s", from->name, strerror(from->inlet.error));
}

/* Output */

static int gone(struct elect *e, const char *what)
{
    /* An observer has nobody to tell any more; a router has failed. */
    if (session_routers(e->session) == 0 || session_is_replay(e->session))
        return EXIT_DONE;
    cli_say("the reader of my lines %s", what);
    return EXIT_SYSTEM;
}

/* It took nothing for an Active_Down_Interval: by then the others have taken over. To know the longest of all takes a
 * look at each, which is not for every turn: once a second. */
static bool has_stopped_reading(struct elect *e)
{
    instant at = clock_now();
    usec waited = outlet_waited(&e->outlet, at);
    if (waited > 0 && at.us >= e->patience_due.us) {
        e->patience = session_patience(e->session);
        e->patience_due.us = at.us + SECOND;
    }
    return waited > 0 && waited > e->patience;
}

/* What comes of a flush: -1 to go on, or the exit status. */
static int judge(struct elect *e, enum outlet_status status)
{
    switch (status) {
    case OUTLET_DONE:
        break;
    case OUTLET_WAITING:
        if (session_routers(e->session) > 0 && has_stopped_reading(e))
            return gone(e, "has stopped reading");
        break;
    case OUTLET_CLOSED:
        return gone(e, "is gone");
    case OUTLET_FAILED:
        cli_say("standard output: %s", strerror(e->outlet.error));
        return EXIT_SYSTEM;
    }
    return -1;
}

static int write_out(struct elect *e)
{
    stamp wall = clock_wall();
    return judge(e, session_is_replay(e->session) ? outlet_drain(&e->outlet, wall, FOREVER)
                                                  : outlet_flush(&e->outlet, wall));
}

/* The loop */

static bool input_ready(void)
{
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&p, 1, 0) > 0;
}

static instant wake_up(const struct elect *e)
{
    instant at = session_look(e->session), forced = signals_deadline(&e->signals);
    if (outlet_events(&e->outlet) != 0) { /* this has a limit in time, too */
        instant look = {clock_now().us + SECOND / 4};
        at = look.us < at.us ? look : at;
    }
    return forced.us < at.us ? forced : at;
}

/* Waits and reads once. Live, time passes only once the input is empty: what was heard counts before silence does. */
static void turn(struct elect *e)
{
    struct pollfd polls[] = {
        {.fd = STDIN_FILENO, .events = POLLIN},
        {.fd = e->control.inlet.fd, .events = POLLIN},
        {.fd = STDOUT_FILENO, .events = outlet_events(&e->outlet)},
        {.fd = e->signals.fd, .events = POLLIN},
        {.fd = e->timer.fd, .events = POLLIN},
    };
    clock_timer_set(&e->timer, wake_up(e));
    if (poll(polls, nitems(polls), -1) < 0 && errno != EINTR)
        cli_die(EXIT_SYSTEM, "poll: %s", strerror(errno));
    if (polls[4].revents)
        clock_timer_ack(&e->timer);
    if (polls[2].revents & (POLLERR | POLLHUP))
        e->outlet.closed = true;
    if (polls[3].revents || e->signals.count > 0)
        e->stopped = signals_stop(&e->signals) || e->stopped;
    if (polls[0].revents && !e->stopped) {
        struct session_now woken = now();
        session_awake(e->session, &woken);
        read_source(e, &e->input);
    }
    /* A control line moves the clock to now, so that it waits, within reason, for what was heard before it. */
    e->control_waits = polls[1].revents && input_ready() && !e->input.inlet.ended ? e->control_waits + 1 : 0;
    if (polls[1].revents && !e->stopped && e->control_waits % CONTROL_ROUNDS == 0)
        read_source(e, &e->control);
    if (session_is_replay(e->session) || e->stopped || e->input.inlet.ended)
        return;
    struct session_now at = now();
    if (input_ready())
        session_busy(e->session, &at);
    else
        session_idle(e->session, &at);
}

static int run(struct elect *e)
{
    int status = -1;
    while (status < 0 && !e->stopped && !e->input.inlet.ended) {
        turn(e);
        status = write_out(e);
    }
    struct session_now at = now();
    session_end(e->session, &at);
    if (status >= 0)
        return status;
    status = judge(e, outlet_drain(&e->outlet, at.wall, session_is_replay(e->session) ? FOREVER : END_LIMIT));
    if (status >= 0)
        return status;
    if (outlet_events(&e->outlet) != 0)
        return gone(e, "has stopped reading");
    if (session_missed_interfaces(e->session)) {
        cli_say("no line was of an interface that is configured (if=)");
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

int main(int argc, char **argv)
{
    options(&elect, argc, argv);
    cli_need_stream(STDIN_FILENO);
    cli_need_stream(STDOUT_FILENO);
    open_all(&elect);
    int status = run(&elect);
    outlet_close(&elect.outlet);
    session_free(elect.session);
    return cli_finish(status);
}
