/* The lines of a scenario: each is checked when it is read, and done when its time has come. */
#include <stdlib.h>
#include <string.h>

#include "core/grow.h"
#include "core/reader.h"
#include "core/sim_internal.h"

struct act {
    struct sim *sim;
    const struct line *line;
    struct reader reader;
    struct sim_error *error;
    bool now; /* else it is only checked */
};

static bool refuse(struct act *a, struct span word, const char *reason)
{
    a->error->word = word;
    size_t n = strnlen(reason, sizeof a->error->reason - 1);
    memcpy(a->error->reason, reason, n);
    a->error->reason[n] = '\0';
    return false;
}

static bool refuse_key(struct act *a, const char *key, const char *reason)
{
    struct span value = {0};
    line_get(a->line, key, &value);
    return refuse(a, value, reason);
}

/* A key that is missing or has a wrong value. */
static bool refuse_value(struct act *a, const char *key)
{
    struct span value;
    size_t length = strlen(key);
    if (!line_get(a->line, key, &value))
        return refuse(a, (struct span){key, length}, "missing");
    return refuse(a, (struct span){value.at - length - 1, length + 1 + value.len}, "a value that it cannot have");
}

/* Values */

/* A share of all, 0 to 1, with up to six decimals. */
static bool parse_loss(struct span value, uint32_t *out)
{
    uint32_t loss = 0, unit = 1000000;
    if (value.len < 1 || value.len > 8 || value.len == 2)
        return false;
    for (size_t i = 0; i < value.len; i++) {
        if (i == 1 && value.at[i] == '.')
            continue;
        if (i == 1 || value.at[i] < '0' || value.at[i] > '9')
            return false;
        loss += (uint32_t)(value.at[i] - '0') * unit;
        unit /= 10;
    }
    *out = loss;
    return loss <= 1000000;
}

static void read_loss(struct reader *r, uint32_t *out)
{
    struct span value;
    if (reader_find(r, "loss", &value) && !parse_loss(value, out))
        reader_wrong(r, "loss");
}

static struct sim_segment *read_segment(struct act *a, bool make)
{
    char name[NODE_TEXT];
    bool there = read_text(&a->reader, "seg", name, sizeof name);
    reader_needs(&a->reader, "seg", there);
    struct sim_segment *g = there ? sim_segment(a->sim, name, make) : NULL;
    if (there && !g)
        refuse_key(a, "seg", make ? "out of memory" : "no such segment");
    return g;
}

static struct sim_host *read_host(struct act *a, const char *key)
{
    char name[NODE_TEXT];
    bool there = read_text(&a->reader, key, name, sizeof name);
    reader_needs(&a->reader, key, there);
    struct sim_host *h = there ? sim_host(a->sim, name, false) : NULL;
    if (there && !h)
        refuse_key(a, key, "no such host: a vr line names it first");
    return h;
}

/* Nothing was wrong with the keys, and it is to be done. */
static bool is_right(struct act *a)
{
    const char *key;
    if (a->error->reason[0])
        return false;
    return reader_done(&a->reader, &key) || refuse_value(a, key);
}

/* Segments */

static bool act_segment(struct act *a)
{
    struct sim_segment *g = read_segment(a, true);
    struct sim_segment copy = g ? *g : (struct sim_segment){0};
    read_loss(&a->reader, &copy.loss);
    read_delay(&a->reader, "delay", &copy.delay);
    read_delay(&a->reader, "jitter", &copy.jitter);
    if (!is_right(a))
        return false;
    if (a->now) {
        g->loss = copy.loss;
        g->delay = copy.delay;
        g->jitter = copy.jitter;
    }
    return true;
}

static struct sim_path *path(struct sim_segment *g, const struct sim_host *from, const struct sim_host *to)
{
    for (size_t i = 0; i < g->path_count; i++)
        if (g->paths[i].from == from && g->paths[i].to == to)
            return &g->paths[i];
    struct sim_path *grown = realloc(g->paths, (g->path_count + 1) * sizeof *grown);
    if (!grown)
        return NULL;
    g->paths = grown;
    grown[g->path_count] = (struct sim_path){.from = from, .to = to, .loss = g->loss, .delay = g->delay};
    return &grown[g->path_count++];
}

static bool act_path(struct act *a)
{
    struct sim_segment *g = read_segment(a, false);
    struct sim_host *from = read_host(a, "from"), *to = read_host(a, "to");
    struct sim_path new = {.loss = g ? g->loss : 0, .delay = g ? g->delay : 0};
    read_loss(&a->reader, &new.loss);
    read_delay(&a->reader, "delay", &new.delay);
    if (!is_right(a))
        return false;
    struct sim_path *p = a->now ? path(g, from, to) : NULL;
    if (p) {
        p->loss = new.loss;
        p->delay = new.delay;
    }
    return !a->now || p || refuse(a, a->line->event, "out of memory");
}

static struct sim_port *port_on(const struct sim_segment *g, const struct sim_host *h)
{
    struct sim_port *p = g->ports;
    while (p && p->host != h)
        p = p->next_of_segment;
    return p;
}

/* Those that are named hear only each other from now on. */
static bool act_partition(struct act *a)
{
    struct sim_segment *g = read_segment(a, false);
    struct span rest, item;
    unsigned side = g && a->now ? ++g->sides : 0;
    bool there = reader_find(&a->reader, "hosts", &rest);
    reader_needs(&a->reader, "hosts", there);
    while (there && g && list_next(&rest, &item)) {
        char name[NODE_TEXT];
        struct sim_host *h = parse_name(item, name, sizeof name) ? sim_host(a->sim, name, false) : NULL;
        struct sim_port *p = h ? port_on(g, h) : NULL;
        if (!p)
            return refuse(a, item, "no such host on this segment");
        if (a->now)
            p->side = side;
    }
    return is_right(a);
}

static bool act_heal(struct act *a)
{
    struct sim_segment *g = read_segment(a, false);
    if (!is_right(a))
        return false;
    for (struct sim_port *p = g->ports; a->now && p; p = p->next_of_segment)
        p->side = 0;
    return true;
}

/* Virtual routers */

/* Without what is the scenario's, and eth0 where no interface is named. */
static bool parse_vr(const struct line *l, struct vr_config *c, struct prefix_buffer *buffer,
                     struct config_error *error)
{
    static const struct field eth0 = {{"if", 2}, {"eth0", 4}};
    struct line without = *l;
    struct span ifname;
    without.count = 0;
    for (size_t i = 0; i < l->count; i++)
        if (!span_is(l->fields[i].key, "host") && !span_is(l->fields[i].key, "seg"))
            without.fields[without.count++] = l->fields[i];
    if (!line_get(l, "if", &ifname) && without.count < LINE_FIELDS)
        without.fields[without.count++] = eth0;
    return config_parse(c, buffer, &without, error);
}

bool sim_parse_vr(const struct sim_router *r, struct vr_config *c, struct prefix_buffer *buffer)
{
    struct line l;
    struct span where;
    struct config_error error;
    return line_parse(&l, r->config, r->config_size, &where) == LINE_OK && parse_vr(&l, c, buffer, &error);
}

static bool name_is_taken(const struct sim_host *h, const struct vr_config *c)
{
    for (const struct sim_router *r = h->routers; r; r = r->next_of_host)
        if (r->config && strcmp(r->name, c->name) == 0 && !identity_equal(&r->id, &c->id))
            return true;
    return false;
}

static char *copy_of(struct span text)
{
    char *copy = malloc(text.len + 1);
    if (copy)
        memcpy(copy, text.at, text.len);
    return copy;
}

/* From here on it is configured so; a host without anything before starts. */
static bool adopt(struct act *a, struct sim_router *r, const struct vr_config *c)
{
    struct sim_host *h = r->port->host;
    bool first = true;
    for (const struct sim_router *other = h->routers; other; other = other->next_of_host)
        first = first && !other->config;
    char *config = copy_of(a->line->text);
    if (!config)
        return refuse(a, a->line->event, "out of memory");
    free(r->config);
    r->config = config;
    r->config_size = a->line->text.len;
    memcpy(r->name, c->name, sizeof r->name);
    if (a->sim->started && first)
        sim_start(h);
    else if (a->sim->started)
        sim_configure(r);
    return true;
}

static bool act_vr(struct act *a)
{
    static const char elsewhere[] = "this interface is on another segment";
    struct vr_config c = {0};
    struct prefix_buffer buffer;
    struct config_error wrong = {0};
    char name[NODE_TEXT];
    struct sim_segment *g = read_segment(a, true);
    bool there = read_text(&a->reader, "host", name, sizeof name);
    reader_needs(&a->reader, "host", there);
    if (!is_right(a))
        return false;
    if (!parse_vr(a->line, &c, &buffer, &wrong))
        return refuse(a, wrong.word, wrong.reason);
    struct sim_host *h = sim_host(a->sim, name, true);
    if (h && sim_port(h, c.id.ifname) && sim_port(h, c.id.ifname)->segment != g)
        return refuse_key(a, "seg", elsewhere);
    struct sim_port *p = h ? sim_plug(h, c.id.ifname, g) : NULL;
    struct sim_router *r = p ? sim_router(h, &c.id, true) : NULL;
    if (!r)
        return refuse(a, a->line->event, "out of memory");
    if (!a->sim->started && a->now && r->config)
        return refuse(a, a->line->event, "this virtual router was configured before");
    if (a->now && name_is_taken(h, &c))
        return refuse(a, a->line->event, "its name belongs to another virtual router of this host");
    return !a->now || adopt(a, r, &c);
}

static struct sim_router *router_named(struct sim_host *h, const char *name)
{
    struct sim_router *r = h->routers;
    while (r && (!r->config || strcmp(r->name, name) != 0))
        r = r->next_of_host;
    return r;
}

/* What happens to the electorate of a host that runs. */
static void act_novr(struct act *a, struct sim_host *h, const char *name)
{
    struct sim_router *r = router_named(h, name);
    electorate_novr(h->electorate, a->sim->now, (struct span){name, strlen(name)});
    if (!r)
        return;
    sim_count_state(r, ROUTER_INIT);
    free(r->config);
    r->config = NULL;
}

static bool act_named(struct act *a)
{
    struct sim_host *h = read_host(a, "host");
    char name[NAME_TEXT];
    bool off = false, force = false, is_yield = span_is(a->line->event, "yield");
    reader_needs(&a->reader, "name", read_text(&a->reader, "name", name, sizeof name));
    if (is_yield) {
        read_yes_no(&a->reader, "off", &off);
        read_yes_no(&a->reader, "force", &force);
    }
    if (!is_right(a))
        return false;
    if (!a->now || !h->electorate)
        return true;
    if (is_yield)
        electorate_yield(h->electorate, a->sim->now, (struct span){name, strlen(name)}, !off, force);
    else
        act_novr(a, h, name);
    sim_look_at(h);
    return true;
}

static bool act_track(struct act *a)
{
    struct sim_host *h = read_host(a, "host");
    struct track_event t;
    const char *key;
    if (!is_right(a))
        return false;
    if (!read_track(a->line, &t, &key))
        return refuse_value(a, key);
    return !a->now || sim_track(h, &t) || refuse(a, a->line->event, "out of memory");
}

/* Hosts */

static bool act_host(struct act *a)
{
    struct sim_host *h = read_host(a, "host");
    if (!is_right(a))
        return false;
    if (a->now && span_is(a->line->event, "start"))
        sim_start(h);
    else if (a->now)
        sim_stop(h, span_is(a->line->event, "stop"));
    return true;
}

static bool act_stall(struct act *a)
{
    struct sim_host *h = read_host(a, "host");
    usec duration = 0;
    reader_needs(&a->reader, "for", read_delay(&a->reader, "for", &duration));
    if (!is_right(a))
        return false;
    if (a->now)
        sim_stall(h, duration);
    return true;
}

static bool act_link(struct act *a)
{
    static const char *const states[] = {[LINK_UP] = "up", [LINK_DOWN] = "down", [LINK_GONE] = "gone"};
    struct sim_host *h = read_host(a, "host");
    char ifname[IFNAME_TEXT] = "eth0";
    unsigned state = LINK_UP;
    read_text(&a->reader, "if", ifname, sizeof ifname);
    reader_needs(&a->reader, "state", read_word(&a->reader, "state", states, nitems(states), &state));
    if (!is_right(a))
        return false;
    struct sim_port *p = sim_port(h, ifname);
    if (!p)
        return refuse_key(a, "if", "this host has no such interface");
    if (a->now)
        sim_set_link(p, (enum link_state)state);
    return true;
}

static bool act_end(struct act *a)
{
    a->sim->has_end = true;
    return true;
}

/* All of them */

static const struct kind {
    const char *event;
    bool (*act)(struct act *a);
    const char *keys[6]; /* those that it may have; NULL first: any */
} kinds[] = {
    {"segment", act_segment, {"seg", "loss", "delay", "jitter"}},
    {"path", act_path, {"seg", "from", "to", "loss", "delay"}},
    {"partition", act_partition, {"seg", "hosts"}},
    {"heal", act_heal, {"seg"}},
    {"vr", act_vr, {NULL}},
    {"novr", act_named, {"host", "name"}},
    {"yield", act_named, {"host", "name", "off", "force"}},
    {"track", act_track, {NULL}},
    {"start", act_host, {"host"}},
    {"stop", act_host, {"host"}},
    {"crash", act_host, {"host"}},
    {"stall", act_stall, {"host", "for"}},
    {"link", act_link, {"host", "if", "state"}},
    {"end", act_end, {""}},
};

static bool knows(const struct kind *k, struct span key)
{
    for (size_t i = 0; i < nitems(k->keys) && k->keys[i]; i++)
        if (span_is(key, k->keys[i]))
            return true;
    return k->keys[0] == NULL;
}

static bool act(struct act *a)
{
    for (size_t i = 0; i < nitems(kinds); i++) {
        if (!span_is(a->line->event, kinds[i].event))
            continue;
        for (size_t k = 0; k < a->line->count; k++)
            if (!knows(&kinds[i], a->line->fields[k].key))
                return refuse(a, a->line->fields[k].key, "not a key of this event");
        return kinds[i].act(a);
    }
    return refuse(a, a->line->event, "not an event of a scenario");
}

void sim_act(struct sim *s, const struct sim_action *action)
{
    struct line l;
    struct span where;
    struct sim_error error = {0};
    struct act a = {.sim = s, .line = &l, .reader = {.line = &l}, .error = &error, .now = true};
    if (line_parse(&l, action->text, action->size, &where) == LINE_OK)
        act(&a);
}

static bool put_off(struct act *a, instant at)
{
    struct sim *s = a->sim;
    char *text = copy_of(a->line->text);
    if (!text || !grow((void **)&s->actions, &s->action_room, s->action_count, 1, sizeof *s->actions)) {
        free(text);
        return refuse(a, a->line->event, "out of memory");
    }
    s->actions[s->action_count++] = (struct sim_action){.at = at, .text = text, .size = a->line->text.len};
    return true;
}

bool sim_line(struct sim *s, const struct line *l, struct sim_error *error)
{
    struct act a = {.sim = s, .line = l, .reader = {.line = l}, .error = error};
    instant at = l->has_time ? (instant){l->time.ns / 1000} : s->end;
    *error = (struct sim_error){0};
    if (s->has_end)
        return refuse(&a, l->event, "behind the end");
    if (at.us < s->end.us)
        return refuse(&a, l->event, "earlier than the line before it");
    s->end = at;
    a.now = at.us == 0;
    return act(&a) && (a.now || put_off(&a, at));
}

bool sim_has_end(const struct sim *s)
{
    return s->has_end;
}
