/* The figures under the sentences. */
#include "core/explain_words.h"

static void say_times(struct page *p, const struct failover *f, const struct explanation *e)
{
    if (e->has_theory) {
        page_figure(p, "theory");
        say_seconds(p, e->theory, false);
        page_words(p, e->cause == CAUSE_NO_RESPONSE ? " = 3 x " : " = Skew_Time of priority ");
        if (e->cause == CAUSE_NO_RESPONSE) {
            say_duration(p, e->interval);
            page_words(p, " + Skew_Time ");
            say_seconds(p, e->skew, false);
            page_words(p, " of priority ");
        }
        page_u64(p, f->now.prio);
        page_words(p, f->was.manner.version == 2 ? ", version 2" : "");
        page_end(p);
    }
    if (e->since.us != INSTANT_NEVER.us && e->cause != CAUSE_ISOLATION) {
        page_figure(p, "observed");
        say_seconds(p, e->observed, false);
        page_words(p, f->t0.us != INSTANT_NEVER.us ? " after the resign" : " after the last advert");
        page_end(p);
    }
    if (!e->has_theory)
        return;
    page_figure(p, "difference");
    say_seconds(p, e->difference, true);
    page_words(p, e->nominal ? ", nominal: within " : ", more than ");
    say_time(p, e->tolerance);
    page_end(p);
    if (!e->has_k)
        return;
    page_figure(p, "late factor");
    page_words(p, "k = ");
    page_words(p, e->k < 0 ? "-" : "");
    page_u64(p, e->k < 0 ? -(uint64_t)e->k : (uint64_t)e->k);
    page_words(p, e->k == 3 ? " intervals of silence, as it should be" : " intervals of silence; 3 is usual");
    page_end(p);
}

static void say_failure(struct page *p, const struct explanation *e, const struct calendar *c)
{
    if (e->failed_from.us == INSTANT_NEVER.us)
        return;
    page_figure(p, "failed");
    page_words(p, "between ");
    say_moment(p, c, e->failed_from, 3);
    page_words(p, " and ");
    say_moment(p, c, e->failed_to, 3);
    page_words(p, ", or its adverts got lost from then on");
    page_end(p);
}

static void say_candidate(struct page *p, const struct candidate *c, const struct verdict_on_candidate *v,
                          const struct failover *f, const struct calendar *calendar)
{
    page_figure(p, "candidate");
    say_ip(p, &c->ip);
    page_words(p, ", priority ");
    page_u64(p, c->prio);
    page_words(p, ", was due at ");
    say_moment(p, calendar, v->due, 3);
    if (v->excused)
        page_words(p, "; it had resigned");
    else if (v->better)
        page_words(p, "; better, and stayed silent");
    else
        page_words(p, v->due.us > f->t2.us ? "; later" : "; not better");
    if (c->last.us != INSTANT_NEVER.us && f->t2.us > c->last.us) {
        page_words(p, "; heard ");
        say_time(p, f->t2.us - c->last.us);
        page_words(p, " before");
    }
    page_end(p);
}

static void say_candidates(struct page *p, const struct failover *f, const struct explanation *e,
                           const struct calendar *c)
{
    if (e->cause != CAUSE_NO_RESPONSE && e->cause != CAUSE_RESIGNED)
        return;
    page_figure(p, "winner");
    say_ip(p, &f->now.ip);
    page_words(p, ", priority ");
    page_u64(p, f->now.prio);
    if (e->since.us != INSTANT_NEVER.us) {
        page_words(p, ", was due at ");
        say_moment(p, c, (instant){e->since.us + e->theory}, 3);
    }
    page_words(p, f->candidate_count == 0 ? "; no other candidate was ever heard" : "");
    page_end(p);
    for (int i = 0; i < f->candidate_count; i++)
        say_candidate(p, &f->candidates[i], &e->candidates[i], f, c);
}

static void say_vip(struct page *p, const struct vip *v, const struct failover *f)
{
    page_figure(p, "announced");
    say_ip(p, &v->ip);
    if (v->count == 0) {
        page_words(p, " not at all");
        page_end(p);
        return;
    }
    page_words(p, " ");
    say_count(p, v->count, "time", "times");
    page_words(p, ", first after ");
    say_time(p, v->first.us - f->t2.us);
    if (v->second_count > 0) {
        page_words(p, ", ");
        page_u64(p, v->second_count);
        page_words(p, " again after ");
        say_time(p, v->second.us - f->t2.us);
    }
    page_end(p);
}

static void say_announcements(struct page *p, const struct failover *f, bool announcements)
{
    if (!announcements) {
        page_figure(p, "announced");
        page_words(p, "unknown: the input has no announcements");
        page_end(p);
        return;
    }
    for (int i = 0; i < f->vip_count; i++)
        say_vip(p, &f->announced[i], f);
    if (f->vips > f->vip_count) {
        page_figure(p, "announced");
        say_count(p, (uint64_t)(f->vips - f->vip_count), "more address is", "more addresses are");
        page_words(p, " not followed");
        page_end(p);
    }
    if (f->foreign > 0) {
        page_figure(p, "announced");
        say_count(p, f->foreign, "time", "times");
        page_words(p, " with the MAC address of somebody else");
        page_end(p);
    }
}

static void say_outage(struct page *p, const struct explanation *e)
{
    if (!e->has_outage)
        return;
    page_figure(p, "outage");
    if (e->outage_open && e->outage_min == 0) {
        page_words(p, "until clients learnt of the change; when they did is not known");
    } else if (e->outage_open) {
        page_words(p, "at least ");
        say_seconds(p, e->outage_min, false);
        page_words(p, "; until when is not known");
    } else if (e->outage_max == 0) {
        page_words(p, "none");
    } else {
        say_seconds(p, e->outage_min, false);
        if (e->outage_max != e->outage_min) {
            page_words(p, " to ");
            say_seconds(p, e->outage_max, false);
        }
    }
    page_words(p, e->outage_by_mac ? ", the virtual MAC address moved with the first advert" : "");
    page_end(p);
}

void explain_figures(struct page *p, const struct failover *f, const struct explanation *e, bool announcements,
                     const struct calendar *c)
{
    page_figures(p);
    say_times(p, f, e);
    say_failure(p, e, c);
    say_candidates(p, f, e, c);
    page_figure(p, "two Actives");
    if (e->two_actives == 0)
        page_words(p, "never");
    else
        say_seconds(p, e->two_actives, false);
    page_end(p);
    say_announcements(p, f, announcements);
    say_outage(p, e);
    page_figures_end(p);
}
