/* Frames of several rings in the order of their times: each ring's next frame is looked at, the earliest goes first. */
#include <linux/if_packet.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>

#include "core/vmac.h"
#include "net/capture_private.h"

/* struct sll2_header: protocol 2, reserved 2, interface index 4, hardware type 2, packet type 1, ... */
enum { SLL2_BYTES = 20, SLL2_IFINDEX = 4, SLL2_PACKET_TYPE = 10 };

static void look(struct capture_handle *h)
{
    if (h->pending || h->empty)
        return;
    switch (pcap_next_ex(h->pcap, &h->header, &h->bytes)) {
    case 1:
        h->pending = true;
        break;
    case 0:
        h->empty = true;
        break;
    default:
        h->empty = true;
        h->gone = true;
        break;
    }
}

/* The name is asked for each time: an index may be used again, an interface renamed, and the ring's socket answers fast. */
static const char *name_of(struct capture *c, const u_char *index)
{
    struct ifreq request = {
        .ifr_ifindex = (int)((unsigned)index[0] << 24 | (unsigned)index[1] << 16 | (unsigned)index[2] << 8 | index[3])};

    if (ioctl(pcap_fileno(c->handles[0].pcap), SIOCGIFNAME, &request) < 0)
        return NULL;
    memcpy(c->ifname, request.ifr_name, sizeof c->ifname);
    c->ifname[sizeof c->ifname - 1] = '\0';
    return c->ifname;
}

static void give(struct capture *c, enum direction dir, const struct pcap_pkthdr *header, const u_char *bytes,
                 capture_frame *frame, void *context)
{
    struct captured captured = {
        .time = capture_stamp(header),
        .link = c->link,
        .dir = dir,
        .ifname = c->ifname,
        .bytes = bytes,
        .length = header->caplen,
        .wire_length = header->len,
    };

    if (c->any && captured.length >= SLL2_BYTES) {
        captured.dir = bytes[SLL2_PACKET_TYPE] == PACKET_OUTGOING ? DIR_OUT : DIR_IN;
        captured.ifname = name_of(c, bytes + SLL2_IFINDEX);
    }
    /* What a macvlan of ours gets, the interface below has had. */
    if (c->detached || (c->any && captured.ifname != NULL && is_vmac_name(captured.ifname)))
        return;
    frame(context, &captured);
}

static void give_pending(struct capture *c, struct capture_handle *h, capture_frame *frame, void *context)
{
    h->pending = false;
    give(c, h->dir, h->header, h->bytes, frame, context);
}

static bool earlier(const struct pcap_pkthdr *a, const struct pcap_pkthdr *b)
{
    if (a->ts.tv_sec != b->ts.tv_sec)
        return a->ts.tv_sec < b->ts.tv_sec;
    return a->ts.tv_usec < b->ts.tv_usec;
}

/* The capture and handle with the earliest frame, or NULL when all are empty. */
static struct capture_handle *earliest(struct capture *const *list, size_t count, struct capture **owner)
{
    struct capture_handle *first = NULL;

    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < list[i]->handle_count && !list[i]->stopped; j++) {
            struct capture_handle *h = &list[i]->handles[j];

            look(h);
            if (h->pending && (first == NULL || earlier(h->header, first->header))) {
                first = h;
                *owner = list[i];
            }
        }
    }
    return first;
}

bool capture_dispatch_all(struct capture *const *list, size_t count, int max, capture_frame *frame, void *context)
{
    struct capture *owner = NULL;
    struct capture_handle *h = NULL;
    int given = 0;

    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < list[i]->handle_count; j++)
            list[i]->handles[j].empty = false;
    while (given < max && (h = earliest(list, count, &owner)) != NULL) {
        give_pending(owner, h, frame, context);
        given++;
    }
    return h == NULL || given < max;
}

struct one_ring {
    struct capture *capture;
    const struct capture_handle *handle;
    capture_frame *frame;
    void *context;
    int given;
};

static void on_ring_frame(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    struct one_ring *one = (struct one_ring *)user;

    one->given++;
    give(one->capture, one->handle->dir, header, bytes, one->frame, one->context);
}

/* libpcap looks at the next frame for nothing, but asks the kernel before it says that there is none: with one ring that
 * is known to be readable that question is spared. */
bool capture_dispatch_one(struct capture *c, size_t ring, int max, capture_frame *frame, void *context)
{
    struct capture_handle *h = &c->handles[ring];
    struct one_ring one = {c, h, frame, context, 0};

    if (h->pending)
        give_pending(c, h, frame, context);
    if (pcap_dispatch(h->pcap, max, on_ring_frame, (u_char *)&one) == PCAP_ERROR)
        h->gone = true;
    return one.given < max;
}
