/* `vr` lines: every key, its default, its range, and what is said when it is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/config.h"

static struct prefix_buffer buffer;
static struct config_error error;

static bool parse(struct vr_config *c, const char *text, size_t len)
{
    static struct line l;
    struct span where;
    if (line_parse(&l, text, len, &where) != LINE_OK)
        fail_msg("%.*s: %.*s", (int)len, text, (int)where.len, where.at);
    return config_parse(c, &buffer, &l, &error);
}

static void defaults(void **unused)
{
    struct vr_config c;
    (void)unused;
    assert_true(parse(&c, "vr if=eth0 vrid=51 ip=192.0.2.1", 31));
    assert_string_equal(c.id.ifname, "eth0");
    assert_int_equal(c.id.af, 4);
    assert_int_equal(c.id.vrid, 51);
    assert_string_equal(c.name, "eth0-v4-51");
    assert_int_equal(c.version, 3);
    assert_int_equal(c.prio, 100);
    assert_int_equal(c.interval, SECOND);
    assert_int_equal(c.ip.count, 1);
    assert_int_equal(c.ip.items[0].length, 32);
    assert_int_equal(c.src.family, 0);
    assert_true(c.preempt);
    assert_int_equal(c.preempt_delay, 0);
    assert_int_equal(c.startup_delay, 0);
    assert_int_equal(c.down_factor, 3);
    assert_false(c.vmac);
    assert_int_equal(c.cksum, CKSUM_NONE);
    assert_int_equal(c.garp.first, 5);
    assert_int_equal(c.garp.delay, 5 * SECOND);
    assert_int_equal(c.garp.second, 5);
    assert_int_equal(c.garp_refresh, 0);
    assert_int_equal(c.track_count, 0);
    assert_false(c.fence);
    assert_int_equal(c.auth, AUTH_NONE);
    assert_int_equal(c.peer.count, 0);
    assert_int_equal(c.ttl.min, 255);
    assert_int_equal(c.ttl.max, 255);
    assert_true(c.accept);
    assert_false(c.strict);
    assert_false(c.init_active);
    assert_false(c.last_advert);
}

static void every_key(void **unused)
{
    static const char text[] =
        "vr if=a%20b vrid=255 name=web%20one ver=2 prio=255 interval=255s "
        "ip=192.0.2.1/24,192.0.2.2 src=192.0.2.9 af=4 preempt=no preempt-delay=1.5s "
        "startup-delay=24h down-factor=100 vmac=yes cksum=message garp=1,0s,0 "
        "garp-refresh=100ms track=web,vip:x:-30,up:+20,n%3A1:254,not:maint,not:b:-5,load:*-2,not%3Ax fence=yes "
        "auth=ah:receive-only peer=192.0.2.8,198.51.100.1 ttl=64..254 accept=no last-advert=yes "
        "route=default+via+192.0.2.9,blackhole+10.0.0.0/8 rule=table+7";
    static const char good[] = "vr if=e vrid=1 ip=fe80::1,2001:db8::1/64 name=x prio=255 interval=10ms garp=3,200ms "
                               "cksum=pseudo src=fe80::1 strict=yes init=active";
    struct vr_config c;
    (void)unused;
    assert_false(parse(&c, text, sizeof(text) - 1)); /* a blank in an interface's name */
    assert_string_equal(error.reason, "if: an interface's name: 1..15 bytes without / : or blank");
    char *fixed = strdup(text);
    memcpy(strstr(fixed, "a%20b"), "a%2Db", 5);
    assert_true(parse(&c, fixed, strlen(fixed)));
    free(fixed);
    assert_string_equal(c.id.ifname, "a-b");
    assert_string_equal(c.name, "web one");
    assert_int_equal(c.version, 2);
    assert_int_equal(c.prio, 255);
    assert_int_equal(c.interval, 255 * SECOND);
    assert_int_equal(c.ip.count, 2);
    assert_int_equal(c.ip.items[0].length, 24);
    assert_int_equal(c.src.bytes[3], 9);
    assert_false(c.preempt);
    assert_int_equal(c.preempt_delay, 1500 * MILLISECOND);
    assert_int_equal(c.startup_delay, 24 * 3600 * SECOND);
    assert_int_equal(c.down_factor, 100);
    assert_true(c.vmac);
    assert_int_equal(c.cksum, CKSUM_MESSAGE);
    assert_int_equal(c.garp.first, 1);
    assert_int_equal(c.garp.delay, 0);
    assert_int_equal(c.garp.second, 0);
    assert_int_equal(c.garp_refresh, 100 * MILLISECOND);
    assert_int_equal(c.track_count, 8);
    assert_string_equal(c.track[0].name, "web");
    assert_int_equal(c.track[0].weight, 0);
    assert_string_equal(c.track[1].name, "vip:x");
    assert_int_equal(c.track[1].weight, -30);
    assert_int_equal(c.track[2].weight, 20);
    assert_string_equal(c.track[3].name, "n:1");
    assert_int_equal(c.track[3].weight, 254);
    assert_string_equal(c.track[4].name, "maint");
    assert_true(c.track[4].inverted && c.track[4].weight == 0 && !c.track[4].by_value);
    assert_true(c.track[5].inverted && c.track[5].weight == -5);
    assert_string_equal(c.track[6].name, "load");
    assert_true(!c.track[6].inverted && c.track[6].by_value && c.track[6].weight == -2);
    assert_string_equal(c.track[7].name, "not:x");
    assert_false(c.track[7].inverted);
    assert_true(c.fence);
    assert_int_equal(c.auth, AUTH_AH);
    assert_int_equal(c.auth_mode, AUTH_RECEIVE_ONLY);
    assert_true(span_is(c.routes, "default+via+192.0.2.9,blackhole+10.0.0.0/8"));
    assert_true(span_is(c.rules, "table+7"));
    assert_int_equal(c.peer.count, 2);
    assert_int_equal(c.peer.items[1].bytes[0], 198);
    assert_int_equal(c.ttl.min, 64);
    assert_int_equal(c.ttl.max, 254);
    assert_true(c.last_advert && !c.strict && !c.init_active && !c.accept);
    assert_true(parse(&c, good, sizeof(good) - 1));
    assert_true(c.strict && c.init_active && !c.last_advert && c.accept);
    assert_int_equal(c.garp.first, 3);
    assert_int_equal(c.garp.delay, 200 * MILLISECOND);
    assert_int_equal(c.garp.second, 5);
}

#define V4 "if=eth0 vrid=1 ip=192.0.2.1"

static void what_is_wrong_is_said(void **unused)
{
    static const struct {
        const char *text, *word, *reason;
    } rows[] = {
        {"vrid=51 ip=192.0.2.1", "", "if: missing; the interface's name"},
        {"if=eth0 ip=192.0.2.1", "", "vrid: missing; 1..255"},
        {"if=eth0 vrid=51", "", "ip: missing; the virtual router's addresses"},
        {"if=sixteen-bytes-xx", "if=sixteen-bytes-xx", "if: an interface's name: 1..15 bytes without / : or blank"},
        {"if=../x", "if=../x", "if: an interface's name: 1..15 bytes without / : or blank"},
        {"if=..", "if=..", "if: an interface's name: 1..15 bytes without / : or blank"},
        {"if=eth0:1", "if=eth0:1", "if: an interface's name: 1..15 bytes without / : or blank"},
        {"vrid=0", "vrid=0", "vrid: 1..255"},
        {"vrid=256", "vrid=256", "vrid: 1..255"},
        {"vrid=x", "vrid=x", "vrid: 1..255"},
        {"prio=0", "prio=0", "prio: 1..255; 0 is reserved: it says that the Active resigns"},
        {"prio=256", "prio=256", "prio: 1..255"},
        {"af=5", "af=5", "af: 4 or 6"},
        {"ver=1", "ver=1", "ver: 2, 3 or 2+3"},
        {"ver=4", "ver=4", "ver: 2, 3 or 2+3"},
        {"ver=3+2", "ver=3+2", "ver: 2, 3 or 2+3"},
        {V4 " ver=2+3 interval=100ms", "interval=100ms",
         "interval: VRRPv2 and v3 together take whole seconds from 1s to 40s"},
        {V4 " ver=2+3 auth=hmac", "auth=hmac", "auth: no kind of it is of both versions: ver=2 or ver=3"},
        {V4 " ver=2 auth=pass strict=yes", "auth=pass", "auth: with strict=yes VRRPv2 has none (RFC 3768 5.3.6)"},
        {V4 " ver=2+3 interval=41s", "interval=41s",
         "interval: VRRPv2 and v3 together take whole seconds from 1s to 40s"},
        {"if=eth0 vrid=1 ip=fe80::1 ver=2+3", "ver=2+3",
         "ver: VRRPv2 has no IPv6, and so there is nothing to migrate from: ver=3"},
        {"name=%00", "name=%00", "name: 1..63 bytes"},
        {"interval=1", "interval=1", "interval: a number and a unit: 1s, 100ms"},
        {"interval=-1s", "interval=-1s", "interval: a number and a unit: 1s, 100ms"},
        {"preempt=maybe", "preempt=maybe", "preempt: yes or no"},
        {"vmac=1", "vmac=1", "vmac: yes or no"},
        {"preempt-delay=25h", "preempt-delay=25h", "preempt-delay: 0s..24h, a number and a unit"},
        {"startup-delay=5", "startup-delay=5", "startup-delay: 0s..24h, a number and a unit"},
        {"down-factor=0", "down-factor=0", "down-factor: 1..100"},
        {"down-factor=101", "down-factor=101", "down-factor: 1..100"},
        {"cksum=both", "cksum=both", "cksum: auto, message or pseudo"},
        {"garp=256", "garp=256", "garp: COUNT[,DELAY[,COUNT]]: counts 0..255, delay 0s..24h (5,5s,5)"},
        {"garp=1,5", "garp=1,5", "garp: COUNT[,DELAY[,COUNT]]: counts 0..255, delay 0s..24h (5,5s,5)"},
        {"garp=1,5s,", "garp=1,5s,", "garp: COUNT[,DELAY[,COUNT]]: counts 0..255, delay 0s..24h (5,5s,5)"},
        {"garp=1,5s,1,1", "garp=1,5s,1,1", "garp: COUNT[,DELAY[,COUNT]]: counts 0..255, delay 0s..24h (5,5s,5)"},
        {"route=default+via+192.0.2.9,10.0.0.1/8,x", "route=default+via+192.0.2.9,10.0.0.1/8,x",
         "route: 10.0.0.1/8: an address has bits behind its prefix length"},
        {"rule=from+all", "rule=from+all",
         "rule: from+all: a rule has either table or one of blackhole, unreachable and prohibit"},
        {"garp-refresh=99ms", "garp-refresh=99ms", "garp-refresh: 0s (off), or 100ms..24h"},
        {"fence=1s", "fence=1s", "fence: yes or no"},
        {"auth=md5", "auth=md5", "auth: none, pass, ah or hmac; behind one of these also :permissive or :receive-only"},
        {"auth=none:permissive", "auth=none:permissive",
         "auth: none, pass, ah or hmac; behind one of these also :permissive or :receive-only"},
        {"auth=hmac:", "auth=hmac:",
         "auth: none, pass, ah or hmac; behind one of these also :permissive or :receive-only"},
        {"auth=hmac:strict", "auth=hmac:strict",
         "auth: none, pass, ah or hmac; behind one of these also :permissive or :receive-only"},
        {"if=eth0 vrid=1 ip=192.0.2.1 auth=pass", "auth=pass", "auth: pass and ah are of VRRPv2: ver=2, or hmac"},
        {"if=eth0 vrid=1 ip=192.0.2.1 auth=ah", "auth=ah", "auth: pass and ah are of VRRPv2: ver=2, or hmac"},
        {"if=eth0 vrid=1 ip=192.0.2.1 ver=2 auth=hmac", "auth=hmac", "auth: hmac is of VRRPv3: ver=3, or pass or ah"},
        {"group=%00", "group=%00", "group: 1..63 bytes"},
        {"if=eth0 vrid=1 ip=192.0.2.1 interval=10ms down-factor=2 fence=yes", "fence=yes",
         "fence: down-factor times interval is at least 30ms"},
        {"accept=never", "accept=never", "accept: yes or no"},
        {"strict=1", "strict=1", "strict: yes or no"},
        {"init=master", "init=master", "init: backup or active"},
        {"last-advert=once", "last-advert=once", "last-advert: yes or no"},
        {V4 " src=192.0.2.1", "src=192.0.2.1",
         "src: one of ip=, which another router may have: only the owner (prio=255) has it"},
        {V4 " init=active preempt=no", "init=active",
         "init: active takes over from a lower router, preempt=no does not"},
        {V4 " preempt-delay=1s init=active", "init=active", "init: active takes over at once, preempt-delay later"},
        {V4 " strict=yes init=active", "init=active",
         "init: with strict=yes only the owner (prio=255) starts as Active (RFC 9568 6.4.1)"},
        {V4 " strict=yes preempt-delay=1s", "preempt-delay=1s",
         "preempt-delay: with strict=yes there is none (RFC 9568 6.4.2)"},
        {V4 " down-factor=2 strict=yes", "down-factor=2", "down-factor: with strict=yes it is 3 (RFC 9568 6.1)"},
        {V4 " strict=yes last-advert=yes", "last-advert=yes",
         "last-advert: with strict=yes a loser says nothing (RFC 9568 6.4.3)"},
        {V4 " peer=192.0.2.9 strict=yes", "peer=192.0.2.9",
         "peer: with strict=yes there is the group only (RFC 9568 5.1.1.2, 5.1.2.2)"},
        {"if=eth0 vrid=1 ip=2001:db8::1 strict=yes", "ip=2001:db8::1",
         "ip: with strict=yes one address is link-local (RFC 9568 erratum 8300)"},
        {"track=a:0", "track=a:0", NULL},
        {"track=a:255", "track=a:255", NULL},
        {"track=a:-255", "track=a:-255", NULL},
        {"track=a:-3o", "track=a:-3o", NULL},
        {"track=a:", "track=a:", NULL},
        {"track=:5", "track=:5", NULL},
        {"track=a:*", "track=a:*", NULL},
        {"track=a:*0", "track=a:*0", NULL},
        {"track=a:*255", "track=a:*255", NULL},
        {"track=a:*--1", "track=a:*--1", NULL},
        {"track=not:", "track=not:", NULL},
        {"track=not:a:*2", "track=not:a:*2", NULL},
        {"track=a,not:a:-1", "track=a,not:a:-1", "track: not:a:-1: a name stands there twice"},
        {"track=a,,b", "track=a,,b", NULL},
        {"track=a,b:1,a:2", "track=a,b:1,a:2", "track: a:2: a name stands there twice"},
        {"track=a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", "track=a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q",
         "track: q: at most 16 names"},
        {"ip=192.0.2.300", "ip=192.0.2.300",
         "ip: 192.0.2.300: not an address: ADDR, ADDR/LEN or ADDR/LEN@IF, with commas between"},
        {"ip=192.0.2.1/33", "ip=192.0.2.1/33",
         "ip: 192.0.2.1/33: not an address: ADDR, ADDR/LEN or ADDR/LEN@IF, with commas between"},
        {"ip=192.0.2.1,", "ip=192.0.2.1,", "ip: not an address: ADDR, ADDR/LEN or ADDR/LEN@IF, with commas between"},
        {"ip=224.0.0.18", "ip=224.0.0.18", "ip: 224.0.0.18: a multicast address is no machine's"},
        {"ip=ff02::12", "ip=ff02::12", "ip: ff02::12: a multicast address is no machine's"},
        {"ip=127.0.0.1", "ip=127.0.0.1", "ip: 127.0.0.1: a loopback address is nobody else's"},
        {"ip=::1", "ip=::1", "ip: ::1: a loopback address is nobody else's"},
        {"ip=0.0.0.0", "ip=0.0.0.0", "ip: 0.0.0.0: the address zero is no machine's"},
        {"ip=::", "ip=::", "ip: ::: the address zero is no machine's"},
        {"ip=255.255.255.255", "ip=255.255.255.255", "ip: 255.255.255.255: the broadcast address is no machine's"},
        {"ip=192.0.2.1,2001:db8::1", "ip=192.0.2.1,2001:db8::1",
         "ip: 2001:db8::1: IPv4 and IPv6 are two virtual routers: one family only; excluded= takes the other"},
        {"ip=192.0.2.1/24,192.0.2.2,192.0.2.1", "ip=192.0.2.1/24,192.0.2.2,192.0.2.1",
         "ip: 192.0.2.1: an address stands there twice"},
        {"if=eth0 vrid=1 ip=192.0.2.1 af=6", "af=6", "af: contradicts ip=, whose addresses are IPv4"},
        {"af=4 if=eth0 vrid=1 ip=fe80::1", "af=4", "af: contradicts ip=, whose addresses are IPv6"},
        {"if=eth0 vrid=1 ip=fe80::1 ver=2", "ver=2", "ver: VRRPv2 has no IPv6: ver=3"},
        {"if=eth0 vrid=1 ip=192.0.2.1 src=fe80::1", "src=fe80::1", "src: not of the family of ip=, IPv4"},
        {"if=eth0 vrid=1 ip=fe80::1 src=192.0.2.1", "src=192.0.2.1", "src: not of the family of ip=, IPv6"},
        {"if=eth0 vrid=1 ip=fe80::1 src=2001:db8::1", "src=2001:db8::1",
         "src: VRRP for IPv6 is sent from a link-local address"},
        {"peer=192.0.2.300", "peer=192.0.2.300",
         "peer: 192.0.2.300: addresses of the family of ip=, with commas between: ADDR"},
        {"peer=192.0.2.1/24", "peer=192.0.2.1/24",
         "peer: 192.0.2.1/24: addresses of the family of ip=, with commas between: ADDR"},
        {"peer=192.0.2.2,,192.0.2.3", "peer=192.0.2.2,,192.0.2.3",
         "peer: addresses of the family of ip=, with commas between: ADDR"},
        {"peer=224.0.0.18", "peer=224.0.0.18", "peer: 224.0.0.18: a multicast address is no machine's"},
        {"peer=192.0.2.2,192.0.2.2", "peer=192.0.2.2,192.0.2.2", "peer: 192.0.2.2: an address stands there twice"},
        {"if=eth0 vrid=1 ip=192.0.2.1 peer=fe80::1", "peer=fe80::1", "peer: not of the family of ip=, IPv4"},
        {"if=eth0 vrid=1 ip=fe80::1 peer=192.0.2.1", "peer=192.0.2.1", "peer: not of the family of ip=, IPv6"},
        {"if=eth0 vrid=1 ip=192.0.2.1,192.0.2.2 peer=192.0.2.9,192.0.2.2", "peer=192.0.2.9,192.0.2.2",
         "peer: an address of ip= goes from router to router: a peer has one of its own"},
        {"if=eth0 vrid=1 ip=192.0.2.1 excluded=192.0.2.5 peer=192.0.2.5", "peer=192.0.2.5",
         "peer: an address of ip= goes from router to router: a peer has one of its own"},
        {"if=eth0 vrid=1 ip=192.0.2.1 peer=192.0.2.2 src=192.0.2.2", "peer=192.0.2.2", "peer: nobody but src= itself"},
        {"if=eth0 vrid=1 ip=fe80::1 peer=2001:db8::2", "peer=2001:db8::2",
         "peer: link-local addresses only, unless src= names one that is not"},
        {"if=eth0 vrid=1 ip=fe80::1 peer=fe80::2 src=2001:db8::1", "peer=fe80::2",
         "peer: all are link-local, or none is, as src= is"},
        {"if=eth0 vrid=1 ip=fe80::1 peer=fe80::2,2001:db8::2 src=fe80::9", "peer=fe80::2,2001:db8::2",
         "peer: all are link-local, or none is, as src= is"},
        {"ttl=0", "ttl=0", "ttl: MIN or MIN..MAX: 1..255"},
        {"ttl=256", "ttl=256", "ttl: MIN or MIN..MAX: 1..255"},
        {"ttl=255..254", "ttl=255..254", "ttl: MIN or MIN..MAX: 1..255"},
        {"ttl=254..", "ttl=254..", "ttl: MIN or MIN..MAX: 1..255"},
        {"ttl=..255", "ttl=..255", "ttl: MIN or MIN..MAX: 1..255"},
        {"ttl=1...255", "ttl=1...255", "ttl: MIN or MIN..MAX: 1..255"},
        {"if=eth0 vrid=1 ip=192.0.2.1 ttl=255", "ttl=255", "ttl: goes with peer=: what is sent to the group has 255"},
        {"src=224.0.0.18", "src=224.0.0.18", "src: a multicast address is no machine's"},
        {"src=192.0.2.1/24", "src=192.0.2.1/24", "src: one address"},
        {"if=eth0 vrid=1 ip=192.0.2.1 ver=2 cksum=pseudo", "cksum=pseudo",
         "cksum: VRRPv2 has no pseudo-header: auto or message"},
        {"if=eth0 vrid=1 ip=fe80::1 cksum=message", "cksum=message",
         "cksum: IPv6 always has the pseudo-header: auto or pseudo"},
        {"ip=192.0.2.1@", "ip=192.0.2.1@",
         "ip: 192.0.2.1@: behind the @ stands an interface's name: 1..15 bytes without / : or blank"},
        {"ip=192.0.2.1@a/b", "ip=192.0.2.1@a/b", NULL},
        {"ip=192.0.2.1@eth0@eth1@eth2@eth3", "ip=192.0.2.1@eth0@eth1@eth2@eth3", NULL},
        {"ip=@eth1", "ip=@eth1", NULL},
        {"ip=192.0.2.1@eth1,192.0.2.1@eth2", "ip=192.0.2.1@eth1,192.0.2.1@eth2",
         "ip: 192.0.2.1@eth2: an address stands there twice"},
        {"if=eth0 vrid=1 excluded=192.0.2.300 ip=192.0.2.1", "excluded=192.0.2.300",
         "excluded: 192.0.2.300: not an address: ADDR, ADDR/LEN or ADDR/LEN@IF, with commas between"},
        {"if=eth0 vrid=1 ip=192.0.2.1 excluded=fe80::2,192.0.2.1@eth0", "excluded=fe80::2,192.0.2.1@eth0",
         "excluded: 192.0.2.1@eth0: an address stands there twice"},
        {"if=eth0 vrid=1 ip=192.0.2.1 excluded=192.0.2.2@e,192.0.2.2@e", "excluded=192.0.2.2@e,192.0.2.2@e",
         "excluded: 192.0.2.2@e: an address stands there twice"},
        {"if=eth0 vrid=1 excluded=192.0.2.1", "", "ip: missing; the virtual router's addresses"},
        {"label=a:b", "label=a:b", "label: 1..13 bytes without / : or blank"},
        {"label=12345678901234", "label=12345678901234", "label: 1..13 bytes without / : or blank"},
        {"if=eth0 vrid=1 ip=192.0.2.1 label=12345678901", "label=12345678901",
         "label: with the interface's name and a : at most 15 bytes"},
        {"if=eth0 vrid=1 ip=192.0.2.1@eth0.1000 label=123456", "label=123456",
         "label: with the interface's name and a : at most 15 bytes"},
        {"if=eth0 vrid=1 ip=fe80::1 label=web", "label=web", "label: IPv6 addresses have none"},
        {"scope=256", "scope=256", "scope: global, site, link, host or 0..255"},
        {"scope=universe", "scope=universe", "scope: global, site, link, host or 0..255"},
        {"if=eth0 vrid=1 ip=fe80::1 scope=link", "scope=link", "scope: of IPv6 addresses the kernel decides"},
        {"preferred=1", "preferred=1", "preferred: yes or no"},
        {"if=eth0 vrid=1 ip=192.0.2.1 preferred=yes", "preferred=yes", "preferred: IPv4 addresses always are"},
        {"garp-op=both", "garp-op=both", "garp-op: request or reply"},
        {"garp-pace=61s", "garp-pace=61s", "garp-pace: 0s..60s, a number and a unit"},
        {"garp-pace=1", "garp-pace=1", "garp-pace: 0s..60s, a number and a unit"},
        {"prioirty=150", "prioirty=150", "prioirty: unknown key; did you mean prio?"},
        {"priority=150", "priority=150", "priority: unknown key; did you mean prio?"},
        {"piro=150", "piro=150", "piro: unknown key; did you mean prio?"},
        {"vird=1", "vird=1", "vird: unknown key; did you mean vrid?"},
        {"interface=eth0", "interface=eth0", "interface: unknown key; did you mean if?"},
        {"intervall=1s", "intervall=1s", "intervall: unknown key; did you mean interval?"},
        {"preemt-delay=1s", "preemt-delay=1s", "preemt-delay: unknown key; did you mean preempt-delay?"},
        {"garprefresh=1s", "garprefresh=1s", "garprefresh: unknown key; did you mean garp-refresh?"},
        {"version=2", "version=2", "version: unknown key; did you mean ver?"},
        {"ips=192.0.2.1", "ips=192.0.2.1", "ips: unknown key; did you mean ip?"},
        {"vip-lost=never", "vip-lost=never", "vip-lost: restore or fault"},
        {"if=eth0 vrid=1 ip=192.0.2.1 vip-lost=fault name=123456789.123456789.123456789.123456789.123456789.123456789.",
         "vip-lost=fault", "vip-lost: fault takes a name of at most 59 bytes"},
        {"colour=red", "colour=red", "colour: unknown key"},
        {"x=1", "x=1", "x: unknown key"},
    };
    (void)unused;
    for (size_t i = 0; i < nitems(rows); i++) {
        struct vr_config c;
        char text[512];
        size_t len = (size_t)snprintf(text, sizeof(text), "vr %s", rows[i].text);
        if (parse(&c, text, len))
            fail_msg("%s: taken", rows[i].text);
        if (!span_is(error.word, rows[i].word) || (rows[i].reason && strcmp(error.reason, rows[i].reason) != 0))
            fail_msg("%s: '%.*s' '%s'", rows[i].text, (int)error.word.len, error.word.at, error.reason);
        if (strncmp(rows[i].text, "track=", 6) == 0)
            assert_memory_equal(error.reason, "track: ", 7);
    }
}

static void intervals(void **unused)
{
    static const struct {
        const char *what, *words;
        bool right;
    } rows[] = {
        {"RFC 3768 5.3.7: whole seconds", "ver=2 interval=1s", true},
        {"RFC 3768 5.3.7: 8 bits", "ver=2 interval=255s", true},
        {"RFC 3768 5.3.7: 8 bits", "ver=2 interval=256s", false},
        {"RFC 3768 5.3.7: no fraction", "ver=2 interval=1.5s", false},
        {"RFC 3768 5.3.7: no fraction", "interval=100ms ver=2", false},
        {"RFC 3768 5.3.7: zero", "ver=2 interval=0s", false},
        {"RFC 9568 5.2.7: a centisecond", "ver=3 interval=10ms", true},
        {"RFC 9568 5.2.7: 12 bits", "interval=40950ms", true},
        {"RFC 9568 5.2.7: 12 bits", "interval=40960ms", false},
        {"RFC 9568 5.2.7: not a multiple", "interval=15ms", false},
        {"RFC 9568 5.2.7: below one", "interval=9ms", false},
        {"RFC 9568 erratum 8301: zero", "interval=0s", false},
        {"RFC 9568 5.2.7: far over", "interval=2562047788h", false},
    };
    (void)unused;
    for (size_t i = 0; i < nitems(rows); i++) {
        struct vr_config c;
        char text[128];
        int len = snprintf(text, sizeof(text), "vr if=eth0 vrid=1 ip=192.0.2.1 %s", rows[i].words);
        if (parse(&c, text, (size_t)len) != rows[i].right)
            fail_msg("%s: %s", rows[i].what, rows[i].words);
        if (!rows[i].right)
            assert_string_equal(error.reason, strstr(rows[i].words, "ver=2")
                                                  ? "interval: VRRPv2 takes whole seconds from 1s to 255s"
                                                  : "interval: VRRPv3 takes multiples of 10ms from 10ms to 40950ms");
    }
}

static bool parse_many(struct vr_config *c, int family, int count)
{
    static char text[LINE_BYTES];
    size_t n = (size_t)sprintf(text, "vr if=eth0 vrid=1 ip=");
    for (int i = 1; i <= count; i++)
        n += (size_t)sprintf(text + n, family == 4 ? "%s10.1.%d.%d" : "%sfe80::%x%02x", i > 1 ? "," : "", i >> 8,
                             i & 255);
    return parse(c, text, n);
}

static void as_many_addresses_as_a_packet_holds(void **unused)
{
    struct vr_config c;
    (void)unused;
    assert_true(parse_many(&c, 4, 255));
    assert_int_equal(c.ip.count, 255);
    assert_false(parse_many(&c, 4, 256));
    assert_string_equal(error.reason,
                        "ip: more than 255 addresses do not fit into an advertisement; excluded= takes more");
    assert_false(parse_many(&c, 4, 900));
    assert_true(parse_many(&c, 6, 90));
    assert_int_equal(c.ip.count, 90);
    assert_false(parse_many(&c, 6, 91));
    assert_string_equal(error.reason,
                        "ip: more than 90 IPv6 addresses do not fit into a packet of 1500 bytes; excluded= takes more");
}

/* Those that are excluded are in no packet; but each line of theirs has an end. */
static void more_addresses_than_a_packet_holds(void **unused)
{
    static char text[LINE_BYTES];
    struct vr_config c;
    (void)unused;
    for (int most = 1023; most <= 1024; most++) {
        size_t n = (size_t)sprintf(text, "vr if=eth0 vrid=1 ip=10.0.0.1 excluded=");
        for (int i = 0; i < most; i++)
            n += (size_t)sprintf(text + n, "%s10.1.%d.%d", i > 0 ? "," : "", i >> 8, i & 255);
        assert_true(parse(&c, text, n) == (most == 1023));
    }
    assert_string_equal(error.reason, "excluded: at most 1024 addresses, with those of ip=");
    size_t n = (size_t)sprintf(text, "vr if=eth0 vrid=1 ip=10.0.0.1 excluded=");
    for (int i = 0; i < 400; i++)
        n += (size_t)sprintf(text + n, "%s2001:db8:1111:2222:3333:4444:5555:%x", i > 0 ? "," : "", i + 4096);
    assert_true(n < LINE_BYTES);
    assert_true(parse(&c, text, n));
    assert_int_equal(c.ip.excluded, 400);
    for (int i = 400; n < LINE_BYTES - 100; i++)
        n += (size_t)sprintf(text + n, ",2001:db8:1111:2222:3333:4444:5555:%x", i + 4096);
    assert_false(parse(&c, text, n));
    assert_string_equal(error.reason, "excluded: too long for a line of 16384 bytes");
}

static void where_addresses_go(void **unused)
{
    static const char text[] = "vr excluded=fe80::1@eth1,192.0.2.9/24 if=eth0 vrid=1 "
                               "ip=2001:db8::1@eth%31,fe80::1@eth0,2001:db8::2/64@a%2Cb";
    struct vr_config c;
    (void)unused;
    assert_true(parse(&c, text, sizeof text - 1));
    assert_int_equal(c.ip.count, 3);
    assert_int_equal(c.ip.excluded, 2);
    assert_true(ip_is_link_local(&c.ip.items[0].ip)); /* first, with its interface */
    static const char *const on[] = {"eth0", "eth1", "a,b", "eth1", ""};
    for (size_t n = 0; n < nitems(on); n++)
        assert_string_equal(c.ip.on[n], on[n]);
}

static void as_many_peers_as_a_byte_counts(void **unused)
{
    static char text[LINE_BYTES];
    struct vr_config c;
    (void)unused;
    size_t n = (size_t)sprintf(text, "vr if=eth0 vrid=1 ip=fe80::1 src=fe80::9 ttl=1 peer=fe80::9");
    for (int i = 1; i < 255; i++)
        n += (size_t)sprintf(text + n, ",fe80::1:%x", i);
    assert_true(parse(&c, text, n));
    assert_int_equal(c.peer.count, 255);
    assert_int_equal(c.ttl.min, 1);
    assert_int_equal(c.ttl.max, 255);
    n += (size_t)sprintf(text + n, ",fe80::2");
    assert_false(parse(&c, text, n));
    assert_string_equal(error.reason, "peer: fe80::2: at most 255 addresses");
    n = (size_t)sprintf(text, "vr if=eth0 vrid=1 ip=fe80::1 peer=2001:db8::2 src=2001:db8::1");
    assert_true(parse(&c, text, n)); /* a global one has a way over routers */
}

static void link_local_stands_first(void **unused)
{
    static const char text[] = "vr if=eth0 vrid=1 ip=2001:db8::2,fe80::2,2001:db8::1,fe80::1";
    static const char order[][12] = {"fe80::2", "fe80::1", "2001:db8::2", "2001:db8::1"};
    struct vr_config c;
    (void)unused;
    assert_true(parse(&c, text, sizeof(text) - 1));
    assert_int_equal(c.ip.count, nitems(order));
    for (size_t i = 0; i < nitems(order); i++) {
        char address[IP_TEXT];
        ip_format(address, &c.ip.items[i].ip);
        assert_string_equal(address, order[i]);
    }
    assert_true(parse(&c, "vr if=eth0 vrid=1 ip=2001:db8::1", 32)); /* none is link-local: erratum 8300 is the peer's */
    assert_string_equal(c.name, "eth0-v6-1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(every_key),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(intervals),
        cmocka_unit_test(as_many_addresses_as_a_packet_holds),
        cmocka_unit_test(more_addresses_than_a_packet_holds),
        cmocka_unit_test(where_addresses_go),
        cmocka_unit_test(as_many_peers_as_a_byte_counts),
        cmocka_unit_test(link_local_stands_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
