#include "cmd/track_report.h"

#include <errno.h>

#include "cmd/cli.h"

void track_report_open(struct track_report *r, const char *path)
{
    *r = (struct track_report){.told = CONTROL_DONE};
    control_init(&r->control, path);
    enum control_status status = control_open(&r->control);
    if (status == CONTROL_FAILED)
        cli_die(r->control.error == EINVAL ? EXIT_USAGE : EXIT_SYSTEM, "-C %s: %s", path, control_text(&r->control));
    control_close(&r->control);
}

enum { FULL_TOLD = 3 };

static void tell(struct track_report *r, enum control_status status)
{
    const char *path = r->control.path;
    r->full = status == CONTROL_FULL ? r->full + 1 : 0;
    if (status == r->told || (status == CONTROL_FULL && r->full < FULL_TOLD))
        return;
    r->told = status;
    if (status == CONTROL_DONE)
        cli_say("-C %s: it is read now", path);
    else
        cli_say("-C %s: %s; it is tried again and again", path, control_text(&r->control));
}

bool track_report_put(struct track_report *r, const struct track_event *e)
{
    char text[CONTROL_BYTES];
    struct writer w = {.buffer = text, .size = sizeof text};
    write_track(&w, (stamp){0}, e); /* the FIFO takes no TIME */
    enum control_status status = control_write(&r->control, text, w.length);
    tell(r, status);
    return status == CONTROL_DONE;
}

void track_report_done(struct track_report *r)
{
    control_close(&r->control);
}
