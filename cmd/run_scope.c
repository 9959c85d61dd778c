/* Interfaces and VRIDs: what vrrp-listen is given to hear, and what it has to be given. */
#include <stdio.h>
#include <string.h>

#include "cmd/run.h"

bool scope_has(const struct scope *s, const char *ifname)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->interfaces[i], ifname) == 0)
            return true;
    return false;
}

static bool add_interface(struct scope *s, const char *ifname)
{
    if (scope_has(s, ifname))
        return true;
    if (s->count == RUN_INTERFACES)
        return false;
    strncpy(s->interfaces[s->count++], ifname, IFNAME_TEXT - 1);
    return true;
}

bool scope_add(struct scope *s, const char *ifname, uint8_t vrid)
{
    s->vrids[vrid] = true;
    return add_interface(s, ifname);
}

void scope_add_all_vrids(struct scope *s)
{
    for (size_t v = 0; v < nitems(s->vrids); v++)
        s->vrids[v] = true;
}

bool scope_join(struct scope *to, const struct scope *from)
{
    bool room = true;
    for (size_t i = 0; i < from->count; i++)
        room = add_interface(to, from->interfaces[i]) && room;
    for (size_t v = 0; v < nitems(to->vrids); v++)
        to->vrids[v] = to->vrids[v] || from->vrids[v];
    return room;
}

bool scope_covers(const struct scope *s, const struct scope *wanted)
{
    for (size_t i = 0; i < wanted->count; i++)
        if (!scope_has(s, wanted->interfaces[i]))
            return false;
    for (size_t v = 0; v < nitems(s->vrids); v++)
        if (wanted->vrids[v] && !s->vrids[v])
            return false;
    return true;
}

bool scope_equals(const struct scope *a, const struct scope *b)
{
    return scope_covers(a, b) && scope_covers(b, a);
}

bool scope_word(const struct scope *s, char word[static SCOPE_WORD])
{
    bool all = true;
    size_t length = (size_t)snprintf(word, SCOPE_WORD, "vrid");
    char before = '=';
    for (unsigned first = 0, last; first < nitems(s->vrids); first = last + 1) {
        last = first;
        all = all && s->vrids[first];
        if (!s->vrids[first])
            continue;
        while (last + 1 < nitems(s->vrids) && s->vrids[last + 1])
            last++;
        length += (size_t)snprintf(word + length, SCOPE_WORD - length, last > first ? "%c%u..%u" : "%c%u", before,
                                   first, last);
        before = ',';
    }
    return !all;
}

/* --- Those that were added to the running election (vrrp-ctl vr), which is deaf to them so far. --- */

void scope_look(struct run *r, const struct identity *id)
{
    struct scope one = {.count = 0};
    if (scope_add(&one, id->ifname, id->vrid) && !scope_covers(&r->listened, &one) && !scope_join(&r->beyond, &one))
        cli_say("%s: more than %d interfaces: it is not listened to", id->ifname, RUN_INTERFACES);
}

/* Tried once: what is not there now is told, and a reload, or another state, tries it again. */
void scope_turn(struct run *r)
{
    static const struct scope nothing;
    struct scope all = r->listened;
    if (r->chain.state != CHAIN_RUNS)
        r->beyond = nothing;
    if (scope_covers(&r->listened, &r->beyond) || r->chain.fresh.pid > 0 || r->reload.step != RELOAD_NONE)
        return;
    if (scope_join(&all, &r->beyond))
        (void)chain_listen_to(r, &all);
    r->beyond = nothing;
}
