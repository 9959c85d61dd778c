#include "core/errands.h"

#include <stdlib.h>

/* The errands of one key: those that wait, and the one that is out. In a chain of the hash table, and, while it has
 * waiting ones and none out, in the queue of the ready. */
struct errand_lane {
    struct errand_lane *next;  /* of its chain */
    struct errand_lane *after; /* in the queue */
    struct errand *first, *last;
    struct errand *out;
    char key[];
};

struct errands {
    struct errand_lane **buckets;
    size_t bucket_count, lane_count; /* bucket_count is a power of two */
    struct errand_lane *head, *tail; /* the ready */
    size_t waiting, events, most_events;
    uint64_t lost;
};

enum { FIRST_BUCKETS = 64 };

struct errands *errands_new(size_t most_events)
{
    struct errands *q = calloc(1, sizeof *q);
    if (!q)
        return NULL;
    q->most_events = most_events;
    q->bucket_count = FIRST_BUCKETS;
    q->buckets = calloc(q->bucket_count, sizeof(struct errand_lane *));
    if (!q->buckets) {
        free(q);
        return NULL;
    }
    return q;
}

static void free_lane(struct errand_lane *lane)
{
    for (struct errand *e = lane->first, *after; e; e = after) {
        after = e->after;
        free(e);
    }
    free(lane);
}

void errands_free(struct errands *q)
{
    if (!q)
        return;
    for (size_t b = 0; b < q->bucket_count; b++) {
        for (struct errand_lane *lane = q->buckets[b], *next; lane; lane = next) {
            next = lane->next;
            free_lane(lane);
        }
    }
    free(q->buckets);
    free(q);
}

static size_t bucket_of(const char *key, size_t bucket_count)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (; *key != '\0'; key++)
        h = (h ^ (uint8_t)*key) * 16777619u;
    return (h ^ h >> 15) & (bucket_count - 1);
}

/* Twice the buckets; when there is no memory for it the chains just get longer. */
static void grow(struct errands *q)
{
    size_t count = q->bucket_count * 2;
    struct errand_lane **buckets = calloc(count, sizeof(struct errand_lane *));
    if (!buckets)
        return;
    for (size_t b = 0; b < q->bucket_count; b++) {
        for (struct errand_lane *lane = q->buckets[b], *next; lane; lane = next) {
            next = lane->next;
            struct errand_lane **chain = &buckets[bucket_of(lane->key, count)];
            lane->next = *chain;
            *chain = lane;
        }
    }
    free(q->buckets);
    q->buckets = buckets;
    q->bucket_count = count;
}

static struct errand_lane *lane_of(struct errands *q, const char *key)
{
    char cut[ERRAND_KEY];
    size_t length = strnlen(key, sizeof cut - 1);
    memcpy(cut, key, length);
    cut[length] = '\0';
    for (struct errand_lane *lane = q->buckets[bucket_of(cut, q->bucket_count)]; lane; lane = lane->next)
        if (strcmp(lane->key, cut) == 0)
            return lane;
    if (q->lane_count >= q->bucket_count)
        grow(q);
    struct errand_lane *lane = calloc(1, sizeof *lane + length + 1);
    if (!lane)
        return NULL;
    memcpy(lane->key, cut, length + 1);
    struct errand_lane **chain = &q->buckets[bucket_of(cut, q->bucket_count)];
    lane->next = *chain;
    *chain = lane;
    q->lane_count++;
    return lane;
}

/* One with nothing to do is forgotten. */
static void drop_if_idle(struct errands *q, struct errand_lane *lane)
{
    if (lane->first || lane->out)
        return;
    struct errand_lane **at = &q->buckets[bucket_of(lane->key, q->bucket_count)];
    while (*at != lane)
        at = &(*at)->next;
    *at = lane->next;
    q->lane_count--;
    free(lane);
}

static void make_ready(struct errands *q, struct errand_lane *lane)
{
    lane->after = NULL;
    *(q->tail ? &q->tail->after : &q->head) = lane;
    q->tail = lane;
}

static void append(struct errands *q, struct errand_lane *lane, struct errand *e)
{
    *(lane->last ? &lane->last->after : &lane->first) = e;
    lane->last = e;
    q->waiting++;
    q->events += !e->level;
}

/* The level that waits in this lane, no longer in it; there is at most one. NULL: none waits. */
static struct errand *take_level(struct errands *q, struct errand_lane *lane)
{
    struct errand *before = NULL;
    for (struct errand *e = lane->first; e; before = e, e = e->after) {
        if (!e->level)
            continue;
        *(before ? &before->after : &lane->first) = e->after;
        if (lane->last == e)
            lane->last = before;
        q->waiting--;
        return e;
    }
    return NULL;
}

bool errands_put(struct errands *q, const char *key, bool level, int what, struct span text)
{
    if (!level && q->events >= q->most_events) {
        q->lost++;
        return true;
    }
    struct errand_lane *lane = lane_of(q, key);
    if (!lane)
        return false;
    struct errand *e = malloc(sizeof *e + text.len);
    if (!e) {
        drop_if_idle(q, lane);
        return false;
    }
    *e = (struct errand){.level = level, .what = what, .text = {e->bytes, text.len}, .lane = lane};
    memcpy(e->bytes, text.at, text.len);
    bool ready = lane->out || lane->first; /* or will be once that is done */
    struct errand *older = level ? take_level(q, lane) : NULL;
    if (older)
        e->replaced = older->replaced + 1;
    free(older);
    append(q, lane, e);
    if (!ready)
        make_ready(q, lane);
    return true;
}

struct errand *errands_next(struct errands *q)
{
    struct errand_lane *lane = q->head;
    if (!lane)
        return NULL;
    q->head = lane->after;
    if (!q->head)
        q->tail = NULL;
    struct errand *e = lane->first;
    lane->first = e->after;
    if (!lane->first)
        lane->last = NULL;
    lane->out = e;
    q->waiting--;
    q->events -= !e->level;
    return e;
}

void errands_done(struct errands *q, struct errand *e)
{
    struct errand_lane *lane = e->lane;
    lane->out = NULL;
    free(e);
    if (lane->first)
        make_ready(q, lane);
    else
        drop_if_idle(q, lane);
}

bool errand_is_followed(const struct errand *e)
{
    return e->lane->first != NULL;
}

const char *errand_key(const struct errand *e)
{
    return e->lane->key;
}

size_t errands_waiting(const struct errands *q)
{
    return q->waiting;
}

uint64_t errands_lost(struct errands *q)
{
    uint64_t lost = q->lost;
    q->lost = 0;
    return lost;
}
