/* Events as written by hand: the exact text of each, what a reader asks for, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/event.h"

static char text[LINE_BYTES];

static struct ip ip_of(const char *s)
{
    struct ip ip;
    assert_true(ip_parse(&ip, s, strlen(s)));
    return ip;
}

static void assert_written(const struct writer *w, const char *expected)
{
    assert_false(w->full);
    if (w->length != strlen(expected) || memcmp(text, expected, w->length) != 0)
        fail_msg("%.*sinstead of\n%s", (int)w->length, text, expected);
}

static struct writer writer(void)
{
    return (struct writer){.buffer = text, .size = sizeof(text)};
}

static void keys_keep_their_order(void **unused)
{
    static const uint8_t addresses[] = {192, 0, 2, 1, 192, 0, 2, 2};
    const struct origin o = {"lan", "r1", "eth0", 10, DIR_IN}, unknown = {.dir = DIR_UNKNOWN};
    struct advert a = {
        .has = 0x7ff,
        .flags = FLAG_TRAILING | FLAG_DST_MAC,
        .smac = {{2, 0, 0, 0, 0, 1}},
        .dmac = {{1, 0, 0x5e, 0, 0, 0x12}},
        .af = 4,
        .src = ip_of("192.0.2.9"),
        .dst = ip_of("224.0.0.18"),
        .ttl = 255,
        .version = 2,
        .type = 1,
        .vrid = 51,
        .prio = 150,
        .interval = SECOND,
        .cksum = CKSUM_MESSAGE,
        .auth = AUTH_AH,
        .seq = 7,
        .count = 2,
        .addresses = addresses,
    };
    const stamp t = {1500000000};
    struct writer w;
    (void)unused;
    w = writer();
    write_advert(&w, t, &o, &a);
    assert_written(&w,
                   "1.500000000 advert seg=lan host=r1 if=eth0 vlan=10 af=4 vrid=51 dir=in ver=2 prio=150 interval=1s "
                   "src=192.0.2.9 dst=224.0.0.18 ttl=255 smac=02:00:00:00:00:01 dmac=01:00:5e:00:00:12 "
                   "cksum=message auth=ah:unchecked seq=7 flags=trailing,dst-mac ip=192.0.2.1,192.0.2.2\n");
    w = writer();
    write_bad(&w, t, &o, &a, VERDICT_TTL);
    assert_written(&w,
                   "1.500000000 bad seg=lan host=r1 if=eth0 vlan=10 af=4 vrid=51 dir=in why=ttl ver=2 type=1 prio=150 "
                   "interval=1s src=192.0.2.9 dst=224.0.0.18 ttl=255 smac=02:00:00:00:00:01 "
                   "dmac=01:00:5e:00:00:12 cksum=message auth=ah:unchecked seq=7 flags=trailing,dst-mac "
                   "ip=192.0.2.1,192.0.2.2\n");
    w = writer();
    write_other(&w, t, &o, &a, &(struct other_event){.proto = OTHER_CARP, .has = OTHER_HAS_CARP, .advbase = 1});
    assert_written(&w, "1.500000000 other seg=lan host=r1 if=eth0 vlan=10 af=4 vrid=51 dir=in proto=carp src=192.0.2.9 "
                       "dst=224.0.0.18 ttl=255 smac=02:00:00:00:00:01 dmac=01:00:5e:00:00:12 advbase=1 advskew=0\n");
    a.has = 0;
    a.flags = 0;
    w = writer();
    write_bad(&w, t, &unknown, &a, VERDICT_SHORT);
    assert_written(&w, "1.500000000 bad why=short\n");
    a.has = HAS_CKSUM;
    a.cksum = CKSUM_NONE;
    w = writer();
    write_bad(&w, t, &unknown, &a, VERDICT_CHECKSUM);
    assert_written(&w, "1.500000000 bad why=checksum cksum=none\n");
    a.auth = AUTH_NONE;
    a.has = HAS_IP | HAS_VRID;
    w = writer();
    write_advert(&w, t, &unknown, &a);
    assert_written(&w,
                   "1.500000000 advert af=4 vrid=51 ver=2 prio=150 interval=1s src=192.0.2.9 dst=224.0.0.18 ttl=255 "
                   "auth=none\n");
}

static void announcements_and_other_protocols(void **unused)
{
    const struct origin o = {"lan", "r1", "eth0", 10, DIR_OUT}, unknown = {.dir = DIR_UNKNOWN};
    const struct mac mac = {{2, 0, 0, 0, 0, 1}}, smac = {{2, 0, 0, 0, 0, 2}};
    const struct announce_event all = {ip_of("fe80::1"), ANNOUNCE_NA, 0x7f, true, mac, true, smac, 51};
    const struct announce_event least = {.ip = ip_of("192.0.2.1"), .op = ANNOUNCE_GARP};
    const struct advert a = {.has = HAS_IP, .af = 4, .src = ip_of("192.0.2.9"), .dst = ip_of("224.0.0.102"), .ttl = 1};
    const struct other_event hsrp = {
        .proto = OTHER_HSRP,
        .has = OTHER_HAS_VERSION | OTHER_HAS_GROUP | OTHER_HAS_PRIO | OTHER_HAS_TIMES,
        .version = 2,
        .op = OTHER_COUP,
        .state = OTHER_SPEAK,
        .group = 700,
        .prio = 110,
        .hello = 250 * MILLISECOND,
        .hold = 10 * SECOND,
        .ip = ip_of("192.0.2.4"),
    };
    const stamp t = {1500000000};
    struct writer w = writer();
    (void)unused;
    write_announce(&w, t, &o, &all);
    assert_written(&w, "1.500000000 announce seg=lan host=r1 if=eth0 vlan=10 af=6 vrid=51 dir=out ip=fe80::1 "
                       "mac=02:00:00:00:00:01 op=na "
                       "flags=reply-form,router,solicited,override,src-mac,dst-mac,unicast smac=02:00:00:00:00:02\n");
    w = writer();
    write_announce(&w, t, &unknown, &least);
    assert_written(&w, "1.500000000 announce af=4 ip=192.0.2.1 op=garp\n");
    w = writer();
    write_other(&w, t, &unknown, &a, &hsrp);
    assert_written(&w, "1.500000000 other af=4 proto=hsrp src=192.0.2.9 dst=224.0.0.102 ttl=1 ver=2 op=coup group=700 "
                       "state=speak prio=110 hello=250ms hold=10s ip=192.0.2.4\n");
    w = writer();
    write_other(&w, t, &unknown, &(struct advert){.has = 0}, &(struct other_event){.proto = OTHER_GLBP});
    assert_written(&w, "1.500000000 other proto=glbp\n");
}

static void what_elect_and_sources_write(void **unused)
{
    const struct prefix items[] = {{ip_of("192.0.2.1"), 24}, {ip_of("192.0.2.2"), 32}};
    const struct ip peers[] = {ip_of("192.0.2.8"), ip_of("198.51.100.1")};
    const struct send_event send = {
        .id = {"eth0", 4, 51},
        .name = "web",
        .version = 3,
        .prio = 0,
        .interval = 100 * MILLISECOND,
        .ip = {.count = 2, .items = items},
        .src = ip_of("192.0.2.9"),
        .vmac = true,
        .cksum = CKSUM_PSEUDO,
        .garp = {.first = 5, .delay = 5 * SECOND, .second = 5},
        .lease = 4 * SECOND,
        .announce = true,
        .replay = true,
        .fence = 300 * MILLISECOND,
        .auth = AUTH_AH,
        .seq = 7,
        .peer = {2, peers},
    };
    const struct state_event state = {
        .id = {"eth0", 4, 51},
        .name = "web",
        .from = ROUTER_BACKUP,
        .to = ROUTER_ACTIVE,
        .why = "timed-out",
        .version = 3,
        .prio = 150,
        .interval = SECOND,
        .ip = {.count = 1, .items = items},
    };
    const struct link_event link = {
        .ifname = "eth0",
        .state = LINK_DOWN,
        .has_mac = true,
        .mac = {{2, 0, 0, 0, 0, 1}},
        .mtu = 1500,
        .primary4 = ip_of("192.0.2.9"),
        .primary6 = ip_of("fe80::9"),
        .other4 = ip_of("192.0.2.8"),
        .other6 = ip_of("fe80::8"),
    };
    const struct clock_event clock = {{1500000000}, {12000345}, "b00t", SOURCE_LIVE, true, false, {0}};
    const stamp t = {1500000000};
    struct writer w;
    (void)unused;
    w = writer();
    write_send(&w, t, &send);
    assert_written(&w, "1.500000000 send if=eth0 af=4 vrid=51 name=web ver=3 prio=0 interval=100ms "
                       "ip=192.0.2.1/24,192.0.2.2 src=192.0.2.9 vmac=yes cksum=pseudo garp=5,5s,5 garp-refresh=0s "
                       "lease=4s announce=yes replay=yes fence=300ms auth=ah seq=7 peer=192.0.2.8,198.51.100.1\n");
    struct prefix_list listed = {.items = items, .on = (char[2][IFNAME_TEXT]){"", "eth1"}, .count = 1, .excluded = 1};
    struct send_event styled = send;
    styled.ip = listed;
    styled.style = (struct address_style){"web", 253, true};
    styled.unaccepted = true;
    styled.garp.reply = true;
    styled.garp.pace = 2000;
    w = writer();
    write_send(&w, t, &styled);
    assert_written(&w,
                   "1.500000000 send if=eth0 af=4 vrid=51 name=web ver=3 prio=0 interval=100ms ip=192.0.2.1/24 "
                   "src=192.0.2.9 vmac=yes cksum=pseudo garp=5,5s,5 garp-refresh=0s lease=4s announce=yes "
                   "replay=yes fence=300ms auth=ah seq=7 peer=192.0.2.8,198.51.100.1 excluded=192.0.2.2@eth1 label=web "
                   "scope=link preferred=yes accept=no garp-op=reply garp-pace=2ms\n");
    w = writer();
    write_state(&w, t, &state);
    assert_written(&w, "1.500000000 state if=eth0 af=4 vrid=51 name=web from=backup to=active why=timed-out ver=3 "
                       "prio=150 interval=1s ip=192.0.2.1/24\n");
    struct state_event listing = state;
    listing.ip = listed;
    listing.unaccepted = true;
    memcpy(listing.group, "g", 2);
    w = writer();
    write_state(&w, t, &listing);
    assert_written(&w, "1.500000000 state if=eth0 af=4 vrid=51 name=web from=backup to=active why=timed-out ver=3 "
                       "prio=150 interval=1s ip=192.0.2.1/24 group=g excluded=192.0.2.2@eth1 accept=no\n");
    w = writer();
    write_link(&w, t, &link);
    assert_written(&w, "1.500000000 link if=eth0 state=down mac=02:00:00:00:00:01 mtu=1500 primary4=192.0.2.9 "
                       "primary6=fe80::9 other4=192.0.2.8 other6=fe80::8\n");
    w = writer();
    write_clock(&w, &clock);
    assert_written(&w, "1.500000000 clock mono=12.000345 boot=b00t source=live by=elect\n");
    w = writer();
    write_tick(&w, t, 100 * MILLISECOND);
    assert_written(&w, "1.500000000 tick every=100ms\n");
    w = writer();
    write_lost(&w, t, "vrrp-listen", 12);
    assert_written(&w, "1.500000000 lost where=vrrp-listen n=12\n");
    struct stage_event stage = {.name = "vrrp-elect", .pid = 4711};
    w = writer();
    write_stage(&w, t, &stage);
    assert_written(&w, "1.500000000 stage name=vrrp-elect pid=4711 state=started\n");
    stage.ended = true;
    stage.status = 3;
    w = writer();
    write_stage(&w, t, &stage);
    assert_written(&w, "1.500000000 stage name=vrrp-elect pid=4711 state=ended status=3\n");
    stage.signal = 9;
    w = writer();
    write_stage(&w, t, &stage);
    assert_written(&w, "1.500000000 stage name=vrrp-elect pid=4711 state=ended signal=9\n");
    stage.error = "ENOENT";
    w = writer();
    write_stage(&w, t, &stage);
    assert_written(&w, "1.500000000 stage name=vrrp-elect pid=4711 state=ended err=ENOENT\n");
}

/* Which event's reader takes the line; *where is "" when it does. */
static const char *read_any(const char *s)
{
    static struct prefix_buffer prefixes;
    static struct address_buffer addresses;
    struct line l;
    struct span at;
    const char *where = "";
    if (line_parse(&l, s, strlen(s), &at) != LINE_OK)
        fail_msg("%s: %.*s", s, (int)at.len, at.at);
    bool right = false;
    struct origin o;
    struct advert a;
    if (span_is(l.event, "advert"))
        right = read_advert(&l, &o, &a, &addresses, &where);
    else if (span_is(l.event, "bad"))
        right = read_bad(&l, &o, &a, &(enum verdict){VERDICT_OK}, &addresses, &where);
    else if (span_is(l.event, "announce"))
        right = read_announce(&l, &o, &(struct announce_event){.flags = 0}, &where);
    else if (span_is(l.event, "other"))
        right = read_other(&l, &o, &a, &(struct other_event){.has = 0}, &where);
    else if (span_is(l.event, "link"))
        right = read_link(&l, &(struct link_event){.mtu = 0}, &where);
    else if (span_is(l.event, "clock"))
        right = read_clock(&l, &(struct clock_event){.by_elect = false}, &where);
    else if (span_is(l.event, "send"))
        right = read_send(&l, &(struct send_event){.prio = 0}, &prefixes, &where);
    else if (span_is(l.event, "state"))
        right = read_state(&l, &(struct state_event){.prio = 0}, &prefixes, &where);
    else if (span_is(l.event, "track"))
        right = read_track(&l, &(struct track_event){.up = false}, &where);
    assert_int_equal(right, where[0] == '\0');
    return where;
}

static void what_must_be_there_and_right(void **unused)
{
#define ADVERT "advert af=4 vrid=1 ver=3 prio=1 interval=1s src=192.0.2.2"
#define SEND   "send if=e vrid=1 ip=192.0.2.1 prio=1"
#define STATE  "state if=e af=4 vrid=1 from=init to=backup"
    static const struct {
        const char *line, *where;
    } rows[] = {
        {ADVERT, ""},
        {ADVERT " new=1 flags=new,trailing", ""},
        {"advert vrid=1 ver=3 prio=1 interval=1s src=192.0.2.2", "af"},
        {"advert af=4 ver=3 prio=1 interval=1s src=192.0.2.2", "vrid"},
        {"advert af=4 vrid=1 prio=1 interval=1s src=192.0.2.2", "ver"},
        {"advert af=4 vrid=1 ver=3 interval=1s src=192.0.2.2", "prio"},
        {"advert af=4 vrid=1 ver=3 prio=1 src=192.0.2.2", "interval"},
        {"advert af=4 vrid=1 ver=3 prio=1 interval=1s", "src"},
        {"advert af=5 vrid=1 ver=3 prio=1 interval=1s src=192.0.2.2", "af"},
        {"advert af=4 vrid=0 ver=3 prio=1 interval=1s src=192.0.2.2", "vrid"},
        {"advert af=4 vrid=1 ver=4 prio=1 interval=1s src=192.0.2.2", "ver"},
        {"advert af=6 vrid=1 ver=2 prio=1 interval=1s src=fe80::1", "ver"},
        {"advert af=4 vrid=1 ver=3 prio=256 interval=1s src=192.0.2.2", "prio"},
        {"advert af=4 vrid=1 ver=3 prio=0 interval=1s src=192.0.2.2", ""},
        {"advert af=4 vrid=1 ver=3 prio=1 interval=0s src=192.0.2.2", "interval"},
        {"advert af=4 vrid=1 ver=3 prio=1 interval=15ms src=192.0.2.2", "interval"},
        {"advert af=4 vrid=1 ver=2 prio=1 interval=100ms src=192.0.2.2", "interval"},
        {"advert af=4 vrid=1 ver=3 prio=1 interval=1s src=fe80::1", "src"},
        {"advert af=6 vrid=1 ver=3 prio=1 interval=1s src=192.0.2.2", "src"},
        {ADVERT " dst=fe80::1", "dst"},
        {ADVERT " ttl=256", "ttl"},
        {ADVERT " smac=1", "smac"},
        {ADVERT " dmac=1", "dmac"},
        {ADVERT " dir=up", "dir"},
        {ADVERT " dir=out", ""},
        {ADVERT " vlan=0", "vlan"},
        {ADVERT " vlan=4095", "vlan"},
        {ADVERT " if=sixteen-bytes-xx", "if"},
        {ADVERT " cksum=other", "cksum"},
        {ADVERT " auth=pass:ok", ""},
        {ADVERT " auth=none:ok", "auth"},
        {ADVERT " auth=pass", "auth"},
        {ADVERT " seq=18446744073709551616", "seq"},
        {ADVERT " ip=192.0.2.1,fe80::1", "ip"},
        {ADVERT " ip=192.0.2.1,", "ip"},
        {ADVERT " ip=192.0.2.1/24", "ip"},
        {"bad why=short", ""},
        {"bad why=vrid-zero af=4 vrid=0 ver=15 type=15 interval=0s new=1", ""},
        {"bad af=4", "why"},
        {"bad why=ok", "why"},
        {"bad why=carp", "why"},
        {"bad why=short af=5", "af"},
        {"bad why=short vrid=256", "vrid"},
        {"bad why=short ver=16", "ver"},
        {"bad why=short ver=3 type=16", "type"},
        {"bad why=short prio=x", "prio"},
        {"bad why=short interval=1", "interval"},
        {"bad why=short af=4 src=fe80::1", "src"},
        {"bad why=short af=4 ip=fe80::1", "ip"},
        {"announce af=4 ip=192.0.2.1 op=garp", ""},
        {"announce af=6 ip=fe80::1 op=na flags=router,new mac=02:00:00:00:00:01 new=1", ""},
        {"announce af=4 vrid=255 ip=192.0.2.1 op=garp", ""},
        {"announce af=4 vrid=0 ip=192.0.2.1 op=garp", "vrid"},
        {"announce af=4 vrid=256 ip=192.0.2.1 op=garp", "vrid"},
        {"announce ip=192.0.2.1 op=garp", "af"},
        {"announce af=4 op=garp", "ip"},
        {"announce af=6 ip=192.0.2.1 op=na", "ip"},
        {"announce af=4 ip=192.0.2.1,192.0.2.2 op=garp", "ip"},
        {"announce af=4 ip=192.0.2.1", "op"},
        {"announce af=4 ip=192.0.2.1 op=hello", "op"},
        {"announce af=4 ip=192.0.2.1 op=garp mac=x", "mac"},
        {"announce af=4 ip=192.0.2.1 op=garp smac=x", "smac"},
        {"announce af=4 ip=192.0.2.1 op=garp dir=up", "dir"},
        {"announce af=4 ip=192.0.2.1 op=garp vlan=0", "vlan"},
        {"other proto=carp", ""},
        {"other proto=hsrp af=6 src=fe80::1 ip=192.0.2.1 new=1", ""},
        {"other af=4", "proto"},
        {"other proto=vrrp", "proto"},
        {"other proto=hsrp op=garp", "op"},
        {"other proto=hsrp state=backup", "state"},
        {"other proto=hsrp group=65536", "group"},
        {"other proto=hsrp prio=4294967296", "prio"},
        {"other proto=hsrp hello=3", "hello"},
        {"other proto=hsrp hello=3s hold=x", "hold"},
        {"other proto=carp advbase=256", "advbase"},
        {"other proto=carp advbase=1 advskew=256", "advskew"},
        {"other proto=hsrp ip=x", "ip"},
        {"other proto=hsrp ver=256", "ver"},
        {"link if=e state=up", ""},
        {"link state=up", "if"},
        {"link if=e", "state"},
        {"link if=e state=sideways", "state"},
        {"link if=e state=up mtu=x", "mtu"},
        {"link if=e state=up primary4=fe80::1", "primary4"},
        {"link if=e state=up primary6=192.0.2.1", "primary6"},
        {"link if=e state=up other4=fe80::1", "other4"},
        {"link if=e state=up other6=192.0.2.1", "other6"},
        {"link if=e state=up mac=x", "mac"},
        {"1 clock mono=1.5", ""},
        {"clock mono=1.5", "TIME"},
        {"1 clock", "mono"},
        {"1 clock mono=1.5s", "mono"},
        {"1 clock mono=1 source=tape", "source"},
        {SEND, ""},
        {"send vrid=1 ip=192.0.2.1 prio=1", "if"},
        {"send if=e ip=192.0.2.1 prio=1", "vrid"},
        {"send if=e vrid=1 prio=1", "ip"},
        {"send if=e vrid=1 ip=192.0.2.1", "prio"},
        {"send if=a/b vrid=1 ip=192.0.2.1 prio=1", "if"},
        {SEND " af=6", "ip"},
        {SEND " af=5", "af"},
        {SEND " ver=1", "ver"},
        {"send if=e vrid=1 ip=fe80::1 prio=1 ver=2", "ver"},
        {SEND " interval=1ms", "interval"},
        {SEND " ver=2 interval=100ms", "interval"},
        {SEND " src=fe80::1", "src"},
        {SEND " vmac=maybe", "vmac"},
        {SEND " cksum=auto", "cksum"},
        {SEND " garp=x", "garp"},
        {SEND " garp-op=x", "garp-op"},
        {SEND " garp-pace=x", "garp-pace"},
        {SEND " excluded=192.0.2.2@eth1,fe80::1", ""},
        {SEND " excluded=192.0.2.2,", "excluded"},
        {SEND " label=a:b", "label"},
        {SEND " scope=x", "scope"},
        {SEND " preferred=x", "preferred"},
        {SEND " accept=x", "accept"},
        {SEND " garp-refresh=1ms", "garp-refresh"},
        {SEND " lease=1500ms", "lease"},
        {SEND " lease=25h", "lease"},
        {SEND " announce=1", "announce"},
        {SEND " replay=true", "replay"},
        {SEND " fence=30ms", ""},
        {SEND " fence=29999us", "fence"},
        {SEND " fence=yes", "fence"},
        {SEND " auth=hmac", ""},
        {SEND " auth=none", ""},
        {SEND " auth=ah", "auth"},
        {SEND " auth=hmac:permissive", "auth"},
        {SEND " seq=4294967296", "seq"},
        {SEND " peer=192.0.2.8,198.51.100.1", ""},
        {SEND " peer=192.0.2.8/24", "peer"},
        {SEND " peer=192.0.2.8,192.0.2.8", "peer"},
        {SEND " peer=fe80::1", "peer"},
        {SEND " peer=224.0.0.18", "peer"},
        {SEND " err=ENETDOWN", ""},
        {STATE, ""},
        {"state if=e vrid=1 from=init to=backup", "af"},
        {"state if=e vrid=1 from=init to=backup ip=fe80::1", ""},
        {"state if=e af=4 vrid=1 to=backup", "from"},
        {"state if=e af=4 vrid=1 from=init", "to"},
        {"state if=e af=4 vrid=1 from=init to=master", "to"},
        {STATE " prio=300", "prio"},
        {STATE " ip=x", "ip"},
        {STATE " interval=x", "interval"},
        {STATE " replay=x", "replay"},
        {"track name=web state=up", ""},
        {"track name=web state=down for=1s", ""},
        {"track state=up", "name"},
        {"track name=web", "state"},
        {"track name=web state=maybe", "state"},
        {"track name=web state=up for=1", "for"},
        {"track name=web state=up value=-2147483648", ""},
        {"track name=web state=up value=2147483647", ""},
        {"track name=web state=up value=-2147483649", "value"},
        {"track name=web state=up value=-0", "value"},
        {"track name=web state=up value=+1", "value"},
    };
    (void)unused;
    for (size_t i = 0; i < nitems(rows); i++)
        if (strcmp(read_any(rows[i].line), rows[i].where) != 0)
            fail_msg("%s: '%s'", rows[i].line, read_any(rows[i].line));
}

static void defaults_of_a_send_by_hand(void **unused)
{
    static struct prefix_buffer prefixes;
    struct line l;
    struct span at;
    struct send_event e;
    const char *where;
    (void)unused;
    static const char s[] = "send if=eth0 vrid=7 prio=100 ip=fe80::1,2001:db8::1/64";
    assert_int_equal(line_parse(&l, s, sizeof(s) - 1, &at), LINE_OK);
    assert_true(read_send(&l, &e, &prefixes, &where));
    assert_int_equal(e.id.af, 6);
    assert_string_equal(e.name, "eth0-v6-7");
    assert_int_equal(e.version, 3);
    assert_int_equal(e.interval, SECOND);
    assert_int_equal(e.cksum, CKSUM_PSEUDO);
    assert_true(e.garp.first == 5 && e.garp.delay == 5 * SECOND && e.garp.second == 5);
    assert_true(e.garp_refresh == 0 && e.lease == 0 && !e.vmac && !e.announce && !e.replay && e.src.family == 0);
    assert_int_equal(e.fence, 0);
    assert_int_equal(e.ip.items[1].length, 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_keep_their_order),        cmocka_unit_test(announcements_and_other_protocols),
        cmocka_unit_test(what_elect_and_sources_write), cmocka_unit_test(what_must_be_there_and_right),
        cmocka_unit_test(defaults_of_a_send_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
