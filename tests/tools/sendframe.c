/* sendframe IF [-n COUNT] [-r PER_SECOND] < FRAMES: send Ethernet frames on an interface, as they stand.
 *
 * A line is a frame in hexadecimal, or a row of tests/unit/vectors.tsv (its sixth column). All frames are sent in turn,
 * COUNT frames altogether (each once, when not given), PER_SECOND of them in a second (as fast as the machine can). */
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/tools/vectors.h"

enum { FRAMES = 4096, FRAME_BYTES = 2048, LINE = 3 * FRAME_BYTES, BATCH = 64 };

static uint8_t bytes[FRAMES][FRAME_BYTES];
static size_t lengths[FRAMES], frame_count;

static void fail(const char *what)
{
    fprintf(stderr, "sendframe: %s: %s\n", what, strerror(errno));
    exit(3);
}

static void read_frames(void)
{
    char line[LINE];

    while (fgets(line, sizeof line, stdin) != NULL) {
        const char *hex = hex_of_line(line);

        if (hex == NULL)
            continue;
        size_t length = frame_count < FRAMES ? hex_bytes(bytes[frame_count], FRAME_BYTES, hex) : SIZE_MAX;

        if (length == SIZE_MAX || length < 14) {
            fprintf(stderr, "sendframe: line %zu: not a frame in hexadecimal, or one too many\n", frame_count + 1);
            exit(2);
        }
        lengths[frame_count++] = length;
    }
    if (frame_count == 0) {
        fprintf(stderr, "sendframe: no frame on standard input\n");
        exit(2);
    }
}

static void sleep_until(const struct timespec *start, double seconds)
{
    struct timespec when = *start;

    when.tv_sec += (time_t)seconds;
    when.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
    if (when.tv_nsec >= 1000000000) {
        when.tv_sec++;
        when.tv_nsec -= 1000000000;
    }
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL) == EINTR)
        continue;
}

static void send_batch(int fd, size_t first, size_t count)
{
    struct mmsghdr messages[BATCH] = {0};
    struct iovec parts[BATCH];
    size_t sent = 0;

    for (size_t i = 0; i < count; i++) {
        size_t frame = (first + i) % frame_count;

        parts[i] = (struct iovec){bytes[frame], lengths[frame]};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    while (sent < count) {
        int n = sendmmsg(fd, messages + sent, (unsigned)(count - sent), 0);

        if (n < 0 && (errno == ENOBUFS || errno == EINTR))
            continue;
        if (n < 0)
            fail("send");
        sent += (size_t)n;
    }
}

int main(int argc, char **argv)
{
    size_t count = 0;
    double rate = 0;
    int option;

    while ((option = getopt(argc, argv, "n:r:")) != -1) {
        if (option == 'n')
            count = strtoul(optarg, NULL, 10);
        else if (option == 'r')
            rate = strtod(optarg, NULL);
        else
            return 2;
    }
    if (optind != argc - 1) {
        fprintf(stderr, "usage: sendframe IF [-n COUNT] [-r PER_SECOND] < FRAMES\n");
        return 2;
    }
    struct sockaddr_ll where = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(argv[optind])};
    int fd = socket(AF_PACKET, SOCK_RAW, 0);
    struct timespec start;

    if (where.sll_ifindex == 0 || fd < 0 || bind(fd, (struct sockaddr *)&where, sizeof where) < 0)
        fail(argv[optind]);
    read_frames();
    if (count == 0)
        count = frame_count;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (size_t sent = 0; sent < count;) {
        /* Slow rates go out one by one, fast ones in batches of a millisecond. */
        size_t most = rate <= 0 || rate > 1000 * BATCH ? BATCH : rate < 1000 ? 1 : (size_t)(rate / 1000);
        size_t batch = count - sent < most ? count - sent : most;

        if (rate > 0)
            sleep_until(&start, (double)sent / rate);
        send_batch(fd, sent, batch);
        sent += batch;
    }
    close(fd);
    return 0;
}
