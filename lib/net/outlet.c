#include "net/outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/event.h"
#include "net/clock.h"

enum {
    CRITICAL_PIPE = 4096,
    DROPPABLE_BYTES = 3 << 19, /* some 4,000 advert lines */
    KEPT_BYTES = 1 << 24,      /* some 50,000: of 4,000 virtual routers the `vr` lines, the status twice, and more */
    HEAVY_BYTES = 1 << 20,
    PIECE = PIPE_BUF,
    AWAY = 500 * 1000, /* µs */
};

bool outlet_open(struct outlet *out, int fd, const char *where, bool critical)
{
    *out = (struct outlet){.fd = fd};
    strncpy(out->where, where, sizeof(out->where) - 1);
    struct stat st;
    if (fstat(fd, &st) == 0) {
        out->socket = S_ISSOCK(st.st_mode);
        out->pipe = out->socket || S_ISFIFO(st.st_mode);
    }
    if (critical && out->pipe && !out->socket)
        fcntl(fd, F_SETPIPE_SZ, CRITICAL_PIPE); /* a larger one works too, it only hides a stopped reader longer */
    out->levels = levels_new(DROPPABLE_BYTES, KEPT_BYTES);
    return out->levels != NULL;
}

void outlet_close(struct outlet *out)
{
    levels_free(out->levels);
    out->levels = NULL;
}

bool outlet_put(struct outlet *out, enum level_kind kind, const struct identity *id, const char *line, size_t len)
{
    return levels_put(out->levels, kind, id, line, len);
}

/* Room for one write of PIPE_BUF without blocking? A pipe whose reader is gone says POLLERR. */
static enum outlet_status room(struct outlet *out, int timeout_ms)
{
    struct pollfd p = {.fd = out->fd, .events = POLLOUT};
    int n = poll(&p, 1, timeout_ms);
    if (n == 0 || (n < 0 && errno == EINTR))
        return OUTLET_WAITING;
    if (n < 0 || (p.revents & POLLNVAL)) {
        out->error = n < 0 ? errno : EBADF;
        return OUTLET_FAILED;
    }
    if (p.revents & (POLLERR | POLLHUP)) {
        out->closed = true;
        return OUTLET_CLOSED;
    }
    return OUTLET_DONE;
}

/* A `lost` line, once somebody takes lines again: while nobody does the number adds up. */
static bool tell_lost(struct outlet *out, stamp now)
{
    out->lost += levels_dropped(out->levels);
    if (out->lost == 0)
        return true;
    char text[128];
    struct writer w = {.buffer = text, .size = sizeof(text)};
    write_lost(&w, now, out->where, out->lost);
    if (!levels_put(out->levels, LEVEL_LOST, NULL, text, w.length))
        return false;
    out->lost = 0;
    return true;
}

bool outlet_is_full(const struct outlet *out)
{
    return out->error == ENOSPC || out->error == EDQUOT;
}

static enum outlet_status write_failed(struct outlet *out)
{
    if (errno == EPIPE || errno == ECONNRESET) {
        out->closed = true;
        return OUTLET_CLOSED;
    }
    out->error = errno;
    if (outlet_is_full(out))
        out->again = (instant){clock_now().us + SECOND};
    return OUTLET_FAILED;
}

enum outlet_status outlet_flush(struct outlet *out, stamp now)
{
    if (out->closed)
        return OUTLET_CLOSED;
    if (outlet_is_full(out) && clock_now().us >= out->again.us)
        out->error = 0;
    if (out->error)
        return OUTLET_FAILED;
    while (!levels_empty(out->levels)) {
        enum outlet_status ready = out->pipe ? room(out, 0) : OUTLET_DONE;
        if (ready != OUTLET_DONE)
            return ready;
        if (!tell_lost(out, now)) {
            out->error = ENOMEM;
            return OUTLET_FAILED;
        }
        struct span piece = levels_head(out->levels, PIECE);
        if (piece.len > PIECE)
            piece.len = PIECE;
        ssize_t n = out->socket ? send(out->fd, piece.at, piece.len, MSG_DONTWAIT | MSG_NOSIGNAL)
                                : write(out->fd, piece.at, piece.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) /* somebody else made it non-blocking */
            return OUTLET_WAITING;
        if (n < 0)
            return write_failed(out);
        levels_take(out->levels, (size_t)n);
        out->written += (uint64_t)n;
    }
    return OUTLET_DONE;
}

bool outlet_is_heavy(const struct outlet *out)
{
    return levels_memory(out->levels) > HEAVY_BYTES;
}

bool outlet_put_behind(struct outlet *out, enum level_kind kind, const struct identity *id, const char *line,
                       size_t len, stamp now)
{
    if (levels_replaces(out->levels, kind, id))
        outlet_flush(out, now);
    return outlet_put(out, kind, id, line, len);
}

short outlet_events(const struct outlet *out)
{
    return levels_empty(out->levels) || out->error ? 0 : POLLOUT;
}

bool outlet_is_closed(struct outlet *out)
{
    return out->closed || (out->pipe && room(out, 0) == OUTLET_CLOSED);
}

usec outlet_waited(struct outlet *out, instant now)
{
    bool waiting = !levels_empty(out->levels);
    usec away = now.us - out->asked.us;
    out->asked = now;
    if (away > AWAY)
        out->waited_since.us += away;
    if (!waiting || !out->waited || out->waited_written != out->written) {
        out->waited = waiting;
        out->waited_since = now;
        out->waited_written = out->written;
        return 0;
    }
    return now.us - out->waited_since.us;
}

enum outlet_status outlet_drain(struct outlet *out, stamp now, usec limit)
{
    int64_t end = clock_now().us + limit;
    for (;;) {
        enum outlet_status status = outlet_flush(out, now);
        if (status != OUTLET_WAITING)
            return status;
        int64_t left = end - clock_now().us;
        if (left <= 0)
            return OUTLET_WAITING;
        status = room(out, (int)(left / 1000 < 1000 ? left / 1000 + 1 : 1000));
        if (status == OUTLET_CLOSED || status == OUTLET_FAILED)
            return status;
    }
}
