/* What nobody on the wire can know: how long a virtual router had no Active, or more than one. */
#include "core/sim_internal.h"

static void account(struct sim *s, struct sim_group *g)
{
    usec past = s->now.us - g->since.us;
    if (g->active == 0 && g->was_active)
        s->measured.vacant += past;
    if (g->active > 1)
        s->measured.dual += past;
}

static void takes_over(struct sim *s, const struct sim_group *g)
{
    usec gap = s->now.us - g->since.us;
    s->measured.takeovers++;
    s->measured.takeover_sum += gap;
    if (gap > s->measured.takeover_longest)
        s->measured.takeover_longest = gap;
}

void sim_count_state(struct sim_router *r, enum router_state to)
{
    struct sim *s = r->port->host->sim;
    struct sim_group *g = r->group;
    bool was = r->state == ROUTER_ACTIVE, is = to == ROUTER_ACTIVE;
    r->state = to;
    if (was == is)
        return;
    account(s, g);
    if (is && g->active == 0 && g->was_active)
        takes_over(s, g);
    s->measured.transitions += is;
    if (is)
        g->active++;
    else
        g->active--;
    g->was_active = true;
    g->since = s->now;
}

void sim_count_end(struct sim *s)
{
    for (size_t b = 0; b < SIM_BUCKETS; b++)
        for (struct sim_group *g = s->groups[b]; g; g = g->next)
            account(s, g);
}
