/* vrrp-run and its parts. One loop (vrrp-run.c) calls each in turn; none of them waits. */
#ifndef CMD_RUN_H
#define CMD_RUN_H

#include <limits.h>
#include <poll.h>

#include "cmd/cli.h"
#include "cmd/line_file.h"
#include "core/check_line.h"
#include "core/event.h"
#include "core/watch.h"
#include "net/child.h"
#include "net/clock.h"
#include "net/control.h"
#include "net/inlet.h"
#include "net/outlet.h"
#include "net/signals.h"

enum { RUN_CHECKS = 32, RUN_TRACKERS = 2 * (RUN_CHECKS + 1) /* those that leave, and new ones */ };
enum { RUN_INTERFACES = 64 /* as many as vrrp-listen takes */, RUN_HOOKS = 8, RUN_WORDS = 32 };

struct run_options {
    const char *file, *directory, *log; /* log: NULL, or a file */
    const char *log_size;               /* NULL: as vrrp-log has it */
    const char *events;                 /* NULL, or a FIFO */
    const char *keys;                   /* NULL, or a file of keys, for vrrp-listen and vrrp-advert */
    int priority;                       /* SCHED_FIFO; 0: none */
    bool shadow, replace, dry, wide;
    char *hooks[RUN_HOOKS];
    size_t hook_count;
};

/* --- run_scope.c: what vrrp-listen is to hear. --- */

struct scope {
    char interfaces[RUN_INTERFACES][IFNAME_TEXT];
    size_t count;
    bool vrids[UINT8_MAX + 1]; /* of whatever interface: there is one filter for all; all of them: there is none */
};
enum { SCOPE_WORD = 1024 };                                        /* bytes for "vrid=1,3..5", at most 128 ranges */
bool scope_add(struct scope *s, const char *ifname, uint8_t vrid); /* false: too many interfaces */
void scope_add_all_vrids(struct scope *s);
bool scope_has(const struct scope *s, const char *ifname);
bool scope_covers(const struct scope *s, const struct scope *wanted);
bool scope_equals(const struct scope *a, const struct scope *b);
bool scope_join(struct scope *to, const struct scope *from);          /* all of both; false: too many interfaces */
bool scope_word(const struct scope *s, char word[static SCOPE_WORD]); /* false: there is no filter */

/* --- run_plan.c: the configuration. --- */

struct planned {
    struct identity id;
    char name[NAME_TEXT];
};

struct text {
    char *at;
    size_t size, room;
};

struct plan {
    char *lines; /* a `vr` line each, without TIME */
    size_t size;
    struct text watches; /* a `watch` line each */
    size_t watch_count;
    struct text names;  /* of watches and checks, each with its NUL */
    struct text linked; /* interfaces of track=link:IF, the same */
    struct check_line *checks;
    size_t check_count;
    struct planned *routers;
    size_t count;
    struct scope scope;
};
/* Says what is wrong; then *p is empty. With --wide all VRIDs are to be heard; but for --shadow what is made for them has
 * to be possible on this host, as far as that can be known. */
enum exit_status plan_read(struct plan *p, const struct run_options *o);
void plan_free(struct plan *p);
/* run_watch.c: a `watch` or `check` line; the track=link:IF of a virtual router; and, when all are there, those of them
 * that nobody else tells of. False: it is wrong; out of memory. */
bool plan_take_other(struct plan *p, const struct line *l, struct line_fault *fault);
bool plan_take_links(struct plan *p, const struct vr_config *c);
bool plan_watch_links(struct plan *p);

/* --- run_chain.c: the stages, their pipes and their lives. --- */

enum stage_number { STAGE_LISTEN, STAGE_ELECT, STAGE_ADVERT, STAGE_FOLLOW, STAGES };
extern const char *const stage_names[STAGES];

struct stage {
    char path[PATH_MAX];
    struct child child;       /* pid 0: it does not run */
    struct stage_event event; /* the last that happened to it */
    stamp at;                 /* and when */
};

enum chain_state {
    CHAIN_WAITS, /* until `due` */
    CHAIN_RUNS,
    CHAIN_ENDS, /* a stage has ended, or was asked to: the others follow, by `due`, or are made to */
    CHAIN_OVER, /* for good */
};

struct chain {
    enum chain_state state;
    struct stage stages[STAGES];
    size_t count;        /* with --shadow the first two */
    struct child fresh;  /* the vrrp-listen that is to take the place of the one that runs, once it listens */
    struct child former; /* the one whose place was taken */
    struct scope wanted; /* by the fresh one */
    instant fresh_by, former_by;
    int head;         /* read end of what vrrp-listen writes to: how another one gets at it */
    struct inlet out; /* the end of the chain; fd -1: none */
    instant started, due;
    unsigned pressed; /* while it ends: 0 asked, 1 TERM, 2 KILL to all */
    usec delay;       /* before the last start */
    bool spoke;       /* a line came out, of this run of it */
    bool proved;      /* or of any */
};

/* --- run_side.c: those that are given a copy of the lines. What becomes of them never touches the chain. --- */

struct side {
    /* a program, */
    char path[PATH_MAX];
    char *argv[RUN_WORDS + 1];
    bool all;           /* also what was heard, not only what was decided */
    struct child child; /* pid 0: it does not run */
    instant started;
    usec delay;
    /* or whoever reads a FIFO */
    const char *fifo; /* NULL: a program */
    bool was_read;    /* somebody did: what is not written then is lost to him */
    char said[64];    /* why it cannot be opened, as it was told last */
    /* both */
    struct outlet outlet; /* fd -1: there is nobody */
    instant due;          /* when that is tried to be changed */
    uint64_t lost;        /* lines, while there was nobody, and not told yet */
};
enum {
    RUN_SIDES = RUN_HOOKS + 2,
    /* signals, timer, what comes out, two that listen; of a side two at most */
    RUN_FDS = 5 + STAGES + 2 * RUN_SIDES + RUN_TRACKERS
};

/* --- run_track.c: those that tell the election how things stand. --- */

struct tracker {
    const char *program; /* its path */
    char *words;         /* each with its NUL, the program's name first; NULL: there is none */
    size_t size, count;
    char *lines;        /* the `watch` lines; NULL: a check */
    bool wanted;        /* by the plan that is adopted */
    bool leaves;        /* for good, once it has ended */
    struct child child; /* pid 0: it does not run */
    instant started, due;
    usec delay;
};

/* --- run_reload.c --- */

enum reload_step { RELOAD_NONE, RELOAD_WIDEN, RELOAD_SEND, RELOAD_ANSWER, RELOAD_NARROW };

struct reload {
    enum reload_step step;
    struct plan plan;
    pid_t listener; /* whose place is to be taken */
    size_t sent;    /* bytes of its lines */
    bool begun;
    unsigned number;
    char id[48];
    bool again; /* another HUP came meanwhile */
    instant due, give_up;
};

/* --- run_lines.c --- */

struct status {
    struct text coming, shown; /* an answer that is not complete, and the last one that was */
    bool asked, stale;         /* stale: a state has changed since */
    bool told;                 /* that it cannot be written */
    instant asked_at, due;
};

struct run {
    struct run_options options;
    int directory, lock;
    char control_path[PATH_MAX], plan_path[PATH_MAX], watch_path[PATH_MAX];
    char track_path[PATH_MAX], check_path[PATH_MAX];
    struct control control;
    struct plan plan;
    struct scope listened;   /* what vrrp-listen was given */
    struct timespec keys_at; /* when the file of keys had changed last, as far as it was read; 0: it is to be */
    struct scope beyond;     /* what virtual routers that were added to the running election want */
    struct chain chain;
    struct side sides[RUN_SIDES];
    size_t side_count;
    struct tracker trackers[RUN_TRACKERS];
    struct levels *states; /* the last `state` line of each virtual router that is not init */
    struct reload reload;
    struct status status;
    struct signals signals;
    struct clock_timer timer;
    bool terminal; /* stderr is one: it may go away */
    bool stopping;
    int exit_status;  /* once the chain is over */
    instant now, end; /* end: when those beside the chain have to be ready */
    struct pollfd fds[RUN_FDS];
    size_t fd_count;
};

bool run_is_ready(const struct run *r, int fd); /* poll said so */

/* The parts. X_turn is called in each turn of the loop, X_deadline says when it has to be at the latest. */

/* run_plan.c. First all that may fail: *p can be written into DIR, as vrrp-elect is to be started with it. False, and said.
 * Then *p is what counts, from now on and in DIR/vr, and empty. */
bool plan_prepare(struct run *r, const struct plan *p);
void plan_adopt(struct run *r, struct plan *p);

/* run_scope.c: a virtual router takes part; if it is not heard, it soon is. */
void scope_look(struct run *r, const struct identity *id);
void scope_turn(struct run *r);

/* run_start.c */
void chain_find(struct run *r); /* the programs; or ends this one */
void chain_print(const struct run *r);
bool chain_start_stages(struct run *r);     /* false, and said: not all could be started */
void chain_ask_for_priority(struct run *r); /* it may be refused: then it is said, and the stages are started without */
void chain_note(struct run *r, struct stage *s, const struct child_end *end); /* end NULL: it was started */
void chain_read_keys(struct run *r); /* vrrp-advert does; for vrrp-listen another one has to come */
/* Another vrrp-listen takes the place of the one that runs, without a gap. False, and said: it cannot be started. It is
 * done when chain.fresh.pid is 0; `listened` is then what it was before, if it has failed. */
bool chain_listen_to(struct run *r, const struct scope *wanted);

/* run_keys.c: who reads the keys is told by its file's time of change that there are others. */
void keys_check(const struct run *r); /* or ends the program: nobody else may read it */
void keys_note(struct run *r);        /* they are read now */
bool keys_changed(const struct run *r);
void keys_forget(struct run *r); /* somebody could not read them: the next reload tries again */

/* run_chain.c */
void chain_start(struct run *r);
void chain_turn(struct run *r);
instant chain_deadline(const struct run *r);
void chain_stop(struct run *r);
void chain_force(struct run *r); /* sooner */

/* run_side.c. words: without the program's name, and the caller's, as long as it runs. */
void side_add(struct run *r, const char *name, char **words, size_t count, bool all);
/* A line for all of them; heard: it tells what came from the wire. Of a virtual router the newest `state` waits, whatever
 * else is dropped, and who begins to read hears it first, as far as it is not init; but for a side that gets all. */
void sides_put(struct run *r, const char *line, size_t len, bool heard);
void sides_put_state(struct run *r, const char *line, size_t len, const struct state_event *e);
void sides_forget_states(struct run *r);
void sides_turn(struct run *r); /* once `end` is set, no more lines come */
bool sides_ended(const struct run *r);
void sides_tell_late(const struct run *r); /* who has not, to people */
instant sides_deadline(const struct run *r);
/* For run_fifo.c: somebody is there, behind this descriptor; he is gone. */
void side_begin(struct run *r, struct side *s, int fd);
void side_end(struct side *s);

/* run_fifo.c. The FIFO has to be right when it is there, or this ends the program. */
void fifo_add(struct run *r, const char *path);
void fifo_turn(struct run *r, struct side *s);

/* run_track.c. First the programs are looked for; what is to run from then on: what is the same goes on. */
void trackers_find(struct run *r);
void trackers_want(struct run *r, const struct plan *p);
void trackers_print(const struct run *r, const struct plan *p);
void trackers_turn(struct run *r);
instant trackers_deadline(const struct run *r);
void trackers_end(struct run *r, int signal); /* to all, for good */
bool trackers_ended(const struct run *r);

/* run_reload.c */
void reload_begin(struct run *r);
void reload_turn(struct run *r);
void reload_answer(struct run *r, const struct line *l); /* an `answer` line, to whomever */
void reload_chain_over(struct run *r);
instant reload_deadline(const struct run *r);

/* run_lines.c */
void lines_read(struct run *r);
void lines_put(struct run *r, const struct stage *s); /* what happened to a stage last */
void status_turn(struct run *r);
void status_write(struct run *r); /* as far as it is known */
instant status_deadline(const struct run *r);

/* run_directory.c: DIR and what is in it. All but the last ones end the program when they fail. */
void directory_paths(struct run *r); /* touches nothing */
void directory_open(struct run *r);
void directory_lock(struct run *r);
void directory_prepare(struct run *r);
void directory_name_holders(struct run *r); /* who runs now */
void directory_clean(struct run *r);
/* A file that is never half written: what it is to be, and then it is. False: errno. */
bool directory_prepare_file(struct run *r, const char *name, const char *text, size_t size);
bool directory_show_file(struct run *r, const char *name);

/* run_replace.c: asks those who hold the lock to go, and makes them, or ends the program when that does not help. */
void directory_replace(struct run *r);

#endif
