/* Child processes: lib/net/child.h. The commands are what every system has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/units.h"
#include "net/child.h"

enum { PATIENCE_MS = 20000 };

static char *const environment[] = {"COLOUR=green", "PATH=/usr/bin:/bin", NULL};

static void start(struct child *c, char *const *argv, int out)
{
    struct child_command command = {
        .path = "/bin/sh", .argv = argv, .envp = environment, .in = -1, .out = out, .err = STDERR_FILENO};
    assert_int_equal(child_start(c, &command), 0);
    assert_true(c->pid > 0);
    assert_true(c->fd >= 0);
}

static void start_script(struct child *c, const char *script, int out)
{
    char text[512];
    snprintf(text, sizeof text, "%s", script);
    char *argv[] = {"sh", "-c", text, "sh", "an argument", NULL};
    start(c, argv, out);
}

static struct child_end wait_for(struct child *c)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    struct child_end end = {0};
    assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
    assert_true(child_reap(c, &end));
    assert_int_equal(c->fd, -1);
    assert_int_equal(c->pid, 0);
    return end;
}

/* All that it writes, until nobody holds the pipe any more. */
static void read_all(int fd, char *text, size_t size)
{
    size_t length = 0;
    for (ssize_t n = 1; n > 0 && length<size - 1; length += n> 0 ? (size_t)n : 0) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
        n = read(fd, text + length, size - 1 - length);
    }
    text[length] = '\0';
}

/* What a script prints. */
static struct child_end output_of(const char *script, char *text, size_t size)
{
    struct child c;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    start_script(&c, script, ends[1]);
    close(ends[1]);
    read_all(ends[0], text, size);
    close(ends[0]);
    return wait_for(&c);
}

static void its_status_is_told(void **state)
{
    (void)state;
    struct child c;
    start_script(&c, "exit 0", -1);
    struct child_end end = wait_for(&c);
    assert_int_equal(end.error, 0);
    assert_int_equal(end.status, 0);
    assert_int_equal(end.signal, 0);
    start_script(&c, "exit 42", -1);
    end = wait_for(&c);
    assert_int_equal(end.error, 0);
    assert_int_equal(end.status, 42);
    start_script(&c, "kill -TERM $$", -1);
    end = wait_for(&c);
    assert_int_equal(end.signal, SIGTERM);
    assert_int_equal(end.status, 0);
}

static void a_running_one_is_not_reaped(void **state)
{
    (void)state;
    struct child c;
    struct child_end end;
    start_script(&c, "exec sleep 60", -1);
    assert_false(child_reap(&c, &end));
    assert_true(c.pid > 0);
    child_kill(&c, SIGKILL);
    assert_int_equal(wait_for(&c).signal, SIGKILL);
    child_kill(&c, SIGKILL); /* of none: nothing happens */
}

static void arguments_environment_and_streams_are_as_given(void **state)
{
    (void)state;
    char text[256];
    struct child_end end = output_of("echo \"$#|$1|$COLOUR|$HOME|\"; cat; [ ! -t 0 ]", text, sizeof text);
    assert_int_equal(end.status, 0);
    assert_string_equal(text, "1|an argument|green||\n"); /* and nothing on its standard input */
}

static void what_cannot_be_executed_is_an_error(void **state)
{
    (void)state;
    struct child c;
    char *argv[] = {"none", NULL};
    struct child_command command = {
        .path = "/nowhere/none", .argv = argv, .envp = environment, .in = -1, .out = -1, .err = -1};
    assert_int_equal(child_start(&c, &command), 0);
    assert_int_equal(wait_for(&c).error, ENOENT);
    command.path = "/dev/null";
    assert_int_equal(child_start(&c, &command), 0);
    assert_int_equal(wait_for(&c).error, EACCES);
    char path[] = "/tmp/test_child.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "no #! line\n", 11), 11);
    assert_int_equal(fchmod(fd, 0700), 0);
    close(fd);
    command.path = path;
    assert_int_equal(child_start(&c, &command), 0);
    assert_int_equal(wait_for(&c).error, ENOEXEC); /* no shell is asked instead */
    unlink(path);
}

/* A lock that a supervisor passed down, the sockets of a program: none of a command's business. */
static void no_other_descriptor_is_inherited(void **state)
{
    (void)state;
    char text[256];
    int high = fcntl(STDIN_FILENO, F_DUPFD, 200), low = dup(STDIN_FILENO);
    assert_true(high >= 200 && low > STDERR_FILENO);
    struct child_end end =
        output_of("for n in /proc/$$/fd/*; do [ -e \"$n\" ] && echo ${n##*/}; done", text, sizeof text);
    close(high);
    close(low);
    assert_int_equal(end.error, 0);
    assert_string_equal(text, "0\n1\n2\n");
}

static void one_more_is_kept_when_asked_for(void **state)
{
    (void)state;
    struct child c;
    int ends[2], low = dup(STDIN_FILENO), kept[2];
    char text[64];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(pipe2(kept, O_CLOEXEC), 0);
    char *argv[] = {"sh", "-c", "echo kept >&4; for n in /proc/$$/fd/*; do [ -e \"$n\" ] && echo ${n##*/}; done", NULL};
    struct child_command command = {.path = "/bin/sh",
                                    .argv = argv,
                                    .envp = environment,
                                    .in = -1,
                                    .out = ends[1],
                                    .err = STDERR_FILENO,
                                    .keep = kept[1]};
    assert_int_equal(child_start(&c, &command), 0);
    close(ends[1]);
    close(kept[1]);
    close(low);
    read_all(ends[0], text, sizeof text);
    assert_string_equal(text, "0\n1\n2\n4\n");
    read_all(kept[0], text, sizeof text);
    assert_string_equal(text, "kept\n");
    close(ends[0]);
    close(kept[0]);
    assert_int_equal(wait_for(&c).error, 0);
}

static void standard_streams_may_be_any_numbers(void **state)
{
    (void)state;
    struct child c;
    int ends[2];
    char text[64];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    int zero = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
    assert_int_equal(dup2(ends[1], STDIN_FILENO), STDIN_FILENO); /* its output is our standard input's number */
    char *argv[] = {"sh", "-c", "echo out; echo err >&2", NULL};
    struct child_command command = {
        .path = "/bin/sh", .argv = argv, .envp = environment, .in = -1, .out = STDIN_FILENO, .err = STDIN_FILENO};
    assert_int_equal(child_start(&c, &command), 0);
    assert_int_equal(dup2(zero, STDIN_FILENO), STDIN_FILENO);
    close(zero);
    close(ends[1]);
    read_all(ends[0], text, sizeof text);
    close(ends[0]);
    assert_string_equal(text, "out\nerr\n");
    assert_int_equal(wait_for(&c).status, 0);
}

static void signals_are_as_at_login(void **state)
{
    (void)state;
    char text[256];
    sigset_t set, before;
    sigfillset(&set);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    sigprocmask(SIG_BLOCK, &set, &before);
    struct child_end end =
        output_of("sed -n 's/^Sig\\(Blk\\|Ign\\|Cgt\\):[ \\t]*//p' /proc/self/status", text, sizeof text);
    sigprocmask(SIG_SETMASK, &before, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    assert_int_equal(end.status, 0);
    assert_string_equal(text, "0000000000000000\n0000000000000000\n0000000000000000\n");
}

static void an_ignored_sigchld_loses_no_status(void **state)
{
    (void)state;
    struct child c;
    signal(SIGCHLD, SIG_IGN);
    start_script(&c, "exit 7", -1);
    assert_int_equal(wait_for(&c).status, 7);
}

static void it_leads_a_session_of_its_own(void **state)
{
    (void)state;
    struct child c;
    start_script(&c, "exec sleep 60", -1);
    for (int i = 0; i < PATIENCE_MS && getsid(c.pid) != c.pid; i++)
        usleep(1000);
    assert_int_equal(getsid(c.pid), c.pid);
    assert_int_equal(getpgid(c.pid), c.pid);
    child_kill(&c, SIGKILL);
    assert_int_equal(wait_for(&c).signal, SIGKILL);
}

/* Each of them holds the pipe: it ends when all are gone. */
static void all_that_it_started_is_killed_with_it(void **state)
{
    (void)state;
    struct child c;
    int ends[2];
    char text[64];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    start_script(&c, "trap '' TERM; (sleep 60 & sleep 60) & echo up; sleep 60", ends[1]);
    close(ends[1]);
    assert_int_equal(read(ends[0], text, sizeof text), 3);
    child_kill(&c, SIGKILL);
    read_all(ends[0], text, sizeof text);
    close(ends[0]);
    assert_string_equal(text, "");
    assert_int_equal(wait_for(&c).signal, SIGKILL);
}

static void one_killed_at_once_is_gone(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct child c;
        start_script(&c, "sleep 60", -1);
        child_kill(&c, SIGKILL); /* perhaps before it leads its group */
        assert_int_equal(wait_for(&c).signal, SIGKILL);
    }
}

static void commands_are_found_in_path(void **state)
{
    (void)state;
    char path[64];
    char *before = strdup(getenv("PATH"));
    setenv("PATH", "/nowhere:/dev/null:/bin:/usr/bin", 1);
    assert_true(child_find("sh", path, sizeof path));
    assert_string_equal(path, "/bin/sh");
    assert_true(child_find("/bin/sh", path, sizeof path));
    assert_string_equal(path, "/bin/sh");
    assert_false(child_find("no-such-command", path, sizeof path));
    assert_int_equal(errno, ENOENT);
    assert_string_equal(path, "no-such-command");
    assert_false(child_find("./no-such-command", path, sizeof path));
    assert_int_equal(errno, ENOENT);
    assert_false(child_find("/etc/passwd", path, sizeof path));
    assert_int_equal(errno, EACCES);
    assert_false(child_find("/etc", path, sizeof path));
    assert_int_equal(errno, EISDIR);
    assert_false(child_find("", path, sizeof path));
    assert_int_equal(errno, ENOENT);
    assert_false(child_find("/bin/sh", path, 7));
    assert_int_equal(errno, ENAMETOOLONG);
    setenv("PATH", "/etc:/nowhere", 1);
    assert_false(child_find("passwd", path, sizeof path));
    assert_int_equal(errno, EACCES); /* not ENOENT: there it is */
    unsetenv("PATH");
    assert_true(child_find("sh", path, sizeof path));
    setenv("PATH", before, 1);
    free(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_status_is_told),
        cmocka_unit_test(a_running_one_is_not_reaped),
        cmocka_unit_test(arguments_environment_and_streams_are_as_given),
        cmocka_unit_test(what_cannot_be_executed_is_an_error),
        cmocka_unit_test(no_other_descriptor_is_inherited),
        cmocka_unit_test(one_more_is_kept_when_asked_for),
        cmocka_unit_test(standard_streams_may_be_any_numbers),
        cmocka_unit_test(signals_are_as_at_login),
        cmocka_unit_test(an_ignored_sigchld_loses_no_status),
        cmocka_unit_test(it_leads_a_session_of_its_own),
        cmocka_unit_test(all_that_it_started_is_killed_with_it),
        cmocka_unit_test(one_killed_at_once_is_gone),
        cmocka_unit_test(commands_are_found_in_path),
    };
    return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
