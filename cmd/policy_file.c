#include "cmd/policy_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "net/inlet.h"

static bool wrong(const char *path, uint64_t number, struct span word, const char *reason)
{
    cli_bad_line(path, number, word, reason);
    return false;
}

static bool take_line(const char *path, uint64_t number, struct span text, struct policy *p)
{
    struct line line;
    struct span where = {0};
    enum line_error bad = line_parse(&line, text.at, text.len, &where);

    if (bad == LINE_BLANK)
        return true;
    if (bad != LINE_OK)
        return wrong(path, number, where, line_error_text(bad));
    const char *reason = policy_add(p, &line, number, &where);
    return !reason || wrong(path, number, where, reason);
}

static bool take_lines(const char *path, struct inlet *in, struct policy *p)
{
    struct span text;

    do {
        inlet_fill(in);
        for (enum inlet_line got; (got = inlet_next(in, &text)) != INLET_NONE;) {
            if (got == INLET_TOO_LONG)
                return wrong(path, in->number, (struct span){0}, line_error_text(LINE_TOO_LONG));
            if (!take_line(path, in->number, text, p))
                return false;
        }
    } while (!in->ended);
    return true;
}

struct policy *policy_file_read(const char *path)
{
    static struct inlet in;
    struct policy *p = policy_new();
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (!p)
        cli_die(EXIT_SYSTEM, "out of memory");
    if (fd < 0)
        cli_die(EXIT_SYSTEM, "%s: %s", path, strerror(errno));
    inlet_init(&in, fd);
    bool right = take_lines(path, &in, p);
    if (in.error != 0)
        cli_die(EXIT_SYSTEM, "%s: %s", path, strerror(in.error));
    if (!right)
        cli_die(EXIT_USAGE, "%s: nothing was judged", path);
    close(fd);
    return p;
}
