#include "core/freshness.h"

#include <string.h>

/* Lines come from anywhere: sums stay at the ends of the range instead of running over. */
static int64_t add(int64_t a, int64_t b)
{
    if (b > 0 && a > INT64_MAX - b)
        return INT64_MAX;
    if (b < 0 && a < INT64_MIN - b)
        return INT64_MIN;
    return a + b;
}

static int64_t subtract(int64_t a, int64_t b)
{
    if (b == INT64_MIN)
        return a < 0 ? a - b : INT64_MAX;
    return add(a, -b);
}

static int64_t ns_from_us(int64_t us)
{
    if (us > INT64_MAX / 1000)
        return INT64_MAX;
    if (us < INT64_MIN / 1000)
        return INT64_MIN;
    return us * 1000;
}

/* Rounded up, so that what follows is never early. */
static int64_t us_from_ns(int64_t ns)
{
    return ns / 1000 + (ns % 1000 > 0);
}

bool clock_to_instant(const struct clock_map *map, stamp t, instant *out)
{
    if (!map->known)
        return false;
    out->us = add(map->clock.mono.us, us_from_ns(subtract(t.ns, map->clock.time.ns)));
    return true;
}

stamp clock_to_stamp(const struct clock_map *map, instant t)
{
    if (!map->known)
        return (stamp){0};
    return (stamp){add(map->clock.time.ns, ns_from_us(subtract(t.us, map->clock.mono.us)))};
}

enum freshness line_freshness(const struct clock_map *map, const struct line *l, bool replay, usec age_limit,
                              instant now, stamp wall, const char *boot)
{
    if (replay)
        return STALE_REPLAY;
    if (map->known && map->clock.source == SOURCE_FILE)
        return STALE_SOURCE;
    if (map->known && strcmp(map->clock.boot, boot) != 0)
        return STALE_BOOT;
    if (!l->has_time)
        return FRESH;
    instant then;
    usec age =
        clock_to_instant(map, l->time, &then) ? subtract(now.us, then.us) : us_from_ns(subtract(wall.ns, l->time.ns));
    if (age > age_limit)
        return STALE_AGE;
    if (age < -age_limit)
        return STALE_FUTURE;
    return FRESH;
}

const char *freshness_text(enum freshness f)
{
    switch (f) {
    case FRESH:
        return "it is fresh";
    case STALE_REPLAY:
        return "it is replayed (replay=yes)";
    case STALE_SOURCE:
        return "its source is a file (clock source=file)";
    case STALE_BOOT:
        return "it is of another boot of a machine (clock boot=)";
    case STALE_AGE:
        return "it is older than one Active_Down_Interval";
    case STALE_FUTURE:
        return "it is ahead of the clock";
    }
    return "it is not known to be fresh";
}
