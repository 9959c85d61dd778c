/* Any order of sends, states, expiries, failures and other people's doings: what must be true all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/holdings_host.h"
#include "tests/unit/random.h"

enum { ROUTERS = 6, POOL = 8, STEPS = 3000, NAMED_MOST = 4 };

static struct host k;
static instant meddled; /* when somebody else last did something */

/* What the lines said last of each virtual router. */
static struct {
    bool held;
    unsigned lease, fence;
    size_t count;
    unsigned last[NAMED_MOST]; /* the last octet */
    instant sent;
} said[ROUTERS + 1];

static void address(char out[static PREFIX_TEXT], unsigned last)
{
    snprintf(out, PREFIX_TEXT, "192.0.2.%u/32", last);
}

/* Which others is it? Addresses 1 .. POOL; of these 1 and 2 are foreign now and then. */
static void choose(unsigned vrid)
{
    said[vrid].count = random_range(1, NAMED_MOST);
    for (size_t n = 0; n < said[vrid].count; n++)
        said[vrid].last[n] = (unsigned)(1 + (vrid + 2 * n) % POOL); /* no address twice in one list */
}

static void words(char *out, size_t size, unsigned vrid)
{
    int length = snprintf(out, size, "eth0 %u ip=", vrid);
    for (size_t n = 0; n < said[vrid].count; n++)
        length += snprintf(out + length, size - (size_t)length, "%s192.0.2.%u", n > 0 ? "," : "", said[vrid].last[n]);
}

static void step_send(unsigned vrid)
{
    char text[300];
    if (!said[vrid].held || random_range(0, 9) == 0)
        choose(vrid);
    said[vrid].held = true;
    said[vrid].sent = k.now;
    said[vrid].lease = (unsigned)random_range(0, 1) * 4;
    if (random_range(0, 9) == 0)
        said[vrid].fence = (unsigned)random_range(0, 1) * 300;
    words(text, sizeof text, vrid);
    size_t length = strlen(text);
    snprintf(text + length, sizeof text - length, " garp=2,1s,1%s%s fence=%ums",
             said[vrid].lease > 0 ? " lease=4s" : "", random_bool() ? " announce=yes" : "", said[vrid].fence);
    host_send(&k, text);
}

static void step_away(unsigned vrid)
{
    char text[300];
    if (said[vrid].count == 0)
        choose(vrid);
    said[vrid].held = false;
    words(text, sizeof text, vrid);
    host_away(&k, text);
}

static void step_others(void)
{
    char text[PREFIX_TEXT];
    meddled = k.now;
    address(text, (unsigned)random_range(1, POOL));
    if (host_has(&k, text))
        host_take(&k, 2, text);
    else if (random_range(0, 3) == 0)
        host_put(&k, 2, text, false, 0);
    else
        host_put(&k, 2, text, true, random_bool() ? 0 : 3 * SECOND);
}

/* By a send so old at most, if it has a lease, and which wants a fence, if that is asked. */
static bool held_by(unsigned last, usec age, bool fenced)
{
    for (unsigned v = 1; v <= ROUTERS; v++) {
        bool lapsed = said[v].lease > 0 && k.now.us >= said[v].sent.us + age;
        if (fenced && said[v].fence == 0)
            continue;
        for (size_t n = 0; said[v].held && !lapsed && n < said[v].count; n++) {
            if (said[v].last[n] == last)
                return true;
        }
    }
    return false;
}

static bool held_for(unsigned last, usec age)
{
    return held_by(last, age, false);
}

static const struct host_address *kernel(unsigned last)
{
    char text[PREFIX_TEXT];
    struct prefix p;
    address(text, last);
    assert_true(prefix_parse(&p, text, strlen(text)));
    for (size_t n = 0; n < HOST_ADDRESSES; n++) {
        if (k.addresses[n].used && ip_equal(&k.addresses[n].prefix.ip, &p.ip))
            return &k.addresses[n];
    }
    return NULL;
}

static bool named(unsigned last)
{
    for (unsigned v = 1; v <= ROUTERS; v++) {
        for (size_t n = 0; n < said[v].count; n++) {
            if (said[v].last[n] == last)
                return true;
        }
    }
    return false;
}

static bool is_foreign(unsigned last)
{
    char text[PREFIX_TEXT];
    struct prefix p;
    address(text, last);
    assert_true(prefix_parse(&p, text, strlen(text)));
    for (size_t n = 0; n < HOST_ADDRESSES; n++) {
        if (k.addresses[n].used && !k.addresses[n].ours && ip_equal(&k.addresses[n].prefix.ip, &p.ip))
            return true;
    }
    return false;
}

/* At any time, once it was seen what others did: what is ours, nobody else's, and held by one that wants a fence stands
 * behind it. */
static void check_fences(bool settled)
{
    for (unsigned last = 1; last <= POOL; last++) {
        char text[PREFIX_TEXT];
        snprintf(text, sizeof text, "192.0.2.%u", last);
        const struct host_address *a = kernel(last);
        int open = host_open(&k, text);
        if (k.now.us > meddled.us + SECOND && a != NULL && a->ours && !is_foreign(last) &&
            held_by(last, 4 * SECOND - 200 * MILLISECOND, true) && open < 0)
            fail_msg("%s stands behind no fence", text);
        if (settled && open >= 0 && (is_foreign(last) || (!held_for(last, 5 * SECOND) && a == NULL)))
            fail_msg("%s stands behind a fence still", text);
    }
}

/* Once all is quiet: what is held is there, and what is named and not held is not there with our tag. A lease of 4 s ends
 * up to R, 1 s, after that: from the newest send or one that is R older (and a send that is a little early renews, too). */
static void check_settled(void)
{
    k.fail = 0;
    host_pass(&k, 1200 * MILLISECOND);
    for (unsigned last = 1; last <= POOL; last++) {
        const struct host_address *a = kernel(last);
        if (held_for(last, 4 * SECOND - 200 * MILLISECOND) && a == NULL)
            fail_msg("192.0.2.%u is held and not there", last);
        if (!held_for(last, 5 * SECOND) && named(last) && a != NULL && a->ours)
            fail_msg("192.0.2.%u is not held, and there", last);
    }
    check_fences(true);
}

static void any_order(void **state)
{
    (void)state;
    for (int n = 0; n < STEPS; n++) {
        unsigned vrid = (unsigned)random_range(1, ROUTERS);
        switch (random_range(0, 9)) {
        case 0:
        case 1:
        case 2:
        case 3:
            step_send(vrid);
            break;
        case 4:
        case 5:
            step_away(vrid);
            break;
        case 6:
            step_others();
            break;
        case 7:
            k.fail = random_bool() ? ENOBUFS : 0;
            break;
        case 8:
            holdings_all_unseen(k.holdings, k.now);
            break;
        default:
            host_pass(&k, (usec)random_range(0, 2000) * MILLISECOND);
            break;
        }
        host_log(&k);
        host_news(&k);
        check_fences(false);
        if (n % 20 == 19)
            check_settled();
    }
}

static int begin(void **state)
{
    (void)state;
    memset(said, 0, sizeof said);
    host_begin(&k);
    return 0;
}

static int end(void **state)
{
    (void)state;
    host_end(&k);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_order, begin, end),
    };
    random_start("test_holdings_random");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
