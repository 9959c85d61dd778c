/* One failover in sentences. */
#include "core/explain_words.h"

static void say_priority(struct page *p, const struct party *who)
{
    page_words(p, " (priority ");
    page_u64(p, who->prio);
    page_words(p, ")");
}

static void say_took_over(struct page *p, const struct failover *f, const struct calendar *c)
{
    page_words(p, "At ");
    say_moment(p, c, f->t2, 0);
    page_words(p, " ");
    say_ip(p, &f->now.ip);
    page_words(p, " took over from ");
    say_ip(p, &f->was.ip);
}

/* "three intervals of 1s and the Skew_Time of priority 100" */
static void say_theory(struct page *p, const struct failover *f, const struct explanation *e)
{
    if (e->cause == CAUSE_NO_RESPONSE) {
        page_words(p, "three intervals of ");
        say_duration(p, e->interval);
        page_words(p, " and the Skew_Time of priority ");
    } else {
        page_words(p, "the Skew_Time of priority ");
    }
    page_u64(p, f->now.prio);
}

static void say_difference(struct page *p, const struct failover *f, const struct explanation *e)
{
    if (e->nominal) {
        page_words(p, ": as it should, for ");
        say_theory(p, f, e);
        page_words(p, e->cause == CAUSE_NO_RESPONSE ? " make " : " is ");
        say_time(p, e->theory);
        page_words(p, ".");
        return;
    }
    page_words(p, ". That is ");
    say_time(p, e->difference < 0 ? -e->difference : e->difference);
    page_words(p, e->difference < 0 ? " less than the " : " more than the ");
    say_time(p, e->theory);
    page_words(p, e->cause == CAUSE_NO_RESPONSE ? " that " : " of ");
    say_theory(p, f, e);
    page_words(p, e->cause == CAUSE_NO_RESPONSE ? " make." : ".");
    if (f->was_vacant && !e->late_newcomer) {
        page_words(p, " Nobody was there to take over before.");
    } else if (e->has_k && e->k < 3) {
        page_words(p, " It is as if it had waited for ");
        say_count(p, e->k < 0 ? 0 : (uint64_t)e->k, "interval", "intervals");
        page_words(p, ": its down factor is smaller, or its interval is another.");
    } else if (e->has_k && e->k > 3) {
        page_words(p, " It is as if it had waited for ");
        page_u64(p, (uint64_t)e->k);
        page_words(p, " intervals: a larger down factor, a preempt delay, or a machine that was busy");
        page_words(p, e->late_newcomer ? "; or it was started only then, since it had not been heard before." : ".");
    } else if (e->late_newcomer) {
        page_words(p, " It had not been heard before: perhaps it was started only then.");
    }
}

static void say_silent_candidates(struct page *p, const struct failover *f, const struct explanation *e)
{
    for (int i = 0; i < f->candidate_count && e->silent_better > 0; i++) {
        if (!e->candidates[i].better || e->candidates[i].excused)
            continue;
        page_words(p, " ");
        say_ip(p, &f->candidates[i].ip);
        page_words(p, " (priority ");
        page_u64(p, f->candidates[i].prio);
        page_words(p, ") was due ");
        say_time(p, f->t2.us - e->candidates[i].due.us);
        page_words(p, f->t2.us > e->candidates[i].due.us ? " earlier" : " later");
        page_words(p, " and stayed silent.");
    }
}

static void say_isolation(struct page *p, const struct failover *f, const struct explanation *e,
                          const struct calendar *c)
{
    page_words(p, "At ");
    say_moment(p, c, f->t2, 0);
    page_words(p, " ");
    say_ip(p, &f->now.ip);
    say_priority(p, &f->now);
    page_words(p, " began to speak beside ");
    say_ip(p, &f->was.ip);
    say_priority(p, &f->was);
    page_words(p, ", which was there and spoke on for ");
    say_time(p, e->two_actives);
    page_words(p, ": it cannot have heard it.");
    say_hints(p, e->hints, &f->was.manner, &f->now.manner);
}

static void say_returned(struct page *p, const struct failover *f, const struct explanation *e,
                         const struct calendar *c)
{
    page_words(p, "At ");
    say_moment(p, c, f->t2, 0);
    page_words(p, " ");
    say_ip(p, &f->now.ip);
    page_words(p, " came back; it had ");
    page_words(p, f->t0.us != INSTANT_NEVER.us ? "resigned " : "been silent for ");
    say_time(p, e->observed);
    page_words(p,
               f->t0.us != INSTANT_NEVER.us ? " before, and nobody else took over." : ", and nobody else took over.");
}

static void say_unseen(struct page *p, const struct failover *f, const struct calendar *c)
{
    page_words(p, "From ");
    say_moment(p, c, f->dark_from, 0);
    page_words(p, " to ");
    say_moment(p, c, f->dark_to, 0);
    page_words(p, " nobody listened");
    page_words(p, f->t0.us != INSTANT_NEVER.us ? ", after a resign: " : ": ");
    if (ip_equal(&f->was.ip, &f->now.ip)) {
        page_words(p, "whether ");
        say_ip(p, &f->now.ip);
        page_words(p, " was Active all that time is not known.");
        return;
    }
    page_words(p, "when and why ");
    say_ip(p, &f->now.ip);
    page_words(p, " came after ");
    say_ip(p, &f->was.ip);
    page_words(p, " is not known.");
}

static void say_cause(struct page *p, const struct failover *f, const struct explanation *e, const struct calendar *c)
{
    switch (e->cause) {
    case CAUSE_FIRST:
    case CAUSES:
        return;
    case CAUSE_RETURNED:
        say_returned(p, f, e, c);
        return;
    case CAUSE_UNSEEN:
        say_unseen(p, f, c);
        return;
    case CAUSE_ISOLATION:
        say_isolation(p, f, e, c);
        return;
    case CAUSE_NO_RESPONSE:
        say_took_over(p, f, c);
        page_words(p, ", which had been silent for ");
        say_time(p, e->observed);
        say_difference(p, f, e);
        break;
    case CAUSE_RESIGNED:
        say_took_over(p, f, c);
        page_words(p, ", which had resigned ");
        say_time(p, e->observed);
        page_words(p, " before");
        say_difference(p, f, e);
        break;
    case CAUSE_PREEMPTED:
        say_took_over(p, f, c);
        page_words(p, ", which was still there: its priority is higher, ");
        page_u64(p, f->now.prio);
        page_words(p, " against ");
        page_u64(p, f->was.prio);
        page_words(p, ".");
        break;
    case CAUSE_TIE_BREAK:
        say_took_over(p, f, c);
        page_words(p, ", which was still there: their priority is the same, ");
        page_u64(p, f->now.prio);
        page_words(p, ", and its address is higher.");
        break;
    }
    say_silent_candidates(p, f, e);
}

static void say_two_actives(struct page *p, const struct failover *f, const struct explanation *e)
{
    if (e->two_actives == 0 || e->cause == CAUSE_ISOLATION)
        return;
    page_words(p, " The old one spoke on for ");
    say_time(p, e->two_actives);
    if (e->two_actives <= 3 * e->interval / 2) {
        page_words(p, ".");
        return;
    }
    page_words(p, ": there were two Actives, and it cannot have heard the new one.");
    say_hints(p, e->hints, &f->was.manner, &f->now.manner);
}

static void say_outage(struct page *p, const struct explanation *e, bool announcements)
{
    if (announcements && e->missing > 0) {
        page_words(p, " No announcement was seen for ");
        say_count(p, (uint64_t)e->missing, "address", "addresses");
        page_words(p, ": clients may go on sending to the old one.");
    }
    if (!e->has_outage || (e->outage_max == 0 && !e->outage_open))
        return;
    if (e->outage_open && (e->cause == CAUSE_PREEMPTED || e->cause == CAUSE_TIE_BREAK))
        return;
    page_words(p, " Clients were without a router for ");
    if (e->outage_open)
        page_words(p, "at least ");
    else if (e->outage_min == 0)
        page_words(p, "at most ");
    if (e->outage_open || e->outage_min > 0)
        say_time(p, e->outage_min);
    if (!e->outage_open && e->outage_min == 0) {
        say_time(p, e->outage_max);
    } else if (!e->outage_open && e->outage_max != e->outage_min) {
        page_words(p, " to ");
        say_time(p, e->outage_max);
    }
    page_words(p, ".");
}

void explain_reign(struct page *p, const struct timeline *t, const struct reign *r, const struct calendar *c)
{
    struct explanation e;
    bool announcements = t->announcements > 0;

    explain_failover(&e, &r->how, announcements);
    if (e.cause == CAUSE_FIRST)
        return;
    page_begin(p, PAGE_PART);
    page_words(p, "Reign ");
    page_u64(p, r->number + 1);
    page_words(p, ": ");
    say_ip(p, &r->how.now.ip);
    page_words(p, " after ");
    say_ip(p, &r->how.was.ip);
    page_words(p, ", ");
    page_words(p, cause_name(e.cause));
    page_end(p);
    page_begin(p, PAGE_PARAGRAPH);
    say_cause(p, &r->how, &e, c);
    if (e.cause == CAUSE_UNSEEN) { /* and so there are no figures */
        page_end(p);
        return;
    }
    say_two_actives(p, &r->how, &e);
    say_outage(p, &e, announcements);
    page_end(p);
    explain_figures(p, &r->how, &e, announcements, c);
}
