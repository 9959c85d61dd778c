/* Rules about two speakers of one virtual router: what they say beside each other, and that both speak. */
#include <string.h>

#include "core/audit_internal.h"
#include "core/timers.h"

/* Backups are silent, so a speaker is compared with what others said when they spoke last; but not with one that has
 * been silent since this one's words changed, for his may have changed as well. */
static bool is_comparable(const struct hearing *h, const struct speaker *other, instant since)
{
    return other != h->speaker && other->prio != 0 && !ip_equal(&other->src, &h->speaker->src) &&
           other->last.us >= since.us && audit_since(other->last, h->at) < AUDIT_MEMORY;
}

static void show_two(struct hearing *h, enum audit_rule rule, enum severity severity, const struct speaker *other,
                     struct audit_value (*of)(const struct speaker *s))
{
    const struct speaker *first, *second;

    if (!audit_wants(h, severity))
        return;
    struct finding f = audit_about_two(h, rule, other, &first, &second);
    f.severity = severity;
    f.value = of(first);
    f.against = of(second);
    audit_show(h, &f);
}

static struct audit_value prio_of(const struct speaker *s)
{
    return audit_number(s->prio);
}

static struct audit_value count_of(const struct speaker *s)
{
    return audit_number(s->list.count);
}

static struct audit_value interval_of(const struct speaker *s)
{
    return audit_duration(s->interval);
}

static struct audit_value version_of(const struct speaker *s)
{
    return audit_number(s->version);
}

static struct audit_value form_of(const struct speaker *s)
{
    return audit_word(cksum_form_name(s->form));
}

static struct audit_value auth_of(const struct speaker *s)
{
    return audit_word(auth_type_name(s->auth));
}

/* --- What they say. --- */

/* Of two lists the first address that only the other one has is hard to name; how many each has is told. */
static void compare_lists(struct hearing *h, const struct speaker *other)
{
    const struct address_set *mine = &h->speaker->list, *theirs = &other->list;
    bool same_set = audit_sets_equal(mine, theirs);

    if (same_set && mine->order == theirs->order)
        return;
    const struct speaker *first, *second;
    struct finding f = audit_about_two(h, RULE_VIP_LIST_MISMATCH, other, &first, &second);
    f.severity = same_set ? SEVERITY_INFO : SEVERITY_HIGH;
    f.what = same_set ? "order" : audit_sets_disjoint(mine, theirs) ? "nothing-in-common" : "different-addresses";
    f.value = count_of(first);
    f.against = count_of(second);
    audit_show(h, &f);
}

static void compare(struct hearing *h, const struct speaker *other)
{
    const struct speaker *s = h->speaker;

    compare_lists(h, other);
    if (s->version != other->version)
        show_two(h, RULE_VERSION_MIX, SEVERITY_HIGH, other, version_of);
    else if (s->interval != other->interval)
        show_two(h, RULE_INTERVAL_MISMATCH, s->version == 2 ? SEVERITY_CRIT : SEVERITY_LOW, other, interval_of);
    if (s->form != other->form && s->form != CKSUM_NONE && other->form != CKSUM_NONE)
        show_two(h, RULE_CHECKSUM_FORM_MIXED, SEVERITY_HIGH, other, form_of);
    if (s->auth != other->auth)
        show_two(h, RULE_AUTH_MISMATCH, SEVERITY_HIGH, other, auth_of);
}

void audit_compare(struct hearing *h)
{
    for (int i = 0; i < h->group->count; i++) {
        const struct speaker *other = &h->group->speakers[i];

        if (is_comparable(h, other, h->speaker->settled))
            compare(h, other);
        if (other->prio == h->speaker->prio && is_comparable(h, other, h->speaker->prio_since))
            show_two(h, RULE_EQUAL_PRIORITY, SEVERITY_LOW, other, prio_of);
    }
}

/* --- That both speak. --- */

/* Each of them twice after the other's first: it is not the one last word of who steps down. */
static bool both_go_on(const struct speaker *one, const struct speaker *two)
{
    return one->before.us >= two->run.us && two->before.us >= one->run.us;
}

static void split(struct hearing *h, const struct speaker *other)
{
    const struct speaker *s = h->speaker, *first, *second;
    usec longer = s->interval > other->interval ? s->interval : other->interval;
    instant since = s->run.us > other->run.us ? s->run : other->run;

    if (!both_go_on(s, other) || audit_since(since, h->at) * 2 <= longer * 3)
        return;
    bool unrelated = audit_sets_disjoint(&s->list, &other->list);
    struct finding f = audit_about_two(h, unrelated ? RULE_DUPLICATE_VRID : RULE_SPLIT_BRAIN, other, &first, &second);
    f.what = unrelated ? "nothing-in-common" : NULL;
    f.value = audit_number(first->prio);
    f.against = audit_number(second->prio);
    audit_show(h, &f);
}

/* The lower one was there twice after the higher one's first. Just after that it may not have heard it yet. */
static void beside_higher(struct hearing *h, const struct speaker *other)
{
    const struct speaker *s = h->speaker;
    const struct speaker *low = s->prio < other->prio ? s : other, *high = low == s ? other : s;

    if (low->prio == high->prio || low->before.us <= high->run.us + timing_tolerance(high->interval))
        return;
    struct finding f = audit_about(h, RULE_ILLEGITIMATE_TAKEOVER);
    f.src = low->src;
    f.has_smac = low->has_mac;
    f.smac = low->mac;
    f.peer = high->src;
    f.value = audit_number(low->prio);
    f.against = audit_number(high->prio);
    audit_show(h, &f);
}

/* One source with two cards. A machine that has moved speaks from the new one only; one that speaks from both at a time
 * is two. */
static void two_cards(struct hearing *h, const struct speaker *other)
{
    const struct speaker *s = h->speaker;

    if (!s->has_mac || !other->has_mac || s->is_virtual || other->is_virtual ||
        memcmp(s->mac.bytes, other->mac.bytes, sizeof s->mac.bytes) == 0)
        return;
    bool alternate = audit_since(other->last, h->at) < AUDIT_MINUTE || audit_is_live(other, h->at, 1);
    struct finding f = audit_about(h, RULE_SRC_IP_MULTI_MAC);
    bool in_order = memcmp(s->mac.bytes, other->mac.bytes, sizeof s->mac.bytes) < 0;

    f.severity = alternate ? SEVERITY_HIGH : SEVERITY_LOW;
    f.smac = in_order ? s->mac : other->mac;
    f.against = (struct audit_value){.kind = VALUE_MAC, .mac = in_order ? other->mac : s->mac};
    f.what = alternate ? NULL : "the-other-is-silent";
    audit_show(h, &f);
}

void audit_rivals(struct hearing *h)
{
    const struct speaker *s = h->speaker;

    for (int i = 0; i < h->group->count; i++) {
        const struct speaker *other = &h->group->speakers[i];

        if (other == s || other->prio == 0)
            continue;
        if (ip_equal(&other->src, &s->src)) {
            if (audit_since(other->last, h->at) < AUDIT_MEMORY)
                two_cards(h, other);
            continue;
        }
        if (!audit_is_live(other, h->at, s->prio))
            continue;
        split(h, other);
        beside_higher(h, other);
        if (s->prio == VRRP_PRIORITY_OWNER && other->prio == VRRP_PRIORITY_OWNER)
            show_two(h, RULE_MULTIPLE_OWNERS, SEVERITY_CRIT, other, prio_of);
    }
}
