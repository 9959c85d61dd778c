/* Lines out to pipes, sockets and files: lib/net/outlet.h. */
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
#include <sys/socket.h>
#include <unistd.h>

#include "net/clock.h"
#include "net/outlet.h"

static const stamp now = {1000000000};
static const struct identity router = {.ifname = "eth0", .af = 4, .vrid = 51};

static void put(struct outlet *out, enum level_kind kind, const char *text)
{
    assert_true(outlet_put(out, kind, &router, text, strlen(text)));
}

static void expect_read(int fd, const char *text)
{
    char got[8192];
    ssize_t n = read(fd, got, sizeof(got) - 1);
    assert_true(n >= 0);
    got[n] = '\0';
    assert_string_equal(got, text);
}

/* So much that the pipe holds something and takes no more. */
static void fill(struct outlet *out)
{
    put(out, LEVEL_KEEP, "first\n");
    assert_int_equal(outlet_flush(out, now), OUTLET_DONE);
}

static void a_critical_pipe_is_small(void **state)
{
    (void)state;
    int fds[2];
    struct outlet out;
    assert_int_equal(pipe(fds), 0);
    assert_true(outlet_open(&out, fds[1], "test", true));
    assert_int_equal(fcntl(fds[1], F_GETPIPE_SZ), 4096);
    assert_true(out.pipe);
    assert_int_equal(fcntl(fds[1], F_GETFL) & O_NONBLOCK, 0); /* shared with other processes */
    outlet_close(&out);
    close(fds[0]);
    close(fds[1]);
}

static void what_waits_is_the_newest(void **state)
{
    (void)state;
    int fds[2];
    struct outlet out;
    assert_int_equal(pipe(fds), 0);
    assert_true(outlet_open(&out, fds[1], "test", true));
    assert_int_equal(outlet_events(&out), 0);
    fill(&out);
    put(&out, LEVEL_SEND, "send 1\n");
    assert_int_equal(outlet_flush(&out, now), OUTLET_WAITING);
    assert_int_equal(outlet_events(&out), POLLOUT);
    put(&out, LEVEL_SEND, "send 2\n");
    assert_int_equal(outlet_flush(&out, now), OUTLET_WAITING);
    expect_read(fds[0], "first\n");
    assert_int_equal(outlet_flush(&out, now), OUTLET_DONE);
    assert_int_equal(outlet_events(&out), 0);
    expect_read(fds[0], "send 2\n");
    assert_int_equal(out.written, strlen("first\nsend 2\n"));
    outlet_close(&out);
    close(fds[0]);
    close(fds[1]);
}

/* A decision takes the place of another only where that could not be written. */
static void a_reader_that_keeps_up_gets_all(void **state)
{
    (void)state;
    int fds[2], file = fileno(tmpfile());
    char got[64] = "";
    struct outlet out;
    assert_true(outlet_open(&out, file, "test", false));
    for (size_t i = 0; i < 3; i++) {
        static const enum level_kind kinds[] = {LEVEL_SEND, LEVEL_SEND, LEVEL_RESIGN};
        static const char *const lines[] = {"send 1\n", "send 2\n", "resign\n"};
        assert_true(outlet_put_behind(&out, kinds[i], &router, lines[i], strlen(lines[i]), now));
    }
    assert_int_equal(outlet_flush(&out, now), OUTLET_DONE);
    assert_true(pread(file, got, sizeof(got) - 1, 0) > 0);
    assert_string_equal(got, "send 1\nsend 2\nresign\n");
    outlet_close(&out);
    close(file);

    assert_int_equal(pipe(fds), 0);
    assert_true(outlet_open(&out, fds[1], "test", true));
    fill(&out);
    assert_true(outlet_put_behind(&out, LEVEL_SEND, &router, "send 1\n", 7, now));
    assert_true(outlet_put_behind(&out, LEVEL_SEND, &router, "send 2\n", 7, now));
    expect_read(fds[0], "first\n");
    assert_true(outlet_put_behind(&out, LEVEL_RESIGN, &router, "resign\n", 7, now)); /* now there is room */
    expect_read(fds[0], "send 2\n");
    assert_int_equal(outlet_flush(&out, now), OUTLET_DONE);
    expect_read(fds[0], "resign\n");
    outlet_close(&out);
    close(fds[0]);
    close(fds[1]);
}

static void loss_is_told_once_somebody_reads(void **state)
{
    (void)state;
    int fds[2];
    struct outlet out;
    char line[1000], got[8192];
    memset(line, 'x', sizeof(line));
    line[sizeof(line) - 1] = '\n';
    assert_int_equal(pipe(fds), 0);
    assert_true(outlet_open(&out, fds[1], "vrrp-test", false));
    fcntl(fds[1], F_SETPIPE_SZ, 4096);
    fill(&out);
    enum { LINES = 3000 };
    for (int i = 0; i < LINES; i++) {
        assert_true(outlet_put(&out, LEVEL_DROPPABLE, NULL, line, sizeof(line)));
        assert_int_equal(outlet_flush(&out, now), OUTLET_WAITING);
    }
    unsigned whole = 0, lost_lines = 0;
    unsigned long lost = 0;
    for (enum outlet_status status = OUTLET_WAITING; status == OUTLET_WAITING;) {
        ssize_t n = read(fds[0], got, sizeof(got) - 1);
        assert_true(n > 0);
        got[n] = '\0';
        for (char *at = strtok(got, "\n"); at; at = strtok(NULL, "\n")) {
            char *number = strstr(at, " n=");
            if (number) {
                assert_non_null(strstr(at, " lost where=vrrp-test n="));
                lost += strtoul(number + 3, NULL, 10);
                lost_lines++;
            } else if (*at == 'x') {
                assert_int_equal(strlen(at), sizeof(line) - 1);
                whole++;
            }
        }
        status = outlet_flush(&out, now);
    }
    char *number = strstr(got, " n=");
    ssize_t n = read(fds[0], got, sizeof(got) - 1); /* what the last flush wrote */
    got[n > 0 ? n : 0] = '\0';
    for (char *at = strtok(got, "\n"); at; at = strtok(NULL, "\n")) {
        if ((number = strstr(at, " n="))) {
            lost += strtoul(number + 3, NULL, 10);
            lost_lines++;
        } else {
            whole++;
        }
    }
    assert_int_equal(lost_lines, 1);
    assert_int_equal(whole + lost, LINES);
    assert_true(lost > 0);
    outlet_close(&out);
    close(fds[0]);
    close(fds[1]);
}

static void a_long_line_goes_in_pieces(void **state)
{
    (void)state;
    int fds[2];
    struct outlet out;
    static char line[LINE_BYTES + 1], got[LINE_BYTES + 1];
    for (size_t i = 0; i < LINE_BYTES; i++)
        line[i] = (char)('a' + i % 26);
    line[LINE_BYTES] = '\n';
    assert_int_equal(pipe(fds), 0);
    assert_true(outlet_open(&out, fds[1], "test", true));
    assert_true(outlet_put(&out, LEVEL_SEND, &router, line, sizeof(line)));
    size_t length = 0;
    for (enum outlet_status status = OUTLET_WAITING; status == OUTLET_WAITING;) {
        status = outlet_flush(&out, now);
        if (length == 0)
            put(&out, LEVEL_SEND, "next\n"); /* does not get into the middle of it, and does not replace it */
        ssize_t n = read(fds[0], got + length, sizeof(got) - length);
        assert_true(n > 0);
        length += (size_t)n;
        if (length == sizeof(line))
            break;
    }
    assert_memory_equal(got, line, sizeof(line));
    expect_read(fds[0], "next\n");
    assert_int_equal(outlet_flush(&out, now), OUTLET_DONE);
    outlet_close(&out);
    close(fds[0]);
    close(fds[1]);
}

static void a_reader_that_goes_is_seen(void **state)
{
    (void)state;
    int pipes[2], sockets[2];
    struct outlet out;
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    const int ends[2][2] = {{pipes[0], pipes[1]}, {sockets[0], sockets[1]}};
    for (size_t i = 0; i < nitems(ends); i++) {
        assert_true(outlet_open(&out, ends[i][1], "test", true));
        fill(&out);
        close(ends[i][0]);
        put(&out, LEVEL_SEND, "send\n");
        assert_int_equal(outlet_flush(&out, now), OUTLET_CLOSED);
        assert_true(out.closed);
        assert_int_equal(outlet_drain(&out, now, SECOND), OUTLET_CLOSED);
        outlet_close(&out);
        close(ends[i][1]);
    }
}

static void a_socket_is_never_waited_for(void **state)
{
    (void)state;
    int fds[2];
    struct outlet out;
    static char line[4096];
    memset(line, 'x', sizeof(line));
    line[sizeof(line) - 1] = '\n';
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_true(outlet_open(&out, fds[1], "test", false));
    enum outlet_status status = OUTLET_DONE;
    for (int i = 0; i < 10000 && status == OUTLET_DONE; i++) {
        assert_true(outlet_put(&out, LEVEL_KEEP, NULL, line, sizeof(line)));
        status = outlet_flush(&out, now);
    }
    assert_int_equal(status, OUTLET_WAITING);
    outlet_close(&out);
    close(fds[0]);
    close(fds[1]);
}

static void a_full_disk_is_an_error(void **state)
{
    (void)state;
    struct outlet out;
    int fd = open("/dev/full", O_WRONLY);
    assert_true(outlet_open(&out, fd, "test", false));
    assert_false(out.pipe);
    put(&out, LEVEL_KEEP, "line\n");
    assert_int_equal(outlet_flush(&out, now), OUTLET_FAILED);
    assert_int_equal(out.error, ENOSPC);
    assert_int_equal(outlet_flush(&out, now), OUTLET_FAILED);
    outlet_close(&out);
    close(fd);
}

/* Who goes on gets the lines that wait, once there is room. */
static void a_full_disk_may_have_room_again(void **state)
{
    (void)state;
    struct outlet out;
    char got[64] = "";
    int fd = open("/dev/full", O_WRONLY), file = fileno(tmpfile());
    enum outlet_status status = OUTLET_FAILED;
    assert_true(outlet_open(&out, fd, "test", false));
    put(&out, LEVEL_KEEP, "first\n");
    assert_int_equal(outlet_flush(&out, now), OUTLET_FAILED);
    assert_true(outlet_is_full(&out));
    assert_int_equal(outlet_events(&out), 0); /* poll would not wait for it */
    put(&out, LEVEL_KEEP, "second\n");
    assert_true(dup2(file, fd) == fd);
    assert_int_equal(outlet_flush(&out, now), OUTLET_FAILED); /* not yet */
    while (status == OUTLET_FAILED && clock_now().us < out.again.us + SECOND) {
        poll(NULL, 0, 20);
        status = outlet_flush(&out, now);
    }
    assert_int_equal(status, OUTLET_DONE);
    assert_false(outlet_is_full(&out));
    assert_true(pread(file, got, sizeof(got) - 1, 0) > 0);
    assert_string_equal(got, "first\nsecond\n");
    outlet_close(&out);
    close(file);
    close(fd);
}

static void a_stopped_reader_is_noticed(void **state)
{
    (void)state;
    int fds[2];
    struct outlet out;
    assert_int_equal(pipe(fds), 0);
    assert_true(outlet_open(&out, fds[1], "test", true));
    fill(&out);
    assert_true(outlet_waited(&out, (instant){0}) <= SECOND); /* nothing waits */
    assert_true(outlet_waited(&out, (instant){5 * SECOND}) <= SECOND);
    put(&out, LEVEL_KEEP, "second\n");
    assert_int_equal(outlet_flush(&out, now), OUTLET_WAITING);
    assert_true(outlet_waited(&out, (instant){9 * SECOND}) <= SECOND); /* from here on */
    assert_true(outlet_waited(&out, (instant){9 * SECOND + SECOND / 2}) <= SECOND);
    assert_true(outlet_waited(&out, (instant){10 * SECOND}) <= SECOND);
    assert_true(outlet_waited(&out, (instant){16 * SECOND}) <= SECOND); /* who was stopped has not waited */
    assert_true(outlet_waited(&out, (instant){16 * SECOND + 1}) > SECOND);
    expect_read(fds[0], "first\n");
    put(&out, LEVEL_KEEP, "third\n");
    assert_int_equal(outlet_flush(&out, now), OUTLET_DONE);
    put(&out, LEVEL_KEEP, "fourth\n");
    assert_int_equal(outlet_flush(&out, now), OUTLET_WAITING);
    assert_true(outlet_waited(&out, (instant){20 * SECOND}) <= SECOND); /* it took something meanwhile */
    assert_true(outlet_waited(&out, (instant){20 * SECOND + SECOND / 2}) <= SECOND);
    assert_true(outlet_waited(&out, (instant){21 * SECOND}) <= SECOND);
    assert_true(outlet_waited(&out, (instant){21 * SECOND + 1}) > SECOND);
    outlet_close(&out);
    close(fds[0]);
    close(fds[1]);
}

static void drain_gives_up_at_its_limit(void **state)
{
    (void)state;
    int fds[2];
    struct outlet out;
    assert_int_equal(pipe(fds), 0);
    assert_true(outlet_open(&out, fds[1], "test", true));
    fill(&out);
    put(&out, LEVEL_KEEP, "second\n");
    assert_int_equal(outlet_drain(&out, now, 20 * MILLISECOND), OUTLET_WAITING);
    expect_read(fds[0], "first\n");
    assert_int_equal(outlet_drain(&out, now, 20 * SECOND), OUTLET_DONE);
    expect_read(fds[0], "second\n");
    outlet_close(&out);
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_critical_pipe_is_small),         cmocka_unit_test(what_waits_is_the_newest),
        cmocka_unit_test(loss_is_told_once_somebody_reads), cmocka_unit_test(a_long_line_goes_in_pieces),
        cmocka_unit_test(a_reader_that_goes_is_seen),       cmocka_unit_test(a_socket_is_never_waited_for),
        cmocka_unit_test(a_full_disk_is_an_error),          cmocka_unit_test(a_stopped_reader_is_noticed),
        cmocka_unit_test(drain_gives_up_at_its_limit),      cmocka_unit_test(a_reader_that_keeps_up_gets_all),
        cmocka_unit_test(a_full_disk_may_have_room_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
