/* A file that nobody else reads, and memory that nobody else sees. */
#ifndef NET_SECRET_FILE_H
#define NET_SECRET_FILE_H

#include <stdbool.h>

/* Opens it to read. It has to be a plain file, of the user who runs this, which nobody else may read or write: mode 0600, or
 * less. Else -1, with errno, and *why for people, which is valid until the next call; EINVAL: it is there, but not what it
 * has to be. */
int secret_file_open(const char *path, const char **why);
/* From now on no core dump holds this process's memory, and no other process of its user can look into it. False: errno. */
bool secret_memory_hide(void);

#endif
