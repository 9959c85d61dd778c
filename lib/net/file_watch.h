/* Files that come, go, and change: told at once, through inotify on the directories that they are in, so that one that is
 * renamed into its place is noticed, too. */
#ifndef NET_FILE_WATCH_H
#define NET_FILE_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct file_watch {
    int fd; /* readable: call file_watch_read */
};
bool file_watch_open(struct file_watch *w); /* false: errno */
/* Changes in the directory of path are told from now on; call it again whenever that file is looked at, before: it may be
 * another directory by now. False: errno (ENOENT: there is none yet). */
bool file_watch_add(const struct file_watch *w, const char *path);
/* What has happened, to whichever: forgets it all. */
void file_watch_read(const struct file_watch *w);

/* Is something there; false: errno. head: of a regular file that may be read its first bytes, *length of them. */
enum { FILE_HEAD = 64 };
bool file_look(const char *path, char head[static FILE_HEAD], size_t *length);

#endif
