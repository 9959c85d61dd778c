/* The timer heap against a plain search through all timers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/heap.h"

enum { TIMERS = 200, STEPS = 20000 };

static uint64_t seed = 88172645463325252u;

static unsigned random_below(unsigned limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed % limit);
}

static const struct timer *smallest(const struct timer *timers)
{
    const struct timer *best = NULL;
    for (size_t i = 0; i < TIMERS; i++) {
        const struct timer *t = &timers[i];
        if (t->index == 0)
            continue;
        if (!best || t->at.us < best->at.us || (t->at.us == best->at.us && t->order < best->order))
            best = t;
    }
    return best;
}

static void first_is_the_smallest(void **state)
{
    (void)state;
    struct heap h = {0};
    static struct timer timers[TIMERS];
    assert_true(heap_reserve(&h, TIMERS));
    for (size_t i = 0; i < TIMERS; i++)
        timers[i].order = i;
    for (size_t i = 0; i < STEPS; i++) {
        struct timer *t = &timers[random_below(TIMERS)];
        heap_set(&h, t, random_below(4) == 0 ? INSTANT_NEVER : (instant){random_below(500)});
        assert_ptr_equal(heap_first(&h), smallest(timers));
    }
    while (heap_first(&h)) {
        assert_ptr_equal(heap_first(&h), smallest(timers));
        heap_set(&h, heap_first(&h), INSTANT_NEVER);
    }
    assert_int_equal(h.count, 0);
    heap_free(&h);
}

static void only_what_is_due_is_due(void **state)
{
    (void)state;
    struct heap h = {0};
    static struct timer timers[TIMERS];
    assert_true(heap_reserve(&h, TIMERS));
    for (size_t i = 0; i < TIMERS; i++) {
        timers[i] = (struct timer){.order = i};
        heap_set(&h, &timers[i], (instant){random_below(500)});
    }
    for (size_t i = 0; i < STEPS; i++) {
        instant now = {random_below(1500)};
        struct timer *t = &timers[random_below(TIMERS)]; /* put off again and again, as an Active_Down_Timer is */
        heap_set(&h, t, (instant){t->at.us + random_below(50)});
        const struct timer *first = smallest(timers);
        assert_true(heap_look(&h).us <= first->at.us);
        assert_ptr_equal(heap_due(&h, now), first->at.us <= now.us ? first : NULL);
    }
    heap_free(&h);
    assert_int_equal(heap_look(&h).us, INSTANT_NEVER.us);
}

static void taking_out_what_is_not_in_is_nothing(void **state)
{
    (void)state;
    struct heap h = {0};
    struct timer t = {0};
    assert_true(heap_reserve(&h, 1));
    heap_set(&h, &t, INSTANT_NEVER);
    assert_null(heap_first(&h));
    heap_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_is_the_smallest),
        cmocka_unit_test(only_what_is_due_is_due),
        cmocka_unit_test(taking_out_what_is_not_in_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
