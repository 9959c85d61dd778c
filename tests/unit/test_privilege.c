#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/privilege.h"

/* What is dropped never comes back: each case runs in a child, and its exit status is the number of the check that
 * failed. */
static void in_child(int (*body)(void))
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0)
        _exit(body());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static cap_flag_value_t has(cap_value_t value, cap_flag_t flag)
{
    cap_flag_value_t set = CAP_CLEAR;
    cap_t own = cap_get_proc();

    cap_get_flag(own, value, flag, &set);
    cap_free(own);
    return set;
}

static int nothing_is_left(void)
{
    const char *what = NULL;
    bool could_shrink = has(CAP_SETPCAP, CAP_EFFECTIVE) == CAP_SET;

    if (!privilege_drop_all(&what))
        return 1;
    for (cap_value_t value = 0; cap_get_bound(value) >= 0; value++) {
        if (has(value, CAP_EFFECTIVE) == CAP_SET || has(value, CAP_PERMITTED) == CAP_SET)
            return 2;
        if (could_shrink && cap_get_bound(value) != 0)
            return 3;
        if (cap_get_ambient(value) == CAP_SET)
            return 4;
    }
    if (prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L) != 1)
        return 5;
    if (socket(AF_PACKET, SOCK_RAW, 0) >= 0)
        return 6;
    return 0;
}

static int what_is_kept_stays(void)
{
    const char *what = NULL;
    cap_flag_value_t before = has(CAP_NET_RAW, CAP_PERMITTED);
    bool could_shrink = has(CAP_SETPCAP, CAP_EFFECTIVE) == CAP_SET;

    if (!privilege_keep(&what, CAP_NET_RAW, -1))
        return 1;
    if (has(CAP_NET_RAW, CAP_EFFECTIVE) != before)
        return 2;
    if (has(CAP_NET_ADMIN, CAP_PERMITTED) == CAP_SET || has(CAP_SYS_ADMIN, CAP_PERMITTED) == CAP_SET)
        return 3;
    if (could_shrink && (cap_get_bound(CAP_NET_RAW) != 1 || cap_get_bound(CAP_NET_ADMIN) != 0))
        return 4;
    if (prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L) != 1)
        return 5;
    if (before == CAP_SET && socket(AF_PACKET, SOCK_RAW, 0) < 0)
        return 6;
    return 0;
}

static int keeping_what_was_dropped(void)
{
    const char *what = NULL;

    if (!privilege_drop_all(&what))
        return 1;
    if (!privilege_keep(&what, CAP_NET_RAW, CAP_NET_ADMIN, -1))
        return 2;
    return has(CAP_NET_RAW, CAP_PERMITTED) == CAP_SET ? 3 : 0;
}

static int dropping_twice(void)
{
    const char *what = NULL;

    return privilege_drop_all(&what) && privilege_drop_all(&what) ? 0 : 1;
}

static void drop_leaves_nothing(void **state)
{
    (void)state;
    in_child(nothing_is_left);
}

static void keep_keeps_only_that(void **state)
{
    (void)state;
    in_child(what_is_kept_stays);
}

static void keep_brings_nothing_back(void **state)
{
    (void)state;
    in_child(keeping_what_was_dropped);
}

static void drop_again_is_no_error(void **state)
{
    (void)state;
    in_child(dropping_twice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drop_leaves_nothing),
        cmocka_unit_test(keep_keeps_only_that),
        cmocka_unit_test(keep_brings_nothing_back),
        cmocka_unit_test(drop_again_is_no_error),
    };

    return cmocka_run_group_tests_name("privilege", tests, NULL, NULL);
}
