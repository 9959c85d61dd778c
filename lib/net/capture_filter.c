/* The kernel filter, in libpcap's language, on the bytes of the VRRP message.
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

size_t capture_filter_text(char *out, size_t size, const struct capture_filter *filter, bool ethernet)
{
    static const struct capture_filter everything = {0, NULL, 0};
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
    /* The kernel takes the outer tag off before this filter runs; what is left of two tags, and what this host sends
     * with a tag of its own making, has 0x8100 in place of the type. */
    if (ethernet)
        add(&t, " or (ether[12:2]=0x8100 and ((ether[16:2]=0x0800 and (ether[27]=112 or ether[27]=51))"
                " or (ether[16:2]=0x86dd and (ether[24]=112 or ether[24]=51))))");
    return t.full ? 0 : t.length;
}
