/* One ring of a live capture: opened, whatever state its interface is in, and with its filter in the kernel. */
#include <errno.h>
#include <ifaddrs.h>
#include <linux/filter.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/capture_private.h"

/* An advertisement with 90 IPv6 addresses fills 1,500 bytes; with Ethernet and two tags that is 1,522. In immediate mode
 * the ring has one slot a frame, as long as the snaplen allows, two slots a page: at 1,600 there are 600 in a MiB, at
 * libpcap's default only 4.
 *
 * What is needed: an interface can have 255 virtual routers of each family. Four MiB hold almost five advertisements of
 * each; who has not looked for so long has no Active left to lose. As much again keeps a flood from filling it; where
 * there are many interfaces they are not all flooded. Own frames come no faster than one process can send them: an
 * advertisement of each fits into one MiB, and four hold what they announce when this host takes over, too. */
enum {
    SNAPLEN = 1600,
    MANY_INTERFACES = 5,
    MIB = 1024 * 1024,
};

static int ring_bytes(enum direction dir, bool announcements, size_t interfaces)
{
    if (dir == DIR_OUT)
        return (announcements ? 4 : 1) * MIB;
    return (interfaces < MANY_INTERFACES ? 8 : 4) * MIB;
}

static void set_pcap_error(struct capture_error *error, const char *ifname, pcap_t *p, int status)
{
    bool permission = status == PCAP_ERROR_PERM_DENIED;

    if (permission)
        capture_error_set(error, "%s: permission denied", ifname);
    else if (status == PCAP_ERROR_NO_SUCH_DEVICE)
        capture_error_set(error, "%s: no such device", ifname);
    else
        capture_error_set(error, "%s: %s", ifname, *pcap_geterr(p) != '\0' ? pcap_geterr(p) : pcap_statustostr(status));
    error->permission = permission;
}

/* A ring on device, active. *status: why not. */
static pcap_t *activate(const char *device, int bytes, struct capture_error *error, int *status)
{
    char text[PCAP_ERRBUF_SIZE] = "";
    pcap_t *p = pcap_create(device, text);

    *status = PCAP_ERROR;
    if (p == NULL) {
        capture_error_set(error, "%s: %s", device, text);
        return NULL;
    }
    pcap_set_snaplen(p, SNAPLEN);
    pcap_set_buffer_size(p, bytes);
    pcap_set_immediate_mode(p, 1); /* without it a frame waits up to 50 ms */
    pcap_set_promisc(p, 0);
    pcap_set_tstamp_precision(p, PCAP_TSTAMP_PRECISION_NANO);
    *status = pcap_activate(p);
    if (*status >= 0 && pcap_setnonblock(p, 1, text) >= 0)
        return p;
    set_pcap_error(error, device, p, *status);
    pcap_close(p);
    return NULL;
}

/* libpcap refuses an interface that is down. The kernel does not: a ring is opened on an Ethernet that is up (lo will do)
 * and bound to the right one, where it wakes up when that does. */
static pcap_t *activate_down(const char *ifname, int bytes, struct capture_error *error)
{
    struct ifaddrs *all;
    pcap_t *p = NULL;
    int status;

    if (getifaddrs(&all) < 0)
        all = NULL;
    for (const struct ifaddrs *one = all; one != NULL && p == NULL; one = one->ifa_next) {
        if (one->ifa_addr == NULL || one->ifa_addr->sa_family != AF_PACKET || (one->ifa_flags & IFF_UP) == 0)
            continue;
        p = activate(one->ifa_name, bytes, error, &status);
        if (p != NULL && pcap_datalink(p) != DLT_EN10MB) {
            pcap_close(p);
            p = NULL;
        }
    }
    freeifaddrs(all);
    if (p == NULL)
        capture_error_set(error, "%s: the interface is down, and no other is up", ifname);
    else if (capture_ring_bind(p, if_nametoindex(ifname)) < 0) {
        capture_error_system(error, ifname);
        pcap_close(p);
        p = NULL;
    }
    return p;
}

/* `any` loses the VLAN tag that the kernel took off, so that a tagged advertisement would be one of the untagged
 * segment. It is heard on its VLAN interface; here it is left out. Two instructions in front of the program: */
static bool refuse_tagged(struct bpf_program *program)
{
    static const struct bpf_insn front[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (bpf_u_int32)(-0x1000 + 48)), /* SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct bpf_insn *longer = calloc(nitems(front) + program->bf_len, sizeof *longer);

    if (longer == NULL)
        return false;
    memcpy(longer, front, sizeof front);
    memcpy(longer + nitems(front), program->bf_insns, program->bf_len * sizeof *longer);
    free(program->bf_insns);
    program->bf_insns = longer;
    program->bf_len += (u_int)nitems(front);
    return true;
}

/* pcap_setfilter would run the filter in user space, too, on what may have been in the ring before, and knows no direction
 * there: the first frame was lost. The kernel alone is asked instead; for a cooked capture only libpcap knows how. */
static bool attach(pcap_t *p, const struct bpf_program *program)
{
    struct sock_fprog filter = {.len = (unsigned short)program->bf_len, .filter = (void *)program->bf_insns};

    return setsockopt(pcap_fileno(p), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
}

static bool set_filter(const struct capture *c, const struct capture_handle *h, const struct capture_filter *filter,
                       struct capture_error *error)
{
    char text[CAPTURE_FILTER_TEXT], whole[CAPTURE_FILTER_TEXT + 32];
    struct bpf_program program;
    bool done;

    if (capture_filter_text(text, sizeof text, filter, h->link == LINK_ETHERNET) == 0) {
        capture_error_set(error, "%s: the filter is too long", c->ifname);
        return false;
    }
    /* Only the kernel knows the direction of a frame; a source address would be a claim. */
    snprintf(whole, sizeof whole, "%s(%s)", c->any ? "" : h->dir == DIR_IN ? "inbound and " : "outbound and ", text);
    if (pcap_compile(h->pcap, &program, whole, 1, PCAP_NETMASK_UNKNOWN) < 0) {
        capture_error_set(error, "%s: filter: %s", c->ifname, pcap_geterr(h->pcap));
        return false;
    }
    done = c->any ? refuse_tagged(&program) && pcap_setfilter(h->pcap, &program) == 0 : attach(h->pcap, &program);
    if (!done)
        capture_error_set(error, "%s: filter: %s", c->ifname, c->any ? pcap_geterr(h->pcap) : strerror(errno));
    pcap_freecode(&program);
    return done;
}

/* What came in between the opening and the filter, or on the interface that helped to open. */
static void empty(pcap_t *p)
{
    struct pcap_pkthdr *header;
    const u_char *bytes;

    for (int i = 0; i < 65536 && pcap_next_ex(p, &header, &bytes) == 1; i++)
        continue;
}

bool capture_ring_open(const struct capture *c, struct capture_handle *h, const struct capture_filter *filter,
                       size_t interfaces, struct capture_error *error)
{
    int bytes = ring_bytes(h->dir, filter != NULL && filter->announcements, interfaces);
    int status;

    h->pcap = activate(c->ifname, bytes, error, &status);
    if (h->pcap == NULL && status == PCAP_ERROR_IFACE_NOT_UP)
        h->pcap = activate_down(c->ifname, bytes, error);
    if (h->pcap == NULL)
        return false;
    if (c->any && pcap_set_datalink(h->pcap, DLT_LINUX_SLL2) < 0) {
        capture_error_set(error, "any: %s", pcap_geterr(h->pcap));
        return false;
    }
    if (!capture_link_from_dlt(pcap_datalink(h->pcap), &h->link)) {
        capture_error_set(error, "%s: not an interface that carries IP", c->ifname);
        return false;
    }
    if (!set_filter(c, h, filter, error))
        return false;
    empty(h->pcap);
    return true;
}
