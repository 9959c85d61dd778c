/* The file of keys (-k), which is handed on by its name: the stages read it, not this program. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/run.h"
#include "net/secret_file.h"

void keys_check(const struct run *r)
{
    const char *why;
    int fd = r->options.keys ? secret_file_open(r->options.keys, &why) : -1;
    if (r->options.keys && fd < 0)
        cli_die(EXIT_USAGE, "-k %s: %s", r->options.keys, why);
    if (fd >= 0)
        close(fd);
}

/* Also of one that was put into its place, or into that of a symbolic link. */
static struct timespec changed_at(const struct run *r)
{
    struct stat st;
    return r->options.keys && stat(r->options.keys, &st) == 0 ? st.st_ctim : (struct timespec){0};
}

void keys_note(struct run *r)
{
    r->keys_at = changed_at(r);
}

bool keys_changed(const struct run *r)
{
    struct timespec at = changed_at(r);
    return at.tv_sec != r->keys_at.tv_sec || at.tv_nsec != r->keys_at.tv_nsec;
}

void keys_forget(struct run *r)
{
    r->keys_at = (struct timespec){0};
}
