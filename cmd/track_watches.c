/* What vrrp-track is told to watch. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/line_file.h"
#include "cmd/track.h"

static const char *add(struct track *t, const struct watch *w)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->all[i].watch.name, w->name) == 0)
            return "this name belongs to another watch";
    if (t->count == TRACK_WATCHES)
        return "more than 256 watches";
    struct tracker *all = realloc(t->all, (t->count + 1) * sizeof *all);
    if (!all)
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    t->all = all;
    t->all[t->count++] = (struct tracker){.watch = *w, .dirty = true, .look_at = INSTANT_NEVER};
    t->has[w->kind] = true;
    return NULL;
}

void track_word_watch(struct track *t, char **words, size_t count)
{
    char text[LINE_BYTES + 1], shown[CLI_SHOWN];
    struct watch watch;
    struct line line;
    struct config_error error;
    cli_line_of_words(&line, text, "watch", words, count);
    if (!watch_parse(&watch, &line, &error)) {
        bool word = error.word.len > 0;
        cli_die(EXIT_USAGE, "%s%s%s", word ? cli_show(shown, error.word) : "", word ? ": " : "", error.reason);
    }
    const char *wrong = add(t, &watch);
    if (wrong)
        cli_die(EXIT_USAGE, "%s: %s", watch.name, wrong);
}

struct file_user {
    struct track *track;
    struct watch watch;
    struct config_error error;
};

/* The file may be that of a whole router. */
static bool take_line(void *context, const struct line *l, struct line_fault *fault)
{
    struct file_user *u = context;
    if (span_is(l->event, "vr") || span_is(l->event, "check"))
        return true;
    if (!span_is(l->event, "watch")) {
        fault->word = l->event;
        fault->reason = "not a watch line";
        return false;
    }
    if (!watch_parse(&u->watch, l, &u->error)) {
        fault->word = u->error.word;
        fault->reason = u->error.reason;
        return false;
    }
    const char *wrong = add(u->track, &u->watch);
    fault->word = (struct span){u->watch.name, strlen(u->watch.name)};
    fault->reason = wrong;
    return !wrong;
}

void track_file_watches(struct track *t, const char *path)
{
    static struct file_user user;
    user.track = t;
    enum exit_status status = line_file_load(path, take_line, &user);
    if (status != EXIT_DONE)
        exit(cli_finish((int)status));
}
