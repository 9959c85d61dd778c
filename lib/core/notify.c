#include "core/notify.h"

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
