#include "core/line.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Takes the digits at the head of *s, at least one. False when there is none or the number is too large. */
static bool take_number(struct span *s, uint64_t *out)
{
    enum { FIT = 19 }; /* digits that always do */
    uint64_t n = 0;
    size_t i = 0;
    for (; i < s->len && is_digit(s->at[i]); i++) {
        unsigned digit = (unsigned)(s->at[i] - '0');
        if (i >= FIT && n > (UINT64_MAX - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    s->at += i;
    s->len -= i;
    *out = n;
    return i > 0;
}

/* Takes ".digits" when it is there, at most `decimals` of them: the fraction as a whole number of 1/10^decimals. */
static bool take_fraction(struct span *s, unsigned decimals, uint64_t *out)
{
    *out = 0;
    if (s->len == 0 || s->at[0] != '.')
        return true;
    size_t i = 1;
    for (; i < s->len && i <= decimals && is_digit(s->at[i]); i++)
        *out = *out * 10 + (unsigned)(s->at[i] - '0');
    if (i == 1 || (i < s->len && is_digit(s->at[i])))
        return false;
    for (size_t n = i; n <= decimals; n++)
        *out *= 10;
    s->at += i;
    s->len -= i;
    return true;
}

bool parse_u64(struct span s, uint64_t min, uint64_t max, uint64_t *out)
{
    bool padded = s.len > 1 && s.at[0] == '0';
    uint64_t n;
    if (padded || !take_number(&s, &n) || s.len > 0 || n < min || n > max)
        return false;
    *out = n;
    return true;
}

bool parse_i64(struct span s, int64_t min, int64_t max, int64_t *out)
{
    bool negative = s.len > 0 && s.at[0] == '-';
    struct span digits = {s.at + negative, s.len - negative};
    uint64_t n;
    if (!parse_u64(digits, negative, INT64_MAX, &n))
        return false;
    int64_t value = negative ? -(int64_t)n : (int64_t)n;
    if (value < min || value > max)
        return false;
    *out = value;
    return true;
}

static const struct {
    const char *name;
    usec length;
} units[] = {
    {"s", SECOND}, {"ms", MILLISECOND}, {"us", 1}, {"m", 60 * SECOND}, {"h", 3600 * SECOND},
};

bool parse_duration(struct span s, usec *out)
{
    enum { DECIMALS = 9 };
    const uint64_t one = 1000000000;
    bool padded = s.len > 1 && s.at[0] == '0' && is_digit(s.at[1]);
    uint64_t whole, fraction;
    if (padded || !take_number(&s, &whole) || !take_fraction(&s, DECIMALS, &fraction))
        return false;
    for (size_t i = 0; i < nitems(units); i++) {
        if (!span_is(s, units[i].name))
            continue;
        uint64_t unit = (uint64_t)units[i].length;
        uint64_t part = fraction * unit; /* below 10^9 * 3.6*10^9: fits */
        if (part % one != 0 || whole > ((uint64_t)INT64_MAX - part / one) / unit)
            return false;
        *out = (usec)(whole * unit + part / one);
        return true;
    }
    return false;
}

bool parse_steady(struct span s, instant *out)
{
    uint64_t seconds, fraction;
    if (!take_number(&s, &seconds) || !take_fraction(&s, 6, &fraction) || s.len > 0)
        return false;
    if (seconds > ((uint64_t)INT64_MAX - fraction) / 1000000)
        return false;
    out->us = (int64_t)(seconds * 1000000 + fraction);
    return true;
}

/* Exactly n digits, a number from min to max, and then the byte `then` (0: nothing is asked). */
static bool take_part(struct span *s, size_t n, unsigned min, unsigned max, char then, unsigned *out)
{
    size_t len = n + (then != '\0');
    if (s->len < len)
        return false;
    unsigned v = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(s->at[i]))
            return false;
        v = v * 10 + (unsigned)(s->at[i] - '0');
    }
    if (v < min || v > max || (then && s->at[n] != then))
        return false;
    s->at += len;
    s->len -= len;
    *out = v;
    return true;
}

static bool is_leap(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 1970-01-01 to the given day, which must exist. */
static bool days_since_epoch(unsigned year, unsigned month, unsigned day, int64_t *out)
{
    static const unsigned before_month[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    bool leap = is_leap(year);
    unsigned length = before_month[month] - before_month[month - 1] + (month == 2 && leap);
    if (day > length)
        return false;
    unsigned past = year - 1;
    int64_t leap_days = (int64_t)(past / 4 - past / 100 + past / 400) - (1969 / 4 - 1969 / 100 + 1969 / 400);
    *out = ((int64_t)year - 1970) * 365 + leap_days + before_month[month - 1] + (month > 2 && leap) + day - 1;
    return true;
}

/* Z or +HH:MM: what to take off local time, in seconds. */
static bool take_offset(struct span *s, int64_t *out)
{
    *out = 0;
    if (span_is(*s, "Z") || span_is(*s, "z")) {
        s->len = 0;
        return true;
    }
    if (s->len == 0 || (s->at[0] != '+' && s->at[0] != '-'))
        return false;
    bool east = s->at[0] == '+';
    s->at++;
    s->len--;
    unsigned hours, minutes;
    if (!take_part(s, 2, 0, 23, ':', &hours) || !take_part(s, 2, 0, 59, '\0', &minutes))
        return false;
    *out = (int64_t)(hours * 3600 + minutes * 60) * (east ? 1 : -1);
    return true;
}

/* RFC 3339 5.6: 2026-11-22T03:14:07.123456789+01:00 */
static bool parse_rfc3339(struct span s, int64_t *seconds, uint64_t *nanoseconds)
{
    unsigned year, month, day, hour, minute, second;
    if (!take_part(&s, 4, 1969, 9999, '-', &year) || !take_part(&s, 2, 1, 12, '-', &month) ||
        !take_part(&s, 2, 1, 31, '\0', &day) || s.len == 0 || (s.at[0] != 'T' && s.at[0] != 't'))
        return false;
    s.at++;
    s.len--;
    int64_t days, offset;
    if (!take_part(&s, 2, 0, 23, ':', &hour) || !take_part(&s, 2, 0, 59, ':', &minute) ||
        !take_part(&s, 2, 0, 59, '\0', &second) || !take_fraction(&s, 9, nanoseconds) || !take_offset(&s, &offset) ||
        s.len > 0 || !days_since_epoch(year, month, day, &days))
        return false;
    *seconds = days * 86400 + (int64_t)(hour * 3600 + minute * 60 + second) - offset;
    return *seconds >= 0;
}

bool parse_stamp(struct span s, stamp *out)
{
    const uint64_t second = 1000000000;
    int64_t rfc3339;
    uint64_t seconds, nanoseconds;
    if (s.len > 4 && s.at[4] == '-') {
        if (!parse_rfc3339(s, &rfc3339, &nanoseconds))
            return false;
        seconds = (uint64_t)rfc3339;
    } else if (!take_number(&s, &seconds) || !take_fraction(&s, 9, &nanoseconds) || s.len > 0) {
        return false;
    }
    if (seconds > ((uint64_t)INT64_MAX - nanoseconds) / second)
        return false;
    out->ns = (int64_t)(seconds * second + nanoseconds);
    return true;
}

bool parse_yes_no(struct span s, bool *out)
{
    *out = span_is(s, "yes");
    return *out || span_is(s, "no");
}

static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool parse_name(struct span s, char *out, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (c == '%') {
            int high = s.len - i > 2 ? hex_value(s.at[i + 1]) : -1, low = s.len - i > 2 ? hex_value(s.at[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (c == '\0' || n + 1 >= size)
            return false;
        out[n++] = c;
    }
    if (n == 0)
        return false;
    out[n] = '\0';
    return true;
}

bool list_next(struct span *rest, struct span *item)
{
    if (!rest->at)
        return false;
    const char *comma = rest->len > 0 ? memchr(rest->at, ',', rest->len) : NULL;
    item->at = rest->at;
    item->len = comma ? (size_t)(comma - rest->at) : rest->len;
    if (comma)
        *rest = (struct span){comma + 1, rest->len - item->len - 1};
    else
        *rest = (struct span){NULL, 0};
    return true;
}
