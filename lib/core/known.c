#include "core/known.h"

#define SENIORITY INT64_C(300000000000) /* 5 min: who has been heard for longer is no better */

struct known *known_find(struct known_set *sets, size_t count, uint64_t tag)
{
    struct known *places = sets[tag % count].places;

    for (size_t i = 0; i < KNOWN_WAYS; i++)
        if (places[i].tag == tag)
            return &places[i];
    return NULL;
}

/* How long it has been heard, less how long it has been silent. */
static int64_t worth(const struct known *k, int64_t now)
{
    int64_t age = k->last - k->since, silence = now > k->last ? now - k->last : 0;

    return (age < SENIORITY ? age : SENIORITY) - silence;
}

struct known *known_remember(struct known_set *sets, size_t count, uint64_t tag, int64_t now)
{
    struct known *places = sets[tag % count].places, *least = &places[0];

    for (size_t i = 1; i < KNOWN_WAYS; i++) /* a free place has been silent since 1970 */
        if (worth(&places[i], now) < worth(least, now))
            least = &places[i];
    *least = (struct known){.tag = tag, .since = now, .last = now};
    return least;
}

void known_again(struct known *k, int64_t now)
{
    if (now < k->last) /* the clock was set back */
        k->since -= k->last - now;
    k->last = now;
}
