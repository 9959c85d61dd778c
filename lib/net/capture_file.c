#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/bytes.h"
#include "net/capture_private.h"

enum { STREAM_BYTES = 256 * 1024 }; /* with the 4 kB of stdio a third of the time goes into read(2) */

/* What may wait (a pipe, a terminal) is read through this, so that the program can write out what it has, and look at
 * its signals, before it sleeps here. */
static ssize_t read_stream(void *cookie, char *bytes, size_t size)
{
    struct capture *c = cookie;
    struct pollfd now = {.fd = c->fd, .events = POLLIN};
    ssize_t n;

    /* A FIFO that nobody has opened for writing yet would be at its end. */
    if (poll(&now, 1, c->wait != NULL ? 0 : -1) == 0 && c->wait != NULL && !c->stopped)
        c->stopped = !c->wait(c->wait_context, c->fd);
    if (c->stopped)
        return 0;
    do
        n = read(c->fd, bytes, size);
    while (n < 0 && errno == EINTR);
    c->taken += n > 0 ? (uint64_t)n : 0;
    return n;
}

/* A FIFO is opened without waiting for a writer: that is left to read_stream. */
static int open_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd >= 0)
        fcntl(fd, F_SETFL, 0);
    return fd;
}

static bool open_stream(struct capture *c, const char *path)
{
    static const cookie_io_functions_t functions = {.read = read_stream};
    struct stat status;

    c->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open_file(path);
    if (c->fd < 0 || fstat(c->fd, &status) < 0)
        return false;
    if (S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return false;
    }
    c->may_wait = !S_ISREG(status.st_mode);
    c->size = c->may_wait ? 0 : (uint64_t)status.st_size;
    if (!c->may_wait)
        posix_fadvise(c->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    /* A regular file never waits, and stdio reads it faster by itself. */
    c->stream = c->may_wait ? fopencookie(c, "rb", functions) : fdopen(c->fd, "rb");
    if (c->stream == NULL)
        return false;
    if (!c->may_wait)
        c->fd = -1; /* the stream's */
    c->buffer = malloc(STREAM_BYTES);
    if (c->buffer != NULL)
        setvbuf(c->stream, c->buffer, _IOFBF, STREAM_BYTES);
    return true;
}

/* As each of them stands in a file that was written by the same kind of machine, or by the other kind. */
static bool is_magic(uint32_t number)
{
    static const uint32_t magic[] = {
        0xa1b2c3d4, 0xa1b23c4d,             /* pcap, µs and ns */
        0xa1b2cd34, 0xa1b2234d, 0xa12b3c4d, /* variants of it that libpcap reads */
        0x0a0d0d0a,                         /* pcapng */
    };

    for (size_t i = 0; i < nitems(magic); i++)
        if (number == magic[i] || number == __builtin_bswap32(magic[i]))
            return true;
    return false;
}

bool capture_begins_well(const struct capture *c)
{
    enum { HEADER_BYTES = 24 }; /* of pcap; the first block of pcapng has 28 at least */
    uint8_t header[HEADER_BYTES];
    int fd = c->stream != NULL && !c->may_wait ? fileno(c->stream) : -1;
    off_t at = fd >= 0 ? lseek(fd, 0, SEEK_CUR) : -1;

    return at < 0 || (pread(fd, header, sizeof header, at) == sizeof header && is_magic(be32(header)));
}

bool capture_begin(struct capture *c, struct capture_error *error)
{
    char text[PCAP_ERRBUF_SIZE] = "";
    struct capture_handle *h = &c->handles[0];

    h->pcap = pcap_fopen_offline_with_tstamp_precision(c->stream, PCAP_TSTAMP_PRECISION_NANO, text);
    if (h->pcap == NULL) {
        capture_error_set(error, CAPTURE_NAME ": %s", c->name, text);
        error->stopped = c->stopped;
        return false;
    }
    c->stream = NULL; /* the handle's, from here on */
    c->handle_count = 1;
    if (!capture_link_from_dlt(pcap_datalink(h->pcap), &c->link)) {
        const char *name = pcap_datalink_val_to_name(pcap_datalink(h->pcap));

        capture_error_set(error,
                          CAPTURE_NAME ": link type %s (%d) is not known here: Ethernet, Linux cooked and raw IP are",
                          c->name, name != NULL ? name : "?", pcap_datalink(h->pcap));
        return false;
    }
    return true;
}

static struct capture *finish(struct capture *c, const char *name, struct capture_error *error)
{
    c->name = strdup(name);
    if (c->name != NULL)
        return c;
    capture_error_set(error, "%s", strerror(ENOMEM));
    capture_close(c);
    return NULL;
}

struct capture *capture_open_file(const char *path, struct capture_error *error)
{
    struct capture *c = calloc(1, sizeof *c);
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;

    if (c == NULL || !open_stream(c, path)) {
        capture_error_set(error, CAPTURE_NAME ": %s", name, strerror(errno));
        if (c != NULL)
            capture_close(c);
        return NULL;
    }
    return finish(c, name, error);
}

struct capture *capture_open_stream(FILE *stream, const char *name, struct capture_error *error)
{
    struct capture *c = calloc(1, sizeof *c);

    if (c == NULL) {
        capture_error_set(error, CAPTURE_NAME ": %s", name, strerror(errno));
        fclose(stream);
        return NULL;
    }
    c->fd = -1;
    c->stream = stream;
    return finish(c, name, error);
}

void capture_on_wait(struct capture *c, capture_wait *wait, void *context)
{
    if (!c->may_wait)
        return;
    c->wait = wait;
    c->wait_context = context;
}

uint64_t capture_progress(const struct capture *c, uint64_t *size)
{
    off_t at = c->size > 0 && c->handle_count > 0 ? ftello(pcap_file(c->handles[0].pcap)) : 0;

    *size = c->size;
    return c->size > 0 ? (uint64_t)(at > 0 ? at : 0) : c->taken;
}

struct hand_out {
    const struct capture *capture;
    capture_frame *frame;
    void *context;
    int count;
};

static void hand_out(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    struct hand_out *out = (struct hand_out *)user;
    struct captured captured = {
        .time = capture_stamp(header),
        .link = out->capture->link,
        .bytes = bytes,
        .length = header->caplen,
        .wire_length = header->len,
    };

    out->count++;
    out->frame(out->context, &captured);
}

int capture_file_dispatch(struct capture *c, int max, capture_frame *frame, void *context, struct capture_error *error)
{
    struct hand_out out = {c, frame, context, 0};

    if (c->stopped)
        return 0;
    if (pcap_dispatch(c->handles[0].pcap, max, hand_out, (u_char *)&out) == PCAP_ERROR && !c->stopped) {
        capture_error_set(error, CAPTURE_NAME ": %s", c->name, pcap_geterr(c->handles[0].pcap));
        return -1;
    }
    return out.count;
}
