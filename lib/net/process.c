#include "net/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/child.h"

enum { PATH_TEXT = 64 };
#define CAPABILITIES "\nCapPrm:\t"

bool process_has_open(pid_t pid, int fd)
{
    char path[PATH_TEXT];
    struct stat wanted, st;
    bool found = false;

    snprintf(path, sizeof path, "/proc/%ld/fd", (long)pid);
    DIR *directory = fstat(fd, &wanted) == 0 ? opendir(path) : NULL;
    if (directory == NULL)
        return false;
    for (const struct dirent *entry; !found && (entry = readdir(directory)) != NULL;)
        found = fstatat(dirfd(directory), entry->d_name, &st, 0) == 0 && st.st_dev == wanted.st_dev &&
                st.st_ino == wanted.st_ino;
    closedir(directory);
    return found;
}

bool process_is_restricted(pid_t pid)
{
    char path[PATH_TEXT], text[4096];

    snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    const char *permitted = strstr(text, CAPABILITIES);
    return permitted != NULL && strstr(text, "\nNoNewPrivs:\t1\n") != NULL &&
           (strtoull(permitted + strlen(CAPABILITIES), NULL, 16) & 1ULL << CAP_NET_RAW) == 0;
}

bool process_find_program(const char *name, char *path, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", path, size - 1);

    while (n > 0 && path[n - 1] != '/')
        n--;
    if (n > 0 && (size_t)n + strlen(name) < size) {
        memcpy(path + n, name, strlen(name) + 1);
        if (child_find(path, path, size))
            return true;
    }
    return child_find(name, path, size);
}
