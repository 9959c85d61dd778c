#include "net/unicast.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/packet.h"

enum {
    IP4_BYTES = 20,
    IP6_BYTES = 40,
    SEND_BUFFER =
        4 << 20, /* 16 neighbours that are looked for, as many as 255 peers have in each; where it is granted */
};

/* Nothing is to be received: it would only lie there. */
static bool shut_in(int fd)
{
    struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog program = {.len = 1, .filter = &nothing};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0;
}

/* -1 and 0 in errno: the family is unknown here, which is no failure. */
static int open_raw(int family, int protocol)
{
    int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (fd < 0 && (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT))
        errno = 0;
    if (fd < 0 || shut_in(fd))
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int open_out(int family)
{
    int fd = open_raw(family, IPPROTO_RAW); /* with the IP header */
    int buffer = SEND_BUFFER;
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof(buffer)) < 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
    return fd;
}

/* Of what goes to the group nobody needs a copy. */
static int open_sink(int family, int protocol)
{
    int fd = open_raw(family, protocol), off = 0;
    if (fd >= 0 && family == AF_INET)
        setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof(off));
#ifdef IPV6_MULTICAST_ALL
    if (fd >= 0 && family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, &off, sizeof(off));
#endif
    return fd;
}

void unicast_init(struct unicast *u)
{
    *u = (struct unicast){.sink4 = -1, .sink6 = -1, .sink_ah = -1};
    for (size_t i = 0; i < UNICAST_LANES; i++)
        u->out4[i] = u->out6[i] = -1;
}

static bool opened(int *fd, int got)
{
    *fd = got;
    return got >= 0 || errno == 0;
}

bool unicast_open(struct unicast *u)
{
    bool done = true;
    unicast_init(u);
    for (size_t i = 0; done && i < UNICAST_LANES; i++)
        done = opened(&u->out4[i], open_out(AF_INET)) && opened(&u->out6[i], open_out(AF_INET6));
    done = done && opened(&u->sink4, open_sink(AF_INET, VRRP_PROTOCOL)) &&
           opened(&u->sink6, open_sink(AF_INET6, VRRP_PROTOCOL)) && opened(&u->sink_ah, open_sink(AF_INET, IPPROTO_AH));
    if (done)
        return true;
    int error = errno;
    unicast_close(u);
    errno = error;
    return false;
}

static void shut(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void unicast_close(struct unicast *u)
{
    for (size_t i = 0; i < UNICAST_LANES; i++) {
        shut(&u->out4[i]);
        shut(&u->out6[i]);
    }
    shut(&u->sink4);
    shut(&u->sink6);
    shut(&u->sink_ah);
}

static int put(int fd, const uint8_t *packet, size_t length, const struct sockaddr *to, socklen_t size)
{
    ssize_t n;
    do
        n = sendto(fd, packet, length, MSG_DONTWAIT, to, size);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? ENOBUFS : errno;
    return 0;
}

/* The socket is bound to the packet's source: so rules that look at it choose the route, and one that this host does not
 * have (any more) is refused. */
static int send4(int fd, const uint8_t *packet, size_t length)
{
    struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET};
    memcpy(&from.sin_addr, packet + 12, sizeof(from.sin_addr));
    memcpy(&to.sin_addr, packet + 16, sizeof(to.sin_addr));
    if (bind(fd, (const struct sockaddr *)&from, sizeof(from)) < 0)
        return errno;
    return put(fd, packet, length, (const struct sockaddr *)&to, sizeof(to));
}

/* With a link-local source bind would tie the socket to an interface for ever. The destination's says enough. */
static int send6(int fd, unsigned ifindex, const uint8_t *packet, size_t length)
{
    struct sockaddr_in6 from = {.sin6_family = AF_INET6}, to = {.sin6_family = AF_INET6};
    memcpy(&from.sin6_addr, packet + 8, sizeof(from.sin6_addr));
    memcpy(&to.sin6_addr, packet + 24, sizeof(to.sin6_addr));
    if (IN6_IS_ADDR_LINKLOCAL(&to.sin6_addr))
        to.sin6_scope_id = ifindex;
    if (!IN6_IS_ADDR_LINKLOCAL(&from.sin6_addr) && bind(fd, (const struct sockaddr *)&from, sizeof(from)) < 0)
        return errno;
    return put(fd, packet, length, (const struct sockaddr *)&to, sizeof(to));
}

int unicast_send(struct unicast *u, unsigned ifindex, const uint8_t *packet, size_t length)
{
    bool is4 = length >= IP4_BYTES && packet[0] >> 4 == 4, is6 = length >= IP6_BYTES && packet[0] >> 4 == 6;
    if (!is4 && !is6)
        return EINVAL;
    size_t lane = packet[is4 ? IP4_BYTES - 1 : IP6_BYTES - 1] % UNICAST_LANES; /* the destination's last byte */
    int fd = is4 ? u->out4[lane] : u->out6[lane];
    if (fd < 0)
        return EAFNOSUPPORT;
    return is4 ? send4(fd, packet, length) : send6(fd, ifindex, packet, length);
}
