/* Events: what is written is read back; what must be there; what is wrong. vrrp-events(5). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/address_style.h"
#include "core/event.h"
#include "core/peer.h"
#include "core/prefix_list.h"
#include "tests/unit/random.h"

enum { ROUNDS = 3000 };

static char text[LINE_BYTES + 1];
static struct line l;

static void parse_text(const char *line, size_t len)
{
    struct span where;
    if (line_parse(&l, line, len, &where) != LINE_OK)
        fail_msg("%.*s: %.*s", (int)len, line, (int)where.len, where.at);
}

/* Parses the one line that was written. */
static void parse_written(const struct writer *w)
{
    assert_false(w->full);
    assert_true(w->length > 0 && text[w->length - 1] == '\n');
    parse_text(text, w->length - 1);
}

static void maybe_text(char *out, size_t size)
{
    out[0] = '\0';
    if (random_bool())
        random_text(out, size);
}

static struct origin random_origin(void)
{
    struct origin o = {.vlan = (uint16_t)(random_bool() ? 0 : random_range(1, 4094))};
    o.dir = (enum direction)random_range(DIR_UNKNOWN, DIR_OUT);
    maybe_text(o.seg, sizeof(o.seg));
    maybe_text(o.host, sizeof(o.host));
    maybe_text(o.ifname, sizeof(o.ifname));
    return o;
}

static usec random_interval(uint8_t version)
{
    return version == 2 ? (usec)random_range(1, 255) * SECOND : (usec)random_range(1, 4095) * 10 * MILLISECOND;
}

static struct advert random_advert(struct address_buffer *buffer)
{
    uint8_t af = random_bool() ? 4 : 6, version = af == 4 && random_bool() ? 2 : 3;
    struct advert a = {
        .has = HAS_IP | HAS_VERSION | HAS_VRID | HAS_PRIO | HAS_INTERVAL | HAS_AUTH,
        .flags = (unsigned)random_range(0, 2 * FLAG_DST_MAC - 1),
        .af = af,
        .src = random_ip(af),
        .dst = random_ip(af),
        .ttl = (uint8_t)random_u64(),
        .version = version,
        .type = 1,
        .vrid = (uint8_t)random_range(1, 255),
        .prio = (uint8_t)random_u64(),
        .interval = random_interval(version),
        .auth = (enum auth_type)random_range(AUTH_NONE, AUTH_HMAC),
        .addresses = buffer->bytes,
    };
    a.auth_ok = a.auth != AUTH_NONE && random_bool();
    a.has |= (random_bool() ? HAS_SMAC : 0u) | (random_bool() ? HAS_DMAC : 0u) | (random_bool() ? HAS_CKSUM : 0u) |
             (random_bool() ? HAS_SEQ : 0u) | (random_bool() ? HAS_ADDRESSES : 0u);
    if (a.has & HAS_SMAC)
        a.smac = random_mac();
    if (a.has & HAS_DMAC)
        a.dmac = random_mac();
    if (a.has & HAS_CKSUM)
        a.cksum = (enum cksum_form)random_range(CKSUM_NONE, CKSUM_LEGACY_UNICAST);
    if (a.has & HAS_SEQ)
        a.seq = random_u64();
    if (a.has & HAS_ADDRESSES)
        a.count = (uint8_t)random_range(1, random_bool() ? 255 : 3);
    for (size_t i = 0; i < a.count; i++) {
        struct ip ip = random_ip(af);
        memcpy(buffer->bytes + i * ip_size(af), ip.bytes, ip_size(af));
    }
    return a;
}

static void assert_same_origin(const struct origin *a, const struct origin *b)
{
    assert_string_equal(a->seg, b->seg);
    assert_string_equal(a->host, b->host);
    assert_string_equal(a->ifname, b->ifname);
    assert_int_equal(a->vlan, b->vlan);
    assert_int_equal(a->dir, b->dir);
}

static void assert_same_advert(const struct advert *a, const struct advert *b)
{
    assert_int_equal(a->has, b->has);
    assert_int_equal(a->flags, b->flags);
    assert_memory_equal(&a->smac, &b->smac, sizeof(a->smac));
    assert_memory_equal(&a->dmac, &b->dmac, sizeof(a->dmac));
    assert_int_equal(a->af, b->af);
    assert_true(ip_equal(&a->src, &b->src) && ip_equal(&a->dst, &b->dst));
    assert_int_equal(a->ttl, b->ttl);
    assert_int_equal(a->version, b->version);
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->vrid, b->vrid);
    assert_int_equal(a->prio, b->prio);
    assert_int_equal(a->interval, b->interval);
    assert_int_equal(a->cksum, b->cksum);
    assert_int_equal(a->auth, b->auth);
    assert_int_equal(a->auth_ok, b->auth_ok);
    assert_int_equal(a->seq, b->seq);
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->addresses, b->addresses, a->count * ip_size(a->af));
}

static void adverts_are_read_back(void **unused)
{
    static struct address_buffer made, read;
    (void)unused;
    random_start("adverts_are_read_back");
    for (int i = 0; i < ROUNDS; i++) {
        struct origin o = random_origin(), o2;
        struct advert a = random_advert(&made), a2;
        struct writer w = {.buffer = text, .size = sizeof(text)};
        const char *where = "";
        write_advert(&w, (stamp){i}, &o, &a);
        parse_written(&w);
        assert_true(span_is(l.event, "advert") && l.time.ns == i);
        if (!read_advert(&l, &o2, &a2, &read, &where))
            fail_msg("%s: %.*s", where, (int)w.length, text);
        assert_same_origin(&o, &o2);
        assert_same_advert(&a, &a2);
    }
}

static void bad_lines_are_read_back(void **unused)
{
    static struct address_buffer made, read;
    static char copy[LINE_BYTES + 1];
    (void)unused;
    random_start("bad_lines_are_read_back");
    for (int i = 0; i < ROUNDS; i++) {
        struct origin o = random_origin(), o2;
        struct advert a = random_advert(&made), a2;
        struct writer w = {.buffer = text, .size = sizeof(text)};
        struct writer again = {.buffer = copy, .size = sizeof(copy)};
        enum verdict why = (enum verdict)random_range(VERDICT_VERSION, VERDICT_AUTH), why2;
        static const unsigned may_miss[] = {HAS_VRID, HAS_VERSION, HAS_PRIO, HAS_INTERVAL, HAS_AUTH};
        const char *where = "";
        for (size_t n = 0; n < nitems(may_miss); n++)
            a.has &= random_bool() ? ~0u : ~may_miss[n];
        a.type = (uint8_t)random_range(0, 15);
        write_bad(&w, (stamp){i}, &o, &a, why);
        parse_written(&w);
        if (!read_bad(&l, &o2, &a2, &why2, &read, &where))
            fail_msg("%s: %.*s", where, (int)w.length, text);
        assert_int_equal(why, why2);
        assert_same_origin(&o, &o2);
        assert_int_equal(a.has, a2.has);
        write_bad(&again, (stamp){i}, &o2, &a2, why2);
        assert_int_equal(w.length, again.length);
        assert_memory_equal(text, copy, w.length);
    }
}

static void announcements_are_read_back(void **unused)
{
    (void)unused;
    random_start("announcements_are_read_back");
    for (int i = 0; i < ROUNDS; i++) {
        struct origin o = random_origin(), o2;
        struct announce_event e = {.ip = random_ip(random_bool() ? 4 : 6)}, b;
        struct writer w = {.buffer = text, .size = sizeof(text)};
        const char *where = "";
        e.op = (enum announce_op)random_range(ANNOUNCE_GARP, ANNOUNCE_NA);
        e.flags = (unsigned)random_range(0, 2 * ANNOUNCE_UNICAST - 1);
        e.vrid = (uint8_t)random_range(0, 255);
        e.has_mac = random_bool();
        e.has_smac = random_bool();
        if (e.has_mac)
            e.mac = random_mac();
        if (e.has_smac)
            e.smac = random_mac();
        write_announce(&w, (stamp){i}, &o, &e);
        parse_written(&w);
        if (!read_announce(&l, &o2, &b, &where))
            fail_msg("%s: %.*s", where, (int)w.length, text);
        assert_same_origin(&o, &o2);
        assert_true(ip_equal(&e.ip, &b.ip) && e.op == b.op && e.flags == b.flags && e.vrid == b.vrid);
        assert_true(e.has_mac == b.has_mac && e.has_smac == b.has_smac);
        assert_memory_equal(&e.mac, &b.mac, sizeof(e.mac));
        assert_memory_equal(&e.smac, &b.smac, sizeof(e.smac));
    }
}

static struct other_event random_other(void)
{
    struct other_event e = {.proto = (enum other_protocol)random_range(OTHER_CARP, OTHER_GLBP)};
    e.has = (unsigned)random_range(0, 2 * OTHER_HAS_CARP - 1);
    e.op = (enum other_op)random_range(OTHER_OP_NONE, OTHER_RESIGN);
    e.state = (enum other_state)random_range(OTHER_STATE_NONE, OTHER_ACTIVE);
    if (e.has & OTHER_HAS_VERSION)
        e.version = (uint8_t)random_u64();
    if (e.has & OTHER_HAS_GROUP)
        e.group = (uint16_t)random_u64();
    if (e.has & OTHER_HAS_PRIO)
        e.prio = (uint32_t)random_u64();
    if (e.has & OTHER_HAS_TIMES) {
        e.hello = (usec)random_range(0, UINT32_MAX) * MILLISECOND;
        e.hold = (usec)random_range(0, UINT32_MAX) * MILLISECOND;
    }
    if (e.has & OTHER_HAS_CARP) {
        e.advbase = (uint8_t)random_u64();
        e.advskew = (uint8_t)random_u64();
    }
    if (random_bool())
        e.ip = random_ip(random_bool() ? 4 : 6);
    return e;
}

static void others_are_read_back(void **unused)
{
    static struct address_buffer made;
    (void)unused;
    random_start("others_are_read_back");
    for (int i = 0; i < ROUNDS; i++) {
        struct origin o = random_origin(), o2;
        struct advert a = random_advert(&made), a2;
        struct other_event e = random_other(), b;
        struct writer w = {.buffer = text, .size = sizeof(text)};
        const char *where = "";
        a.has &= HAS_IP | HAS_SMAC | HAS_DMAC | (random_bool() ? HAS_VRID : 0u);
        write_other(&w, (stamp){i}, &o, &a, &e);
        parse_written(&w);
        if (!read_other(&l, &o2, &a2, &b, &where))
            fail_msg("%s: %.*s", where, (int)w.length, text);
        assert_same_origin(&o, &o2);
        assert_true(a.has == a2.has && a.af == a2.af && ip_equal(&a.src, &a2.src) && ip_equal(&a.dst, &a2.dst));
        assert_true(e.proto == b.proto && e.has == b.has && e.op == b.op && e.state == b.state);
        assert_true(e.version == b.version && e.group == b.group && e.prio == b.prio && ip_equal(&e.ip, &b.ip));
        assert_true(e.hello == b.hello && e.hold == b.hold && e.advbase == b.advbase && e.advskew == b.advskew);
    }
}

static void links_are_read_back(void **unused)
{
    (void)unused;
    random_start("links_are_read_back");
    for (int i = 0; i < ROUNDS; i++) {
        struct link_event e = {.state = (enum link_state)random_range(LINK_UP, LINK_GONE), .has_mac = random_bool()}, b;
        struct writer w = {.buffer = text, .size = sizeof(text)};
        const char *where = "";
        random_text(e.ifname, sizeof(e.ifname));
        if (e.has_mac)
            e.mac = random_mac();
        e.mtu = random_bool() ? 0 : (uint32_t)random_u64();
        if (random_bool())
            e.primary4 = random_ip(4);
        if (random_bool())
            e.primary6 = random_ip(6);
        if (random_bool())
            e.other4 = random_ip(4);
        if (random_bool())
            e.other6 = random_ip(6);
        write_link(&w, (stamp){i}, &e);
        parse_written(&w);
        assert_true(read_link(&l, &b, &where));
        assert_string_equal(e.ifname, b.ifname);
        assert_true(e.state == b.state && e.has_mac == b.has_mac && e.mtu == b.mtu);
        assert_memory_equal(&e.mac, &b.mac, sizeof(e.mac));
        assert_true(ip_equal(&e.primary4, &b.primary4) && ip_equal(&e.primary6, &b.primary6));
        assert_true(ip_equal(&e.other4, &b.other4) && ip_equal(&e.other6, &b.other6));
    }
}

static void clocks_and_tracks_are_read_back(void **unused)
{
    (void)unused;
    random_start("clocks_and_tracks_are_read_back");
    for (int i = 0; i < ROUNDS; i++) {
        struct clock_event e = {.time = {(int64_t)(random_u64() >> 1)}, .mono = {(int64_t)(random_u64() >> 1)}}, b;
        struct track_event t = {.up = random_bool()}, u;
        struct writer w = {.buffer = text, .size = sizeof(text)};
        const char *where = "";
        maybe_text(e.boot, sizeof(e.boot));
        e.source = (enum clock_source)random_range(SOURCE_NONE, SOURCE_FILE);
        e.by_elect = random_bool();
        write_clock(&w, &e);
        parse_written(&w);
        assert_true(read_clock(&l, &b, &where));
        assert_true(e.time.ns == b.time.ns && e.mono.us == b.mono.us && e.source == b.source &&
                    e.by_elect == b.by_elect);
        assert_string_equal(e.boot, b.boot);

        w.length = 0;
        random_text(t.name, sizeof(t.name));
        t.for_ = random_bool() ? 0 : (usec)random_range(1, 86400000000);
        t.has_value = random_bool();
        t.value = t.has_value ? (int32_t)random_u64() : 0;
        write_track(&w, (stamp){i}, &t);
        parse_written(&w);
        assert_true(read_track(&l, &u, &where));
        assert_string_equal(t.name, u.name);
        assert_true(t.up == u.up && t.for_ == u.for_ && t.has_value == u.has_value && t.value == u.value);
    }
}

static struct identity random_identity(void)
{
    struct identity id = {.af = random_bool() ? 4 : 6, .vrid = (uint8_t)random_range(1, 255)};
    sprintf(id.ifname, "e%%%u", (unsigned)random_range(0, 99999));
    return id;
}

enum { EXCLUDED = 20, LISTED = ADVERT_ADDRESSES + EXCLUDED };

/* Some of it on other interfaces, and some that is excluded, of either family. */
static struct prefix_list random_list(uint8_t af, struct prefix *items)
{
    static char on[LISTED][IFNAME_TEXT];
    struct prefix_list list = {.count = (uint16_t)random_range(1, af == 4 ? 255 : 90), .items = items};
    if (random_bool())
        list.excluded = (uint16_t)random_range(1, EXCLUDED);
    if (random_bool())
        list.on = on;
    for (size_t i = 0; i < prefix_list_all(&list); i++) {
        uint8_t family = i < list.count || random_bool() ? af : 10 - af;
        uint8_t whole = (uint8_t)(ip_size(family) * 8);
        items[i] = (struct prefix){random_ip(family), random_bool() ? whole : (uint8_t)random_range(0, 32)};
        on[i][0] = '\0';
        if (random_range(0, 3) != 0)
            sprintf(on[i], "e,%u", (unsigned)random_range(0, 99));
    }
    strcpy(on[0], "@");
    return list;
}

static void random_style(struct address_style *style)
{
    static const char *const labels[] = {"", "a", "thirteen%byte", "\xff"};
    strcpy(style->label, labels[random_range(0, nitems(labels) - 1)]);
    style->scope = random_bool() ? 0 : (uint8_t)random_u64();
    style->preferred = random_bool();
}

static struct peer_list random_peers(uint8_t af, struct ip *peers)
{
    struct peer_list list = {.count = (uint8_t)random_range(0, 5), .items = peers};
    for (size_t i = 0; i < list.count; i++) {
        peers[i] = random_ip(af);
        peers[i].bytes[3] = (uint8_t)i; /* no two are one */
    }
    return list;
}

static void sends_are_read_back(void **unused)
{
    static struct prefix items[LISTED];
    static struct ip peers[5];
    static struct prefix_buffer buffer;
    (void)unused;
    random_start("sends_are_read_back");
    for (int i = 0; i < ROUNDS; i++) {
        struct send_event e = {.id = random_identity(), .prio = (uint8_t)random_u64()}, b;
        struct writer w = {.buffer = text, .size = sizeof(text)};
        const char *where = "";
        random_text(e.name, sizeof(e.name));
        e.version = e.id.af == 4 && random_bool() ? 2 : 3;
        e.interval = random_interval(e.version);
        e.ip = random_list(e.id.af, items);
        if (random_bool())
            e.src = random_ip(e.id.af);
        e.vmac = random_bool();
        e.cksum = random_bool() ? CKSUM_MESSAGE : CKSUM_PSEUDO;
        e.garp = (struct garp){(uint8_t)random_u64(), (usec)random_range(0, 86400000000), (uint8_t)random_u64(),
                               random_bool(), (uint32_t)random_range(0, 60000000)};
        e.garp_refresh = random_bool() ? 0 : (usec)random_range(100000, 86400000000);
        e.lease = (usec)random_range(0, 3600) * SECOND;
        e.announce = random_bool();
        e.replay = random_bool();
        e.lost_is_fault = random_bool();
        e.unaccepted = random_bool();
        e.fence = random_bool() ? 0 : (usec)random_range(30000, 86400000000);
        if (random_bool())
            e.auth = e.version == 3 ? AUTH_HMAC : random_bool() ? AUTH_AH : AUTH_PASS;
        e.seq = random_bool() ? 0 : (uint32_t)random_u64();
        if (random_bool())
            e.routes = (struct span){"default+via+192.0.2.9,10.0.0.0/8", 32};
        if (random_bool())
            e.rules = (struct span){"table+7", 7};
        e.peer = random_peers(e.id.af, peers);
        random_style(&e.style);
        write_send(&w, (stamp){i}, &e);
        parse_written(&w);
        if (!read_send(&l, &b, &buffer, &where))
            fail_msg("%s: %.*s", where, (int)w.length, text);
        assert_true(identity_equal(&e.id, &b.id));
        assert_string_equal(e.name, b.name);
        assert_true(e.version == b.version && e.prio == b.prio && e.interval == b.interval && e.vmac == b.vmac);
        assert_true(prefix_list_equal(&e.ip, &b.ip) && prefix_list_equal(&b.ip, &e.ip));
        assert_true(ip_equal(&e.src, &b.src) && e.cksum == b.cksum && e.garp_refresh == b.garp_refresh);
        assert_true(e.garp.first == b.garp.first && e.garp.delay == b.garp.delay && e.garp.second == b.garp.second);
        assert_true(e.lease == b.lease && e.announce == b.announce && e.replay == b.replay &&
                    e.lost_is_fault == b.lost_is_fault && e.unaccepted == b.unaccepted && e.fence == b.fence);
        assert_true(e.auth == b.auth && e.seq == b.seq);
        assert_true(span_equal(e.routes, b.routes) && span_equal(e.rules, b.rules));
        assert_true(peer_list_equal(&e.peer, &b.peer));
        assert_true(address_style_equal(&e.style, &b.style));
        assert_true(e.garp.reply == b.garp.reply && e.garp.pace == b.garp.pace);
    }
}

static void states_are_read_back(void **unused)
{
    static struct prefix items[LISTED];
    static struct prefix_buffer buffer;
    (void)unused;
    random_start("states_are_read_back");
    for (int i = 0; i < ROUNDS; i++) {
        struct state_event e = {.id = random_identity(), .prio = (uint8_t)random_u64()}, b;
        struct writer w = {.buffer = text, .size = sizeof(text)};
        const char *where = "";
        random_text(e.name, sizeof(e.name));
        maybe_text(e.why, sizeof(e.why));
        e.from = (enum router_state)random_range(ROUTER_INIT, ROUTER_FAULT);
        e.to = (enum router_state)random_range(ROUTER_INIT, ROUTER_FAULT);
        e.version = e.id.af == 4 && random_bool() ? 2 : 3;
        e.interval = random_interval(e.version);
        e.ip = random_list(e.id.af, items);
        if (random_bool())
            e.ip = (struct prefix_list){0};
        e.replay = random_bool();
        maybe_text(e.group, sizeof(e.group));
        e.vmac = random_bool();
        if (random_bool())
            e.routes = (struct span){"default+via+192.0.2.9,10.0.0.0/8", 32};
        if (random_bool())
            e.rules = (struct span){"table+7", 7};
        write_state(&w, (stamp){i}, &e);
        parse_written(&w);
        assert_true(read_state(&l, &b, &buffer, &where));
        assert_true(identity_equal(&e.id, &b.id));
        assert_string_equal(e.name, b.name);
        assert_string_equal(e.why, b.why);
        assert_string_equal(e.group, b.group);
        assert_true(e.from == b.from && e.to == b.to && e.version == b.version && e.prio == b.prio);
        assert_true(e.interval == b.interval && e.replay == b.replay && e.vmac == b.vmac);
        assert_true(span_equal(e.routes, b.routes) && span_equal(e.rules, b.rules));
        assert_true(prefix_list_equal(&e.ip, &b.ip) && prefix_list_equal(&b.ip, &e.ip));
    }
}

/* At each size of the buffer the whole line or nothing. */
static void no_buffer_is_too_small(void **unused)
{
    static struct address_buffer addresses;
    static struct prefix items[LISTED];
    (void)unused;
    random_start("no_buffer_is_too_small");
    for (size_t size = 0; size <= 400; size++) {
        char *small = malloc(size > 0 ? size : 1);
        assert_non_null(small);
        struct origin o = random_origin();
        struct advert a = random_advert(&addresses);
        struct identity id = random_identity();
        struct send_event send = {.id = id, .version = 3, .interval = SECOND, .ip = random_list(id.af, items)};
        struct state_event state = {.id = id, .version = 3, .interval = SECOND, .ip = send.ip};
        struct link_event link = {
            .ifname = "eth0", .has_mac = true, .primary4 = random_ip(4), .primary6 = random_ip(6)};
        struct clock_event clock = {.boot = "3b1c-boot", .source = SOURCE_LIVE};
        const struct other_event other = random_other();
        const struct announce_event announce = {.ip = random_ip(id.af), .flags = 2 * ANNOUNCE_UNICAST - 1};
        for (int event = 0; event < 10; event++) {
            struct writer w = {.buffer = small, .size = size};
            switch (event) {
            case 0:
                write_advert(&w, (stamp){1}, &o, &a);
                break;
            case 1:
                write_bad(&w, (stamp){1}, &o, &a, VERDICT_CHECKSUM);
                break;
            case 2:
                write_other(&w, (stamp){1}, &o, &a, &other);
                break;
            case 3:
                write_send(&w, (stamp){1}, &send);
                break;
            case 4:
                write_state(&w, (stamp){1}, &state);
                break;
            case 5:
                write_link(&w, (stamp){1}, &link);
                break;
            case 6:
                write_clock(&w, &clock);
                break;
            case 7:
                write_announce(&w, (stamp){1}, &o, &announce);
                break;
            case 8:
                write_tick(&w, (stamp){1}, SECOND);
                break;
            default:
                write_lost(&w, (stamp){1}, "vrrp-listen", 7);
                break;
            }
            assert_int_equal(w.full, w.length == 0);
            assert_true(w.length <= size && (w.full || small[w.length - 1] == '\n'));
        }
        free(small);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adverts_are_read_back),       cmocka_unit_test(bad_lines_are_read_back),
        cmocka_unit_test(announcements_are_read_back), cmocka_unit_test(others_are_read_back),
        cmocka_unit_test(links_are_read_back),         cmocka_unit_test(clocks_and_tracks_are_read_back),
        cmocka_unit_test(sends_are_read_back),         cmocka_unit_test(states_are_read_back),
        cmocka_unit_test(no_buffer_is_too_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
