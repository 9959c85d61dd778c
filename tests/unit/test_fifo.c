/* FIFOs that are there already: lib/net/fifo.h. */
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
#include <sys/stat.h>
#include <unistd.h>

#include "net/fifo.h"

static char directory[] = "/tmp/test_fifo.XXXXXX";

static int enter(void **state)
{
    (void)state;
    umask(0);
    return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int leave(void **state)
{
    static const char *const names[] = {"right", "group", "others", "read", "link", "file"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        (void)unlink(names[i]);
    return rmdir(directory);
}

/* Both functions say the same, with this errno. */
static void refused(const char *path, int error, const char *text)
{
    const char *why = "";
    assert_int_equal(fifo_open(path, O_RDWR, &why), -1);
    assert_int_equal(errno, error);
    assert_string_equal(why, text);
    assert_false(fifo_is_right(path, &why));
    assert_int_equal(errno, error);
    assert_memory_equal(why, text, strcspn(text, "(")); /* what to do about it differs */
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("group", 0620), 0);
    assert_int_equal(mkfifo("others", 0602), 0);
    close(open("file", O_CREAT | O_WRONLY, 0600));
    refused("nowhere", ENOENT, strerror(ENOENT));
    refused("group", EINVAL, "others may write to it (chmod 600)");
    refused("others", EINVAL, "others may write to it (chmod 600)");
    refused("file", EINVAL, "not a FIFO");
    if (geteuid() != 0) /* who may give nothing away */
        return;
    assert_int_equal(mkfifo("right", 0600), 0);
    assert_int_equal(chown("right", 65534, (gid_t)-1), 0);
    refused("right", EINVAL, "belongs to another user");
    assert_int_equal(unlink("right"), 0);
}

static void a_symbolic_link_is_not_followed(void **state)
{
    const char *why;
    (void)state;
    assert_int_equal(mkfifo("right", 0600), 0);
    assert_int_equal(symlink("right", "link"), 0);
    assert_int_equal(fifo_open("link", O_WRONLY, &why), -1);
    assert_int_equal(errno, ELOOP);
    assert_false(fifo_is_right("link", &why));
    assert_int_equal(unlink("right"), 0);
}

static void it_waits_for_nobody(void **state)
{
    const char *why;
    (void)state;
    assert_int_equal(mkfifo("read", 0644), 0);
    assert_true(fifo_is_right("read", &why));
    assert_int_equal(fifo_open("read", O_WRONLY, &why), -1);
    assert_int_equal(errno, ENXIO);
    assert_int_equal(fifo_open("read", O_RDWR, &why), -1); /* who reads takes lines away */
    assert_string_equal(why, "others may read from it (chmod 600)");
    int in = open("read", O_RDONLY | O_NONBLOCK), out = fifo_open("read", O_WRONLY, &why);
    assert_true(in >= 0 && out >= 0);
    assert_int_equal(write(out, "a", 1), 1);
    close(out);
    close(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(a_symbolic_link_is_not_followed),
        cmocka_unit_test(it_waits_for_nobody),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
