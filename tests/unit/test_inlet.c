/* Lines in, from pipes and files: lib/net/inlet.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/inlet.h"

static struct inlet in;

static void expect_line(const char *text, uint64_t number)
{
    struct span s;
    assert_int_equal(inlet_next(&in, &s), INLET_LINE);
    assert_int_equal(s.len, strlen(text));
    assert_memory_equal(s.at, text, s.len);
    assert_int_equal(in.number, number);
}

static void expect_none(void)
{
    struct span s;
    assert_int_equal(inlet_next(&in, &s), INLET_NONE);
}

static void say(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void pieces_become_lines(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    inlet_init(&in, fds[0]);
    say(fds[1], "one\ntwo\nthr");
    expect_none();
    assert_true(inlet_fill(&in));
    expect_line("one", 1);
    assert_false(in.unterminated);
    expect_line("two", 2);
    expect_none();
    say(fds[1], "ee\n\nfive\r\nsix");
    assert_true(inlet_fill(&in));
    expect_line("three", 3);
    expect_line("", 4);
    expect_line("five\r", 5);
    expect_none();
    close(fds[1]);
    assert_false(inlet_fill(&in));
    assert_true(in.ended);
    assert_int_equal(in.error, 0);
    expect_line("six", 6);
    assert_true(in.unterminated);
    expect_none();
    assert_false(inlet_fill(&in));
    close(fds[0]);
}

static void nul_bytes_are_bytes(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    inlet_init(&in, fds[0]);
    assert_int_equal(write(fds[1], "a\0b\n", 4), 4);
    assert_true(inlet_fill(&in));
    struct span s;
    assert_int_equal(inlet_next(&in, &s), INLET_LINE);
    assert_int_equal(s.len, 3);
    assert_memory_equal(s.at, "a\0b", 3);
    close(fds[0]);
    close(fds[1]);
}

static void an_error_ends_it(void **state)
{
    (void)state;
    int fd = open("/", O_RDONLY); /* reading a folder: EISDIR */
    inlet_init(&in, fd);
    assert_false(inlet_fill(&in));
    assert_true(in.ended);
    assert_int_equal(in.error, EISDIR);
    close(fd);
}

static void nothing_there_yet_is_not_the_end(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
    inlet_init(&in, fds[0]);
    assert_true(inlet_fill(&in));
    assert_false(in.ended);
    expect_none();
    close(fds[0]);
    close(fds[1]);
}

/* Reads a file that holds `head`, a line of `length` bytes x, and `tail`, in reads of any size; returns the outcome. */
static void around_a_long_line(size_t length, bool last, bool too_long)
{
    char path[] = "/tmp/test_inlet.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    say(fd, "before\n");
    char *x = malloc(length);
    memset(x, 'x', length);
    assert_int_equal(write(fd, x, length), length);
    if (!last)
        say(fd, "\nafter\n");
    lseek(fd, 0, SEEK_SET);
    inlet_init(&in, fd);
    int lines = 0;
    bool reported = false;
    for (bool more = true; more;) {
        more = inlet_fill(&in);
        struct span s;
        for (enum inlet_line got; (got = inlet_next(&in, &s)) != INLET_NONE;) {
            lines++;
            assert_int_equal(in.number, lines);
            if (lines == 2) {
                reported = got == INLET_TOO_LONG;
                assert_true(reported || (s.len == length && memcmp(s.at, x, length) == 0));
            } else {
                const char *expected = lines == 1 ? "before" : "after";
                assert_int_equal(got, INLET_LINE);
                assert_int_equal(s.len, strlen(expected));
                assert_memory_equal(s.at, expected, s.len);
            }
        }
    }
    assert_int_equal(lines, last ? 2 : 3);
    assert_int_equal(reported, too_long);
    free(x);
    close(fd);
}

static void long_lines(void **state)
{
    (void)state;
    for (int last = 0; last < 2; last++) {
        around_a_long_line(LINE_BYTES, last, false);
        around_a_long_line(LINE_BYTES + 1, last, true);
        around_a_long_line(INLET_BYTES - 8, last, true);
        around_a_long_line(INLET_BYTES, last, true);
        around_a_long_line(1000000, last, true);
    }
}

static void a_full_buffer_waits_to_be_emptied(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t writer = fork();
    if (writer == 0) {
        for (int i = 0; i < 40000; i++) {
            char text[16];
            int n = snprintf(text, sizeof(text), "%d\n", i);
            if (write(fds[1], text, (size_t)n) != n)
                _exit(1);
        }
        _exit(0);
    }
    close(fds[1]);
    inlet_init(&in, fds[0]);
    int expected = 0;
    for (bool more = true; more;) {
        more = inlet_fill(&in) && inlet_fill(&in); /* a second fill before the lines were taken loses nothing */
        struct span s;
        for (int n = 0; n < 1000 && inlet_next(&in, &s) == INLET_LINE; n++) {
            char text[16];
            snprintf(text, sizeof(text), "%d", expected++);
            assert_int_equal(s.len, strlen(text));
            assert_memory_equal(s.at, text, s.len);
        }
    }
    struct span s;
    while (inlet_next(&in, &s) == INLET_LINE)
        expected++;
    assert_int_equal(expected, 40000);
    int status;
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(status, 0);
    close(fds[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_become_lines), cmocka_unit_test(nul_bytes_are_bytes),
        cmocka_unit_test(an_error_ends_it),    cmocka_unit_test(nothing_there_yet_is_not_the_end),
        cmocka_unit_test(long_lines),          cmocka_unit_test(a_full_buffer_waits_to_be_emptied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
