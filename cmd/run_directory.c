/* The run directory: the lock, the control FIFO, the plan that the chain is started with, the status. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/run.h"
#include "net/lock_file.h"

static void path_in(const struct run *r, char path[static PATH_MAX], const char *name)
{
    int n = snprintf(path, PATH_MAX, "%s/%s", r->options.directory, name);
    if (n < 0 || n + (int)sizeof ".answers" > PATH_MAX)
        cli_die(EXIT_USAGE, "-d %s: %s", r->options.directory, strerror(ENAMETOOLONG));
}

void directory_paths(struct run *r)
{
    path_in(r, r->control_path, "control");
    path_in(r, r->plan_path, "vr");
    path_in(r, r->watch_path, "watch");
    control_init(&r->control, r->control_path);
}

/* Whoever may write there can take the FIFO's place. */
void directory_open(struct run *r)
{
    const char *path = r->options.directory;
    struct stat st;
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        cli_die(EXIT_SYSTEM, "-d %s: %s", path, strerror(errno));
    r->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (r->directory < 0 || fstat(r->directory, &st) < 0)
        cli_die(EXIT_SYSTEM, "-d %s: %s", path, strerror(errno));
    if (st.st_uid != geteuid())
        cli_die(EXIT_USAGE, "-d %s: belongs to another user", path);
    if (st.st_mode & (S_IWGRP | S_IWOTH))
        cli_die(EXIT_USAGE, "-d %s: others may write there (chmod 755)", path);
}

_Noreturn static void refuse(const struct run *r)
{
    struct holder holders[HOLDERS];
    size_t count = lock_file_holders(r->lock, holders);
    char text[HOLDERS * (HOLDER_NAME + 24)] = "";
    size_t length = 0;
    for (size_t i = 0; i < count; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s (pid %ld)", i > 0 ? ", " : "",
                                   holders[i].name, (long)holders[i].pid);
    if (count == 0)
        cli_die(EXIT_NO, "%s: somebody runs here", r->options.directory);
    if (strcmp(holders[0].name, program.name) == 0)
        cli_die(EXIT_NO, "%s: %s runs here with pid %ld; --replace takes over", r->options.directory, program.name,
                (long)holders[0].pid);
    cli_die(EXIT_NO, "%s: its vrrp-run is gone, but these run on: %s; --replace takes over", r->options.directory,
            text);
}

void directory_lock(struct run *r)
{
    r->lock = lock_file_open(r->directory, "lock");
    if (r->lock < 0)
        cli_die(EXIT_SYSTEM, "%s/lock: %s", r->options.directory, strerror(errno));
    if (!lock_file_take(r->lock)) {
        if (errno != EWOULDBLOCK)
            cli_die(EXIT_SYSTEM, "%s/lock: %s", r->options.directory, strerror(errno));
        if (!r->options.replace)
            refuse(r);
        directory_replace(r);
    }
    directory_name_holders(r);
}

void directory_name_holders(struct run *r)
{
    struct holder holders[HOLDERS] = {{.pid = getpid()}};
    size_t count = 1;
    strncpy(holders[0].name, program.name, HOLDER_NAME - 1);
    for (size_t i = 0; i < r->chain.count; i++) {
        if (r->chain.stages[i].child.pid <= 0)
            continue;
        strncpy(holders[count].name, stage_names[i], HOLDER_NAME - 1);
        holders[count++].pid = r->chain.stages[i].child.pid;
    }
    if (!lock_file_name(r->lock, holders, count))
        cli_say("%s/lock: %s", r->options.directory, strerror(errno));
}

/* Nobody of ours uses what is left there: the lock is ours. */
static void remove_left(const struct run *r)
{
    static const char *const names[] = {"control", "control.answers", "status", "status.new",
                                        "vr",      "vr.new",          "watch",  "watch.new"};
    for (size_t i = 0; i < nitems(names); i++)
        if (unlinkat(r->directory, names[i], 0) < 0 && errno != ENOENT)
            cli_say("%s/%s: %s", r->options.directory, names[i], strerror(errno));
}

void directory_prepare(struct run *r)
{
    remove_left(r);
    if (mkfifoat(r->directory, "control", 0600) < 0)
        cli_die(EXIT_SYSTEM, "%s: %s", r->control_path, strerror(errno));
}

void directory_clean(struct run *r)
{
    remove_left(r);
    if (ftruncate(r->lock, 0) < 0)
        cli_say("%s/lock: %s", r->options.directory, strerror(errno));
}

static bool write_all(int fd, const char *text, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = write(fd, text + done, size - done);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

bool directory_prepare_file(struct run *r, const char *name, const char *text, size_t size)
{
    char temporary[NAME_MAX];
    snprintf(temporary, sizeof temporary, "%s.new", name);
    (void)unlinkat(r->directory, temporary, 0);
    int fd = openat(r->directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return false;
    bool done = write_all(fd, text, size) && fchmod(fd, 0644) == 0;
    int error = errno;
    close(fd);
    if (!done)
        (void)unlinkat(r->directory, temporary, 0); /* what it holds may be all the room that there is */
    errno = error;
    return done;
}

bool directory_show_file(struct run *r, const char *name)
{
    char temporary[NAME_MAX];
    snprintf(temporary, sizeof temporary, "%s.new", name);
    return renameat(r->directory, temporary, r->directory, name) == 0;
}
