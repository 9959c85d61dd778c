/* Writing to a control FIFO that is or is not there, read, full: lib/net/control.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/control.h"

static char directory[] = "/tmp/test_control.XXXXXX", path[64];

static int make_directory(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    if (!mkdtemp(directory))
        return -1;
    snprintf(path, sizeof path, "%s/fifo", directory);
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    return rmdir(directory);
}

static int remove_fifo(void **state)
{
    (void)state;
    (void)unlink(path);
    return 0;
}

/* As vrrp-elect opens it. */
static int reader(void)
{
    int fd = open(path, O_RDWR | O_NONBLOCK);
    assert_true(fd >= 0);
    return fd;
}

static struct control ready(void)
{
    struct control c;
    assert_int_equal(mkfifo(path, 0600), 0);
    control_init(&c, path);
    return c;
}

static void put(struct control *c, enum control_status expected, const char *line)
{
    assert_int_equal(control_write(c, line, strlen(line)), expected);
}

static void expect_read(int fd, const char *text)
{
    char got[256];
    ssize_t n = read(fd, got, sizeof got - 1);
    assert_true(n >= 0 || errno == EAGAIN);
    got[n > 0 ? n : 0] = '\0';
    assert_string_equal(got, text);
}

static void lines_arrive(void **state)
{
    (void)state;
    struct control c = ready();
    int fd = reader();
    put(&c, CONTROL_DONE, "track name=a state=up for=4s\n");
    put(&c, CONTROL_DONE, "stop\n");
    expect_read(fd, "track name=a state=up for=4s\nstop\n");
    control_close(&c);
    control_close(&c);
    put(&c, CONTROL_DONE, "status\n");
    expect_read(fd, "status\n");
    control_close(&c);
    close(fd);
}

static void their_time_does_not(void **state)
{
    (void)state;
    struct control c = ready();
    int fd = reader();
    put(&c, CONTROL_DONE, "1763796129.123456789 track name=a state=up\n");
    put(&c, CONTROL_DONE, "2026-11-22T03:14:07Z stop\n");
    put(&c, CONTROL_DONE, "17637\n"); /* no TIME without an EVENT: the reader has to refuse it */
    expect_read(fd, "track name=a state=up\nstop\n17637\n");
    control_close(&c);
    close(fd);
}

static void nobody_there_is_no_failure(void **state)
{
    (void)state;
    struct control c;
    control_init(&c, path);
    put(&c, CONTROL_NOBODY, "stop\n");
    assert_int_equal(c.error, ENOENT);
    assert_string_equal(control_text(&c), "there is no such FIFO");
    assert_int_equal(access(path, F_OK), -1); /* it is not made */
    c = ready();
    put(&c, CONTROL_NOBODY, "stop\n");
    assert_int_equal(c.error, ENXIO);
    assert_string_equal(control_text(&c), "nobody reads it");
    int fd = reader();
    put(&c, CONTROL_DONE, "stop\n");
    expect_read(fd, "stop\n");
    close(fd); /* while it is held open */
    put(&c, CONTROL_NOBODY, "stop\n");
    assert_int_equal(c.error, EPIPE);
    assert_int_equal(c.fd, -1);
    fd = reader();
    put(&c, CONTROL_DONE, "stop\n");
    expect_read(fd, "stop\n");
    control_close(&c);
    close(fd);
}

static void nothing_waits_for_the_next_reader(void **state)
{
    (void)state;
    struct control c = ready();
    int fd = reader();
    put(&c, CONTROL_DONE, "stop\n");
    control_close(&c);
    close(fd);
    fd = reader();
    expect_read(fd, "");
    close(fd);
}

static void a_full_one_takes_whole_lines_or_nothing(void **state)
{
    (void)state;
    enum { LINE = 1000 };
    struct control c = ready();
    int fd = reader();
    char line[LINE + 1], got[LINE];
    size_t count = 0, seen = 0;
    memset(line, 'x', LINE);
    line[LINE - 1] = '\n';
    line[LINE] = '\0';
    enum control_status status;
    while ((status = control_write(&c, line, LINE)) == CONTROL_DONE)
        assert_true(++count < 10000);
    assert_int_equal(status, CONTROL_FULL);
    assert_int_equal(c.error, EAGAIN);
    assert_string_equal(control_text(&c), "its reader has fallen behind");
    for (; read(fd, got, LINE) == LINE; seen++)
        assert_memory_equal(got, line, LINE);
    assert_int_equal(seen, count);
    put(&c, CONTROL_DONE, line);
    control_close(&c);
    close(fd);
}

static void a_replaced_one_is_found(void **state)
{
    (void)state;
    struct control c = ready();
    int old = reader();
    put(&c, CONTROL_DONE, "stop\n");
    control_close(&c);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    int new = reader();
    put(&c, CONTROL_DONE, "status\n");
    expect_read(old, "stop\n");
    expect_read(new, "status\n");
    control_close(&c);
    close(old);
    close(new);
}

static void only_a_fifo_will_do(void **state)
{
    (void)state;
    struct control c;
    struct stat st;
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    close(fd);
    control_init(&c, path);
    assert_int_equal(control_open(&c), CONTROL_FAILED);
    assert_string_equal(control_text(&c), "not a FIFO");
    put(&c, CONTROL_FAILED, "stop\n");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 0);
    control_init(&c, directory);
    assert_int_equal(control_open(&c), CONTROL_FAILED);
    assert_string_equal(control_text(&c), strerror(EISDIR));
}

static void a_line_that_might_be_torn_is_refused(void **state)
{
    (void)state;
    static char line[CONTROL_BYTES + 1];
    struct control c = ready();
    int fd = reader();
    memset(line, 'x', sizeof line);
    assert_int_equal(control_write(&c, line, sizeof line), CONTROL_FAILED);
    assert_int_equal(c.error, EMSGSIZE);
    expect_read(fd, "");
    assert_int_equal(control_write(&c, line, CONTROL_BYTES), CONTROL_DONE);
    control_close(&c);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(lines_arrive, remove_fifo),
        cmocka_unit_test_teardown(their_time_does_not, remove_fifo),
        cmocka_unit_test_teardown(nobody_there_is_no_failure, remove_fifo),
        cmocka_unit_test_teardown(nothing_waits_for_the_next_reader, remove_fifo),
        cmocka_unit_test_teardown(a_full_one_takes_whole_lines_or_nothing, remove_fifo),
        cmocka_unit_test_teardown(a_replaced_one_is_found, remove_fifo),
        cmocka_unit_test_teardown(only_a_fifo_will_do, remove_fifo),
        cmocka_unit_test_teardown(a_line_that_might_be_torn_is_refused, remove_fifo),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
