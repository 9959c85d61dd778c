/* A lock that children hold on to, and who they are: lib/net/lock_file.h, lib/net/process.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/child.h"
#include "net/lock_file.h"
#include "net/process.h"

enum { PATIENCE_MS = 10000 };

static char path[] = "/tmp/test_lock_file.XXXXXX";
static int directory;

static int make_directory(void **state)
{
    (void)state;
    directory = mkdtemp(path) ? open(path, O_RDONLY | O_DIRECTORY) : -1;
    return directory < 0 ? -1 : 0;
}

static int remove_directory(void **state)
{
    (void)state;
    (void)unlinkat(directory, "lock", 0);
    close(directory);
    return rmdir(path);
}

static int opened(void)
{
    int fd = lock_file_open(directory, "lock");
    assert_true(fd >= 0);
    return fd;
}

static struct child sleeper(int keep)
{
    struct child c;
    char *argv[] = {"sleep", "60", NULL}, *envp[] = {NULL};
    struct child_command command = {
        .path = "/bin/sleep", .argv = argv, .envp = envp, .in = -1, .out = -1, .err = -1, .keep = keep};
    assert_int_equal(child_start(&c, &command), 0);
    return c;
}

static void finish(struct child *c)
{
    struct child_end how;
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    child_kill(c, SIGKILL);
    assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
    assert_true(child_reap(c, &how));
    assert_int_equal(how.error, 0);
}

static void a_child_holds_it_for_its_parent(void **state)
{
    (void)state;
    int first = opened(), second = opened();
    assert_true(lock_file_take(first));
    assert_false(lock_file_take(second));
    assert_int_equal(errno, EWOULDBLOCK);
    struct child c = sleeper(first), other = sleeper(0);
    close(first);
    assert_false(lock_file_take(second));
    finish(&c);
    for (int i = 0; i < PATIENCE_MS && !lock_file_take(second); i++) /* until the other one is another program */
        usleep(1000);
    assert_true(lock_file_take(second)); /* though that one lives */
    finish(&other);
    close(second);
}

static void only_those_who_hold_it_are_named(void **state)
{
    (void)state;
    struct holder got[HOLDERS];
    int fd = opened();
    struct child c = sleeper(fd), other = sleeper(0);
    struct holder wanted[] = {{"us", getpid()}, {"sleep", c.pid}, {"other", other.pid}, {"gone", 0x3fffffff}};
    for (int i = 0; i < PATIENCE_MS && process_has_open(other.pid, fd); i++) /* until it has become another program */
        usleep(1000);
    assert_true(lock_file_name(fd, wanted, 4));
    assert_int_equal(lock_file_holders(fd, got), 2);
    assert_string_equal(got[0].name, "us");
    assert_int_equal(got[0].pid, getpid());
    assert_string_equal(got[1].name, "sleep");
    assert_int_equal(got[1].pid, c.pid);
    assert_true(lock_file_name(fd, wanted, 1)); /* shorter than before */
    assert_int_equal(lock_file_holders(fd, got), 1);
    finish(&c);
    finish(&other);
    close(fd);
}

static void what_is_no_list_names_nobody(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",           "\n",          "sleep",    "sleep 0\n",
        "sleep -5\n", "sleep 12x\n", "sleep \n", "a-name-that-is-longer-than-any-program-has 1\n"};
    struct holder got[HOLDERS];
    int fd = opened();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, texts[i], strlen(texts[i]), 0), strlen(texts[i]));
        assert_int_equal(lock_file_holders(fd, got), 0);
    }
    close(fd);
}

static void giving_up_privileges_is_seen(void **state)
{
    (void)state;
    int pair[2];
    char byte;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct had[2], none[2] = {{0}};
    assert_false(process_is_restricted(0x3fffffff));
    assert_int_equal(syscall(SYS_capget, &header, had), 0);
    bool privileged = (had[0].permitted & 1U << CAP_NET_RAW) != 0;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    pid_t pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
        (void)!write(pair[1], "x", 1);
        (void)!read(pair[1], &byte, 1);
        (void)syscall(SYS_capset, &header, none);
        (void)!write(pair[1], "x", 1);
        pause();
    }
    assert_int_equal(read(pair[0], &byte, 1), 1);
    assert_int_equal(process_is_restricted(pid), !privileged); /* so much may be inherited */
    assert_int_equal(write(pair[0], "x", 1), 1);
    assert_int_equal(read(pair[0], &byte, 1), 1);
    assert_true(process_is_restricted(pid));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(pair[0]);
    close(pair[1]);
}

static void programs_beside_us_come_first(void **state)
{
    (void)state;
    char found[4096], self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(n > 0);
    self[n] = '\0';
    assert_true(process_find_program("test_lock_file", found, sizeof found));
    assert_string_equal(found, self);
    assert_true(process_find_program("sh", found, sizeof found));
    assert_string_not_equal(found, "sh");
    assert_false(process_find_program("no-such-program", found, sizeof found));
    assert_int_equal(errno, ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_holds_it_for_its_parent), cmocka_unit_test(only_those_who_hold_it_are_named),
        cmocka_unit_test(what_is_no_list_names_nobody),    cmocka_unit_test(giving_up_privileges_is_seen),
        cmocka_unit_test(programs_beside_us_come_first),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
