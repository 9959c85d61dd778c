#include "core/watch.h"

static bool take_value(struct watch_state *s, const int32_t *value)
{
    bool changed = s->has_value != (value != NULL) || (value && s->value != *value);
    s->has_value = value != NULL;
    s->value = value ? *value : 0;
    return changed;
}

static enum watch_news decide(struct watch_state *s, bool up, const int32_t *value)
{
    s->known = true;
    s->up = up;
    s->against = false;
    (void)take_value(s, up ? value : NULL);
    return up ? WATCH_UP : WATCH_DOWN;
}

enum watch_news watch_seen(struct watch_state *s, const struct watch *w, bool up, const int32_t *value, instant now)
{
    if (!s->known)
        return decide(s, up, value);
    if (up == s->up) {
        s->against = false;
        return take_value(s, up ? value : NULL) ? WATCH_VALUE : WATCH_SAME;
    }
    if (!s->against)
        s->since = now;
    s->against = true;
    return now.us >= watch_deadline(s, w).us ? decide(s, up, value) : WATCH_SAME;
}

instant watch_deadline(const struct watch_state *s, const struct watch *w)
{
    return s->against ? (instant){s->since.us + (s->up ? w->fall : w->rise)} : INSTANT_NEVER;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool watch_number(const char *bytes, size_t length, int32_t *out)
{
    const int64_t far = (int64_t)1 << 32;
    size_t at = 0, digits = 0;
    int64_t n = 0;
    while (at < length && is_blank(bytes[at]))
        at++;
    bool negative = at < length && bytes[at] == '-';
    at += at < length && (bytes[at] == '-' || bytes[at] == '+');
    for (; at < length && bytes[at] >= '0' && bytes[at] <= '9'; at++, digits++)
        n = n < far ? n * 10 + (bytes[at] - '0') : n;
    if (digits == 0 || (at < length && !is_blank(bytes[at])))
        return false;
    n = negative ? -n : n;
    *out = n > INT32_MAX ? INT32_MAX : n < INT32_MIN ? INT32_MIN : (int32_t)n;
    return true;
}
