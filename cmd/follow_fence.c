#include <errno.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/follow.h"
#include "net/clock.h"

enum { TRIES = 3 };
static const usec PROMPT = MILLISECOND;

/* The kernel counts from when it is told: up to so long after the look at the clock. Who was interrupted in between has
 * opened the fence for too long, and tells it again. */
static bool keep(struct follow *f, const struct fence_item *items, size_t count)
{
    for (int n = 0; n < TRIES; n++) {
        f->now = clock_now();
        if (!fence_keep(f->fence, items, count, (instant){f->now.us + PROMPT}))
            return false;
        if (clock_now().us - f->now.us <= PROMPT)
            break;
    }
    return true;
}

static void tell_failure(struct follow *f, int number)
{
    if (number != f->told_fence && !follow_too_much_news(f))
        cli_say("the fence: %s", strerror(number));
    f->told_fence = number;
}

static void put_back(struct follow *f)
{
    if (!follow_too_much_news(f))
        cli_say("the fence was taken away by somebody else: put back");
    holdings_fences_lost(f->holdings, f->now);
}

/* Those that stand behind it already: a try that failed is made up for by the next send. */
void follow_fences(struct follow *f)
{
    size_t count;
    for (;;) {
        const struct fence_item *items = holdings_fences(f->holdings, &count);
        if (count == 0)
            return;
        if (keep(f, items, count))
            f->told_fence = 0;
        else if (errno == ENOENT)
            put_back(f);
        else
            tell_failure(f, errno);
    }
}

const char *follow_fence_words(int number)
{
    switch (number) {
    case ENOENT:
        return "nftables has a table " FENCE_TABLE " that is not ours";
    case EOPNOTSUPP:
    case EPROTONOSUPPORT:
        return "this kernel has no nftables, or not all that it takes";
    default:
        return strerror(number);
    }
}

/* Another program that ends may take the tables away before there is anything of ours in them. */
static bool put_up(struct follow *f, const struct fence_item *items, size_t count)
{
    errno = f->fence_error;
    for (int n = 0; f->fence != NULL && n < TRIES; n++) {
        if (!fence_put_up(f->fence, items, count))
            return false;
        if (keep(f, items, count))
            return true;
        if (errno != ENOENT)
            return false;
    }
    return false;
}

void follow_fence_new(struct follow *f, size_t link)
{
    size_t count;
    for (;;) {
        const struct fence_item *items = holdings_fence_new(f->holdings, link, &count);
        if (count == 0)
            return;
        f->fenced = true;
        if (!put_up(f, items, count)) {
            holdings_fence_failed(f->holdings, link, count, errno);
            return;
        }
    }
}

void follow_unfence(struct follow *f, size_t link, bool at_end)
{
    size_t count;
    for (;;) {
        const struct fence_item *items = holdings_unfence(f->holdings, link, at_end, &count);
        if (count == 0 || f->fence == NULL)
            return;
        if (!fence_lift(f->fence, items, count))
            tell_failure(f, errno);
    }
}

void follow_fence_end(struct follow *f)
{
    for (size_t n = 0; n < holdings_links(f->holdings); n++)
        follow_unfence(f, n, true);
    if (f->fence != NULL && f->fenced && !fence_remove(f->fence))
        tell_failure(f, errno);
}
