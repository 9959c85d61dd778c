/* A file of lines, such as a configuration: read as a whole, and what is wrong is said with file, line and word. */
#ifndef CMD_LINE_FILE_H
#define CMD_LINE_FILE_H

#include "cmd/cli.h"
#include "core/line.h"

struct line_fault {
    struct span word; /* len 0: the line as a whole */
    const char *reason;
    uint64_t number; /* of the line: set already */
};
/* Told once per line that is neither blank nor a comment. False: it is wrong, *fault is why. */
typedef bool line_file_take(void *context, const struct line *l, struct line_fault *fault);

/* "-" is not stdin here. EXIT_USAGE, or EXIT_SYSTEM when it cannot be read: what came before was taken. */
enum exit_status line_file_load(const char *path, line_file_take *take, void *context);
/* The same from what is open already, and stays so. path: its name, for messages. show: what of a word may be shown, where
 * some may not (NULL: all of it). What was read does not stay in memory. */
typedef struct span line_file_show(struct span word);
enum exit_status line_file_read(const char *path, int fd, line_file_show *show, line_file_take *take, void *context);

#endif
