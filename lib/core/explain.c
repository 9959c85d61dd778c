#include "core/explain.h"

#include "core/timers.h"

enum { DOWN_FACTOR = 3 /* RFC 9568 6.1 */ };

static const char *const cause_names[CAUSES] = {
    [CAUSE_FIRST] = "first",         [CAUSE_RESIGNED] = "resigned",       [CAUSE_PREEMPTED] = "preempted",
    [CAUSE_TIE_BREAK] = "tie-break", [CAUSE_NO_RESPONSE] = "no-response", [CAUSE_ISOLATION] = "isolation",
    [CAUSE_RETURNED] = "returned",   [CAUSE_UNSEEN] = "unseen",
};

const char *cause_name(enum cause c)
{
    return cause_names[c];
}

static bool is_known(instant t)
{
    return t.us != INSTANT_NEVER.us;
}

static enum cause cause_of(const struct failover *f)
{
    if (f->was.ip.family == 0)
        return CAUSE_FIRST;
    if (failover_unseen(f))
        return CAUSE_UNSEEN;
    if (ip_equal(&f->was.ip, &f->now.ip))
        return CAUSE_RETURNED;
    switch (f->why) {
    case ELECTED_FIRST:
        return CAUSE_FIRST;
    case ELECTED_PREEMPTED:
        return CAUSE_PREEMPTED;
    case ELECTED_TIE_BREAK:
        return CAUSE_TIE_BREAK;
    case ELECTED_RESIGNED:
        return CAUSE_RESIGNED;
    case ELECTED_TIMED_OUT:
        break;
    }
    if (is_known(f->t0))
        return CAUSE_RESIGNED;
    return f->beside ? CAUSE_ISOLATION : CAUSE_NO_RESPONSE;
}

/* To the nearest; the divisor is positive. */
static int64_t divide_rounded(int64_t a, int64_t b)
{
    return a >= 0 ? (a + b / 2) / b : -((-a + b / 2) / b);
}

static void set_times(struct explanation *e, const struct failover *f)
{
    e->interval = f->was.manner.interval;
    e->skew = skew_time(f->was.manner.version, f->now.prio, e->interval);
    e->tolerance = timing_tolerance(e->interval);
    e->since = is_known(f->t0) ? f->t0 : f->t1;
    if (!is_known(e->since) || e->cause == CAUSE_FIRST || e->cause == CAUSE_ISOLATION || e->cause == CAUSE_UNSEEN)
        return;
    e->observed = f->t2.us - e->since.us;
    if (e->cause == CAUSE_RESIGNED)
        e->theory = e->skew;
    else if (e->cause == CAUSE_NO_RESPONSE)
        e->theory = active_down_interval(f->was.manner.version, f->now.prio, e->interval, DOWN_FACTOR);
    else
        return;
    e->has_theory = true;
    e->difference = e->observed - e->theory;
    e->nominal = e->difference <= e->tolerance && e->difference >= -e->tolerance;
    e->late_newcomer = !e->nominal && e->difference > 0 && f->now.since.us >= e->since.us;
    if (e->cause == CAUSE_NO_RESPONSE && e->interval > 0) {
        e->has_k = true;
        e->k = divide_rounded(e->observed - e->skew, e->interval);
    }
}

/* The old one sent its last advert, and would have sent the next one an interval later. */
static void set_failure(struct explanation *e, const struct failover *f)
{
    e->failed_from = e->failed_to = INSTANT_NEVER;
    if (e->cause != CAUSE_NO_RESPONSE && !(e->cause == CAUSE_RETURNED && !is_known(f->t0)))
        return;
    if (!is_known(f->t1))
        return;
    e->failed_from = f->t1;
    e->failed_to = instant_after(f->t1, e->interval);
}

static void judge_candidates(struct explanation *e, const struct failover *f)
{
    for (int i = 0; i < f->candidate_count; i++) {
        const struct candidate *c = &f->candidates[i];
        struct verdict_on_candidate *v = &e->candidates[i];
        usec skew = skew_time(f->was.manner.version, c->prio, e->interval);

        v->due = instant_after(e->since, e->cause == CAUSE_RESIGNED ? skew : DOWN_FACTOR * e->interval + skew);
        v->better = c->prio != f->now.prio ? c->prio > f->now.prio : ip_compare(&c->ip, &f->now.ip) > 0;
        v->excused = c->resigned;
        e->silent_better += v->better && !v->excused;
    }
}

static void count_announcements(struct explanation *e, const struct failover *f)
{
    for (int i = 0; i < f->vip_count; i++) {
        const struct vip *v = &f->announced[i];

        if (v->count == 0) {
            e->missing++;
            continue;
        }
        usec delay = v->first.us - f->t2.us;
        if (e->announced == 0 || delay < e->first_delay)
            e->first_delay = delay;
        if (e->announced == 0 || delay > e->last_delay)
            e->last_delay = delay;
        e->announced++;
    }
}

static usec at_least_zero(usec d)
{
    return d > 0 ? d : 0;
}

/* r: when clients reach the new Active. With a virtual MAC address that is its first advert, from which switches learn;
 * otherwise the announcement of each address. */
static void set_outage(struct explanation *e, const struct failover *f, bool announcements)
{
    instant first = f->t2, last = f->t2;

    if (e->cause == CAUSE_FIRST || e->cause == CAUSE_ISOLATION || e->cause == CAUSE_UNSEEN || !is_known(e->since))
        return;
    e->has_outage = true;
    e->outage_by_mac = f->now.manner.virtual_mac && f->was.manner.virtual_mac;
    if (e->cause != CAUSE_RETURNED && !e->outage_by_mac) {
        e->outage_open = !announcements || e->missing > 0 || f->vip_count < f->vips;
        first.us += e->announced > 0 && e->missing == 0 ? at_least_zero(e->first_delay) : 0;
        last.us += e->announced > 0 ? at_least_zero(e->last_delay) : 0;
    }
    switch (e->cause) {
    case CAUSE_PREEMPTED:
    case CAUSE_TIE_BREAK: /* the old one was there until clients had learnt of the new one */
        e->outage_max = last.us - f->t2.us;
        break;
    case CAUSE_RESIGNED:
        e->outage_min = first.us - e->since.us;
        e->outage_max = last.us - e->since.us;
        break;
    case CAUSE_NO_RESPONSE:
    case CAUSE_RETURNED:
        e->outage_min = at_least_zero(first.us - e->since.us - (is_known(f->t0) ? 0 : e->interval));
        e->outage_max = last.us - e->since.us;
        break;
    case CAUSE_FIRST:
    case CAUSE_ISOLATION:
    case CAUSE_UNSEEN:
    case CAUSES:
        break;
    }
}

unsigned explain_hints(const struct manner *a, const struct manner *b)
{
    unsigned hints = 0;

    if (a->version != b->version)
        hints |= HINT_VERSION;
    if (a->version == b->version && a->cksum != b->cksum && a->cksum != CKSUM_BOTH && b->cksum != CKSUM_BOTH)
        hints |= HINT_CKSUM;
    if (a->version == 2 && b->version == 2 && a->interval != b->interval)
        hints |= HINT_INTERVAL;
    if (a->auth != b->auth)
        hints |= HINT_AUTH;
    if (a->unicast != b->unicast)
        hints |= HINT_UNICAST;
    if (a->ttl_low || b->ttl_low)
        hints |= HINT_TTL;
    if (a->addresses != b->addresses && a->addresses != 0 && b->addresses != 0)
        hints |= HINT_ADDRESSES;
    return hints;
}

void explain_failover(struct explanation *e, const struct failover *f, bool announcements)
{
    *e = (struct explanation){.cause = cause_of(f)};
    set_times(e, f);
    set_failure(e, f);
    if (e->cause == CAUSE_RESIGNED || e->cause == CAUSE_NO_RESPONSE)
        judge_candidates(e, f);
    if (is_known(f->was_after) && f->was_after.us > f->t2.us)
        e->two_actives = f->was_after.us - f->t2.us;
    count_announcements(e, f);
    set_outage(e, f, announcements);
    if (f->was.ip.family != 0)
        e->hints = explain_hints(&f->was.manner, &f->now.manner);
}
