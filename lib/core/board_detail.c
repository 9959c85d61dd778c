#include "core/board_detail.h"

#include <string.h>

#include "core/board_view.h"

struct writing {
    struct page *page;
    instant now;
    page_time *format_time;
    struct text line;
};

static struct text *begin(struct writing *w)
{
    w->line = (struct text){.at = w->page->lines[w->page->count], .size = PAGE_WIDTH};
    w->line.at[0] = '\0';
    return &w->line;
}

static void end(struct writing *w)
{
    while (w->line.length > 0 && w->line.at[w->line.length - 1] == ' ')
        w->line.at[--w->line.length] = '\0';
    w->page->count += w->page->count < PAGE_LINES - 1 ? 1 : 0;
}

static void blank(struct writing *w)
{
    begin(w);
    end(w);
}

/* Blanks up to a column, one at least. */
static void tab(struct text *t, size_t column)
{
    do
        text_word(t, " ");
    while (t->length < column && !t->cut);
}

static void right(struct text *t, const struct text *cell, size_t column)
{
    while (t->length + cell->length < column && !t->cut)
        text_word(t, " ");
    text_span(t, (struct span){cell->at, cell->length});
}

static void put_time(struct writing *w, stamp time, instant at)
{
    char text[STAMP_TEXT] = "-", ago[PAGE_WIDTH];
    struct text cell = {.at = ago, .size = sizeof ago};

    if (time.ns != 0 && w->format_time) {
        w->format_time(text, time);
        text_span(&w->line, (struct span){text + strlen("2026-11-22T"), strlen("10:19:48.962")});
    } else if (time.ns != 0) {
        text_span(&w->line, (struct span){text, format_stamp(text, time) - strlen("513000")});
    } else {
        text_word(&w->line, text);
    }
    cell_age(&cell, w->now.us - at.us);
    text_word(&cell, " ago");
    right(&w->line, &cell, w->line.length + sizeof "99d23h ago");
    text_word(&w->line, "  ");
}

/* --- The head. --- */

static void put_active(struct writing *w, const struct board_router *r)
{
    const struct board_speaker *active = board_active(r);
    struct text *t = begin(w);

    text_word(t, "Active     ");
    if (r->vacant) {
        text_word(t, "nobody");
    } else {
        cell_ip(t, &r->active);
    }
    if (!r->vacant && r->active.family != 0) {
        text_word(t, ", priority ");
        text_u64(t, active ? active->prio : r->prio);
    }
    if (active && active->prio == VRRP_PRIORITY_RESIGN)
        text_word(t, " (resigned)");
    end(w);
    if (r->vacant || !active)
        return;
    t = begin(w);
    text_word(t, "Heard      ");
    cell_age(t, w->now.us - active->last.us);
    text_word(t, " ago, every ");
    cell_every(t, active->interval);
    end(w);
}

static void put_counts(struct writing *w, const struct board_router *r)
{
    const struct board_change *last = board_change(r, 0);
    struct text *t = begin(w);

    text_word(t, "Changes    ");
    text_u64(t, r->changes);
    if (last) {
        text_word(t, r->changes > 0 ? ", the last " : "; first heard ");
        cell_age(t, w->now.us - last->at.us);
        text_word(t, " ago");
    }
    end(w);
    if (r->bad == 0)
        return;
    t = begin(w);
    text_word(t, "Invalid    ");
    text_u64(t, r->bad);
    text_word(t, r->bad == 1 ? " packet" : " packets");
    end(w);
}

/* As many to a line as there is room for on a small screen. */
static void put_addresses(struct writing *w, const struct board_router *r)
{
    enum { NARROW = 72 };
    struct text *t = begin(w);

    text_word(t, "Addresses  ");
    text_word(t, r->address_count == 0 ? "-" : "");
    for (size_t i = 0; i < r->address_count && i < BOARD_ADDRESSES; i++) {
        if (t->length > NARROW - 16) {
            end(w);
            t = begin(w);
            tab(t, strlen("Addresses  "));
        }
        cell_ip(t, &r->addresses[i]);
        text_word(t, "  ");
    }
    if (r->address_count > BOARD_ADDRESSES) {
        text_word(t, "and ");
        text_u64(t, (uint64_t)r->address_count - BOARD_ADDRESSES);
        text_word(t, " more");
    }
    end(w);
}

static void put_head(struct writing *w, const struct board_router *r)
{
    struct text *t = begin(w);

    text_word(t, "Virtual router ");
    text_u64(t, r->vrid);
    text_word(t, r->af == 6 ? " of IPv6 on " : " of IPv4 on ");
    cell_where(t, &r->origin);
    end(w);
    blank(w);
    put_active(w, r);
    put_addresses(w, r);
    if (r->has_own) {
        t = begin(w);
        text_word(t, "Own state  ");
        text_word(t, router_state_name(r->own));
        end(w);
    }
    put_counts(w, r);
}

/* --- Lists. --- */

/* Where each column of the speakers ends. */
static size_t source_width(const struct board_router *r)
{
    size_t width = strlen("SPEAKER");
    char text[IP_TEXT];

    for (size_t i = 0; i < r->speaker_count; i++) {
        size_t length = ip_format(text, &r->speakers[i].src);

        width = length > width ? length : width;
    }
    return width + 2;
}

static void put_cells(struct writing *w, size_t width, const struct text *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        static const size_t ends[] = {5, 9, 15, 21, 28, 37, 45};

        right(&w->line, &cells[i], width + ends[i]);
    }
}

static void put_speaker(struct writing *w, const struct board_router *r, const struct board_speaker *s, size_t width)
{
    enum { CELL_PRIO, CELL_VERSION, CELL_EVERY, CELL_LAST, CELL_JITTER, CELL_ADVERTS, CELL_MISSED, CELLS };
    char bytes[CELLS][DURATION_TEXT];
    struct text cells[CELLS], *t = begin(w);

    for (size_t i = 0; i < CELLS; i++)
        cells[i] = (struct text){.at = bytes[i], .size = sizeof bytes[i]};
    text_word(t, !r->vacant && ip_equal(&s->src, &r->active) ? "*" : " ");
    cell_ip(t, &s->src);
    text_u64(&cells[CELL_PRIO], s->prio);
    text_u64(&cells[CELL_VERSION], s->version);
    cell_every(&cells[CELL_EVERY], s->interval);
    cell_age(&cells[CELL_LAST], w->now.us - s->last.us);
    if (s->gaps > 0)
        cell_fine(&cells[CELL_JITTER], s->jitter);
    else
        text_word(&cells[CELL_JITTER], "-");
    text_u64(&cells[CELL_ADVERTS], s->adverts);
    text_u64(&cells[CELL_MISSED], s->missed);
    put_cells(w, width, cells, CELLS);
    text_word(t, "  ");
    text_word(t, s->has_cksum ? cksum_form_name(s->cksum) : "-");
    tab(t, width + 45 + strlen("  CHECKSUM "));
    text_word(t, s->has_auth ? auth_type_name(s->auth) : "-");
    text_word(t, s->out ? "  this machine" : "");
    end(w);
}

static void put_speakers(struct writing *w, const struct board_router *r)
{
    static const char titles[] = " PRIO VER EVERY  LAST JITTER  ADVERTS MISSED  CHECKSUM AUTH";
    size_t width = source_width(r);
    struct text *t;

    if (r->speaker_count == 0)
        return;
    blank(w);
    t = begin(w);
    text_word(t, " SPEAKER");
    tab(t, width);
    t->length = width; /* tab writes one blank at least */
    text_word(t, titles);
    end(w);
    for (size_t i = 0; i < r->speaker_count; i++)
        put_speaker(w, r, &r->speakers[i], width);
}

/* To the millisecond, since it is compared with an Active_Down_Interval. */
static void put_gap(struct text *t, usec gap)
{
    uint64_t ms = gap > 0 ? (uint64_t)(gap / MILLISECOND) : 0;

    text_u64(t, ms / 1000);
    text_word(t, ms % 1000 < 10 ? ".00" : ms % 1000 < 100 ? ".0" : ".");
    text_u64(t, ms % 1000);
    text_word(t, "s");
}

static void put_change(struct writing *w, const struct board_change *c)
{
    struct text *t = begin(w);

    text_word(t, " ");
    put_time(w, c->time, c->at);
    text_word(t, c->elected ? elected_why_name(c->why) : "vacant");
    tab(t, t->length + 11 - strlen(c->elected ? elected_why_name(c->why) : "vacant"));
    if (c->elected) {
        cell_ip(t, &c->active);
        text_word(t, " prio ");
        text_u64(t, c->prio);
    }
    if (c->has_gap) {
        text_word(t, c->elected ? ", gap " : "nobody for ");
        put_gap(t, c->gap);
    }
    if (c->was.family != 0) {
        text_word(t, ", was ");
        cell_ip(t, &c->was);
    }
    end(w);
}

static void put_changes(struct writing *w, const struct board_router *r)
{
    const struct board_change *c;

    if (r->told == 0)
        return;
    blank(w);
    text_word(begin(w), " CHANGES");
    end(w);
    for (size_t i = 0; (c = board_change(r, i)); i++)
        put_change(w, c);
}

static void put_alerts(struct writing *w, const struct board_router *r)
{
    const struct board_alert *a;

    if (r->alert_count == 0)
        return;
    blank(w);
    text_word(begin(w), " ALERTS");
    end(w);
    for (size_t i = 0; (a = board_alert(r, i)); i++) {
        struct text *t = begin(w);

        text_word(t, " ");
        put_time(w, a->time, a->at);
        text_word(t, severity_name(a->severity));
        text_word(t, " ");
        text_word(t, a->rule);
        text_word(t, " ");
        text_word(t, a->text);
        end(w);
    }
}

void detail_write(struct page *p, const struct board_router *r, instant now, page_time *format_time)
{
    struct writing w = {.page = p, .now = now, .format_time = format_time};

    p->count = 0;
    put_head(&w, r);
    put_speakers(&w, r);
    put_alerts(&w, r);
    put_changes(&w, r);
}
