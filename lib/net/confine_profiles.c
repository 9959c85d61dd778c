/* The system calls that are left. vrrp-tools(7) lists them, and tests/net/privilege.bats compares it with this table and
 * with what the programs do.
 *
 * seccomp sees the numbers that a call is given, not what they point to; where a call could do more than is needed, they
 * are looked at. A netlink address is shorter than one of any protocol that leaves this host: with its length, nothing
 * is sent but questions to the kernel. */
#include "net/confine_profiles.h"

#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "core/units.h"

#define ALL     UINT32_MAX                                        /* bits of an argument */
#define TYPE    (~(uint32_t)(SOCK_CLOEXEC | SOCK_NONBLOCK))       /* of socket's second */
#define OPEN    (~(uint32_t)(O_CLOEXEC | O_NOCTTY | O_LARGEFILE)) /* of what a file is opened for */
#define NETLINK sizeof(struct sockaddr_nl)
#define PACKET  sizeof(struct sockaddr_ll)
#define IPV4    sizeof(struct sockaddr_in)
#define IPV6    sizeof(struct sockaddr_in6)

enum {
    FILTER = 1 << CONFINE_FILTER,
    DRAWER = 1 << CONFINE_DRAWER,
    SCREEN = 1 << CONFINE_SCREEN,
    LISTENER = 1 << CONFINE_LISTENER,
    SIGNER = 1 << CONFINE_SIGNER,
    SENDER = 1 << CONFINE_SENDER | SIGNER,
    HOLDER = 1 << CONFINE_HOLDER,
    REPORTER = 1 << CONFINE_REPORTER,
    SETTER = 1 << CONFINE_SETTER,
    CALLER = 1 << CONFINE_CALLER,
    KEEPER = 1 << CONFINE_KEEPER,
    WATCHER = 1 << CONFINE_WATCHER,
    HOLDERS = HOLDER | REPORTER | SETTER,
    EVERY = FILTER | DRAWER | SCREEN | LISTENER | SENDER | HOLDERS | CALLER | KEEPER | WATCHER,
};

static const struct confine_call table[] = {
    /* streams */
    {"read", EVERY, {{0}}},
    {"readv", EVERY, {{0}}},
    {"write", EVERY, {{0}}},
    {"writev", EVERY, {{0}}},
    {"send", EVERY, {{0}}},
    {"sendto", EVERY, {{5, ALL, 0}}}, /* to no address: a standard stream that is a socket */
    {"lseek", EVERY, {{0}}},
    {"close", EVERY, {{0}}},
    {"ftruncate", DRAWER, {{0}}},
    {"ftruncate64", DRAWER, {{0}}},
    /* time */
    {"poll", EVERY, {{0}}},
    {"ppoll", EVERY, {{0}}},
    {"ppoll_time64", EVERY, {{0}}},
    {"timerfd_settime", EVERY, {{0}}},
    {"timerfd_settime64", EVERY, {{0}}},
    {"clock_gettime", EVERY, {{0}}},
    {"clock_gettime64", EVERY, {{0}}},
    {"gettimeofday", EVERY, {{0}}},
    {"time", EVERY, {{0}}},
    /* memory, which is never executable: what strangers write does not become code */
    {"brk", EVERY, {{0}}},
    {"mmap", EVERY, {{2, PROT_EXEC, 0}}},
    {"mmap2", EVERY, {{2, PROT_EXEC, 0}}},
    {"mprotect", EVERY, {{2, PROT_EXEC, 0}}},
    {"mremap", EVERY, {{0}}},
    {"munmap", EVERY, {{0}}},
    {"madvise", EVERY, {{0}}},
    /* signals and the end */
    {"restart_syscall", EVERY, {{0}}},
    {"rt_sigreturn", EVERY, {{0}}},
    {"sigreturn", EVERY, {{0}}},
    {"exit", EVERY, {{0}}},
    {"exit_group", EVERY, {{0}}},

    /* a terminal: its size and its modes, but nothing that types for its user; and all of a pipeline stops with Ctrl-Z */
    {"ioctl", SCREEN, {{1, ALL, TIOCGWINSZ}}},
    {"ioctl", SCREEN, {{1, ALL, TCGETS}}},
    {"ioctl", SCREEN, {{1, ALL, TCSETS}}},
    {"ioctl", SCREEN, {{1, ALL, TCSETSW}}},
    {"ioctl", SCREEN, {{1, ALL, TCSETSF}}},
    {"ioctl", SCREEN, {{1, 0xfffe, 0x542a}}}, /* TCGETS2, TCSETS2, */
    {"ioctl", SCREEN, {{1, 0xfffe, 0x542c}}}, /* TCSETSW2, TCSETSF2: of C libraries since 2025 */
    {"kill", SCREEN, {{0, ALL, 0}, {1, ALL, SIGTSTP}}},

    /* what the kernel says of interfaces, and of addresses that are set */
    {"sendto", LISTENER | SENDER | HOLDERS | WATCHER, {{5, ALL, NETLINK}}},
    {"recv", LISTENER | SENDER | HOLDERS | WATCHER, {{0}}},
    {"recvfrom", LISTENER | SENDER | HOLDERS | WATCHER, {{0}}},
    {"recvmsg", LISTENER | SENDER | HOLDERS | WATCHER, {{0}}},
    {"ioctl", LISTENER | HOLDERS | WATCHER, {{1, ALL, SIOCGIFINDEX}}},
    {"ioctl", LISTENER | HOLDERS, {{1, ALL, SIOCGIFNAME}}},
    {"ioctl", HOLDERS, {{1, ALL, SIOCGIFHWADDR}}},
    /* the same through a socket for each question */
    {"socket", LISTENER | SENDER, {{0, ALL, AF_NETLINK}, {1, TYPE, SOCK_RAW}, {2, ALL, NETLINK_ROUTE}}},
    {"bind", LISTENER | SENDER, {{2, ALL, NETLINK}}},
    {"getsockname", LISTENER | SENDER, {{0}}},

    /* packets from rings; libpcap asks for flags when an interface went down, and takes the ring down at the end */
    {"epoll_ctl", LISTENER, {{0}}},
    {"epoll_wait", LISTENER, {{0}}},
    {"epoll_pwait", LISTENER, {{0}}},
    {"getsockopt", LISTENER | SENDER, {{0}}},
    {"setsockopt", LISTENER | SENDER, {{1, ALL, SOL_PACKET}, {2, ALL, PACKET_RX_RING}}},
    {"ioctl", LISTENER | SENDER | HOLDERS | WATCHER, {{1, ALL, SIOCGIFFLAGS}}},
    /* an interface that was made again: the ring is bound to it, and the groups are joined */
    {"bind", LISTENER, {{2, ALL, PACKET}}},
    {"socket", LISTENER, {{0, ALL, AF_INET}, {1, TYPE, SOCK_DGRAM}, {2, ALL, 0}}},
    {"socket", LISTENER, {{0, ALL, AF_INET6}, {1, TYPE, SOCK_DGRAM}, {2, ALL, 0}}},
    {"setsockopt", LISTENER, {{1, ALL, IPPROTO_IP}, {2, ALL, IP_ADD_MEMBERSHIP}}},
    {"setsockopt", LISTENER, {{1, ALL, IPPROTO_IPV6}, {2, ALL, IPV6_ADD_MEMBERSHIP}}},

    /* packets out */
    {"sendto", SENDER | HOLDERS, {{5, ALL, PACKET}}},
    {"bind", SENDER, {{2, ALL, IPV4}}}, /* to whom it is to come from, */
    {"bind", SENDER, {{2, ALL, IPV6}}},
    {"sendto", SENDER, {{5, ALL, IPV4}}}, /* and to a peer: the sockets are raw ones */
    {"sendto", SENDER, {{5, ALL, IPV6}}},
    {"socket", SETTER, {{0, ALL, AF_PACKET}, {1, TYPE, SOCK_RAW}, {2, ALL, 0}}},
    {"bind", SETTER, {{2, ALL, PACKET}}},
    {"setsockopt", SETTER, {{1, ALL, SOL_SOCKET}}},
    {"setsockopt", SETTER, {{1, ALL, SOL_PACKET}}},

    /* a FIFO that is there, to write into it and never to wait */
    {"open", REPORTER | CALLER | WATCHER, {{1, OPEN, O_WRONLY | O_NONBLOCK}}},
    {"openat", REPORTER | CALLER | WATCHER, {{2, OPEN, O_WRONLY | O_NONBLOCK}}},
    {"fstat", REPORTER | CALLER | KEEPER | WATCHER, {{0}}},
    {"fstat64", REPORTER | CALLER | KEEPER | WATCHER, {{0}}},
    {"newfstatat", REPORTER | CALLER | KEEPER | WATCHER, {{3, ALL, AT_EMPTY_PATH}}},
    {"fstatat64", REPORTER | CALLER | KEEPER | WATCHER, {{3, ALL, AT_EMPTY_PATH}}},
    {"statx", REPORTER | CALLER, {{2, ALL, AT_EMPTY_PATH}}},
    /* files that are there, to see what they say; processes, and that they end */
    {"open", WATCHER, {{1, OPEN, O_RDONLY}}},
    {"openat", WATCHER, {{2, OPEN, O_RDONLY}}},
    {"open", WATCHER, {{1, OPEN, O_RDONLY | O_NONBLOCK}}},
    {"openat", WATCHER, {{2, OPEN, O_RDONLY | O_NONBLOCK}}},
    {"getdents64", WATCHER, {{0}}},
    {"pidfd_open", WATCHER, {{0}}},
    {"inotify_add_watch", WATCHER, {{0}}},
    /* and another one for the answer, by turns and with room */
    {"open", CALLER, {{1, OPEN, O_RDONLY | O_NONBLOCK | O_NOFOLLOW}}},
    {"openat", CALLER, {{2, OPEN, O_RDONLY | O_NONBLOCK | O_NOFOLLOW}}},
    {"flock", CALLER, {{0}}},
    {"fcntl", CALLER, {{1, ALL, F_SETPIPE_SZ}}},
    {"fcntl64", CALLER, {{1, ALL, F_SETPIPE_SZ}}},

    /* a file to read, which is there */
    {"open", SIGNER, {{1, OPEN, O_RDONLY | O_NONBLOCK}}},
    {"openat", SIGNER, {{2, OPEN, O_RDONLY | O_NONBLOCK}}},
    {"fstat", SIGNER, {{0}}},
    {"fstat64", SIGNER, {{0}}},
    {"newfstatat", SIGNER, {{3, ALL, AT_EMPTY_PATH}}},
    {"fstatat64", SIGNER, {{3, ALL, AT_EMPTY_PATH}}},
    {"statx", SIGNER, {{2, ALL, AT_EMPTY_PATH}}},
    {"geteuid", SIGNER, {{0}}},
    {"geteuid32", SIGNER, {{0}}},

    /* a file to append to, which is there or not, and what becomes of the old ones */
    {"open", KEEPER, {{1, OPEN, O_RDWR | O_APPEND | O_CREAT}}},
    {"openat", KEEPER, {{2, OPEN, O_RDWR | O_APPEND | O_CREAT}}},
    {"stat", KEEPER | WATCHER, {{0}}},
    {"stat64", KEEPER | WATCHER, {{0}}},
    {"newfstatat", KEEPER | WATCHER, {{3, ALL, 0}}},
    {"fstatat64", KEEPER | WATCHER, {{3, ALL, 0}}},
    {"statx", KEEPER | WATCHER, {{0}}},
    {"pread64", KEEPER, {{0}}},
    {"ftruncate", KEEPER, {{0}}},
    {"ftruncate64", KEEPER, {{0}}},
    {"rename", KEEPER, {{0}}},
    {"renameat", KEEPER, {{0}}},
    {"renameat2", KEEPER, {{0}}},
    {"unlink", KEEPER, {{0}}},
    {"unlinkat", KEEPER, {{2, ALL, 0}}},
};

size_t confine_table(const struct confine_call **calls)
{
    *calls = table;
    return nitems(table);
}
