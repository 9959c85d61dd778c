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
    SEND_BUFFER = 16 << 20, /* of each neighbour that is looked for, up to 200 KiB wait in it */
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
static int open_sink(int family)
{
    int fd = open_raw(family, VRRP_PROTOCOL), off = 0;
    if (fd >= 0 && family == AF_INET)
        setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof(off));
#ifdef IPV6_MULTICAST_ALL
    if (fd >= 0 && family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, &off, sizeof(off));
#endif
    return fd;
}

bool unicast_open(struct unicast *u)
{
    static int (*const open_one[])(int family) = {open_out, open_out, open_sink, open_sink};
    int *fds[] = {&u->out4, &u->out6, &u->sink4, &u->sink6};
    *u = (struct unicast){-1, -1, -1, -1};
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        *fds[i] = open_one[i](i % 2 == 0 ? AF_INET : AF_INET6);
        if (*fds[i] < 0 && errno != 0) {
            int error = errno;
            unicast_close(u);
            errno = error;
            return false;
        }
    }
    return true;
}

void unicast_close(struct unicast *u)
{
    int *fds[] = {&u->out4, &u->out6, &u->sink4, &u->sink6};
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        if (*fds[i] >= 0)
            close(*fds[i]);
        *fds[i] = -1;
    }
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
    int fd = is4 ? u->out4 : u->out6;
    if (!is4 && !is6)
        return EINVAL;
    if (fd < 0)
        return EAFNOSUPPORT;
    return is4 ? send4(fd, packet, length) : send6(fd, ifindex, packet, length);
}
