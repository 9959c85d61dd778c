#include "net/announce.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/clock.h"

enum {
    ETHERTYPE_OF_ARP = 0x0806,
    ETHERTYPE_OF_IPV6 = 0x86dd,
    NEXT_ICMPV6 = 58,
    NEIGHBOUR_SOLICITATION = 135,
    NEIGHBOUR_ADVERTISEMENT = 136,
    IPV6_BYTES = 40,
    FRAME_READ = 256,
    RECEIVE_BUFFER = 4 << 20,
    ROUNDS = 2,         /* each address is asked for so often, evenly over the wait: one packet may be lost */
    SENDS_AT_ONCE = 64, /* then answers are taken, before they fill the socket */
};

int announce(struct injector *i, unsigned ifindex, const struct mac *mac, const struct ip *vip, bool reply)
{
    uint8_t frame[128];
    size_t length =
        vip->family == 4 ? build_garp(frame, sizeof(frame), mac, vip, reply) : build_na(frame, sizeof(frame), mac, vip);
    return length > 0 ? injector_send(i, ifindex, frame, length) : EINVAL;
}

struct probing {
    unsigned ifindex;
    const struct mac *mac;
    const struct ip *vips;
    size_t count, free_count;
    bool *taken;
    struct mac *by;
    struct injector sockets[2]; /* one hears ARP, the other IPv6; each sends its own probes */
};

/* What one frame says of an address: who speaks, and whether as its holder or as one that asks for it like us. */
struct claim {
    struct ip address;
    struct mac by;
    bool holder;
};

/* RFC 5227 2.1.1: any ARP packet from the address is a holder's; a probe for it by another host is a conflict too. */
static bool read_arp(const uint8_t *frame, size_t length, struct claim *claim)
{
    static const uint8_t ethernet_ipv4[6] = {0, 1, 0x08, 0x00, 6, 4};
    if (length < ETHERNET_BYTES + 28 || memcmp(frame + ETHERNET_BYTES, ethernet_ipv4, sizeof(ethernet_ipv4)) != 0)
        return false;
    const uint8_t *arp = frame + ETHERNET_BYTES;
    struct ip sender = ip_from_bytes(4, arp + 14), target = ip_from_bytes(4, arp + 24);
    memcpy(claim->by.bytes, arp + 8, sizeof(claim->by.bytes));
    claim->holder = !ip_is_zero(&sender);
    claim->address = claim->holder ? sender : target;
    return true;
}

/* RFC 4862 5.4.3, 5.4.4: an advertisement of the address, or a solicitation for it from the unspecified address. */
static bool read_nd(const uint8_t *frame, size_t length, struct claim *claim)
{
    if (length < ETHERNET_BYTES + IPV6_BYTES + 24)
        return false;
    const uint8_t *header = frame + ETHERNET_BYTES, *message = header + IPV6_BYTES;
    struct ip source = ip_from_bytes(6, header + 8);
    if (header[6] != NEXT_ICMPV6 || header[7] != 255 || message[1] != 0)
        return false;
    if (message[0] == NEIGHBOUR_ADVERTISEMENT)
        claim->holder = true;
    else if (message[0] == NEIGHBOUR_SOLICITATION && ip_is_zero(&source))
        claim->holder = false;
    else
        return false;
    claim->address = ip_from_bytes(6, message + 8);
    memcpy(claim->by.bytes, frame + 6, sizeof(claim->by.bytes));
    return true;
}

static bool is_virtual_mac(const struct mac *mac)
{
    static const uint8_t prefix[4] = {0x00, 0x00, 0x5e, 0x00};
    return memcmp(mac->bytes, prefix, sizeof(prefix)) == 0 && (mac->bytes[4] == 1 || mac->bytes[4] == 2);
}

static void note(struct probing *p, const struct claim *claim)
{
    /* A frame of ours that came back says nothing. With a virtual MAC only probes are ours for certain: the router that
     * holds the address answers with the same MAC. */
    bool own = memcmp(claim->by.bytes, p->mac->bytes, sizeof(p->mac->bytes)) == 0;
    if (own && !(claim->holder && is_virtual_mac(p->mac)))
        return;
    for (size_t n = 0; n < p->count; n++) {
        if (!p->taken[n] && ip_equal(&p->vips[n], &claim->address)) {
            p->taken[n] = true;
            p->by[n] = claim->by;
            p->free_count--;
        }
    }
}

static void hear(struct probing *p, int fd)
{
    uint8_t frame[FRAME_READ];
    ssize_t n;
    while ((n = recv(fd, frame, sizeof(frame), MSG_DONTWAIT)) >= 0) {
        struct claim claim;
        size_t length = (size_t)n;
        if (length < ETHERNET_BYTES)
            continue;
        unsigned type = (unsigned)frame[12] << 8 | frame[13];
        if ((type == ETHERTYPE_OF_ARP && read_arp(frame, length, &claim)) ||
            (type == ETHERTYPE_OF_IPV6 && read_nd(frame, length, &claim)))
            note(p, &claim);
    }
}

static bool wait_and_hear(struct probing *p, instant until)
{
    do {
        struct pollfd fds[nitems(p->sockets)];
        for (size_t i = 0; i < nitems(p->sockets); i++)
            fds[i] = (struct pollfd){.fd = p->sockets[i].fd, .events = POLLIN};
        int64_t left = until.us - clock_now().us;
        if (poll(fds, nitems(p->sockets), left > 0 ? (int)(left / MILLISECOND) + 1 : 0) < 0 && errno != EINTR)
            return false;
        for (size_t i = 0; i < nitems(p->sockets); i++) {
            if (fds[i].fd >= 0 && fds[i].revents)
                hear(p, fds[i].fd);
        }
    } while (p->free_count > 0 && clock_now().us < until.us);
    return true;
}

/* The advertisement that answers a probe goes to all nodes, another's probe to the solicited-node group: where IPv6 is
 * off or the group not joined, neither reaches us unless the device is told. */
static void listen_to(const struct probing *p, int fd, const uint8_t group[6])
{
    struct packet_mreq request = {.mr_ifindex = (int)p->ifindex, .mr_type = PACKET_MR_MULTICAST, .mr_alen = 6};
    memcpy(request.mr_address, group, 6);
    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof(request));
}

static void listen_to_groups(const struct probing *p, int fd)
{
    static const uint8_t all_nodes[6] = {0x33, 0x33, 0, 0, 0, 1};
    listen_to(p, fd, all_nodes);
    for (size_t n = 0; n < p->count; n++) {
        const uint8_t *b = p->vips[n].bytes;
        if (p->vips[n].family == 6)
            listen_to(p, fd, (const uint8_t[6]){0x33, 0x33, 0xff, b[13], b[14], b[15]});
    }
}

/* Of IPv6 only solicitations and advertisements: on a busy link the rest would fill the socket. */
static bool filter_nd(int fd)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETHERNET_BYTES + 6),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NEXT_ICMPV6, 0, 4),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETHERNET_BYTES + IPV6_BYTES),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NEIGHBOUR_SOLICITATION, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NEIGHBOUR_ADVERTISEMENT, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, FRAME_READ),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {.len = nitems(code), .filter = code};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0;
}

/* A socket that hears one protocol on the interface, and that injector_send can use. Frames that leave this host are
 * not handed to it. */
static bool open_socket(struct probing *p, struct injector *i, uint16_t ethertype)
{
    if (!injector_open(i))
        return false;
    int buffer = RECEIVE_BUFFER;
    setsockopt(i->fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
    if (ethertype == ETHERTYPE_OF_IPV6) {
        if (!filter_nd(i->fd))
            return false;
        listen_to_groups(p, i->fd);
    }
    struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ethertype), .sll_ifindex = (int)p->ifindex};
    return bind(i->fd, (const struct sockaddr *)&at, sizeof(at)) == 0;
}

static bool open_sockets(struct probing *p)
{
    bool need[2] = {false, false};
    for (size_t n = 0; n < p->count; n++)
        need[p->vips[n].family == 6] = true;
    return (!need[0] || open_socket(p, &p->sockets[0], ETHERTYPE_OF_ARP)) &&
           (!need[1] || open_socket(p, &p->sockets[1], ETHERTYPE_OF_IPV6));
}

static bool ask(struct probing *p)
{
    for (size_t n = 0; n < p->count; n++) {
        uint8_t frame[128];
        const struct ip *vip = &p->vips[n];
        if (p->taken[n])
            continue;
        size_t length = vip->family == 4 ? build_arp_probe(frame, sizeof(frame), p->mac, vip)
                                         : build_ns_probe(frame, sizeof(frame), p->mac, vip);
        int failed = length > 0 ? injector_send(&p->sockets[vip->family == 6], p->ifindex, frame, length) : EINVAL;
        if (failed) {
            errno = failed;
            return false;
        }
        if (n % SENDS_AT_ONCE == SENDS_AT_ONCE - 1 && !wait_and_hear(p, clock_now()))
            return false;
    }
    return true;
}

enum probe_answer probe(unsigned ifindex, const struct mac *mac, const struct ip *vips, size_t count, usec wait,
                        bool *taken, struct mac *by)
{
    struct probing p = {
        .ifindex = ifindex,
        .mac = mac,
        .vips = vips,
        .count = count,
        .free_count = count,
        .taken = taken,
        .by = by,
        .sockets = {{-1}, {-1}},
    };
    memset(taken, 0, count * sizeof(*taken));
    memset(by, 0, count * sizeof(*by));
    bool done = open_sockets(&p);
    instant start = clock_now();
    for (int round = 1; done && round <= ROUNDS && p.free_count > 0; round++)
        done = ask(&p) && wait_and_hear(&p, (instant){start.us + wait * round / ROUNDS});
    int failed = errno;
    for (size_t i = 0; i < nitems(p.sockets); i++)
        injector_close(&p.sockets[i]);
    errno = failed;
    if (!done)
        return PROBE_FAILED;
    return p.free_count < count ? PROBE_TAKEN : PROBE_FREE;
}
