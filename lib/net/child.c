#include "net/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child the standard streams come first, and behind them the pipe for trouble, and what is kept. */
enum { TROUBLE_FD = STDERR_FILENO + 1 };

/* Of the system calls: libc has a few real-time signals of its own, and does not hand them out. */
enum { KERNEL_SIGRTMIN = 32, KERNEL_SIGSET_BYTES = 8 };

/* --- In the child, between fork and exec. --- */

/* Handlers and masks pass exec when a signal is ignored or blocked: a script would not end at SIGTERM or SIGPIPE. */
static void reset_signals(void)
{
    static const unsigned long as_kernel_has_it[8]; /* SIG_DFL, no flags, an empty mask, in any order */
    struct sigaction deliver = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int n = 1; n < NSIG; n++)
        (void)sigaction(n, &deliver, NULL); /* EINVAL: KILL, STOP, and those that libc keeps to itself: */
    for (int n = KERNEL_SIGRTMIN; n < SIGRTMIN; n++)
        (void)syscall(SYS_rt_sigaction, n, as_kernel_has_it, NULL, KERNEL_SIGSET_BYTES);
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_from(unsigned first)
{
    struct rlimit limit;

#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, UINT32_MAX, 0) == 0)
        return;
#endif
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > 65536)
        limit.rlim_cur = 65536;
    for (unsigned fd = first; fd < limit.rlim_cur; fd++)
        (void)close((int)fd);
}

/* A copy above all that is about to be overwritten. */
static int lift(int fd)
{
    return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, CHILD_KEPT + 1);
}

static int lift_or_null(int fd, int mode)
{
    return lift(fd >= 0 ? fd : open("/dev/null", mode | O_CLOEXEC));
}

static bool place_descriptors(const struct child_command *command, int trouble)
{
    int kept = command->keep > 0 ? lift(command->keep) : -1;
    const int streams[] = {
        [STDIN_FILENO] = lift_or_null(command->in, O_RDONLY),
        [STDOUT_FILENO] = lift_or_null(command->out, O_WRONLY),
        [STDERR_FILENO] = lift_or_null(command->err, O_WRONLY),
    };

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (streams[fd] < 0 || dup2(streams[fd], fd) < 0)
            return false;
    if (command->keep > 0 && (kept < 0 || dup2(kept, CHILD_KEPT) < 0))
        return false;
    return dup3(trouble, TROUBLE_FD, O_CLOEXEC) >= 0;
}

_Noreturn static void become(const struct child_command *command, int trouble)
{
    int up = lift(trouble);

    (void)setsid();
    reset_signals();
    if (up >= 0 && place_descriptors(command, up)) {
        close_from(command->keep > 0 ? CHILD_KEPT + 1 : CHILD_KEPT);
        trouble = TROUBLE_FD;
        (void)execve(command->path, command->argv, command->envp);
    }
    int error = errno;
    ssize_t n = write(trouble, &error, sizeof error);
    _Exit(n > 0 ? 126 : 127);
}

/* --- In the parent. --- */

static void forget(struct child *c)
{
    if (c->fd >= 0)
        close(c->fd);
    if (c->trouble >= 0)
        close(c->trouble);
    *c = (struct child){.fd = -1, .trouble = -1};
}

int child_start(struct child *c, const struct child_command *command)
{
    struct sigaction deliver = {.sa_handler = SIG_DFL};
    int ends[2];

    *c = (struct child){.fd = -1, .trouble = -1};
    if (sigaction(SIGCHLD, &deliver, NULL) < 0 || pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return errno;
    pid_t pid = fork();
    if (pid == 0)
        become(command, ends[1]);
    int error = errno;
    close(ends[1]);
    c->trouble = ends[0];
    if (pid > 0) {
        /* Not reaped yet, so the number is still this process's. */
        c->pid = pid;
        c->fd = (int)syscall(SYS_pidfd_open, pid, 0);
        error = errno;
    }
    if (c->fd >= 0)
        return 0;
    if (pid > 0) { /* it could never be seen to end */
        child_kill(c, SIGKILL);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    forget(c);
    return error;
}

bool child_reap(struct child *c, struct child_end *end)
{
    int status, error = 0;
    pid_t pid = waitpid(c->pid, &status, WNOHANG);

    if (pid == 0 || (pid < 0 && errno == EINTR))
        return false;
    *end = (struct child_end){0};
    if (pid < 0)
        end->error = errno;
    else if (read(c->trouble, &error, sizeof error) == (ssize_t)sizeof error)
        end->error = error;
    else if (WIFSIGNALED(status))
        end->signal = WTERMSIG(status);
    else
        end->status = WEXITSTATUS(status);
    forget(c);
    return true;
}

void child_kill(const struct child *c, int signal)
{
    if (c->pid <= 0)
        return;
    /* Until it is reaped no other process and no other group has its number. It may not lead its group yet. */
    (void)kill(-c->pid, signal);
    (void)kill(c->pid, signal);
}

/* Is it a file that this process may execute? Else errno. */
static bool is_executable(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return false;
    if (!S_ISREG(st.st_mode))
        errno = S_ISDIR(st.st_mode) ? EISDIR : EACCES;
    return S_ISREG(st.st_mode) && faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

/* DIRECTORY/NAME; an empty directory is the current one. False: it does not fit (errno). */
static bool join(char *path, size_t size, const char *directory, size_t length, const char *name)
{
    size_t rest = strlen(name) + 1;

    if (length + 1 + rest > size) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(path, directory, length);
    if (length > 0)
        path[length++] = '/';
    memcpy(path + length, name, rest);
    return true;
}

bool child_find(const char *name, char *path, size_t size)
{
    const char *at = getenv("PATH");
    int error = ENOENT;

    if (strchr(name, '/') != NULL || *name == '\0')
        return join(path, size, "", 0, name) && is_executable(path);
    for (at = at != NULL ? at : "/bin:/usr/bin";; at++) {
        size_t length = strcspn(at, ":");

        if (join(path, size, at, length, name) && is_executable(path))
            return true;
        if (errno != ENOENT && errno != ENOTDIR) /* one that is there tells more than those that are not */
            error = errno;
        at += length;
        if (*at == '\0')
            break;
    }
    (void)join(path, size, "", 0, name);
    errno = error;
    return false;
}
