#include "tests/model/laws.h"

#include <string.h>

/* A timer may fire later than it was due, by what is heard just then: the next is due when it would have been. */
#define LATE (10 * LATENCY)

static struct vrouter *vrouter_of(uint8_t host, uint8_t segment)
{
    return &world.hosts[host].vrouters[segment];
}

static void breaks(const char *law)
{
    if (!world_wrong)
        world_wrong = law;
}

/* RFC 9568 6.1, RFC 3768 6.1, in microseconds, fractions rounded up */

static usec skew(uint8_t version, uint8_t prio, usec interval)
{
    usec whole = version == 2 ? 1000000 : interval;
    return ((256 - prio) * whole + 255) / 256;
}

static uint8_t prio_of(uint8_t host, uint8_t segment)
{
    int prio = scenario->setups[host][segment].prio;
    if (prio == 255 || world.hosts[host].tracked)
        return (uint8_t)prio;
    prio += scenario->weight;
    return (uint8_t)(prio < 1 ? 1 : prio > 254 ? 254 : prio);
}

static usec longest_interval(void)
{
    usec longest = 0;
    for (uint8_t h = 0; h < scenario->hosts; h++)
        for (uint8_t s = 0; s < scenario->segments; s++)
            if (scenario->setups[h][s].interval > longest)
                longest = scenario->setups[h][s].interval;
    return longest;
}

static bool preempts(uint8_t host, uint8_t segment)
{
    const struct setup *s = &scenario->setups[host][segment];
    return (!s->keeps_back || s->prio == 255) && !world.hosts[host].yielded;
}

/* Of a group, all of them. */
static bool is_eligible(uint8_t host, uint8_t segment)
{
    const struct host *h = &world.hosts[host];
    if (!scenario->group)
        return h->alive && h->link[segment];
    return h->alive && h->link[0] && h->link[1];
}

static bool is_active(uint8_t host, uint8_t segment)
{
    return world.hosts[host].alive && vrouter_of(host, segment)->state == ROUTER_ACTIVE;
}

static unsigned count_active(uint8_t segment)
{
    unsigned count = 0;
    for (uint8_t h = 0; h < scenario->hosts; h++)
        count += is_active(h, segment);
    return count;
}

/* Storms */

static usec quarter(usec interval)
{
    return interval / 4 > 10000 ? interval / 4 : 10000;
}

void law_sent(uint8_t host, uint8_t segment, const struct send_event *e, bool timer)
{
    struct vrouter *v = vrouter_of(host, segment);
    usec interval = scenario->setups[host][segment].interval;
    if (e->prio == 0) {
        if (v->state != ROUTER_ACTIVE)
            breaks("resign: a priority 0 of one that is not Active");
        return;
    }
    if (v->state != ROUTER_ACTIVE) {
        v->regular_at = v->answered_at = (instant){0}; /* its first interval began when it should have become Active */
    } else if (timer) {
        if (v->regular_at.us > 0 && world.now.us - v->regular_at.us < interval - LATE)
            breaks("storm: two regular advertisements in less than an interval");
        v->regular_at = world.now;
    } else {
        if (v->answered_at.us > 0 && world.now.us - v->answered_at.us < quarter(interval))
            breaks("storm: two answers in less than a quarter of an interval");
        v->answered_at = world.now;
    }
    v->sent_at = world.now;
}

/* Takeovers */

static void takes_over_in_silence(uint8_t host, uint8_t segment)
{
    const struct vrouter *v = vrouter_of(host, segment);
    uint8_t prio = prio_of(host, segment), version = scenario->setups[host][segment].version;
    usec interval = v->heard.interval;
    if (!v->heard.valid)
        return;
    if (world.now.us < v->heard.at.us + 3 * interval + skew(version, prio, interval))
        breaks("early: it takes over before its Active_Down_Interval is over");
    for (uint8_t h = 0; h < scenario->hosts; h++) {
        const struct vrouter *other = vrouter_of(h, segment);
        bool heard_the_same =
            other->heard.valid && other->heard.at.us == v->heard.at.us && other->heard.interval == v->heard.interval;
        bool alone = !scenario->group; /* of a group, one that is better may wait for another */
        if (h != host && alone && is_eligible(h, segment) && other->state == ROUTER_BACKUP && heard_the_same &&
            prio_of(h, segment) > prio)
            breaks("better: one with a higher priority has heard the same and is not Active yet");
    }
}

static usec calm_after(void)
{
    return world_settled_after() - 2 * longest_interval();
}

void law_state(uint8_t host, uint8_t segment, const struct state_event *e)
{
    struct vrouter *v = vrouter_of(host, segment);
    if (world.now.us > world.quiet_since.us + calm_after())
        breaks("settled: a state changes though nothing has happened for long");
    if (e->to == ROUTER_ACTIVE && strcmp(e->why, "timed-out") == 0)
        takes_over_in_silence(host, segment);
    if (e->to == ROUTER_ACTIVE && strcmp(e->why, "resigned") == 0 && !v->resigned)
        breaks("resign: nobody has resigned");
    if (e->to == ROUTER_ACTIVE && strcmp(e->why, "preempted") == 0 &&
        (!preempts(host, segment) || v->lower == 0 || v->lower >= prio_of(host, segment)))
        breaks("preempt: it may not, or nobody lower was heard");
    if (e->to == ROUTER_ACTIVE)
        world.hosts[host].yielded = false;
    v->heard = (struct heard){.valid = false};
    v->lower = 0;
    v->resigned = false;
}

/* Silence */

void law_changed(uint8_t segment)
{
    if (count_active(segment) > 0)
        world.vacant_since[segment] = INSTANT_NEVER;
    else if (world.vacant_since[segment].us == INSTANT_NEVER.us)
        world.vacant_since[segment] = world.now;
}

void law_disturbed(uint8_t host)
{
    for (uint8_t s = 0; s < scenario->segments; s++)
        vrouter_of(host, s)->resign_by = INSTANT_NEVER; /* its Skew_Time may be another one now */
    for (uint8_t s = 0; s < scenario->segments; s++)
        if (world.vacant_since[s].us != INSTANT_NEVER.us)
            world.vacant_since[s] = world.now;
}

static usec longest_silence(uint8_t segment)
{
    usec shortest = INT64_MAX, interval = longest_interval();
    for (uint8_t h = 0; h < scenario->hosts; h++) {
        usec down = 3 * interval + skew(scenario->setups[h][segment].version, prio_of(h, segment), interval);
        if (is_eligible(h, segment) && down < shortest)
            shortest = down;
    }
    return shortest;
}

static void nobody_resigned_long_ago(uint8_t segment)
{
    for (uint8_t h = 0; h < scenario->hosts; h++) {
        const struct vrouter *v = vrouter_of(h, segment);
        if (is_eligible(h, segment) && v->state == ROUTER_BACKUP && v->resigned &&
            v->resign_by.us != INSTANT_NEVER.us && world.now.us > v->resign_by.us + LATE)
            breaks("resign: Skew_Time since a priority 0 is over, nobody else was heard, and it is not Active");
    }
}

void law_time(void)
{
    for (uint8_t s = 0; s < scenario->segments; s++) {
        usec longest = longest_silence(s);
        if (scenario->group &&
            longest < INT64_MAX) /* for one that was just beaten waits as long, and a little longer */
            longest = 3 * longest;
        if (longest < INT64_MAX && world.vacant_since[s].us != INSTANT_NEVER.us &&
            world.now.us > world.vacant_since[s].us + longest)
            breaks("silence: the Active_Down_Interval is over, and nobody is Active");
        if (!scenario->group)
            nobody_resigned_long_ago(s);
    }
}

/* What is heard */

static bool was_active;

void law_hears(uint8_t host, uint8_t segment, uint8_t from, const struct message *m)
{
    (void)from, (void)m;
    was_active = is_active(host, segment);
}

static void backup_heard(uint8_t host, uint8_t segment, const struct message *m)
{
    struct vrouter *v = vrouter_of(host, segment);
    const struct setup *s = &scenario->setups[host][segment];
    if (m->prio == 0) {
        v->resigned = true;
        v->resign_by.us = world.now.us + skew(s->version, prio_of(host, segment), longest_interval());
        v->heard = (struct heard){.valid = false};
        v->lower = 0;
    } else if (m->prio >= prio_of(host, segment) || !preempts(host, segment)) {
        v->heard = (struct heard){.valid = true, .prio = m->prio, .at = world.now, .interval = m->interval};
        v->lower = 0;
        v->resigned = false;
        if (s->version == 2)
            v->heard.interval = s->interval;
    } else {
        v->lower = m->prio;
        if (s->preempt_delay > 0) /* while it runs, somebody lower is followed */
            v->resigned = false;
    }
}

void law_heard(uint8_t host, uint8_t segment, uint8_t from, const struct message *m)
{
    const struct vrouter *v = vrouter_of(host, segment);
    uint8_t prio = prio_of(host, segment);
    bool better = m->prio > prio || (m->prio == prio && from > host);
    if (was_active && m->prio > 0 && better && v->state == ROUTER_ACTIVE)
        breaks("two: it hears a better one and is Active all the same");
    if (was_active && m->prio > 0 && !better &&
        (v->state != ROUTER_ACTIVE || world.now.us - v->sent_at.us > quarter(scenario->setups[host][segment].interval)))
        breaks("two: it hears a lower one and does not answer, or gives up");
    if (v->state == ROUTER_BACKUP)
        backup_heard(host, segment, m);
    if (m->prio > 0 && world.vacant_since[segment].us != INSTANT_NEVER.us)
        world.vacant_since[segment] = world.now;
}

/* Groups */

void law_stepped(void)
{
    for (uint8_t h = 0; scenario->group && h < scenario->hosts; h++)
        if (is_active(h, 0) != is_active(h, 1))
            breaks("group: one of its virtual routers is Active and the other is not");
}

/* In the end */

usec world_settled_after(void)
{
    usec longest = 0;
    for (uint8_t h = 0; h < scenario->hosts; h++)
        for (uint8_t s = 0; s < scenario->segments; s++)
            if (scenario->setups[h][s].preempt_delay > longest)
                longest = scenario->setups[h][s].preempt_delay;
    return longest + (scenario->group ? 40 : 10) * longest_interval();
}

/* Of groups, on each segment. */
static bool is_better(uint8_t one, uint8_t other, uint8_t segment)
{
    bool better = prio_of(one, segment) > prio_of(other, segment);
    for (uint8_t s = 0; better && scenario->group && s < scenario->segments; s++)
        better = prio_of(one, s) > prio_of(other, s);
    return better;
}

static void settled_on(uint8_t segment)
{
    uint8_t active = 0;
    unsigned eligible = 0;
    for (uint8_t h = 0; h < scenario->hosts; h++) {
        eligible += is_eligible(h, segment);
        if (is_active(h, segment))
            active = h;
    }
    if (count_active(segment) != (eligible > 0))
        breaks(eligible > 0 ? "settled: not one is Active but none, or more" : "settled: Active, and it cannot be");
    for (uint8_t h = 0; eligible > 0 && h < scenario->hosts; h++)
        if (h != active && is_eligible(h, segment) && preempts(h, segment) && is_better(h, active, segment))
            breaks("settled: a better one preempts, and is not Active");
}

void law_settled(void)
{
    for (uint8_t s = 0; s < scenario->segments; s++)
        settled_on(s);
}
