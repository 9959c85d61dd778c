/* A file of lines that is renamed when it is full, and whole whatever happens: lib/net/log_file.h. */
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
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/log_file.h"

static char directory[] = "/tmp/test_log_file.XXXXXX", path[64];

static int make_directory(void **state)
{
    (void)state;
    if (!mkdtemp(directory))
        return -1;
    snprintf(path, sizeof path, "%s/log", directory);
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    return rmdir(directory);
}

static const char *name(unsigned number)
{
    static char text[80];
    snprintf(text, sizeof text, number > 0 ? "%s.%u" : "%s", path, number);
    return text;
}

static int remove_files(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 5; i++)
        (void)unlink(name(i));
    return 0;
}

static struct log_file opened(unsigned keep)
{
    struct log_file f;
    assert_true(log_file_open(&f, path, keep));
    return f;
}

static void put(struct log_file *f, const char *text)
{
    assert_true(log_file_write(f, text, strlen(text)));
}

static void expect(unsigned number, const char *text)
{
    char got[256];
    int fd = open(name(number), O_RDONLY);
    if (!text) {
        assert_int_equal(fd, -1);
        return;
    }
    ssize_t n = read(fd, got, sizeof got - 1);
    assert_true(n >= 0);
    got[n] = '\0';
    close(fd);
    assert_string_equal(got, text);
}

static void lines_are_appended(void **state)
{
    (void)state;
    struct log_file f = opened(2);
    put(&f, "one\n");
    log_file_close(&f);
    f = opened(2);
    assert_int_equal(f.size, 4);
    put(&f, "two\n");
    assert_int_equal(f.size, 8);
    log_file_close(&f);
    expect(0, "one\ntwo\n");
}

static void half_a_line_is_ended(void **state)
{
    (void)state;
    struct log_file f = opened(2);
    put(&f, "one\nha");
    log_file_close(&f);
    f = opened(2);
    put(&f, "two\n");
    log_file_close(&f);
    expect(0, "one\nha\ntwo\n");
}

static void old_ones_move_up_and_the_oldest_goes(void **state)
{
    (void)state;
    struct log_file f = opened(2);
    static const char *const lines[] = {"1\n", "2\n", "3\n", "4\n"};
    for (size_t i = 0; i < 4; i++) {
        put(&f, lines[i]);
        if (i < 3)
            assert_true(log_file_rotate(&f));
        assert_int_equal(f.size, i < 3 ? 0 : 2);
    }
    log_file_close(&f);
    expect(0, "4\n");
    expect(1, "3\n");
    expect(2, "2\n");
    expect(3, NULL);
}

static void none_is_kept(void **state)
{
    (void)state;
    struct log_file f = opened(0);
    put(&f, "1\n");
    assert_true(log_file_rotate(&f));
    put(&f, "2\n");
    log_file_close(&f);
    expect(0, "2\n");
    expect(1, NULL);
}

static void one_that_is_taken_away_is_made_anew(void **state)
{
    (void)state;
    struct log_file f = opened(2);
    put(&f, "1\n");
    assert_false(log_file_is_lost(&f));
    assert_int_equal(unlink(path), 0);
    assert_true(log_file_is_lost(&f));
    assert_true(log_file_reopen(&f));
    assert_false(log_file_is_lost(&f));
    put(&f, "2\n");
    expect(0, "2\n");
    char other[80];
    snprintf(other, sizeof other, "%s", name(1));
    assert_int_equal(rename(path, other), 0);
    assert_true(log_file_is_lost(&f));
    log_file_close(&f);
}

/* A limit on the size of files stands for a full disk: a part is written, then no more. */
static void what_does_not_fit_leaves_nothing_behind(void **state)
{
    (void)state;
    struct log_file f = opened(2);
    struct rlimit before, small;
    signal(SIGXFSZ, SIG_IGN);
    put(&f, "one\n");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 6;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool done = log_file_write(&f, "three\n", 6);
    int error = errno;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_false(done);
    assert_int_equal(error, EFBIG);
    expect(0, "one\n");
    put(&f, "two\n");
    log_file_close(&f);
    expect(0, "one\ntwo\n");
}

static void only_a_file_will_do(void **state)
{
    (void)state;
    struct log_file f;
    assert_false(log_file_open(&f, directory, 2));
    assert_int_equal(errno, EISDIR);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_false(log_file_open(&f, path, 2));
    assert_int_equal(errno, EINVAL);
    assert_false(log_file_open(&f, "/nowhere/log", 2));
    assert_int_equal(errno, ENOENT);
    static char longer[PATH_MAX + 1];
    memset(longer, 'x', PATH_MAX - 2);
    assert_false(log_file_open(&f, longer, 2));
    assert_int_equal(errno, ENAMETOOLONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(lines_are_appended, remove_files),
        cmocka_unit_test_teardown(half_a_line_is_ended, remove_files),
        cmocka_unit_test_teardown(old_ones_move_up_and_the_oldest_goes, remove_files),
        cmocka_unit_test_teardown(none_is_kept, remove_files),
        cmocka_unit_test_teardown(one_that_is_taken_away_is_made_anew, remove_files),
        cmocka_unit_test_teardown(what_does_not_fit_leaves_nothing_behind, remove_files),
        cmocka_unit_test_teardown(only_a_file_will_do, remove_files),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
