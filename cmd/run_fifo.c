/* --events: whoever reads a FIFO beside the chain. It is ours to write to and not to make; nobody need be there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cmd/run.h"
#include "net/fifo.h"

static const usec LOOK_EVERY = SECOND / 2; /* for a reader, which nothing tells of */

/* Said once, until it is something else; that nobody reads is as it should be. */
static void tell(struct side *s, int error, const char *why)
{
    if (error == ENXIO || strcmp(s->said, why) == 0)
        return;
    cli_say("--events %s: %s; it is tried again", s->fifo, why);
    snprintf(s->said, sizeof s->said, "%s", why);
}

void fifo_add(struct run *r, const char *path)
{
    struct side *s = &r->sides[r->side_count++];
    const char *why;
    s->fifo = path;
    s->child = (struct child){.fd = -1};
    if (!fifo_is_right(path, &why) && errno != ENOENT)
        cli_die(errno == EINVAL ? EXIT_USAGE : EXIT_SYSTEM, "--events %s: %s", path, why);
    if (!outlet_open(&s->outlet, -1, program.name, false))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
}

static void look_for_reader(struct run *r, struct side *s)
{
    const char *why;
    int fd = fifo_open(s->fifo, O_WRONLY, &why);
    s->due.us = r->now.us + LOOK_EVERY;
    if (fd < 0) {
        tell(s, errno, why);
        return;
    }
    s->said[0] = '\0';
    s->was_read = true;
    side_begin(r, s, fd);
}

void fifo_turn(struct run *r, struct side *s)
{
    if (s->outlet.fd >= 0 && run_is_ready(r, s->outlet.fd) && outlet_is_closed(&s->outlet)) {
        side_end(s);
        s->due.us = r->now.us + LOOK_EVERY;
    }
    if (s->outlet.fd < 0 && r->end.us == INSTANT_NEVER.us && r->now.us >= s->due.us)
        look_for_reader(r, s);
}
