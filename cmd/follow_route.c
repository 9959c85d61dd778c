#include <errno.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/follow.h"
#include "net/clock.h"

static const usec TIDY_AFTER = SECOND; /* by then all virtual routers have named what is theirs */

void follow_tell_belonging(void *context, const struct belonging_report *r)
{
    struct follow *f = context;
    char text[ROUTE_TEXT];
    const char *what = r->item->kind == KIND_RULE ? "rule" : "route";
    if (r->news == BELONGING_FAILED)
        f->failed = true;
    if (follow_too_much_news(f))
        return;
    route_format(text, r->item);
    switch (r->news) {
    case BELONGING_FOREIGN:
        cli_say("%s %s: there is one in its place that is not ours: it is left alone", what, text);
        break;
    case BELONGING_TAKEN:
        cli_say("%s %s was taken away by somebody else, or went with its interface: put back", what, text);
        break;
    case BELONGING_FAILED:
        cli_say("%s %s: %s", what, text, strerror(r->number));
        break;
    }
}

bool follow_names(struct follow *f, const struct belongings_named *n, bool held, const char **where)
{
    switch (belongings_name(f->belongings, n, held, f->now)) {
    case BELONGINGS_DONE:
        break;
    case BELONGINGS_NO_ROUTE:
        *where = "route";
        return false;
    case BELONGINGS_NO_RULE:
        *where = "rule";
        return false;
    case BELONGINGS_NO_MEMORY:
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    }
    if (f->tidy_at.us == 0)
        f->tidy_at = (instant){f->now.us + TIDY_AFTER};
    return true;
}

static void step(struct follow *f, enum belongings_step step)
{
    size_t count;
    for (;;) {
        struct belonging_change *changes = belongings_plan(f->belongings, step, f->now, &count);
        if (count == 0)
            return;
        route_apply(f->routes, changes, count);
        belongings_done(f->belongings, count, f->now);
    }
}

static void gone(void *context, const struct route *r)
{
    struct follow *f = context;
    belongings_gone(f->belongings, r, f->now);
}

void follow_belongings_before(struct follow *f)
{
    if (!route_watch_read(&f->route_watch, f->routes, gone, f))
        belongings_doubt(f->belongings, f->now);
    if (f->tidy_at.us != 0 && f->tidy_at.us <= f->now.us) {
        f->tidy_at = INSTANT_NEVER;
        if (route_book_alone(f->routes))
            belongings_tidy(f->belongings, f->now);
    }
    step(f, BELONGINGS_WITHDRAW);
}

void follow_belongings_after(struct follow *f)
{
    step(f, BELONGINGS_INSTALL);
}

instant follow_belongings_deadline(const struct follow *f)
{
    instant deadline = belongings_deadline(f->belongings);
    return f->tidy_at.us != 0 && f->tidy_at.us < deadline.us ? f->tidy_at : deadline;
}

static bool left(void *context, const struct route *r)
{
    struct follow *f = context;
    return belongings_left(f->belongings, r);
}

void follow_belongings_open(struct follow *f)
{
    f->belongings = belongings_new(follow_tell_belonging, f);
    f->routes = route_book_open();
    if (f->belongings == NULL || f->routes == NULL || !route_watch_open(&f->route_watch, f->routes) ||
        !route_each(f->routes, left, f))
        cli_die(EXIT_SYSTEM, "routes: %s", strerror(errno));
}

void follow_belongings_close(struct follow *f)
{
    route_watch_close(&f->route_watch);
    route_book_close(f->routes);
    belongings_free(f->belongings);
}
