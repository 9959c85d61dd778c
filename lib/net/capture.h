/* Captured frames, live or from a file, through libpcap. */
#ifndef NET_CAPTURE_H
#define NET_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/frame.h"
#include "core/units.h"

struct capture; /* owns its handles and descriptors */

struct captured {
    stamp time;
    enum link_layer link;
    enum direction dir;   /* live: what the kernel says; file: DIR_UNKNOWN unless a cooked header says */
    const char *ifname;   /* live: the interface; NULL from a file. Valid during the callback */
    const uint8_t *bytes; /* valid during the callback */
    size_t length;        /* captured */
    size_t wire_length;
};
typedef void capture_frame(void *context, const struct captured *c);

/* A message for people when something fails: "eth9: no such device". */
struct capture_error {
    char text[512];
    bool permission; /* it is a matter of privilege */
    bool stopped;    /* nothing went wrong: a wait was ended, as the caller had it */
};

/* What the kernel filter may drop: 0 = any. The rest of the user's filter words are match.h's. */
struct capture_filter {
    uint8_t af; /* 4, 6 or 0 */
    const uint8_t *vrids;
    size_t vrid_count;  /* 0: all */
    bool announcements; /* ARP that is gratuitous or a reply, and neighbour advertisements, too */
    bool others;        /* HSRP and GLBP, too; CARP is always there. Their groups are joined */
};

enum { CAPTURE_FDS = 2 };

/* ifname "any": every interface, through Linux cooked v2. Opens an inbound and an outbound handle, joins the groups.
 * filter NULL: everything that looks like VRRP. The interface may be down; it must be there. */
struct capture *capture_open_live(const char *ifname, const struct capture_filter *filter, struct capture_error *error);
/* Several at once, which takes hardly longer than one. list has room for count. False: none is open, text in *error. */
bool capture_open_many(const char *const *ifnames, size_t count, const struct capture_filter *filter,
                       struct capture **list, struct capture_error *error);
/* path "-": stdin. pcap and pcapng, ns or µs. Every frame of the file is handed out. Nothing is read yet. */
struct capture *capture_open_file(const char *path, struct capture_error *error);
/* The same from a stream, which is then the capture's to close. name: for messages. */
struct capture *capture_open_stream(FILE *stream, const char *name, struct capture_error *error);
/* False: a file that can be looked at beforehand, and no capture begins like it. capture_begin will say what is wrong. */
bool capture_begins_well(const struct capture *c);
/* Reads the header of a file, which says what capture_link is: before anything else is asked of it. That waits, as all
 * that follows does, where capture_on_wait lets it. */
bool capture_begin(struct capture *c, struct capture_error *error);
void capture_close(struct capture *c);

enum link_layer capture_link(const struct capture *c);
/* live: to poll for POLLIN; file: none. Returns how many there are, at most CAPTURE_FDS. */
size_t capture_fds(const struct capture *c, int *fds, size_t size);
/* Hand out what is there (live: in the order of their times, both directions together), or up to max frames.
 * Returns the number handed out; 0 at the end of a file; -1 on an error (text in *error): a truncated file (what was
 * whole has been handed out), or a live interface that is gone for now. */
int capture_dispatch(struct capture *c, int max, capture_frame *frame, void *context, struct capture_error *error);
/* Several live captures in the order of their times. False: max was reached and more may be waiting. An interface
 * that is gone has nothing to hand out. */
bool capture_dispatch_all(struct capture *const *list, size_t count, int max, capture_frame *frame, void *context);
/* Of one ring only, the one that is capture_fds' ring-th: cheaper, when it is known that no other has anything. */
bool capture_dispatch_one(struct capture *c, size_t ring, int max, capture_frame *frame, void *context);
/* Stop handing out frames: for use in the callback. The rest of a live capture stays for the next call. */
void capture_stop(struct capture *c);

/* How much of a file has been read, in bytes; *size: of how much, 0 where nobody knows (a pipe). Cheap enough for each
 * dispatch. */
uint64_t capture_progress(const struct capture *c, uint64_t *size);

/* Called before a file that is a pipe, a terminal or a socket would have to wait, for a writer, its header, or more; returns
 * false to end it there. */
typedef bool capture_wait(void *context, int fd);
void capture_on_wait(struct capture *c, capture_wait *wait, void *context);

/* Look whether the interface went away and was made again: if so bind to its new index and join again. Needs no
 * privilege and costs a system call when nothing has changed. `any` joins on interfaces that are new. False: it is
 * not there (yet), text in *error. */
bool capture_rebind(struct capture *c, struct capture_error *error);
uint64_t capture_dropped(struct capture *c); /* frames that the kernel dropped for want of room, since last asked */

/* The kernel filter as libpcap's text. Returns its length, or 0 when it does not fit. */
enum { CAPTURE_FILTER_TEXT = 8192 };
size_t capture_filter_text(char *out, size_t size, const struct capture_filter *filter, bool ethernet);

/* Write a pcap file with ns stamps. path "-": stdout. One link layer per file: begin writes the header that says which,
 * before the first frame.
 * go_on is asked while a FIFO has no reader, or the reader of a pipe takes nothing: whether to go on. If not, what was not
 * opened fails with error->stopped; a reader is given a last while, then the writer fails with EPIPE. NULL: it waits. */
struct capture_writer;
typedef bool capture_go_on(void *context);
struct capture_writer *capture_writer_open(const char *path, capture_go_on *go_on, void *context,
                                           struct capture_error *error);
bool capture_writer_begin(struct capture_writer *w, enum link_layer link, struct capture_error *error);
bool capture_writer_frame(struct capture_writer *w, stamp t, const uint8_t *bytes, size_t length, size_t wire_length);
bool capture_writer_flush(struct capture_writer *w); /* false: errno (a full disk) */
bool capture_writer_close(struct capture_writer *w); /* flushes; false: something was not written */

#endif
