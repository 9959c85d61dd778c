#include "core/belongings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/belongings_table.h"
#include "core/grow.h"

#define DISTURBANCE (100 * MILLISECOND) /* others who fight us over a route do not make us spin */

static uint32_t hash_bytes(uint32_t hash, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    for (size_t n = 0; n < len; n++)
        hash = (hash ^ at[n]) * 16777619u; /* FNV-1a */
    return hash;
}

static uint32_t hash_identity(const struct identity *id)
{
    uint8_t numbers[] = {id->af, id->vrid};
    uint32_t hash = hash_bytes(2166136261u, id->ifname, strlen(id->ifname));
    return hash_bytes(hash, numbers, sizeof numbers) % OWNER_BUCKETS;
}

static uint32_t hash_item(const struct route *r)
{
    return hash_bytes(2166136261u, r, sizeof *r) % ITEM_BUCKETS;
}

struct belongings *belongings_new(belongings_report *report, void *context)
{
    struct belongings *b = calloc(1, sizeof *b);
    if (b == NULL)
        return NULL;
    b->report = report;
    b->context = context;
    b->unused = NONE;
    b->doubted = (instant){INT64_MIN / 2};
    for (size_t n = 0; n < OWNER_BUCKETS; n++)
        b->owner_buckets[n] = NONE;
    for (size_t n = 0; n < ITEM_BUCKETS; n++)
        b->buckets[n] = NONE;
    for (size_t n = 0; n < BELONGINGS_STEPS; n++)
        b->due[n] = INSTANT_NEVER;
    return b;
}

void belongings_free(struct belongings *b)
{
    if (b == NULL)
        return;
    for (size_t n = 0; n < b->owner_count; n++) {
        free(b->owners[n].text);
        free(b->owners[n].items);
    }
    free(b->owners);
    free(b->all);
    free(b->left);
    free(b);
}

void belongings_due(struct belongings *b, enum belongings_step step, instant at)
{
    if (at.us < b->due[step].us)
        b->due[step] = at;
}

static void all_due(struct belongings *b, instant now)
{
    for (size_t n = 0; n < BELONGINGS_STEPS; n++)
        belongings_due(b, (enum belongings_step)n, now);
}

/* --- items ----------------------------------------------------------------------------------------------------------- */

static int32_t item_find(const struct belongings *b, const struct route *r)
{
    int32_t at = b->buckets[hash_item(r)];
    while (at != NONE && !route_equal(&b->all[at].item, r))
        at = b->all[at].next;
    return at;
}

void belonging_forget(struct belongings *b, int32_t at)
{
    int32_t *from = &b->buckets[hash_item(&b->all[at].item)];
    while (*from != at)
        from = &b->all[*from].next;
    *from = b->all[at].next;
    b->all[at] = (struct belonging){.next = b->unused};
    b->unused = at;
}

bool same_place(const struct route *a, const struct route *b)
{
    if (a->kind == KIND_RULE || b->kind == KIND_RULE)
        return route_equal(a, b);
    return a->kind == b->kind && a->family == b->family && a->table == b->table && a->priority == b->priority &&
           a->to.length == b->to.length && ip_equal(&a->to.ip, &b->to.ip);
}

/* And is it the same? Where an item names no interface, the kernel has found one. */
static bool same_route(const struct route *named, const struct route *left)
{
    struct route other = *left;
    if (named->dev[0] == '\0')
        memset(other.dev, 0, sizeof other.dev);
    return route_equal(named, &other);
}

static void take_over(struct belongings *b, struct belonging *i)
{
    for (size_t n = 0; n < b->left_count; n++) {
        struct leftover *l = &b->left[n];
        if (!same_place(&i->item, &l->item))
            continue;
        l->go = true;
        if (!i->present && same_route(&i->item, &l->item)) {
            i->present = true;
            *l = b->left[--b->left_count];
            n--;
        }
    }
}

/* Room for it was made before. */
static int32_t item_name(struct belongings *b, const struct route *r)
{
    int32_t at = item_find(b, r);
    if (at == NONE) {
        at = b->unused;
        if (at != NONE)
            b->unused = b->all[at].next;
        else
            at = (int32_t)b->count++;
        int32_t *bucket = &b->buckets[hash_item(r)];
        b->all[at] = (struct belonging){.item = *r, .next = *bucket, .used = true, .retry_at = {INT64_MIN}};
        *bucket = at;
        take_over(b, &b->all[at]);
    }
    b->all[at].named++;
    return at;
}

/* --- virtual routers ------------------------------------------------------------------------------------------------- */

static struct owner *owner_find(const struct belongings *b, const struct identity *id)
{
    int32_t at = b->owner_count > 0 ? b->owner_buckets[hash_identity(id)] : NONE;
    while (at != NONE && !identity_equal(&b->owners[at].id, id))
        at = b->owners[at].next;
    return at == NONE ? NULL : &b->owners[at];
}

static struct owner *owner_named(struct belongings *b, const struct identity *id)
{
    struct owner *o = owner_find(b, id);
    if (o != NULL || !grow((void **)&b->owners, &b->owner_room, b->owner_count, 1, sizeof *b->owners))
        return o;
    int32_t at = (int32_t)b->owner_count++, *bucket = &b->owner_buckets[hash_identity(id)];
    o = &b->owners[at];
    *o = (struct owner){.id = *id, .next = *bucket};
    *bucket = at;
    return o;
}

static void hold(struct belongings *b, struct owner *o, bool held)
{
    if (o->held == held)
        return;
    for (size_t n = 0; n < o->count; n++) {
        struct belonging *i = &b->all[o->items[n]];
        if (held && i->holders == 0)
            i->doubt = i->present; /* it was given up, and nobody looked yet whether it is there */
        if (held)
            i->holders++;
        else
            i->holders--;
    }
    o->held = held;
}

static bool same_names(const struct owner *o, const struct belongings_named *n)
{
    return o->routes == n->routes.len && o->rules == n->rules.len &&
           (o->routes == 0 || memcmp(o->text, n->routes.at, o->routes) == 0) &&
           (o->rules == 0 || memcmp(o->text + o->routes, n->rules.at, o->rules) == 0);
}

/* What it says, item by item. */
struct items {
    struct route *at;
    size_t count, room;
};

static bool add_items(struct items *items, enum route_kind kind, const struct identity *id, struct span list,
                      bool *wrong)
{
    struct span item;
    while (list.len > 0 && list_next(&list, &item)) {
        if (!grow((void **)&items->at, &items->room, items->count, 1, sizeof *items->at))
            return false;
        *wrong = route_parse(&items->at[items->count++], kind, id, item) != NULL;
        if (*wrong)
            return false;
    }
    return true;
}

static enum belongings_result read_items(struct items *items, const struct belongings_named *n)
{
    bool wrong = false;
    if (!add_items(items, KIND_ROUTE, &n->id, n->routes, &wrong))
        return wrong ? BELONGINGS_NO_ROUTE : BELONGINGS_NO_MEMORY;
    if (!add_items(items, KIND_RULE, &n->id, n->rules, &wrong))
        return wrong ? BELONGINGS_NO_RULE : BELONGINGS_NO_MEMORY;
    return BELONGINGS_DONE;
}

/* It has these from now on; what stays is named by both, and so does not go. */
static bool rename_to(struct belongings *b, struct owner *o, const struct belongings_named *n,
                      const struct items *items)
{
    char *text = malloc(n->routes.len + n->rules.len + 1);
    int32_t *named = malloc(items->count * sizeof *named + 1);
    if (text == NULL || named == NULL || !grow((void **)&b->all, &b->room, b->count, items->count, sizeof *b->all)) {
        free(text);
        free(named);
        return false;
    }
    if (n->routes.len > 0)
        memcpy(text, n->routes.at, n->routes.len);
    if (n->rules.len > 0)
        memcpy(text + n->routes.len, n->rules.at, n->rules.len);
    for (size_t k = 0; k < items->count; k++) {
        named[k] = item_name(b, &items->at[k]);
        b->all[named[k]].holders += o->held;
    }
    for (size_t k = 0; k < o->count; k++) {
        b->all[o->items[k]].named--;
        b->all[o->items[k]].holders -= o->held;
    }
    free(o->text);
    free(o->items);
    o->text = text;
    o->routes = n->routes.len;
    o->rules = n->rules.len;
    o->items = named;
    o->count = items->count;
    return true;
}

enum belongings_result belongings_name(struct belongings *b, const struct belongings_named *n, bool held, instant now)
{
    bool none = n->routes.len == 0 && n->rules.len == 0;
    struct owner *o = owner_find(b, &n->id);
    if (o == NULL && none)
        return BELONGINGS_DONE;
    bool same = o != NULL && same_names(o, n);
    if (same && o->held == held)
        return BELONGINGS_DONE;
    if (!same) {
        struct items items = {0};
        enum belongings_result result = read_items(&items, n);
        if (result == BELONGINGS_DONE) {
            o = owner_named(b, &n->id);
            result = o != NULL && rename_to(b, o, n, &items) ? BELONGINGS_DONE : BELONGINGS_NO_MEMORY;
        }
        free(items.at);
        if (result != BELONGINGS_DONE)
            return result;
    }
    memcpy(o->name, n->name, sizeof o->name);
    hold(b, o, held);
    all_due(b, now);
    return BELONGINGS_DONE;
}

void belongings_give_up(struct belongings *b, const char *name, instant now)
{
    for (size_t n = 0; n < b->owner_count; n++) {
        struct owner *o = &b->owners[n];
        if (!o->held || (name[0] != '\0' && strcmp(o->name, name) != 0))
            continue;
        hold(b, o, false);
        all_due(b, now);
    }
}

bool belongings_left(struct belongings *b, const struct route *item)
{
    if (!grow((void **)&b->left, &b->left_room, b->left_count, 1, sizeof *b->left))
        return false;
    b->left[b->left_count++] = (struct leftover){.item = *item, .retry_at = {INT64_MIN}};
    return true;
}

void belongings_tidy(struct belongings *b, instant now)
{
    for (size_t n = 0; n < b->left_count; n++)
        b->left[n].go = true;
    if (b->left_count > 0)
        belongings_due(b, BELONGINGS_WITHDRAW, now);
}

void belongings_gone(struct belongings *b, const struct route *item, instant now)
{
    for (size_t n = 0; n < b->count; n++) {
        struct belonging *i = &b->all[n];
        if (!i->used || !i->present || !same_place(&i->item, item) || !same_route(&i->item, item))
            continue;
        i->present = i->doubt = false;
        i->missed = i->holders > 0;
    }
    for (size_t n = b->left_count; n-- > 0;) {
        if (same_place(&b->left[n].item, item))
            b->left[n] = b->left[--b->left_count];
    }
    belongings_doubt(b, now);
}

void belongings_doubt(struct belongings *b, instant now)
{
    instant next = {b->doubted.us + DISTURBANCE}, at = b->doubted;
    if (at.us <= now.us) /* else it is about to be looked at */
        at = next.us > now.us ? next : now;
    bool any = false;
    for (size_t n = 0; n < b->count; n++) {
        struct belonging *i = &b->all[n];
        if (!i->used || i->holders == 0)
            continue;
        i->doubt = i->present;
        if (i->error != EEXIST) /* an interface may be there now */
            i->retry_at = at;
        any = true;
    }
    if (!any)
        return;
    b->doubted = at;
    belongings_due(b, BELONGINGS_INSTALL, at);
}

instant belongings_deadline(const struct belongings *b)
{
    instant deadline = INSTANT_NEVER;
    for (size_t n = 0; n < BELONGINGS_STEPS; n++) {
        if (b->due[n].us < deadline.us)
            deadline = b->due[n];
    }
    return deadline;
}
