#include "core/timers.h"

usec skew_time(uint8_t version, uint8_t prio, usec interval)
{
    usec whole = version == 2 ? SECOND : interval;
    return ((256 - prio) * whole + 255) / 256;
}

usec active_down_interval(uint8_t version, uint8_t prio, usec interval, uint8_t down_factor)
{
    return down_factor * interval + skew_time(version, prio, interval);
}
