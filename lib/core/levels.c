#include "core/levels.h"

#include <stdlib.h>
#include <string.h>

/* What a virtual router may have waiting, one line each. */
enum slot { SLOT_SEND, SLOT_ANNOUNCE, SLOT_RESIGN, SLOT_STATE, SLOTS, SLOT_NONE = SLOTS };

/* One waiting line: in the queue by (before, after), and, when droppable, among those by (older, newer) too. */
struct item {
    struct item *before, *after;
    struct item *older, *newer;
    struct router *router; /* whose slot holds it; NULL: nobody's, nothing replaces it */
    enum slot slot;
    bool droppable, kept;
    size_t length, written; /* written > 0: part of it is out already, the rest has to follow */
    char text[];
};

/* Slots of one virtual router that has something waiting, and its place in a chain of the hash table. */
struct router {
    struct router *next;
    struct identity id;
    struct item *waiting[SLOTS];
};

struct levels {
    struct item *head, *tail;
    struct item *oldest, *newest; /* droppable ones */
    size_t droppable_memory, droppable_limit;
    size_t kept_memory, kept_limit;
    size_t memory; /* of all that waits */
    uint64_t dropped;
    struct router **buckets;
    size_t bucket_count, router_count; /* bucket_count is a power of two */
    char *stage;                       /* where levels_head puts lines side by side */
    size_t stage_size;
};

enum { FIRST_BUCKETS = 64, FIRST_STAGE = 4096 };

struct levels *levels_new(size_t droppable_limit, size_t kept_limit)
{
    struct levels *q = calloc(1, sizeof(*q));
    if (!q)
        return NULL;
    q->droppable_limit = droppable_limit;
    q->kept_limit = kept_limit;
    q->bucket_count = FIRST_BUCKETS;
    q->buckets = calloc(q->bucket_count, sizeof(struct router *));
    q->stage_size = FIRST_STAGE;
    q->stage = malloc(q->stage_size);
    if (!q->buckets || !q->stage) {
        levels_free(q);
        return NULL;
    }
    return q;
}

void levels_free(struct levels *q)
{
    if (!q)
        return;
    for (struct item *i = q->head; i;) {
        struct item *after = i->after;
        free(i);
        i = after;
    }
    for (size_t b = 0; q->buckets && b < q->bucket_count; b++) {
        for (struct router *r = q->buckets[b]; r;) {
            struct router *next = r->next;
            free(r);
            r = next;
        }
    }
    free(q->buckets);
    free(q->stage);
    free(q);
}

static size_t bucket_of(const struct identity *id, size_t bucket_count)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < IFNAME_TEXT && id->ifname[i]; i++)
        h = (h ^ (uint8_t)id->ifname[i]) * 16777619u;
    h = (h ^ id->af) * 16777619u;
    h = (h ^ id->vrid) * 16777619u;
    return (h ^ h >> 15) & (bucket_count - 1);
}

static bool idle(const struct router *r)
{
    for (int s = 0; s < SLOTS; s++) {
        if (r->waiting[s])
            return false;
    }
    return true;
}

/* Twice the buckets. When there is no memory for it the chains just get longer. */
static void grow(struct levels *q)
{
    size_t count = q->bucket_count * 2;
    struct router **buckets = calloc(count, sizeof(struct router *));
    if (!buckets)
        return;
    for (size_t b = 0; b < q->bucket_count; b++) {
        for (struct router *r = q->buckets[b], *next; r; r = next) {
            next = r->next;
            struct router **chain = &buckets[bucket_of(&r->id, count)];
            r->next = *chain;
            *chain = r;
        }
    }
    free(q->buckets);
    q->buckets = buckets;
    q->bucket_count = count;
}

static struct router *router_find(const struct levels *q, const struct identity *id)
{
    struct router *r = q->buckets[bucket_of(id, q->bucket_count)];
    while (r && !identity_equal(&r->id, id))
        r = r->next;
    return r;
}

static struct router *router_of(struct levels *q, const struct identity *id)
{
    struct router *r = router_find(q, id);
    if (r)
        return r;
    if (q->router_count >= q->bucket_count)
        grow(q);
    r = calloc(1, sizeof(*r));
    if (!r)
        return NULL;
    struct router **chain = &q->buckets[bucket_of(id, q->bucket_count)];
    r->id = *id;
    r->next = *chain;
    *chain = r;
    q->router_count++;
    return r;
}

/* It is forgotten when nothing of it waits: thousands would take memory for nothing, and names that come and go would add
 * up. */
static void router_release(struct levels *q, struct router *r)
{
    if (!idle(r))
        return;
    struct router **at = &q->buckets[bucket_of(&r->id, q->bucket_count)];
    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
    q->router_count--;
    free(r);
}

static size_t item_memory(const struct item *i)
{
    return sizeof(*i) + i->length;
}

/* Its virtual router stays, even if nothing else of it waits. */
static void item_remove(struct levels *q, struct item *i)
{
    *(i->before ? &i->before->after : &q->head) = i->after;
    *(i->after ? &i->after->before : &q->tail) = i->before;
    if (i->droppable) {
        *(i->older ? &i->older->newer : &q->oldest) = i->newer;
        *(i->newer ? &i->newer->older : &q->newest) = i->older;
        q->droppable_memory -= item_memory(i);
    }
    q->memory -= item_memory(i);
    if (i->kept)
        q->kept_memory -= item_memory(i);
    if (i->router)
        i->router->waiting[i->slot] = NULL;
    free(i);
}

static void item_append(struct levels *q, struct item *i)
{
    i->before = q->tail;
    *(q->tail ? &q->tail->after : &q->head) = i;
    q->tail = i;
    if (i->droppable) {
        i->older = q->newest;
        *(q->newest ? &q->newest->newer : &q->oldest) = i;
        q->newest = i;
        q->droppable_memory += item_memory(i);
    }
    q->memory += item_memory(i);
    if (i->kept)
        q->kept_memory += item_memory(i);
    if (i->router)
        i->router->waiting[i->slot] = i;
}

/* Where a line of each kind waits, and what it takes the place of. */
struct rule {
    enum slot slot;
    bool replaces[SLOTS];
};

static const struct rule *rule_of(enum level_kind kind)
{
    static const struct rule rules[] = {
        [LEVEL_KEEP] = {SLOT_NONE, {0}},
        [LEVEL_DROPPABLE] = {SLOT_NONE, {0}},
        [LEVEL_SEND] = {SLOT_SEND, {[SLOT_SEND] = true}},
        [LEVEL_ANNOUNCE] = {SLOT_ANNOUNCE, {[SLOT_SEND] = true, [SLOT_ANNOUNCE] = true}},
        [LEVEL_RESIGN] = {SLOT_RESIGN, {[SLOT_SEND] = true, [SLOT_ANNOUNCE] = true, [SLOT_RESIGN] = true}},
        [LEVEL_STATE_AWAY] = {SLOT_STATE, {[SLOT_SEND] = true, [SLOT_ANNOUNCE] = true, [SLOT_STATE] = true}},
        [LEVEL_STATE_ACTIVE] = {SLOT_STATE, {[SLOT_STATE] = true}},
        [LEVEL_LOST] = {SLOT_NONE, {0}},
    };
    return &rules[kind];
}

static void replace(struct levels *q, struct router *r, const struct rule *rule)
{
    for (int s = 0; s < SLOTS; s++) {
        if (rule->replaces[s] && r->waiting[s])
            item_remove(q, r->waiting[s]);
    }
}

bool levels_replaces(const struct levels *q, enum level_kind kind, const struct identity *id)
{
    const struct rule *rule = rule_of(kind);
    const struct router *r = rule->slot != SLOT_NONE && id ? router_find(q, id) : NULL;
    for (int s = 0; r && s < SLOTS; s++) {
        if (rule->replaces[s] && r->waiting[s])
            return true;
    }
    return false;
}

/* Makes room for a droppable line: the oldest go first, what is new matters more. False: it does not fit at all. */
static bool make_room(struct levels *q, size_t memory)
{
    if (memory > q->droppable_limit)
        return false;
    while (q->droppable_memory + memory > q->droppable_limit) {
        struct item *victim = q->oldest;
        if (victim->written > 0 && !(victim = victim->newer))
            return false;
        item_remove(q, victim);
        q->dropped++;
    }
    return true;
}

static bool fits(struct levels *q, const struct item *i)
{
    if (i->droppable)
        return make_room(q, item_memory(i));
    return !i->kept || item_memory(i) <= q->kept_limit - q->kept_memory;
}

bool levels_put(struct levels *q, enum level_kind kind, const struct identity *id, const char *line, size_t len)
{
    if (len == 0)
        return true;
    const struct rule *rule = rule_of(kind);
    struct router *r = NULL;
    if (id && rule->slot != SLOT_NONE && !(r = router_of(q, id)))
        return false;
    struct item *i = malloc(sizeof(*i) + len);
    if (!i) {
        if (r)
            router_release(q, r);
        return false;
    }
    *i = (struct item){.router = r, .slot = rule->slot, .length = len};
    i->droppable = kind == LEVEL_DROPPABLE;
    i->kept = kind == LEVEL_KEEP;
    if (!fits(q, i)) {
        q->dropped++;
        free(i);
        return true;
    }
    memcpy(i->text, line, len);
    if (r)
        replace(q, r, rule);
    item_append(q, i);
    return true;
}

bool levels_empty(const struct levels *q)
{
    return !q->head;
}

struct span levels_head(struct levels *q, size_t max)
{
    size_t length = 0;
    for (const struct item *i = q->head; i; i = i->after) {
        size_t left = i->length - i->written;
        if (length > 0 && (left > max || length > max - left))
            break;
        if (length + left > q->stage_size) {
            size_t size = length + left > 2 * q->stage_size ? length + left : 2 * q->stage_size;
            char *stage = realloc(q->stage, size);
            if (!stage) { /* what is there fits, or, for a long first line, its beginning does */
                if (length > 0)
                    break;
                memcpy(q->stage, i->text + i->written, q->stage_size);
                return (struct span){q->stage, q->stage_size};
            }
            q->stage = stage;
            q->stage_size = size;
        }
        memcpy(q->stage + length, i->text + i->written, left);
        length += left;
        if (length >= max)
            break;
    }
    return (struct span){q->stage, length};
}

void levels_take(struct levels *q, size_t bytes)
{
    for (struct item *i = q->head, *after; i && bytes > 0; i = after) {
        size_t left = i->length - i->written;
        struct router *r = i->router;
        bool begun = bytes < left; /* so nothing replaces it any more */
        after = i->after;
        if (begun) {
            i->written += bytes;
            i->router = NULL;
            if (r)
                r->waiting[i->slot] = NULL;
        } else {
            item_remove(q, i);
        }
        bytes -= begun ? bytes : left;
        if (r)
            router_release(q, r);
    }
}

uint64_t levels_dropped(struct levels *q)
{
    uint64_t n = q->dropped;
    q->dropped = 0;
    return n;
}

size_t levels_memory(const struct levels *q)
{
    return q->memory;
}

void levels_each(const struct levels *q, levels_visit *visit, void *context)
{
    for (const struct item *i = q->head; i; i = i->after)
        visit(context, i->router ? &i->router->id : NULL, i->text + i->written, i->length - i->written);
}

void levels_forget(struct levels *q, const struct identity *id)
{
    struct router *r = router_find(q, id);
    for (int s = 0; r && s < SLOTS; s++) {
        if (r->waiting[s])
            item_remove(q, r->waiting[s]);
    }
    if (r)
        router_release(q, r);
}
