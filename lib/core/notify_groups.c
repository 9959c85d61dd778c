#include "core/notify_groups.h"

#include <stdlib.h>

struct notify_group {
    struct notify_group *next;
    char name[NOTIFY_NAME]; /* as it is written in the line */
    size_t members[NOTIFY_STATES];
    enum notify_state told;
};

struct notify_member {
    struct notify_member *next;
    struct identity id;
    struct notify_group *group;
    enum notify_state state;
};

static size_t bucket(struct span bytes)
{
    uint32_t hash = UINT32_C(2166136261); /* FNV-1a */
    for (size_t i = 0; i < bytes.len; i++)
        hash = (hash ^ (uint8_t)bytes.at[i]) * UINT32_C(16777619);
    return (hash ^ hash >> 16) % NOTIFY_BUCKETS;
}

/* Where the pointer to it is, or to nothing. */
static struct notify_group **group_at(struct notify_groups *g, struct span name)
{
    struct notify_group **at = &g->groups[bucket(name)];
    while (*at && !span_is(name, (*at)->name))
        at = &(*at)->next;
    return at;
}

static struct notify_member **member_at(struct notify_groups *g, const struct identity *id)
{
    const char key[] = {(char)id->vrid, (char)id->af};
    size_t hash = bucket((struct span){id->ifname, strlen(id->ifname)}) ^ bucket((struct span){key, sizeof key});
    struct notify_member **at = &g->members[hash % NOTIFY_BUCKETS];
    while (*at && !identity_equal(&(*at)->id, id))
        at = &(*at)->next;
    return at;
}

static struct notify_group *group_get(struct notify_groups *g, struct span name)
{
    struct notify_group **at = group_at(g, name);
    if (*at || name.len >= NOTIFY_NAME)
        return *at;
    *at = calloc(1, sizeof **at);
    if (*at)
        memcpy((*at)->name, name.at, name.len);
    return *at;
}

static bool is_empty(const struct notify_group *group)
{
    for (int state = 0; state < NOTIFY_STATES; state++)
        if (group->members[state] > 0)
            return false;
    return true;
}

/* It is kept until the next call, which may be asked for its name. */
static void end(struct notify_groups *g, struct notify_group *group)
{
    struct notify_group **at = group_at(g, (struct span){group->name, strlen(group->name)});
    *at = group->next;
    free(g->ended);
    g->ended = group;
}

static void leave(struct notify_groups *g, struct notify_member **at)
{
    struct notify_member *m = *at;
    m->group->members[m->state]--;
    *at = m->next;
    free(m);
    g->count--;
}

static bool join(struct notify_groups *g, struct notify_member **at, struct notify_group *group,
                 const struct identity *id, enum notify_state state)
{
    struct notify_member *m = g->count < NOTIFY_MEMBERS ? calloc(1, sizeof *m) : NULL;
    if (!m)
        return false;
    m->id = *id;
    m->group = group;
    m->state = state;
    m->group->members[state]++;
    *at = m;
    g->count++;
    return true;
}

static enum notify_state state_of(const struct notify_group *group)
{
    size_t masters = group->members[NOTIFY_MASTER], backups = group->members[NOTIFY_BACKUP];
    if (group->members[NOTIFY_FAULT] > 0)
        return NOTIFY_FAULT;
    if (masters + backups == 0)
        return NOTIFY_STOP;
    if (masters > 0 && backups > 0 && group->told == NOTIFY_MASTER)
        return NOTIFY_MASTER;
    return backups > 0 ? NOTIFY_BACKUP : NOTIFY_MASTER;
}

/* Moves the member; the group that is to be looked at, or NULL. */
static struct notify_group *move(struct notify_groups *g, struct span name, const struct identity *id,
                                 enum notify_state state)
{
    struct notify_member **at = member_at(g, id);
    struct notify_group *before = *at ? (*at)->group : NULL;
    bool stays = name.len > 0 && state != NOTIFY_STOP;
    if (before)
        leave(g, at);
    struct notify_group *after = stays ? group_get(g, name) : NULL;
    if (after && !join(g, member_at(g, id), after, id, state) && is_empty(after))
        end(g, after);
    if (before && before != after && is_empty(before))
        end(g, before);
    return stays ? *group_at(g, name) : before;
}

bool notify_groups_take(struct notify_groups *g, struct span *name, const struct identity *id, enum notify_state state,
                        enum notify_state *out)
{
    struct notify_group *group = state == NOTIFY_NONE ? NULL : move(g, *name, id, state);
    *out = group ? state_of(group) : NOTIFY_NONE;
    if (!group || *out == group->told)
        return false;
    group->told = *out;
    *name = (struct span){group->name, strlen(group->name)};
    return true;
}

void notify_groups_free(struct notify_groups *g)
{
    for (size_t i = 0; i < NOTIFY_BUCKETS; i++)
        while (g->members[i])
            leave(g, &g->members[i]);
    for (size_t i = 0; i < NOTIFY_BUCKETS; i++) {
        for (struct notify_group *next, *group = g->groups[i]; group; group = next) {
            next = group->next;
            free(group);
        }
    }
    free(g->ended);
    *g = (struct notify_groups){0};
}
