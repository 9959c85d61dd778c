/* Where a packet was seen, and from whom to whom it went. */
#include "core/event_internal.h"

static const char *const dir_names[] = {[DIR_UNKNOWN] = NULL, [DIR_IN] = "in", [DIR_OUT] = "out"};

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

void put_origin(struct writer *w, const struct origin *o, int af, int vrid)
{
    if (o->seg[0])
        put_text(w, "seg", span_of(o->seg));
    if (o->host[0])
        put_text(w, "host", span_of(o->host));
    if (o->ifname[0])
        put_text(w, "if", span_of(o->ifname));
    if (o->vlan)
        put_u64(w, "vlan", o->vlan);
    if (af >= 0)
        put_u64(w, "af", (uint64_t)af);
    if (vrid >= 0)
        put_u64(w, "vrid", (uint64_t)vrid);
    put_word(w, "dir", dir_names[o->dir]);
}

void put_origin_of(struct writer *w, const struct origin *o, const struct advert *a)
{
    put_origin(w, o, a->has & HAS_IP ? a->af : -1, a->has & HAS_VRID ? a->vrid : -1);
}

void put_addressing(struct writer *w, const struct advert *a)
{
    if (a->has & HAS_IP) {
        put_ip(w, "src", &a->src);
        put_ip(w, "dst", &a->dst);
        put_u64(w, "ttl", a->ttl);
    }
    if (a->has & HAS_SMAC)
        put_mac(w, "smac", &a->smac);
    if (a->has & HAS_DMAC)
        put_mac(w, "dmac", &a->dmac);
}

void read_origin(struct reader *r, struct origin *o)
{
    *o = (struct origin){.dir = DIR_UNKNOWN};
    read_text(r, "seg", o->seg, sizeof(o->seg));
    read_text(r, "host", o->host, sizeof(o->host));
    read_text(r, "if", o->ifname, sizeof(o->ifname));
    read_u16(r, "vlan", 1, 4094, &o->vlan);
}

void read_direction(struct reader *r, struct origin *o)
{
    unsigned dir = DIR_UNKNOWN;
    read_word(r, "dir", dir_names, nitems(dir_names), &dir);
    o->dir = (enum direction)dir;
}

bool read_family(struct reader *r, uint8_t *af)
{
    uint8_t family;
    if (!read_u8(r, "af", 4, 6, &family))
        return false;
    if (family == 5) {
        reader_wrong(r, "af");
        return false;
    }
    *af = family;
    return true;
}

void read_addressing(struct reader *r, struct advert *a)
{
    bool both = read_ip(r, "src", a->af, &a->src) && read_ip(r, "dst", a->af, &a->dst);
    a->has |= both && a->af ? HAS_IP : 0;
    read_u8(r, "ttl", 0, 255, &a->ttl);
    a->has |= read_mac(r, "smac", &a->smac) ? HAS_SMAC : 0;
    a->has |= read_mac(r, "dmac", &a->dmac) ? HAS_DMAC : 0;
}

bool read_named(struct reader *r, const char *key, const char *(*name)(unsigned number), unsigned last, unsigned *out)
{
    struct span value;
    if (!reader_find(r, key, &value))
        return false;
    for (unsigned i = 0; i <= last; i++) {
        if (!name(i) || !span_is(value, name(i)))
            continue;
        *out = i;
        return true;
    }
    reader_wrong(r, key);
    return false;
}

void read_flags(struct reader *r, const char *(*name)(unsigned flag), unsigned last, unsigned *flags)
{
    struct span rest, item;
    if (!reader_find(r, "flags", &rest))
        return;
    while (list_next(&rest, &item))
        for (unsigned flag = 1; flag <= last; flag <<= 1)
            if (span_is(item, name(flag)))
                *flags |= flag;
}

bool read_place(const struct line *l, struct origin *o, uint8_t *af, uint8_t *vrid, const char **where)
{
    struct reader r = {.line = l};
    read_origin(&r, o);
    reader_needs(&r, "af", read_u8(&r, "af", 4, 6, af) && *af != 5);
    reader_needs(&r, "vrid", read_u8(&r, "vrid", 1, 255, vrid));
    return reader_done(&r, where);
}
