/* Writing to the control FIFO of vrrp-elect (-C). Never waits: not for a reader, not for room. What could not be
 * written is the caller's to say again, as it is then. SIGPIPE must be ignored (signals.h does).
 *
 * The FIFO is opened by the first line and held until control_close. Close it as soon as what there is to say is said:
 * lines that wait in a FIFO stay there as long as anybody has it open, and a vrrp-elect that is started again would
 * hear them. It also finds a FIFO that was replaced. */
#ifndef NET_CONTROL_H
#define NET_CONTROL_H

#include <stddef.h>
#include <sys/types.h>

enum { CONTROL_BYTES = 4096 }; /* longest line, with its newline: what a FIFO takes in one piece */

struct control {
    const char *path; /* the caller's */
    int fd;           /* -1: not open */
    dev_t device;     /* which FIFO it was when it was opened last */
    ino_t inode;
    int error; /* errno of what was not CONTROL_DONE */
};

enum control_status {
    CONTROL_DONE,
    CONTROL_NOBODY, /* there is no FIFO (ENOENT), or nobody reads it (ENXIO, EPIPE): no vrrp-elect is there now */
    CONTROL_FULL,   /* its reader is behind (EAGAIN) */
    CONTROL_FAILED, /* not a FIFO (EINVAL), a line that is too long (EMSGSIZE), no permission, ... */
};

void control_init(struct control *c, const char *path);
/* Opens it if it is not open. It is never made. */
enum control_status control_open(struct control *c);
/* One line and its newline, in one write: all of it or nothing. A TIME at its head is left out: control lines happen when
 * they are read, and one that has waited, or was written before the wall clock was set, would be taken for old input. */
enum control_status control_write(struct control *c, const char *line, size_t length);
void control_close(struct control *c);
const char *control_text(const struct control *c); /* "nobody reads it", ...: for messages; valid until the next call */

#endif
