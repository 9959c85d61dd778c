#include "cmd/key_file.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "net/inlet.h"
#include "net/secret_file.h"

/* Not cli_bad_line: no part of a line is shown but what cannot be a secret. */
static bool wrong(const char *path, uint64_t number, struct span shown, const char *reason)
{
    char word[CLI_SHOWN];
    cli_say("%s:%" PRIu64 ": %s%s%s", path, number, cli_show(word, shown), shown.len > 0 ? ": " : "", reason);
    return false;
}

static bool take_line(const char *path, uint64_t number, struct span text, struct auth_keys *keys)
{
    struct line line;
    struct span where = {text.at, 0};
    enum line_error bad = line_parse(&line, text.at, text.len, &where);
    if (bad == LINE_BLANK)
        return true;
    if (bad != LINE_OK)
        return wrong(path, number, auth_keys_shown(where), line_error_text(bad));
    const char *reason = auth_keys_add(keys, &line, &where);
    return !reason || wrong(path, number, where, reason);
}

static bool take_lines(const char *path, struct inlet *in, struct auth_keys *keys)
{
    struct span text;
    do {
        inlet_fill(in);
        for (enum inlet_line got; (got = inlet_next(in, &text)) != INLET_NONE;) {
            if (got == INLET_TOO_LONG)
                return wrong(path, in->number, (struct span){text.at, 0}, line_error_text(LINE_TOO_LONG));
            if (!take_line(path, in->number, text, keys))
                return false;
        }
    } while (!in->ended);
    return true;
}

static enum exit_status load(const char *path, struct auth_keys *keys)
{
    static struct inlet in;
    const char *why;
    int fd = secret_file_open(path, &why);
    if (fd < 0) {
        cli_say("-k %s: %s", path, why);
        return errno == EINVAL ? EXIT_USAGE : EXIT_SYSTEM;
    }
    inlet_init(&in, fd);
    enum exit_status status = take_lines(path, &in, keys) ? EXIT_DONE : EXIT_USAGE;
    if (in.error) {
        cli_say("-k %s: %s", path, strerror(in.error));
        status = EXIT_SYSTEM;
    }
    close(fd);
    explicit_bzero(&in, sizeof in);
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
