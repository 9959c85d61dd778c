/* A file that one program holds locked (flock), together with the processes that it has started and that inherit the
 * descriptor: as long as one of them lives, nobody else gets it. The file names them, so that they can be told and asked
 * to go. */
#ifndef NET_LOCK_FILE_H
#define NET_LOCK_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { HOLDER_NAME = 32, HOLDERS = 16 };

struct holder {
    char name[HOLDER_NAME];
    pid_t pid;
};

/* Made if it is not there. -1: errno. */
int lock_file_open(int directory, const char *name);
/* Never waits. False: errno, EWOULDBLOCK when others hold it. */
bool lock_file_take(int fd);
/* Those of the processes that the file names that hold it now; at most HOLDERS. */
size_t lock_file_holders(int fd, struct holder holders[static HOLDERS]);
/* Names them. False: errno. */
bool lock_file_name(int fd, const struct holder *holders, size_t count);

#endif
