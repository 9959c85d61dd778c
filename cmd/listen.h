/* The two ways of vrrp-listen: interfaces (listen_live.c) and a capture file (listen_file.c). */
#ifndef CMD_LISTEN_H
#define CMD_LISTEN_H

#include "core/report.h"
#include "net/capture.h"
#include "net/outlet.h"

enum {
    LISTEN_INTERFACES = 64,
    LISTEN_BYTES = 256 * 1024, /* lines of a file are written so many bytes at a time */
};

struct listen {
    /* from the command line */
    const char *read_path, *write_path; /* NULL: not asked for */
    char interfaces[LISTEN_INTERFACES][IFNAME_TEXT];
    size_t interface_count;
    struct filter filter;
    uint64_t count; /* 0: any number */
    bool limited;   /* -T: */
    usec limit;
    bool quiet, human, realtime;
    const char *seg;        /* NULL: not asked for */
    const char *key_path;   /* NULL: nothing is verified */
    struct auth_keys *keys; /* those in it */
    bool terminal;          /* stdout is one */
    bool colour;            /* and takes them */
    bool packets_only;      /* -w -: no lines */
    /* while it runs */
    struct reporter report; /* limit NULL: nothing is left out, as of a file */
    uint64_t adverts;       /* lines so far */
    struct capture_writer *packets;
    struct writer writer;
    char buffer[LISTEN_BYTES];
};

/* What a live one writes, in order. */
struct listen_lines {
    struct listen *listen;
    struct outlet outlet;
    bool failed;    /* errno */
    size_t waiting; /* bytes of `announce` lines that are in the writer's buffer still, */
    instant waiting_due;
};

int listen_file(struct listen *l);
int listen_live(struct listen *l);

/* The line that was written, if one was, behind those that wait. */
void listen_put(struct listen_lines *lines, enum level_kind kind);
/* An `announce` line: it waits for the next one that somebody may have to act on, or for a tick, until waiting_due. */
void listen_put_later(struct listen_lines *lines, instant now);

/* The line of one frame into l->writer, its packet into -w; counts adverts. FRAME_FOREIGN: nothing was written. */
enum frame_kind listen_report(struct listen *l, const struct captured *c, struct frame *decoded);
bool listen_is_done(const struct listen *l); /* COUNT adverts were written */
/* What is remembered of what is heard. limited: of a flood something is left out, but not with -w -: there is no line to
 * say so. */
void listen_open_tables(struct listen *l, bool limited);
void listen_close_tables(struct listen *l);
/* -w, if it is asked for. False: go_on ended the wait for the reader of a FIFO. */
bool listen_open_packets(struct listen *l, capture_go_on *go_on, void *context);
void listen_begin_packets(struct listen *l, enum link_layer link);
void listen_flush_packets(struct listen *l);
void listen_close_packets(struct listen *l);
int listen_status(const struct listen *l, bool gave_up); /* the exit status; gave_up: -T was over, or the file */

#endif
