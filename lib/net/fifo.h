/* FIFOs that are there already, and that nobody else can write to. */
#ifndef NET_FIFO_H
#define NET_FIFO_H

#include <stdbool.h>

/* Opens it without ever waiting: O_RDWR, O_WRONLY (ENXIO: nobody reads), ... It has to be a FIFO, to belong to this user,
 * and to be writable for nobody else (readable neither, with O_RDWR), and its name must not be a symbolic link. Else -1, with errno, and *why for people,
 * which is valid until the next call; EINVAL: it is there, but not what it has to be. */
int fifo_open(const char *path, int mode, const char **why);
/* The same, but only looks: a reader that waits for somebody to write goes on waiting. */
bool fifo_is_right(const char *path, const char **why);

#endif
