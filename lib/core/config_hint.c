#include "core/config_hint.h"

#include <string.h>

enum { LONGEST = 24 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many bytes must be changed, added, dropped or swapped with their neighbour. Both at most LONGEST bytes. */
static size_t distance(struct span a, struct span b)
{
    size_t d[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= a.len; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= b.len; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        for (size_t j = 1; j <= b.len; j++) {
            bool same = a.at[i - 1] == b.at[j - 1];
            d[i][j] = least(d[i - 1][j - 1] + !same, 1 + least(d[i - 1][j], d[i][j - 1]));
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[a.len][b.len];
}

/* How long the shorter one is when it begins the longer one, else 0. */
static size_t common_head(struct span a, struct span b)
{
    size_t n = least(a.len, b.len);
    return memcmp(a.at, b.at, n) == 0 ? n : 0;
}

/* Words of other programs' configurations that look like none of ours. */
static const struct {
    const char *word, *known;
} foreign[] = {
    {"interface", "if"}, {"dev", "if"},         {"address", "ip"},          {"addresses", "ip"},      {"addr", "ip"},
    {"vip", "ip"},       {"vips", "ip"},        {"family", "af"},           {"id", "vrid"},           {"vhid", "vrid"},
    {"source", "src"},   {"checksum", "cksum"}, {"advert-int", "interval"}, {"nopreempt", "preempt"},
};

static const char *foreign_word(struct span word, const char *const *known, size_t count)
{
    for (size_t i = 0; i < nitems(foreign); i++)
        for (size_t k = 0; k < count && span_is(word, foreign[i].word); k++)
            if (strcmp(foreign[i].known, known[k]) == 0)
                return known[k];
    return NULL;
}

const char *nearest_word(struct span word, const char *const *known, size_t count)
{
    const char *nearest = foreign_word(word, known, count), *head = NULL;
    size_t fewest = word.len < 3 ? 2 : least(word.len / 3, 2) + 1, longest = 1;
    if (nearest || word.len > LONGEST)
        return nearest;
    for (size_t k = 0; k < count; k++) {
        struct span other = {known[k], strlen(known[k])};
        if (other.len > LONGEST)
            continue;
        size_t changes = distance(word, other), common = common_head(word, other);
        if (changes < fewest) {
            fewest = changes;
            nearest = known[k];
        }
        if (common > longest) {
            longest = common;
            head = known[k];
        }
    }
    return nearest ? nearest : head;
}
