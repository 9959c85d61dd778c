#include "net/control.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void control_init(struct control *c, const char *path)
{
    *c = (struct control){.path = path, .fd = -1};
}

void control_close(struct control *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
}

static enum control_status failed(struct control *c, int number)
{
    control_close(c);
    c->error = number;
    switch (number) {
    case ENOENT:
    case ENXIO:
    case EPIPE:
        return CONTROL_NOBODY;
    case EAGAIN:
        return CONTROL_FULL;
    default:
        return CONTROL_FAILED;
    }
}

enum control_status control_open(struct control *c)
{
    struct stat st;
    if (c->fd >= 0)
        return CONTROL_DONE;
    c->fd = open(c->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (c->fd < 0 || fstat(c->fd, &st) < 0)
        return failed(c, errno);
    c->device = st.st_dev;
    c->inode = st.st_ino;
    return S_ISFIFO(st.st_mode) ? CONTROL_DONE : failed(c, EINVAL);
}

static size_t time_length(const char *line, size_t length)
{
    if (length == 0 || line[0] < '0' || line[0] > '9')
        return 0;
    const char *blank = memchr(line, ' ', length);
    return blank ? (size_t)(blank + 1 - line) : 0;
}

enum control_status control_write(struct control *c, const char *line, size_t length)
{
    size_t time = time_length(line, length);
    line += time;
    length -= time;
    if (length > CONTROL_BYTES)
        return failed(c, EMSGSIZE);
    enum control_status status = control_open(c);
    if (status != CONTROL_DONE)
        return status;
    /* POSIX: at most PIPE_BUF bytes into a FIFO that does not block go as a whole, or not at all. */
    ssize_t n;
    do
        n = write(c->fd, line, length);
    while (n < 0 && errno == EINTR);
    return n < 0 ? failed(c, errno) : CONTROL_DONE;
}

const char *control_text(const struct control *c)
{
    switch (c->error) {
    case ENOENT:
        return "there is no such FIFO";
    case ENXIO:
    case EPIPE:
        return "nobody reads it";
    case EAGAIN:
        return "its reader has fallen behind";
    case EINVAL:
        return "not a FIFO";
    default:
        return strerror(c->error);
    }
}
