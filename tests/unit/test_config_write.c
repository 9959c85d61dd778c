/* `vr` lines: what is written is read back, and two configurations are equal when nothing differs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/config.h"
#include "core/peer.h"
#include "tests/unit/random.h"

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

static void random_peers(struct vr_config *c, struct ip *peers)
{
    c->ttl = (struct ttl_range){255, 255};
    if (random_bool())
        return;
    c->peer = (struct peer_list){.count = (uint8_t)random_range(1, c->id.af == 4 ? 255 : 3), .items = peers};
    c->ttl.min = (uint8_t)random_range(1, 255);
    c->ttl.max = random_bool() ? 255 : (uint8_t)random_range(c->ttl.min, 255);
    for (size_t i = 0; i < c->peer.count; i++)
        peers[i] = random_ip(c->id.af);
}

static void random_style(struct vr_config *c)
{
    static const char *const labels[] = {"", "a", "web"};
    if (c->id.af == 4) {
        strcpy(c->style.label, labels[random_range(0, 2)]);
        c->style.scope = random_bool() ? 0 : (uint8_t)random_u64();
    } else {
        c->style.preferred = random_bool();
    }
    c->garp.reply = random_bool();
    c->garp.pace = random_bool() ? 0 : (uint32_t)random_range(1, 60000000);
}

static void random_config(struct vr_config *c, struct prefix *items, struct ip *peers)
{
    uint8_t af = random_bool() ? 4 : 6, version = af == 4 && random_bool() ? 2 : 3;
    *c = (struct vr_config){
        .id = {.af = af, .vrid = (uint8_t)random_range(1, 255)},
        .version = version,
        .prio = (uint8_t)random_range(1, 255),
        .interval = version == 2 ? (usec)random_range(1, 255) * SECOND : (usec)random_range(1, 4095) * 10 * MILLISECOND,
        .ip = {.count = (uint8_t)random_range(1, af == 4 ? 255 : 90), .items = items},
        .preempt = random_bool(),
        .preempt_delay = (usec)random_range(0, 86400000000),
        .startup_delay = (usec)random_range(0, 86400) * SECOND,
        .down_factor = (uint8_t)random_range(1, 100),
        .vmac = random_bool(),
        .cksum = version == 2 || (af == 4 && random_bool()) ? CKSUM_MESSAGE : CKSUM_PSEUDO,
        .garp = {(uint8_t)random_u64(), (usec)random_range(0, 86400000000), (uint8_t)random_u64(), false, 0},
        .garp_refresh = random_bool() ? 0 : (usec)random_range(100000, 86400000000),
        .track_count = (uint8_t)random_range(0, ROUTER_TRACKS),
    };
    c->fence = random_bool() && c->down_factor * c->interval >= 30 * MILLISECOND;
    c->last_advert = random_bool();
    c->init_active = random_bool();
    if (c->init_active) {
        c->preempt = true;
        c->preempt_delay = 0;
    }
    sprintf(c->id.ifname, "eth%u%%", (unsigned)random_range(0, 99999));
    random_text(c->name, sizeof(c->name));
    c->lost_is_fault = strlen(c->name) < 60 && random_bool();
    if (random_bool())
        random_text(c->group, sizeof(c->group));
    if (random_bool())
        c->cksum = CKSUM_NONE;
    if (random_bool())
        do
            c->src = random_ip(af);
        while (af == 6 && !ip_is_link_local(&c->src));
    if (random_bool()) {
        c->auth = c->version == 3 ? AUTH_HMAC : random_bool() ? AUTH_AH : AUTH_PASS;
        c->auth_mode = (enum auth_mode)random_range(AUTH_ENFORCE, AUTH_RECEIVE_ONLY);
    }
    random_peers(c, peers);
    random_style(c);
    for (size_t i = 0; i < c->ip.count; i++)
        items[i] =
            (struct prefix){random_ip(af), random_bool() ? (uint8_t)(ip_size(af) * 8) : (uint8_t)random_range(0, 32)};
    for (size_t i = 0; i < c->track_count; i++) {
        random_text(c->track[i].name, sizeof(c->track[i].name));
        c->track[i].weight = (int16_t)random_range(0, 254);
        if (random_bool())
            c->track[i].weight = (int16_t)-c->track[i].weight;
        c->track[i].by_value = c->track[i].weight != 0 && random_bool();
        c->track[i].inverted = !c->track[i].by_value && random_bool();
    }
}

static bool peers_are_as_parsed(const struct vr_config *c)
{
    if (peers_wrong(c) || source_wrong(c))
        return false;
    for (size_t i = 0; i < c->peer.count; i++)
        for (size_t k = 0; k < i; k++)
            if (ip_equal(&c->peer.items[i], &c->peer.items[k]))
                return false;
    return true;
}

/* What our own check would refuse or reorder is made anew: duplicates, and IPv6 lists that mix. */
static bool is_as_parsed(const struct vr_config *c)
{
    for (size_t i = 0; i < c->ip.count; i++) {
        if (i > 0 && c->id.af == 6 && ip_is_link_local(&c->ip.items[i].ip) && !ip_is_link_local(&c->ip.items[i - 1].ip))
            return false;
        for (size_t k = 0; k < i; k++)
            if (ip_equal(&c->ip.items[i].ip, &c->ip.items[k].ip))
                return false;
    }
    for (size_t i = 0; i < c->track_count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(c->track[i].name, c->track[k].name) == 0)
                return false;
    return peers_are_as_parsed(c);
}

static void what_is_written_is_read_back(void **unused)
{
    static char text[LINE_BYTES + 1];
    static struct prefix items[ADVERT_ADDRESSES];
    static struct ip peers[PEERS];
    size_t compared = 0;
    (void)unused;
    random_start("vr: what_is_written_is_read_back");
    for (int round = 0; round < 3000; round++) {
        struct vr_config c, back;
        random_config(&c, items, peers);
        if (c.id.af == 6 && c.ip.count > 3)
            c.ip.count = 3; /* else few are in the order that is read back */
        struct writer w = {.buffer = text, .size = sizeof(text)};
        write_vr(&w, (stamp){1}, &c);
        assert_false(w.full);
        if (!is_as_parsed(&c))
            continue;
        compared++;
        if (!parse(&back, text, w.length - 1))
            fail_msg("%s: %.*s", error.reason, (int)w.length, text);
        assert_true(config_equal(&c, &back) && config_equal(&back, &c));
        size_t short_size = random_range(0, w.length - 1);
        struct writer small = {.buffer = text, .size = short_size};
        write_vr(&small, (stamp){1}, &c);
        assert_true(small.full && small.length == 0);
    }
    assert_true(compared > 1000);
}

static void equality_sees_every_member(void **unused)
{
    static const char *const words[] = {
        "if=eth1",
        "vrid=2",
        "ip=192.0.2.2",
        "ip=192.0.2.1/24",
        "ip=192.0.2.1,192.0.2.2",
        "name=x",
        "ver=2",
        "ver=2+3",
        "prio=1",
        "interval=2s",
        "src=192.0.2.9",
        "preempt=no",
        "preempt-delay=1s",
        "startup-delay=1s",
        "down-factor=4",
        "vmac=yes",
        "cksum=message",
        "garp=4",
        "garp=5,4s",
        "garp=5,5s,4",
        "garp-refresh=1s",
        "track=a",
        "track=b",
        "track=a:1",
        "track=a:*1",
        "track=not:a",
        "vip-lost=fault",
        "fence=yes",
        "ip=192.0.2.1@eth1",
        "ip=192.0.2.1@eth2",
        "excluded=192.0.2.9",
        "excluded=192.0.2.8",
        "excluded=192.0.2.8/24",
        "excluded=192.0.2.8/24@eth1",
        "label=a",
        "scope=link",
        "excluded=fe80::1 preferred=yes",
        "garp-op=reply",
        "garp-pace=1ms",
        "route=default+via+192.0.2.9",
        "route=default+via+192.0.2.8",
        "rule=table+7",
        "peer=192.0.2.8",
        "peer=192.0.2.7",
        "peer=192.0.2.7,192.0.2.8",
        "peer=192.0.2.8 ttl=254",
        "peer=192.0.2.8 ttl=254..254",
        "group=a",
        "group=b",
        "accept=no",
        "strict=yes",
        "init=active",
        "last-advert=yes",
        "ip=fe80::1",
    };
    (void)unused;
    static struct prefix_buffer first_buffer;
    for (size_t i = 0; i < nitems(words); i++) {
        for (size_t k = 0; k < nitems(words); k++) {
            struct vr_config c[2];
            for (int n = 0; n < 2; n++) {
                const char *word = words[n ? k : i];
                char text[128];
                int len =
                    snprintf(text, sizeof(text), "vr %s%s%s%s", word, memcmp(word, "if=", 3) ? " if=eth0" : "",
                             memcmp(word, "vrid=", 5) ? " vrid=1" : "", memcmp(word, "ip=", 3) ? " ip=192.0.2.1" : "");
                assert_true(parse(&c[n], text, (size_t)len));
                if (n == 0) {
                    first_buffer = buffer;
                    c[0].ip.items = first_buffer.items;
                    c[0].routes.at = first_buffer.routes;
                    c[0].rules.at = first_buffer.rules;
                    c[0].peer.items = first_buffer.peers;
                    if (c[0].ip.on != NULL)
                        c[0].ip.on = first_buffer.on;
                }
            }
            if (config_equal(&c[0], &c[1]) != (i == k))
                fail_msg("%s and %s", words[i], words[k]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(equality_sees_every_member),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
