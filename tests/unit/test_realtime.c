/* Real-time priority and locked memory: lib/net/realtime.h. Whether they may be had here or not, it is both or nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/realtime.h"

/* kB, of /proc/self/status. A sanitizer locks nothing. */
static long locked(void)
{
    char line[256];
    long kb = -1;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        (void)sscanf(line, "VmLck: %ld", &kb);
    if (status)
        fclose(status);
    return kb;
}

static bool is_as_before(void)
{
    return sched_getscheduler(0) == SCHED_OTHER && locked() == 0;
}

/* What is taken is not given back: each case in a child, which exits with 0, or the line of the check that failed. */
#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            _exit(1 + __LINE__ % 250);                                                                                 \
    } while (0)

static void in_child(void (*body)(void))
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        body();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void give_up(cap_value_t value)
{
    cap_t own = cap_get_proc();
    CHECK(own != NULL && cap_set_flag(own, CAP_EFFECTIVE, 1, &value, CAP_CLEAR) == 0 &&
          cap_set_flag(own, CAP_PERMITTED, 1, &value, CAP_CLEAR) == 0 && cap_set_proc(own) == 0);
    cap_free(own);
}

static void all_or_nothing(void)
{
    bool keep;
    enum realtime_refusal asked = realtime_ask(7);
    CHECK(is_as_before());
    CHECK(realtime_take(7, &keep) == asked);
    if (asked != REALTIME_DONE) {
        CHECK(errno == EPERM && is_as_before());
        return;
    }
    struct sched_param now;
    CHECK(sched_getscheduler(0) == (SCHED_FIFO | SCHED_RESET_ON_FORK));
    CHECK(sched_getparam(0, &now) == 0 && now.sched_priority == 7);
#ifndef SANITIZED
    CHECK(locked() > 0);
#endif
}

static void without_priority(void)
{
    const struct rlimit none = {0, 0};
    bool keep;
    give_up(CAP_SYS_NICE);
    CHECK(setrlimit(RLIMIT_RTPRIO, &none) == 0);
    enum realtime_refusal asked = realtime_ask(7);
    CHECK(asked != REALTIME_DONE && errno == EPERM);
    CHECK(realtime_take(7, &keep) == asked && errno == EPERM);
    CHECK(is_as_before());
}

static void without_memory(void)
{
    const struct rlimit small = {4096, 4096};
    bool keep;
    give_up(CAP_IPC_LOCK);
    give_up(CAP_SYS_RESOURCE);
    CHECK(setrlimit(RLIMIT_MEMLOCK, &small) == 0);
    CHECK(realtime_ask(7) == REALTIME_NO_MEMORY && errno == EPERM);
    CHECK(realtime_take(7, &keep) == REALTIME_NO_MEMORY && errno == EPERM && is_as_before());
}

static void it_is_all_or_nothing(void **state)
{
    (void)state;
    in_child(all_or_nothing);
}

static void a_refusal_says_of_what(void **state)
{
    (void)state;
    in_child(without_priority);
    in_child(without_memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_all_or_nothing),
        cmocka_unit_test(a_refusal_says_of_what),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
