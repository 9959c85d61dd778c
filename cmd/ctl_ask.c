/* Question and answer. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "cmd/ctl.h"
#include "net/clock.h"
#include "net/inlet.h"

enum {
    LOOK_EVERY = 5,    /* ms: for a lock, and for room */
    ANSWERS = 1 << 20, /* bytes that may wait in FIFO.answers: what does not fit there is lost */
};

_Noreturn static void nobody(const struct ctl *c, const char *what)
{
    cli_die(EXIT_SYSTEM, "%s: %s", c->path, what);
}

/* False when the time is over. */
static bool pause_a_little(const struct ctl *c, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    usec left = c->end.us - clock_now().us;
    if (left <= 0)
        return false;
    usec ms = fd < 0 ? LOOK_EVERY : left / MILLISECOND + 1;
    (void)poll(&p, fd < 0 ? 0 : 1, (int)(ms < INT_MAX ? ms : INT_MAX));
    return true;
}

/* Whoever has it asks; the answer to somebody else would be taken from him. */
static void lock(struct ctl *c)
{
    if (control_open(&c->control) != CONTROL_DONE)
        nobody(c, control_text(&c->control));
    while (flock(c->control.fd, LOCK_EX | LOCK_NB) < 0)
        if ((errno != EWOULDBLOCK && errno != EINTR) || !pause_a_little(c, -1))
            nobody(c, errno == EWOULDBLOCK ? "others ask it all the time" : strerror(errno));
}

static int open_answers(const struct ctl *c)
{
    char path[PATH_MAX], stale[4096];
    if ((size_t)snprintf(path, sizeof path, "%s.answers", c->path) >= sizeof path)
        nobody(c, strerror(ENAMETOOLONG));
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        cli_die(EXIT_SYSTEM, "%s: %s", path, strerror(errno));
    (void)fcntl(fd, F_SETPIPE_SZ, ANSWERS);
    while (read(fd, stale, sizeof stale) > 0) /* answers that nobody has waited for */
        ;
    return fd;
}

static void send_line(struct ctl *c, const char *line, const char *id)
{
    char text[CONTROL_BYTES + 1];
    int length = snprintf(text, sizeof text, "%s id=%s\n", line, id);
    for (;;) {
        switch (control_write(&c->control, text, (size_t)length)) {
        case CONTROL_DONE:
            return;
        case CONTROL_FULL:
            if (pause_a_little(c, -1)) {
                lock(c); /* it was closed */
                continue;
            }
            nobody(c, control_text(&c->control));
        case CONTROL_NOBODY:
        case CONTROL_FAILED:
            nobody(c, control_text(&c->control));
        }
    }
}

/* The line without its id=: that is between us and vrrp-elect. */
static void hand_on(const struct line *l, ctl_take *take, void *context)
{
    struct line without = *l;
    without.count = 0;
    for (size_t i = 0; i < l->count; i++)
        if (!span_is(l->fields[i].key, "id"))
            without.fields[without.count++] = l->fields[i];
    take(context, &without);
}

/* True when it was the last line of the answer. */
static bool take_line(struct ctl_answer *a, const struct line *l, ctl_take *take, void *context, uint64_t *seen)
{
    struct span why = {0};
    if (span_is(l->event, "answer")) {
        a->refused = !line_is(l, "done", "yes");
        if (line_get(l, "why", &why))
            (void)parse_name(why, a->why, sizeof a->why);
        return true;
    }
    if (line_is(l, "end", "yes")) {
        (void)line_u64(l, "count", 0, UINT64_MAX, &a->count);
        return true;
    }
    *seen += span_is(l->event, "status");
    if (take)
        hand_on(l, take, context);
    return false;
}

static struct ctl_answer read_answer(const struct ctl *c, int fd, const char *id, ctl_take *take, void *context)
{
    static struct inlet in;
    struct ctl_answer a = {0};
    uint64_t seen = 0;
    struct span text, where, theirs;
    struct line l;
    inlet_init(&in, fd);
    while (!in.ended) {
        for (enum inlet_line got; (got = inlet_next(&in, &text)) != INLET_NONE;) {
            if (got != INLET_LINE || line_parse(&l, text.at, text.len, &where) != LINE_OK ||
                !line_get(&l, "id", &theirs) || !span_is(theirs, id) || !take_line(&a, &l, take, context, &seen))
                continue;
            if (seen < a.count)
                cli_die(EXIT_SYSTEM, "%s: %llu of %llu lines of the answer were lost; ask by name", c->path,
                        (unsigned long long)(a.count - seen), (unsigned long long)a.count);
            return a;
        }
        if (!pause_a_little(c, fd))
            nobody(c, "no answer in time");
        inlet_fill(&in);
    }
    nobody(c, "it ended before it answered");
}

struct ctl_answer ctl_ask(struct ctl *c, const char *line, ctl_take *take, void *context)
{
    char id[CTL_ID];
    snprintf(id, sizeof id, "ctl-%ld-%u", c->pid, c->asked++);
    control_init(&c->control, c->path);
    lock(c);
    int fd = open_answers(c);
    send_line(c, line, id);
    struct ctl_answer a = read_answer(c, fd, id, take, context);
    close(fd);
    control_close(&c->control);
    return a;
}
