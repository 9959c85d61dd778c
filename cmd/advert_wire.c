/* Where vrrp-advert's packets go, and what is known of the interfaces that they leave through. */
#include "cmd/advert.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/key_file.h"
#include "core/auth_sign.h"
#include "net/clock.h"
#include "net/link.h"

static const usec ASK_AGAIN = 100 * MILLISECOND; /* at most so often while an interface fails */
static const usec REFRESH = SECOND;              /* one interface is asked for again, so often */
static const usec SAY_AGAIN = 10 * SECOND;       /* the same failure is told again after so long without one */

/* What a packet has where the interface does not exist, in a file or with -n. */
static const struct mac mac_of_none = {{0x02, 0, 0, 0, 0, 0x01}};

const char *error_word(int number)
{
    const char *name = strerrorname_np(number);
    return name ? name : "EIO";
}

static bool go_on(void *context)
{
    struct signals *signals = context;
    return !signals_stop(signals);
}

void wire_open(struct wire *w, const struct advert_options *o)
{
    *w = (struct wire){.injector = {.fd = -1}, .live = !o->dry && !o->file, .keys = o->keys};
    unicast_init(&w->unicast);
    if (w->live && (!injector_open(&w->injector) || !unicast_open(&w->unicast)))
        cli_die(EXIT_SYSTEM, "cannot send packets: %s%s", strerror(errno),
                errno == EPERM || errno == EACCES ? cli_permission_hint("CAP_NET_RAW") : "");
}

bool wire_open_file(struct wire *w, const struct advert_options *o, struct signals *signals)
{
    struct capture_error error;
    if (!o->file)
        return true;
    w->writer = capture_writer_open(o->file, go_on, signals, &error);
    if (!w->writer && error.stopped)
        return false;
    if (!w->writer || !capture_writer_begin(w->writer, LINK_ETHERNET, &error))
        cli_die(EXIT_SYSTEM, "-w %s", error.text);
    return true;
}

/* What became of the file; a failure is told once. */
static bool written(struct wire *w, bool done)
{
    if (!done && !w->file_failed)
        cli_say("the capture file: %s", strerror(errno));
    w->file_failed = !done;
    return done;
}

bool wire_flush(struct wire *w)
{
    return !w->writer || written(w, capture_writer_flush(w->writer));
}

bool wire_close(struct wire *w)
{
    bool done = !w->writer || written(w, capture_writer_close(w->writer));
    injector_close(&w->injector);
    unicast_close(&w->unicast);
    auth_keys_free(w->keys);
    free(w->links);
    return done;
}

static void ask(struct wire_link *l, instant now)
{
    l->asked = now;
    l->there = link_query(l->ifname, &l->link, &l->ifindex);
    l->error = l->there ? 0 : errno;
    l->failed = !l->there;
}

struct wire_link *wire_link(struct wire *w, const char *ifname, instant now)
{
    for (size_t i = 0; i < w->link_count; i++) {
        if (strcmp(w->links[i].ifname, ifname) == 0)
            return &w->links[i];
    }
    if (w->link_count == w->link_room) {
        size_t room = w->link_room ? w->link_room * 2 : 8;
        struct wire_link *links = realloc(w->links, room * sizeof(*links));
        if (!links)
            cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
        w->links = links;
        w->link_room = room;
    }
    struct wire_link *l = &w->links[w->link_count++];
    *l = (struct wire_link){0};
    strncpy(l->ifname, ifname, sizeof(l->ifname) - 1);
    ask(l, now);
    return l;
}

/* Asking costs more the more addresses this host has, so it is one interface at a time. */
void wire_refresh(struct wire *w, instant now)
{
    if (!w->live)
        return;
    for (size_t i = 0; i < w->link_count; i++) {
        if (now.us - w->links[i].asked.us >= REFRESH * (usec)w->link_count) {
            ask(&w->links[i], now);
            return;
        }
    }
}

struct ip wire_source(const struct wire_link *l, const struct send_event *e)
{
    if (e->src.family)
        return e->src;
    if (!l->there)
        return (struct ip){0};
    return e->id.af == 4 ? l->link.primary4 : l->link.primary6;
}

void wire_read_keys(struct wire *w, const char *path)
{
    enum exit_status status;
    struct auth_keys *keys = key_file_load(path, &status);
    if (!keys) {
        cli_say("-k %s: the keys stay as they were", path);
        return;
    }
    auth_keys_free(w->keys);
    w->keys = keys;
}

static struct auth_key *key_of(const struct wire *w, const struct send_event *e)
{
    return w->keys ? auth_keys_signing(w->keys, e->id.ifname, e->id.af, e->id.vrid, e->auth) : NULL;
}

bool wire_has_key(const struct wire *w, const struct send_event *e)
{
    return e->auth == AUTH_NONE || key_of(w, e) != NULL;
}

/* What has to be signed does not leave without. 0 or errno. */
static int sign(struct wire *w, const struct send_event *e)
{
    struct auth_key *key = key_of(w, e);
    uint32_t seq = e->seq != 0 ? e->seq : (uint32_t)(w->time.ns / 1000000000);
    size_t room = sizeof(w->frame) - ETHERNET_BYTES, length = 0;
    if (key)
        length = auth_sign(w->frame + ETHERNET_BYTES, w->length - ETHERNET_BYTES, room, key, seq, w->time);
    w->length = length > 0 ? ETHERNET_BYTES + length : 0;
    return !key ? ENOKEY : length > 0 ? 0 : EINVAL;
}

/* The frame of this advert in w->frame. 0 or errno. */
static int build(struct wire *w, const struct wire_link *l, const struct send_event *e, const struct ip *dst)
{
    uint8_t addresses[ADVERT_ADDRESS_BYTES];
    bool group = e->peer.count == 0;
    struct mac mac = e->vmac && group ? vrrp_mac(e->id.af, e->id.vrid) : l->there ? l->link.mac : mac_of_none;
    w->length = 0;
    if (l->there && !l->link.has_mac && !e->vmac && group)
        return EAFNOSUPPORT; /* no Ethernet */
    struct advert a = {
        .af = e->id.af,
        .src = wire_source(l, e),
        .dst = *dst,
        .ttl = VRRP_TTL,
        .version = e->version,
        .type = 1,
        .vrid = e->id.vrid,
        .prio = e->prio,
        .interval = e->interval,
        .count = (uint8_t)e->ip.count,
        .addresses = addresses,
    };
    if (!a.src.family)
        return EADDRNOTAVAIL;
    if (ip_is_multicast(&a.src) || ip_is_loopback(&a.src) || ip_is_zero(&a.src))
        return EINVAL; /* no machine's: who hears it discards it */
    size_t size = ip_size(a.af);
    for (size_t i = 0; i < a.count; i++)
        memcpy(addresses + i * size, e->ip.items[i].ip.bytes, size);
    w->length = build_advert(w->frame, sizeof(w->frame), &mac, &a, e->cksum);
    if (w->length == 0)
        return EINVAL;
    return e->auth != AUTH_NONE ? sign(w, e) : 0;
}

/* What becomes of the frame. 0 or errno. */
static int put(struct wire *w, const struct wire_link *l, const struct send_event *e, stamp t)
{
    if (w->writer) /* wire_flush tells what is wrong */
        return capture_writer_frame(w->writer, t, w->frame, w->length, w->length) ? 0 : EIO;
    if (!w->live)
        return 0;
    if (e->peer.count == 0)
        return injector_send(&w->injector, l->ifindex, w->frame, w->length);
    return unicast_send(&w->unicast, l->ifindex, w->frame + ETHERNET_BYTES, w->length - ETHERNET_BYTES);
}

/* One that cannot be reached among others that can: once, as long as it goes on. */
static void tell_peer(struct wire_link *l, const struct ip *peer, int failed, instant now)
{
    char address[IP_TEXT];
    bool goes_on = failed == l->peer_said && now.us - l->peer_failed_at.us < SAY_AGAIN;
    l->peer_said = failed;
    l->peer_failed_at = now;
    if (goes_on)
        return;
    ip_format(address, peer);
    cli_say("%s: %s: %s: advertisements do not leave to this peer", l->ifname, address, strerror(failed));
}

/* One that cannot be sent to keeps none of the others from it. */
static int send_to_peers(struct wire *w, struct wire_link *l, const struct send_event *e, stamp t, instant now)
{
    struct ip source = wire_source(l, e);
    const struct ip *unreached = NULL;
    int why = EDESTADDRREQ;
    bool left = false;
    for (size_t i = 0; i < e->peer.count; i++) {
        const struct ip *peer = &e->peer.items[i];
        if (ip_equal(peer, &source))
            continue;
        int failed = build(w, l, e, peer);
        if (!failed)
            failed = put(w, l, e, t);
        left = left || !failed;
        if (!failed)
            continue;
        why = failed;
        unreached = peer;
    }
    if (left && unreached)
        tell_peer(l, unreached, why, now);
    return left ? 0 : why;
}

static int send_once(struct wire *w, struct wire_link *l, const struct send_event *e, stamp t, instant now)
{
    w->length = 0;
    if (w->live && !l->there)
        return l->error;
    if (e->peer.count > 0)
        return send_to_peers(w, l, e, t, now);
    int failed = build(w, l, e, e->id.af == 4 ? &vrrp_group4 : &vrrp_group6);
    return failed ? failed : put(w, l, e, t);
}

/* What is said in VRRPv2 beside VRRPv3. */
static struct send_event in_v2(const struct send_event *e)
{
    struct send_event v2 = *e;
    v2.version = 2;
    v2.cksum = CKSUM_MESSAGE;
    v2.both = false;
    return v2;
}

/* VRRPv3 first: who hears both ignores the other. */
static int send_versions(struct wire *w, struct wire_link *l, const struct send_event *e, stamp t, instant now)
{
    int failed = send_once(w, l, e, t, now);
    if (!e->both || failed)
        return failed;
    struct send_event v2 = in_v2(e);
    return send_once(w, l, &v2, t, now);
}

/* What was known is not believed when it says no: the address may have come since then, and this may be a takeover. */
static int send_live(struct wire *w, struct wire_link *l, const struct send_event *e, stamp t, instant now)
{
    if (l->failed && now.us - l->asked.us >= ASK_AGAIN)
        ask(l, now);
    unsigned ifindex = l->ifindex;
    int failed = send_versions(w, l, e, t, now);
    bool removed = (failed == ENXIO || failed == ENODEV) && l->there; /* and perhaps made again with another index */
    bool unknown = failed && failed != ENOKEY && (w->length == 0 || failed == EADDRNOTAVAIL);
    if (removed || (unknown && now.us - l->asked.us >= ASK_AGAIN)) {
        ask(l, now);
        failed = removed && l->there && l->ifindex == ifindex ? ENODEV : send_versions(w, l, e, t, now);
    }
    l->failed = failed != 0 && failed != ENOKEY;
    return failed;
}

/* Each failure once, not for each packet. */
static void tell(struct wire_link *l, const struct send_event *e, int failed, instant now)
{
    if (failed == l->said || (!failed && now.us - l->said_at.us < SAY_AGAIN))
        return;
    l->said = failed;
    l->said_at = now;
    if (failed == ENOKEY)
        cli_say("%s: no key of type %s for %s (-k): its advertisements do not leave", l->ifname,
                auth_type_name(e->auth), e->name);
    else if (failed == EADDRNOTAVAIL && e->src.family)
        cli_say("%s: src= of %s is no address of this host: its advertisements do not leave", l->ifname, e->name);
    else if (failed == EADDRNOTAVAIL)
        cli_say("%s: no usable IPv%u address: the advertisements of %s do not leave (src= names one)", l->ifname,
                e->id.af, e->name);
    else if (failed)
        cli_say("%s: %s: advertisements do not leave", l->ifname, strerror(failed));
}

int wire_send(struct wire *w, const struct send_event *e, stamp t, instant now)
{
    struct wire_link *l = wire_link(w, e->id.ifname, now);
    w->time = w->live ? clock_wall() : t;
    int failed = w->live ? send_live(w, l, e, t, now) : send_versions(w, l, e, t, now);
    tell(l, e, failed, now);
    return failed;
}

/* The frame number *which of one version in w->frame; or, when it has less, *which is less by those. */
static bool has_frame(struct wire *w, const struct wire_link *l, const struct send_event *e, size_t *which)
{
    struct ip source = wire_source(l, e);
    if (e->peer.count == 0 && (*which)-- == 0)
        return build(w, l, e, e->id.af == 4 ? &vrrp_group4 : &vrrp_group6) == 0;
    for (size_t i = 0; i < e->peer.count; i++)
        if (!ip_equal(&e->peer.items[i], &source) && (*which)-- == 0)
            return build(w, l, e, &e->peer.items[i]) == 0;
    return false;
}

size_t wire_frame_text(struct wire *w, const struct send_event *e, size_t which, char out[static LINE_BYTES])
{
    static const char digits[] = "0123456789abcdef", head[] = "# frame ";
    static_assert(sizeof(head) + 2 * FRAME_BYTES < LINE_BYTES, "the longest frame fits");
    size_t length = strlen(head);
    const struct wire_link *l = wire_link(w, e->id.ifname, clock_now());
    struct send_event v2 = in_v2(e);
    bool is_one = e->peer.count == 0 && !e->both; /* then it is there still */
    if (is_one ? which > 0 || w->length == 0
               : !has_frame(w, l, e, &which) && !(e->both && has_frame(w, l, &v2, &which)))
        return 0;
    memcpy(out, head, length);
    for (size_t i = 0; i < w->length; i++) {
        out[length++] = digits[w->frame[i] >> 4];
        out[length++] = digits[w->frame[i] & 15];
    }
    out[length++] = '\n';
    return length;
}
