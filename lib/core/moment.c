#include "core/moment.h"

enum { DAY_TEXT = 10, CLOCK_AT = 11, FRACTION_AT = 20, ZONE_AT = 29 }; /* 2026-11-22T10:19:42.353506094+00:00 */

#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static stamp stamp_of(instant at)
{
    int64_t most = INT64_MAX / 1000;

    return (stamp){(at.us > most ? most : at.us < 0 ? 0 : at.us) * 1000};
}

/* False: it is not of that form; out is what there is. */
static bool format(char out[static STAMP_TEXT], const struct calendar *c, instant at)
{
    return c->format_time(out, stamp_of(at)) > ZONE_AT && out[DAY_TEXT] == 'T' && out[FRACTION_AT - 1] == '.';
}

struct calendar calendar_for(size_t (*format_time)(char out[static STAMP_TEXT], stamp t), instant first, instant last)
{
    struct calendar c = {.format_time = format_time};
    char a[STAMP_TEXT], b[STAMP_TEXT];

    c.dated = !format(a, &c, first) || !format(b, &c, last) || memcmp(a, b, DAY_TEXT) != 0;
    return c;
}

void text_day(struct text *t, const struct calendar *c, instant at)
{
    char out[STAMP_TEXT];

    if (format(out, c, at))
        text_span(t, (struct span){out, DAY_TEXT});
    else
        text_word(t, out);
}

void text_moment(struct text *t, const struct calendar *c, instant at, unsigned decimals)
{
    char out[STAMP_TEXT];

    if (!format(out, c, at)) {
        text_word(t, out);
        return;
    }
    if (c->dated) {
        text_span(t, (struct span){out, DAY_TEXT});
        text_word(t, " ");
    }
    text_span(t, (struct span){out + CLOCK_AT, decimals == 0 ? 8 : 9 + decimals});
}

usec calendar_offset(const struct calendar *c, instant at)
{
    char out[STAMP_TEXT];
    const char *zone = out + ZONE_AT;

    if (!format(out, c, at) || (zone[0] != '+' && zone[0] != '-') || zone[1] == '\0' || zone[2] == '\0')
        return 0;
    usec offset = ((zone[1] - '0') * 10 + (zone[2] - '0')) * HOUR;
    if (zone[3] == ':' && zone[4] != '\0' && zone[5] != '\0')
        offset += ((zone[4] - '0') * 10 + (zone[5] - '0')) * MINUTE;
    return zone[0] == '-' ? -offset : offset;
}

/* whole.fraction of d in units, with so many decimals, rounded. */
static void text_decimal(struct text *t, usec d, usec unit, unsigned decimals)
{
    usec last = unit;

    for (unsigned i = 0; i < decimals; i++)
        last /= 10;
    uint64_t whole = (uint64_t)d + (uint64_t)(last / 2), rest = whole % (uint64_t)unit;
    text_u64(t, whole / (uint64_t)unit);
    if (decimals > 0)
        text_word(t, ".");
    for (; decimals > 0; decimals--) {
        rest *= 10;
        text_u64(t, rest / (uint64_t)unit);
        rest %= (uint64_t)unit;
    }
}

static void text_two(struct text *t, usec d, usec unit, const char *name, usec part, const char *part_name)
{
    text_u64(t, (uint64_t)(d / unit));
    text_word(t, name);
    if (d % unit < part)
        return;
    text_word(t, " ");
    text_u64(t, (uint64_t)(d % unit / part));
    text_word(t, part_name);
}

void text_span_of_time(struct text *t, usec d)
{
    if (d < 0) {
        text_word(t, "-");
        d = d == INT64_MIN ? INT64_MAX : -d;
    }
    if (d < MILLISECOND) {
        text_u64(t, (uint64_t)d);
        text_word(t, " us");
    } else if (d < SECOND) {
        text_decimal(t, d, MILLISECOND, d < 100 * MILLISECOND ? 1 : 0);
        text_word(t, " ms");
    } else if (d < MINUTE) {
        text_decimal(t, d, SECOND, d < 10 * SECOND ? 2 : 1);
        text_word(t, " s");
    } else if (d < HOUR) {
        text_two(t, d, MINUTE, " min", SECOND, " s");
    } else if (d < DAY) {
        text_two(t, d, HOUR, " h", MINUTE, " min");
    } else {
        text_two(t, d, DAY, " d", HOUR, " h");
    }
}

void text_seconds(struct text *t, usec d, bool sign)
{
    if (d < 0)
        text_word(t, "-");
    else if (sign)
        text_word(t, "+");
    text_decimal(t, d < 0 ? (d == INT64_MIN ? INT64_MAX : -d) : d, SECOND, 6);
    text_word(t, " s");
}
