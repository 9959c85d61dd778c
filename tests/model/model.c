/* Every way in which two or three routers can go, with so many faults: depth first through all states that differ, with
 * the shipped electorate in virtual time. The first one in which a law does not hold is told with what led to it. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/model/laws.h"

enum { DEEPEST = 4096 };

static const struct scenario scenarios[] = {
#define S 1000000
#define V3(prio)                                                                                                       \
    {                                                                                                                  \
        {3, prio, S, false, 0},                                                                                        \
        {                                                                                                              \
            3, prio, S, false, 0                                                                                       \
        }                                                                                                              \
    }
#define SETUP(version, prio, ...)                                                                                      \
    {                                                                                                                  \
        {version, prio, __VA_ARGS__},                                                                                  \
        {                                                                                                              \
            version, prio, __VA_ARGS__                                                                                 \
        }                                                                                                              \
    }
#define CROSSED(a, b)                                                                                                  \
    {                                                                                                                  \
        {3, a, S, false, 0},                                                                                           \
        {                                                                                                              \
            3, b, S, false, 0                                                                                          \
        }                                                                                                              \
    }
    {"two", 2, 1, false, 0, {V3(200), V3(100)}},
    {"close", 2, 1, false, 0, {V3(101), V3(100)}},
    {"equal", 2, 1, false, 0, {V3(100), V3(100)}},
    {"owner", 2, 1, false, 0, {V3(255), V3(100)}},
    {"two-owners", 2, 1, false, 0, {V3(255), V3(255)}},
    {"no-preempt", 2, 1, false, 0, {SETUP(3, 200, S, true, 0), SETUP(3, 100, S, true, 0)}},
    {"preempt-delay", 2, 1, false, 0, {SETUP(3, 200, S, false, 5 * S), SETUP(3, 100, S, false, 0)}},
    {"intervals", 2, 1, false, 0, {SETUP(3, 200, 5 * S, false, 0), SETUP(3, 100, S, false, 0)}},
    {"version-2", 2, 1, false, 0, {SETUP(2, 200, S, false, 0), SETUP(2, 199, S, false, 0)}},
    {"weight", 2, 1, false, -120, {V3(200), V3(100)}},
    {"three", 3, 1, false, 0, {V3(200), V3(150), V3(149)}},
    {"three-equal", 3, 1, false, 0, {V3(100), V3(100), V3(100)}},
    {"group", 2, 2, true, 0, {V3(200), V3(100)}},
    {"group-equal", 2, 2, true, 0, {V3(100), V3(100)}},
    {"group-crossed", 2, 2, true, 0, {CROSSED(200, 100), CROSSED(100, 200)}},
    {"group-weight", 2, 2, true, -120, {V3(200), V3(100)}},
    {"group-owner", 2, 2, true, 0, {V3(255), V3(100)}},
    {"group-no-preempt", 2, 2, true, 0, {SETUP(3, 200, S, true, 0), SETUP(3, 100, S, true, 0)}},
    {"three-mixed", 3, 1, false, 0, {SETUP(3, 200, S, true, 0), V3(150), SETUP(3, 100, 2 * S, false, 0)}},
};

/* What was seen: an open hash table of 64-bit hashes. */
static struct {
    uint64_t *slots;
    size_t room, count;
} seen;

static void seen_put(uint64_t hash)
{
    size_t at = hash & (seen.room - 1);
    while (seen.slots[at] && seen.slots[at] != hash)
        at = (at + 1) & (seen.room - 1);
    seen.count += seen.slots[at] == 0;
    seen.slots[at] = hash;
}

static void seen_grow(void)
{
    uint64_t *old = seen.slots;
    size_t room = seen.room;
    seen.room = room ? 2 * room : 1 << 16;
    seen.slots = calloc(seen.room, sizeof *seen.slots);
    if (!seen.slots) {
        fprintf(stderr, "model: out of memory\n");
        exit(3);
    }
    seen.count = 0;
    for (size_t i = 0; i < room; i++)
        if (old[i])
            seen_put(old[i]);
    free(old);
}

static bool is_new(uint64_t hash)
{
    hash += hash == 0;
    if (2 * seen.count >= seen.room)
        seen_grow();
    size_t before = seen.count;
    seen_put(hash);
    return seen.count > before;
}

/* The search */

static struct {
    struct step path[DEEPEST];
    size_t depth, deepest;
    uint64_t steps;
    usec longest; /* virtual time */
    uint64_t most_states;
    bool full;
} search;

struct saved {
    struct world world;
    size_t used;
    uint8_t bytes[];
};

/* A step changes the world, and one host's electorate. */
static struct saved *save(const struct arena *a)
{
    struct saved *s = malloc(sizeof *s + a->used);
    if (!s)
        exit(3);
    s->world = world;
    s->used = a->used;
    memcpy(s->bytes, a->bytes, a->used);
    return s;
}

static void restore(struct saved *s, struct arena *a)
{
    if (a->used > s->used)
        memset(a->bytes + s->used, 0, a->used - s->used);
    memcpy(a->bytes, s->bytes, s->used);
    a->used = s->used;
    world = s->world;
    free(s);
}

static bool explore(void);

static bool explore_step(const struct step *step)
{
    struct saved *before = save(&arenas[step->host]);
    search.path[search.depth++] = *step;
    search.steps++;
    world_step(step);
    bool right = !world_wrong && explore();
    if (right) {
        search.depth--;
        restore(before, &arenas[step->host]);
    } else {
        free(before);
    }
    return right;
}

static bool explore(void)
{
    struct step steps[STEPS];
    if (!is_new(world_hash()) || search.full)
        return true;
    search.deepest = search.depth > search.deepest ? search.depth : search.deepest;
    search.longest = world.now.us > search.longest ? world.now.us : search.longest;
    search.full = search.depth == DEEPEST || (search.most_states > 0 && seen.count >= search.most_states);
    size_t count = world_steps(steps);
    if (world_is_settled())
        law_settled();
    for (size_t i = 0; i < count && !world_wrong; i++)
        if (!explore_step(&steps[i]))
            return false;
    return !world_wrong;
}

static void print(const char *text)
{
    printf("    %s\n", text);
}

/* The same once more, told. */
static void tell_path(uint8_t faults)
{
    size_t depth = search.depth;
    world_said = print;
    world_begin(faults);
    for (size_t i = 0; i < depth; i++)
        world_step(&search.path[i]);
    if (world_is_settled())
        law_settled();
    world_said = NULL;
    printf("    does not hold: %s\n", world_wrong ? world_wrong : "(not seen again)");
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool run(const struct scenario *s, uint8_t faults, uint64_t most_states, uint64_t *states)
{
    double begin = seconds();
    memset(&search, 0, sizeof search);
    search.most_states = most_states;
    free(seen.slots);
    seen.slots = NULL;
    seen.room = seen.count = 0;
    seen_grow();
    scenario = s;
    world_begin(faults);
    bool right = explore();
    printf(
        "%-14s %u routers, %u segment%s, %u faults: %9zu states%s, %9llu steps, depth %4zu, %4.0f s of theirs, %5.1f s\n",
        s->name, s->hosts, s->segments, s->segments == 1 ? "" : "s", faults, seen.count, search.full ? " (cut)" : "",
        (unsigned long long)search.steps, search.deepest, (double)search.longest / 1e6, seconds() - begin);
    if (!right)
        tell_path(faults);
    fflush(stdout);
    *states += seen.count;
    return right;
}

static bool is_wanted(const char *name, char **names)
{
    if (!*names)
        return true;
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    uint64_t states = 0, most_states = 0;
    unsigned faults = 0, wrong = 0, done = 0;
    double begin = seconds();
    for (int option; (option = getopt(argc, argv, "f:n:")) != -1;) {
        if (option == 'f')
            faults = (unsigned)strtoul(optarg, NULL, 10);
        else if (option == 'n')
            most_states = strtoull(optarg, NULL, 10);
        else
            return 2;
    }
    for (size_t i = 0; i < nitems(scenarios); i++) {
        const struct scenario *s = &scenarios[i];
        if (!is_wanted(s->name, argv + optind))
            continue;
        unsigned default_faults = s->group ? 1 : s->hosts == 2 ? 3 : 2;
        wrong += !run(s, (uint8_t)(faults ? faults : default_faults), most_states, &states);
        done++;
    }
    printf("%llu states, %u of %u scenarios hold, %.1f s\n", (unsigned long long)states, done - wrong, done,
           seconds() - begin);
    return done == 0 ? 2 : wrong > 0;
}
