#include "core/audit_fold.h"

#include <stdlib.h>
#include <string.h>

enum { ENTRIES = 2048, BUCKETS = 2048, DIFFERENT = 32 /* of one rule in one period */ };

#define PERIOD (60 * SECOND)

/* A finding that goes on. In the queue by `due`, which all get the same time after they were told. */
struct entry {
    struct entry *next; /* in its bucket, or among those that are free */
    struct entry *sooner, *later;
    uint64_t tag;
    uint64_t told; /* of n, so far */
    instant due, last;
    struct audit_alert alert;
};

/* How many different ones of a rule began in this period. */
struct budget {
    instant since;
    unsigned begun;
};

struct fold {
    struct siphash_key key;
    audit_report *report;
    void *context;
    struct entry *free, *soonest, *latest;
    struct entry *buckets[BUCKETS];
    struct budget budgets[RULES];
    struct entry entries[ENTRIES];
};

struct fold *fold_new(const struct siphash_key *key, audit_report *report, void *context)
{
    struct fold *f = calloc(1, sizeof *f);

    if (!f)
        return NULL;
    f->key = *key;
    f->report = report;
    f->context = context;
    for (size_t i = 0; i < ENTRIES; i++) {
        f->entries[i].next = f->free;
        f->free = &f->entries[i];
    }
    for (size_t i = 0; i < RULES; i++)
        f->budgets[i].since.us = INT64_MIN / 2;
    return f;
}

void fold_free(struct fold *f)
{
    free(f);
}

/* What makes it another finding: the rule, the virtual router at its place, who, beside whom, and about which
 * address. */
static uint64_t tag_of(const struct fold *f, const struct finding *d)
{
    struct {
        uint64_t numbers;
        uint8_t addresses[3][17], macs[2][6];
        char place[2 * NODE_TEXT + IFNAME_TEXT];
    } key;
    size_t used = 0;
    const char *const names[] = {d->origin.ifname, d->origin.seg, d->origin.host};
    const struct ip *const ips[] = {&d->src, &d->peer, &d->ip};

    memset(&key, 0, sizeof key);
    key.numbers = (uint64_t)d->rule << 48 | (uint64_t)d->origin.vlan << 24 | (uint64_t)d->af << 16 | d->vrid;
    for (size_t i = 0; i < nitems(ips); i++) {
        key.addresses[i][0] = ips[i]->family;
        memcpy(key.addresses[i] + 1, ips[i]->bytes, sizeof ips[i]->bytes);
    }
    memcpy(key.macs[0], d->smac.bytes, sizeof d->smac.bytes);
    memcpy(key.macs[1], d->mac.bytes, sizeof d->mac.bytes);
    for (size_t i = 0; i < nitems(names); i++) {
        size_t length = strlen(names[i]) + 1;

        memcpy(key.place + used, names[i], length);
        used += length;
    }
    return siphash(&f->key, &key, offsetof(__typeof__(key), place) + used);
}

/* --- The queue. --- */

static void unqueue(struct fold *f, struct entry *e)
{
    *(e->sooner ? &e->sooner->later : &f->soonest) = e->later;
    *(e->later ? &e->later->sooner : &f->latest) = e->sooner;
}

static void queue(struct fold *f, struct entry *e, instant due)
{
    e->due = due;
    e->later = NULL;
    e->sooner = f->latest;
    *(f->latest ? &f->latest->later : &f->soonest) = e;
    f->latest = e;
}

static struct entry *find(const struct fold *f, uint64_t tag)
{
    for (struct entry *e = f->buckets[tag % BUCKETS]; e; e = e->next) {
        if (e->tag == tag)
            return e;
    }
    return NULL;
}

static void forget(struct fold *f, struct entry *e)
{
    struct entry **link = &f->buckets[e->tag % BUCKETS];

    while (*link != e)
        link = &(*link)->next;
    *link = e->next;
    unqueue(f, e);
    e->next = f->free;
    f->free = e;
}

static void tell(struct fold *f, struct entry *e, stamp t)
{
    e->told = e->alert.n;
    f->report(f->context, t, &e->alert);
}

/* It is over. What was not told yet is told now; the end of a state in any case. */
static void end(struct fold *f, struct entry *e, stamp t)
{
    e->alert.cleared = !e->alert.many && audit_rules[e->alert.finding.rule].lasts;
    if (e->alert.cleared || e->alert.n > e->told)
        tell(f, e, t);
    forget(f, e);
}

/* --- The module's face. --- */

static void begin(struct fold *f, uint64_t tag, instant at, stamp t, const struct finding *d, bool many)
{
    if (!f->free)
        end(f, f->soonest, t);
    struct entry *e = f->free;

    f->free = e->next;
    *e = (struct entry){.tag = tag, .last = at, .next = f->buckets[tag % BUCKETS]};
    e->alert = (struct audit_alert){.finding = *d, .n = 1, .first = t, .last = t, .many = many};
    f->buckets[tag % BUCKETS] = e;
    queue(f, e, (instant){at.us + PERIOD});
    tell(f, e, t);
}

/* Too many different ones of its rule have begun in this period? */
static bool too_many(struct fold *f, instant at, enum audit_rule rule)
{
    struct budget *b = &f->budgets[rule];

    if (at.us - b->since.us >= PERIOD)
        *b = (struct budget){.since = at};
    if (b->begun == DIFFERENT)
        return true;
    b->begun++;
    return false;
}

static void go_on(struct entry *e, instant at, stamp t, const struct finding *d)
{
    e->last = at;
    e->alert.n++;
    e->alert.last = t;
    enum severity worst = e->alert.finding.severity > d->severity ? e->alert.finding.severity : d->severity;
    if (!e->alert.many)
        e->alert.finding = *d;
    e->alert.finding.severity = worst;
}

/* Again. What is worse than before is told at once. */
static void again(struct fold *f, struct entry *e, instant at, stamp t, const struct finding *d)
{
    bool worse = d->severity > e->alert.finding.severity;

    go_on(e, at, t, d);
    if (worse)
        tell(f, e, t);
}

void fold_tell(struct fold *f, instant at, stamp t, const struct finding *d)
{
    uint64_t tag = tag_of(f, d);
    struct entry *e = find(f, tag);

    if (e) {
        again(f, e, at, t, d);
        return;
    }
    if (!too_many(f, at, d->rule)) {
        begin(f, tag, at, t, d, false);
        return;
    }
    tag = (uint64_t)d->rule + 1; /* about many: one for each rule */
    e = find(f, tag);
    if (e)
        again(f, e, at, t, d);
    else
        begin(f, tag, at, t, &(struct finding){.rule = d->rule, .severity = d->severity}, true);
}

void fold_advance(struct fold *f, instant now, stamp t)
{
    struct entry *e;

    while ((e = f->soonest) && e->due.us <= now.us) {
        usec hold = e->alert.finding.hold > PERIOD ? e->alert.finding.hold : PERIOD;

        if (e->last.us + hold <= now.us) {
            end(f, e, t);
            continue;
        }
        if (e->alert.n > e->told)
            tell(f, e, t);
        unqueue(f, e);
        queue(f, e, (instant){now.us + PERIOD});
    }
}

instant fold_due(const struct fold *f)
{
    return f->soonest ? f->soonest->due : INSTANT_NEVER;
}

void fold_end(struct fold *f, stamp t)
{
    while (f->soonest) {
        struct entry *e = f->soonest;

        if (e->alert.n > e->told)
            tell(f, e, t);
        forget(f, e);
    }
}

void fold_clear(struct fold *f, stamp t, const struct finding *d)
{
    struct entry *e = find(f, tag_of(f, d));

    if (e)
        end(f, e, t);
}
