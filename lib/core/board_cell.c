/* A virtual router's cells. */
#include "core/board_view.h"
#include "core/config.h"

/* --- Values. --- */

void cell_plain(struct text *t, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";

    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        char escaped[] = {'%', hex[c >> 4], hex[c & 15]};

        text_span(t, c > ' ' && c <= '~' && c != '%' ? (struct span){text, 1} : (struct span){escaped, 3});
    }
}

void cell_where(struct text *t, const struct origin *o)
{
    const char *const nodes[] = {o->seg, o->host};

    for (size_t i = 0; i < nitems(nodes); i++) {
        cell_plain(t, nodes[i]);
        text_word(t, nodes[i][0] != '\0' ? ":" : "");
    }
    cell_plain(t, o->ifname[0] != '\0' ? o->ifname : "-");
    if (o->vlan != 0) {
        text_word(t, ".");
        text_u64(t, o->vlan);
    }
}

void cell_ip(struct text *t, const struct ip *ip)
{
    char text[IP_TEXT] = "-";

    if (ip->family != 0)
        ip_format(text, ip);
    text_word(t, text);
}

static void put_two(struct text *t, uint64_t n)
{
    text_word(t, n < 10 ? "0" : "");
    text_u64(t, n);
}

static void put_tenths(struct text *t, usec d, usec unit)
{
    text_u64(t, (uint64_t)(d / unit));
    text_word(t, ".");
    text_u64(t, (uint64_t)(d % unit * 10 / unit));
}

void cell_age(struct text *t, usec d)
{
    uint64_t s = d > 0 ? (uint64_t)(d / SECOND) : 0;

    if (s < 10) {
        put_tenths(t, d > 0 ? d : 0, SECOND);
        text_word(t, "s");
    } else if (s < 100) {
        text_u64(t, s);
        text_word(t, "s");
    } else {
        static const struct {
            uint64_t below, large, small;
            const char *names[2];
        } units[] = {
            {UINT64_C(6000), 60, 1, {"m", "s"}},
            {UINT64_C(360000), 3600, 60, {"h", "m"}},
            {UINT64_MAX, 86400, 3600, {"d", "h"}},
        };
        size_t i = 0;

        while (s >= units[i].below)
            i++;
        text_u64(t, s / units[i].large);
        text_word(t, units[i].names[0]);
        put_two(t, s % units[i].large / units[i].small);
        text_word(t, units[i].names[1]);
    }
}

void cell_fine(struct text *t, usec d)
{
    if (d < MILLISECOND) {
        text_u64(t, (uint64_t)d);
        text_word(t, "us");
    } else if (d < 10 * MILLISECOND) {
        put_tenths(t, d, MILLISECOND);
        text_word(t, "ms");
    } else if (d < SECOND) {
        text_u64(t, (uint64_t)(d / MILLISECOND));
        text_word(t, "ms");
    } else {
        put_tenths(t, d, SECOND);
        text_word(t, "s");
    }
}

void cell_every(struct text *t, usec d)
{
    char text[DURATION_TEXT];

    format_duration(text, d);
    text_word(t, text);
}

/* --- Cells: nothing is written for what is not known. --- */

/* "0": it has resigned, and nobody has taken over yet. */
static void put_prio(struct text *t, const struct board_router *r, const struct board_speaker *active)
{
    if (r->active.family != 0)
        text_u64(t, active ? active->prio : r->prio);
}

static void put_since(struct text *t, const struct board_router *r, instant now)
{
    const struct board_change *last = board_change(r, 0);

    if (last)
        cell_age(t, now.us - last->at.us);
}

static void put_alerts(struct text *t, const struct board_router *r)
{
    if (r->alert_count == 0)
        return;
    text_word(t, severity_name(r->worst));
    text_word(t, " ");
    text_u64(t, r->alert_count);
}

static void put_addresses(struct text *t, const struct board_router *r)
{
    for (size_t i = 0; i < r->address_count && i < BOARD_ADDRESSES; i++) {
        text_word(t, i > 0 ? "," : "");
        cell_ip(t, &r->addresses[i]);
    }
    if (r->address_count > BOARD_ADDRESSES)
        text_word(t, ",...");
}

static void put_heard(struct text *t, const struct board_router *r, instant now)
{
    if (!r->heard)
        return;
    text_u64(t, r->speaker_count);
    text_word(t, board_rivals(r, now) > 0 ? "!" : "");
}

static void put_active(struct text *t, const struct board_router *r)
{
    if (r->vacant)
        text_word(t, "vacant");
    else
        cell_ip(t, &r->active);
}

void cell_put(struct text *t, enum view_column c, const struct board_router *r, instant now)
{
    const struct board_speaker *active = r->vacant ? NULL : board_active(r);

    switch (c) {
    case VIEW_WHERE:
        cell_where(t, &r->origin);
        break;
    case VIEW_FAMILY:
        text_u64(t, r->af);
        break;
    case VIEW_VRID:
        text_u64(t, r->vrid);
        break;
    case VIEW_ACTIVE:
        put_active(t, r);
        break;
    case VIEW_PRIO:
        put_prio(t, r, active);
        break;
    case VIEW_EVERY:
        if (active)
            cell_every(t, active->interval);
        break;
    case VIEW_AGE:
        if (active)
            cell_age(t, now.us - active->last.us);
        break;
    case VIEW_JITTER:
        if (active && active->gaps > 0)
            cell_fine(t, active->jitter);
        break;
    case VIEW_CHANGES:
        text_u64(t, r->changes);
        break;
    case VIEW_SINCE:
        put_since(t, r, now);
        break;
    case VIEW_HEARD:
        put_heard(t, r, now);
        break;
    case VIEW_OWN:
        text_word(t, r->has_own ? router_state_name(r->own) : "");
        break;
    case VIEW_ALERTS:
        put_alerts(t, r);
        break;
    case VIEW_ADDRESSES:
        put_addresses(t, r);
        break;
    case VIEW_COLUMNS:
        break;
    }
}
