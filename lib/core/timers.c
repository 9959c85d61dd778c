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
