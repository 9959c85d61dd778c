/* What a virtual router of keepalived.conf leans on, scripts, processes, files, and whom it tells. */
#include <stdlib.h>
#include <string.h>

#include "core/keepalived_internal.h"
#include "core/words.h"

bool ka_add_named(struct ka_conversion *v, struct ka_named **list, const struct ka_item *item)
{
    struct span name = ka_argument(v, item);
    if (name.len == 0)
        return false;
    if (ka_named(*list, name))
        return ka_refuse(v, item, name, "this name stands there twice");
    struct ka_named *n = ka_allocate(v->conf, sizeof *n);
    if (!n)
        return false;
    n->name = name;
    n->item = item;
    while (*list)
        list = &(*list)->next;
    *list = n;
    return true;
}

/* Commands */

/* What only a shell makes something of. */
static bool needs_shell(struct span command)
{
    for (size_t i = 0; i < command.len; i++)
        if (strchr("<>|&;$`()*?[~", command.at[i]))
            return true;
    return false;
}

/* The words of a command as keepalived splits it, NULL behind the last; of the conf. NULL: an error was told. */
static char **words_of(struct ka_conversion *v, const struct ka_item *item, struct span command)
{
    enum { WORDS = 62 };
    char **words = ka_allocate(v->conf, (WORDS + 1) * sizeof *words);
    char *text = ka_allocate(v->conf, command.len + 1);
    size_t count;
    if (!words || !text)
        return NULL;
    memcpy(text, command.at, command.len);
    const char *wrong = words_split(text, words, WORDS, &count);
    if (!wrong && count == 0)
        wrong = "a command is missing";
    if (!wrong)
        return words;
    ka_refuse(v, item, command, wrong);
    return NULL;
}

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

/* --- vrrp_script --- */

struct script {
    struct span command, user, group;
    usec interval, timeout;
    uint64_t rise, fall;
    const struct ka_item *at;
};

static bool take_script(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    struct script *s = into;
    s->command = ka_argument(v, item);
    s->at = item;
    /* Without quotes each further word is an argument. */
    for (size_t i = 2; i < item->count && item->words[1].len > 0; i++) {
        size_t length = s->command.len + 1 + item->words[i].len;
        char *joined = ka_allocate(v->conf, length + 1);
        if (!joined)
            return false;
        memcpy(joined, s->command.at, s->command.len);
        joined[s->command.len] = ' ';
        memcpy(joined + s->command.len + 1, item->words[i].at, item->words[i].len);
        s->command = (struct span){joined, length};
    }
    return s->command.len > 0;
}

static bool take_script_interval(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    return ka_seconds(v, item, 3600 * SECOND, &((struct script *)into)->interval);
}

static bool take_script_timeout(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    return ka_seconds(v, item, 3600 * SECOND, &((struct script *)into)->timeout);
}

static bool take_script_rise(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    return ka_number(v, item, 1, 1000, &((struct script *)into)->rise);
}

static bool take_script_fall(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    return ka_number(v, item, 1, 1000, &((struct script *)into)->fall);
}

static bool take_script_user(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    struct script *s = into;
    s->user = ka_argument(v, item);
    if (item->count > 2)
        s->group = item->words[2];
    return s->user.len > 0;
}

static bool take_nothing(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    (void)v, (void)into, (void)item; /* read where it is used: weight */
    return true;
}

static void put_argument(struct ka_conf *c, struct span word, bool first)
{
    if (!first)
        ka_put(c, KA_VR, ",");
    ka_put_value(c, KA_VR, word, true);
}

static void put_command(struct ka_conversion *v, const struct script *s)
{
    struct ka_conf *c = v->conf;
    bool first = true;
    ka_put_key(c, KA_VR, "command");
    if (s->user.len > 0) {
        ka_put(c, KA_VR, "runuser,-u,");
        ka_put_value(c, KA_VR, s->user, true);
        if (s->group.len > 0) {
            ka_put(c, KA_VR, ",-g,");
            ka_put_value(c, KA_VR, s->group, true);
        }
        ka_put(c, KA_VR, ",--");
        first = false;
    }
    if (needs_shell(s->command)) {
        put_argument(c, span_of("bash"), first); /* for what stands there is often its own, as /dev/tcp */
        put_argument(c, span_of("-c"), false);
        put_argument(c, s->command, false);
        return;
    }
    char **words = words_of(v, s->at, s->command);
    for (size_t i = 0; words && words[i]; i++, first = false)
        put_argument(c, span_of(words[i]), first);
}

void ka_convert_script(struct ka_conversion *v, const struct ka_item *item)
{
    static const struct ka_rule rules[] = {
        {"script", take_script, NULL, NULL},
        {"interval", take_script_interval, NULL, NULL},
        {"timeout", take_script_timeout, NULL, NULL},
        {"rise", take_script_rise, NULL, NULL},
        {"fall", take_script_fall, NULL, NULL},
        {"user", take_script_user, NULL, NULL},
        {"weight", take_nothing, NULL, NULL},
        {"init_fail", NULL, "what has not been heard of is down in any case", NULL},
    };
    struct script s = {.interval = SECOND};
    struct ka_conf *c = v->conf;
    ka_apply(v, rules, nitems(rules), item->children, &s, "not known in a vrrp_script");
    if (s.command.len == 0) {
        ka_refuse(v, item, item->words[0], "no script stands in it");
        return;
    }
    ka_put(c, KA_VR, "check");
    ka_put_key(c, KA_VR, "name");
    ka_put_value(c, KA_VR, item->words[1], false);
    put_command(v, &s);
    ka_put_key(c, KA_VR, "interval");
    ka_put_duration(c, KA_VR, s.interval);
    if (s.timeout > 0) {
        ka_put_key(c, KA_VR, "timeout");
        ka_put_duration(c, KA_VR, s.timeout);
    }
    if (s.rise > 0) {
        ka_put_key(c, KA_VR, "rise");
        ka_put_u64(c, KA_VR, s.rise);
    }
    if (s.fall > 0) {
        ka_put_key(c, KA_VR, "fall");
        ka_put_u64(c, KA_VR, s.fall);
    }
    ka_put(c, KA_VR, "\n");
}

/* --- track_process, track_file --- */

struct process {
    const struct ka_item *process;
    uint64_t quorum, quorum_max;
    usec rise, fall;
    bool full;
};

static bool take_process(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    ((struct process *)into)->process = item;
    return ka_argument(v, item).len > 0;
}

static bool take_quorum(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    return ka_number(v, item, 1, 65535, &((struct process *)into)->quorum);
}

static bool take_quorum_max(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    return ka_number(v, item, 0, 65535, &((struct process *)into)->quorum_max);
}

static bool take_delay(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    struct process *p = into;
    bool right = ka_seconds(v, item, 3600 * SECOND, &p->fall);
    p->rise = p->fall;
    return right;
}

static bool take_fork_delay(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    return ka_seconds(v, item, 3600 * SECOND, &((struct process *)into)->rise);
}

static bool take_terminate_delay(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    return ka_seconds(v, item, 3600 * SECOND, &((struct process *)into)->fall);
}

static bool take_full(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    return ka_yes(v, item, &((struct process *)into)->full);
}

static void put_delay(struct ka_conf *c, const char *key, usec d)
{
    if (d == 0)
        return;
    ka_put_key(c, KA_VR, key);
    ka_put_duration(c, KA_VR, d);
}

static void put_watched_process(struct ka_conversion *v, const struct process *p)
{
    struct ka_conf *c = v->conf;
    const struct ka_item *item = p->process;
    ka_put_key(c, KA_VR, p->full || item->count > 2 ? "cmdline" : "process");
    if (p->full || item->count > 2) {
        for (size_t i = 1; i < item->count; i++)
            put_argument(c, item->words[i], i == 1);
    } else {
        ka_put_value(c, KA_VR, item->words[1], false);
    }
}

void ka_convert_process(struct ka_conversion *v, const struct ka_item *item)
{
    static const struct ka_rule rules[] = {
        {"process", take_process, NULL, NULL},
        {"quorum", take_quorum, NULL, NULL},
        {"quorum_max", take_quorum_max, NULL, NULL},
        {"delay", take_delay, NULL, NULL},
        {"fork_delay", take_fork_delay, NULL, NULL},
        {"terminate_delay", take_terminate_delay, NULL, NULL},
        {"full_command", take_full, NULL, NULL},
        {"weight", take_nothing, NULL, NULL},
        {"param_match", NULL, NULL, "a match of parameters has no counterpart: full_command, or a vrrp_script"},
    };
    struct process p = {.quorum = 1};
    struct ka_conf *c = v->conf;
    ka_apply(v, rules, nitems(rules), item->children, &p, "not known in a track_process");
    if (!p.process) {
        ka_refuse(v, item, item->words[0], "no process stands in it");
        return;
    }
    ka_put(c, KA_VR, "watch");
    ka_put_key(c, KA_VR, "name");
    ka_put_value(c, KA_VR, item->words[1], false);
    put_watched_process(v, &p);
    if (p.quorum != 1 || p.quorum_max > 0) {
        ka_put_key(c, KA_VR, "count");
        ka_put_u64(c, KA_VR, p.quorum);
        if (p.quorum_max > 0) {
            ka_put(c, KA_VR, "..");
            ka_put_u64(c, KA_VR, p.quorum_max);
        }
    }
    put_delay(c, "rise", p.rise);
    put_delay(c, "fall", p.fall);
    ka_put(c, KA_VR, "\n");
}

static bool take_path(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    struct span *path = into;
    *path = ka_argument(v, item);
    return path->len > 0;
}

void ka_convert_file(struct ka_conversion *v, const struct ka_item *item)
{
    static const struct ka_rule rules[] = {
        {"file", take_path, NULL, NULL},
        {"weight", take_nothing, NULL, NULL},
        {"init_file", NULL, "the file is not made: it counts as down until it is there", NULL},
    };
    struct span path = {0};
    struct ka_conf *c = v->conf;
    ka_apply(v, rules, nitems(rules), item->children, &path, "not known in a track_file");
    if (path.len == 0) {
        ka_refuse(v, item, item->words[0], "no file stands in it");
        return;
    }
    ka_put(c, KA_VR, "watch");
    ka_put_key(c, KA_VR, "name");
    ka_put_value(c, KA_VR, item->words[1], false);
    ka_put_key(c, KA_VR, "file");
    ka_put_value(c, KA_VR, path, false);
    ka_put(c, KA_VR, "\n");
}

/* --- Whom it tells: a script for vrrp-hook, in which each notify line is a case. --- */

static void put_quoted(struct ka_conf *c, struct span text)
{
    ka_put(c, KA_NOTIFY, "'");
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\'')
            ka_put(c, KA_NOTIFY, "'\\''");
        else
            ka_put_span(c, KA_NOTIFY, (struct span){text.at + i, 1});
    }
    ka_put(c, KA_NOTIFY, "'");
}

static const char *state_of(struct span keyword)
{
    static const char *const states[][2] = {
        {"notify_master", "MASTER"},
        {"notify_backup", "BACKUP"},
        {"notify_fault", "FAULT"},
        {"notify_stop", "STOP"},
    };
    for (size_t i = 0; i < nitems(states); i++)
        if (span_is(keyword, states[i][0]))
            return states[i][1];
    return NULL; /* notify: any */
}

static void begin_notify(struct ka_conversion *v)
{
    if (v->notifies)
        return;
    v->notifies = true;
    ka_put(v->conf, KA_NOTIFY,
           "#!/bin/sh\n"
           "# For vrrp-hook, which gives it TYPE NAME STATE PRIORITY: what keepalived would have run.\n");
}

/* if [ TYPE:NAME = ... ] [and STATE]; then COMMAND [with the four words]; fi: in the order in which keepalived runs them */
bool ka_take_notify(struct ka_conversion *v, const char *type, struct span name, const struct ka_item *item)
{
    struct ka_conf *c = v->conf;
    struct span command = ka_argument(v, item);
    char **words = command.len > 0 ? words_of(v, item, command) : NULL;
    const char *state = state_of(item->words[0]);
    if (!words)
        return false;
    begin_notify(v);
    ka_put(c, KA_NOTIFY, "if [ \"$1:$2\" = ");
    ka_put(c, KA_NOTIFY, type);
    ka_put(c, KA_NOTIFY, ":");
    put_quoted(c, name);
    ka_put(c, KA_NOTIFY, " ]");
    if (state) {
        ka_put(c, KA_NOTIFY, " && [ \"$3\" = ");
        ka_put(c, KA_NOTIFY, state);
        ka_put(c, KA_NOTIFY, " ]");
    }
    ka_put(c, KA_NOTIFY, "; then\n   ");
    if (item->count > 2) {
        ka_put(c, KA_NOTIFY, " runuser -u ");
        put_quoted(c, item->words[2]);
        if (item->count > 3) {
            ka_put(c, KA_NOTIFY, " -g ");
            put_quoted(c, item->words[3]);
        }
        ka_put(c, KA_NOTIFY, " --");
    }
    for (size_t i = 0; words[i]; i++) {
        ka_put(c, KA_NOTIFY, " ");
        put_quoted(c, span_of(words[i]));
    }
    ka_put(c, KA_NOTIFY, state ? "\nfi\n" : " \"$@\"\nfi\n");
    return true;
}

void ka_end_notify(struct ka_conversion *v)
{
    if (v->notifies)
        ka_put(v->conf, KA_NOTIFY, "exit 0\n");
}
