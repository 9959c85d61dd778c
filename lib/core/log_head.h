/* What a file has to begin with so that vrrp-elect -t can read a log from there: which clock TIME is of, which virtual
 * routers are configured, what was told last of each interface and each track. Fed with the lines of a log (vrrp-elect
 * -p), it keeps the newest of each. Pure. */
#ifndef CORE_LOG_HEAD_H
#define CORE_LOG_HEAD_H

#include "core/line.h"

struct log_head;
struct log_head *log_head_new(void); /* NULL: out of memory */
void log_head_free(struct log_head *h);

enum log_head_result {
    LOG_HEAD_DONE,
    LOG_HEAD_OVER, /* a `stage` line: the election that was told of has ended; log_head_end before it is written */
    LOG_HEAD_NO_MEMORY,
};
/* A line of the log, without its newline. */
enum log_head_result log_head_take(struct log_head *h, const char *text, size_t len);

/* Each line has its newline. */
typedef void log_head_put(void *context, const char *line, size_t len);
/* A `clock` line of the moment of the last line, and what is known then. Behind all that was before it changes nothing. */
void log_head_write(const struct log_head *h, log_head_put *put, void *context);
/* For a replay, what was configured ends here; and nothing is known any more. */
void log_head_end(struct log_head *h, log_head_put *put, void *context);

#endif
