/* What the parts of the capture share; capture.h is the interface. */
#ifndef NET_CAPTURE_PRIVATE_H
#define NET_CAPTURE_PRIVATE_H

#include <pcap/pcap.h>

#include "core/config.h"
#include "net/capture.h"
#include "net/membership.h"

/* A packet ring, or a file. */
struct capture_handle {
    pcap_t *pcap; /* NULL: could not be opened */
    enum direction dir;
    enum link_layer link;
    /* live: the frame that is next to be handed out; valid until the next one is asked for */
    bool pending;
    bool empty; /* nothing more in this round */
    bool gone;  /* its interface went away: nothing until it is bound again */
    struct pcap_pkthdr *header;
    const u_char *bytes;
    unsigned dropped; /* ps_drop when last asked */
};

struct capture {
    bool live;
    bool any;     /* live: every interface */
    bool stopped; /* capture_stop */
    enum link_layer link;
    struct capture_handle handles[CAPTURE_FDS];
    size_t handle_count;
    /* live */
    char ifname[IFNAME_TEXT];
    bool detached; /* the interface of that name is not the one the handles are bound to */
    struct memberships groups;
    /* file */
    FILE *stream; /* until its header has been read; then the handle has it */
    char *buffer; /* the stream's */
    char *name;
    int fd; /* what the stream reads, when it is ours; else -1 */
    bool may_wait;
    uint64_t size;  /* of a regular file; 0: not known */
    uint64_t taken; /* bytes, where that is not known */
    capture_wait *wait;
    void *wait_context;
};

bool capture_link_from_dlt(int dlt, enum link_layer *link);
int capture_link_to_dlt(enum link_layer link);
stamp capture_stamp(const struct pcap_pkthdr *header); /* the handle's precision is ns */
#define CAPTURE_NAME "%.200s" /* of a file, in a message: the reason behind it is to have room, too */
void capture_error_set(struct capture_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

void capture_error_system(struct capture_error *error, const char *ifname); /* of errno */

/* c->ifname, c->any and h->dir say what to open; h->link becomes known. False: h->pcap may be open, and is closed with c.
 * interfaces: how many are opened, this one included. */
bool capture_ring_open(const struct capture *c, struct capture_handle *h, const struct capture_filter *filter,
                       size_t interfaces, struct capture_error *error);
int capture_ring_bind(pcap_t *p, unsigned ifindex); /* as bind(2) */

int capture_file_dispatch(struct capture *c, int max, capture_frame *frame, void *context, struct capture_error *error);

#endif
