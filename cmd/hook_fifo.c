/* A FIFO that gets each transition at once, as keepalived's notify_fifo does. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/hook.h"

/* 0, or errno: ENXIO when nobody reads, and EINVAL when it is no FIFO: a file that took its place is not filled. */
static int reopen(struct hook_fifo *f)
{
    struct stat st;
    f->fd = open(f->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (f->fd < 0)
        return errno;
    if (fstat(f->fd, &st) == 0 && S_ISFIFO(st.st_mode))
        return 0;
    close(f->fd);
    f->fd = -1;
    return EINVAL;
}

void hook_fifo_open(struct hook_fifo *f)
{
    struct stat st;
    f->fd = -1;
    if (!f->path)
        return;
    if (stat(f->path, &st) < 0)
        cli_die(EXIT_USAGE, "--fifo %s: %s; mkfifo makes it", f->path, strerror(errno));
    if (!S_ISFIFO(st.st_mode))
        cli_die(EXIT_USAGE, "--fifo %s: not a FIFO", f->path);
    int error = reopen(f);
    if (error != 0 && error != ENXIO)
        cli_die(EXIT_USAGE, "--fifo %s: %s", f->path, strerror(error));
}

/* 0 or errno. A line is shorter than PIPE_BUF: it goes out whole or not at all. */
static int put(struct hook_fifo *f, const char *line, size_t length)
{
    int error = 0;
    for (int tries = 0; tries < 2; tries++) {
        error = f->fd < 0 ? reopen(f) : 0;
        if (error != 0)
            return error;
        if (write(f->fd, line, length) >= 0)
            return 0;
        error = errno;
        if (error != EPIPE)
            break;
        close(f->fd); /* its reader went away: another may be there */
        f->fd = -1;
    }
    return error;
}

static const char *reason(int error)
{
    if (error == ENXIO || error == EPIPE)
        return "nobody reads it";
    if (error == EAGAIN)
        return "its reader has stopped";
    return error == EINVAL ? "it is not a FIFO any more" : strerror(error);
}

void hook_fifo_put(struct hook *h, const struct notify *n)
{
    struct hook_fifo *f = &h->fifo;
    char line[NOTIFY_LINE];
    if (!f->path)
        return;
    int error = put(f, line, notify_line(n, line));
    if (error == 0) {
        if (f->told)
            hook_fifo_end(f);
        return;
    }
    f->lost++;
    if (f->told || h->now.us - f->told_at.us < SECOND) /* a reader that is just too slow is not told of each time */
        return;
    cli_say("--fifo %s: %s: lines are dropped", f->path, reason(error));
    f->told = true;
    f->told_at = h->now;
}

void hook_fifo_end(struct hook_fifo *f)
{
    if (f->lost > 0)
        cli_say("--fifo %s: %" PRIu64 " line%s dropped", f->path, f->lost, f->lost == 1 ? " was" : "s were");
    f->lost = 0;
    f->told = false;
}
