/* What was heard, as a policy. */
#include <stdlib.h>
#include <string.h>

#include "core/audit_internal.h"

static int compare_groups(const void *left, const void *right)
{
    const struct audit_group *a = *(struct audit_group *const *)left, *b = *(struct audit_group *const *)right;
    int order = strcmp(a->origin.seg, b->origin.seg);

    if (order == 0)
        order = strcmp(a->origin.host, b->origin.host);
    if (order == 0)
        order = strcmp(a->origin.ifname, b->origin.ifname);
    if (order == 0)
        order = (a->origin.vlan > b->origin.vlan) - (a->origin.vlan < b->origin.vlan);
    if (order == 0)
        order = (a->af > b->af) - (a->af < b->af);
    return order != 0 ? order : (a->vrid > b->vrid) - (a->vrid < b->vrid);
}

static int compare_ips(const void *a, const void *b)
{
    return ip_compare(a, b);
}

static int compare_macs(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct mac));
}

/* Takes out what stands there twice. */
static size_t once(void *items, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    char *at = items;
    size_t kept = 0;

    qsort(items, count, size, compare);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && compare(at + (kept - 1) * size, at + i * size) == 0)
            continue;
        memmove(at + kept * size, at + i * size, size);
        kept++;
    }
    return kept;
}

/* Of those who were heard with a priority above 0, and those who only resigned. */
static void learn_speakers(struct audit_learned *l, const struct audit_group *g)
{
    for (int i = 0; i < g->count; i++) {
        const struct speaker *s = &g->speakers[i];

        l->srcs[l->src_count++] = s->src;
        if (s->has_mac)
            l->macs[l->mac_count++] = s->mac;
        l->versions |= s->versions;
        if (s->prio_low != 0 && (l->prio_low == 0 || s->prio_low < l->prio_low))
            l->prio_low = s->prio_low;
        if (s->prio_high > l->prio_high)
            l->prio_high = s->prio_high;
    }
    l->src_count = once(l->srcs, l->src_count, sizeof l->srcs[0], compare_ips);
    l->mac_count = once(l->macs, l->mac_count, sizeof l->macs[0], compare_macs);
}

/* Where a frame had no MAC address none can be asked for. */
static bool all_have_macs(const struct audit_group *g)
{
    for (int i = 0; i < g->count; i++) {
        if (!g->speakers[i].has_mac)
            return false;
    }
    return true;
}

static const struct audit_address *own_address(const struct audit *a, const struct audit_group *g, size_t index)
{
    const struct audit_address *e = &a->addresses[index / AUDIT_ADDRESS_WAYS][index % AUDIT_ADDRESS_WAYS];

    return e->tag != 0 && e->group == g && e->serial == g->serial && !e->is_source ? e : NULL;
}

static void learn_addresses(struct audit_learned *l, const struct audit *a, const struct audit_group *g)
{
    for (size_t i = 0; i < (size_t)AUDIT_ADDRESS_SETS * AUDIT_ADDRESS_WAYS && l->ip_count < POLICY_VALUES; i++) {
        const struct audit_address *e = own_address(a, g, i);

        if (e)
            l->ips[l->ip_count++] = e->ip;
    }
    l->ip_count = once(l->ips, l->ip_count, sizeof l->ips[0], compare_ips);
}

static void learn(const struct audit *a, const struct audit_group *g, audit_learn_report *report, void *context)
{
    struct audit_learned l = {.origin = g->origin, .af = g->af, .vrid = g->vrid};

    if (g->count == 0) /* CARP's number */
        return;
    learn_speakers(&l, g);
    if (!all_have_macs(g))
        l.mac_count = 0;
    learn_addresses(&l, a, g);
    report(context, &l);
}

bool audit_learn(const struct audit *a, audit_learn_report *report, void *context)
{
    struct audit_group *const queues[] = {a->passing.oldest, a->staying.oldest};
    struct audit_group **all = calloc(a->count > 0 ? a->count : 1, sizeof(struct audit_group *));
    size_t count = 0;

    if (!all)
        return false;
    for (size_t i = 0; i < nitems(queues); i++) {
        for (struct audit_group *g = queues[i]; g; g = g->newer)
            all[count++] = g;
    }
    qsort(all, count, sizeof(struct audit_group *), compare_groups);
    for (size_t i = 0; i < count; i++)
        learn(a, all[i], report, context);
    free(all);
    return true;
}

/* --- The line. --- */

static void put_name(struct writer *w, struct span key, const char *name)
{
    if (name[0] != '\0')
        writer_text(w, key, (struct span){name, strlen(name)});
}

static void put_prio(struct writer *w, const struct audit_learned *l)
{
    char text[VALUE_TEXT];
    size_t length = 0;
    const uint8_t ends[] = {l->prio_low, l->prio_high};

    if (l->prio_low == 0) /* only resigns were heard */
        return;
    for (size_t i = 0; i < nitems(ends) && (i == 0 || ends[0] != ends[1]); i++) {
        const unsigned n = ends[i];

        if (i > 0) {
            text[length++] = '.';
            text[length++] = '.';
        }
        if (n >= 100)
            text[length++] = (char)('0' + n / 100);
        if (n >= 10)
            text[length++] = (char)('0' + n / 10 % 10);
        text[length++] = (char)('0' + n % 10);
    }
    put_raw(w, "prio", (struct span){text, length});
}

static void put_ips(struct writer *w, struct span key, const struct ip *ips, size_t count)
{
    writer_list(w, key);
    for (size_t i = 0; i < count; i++)
        list_ip(w, &ips[i]);
    list_end(w);
}

static void put_macs(struct writer *w, const struct audit_learned *l)
{
    char text[MAC_TEXT];

    list_begin(w, "mac");
    for (size_t i = 0; i < l->mac_count; i++) {
        mac_format(text, &l->macs[i]);
        list_word(w, text);
    }
    list_end(w);
}

void write_allow(struct writer *w, const struct audit_learned *l)
{
    writer_begin(w, (stamp){0}, "allow");
    put_name(w, LINE_KEY("seg"), l->origin.seg);
    put_name(w, LINE_KEY("host"), l->origin.host);
    put_name(w, LINE_KEY("if"), l->origin.ifname);
    if (l->origin.vlan != 0)
        put_u64(w, "vlan", l->origin.vlan);
    else
        put_word(w, "vlan", "none");
    put_u64(w, "af", l->af);
    put_u64(w, "vrid", l->vrid);
    list_begin(w, "ver");
    for (unsigned version = 2; version <= 3; version++) {
        if (l->versions & 1u << version)
            list_u64(w, version);
    }
    list_end(w);
    put_prio(w, l);
    put_ips(w, LINE_KEY("src"), l->srcs, l->src_count);
    put_macs(w, l);
    put_ips(w, LINE_KEY("ip"), l->ips, l->ip_count);
    writer_end(w);
}
