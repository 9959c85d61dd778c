/* The state machine, row by row: RFC 9568 6.4 (v3), RFC 3768 6.4 (v2), and ours. Times are µs from T. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/router.h"

enum { T = 1000000000, SOON = 300000 };        /* SOON after the state was entered, the event comes */
enum { ADI_100 = 3609375, SKEW_100 = 609375 }; /* prio 100, 1 s */

enum event { STARTUP, SHUTDOWN, ADVERT, EXPIRE, FAULT, CLEAR, WEIGHTS, YIELD, YIELD_OFF, UNSEEN, SPEAKER };

struct row {
    const char *clause;
    /* given: a router of this priority ... in this state, entered at T */
    uint8_t version; /* 0: 3 */
    uint8_t prio;
    enum router_state state;
    bool no_preempt, yielded;
    usec preempt_delay, startup_delay;
    uint8_t down_factor; /* 0: 3 */
    bool no_primary, init_active, last_advert, strict;
    /* when, at T + at (0: SOON) */
    usec at;
    enum event event;
    uint8_t heard_prio;
    usec heard_interval;   /* 0: 1 s */
    const char *heard_src; /* "lower", "higher" than our primary; NULL: higher */
    unsigned fault;
    int weights;
    /* then: actions as text ("send 100", "send 100 announce", "state backup active timed-out", ...) */
    const char *actions;
    enum router_state next;
    usec adver, down, preempt, startup; /* deadlines after T; 0: not running, or not looked at */
    usec ends;                          /* of a fault, by itself; the same */
    usec learned;                       /* Active_Adver_Interval; 0: 1 s */
};

static const struct ip primary = {4, {192, 0, 2, 10}};
static const struct ip lower_address = {4, {192, 0, 2, 9}};
static const struct ip higher_address = {4, {192, 0, 2, 11}};

static const struct row rows[] = {
    /* Initialize */
    {"9568 6.4.1 (110): startup, the owner advertises and announces", .prio = 255, .state = ROUTER_INIT,
     .event = STARTUP, .actions = "send 255 announce; state init active owner", .next = ROUTER_ACTIVE,
     .adver = SOON + 1000000},
    {"9568 6.4.1 (175): startup, any other becomes backup with its own interval", .prio = 100, .state = ROUTER_INIT,
     .event = STARTUP, .actions = "state init backup startup", .next = ROUTER_BACKUP, .down = SOON + ADI_100},
    {"3768 6.4.1: startup, v2", .version = 2, .prio = 100, .state = ROUTER_INIT, .event = STARTUP,
     .actions = "state init backup startup", .next = ROUTER_BACKUP, .down = SOON + ADI_100},
    {"6.4.1: nothing is heard in initialize", .prio = 100, .state = ROUTER_INIT, .event = ADVERT, .heard_prio = 200,
     .actions = "", .next = ROUTER_INIT},
    {"own: startup_delay waits", .prio = 100, .state = ROUTER_INIT, .startup_delay = 5000000, .event = STARTUP,
     .actions = "", .next = ROUTER_INIT, .startup = SOON + 5000000},
    {"own: a fault at startup", .prio = 100, .state = ROUTER_INIT, .event = STARTUP, .fault = FAULT_LINK,
     .actions = "state init fault link", .next = ROUTER_FAULT},
    {"own: an owner that yields starts as backup", .prio = 255, .yielded = true, .state = ROUTER_INIT, .event = STARTUP,
     .actions = "state init backup startup", .next = ROUTER_BACKUP, .down = SOON + 3003907},
    {"own: init=active, startup, any advertises and announces", .prio = 100, .init_active = true, .state = ROUTER_INIT,
     .event = STARTUP, .actions = "send 100 announce; state init active startup", .next = ROUTER_ACTIVE,
     .adver = SOON + 1000000},
    {"own: init=active, one that yields starts as backup", .prio = 100, .init_active = true, .yielded = true,
     .state = ROUTER_INIT, .event = STARTUP, .actions = "state init backup startup", .next = ROUTER_BACKUP,
     .down = SOON + ADI_100},
    {"own: init=active, a startup that was put off by a fault", .prio = 100, .init_active = true, .state = ROUTER_FAULT,
     .fault = FAULT_LINK, .event = CLEAR, .actions = "send 100 announce; state fault active recovered",
     .next = ROUTER_ACTIVE, .adver = SOON + 1000000},
    {"own: init=active, a higher one that speaks wins at once", .prio = 100, .init_active = true,
     .state = ROUTER_ACTIVE, .event = ADVERT, .heard_prio = 101, .actions = "state active backup priority",
     .next = ROUTER_BACKUP, .down = SOON + ADI_100},
    {"6.4.1: shutdown in initialize is nothing", .prio = 100, .state = ROUTER_INIT, .event = SHUTDOWN, .actions = "",
     .next = ROUTER_INIT},

    /* Backup */
    {"9568 6.4.2 (315): shutdown sends nothing", .prio = 100, .state = ROUTER_BACKUP, .event = SHUTDOWN,
     .actions = "state backup init shutdown", .next = ROUTER_INIT},
    {"9568 6.4.2 (330): the Active_Down_Timer fires", .prio = 100, .state = ROUTER_BACKUP, .at = ADI_100,
     .event = EXPIRE, .actions = "send 100 announce; state backup active timed-out", .next = ROUTER_ACTIVE,
     .adver = ADI_100 + 1000000},
    {"9568 6.4.2 (330): not a microsecond before", .prio = 100, .state = ROUTER_BACKUP, .at = ADI_100 - 1,
     .event = EXPIRE, .actions = "", .next = ROUTER_BACKUP, .down = ADI_100},
    {"9568 6.4.2: a late wake-up keeps the Adver_Timer on the deadline", .prio = 100, .state = ROUTER_BACKUP,
     .at = ADI_100 + 40000, .event = EXPIRE, .actions = "send 100 announce; state backup active timed-out",
     .next = ROUTER_ACTIVE, .adver = ADI_100 + 1000000},
    {"9568 6.4.2 (440): priority 0 sets Skew_Time and is not learned", .prio = 100, .state = ROUTER_BACKUP,
     .event = ADVERT, .heard_prio = 0, .heard_interval = 5000000, .actions = "", .next = ROUTER_BACKUP,
     .down = SOON + SKEW_100},
    {"9568 6.4.2 (450): equal priority restarts the timer", .prio = 100, .state = ROUTER_BACKUP, .event = ADVERT,
     .heard_prio = 100, .heard_src = "lower", .actions = "", .next = ROUTER_BACKUP, .down = SOON + ADI_100},
    {"9568 6.4.2 (455): a higher one, its interval is learned", .prio = 100, .state = ROUTER_BACKUP, .event = ADVERT,
     .heard_prio = 150, .heard_interval = 2000000, .actions = "", .next = ROUTER_BACKUP, .down = SOON + 2 * ADI_100,
     .learned = 2000000},
    {"9568 6.1: 10 ms, skew to the microsecond", .prio = 100, .state = ROUTER_BACKUP, .event = ADVERT,
     .heard_prio = 150, .heard_interval = 10000, .actions = "", .next = ROUTER_BACKUP, .down = SOON + 30000 + 6094,
     .learned = 10000},
    {"3768 6.4.2: v2 keeps its own interval", .version = 2, .prio = 100, .state = ROUTER_BACKUP, .event = ADVERT,
     .heard_prio = 150, .heard_interval = 2000000, .actions = "", .next = ROUTER_BACKUP, .down = SOON + ADI_100},
    {"9568 6.4.2 (475): a lower one is discarded, the timer runs on", .prio = 100, .state = ROUTER_BACKUP,
     .event = ADVERT, .heard_prio = 99, .heard_interval = 5000000, .actions = "", .next = ROUTER_BACKUP,
     .down = ADI_100},
    {"9568 6.4.2 (450): without Preempt_Mode a lower one counts", .prio = 100, .no_preempt = true,
     .state = ROUTER_BACKUP, .event = ADVERT, .heard_prio = 99, .actions = "", .next = ROUTER_BACKUP,
     .down = SOON + ADI_100},
    {"9568 6.1: the owner preempts whatever Preempt_Mode says", .prio = 255, .no_preempt = true, .state = ROUTER_BACKUP,
     .event = ADVERT, .heard_prio = 254, .actions = "", .next = ROUTER_BACKUP, .down = 3003907},
    {"own: preempt_delay starts, a lower one restarts the timer", .prio = 100, .preempt_delay = 60000000,
     .state = ROUTER_BACKUP, .event = ADVERT, .heard_prio = 99, .actions = "", .next = ROUTER_BACKUP,
     .down = SOON + ADI_100, .preempt = SOON + 60000000},
    {"own: while yielded a lower one counts", .prio = 100, .yielded = true, .state = ROUTER_BACKUP, .event = ADVERT,
     .heard_prio = 50, .actions = "", .next = ROUTER_BACKUP, .down = SOON + ADI_100},
    {"own: down_factor", .prio = 100, .down_factor = 5, .state = ROUTER_BACKUP, .event = ADVERT, .heard_prio = 150,
     .actions = "", .next = ROUTER_BACKUP, .down = SOON + 5000000 + SKEW_100},
    {"own: a fault of a backup sends nothing", .prio = 100, .state = ROUTER_BACKUP, .event = FAULT,
     .fault = FAULT_TRACK, .actions = "state backup fault track", .next = ROUTER_FAULT},
    {"own: weights move a running Active_Down_Timer by the difference", .prio = 100, .state = ROUTER_BACKUP,
     .event = WEIGHTS, .weights = -50, .actions = "", .next = ROUTER_BACKUP, .down = ADI_100 + 195313},
    {"own: weights are clamped to 1..254", .prio = 100, .state = ROUTER_BACKUP, .event = WEIGHTS, .weights = -254,
     .actions = "", .next = ROUTER_BACKUP, .down = 3996094},
    {"own: an owner ignores weights", .prio = 255, .state = ROUTER_BACKUP, .event = WEIGHTS, .weights = -100,
     .actions = "", .next = ROUTER_BACKUP, .down = 3003907},

    /* Active */
    {"9568 6.4.3 (610): shutdown resigns", .prio = 100, .state = ROUTER_ACTIVE, .event = SHUTDOWN,
     .actions = "send 0; state active init shutdown", .next = ROUTER_INIT},
    {"9568 6.4.3 (625): the Adver_Timer", .prio = 100, .state = ROUTER_ACTIVE, .at = 1000000, .event = EXPIRE,
     .actions = "send 100", .next = ROUTER_ACTIVE, .adver = 2000000},
    {"own: deadlines do not drift", .prio = 100, .state = ROUTER_ACTIVE, .at = 1007000, .event = EXPIRE,
     .actions = "send 100", .next = ROUTER_ACTIVE, .adver = 2000000},
    {"own: adverts that were missed are left out", .prio = 100, .state = ROUTER_ACTIVE, .at = 5300000, .event = EXPIRE,
     .actions = "send 100", .next = ROUTER_ACTIVE, .adver = 6000000},
    {"9568 6.4.3 (640): priority 0: advertise, restart the Adver_Timer", .prio = 100, .state = ROUTER_ACTIVE,
     .event = ADVERT, .heard_prio = 0, .actions = "send 100", .next = ROUTER_ACTIVE, .adver = SOON + 1000000},
    {"9568 6.4.3 (655): a higher priority", .prio = 100, .state = ROUTER_ACTIVE, .event = ADVERT, .heard_prio = 101,
     .heard_src = "lower", .heard_interval = 2000000, .actions = "state active backup priority", .next = ROUTER_BACKUP,
     .down = SOON + 2 * ADI_100, .learned = 2000000},
    {"3768 6.4.3: v2 learns nothing", .version = 2, .prio = 100, .state = ROUTER_ACTIVE, .event = ADVERT,
     .heard_prio = 101, .heard_interval = 2000000, .actions = "state active backup priority", .next = ROUTER_BACKUP,
     .down = SOON + ADI_100},
    {"9568 6.4.3 (660): equal priority, sender higher", .prio = 100, .state = ROUTER_ACTIVE, .event = ADVERT,
     .heard_prio = 100, .actions = "state active backup tie-break", .next = ROUTER_BACKUP, .down = SOON + ADI_100},
    {"own: last-advert, a higher priority", .prio = 100, .last_advert = true, .state = ROUTER_ACTIVE, .event = ADVERT,
     .heard_prio = 101, .actions = "send 100; state active backup priority", .next = ROUTER_BACKUP,
     .down = SOON + ADI_100},
    {"own: last-advert, equal priority, sender higher", .prio = 100, .last_advert = true, .state = ROUTER_ACTIVE,
     .event = ADVERT, .heard_prio = 100, .actions = "send 100; state active backup tie-break", .next = ROUTER_BACKUP,
     .down = SOON + ADI_100},
    {"own: last-advert, a backup says nothing", .prio = 100, .last_advert = true, .state = ROUTER_BACKUP,
     .event = ADVERT, .heard_prio = 101, .actions = "", .next = ROUTER_BACKUP, .down = SOON + ADI_100},
    {"9568 6.4.3 (740): strict: a lower one is answered, and nothing announced", .prio = 100, .strict = true,
     .state = ROUTER_ACTIVE, .at = 1000000, .event = ADVERT, .heard_prio = 99, .actions = "send 100",
     .next = ROUTER_ACTIVE, .adver = 1000000},
    {"3768 6.4.3: strict: v2 discards a lower one", .version = 2, .prio = 100, .strict = true, .state = ROUTER_ACTIVE,
     .at = 1000000, .event = ADVERT, .heard_prio = 99, .actions = "", .next = ROUTER_ACTIVE, .adver = 1000000},
    {"9568 6.4.3 (740): equal priority, sender lower: advertise at once, the Adver_Timer runs on", .prio = 100,
     .state = ROUTER_ACTIVE, .event = ADVERT, .heard_prio = 100, .heard_src = "lower", .actions = "send 100",
     .next = ROUTER_ACTIVE, .adver = 1000000},
    {"own: a tie is lost without a primary address", .prio = 100, .no_primary = true, .state = ROUTER_ACTIVE,
     .event = ADVERT, .heard_prio = 100, .heard_src = "lower", .actions = "state active backup tie-break",
     .next = ROUTER_BACKUP, .down = SOON + ADI_100},
    {"9568 6.4.3 (740): a lower priority: advertise at once", .prio = 100, .state = ROUTER_ACTIVE, .event = ADVERT,
     .heard_prio = 99, .actions = "send 100", .next = ROUTER_ACTIVE, .adver = 1000000},
    {"6.4.3: Preempt_Mode does not count in active", .prio = 100, .no_preempt = true, .state = ROUTER_ACTIVE,
     .event = ADVERT, .heard_prio = 99, .actions = "send 100", .next = ROUTER_ACTIVE, .adver = 1000000},
    {"own: the announcement is repeated in answer, once an interval", .prio = 100, .state = ROUTER_ACTIVE,
     .at = 1000000, .event = ADVERT, .heard_prio = 99, .actions = "send 100 announce", .next = ROUTER_ACTIVE,
     .adver = 1000000},
    {"own: no answer within a quarter of the interval", .prio = 100, .state = ROUTER_ACTIVE, .at = 200000,
     .event = ADVERT, .heard_prio = 99, .actions = "", .next = ROUTER_ACTIVE, .adver = 1000000},
    {"erratum 8298: two owners, the higher address goes on", .prio = 255, .state = ROUTER_ACTIVE, .event = ADVERT,
     .heard_prio = 255, .heard_src = "lower", .actions = "send 255", .next = ROUTER_ACTIVE, .adver = 1000000},
    {"erratum 8298: two owners, the lower address yields", .prio = 255, .state = ROUTER_ACTIVE, .event = ADVERT,
     .heard_prio = 255, .actions = "state active backup tie-break", .next = ROUTER_BACKUP, .down = SOON + 3003907},
    {"own: fault while active resigns", .prio = 100, .state = ROUTER_ACTIVE, .event = FAULT, .fault = FAULT_TRACK,
     .actions = "send 0; state active fault track", .next = ROUTER_FAULT},
    {"own: but not through a link that is down", .prio = 100, .state = ROUTER_ACTIVE, .event = FAULT,
     .fault = FAULT_LINK, .actions = "state active fault link", .next = ROUTER_FAULT},
    {"own: weights do not move the Adver_Timer", .prio = 100, .state = ROUTER_ACTIVE, .event = WEIGHTS, .weights = -30,
     .actions = "", .next = ROUTER_ACTIVE, .adver = 1000000},
    {"own: yield resigns", .prio = 100, .state = ROUTER_ACTIVE, .event = YIELD,
     .actions = "send 0; state active backup yield", .next = ROUTER_BACKUP, .down = SOON + ADI_100},
    {"own: an owner yields too", .prio = 255, .state = ROUTER_ACTIVE, .event = YIELD,
     .actions = "send 0; state active backup yield", .next = ROUTER_BACKUP, .down = SOON + 3003907},

    /* Fault */
    {"own: nothing is heard in fault", .prio = 100, .state = ROUTER_FAULT, .fault = FAULT_LINK, .event = ADVERT,
     .heard_prio = 50, .actions = "", .next = ROUTER_FAULT},
    {"own: leaving fault is a startup", .prio = 100, .state = ROUTER_FAULT, .fault = FAULT_LINK, .event = CLEAR,
     .actions = "state fault backup recovered", .next = ROUTER_BACKUP, .down = SOON + ADI_100},
    {"own: leaving fault, the owner", .prio = 255, .state = ROUTER_FAULT, .fault = FAULT_LINK, .event = CLEAR,
     .actions = "send 255 announce; state fault active recovered", .next = ROUTER_ACTIVE, .adver = SOON + 1000000},
    {"own: not seen leaving for an Active_Down_Interval", .prio = 100, .state = ROUTER_ACTIVE, .at = ADI_100,
     .event = UNSEEN, .actions = "send 0; state active fault stalled", .next = ROUTER_FAULT, .ends = 11 * ADI_100},
    {"own: not a microsecond before", .prio = 100, .state = ROUTER_ACTIVE, .at = ADI_100 - 1, .event = UNSEEN,
     .actions = "", .next = ROUTER_ACTIVE},
    {"own: who is not Active is not missed", .prio = 100, .state = ROUTER_BACKUP, .at = 2 * ADI_100, .event = UNSEEN,
     .actions = "", .next = ROUTER_BACKUP, .down = ADI_100},
    {"own: an owner stalls, too", .prio = 255, .state = ROUTER_ACTIVE, .at = 3003907, .event = UNSEEN,
     .actions = "send 0; state active fault stalled", .next = ROUTER_FAULT, .ends = 11 * 3003907},
    {"own: another program speaks, backup", .prio = 100, .state = ROUTER_BACKUP, .event = SPEAKER,
     .actions = "state backup fault local-speaker", .next = ROUTER_FAULT, .ends = SOON + 4000000},
    {"own: another program speaks, active", .prio = 100, .state = ROUTER_ACTIVE, .event = SPEAKER,
     .actions = "send 0; state active fault local-speaker", .next = ROUTER_FAULT, .ends = SOON + 4000000},
    {"own: deaf", .prio = 100, .state = ROUTER_BACKUP, .event = FAULT, .fault = FAULT_DEAF,
     .actions = "state backup fault deaf", .next = ROUTER_FAULT},
    {"own: one fault of two is named, the link's first", .prio = 100, .state = ROUTER_BACKUP, .event = FAULT,
     .fault = FAULT_DEAF | FAULT_LINK, .actions = "state backup fault link", .next = ROUTER_FAULT},
    {"own: shutdown in fault", .prio = 100, .state = ROUTER_FAULT, .fault = FAULT_LINK, .event = SHUTDOWN,
     .actions = "state fault init shutdown", .next = ROUTER_INIT},
};

static void append(char *text, size_t size, const char *piece)
{
    assert_true(strlen(text) + strlen(piece) + 1 < size);
    strcat(text, piece);
}

static void describe(char *text, size_t size, const struct router_actions *actions)
{
    text[0] = '\0';
    for (unsigned i = 0; i < actions->count; i++) {
        const struct router_action *a = &actions->items[i];
        char number[8] = {(char)('0' + a->prio / 100), (char)('0' + a->prio / 10 % 10), (char)('0' + a->prio % 10), 0};
        append(text, size, i > 0 ? "; " : "");
        if (a->kind == ACTION_SEND) {
            append(text, size, "send ");
            append(text, size, a->prio >= 100 ? number : a->prio >= 10 ? number + 1 : number + 2);
            append(text, size, a->announce ? " announce" : "");
        } else {
            static const char *const states[] = {"init", "backup", "active", "fault"};
            append(text, size, "state ");
            append(text, size, states[a->from]);
            append(text, size, " ");
            append(text, size, states[a->to]);
            append(text, size, " ");
            append(text, size, router_why_name(a->why));
        }
    }
}

static instant at(usec us)
{
    return (instant){T + us};
}

/* Into row->state at T, the way a router gets there. */
static void enter(struct router *r, const struct row *row)
{
    struct router_actions ignored = {0};
    struct router_settings settings = {
        .version = row->version ? row->version : 3,
        .prio = row->prio,
        .interval = 1000000,
        .preempt = !row->no_preempt,
        .preempt_delay = row->preempt_delay,
        .startup_delay = row->startup_delay,
        .down_factor = row->down_factor ? row->down_factor : 3,
        .init_active = row->init_active,
        .last_advert = row->last_advert,
        .strict = row->strict,
    };
    router_init(r, &settings);
    r->primary = row->no_primary ? (struct ip){0} : primary;
    r->yielded = row->yielded;
    switch (row->state) {
    case ROUTER_INIT:
        r->faults = row->fault;
        return;
    case ROUTER_FAULT:
        r->faults = row->fault;
        router_startup(r, at(0), &ignored);
        break;
    case ROUTER_BACKUP:
        r->yielded = true; /* an owner, too, then starts as backup */
        router_startup(r, at(0), &ignored);
        r->yielded = row->yielded;
        break;
    case ROUTER_ACTIVE: {
        usec adi = router_active_down_interval(r);
        r->yielded = true;
        router_startup(r, at(-adi), &ignored);
        ignored.count = 0;
        router_expire(r, at(0), &ignored);
        break;
    }
    }
    assert_int_equal(r->state, row->state);
}

static void happen(struct router *r, const struct row *row, struct router_actions *out)
{
    instant now = at(row->at ? row->at : SOON);
    struct router_heard heard = {
        .prio = row->heard_prio,
        .interval = row->heard_interval ? row->heard_interval : 1000000,
        .src = row->heard_src && strcmp(row->heard_src, "lower") == 0 ? lower_address : higher_address,
    };
    switch (row->event) {
    case STARTUP:
        router_startup(r, now, out);
        break;
    case SHUTDOWN:
        router_shutdown(r, out);
        break;
    case ADVERT:
        router_advert(r, now, &heard, out);
        break;
    case EXPIRE:
        router_expire(r, now, out);
        break;
    case FAULT:
        router_set_fault(r, now, (enum router_fault)row->fault, true, out);
        break;
    case CLEAR:
        router_set_fault(r, now, (enum router_fault)row->fault, false, out);
        break;
    case WEIGHTS:
        router_set_weights(r, now, row->weights);
        break;
    case YIELD:
        router_yield(r, now, true, out);
        break;
    case YIELD_OFF:
        router_yield(r, now, false, out);
        break;
    case UNSEEN:
        router_unseen(r, now, out);
        break;
    case SPEAKER:
        router_speaker(r, now, 1000000, out);
        break;
    }
}

static void check_timer(const char *clause, const char *name, instant timer, usec expected)
{
    if (timer.us != at(expected).us)
        fail_msg("%s: %s is at T%+lld, not T%+lld", clause, name, (long long)(timer.us - T), (long long)expected);
}

static void check(const struct row *row)
{
    struct router r;
    struct router_actions out = {0};
    char text[256];
    enter(&r, row);
    happen(&r, row, &out);
    describe(text, sizeof text, &out);
    if (strcmp(text, row->actions) != 0)
        fail_msg("%s: did \"%s\", not \"%s\"", row->clause, text, row->actions);
    if (r.state != row->next)
        fail_msg("%s: is in %d, not %d", row->clause, (int)r.state, (int)row->next);
    if (row->adver)
        check_timer(row->clause, "Adver_Timer", r.adver_timer, row->adver);
    if (row->down)
        check_timer(row->clause, "Active_Down_Timer", r.active_down_timer, row->down);
    if (row->preempt)
        check_timer(row->clause, "preempt_delay", r.preempt_timer, row->preempt);
    if (row->startup)
        check_timer(row->clause, "startup_delay", r.startup_timer, row->startup);
    if (r.active_adver_interval != (row->learned ? row->learned : 1000000))
        fail_msg("%s: learned %lld us", row->clause, (long long)r.active_adver_interval);
    /* Whatever happened: a deadline exactly in the states that have one. */
    if (row->ends)
        check_timer(row->clause, "fault", router_deadline(&r), row->ends);
    bool timed = r.state == ROUTER_BACKUP || r.state == ROUTER_ACTIVE || row->startup || row->ends;
    if ((router_deadline(&r).us != INSTANT_NEVER.us) != timed)
        fail_msg("%s: deadline %lld in state %d", row->clause, (long long)router_deadline(&r).us, (int)r.state);
}

static void state_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < nitems(rows); i++)
        check(&rows[i]);
}

/* Sequences */

static struct router backup_of(uint8_t prio, usec preempt_delay)
{
    struct row row = {.prio = prio, .state = ROUTER_BACKUP, .preempt_delay = preempt_delay};
    struct router r;
    enter(&r, &row);
    return r;
}

static void hear(struct router *r, usec when, uint8_t prio, struct router_actions *out)
{
    struct router_heard heard = {.prio = prio, .interval = 1000000, .src = higher_address};
    out->count = 0;
    router_advert(r, at(when), &heard, out);
}

static void expect(const struct router_actions *out, const char *expected)
{
    char text[256];
    describe(text, sizeof text, out);
    assert_string_equal(text, expected);
}

static void preempt_delay_ends_in_takeover(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct router r = backup_of(100, 5000000);
    for (usec t = 0; t < 5; t++)
        hear(&r, t * 1000000, 50, &out);
    assert_int_equal(router_deadline(&r).us, at(5000000).us);
    router_expire(&r, at(5000000), &out);
    expect(&out, "send 100 announce; state backup active preempted");
}

static void preempt_delay_is_cancelled_by_one_that_is_not_lower(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct router r = backup_of(100, 5000000);
    hear(&r, 0, 50, &out);
    hear(&r, 1000000, 100, &out);
    assert_int_equal(r.preempt_timer.us, INSTANT_NEVER.us);
    hear(&r, 2000000, 50, &out);
    assert_int_equal(r.preempt_timer.us, at(7000000).us);
}

static void silence_during_preempt_delay_takes_over(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct router r = backup_of(100, 60000000);
    hear(&r, 0, 50, &out);
    router_expire(&r, at(ADI_100), &out);
    assert_int_equal(r.state, ROUTER_ACTIVE);
}

static void preemption_is_named(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct router r = backup_of(100, 0);
    for (usec t = 0; t < 4; t++)
        hear(&r, t * 1000000, 50, &out);
    router_expire(&r, at(ADI_100), &out);
    expect(&out, "send 100 announce; state backup active preempted");
}

static void resignation_is_named(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct router r = backup_of(100, 0);
    hear(&r, 0, 0, &out);
    router_expire(&r, at(SKEW_100), &out);
    expect(&out, "send 100 announce; state backup active resigned");
}

static void a_yield_lasts_until_the_active_falls_silent(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct row row = {.prio = 200, .state = ROUTER_ACTIVE};
    struct router r;
    enter(&r, &row);
    router_yield(&r, at(SOON), true, &out);
    hear(&r, 1000000, 100, &out);
    hear(&r, 2000000, 100, &out);
    assert_int_equal(r.state, ROUTER_BACKUP);
    instant silent = router_deadline(&r);
    assert_true(silent.us > at(5000000).us);
    out.count = 0;
    router_expire(&r, silent, &out);
    expect(&out, "send 200 announce; state backup active timed-out");
    assert_false(r.yielded);
}

static void yield_off_brings_preemption_back(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct router r = backup_of(200, 0);
    router_yield(&r, at(0), true, &out);
    hear(&r, 1000000, 100, &out);
    router_yield(&r, at(1500000), false, &out);
    instant due = router_deadline(&r);
    hear(&r, 2000000, 100, &out);
    assert_int_equal(router_deadline(&r).us, due.us);
}

static void two_faults_end_with_the_last(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct router r = backup_of(100, 0);
    router_set_fault(&r, at(1), FAULT_LINK, true, &out);
    router_set_fault(&r, at(2), FAULT_TRACK, true, &out);
    router_set_fault(&r, at(3), FAULT_LINK, false, &out);
    assert_int_equal(r.state, ROUTER_FAULT);
    router_set_fault(&r, at(4), FAULT_TRACK, false, &out);
    expect(&out, "state backup fault link; state fault backup recovered");
}

static void an_answer_storm_is_limited(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct row row = {.prio = 100, .state = ROUTER_ACTIVE};
    struct router r;
    unsigned answers = 0, announcements = 0;
    enter(&r, &row);
    for (usec t = 0; t < 10000000; t += 1000) {
        hear(&r, t, 1, &out);
        for (unsigned i = 0; i < out.count; i++) {
            answers++;
            announcements += out.items[i].announce;
        }
    }
    assert_in_range(answers, 30, 40);
    assert_in_range(announcements, 8, 10);
}

static void startup_delay_ends_in_a_startup(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct row row = {.prio = 100, .state = ROUTER_INIT, .startup_delay = 2000000};
    struct router r;
    enter(&r, &row);
    router_startup(&r, at(0), &out);
    router_expire(&r, at(2000000), &out);
    expect(&out, "state init backup startup");
    assert_int_equal(router_deadline(&r).us, at(2000000 + ADI_100).us);
}

static void a_new_interval_does_not_flap(void **state)
{
    (void)state;
    struct row row = {.prio = 100, .state = ROUTER_ACTIVE};
    struct router r;
    enter(&r, &row);
    struct router_settings settings = r.settings;
    settings.interval = 100000;
    settings.prio = 120;
    router_reconfigure(&r, at(SOON), &settings, 0);
    assert_int_equal(r.state, ROUTER_ACTIVE);
    assert_int_equal(r.prio, 120);
    assert_int_equal(router_deadline(&r).us, at(SOON + 100000).us);
}

static void startup_delay_goes_on_in_a_fault(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct row row = {.prio = 255, .state = ROUTER_INIT, .startup_delay = 2000000, .fault = FAULT_LINK};
    struct router r;
    enter(&r, &row);
    router_startup(&r, at(0), &out);
    assert_int_equal(router_deadline(&r).us, INSTANT_NEVER.us);
    router_set_fault(&r, at(500000), FAULT_LINK, false, &out);
    expect(&out, "state init fault link; state fault init recovered");
    assert_int_equal(router_deadline(&r).us, at(2000000).us);
    router_set_fault(&r, at(600000), FAULT_TRACK, true, &out);
    out.count = 0;
    router_set_fault(&r, at(2000000), FAULT_TRACK, false, &out);
    expect(&out, "send 255 announce; state fault active recovered");
}

/* Changes at run time must not make a backup preempt one that it is not to preempt any more. */

static void a_yield_stops_a_preemption_that_is_due(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct router r = backup_of(100, 0);
    hear(&r, 3000000, 50, &out);
    router_yield(&r, at(3300000), true, &out);
    assert_int_equal(router_deadline(&r).us, at(3300000 + ADI_100).us);
    struct router silent = backup_of(100, 0);
    router_yield(&silent, at(3300000), true, &out);
    assert_int_equal(router_deadline(&silent).us, at(ADI_100).us);
}

static void a_lower_priority_of_our_own_ends_preempt_delay(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct router r = backup_of(100, 1000000);
    hear(&r, 0, 80, &out);
    router_set_weights(&r, at(100000), -10);
    assert_int_equal(router_deadline(&r).us, at(1000000).us);
    router_set_weights(&r, at(100000), -20);
    assert_true(router_deadline(&r).us > at(3000000).us);
}

static void reconfigured(struct router *r, usec when, usec interval, uint8_t prio, bool preempt)
{
    struct router_settings settings = r->settings;
    settings.interval = interval;
    settings.prio = prio;
    settings.preempt = preempt;
    router_reconfigure(r, at(when), &settings, 0);
}

static void a_new_interval_leaves_the_learned_one(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct router r = backup_of(100, 0);
    hear(&r, 500000, 150, &out);
    reconfigured(&r, 600000, 10000, 100, true);
    assert_int_equal(router_deadline(&r).us, at(500000 + ADI_100).us);
    struct router unheard = backup_of(100, 0);
    reconfigured(&unheard, 600000, 2000000, 100, true);
    assert_int_equal(router_deadline(&unheard).us, at(2 * ADI_100).us);
}

static void a_new_priority_or_mode_stops_a_preemption_that_is_due(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct router r = backup_of(100, 0);
    hear(&r, 3000000, 50, &out);
    reconfigured(&r, 3300000, 1000000, 100, false);
    assert_int_equal(router_deadline(&r).us, at(3300000 + ADI_100).us);
    r = backup_of(100, 0);
    hear(&r, 3000000, 50, &out);
    reconfigured(&r, 3300000, 1000000, 50, true);
    assert_true(router_deadline(&r).us > at(3300000 + ADI_100).us);
}

static void a_new_priority_moves_the_skew_of_a_resignation(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct router r = backup_of(100, 0);
    hear(&r, 0, 0, &out);
    assert_int_equal(router_deadline(&r).us, at(SKEW_100).us);
    reconfigured(&r, 1000, 1000000, 228, true);
    assert_int_equal(router_deadline(&r).us, at((256 - 228) * 1000000 / 256).us);
}

static void the_lower_one_that_is_followed_is_learned(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct router_heard slow = {.prio = 50, .interval = 10000000, .src = lower_address};
    struct router r = backup_of(100, 0);
    router_advert(&r, at(1000000), &slow, &out);
    router_yield(&r, at(1500000), true, &out);
    assert_int_equal(r.active_adver_interval, 10000000);
    assert_int_equal(router_deadline(&r).us, at(1500000 + 10 * ADI_100).us);
    r = backup_of(100, 0);
    router_advert(&r, at(1000000), &slow, &out);
    router_set_weights(&r, at(1500000), -60); /* now it is the higher one */
    assert_int_equal(router_deadline(&r).us, at(1500000 + 30000000 + (256 - 40) * INT64_C(10000000) / 256).us);
}

static void silence_during_preempt_delay_is_named(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct router r = backup_of(100, 10000000);
    hear(&r, 1000000, 50, &out);
    out.count = 0;
    router_expire(&r, at(1000000 + ADI_100), &out);
    expect(&out, "send 100 announce; state backup active timed-out");
}

/* The loop through the wire */

static struct router stalled(usec *now)
{
    struct router_actions out = {0};
    struct row row = {.prio = 100, .state = ROUTER_ACTIVE};
    struct router r;
    enter(&r, &row);
    router_echo(&r, at(500000));
    router_unseen(&r, at(500000 + ADI_100 - 1), &out);
    assert_int_equal(r.state, ROUTER_ACTIVE);
    *now = 500000 + ADI_100;
    router_unseen(&r, at(*now), &out);
    assert_int_equal(r.state, ROUTER_FAULT);
    return r;
}

static void a_stall_ends_when_another_is_heard(void **state)
{
    (void)state;
    struct router_actions out = {0};
    usec now;
    struct router r = stalled(&now);
    hear(&r, now + 100000, 50, &out);
    expect(&out, "state fault backup recovered");
    assert_int_equal(router_deadline(&r).us, at(now + 100000 + ADI_100).us);
}

static void a_stall_that_repeats_waits_longer_each_time(void **state)
{
    (void)state;
    struct router_actions out = {0};
    usec now;
    struct router r = stalled(&now);
    usec wait = 10 * (usec)ADI_100;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(router_deadline(&r).us, at(now + wait).us);
        now += wait;
        router_expire(&r, at(now), &out);
        out.count = 0;
        now += ADI_100;
        router_expire(&r, at(now), &out);
        assert_int_equal(r.state, ROUTER_ACTIVE);
        out.count = 0;
        now += ADI_100;
        router_unseen(&r, at(now), &out);
        out.count = 0;
        hear(&r, now, 50, &out); /* not the first one: it waits */
        assert_int_equal(r.state, ROUTER_FAULT);
        wait = 2 * wait < 600 * SECOND ? 2 * wait : 600 * SECOND;
    }
    now += wait;
    router_expire(&r, at(now), &out);
    out.count = 0;
    router_expire(&r, at(now + ADI_100), &out);
    out.count = 0;
    router_echo(&r, at(now + ADI_100 + 1)); /* it is closed again */
    router_unseen(&r, at(now + 3 * ADI_100), &out);
    assert_int_equal(router_deadline(&r).us, at(now + 13 * (usec)ADI_100).us);
}

static void the_speaker_is_gone_when_it_is_silent(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct router r = backup_of(100, 0);
    router_speaker(&r, at(100000), 1000000, &out);
    router_speaker(&r, at(1100000), 1000000, &out);
    router_expire(&r, at(5099999), &out);
    assert_int_equal(r.state, ROUTER_FAULT);
    router_expire(&r, at(5100000), &out);
    expect(&out, "state backup fault local-speaker; state fault backup recovered");
}

static void a_silence_is_excused_once(void **state)
{
    (void)state;
    struct router_actions out = {0};
    struct router r = backup_of(100, 0);
    assert_false(router_excuse(&r, at(ADI_100 - 1)));
    assert_true(router_excuse(&r, at(ADI_100)));
    assert_int_equal(router_deadline(&r).us, at(2 * ADI_100).us);
    assert_false(router_excuse(&r, at(2 * ADI_100)));
    hear(&r, 2 * ADI_100, 150, &out);
    assert_true(router_excuse(&r, at(3 * ADI_100)));
}

/* Meanwhile another router has taken over: only the first startup has nobody to ask. */
static void init_active_counts_once(void **state)
{
    (void)state;
    static const struct row row = {.prio = 100, .init_active = true, .state = ROUTER_ACTIVE};
    struct router r;
    struct router_actions out = {0};
    enter(&r, &row);
    router_set_fault(&r, at(SOON), FAULT_LINK, true, &out);
    out.count = 0;
    router_set_fault(&r, at(2 * SOON), FAULT_LINK, false, &out);
    assert_int_equal(r.state, ROUTER_BACKUP);
    assert_int_equal(out.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state_table),
        cmocka_unit_test(preempt_delay_ends_in_takeover),
        cmocka_unit_test(preempt_delay_is_cancelled_by_one_that_is_not_lower),
        cmocka_unit_test(silence_during_preempt_delay_takes_over),
        cmocka_unit_test(preemption_is_named),
        cmocka_unit_test(resignation_is_named),
        cmocka_unit_test(a_yield_lasts_until_the_active_falls_silent),
        cmocka_unit_test(yield_off_brings_preemption_back),
        cmocka_unit_test(two_faults_end_with_the_last),
        cmocka_unit_test(an_answer_storm_is_limited),
        cmocka_unit_test(startup_delay_ends_in_a_startup),
        cmocka_unit_test(a_new_interval_does_not_flap),
        cmocka_unit_test(startup_delay_goes_on_in_a_fault),
        cmocka_unit_test(a_yield_stops_a_preemption_that_is_due),
        cmocka_unit_test(a_lower_priority_of_our_own_ends_preempt_delay),
        cmocka_unit_test(a_new_interval_leaves_the_learned_one),
        cmocka_unit_test(a_new_priority_or_mode_stops_a_preemption_that_is_due),
        cmocka_unit_test(a_new_priority_moves_the_skew_of_a_resignation),
        cmocka_unit_test(the_lower_one_that_is_followed_is_learned),
        cmocka_unit_test(silence_during_preempt_delay_is_named),
        cmocka_unit_test(a_stall_ends_when_another_is_heard),
        cmocka_unit_test(a_stall_that_repeats_waits_longer_each_time),
        cmocka_unit_test(the_speaker_is_gone_when_it_is_silent),
        cmocka_unit_test(a_silence_is_excused_once),
        cmocka_unit_test(init_active_counts_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
