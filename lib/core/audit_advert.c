/* An advertisement goes through the audit: whose it is, whether it was seen before, and which rules look at it. */
#include <string.h>

#include "core/audit_internal.h"
#include "core/timers.h"

/* --- Findings. --- */

struct audit_value audit_number(uint64_t n)
{
    return (struct audit_value){.kind = VALUE_NUMBER, .number = n};
}

struct audit_value audit_word(const char *word)
{
    return (struct audit_value){.kind = VALUE_WORD, .word = word};
}

struct audit_value audit_duration(usec d)
{
    return (struct audit_value){.kind = VALUE_DURATION, .time = d};
}

struct audit_value audit_seconds(usec d)
{
    return (struct audit_value){.kind = VALUE_SECONDS, .time = d};
}

static struct finding about_group(const struct hearing *h, enum audit_rule rule)
{
    struct finding f = {.rule = rule, .severity = audit_rules[rule].severity, .has_vrid = true};

    f.origin = h->group->origin;
    f.af = h->group->af;
    f.vrid = h->group->vrid;
    f.hold = 3 * h->speaker->interval;
    return f;
}

struct finding audit_about(const struct hearing *h, enum audit_rule rule)
{
    struct finding f = about_group(h, rule);

    f.src = h->speaker->src;
    f.has_smac = h->speaker->has_mac;
    f.smac = h->speaker->mac;
    return f;
}

struct finding audit_about_two(const struct hearing *h, enum audit_rule rule, const struct speaker *other,
                               const struct speaker **first, const struct speaker **second)
{
    struct finding f = about_group(h, rule);
    bool in_order = ip_compare(&h->speaker->src, &other->src) < 0;

    *first = in_order ? h->speaker : other;
    *second = in_order ? other : h->speaker;
    f.src = (*first)->src;
    f.peer = (*second)->src;
    return f;
}

void audit_tell(struct audit *a, const struct finding *f)
{
    if (f->severity >= a->options.least)
        fold_tell(a->fold, a->now, a->stamp, f);
}

bool audit_wants(const struct hearing *h, enum severity s)
{
    return s >= h->audit->options.least;
}

void audit_show(struct hearing *h, const struct finding *f)
{
    if (!audit_wants(h, f->severity))
        return;
    h->told++;
    audit_tell(h->audit, f);
}

void audit_simply(struct hearing *h, enum audit_rule rule)
{
    if (!audit_wants(h, audit_rules[rule].severity))
        return;
    struct finding f = audit_about(h, rule);

    audit_show(h, &f);
}

/* --- Who is there. --- */

bool audit_is_live(const struct speaker *s, instant at, uint8_t next_prio)
{
    return s->prio != 0 && !s->resigned && at.us < s->last.us + live_interval(s->version, next_prio, s->interval);
}

struct speaker *audit_active(const struct audit_group *g)
{
    struct speaker *active = NULL;

    for (int i = 0; i < g->count; i++) {
        struct speaker *s = &g->speakers[i];

        if (ip_equal(&s->src, &g->active) && (!active || s->last.us > active->last.us))
            active = s;
    }
    return active;
}

/* --- What it says. --- */

/* All of it that a line tells, but for where it was seen, TIME and seq. */
static uint64_t content_of(const struct audit *a, const struct advert *advert)
{
    uint64_t words[6] = {0};
    size_t size = ip_size(advert->af);

    words[0] = siphash(&a->options.key, advert->addresses, advert->count * size);
    words[1] = (uint64_t)advert->interval;
    words[2] = (uint64_t)advert->version << 32 | (uint64_t)advert->prio << 24 | (uint64_t)advert->ttl << 16 |
               (uint64_t)advert->cksum << 8 | (uint64_t)advert->auth << 1 | advert->auth_ok;
    words[3] = (uint64_t)advert->has << 32 | advert->flags;
    memcpy(&words[4], advert->dst.bytes, sizeof advert->dst.bytes);
    return siphash(&a->options.key, words, sizeof words);
}

static bool seen_twice(const struct hearing *h)
{
    const struct speaker *s = h->speaker;

    if (h->is_new)
        return false;
    if (h->advert->prio == VRRP_PRIORITY_RESIGN)
        return s->resigned && audit_since(s->resign, h->at) < AUDIT_TWICE;
    return !s->resigned && s->content == h->content && audit_since(s->last, h->at) < AUDIT_TWICE;
}

/* The speaker's words from now on. */
static void take_content(struct hearing *h)
{
    struct speaker *s = h->speaker;
    const struct advert *advert = h->advert;
    bool has_form = advert->version == 3 && advert->af == 4 && (advert->has & HAS_CKSUM) &&
                    (advert->cksum == CKSUM_MESSAGE || advert->cksum == CKSUM_PSEUDO);

    s->version = advert->version;
    s->versions |= (uint8_t)(1u << advert->version);
    s->prio = advert->prio;
    s->prio_low = s->prio_low == 0 || s->prio < s->prio_low ? s->prio : s->prio_low;
    s->prio_high = s->prio > s->prio_high ? s->prio : s->prio_high;
    s->interval = advert->interval;
    if (has_form)
        s->form = advert->cksum;
    s->auth = advert->auth;
    s->content = h->content;
    audit_set_of(h->audit, advert, &s->list);
    h->group->generation++;
    if (h->was.prio == 0)
        return;
    if (s->prio != h->was.prio)
        s->prio_since = h->at;
    if (s->version != h->was.version || s->interval != h->was.interval || s->form != h->was.form ||
        s->auth != h->was.auth || !audit_sets_equal(&s->list, &h->was.list))
        s->settled = h->at;
}

static void take_time(struct hearing *h)
{
    struct speaker *s = h->speaker;
    instant last = s->last;
    bool goes_on = !s->resigned && audit_since(last, h->at) < live_interval(s->version, 1, s->interval);

    s->before = goes_on ? last : (instant){LONG_AGO};
    if (!goes_on)
        s->run = h->at;
    s->last = h->at;
    s->resigned = false;
    if (s->adverts < UINT32_MAX)
        s->adverts++;
}

static void judge_content(struct hearing *h)
{
    struct speaker *s = h->speaker;

    if (s->calm == h->group->generation && audit_since(s->looked, h->at) < AUDIT_LOOK)
        return;
    s->looked = h->at;
    h->told = 0;
    audit_policy(h);
    audit_content(h);
    audit_compare(h);
    if (audit_since(h->group->carp, h->at) < AUDIT_MINUTE) {
        audit_collision(h->audit, h->group);
        h->told++;
    }
    s->calm = h->told == 0 ? h->group->generation : 0;
}

/* Priority above 0. */
static void hear(struct hearing *h)
{
    struct speaker *s = h->speaker;

    audit_timing(h);
    if (s->content != h->content || h->is_new || s->prio == 0) {
        h->was = *s;
        take_content(h);
    }
    take_time(h);
    judge_content(h);
    if (h->group->count > 1)
        audit_rivals(h);
    if (h->audit->elected)
        audit_change(h);
    if (h->advert->prio > h->group->learned_max)
        h->group->learned_max = h->advert->prio;
    if (h->group->takes_over && audit_since(h->group->changed, h->at) >= AUDIT_NEAR)
        audit_takeover_announced(h);
}

void audit_advert(struct audit *a, const struct origin *from, const struct advert *advert)
{
    struct hearing h = {.audit = a, .advert = advert, .origin = from, .at = a->now};

    h.group = audit_group_of(a, from, advert->af, advert->vrid);
    if (!h.group)
        return;
    audit_group_heard(a, h.group);
    h.speaker = audit_speaker_of(a, h.group, advert, &h.is_new);
    h.content = content_of(a, advert);
    if (seen_twice(&h))
        return;
    a->elected = false;
    observer_advert(a->observer, a->now, from, advert);
    if (advert->prio == VRRP_PRIORITY_RESIGN)
        audit_resign(&h);
    else
        hear(&h);
}
