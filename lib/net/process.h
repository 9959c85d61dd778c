/* What /proc tells of other processes. */
#ifndef NET_PROCESS_H
#define NET_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Has it this file open? fd is a descriptor of ours for the same file. False also when it is gone, or may not be looked
 * at. */
bool process_has_open(pid_t pid, int fd);
/* Has it given up its privileges for good: no_new_privs, and no CAP_NET_RAW any more? Our listener does so once all that
 * it needs is open. Either of the two alone may be inherited. */
bool process_is_restricted(pid_t pid);
/* The path of a program that stands in the directory of our own executable, or else in PATH. False: errno. */
bool process_find_program(const char *name, char *path, size_t size);

#endif
