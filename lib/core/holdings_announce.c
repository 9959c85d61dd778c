/* Holdings: which announcement is due next, and what else waits for a time. */
#include <stdlib.h>

#include "core/holdings_table.h"

bool holding_pace(struct holdings *h, struct holding *v, uint32_t pace)
{
    if (pace == 0 || v->pacing != NULL)
        return true;
    if (!heap_reserve(&h->paced, h->count))
        return false;
    v->pacing = calloc(1, sizeof *v->pacing);
    if (v->pacing != NULL)
        v->pacing->timer.order = (uint64_t)(v - h->all);
    return v->pacing != NULL;
}

static void push(struct holdings *h, struct queue *q, struct holding *v)
{
    int32_t at = (int32_t)(v - h->all);
    v->next_queued = NONE;
    v->queued = true;
    if (q->tail == NONE)
        q->head = at;
    else
        h->all[q->tail].next_queued = at;
    q->tail = at;
}

static void pop(struct holdings *h, struct queue *q)
{
    struct holding *v = &h->all[q->head];
    v->queued = false;
    q->head = v->next_queued;
    if (q->head == NONE)
        q->tail = NONE;
}

void holding_timers(struct holdings *h, struct holding *v)
{
    h->next = earliest(h->next, earliest(v->lapse_at, earliest(v->second_at, v->refresh_at)));
}

void holding_announce(struct holdings *h, struct holding *v, instant now)
{
    v->announce = false;
    v->passes = v->garp.first;
    v->cursor = 0;
    v->second_at = v->garp.second > 0 ? later(now, v->garp.delay) : INSTANT_NEVER;
    v->refresh_at = v->refresh > 0 ? later(now, v->refresh) : INSTANT_NEVER;
    holding_timers(h, v);
    if (v->pacing != NULL)
        v->pacing->urgent = true;
    if (v->passes > 0 && !v->queued)
        push(h, &h->urgent, v);
}

static void more_passes(struct holdings *h, struct holding *v, uint16_t passes)
{
    v->passes = (uint16_t)(v->passes + passes); /* at most 255 + 255 + 1: a refresh adds only to none */
    if (v->queued)
        return;
    v->cursor = 0;
    push(h, &h->later, v);
}

void holding_lapsed(struct holdings *h, struct holding *v, instant now)
{
    holdings_tell(h, HOLDING_LAPSED, h->links[v->link], v, NULL, v->count);
    holding_let_go(h, v, now);
    holding_due(h, v, now);
}

static void fire(struct holdings *h, struct holding *v, instant now)
{
    if (v->lapse_at.us <= now.us) {
        holding_lapsed(h, v, now);
        return;
    }
    if (v->second_at.us <= now.us) {
        v->second_at = INSTANT_NEVER;
        more_passes(h, v, v->garp.second);
    }
    if (v->refresh_at.us <= now.us) {
        v->refresh_at = later(v->refresh_at, v->refresh);
        if (v->refresh_at.us <= now.us)
            v->refresh_at = later(now, v->refresh);
        if (v->passes == 0)
            more_passes(h, v, 1);
    }
    holding_timers(h, v);
}

void holdings_advance(struct holdings *h, instant now)
{
    if (now.us < h->next.us)
        return;
    h->next = INSTANT_NEVER;
    for (size_t n = 0; n < h->count; n++) {
        if (h->all[n].held)
            fire(h, &h->all[n], now);
    }
}

/* Takes it out of its queue when it has to wait for its pace. */
static bool wait_for_pace(struct holdings *h, struct queue *q, struct holding *v, instant now)
{
    struct pacing *p = v->pacing;
    if (p == NULL || v->garp.pace == 0 || p->next.us <= now.us)
        return false;
    p->urgent = q == &h->urgent;
    pop(h, q);
    v->queued = true;
    heap_set(&h->paced, &p->timer, p->next);
    return true;
}

static void end_waiting(struct holdings *h, instant now)
{
    for (struct timer *t; (t = heap_due(&h->paced, now)) != NULL;) {
        struct holding *v = &h->all[t->order];
        heap_set(&h->paced, t, INSTANT_NEVER);
        push(h, v->pacing->urgent ? &h->urgent : &h->later, v);
    }
}

bool holdings_announcement(struct holdings *h, instant now, struct holding_announcement *out)
{
    holdings_advance(h, now);
    end_waiting(h, now);
    for (;;) {
        struct queue *q = h->urgent.head != NONE ? &h->urgent : &h->later;
        if (q->head == NONE)
            return false;
        struct holding *v = &h->all[q->head];
        if (v->passes == 0 || v->cursor >= v->count) {
            pop(h, q);
            v->cursor = 0;
            if (v->passes > 0)
                v->passes--;
            if (v->passes > 0)
                push(h, &h->later, v);
            continue;
        }
        if (wait_for_pace(h, q, v, now))
            continue;
        const struct naming *name = &v->names[v->cursor++];
        const struct link *l = h->links[name->link];
        const struct place *p = &l->places[name->place];
        if (!p->ours && !p->foreign)
            continue;
        if (!p->ours && p->below)
            l = h->links[v->link];
        if (l->ifindex == 0 || !l->up || !l->has_mac)
            continue;
        *out = (struct holding_announcement){l->ifindex, l->mac, p->prefix.ip, v->garp.reply};
        if (v->pacing != NULL)
            v->pacing->next = later(now, v->garp.pace);
        return true;
    }
}

instant holdings_deadline(const struct holdings *h)
{
    if (h->urgent.head != NONE || h->later.head != NONE)
        return (instant){0};
    return earliest(earliest(h->next, heap_look(&h->paced)), heap_look(&h->due));
}
