#include "core/audit.h"

#include <stdlib.h>
#include <string.h>

#include "core/audit_internal.h"

#define BEHIND     (2 * SECOND)                 /* so much an older line may come late */
#define LAST_TIME  INT64_C(4000000000000000000) /* time stands still then: LONG_AGO is still less than 2^63 before it */
#define STEADY_MAX (366 * 24 * 3600 * SECOND)   /* between two `clock` lines of one boot */

/* --- What was never heard. --- */

/* After so much silence; who speaks at long intervals is waited for. */
static usec patience(const struct audit *a)
{
    return 3 * a->longest > AUDIT_SILENCE ? 3 * a->longest : AUDIT_SILENCE;
}

static struct finding silence(void)
{
    return (struct finding){
        .rule = RULE_NOTHING_HEARD, .severity = audit_rules[RULE_NOTHING_HEARD].severity, .hold = AUDIT_FOREVER};
}

static struct finding absence(const struct policy_line *line)
{
    struct finding f = {
        .rule = RULE_ABSENT_SPEAKER, .severity = audit_rules[RULE_ABSENT_SPEAKER].severity, .hold = AUDIT_FOREVER};

    f.origin = line->place;
    f.af = line->af;
    f.has_vrid = line->vrid_low == line->vrid_high;
    f.vrid = f.has_vrid ? line->vrid_low : 0;
    if (line->src_count > 0)
        f.src = line->srcs[0];
    f.what = line->src_count > 1 ? "none-of-several" : NULL;
    f.value = audit_number(line->number);
    return f;
}

static void tell_absent(struct audit *a)
{
    const struct policy *policy = a->options.policy;

    if (a->absent_told)
        return;
    a->absent_told = true;
    for (size_t i = 0; policy && i < policy_count(policy); i++) {
        const struct policy_line *line = policy_at(policy, i);

        if (line->heard)
            continue;
        struct finding f = absence(line);
        audit_tell(a, &f);
    }
}

void audit_line_heard(struct audit *a, struct policy_line *line)
{
    line->heard = true;
    if (a->absent_told) {
        const struct finding f = absence(line);
        fold_clear(a->fold, a->stamp, &f);
    }
}

static instant silent_since(const struct audit *a)
{
    return a->heard.us > a->listens.us ? a->heard : a->listens;
}

static void tell_silence(struct audit *a)
{
    if (a->deaf)
        return;
    const struct finding f = silence();
    a->deaf = true;
    audit_tell(a, &f);
}

static void hear(struct audit *a, usec interval)
{
    if (a->deaf) {
        const struct finding f = silence();
        fold_clear(a->fold, a->stamp, &f);
    }
    a->deaf = false;
    a->heard = a->now;
    if (interval > a->longest)
        a->longest = interval;
}

/* --- Time. --- */

/* What waits for a time. */
static void advance(struct audit *a)
{
    audit_suspects(a);
    if (audit_since(silent_since(a), a->now) >= patience(a))
        tell_silence(a);
    if (!a->absent_told && audit_since(a->begin, a->now) >= patience(a))
        tell_absent(a);
    fold_advance(a->fold, a->now, a->stamp);
}

static void move_time(struct audit *a, stamp t)
{
    int64_t us = t.ns / 1000, there = us + a->offset;

    a->stamp = t;
    if (!a->begun) {
        a->begun = true;
        a->now.us = us;
        a->begin = a->listens = a->now;
        return;
    }
    if (there >= a->now.us) {
        a->now.us = there < LAST_TIME ? there : LAST_TIME;
    } else if (a->now.us - there > BEHIND) {
        a->offset = a->now.us - us;
        a->lost = a->now;
    }
}

/* The wall clock may have been set: time goes on by the steady clock. Or a source begins, which has seen nothing
 * before. */
static bool take_clock(struct audit *a, const struct line *l, const char **where)
{
    struct clock_event e;

    if (!read_clock(l, &e, where))
        return false;
    if (e.by_elect)
        return true;
    usec passed = e.mono.us - a->clock.mono.us;
    bool same = a->clock.boot[0] != '\0' && strcmp(e.boot, a->clock.boot) == 0;
    if (same && passed >= 0 && passed < STEADY_MAX) {
        int64_t should = a->clock_at.us + passed;

        if (should > a->now.us)
            a->now.us = should < LAST_TIME ? should : LAST_TIME;
        a->offset = a->now.us - e.time.ns / 1000;
    } else {
        move_time(a, e.time);
    }
    a->lost = a->listens = a->now;
    a->stamp = e.time;
    a->clock = e;
    a->clock_at = a->now;
    return true;
}

/* --- Lines. --- */

static bool take_advert(struct audit *a, const struct line *l, const char **where)
{
    struct address_buffer buffer;
    struct origin from;
    struct advert advert;

    if (!read_advert(l, &from, &advert, &buffer, where))
        return false;
    hear(a, advert.interval);
    audit_advert(a, &from, &advert);
    return true;
}

static bool take_bad(struct audit *a, const struct line *l, const char **where)
{
    struct address_buffer buffer;
    struct origin from;
    struct advert advert;
    enum verdict why;

    if (!read_bad(l, &from, &advert, &why, &buffer, where))
        return false;
    audit_bad(a, &from, &advert, why);
    return true;
}

static bool take_other(struct audit *a, const struct line *l, const char **where)
{
    struct origin from;
    struct advert advert;
    struct other_event e;

    if (!read_other(l, &from, &advert, &e, where))
        return strcmp(*where, "proto") == 0; /* a protocol of the future */
    audit_other(a, &from, &advert, &e);
    return true;
}

static bool take_announce(struct audit *a, const struct line *l, const char **where)
{
    struct origin from;
    struct announce_event e;

    if (!read_announce(l, &from, &e, where))
        return false;
    audit_announced(a, &from, &e);
    return true;
}

/* Of a flood, and of what was only to be told to a hook, no silence comes. */
static bool take_lost(struct audit *a, const struct line *l, const char **where)
{
    (void)where;
    if (!line_is(l, "where", "limit") && !line_is(l, "where", "hook"))
        a->lost = a->now;
    return true;
}

static bool take_link(struct audit *a, const struct line *l, const char **where)
{
    struct link_event e;

    if (!read_link(l, &e, where))
        return false;
    if (e.state != LINK_UP)
        a->lost = a->now;
    return true;
}

static bool take_tick(struct audit *a, const struct line *l, const char **where)
{
    (void)l;
    (void)where;
    a->ticks = true;
    return true;
}

static const struct {
    const char *event;
    bool (*take)(struct audit *a, const struct line *l, const char **where);
} takers[] = {
    {"advert", take_advert}, {"tick", take_tick}, {"announce", take_announce}, {"bad", take_bad},
    {"other", take_other},   {"lost", take_lost}, {"link", take_link},
};

bool audit_line(struct audit *a, const struct line *l, stamp now, const char **where)
{
    if (span_is(l->event, "clock"))
        return take_clock(a, l, where);
    move_time(a, l->has_time ? l->time : now);
    advance(a);
    for (size_t i = 0; i < nitems(takers); i++) {
        if (span_is(l->event, takers[i].event))
            return takers[i].take(a, l, where);
    }
    return true;
}

/* --- Without lines. --- */

usec audit_due(const struct audit *a)
{
    int64_t due = fold_due(a->fold).us;
    const int64_t others[] = {
        a->suspect_count > 0 ? a->suspects[a->suspect_first].at.us + AUDIT_NEAR : INT64_MAX,
        a->deaf ? INT64_MAX : silent_since(a).us + patience(a),
        a->absent_told || !a->options.policy ? INT64_MAX : a->begin.us + patience(a),
    };

    for (size_t i = 0; i < nitems(others); i++) {
        if (others[i] < due)
            due = others[i];
    }
    if (!a->begun || due == INT64_MAX)
        return INT64_MAX;
    return due > a->now.us ? due - a->now.us : 0;
}

void audit_moment(struct audit *a, usec since_last)
{
    if (!a->begun || since_last <= 0 || since_last > LAST_TIME - a->now.us)
        return;
    a->now.us += since_last;
    if (a->stamp.ns < INT64_MAX - since_last * 1000)
        a->stamp.ns += since_last * 1000;
    advance(a);
}

void audit_end(struct audit *a, stamp now)
{
    if (!a->begun)
        move_time(a, now);
    if (a->heard.us == LONG_AGO)
        tell_silence(a);
    tell_absent(a);
    fold_end(a->fold, a->stamp);
}

/* --- Making and ending it. --- */

static void observed(void *context, instant at, const struct observation *o)
{
    struct audit *a = context;

    (void)at;
    if (!o->elected) /* vacant */
        return;
    a->elected = true;
    a->observation = *o;
}

struct audit *audit_new(const struct audit_options *options)
{
    struct audit *a = calloc(1, sizeof *a);

    if (!a)
        return NULL;
    a->options = *options;
    a->fold = fold_new(&options->key, options->report, options->context);
    a->observer = observer_new(observed, a);
    a->heard.us = a->lost.us = LONG_AGO;
    if (a->fold && a->observer) {
        observer_tell_all(a->observer);
        return a;
    }
    audit_free(a);
    return NULL;
}

void audit_free(struct audit *a)
{
    if (!a)
        return;
    audit_groups_free(a);
    observer_free(a->observer);
    fold_free(a->fold);
    free(a);
}

bool audit_forgot(const struct audit *a)
{
    return a->forgot;
}
