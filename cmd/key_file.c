#include "cmd/key_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cmd/line_file.h"
#include "net/secret_file.h"

static bool take_line(void *context, const struct line *l, struct line_fault *fault)
{
    fault->reason = auth_keys_add(context, l, &fault->word);
    return !fault->reason;
}

static enum exit_status load(const char *path, struct auth_keys *keys)
{
    const char *why;
    int fd = secret_file_open(path, &why);
    if (fd < 0) {
        cli_say("-k %s: %s", path, why);
        return errno == EINVAL ? EXIT_USAGE : EXIT_SYSTEM;
    }
    enum exit_status status = line_file_read(path, fd, auth_keys_shown, take_line, keys);
    close(fd);
    if (status == EXIT_DONE && auth_keys_count(keys) == 0) {
        cli_say("-k %s: no key is in it: a key line is needed", path);
        status = EXIT_USAGE;
    }
    return status;
}

struct auth_keys *key_file_load(const char *path, enum exit_status *status)
{
    struct auth_keys *keys = auth_keys_new();
    *status = EXIT_SYSTEM;
    if (keys)
        *status = load(path, keys);
    else
        cli_say("%s", strerror(ENOMEM));
    if (*status == EXIT_DONE)
        return keys;
    auth_keys_free(keys);
    return NULL;
}

struct auth_keys *key_file_read(const char *path)
{
    enum exit_status status;
    if (!secret_memory_hide())
        cli_die(EXIT_SYSTEM, "-k %s: memory cannot be hidden: %s", path, strerror(errno));
    struct auth_keys *keys = key_file_load(path, &status);
    if (!keys)
        cli_die(status, "-k %s: nothing was started", path);
    return keys;
}
