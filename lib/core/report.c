#include "core/report.h"

#include <string.h>

/* What can be said before a line is made; most of what a filter refuses ends here. */
static bool refused(const struct filter *f, const struct advert *a)
{
    if (f->af != 0 && ((a->has & HAS_IP) == 0 || a->af != f->af))
        return true;
    return !f->any_vrid && ((a->has & HAS_VRID) == 0 || memchr(f->vrids, a->vrid, f->vrid_count) == NULL);
}

static bool matches(const struct filter *f, const char *text, size_t length)
{
    struct line l;
    struct span where;

    return length > 0 && line_parse(&l, text, length - 1, &where) == LINE_OK && match_line(&f->match, &l);
}

static void set_origin(struct origin *o, const struct sighting *s, const struct frame *decoded)
{
    o->seg[0] = o->host[0] = o->ifname[0] = '\0';
    o->vlan = decoded->vlan;
    o->dir = s->dir != DIR_UNKNOWN ? s->dir : decoded->dir;
    if (s->ifname != NULL) {
        size_t length = strnlen(s->ifname, sizeof o->ifname - 1);

        memcpy(o->ifname, s->ifname, length);
        o->ifname[length] = '\0';
    }
}

static void write_frame(struct writer *w, stamp t, const struct origin *o, const struct frame *decoded)
{
    switch (decoded->kind) {
    case FRAME_FOREIGN:
        break;
    case FRAME_ADVERT:
        write_advert(w, t, o, &decoded->advert);
        break;
    case FRAME_BAD:
        write_bad(w, t, o, &decoded->advert, decoded->verdict);
        break;
    case FRAME_OTHER:
        write_other(w, t, o, &decoded->advert, decoded->verdict);
        break;
    }
}

enum frame_kind report_frame(struct writer *w, const struct filter *filter, struct limit *limit,
                             const struct sighting *s, struct frame *decoded)
{
    struct origin origin;
    size_t before = w->length;

    frame_decode(decoded, s->link, s->bytes, s->length);
    if (decoded->kind == FRAME_FOREIGN || refused(filter, &decoded->advert))
        return FRAME_FOREIGN;
    if (limit != NULL && !limit_passes(limit, s, decoded))
        return FRAME_FOREIGN;
    set_origin(&origin, s, decoded);
    write_frame(w, s->time, &origin, decoded);
    if (w->length > before && (filter_is_empty(filter) || matches(filter, w->buffer + before, w->length - before)))
        return decoded->kind;
    w->length = before;
    return FRAME_FOREIGN;
}
