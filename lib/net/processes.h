/* The processes of this machine, by /proc: who is there is looked for, that one ends is seen at once through a pidfd.
 * Needs Linux 5.3, and a /proc that shows the processes of others (no hidepid). */
#ifndef NET_PROCESSES_H
#define NET_PROCESSES_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct processes {
    DIR *proc;
    char *command; /* of the one that is looked at */
    size_t room;
};
bool processes_open(struct processes *p); /* false: errno */
void processes_close(struct processes *p);

/* One that was found. name: as the kernel has it, at most 15 bytes of it. command: its arguments, each with its NUL, cut
 * to PROCESS_COMMAND bytes; length 0: it has none (of the kernel, or ending). */
enum { PROCESS_NAME = 16, PROCESS_COMMAND = 4096 };
struct process_seen {
    pid_t pid;
    char name[PROCESS_NAME];
    const char *command;
    size_t length;
};
typedef void process_visit(void *context, const struct process_seen *p);
/* Each that is there now; commands: these are wanted. False: errno. */
bool processes_each(struct processes *p, bool commands, process_visit *visit, void *context);

/* Readable once it has ended. -1: it has already, or errno is EMFILE or the like. */
int process_hold(pid_t pid);
bool process_has_ended(int held);

#endif
