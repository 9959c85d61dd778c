#include "core/notify.h"

#include <stdlib.h>

#include "core/text.h"

const char *notify_state_name(enum notify_state s)
{
    static const char *const names[] = {
        [NOTIFY_NONE] = "NONE",   [NOTIFY_MASTER] = "MASTER", [NOTIFY_BACKUP] = "BACKUP",
        [NOTIFY_FAULT] = "FAULT", [NOTIFY_STOP] = "STOP",
    };
    return names[s];
}

enum notify_state notify_state_of(const struct state_event *e)
{
    switch (e->to) {
    case ROUTER_ACTIVE:
        return NOTIFY_MASTER;
    case ROUTER_BACKUP:
        return NOTIFY_BACKUP;
    case ROUTER_FAULT:
        return NOTIFY_FAULT;
    case ROUTER_INIT:
        return strcmp(e->why, "recovered") == 0 ? NOTIFY_NONE : NOTIFY_STOP;
    }
    return NOTIFY_NONE;
}

static void set(struct notify *n, const char *type, struct span name, enum notify_state state, uint8_t prio)
{
    struct text text = {.at = n->name, .size = sizeof n->name}, number = {.at = n->prio, .size = sizeof n->prio};
    n->type = type;
    n->state = state;
    n->name[0] = '\0';
    text_value(&text, name);
    text_u64(&number, prio);
}

void notify_instance(struct notify *n, const struct line *l, const struct state_event *e)
{
    struct span name;
    if (!line_get(l, "name", &name))
        name = (struct span){e->name, strlen(e->name)}; /* the default one has no %XX */
    set(n, "INSTANCE", name, notify_state_of(e), e->prio);
}

void notify_group(struct notify *n, struct span group, enum notify_state state)
{
    set(n, "GROUP", group, state, 0);
}

void notify_arguments(const struct notify *n, const char *out[static NOTIFY_ARGUMENTS])
{
    out[0] = n->type;
    out[1] = n->name;
    out[2] = notify_state_name(n->state);
    out[3] = n->prio;
}

size_t notify_line(const struct notify *n, char out[static NOTIFY_LINE])
{
    struct text t = {.at = out, .size = NOTIFY_LINE};
    text_word(&t, n->type);
    text_word(&t, " \"");
    for (const char *c = n->name; *c != '\0'; c++)
        text_span(&t, *c == '"' ? (struct span){"%22", 3} : (struct span){c, 1});
    text_word(&t, "\" ");
    text_word(&t, notify_state_name(n->state));
    text_word(&t, " ");
    text_word(&t, n->prio);
    text_word(&t, "\n");
    return t.length;
}

struct notify_member {
    struct identity id;
    char group[NOTIFY_NAME]; /* as it is written in the line */
    enum notify_state state;
};

void notify_groups_free(struct notify_groups *g)
{
    free(g->members);
    *g = (struct notify_groups){0};
}

static bool is_of(const struct notify_member *m, struct span group)
{
    return strlen(m->group) == group.len && memcmp(m->group, group.at, group.len) == 0;
}

static enum notify_state group_state(const struct notify_groups *g, struct span group)
{
    enum notify_state state = NOTIFY_STOP; /* nobody is left */
    for (size_t i = 0; i < g->count; i++) {
        const struct notify_member *m = &g->members[i];
        if (!is_of(m, group))
            continue;
        if (m->state == NOTIFY_FAULT)
            return NOTIFY_FAULT;
        if (state != NOTIFY_BACKUP)
            state = m->state;
    }
    return state;
}

static struct notify_member *find(const struct notify_groups *g, struct span group, const struct identity *id)
{
    for (size_t i = 0; i < g->count; i++)
        if (identity_equal(&g->members[i].id, id) && is_of(&g->members[i], group))
            return &g->members[i];
    return NULL;
}

static struct notify_member *add(struct notify_groups *g, struct span group, const struct identity *id)
{
    if (g->count == NOTIFY_MEMBERS || group.len >= NOTIFY_NAME)
        return NULL;
    if (g->count == g->room) {
        size_t room = g->room ? g->room * 2 : 16;
        struct notify_member *members = realloc(g->members, room * sizeof *members);
        if (!members)
            return NULL;
        g->members = members;
        g->room = room;
    }
    struct notify_member *m = &g->members[g->count++];
    *m = (struct notify_member){.id = *id};
    memcpy(m->group, group.at, group.len);
    return m;
}

bool notify_groups_take(struct notify_groups *g, struct span group, const struct identity *id, enum notify_state state,
                        enum notify_state *out)
{
    struct notify_member *m = find(g, group, id);
    enum notify_state before = group_state(g, group);
    if (state == NOTIFY_NONE || (!m && state == NOTIFY_STOP))
        return false;
    if (!m && !(m = add(g, group, id)))
        return false;
    if (state == NOTIFY_STOP) /* forgotten: it says nothing of its group any more */
        *m = g->members[--g->count];
    else
        m->state = state;
    *out = group_state(g, group);
    return *out != before;
}
