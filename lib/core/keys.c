#include "core/keys.h"

#define TEXT(name)                                                                                                     \
    {                                                                                                                  \
        name, KIND_TEXT                                                                                                \
    }
#define NUMBER(name)                                                                                                   \
    {                                                                                                                  \
        name, KIND_NUMBER                                                                                              \
    }
#define VERSION(name)                                                                                                  \
    {                                                                                                                  \
        name, KIND_VERSION                                                                                             \
    }
#define INTEGER(name)                                                                                                  \
    {                                                                                                                  \
        name, KIND_INTEGER                                                                                             \
    }
#define DURATION(name)                                                                                                 \
    {                                                                                                                  \
        name, KIND_DURATION                                                                                            \
    }
#define MEASURED(name)                                                                                                 \
    {                                                                                                                  \
        name, KIND_MEASURED                                                                                            \
    }
#define STEADY(name)                                                                                                   \
    {                                                                                                                  \
        name, KIND_STEADY                                                                                              \
    }
#define YES_NO(name)                                                                                                   \
    {                                                                                                                  \
        name, KIND_YES_NO                                                                                              \
    }
#define ADDRESS(name)                                                                                                  \
    {                                                                                                                  \
        name, KIND_ADDRESS                                                                                             \
    }
#define MAC(name)                                                                                                      \
    {                                                                                                                  \
        name, KIND_MAC                                                                                                 \
    }
#define LIST(name)                                                                                                     \
    {                                                                                                                  \
        name, KIND_LIST                                                                                                \
    }
#define GARP(name)                                                                                                     \
    {                                                                                                                  \
        name, KIND_GARP                                                                                                \
    }

/* What several events have, in one order. */
#define ROUTER    TEXT("if"), NUMBER("af"), NUMBER("vrid")
#define NAMED     ROUTER, TEXT("name")
#define SEEN      TEXT("seg"), TEXT("host"), TEXT("if"), NUMBER("vlan"), NUMBER("af"), NUMBER("vrid")
#define ADDRESSED ADDRESS("src"), ADDRESS("dst"), NUMBER("ttl"), MAC("smac"), MAC("dmac")
#define REST      TEXT("cksum"), TEXT("auth"), NUMBER("seq"), LIST("flags"), LIST("ip")
#define TIMING    NUMBER("ver"), NUMBER("prio"), DURATION("interval")
#define SPEAKING  VERSION("ver"), NUMBER("prio"), DURATION("interval")

/* clang-format off */
static const struct event_key clock_keys[] = {STEADY("mono"), TEXT("boot"), TEXT("source"), TEXT("by"), STEADY("hold")};
static const struct event_key link_keys[] = {
    TEXT("if"), TEXT("state"), MAC("mac"), NUMBER("mtu"), ADDRESS("primary4"), ADDRESS("primary6"), ADDRESS("other4"),
    ADDRESS("other6"),
};
static const struct event_key advert_keys[] = {SEEN, TEXT("dir"), TIMING, ADDRESSED, REST};
static const struct event_key bad_keys[] = {
    SEEN, TEXT("dir"), TEXT("why"), NUMBER("ver"), NUMBER("type"), NUMBER("prio"), DURATION("interval"), ADDRESSED, REST,
};
static const struct event_key announce_keys[] = {
    SEEN, TEXT("dir"), ADDRESS("ip"), MAC("mac"), TEXT("op"), LIST("flags"), MAC("smac"),
};
static const struct event_key other_keys[] = {
    SEEN, TEXT("dir"), TEXT("proto"), ADDRESSED, NUMBER("ver"), TEXT("op"), NUMBER("group"), TEXT("state"),
    NUMBER("prio"), DURATION("hello"), DURATION("hold"), NUMBER("advbase"), NUMBER("advskew"), ADDRESS("ip"),
};
static const struct event_key tick_keys[] = {DURATION("every")};
static const struct event_key lost_keys[] = {TEXT("where"), NUMBER("n")};
static const struct event_key vr_keys[] = {
    NAMED, SPEAKING, LIST("ip"), ADDRESS("src"), YES_NO("preempt"), DURATION("preempt-delay"), DURATION("startup-delay"),
    NUMBER("down-factor"), YES_NO("vmac"), TEXT("cksum"), GARP("garp"), DURATION("garp-refresh"), LIST("track"),
    YES_NO("fence"), TEXT("auth"), LIST("peer"), TEXT("ttl"), TEXT("group"), LIST("excluded"), TEXT("label"),
    TEXT("scope"), YES_NO("preferred"), LIST("route"), LIST("rule"), YES_NO("accept"), YES_NO("strict"), TEXT("init"),
    YES_NO("last-advert"), TEXT("vip-lost"),
    TEXT("garp-op"), DURATION("garp-pace"), TEXT("id"),
};
static const struct event_key id_keys[] = {TEXT("id")};
static const struct event_key novr_keys[] = {TEXT("name"), TEXT("id")};
static const struct event_key track_keys[] = {TEXT("name"), TEXT("state"), DURATION("for"), INTEGER("value"), TEXT("id")};
static const struct event_key yield_keys[] = {TEXT("name"), YES_NO("off"), YES_NO("force"), TEXT("id")};
static const struct event_key status_keys[] = {
    NAMED, TEXT("id"), TEXT("state"), TEXT("why"), MEASURED("for"), VERSION("ver"), NUMBER("prio"), YES_NO("is-owner"),
    YES_NO("yielded"), DURATION("interval"), DURATION("active-adver-interval"), DURATION("active-down-interval"),
    DURATION("skew-time"), TEXT("cksum"), ADDRESS("last-adv-source"), NUMBER("master-transitions"),
    NUMBER("advertisement-rcvd"), NUMBER("advertisement-sent"), NUMBER("interval-errors"),
    NUMBER("priority-zero-pkts-rcvd"), NUMBER("priority-zero-pkts-sent"), NUMBER("invalid-type-pkts-rcvd"),
    NUMBER("address-list-errors"), NUMBER("packet-length-errors"), NUMBER("auth-failures"), NUMBER("invalid-auth-type"),
    NUMBER("auth-type-mismatch"), NUMBER("discarded"), TEXT("up-datetime"), TEXT("last-event"),
    TEXT("new-active-reason"), NUMBER("peer-errors"), NUMBER("ip-ttl-errors"), TEXT("group"), YES_NO("ready"), YES_NO("end"), NUMBER("count"),
};
static const struct event_key statistics_keys[] = {
    TEXT("id"), NUMBER("checksum-errors"), NUMBER("version-errors"), NUMBER("vrid-errors"), NUMBER("ip-ttl-errors"),
};
static const struct event_key answer_keys[] = {TEXT("id"), YES_NO("done"), TEXT("why")};
static const struct event_key send_keys[] = {
    NAMED, SPEAKING, LIST("ip"), ADDRESS("src"), YES_NO("vmac"), TEXT("cksum"), GARP("garp"), DURATION("garp-refresh"),
    DURATION("lease"), YES_NO("announce"), YES_NO("replay"), DURATION("fence"), TEXT("auth"), NUMBER("seq"),
    LIST("peer"), LIST("excluded"), TEXT("label"), TEXT("scope"), YES_NO("preferred"), LIST("route"), LIST("rule"),
    YES_NO("accept"), TEXT("vip-lost"),
    TEXT("garp-op"), DURATION("garp-pace"), TEXT("err"),
};
static const struct event_key state_keys[] = {
    NAMED, TEXT("from"), TEXT("to"), TEXT("why"), SPEAKING, LIST("ip"), YES_NO("replay"), YES_NO("shadow"), TEXT("group"),
    YES_NO("vmac"), LIST("excluded"), LIST("route"), LIST("rule"), YES_NO("accept"),
};
static const struct event_key notice_keys[] = {NAMED, TEXT("what"), ADDRESS("src")};
static const struct event_key elected_keys[] = {
    SEEN, ADDRESS("active"), ADDRESS("was"), NUMBER("prio"), MEASURED("gap"), TEXT("why"),
};
static const struct event_key vacant_keys[] = {SEEN, ADDRESS("was"), NUMBER("prio"), MEASURED("gap")};
static const struct event_key alert_keys[] = {
    TEXT("rule"), TEXT("sev"), SEEN, ADDRESS("src"), MAC("smac"), ADDRESS("peer"), ADDRESS("ip"), MAC("mac"),
    TEXT("what"), TEXT("value"), TEXT("against"), NUMBER("n"), TEXT("first"), TEXT("last"), YES_NO("cleared"),
};
static const struct event_key allow_keys[] = {
    TEXT("seg"), TEXT("host"), TEXT("if"), TEXT("vlan"), NUMBER("af"), TEXT("vrid"), LIST("ver"), TEXT("prio"),
    LIST("src"), LIST("mac"), LIST("ip"),
};
static const struct event_key watch_keys[] = {
    TEXT("if"), TEXT("name"), TEXT("link"), ADDRESS("address"), TEXT("route"), TEXT("process"), LIST("cmdline"),
    TEXT("file"), ADDRESS("via"), NUMBER("table"), TEXT("count"), TEXT("value"), DURATION("rise"), DURATION("fall"),
};
static const struct event_key measured_keys[] = {
    NUMBER("segments"), NUMBER("hosts"), NUMBER("virtual-routers"), MEASURED("for"), NUMBER("adverts"), NUMBER("lost"),
    NUMBER("transitions"), NUMBER("takeovers"), MEASURED("takeover-mean"), MEASURED("takeover-longest"),
    MEASURED("vacant"), MEASURED("dual"),
};
static const struct event_key check_keys[] = {
    TEXT("name"), LIST("command"), DURATION("interval"), DURATION("timeout"), NUMBER("rise"), NUMBER("fall"),
};
static const struct event_key stage_keys[] = {
    TEXT("name"), NUMBER("pid"), TEXT("state"), TEXT("err"), NUMBER("signal"), NUMBER("status"),
};

/* The most frequent ones first. */
#define EVENT(name, keys)                                                                                              \
    {                                                                                                                  \
        name, keys, nitems(keys)                                                                                       \
    }
static const struct event_keys events[] = {
    EVENT("advert", advert_keys),
    EVENT("tick", tick_keys),
    EVENT("clock", clock_keys),
    EVENT("send", send_keys),
    EVENT("link", link_keys),
    EVENT("bad", bad_keys),
    EVENT("other", other_keys),
    EVENT("lost", lost_keys),
    EVENT("vr", vr_keys),
    EVENT("begin", id_keys),
    EVENT("commit", id_keys),
    EVENT("novr", novr_keys),
    EVENT("track", track_keys),
    EVENT("yield", yield_keys),
    EVENT("stop", id_keys),
    EVENT("status", status_keys),
    EVENT("answer", answer_keys),
    EVENT("state", state_keys),
    EVENT("notice", notice_keys),
    EVENT("elected", elected_keys),
    EVENT("vacant", vacant_keys),
    EVENT("stage", stage_keys),
    EVENT("announce", announce_keys),
    EVENT("alert", alert_keys),
    EVENT("allow", allow_keys),
    EVENT("measured", measured_keys),
    EVENT("statistics", statistics_keys),
    EVENT("watch", watch_keys),
    EVENT("check", check_keys),
};
/* clang-format on */

const struct event_keys *events_known(size_t *count)
{
    *count = nitems(events);
    return events;
}

const struct event_keys *event_find(struct span event)
{
    for (size_t i = 0; i < nitems(events); i++)
        if (span_is(event, events[i].event))
            return &events[i];
    return NULL;
}

size_t event_key_place(const struct event_keys *e, struct span key, size_t from)
{
    for (size_t i = from; i < e->count; i++)
        if (span_is(key, e->keys[i].name))
            return i;
    for (size_t i = 0; i < from && i < e->count; i++)
        if (span_is(key, e->keys[i].name))
            return i;
    return e->count;
}

size_t identity_key_place(struct span key)
{
    static const struct event_key keys[] = {SEEN};
    size_t i = 0;

    _Static_assert(nitems(keys) == IDENTITY_KEYS, "each of them has a place");
    while (i < nitems(keys) && !span_is(key, keys[i].name))
        i++;
    return i;
}

static bool garp_fits(struct span value)
{
    struct span item;
    uint64_t count;
    usec delay;

    for (size_t i = 0; list_next(&value, &item); i++)
        if (i > 2 || !(i == 1 ? parse_duration(item, &delay) : parse_u64(item, 0, 255, &count)))
            return false;
    return true;
}

bool value_fits(enum value_kind kind, struct span value)
{
    uint64_t number;
    int64_t integer;
    usec duration;
    instant steady;
    struct ip ip;
    struct mac mac;
    bool yes;

    switch (kind) {
    case KIND_NUMBER:
    case KIND_VERSION:
        return parse_u64(value, 0, UINT64_MAX, &number);
    case KIND_INTEGER:
        return parse_i64(value, INT64_MIN, INT64_MAX, &integer);
    case KIND_DURATION:
    case KIND_MEASURED:
        return parse_duration(value, &duration);
    case KIND_STEADY:
        return parse_steady(value, &steady);
    case KIND_YES_NO:
        return parse_yes_no(value, &yes);
    case KIND_ADDRESS:
        return ip_parse(&ip, value.at, value.len);
    case KIND_MAC:
        return mac_parse(&mac, value.at, value.len);
    case KIND_GARP:
        return garp_fits(value);
    case KIND_TEXT:
    case KIND_LIST:
        break;
    }
    return true;
}
