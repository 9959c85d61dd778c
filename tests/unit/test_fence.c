/* For how long the kernel is told to leave a fence open, and what is fenced on one interface only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/fence.h"

static void open_times(void **state)
{
    static const struct {
        const char *what;
        int64_t now, until;
        uint32_t milliseconds;
    } rows[] = {
        {"three intervals", 5000000, 5300000, 300},
        {"never too long", 5000000, 5299999, 299},
        {"the coarsest step of a clock", 5000000, 5010000, 10},
        {"less could be rounded to none, which is for ever", 5000000, 5009999, 0},
        {"over", 5000000, 5000000, 0},
        {"long over", 5000000, INT64_MIN, 0},
        {"given up", 5000000, 0, 0},
        {"the longest", 0, INT64_MAX, UINT32_MAX},
    };
    (void)state;
    for (size_t n = 0; n < nitems(rows); n++) {
        struct fence_item item = {.until = {rows[n].until}};
        uint32_t milliseconds = fence_open_time(&item, (instant){rows[n].now});
        if (milliseconds != rows[n].milliseconds)
            fail_msg("%s: %u", rows[n].what, milliseconds);
    }
}

static void local_ones(void **state)
{
    static const struct {
        const char *address;
        bool local;
    } rows[] = {
        {"fe80::1", true}, {"febf::1", true}, {"2001:db8::1", false}, {"192.0.2.1", false}, {"169.254.1.1", false}};
    (void)state;
    for (size_t n = 0; n < nitems(rows); n++) {
        struct ip ip;
        assert_true(ip_parse(&ip, rows[n].address, strlen(rows[n].address)));
        if (fence_is_local(&ip) != rows[n].local)
            fail_msg("%s", rows[n].address);
    }
    assert_true(fence_is_local(&(struct ip){.family = 0})); /* a MAC address */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open_times),
        cmocka_unit_test(local_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
