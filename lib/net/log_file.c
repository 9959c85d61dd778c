#include "net/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SUFFIX = 4, NAME = PATH_MAX + 16 }; /* ".99" */

static bool write_all(int fd, const char *at, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, at, length);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            at += n;
            length -= (size_t)n;
        }
    }
    return true;
}

/* A machine that stopped in the middle of a line has left half of it. */
static bool end_last_line(struct log_file *f)
{
    char last = '\n';

    if (f->size > 0 && pread(f->fd, &last, 1, f->size - 1) != 1)
        return false;
    return last == '\n' || log_file_write(f, "\n", 1);
}

bool log_file_reopen(struct log_file *f)
{
    struct stat st;
    int fd = open(f->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644);

    if (fd < 0)
        return false;
    if (fstat(fd, &st) < 0) {
        close(fd);
        return false;
    }
    if (!S_ISREG(st.st_mode)) {
        close(fd);
        errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
        return false;
    }
    log_file_close(f);
    f->fd = fd;
    f->size = st.st_size;
    return end_last_line(f);
}

bool log_file_open(struct log_file *f, const char *path, unsigned keep)
{
    *f = (struct log_file){.fd = -1, .keep = keep};
    if (strlen(path) + SUFFIX > sizeof f->path) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(f->path, path, strlen(path) + 1);
    return log_file_reopen(f);
}

bool log_file_write(struct log_file *f, const char *lines, size_t length)
{
    bool done = write_all(f->fd, lines, length);
    int error = errno;

    if (done)
        f->size += (off_t)length;
    else if (ftruncate(f->fd, f->size) < 0)
        error = errno;
    errno = error;
    return done;
}

static void name_of(const struct log_file *f, unsigned number, char name[static NAME])
{
    snprintf(name, NAME, number > 0 ? "%s.%u" : "%s", f->path, number);
}

bool log_file_rotate(struct log_file *f)
{
    char from[NAME], to[NAME];

    for (unsigned n = f->keep; n-- > 0;) {
        name_of(f, n, from);
        name_of(f, n + 1, to);
        if (rename(from, to) < 0 && errno != ENOENT)
            return false;
    }
    if (f->keep == 0 && unlink(f->path) < 0 && errno != ENOENT)
        return false;
    return log_file_reopen(f);
}

bool log_file_is_lost(const struct log_file *f)
{
    struct stat ours, there;

    return fstat(f->fd, &ours) == 0 &&
           (stat(f->path, &there) < 0 ? errno == ENOENT : ours.st_dev != there.st_dev || ours.st_ino != there.st_ino);
}

void log_file_close(struct log_file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}
