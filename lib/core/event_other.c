/* Who speaks another protocol of this kind: other. */
#include "core/event_internal.h"

static const char *proto_name(unsigned proto)
{
    return other_protocol_name((enum other_protocol)proto);
}

static const char *op_name(unsigned op)
{
    return other_op_name((enum other_op)op);
}

static const char *state_name(unsigned state)
{
    return other_state_name((enum other_state)state);
}

void write_other(struct writer *w, stamp t, const struct origin *o, const struct advert *a, const struct other_event *e)
{
    writer_begin(w, t, "other");
    put_origin_of(w, o, a);
    put_word(w, "proto", other_protocol_name(e->proto));
    put_addressing(w, a);
    if (e->has & OTHER_HAS_VERSION)
        put_u64(w, "ver", e->version);
    put_word(w, "op", other_op_name(e->op));
    if (e->has & OTHER_HAS_GROUP)
        put_u64(w, "group", e->group);
    put_word(w, "state", other_state_name(e->state));
    if (e->has & OTHER_HAS_PRIO)
        put_u64(w, "prio", e->prio);
    if (e->has & OTHER_HAS_TIMES) {
        put_duration(w, "hello", e->hello);
        put_duration(w, "hold", e->hold);
    }
    if (e->has & OTHER_HAS_CARP) {
        put_u64(w, "advbase", e->advbase);
        put_u64(w, "advskew", e->advskew);
    }
    if (e->ip.family)
        put_ip(w, "ip", &e->ip);
    writer_end(w);
}

/* ver op group state prio hello hold advbase advskew ip */
static void read_rest(struct reader *r, struct other_event *e)
{
    unsigned op = OTHER_OP_NONE, state = OTHER_STATE_NONE;
    e->has |= read_u8(r, "ver", 0, UINT8_MAX, &e->version) ? OTHER_HAS_VERSION : 0;
    read_named(r, "op", op_name, OTHER_RESIGN, &op);
    e->op = (enum other_op)op;
    e->has |= read_u16(r, "group", 0, UINT16_MAX, &e->group) ? OTHER_HAS_GROUP : 0;
    read_named(r, "state", state_name, OTHER_ACTIVE, &state);
    e->state = (enum other_state)state;
    e->has |= read_u32(r, "prio", &e->prio) ? OTHER_HAS_PRIO : 0;
    if (read_duration(r, "hello", &e->hello) && read_duration(r, "hold", &e->hold))
        e->has |= OTHER_HAS_TIMES;
    if (read_u8(r, "advbase", 0, UINT8_MAX, &e->advbase) && read_u8(r, "advskew", 0, UINT8_MAX, &e->advskew))
        e->has |= OTHER_HAS_CARP;
    read_ip(r, "ip", 0, &e->ip);
}

bool read_other(const struct line *l, struct origin *o, struct advert *a, struct other_event *e, const char **where)
{
    struct reader r = {.line = l};
    unsigned proto = OTHER_CARP;
    *a = (struct advert){.has = 0};
    read_origin(&r, o);
    read_family(&r, &a->af);
    a->has |= read_u8(&r, "vrid", 0, UINT8_MAX, &a->vrid) ? HAS_VRID : 0;
    read_direction(&r, o);
    reader_needs(&r, "proto", read_named(&r, "proto", proto_name, OTHER_GLBP, &proto));
    *e = (struct other_event){.proto = (enum other_protocol)proto};
    read_addressing(&r, a);
    read_rest(&r, e);
    return reader_done(&r, where);
}
