#include "cmd/line_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "net/inlet.h"

struct reading {
    const char *path;
    struct inlet in;
    line_file_show *show;
    line_file_take *take;
    void *context;
};

static bool wrong(const struct reading *r, const struct line_fault *f)
{
    cli_bad_line(r->path, f->number, r->show ? r->show(f->word) : f->word, f->reason);
    return false;
}

static bool take_line(const struct reading *r, struct span text)
{
    struct line line;
    struct line_fault fault = {.reason = "", .number = r->in.number};
    enum line_error bad = line_parse(&line, text.at, text.len, &fault.word);
    if (bad == LINE_BLANK)
        return true;
    if (bad != LINE_OK)
        fault.reason = line_error_text(bad);
    else if (r->take(r->context, &line, &fault))
        return true;
    return wrong(r, &fault);
}

static bool take_lines(struct reading *r)
{
    struct span text;
    do {
        inlet_fill(&r->in);
        for (enum inlet_line got; (got = inlet_next(&r->in, &text)) != INLET_NONE;) {
            const struct line_fault too_long = {.reason = line_error_text(LINE_TOO_LONG), .number = r->in.number};
            if (got == INLET_TOO_LONG)
                return wrong(r, &too_long);
            if (!take_line(r, text))
                return false;
        }
    } while (!r->in.ended);
    return true;
}

enum exit_status line_file_read(const char *path, int fd, line_file_show *show, line_file_take *take, void *context)
{
    static struct reading r;
    r = (struct reading){.path = path, .show = show, .take = take, .context = context};
    inlet_init(&r.in, fd);
    enum exit_status status = take_lines(&r) ? EXIT_DONE : EXIT_USAGE;
    int error = r.in.error;
    explicit_bzero(&r, sizeof r);
    if (error == 0)
        return status;
    cli_say("%s: %s", path, strerror(error));
    return EXIT_SYSTEM;
}

enum exit_status line_file_load(const char *path, line_file_take *take, void *context)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        cli_say("%s: %s", path, strerror(errno));
        return EXIT_SYSTEM;
    }
    enum exit_status status = line_file_read(path, fd, NULL, take, context);
    close(fd);
    return status;
}
