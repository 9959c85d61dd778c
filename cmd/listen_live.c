/* Interfaces to lines. One loop: wait, take the time, hand out what was captured before it, say so (`tick`), write. */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/listen.h"
#include "net/clock.h"
#include "net/link.h"
#include "net/outlet.h"
#include "net/signals.h"
#include "net/wakeup.h"

enum { FRAMES_A_TURN = 4096 };
enum { ON_SIGNALS, ON_STDOUT, ON_LINKS, ON_CAPTURES }; /* ids; ON_CAPTURES + capture * CAPTURE_FDS + ring */

#define TICK_SLOWEST (100 * MILLISECOND)
#define TICK_FASTEST (10 * MILLISECOND)
#define LOOK_EVERY   SECOND            /* at the wall clock and at what was dropped, without ticks */
#define LINKS_EVERY  (5 * MILLISECOND) /* the kernel tells of each renewed lease: not each is worth waking up for */
#define STEP_NS      1000000           /* the wall clock was set, or slewed by as much */
#define LAST_WORDS   (2 * SECOND)      /* for a reader that does not read, at the end */

struct live {
    struct listen *listen;
    struct capture *captures[LISTEN_INTERFACES];
    size_t capture_count;
    struct link_watch *links;
    struct listen_lines lines;
    struct signals signals;
    struct wakeup wakeup;
    struct {
        bool signals, links;
        size_t count; /* rings */
        unsigned rings[WAKEUP_MOST];
    } ready;
    unsigned stdout_events; /* what is waited for there */
    int64_t offset;         /* wall - steady, in ns, as the last `clock` line had it */
    instant give_up, look_due, link_due, links_after, tick_due;
    bool links_waiting; /* not polled for a moment: see LINKS_EVERY */
    usec every;         /* of ticks */
    bool ticks;
    bool tick_open;          /* a tick waits until all before it has been written: */
    stamp tick_time, latest; /* and the latest frame that was handed out */
    bool more;               /* frames are left from the last turn */
    bool closed;
};

/* --- lines --- */

static int64_t offset_of(const struct clock_event *e)
{
    return e->time.ns - e->mono.us * 1000;
}

static void put_clock(struct live *v, const struct clock_event *now)
{
    v->offset = offset_of(now);
    write_clock(&v->listen->writer, now);
    listen_put(&v->lines, LEVEL_KEEP);
}

static void on_link(void *context, const struct link_event *e)
{
    struct live *v = context;

    write_link(&v->listen->writer, clock_wall(), e);
    listen_put(&v->lines, LEVEL_KEEP);
}

static void on_frame(void *context, const struct captured *c)
{
    struct live *v = context;
    struct frame decoded;
    usec interval;

    v->latest = c->time;
    if (listen_is_done(v->listen))
        return;
    switch (listen_report(v->listen, c, &decoded)) {
    case FRAME_FOREIGN:
        return;
    case FRAME_ADVERT:
        interval = decoded.advert.interval;
        if (interval < v->every)
            v->every = interval < TICK_FASTEST ? TICK_FASTEST : interval;
        break;
    case FRAME_BAD:
    case FRAME_OTHER:
        break;
    case FRAME_ANNOUNCE:
        listen_put_later(&v->lines, clock_now());
        return;
    }
    listen_put(&v->lines, LEVEL_DROPPABLE);
}

/* --- opening --- */

static void open_captures(struct live *v)
{
    struct listen *l = v->listen;
    struct capture_filter filter = {
        .af = l->filter.af,
        .vrids = l->filter.vrids,
        .vrid_count = l->filter.any_vrid ? 0 : l->filter.vrid_count,
        .announcements = l->filter.announcements && !l->quiet,
        .others = l->filter.others,
    };
    const char *names[LISTEN_INTERFACES];
    struct capture_error error;

    for (size_t i = 0; i < l->interface_count; i++)
        names[i] = l->interfaces[i];
    if (!capture_open_many(names, l->interface_count, &filter, v->captures, &error))
        cli_die(EXIT_SYSTEM, "%s%s", error.text, error.permission ? cli_permission_hint("CAP_NET_RAW") : "");
    v->capture_count = l->interface_count;
    for (size_t i = 0; i < v->capture_count && l->write_path != NULL; i++)
        if (capture_link(v->captures[i]) != capture_link(v->captures[0]))
            cli_die(EXIT_USAGE, "-w: %s and %s have different link layers, a file has one", l->interfaces[0],
                    l->interfaces[i]);
}

static void open_links(struct live *v)
{
    const struct listen *l = v->listen;
    const char *names[LISTEN_INTERFACES];
    bool all = strcmp(l->interfaces[0], "any") == 0;

    for (size_t i = 0; i < l->interface_count; i++)
        names[i] = l->interfaces[i];
    v->links = link_watch_open(names, all ? 0 : l->interface_count);
    if (v->links == NULL)
        cli_die(EXIT_SYSTEM, "rtnetlink: %s", strerror(errno));
}

static void open_wakeup(struct live *v)
{
    struct wakeup *w = &v->wakeup;
    bool done = wakeup_open(w) && wakeup_add(w, v->signals.fd, ON_SIGNALS, EPOLLIN) &&
                wakeup_add(w, STDOUT_FILENO, ON_STDOUT, 0) && wakeup_add(w, link_watch_fd(v->links), ON_LINKS, EPOLLIN);

    for (size_t i = 0; i < v->capture_count; i++) {
        int fds[CAPTURE_FDS];
        size_t count = capture_fds(v->captures[i], fds, CAPTURE_FDS);

        for (size_t j = 0; j < count; j++)
            done = done && wakeup_add(w, fds[j], (unsigned)(ON_CAPTURES + i * CAPTURE_FDS + j), EPOLLIN);
    }
    if (!done)
        cli_die(EXIT_SYSTEM, "epoll: %s", strerror(errno));
}

static bool go_on(void *context)
{
    struct live *v = context;

    return !signals_stop(&v->signals) && clock_now().us < v->give_up.us;
}

/* Each interface takes up to four descriptors; the soft limit is for programs that use select(2). */
static void raise_limit(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) < 0)
        return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

/* False: it was over before it could begin. */
static bool open_all(struct live *v)
{
    raise_limit();
    /* First of all, so that a signal ends it in order from the start; threads that open rings leave signals alone. */
    if (!signals_open(&v->signals, SIGNALS_SOURCE))
        cli_die(EXIT_SYSTEM, "signals: %s", strerror(errno));
    open_captures(v);
    open_links(v);
    if (!listen_open_packets(v->listen, go_on, v))
        return false;
    listen_begin_packets(v->listen, capture_link(v->captures[0]));
    listen_open_tables(v->listen, true);
    if (!outlet_open(&v->lines.outlet, STDOUT_FILENO, program.name, false))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    open_wakeup(v);
    cli_confine(CONFINE_LISTENER); /* from here on bytes of strangers are read */
    return true;
}

static void close_sources(struct live *v)
{
    for (size_t i = 0; i < v->capture_count; i++)
        capture_close(v->captures[i]);
    link_watch_close(v->links);
}

static void close_all(struct live *v)
{
    close(STDOUT_FILENO); /* a ring takes some 15 ms to close: who reads the lines is not to wait for the end so long */
    close_sources(v);
    listen_close_tables(v->listen);
    outlet_close(&v->lines.outlet);
    wakeup_close(&v->wakeup);
    close(v->signals.fd);
}

/* --- the loop --- */

static instant sooner(instant a, instant b)
{
    return a.us < b.us ? a : b;
}

static instant next_deadline(const struct live *v)
{
    instant due = sooner(sooner(v->give_up, v->look_due), v->link_due);

    if (v->ticks)
        due = sooner(due, v->tick_due);
    if (v->links_waiting)
        due = sooner(due, v->links_after);
    if (v->lines.waiting > 0)
        due = sooner(due, v->lines.waiting_due);
    return v->more ? (instant){0} : due;
}

static void wait(struct live *v)
{
    struct wakeup_event events[WAKEUP_MOST];
    unsigned wanted = outlet_events(&v->lines.outlet) != 0 ? EPOLLOUT : 0;

    if (wanted != v->stdout_events) {
        wakeup_change(&v->wakeup, STDOUT_FILENO, ON_STDOUT, wanted);
        v->stdout_events = wanted;
    }
    size_t count = wakeup_wait(&v->wakeup, next_deadline(v), events);

    v->ready.signals = v->ready.links = false;
    v->ready.count = 0;
    for (size_t i = 0; i < count; i++) {
        if (events[i].id == ON_SIGNALS)
            v->ready.signals = true;
        else if (events[i].id == ON_STDOUT)
            v->closed = v->closed || (events[i].events & (EPOLLERR | EPOLLHUP)) != 0;
        else if (events[i].id == ON_LINKS)
            v->ready.links = true;
        else
            v->ready.rings[v->ready.count++] = events[i].id - ON_CAPTURES;
    }
}

static bool is_step(const struct live *v, int64_t offset)
{
    return offset - v->offset > STEP_NS || offset - v->offset < -STEP_NS;
}

/* A step of the wall clock moves TIME against the steady clock; what is read from now on was stamped after it. The
 * clocks given were read one after the other: whether there was a step, or just a pause between, is then looked at. */
static void look_at_clock(struct live *v, instant now, stamp wall)
{
    struct clock_event exact;

    if (!is_step(v, wall.ns - now.us * 1000))
        return;
    clock_event_now(&exact, SOURCE_LIVE);
    if (is_step(v, offset_of(&exact)))
        put_clock(v, &exact);
}

static void look_at_links(struct live *v, instant now)
{
    struct capture_error error;
    bool over = v->links_waiting && now.us >= v->links_after.us;
    bool news;

    if (!v->ready.links && !over && now.us < v->link_due.us)
        return;
    if (!link_watch_read(v->links, &news))
        cli_die(EXIT_SYSTEM, "rtnetlink: %s", strerror(errno));
    /* After all that was read, or an interface made again meanwhile would stay unheard; before the line says that it is
     * up again. */
    for (size_t i = 0; i < v->capture_count && news; i++)
        capture_rebind(v->captures[i], &error);
    if (!link_watch_report(v->links, now, on_link, v, &v->link_due))
        cli_die(EXIT_SYSTEM, "rtnetlink: %s", strerror(errno));
    if (v->ready.links == v->links_waiting)
        return;
    v->links_waiting = v->ready.links;
    v->links_after.us = now.us + LINKS_EVERY;
    wakeup_change(&v->wakeup, link_watch_fd(v->links), ON_LINKS, v->links_waiting ? 0 : EPOLLIN);
}

static void hand_out(struct live *v, bool all)
{
    struct capture *ready[LISTEN_INTERFACES];
    bool added[LISTEN_INTERFACES] = {false};
    size_t count = 0;

    if (!all && !v->more && v->ready.count == 1) {
        unsigned ring = v->ready.rings[0];

        v->more =
            !capture_dispatch_one(v->captures[ring / CAPTURE_FDS], ring % CAPTURE_FDS, FRAMES_A_TURN, on_frame, v);
        return;
    }
    for (size_t i = 0; i < v->ready.count; i++)
        added[v->ready.rings[i] / CAPTURE_FDS] = true;
    for (size_t i = 0; i < v->capture_count; i++)
        if (all || v->more || added[i])
            ready[count++] = v->captures[i];
    v->more = count > 0 && !capture_dispatch_all(ready, count, FRAMES_A_TURN, on_frame, v);
}

static void tell_lost(struct live *v, stamp wall, const char *where, uint64_t count)
{
    if (count == 0)
        return;
    write_lost(&v->listen->writer, wall, where, count);
    listen_put(&v->lines, LEVEL_KEEP);
}

static void look_at_losses(struct live *v, stamp wall)
{
    uint64_t dropped = 0;

    for (size_t i = 0; i < v->capture_count; i++)
        dropped += capture_dropped(v->captures[i]);
    tell_lost(v, wall, "capture", dropped);
}

/* Nothing depends on when it is told. */
static void look_at_limit(struct live *v, stamp wall)
{
    if (v->listen->report.limit != NULL)
        tell_lost(v, wall, "limit", limit_dropped(v->listen->report.limit));
}

/* A tick is promised to stand behind all that was captured before its TIME: it was taken before the rings were looked
 * at, and they are empty now, or have come to frames that are later. */
static void tick(struct live *v, instant now)
{
    if (!v->tick_open || (v->more && v->latest.ns < v->tick_time.ns))
        return;
    v->tick_open = false;
    write_tick(&v->listen->writer, v->tick_time, v->every);
    listen_put(&v->lines, LEVEL_DROPPABLE);
    v->tick_due.us += v->every;
    if (v->tick_due.us <= now.us)
        v->tick_due.us = now.us + v->every;
}

static void turn(struct live *v)
{
    instant now = clock_now();
    stamp wall = clock_wall();

    look_at_clock(v, now, wall);
    if (v->ticks && !v->tick_open && now.us >= v->tick_due.us) {
        v->tick_open = true;
        v->tick_time = wall;
        if (now.us >= v->tick_due.us + v->every) /* it stood still: what is missing is told before that nothing is */
            look_at_losses(v, wall);
    }
    look_at_links(v, now);
    hand_out(v, v->tick_open);
    tick(v, now);
    if (v->lines.waiting > 0 && now.us >= v->lines.waiting_due.us)
        listen_put(&v->lines, LEVEL_DROPPABLE);
    if (now.us >= v->look_due.us) {
        look_at_losses(v, wall);
        look_at_limit(v, wall);
        v->look_due.us = now.us + LOOK_EVERY;
    }
    listen_flush_packets(v->listen);
}

static bool write_out(struct live *v, enum outlet_status status)
{
    switch (status) {
    case OUTLET_DONE:
    case OUTLET_WAITING:
        return !v->lines.failed;
    case OUTLET_CLOSED:
        v->closed = true;
        return false;
    case OUTLET_FAILED:
        break;
    }
    errno = v->lines.outlet.error;
    v->lines.failed = true;
    return false;
}

/* True when -T ended it. */
static bool loop(struct live *v)
{
    for (;;) {
        wait(v);
        bool stop = v->ready.signals && signals_stop(&v->signals);

        if (v->closed)
            return false;
        stamp asked = clock_wall();
        do
            turn(v);
        while (stop && v->more && v->latest.ns < asked.ns); /* what was captured before a signal is written */
        if (!write_out(v, outlet_flush(&v->lines.outlet, clock_wall())) || stop || listen_is_done(v->listen))
            return false;
        if (clock_now().us >= v->give_up.us)
            return true;
    }
}

int listen_live(struct listen *l)
{
    struct live v = {
        .listen = l, .lines.listen = l, .give_up = INSTANT_NEVER, .link_due = INSTANT_NEVER, .every = TICK_SLOWEST};

    struct clock_event start;

    if (l->limited)
        v.give_up.us = clock_now().us + l->limit;
    if (!open_all(&v)) {
        close_sources(&v);
        return listen_status(l, v.signals.count == 0);
    }
    instant now = clock_now();

    v.ticks = !l->quiet && !l->terminal && !l->packets_only;
    v.look_due.us = now.us + LOOK_EVERY;
    v.tick_due.us = now.us + v.every;
    v.link_due = now;
    if (l->limited) /* from when it hears */
        v.give_up.us = now.us + l->limit;
    clock_event_now(&start, SOURCE_LIVE);
    put_clock(&v, &start);
    bool gave_up = loop(&v);

    listen_put(&v.lines, LEVEL_DROPPABLE);
    look_at_losses(&v, clock_wall());
    look_at_limit(&v, clock_wall());
    if (!v.closed && !v.lines.failed && write_out(&v, outlet_drain(&v.lines.outlet, clock_wall(), LAST_WORDS)) &&
        outlet_events(&v.lines.outlet) != 0)
        cli_say("standard output: the reader does not read; the last lines are lost");
    if (v.lines.failed)
        cli_die(EXIT_SYSTEM, "standard output: %s", strerror(errno != 0 ? errno : ENOMEM));
    listen_close_packets(l);
    close_all(&v);
    return listen_status(l, gave_up);
}
