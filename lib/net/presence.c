#include "net/presence.h"

#include <errno.h>
#include <linux/netlink.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TRIES = 16 };
/* The kernel itself gives numbers of processes, and then ones above INT32_MAX. */
#define LEAST 0x40000000u

/* A socket with this port. -1: errno, EADDRINUSE if somebody has it. */
static int take(uint32_t number)
{
    struct sockaddr_nl here = {.nl_family = AF_NETLINK, .nl_pid = number};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof here) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

bool presence_begin(struct presence *p)
{
    p->fd = -1;
    for (int n = 0; n < TRIES; n++) {
        if (getrandom(&p->number, sizeof p->number, 0) != (ssize_t)sizeof p->number)
            return false;
        p->number = LEAST | (p->number & (LEAST - 1));
        p->fd = take(p->number);
        if (p->fd >= 0 || errno != EADDRINUSE)
            return p->fd >= 0;
    }
    return false;
}

void presence_end(struct presence *p)
{
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
}

bool presence_lives(uint32_t number)
{
    if (number == 0)
        return false;
    int fd = take(number);
    if (fd >= 0)
        close(fd);
    return fd < 0;
}
