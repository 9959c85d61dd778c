#include "net/file_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READS_A_CALL = 64 };

bool file_watch_open(struct file_watch *w)
{
    w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    return w->fd >= 0;
}

bool file_watch_add(const struct file_watch *w, const char *path)
{
    /* Not IN_MODIFY: between its being emptied and being written a file says nothing that is meant. */
    const uint32_t events = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB |
                            IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
    char directory[PATH_MAX];
    size_t length = (size_t)(strrchr(path, '/') - path);
    if (length >= sizeof directory) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(directory, length > 0 ? path : "/", length > 0 ? length : 1);
    directory[length > 0 ? length : 1] = '\0';
    return inotify_add_watch(w->fd, directory, events) >= 0; /* of one that is watched: the same watch */
}

void file_watch_read(const struct file_watch *w)
{
    _Alignas(struct inotify_event) char events[4096];
    for (int n = 0; n < READS_A_CALL && read(w->fd, events, sizeof events) > 0; n++)
        ;
}

bool file_look(const char *path, char head[static FILE_HEAD], size_t *length)
{
    struct stat status;
    *length = 0;
    if (stat(path, &status) < 0)
        return false;
    int fd = S_ISREG(status.st_mode) ? open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
    if (fd < 0)
        return true;
    ssize_t n = read(fd, head, FILE_HEAD);
    close(fd);
    *length = n > 0 ? (size_t)n : 0;
    return true;
}
