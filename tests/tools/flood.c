/* flood KIND IF SECONDS [-a HOST] [-v VRID] [-p PRIORITY] [-i INTERVAL_MS] [-r PER_SECOND]: VRRP packets as fast as the
 * machine can send them, or PER_SECOND of them. Prints how many went out.
 *
 * They claim to come from the lab's host HOST (66): 192.0.2.HOST, 02:00:00:00:00:HOST; VRID 51, priority 50, 1 s. KIND:
 *
 *   lower-priority   valid adverts that differ in their IP identification only
 *   replay           the same frame again and again, as from a loop in the network
 *   random-vrid      of any VRID
 *   random-source    from any address
 *   random-content   of any priority below PRIORITY, with any address
 *   random           all of that
 *   bad-checksum, ttl   not valid
 *   mal:ID           the frame of that row of tests/unit/vectors.tsv (to be found from the working directory) */
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/checksum.h"
#include "core/packet.h"
#include "tests/tools/vectors.h"

enum { BATCH = 64, FRAME_BYTES = 256, ETHERNET_BYTES = 14, IP4_BYTES = 20, ETHERNET_LEAST = 60 };

enum kind { LOWER_PRIORITY, REPLAY, RANDOM_VRID, RANDOM_SOURCE, RANDOM_CONTENT, RANDOM, BAD_CHECKSUM, BAD_TTL, VECTOR };

static const char *const kinds[] = {
    [LOWER_PRIORITY] = "lower-priority", [REPLAY] = "replay",
    [RANDOM_VRID] = "random-vrid",       [RANDOM_SOURCE] = "random-source",
    [RANDOM_CONTENT] = "random-content", [RANDOM] = "random",
    [BAD_CHECKSUM] = "bad-checksum",     [BAD_TTL] = "ttl",
};

static struct {
    enum kind kind;
    const char *ifname;
    double seconds, rate;
    uint8_t host, vrid, prio;
    usec interval;
    struct vector vector;
} flood = {.host = 66, .vrid = 51, .prio = 50, .interval = SECOND};

_Noreturn static void fail(const char *what)
{
    fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
    exit(3);
}

/* xorshift64*: any numbers will do, as long as they are not the same ones each time. */
static uint64_t any(void)
{
    static uint64_t state;
    while (state == 0)
        if (getrandom(&state, sizeof state, 0) < 0)
            fail("getrandom");
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(0x2545f4914f6cdd1d);
}

static size_t put_frame(uint8_t *frame, const struct advert *a, uint16_t identification)
{
    static const uint8_t group[6] = {0x01, 0x00, 0x5e, 0x00, 0x00, 0x12};
    uint8_t *ip = frame + ETHERNET_BYTES, *message = ip + IP4_BYTES;
    size_t length = packet_encode(message, FRAME_BYTES - ETHERNET_BYTES - IP4_BYTES, a, CKSUM_PSEUDO);
    memset(frame, 0, ETHERNET_BYTES + IP4_BYTES);
    memcpy(frame, group, sizeof group);
    memcpy(frame + 6, a->smac.bytes, sizeof a->smac.bytes);
    put_be16(frame + 12, 0x0800);
    ip[0] = 0x45;
    ip[1] = VRRP_TOS;
    put_be16(ip + 2, (uint16_t)(IP4_BYTES + length));
    put_be16(ip + 4, identification);
    ip[8] = a->ttl;
    ip[9] = VRRP_PROTOCOL;
    memcpy(ip + 12, a->src.bytes, 4);
    memcpy(ip + 16, a->dst.bytes, 4);
    checksum_store(ip + 10, checksum_add(0, ip, IP4_BYTES));
    if (flood.kind == BAD_CHECKSUM)
        message[6] ^= 0xff;
    length += ETHERNET_BYTES + IP4_BYTES;
    memset(frame + length, 0, length < ETHERNET_LEAST ? ETHERNET_LEAST - length : 0);
    return length < ETHERNET_LEAST ? ETHERNET_LEAST : length;
}

static size_t make_frame(uint8_t *frame, uint64_t number)
{
    uint8_t address[4] = {192, 0, 2, 100};
    struct advert a = {
        .version = 3,
        .af = 4,
        .ttl = flood.kind == BAD_TTL ? 254 : VRRP_TTL,
        .smac = {{0x02, 0, 0, 0, 0, flood.host}},
        .src = {4, {192, 0, 2, flood.host}},
        .dst = vrrp_group4,
        .vrid = flood.vrid,
        .prio = flood.prio,
        .interval = flood.interval,
        .count = 1,
        .addresses = address,
    };
    uint64_t r = any();
    if (flood.kind == VECTOR) {
        memcpy(frame, flood.vector.frame, flood.vector.frame_length);
        return flood.vector.frame_length;
    }
    if (flood.kind == RANDOM_VRID || flood.kind == RANDOM)
        a.vrid = (uint8_t)(1 + r % 255);
    if (flood.kind == RANDOM_SOURCE || flood.kind == RANDOM) {
        a.src = (struct ip){4, {10, (uint8_t)(r >> 8), (uint8_t)(r >> 16), (uint8_t)(r >> 24)}};
        memcpy(a.smac.bytes + 3, a.src.bytes + 1, 3);
    }
    if (flood.kind == RANDOM_CONTENT || flood.kind == RANDOM) {
        a.prio = (uint8_t)(1 + (r >> 32) % flood.prio);
        memcpy(address + 1, (const uint8_t[]){(uint8_t)(r >> 40), (uint8_t)(r >> 48), (uint8_t)(r >> 56)}, 3);
    }
    return put_frame(frame, &a, flood.kind == REPLAY ? 0 : (uint16_t)number);
}

static void send_batch(int fd, uint64_t first, size_t count)
{
    static uint8_t frames[BATCH][FRAME_BYTES];
    struct mmsghdr messages[BATCH] = {0};
    struct iovec parts[BATCH];
    size_t sent = 0;

    for (size_t i = 0; i < count; i++) {
        parts[i] = (struct iovec){frames[i], make_frame(frames[i], first + i)};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    while (sent < count) {
        int n = sendmmsg(fd, messages + sent, (unsigned)(count - sent), 0);

        if (n < 0 && errno != ENOBUFS && errno != EINTR)
            fail("send");
        sent += n > 0 ? (size_t)n : 0;
    }
}

static double seconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static void run(int fd)
{
    struct timespec start, pause = {.tv_nsec = 200000};
    uint64_t sent = 0;
    double passed;

    clock_gettime(CLOCK_MONOTONIC, &start);
    while ((passed = seconds_since(&start)) < flood.seconds) {
        double due = flood.rate > 0 ? flood.rate * passed - (double)sent : BATCH;
        size_t batch = due >= BATCH ? BATCH : due >= 1 ? (size_t)due : 0;

        if (batch == 0)
            nanosleep(&pause, NULL);
        send_batch(fd, sent, batch);
        sent += batch;
    }
    printf("%llu\n", (unsigned long long)sent);
}

static bool find_kind(const char *name)
{
    FILE *file;

    for (size_t i = 0; i < nitems(kinds); i++) {
        flood.kind = (enum kind)i;
        if (strcmp(name, kinds[i]) == 0)
            return true;
    }
    flood.kind = VECTOR;
    if (strncmp(name, "mal:", 4) != 0)
        return false;
    file = fopen(VECTORS_PATH, "r");
    if (file == NULL)
        fail(VECTORS_PATH);
    while (vector_read(file, &flood.vector))
        if (strcmp(flood.vector.id, name + 4) == 0) {
            fclose(file);
            return true;
        }
    return false;
}

static bool read_arguments(int argc, char **argv)
{
    for (int option; (option = getopt(argc, argv, "a:v:p:i:r:")) != -1;) {
        if (option == 'a')
            flood.host = (uint8_t)atoi(optarg);
        else if (option == 'v')
            flood.vrid = (uint8_t)atoi(optarg);
        else if (option == 'p')
            flood.prio = (uint8_t)atoi(optarg);
        else if (option == 'i')
            flood.interval = atoi(optarg) * MILLISECOND;
        else if (option == 'r')
            flood.rate = strtod(optarg, NULL);
        else
            return false;
    }
    if (optind != argc - 3 || !find_kind(argv[optind]))
        return false;
    flood.ifname = argv[optind + 1];
    flood.seconds = strtod(argv[optind + 2], NULL);
    return true;
}

int main(int argc, char **argv)
{
    if (!read_arguments(argc, argv)) {
        fprintf(stderr, "usage: flood KIND IF SECONDS [-a HOST] [-v VRID] [-p PRIORITY] [-i MS] [-r PER_SECOND]\n");
        return 2;
    }
    struct sockaddr_ll where = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(flood.ifname)};
    int fd = socket(AF_PACKET, SOCK_RAW, 0);

    if (where.sll_ifindex == 0 || fd < 0 || bind(fd, (struct sockaddr *)&where, sizeof where) < 0)
        fail(flood.ifname);
    run(fd);
    close(fd);
    return 0;
}
