/* Belongings: from what is named and what the kernel has to the changes to make. */
#include <errno.h>
#include <string.h>

#include "core/belongings_table.h"

#define FIRST_RETRY   (100 * MILLISECOND) /* an address or an interface may be about to come */
#define RETRY         SECOND
#define FOREIGN_RETRY (5 * SECOND)

static instant later(instant at, usec by)
{
    return (instant){at.us < INT64_MAX - by ? at.us + by : INT64_MAX};
}

static bool is_full(const struct belongings *b, size_t count)
{
    return count == nitems(b->changes);
}

/* False: not now, and the step is due again. */
static bool may_try(struct belongings *b, enum belongings_step step, instant retry_at, size_t count, instant now)
{
    if (retry_at.us > now.us) {
        belongings_due(b, step, retry_at);
        return false;
    }
    if (is_full(b, count)) {
        belongings_due(b, step, now);
        return false;
    }
    return true;
}

static void add_change(struct belongings *b, size_t *count, int32_t at, const struct route *item, bool add)
{
    b->planned[*count] = at;
    b->changes[(*count)++] = (struct belonging_change){.item = *item, .add = add};
}

/* What is wanted and not there, in the order in which it is named: a route may lead through another one. */
static void plan_additions(struct belongings *b, instant now, size_t *count)
{
    for (size_t n = 0; n < b->owner_count; n++) {
        const struct owner *o = &b->owners[n];
        for (size_t k = 0; o->held && k < o->count; k++) {
            struct belonging *i = &b->all[o->items[k]];
            if ((i->present && !i->doubt) || i->planned || !may_try(b, b->step, i->retry_at, *count, now))
                continue;
            i->planned = true;
            add_change(b, count, o->items[k], &i->item, true);
        }
    }
}

/* What is there and not wanted, the newest first; what nobody names and is not there is forgotten. */
static void plan_removals(struct belongings *b, instant now, size_t *count)
{
    for (size_t n = b->count; n-- > 0;) {
        struct belonging *i = &b->all[n];
        if (!i->used || i->holders > 0)
            continue;
        i->told_foreign = i->told_taken = i->missed = false;
        if (!i->present) {
            i->error = i->told_error = 0;
            i->retry_at = (instant){INT64_MIN};
        }
        if (i->present && may_try(b, b->step, i->retry_at, *count, now))
            add_change(b, count, (int32_t)n, &i->item, false);
        else if (!i->present && i->named == 0)
            belonging_forget(b, (int32_t)n);
    }
    for (size_t n = 0; n < b->left_count; n++) {
        struct leftover *l = &b->left[n];
        if (l->go && may_try(b, b->step, l->retry_at, *count, now))
            add_change(b, count, -1 - (int32_t)n, &l->item, false);
    }
}

struct belonging_change *belongings_plan(struct belongings *b, enum belongings_step step, instant now, size_t *count)
{
    *count = 0;
    if (b->due[step].us > now.us)
        return b->changes;
    b->due[step] = INSTANT_NEVER;
    b->step = step;
    switch (step) {
    case BELONGINGS_WITHDRAW:
        plan_removals(b, now, count);
        break;
    case BELONGINGS_INSTALL:
        plan_additions(b, now, count);
        break;
    case BELONGINGS_STEPS:
        break;
    }
    return b->changes;
}

/* --- and what came of it --------------------------------------------------------------------------------------------- */

static void tell(struct belongings *b, enum belonging_news news, const struct belonging *i)
{
    struct belonging_report r = {.news = news, .item = &i->item, .number = i->error};
    b->report(b->context, &r);
}

static void try_again(struct belongings *b, struct belonging *i, usec wait, instant now)
{
    i->retry_at = later(now, wait);
    belongings_due(b, b->step, i->retry_at);
}

static void failed(struct belongings *b, struct belonging *i, bool again, int number, instant now)
{
    i->error = number;
    if (again && i->told_error != number) {
        tell(b, BELONGING_FAILED, i);
        i->told_error = number;
    }
    try_again(b, i, again ? RETRY : FIRST_RETRY, now);
}

/* It was not taken while another one was in its place; if that was of these belongings, it is gone. */
static void place_is_taken(struct belongings *b, const struct belonging *by)
{
    for (size_t n = 0; n < b->count; n++) {
        struct belonging *i = &b->all[n];
        if (i == by || !i->used || !i->present || !same_place(&i->item, &by->item))
            continue;
        i->present = i->doubt = false;
        i->missed = i->holders > 0;
    }
}

static void added(struct belongings *b, struct belonging *i, int result, instant now)
{
    i->planned = false;
    if (result == EEXIST && i->present) {
        i->doubt = false; /* it is still there */
        i->error = i->told_error = 0;
    } else if (result == EEXIST) {
        if (!i->told_foreign)
            tell(b, BELONGING_FOREIGN, i);
        i->told_foreign = true;
        i->error = EEXIST;
        try_again(b, i, FOREIGN_RETRY, now);
    } else if (result != 0) {
        failed(b, i, i->error != 0, result, now); /* if it was there, it may be still */
    } else {
        if (i->error != 0)
            place_is_taken(b, i);
        bool back = i->present || i->missed;
        if (back && !i->told_taken)
            tell(b, BELONGING_TAKEN, i);
        i->told_taken = i->told_taken || back;
        i->present = true;
        i->doubt = i->missed = i->told_foreign = false;
        i->error = i->told_error = 0;
        i->retry_at = (instant){INT64_MIN};
    }
}

static void removed(struct belongings *b, struct belonging *i, int result, instant now)
{
    if (result != 0) {
        failed(b, i, true, result, now);
        return;
    }
    i->present = i->doubt = false;
    i->retry_at = (instant){INT64_MIN};
    i->error = i->told_error = 0;
}

/* What was in the way of another one may have been this. */
static void way_is_free(struct belongings *b, instant now)
{
    for (size_t n = 0; n < b->count; n++) {
        if (b->all[n].error == EEXIST)
            b->all[n].retry_at = now;
    }
    belongings_due(b, BELONGINGS_INSTALL, now);
}

static void left_removed(struct belongings *b, struct leftover *l, int result, instant now)
{
    if (result == 0) {
        l->item.kind = UINT8_MAX; /* below it is taken out */
        return;
    }
    l->retry_at = later(now, RETRY);
    belongings_due(b, b->step, l->retry_at);
}

void belongings_done(struct belongings *b, size_t count, instant now)
{
    if (count > 0 && b->step == BELONGINGS_WITHDRAW)
        way_is_free(b, now);
    for (size_t n = 0; n < count; n++) {
        const struct belonging_change *c = &b->changes[n];
        if (b->planned[n] < 0)
            left_removed(b, &b->left[-1 - b->planned[n]], c->result, now);
        else if (c->add)
            added(b, &b->all[b->planned[n]], c->result, now);
        else
            removed(b, &b->all[b->planned[n]], c->result, now);
    }
    size_t kept = 0;
    for (size_t n = 0; n < b->left_count; n++) {
        if (b->left[n].item.kind != UINT8_MAX)
            b->left[kept++] = b->left[n];
    }
    b->left_count = kept;
}
