/* What is there of what vrrp-track watches, and when to look. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/track.h"

/* What is told of at once is looked at all the same, now and then; what is not, more often. */
static const usec SELDOM = 10 * SECOND, OFTEN = SECOND;
/* A large table is not dumped all the time: looks take a tenth of the processor, but for a burst. */
enum { SHARE = 10 };
static const usec BURST = 100 * MILLISECOND;

static bool needs_kernel(const struct track *t)
{
    return t->has[WATCH_LINK] || t->has[WATCH_ADDRESS] || t->has[WATCH_ROUTE];
}

static bool needs_processes(const struct track *t)
{
    return t->has[WATCH_PROCESS] || t->has[WATCH_CMDLINE];
}

static bool is_of_processes(const struct tracker *one)
{
    return one->watch.kind == WATCH_PROCESS || one->watch.kind == WATCH_CMDLINE;
}

void track_look_open(struct track *t)
{
    t->files.fd = -1;
    if (needs_kernel(t) && !(t->kernel = kernel_open(t->has[WATCH_ROUTE])))
        cli_die(EXIT_SYSTEM, "rtnetlink: %s", strerror(errno));
    if (needs_processes(t) && !processes_open(&t->processes))
        cli_die(EXIT_SYSTEM, "/proc: %s", strerror(errno));
    if (t->has[WATCH_FILE] && !file_watch_open(&t->files))
        cli_die(EXIT_SYSTEM, "inotify: %s", strerror(errno));
}

void track_look_close(struct track *t)
{
    for (size_t i = 0; i < t->count; i++)
        for (size_t n = 0; n < t->all[i].held_count; n++)
            close(t->all[i].held[n]);
    kernel_close(t->kernel);
    if (t->processes.proc)
        processes_close(&t->processes);
    if (t->files.fd >= 0)
        close(t->files.fd);
}

/* --- What stays open to it. --- */

struct places {
    struct confine_place list[2 * TRACK_WATCHES + 2];
    size_t count;
};

static void allow(struct places *p, int directory, unsigned access)
{
    if (directory >= 0)
        p->list[p->count++] = (struct confine_place){directory, access};
}

/* The directory of a file, or the nearest above it that is there. */
static int directory_of(const char *path)
{
    char directory[PATH_MAX];
    int fd = -1;
    snprintf(directory, sizeof directory, "%s", path);
    for (char *slash; fd < 0 && (slash = strrchr(directory, '/')) != NULL;) {
        *slash = '\0';
        fd = open(slash > directory ? directory : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    return fd;
}

static void allow_file(struct places *p, const char *path)
{
    char real[PATH_MAX];
    allow(p, directory_of(path), CONFINE_READ);
    if (realpath(path, real) != NULL && strcmp(real, path) != 0) /* a link: where it leads to now */
        allow(p, directory_of(real), CONFINE_READ);
}

void track_look_confine(struct track *t)
{
    static struct places places;
    if (t->fifo)
        allow(&places, cli_directory_of("-C ", t->fifo), CONFINE_WRITE);
    if (needs_processes(t))
        allow(&places, open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC), CONFINE_READ);
    for (size_t i = 0; i < t->count; i++)
        if (t->all[i].watch.kind == WATCH_FILE)
            allow_file(&places, t->all[i].watch.text);
    cli_confine_places(CONFINE_WATCHER, places.list, places.count);
    for (size_t i = 0; i < places.count; i++)
        close(places.list[i].directory);
}

/* --- What says that there is something to look at. --- */

static void changed(void *context, enum kernel_topic topic, const struct prefix *p)
{
    struct track *t = context;
    enum watch_kind kind = topic == KERNEL_ADDRESS ? WATCH_ADDRESS : WATCH_ROUTE;
    for (size_t i = 0; i < t->count; i++) {
        struct tracker *one = &t->all[i];
        if (one->watch.kind == kind && ip_equal(&one->watch.prefix.ip, &p->ip) &&
            (kind == WATCH_ADDRESS || one->watch.prefix.length == p->length))
            one->dirty = true;
    }
}

static void mark(struct track *t, enum watch_kind kind)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->all[i].watch.kind == kind)
            t->all[i].dirty = true;
}

void track_heed_kernel(struct track *t)
{
    struct kernel_news news = {.changed = changed, .context = t};
    if (!kernel_read(t->kernel, &news))
        cli_die(EXIT_SYSTEM, "rtnetlink: %s", strerror(errno));
    if (news.all) {
        mark(t, WATCH_LINK);
        mark(t, WATCH_ADDRESS);
    }
    if (news.all || news.routes)
        mark(t, WATCH_ROUTE);
}

void track_heed_files(struct track *t)
{
    file_watch_read(&t->files);
    mark(t, WATCH_FILE);
}

static void let_go(struct track *t, struct tracker *one)
{
    for (size_t n = 0; n < one->held_count; n++)
        close(one->held[n]);
    t->held -= one->held_count;
    one->held_count = 0;
}

void track_heed_ends(struct track *t, struct tracker *one)
{
    let_go(t, one);
    one->dirty = true;
}

/* --- What is seen. --- */

/* value: NULL: none. why: of what is down. */
static void see(struct track *t, struct tracker *one, bool up, const int32_t *value, const char *why)
{
    enum watch_news news = watch_seen(&one->state, &one->watch, up, value, t->now);
    one->failure = 0;
    if (!up)
        snprintf(one->why, sizeof one->why, "%s", why);
    if (news != WATCH_SAME)
        one->told = false;
    if (news == WATCH_UP)
        cli_say("%s: up", one->watch.name);
    else if (news == WATCH_DOWN)
        cli_say("%s: down: %s", one->watch.name, one->why);
}

/* It is not known: so it is not said again, and what was said runs out. */
static void fail(struct tracker *one, int error)
{
    if (one->failure != error)
        cli_say("%s: %s: it is not known", one->watch.name, strerror(error));
    one->failure = error;
}

static void look_at_link(struct track *t, struct tracker *one)
{
    static const char *const words[] = {
        [KERNEL_LINK_UP] = "",
        [KERNEL_LINK_NO_CARRIER] = "has no carrier",
        [KERNEL_LINK_DOWN] = "is down",
        [KERNEL_LINK_GONE] = "is not there",
    };
    enum kernel_link link = kernel_link(t->kernel, one->watch.text);
    char why[TRACK_WHY];
    snprintf(why, sizeof why, "%.15s %s", one->watch.text, words[link]);
    see(t, one, link == KERNEL_LINK_UP, NULL, why);
}

static void take_found(struct track *t, struct tracker *one, enum kernel_found found, const char *what,
                       const char *unusable)
{
    char why[TRACK_WHY];
    if (found == KERNEL_FAILED) {
        fail(one, errno);
        return;
    }
    snprintf(why, sizeof why, "%s is %s", what, found == KERNEL_UNUSABLE ? unusable : "not there");
    see(t, one, found == KERNEL_THERE, NULL, why);
}

static void look_at_address(struct track *t, struct tracker *one)
{
    char text[PREFIX_TEXT];
    const struct ip *ip = &one->watch.prefix.ip;
    text[ip_format(text, ip)] = '\0';
    take_found(t, one, kernel_address(t->kernel, ip, one->watch.ifname), text, "tentative, or a duplicate");
}

static void look_at_route(struct track *t, struct tracker *one)
{
    const struct watch *w = &one->watch;
    struct kernel_route route = {.to = w->prefix, .via = w->via, .table = w->table};
    static const char before[] = "a route to ";
    char text[sizeof before + PREFIX_TEXT];
    memcpy(text, before, sizeof before);
    memcpy(route.ifname, w->ifname, sizeof route.ifname);
    text[sizeof before - 1 + prefix_format(text + sizeof before - 1, &w->prefix)] = '\0';
    take_found(t, one, kernel_route(t->kernel, &route), text, "there, but leads nowhere");
}

static void look_at_file(struct track *t, struct tracker *one)
{
    const struct watch *w = &one->watch;
    char head[FILE_HEAD], why[TRACK_WHY];
    size_t length;
    int32_t value;
    (void)file_watch_add(&t->files, w->text); /* where that cannot be, OFTEN has to do */
    bool there = file_look(w->text, head, &length);
    snprintf(why, sizeof why, "%s", there ? "" : strerror(errno));
    bool number = there && watch_number(head, length, &value);
    if (there && w->bounded && (!number || value < w->from || value > w->to)) {
        there = false;
        if (number)
            snprintf(why, sizeof why, "it says %ld", (long)value);
        else
            snprintf(why, sizeof why, "it says no number");
    }
    see(t, one, there, number ? &value : NULL, why);
}

/* --- Processes: all of them at once. --- */

static const char *base_name(const struct process_seen *p)
{
    const char *slash = memrchr(p->command, '/', strnlen(p->command, p->length));
    return slash ? slash + 1 : p->command;
}

/* The kernel cuts a name: of a longer one the command tells the rest. */
static bool is_named(const struct process_seen *p, const char *name)
{
    size_t length = strlen(name);
    if (length < PROCESS_NAME)
        return strcmp(p->name, name) == 0;
    if (strncmp(p->name, name, PROCESS_NAME - 1) != 0)
        return false;
    const char *base = base_name(p);
    size_t room = p->length - (size_t)(base - p->command);
    return room > length && strcmp(base, name) == 0;
}

static bool matches(const struct watch *w, const struct process_seen *p)
{
    if (w->kind == WATCH_PROCESS)
        return is_named(p, w->text);
    return p->length == w->length && memcmp(p->command, w->text, w->length) == 0;
}

static void take_process(void *context, const struct process_seen *p)
{
    struct track *t = context;
    for (size_t i = 0; i < t->count; i++) {
        struct tracker *one = &t->all[i];
        if (!is_of_processes(one) || !matches(&one->watch, p))
            continue;
        int held = process_hold(p->pid);
        if (held >= 0 && process_has_ended(held)) { /* nobody has asked yet how it ended */
            close(held);
            continue;
        }
        one->found++;
        if (held >= 0 && one->held_count < TRACK_HELD && t->held < TRACK_HELD_ALL) {
            one->held[one->held_count++] = held;
            t->held++;
        } else if (held >= 0) {
            close(held);
        }
    }
}

static bool wants_commands(const struct track *t)
{
    bool wants = t->has[WATCH_CMDLINE];
    for (size_t i = 0; i < t->count; i++)
        wants = wants || (t->all[i].watch.kind == WATCH_PROCESS && strlen(t->all[i].watch.text) >= PROCESS_NAME);
    return wants;
}

static void judge_processes(struct track *t, struct tracker *one)
{
    const struct watch *w = &one->watch;
    char why[TRACK_WHY];
    /* When enough are held, only their ends can change it. */
    bool settled = w->most == UINT32_MAX && one->held_count >= w->least;
    snprintf(why, sizeof why, "%lu process%s", (unsigned long)one->found, one->found == 1 ? "" : "es");
    see(t, one, one->found >= w->least && one->found <= w->most, NULL, one->found == 0 ? "no process" : why);
    one->look_at.us = t->now.us + (settled ? SELDOM : OFTEN);
    one->dirty = false;
}

static void look_at_processes(struct track *t)
{
    for (size_t i = 0; i < t->count; i++) {
        let_go(t, &t->all[i]);
        t->all[i].found = 0;
    }
    bool done = processes_each(&t->processes, wants_commands(t), take_process, t);
    int error = errno;
    for (size_t i = 0; i < t->count; i++) {
        struct tracker *one = &t->all[i];
        if (!is_of_processes(one))
            continue;
        if (done) {
            judge_processes(t, one);
            continue;
        }
        fail(one, error);
        one->look_at.us = t->now.us + OFTEN;
        one->dirty = false;
    }
}

/* --- All. --- */

static bool is_due(const struct track *t, const struct tracker *one)
{
    return one->dirty || one->look_at.us <= t->now.us || watch_deadline(&one->state, &one->watch).us <= t->now.us;
}

static void look_at(struct track *t, struct tracker *one)
{
    one->dirty = false;
    one->look_at.us = t->now.us + (one->watch.kind == WATCH_FILE ? OFTEN : SELDOM);
    switch (one->watch.kind) {
    case WATCH_LINK:
        look_at_link(t, one);
        break;
    case WATCH_ADDRESS:
        look_at_address(t, one);
        break;
    case WATCH_ROUTE:
        look_at_route(t, one);
        break;
    case WATCH_FILE:
        look_at_file(t, one);
        break;
    case WATCH_PROCESS:
    case WATCH_CMDLINE:
        look_at_processes(t);
        break;
    case WATCH_KINDS:
        break;
    }
}

static bool is_spent(const struct track *t)
{
    return t->spent_until.us > t->now.us + BURST;
}

void track_look(struct track *t)
{
    for (size_t n = 0; n < t->count; n++) {
        struct tracker *one = &t->all[(t->next + n) % t->count];
        if (!is_due(t, one))
            continue;
        if (is_spent(t)) {
            t->next = (t->next + n) % t->count;
            return;
        }
        instant before = t->now;
        look_at(t, one);
        t->now = clock_now();
        if (t->spent_until.us < before.us)
            t->spent_until = before;
        t->spent_until.us += SHARE * (t->now.us - before.us);
    }
}

static instant earlier(instant a, instant b)
{
    return a.us < b.us ? a : b;
}

instant track_look_deadline(const struct track *t)
{
    instant first = INSTANT_NEVER;
    for (size_t i = 0; i < t->count; i++) {
        const struct tracker *one = &t->all[i];
        instant due = one->dirty ? t->now : earlier(one->look_at, watch_deadline(&one->state, &one->watch));
        first = earlier(first, due);
    }
    instant allowed = {t->spent_until.us - BURST};
    return first.us < allowed.us ? allowed : first;
}
