#include "cmd/vr_file.h"

#include <stdlib.h>
#include <string.h>

struct vr_user {
    vr_file_take *take;
    line_file_take *others; /* NULL: they are passed over */
    void *context;
    struct prefix_buffer buffer;
    struct vr_config config;
    struct config_error error;
};

/* What else stands in the file of a whole router. */
static bool is_of_others(struct span event)
{
    return span_is(event, "watch") || span_is(event, "check");
}

static bool take_line(void *context, const struct line *l, struct line_fault *fault)
{
    struct vr_user *u = context;
    if (is_of_others(l->event))
        return !u->others || u->others(u->context, l, fault);
    if (!span_is(l->event, "vr")) {
        fault->word = l->event;
        fault->reason = "not a vr line";
        return false;
    }
    if (!config_parse(&u->config, &u->buffer, l, &u->error)) {
        fault->word = u->error.word;
        fault->reason = u->error.reason;
        return false;
    }
    const char *refused = u->take(u->context, &u->config);
    fault->word = (struct span){u->config.name, strlen(u->config.name)};
    fault->reason = refused;
    return !refused;
}

enum exit_status vr_file_load_all(const char *path, vr_file_take *take, line_file_take *others, void *context)
{
    static struct vr_user user;
    user = (struct vr_user){.take = take, .others = others, .context = context};
    return line_file_load(path, take_line, &user);
}

enum exit_status vr_file_load(const char *path, vr_file_take *take, void *context)
{
    return vr_file_load_all(path, take, NULL, context);
}

void vr_file_read(const char *path, vr_file_take *take, void *context)
{
    enum exit_status status = vr_file_load(path, take, context);
    if (status == EXIT_USAGE)
        cli_die(status, "%s: nothing was started", path);
    if (status != EXIT_DONE)
        exit(cli_finish((int)status));
}
