#include "cmd/vr_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "net/inlet.h"

_Noreturn static void wrong(const char *path, uint64_t number, struct span word, const char *reason)
{
    cli_bad_line(path, number, word, reason);
    cli_die(EXIT_USAGE, "%s: nothing was started", path);
}

static void take_line(const char *path, uint64_t number, struct span text, vr_file_take *take, void *context)
{
    static struct prefix_buffer buffer;
    struct vr_config config = {0};
    struct config_error error = {0};
    struct line line;
    struct span where = {0};
    enum line_error bad = line_parse(&line, text.at, text.len, &where);
    if (bad == LINE_BLANK)
        return;
    if (bad != LINE_OK)
        wrong(path, number, where, line_error_text(bad));
    if (!span_is(line.event, "vr"))
        wrong(path, number, line.event, "not a vr line");
    if (!config_parse(&config, &buffer, &line, &error))
        wrong(path, number, error.word, error.reason);
    const char *refused = take(context, &config);
    if (refused)
        wrong(path, number, (struct span){config.name, strlen(config.name)}, refused);
}

void vr_file_read(const char *path, vr_file_take *take, void *context)
{
    static struct inlet in;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        cli_die(EXIT_SYSTEM, "%s: %s", path, strerror(errno));
    inlet_init(&in, fd);
    struct span text;
    do {
        inlet_fill(&in);
        for (enum inlet_line got; (got = inlet_next(&in, &text)) != INLET_NONE;) {
            if (got == INLET_TOO_LONG)
                wrong(path, in.number, (struct span){0}, line_error_text(LINE_TOO_LONG));
            take_line(path, in.number, text, take, context);
        }
    } while (!in.ended);
    if (in.error)
        cli_die(EXIT_SYSTEM, "%s: %s", path, strerror(in.error));
    close(fd);
}
