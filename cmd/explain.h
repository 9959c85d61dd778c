/* Shared by the files of vrrp-explain; nobody else includes it. */
#ifndef CMD_EXPLAIN_H
#define CMD_EXPLAIN_H

#include <stdbool.h>

#include "core/timeline.h"

/* A file for a picture. It is opened at the start, when files still can be, and what is in it stays until the end. */
struct explain_file {
    const char *option; /* "--svg" */
    const char *path;   /* NULL: none is asked for; "-": standard output */
    int fd;
    bool regular;
    int error; /* errno of the first write that failed */
    uint64_t written;
};

void explain_file_open(struct explain_file *f); /* exit 3 when it cannot be */
bool explain_file_same(const struct explain_file *a, const struct explain_file *b);
void explain_file_write(void *context, struct span piece); /* for a page: context is the file */
bool explain_file_close(struct explain_file *f);           /* false: it could not be written, and that was said */

#endif
