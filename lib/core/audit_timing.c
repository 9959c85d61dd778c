/* Rules about when a speaker speaks: gaps, rates, replays, resigns. */
#include "core/audit_internal.h"
#include "core/timers.h"

enum {
    INTERVALS = 16,      /* of the last so many */
    UNEVEN = 5,          /* so many were not kept: jitter */
    HALVES = 10,         /* so many advertisements in a row came in two phases */
    RATE_INTERVALS = 10, /* the rate is counted over so many intervals */
    RATE_MOST = 18,
    RESTARTED = 10, /* a counter up to this is that of a router that has been started again */
};

/* Has anybody else (with priority above 0) spoken since? */
static bool others_since(const struct hearing *h, instant then)
{
    for (int i = 0; i < h->group->count; i++) {
        const struct speaker *other = &h->group->speakers[i];

        if (!ip_equal(&other->src, &h->speaker->src) && other->last.us >= then.us)
            return true;
    }
    return false;
}

static bool rivals_live(const struct hearing *h)
{
    for (int i = 0; i < h->group->count; i++) {
        const struct speaker *other = &h->group->speakers[i];

        if (!ip_equal(&other->src, &h->speaker->src) && audit_is_live(other, h->at, 1))
            return true;
    }
    return false;
}

static void gap(struct hearing *h, usec since, usec interval)
{
    const struct speaker *s = h->speaker;

    if (since * 2 <= interval * 3 || h->audit->lost.us >= s->last.us || others_since(h, s->last))
        return;
    struct finding f = audit_about(h, RULE_ADVERT_GAP);
    f.severity = since > 3 * interval ? SEVERITY_HIGH : SEVERITY_MED;
    f.value = audit_seconds(since);
    f.against = audit_duration(interval);
    audit_show(h, &f);
}

/* The more often it sends, the less may be made of a delay; half an interval would be no tolerance any more. */
static usec tolerance_of(usec interval)
{
    usec tolerance = timing_tolerance(interval);

    return tolerance < interval / 4 ? tolerance : interval / 4;
}

static void jitter(struct hearing *h, usec since, usec interval)
{
    struct speaker *s = h->speaker;
    usec off = since > interval ? since - interval : interval - since;
    unsigned count = 0;

    s->uneven = s->uneven << 1 | (off > 2 * timing_tolerance(interval));
    for (unsigned i = 0; i < INTERVALS; i++)
        count += s->uneven >> i & 1;
    if (count < UNEVEN || s->halves > 1 || !audit_wants(h, SEVERITY_LOW))
        return;
    struct finding f = audit_about(h, RULE_ADVERT_JITTER);
    f.value = audit_seconds(since);
    f.against = audit_duration(interval);
    audit_show(h, &f);
}

/* Two advertisements in each interval, again and again at the same distance. */
static void halves(struct hearing *h, usec since, usec interval)
{
    struct speaker *s = h->speaker;
    usec both = audit_since(s->before, h->at);
    usec off = both > interval ? both - interval : interval - both;

    if (s->before.us == LONG_AGO || off > tolerance_of(interval)) {
        s->halves = 0;
        return;
    }
    if (s->halves < HALVES)
        s->halves++;
    if (s->halves < HALVES)
        return;
    struct finding f = audit_about(h, RULE_DUPLICATE_STREAM);
    f.value = audit_seconds(since);
    f.against = audit_duration(interval);
    audit_show(h, &f);
}

static void rate(struct hearing *h, usec interval)
{
    struct speaker *s = h->speaker;
    usec elapsed = audit_since(s->window, h->at);

    s->in_window++;
    if (elapsed < RATE_INTERVALS * interval)
        return;
    bool too_many = elapsed < 2 * RATE_INTERVALS * interval && s->in_window > RATE_MOST && s->halves < HALVES;
    if (too_many) {
        struct finding f = audit_about(h, RULE_ADVERT_RATE_HIGH);
        f.value = audit_number(s->in_window);
        f.against = audit_number(RATE_INTERVALS);
        f.what = "in-ten-intervals";
        audit_show(h, &f);
    }
    s->window = h->at;
    s->in_window = 0;
}

/* The last counter of this source, whatever card it came from. */
static bool last_seq(const struct hearing *h, uint64_t *seq)
{
    bool found = false;

    for (int i = 0; i < h->group->count; i++) {
        const struct speaker *s = &h->group->speakers[i];

        if (s->has_seq && ip_equal(&s->src, &h->speaker->src) && (!found || s->seq > *seq)) {
            *seq = s->seq;
            found = true;
        }
    }
    return found;
}

static void replay(struct hearing *h)
{
    struct speaker *s = h->speaker;
    const struct advert *a = h->advert;
    uint64_t seq = 0;

    if (!(a->has & HAS_SEQ) || (a->auth != AUTH_AH && a->auth != AUTH_HMAC))
        return;
    bool restarted = a->seq <= RESTARTED && !audit_is_live(s, h->at, 1);
    if (last_seq(h, &seq) && a->seq <= seq && !restarted) {
        struct finding f = audit_about(h, a->auth == AUTH_AH ? RULE_AH_REPLAY : RULE_TRAILER_REPLAY);
        f.value = audit_number(a->seq);
        f.against = audit_number(seq);
        audit_show(h, &f);
        return;
    }
    for (int i = 0; i < h->group->count && restarted; i++) {
        if (ip_equal(&h->group->speakers[i].src, &s->src))
            h->group->speakers[i].has_seq = false;
    }
    s->has_seq = true;
    s->seq = a->seq;
}

static void returns(struct hearing *h)
{
    if (h->speaker->resigned && rivals_live(h)) {
        struct finding f = audit_about(h, RULE_RESURRECTED_SPEAKER);
        f.value = audit_seconds(audit_since(h->speaker->resign, h->at));
        audit_show(h, &f);
    }
}

void audit_timing(struct hearing *h)
{
    struct speaker *s = h->speaker;
    usec since = audit_since(s->last, h->at);
    usec interval = s->interval > h->advert->interval ? s->interval : h->advert->interval;

    replay(h);
    if (s->prio == 0 || s->resigned) {
        returns(h);
        s->window = h->at;
        s->in_window = 0;
        s->halves = 0;
        return;
    }
    gap(h, since, interval);
    /* beside another one it answers; after a silence it begins anew; who speaks two versions has a timer for each */
    if (since > 4 * interval || s->version != h->advert->version || (h->group->count > 1 && rivals_live(h))) {
        s->window = h->at;
        s->in_window = 0;
        s->halves = 0;
        return;
    }
    halves(h, since, interval);
    if (since * 2 <= interval * 3)
        jitter(h, since, interval);
    rate(h, interval);
}

/* --- Priority 0. --- */

static void storm(struct hearing *h)
{
    struct speaker *s = h->speaker;

    if (audit_since(s->resigns[0], h->at) < SECOND) /* some say it several times */
        return;
    if (audit_since(s->resigns[1], h->at) <= AUDIT_MINUTE) {
        struct finding f = audit_about(h, RULE_PRIO0_STORM);
        f.value = audit_seconds(audit_since(s->resigns[1], h->at));
        audit_show(h, &f);
    }
    s->resigns[1] = s->resigns[0];
    s->resigns[0] = h->at;
}

/* Who has just been beaten may have resigned before he heard of it. */
static void not_active(struct hearing *h)
{
    const struct audit_group *g = h->group;
    const struct speaker *s = h->speaker, *active = audit_active(g);
    bool was_active = ip_equal(&s->src, &g->was) && audit_since(g->changed, h->at) < AUDIT_NEAR;

    if (!active || ip_equal(&s->src, &g->active) || was_active || !audit_is_live(active, h->at, 1))
        return;
    struct finding f = audit_about(h, RULE_PRIO0_NONACTIVE);
    f.peer = g->active;
    f.against = audit_number(active->prio);
    audit_show(h, &f);
}

void audit_resign(struct hearing *h)
{
    struct speaker *s = h->speaker;

    audit_policy(h);
    audit_addresses(h);
    replay(h);
    storm(h);
    not_active(h);
    s->resigned = true;
    s->resign = h->at;
    s->versions |= (uint8_t)(1u << h->advert->version);
    if (s->adverts < UINT32_MAX)
        s->adverts++;
}
