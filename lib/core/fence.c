#include "core/fence.h"

#define COARSEST_STEP (10 * MILLISECOND) /* of a kernel's clock */

bool fence_is_local(const struct ip *ip)
{
    return ip->family == 0 || (ip->family == 6 && ip_is_link_local(ip));
}

uint32_t fence_open_time(const struct fence_item *item, instant now)
{
    usec left = item->until.us > now.us ? item->until.us - now.us : 0;
    if (left < COARSEST_STEP)
        return 0;
    return left / MILLISECOND < UINT32_MAX ? (uint32_t)(left / MILLISECOND) : UINT32_MAX;
}
