#include "cmd/line_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "net/inlet.h"

static bool take_line(const char *path, uint64_t number, struct span text, line_file_take *take, void *context)
{
    struct line line;
    struct line_fault fault = {.reason = "", .number = number};
    enum line_error bad = line_parse(&line, text.at, text.len, &fault.word);
    if (bad == LINE_BLANK)
        return true;
    if (bad != LINE_OK)
        fault.reason = line_error_text(bad);
    else if (take(context, &line, &fault))
        return true;
    cli_bad_line(path, number, fault.word, fault.reason);
    return false;
}

static bool take_lines(const char *path, struct inlet *in, line_file_take *take, void *context)
{
    struct span text;
    do {
        inlet_fill(in);
        for (enum inlet_line got; (got = inlet_next(in, &text)) != INLET_NONE;) {
            if (got == INLET_TOO_LONG) {
                cli_bad_line(path, in->number, (struct span){0}, line_error_text(LINE_TOO_LONG));
                return false;
            }
            if (!take_line(path, in->number, text, take, context))
                return false;
        }
    } while (!in->ended);
    return true;
}

enum exit_status line_file_read(const char *path, int fd, line_file_take *take, void *context)
{
    static struct inlet in;
    inlet_init(&in, fd);
    enum exit_status status = take_lines(path, &in, take, context) ? EXIT_DONE : EXIT_USAGE;
    if (in.error == 0)
        return status;
    cli_say("%s: %s", path, strerror(in.error));
    return EXIT_SYSTEM;
}

enum exit_status line_file_load(const char *path, line_file_take *take, void *context)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        cli_say("%s: %s", path, strerror(errno));
        return EXIT_SYSTEM;
    }
    enum exit_status status = line_file_read(path, fd, take, context);
    close(fd);
    return status;
}
