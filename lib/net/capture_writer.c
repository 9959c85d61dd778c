#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/capture_private.h"

enum { SNAPLEN = 65535, STREAM_BYTES = 16384, LOOK_MS = 200, LAST_LOOKS = 10 };

struct capture_writer {
    FILE *stream; /* until there is a dumper; then that has it */
    char buffer[STREAM_BYTES];
    pcap_t *dead; /* says which link layer and precision */
    pcap_dumper_t *dumper;
    int error; /* errno of the first write that failed: stdio forgets it */
    int fd;
    bool over; /* its reader has stopped, and is not waited for again */
    capture_go_on *go_on;
    void *context;
};

/* Room for PIPE_BUF bytes? False: errno, EPIPE when the reader has stopped and this program is to end. */
static bool wait_for_room(struct capture_writer *w)
{
    struct pollfd out = {.fd = w->fd, .events = POLLOUT};

    for (int looks = 0; !w->over && poll(&out, 1, LOOK_MS) <= 0;)
        w->over = w->go_on != NULL && !w->go_on(w->context) && ++looks > LAST_LOOKS;
    errno = EPIPE;
    return !w->over;
}

/* What may be a pipe is written so that signals are seen while nobody reads it. Returns less than size on an error. */
static ssize_t write_stream(void *cookie, const char *bytes, size_t size)
{
    struct capture_writer *w = cookie;
    size_t done = 0;

    while (done < size && wait_for_room(w)) {
        ssize_t n = write(w->fd, bytes + done, size - done < PIPE_BUF ? size - done : PIPE_BUF);

        if (n < 0 && errno != EINTR && errno != EAGAIN)
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    return (ssize_t)done;
}

static int close_stream(void *cookie)
{
    const struct capture_writer *w = cookie;

    return close(w->fd);
}

static bool is_fifo(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISFIFO(status.st_mode);
}

/* A FIFO is not opened before it has a reader. -1: errno. */
static int open_file(const struct capture_writer *w, const char *path)
{
    for (;;) {
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0666);

        if (fd >= 0)
            fcntl(fd, F_SETFL, 0);
        if (fd >= 0 || errno != ENXIO || !is_fifo(path))
            return fd;
        if (w->go_on != NULL && !w->go_on(w->context)) {
            errno = ECANCELED;
            return -1;
        }
        poll(NULL, 0, LOOK_MS);
    }
}

static FILE *open_stream(struct capture_writer *w, const char *path)
{
    static const cookie_io_functions_t functions = {.write = write_stream, .close = close_stream};

    /* Closing the file must not close what stdout stands for. */
    if (strcmp(path, "-") == 0)
        w->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    else
        w->fd = open_file(w, path);
    if (w->fd < 0)
        return NULL;

    bool may_wait = strcmp(path, "-") == 0 || is_fifo(path);
    FILE *stream = may_wait ? fopencookie(w, "wb", functions) : fdopen(w->fd, "wb");

    if (stream == NULL)
        close(w->fd);
    return stream;
}

struct capture_writer *capture_writer_open(const char *path, capture_go_on *go_on, void *context,
                                           struct capture_error *error)
{
    struct capture_writer *w = calloc(1, sizeof *w);

    if (w != NULL) {
        w->go_on = go_on;
        w->context = context;
        w->stream = open_stream(w, path);
    }
    if (w != NULL && w->stream != NULL) {
        setvbuf(w->stream, w->buffer, _IOFBF, sizeof w->buffer);
        return w;
    }
    int why = errno;

    capture_error_set(error, CAPTURE_NAME ": %s", strcmp(path, "-") == 0 ? "standard output" : path, strerror(why));
    error->stopped = why == ECANCELED;
    free(w);
    return NULL;
}

bool capture_writer_begin(struct capture_writer *w, enum link_layer link, struct capture_error *error)
{
    w->dead = pcap_open_dead_with_tstamp_precision(capture_link_to_dlt(link), SNAPLEN, PCAP_TSTAMP_PRECISION_NANO);
    if (w->dead != NULL)
        w->dumper = pcap_dump_fopen(w->dead, w->stream);
    if (w->dumper == NULL) {
        capture_error_set(error, "%s", w->dead != NULL ? pcap_geterr(w->dead) : strerror(ENOMEM));
        return false;
    }
    w->stream = NULL;
    return true;
}

/* After a write. False: errno. */
static bool is_good(struct capture_writer *w)
{
    if (!ferror(pcap_dump_file(w->dumper)))
        return true;
    if (w->error == 0)
        w->error = errno;
    errno = w->error;
    return false;
}

bool capture_writer_frame(struct capture_writer *w, stamp t, const uint8_t *bytes, size_t length, size_t wire_length)
{
    struct pcap_pkthdr header = {
        .ts = {.tv_sec = (time_t)(t.ns / 1000000000), .tv_usec = (suseconds_t)(t.ns % 1000000000)},
        .caplen = (bpf_u_int32)length,
        .len = (bpf_u_int32)wire_length,
    };

    pcap_dump((u_char *)w->dumper, &header, bytes);
    return is_good(w);
}

bool capture_writer_flush(struct capture_writer *w)
{
    if (w->dumper == NULL)
        return true;
    pcap_dump_flush(w->dumper);
    return is_good(w);
}

bool capture_writer_close(struct capture_writer *w)
{
    if (w == NULL)
        return true;

    bool written = capture_writer_flush(w);
    int why = errno;

    if (w->dumper != NULL)
        pcap_dump_close(w->dumper);
    if (w->dead != NULL)
        pcap_close(w->dead);
    if (w->stream != NULL)
        fclose(w->stream);
    free(w);
    errno = why;
    return written;
}
