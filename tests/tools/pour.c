/* pour SECONDS WORD...: lines of these words, each with TIME before it, as fast as somebody reads them. Prints how many
 * on standard error. Standard output is a pipe, and made large, so that the reader never finds it empty. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/line.h"

enum { AT_ONCE = 64 * 1024, WORDS = 1024, PIPE = 1024 * 1024 };

static stamp now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (stamp){t.tv_sec * INT64_C(1000000000) + t.tv_nsec};
}

static size_t fill(char *out, const char *words, size_t *count)
{
    char time[STAMP_TEXT];
    format_stamp(time, now());
    size_t each = (size_t)snprintf(out, AT_ONCE, "%s %s\n", time, words), length = each;
    for (; length + each <= AT_ONCE; length += each)
        memcpy(out + length, out, each);
    *count += length / each;
    return length;
}

int main(int argc, char **argv)
{
    static char lines[AT_ONCE], words[WORDS];
    size_t count = 0;
    if (argc < 3) {
        fprintf(stderr, "usage: pour SECONDS WORD...\n");
        return 2;
    }
    for (int i = 2; i < argc; i++)
        snprintf(words + strlen(words), sizeof words - strlen(words), "%s%s", i > 2 ? " " : "", argv[i]);
    fcntl(STDOUT_FILENO, F_SETPIPE_SZ, PIPE);
    int64_t end = now().ns + (int64_t)(strtod(argv[1], NULL) * 1e9);
    while (now().ns < end) {
        size_t length = fill(lines, words, &count);
        for (size_t at = 0; at < length;) {
            ssize_t n = write(STDOUT_FILENO, lines + at, length - at);
            if (n < 0)
                return 3;
            at += (size_t)n;
        }
    }
    fprintf(stderr, "%zu\n", count);
    return 0;
}
