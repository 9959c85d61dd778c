#include "cmd/check_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { HEAR_BYTES = 16384, HEAR_AT_END = 16 }; /* so many times: more than a pipe holds */

void check_run_init(struct check_run *r)
{
    *r = (struct check_run){.child = {.fd = -1}, .output = -1, .limit = INSTANT_NEVER};
}

bool check_run_goes_on(const struct check_run *r)
{
    return r->child.fd >= 0;
}

/* Only our end may not block: the command's is an ordinary pipe. */
static void open_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) < 0)
        ends[0] = ends[1] = -1; /* then nobody hears what it says */
    else
        (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

int check_run_start(struct check_run *r, const char *path, char **argv, instant limit)
{
    int ends[2];
    check_run_init(r);
    open_pipe(ends);
    r->output = ends[0];
    r->limit = limit;
    int error = child_start(&r->child, &(struct child_command){
                                           .path = path,
                                           .argv = argv,
                                           .envp = environ,
                                           .in = -1,
                                           .out = ends[1],
                                           .err = ends[1],
                                       });
    if (ends[1] >= 0)
        close(ends[1]);
    return error;
}

static void hear_no_more(struct check_run *r)
{
    if (r->output >= 0)
        close(r->output);
    r->output = -1;
}

/* False: there is nothing more for now. */
static bool hear(struct check_run *r)
{
    char bytes[HEAR_BYTES];
    ssize_t n = read(r->output, bytes, sizeof bytes);
    if (n > 0)
        last_line_add(&r->said, bytes, (size_t)n);
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        hear_no_more(r);
    return n > 0;
}

void check_run_hear(struct check_run *r)
{
    (void)hear(r);
}

bool check_run_ended(struct check_run *r, char reason[static CHECK_REASON])
{
    struct child_end end;
    child_kill(&r->child, SIGKILL); /* it has ended: this is for what it has left behind */
    if (!child_reap(&r->child, &end))
        return false;
    for (int n = 0; n < HEAR_AT_END && r->output >= 0 && hear(r); n++)
        ;
    hear_no_more(r);
    reason[0] = '\0';
    if (end.error != 0)
        snprintf(reason, CHECK_REASON, "it cannot be run: %s", strerror(end.error));
    else if (end.signal != 0)
        snprintf(reason, CHECK_REASON, "killed by signal %d (%s)", end.signal, strsignal(end.signal));
    else if (end.status != 0)
        snprintf(reason, CHECK_REASON, "exit status %d", end.status);
    return true;
}

void check_run_kill(struct check_run *r)
{
    child_kill(&r->child, SIGKILL);
    r->limit = INSTANT_NEVER;
}
