#include <string.h>

#include "cmd/cli.h"
#include "cmd/follow.h"

enum { TRACKS_A_TURN = 256 }; /* lines before input is looked at again */

/* Three periods, and one for all that may be late: a program that hangs or dies is noticed. */
static const usec GOOD_FOR = 3 * TRACK_PERIOD + SECOND;
static const usec RETRY = SECOND;

/* vip:NAME. False: it is too long for a track. */
static bool track_name(char out[static NAME_TEXT], const char *name)
{
    static const char prefix[] = "vip:";
    size_t before = strlen(prefix), length = strlen(name);
    if (before + length >= NAME_TEXT)
        return false;
    memcpy(out, prefix, before);
    memcpy(out + before, name, length + 1);
    return true;
}

static void tell_long_name(struct follow *f, const char *name)
{
    if (!f->told_long_name)
        cli_say("vip:%s has more than %d bytes: elections are told nothing of it (told once)", name, NAME_TEXT - 1);
    f->told_long_name = true;
}

void follow_tracks(struct follow *f)
{
    struct holding_track t;
    if (!f->reports)
        return;
    for (int n = 0; n < TRACKS_A_TURN && holdings_track(f->holdings, f->now, &t); n++) {
        struct track_event e = {.up = t.up, .for_ = t.up ? GOOD_FOR : 0};
        if (!track_name(e.name, t.name)) {
            tell_long_name(f, t.name);
        } else if (!track_report_put(&f->report, &e)) {
            holdings_track_later(f->holdings, (instant){f->now.us + RETRY});
            break;
        }
        holdings_track_told(f->holdings, f->now);
    }
    track_report_done(&f->report);
}

instant follow_tracks_deadline(const struct follow *f)
{
    return f->reports ? holdings_track_deadline(f->holdings) : INSTANT_NEVER;
}
