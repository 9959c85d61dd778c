/* Two hosts with a group of two virtual routers each, over two segments: that what they do comes to an end, whatever was
 * lost before (lib/core/electorate_group.h). In virtual time; what one sends the other hears, after a while, or not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/electorate.h"
#include "tests/unit/random.h"

enum { HOSTS = 2, SEGMENTS = 2, MESSAGES = 256 };

struct message {
    instant at; /* when it arrives */
    size_t from, segment;
    uint8_t prio;
};

static struct host {
    struct electorate *e;
    size_t number;
    uint8_t prio[SEGMENTS], address[SEGMENTS];
    bool preempt[SEGMENTS];
    usec interval[SEGMENTS];
    bool down[SEGMENTS]; /* the link */
    bool deaf[SEGMENTS]; /* hears nothing of the other */
    enum router_state state[SEGMENTS];
} hosts[HOSTS];

static struct message messages[MESSAGES]; /* on their way, in the order in which they were sent */
static size_t message_count;
static instant now;
static usec latency;  /* 0: each at random, up to 2 ms */
static unsigned loss; /* percent */
static unsigned transitions;

static void on_send(void *context, instant at, const struct send_event *e)
{
    const struct host *h = context;
    size_t segment = (size_t)e->id.vrid - 1;
    usec delay = latency ? latency : (usec)random_range(30, 2000);
    (void)at;
    if (h->down[segment] || (loss > 0 && random_range(1, 100) <= loss))
        return;
    assert_true(message_count < MESSAGES);
    messages[message_count++] = (struct message){{now.us + delay}, h->number, segment, e->prio};
}

static void on_state(void *context, instant at, const struct state_event *e)
{
    struct host *h = context;
    (void)at;
    h->state[e->id.vrid - 1] = e->to;
    transitions++;
}

static void on_notice(void *context, instant at, const struct notice_event *e)
{
    (void)context;
    (void)at;
    (void)e;
}

static void configure(struct host *h)
{
    for (size_t s = 0; s < SEGMENTS; s++) {
        struct prefix ip = {.ip = {.family = 4, .bytes = {10, 0, (uint8_t)s, 1}}, .length = 24};
        struct vr_config c = {
            .id = {.af = 4, .vrid = (uint8_t)(s + 1)},
            .version = 3,
            .prio = h->prio[s],
            .interval = h->interval[s],
            .ip = {.count = 1, .items = &ip},
            .preempt = h->preempt[s],
            .down_factor = 3,
            .group = "g",
        };
        bool taken;
        snprintf(c.id.ifname, sizeof c.id.ifname, "eth%zu", s);
        snprintf(c.name, sizeof c.name, "vr%zu", s);
        assert_true(electorate_vr(h->e, now, &c, &taken));
    }
}

static void tell_link(struct host *h, size_t segment)
{
    struct link_event l = {.state = h->down[segment] ? LINK_DOWN : LINK_UP,
                           .primary4 = {.family = 4, .bytes = {10, 0, (uint8_t)segment, h->address[segment]}}};
    snprintf(l.ifname, sizeof l.ifname, "eth%zu", segment);
    electorate_link(h->e, now, &l);
}

static void start(struct host *h)
{
    const struct electorate_reports reports = {.send = on_send, .state = on_state, .notice = on_notice, .context = h};
    h->number = (size_t)(h - hosts);
    h->e = electorate_new(&reports, false);
    assert_non_null(h->e);
    memset(h->state, 0, sizeof h->state);
    configure(h);
    for (size_t s = 0; s < SEGMENTS; s++)
        tell_link(h, s);
    electorate_start(h->e, now);
}

static void begin(void)
{
    now = (instant){0};
    message_count = 0;
    transitions = 0;
    for (size_t i = 0; i < HOSTS; i++)
        start(&hosts[i]);
}

static void end(void)
{
    for (size_t i = 0; i < HOSTS; i++)
        electorate_free(hosts[i].e);
}

static void take_out(size_t index)
{
    message_count--;
    memmove(&messages[index], &messages[index + 1], (message_count - index) * sizeof *messages);
}

static void deliver(size_t index)
{
    struct message m = messages[index];
    struct host *from = &hosts[m.from], *to = &hosts[1 - m.from];
    uint8_t list[4] = {10, 0, (uint8_t)m.segment, 1};
    struct origin origin = {.dir = DIR_IN};
    struct advert a = {
        .af = 4,
        .vrid = (uint8_t)(m.segment + 1),
        .version = 3,
        .prio = m.prio,
        .interval = from->interval[m.segment],
        .src = {.family = 4, .bytes = {10, 0, (uint8_t)m.segment, from->address[m.segment]}},
        .count = 1,
        .addresses = list,
        .has = HAS_ADDRESSES,
    };
    take_out(index);
    snprintf(origin.ifname, sizeof origin.ifname, "eth%zu", m.segment);
    if (!to->down[m.segment] && !to->deaf[m.segment])
        electorate_advert(to->e, now, &origin, &a);
}

static size_t next_message(void)
{
    size_t next = 0;
    for (size_t i = 1; i < message_count; i++)
        if (messages[i].at.us < messages[next].at.us)
            next = i;
    return next;
}

static instant next_deadline(void)
{
    instant a = electorate_deadline(hosts[0].e), b = electorate_deadline(hosts[1].e);
    return a.us < b.us ? a : b;
}

/* Always true of a group, between events. */
static void check_whole(void)
{
    for (size_t i = 0; i < HOSTS; i++) {
        const enum router_state *s = hosts[i].state;
        assert_int_equal(s[0] == ROUTER_ACTIVE, s[1] == ROUTER_ACTIVE);
        assert_int_equal(s[0] == ROUTER_FAULT, s[1] == ROUTER_FAULT);
    }
}

static void advance(instant to)
{
    now = to;
    for (size_t i = 0; i < HOSTS; i++)
        electorate_advance(hosts[i].e, now);
    check_whole();
}

/* One thing that happens: a message arrives, or timers are due. False: none before the end. */
static bool happens(instant limit)
{
    instant timer = next_deadline();
    size_t m = next_message();
    bool message = message_count > 0 && messages[m].at.us <= timer.us;
    instant at = message ? messages[m].at : timer;
    if (at.us > limit.us)
        return false;
    if (message) {
        now = at.us > now.us ? at : now;
        deliver(m);
        check_whole();
    } else {
        advance(at.us > now.us ? at : now);
    }
    return true;
}

static void run_for(usec duration)
{
    instant limit = {now.us + duration};
    while (happens(limit))
        ;
    advance(limit);
}

static bool is_active(const struct host *h)
{
    return h->state[0] == ROUTER_ACTIVE;
}

static bool is_in_fault(const struct host *h)
{
    return h->state[0] == ROUTER_FAULT;
}

/* There is one that h hears, and follows. */
static bool has_a_reason_to_wait(const struct host *h)
{
    const struct host *other = &hosts[1 - h->number];
    for (size_t s = 0; s < SEGMENTS; s++)
        if (is_active(other) && !h->deaf[s] && (other->prio[s] >= h->prio[s] || !h->preempt[s]))
            return true;
    return false;
}

static void tell_failure(const char *what)
{
    char text[1024];
    size_t at = 0;
    for (size_t i = 0; i < HOSTS; i++)
        for (size_t s = 0; s < SEGMENTS; s++)
            at += (size_t)snprintf(text + at, sizeof text - at, " [%zu.%zu: prio %u address %u preempt %d deaf %d %s]",
                                   i, s, hosts[i].prio[s], hosts[i].address[s], hosts[i].preempt[s], hosts[i].deaf[s],
                                   router_state_name(hosts[i].state[s]));
    fail_msg("%s:%s", what, text);
}

/* Nothing changes any more, neither around them nor in them; and nobody waits for nothing. */
static void check_end(void)
{
    loss = 0;
    for (size_t i = 0; i < HOSTS; i++)
        electorate_yield(hosts[i].e, now, (struct span){"vr0", 3}, false, false);
    run_for(40 * SECOND);
    transitions = 0;
    run_for(40 * SECOND);
    if (transitions > 0)
        tell_failure("they take turns");
    for (size_t i = 0; i < HOSTS; i++)
        if (!is_active(&hosts[i]) && !is_in_fault(&hosts[i]) && !has_a_reason_to_wait(&hosts[i]))
            tell_failure("one waits for nothing");
    bool hear_each_other = true;
    for (size_t i = 0; i < HOSTS; i++)
        for (size_t s = 0; s < SEGMENTS; s++)
            hear_each_other = hear_each_other && !hosts[i].deaf[s] && !hosts[i].down[s];
    if (hear_each_other && is_active(&hosts[0]) == is_active(&hosts[1]))
        tell_failure("not one of the two is Active");
}

/* Whatever happens, at random */

static void disturb(struct host *h)
{
    size_t s = random_range(0, SEGMENTS - 1);
    switch (random_range(0, 5)) {
    case 0:
        h->down[s] = !h->down[s];
        tell_link(h, s);
        break;
    case 1:
        h->deaf[s] = !h->deaf[s];
        break;
    case 2:
        loss = (unsigned)random_range(0, 80);
        break;
    case 3:
        electorate_yield(h->e, now, (struct span){s ? "vr1" : "vr0", 3}, random_bool(), random_bool());
        break;
    case 4:
        h->prio[s] = (uint8_t)random_range(99, 101);
        configure(h);
        break;
    default:
        break;
    }
}

static void choose_hosts(void)
{
    static const usec intervals[] = {10 * MILLISECOND, 100 * MILLISECOND, SECOND};
    bool crossed = random_bool(), equal = random_bool();
    for (size_t i = 0; i < HOSTS; i++) {
        struct host *h = &hosts[i];
        *h = (struct host){.e = NULL};
        for (size_t s = 0; s < SEGMENTS; s++) {
            h->prio[s] = (uint8_t)(equal ? 100 : random_range(98, 102));
            h->address[s] = (uint8_t)(((s == 1 && crossed) != (i == 1)) ? 3 : 2);
            h->preempt[s] = random_range(0, 9) > 0;
            h->interval[s] = i == 0 ? intervals[random_range(0, 2)] : hosts[0].interval[s];
        }
    }
}

static void whatever_was_it_comes_to_an_end(void **state)
{
    (void)state;
    random_start("whatever_was_it_comes_to_an_end");
    for (int round = 0; round < 400; round++) {
        choose_hosts();
        latency = random_bool() ? (usec)random_range(1, 300) : 0;
        begin();
        for (uint64_t n = random_range(0, 12); n > 0; n--) {
            run_for((usec)random_range(1, 8000) * MILLISECOND);
            disturb(&hosts[random_range(0, 1)]);
        }
        if (random_bool())
            for (size_t i = 0; i < HOSTS; i++)
                for (size_t s = 0; s < SEGMENTS; s++)
                    hosts[i].deaf[s] = false;
        check_end();
        end();
    }
}

/* Whatever order, without exception */

enum { DEPTH = 5 };

static unsigned path[DEPTH], options_at[DEPTH];

/* The oldest one of a sender on a segment: they overtake only those of others. */
static bool is_oldest(size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (messages[i].from == messages[index].from && messages[i].segment == messages[index].segment)
            return false;
    return true;
}

/* What can be next: each message that arrives or is lost, or the next timer; so many, in *count. */
static void take_option(unsigned option, unsigned *count)
{
    unsigned n = 0;
    size_t chosen = MESSAGES;
    bool lost = false;
    for (size_t i = 0; i < message_count; i++) {
        if (!is_oldest(i))
            continue;
        if (option == n || option == n + 1) {
            chosen = i;
            lost = option == n + 1;
        }
        n += 2;
    }
    *count = n + 1;
    if (chosen == MESSAGES) {
        instant at = next_deadline();
        advance(at.us > now.us ? at : now);
    } else if (lost) {
        take_out(chosen);
    } else {
        deliver(chosen);
        check_whole();
    }
}

static void run_path(void)
{
    begin();
    while (!is_active(&hosts[0]) && !is_active(&hosts[1]))
        advance(next_deadline());
    for (unsigned depth = 0; depth < DEPTH; depth++)
        take_option(path[depth], &options_at[depth]);
    for (size_t i = 0; i < message_count; i++)
        messages[i].at = now;
    check_end();
    end();
}

/* The next one in order; false: that was the last. */
static bool next_path(void)
{
    for (unsigned depth = DEPTH; depth-- > 0;) {
        if (++path[depth] < options_at[depth])
            return true;
        path[depth] = 0;
    }
    return false;
}

static void every_order_comes_to_an_end(void **state)
{
    static const struct {
        uint8_t prio[HOSTS][SEGMENTS], address[HOSTS][SEGMENTS];
    } cases[] = {
        {{{100, 100}, {100, 100}}, {{2, 3}, {3, 2}}}, /* crossed addresses */
        {{{101, 100}, {100, 101}}, {{2, 2}, {3, 3}}}, /* crossed priorities */
        {{{101, 101}, {100, 100}}, {{2, 2}, {3, 3}}},
    };
    unsigned long runs = 0;
    (void)state;
    latency = 100;
    loss = 0;
    for (size_t i = 0; i < nitems(cases); i++) {
        memset(path, 0, sizeof path);
        for (size_t h = 0; h < HOSTS; h++) {
            hosts[h] = (struct host){.preempt = {true, true}, .interval = {SECOND, SECOND}};
            memcpy(hosts[h].prio, cases[i].prio[h], sizeof hosts[h].prio);
            memcpy(hosts[h].address, cases[i].address[h], sizeof hosts[h].address);
        }
        do {
            run_path();
            runs++;
        } while (next_path());
    }
    fprintf(stderr, "every_order_comes_to_an_end: %lu\n", runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_was_it_comes_to_an_end),
        cmocka_unit_test(every_order_comes_to_an_end),
    };
    return cmocka_run_group_tests_name("group_pair", tests, NULL, NULL);
}
