#include "net/realtime.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Is there no limit on locked memory, at least from now on? */
static bool lift_limit(void)
{
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    struct rlimit have;

    if (getrlimit(RLIMIT_MEMLOCK, &have) == 0 && have.rlim_cur == RLIM_INFINITY)
        return true;
    return setrlimit(RLIMIT_MEMLOCK, &none) == 0;
}

static bool may_lock(void)
{
    cap_flag_value_t have = CAP_CLEAR;
    cap_t own = cap_get_proc();

    if (own == NULL)
        return false;
    (void)cap_get_flag(own, CAP_IPC_LOCK, CAP_EFFECTIVE, &have);
    cap_free(own);
    return have == CAP_SET;
}

enum realtime_refusal realtime_take(int priority, bool *keep)
{
    const struct sched_param fifo = {.sched_priority = priority};

    *keep = !lift_limit();
    if (*keep && !may_lock()) {
        errno = EPERM;
        return REALTIME_NO_MEMORY;
    }
    if (mlockall(MCL_CURRENT | MCL_FUTURE) < 0)
        return REALTIME_NO_MEMORY;
    if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &fifo) == 0)
        return REALTIME_DONE;

    int why = errno;

    (void)munlockall();
    errno = why;
    return REALTIME_NO_PRIORITY;
}

/* A child tries it: what is taken goes with it. It exits with the refusal and errno, which has seven bits, in one. */
enum realtime_refusal realtime_ask(int priority)
{
    enum { MEMORY = 0x80 };
    bool keep;
    int status;
    pid_t child = fork();

    if (child == 0) {
        enum realtime_refusal refusal = realtime_take(priority, &keep);
        _Exit(refusal == REALTIME_DONE ? 0 : (errno & ~MEMORY) | (refusal == REALTIME_NO_MEMORY ? MEMORY : 0));
    }
    while (child > 0 && waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return REALTIME_NO_PRIORITY;
    if (child < 0)
        return REALTIME_NO_PRIORITY;
    errno = WIFEXITED(status) ? WEXITSTATUS(status) & ~MEMORY : EAGAIN;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return REALTIME_DONE;
    return WIFEXITED(status) && (WEXITSTATUS(status) & MEMORY) != 0 ? REALTIME_NO_MEMORY : REALTIME_NO_PRIORITY;
}
