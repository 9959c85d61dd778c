#include "core/backoff.h"

static const usec FIRST = 100 * MILLISECOND, LONGEST = 30 * SECOND;
static const usec A_WHILE = 10 * SECOND, LONG = 60 * SECOND;

usec backoff(usec delay, usec ran)
{
    if (ran >= LONG)
        return 0;
    if (delay == 0)
        return ran > A_WHILE ? 0 : FIRST;
    return delay * 2 < LONGEST ? delay * 2 : LONGEST;
}
