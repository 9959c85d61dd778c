/* A vrrp_instance of keepalived.conf: its peers, and what it leans on. */
#include <string.h>

#include "core/keepalived_instance.h"

#define INSTANCE struct ka_instance *i = into

/* Peers */

bool ka_take_peers(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    INSTANCE;
    i->unicast_seen = true;
    if (!i->peers)
        i->peers = ka_allocate(v->conf, 255 * sizeof *i->peers);
    for (const struct ka_item *line = item->children; line && i->peers; line = line->next)
        for (size_t n = 0; n < line->count; n++) {
            struct span word = line->words[n];
            struct ip ip;
            uint64_t *ttl = span_is(word, "min_ttl") ? &i->ttl_min : span_is(word, "max_ttl") ? &i->ttl_max : NULL;
            if (ttl && (n + 1 == line->count || !parse_u64(line->words[++n], 0, 255, ttl)))
                return ka_refuse(v, line, word, "takes 0 to 255");
            if (ttl)
                continue;
            if (!ip_parse(&ip, word.at, word.len))
                return ka_refuse(v, line, word, "not an address");
            if (i->peer_count == 255)
                return ka_refuse(v, line, word, "more than 255 peers");
            i->peers[i->peer_count++] = word;
        }
    return true;
}

bool ka_take_unicast_ttl(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    INSTANCE;
    if (!ka_number(v, item, 0, 255, &i->unicast_ttl))
        return false;
    if (i->unicast_ttl != 255)
        ka_comment(v, item, "advertisements leave with 255 here, so that a receiver can tell how far they went");
    return true;
}

/* What it leans on */

static bool add_track(struct ka_conversion *v, struct ka_instance *i, struct span name, struct span weight,
                      bool reverse)
{
    struct ka_named *n = ka_allocate(v->conf, sizeof *n), **last = &i->tracks;
    if (!n)
        return false;
    *n = (struct ka_named){.name = name, .value = weight, .reverse = reverse};
    while (*last)
        last = &(*last)->next;
    *last = n;
    return true;
}

/* NAME [weight N [reverse]] */
static bool read_weight(struct ka_conversion *v, const struct ka_item *line, struct span *weight, bool *reverse)
{
    int64_t n;
    for (size_t k = 1; k < line->count; k++) {
        struct span word = line->words[k];
        if (span_is(word, "weight") && k + 1 < line->count) {
            *weight = line->words[++k];
            if (!parse_i64(*weight, -254, 254, &n))
                return ka_refuse(v, line, *weight, "weight: -254 to 254");
        } else if (span_is(word, "reverse")) {
            *reverse = true;
        } else if (span_is(word, "noreverse") || span_is(word, "no_reverse")) {
            *reverse = false;
        } else {
            return ka_refuse(v, line, word, "weight, reverse or noreverse");
        }
    }
    return true;
}

/* The weight that stands with a script, process or file itself. */
static bool own_weight(struct ka_conversion *v, const struct ka_named *n, struct span *weight, bool *reverse)
{
    for (const struct ka_item *item = n->item->children; item; item = item->next) {
        struct ka_item shifted = *item; /* "weight N reverse", as behind a name */
        int64_t w;
        if (!span_is(item->words[0], "weight"))
            continue;
        *weight = ka_argument(v, item);
        if (!parse_i64(*weight, -254, 254, &w))
            return ka_refuse(v, item, *weight, "weight: -254 to 254");
        *reverse = shifted.count > 2 && span_is(shifted.words[2], "reverse");
    }
    return true;
}

static bool take_tracks(struct ka_conversion *v, struct ka_instance *i, const struct ka_item *item,
                        struct ka_named *known, const char *unknown)
{
    for (const struct ka_item *line = item->children; line; line = line->next) {
        struct span weight = {0};
        bool reverse = false;
        struct ka_named *n = ka_named(known, line->words[0]);
        if (!n)
            return ka_refuse(v, line, line->words[0], unknown);
        n->used = true;
        if (!own_weight(v, n, &weight, &reverse) || !read_weight(v, line, &weight, &reverse) ||
            !add_track(v, i, line->words[0], weight, reverse))
            return false;
    }
    return true;
}

bool ka_take_track_script(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    return take_tracks(v, into, item, v->scripts, "no such vrrp_script");
}

bool ka_take_track_process(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    return take_tracks(v, into, item, v->processes, "no such track_process");
}

bool ka_take_track_file(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    return take_tracks(v, into, item, v->files, "no such track_file");
}

bool ka_take_track_interface(struct ka_conversion *v, void *into, const struct ka_item *item)
{
    for (const struct ka_item *line = item->children; line; line = line->next) {
        struct span weight = {0}, name = line->words[0];
        bool reverse = false;
        char *track = ka_allocate(v->conf, name.len + 6);
        if (!track || !read_weight(v, line, &weight, &reverse))
            return false;
        memcpy(track, "link:", 5);
        memcpy(track + 5, name.at, name.len);
        if (!add_track(v, into, (struct span){track, name.len + 5}, weight, reverse))
            return false;
    }
    return true;
}
