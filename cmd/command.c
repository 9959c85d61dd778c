#include "cmd/command.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "cmd/cli.h"
#include "net/child.h"

void command_find(const char *before, const char *word, char path[static PATH_MAX])
{
    if (child_find(word, path, PATH_MAX))
        return;
    bool searched = errno == ENOENT && !strchr(word, '/');
    cli_die(EXIT_USAGE, "%s%s: %s", before, word,
            searched          ? "no such command in PATH"
            : errno == EACCES ? "not a file that may be executed"
                              : strerror(errno));
}
