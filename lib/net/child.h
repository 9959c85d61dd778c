/* Child processes: each in a session and process group of its own, watched through a pidfd, so that a program's poll
 * loop sees it end and can kill it with all that it started. Nothing here waits. Needs Linux 5.3. */
#ifndef NET_CHILD_H
#define NET_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child {
    pid_t pid; /* its process group has the same number; 0: none */
    int fd;    /* to poll for POLLIN: it has ended; -1: none */
    /* below: its own */
    int trouble; /* where it says why it could not execute the command */
};

struct child_command {
    const char *path;  /* the file to execute; PATH is not searched (child_find does) */
    char *const *argv; /* each list ends with NULL; copied by the kernel, so needed only during the call */
    char *const *envp;
    int in, out, err; /* what become its standard streams; -1: /dev/null. Stay the caller's */
    int keep;         /* one more that it has, as CHILD_KEPT: a lock; 0: none. Stays the caller's */
};
enum { CHILD_KEPT = 4 };

/* Starts it: of the caller's descriptors it has these and no other, no signal is blocked or ignored, and there is no
 * terminal that would send one. 0, or errno when there is no process (EAGAIN, EMFILE, ENOMEM, ENOSYS before Linux 5.3);
 * *c is then empty. Whether the command could be executed is known once it has ended. SIGCHLD is set to its default:
 * ignored, as it may be inherited, a child's status would be lost. */
int child_start(struct child *c, const struct child_command *command);

struct child_end {
    int error;  /* errno: the command was not executed; the rest is then 0 */
    int status; /* what it exited with, when no signal ended it */
    int signal; /* that ended it; 0: none */
};

/* Call when fd is readable. False: it still runs. True: it has ended, *end tells how, and *c is empty. What it left
 * behind in the background goes on: child_kill before this to end that, too. */
bool child_reap(struct child *c, struct child_end *end);
/* SIGKILL, or another, to all of its process group. It has still to be reaped. */
void child_kill(const struct child *c, int signal);

/* Where PATH has a command: itself when it has a slash, else the first that may be executed, or /bin:/usr/bin without
 * PATH. False: errno (ENOENT, EACCES, EISDIR); path is then what there was none of. */
bool child_find(const char *name, char *path, size_t size);

#endif
