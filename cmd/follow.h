/* vip-follow's parts: follow_lines.c takes lines, follow_kernel.c, follow_fence.c and follow_route.c do what they ask for,
 * follow_tracks.c tells elections what came of it, vip-follow.c is the loop. */
#ifndef CMD_FOLLOW_H
#define CMD_FOLLOW_H

#include "cmd/track_report.h"
#include "core/belongings.h"
#include "core/freshness.h"
#include "core/holdings.h"
#include "net/addresses.h"
#include "net/clock.h"
#include "net/fence.h"
#include "net/inject.h"
#include "net/inlet.h"
#include "net/macvlan.h"
#include "net/outlet.h"
#include "net/presence.h"
#include "net/route.h"
#include "net/signals.h"

struct follow {
    struct holdings *holdings;
    struct address_book *book;
    struct address_watch watch;
    struct fence *fence; /* NULL: fence_error tells why */
    int fence_error;
    bool fenced;              /* there may be something behind it */
    struct presence presence; /* what macvlans are ours by */
    struct macvlans *macvlans;
    struct address_error macvlan_error; /* of the one that is being made */
    unsigned *leaving;                  /* those that are to go */
    size_t leaving_count, leaving_room;
    bool told_routers;
    struct belongings *belongings;
    struct route_book *routes;
    struct route_watch route_watch;
    instant tidy_at; /* what a run before left over and nobody has named goes; 0: no line has named anything yet */
    struct injector injector;
    struct inlet in;
    struct outlet out;
    bool out_open, out_full;
    struct signals signals;
    bool signalled;
    struct clock_timer timer;
    struct clock_map map;
    char boot[BOOT_TEXT];
    bool told_stale[STALE_FUTURE + 1];
    int told_announce, told_promote, told_fence; /* errno */
    struct address_error error;                  /* of the changes that are being done */
    size_t looking;                              /* the link that is being looked at */
    instant now;
    bool failed, out_failed;
    instant news_since; /* this second, */
    unsigned news;      /* and what people were told in it */
    bool reports;       /* -C */
    struct track_report report;
    bool told_long_name;
};

/* follow_lines.c */
void follow_input(struct follow *f); /* all the input that is there, within a bound */
void follow_close_out(struct follow *f,
                      enum outlet_status status); /* says so when the reader is gone, or a write failed */

/* follow_kernel.c */
void follow_tell(void *context, const struct holding_report *r); /* context: the struct follow */
void follow_notices(struct follow *f);
void follow_links(struct follow *f);
void follow_announcements(struct follow *f);
bool follow_too_much_news(struct follow *f); /* of this second: it is counted, and not to be told */

/* follow_macvlan.c */
void follow_macvlans_open(struct follow *f); /* and removes what runs that were killed have left */
/* Is this link a macvlan? Then it is made, or is to go, and resolved. *number: errno of why there can be none, or 0. */
bool follow_macvlan(struct follow *f, size_t link, int *number);
bool follow_look_below(struct follow *f, size_t link); /* false: f->error */
void follow_macvlans_leave(struct follow *f);          /* those that are to go, go */
void follow_macvlans_close(struct follow *f);

/* follow_fence.c */
void follow_fences(struct follow *f);                 /* opened for longer, or shut: before all that is slow */
void follow_fence_new(struct follow *f, size_t link); /* what is about to be added */
void follow_unfence(struct follow *f, size_t link, bool at_end); /* what has been removed */
const char *follow_fence_words(int number);                      /* why there is none */
void follow_fence_end(struct follow *f);

/* follow_route.c */
void follow_belongings_open(struct follow *f);
void follow_belongings_close(struct follow *f);
/* What a line says of a virtual router's routes and rules. False: *where is the key that is wrong. */
bool follow_names(struct follow *f, const struct belongings_named *n, bool held, const char **where);
void follow_belongings_before(struct follow *f); /* addresses are removed, and added, */
void follow_belongings_after(struct follow *f);
instant follow_belongings_deadline(const struct follow *f);

/* follow_tracks.c */
void follow_tracks(struct follow *f);
instant follow_tracks_deadline(const struct follow *f);

#endif
