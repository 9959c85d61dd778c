/* clockstep.so, for LD_PRELOAD: the wall clock of one program as if it had been set, and with it the stamps of what it
 * captures. The machine's clock stays as it is.
 *
 * $CLOCKSTEP is a file that the test writes to: "SINCE BEFORE AFTER", three numbers of nanoseconds, 20 characters each.
 * Until SINCE (of the true clock) BEFORE is added, from then on AFTER: all programs that share a file see the step at the
 * same moment, and a frame has the clock of the moment when it came. The file is mapped at the start, since the programs
 * shut themselves off from files. */
#include <dlfcn.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { TEXT = 3 * 20 + 1, NS = 1000000000 };

static const char *steps; /* NULL: none */
static int (*true_clock)(clockid_t id, struct timespec *t);
static int (*true_next)(pcap_t *p, struct pcap_pkthdr **header, const u_char **bytes);
static int (*true_dispatch)(pcap_t *p, int most, pcap_handler handler, u_char *user);

/* dlsym returns a pointer to an object, POSIX says that it may be one to a function. */
static void find(void *function, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    memcpy(function, &found, sizeof found);
}

__attribute__((constructor)) static void open_steps(void)
{
    const char *path = getenv("CLOCKSTEP");
    find(&true_clock, "clock_gettime");
    find(&true_next, "pcap_next_ex");
    find(&true_dispatch, "pcap_dispatch");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *at = fd >= 0 ? mmap(NULL, TEXT, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (at == MAP_FAILED) {
        perror("clockstep: $CLOCKSTEP");
        _exit(3);
    }
    close(fd);
    steps = at;
}

/* What is added at a moment. It may be written just now: two looks have to see the same. */
static int64_t added(int64_t ns)
{
    char text[TEXT], again[TEXT];
    int64_t since, before, after;
    do {
        memcpy(text, steps, TEXT);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        memcpy(again, steps, TEXT);
    } while (memcmp(text, again, TEXT) != 0);
    text[TEXT - 1] = '\0';
    if (sscanf(text, "%" SCNd64 "%" SCNd64 "%" SCNd64, &since, &before, &after) != 3)
        return 0;
    return ns < since ? before : after;
}

int clock_gettime(clockid_t id, struct timespec *t)
{
    int status = true_clock(id, t);
    if (status == 0 && id == CLOCK_REALTIME && steps) {
        int64_t ns = (int64_t)t->tv_sec * NS + t->tv_nsec;
        ns += added(ns);
        *t = (struct timespec){.tv_sec = ns / NS, .tv_nsec = ns % NS};
    }
    return status;
}

/* The stamps are in nanoseconds: so the rings are opened. */
static void restamp(struct pcap_pkthdr *header)
{
    int64_t ns = (int64_t)header->ts.tv_sec * NS + header->ts.tv_usec;
    ns += added(ns);
    header->ts = (struct timeval){.tv_sec = ns / NS, .tv_usec = ns % NS};
}

int pcap_next_ex(pcap_t *p, struct pcap_pkthdr **header, const u_char **bytes)
{
    int status = true_next(p, header, bytes);
    if (status == 1)
        restamp(*header);
    return status;
}

struct receiver {
    pcap_handler handler;
    u_char *user;
};

static void receive(u_char *receiver, const struct pcap_pkthdr *header, const u_char *bytes)
{
    const struct receiver *to = (const void *)receiver;
    struct pcap_pkthdr stepped = *header;
    restamp(&stepped);
    to->handler(to->user, &stepped, bytes);
}

int pcap_dispatch(pcap_t *p, int most, pcap_handler handler, u_char *user)
{
    struct receiver to = {handler, user};
    return true_dispatch(p, most, receive, (u_char *)&to);
}
