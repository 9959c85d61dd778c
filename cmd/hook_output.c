#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/hook.h"

enum { LINES_A_SECOND = 50, READ_BYTES = 65536 };

bool hook_output_open(struct hook_output *o)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return false;
    o->in = ends[0];
    o->out = ends[1];
    return fcntl(o->in, F_SETFL, O_NONBLOCK) == 0;
}

bool hook_is_heard(void)
{
    struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
    return poll(&p, 1, 0) > 0 && (p.revents & POLLOUT);
}

instant hook_output_due(const struct hook_output *o)
{
    return o->silent > 0 ? (instant){o->since.us + SECOND} : INSTANT_NEVER;
}

static void tell_silent(struct hook_output *o)
{
    if (o->silent > 0 && hook_is_heard()) {
        cli_say("%" PRIu64 " more line%s of output %s left out", o->silent, o->silent == 1 ? "" : "s",
                o->silent == 1 ? "was" : "were");
        o->silent = 0;
    }
}

void hook_output_tell(struct hook_output *o, instant now)
{
    if (now.us - o->since.us < SECOND)
        return;
    tell_silent(o);
    o->since = now;
    o->shown = 0;
}

static void show(struct hook_output *o, instant now)
{
    hook_output_tell(o, now);
    if (o->shown < LINES_A_SECOND && hook_is_heard()) {
        o->shown++;
        cli_say("%.*s%s", (int)o->length, o->line, o->skipping ? "..." : "");
    } else {
        o->silent++;
    }
    o->length = 0;
}

/* What is not text could speak to a terminal. */
static char shown(char c)
{
    return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7F ? '?' : c;
}

static void take(struct hook_output *o, const char *bytes, size_t count, instant now)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] == '\n' && o->skipping) {
            o->skipping = false;
        } else if (bytes[i] == '\n') {
            show(o, now);
        } else if (!o->skipping) {
            o->line[o->length++] = shown(bytes[i]);
            o->skipping = o->length == sizeof o->line;
            if (o->skipping)
                show(o, now);
        }
    }
}

void hook_output_read(struct hook_output *o, instant now)
{
    static char bytes[READ_BYTES];
    ssize_t n = read(o->in, bytes, sizeof bytes);
    if (n > 0)
        take(o, bytes, (size_t)n, now);
}

void hook_output_end(struct hook_output *o, instant now)
{
    hook_output_read(o, now); /* all that a pipe holds */
    if (o->length > 0)
        show(o, now);
    tell_silent(o);
}
