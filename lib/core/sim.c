#include "core/sim.h"

#include <stdlib.h>
#include <string.h>

#include "core/grow.h"
#include "core/sim_internal.h"

#define TICK_MOST  (100 * MILLISECOND)
#define TICK_LEAST (10 * MILLISECOND)

/* What electorates report */

static struct sim_router *router_of(void *host, const struct identity *id)
{
    return sim_router(host, id, false);
}

static void on_send(void *context, instant at, const struct send_event *e)
{
    (void)at;
    sim_send(router_of(context, &e->id), e);
}

static void on_state(void *context, instant at, const struct state_event *e)
{
    (void)at;
    sim_count_state(router_of(context, &e->id), e->to);
}

static void on_notice(void *context, instant at, const struct notice_event *e)
{
    (void)context, (void)at, (void)e;
}

/* Hosts */

static instant earlier(instant a, instant b)
{
    return a.us < b.us ? a : b;
}

void sim_look_at(struct sim_host *h)
{
    instant at = INSTANT_NEVER;
    if (h->electorate && h->stalled)
        at = h->resumes;
    else if (h->electorate)
        at = earlier(electorate_look(h->electorate), h->next_tick);
    heap_set(&h->sim->timers, &h->timer, at);
}

static void tell_link(struct sim_port *p)
{
    struct link_event l = {.state = p->state, .has_mac = true, .mac = sim_mac(p->host), .mtu = 1500};
    memcpy(l.ifname, p->ifname, sizeof l.ifname);
    l.primary4 = sim_address(p->host, 4);
    l.primary6 = sim_address(p->host, 6);
    electorate_link(p->host->electorate, p->host->sim->now, &l);
}

void sim_set_link(struct sim_port *p, enum link_state state)
{
    p->state = state;
    if (p->host->electorate)
        tell_link(p);
    sim_look_at(p->host);
}

void sim_configure(struct sim_router *r)
{
    struct sim_host *h = r->port->host;
    struct vr_config c = {0};
    struct prefix_buffer buffer;
    bool taken;
    if (!h->electorate || !sim_parse_vr(r, &c, &buffer))
        return;
    if (!electorate_vr(h->electorate, h->sim->now, &c, &taken))
        h->sim->full = h->sim->full || !taken;
    usec tick = c.interval < TICK_LEAST ? TICK_LEAST : c.interval;
    h->tick = tick < h->tick ? tick : h->tick;
    sim_look_at(h);
}

bool sim_track(struct sim_host *h, const struct track_event *t)
{
    size_t i = 0;
    while (i < h->track_count && strcmp(h->tracks[i].name, t->name) != 0)
        i++;
    if (i == h->track_count) {
        if (!grow((void **)&h->tracks, &h->track_room, h->track_count, 1, sizeof *h->tracks))
            return false;
        h->track_count++;
    }
    h->tracks[i] = *t;
    if (h->electorate && !electorate_track(h->electorate, h->sim->now, t))
        return false;
    sim_look_at(h);
    return true;
}

void sim_start(struct sim_host *h)
{
    static const struct electorate_reports reports = {.send = on_send, .state = on_state, .notice = on_notice};
    struct electorate_reports ours = reports;
    struct sim *s = h->sim;
    if (h->electorate)
        return;
    ours.context = h;
    h->electorate = electorate_new(&ours, false);
    h->tick = TICK_MOST;
    if (!h->electorate) {
        s->full = true;
        return;
    }
    for (struct sim_router *r = h->routers; r; r = r->next_of_host)
        if (r->config)
            sim_configure(r);
    for (size_t i = 0; i < h->track_count; i++)
        electorate_track(h->electorate, s->now, &h->tracks[i]);
    for (struct sim_port *p = h->ports; p; p = p->next_of_host)
        tell_link(p);
    electorate_start(h->electorate, s->now);
    h->next_tick.us = s->now.us + h->tick;
    sim_look_at(h);
}

void sim_stop(struct sim_host *h, bool cleanly)
{
    if (!h->electorate)
        return;
    if (cleanly && !h->stalled)
        electorate_stop(h->electorate, h->sim->now);
    electorate_free(h->electorate);
    h->electorate = NULL;
    h->stalled = false;
    h->backlog_count = 0;
    for (struct sim_router *r = h->routers; r; r = r->next_of_host)
        sim_count_state(r, ROUTER_INIT);
    sim_look_at(h);
}

void sim_stall(struct sim_host *h, usec for_)
{
    instant until = {h->sim->now.us + for_};
    if (!h->electorate || (h->stalled && h->resumes.us >= until.us))
        return;
    h->stalled = true;
    h->resumes = until;
    sim_look_at(h);
}

static void tick(struct sim_host *h)
{
    instant now = h->sim->now;
    electorate_told(h->electorate, now, h->tick);
    electorate_advance(h->electorate, now);
    electorate_seen(h->electorate, now);
    h->next_tick.us = now.us + h->tick;
}

/* As after a stall of vrrp-elect: its adverts first, then what has waited, then what that makes due. */
static void resume(struct sim_host *h)
{
    struct sim *s = h->sim;
    h->stalled = false;
    electorate_stood_still(h->electorate, s->now);
    electorate_advance_held(h->electorate, s->now);
    for (size_t i = 0; i < h->backlog_count; i++)
        sim_deliver(s, &h->backlog[i]);
    h->backlog_count = 0;
    tick(h);
}

static void look_at(struct sim_host *h)
{
    if (h->stalled)
        resume(h);
    else if (h->sim->now.us >= h->next_tick.us)
        tick(h);
    else
        electorate_advance(h->electorate, h->sim->now);
    sim_look_at(h);
}

/* The whole */

struct sim *sim_new(const struct sim_options *options)
{
    struct sim *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->options = *options;
    s->random = options->seed;
    s->last_host = &s->first_host;
    return s;
}

void sim_free(struct sim *s)
{
    if (!s)
        return;
    sim_tables_free(s);
    for (size_t i = 0; i < s->action_count; i++)
        free(s->actions[i].text);
    free(s->actions);
    free(s->messages);
    heap_free(&s->timers);
    free(s);
}

bool sim_failed(const struct sim *s)
{
    return s->full;
}

static void begin(struct sim *s)
{
    s->started = true;
    sim_write_clock(s);
    for (struct sim_host *h = s->first_host; h; h = h->next_of_all) {
        bool any = false;
        for (const struct sim_router *r = h->routers; r; r = r->next_of_host)
            any = any || r->config;
        if (any)
            sim_start(h);
    }
}

static instant action_due(const struct sim *s)
{
    return s->action_next < s->action_count ? s->actions[s->action_next].at : INSTANT_NEVER;
}

static void finish(struct sim *s)
{
    s->now = s->end;
    s->over = true;
    sim_count_end(s);
    sim_write_measured(s);
}

/* The next thing that happens: what the scenario says, what is heard, what is due. */
static void step(struct sim *s)
{
    instant action = action_due(s), message = sim_message_due(s), timer = heap_look(&s->timers);
    instant first = earlier(action, earlier(message, timer));
    if (first.us > s->end.us || s->full) {
        finish(s);
        return;
    }
    if (first.us > s->now.us)
        s->now = first;
    if (action.us <= first.us) {
        sim_act(s, &s->actions[s->action_next++]);
    } else if (message.us <= first.us) {
        struct sim_message m = sim_message_take(s);
        sim_deliver(s, &m);
    } else {
        struct timer *due = heap_due(&s->timers, s->now);
        if (due)
            look_at((struct sim_host *)due);
    }
}

bool sim_run(struct sim *s, unsigned events)
{
    if (!s->started)
        begin(s);
    for (; events > 0 && !s->over; events--)
        step(s);
    return !s->over;
}
