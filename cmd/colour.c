#include <stdlib.h>
#include <unistd.h>

#include "cmd/colour.h"
#include "core/paint.h"

enum { COLOUR_BYTES = 128 * 1024 };

/* https://no-color.org: set to anything that is not empty. */
bool colour_wanted(void)
{
    const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

    if (no != NULL && *no != '\0')
        return false;
    return terminal != NULL && *terminal != '\0' && strcmp(terminal, "dumb") != 0 && isatty(STDOUT_FILENO);
}

struct span colour_lines(struct span lines)
{
    static char buffer[COLOUR_BYTES];
    struct text out = {.at = buffer, .size = sizeof buffer};
    const char *at = lines.at, *end = at + lines.len;

    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((newline != NULL ? newline : end) - at);

        paint_line(&out, (struct span){at, length});
        at += length;
        if (newline != NULL) {
            text_word(&out, "\n");
            at++;
        }
    }
    return out.cut ? lines : (struct span){buffer, out.length};
}
