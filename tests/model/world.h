/* Two or three routers on one or two segments, what may happen to them, and what must then hold: one state of the model
 * and its steps. The electorates are the shipped ones; everything here is written from RFC 9568 alone. */
#ifndef MODEL_WORLD_H
#define MODEL_WORLD_H

#include "core/electorate.h"
#include "tests/model/arena.h"

enum { HOSTS = 3, SEGMENTS = 2, WAITING = 8 };
#define LATENCY (100 * (usec)1) /* from the sender's wire to a receiver's election */

struct setup {
    uint8_t version, prio;
    usec interval;
    bool keeps_back; /* preempt=no */
    usec preempt_delay;
};

struct scenario {
    const char *name;
    unsigned hosts, segments;
    bool group;     /* the virtual routers of a host's segments are one group */
    int16_t weight; /* of a track that each virtual router has; 0: none */
    struct setup setups[HOSTS][SEGMENTS];
};

struct message {
    uint8_t prio;
    bool again; /* a duplicate was made of it */
    usec interval;
    instant sent;
};

/* From one host to another on one segment, in order. */
struct channel {
    uint8_t count;
    struct message items[WAITING];
};

/* What a virtual router has heard that put its Active_Down_Timer off, as the RFC has it. */
struct heard {
    bool valid;
    uint8_t prio;
    instant at;
    usec interval;
};

struct vrouter {
    enum router_state state;
    struct heard heard;
    uint8_t lower;     /* the last lower priority that it discarded since; 0: none */
    bool resigned;     /* the Active did, since: */
    instant resign_by; /* then it is Active itself, if it heard nobody else; INSTANT_NEVER */
    instant sent_at;   /* the last advertisement with a priority above 0 */
    instant regular_at, answered_at;
};

struct host {
    bool alive, tracked, yielded;
    bool link[SEGMENTS];
    struct vrouter vrouters[SEGMENTS];
    struct electorate *electorate;
};

struct world {
    instant now;
    instant quiet_since; /* the last thing that happened to them */
    uint8_t faults_left;
    struct host hosts[HOSTS];
    struct channel channels[HOSTS][HOSTS][SEGMENTS];
    instant vacant_since[SEGMENTS]; /* nobody is Active, nor was anybody heard; INSTANT_NEVER: somebody is */
};

enum step_kind {
    STEP_DELIVER,
    STEP_FIRE, /* the next timer, of one host */
    /* faults: each costs one */
    STEP_LOSE,
    STEP_DUPLICATE,
    STEP_DELAY, /* the next timer fires though messages are on their way */
    STEP_CRASH,
    STEP_STOP,
    STEP_LINK_DOWN,
    STEP_TRACK_DOWN,
    STEP_YIELD,
    /* repairs: they cost nothing */
    STEP_START,
    STEP_LINK_UP,
    STEP_TRACK_UP,
    STEP_YIELD_OFF,
};
struct step {
    enum step_kind kind;
    uint8_t host, from, segment; /* host: to whom it happens */
};
enum { STEPS = 96 }; /* the most that are possible at once */

extern const struct scenario *scenario; /* the one that is explored */
extern struct world world;
extern struct arena arenas[HOSTS];
extern const char *world_wrong;          /* what does not hold; NULL: all does */
extern void (*world_said)(const char *); /* NULL, or who is told what happens */

void world_begin(uint8_t faults);
size_t world_steps(struct step out[static STEPS]); /* what may happen next; 0: all is settled and nothing is left */
void world_step(const struct step *s);
uint64_t world_hash(void);      /* equal for states that differ only in when they are */
bool world_is_settled(void);    /* nothing is on its way, and the next timer is beyond what is looked at */
usec world_settled_after(void); /* since it was quiet */

#endif
