/* The same state at another time: what two states must have in common to be one. */
#include <stdlib.h>

#include "core/electorate_group.h"
#include "core/siphash.h"
#include "tests/model/world.h"

struct record {
    int64_t at[192];
    size_t count;
};

static void put(struct record *r, int64_t value)
{
    if (r->count == nitems(r->at))
        abort();
    r->at[r->count++] = value;
}

static void put_time(struct record *r, instant t)
{
    put(r, t.us == INSTANT_NEVER.us ? INT64_MAX : t.us - world.now.us);
}

/* What no longer limits anything is past, whenever that was. */
static void put_limit(struct record *r, instant t)
{
    put(r, t.us > world.now.us ? t.us - world.now.us : 0);
}

static void put_router(struct record *rec, const struct router *r)
{
    bool active = r->state == ROUTER_ACTIVE, backup = r->state == ROUTER_BACKUP;
    put(rec, r->state | (unsigned)r->prio << 4 | r->faults << 12 | (int64_t)r->yielded << 20 |
                 (int64_t)r->resigned << 21 | (int64_t)r->learned << 22 | (int64_t)r->excused << 23 |
                 (int64_t)r->lower_prio << 24);
    put(rec, r->active_adver_interval);
    put(rec, backup && r->lower_prio ? r->lower_interval : 0);
    put_time(rec, active ? r->adver_timer : backup ? r->active_down_timer : INSTANT_NEVER);
    put_time(rec, backup ? r->preempt_timer : r->startup_timer);
    if (active) {
        put_limit(rec, r->next_answer);
        put_limit(rec, r->next_announce);
    }
}

/* Who waits for others, and until when nobody is ready. */
static void put_group(struct record *rec, const struct member *m)
{
    const struct group *g = m->group;
    usec longest = world_settled_after();
    put(rec, m->parts | g->collisions << 8 | (int64_t)g->in_fault << 40 |
                 (int64_t)(router_deadline(&m->router).us <= m->due.us) << 41);
    put_limit(rec, g->hold);
    put_limit(rec, (instant){g->since.us < 0 ? 0 : g->since.us + longest});
}

static void put_vrouter(struct record *rec, const struct vrouter *v, usec interval)
{
    put(rec, v->heard.valid | v->resigned << 1 | v->lower << 2 | v->heard.prio << 10);
    put(rec, v->heard.valid ? v->heard.interval : 0);
    put_time(rec, v->heard.valid ? v->heard.at : INSTANT_NEVER);
    put_time(rec, v->resigned ? v->resign_by : INSTANT_NEVER);
    if (v->state != ROUTER_ACTIVE)
        return;
    put_limit(rec, (instant){v->sent_at.us + interval / 4});
    put_limit(rec, (instant){v->answered_at.us + interval / 4});
    put_limit(rec, (instant){v->regular_at.us + interval});
}

static void put_host(struct record *r, uint8_t host)
{
    const struct host *h = &world.hosts[host];
    put(r, h->alive | h->tracked << 1 | h->yielded << 2 | h->link[0] << 3 | h->link[1] << 4);
    for (uint8_t s = 0; h->alive && s < scenario->segments; s++) {
        const struct member *m = h->electorate->members[s];
        put_router(r, &m->router);
        if (m->group)
            put_group(r, m);
        put_vrouter(r, &h->vrouters[s], scenario->setups[host][s].interval);
    }
}

static void put_channel(struct record *r, const struct channel *c)
{
    put(r, c->count);
    for (uint8_t i = 0; i < c->count; i++) {
        put(r, c->items[i].prio | c->items[i].again << 8);
        put(r, c->items[i].interval);
        put_time(r, c->items[i].sent);
    }
}

uint64_t world_hash(void)
{
    static const struct siphash_key key = {{0x7672727020746f6f, 0x6c73206d6f64656c}};
    struct record r = {.count = 0};
    put(&r, world.faults_left);
    put_time(&r, world.quiet_since);
    for (uint8_t h = 0; h < scenario->hosts; h++)
        put_host(&r, h);
    for (uint8_t s = 0; s < scenario->segments; s++) {
        put_time(&r, world.vacant_since[s]);
        for (uint8_t from = 0; from < scenario->hosts; from++)
            for (uint8_t to = 0; to < scenario->hosts; to++)
                if (from != to)
                    put_channel(&r, &world.channels[from][to][s]);
    }
    return siphash(&key, r.at, r.count * sizeof r.at[0]);
}
