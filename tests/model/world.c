/* The world: hosts, messages, time. What must hold is in laws.c. */
#include "tests/model/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/laws.h"

const struct scenario *scenario;
struct world world;
struct arena arenas[HOSTS];
const char *world_wrong;
void (*world_said)(const char *);

static uint8_t current; /* whose electorate runs */
static bool firing;     /* because a timer was due */

static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void tell(const char *format, ...)
{
    char text[160];
    va_list arguments;
    if (!world_said)
        return;
    int at = snprintf(text, sizeof text, "%10.6f  ", (double)world.now.us / 1e6);
    va_start(arguments, format);
    vsnprintf(text + at, sizeof text - (size_t)at, format, arguments);
    va_end(arguments);
    world_said(text);
}

/* What electorates report */

static uint8_t segment_of(const struct identity *id)
{
    return (uint8_t)(id->ifname[3] - '0');
}

static void post(struct channel *c, const struct send_event *e)
{
    if (c->count == WAITING)
        world_wrong = "messages pile up: more was sent than anybody could have asked for";
    else
        c->items[c->count++] = (struct message){.prio = e->prio, .interval = e->interval, .sent = world.now};
}

static void on_send(void *context, instant at, const struct send_event *e)
{
    uint8_t segment = segment_of(&e->id);
    (void)context, (void)at;
    tell("router %u sends %u on %u", current + 1, e->prio, segment);
    law_sent(current, segment, e, firing);
    for (uint8_t to = 0; to < scenario->hosts; to++)
        if (to != current && world.hosts[to].alive && world.hosts[to].link[segment] &&
            world.hosts[current].link[segment])
            post(&world.channels[current][to][segment], e);
}

static void on_state(void *context, instant at, const struct state_event *e)
{
    uint8_t segment = segment_of(&e->id);
    (void)context, (void)at;
    tell("router %u on %u: %s, %s", current + 1, segment, router_state_name(e->to), e->why);
    law_state(current, segment, e);
    world.hosts[current].vrouters[segment].state = e->to;
    law_changed(segment);
}

static void on_notice(void *context, instant at, const struct notice_event *e)
{
    (void)context, (void)at, (void)e;
}

static void enter(uint8_t host)
{
    current = host;
    arena_enter(&arenas[host]);
}

/* Hosts */

static struct ip address_of(uint8_t host)
{
    return (struct ip){.family = 4, .bytes = {192, 0, 2, (uint8_t)(10 + host)}};
}

static void tell_link(uint8_t host, uint8_t segment)
{
    struct link_event l = {.ifname = "eth0", .state = world.hosts[host].link[segment] ? LINK_UP : LINK_DOWN};
    l.ifname[3] = (char)('0' + segment);
    l.primary4 = address_of(host);
    electorate_link(world.hosts[host].electorate, world.now, &l);
}

static void tell_track(uint8_t host)
{
    struct track_event t = {.name = "uplink", .up = world.hosts[host].tracked};
    if (scenario->weight != 0)
        electorate_track(world.hosts[host].electorate, world.now, &t);
}

static void configure(struct electorate *e, uint8_t host, uint8_t segment)
{
    const struct setup *s = &scenario->setups[host][segment];
    struct prefix ip = {.ip = {.family = 4, .bytes = {192, 0, 2, (uint8_t)(1 + segment)}}, .length = 24};
    struct vr_config c = {
        .id = {.ifname = "eth0", .af = 4, .vrid = 51},
        .version = s->version,
        .prio = s->prio,
        .interval = s->interval,
        .ip = {.count = 1, .items = &ip},
        .preempt = !s->keeps_back,
        .preempt_delay = s->preempt_delay,
        .down_factor = 3,
        .track_count = scenario->weight != 0,
        .track = {{.name = "uplink", .weight = scenario->weight}},
    };
    bool taken;
    c.id.ifname[3] = (char)('0' + segment);
    snprintf(c.group, sizeof c.group, "%s", scenario->group ? "both" : "");
    snprintf(c.name, sizeof c.name, "on%u", segment);
    if (!electorate_vr(e, world.now, &c, &taken))
        abort();
}

static void start(uint8_t host)
{
    static const struct electorate_reports reports = {.send = on_send, .state = on_state, .notice = on_notice};
    struct host *h = &world.hosts[host];
    arena_clear(&arenas[host]);
    enter(host);
    h->electorate = electorate_new(&reports, false);
    h->alive = true;
    h->yielded = false;
    memset(h->vrouters, 0, sizeof h->vrouters);
    for (uint8_t s = 0; s < scenario->segments; s++)
        configure(h->electorate, host, s);
    tell_track(host);
    for (uint8_t s = 0; s < scenario->segments; s++)
        tell_link(host, s);
    electorate_start(h->electorate, world.now);
}

static void forget_messages(uint8_t host, uint8_t segment)
{
    for (uint8_t other = 0; other < scenario->hosts; other++)
        world.channels[other][host][segment].count = 0;
}

/* What it sent is still on its way. */
static void vanish(uint8_t host)
{
    struct host *h = &world.hosts[host];
    h->alive = false;
    for (uint8_t s = 0; s < scenario->segments; s++) {
        h->vrouters[s] = (struct vrouter){0};
        forget_messages(host, s);
        law_changed(s);
    }
}

void world_begin(uint8_t faults)
{
    world = (struct world){.now = {1000000}, .quiet_since = {1000000}, .faults_left = faults};
    world_wrong = NULL;
    for (uint8_t s = 0; s < scenario->segments; s++)
        world.vacant_since[s] = world.now;
    for (uint8_t h = 0; h < scenario->hosts; h++) {
        world.hosts[h].tracked = true;
        world.hosts[h].link[0] = world.hosts[h].link[1] = true;
        start(h);
    }
    arena_enter(NULL);
}

/* What may happen */

static instant deadline_of(uint8_t host)
{
    return world.hosts[host].alive ? electorate_deadline(world.hosts[host].electorate) : INSTANT_NEVER;
}

static size_t add(struct step *out, size_t count, enum step_kind kind, uint8_t host)
{
    out[count] = (struct step){.kind = kind, .host = host};
    return count + 1;
}

static size_t add_message(struct step *out, size_t count, enum step_kind kind, uint8_t from, uint8_t to,
                          uint8_t segment)
{
    out[count] = (struct step){.kind = kind, .host = to, .from = from, .segment = segment};
    return count + 1;
}

static size_t add_messages(struct step *out, size_t count, instant *oldest)
{
    for (uint8_t from = 0; from < scenario->hosts; from++)
        for (uint8_t to = 0; to < scenario->hosts; to++)
            for (uint8_t s = 0; s < scenario->segments; s++) {
                const struct channel *c = &world.channels[from][to][s];
                if (c->count == 0)
                    continue;
                if (c->items[0].sent.us < oldest->us)
                    *oldest = c->items[0].sent;
                count = add_message(out, count, STEP_DELIVER, from, to, s);
                if (world.faults_left == 0)
                    continue;
                count = add_message(out, count, STEP_LOSE, from, to, s);
                if (!c->items[0].again && c->count < WAITING)
                    count = add_message(out, count, STEP_DUPLICATE, from, to, s);
            }
    return count;
}

/* Timers that are due together fire in any order. */
static size_t add_timers(struct step *out, size_t count, instant oldest)
{
    instant first = INSTANT_NEVER;
    for (uint8_t h = 0; h < scenario->hosts; h++)
        if (deadline_of(h).us < first.us)
            first = deadline_of(h);
    bool on_the_way = oldest.us != INSTANT_NEVER.us && first.us > oldest.us + LATENCY;
    if (first.us == INSTANT_NEVER.us || (on_the_way && world.faults_left == 0))
        return count;
    if (!on_the_way && oldest.us == INSTANT_NEVER.us && first.us > world.quiet_since.us + world_settled_after())
        return count; /* nothing new comes any more */
    for (uint8_t h = 0; h < scenario->hosts; h++)
        if (deadline_of(h).us == first.us)
            count = add(out, count, on_the_way ? STEP_DELAY : STEP_FIRE, h);
    return count;
}

static size_t add_faults(struct step *out, size_t count)
{
    for (uint8_t h = 0; world.faults_left > 0 && h < scenario->hosts; h++) {
        const struct host *host = &world.hosts[h];
        if (!host->alive)
            continue;
        count = add(out, count, STEP_CRASH, h);
        count = add(out, count, STEP_STOP, h);
        if (host->tracked && scenario->weight != 0)
            count = add(out, count, STEP_TRACK_DOWN, h);
        if (!host->yielded)
            count = add(out, count, STEP_YIELD, h);
        for (uint8_t s = 0; s < scenario->segments; s++)
            if (host->link[s])
                count = add_message(out, count, STEP_LINK_DOWN, h, h, s);
    }
    return count;
}

/* Who ends and starts again at one moment, again and again, would fill the wire before time passes. */
static bool has_room(uint8_t host)
{
    for (uint8_t to = 0; to < scenario->hosts; to++)
        for (uint8_t s = 0; s < scenario->segments; s++)
            if (world.channels[host][to][s].count > WAITING / 2)
                return false;
    return true;
}

static size_t add_repairs(struct step *out, size_t count)
{
    for (uint8_t h = 0; h < scenario->hosts; h++) {
        const struct host *host = &world.hosts[h];
        if (!host->alive && has_room(h))
            count = add(out, count, STEP_START, h);
        if (!host->tracked && host->alive)
            count = add(out, count, STEP_TRACK_UP, h);
        if (host->yielded && host->alive)
            count = add(out, count, STEP_YIELD_OFF, h);
        for (uint8_t s = 0; s < scenario->segments; s++)
            if (!host->link[s])
                count = add_message(out, count, STEP_LINK_UP, h, h, s);
    }
    return count;
}

size_t world_steps(struct step out[static STEPS])
{
    instant oldest = INSTANT_NEVER;
    size_t count = add_messages(out, 0, &oldest);
    count = add_timers(out, count, oldest);
    count = add_faults(out, count);
    return add_repairs(out, count);
}

bool world_is_settled(void)
{
    struct step steps[STEPS];
    instant oldest = INSTANT_NEVER;
    return add_messages(steps, 0, &oldest) == 0 && add_timers(steps, 0, oldest) == 0;
}

/* What happens */

static struct message take(struct channel *c)
{
    struct message m = c->items[0];
    memmove(&c->items[0], &c->items[1], (--c->count) * sizeof c->items[0]);
    c->items[c->count] = (struct message){0};
    return m;
}

static void deliver(const struct step *s)
{
    struct message m = take(&world.channels[s->from][s->host][s->segment]);
    struct origin from = {.ifname = "eth0", .dir = DIR_IN};
    const uint8_t ours[4] = {192, 0, 2, (uint8_t)(1 + s->segment)};
    struct advert a = {
        .af = 4,
        .vrid = 51,
        .version = scenario->setups[s->from][s->segment].version,
        .prio = m.prio,
        .interval = m.interval,
        .src = address_of(s->from),
        .cksum = CKSUM_PSEUDO,
        .count = 1,
        .addresses = ours,
        .has = HAS_CKSUM | HAS_ADDRESSES,
    };
    from.ifname[3] = (char)('0' + s->segment);
    if (world.now.us < m.sent.us + LATENCY)
        world.now.us = m.sent.us + LATENCY;
    tell("router %u hears %u of router %u on %u", s->host + 1, m.prio, s->from + 1, s->segment);
    law_hears(s->host, s->segment, s->from, &m);
    electorate_advert(world.hosts[s->host].electorate, world.now, &from, &a);
    law_heard(s->host, s->segment, s->from, &m);
}

static void fire(uint8_t host)
{
    instant due = deadline_of(host);
    if (due.us > world.now.us)
        world.now = due;
    law_time();
    firing = true;
    electorate_advance(world.hosts[host].electorate, world.now);
    firing = false;
}

static void set_link(const struct step *s, bool up)
{
    world.hosts[s->host].link[s->segment] = up;
    if (!up)
        forget_messages(s->host, s->segment);
    if (world.hosts[s->host].alive)
        tell_link(s->host, s->segment);
    law_changed(s->segment);
}

static void yield(uint8_t host, bool on)
{
    world.hosts[host].yielded = on;
    for (uint8_t s = 0; s < (scenario->group ? 1 : scenario->segments); s++) {
        char name[8];
        snprintf(name, sizeof name, "on%u", s);
        electorate_yield(world.hosts[host].electorate, world.now, (struct span){name, strlen(name)}, on, true);
    }
}

static void happen(const struct step *s)
{
    static const char *const names[] = {
        [STEP_CRASH] = "crashes",
        [STEP_STOP] = "ends",
        [STEP_LINK_DOWN] = "loses its link",
        [STEP_TRACK_DOWN] = "is lower",
        [STEP_YIELD] = "yields",
        [STEP_START] = "starts",
        [STEP_LINK_UP] = "has its link",
        [STEP_TRACK_UP] = "is as before",
        [STEP_YIELD_OFF] = "yields no longer",
    };
    struct host *h = &world.hosts[s->host];
    tell("router %u %s", s->host + 1, names[s->kind]);
    switch (s->kind) {
    case STEP_CRASH:
        vanish(s->host);
        break;
    case STEP_STOP:
        electorate_stop(h->electorate, world.now);
        vanish(s->host);
        break;
    case STEP_START:
        start(s->host);
        break;
    case STEP_LINK_DOWN:
    case STEP_LINK_UP:
        set_link(s, s->kind == STEP_LINK_UP);
        break;
    case STEP_TRACK_DOWN:
    case STEP_TRACK_UP:
        h->tracked = s->kind == STEP_TRACK_UP;
        tell_track(s->host);
        break;
    case STEP_YIELD:
    case STEP_YIELD_OFF:
        yield(s->host, s->kind == STEP_YIELD);
        break;
    case STEP_DELIVER:
    case STEP_FIRE:
    case STEP_LOSE:
    case STEP_DUPLICATE:
    case STEP_DELAY:
        break;
    }
}

static void lose(const struct step *s)
{
    struct message m = take(&world.channels[s->from][s->host][s->segment]);
    tell("lost: %u of router %u to router %u on %u", m.prio, s->from + 1, s->host + 1, s->segment);
}

static void duplicate(const struct step *s)
{
    struct channel *c = &world.channels[s->from][s->host][s->segment];
    c->items[0].again = true;
    c->items[c->count++] = c->items[0];
    tell("twice: %u of router %u to router %u on %u", c->items[0].prio, s->from + 1, s->host + 1, s->segment);
}

void world_step(const struct step *s)
{
    bool is_fault = s->kind >= STEP_LOSE && s->kind < STEP_START;
    bool is_change = s->kind >= STEP_LOSE;
    enter(s->host);
    if (is_fault)
        world.faults_left--;
    if (is_change) {
        law_disturbed(s->host);
        world.quiet_since = world.now;
    }
    switch (s->kind) {
    case STEP_DELIVER:
        deliver(s);
        break;
    case STEP_FIRE:
    case STEP_DELAY:
        if (s->kind == STEP_DELAY)
            tell("late: what is on its way");
        fire(s->host);
        break;
    case STEP_LOSE:
        lose(s);
        break;
    case STEP_DUPLICATE:
        duplicate(s);
        break;
    case STEP_CRASH:
    case STEP_STOP:
    case STEP_LINK_DOWN:
    case STEP_TRACK_DOWN:
    case STEP_YIELD:
    case STEP_START:
    case STEP_LINK_UP:
    case STEP_TRACK_UP:
    case STEP_YIELD_OFF:
        happen(s);
        break;
    }
    law_stepped();
    arena_enter(NULL);
}
