#include "core/timers.h"

instant instant_after(instant t, usec d)
{
    return (instant){t.us + d};
}

bool instant_due(instant timer, instant now)
{
    return timer.us <= now.us && timer.us != INSTANT_NEVER.us;
}

usec skew_time(uint8_t version, uint8_t prio, usec interval)
{
    usec whole = version == 2 ? SECOND : interval;
    return ((256 - prio) * whole + 255) / 256;
}

usec active_down_interval(uint8_t version, uint8_t prio, usec interval, uint8_t down_factor)
{
    return down_factor * interval + skew_time(version, prio, interval);
}

usec timing_tolerance(usec interval)
{
    return interval / 20 > 10 * MILLISECOND ? interval / 20 : 10 * MILLISECOND;
}

usec live_interval(uint8_t version, uint8_t next_prio, usec interval)
{
    enum { DOWN_FACTOR = 3 }; /* RFC 9568 6.1 */

    return active_down_interval(version, next_prio, interval, DOWN_FACTOR) - timing_tolerance(interval);
}
