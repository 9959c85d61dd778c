#include "core/report.h"

#include <string.h>

/* What can be said before a line is made; most of what a filter refuses ends here. */
static bool refused(const struct filter *f, const struct frame *decoded)
{
    const struct advert *a = &decoded->advert;
    bool announces = decoded->kind == FRAME_ANNOUNCE;
    uint8_t af = announces ? decoded->announce.ip.family : a->has & HAS_IP ? a->af : 0;
    uint8_t vrid = announces ? decoded->announce.vrid : a->vrid;
    bool has_vrid = announces ? vrid != 0 : (a->has & HAS_VRID) != 0;

    if (f->af != 0 && af != f->af)
        return true;
    return !f->any_vrid && (!has_vrid || memchr(f->vrids, vrid, f->vrid_count) == NULL);
}

static bool matches(const struct filter *f, const char *text, size_t length)
{
    struct line l;
    struct span where;

    return length > 0 && line_parse(&l, text, length - 1, &where) == LINE_OK && match_line(&f->match, &l);
}

static void set_text(char *out, size_t size, const char *text)
{
    size_t length = text != NULL ? strnlen(text, size - 1) : 0;

    if (length > 0)
        memcpy(out, text, length);
    out[length] = '\0';
}

static void set_origin(struct origin *o, const struct reporter *r, const struct sighting *s,
                       const struct frame *decoded)
{
    set_text(o->seg, sizeof o->seg, r->seg);
    o->host[0] = '\0';
    set_text(o->ifname, sizeof o->ifname, s->ifname);
    o->vlan = decoded->vlan;
    o->dir = s->dir != DIR_UNKNOWN ? s->dir : decoded->dir;
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
        write_other(w, t, o, &decoded->advert, &decoded->other);
        break;
    case FRAME_ANNOUNCE:
        write_announce(w, t, o, &decoded->announce);
        break;
    }
}

/* Is it of those that are told, by what is in it? Addresses are learnt from what is told only: so many cannot come. */
static bool is_told(const struct reporter *r, const struct sighting *s, struct frame *decoded)
{
    if (decoded->kind == FRAME_FOREIGN)
        return false;
    if (decoded->kind == FRAME_ANNOUNCE &&
        (r->vips == NULL || !vips_concerns(r->vips, s, decoded, &decoded->announce.vrid)))
        return false;
    if (refused(r->filter, decoded))
        return false;
    if (r->limit != NULL && !limit_passes(r->limit, s, decoded))
        return false;
    if (decoded->kind == FRAME_ADVERT && r->vips != NULL)
        vips_hear(r->vips, s, decoded);
    return true;
}

enum frame_kind report_frame(const struct reporter *r, struct writer *w, const struct sighting *s,
                             struct frame *decoded)
{
    struct origin origin;
    size_t before = w->length;

    frame_decode(decoded, s->link, s->bytes, s->length);
    if (r->verifier != NULL && decoded->kind == FRAME_ADVERT && !refused(r->filter, decoded))
        auth_verify(r->verifier, s, decoded);
    if (!is_told(r, s, decoded))
        return FRAME_FOREIGN;
    set_origin(&origin, r, s, decoded);
    write_frame(w, s->time, &origin, decoded);
    bool every = filter_is_empty(r->filter);
    if (w->length > before && (every || matches(r->filter, w->buffer + before, w->length - before)))
        return decoded->kind;
    w->length = before;
    return FRAME_FOREIGN;
}
