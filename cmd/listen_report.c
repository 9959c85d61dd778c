#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "cmd/cli.h"
#include "cmd/listen.h"

_Noreturn static void failed(const struct listen *l)
{
    if (l->packets_only && errno == EPIPE) /* the reader had enough */
        exit(EXIT_DONE);
    cli_die(EXIT_SYSTEM, "%s: %s", l->packets_only ? "standard output" : l->write_path, strerror(errno));
}

enum frame_kind listen_report(struct listen *l, const struct captured *c, struct frame *decoded)
{
    const struct sighting s = {c->time, c->link, c->dir, c->ifname, c->bytes, c->length};
    enum frame_kind kind = report_frame(&l->report, &l->writer, &s, decoded);

    if (kind == FRAME_FOREIGN)
        return kind;
    if (kind == FRAME_ADVERT)
        l->adverts++;
    if (l->packets != NULL && !capture_writer_frame(l->packets, c->time, c->bytes, c->length, c->wire_length))
        failed(l);
    return kind;
}

void listen_open_tables(struct listen *l, bool limited)
{
    struct siphash_key key;
    bool announcements = !l->quiet && l->filter.announcements;

    l->report.filter = &l->filter;
    l->report.seg = l->seg;
    if (getrandom(&key, sizeof key, 0) != sizeof key)
        cli_die(EXIT_SYSTEM, "getrandom: %s", strerror(errno));
    l->report.limit = limited && !l->packets_only ? limit_new(&key) : NULL;
    l->report.vips = announcements ? vips_new(&key) : NULL;
    l->report.verifier = l->keys != NULL ? auth_verifier_new(l->keys, &key) : NULL;
    if ((limited && !l->packets_only && l->report.limit == NULL) || (announcements && l->report.vips == NULL) ||
        (l->keys != NULL && l->report.verifier == NULL))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
}

void listen_close_tables(struct listen *l)
{
    limit_free(l->report.limit);
    vips_free(l->report.vips);
    auth_verifier_free(l->report.verifier);
    auth_keys_free(l->keys);
}

bool listen_is_done(const struct listen *l)
{
    return l->count > 0 && l->adverts >= l->count;
}

bool listen_open_packets(struct listen *l, capture_go_on *go_on, void *context)
{
    struct capture_error error;

    if (l->write_path == NULL)
        return true;
    l->packets = capture_writer_open(l->write_path, go_on, context, &error);
    if (l->packets == NULL && !error.stopped)
        cli_die(EXIT_SYSTEM, "%s", error.text);
    return l->packets != NULL;
}

void listen_begin_packets(struct listen *l, enum link_layer link)
{
    struct capture_error error;

    if (l->packets != NULL && !capture_writer_begin(l->packets, link, &error))
        cli_die(EXIT_SYSTEM, "-w %s: %s", l->write_path, error.text);
}

void listen_flush_packets(struct listen *l)
{
    if (l->packets != NULL && !capture_writer_flush(l->packets))
        failed(l);
}

void listen_close_packets(struct listen *l)
{
    struct capture_writer *packets = l->packets;

    l->packets = NULL;
    if (!capture_writer_close(packets))
        failed(l);
}

int listen_status(const struct listen *l, bool gave_up)
{
    uint64_t wanted = l->count > 0 ? l->count : 1;

    return gave_up && l->limited && l->adverts < wanted ? EXIT_NO : EXIT_DONE;
}
