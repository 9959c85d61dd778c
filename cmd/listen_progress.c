#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/listen_progress.h"
#include "net/clock.h"

#define FIRST (SECOND / 2)
#define AGAIN (SECOND / 5)

#define ERASE_TO_END "\033[K"

void progress_begin(struct progress *p)
{
    const char *terminal = getenv("TERM");

    p->wanted = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO) && terminal != NULL && *terminal != '\0' &&
                strcmp(terminal, "dumb") != 0;
    if (!p->wanted)
        return;
    p->started = clock_now();
    p->next.us = p->started.us + FIRST;
}

/* The cursor goes back to the beginning of the line: what the next program of a pipeline writes there stands over it. One
 * write, as of each message. */
static void show(const struct progress *p, uint64_t bytes, uint64_t size, instant now)
{
    char share[16] = "", text[160];
    uint64_t rate = bytes / (uint64_t)(now.us - p->started.us); /* bytes a microsecond are megabytes a second */

    if (size > 0)
        snprintf(share, sizeof share, "%" PRIu64 " %%, ", (bytes < size ? bytes : size) * 100 / size);
    int length = snprintf(text, sizeof text, "%s: %s%" PRIu64 " MB, %" PRIu64 " MB/s, %" PRIu64 " packets%s\r",
                          program.name, share, bytes / 1000000, rate, p->packets, ERASE_TO_END);
    fwrite(text, 1, (size_t)length, stderr);
}

void progress_look(struct progress *p, const struct capture *c)
{
    if (!p->wanted)
        return;
    instant now = clock_now();
    if (now.us < p->next.us)
        return;
    uint64_t size, bytes = capture_progress(c, &size);
    show(p, bytes, size, now);
    p->shown = true;
    p->next.us = now.us + AGAIN;
}

void progress_end(struct progress *p)
{
    if (p->shown)
        fputs("\r" ERASE_TO_END, stderr);
    p->shown = false;
}
