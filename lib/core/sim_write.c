/* What a simulation writes: lines as vrrp-listen has them, of each segment, and what was measured. */
#include <string.h>

#include "core/sim_internal.h"

static stamp stamp_of(const struct sim *s)
{
    return (stamp){s->options.start.ns + s->now.us * 1000};
}

static struct writer writer_of(struct sim *s)
{
    return (struct writer){.buffer = s->buffer, .size = sizeof s->buffer};
}

static void emit(struct sim *s, const struct writer *w)
{
    if (w->length > 0)
        s->options.emit(s->options.context, w->buffer, w->length);
}

void sim_write_clock(struct sim *s)
{
    struct clock_event c = {.time = stamp_of(s), .mono = s->now, .boot = "simulation", .source = SOURCE_FILE};
    struct writer w = writer_of(s);
    write_clock(&w, &c);
    emit(s, &w);
}

static struct origin origin_of(const struct sim_router *r)
{
    struct origin o = {.dir = DIR_IN};
    memcpy(o.seg, r->port->segment->name, sizeof o.seg);
    return o;
}

void sim_write_advert(struct sim *s, const struct sim_router *r, const struct advert *a)
{
    struct origin o = origin_of(r);
    struct writer w = writer_of(s);
    write_advert(&w, stamp_of(s), &o, a);
    emit(s, &w);
}

static void write_announcement(struct sim *s, const struct sim_router *r, const struct ip *ip)
{
    struct origin o = origin_of(r);
    struct announce_event e = {
        .ip = *ip,
        .op = ip->family == 4 ? ANNOUNCE_GARP : ANNOUNCE_NA,
        .flags = ip->family == 4 ? 0 : ANNOUNCE_ROUTER | ANNOUNCE_OVERRIDE,
        .has_mac = true,
        .mac = r->vmac ? vrrp_mac(r->id.af, r->id.vrid) : sim_mac(r->port->host),
        .vrid = r->id.vrid,
    };
    struct writer w = writer_of(s);
    write_announce(&w, stamp_of(s), &o, &e);
    emit(s, &w);
}

void sim_write_announcements(struct sim *s, const struct sim_router *r, unsigned times)
{
    size_t size = ip_size(r->id.af);
    for (unsigned n = 0; n < times; n++)
        for (uint8_t i = 0; i < r->count; i++) {
            struct ip ip = ip_from_bytes(r->id.af, r->addresses + i * size);
            write_announcement(s, r, &ip);
        }
}

void sim_write_measured(struct sim *s)
{
    struct writer w = writer_of(s);
    uint64_t takeovers = s->measured.takeovers;
    writer_begin(&w, stamp_of(s), "measured");
    put_u64(&w, "segments", s->segment_count);
    put_u64(&w, "hosts", s->host_count);
    put_u64(&w, "virtual-routers", s->group_count);
    put_seconds(&w, "for", s->now.us);
    put_u64(&w, "adverts", s->measured.adverts);
    put_u64(&w, "lost", s->measured.lost);
    put_u64(&w, "transitions", s->measured.transitions);
    put_u64(&w, "takeovers", takeovers);
    if (takeovers > 0) {
        put_seconds(&w, "takeover-mean", s->measured.takeover_sum / (usec)takeovers);
        put_seconds(&w, "takeover-longest", s->measured.takeover_longest);
    }
    put_seconds(&w, "vacant", s->measured.vacant);
    put_seconds(&w, "dual", s->measured.dual);
    writer_end(&w);
    emit(s, &w);
}
