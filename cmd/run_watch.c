/* `watch` and `check` lines of the file of a router, and what is watched without one. */
#include <stdlib.h>
#include <string.h>

#include "cmd/run.h"
#include "core/config_track.h"
#include "core/config_value.h"

static bool keep(struct text *t, const char *bytes, size_t size)
{
    char *at = realloc(t->at, t->size + size);
    if (!at)
        return false;
    memcpy(at + t->size, bytes, size);
    t->at = at;
    t->size += size;
    return true;
}

static bool holds(const struct text *t, const char *name)
{
    for (size_t done = 0; done < t->size; done += strlen(t->at + done) + 1)
        if (strcmp(t->at + done, name) == 0)
            return true;
    return false;
}

static const char *take_name(struct plan *p, const char *name)
{
    if (holds(&p->names, name))
        return "this name belongs to another watch or check";
    return keep(&p->names, name, strlen(name) + 1) ? NULL : "out of memory";
}

static const char *take_watch(struct plan *p, const struct line *l, const struct watch *w)
{
    const char *wrong = take_name(p, w->name), *end = l->text.at + l->text.len;
    if (wrong)
        return wrong;
    if (++p->watch_count > WATCHES_MOST)
        return "more than 256 watches";
    return keep(&p->watches, l->event.at, (size_t)(end - l->event.at)) && keep(&p->watches, "\n", 1) ? NULL
                                                                                                     : "out of memory";
}

static const char *take_check(struct plan *p, const struct check_line *c)
{
    const char *wrong = take_name(p, c->name);
    if (wrong)
        return wrong;
    if (p->check_count == RUN_CHECKS)
        return "more than 32 checks";
    struct check_line *checks = realloc(p->checks, (p->check_count + 1) * sizeof *checks);
    if (!checks)
        return "out of memory";
    p->checks = checks;
    p->checks[p->check_count++] = *c;
    return NULL;
}

bool plan_take_other(struct plan *p, const struct line *l, struct line_fault *fault)
{
    static struct watch watch;
    static struct check_line check;
    static struct config_error error;
    bool watches = span_is(l->event, "watch");
    if (!(watches ? watch_parse(&watch, l, &error) : check_line_parse(&check, l, &error))) {
        fault->word = error.word;
        fault->reason = error.reason;
        return false;
    }
    const char *name = watches ? watch.name : check.name;
    fault->word = (struct span){name, strlen(name)};
    fault->reason = watches ? take_watch(p, l, &watch) : take_check(p, &check);
    return !fault->reason;
}

bool plan_take_links(struct plan *p, const struct vr_config *c)
{
    bool done = true;
    for (size_t i = 0; done && i < c->track_count; i++) {
        const char *name = c->track[i].name;
        if (strncmp(name, LINK_TRACK, strlen(LINK_TRACK)) == 0 && !holds(&p->linked, name))
            done = keep(&p->linked, name, strlen(name) + 1);
    }
    return done;
}

/* track=link:IF needs no line: either vrrp-listen tells of that interface, or it is watched as if there were one. */
bool plan_watch_links(struct plan *p)
{
    bool done = true;
    for (size_t at = 0; done && at < p->linked.size; at += strlen(p->linked.at + at) + 1) {
        const char *name = p->linked.at + at, *ifname = name + strlen(LINK_TRACK);
        if (!ifname_is_valid(ifname) || scope_has(&p->scope, ifname) || holds(&p->names, name))
            continue;
        char text[64];
        struct writer w = {.buffer = text, .size = sizeof text};
        writer_begin(&w, (stamp){0}, "watch");
        put_text(&w, "link", (struct span){ifname, strlen(ifname)});
        writer_end(&w);
        const char *line = (const char *)memchr(text, ' ', w.length) + 1; /* without TIME */
        done = keep(&p->names, name, strlen(name) + 1) && keep(&p->watches, line, (size_t)(text + w.length - line));
    }
    return done;
}
