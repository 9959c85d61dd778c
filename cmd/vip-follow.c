/* vip-follow: keeps the virtual addresses of a router where its `send` and `state` lines say they belong. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/follow.h"
#include "net/clock.h"

const struct program program = {
    .name = "vip-follow",
    .usage = "[-R PRIO] [-C FIFO]",
    .help =
        "Reads lines of vrrp-advert on standard input and passes each on. Puts the addresses of a virtual router on\n"
        "its interface while it is Active, as leases that the kernel ends by itself, and announces them.\n"
        "  -C FIFO  tell vrrp-elect through its control FIFO whether they can be set: track name=vip:NAME\n"
        "  -R PRIO  real-time priority, 1 to 99, and locked memory; exit 3 when it is refused\n"
        "  -h, -V   help, version\n",
};

static const usec END_LIMIT = 500 * MILLISECOND; /* for the last lines */

static void turn(struct follow *f)
{
    follow_input(f);
    f->now = clock_now();
    holdings_advance(f->holdings, f->now);
    follow_fences(f);
    follow_notices(f);
    follow_belongings_before(f);
    follow_links(f);
    follow_belongings_after(f);
    follow_announcements(f);
    if (f->out_open)
        follow_close_out(f, outlet_flush(&f->out, clock_wall()));
    follow_tracks(f);
}

static void wait_for_more(struct follow *f)
{
    struct pollfd fds[] = {
        {.fd = f->in.fd, .events = POLLIN},
        {.fd = f->out_open ? f->out.fd : -1, .events = f->out_open ? outlet_events(&f->out) : 0},
        {.fd = f->signals.fd, .events = POLLIN},
        {.fd = f->watch.fd, .events = POLLIN},
        {.fd = f->timer.fd, .events = POLLIN},
        {.fd = f->route_watch.fd, .events = POLLIN},
    };
    instant deadline = holdings_deadline(f->holdings);
    const instant again = f->out_full ? f->out.again : INSTANT_NEVER;
    const instant others[] = {follow_tracks_deadline(f), follow_belongings_deadline(f), signals_deadline(&f->signals),
                              again};
    for (size_t n = 0; n < nitems(others); n++) {
        if (others[n].us < deadline.us)
            deadline = others[n];
    }
    clock_timer_set(&f->timer, deadline);
    if (poll(fds, nitems(fds), -1) < 0)
        return; /* EINTR */
    if (fds[4].revents != 0)
        clock_timer_ack(&f->timer);
    f->signalled = f->signalled || fds[2].revents != 0;
    if (fds[1].revents & (POLLERR | POLLHUP | POLLNVAL)) {
        f->out.error = fds[1].revents & POLLNVAL ? EBADF : 0;
        follow_close_out(f, f->out.error != 0 ? OUTLET_FAILED : OUTLET_CLOSED);
    }
}

/* Releases what is to go. A virtual router that is still held was never said to be given up: vrrp-advert died, and
 * nobody has sent priority 0 for it. Nobody else answers for its addresses before the others' timers run out, so they
 * stay until their leases end. */
static int end(struct follow *f)
{
    bool asked = f->signals.count > 0;
    size_t active = asked ? 0 : holdings_held_count(f->holdings); /* before those without a lease are let go */
    f->now = clock_now();
    f->failed = false;
    holdings_release(f->holdings, !asked, f->now);
    belongings_give_up(f->belongings, "", f->now); /* nothing would ever end them */
    follow_fences(f);
    follow_notices(f);
    follow_belongings_before(f);
    follow_links(f);
    follow_belongings_after(f);
    follow_fence_end(f);
    if (f->out_open)
        follow_close_out(f, outlet_drain(&f->out, clock_wall(), END_LIMIT));
    if (f->in.error != 0)
        cli_say("standard input: %s", strerror(f->in.error));
    if (active > 0)
        cli_say("input ended while %zu virtual router%s Active: the addresses stay until their leases end%s", active,
                active == 1 ? " is" : "s are",
                holdings_held_count(f->holdings) < active ? "; those without one are removed" : "");
    return active > 0 || f->failed || f->out_failed || f->out_full || f->in.error != 0 ? EXIT_SYSTEM : EXIT_DONE;
}

/* An interface that takes no more frames is not to hold up the others' leases. */
static void limit_sending(int fd)
{
    struct timeval limit = {.tv_usec = 20 * 1000};
    int room = 1 << 20; /* some 1,000 frames: more than a turn of the loop sends */
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
}

/* Of files are left the FIFO, and settings of macvlans that the kernel takes in no other way. */
static void confine(const char *fifo)
{
    struct confine_place places[2];
    size_t count = 0;
    int fd = open(MACVLAN_FILES, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        places[count++] = (struct confine_place){fd, CONFINE_WRITE};
    if (fifo != NULL)
        places[count++] = (struct confine_place){cli_directory_of("-C ", fifo), CONFINE_WRITE};
    cli_confine_places(CONFINE_REPORTER, places, count);
    for (size_t n = 0; n < count; n++)
        close(places[n].directory);
}

static void open_all(struct follow *f, const char *fifo)
{
    const char *hint = cli_permission_hint("CAP_NET_ADMIN,CAP_NET_RAW");
    f->holdings = holdings_new(follow_tell, f);
    f->book = address_book_open();
    if (f->holdings == NULL || f->book == NULL)
        cli_die(EXIT_SYSTEM, "%s", strerror(errno));
    if (!address_tags_kept()) {
        cli_say("this kernel keeps no address tags (Linux 5.18 does): what an earlier run left over is not known");
        holdings_untagged(f->holdings);
    }
    if (!address_book_may_change(f->book))
        cli_die(EXIT_SYSTEM, "addresses: permission denied%s", hint);
    follow_macvlans_open(f);
    if (!injector_open(&f->injector))
        cli_die(EXIT_SYSTEM, "packet socket: %s%s", strerror(errno), errno == EPERM ? hint : "");
    limit_sending(f->injector.fd);
    if (!address_watch_open(&f->watch, f->book))
        cli_die(EXIT_SYSTEM, "netlink: %s", strerror(errno));
    follow_belongings_open(f);
    f->fence = fence_open();
    f->fence_error = errno;
    f->fenced = f->fence != NULL && fence_is_there(f->fence);
    if (f->fenced)
        holdings_fences_left(f->holdings);
    if (!clock_timer_open(&f->timer) || !signals_open(&f->signals, SIGNALS_THIRD_FILTER))
        cli_die(EXIT_SYSTEM, "%s", strerror(errno));
    inlet_init(&f->in, STDIN_FILENO);
    if (!outlet_open(&f->out, STDOUT_FILENO, program.name, false))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    f->out_open = true;
    (void)clock_boot_id(f->boot);
    if (isatty(STDIN_FILENO))
        cli_say("reading lines from the terminal; vrrp-elect ... | vrrp-advert | vip-follow is the usual way");
    f->reports = fifo != NULL;
    confine(fifo);
    if (f->reports)
        track_report_open(&f->report, fifo); /* with the rights that it will have later */
}

int main(int argc, char **argv)
{
    static struct follow f;
    const char *fifo = NULL;
    for (int option; (option = cli_option(argc, argv, "C:R:")) != -1;) {
        if (option == 'C')
            fifo = optarg;
        else
            cli_realtime(optarg);
    }
    if (optind < argc)
        cli_die(EXIT_USAGE, "%s: takes no operands; lines come on standard input", argv[optind]);
    open_all(&f, fifo);
    do {
        wait_for_more(&f);
        turn(&f);
    } while (!f.in.ended && !(f.signalled && signals_stop(&f.signals)));
    int status = end(&f);
    outlet_close(&f.out);
    holdings_free(f.holdings);
    follow_belongings_close(&f);
    fence_close(f.fence);
    address_watch_close(&f.watch);
    follow_macvlans_close(&f);
    address_book_close(f.book);
    injector_close(&f.injector);
    return cli_finish(status);
}
