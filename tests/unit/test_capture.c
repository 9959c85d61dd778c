/* Capture files: byte order, precision, pcapng, link types, damage; and the writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/capture.h"

/* A file in the making. */
static uint8_t file[4096];
static size_t file_length;
static bool big_endian;

static void put(uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        file[file_length++] = (uint8_t)(value >> 8 * (big_endian ? size - 1 - i : i));
}

static void put_frame_bytes(size_t length)
{
    for (size_t i = 0; i < length; i++)
        file[file_length++] = (uint8_t)(i + 1);
}

static void begin(bool big)
{
    big_endian = big;
    file_length = 0;
}

/* draft-ietf-opsawg-pcap 4 */
static void pcap_header(uint32_t magic, uint32_t link)
{
    put(magic, 4);
    put(2, 2);
    put(4, 2);
    put(0, 4);
    put(0, 4);
    put(65535, 4);
    put(link, 4);
}

static void pcap_record(uint32_t seconds, uint32_t fraction, uint32_t length, uint32_t wire)
{
    put(seconds, 4);
    put(fraction, 4);
    put(length, 4);
    put(wire, 4);
    put_frame_bytes(length);
}

/* draft-ietf-opsawg-pcapng 4: section, interface (with if_tsresol), enhanced packet */
static void pcapng_header(uint16_t link, unsigned resolution)
{
    put(0x0a0d0d0a, 4);
    put(28, 4);
    put(0x1a2b3c4d, 4);
    put(1, 2);
    put(0, 2);
    put(UINT64_MAX, 8);
    put(28, 4);

    put(1, 4);
    put(32, 4);
    put(link, 2);
    put(0, 2);
    put(65535, 4);
    put(9, 2);
    put(1, 2);
    put(resolution, 1);
    put(0, 3);
    put(0, 4); /* end of options */
    put(32, 4);
}

static void pcapng_record(uint64_t time, uint32_t length)
{
    uint32_t padded = (length + 3) / 4 * 4;

    put(6, 4);
    put(32 + padded, 4);
    put(0, 4);
    put(time >> 32, 4);
    put(time & UINT32_MAX, 4);
    put(length, 4);
    put(length, 4);
    put_frame_bytes(length);
    put(0, padded - length);
    put(32 + padded, 4);
}

/* --- reading it --- */

struct seen {
    size_t count;
    stamp last;
    size_t length, wire_length;
    enum link_layer link;
    bool bytes_right;
    struct capture *stop; /* after the first frame */
};

static void on_frame(void *context, const struct captured *c)
{
    struct seen *seen = context;

    seen->count++;
    seen->last = c->time;
    seen->length = c->length;
    seen->wire_length = c->wire_length;
    seen->link = c->link;
    seen->bytes_right = true;
    for (size_t i = 0; i < c->length; i++)
        seen->bytes_right = seen->bytes_right && c->bytes[i] == (uint8_t)(i + 1);
    assert_null(c->ifname);
    assert_int_equal(c->dir, DIR_UNKNOWN);
    if (seen->stop != NULL)
        capture_stop(seen->stop);
}

/* With its header read, or NULL. */
static struct capture *begun(struct capture *c, struct capture_error *error)
{
    assert_non_null(c);
    if (capture_begin(c, error))
        return c;
    capture_close(c);
    return NULL;
}

static struct capture *open_it(struct capture_error *error)
{
    FILE *stream = fmemopen(file, file_length, "r");

    assert_non_null(stream);
    return begun(capture_open_stream(stream, "x.pcap", error), error);
}

/* 0: to the end; -1: an error, its text in *error. */
static int read_it(struct seen *seen, struct capture_error *error)
{
    struct capture *c = open_it(error);
    int n;

    *seen = (struct seen){0};
    if (c == NULL)
        return -1;
    do
        n = capture_dispatch(c, 10, on_frame, seen, error);
    while (n > 0);
    capture_close(c);
    return n;
}

static void test_formats(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool big;
        uint32_t magic, fraction;
    } formats[] = {
        {"microseconds", false, 0xa1b2c3d4, 123456},
        {"nanoseconds", false, 0xa1b23c4d, 123456000},
        {"microseconds, big-endian", true, 0xa1b2c3d4, 123456},
        {"nanoseconds, big-endian", true, 0xa1b23c4d, 123456000},
    };
    struct capture_error error;
    struct seen seen;

    for (size_t i = 0; i < nitems(formats); i++) {
        begin(formats[i].big);
        pcap_header(formats[i].magic, 1);
        pcap_record(1763796129, formats[i].fraction, 60, 90);
        if (read_it(&seen, &error) != 0 || seen.count != 1 || seen.last.ns != 1763796129123456000 ||
            seen.length != 60 || seen.wire_length != 90 || !seen.bytes_right)
            fail_msg("%s", formats[i].name);
    }
}

static void test_pcapng(void **state)
{
    (void)state;
    struct capture_error error;
    struct seen seen;

    for (int big = 0; big < 2; big++) {
        begin(big != 0);
        pcapng_header(1, 9);
        pcapng_record(1763796129123456789, 61);
        assert_int_equal(read_it(&seen, &error), 0);
        assert_int_equal(seen.count, 1);
        assert_true(seen.last.ns == 1763796129123456789);
        assert_int_equal(seen.length, 61);
        assert_true(seen.bytes_right);
        begin(big != 0);
        pcapng_header(1, 6);
        pcapng_record(1763796129123456, 60);
        assert_int_equal(read_it(&seen, &error), 0);
        assert_true(seen.last.ns == 1763796129123456000);
    }
}

static void test_link_types(void **state)
{
    (void)state;
    static const struct {
        uint32_t file;
        enum link_layer link;
    } known[] = {{1, LINK_ETHERNET}, {113, LINK_SLL}, {276, LINK_SLL2},
                 {101, LINK_RAW},    {228, LINK_RAW}, {229, LINK_RAW}};
    struct capture_error error;
    struct seen seen;

    for (size_t i = 0; i < nitems(known); i++) {
        begin(false);
        pcap_header(0xa1b23c4d, known[i].file);
        pcap_record(1, 0, 60, 60);
        assert_int_equal(read_it(&seen, &error), 0);
        assert_int_equal(seen.link, known[i].link);
    }
    begin(false);
    pcap_header(0xa1b23c4d, 105); /* 802.11 */
    assert_int_equal(read_it(&seen, &error), -1);
    assert_string_equal(error.text,
                        "x.pcap: link type IEEE802_11 (105) is not known here: Ethernet, Linux cooked and raw "
                        "IP are");
}

/* Cut off anywhere: what was whole has been handed out, then the error names the file; at a boundary it is the end. */
static void test_truncated(void **state)
{
    (void)state;
    struct capture_error error;
    struct seen seen;
    size_t whole;

    begin(false);
    pcap_header(0xa1b23c4d, 1);
    for (uint32_t i = 1; i <= 3; i++)
        pcap_record(i, 0, 60, 60);
    whole = file_length;
    for (file_length = 1; file_length < whole; file_length++) {
        bool boundary = file_length >= 24 && (file_length - 24) % 76 == 0;

        assert_int_equal(read_it(&seen, &error), boundary ? 0 : -1);
        assert_int_equal(seen.count, file_length < 24 ? 0 : (file_length - 24) / 76);
        assert_true(boundary || strncmp(error.text, "x.pcap: ", 8) == 0);
    }
}

static void test_not_a_capture(void **state)
{
    (void)state;
    struct capture_error error;
    struct seen seen;

    begin(false);
    put(0x6c6c6568, 4);
    put_frame_bytes(40);
    assert_int_equal(read_it(&seen, &error), -1);
    assert_string_equal(error.text, "x.pcap: unknown file format");
    assert_null(capture_open_file("/nonexistent/x.pcap", &error));
    assert_string_equal(error.text, "/nonexistent/x.pcap: No such file or directory");
    assert_null(capture_open_file("/", &error));
    assert_string_equal(error.text, "/: Is a directory");
}

static void test_stop(void **state)
{
    (void)state;
    struct capture_error error;
    struct seen seen = {0};

    begin(false);
    pcap_header(0xa1b23c4d, 1);
    for (uint32_t i = 1; i <= 3; i++)
        pcap_record(i, 0, 60, 60);
    struct capture *c = open_it(&error);

    assert_non_null(c);
    seen.stop = c;
    capture_dispatch(c, 10, on_frame, &seen, &error);
    assert_int_equal(seen.count, 1);
    assert_int_equal(capture_dispatch(c, 10, on_frame, &seen, &error), 0);
    assert_int_equal(seen.count, 1);
    int fd;

    assert_int_equal(capture_fds(c, &fd, 1), 0); /* a file is never polled */
    assert_int_equal(capture_dropped(c), 0);
    capture_close(c);
}

/* --- waiting: a pipe --- */

struct waiting {
    int write_end;
    size_t from, calls;
    bool give_up;
};

static bool on_wait(void *context, int fd)
{
    struct waiting *w = context;

    (void)fd;
    w->calls++;
    if (w->from < file_length) {
        size_t rest = file_length - w->from, part = rest < 50 ? rest : 50;

        assert_int_equal(write(w->write_end, file + w->from, part), (int)part);
        w->from += part;
        return true;
    }
    if (w->give_up)
        return false;
    close(w->write_end);
    return true;
}

static void read_pipe(bool give_up, struct seen *seen)
{
    struct capture_error error;
    int ends[2], n;
    char path[32];

    *seen = (struct seen){0};
    begin(false);
    pcap_header(0xa1b23c4d, 1);
    for (uint32_t i = 1; i <= 3; i++)
        pcap_record(i, 0, 60, 60);
    if (give_up)
        file_length -= 10; /* in the middle of a frame */
    assert_int_equal(pipe(ends), 0);
    struct waiting w = {.write_end = ends[1], .from = 24, .give_up = give_up};

    assert_int_equal(write(ends[1], file, 24), 24);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    struct capture *c = begun(capture_open_file(path, &error), &error);

    assert_non_null(c);
    close(ends[0]);
    capture_on_wait(c, on_wait, &w);
    do
        n = capture_dispatch(c, 10, on_frame, seen, &error);
    while (n > 0);
    assert_int_equal(n, 0);
    assert_true(w.calls >= 4);
    capture_close(c);
    if (give_up)
        close(ends[1]);
}

static void test_waits_for_a_pipe(void **state)
{
    (void)state;
    struct seen seen;

    read_pipe(false, &seen);
    assert_int_equal(seen.count, 3);
    assert_true(seen.bytes_right);
    /* Giving up in the middle of a frame is an end, and no error. */
    read_pipe(true, &seen);
    assert_int_equal(seen.count, 2);
}

static bool end_wait(void *context, int fd)
{
    (void)fd;
    ++*(int *)context;
    return false;
}

static void test_wait_for_a_header_ends(void **state)
{
    (void)state;
    struct capture_error error;
    char path[32];
    int ends[2], calls = 0;

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "\x4d\x3c\xb2", 3), 3);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    struct capture *c = capture_open_file(path, &error);

    assert_non_null(c);
    capture_on_wait(c, end_wait, &calls);
    assert_false(capture_begin(c, &error));
    assert_true(error.stopped);
    assert_int_equal(calls, 1);
    capture_close(c);
    assert_null(capture_open_file("/", &error));
    assert_false(error.stopped);
    close(ends[0]);
    close(ends[1]);
}

/* --- writing --- */

static void test_writer(void **state)
{
    (void)state;
    static const enum link_layer links[] = {LINK_ETHERNET, LINK_SLL, LINK_SLL2, LINK_RAW};
    char path[] = "/tmp/test_capture.XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    close(fd);
    begin(false);
    put_frame_bytes(1000);
    for (size_t i = 0; i < nitems(links); i++) {
        struct capture_error error;
        struct seen seen = {0};
        struct capture_writer *w = capture_writer_open(path, NULL, NULL, &error);

        assert_non_null(w);
        assert_true(capture_writer_begin(w, links[i], &error));
        assert_true(capture_writer_frame(w, (stamp){1763796129123456789}, file, 60, 90));
        assert_true(capture_writer_frame(w, (stamp){1763796130999999999}, file, 1000, 1000));
        assert_true(capture_writer_flush(w));
        assert_true(capture_writer_close(w));
        struct capture *c = begun(capture_open_file(path, &error), &error);

        assert_non_null(c);
        assert_int_equal(capture_link(c), links[i]);
        assert_int_equal(capture_dispatch(c, 1, on_frame, &seen, &error), 1);
        assert_true(seen.last.ns == 1763796129123456789 && seen.length == 60 && seen.wire_length == 90);
        assert_int_equal(capture_dispatch(c, 1, on_frame, &seen, &error), 1);
        assert_true(seen.last.ns == 1763796130999999999 && seen.length == 1000 && seen.bytes_right);
        assert_int_equal(capture_dispatch(c, 1, on_frame, &seen, &error), 0);
        capture_close(c);
    }
    unlink(path);
}

static void test_writer_fails(void **state)
{
    (void)state;
    struct capture_error error;
    struct capture_writer *w = capture_writer_open("/dev/full", NULL, NULL, &error);

    assert_non_null(w);
    assert_true(capture_writer_begin(w, LINK_ETHERNET, &error));
    capture_writer_frame(w, (stamp){1}, file, 60, 60);
    assert_false(capture_writer_flush(w));
    assert_false(capture_writer_close(w));
    assert_null(capture_writer_open("/nonexistent/x", NULL, NULL, &error));
    assert_string_equal(error.text, "/nonexistent/x: No such file or directory");
    assert_true(capture_writer_close(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),          cmocka_unit_test(test_pcapng),
        cmocka_unit_test(test_link_types),       cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_not_a_capture),    cmocka_unit_test(test_stop),
        cmocka_unit_test(test_waits_for_a_pipe), cmocka_unit_test(test_writer),
        cmocka_unit_test(test_writer_fails),     cmocka_unit_test(test_wait_for_a_header_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
