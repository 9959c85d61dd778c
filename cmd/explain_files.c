#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/explain.h"

static bool is_stdout(const struct explain_file *f)
{
    return strcmp(f->path, "-") == 0;
}

/* Not truncated: a run that is killed leaves the picture of the last one. */
void explain_file_open(struct explain_file *f)
{
    struct stat status;

    if (!f->path)
        return;
    f->fd = is_stdout(f) ? STDOUT_FILENO : open(f->path, O_WRONLY | O_CREAT | O_NOCTTY | O_CLOEXEC, 0666);
    if (f->fd < 0 || fstat(f->fd, &status) < 0)
        cli_die(EXIT_SYSTEM, "%s %s: %s", f->option, f->path, strerror(errno));
    f->regular = S_ISREG(status.st_mode) && !is_stdout(f);
}

bool explain_file_same(const struct explain_file *a, const struct explain_file *b)
{
    struct stat x, y;

    if (!a->path || !b->path)
        return false;
    if (is_stdout(a) && is_stdout(b))
        return true;
    return a->regular && b->regular && fstat(a->fd, &x) == 0 && fstat(b->fd, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

void explain_file_write(void *context, struct span piece)
{
    struct explain_file *f = context;

    while (piece.len > 0 && f->error == 0) {
        ssize_t n = write(f->fd, piece.at, piece.len);

        if (n < 0 && errno != EINTR)
            f->error = errno;
        if (n <= 0)
            continue;
        f->written += (uint64_t)n;
        piece.at += n;
        piece.len -= (size_t)n;
    }
}

bool explain_file_close(struct explain_file *f)
{
    if (!f->path)
        return true;
    if (f->error == 0 && f->regular && ftruncate(f->fd, (off_t)f->written) < 0)
        f->error = errno;
    if (!is_stdout(f) && close(f->fd) < 0 && f->error == 0)
        f->error = errno;
    if (f->error == 0 || (f->error == EPIPE && is_stdout(f))) /* the reader had enough */
        return true;
    cli_say("%s %s: %s", f->option, f->path, strerror(f->error));
    return false;
}
