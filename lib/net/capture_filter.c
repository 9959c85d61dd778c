/* The kernel filter, in libpcap's language, on the bytes of the VRRP message, and of what else is asked for.
 *
 * The word `vrrp` of that language is IPv4 only and `protochain` runs in user space, so the places are named here:
 *   IPv4   protocol 112, message behind the header, whose length is in its first byte; the VRID is the second byte
 *   AH     protocol 51, then its first byte is 112, and the message follows after 24 bytes (RFC 2402)
 *   IPv6   the same, the header is always 40 bytes
 * CARP has its virtual host id in the same byte. */
#include <stdarg.h>
#include <string.h>

#include "net/capture.h"

enum { AH_BYTES = 24, RANGES_MOST = 16 };

#define MESSAGE4 "((ip[0]&0xf)<<2)"

struct text {
    char *out;
    size_t size, length;
    bool full;
};

static void __attribute__((format(printf, 2, 3))) add(struct text *t, const char *format, ...)
{
    va_list arguments;

    if (t->full)
        return;
    va_start(arguments, format);
    int n = vsnprintf(t->out + t->length, t->size - t->length, format, arguments);
    va_end(arguments);
    t->full = n < 0 || (size_t)n >= t->size - t->length;
    if (!t->full)
        t->length += (size_t)n;
}

struct ranges {
    size_t count;
    struct {
        unsigned low, high;
    } items[RANGES_MOST];
};

/* The VRIDs as ranges. So many of them that the filter would get long are none: match.h knows them, too. */
static void collect(struct ranges *r, const struct capture_filter *f)
{
    bool wanted[256] = {false};

    r->count = 0;
    for (size_t i = 0; i < f->vrid_count; i++)
        wanted[f->vrids[i]] = true;
    for (unsigned v = 0; v < 256; v++) {
        if (!wanted[v])
            continue;
        if (v > 0 && wanted[v - 1]) {
            r->items[r->count - 1].high = v;
        } else if (r->count == RANGES_MOST) {
            r->count = 0;
            return;
        } else {
            r->items[r->count].low = r->items[r->count].high = v;
            r->count++;
        }
    }
}

/* " and (VRID at protocol[where] is among them)" */
static void add_vrids(struct text *t, const struct ranges *r, const char *protocol, const char *where)
{
    for (size_t i = 0; i < r->count; i++) {
        add(t, i == 0 ? " and (" : " or ");
        if (r->items[i].low == r->items[i].high)
            add(t, "%s[%s]=%u", protocol, where, r->items[i].low);
        else
            add(t, "(%s[%s]>=%u and %s[%s]<=%u)", protocol, where, r->items[i].low, protocol, where, r->items[i].high);
    }
    if (r->count > 0)
        add(t, ")");
}

static void add_ip4(struct text *t, const struct ranges *r)
{
    add(t, "(ip proto 112");
    add_vrids(t, r, "ip", MESSAGE4 "+1");
    add(t, ") or (ip proto 51 and ip[" MESSAGE4 "]=112");
    add_vrids(t, r, "ip", MESSAGE4 "+25");
    add(t, ")");
    /* What else goes to the group is worth a `bad` line, which has no VRID; IGMP belongs there. */
    if (r->count == 0)
        add(t, " or (ip dst host 224.0.0.18 and not ip proto 2)");
}

static void add_ip6(struct text *t, const struct ranges *r)
{
    add(t, "(ip6 and ip6[6]=112");
    add_vrids(t, r, "ip6", "41");
    add(t, ") or (ip6 and ip6[6]=51 and ip6[40]=112");
    add_vrids(t, r, "ip6", "65");
    add(t, ")");
    /* Behind extension headers (hop-by-hop, routing, fragment, destination) the decoder finds the message. */
    if (r->count == 0)
        add(t, " or (ip6 dst host ff02::12 and not ip6[6]=58)");
    else
        add(t, " or (ip6 dst host ff02::12 and (ip6[6]=0 or ip6[6]=43 or ip6[6]=44 or ip6[6]=60))");
}

/* ARP, RFC 826: a reply (2), or sender and target are one address. A neighbour advertisement, RFC 4861 4.4: type 136, not
 * behind extension headers. */
static void add_announcements(struct text *t, uint8_t af)
{
    if (af != 6)
        add(t, " or (arp and (arp[6:2]=2 or arp[14:4]=arp[24:4]))");
    if (af != 4)
        add(t, " or (ip6[6]=58 and ip6[40]=136)");
}

/* HSRP: UDP 1985, IPv6 2029; GLBP: 3222. Each to its groups. */
static void add_others(struct text *t, uint8_t af)
{
    if (af != 6)
        add(t, " or (udp dst port 1985 and (ip dst host 224.0.0.2 or ip dst host 224.0.0.102))"
               " or (udp dst port 3222 and ip dst host 224.0.0.102)");
    if (af != 4)
        add(t, " or (ip6 dst host ff02::66 and ip6[6]=17 and ip6[42:2]=2029)");
}

/* Behind a tag that is still there, the type is at `at`. Of IPv4 protocol and destination, of IPv6 next header, ICMPv6 type
 * and UDP port have their places behind it. */
static void add_behind_tag(struct text *t, const struct capture_filter *f, unsigned at)
{
    unsigned ip = at + 2;

    add(t, "(ether[%u:2]=0x0800 and (ether[%u]=112 or ether[%u]=51", at, ip + 9, ip + 9);
    if (f->others)
        add(t, " or (ether[%u]=17 and (ether[%u:4]=0xe0000002 or ether[%u:4]=0xe0000066))", ip + 9, ip + 16, ip + 16);
    add(t, ")) or (ether[%u:2]=0x86dd and (ether[%u]=112 or ether[%u]=51", at, ip + 6, ip + 6);
    if (f->announcements)
        add(t, " or (ether[%u]=58 and ether[%u]=136)", ip + 6, ip + 40);
    if (f->others)
        add(t, " or (ether[%u]=17 and ether[%u:2]=2029)", ip + 6, ip + 42);
    add(t, "))");
    if (f->announcements)
        add(t, " or (ether[%u:2]=0x0806 and (ether[%u:2]=2 or ether[%u:4]=ether[%u:4]))", at, ip + 6, ip + 14, ip + 24);
}

#define TAG_AT(place) "(ether[" place ":2]=0x8100 or ether[" place ":2]=0x88a8)"

/* The kernel takes the outer tag of what comes in off before this filter runs; what is left of two tags, and what this host
 * sends with tags of its own making, has a tag's type in place of its own. */
static void add_tagged(struct text *t, const struct capture_filter *f)
{
    add(t, " or (" TAG_AT("12") " and (");
    add_behind_tag(t, f, 16);
    add(t, " or (" TAG_AT("16") " and (");
    add_behind_tag(t, f, 20);
    add(t, "))))");
}

size_t capture_filter_text(char *out, size_t size, const struct capture_filter *filter, bool ethernet)
{
    static const struct capture_filter everything = {.af = 0};
    const struct capture_filter *f = filter != NULL ? filter : &everything;
    struct text t = {.size = size};
    struct ranges r;

    t.out = out;
    collect(&r, f);
    if (f->af != 6)
        add_ip4(&t, &r);
    if (f->af == 0)
        add(&t, " or ");
    if (f->af != 4)
        add_ip6(&t, &r);
    if (f->announcements)
        add_announcements(&t, f->af);
    if (f->others)
        add_others(&t, f->af);
    if (ethernet)
        add_tagged(&t, f);
    return t.full ? 0 : t.length;
}
