#include "net/lock_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "net/process.h"

enum { TEXT = HOLDERS * (HOLDER_NAME + 24) };

int lock_file_open(int directory, const char *name)
{
    return openat(directory, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
}

bool lock_file_take(int fd)
{
    return flock(fd, LOCK_EX | LOCK_NB) == 0;
}

/* "NAME PID" */
static bool read_holder(char *line, struct holder *holder)
{
    char *blank = strchr(line, ' '), *end;

    if (blank == NULL || (size_t)(blank - line) >= sizeof holder->name)
        return false;
    *blank = '\0';
    memcpy(holder->name, line, (size_t)(blank - line) + 1);
    holder->pid = (pid_t)strtol(blank + 1, &end, 10);
    return *end == '\0' && holder->pid > 0;
}

size_t lock_file_holders(int fd, struct holder holders[static HOLDERS])
{
    char text[TEXT + 1], *rest = NULL;
    ssize_t n = pread(fd, text, TEXT, 0);
    size_t count = 0;

    text[n > 0 ? n : 0] = '\0';
    for (char *line = strtok_r(text, "\n", &rest); line != NULL && count < HOLDERS; line = strtok_r(NULL, "\n", &rest))
        /* The number of one that is gone may be another's by now. */
        if (read_holder(line, &holders[count]) && process_has_open(holders[count].pid, fd))
            count++;
    return count;
}

bool lock_file_name(int fd, const struct holder *holders, size_t count)
{
    char text[TEXT];
    size_t length = 0;

    for (size_t i = 0; i < count && i < HOLDERS; i++)
        length +=
            (size_t)snprintf(text + length, sizeof text - length, "%s %ld\n", holders[i].name, (long)holders[i].pid);
    return ftruncate(fd, 0) == 0 && pwrite(fd, text, length, 0) == (ssize_t)length;
}
