#include "core/log_head.h"

#include <stdlib.h>
#include <string.h>

#include "core/freshness.h"

enum { ENTRIES_MOST = 65536 }; /* of a kind */

/* One line: of a virtual router (id, name), an interface or a track (name). */
struct entry {
    struct identity id;
    char name[NAME_TEXT];
    stamp until; /* of a track that holds until then; 0: no end */
    bool up;
    bool has_value; /* of a track */
    int32_t value;
    size_t len;
    char text[]; /* what follows TIME, with its newline */
};

struct list {
    struct entry **items;
    size_t count, room;
};

struct log_head {
    struct clock_map map;
    enum clock_source source;
    stamp last; /* the latest TIME */
    struct list routers, staged, links, tracks;
    bool staging, staged_wrong;
    char buffer[LINE_BYTES + 1];
};

/* Lists */

static void list_clear(struct list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    list->count = 0;
}

static void list_free(struct list *list)
{
    list_clear(list);
    free(list->items);
    *list = (struct list){0};
}

static bool list_append(struct list *list, struct entry *e)
{
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 16;
        struct entry **grown = room > ENTRIES_MOST ? NULL : realloc(list->items, room * sizeof(struct entry *));
        if (!grown)
            return false;
        list->items = grown;
        list->room = room;
    }
    list->items[list->count++] = e;
    return true;
}

/* Takes e: into the place of the one with its name, or behind the others. False: e was freed. */
static bool list_set(struct list *list, struct entry *e, bool by_identity)
{
    for (size_t i = 0; i < list->count; i++) {
        struct entry *old = list->items[i];
        if (by_identity ? !identity_equal(&old->id, &e->id) : strcmp(old->name, e->name) != 0)
            continue;
        list->items[i] = e;
        free(old);
        return true;
    }
    if (list_append(list, e))
        return true;
    free(e);
    return false;
}

static void list_remove(struct list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i]->name, name) != 0)
            continue;
        free(list->items[i]);
        memmove(list->items + i, list->items + i + 1, (--list->count - i) * sizeof(struct entry *));
        return;
    }
}

/* The line in w without its TIME. */
static struct entry *entry_new(const struct writer *w)
{
    const char *blank = w->length > 0 ? memchr(w->buffer, ' ', w->length) : NULL;
    if (!blank)
        return NULL;
    size_t len = w->length - (size_t)(blank + 1 - w->buffer);
    struct entry *e = calloc(1, sizeof *e + len);
    if (!e)
        return NULL;
    memcpy(e->text, blank + 1, len);
    e->len = len;
    return e;
}

struct log_head *log_head_new(void)
{
    return calloc(1, sizeof(struct log_head));
}

void log_head_free(struct log_head *h)
{
    if (!h)
        return;
    list_free(&h->routers);
    list_free(&h->staged);
    list_free(&h->links);
    list_free(&h->tracks);
    free(h);
}

/* Lines. What vrrp-elect refused has changed nothing there, and changes nothing here. */

static struct writer writer_of(struct log_head *h)
{
    return (struct writer){.buffer = h->buffer, .size = sizeof h->buffer};
}

static bool take_clock(struct log_head *h, const struct line *l)
{
    struct clock_event clock;
    const char *where;
    if (!read_clock(l, &clock, &where))
        return true;
    if (clock.source != SOURCE_NONE)
        h->source = clock.source;
    h->map = (struct clock_map){.known = true, .clock = clock};
    h->last = clock.time;
    return true;
}

/* id= is the line's, not the virtual router's. */
static bool parse_vr(const struct line *l, struct vr_config *config, struct prefix_buffer *buffer)
{
    struct config_error error;
    struct line without = *l;
    without.count = 0;
    for (size_t i = 0; i < l->count; i++)
        if (!span_is(l->fields[i].key, "id"))
            without.fields[without.count++] = l->fields[i];
    return config_parse(config, buffer, &without, &error);
}

static bool take_vr(struct log_head *h, const struct line *l)
{
    struct vr_config config;
    struct prefix_buffer buffer;
    if (!parse_vr(l, &config, &buffer)) {
        h->staged_wrong = h->staging;
        return true;
    }
    struct writer w = writer_of(h);
    write_vr(&w, (stamp){0}, &config);
    struct entry *e = entry_new(&w);
    if (!e)
        return w.length == 0; /* too long for a line: it cannot be written either */
    e->id = config.id;
    memcpy(e->name, config.name, sizeof e->name);
    return list_set(h->staging ? &h->staged : &h->routers, e, true);
}

static bool take_novr(struct log_head *h, const struct line *l)
{
    char name[NAME_TEXT];
    struct span written;
    if (line_get(l, "name", &written) && parse_name(written, name, sizeof name))
        list_remove(&h->routers, name);
    return true;
}

static bool take_begin(struct log_head *h, const struct line *l)
{
    (void)l;
    list_clear(&h->staged);
    h->staging = true;
    h->staged_wrong = false;
    return true;
}

static bool take_commit(struct log_head *h, const struct line *l)
{
    (void)l;
    if (h->staging && !h->staged_wrong) {
        struct list old = h->routers;
        h->routers = h->staged;
        h->staged = old;
    }
    list_clear(&h->staged);
    h->staging = false;
    return true;
}

static bool take_link(struct log_head *h, const struct line *l)
{
    struct link_event link;
    const char *where;
    if (!read_link(l, &link, &where))
        return true;
    struct writer w = writer_of(h);
    write_link(&w, (stamp){0}, &link);
    struct entry *e = entry_new(&w);
    if (!e)
        return false;
    memcpy(e->name, link.ifname, sizeof link.ifname);
    return list_set(&h->links, e, false);
}

static bool take_track(struct log_head *h, const struct line *l)
{
    struct track_event track;
    const char *where;
    if (!read_track(l, &track, &where))
        return true;
    struct writer w = writer_of(h);
    write_track(&w, (stamp){0}, &track);
    struct entry *e = entry_new(&w);
    if (!e)
        return false;
    memcpy(e->name, track.name, sizeof e->name);
    e->up = track.up;
    e->has_value = track.has_value;
    e->value = track.value;
    e->until.ns = track.for_ > 0 ? h->last.ns + track.for_ * 1000 : 0;
    return list_set(&h->tracks, e, false);
}

enum log_head_result log_head_take(struct log_head *h, const char *text, size_t len)
{
    static const struct {
        const char *event;
        bool (*take)(struct log_head *h, const struct line *l);
    } takers[] = {
        {"clock", take_clock},   {"vr", take_vr},     {"novr", take_novr},   {"begin", take_begin},
        {"commit", take_commit}, {"link", take_link}, {"track", take_track},
    };
    struct line l;
    struct span where;
    if (line_parse(&l, text, len, &where) != LINE_OK)
        return LOG_HEAD_DONE;
    if (span_is(l.event, "stage"))
        return h->routers.count > 0 ? LOG_HEAD_OVER : LOG_HEAD_DONE;
    if (l.has_time && l.time.ns > h->last.ns)
        h->last = l.time;
    for (size_t i = 0; i < nitems(takers); i++)
        if (span_is(l.event, takers[i].event))
            return takers[i].take(h, &l) ? LOG_HEAD_DONE : LOG_HEAD_NO_MEMORY;
    return LOG_HEAD_DONE;
}

/* Writing */

struct output {
    struct writer w;
    stamp now;
    log_head_put *put;
    void *context;
    char buffer[LINE_BYTES + STAMP_TEXT + 1];
};

static void hand_out(struct output *o)
{
    if (o->w.length > 0)
        o->put(o->context, o->w.buffer, o->w.length);
    o->w.length = 0;
}

/* On the map of the last `clock` line, so that a replay of all files one after the other is not moved by it. */
static instant moment(const struct log_head *h, stamp *now)
{
    instant at = {0};
    *now = h->last;
    if (clock_to_instant(&h->map, h->last, &at))
        *now = clock_to_stamp(&h->map, at);
    return at;
}

static void begin_output(struct output *o, stamp now, log_head_put *put, void *context)
{
    o->w = (struct writer){.buffer = o->buffer, .size = sizeof o->buffer};
    o->now = now;
    o->put = put;
    o->context = context;
}

static void put_list(struct output *o, const struct list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct entry *e = list->items[i];
        size_t length = format_stamp(o->buffer, o->now);
        o->buffer[length++] = ' ';
        memcpy(o->buffer + length, e->text, e->len);
        o->w.length = length + e->len;
        hand_out(o);
    }
}

/* One that ends by itself has only the rest of its time left. */
static void put_tracks(struct output *o, const struct list *tracks)
{
    for (size_t i = 0; i < tracks->count; i++) {
        const struct entry *e = tracks->items[i];
        struct track_event track = {.up = e->up, .has_value = e->has_value, .value = e->value};
        memcpy(track.name, e->name, sizeof track.name);
        track.for_ = e->until.ns > 0 ? (e->until.ns - o->now.ns) / 1000 : 0;
        if (track.for_ < 0 || (track.for_ == 0 && e->until.ns > 0))
            continue;
        write_track(&o->w, o->now, &track);
        hand_out(o);
    }
}

void log_head_write(const struct log_head *h, log_head_put *put, void *context)
{
    struct output o;
    stamp now;
    instant at = moment(h, &now);
    begin_output(&o, now, put, context);
    if (h->map.known) {
        struct clock_event clock = h->map.clock;
        clock.time = now;
        clock.mono = at;
        clock.source = h->source;
        clock.says_hold = false;
        write_clock(&o.w, &clock);
        hand_out(&o);
    }
    put_list(&o, &h->routers);
    if (h->staging) {
        writer_begin(&o.w, now, "begin");
        writer_end(&o.w);
        hand_out(&o);
        put_list(&o, &h->staged);
    }
    put_list(&o, &h->links);
    put_tracks(&o, &h->tracks);
}

void log_head_end(struct log_head *h, log_head_put *put, void *context)
{
    struct output o;
    stamp now;
    (void)moment(h, &now);
    begin_output(&o, now, put, context);
    for (size_t i = 0; i < h->routers.count; i++) {
        const char *name = h->routers.items[i]->name;
        writer_begin(&o.w, now, "novr");
        put_text(&o.w, "name", (struct span){name, strlen(name)});
        writer_end(&o.w);
        hand_out(&o);
    }
    for (size_t i = 0; i < h->tracks.count; i++) { /* what comes next knows of none */
        struct track_event track = {.up = false};
        if (!h->tracks.items[i]->up)
            continue;
        memcpy(track.name, h->tracks.items[i]->name, sizeof track.name);
        write_track(&o.w, now, &track);
        hand_out(&o);
    }
    list_clear(&h->routers);
    list_clear(&h->staged);
    list_clear(&h->links);
    list_clear(&h->tracks);
    h->staging = h->staged_wrong = false;
}
