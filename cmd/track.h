/* vrrp-track and its parts. */
#ifndef CMD_TRACK_H
#define CMD_TRACK_H

#include "cmd/cli.h"
#include "cmd/track_out.h"
#include "core/watch.h"
#include "net/clock.h"
#include "net/file_watch.h"
#include "net/kernel.h"
#include "net/processes.h"
#include "net/signals.h"

enum {
    TRACK_WATCHES = WATCHES_MOST,
    TRACK_HELD = 16,      /* processes of a watch that are seen to end at once */
    TRACK_HELD_ALL = 512, /* of all */
    TRACK_WHY = 160,
};

struct tracker {
    struct watch watch;
    struct watch_state state;
    bool dirty;          /* look at it again, */
    instant look_at;     /* or at this time */
    char why[TRACK_WHY]; /* it is down */
    int failure;         /* errno of the last look; as long as it lasts nothing is said */
    bool told;           /* what is told is in the FIFO */
    instant repeat_at;
    uint32_t found; /* processes */
    int held[TRACK_HELD];
    size_t held_count;
};

struct track {
    struct tracker *all;
    size_t count;
    bool has[WATCH_KINDS];
    bool while_read;
    const char *fifo; /* NULL: standard output */
    struct track_out out;
    struct kernel *kernel;      /* NULL: nothing asks for it */
    struct processes processes; /* the same */
    struct file_watch files;    /* fd -1: the same */
    size_t held;                /* of all */
    size_t next;                /* whose look was put off */
    instant spent_until;        /* looks have used up the time to then */
    instant now;
    struct signals signals;
    struct clock_timer timer;
};

/* track_watches.c: from the command line and a file. */
void track_word_watch(struct track *t, char **words, size_t count); /* all of them are one */
void track_file_watches(struct track *t, const char *path);

/* track_look.c */
void track_look_open(struct track *t);    /* or ends the program */
void track_look_confine(struct track *t); /* the last step of the start */
void track_look_close(struct track *t);
void track_heed_kernel(struct track *t);
void track_heed_files(struct track *t);
void track_heed_ends(struct track *t, struct tracker *one); /* one that is held has ended */
void track_look(struct track *t);                           /* at what is due */
instant track_look_deadline(const struct track *t);

#endif
