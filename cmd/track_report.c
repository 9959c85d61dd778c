#include "cmd/track_report.h"

#include <errno.h>

#include "cmd/cli.h"
#include "net/clock.h"

void track_report_open(struct track_report *r, const char *path)
{
    *r = (struct track_report){.told = CONTROL_DONE, .unread = INSTANT_NEVER};
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

static const usec UNREAD_LIMIT = 5 * SECOND;

/* The election that this one was started for: one that starts anew reads the same FIFO soon. */
static void look_for_reader(struct track_report *r, enum control_status status)
{
    instant now = clock_now();
    if (status == CONTROL_NOBODY) {
        if (r->unread.us == INSTANT_NEVER.us)
            r->unread = now;
        r->over = r->over || now.us - r->unread.us >= UNREAD_LIMIT;
        return;
    }
    r->unread = INSTANT_NEVER;
    if (status != CONTROL_DONE)
        return;
    if (r->inode == 0) {
        r->device = r->control.device;
        r->inode = r->control.inode;
    }
    r->over = r->over || r->device != r->control.device || r->inode != r->control.inode;
}

bool track_report_put(struct track_report *r, const struct track_event *e)
{
    char text[CONTROL_BYTES];
    struct writer w = {.buffer = text, .size = sizeof text};
    write_track(&w, (stamp){0}, e); /* the FIFO takes no TIME */
    enum control_status status = control_write(&r->control, text, w.length);
    tell(r, status);
    if (r->while_read)
        look_for_reader(r, status);
    return status == CONTROL_DONE;
}

void track_report_done(struct track_report *r)
{
    control_close(&r->control);
}
