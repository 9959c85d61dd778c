#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/capture_private.h"

enum { SNAPLEN = 65535 };

struct capture_writer {
    pcap_t *dead; /* says which link layer and precision */
    pcap_dumper_t *dumper;
    int error; /* errno of the first write that failed: stdio forgets it */
};

static FILE *open_stream(const char *path)
{
    if (strcmp(path, "-") != 0)
        return fopen(path, "wbe");
    /* Closing the file must not close what stdout stands for. */
    int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

    return fd < 0 ? NULL : fdopen(fd, "wb");
}

struct capture_writer *capture_writer_open(const char *path, enum link_layer link, struct capture_error *error)
{
    struct capture_writer *w = calloc(1, sizeof *w);
    FILE *stream = open_stream(path);
    const char *shown = strcmp(path, "-") == 0 ? "standard output" : path;

    if (w == NULL || stream == NULL) {
        capture_error_set(error, "%s: %s", shown, strerror(errno));
        goto failed;
    }
    w->dead = pcap_open_dead_with_tstamp_precision(capture_link_to_dlt(link), SNAPLEN, PCAP_TSTAMP_PRECISION_NANO);
    if (w->dead == NULL) {
        capture_error_set(error, "%s: %s", shown, strerror(ENOMEM));
        goto failed;
    }
    w->dumper = pcap_dump_fopen(w->dead, stream); /* owns the stream now */
    if (w->dumper == NULL) {
        capture_error_set(error, "%s: %s", shown, pcap_geterr(w->dead));
        goto failed;
    }
    return w;
failed:
    if (stream != NULL)
        fclose(stream);
    if (w != NULL && w->dead != NULL)
        pcap_close(w->dead);
    free(w);
    return NULL;
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
    pcap_dump_flush(w->dumper);
    return is_good(w);
}

bool capture_writer_close(struct capture_writer *w)
{
    if (w == NULL)
        return true;

    bool written = capture_writer_flush(w);
    int why = errno;

    pcap_dump_close(w->dumper);
    pcap_close(w->dead);
    free(w);
    errno = why;
    return written;
}
