#include "core/other.h"

#include "core/ip_header.h"

enum {
    PROTOCOL_UDP = 17,
    UDP_BYTES = 8,
    HSRP_PORT = 1985,
    HSRP6_PORT = 2029,
    GLBP_PORT = 3222,
};

/* Where each is heard. */
static const struct {
    struct ip group;
    uint16_t port;
    enum other_protocol proto;
    bool is_v1; /* HSRP: no TLVs */
} places[] = {
    {{4, {224, 0, 0, 2}}, HSRP_PORT, OTHER_HSRP, true},
    {{4, {224, 0, 0, 102}}, HSRP_PORT, OTHER_HSRP, false},
    {{6, {0xff, 0x02, [15] = 0x66}}, HSRP6_PORT, OTHER_HSRP, false},
    {{4, {224, 0, 0, 102}}, GLBP_PORT, OTHER_GLBP, false},
};

static void set_times(struct other_event *e, usec hello, usec hold)
{
    e->hello = hello;
    e->hold = hold;
    e->has |= OTHER_HAS_TIMES;
}

static void set_group(struct other_event *e, uint16_t group)
{
    e->group = group;
    e->has |= OTHER_HAS_GROUP;
}

static void set_prio(struct other_event *e, uint32_t prio)
{
    e->prio = prio;
    e->has |= OTHER_HAS_PRIO;
}

static void set_version(struct other_event *e, uint8_t version)
{
    e->version = version;
    e->has |= OTHER_HAS_VERSION;
}

/* Who does not know his address yet says that it is zero. */
static void set_ip(struct other_event *e, uint8_t family, const uint8_t *bytes)
{
    struct ip ip = ip_from_bytes(family, bytes);

    if (!ip_is_zero(&ip))
        e->ip = ip;
}

static enum other_op op_of(uint8_t code)
{
    static const enum other_op ops[] = {OTHER_HELLO, OTHER_COUP, OTHER_RESIGN};

    return code < nitems(ops) ? ops[code] : OTHER_OP_NONE;
}

/* HSRP, RFC 2281 5: the version is 0, and 1 to all who speak of it
 *
 *  0               1               2               3
 * +---------------+---------------+---------------+---------------+
 * |   version 0   |   operation   |     state     |  hello time s |
 * +---------------+---------------+---------------+---------------+
 * |  hold time s  |   priority    |     group     |   reserved    |
 * +---------------+---------------+---------------+---------------+
 * |                     authentication data (8)                   |
 * +---------------+---------------+---------------+---------------+
 * |                       virtual IP address                      |
 * +---------------+---------------+---------------+---------------+
 * Later systems send an advertisement (operation 3) of another form. */
static void read_hsrp1(struct other_event *e, struct cursor c)
{
    static const uint8_t states[] = {
        [0] = OTHER_INITIAL, [1] = OTHER_LEARN,   [2] = OTHER_LISTEN,
        [4] = OTHER_SPEAK,   [8] = OTHER_STANDBY, [16] = OTHER_ACTIVE,
    };
    const uint8_t *h = take(&c, 20);

    if (h == NULL || h[0] != 0)
        return;
    set_version(e, 1);
    e->op = op_of(h[1]);
    if (e->op == OTHER_OP_NONE)
        return;
    e->state = h[2] < nitems(states) ? states[h[2]] : OTHER_STATE_NONE;
    set_times(e, h[3] * SECOND, h[4] * SECOND);
    set_prio(e, h[5]);
    set_group(e, h[6]);
    set_ip(e, 4, h + 16);
}

/* The first TLV of this type, at least as long: its value. HSRP's length is the value's, GLBP's that of all. */
static const uint8_t *find_tlv(struct cursor *c, uint8_t type, size_t least, size_t head)
{
    const uint8_t *h;

    while ((h = take(c, 2)) != NULL) {
        if (h[1] < head)
            return NULL;
        const uint8_t *value = take(c, h[1] - head);

        if (value == NULL || h[0] == type)
            return value != NULL && h[1] - head >= least ? value : NULL;
    }
    return NULL;
}

/* HSRP version 2, the TLV Group State: type 1, length 40
 *
 *  0               1               2               3
 * +---------------+---------------+---------------+---------------+
 * |   version 2   |   operation   |     state     | IP version    |
 * +---------------+---------------+---------------+---------------+
 * |            group              |        identifier (6)         |
 * +---------------+---------------+                               +
 * |                                                               |
 * +---------------+---------------+---------------+---------------+
 * |                           priority                            |
 * |                         hello time ms                         |
 * |                         hold time ms                          |
 * +---------------+---------------+---------------+---------------+
 * |          virtual IP address (16; IPv4: the first 4)           |
 * +---------------+---------------+---------------+---------------+ */
static void read_hsrp2(struct other_event *e, struct cursor c)
{
    static const uint8_t states[] = {
        OTHER_DISABLED, OTHER_INITIAL, OTHER_LEARN, OTHER_LISTEN, OTHER_SPEAK, OTHER_STANDBY, OTHER_ACTIVE,
    };
    const uint8_t *h = find_tlv(&c, 1, 40, 0);

    if (h == NULL || h[0] != 2)
        return;
    set_version(e, 2);
    e->op = op_of(h[1]);
    e->state = h[2] < nitems(states) ? states[h[2]] : OTHER_STATE_NONE;
    set_group(e, be16(h + 4));
    set_prio(e, be32(h + 12));
    set_times(e, be32(h + 16) * MILLISECOND, be32(h + 20) * MILLISECOND);
    if (h[3] == 4 || h[3] == 6)
        set_ip(e, h[3], h + 24);
}

/* GLBP has no document; this much is seen in all that is captured of it.
 *
 *  0               1               2               3
 * +---------------+---------------+---------------+---------------+
 * |   version 1   |       ?       |            group              |
 * +---------------+---------------+---------------+---------------+
 * |              ?                |          owner (6)            |
 * +---------------+---------------+                               +
 * |                                                               |
 * +---------------+---------------+---------------+---------------+
 * and TLVs, of which Hello is type 1 (the two bytes of type and length are counted, too):
 * +---------------+---------------+---------------+---------------+
 * |       ?       |     state     |       ?       |   priority    |
 * +---------------+---------------+---------------+---------------+
 * |              ?                |         hello time ms (4)     |
 * |                               |         hold time ms (4)      |
 * |                               |  redirect 2, time-out 2, ? 2  |
 * +---------------+---------------+---------------+---------------+
 * | address type  | address length|   virtual IP address          |
 * +---------------+---------------+---------------+---------------+ */
static void read_glbp(struct other_event *e, struct cursor c)
{
    static const uint8_t states[] = {[4] = OTHER_LISTEN, [8] = OTHER_SPEAK, [16] = OTHER_STANDBY, [32] = OTHER_ACTIVE};
    const uint8_t *h = take(&c, 12);

    if (h == NULL || h[0] != 1)
        return;
    set_version(e, 1);
    set_group(e, be16(h + 2));
    h = find_tlv(&c, 1, 22, 2);
    if (h == NULL)
        return;
    e->state = h[1] < nitems(states) ? states[h[1]] : OTHER_STATE_NONE;
    set_prio(e, h[3]);
    set_times(e, be32(h + 6) * MILLISECOND, be32(h + 10) * MILLISECOND);
    uint8_t family = h[20] == 1 ? 4 : h[20] == 2 ? 6 : 0;
    const uint8_t *address = h + 22;

    if (family != 0 && h[21] == ip_size(family) && (size_t)(c.at - address) >= ip_size(family))
        set_ip(e, family, address);
}

/* UDP, RFC 768: source port 2, destination port 2, length 2, checksum 2. */
bool other_udp(struct other_event *e, const struct advert *a, const struct ip_payload *in)
{
    struct cursor c = in->bytes;
    const uint8_t *h = in->protocol == PROTOCOL_UDP && !in->later_fragment ? take(&c, UDP_BYTES) : NULL;

    for (size_t i = 0; h != NULL && i < nitems(places); i++) {
        if (be16(h + 2) != places[i].port || !ip_equal(&a->dst, &places[i].group))
            continue;
        size_t length = be16(h + 4) > UDP_BYTES ? be16(h + 4) - UDP_BYTES : 0;

        if (length < bytes_left(&c))
            c.end = c.at + length;
        *e = (struct other_event){.proto = places[i].proto};
        if (e->proto == OTHER_GLBP)
            read_glbp(e, c);
        else if (places[i].is_v1)
            read_hsrp1(e, c);
        else
            read_hsrp2(e, c);
        return true;
    }
    return false;
}

/* CARP, as OpenBSD has it: version and type, virtual host id, advskew, length of the authentication, demotion, advbase. */
void other_carp(struct other_event *e, const struct ip_payload *in)
{
    const uint8_t *h = in->bytes.at;

    *e = (struct other_event){.proto = OTHER_CARP};
    if (bytes_left(&in->bytes) < 6)
        return;
    e->advskew = h[2];
    e->advbase = h[5];
    e->has |= OTHER_HAS_CARP;
}

/* --- words --- */

const char *other_protocol_name(enum other_protocol p)
{
    static const char *const names[] = {
        [OTHER_CARP] = "carp",
        [OTHER_HSRP] = "hsrp",
        [OTHER_GLBP] = "glbp",
    };
    return names[p];
}

const char *other_state_name(enum other_state s)
{
    static const char *const names[] = {
        [OTHER_STATE_NONE] = NULL,   [OTHER_DISABLED] = "disabled", [OTHER_INITIAL] = "initial",
        [OTHER_LEARN] = "learn",     [OTHER_LISTEN] = "listen",     [OTHER_SPEAK] = "speak",
        [OTHER_STANDBY] = "standby", [OTHER_ACTIVE] = "active",
    };
    return names[s];
}

const char *other_op_name(enum other_op op)
{
    static const char *const names[] = {
        [OTHER_OP_NONE] = NULL,
        [OTHER_HELLO] = "hello",
        [OTHER_COUP] = "coup",
        [OTHER_RESIGN] = "resign",
    };
    return names[op];
}
