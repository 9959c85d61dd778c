#include "cmd/vr_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "net/inlet.h"

static bool wrong(const char *path, uint64_t number, struct span word, const char *reason)
{
    cli_bad_line(path, number, word, reason);
    return false;
}

static bool take_line(const char *path, uint64_t number, struct span text, vr_file_take *take, void *context)
{
    static struct prefix_buffer buffer;
    struct vr_config config = {0};
    struct config_error error = {0};
    struct line line;
    struct span where = {0};
    enum line_error bad = line_parse(&line, text.at, text.len, &where);
    if (bad == LINE_BLANK)
        return true;
    if (bad != LINE_OK)
        return wrong(path, number, where, line_error_text(bad));
    if (!span_is(line.event, "vr"))
        return wrong(path, number, line.event, "not a vr line");
    if (!config_parse(&config, &buffer, &line, &error))
        return wrong(path, number, error.word, error.reason);
    const char *refused = take(context, &config);
    return !refused || wrong(path, number, (struct span){config.name, strlen(config.name)}, refused);
}

static bool take_lines(const char *path, struct inlet *in, vr_file_take *take, void *context)
{
    struct span text;
    do {
        inlet_fill(in);
        for (enum inlet_line got; (got = inlet_next(in, &text)) != INLET_NONE;) {
            if (got == INLET_TOO_LONG)
                return wrong(path, in->number, (struct span){0}, line_error_text(LINE_TOO_LONG));
            if (!take_line(path, in->number, text, take, context))
                return false;
        }
    } while (!in->ended);
    return true;
}

enum exit_status vr_file_load(const char *path, vr_file_take *take, void *context)
{
    static struct inlet in;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        cli_say("%s: %s", path, strerror(errno));
        return EXIT_SYSTEM;
    }
    inlet_init(&in, fd);
    enum exit_status status = take_lines(path, &in, take, context) ? EXIT_DONE : EXIT_USAGE;
    if (in.error) {
        cli_say("%s: %s", path, strerror(in.error));
        status = EXIT_SYSTEM;
    }
    close(fd);
    return status;
}

void vr_file_read(const char *path, vr_file_take *take, void *context)
{
    enum exit_status status = vr_file_load(path, take, context);
    if (status == EXIT_USAGE)
        cli_die(status, "%s: nothing was started", path);
    if (status != EXIT_DONE)
        exit(cli_finish((int)status));
}
