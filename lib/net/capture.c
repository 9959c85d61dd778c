#include "net/capture.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/capture_private.h"

/* DLT_RAW is 12 on this system; a file read by libpcap says the same. IPv4 and IPv6 have link types of their own too. */
static const struct {
    int dlt;
    enum link_layer link;
} link_layers[] = {
    {DLT_EN10MB, LINK_ETHERNET}, {DLT_LINUX_SLL, LINK_SLL}, {DLT_LINUX_SLL2, LINK_SLL2},
    {DLT_RAW, LINK_RAW},         {DLT_IPV4, LINK_RAW},      {DLT_IPV6, LINK_RAW},
};

bool capture_link_from_dlt(int dlt, enum link_layer *link)
{
    for (size_t i = 0; i < nitems(link_layers); i++)
        if (link_layers[i].dlt == dlt) {
            *link = link_layers[i].link;
            return true;
        }
    return false;
}

int capture_link_to_dlt(enum link_layer link)
{
    for (size_t i = 0; i < nitems(link_layers); i++)
        if (link_layers[i].link == link)
            return link_layers[i].dlt;
    return DLT_EN10MB;
}

stamp capture_stamp(const struct pcap_pkthdr *header)
{
    int64_t ns;

    /* A pcapng file may claim any 64 bits of seconds; TIME begins with 1970. */
    if (__builtin_mul_overflow((int64_t)header->ts.tv_sec, 1000000000, &ns) ||
        __builtin_add_overflow(ns, (int64_t)header->ts.tv_usec, &ns))
        ns = header->ts.tv_sec < 0 ? 0 : INT64_MAX;
    return (stamp){ns > 0 ? ns : 0};
}

void capture_error_set(struct capture_error *error, const char *format, ...)
{
    va_list arguments;

    error->permission = error->stopped = false;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
}

void capture_close(struct capture *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->handle_count; i++)
        if (c->handles[i].pcap != NULL)
            pcap_close(c->handles[i].pcap); /* closes the stream of a file, too */
    if (c->stream != NULL)
        fclose(c->stream);
    if (c->live)
        memberships_close(&c->groups);
    else if (c->fd > STDERR_FILENO)
        close(c->fd);
    free(c->buffer);
    free(c->name);
    free(c);
}

enum link_layer capture_link(const struct capture *c)
{
    return c->link;
}

size_t capture_fds(const struct capture *c, int *fds, size_t size)
{
    size_t count = 0;

    for (size_t i = 0; c->live && i < c->handle_count && i < size; i++)
        fds[count++] = pcap_fileno(c->handles[i].pcap);
    return count;
}

void capture_stop(struct capture *c)
{
    c->stopped = true;
    if (!c->live)
        pcap_breakloop(c->handles[0].pcap);
}

struct counted {
    capture_frame *frame;
    void *context;
    int count;
};

static void count_frame(void *context, const struct captured *captured)
{
    struct counted *counted = context;

    counted->count++;
    counted->frame(counted->context, captured);
}

int capture_dispatch(struct capture *c, int max, capture_frame *frame, void *context, struct capture_error *error)
{
    if (!c->live)
        return capture_file_dispatch(c, max, frame, context, error);

    struct counted counted = {frame, context, 0};

    capture_dispatch_all(&c, 1, max, count_frame, &counted);
    for (size_t i = 0; i < c->handle_count; i++)
        if (c->handles[i].gone && counted.count == 0) {
            capture_error_set(error, "%s: the interface is gone", c->ifname);
            return -1;
        }
    return counted.count;
}
