#include "net/fifo.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *what_is_wrong(const struct stat *st, int mode)
{
    if (!S_ISFIFO(st->st_mode))
        return "not a FIFO";
    if (st->st_uid != geteuid())
        return "belongs to another user";
    if (st->st_mode & (S_IWGRP | S_IWOTH))
        return mode == O_RDWR ? "others may write to it (chmod 600)" : "others may write to it (chmod go-w)";
    if (mode == O_RDWR && (st->st_mode & (S_IRWXG | S_IRWXO))) /* who reads takes lines away */
        return "others may read from it (chmod 600)";
    return NULL;
}

int fifo_open(const char *path, int mode, const char **why)
{
    struct stat st;
    int fd = open(path, mode | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0) {
        int error = errno;
        if (fd >= 0)
            close(fd);
        *why = strerror(error);
        errno = error;
        return -1;
    }
    *why = what_is_wrong(&st, mode);
    if (*why == NULL)
        return fd;
    close(fd);
    errno = EINVAL;
    return -1;
}

bool fifo_is_right(const char *path, const char **why)
{
    int fd = fifo_open(path, O_PATH, why);
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return fd >= 0;
}
