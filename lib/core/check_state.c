#include "core/check_state.h"

static enum check_news decide(struct check_state *s, bool up)
{
    s->known = true;
    s->up = up;
    s->against = 0;
    return up ? CHECK_UP : CHECK_DOWN;
}

enum check_news check_result(struct check_state *s, bool success, unsigned *results)
{
    *results = 1;
    if (!s->known)
        return decide(s, success);
    if (success == s->up) {
        s->against = 0;
        return CHECK_SAME;
    }
    *results = ++s->against;
    return s->against >= (success ? s->rise : s->fall) ? decide(s, success) : CHECK_SAME;
}

instant check_next_start(instant previous, usec interval, instant now)
{
    int64_t passed = (now.us - previous.us) / interval;
    return (instant){previous.us + (passed + 1) * interval};
}

usec check_good_for(usec interval, usec timeout)
{
    return 3 * interval + timeout;
}

usec check_left(instant good_until, instant now)
{
    usec left = good_until.us - now.us;
    return left > 0 ? left / MILLISECOND * MILLISECOND : 0;
}
