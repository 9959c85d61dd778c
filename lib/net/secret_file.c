#include "net/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *what_is_wrong(const struct stat *st)
{
    if (!S_ISREG(st->st_mode))
        return "not a plain file";
    if (st->st_uid != geteuid())
        return "belongs to another user";
    if (st->st_mode & (S_IRWXG | S_IRWXO | S_IXUSR))
        return "its mode must be 0600 (chmod 600): there are keys in it";
    return NULL;
}

int secret_file_open(const char *path, const char **why)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0) {
        int error = errno;
        if (fd >= 0)
            close(fd);
        *why = strerror(error);
        errno = error;
        return -1;
    }
    *why = what_is_wrong(&st);
    if (*why == NULL)
        return fd;
    close(fd);
    errno = EINVAL;
    return -1;
}

/* The limit alone would not do: where the system hands core dumps to a program it does not count. So it may fail. */
bool secret_memory_hide(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}
