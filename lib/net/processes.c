#include "net/processes.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

bool processes_open(struct processes *p)
{
    *p = (struct processes){.proc = opendir("/proc"), .command = malloc(PROCESS_COMMAND)};
    if (p->proc != NULL && p->command != NULL)
        return true;
    int error = errno;
    processes_close(p);
    errno = error;
    return false;
}

void processes_close(struct processes *p)
{
    if (p->proc != NULL)
        closedir(p->proc);
    free(p->command);
    *p = (struct processes){.proc = NULL};
}

/* What a file of a process says; -1: it is gone. */
static ssize_t content_of(const struct processes *p, pid_t pid, const char *name, char *out, size_t size)
{
    char path[32];
    ssize_t length = 0, n = 1;
    snprintf(path, sizeof path, "%ld/%s", (long)pid, name);
    int fd = openat(dirfd(p->proc), path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    while ((size_t)length < size && (n = read(fd, out + length, size - (size_t)length)) > 0)
        length += n;
    close(fd);
    return n < 0 ? -1 : length;
}

static void see(struct processes *p, pid_t pid, bool commands, process_visit *visit, void *context)
{
    struct process_seen seen = {.pid = pid, .command = p->command};
    ssize_t length = content_of(p, pid, "comm", seen.name, sizeof seen.name);
    if (length <= 0)
        return;
    seen.name[length - 1] = '\0'; /* its newline */
    length = commands ? content_of(p, pid, "cmdline", p->command, PROCESS_COMMAND) : 0;
    if (length < 0)
        return;
    seen.length = (size_t)length;
    visit(context, &seen);
}

bool processes_each(struct processes *p, bool commands, process_visit *visit, void *context)
{
    rewinddir(p->proc);
    errno = 0;
    for (const struct dirent *e; (e = readdir(p->proc)) != NULL; errno = 0) {
        char *end;
        long pid = strtol(e->d_name, &end, 10);
        if (pid > 0 && *end == '\0')
            see(p, (pid_t)pid, commands, visit, context);
    }
    return errno == 0;
}

int process_hold(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

bool process_has_ended(int held)
{
    struct pollfd p = {.fd = held, .events = POLLIN};
    return poll(&p, 1, 0) > 0;
}
