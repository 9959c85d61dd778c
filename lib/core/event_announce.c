/* Who says where an address of a virtual router lives: announce. */
#include "core/event_internal.h"

static const char *flag_name(unsigned flag)
{
    return announce_flag_name((enum announce_flag)flag);
}

static const char *op_name(unsigned op)
{
    return announce_op_name((enum announce_op)op);
}

void write_announce(struct writer *w, stamp t, const struct origin *o, const struct announce_event *e)
{
    writer_begin(w, t, "announce");
    put_origin(w, o, e->ip.family, e->vrid != 0 ? e->vrid : -1);
    put_ip(w, "ip", &e->ip);
    if (e->has_mac)
        put_mac(w, "mac", &e->mac);
    put_word(w, "op", announce_op_name(e->op));
    list_begin(w, "flags");
    for (unsigned flag = ANNOUNCE_REPLY_FORM; flag <= e->flags; flag <<= 1)
        if (e->flags & flag)
            list_word(w, flag_name(flag));
    list_end(w);
    if (e->has_smac)
        put_mac(w, "smac", &e->smac);
    writer_end(w);
}

bool read_announce(const struct line *l, struct origin *o, struct announce_event *e, const char **where)
{
    struct reader r = {.line = l};
    uint8_t af = 0;
    unsigned op = 0;
    *e = (struct announce_event){.op = ANNOUNCE_GARP};
    read_origin(&r, o);
    reader_needs(&r, "af", read_family(&r, &af));
    read_u8(&r, "vrid", 1, 255, &e->vrid);
    read_direction(&r, o);
    reader_needs(&r, "ip", read_ip(&r, "ip", af, &e->ip));
    e->has_mac = read_mac(&r, "mac", &e->mac);
    reader_needs(&r, "op", read_named(&r, "op", op_name, ANNOUNCE_NA, &op));
    e->op = (enum announce_op)op;
    read_flags(&r, flag_name, ANNOUNCE_UNICAST, &e->flags);
    e->has_smac = read_mac(&r, "smac", &e->smac);
    return reader_done(&r, where);
}
