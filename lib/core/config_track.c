#include "core/config_track.h"

#include <string.h>

static const char INVERTED[] = "not:";
enum { INVERTED_LENGTH = sizeof INVERTED - 1 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* WEIGHT or *WEIGHT. */
static bool parse_weight(struct span text, struct track_ref *out)
{
    uint64_t n;
    out->by_value = text.len > 0 && text.at[0] == '*';
    text.at += out->by_value;
    text.len -= out->by_value;
    bool negative = text.len > 0 && text.at[0] == '-', sign = negative || (text.len > 0 && text.at[0] == '+');
    text.at += sign;
    text.len -= sign;
    if (!parse_u64(text, 1, 254, &n))
        return false;
    out->weight = (int16_t)(negative ? -(int)n : (int)n);
    return true;
}

/* A name may hold colons (vip:web): only what begins like a number behind the last is a weight. */
static bool begins_weight(struct span text)
{
    return text.len == 0 || strchr("*+-", text.at[0]) != NULL || is_digit(text.at[0]);
}

bool track_ref_parse(struct span item, struct track_ref *out)
{
    size_t colon;
    *out = (struct track_ref){.weight = 0};
    if (item.len >= INVERTED_LENGTH && memcmp(item.at, INVERTED, INVERTED_LENGTH) == 0) {
        out->inverted = true;
        item.at += INVERTED_LENGTH;
        item.len -= INVERTED_LENGTH;
    }
    for (colon = item.len; colon > 0 && item.at[colon - 1] != ':'; colon--)
        ;
    if (colon > 0) {
        struct span weight = {item.at + colon, item.len - colon};
        if (begins_weight(weight)) {
            if (!parse_weight(weight, out))
                return false;
            item.len = colon - 1;
        }
    }
    if (out->inverted && out->by_value) /* a weight with the other sign says it */
        return false;
    return parse_name(item, out->name, sizeof out->name);
}

bool track_ref_equal(const struct track_ref *a, const struct track_ref *b)
{
    return a->weight == b->weight && a->inverted == b->inverted && a->by_value == b->by_value &&
           strcmp(a->name, b->name) == 0;
}

/* In a name that is written a colon is %3A: it never looks like what stands around it. */
void list_track_ref(struct writer *w, const struct track_ref *ref)
{
    unsigned n = (unsigned)(ref->weight < 0 ? -ref->weight : ref->weight);
    char digits[] = {(char)('0' + n / 100), (char)('0' + n / 10 % 10), (char)('0' + n % 10), '\0'};
    char sign[] = {ref->weight < 0 ? '-' : '+', '\0'};
    list_marked(w, ref->inverted ? INVERTED : "", (struct span){ref->name, strlen(ref->name)});
    if (n == 0)
        return;
    list_tail(w, ref->by_value ? ":*" : ":");
    list_tail(w, sign);
    list_tail(w, digits + (n >= 100 ? 0 : n >= 10 ? 1 : 2));
}
