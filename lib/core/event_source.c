/* What a source tells beside packets: link, clock, tick, lost; and track. */
#include <string.h>

#include "core/config_value.h"
#include "core/event.h"
#include "core/reader.h"

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static const char *const link_states[] = {[LINK_UP] = "up", [LINK_DOWN] = "down", [LINK_GONE] = "gone"};

void write_link(struct writer *w, stamp t, const struct link_event *e)
{
    writer_begin(w, t, "link");
    put_text(w, "if", span_of(e->ifname));
    put_word(w, "state", link_states[e->state]);
    if (e->has_mac)
        put_mac(w, "mac", &e->mac);
    if (e->mtu)
        put_u64(w, "mtu", e->mtu);
    if (e->primary4.family)
        put_ip(w, "primary4", &e->primary4);
    if (e->primary6.family)
        put_ip(w, "primary6", &e->primary6);
    if (e->other4.family)
        put_ip(w, "other4", &e->other4);
    if (e->other6.family)
        put_ip(w, "other6", &e->other6);
    writer_end(w);
}

bool read_link(const struct line *l, struct link_event *e, const char **where)
{
    struct reader r = {.line = l};
    unsigned state = LINK_UP;
    *e = (struct link_event){.state = LINK_UP};
    reader_needs(&r, "if", read_text(&r, "if", e->ifname, sizeof(e->ifname)));
    reader_needs(&r, "state", read_word(&r, "state", link_states, nitems(link_states), &state));
    e->state = (enum link_state)state;
    e->has_mac = read_mac(&r, "mac", &e->mac);
    read_u32(&r, "mtu", &e->mtu);
    read_ip(&r, "primary4", 4, &e->primary4);
    read_ip(&r, "primary6", 6, &e->primary6);
    read_ip(&r, "other4", 4, &e->other4);
    read_ip(&r, "other6", 6, &e->other6);
    return reader_done(&r, where);
}

static const char *const sources[] = {[SOURCE_NONE] = NULL, [SOURCE_LIVE] = "live", [SOURCE_FILE] = "file"};

void write_clock(struct writer *w, const struct clock_event *e)
{
    writer_begin(w, e->time, "clock");
    put_steady(w, "mono", e->mono);
    put_text(w, "boot", span_of(e->boot));
    put_word(w, "source", sources[e->source]);
    if (e->by_elect)
        put_word(w, "by", "elect");
    if (e->by_elect && e->says_hold)
        put_steady(w, "hold", e->hold);
    writer_end(w);
}

bool read_clock(const struct line *l, struct clock_event *e, const char **where)
{
    struct reader r = {.line = l};
    struct span mono, hold;
    unsigned source = SOURCE_NONE;
    *e = (struct clock_event){.time = l->time, .source = SOURCE_NONE};
    reader_needs(&r, "TIME", l->has_time);
    reader_needs(&r, "mono", reader_find(&r, "mono", &mono) && parse_steady(mono, &e->mono));
    read_text(&r, "boot", e->boot, sizeof(e->boot));
    read_word(&r, "source", sources, nitems(sources), &source);
    e->source = (enum clock_source)source;
    e->by_elect = line_is(l, "by", "elect");
    e->says_hold = e->by_elect && line_get(l, "hold", &hold);
    if (e->says_hold)
        reader_needs(&r, "hold", parse_steady(hold, &e->hold));
    return reader_done(&r, where);
}

void write_tick(struct writer *w, stamp t, usec every)
{
    writer_begin(w, t, "tick");
    put_duration(w, "every", every);
    writer_end(w);
}

void write_lost(struct writer *w, stamp t, const char *where, uint64_t n)
{
    writer_begin(w, t, "lost");
    put_text(w, "where", span_of(where));
    put_u64(w, "n", n);
    writer_end(w);
}

static const char *const track_states[] = {"down", "up"};

void write_track(struct writer *w, stamp t, const struct track_event *e)
{
    writer_begin(w, t, "track");
    put_text(w, "name", span_of(e->name));
    put_word(w, "state", track_states[e->up]);
    if (e->for_)
        put_duration(w, "for", e->for_);
    if (e->has_value)
        put_i64(w, "value", e->value);
    writer_end(w);
}

bool read_track(const struct line *l, struct track_event *e, const char **where)
{
    struct reader r = {.line = l};
    unsigned up = 0;
    *e = (struct track_event){.up = false};
    reader_needs(&r, "name", read_text(&r, "name", e->name, sizeof(e->name)));
    reader_needs(&r, "state", read_word(&r, "state", track_states, nitems(track_states), &up));
    e->up = up == 1;
    read_delay(&r, "for", &e->for_);
    e->has_value = read_i32(&r, "value", &e->value);
    return reader_done(&r, where);
}

void write_stage(struct writer *w, stamp t, const struct stage_event *e)
{
    writer_begin(w, t, "stage");
    put_word(w, "name", e->name);
    put_u64(w, "pid", e->pid);
    put_word(w, "state", e->ended ? "ended" : "started");
    put_word(w, "err", e->ended ? e->error : NULL);
    if (e->ended && !e->error && e->signal > 0)
        put_u64(w, "signal", e->signal);
    else if (e->ended && !e->error)
        put_u64(w, "status", e->status);
    writer_end(w);
}
