#include "net/inlet.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void inlet_init(struct inlet *in, int fd)
{
    in->fd = fd;
    in->longest = LINE_BYTES;
    in->number = 0;
    in->ended = false;
    in->unterminated = false;
    in->error = 0;
    in->skipping = false;
    in->start = in->end = 0;
}

bool inlet_fill(struct inlet *in)
{
    if (in->ended)
        return false;
    memmove(in->buffer, in->buffer + in->start, in->end - in->start);
    in->end -= in->start;
    in->start = 0;
    if (in->end == INLET_BYTES) /* lines that inlet_next has not handed out yet */
        return true;
    ssize_t n = read(in->fd, in->buffer + in->end, INLET_BYTES - in->end);
    if (n > 0) {
        in->end += (size_t)n;
        return true;
    }
    if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
        return true;
    in->ended = true;
    in->error = n < 0 ? errno : 0;
    return false;
}

enum inlet_line inlet_next(struct inlet *in, struct span *text)
{
    while (in->start < in->end) {
        char *at = in->buffer + in->start;
        size_t there = in->end - in->start;
        const char *newline = memchr(at, '\n', there);
        size_t len = newline ? (size_t)(newline - at) : there;
        if (in->skipping) {
            in->start += newline ? len + 1 : len;
            in->skipping = !newline;
            continue;
        }
        if (len > in->longest) {
            in->start += newline ? len + 1 : len;
            in->skipping = !newline;
            in->number++;
            return INLET_TOO_LONG;
        }
        if (!newline && !in->ended)
            return INLET_NONE;
        in->start += newline ? len + 1 : len;
        in->unterminated = !newline;
        in->number++;
        *text = (struct span){at, len};
        return INLET_LINE;
    }
    return INLET_NONE;
}
