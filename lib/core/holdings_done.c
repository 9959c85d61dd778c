/* Holdings: what came of the changes that a plan asked for. */
#include <errno.h>

#include "core/holdings_table.h"

enum { COST_SHARE = 100 }; /* renewals may take one in so many of the time */

static void failed(struct holdings *h, struct link *l, struct place *p, const struct address_change *c, instant now)
{
    if (c->result == ENODEV)
        l->resolved = false;
    l->seen = false; /* somebody was faster, or it is not known what was done: look again */
    if (c->result != EEXIST && c->result != EADDRNOTAVAIL && c->result != ENODEV && p->told_error != c->result)
        holdings_tell(h, HOLDING_FAILED, l, NULL, &c->prefix, c->result);
    if (c->result != EEXIST && c->result != EADDRNOTAVAIL)
        p->told_error = c->result;
    link_due(h, l, later(now, RETRY));
}

static void take_result(struct holdings *h, struct link *l, int32_t place, const struct address_change *c, instant now)
{
    struct place *p = &l->places[place];
    if (c->result != 0) {
        failed(h, l, p, c, now);
        return;
    }
    p->told_error = 0;
    if (c->kind == CHANGE_REMOVE) {
        p->ours = p->made = false;
        if (p->named == 0 && has_no_fence(p))
            place_forget(l, place);
    } else if (c->kind == CHANGE_ADD) {
        p->ours = p->added = p->made = true;
        p->restyled = false;
        p->ours_length = c->prefix.length;
        p->missed = false;
    }
}

/* The cost of all that is held, at what a change cost lately. One on its own is dearer: it is a guess on the safe side. */
static void learn_cost(struct holdings *h, size_t count, usec cost)
{
    usec thousand = cost * 1000 / (usec)count;
    h->cost = h->cost == 0 ? thousand : (3 * h->cost + thousand) / 4;
    usec period = COST_SHARE * (h->cost * (usec)h->held_names / 1000);
    h->period = period > SECOND ? period : SECOND;
}

/* What came of it for one virtual router; its track is of all that it names, wherever. Is something of it on this link
 * without the fence that it needs? */
static bool holding_done(struct holdings *h, const struct link *l, struct holding *v, instant now)
{
    bool up = false, added = false, failing = false, unfenced = false, failing_anywhere = l->ifindex == 0;
    for (size_t n = 0; v->held && n < v->count; n++) {
        const struct link *on = h->links[v->names[n].link];
        const struct place *p = &on->places[v->names[n].place];
        bool fails = p->told_error != 0 || p->unfenced || p->lost;
        failing_anywhere = failing_anywhere || fails || (on->resolved && on->ifindex == 0);
        if (on != l)
            continue;
        up = up || p->ours || p->foreign;
        added = added || p->added;
        failing = failing || fails;
        unfenced = unfenced || p->unfenced;
    }
    if (failing)
        presence_on(v, l)->renewed = NEVER_RENEWED; /* the next try is to be a renewal, too */
    if (v->held)
        holding_track_tried(h, v, failing_anywhere, now);
    if (up && (v->announce || added))
        holding_announce(h, v, now);
    return unfenced;
}

void holdings_done(struct holdings *h, size_t link, size_t count, usec cost, instant now)
{
    struct link *l = h->links[link];
    bool renewed = false, unfenced = false;
    for (size_t n = 0; n < count; n++) {
        renewed = renewed || h->changes[n].kind == CHANGE_RENEW;
        take_result(h, l, h->planned[n], &h->changes[n], now);
    }
    if (renewed)
        learn_cost(h, count, cost);
    for (size_t n = l->on_count; n-- > 0;)
        unfenced = holding_done(h, l, &h->all[l->on[n]], now) || unfenced;
    if (unfenced)
        link_due(h, l, later(now, RETRY));
    else
        l->told_unfenced = 0;
}
