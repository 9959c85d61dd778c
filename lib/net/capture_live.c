#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <malloc.h>
#include <net/if.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/capture_private.h"

void capture_error_system(struct capture_error *error, const char *ifname)
{
    bool permission = errno == EPERM || errno == EACCES;

    capture_error_set(error, "%s: %s", ifname, errno == ENODEV || errno == ENXIO ? "no such device" : strerror(errno));
    error->permission = permission;
}

int capture_ring_bind(pcap_t *p, unsigned ifindex)
{
    struct sockaddr_ll where = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)ifindex};

    return bind(pcap_fileno(p), (const struct sockaddr *)&where, sizeof where);
}

/* --- opening --- */

/* The kernel takes 10 ms and more for a ring, most of it waiting: all are opened at once, each in a thread of its own.
 * But not each with a heap of its own, which would keep what the compiler of filters needs, 200 kB, for ever. */
struct opening {
    const struct capture *capture;
    struct capture_handle *handle;
    const struct capture_filter *filter;
    size_t interfaces;
    struct capture_error error;
    bool done, threaded;
    pthread_t thread;
};

static void *open_ring(void *context)
{
    struct opening *o = context;

    o->done = capture_ring_open(o->capture, o->handle, o->filter, o->interfaces, &o->error);
    return NULL;
}

static bool open_rings(struct capture *const *list, size_t count, const struct capture_filter *filter,
                       struct capture_error *error)
{
    struct opening *openings = calloc(count * CAPTURE_FDS, sizeof *openings);
    size_t rings = 0, failed = SIZE_MAX;

    if (openings == NULL) {
        capture_error_system(error, list[0]->ifname);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < list[i]->handle_count; j++)
            openings[rings++] = (struct opening){
                .capture = list[i], .handle = &list[i]->handles[j], .filter = filter, .interfaces = count};
    mallopt(M_ARENA_MAX, 1);
    for (size_t i = 0; i < rings; i++)
        openings[i].threaded = pthread_create(&openings[i].thread, NULL, open_ring, &openings[i]) == 0;
    for (size_t i = 0; i < rings; i++) {
        if (openings[i].threaded)
            pthread_join(openings[i].thread, NULL);
        else
            open_ring(&openings[i]);
        if (!openings[i].done && failed == SIZE_MAX)
            failed = i;
    }
    if (failed != SIZE_MAX)
        *error = openings[failed].error;
    free(openings);
    malloc_trim(0);
    return failed == SIZE_MAX;
}

/* Of the interface of that name; 0: errno. Any socket will do. */
static unsigned index_of(int fd, const char *ifname)
{
    struct ifreq request = {0};
    size_t length = strlen(ifname);

    if (length >= sizeof request.ifr_name) {
        errno = ENODEV;
        return 0;
    }
    memcpy(request.ifr_name, ifname, length);
    return ioctl(fd, SIOCGIFINDEX, &request) < 0 ? 0 : (unsigned)request.ifr_ifindex;
}

/* False: errno, which if_nametoindex makes up when it has no descriptor to ask through. */
static bool is_there(const char *ifname)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool there = fd >= 0 && index_of(fd, ifname) != 0;
    int why = errno;

    if (fd >= 0)
        close(fd);
    errno = why;
    return there;
}

static struct capture *prepare(const char *ifname, const struct capture_filter *filter, struct capture_error *error)
{
    struct capture *c = calloc(1, sizeof *c);

    if (c == NULL) {
        capture_error_set(error, "%s: %s", ifname, strerror(ENOMEM));
        return NULL;
    }
    c->live = true;
    c->any = strcmp(ifname, "any") == 0;
    c->fd = -1;
    memberships_init(&c->groups, filter != NULL && filter->others);
    snprintf(c->ifname, sizeof c->ifname, "%s", ifname);
    /* The cooked header of `any` has the direction of each frame; an Ethernet frame has not: two rings. */
    c->handle_count = c->any ? 1 : 2;
    c->handles[0].dir = DIR_IN;
    c->handles[1].dir = DIR_OUT;
    if (c->any || is_there(ifname))
        return c;
    capture_error_system(error, ifname);
    capture_close(c);
    return NULL;
}

/* Asked through a ring, which is open. */
static unsigned index_now(const struct capture *c)
{
    return index_of(pcap_fileno(c->handles[0].pcap), c->ifname);
}

static void join(struct capture *c)
{
    unsigned ifindex = c->any ? 0 : index_now(c);

    if (c->any)
        memberships_join_all(&c->groups);
    else if (ifindex != 0)
        memberships_join(&c->groups, ifindex);
}

bool capture_open_many(const char *const *ifnames, size_t count, const struct capture_filter *filter,
                       struct capture **list, struct capture_error *error)
{
    size_t prepared = 0;

    error->permission = false;
    while (prepared < count && (list[prepared] = prepare(ifnames[prepared], filter, error)) != NULL)
        prepared++;
    if (prepared == count && open_rings(list, count, filter, error)) {
        for (size_t i = 0; i < count; i++) {
            list[i]->link = list[i]->handles[0].link;
            join(list[i]);
        }
        return true;
    }
    while (prepared > 0)
        capture_close(list[--prepared]);
    return false;
}

struct capture *capture_open_live(const char *ifname, const struct capture_filter *filter, struct capture_error *error)
{
    struct capture *c;

    return capture_open_many(&ifname, 1, filter, &c, error) ? c : NULL;
}

/* --- while it runs --- */

/* The index that the ring is bound to now: the kernel writes -1 there when the interface is deleted. */
static int bound_index(pcap_t *p)
{
    struct sockaddr_ll where = {0};
    socklen_t length = sizeof where;

    if (getsockname(pcap_fileno(p), (struct sockaddr *)&where, &length) < 0)
        return -1;
    return where.sll_ifindex;
}

bool capture_rebind(struct capture *c, struct capture_error *error)
{
    unsigned ifindex = c->any ? 0 : index_now(c);
    bool moved = false;

    if (c->any) {
        memberships_join_all(&c->groups);
        return true;
    }
    /* Renamed: what the ring hears is no longer this interface. */
    c->detached = ifindex == 0;
    if (c->detached) {
        capture_error_set(error, "%s: no such device", c->ifname);
        return false;
    }
    for (size_t i = 0; i < c->handle_count; i++) {
        struct capture_handle *h = &c->handles[i];

        if (bound_index(h->pcap) == (int)ifindex)
            continue;
        if (capture_ring_bind(h->pcap, ifindex) < 0) {
            capture_error_system(error, c->ifname);
            c->detached = true;
            return false;
        }
        h->gone = false;
        moved = true;
    }
    if (moved)
        memberships_close(&c->groups); /* the kernel forgot them with the old interface */
    memberships_join(&c->groups, ifindex);
    return true;
}

uint64_t capture_dropped(struct capture *c)
{
    uint64_t dropped = 0;

    for (size_t i = 0; c->live && i < c->handle_count; i++) {
        struct pcap_stat now;

        if (pcap_stats(c->handles[i].pcap, &now) < 0)
            continue;
        dropped += now.ps_drop - c->handles[i].dropped; /* unsigned: right beyond a wrap, too */
        c->handles[i].dropped = now.ps_drop;
    }
    return dropped;
}
