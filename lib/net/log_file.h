/* A file of lines that grows to a limit and is then renamed: FILE.1 is the last one, FILE.2 the one before it. It holds
 * whole lines only, also when the disk is full or the machine stops: what was written in part is taken back, or ended. */
#ifndef NET_LOG_FILE_H
#define NET_LOG_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { LOG_FILES = 99 }; /* that are kept, at most */

struct log_file {
    char path[PATH_MAX];
    int fd;
    off_t size;
    unsigned keep; /* how many old ones */
};

/* Opens path, or makes it, to append to it. False: errno. */
bool log_file_open(struct log_file *f, const char *path, unsigned keep);
/* Whole lines. False: errno, and nothing of it was written. */
bool log_file_write(struct log_file *f, const char *lines, size_t length);
/* Begins a new one. False: errno, and the file is as before. */
bool log_file_rotate(struct log_file *f);
/* Somebody has removed or renamed it: what is written goes nowhere. */
bool log_file_is_lost(const struct log_file *f);
/* Makes it anew, after that. False: errno. */
bool log_file_reopen(struct log_file *f);
void log_file_close(struct log_file *f);

#endif
